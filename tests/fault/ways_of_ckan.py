"""CKAN as the fault suite asks it: files of a package, of a search, and tables of the datastore by pages and as a dump."""

from __future__ import annotations

import csv
import json
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tasks.sample.ckan import CkanResponder
from tasks.sample.server import Responder
from tasks.sample.serving import COUNCIL
from tasks.snapshot import Delivery
from tests.fault.ways import Ask, Change, Paging, Way, Wrong, of_bytes, of_json, says

_ACTION = f"{COUNCIL}/api/3/action"
_NAMES = ("april", "may")
_PACKAGE = {"site": COUNCIL, "packages": ["hmo-licences"]}
_SHOW = Ask("package", f"{_ACTION}/package_show", "json", where="package_show")
_SEARCH = Ask("search", f"{_ACTION}/package_search", "json", where="package_search")
_ROWS = Ask("rows", f"{_ACTION}/datastore_search", "json", asking="offset")
_TOTAL = Ask("total", f"{_ACTION}/datastore_search", "json", where="datastore_search")
_DUMP = Ask("dump", f"{COUNCIL}/datastore/dump/", "csv")
_ID = uuid.uuid5(uuid.NAMESPACE_URL, "hmo-licences")  # as the sample makes the ids of packages
_LINKED = Ask("file", f"{COUNCIL}/dataset/{_ID}/resource/april", "csv", where="hmo-licences/april.csv")
_WORDS = {"query": "licences", "package": ".*licences.*"}


def _portal(folder: Path, packages: int = 1, rows: int = 30, names: Sequence[str] = _NAMES) -> Mapping[str, Responder]:
    """Packages of files that the portal also has as tables; all only linked, so that each fetch asks for them."""
    with (folder / "licences.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("ward", "licences"), *((f"Ward {n}", n) for n in range(rows))])
    facts = {"format": "CSV", "figures": "licences.csv", "datastore": True, "url_type": None}
    listed = []
    for number in range(packages):
        resources = [{**facts, "name": name, "file": f"{name}.csv", "id": f"{name}{number or ''}"} for name in names]
        name = "hmo-licences" + (f"-{number}" if number else "")
        listed.append({"name": name, "title": "HMO licences", "modified": "2024-01-31T00:00:00", "resources": resources})
    (folder / "licences.json").write_text(json.dumps({"protocol": "ckan", "site": COUNCIL, "packages": listed}))
    return {COUNCIL: CkanResponder([folder / "licences.json"])}


def _json_rows(delivery: Delivery) -> int:
    return sum(len(json.loads(part.path.read_bytes())["result"]["records"]) for part in delivery.parts if part.path is not None)


def _said(kind: str, message: str, status: int) -> Change:
    return says({"success": False, "error": {"__type": kind, "message": message}}, status)


def _result(**changes: Any) -> Change:
    return of_json(lambda told: {**told, "result": {**told["result"], **changes}})


_CKAN_STATUSES = {"400": "fetch.rejected", "403": "fetch.refused", "404": "fetch.gone"}  # CKAN says in the body what was wrong
WAYS = (
    Way(
        "ckan",
        "ckan",
        _PACKAGE,
        _portal,
        (_SHOW, _LINKED),
        wrong=(
            Wrong("no such package", "fetch.gone", arguments={"packages": ["none"]}, says="Not Found Error"),
            Wrong("no such resource", "fetch.no_match", arguments={"resources": "june"}, says="none of 2"),
            Wrong(
                "a question it does not understand",
                "fetch.rejected",
                "package",
                _said("Validation Error", "Missing value", 409),
                says="Missing",
            ),
            Wrong(
                "an action it does not know", "fetch.rejected", "package", says("Bad request: Action name not known", 400), says="not known"
            ),
            Wrong(
                "a package that is private", "fetch.refused", "package", _said("Authorization Error", "Access denied", 403), says="denied"
            ),
            Wrong(
                "an error that says all is well",
                "fetch.protocol",
                "package",
                _said("Search Error", "busy", 200),
                says="Search Error; message: busy",
            ),
            Wrong("a result of nothing", "fetch.protocol", "package", says({"success": True, "result": None}), says="no reason"),
            Wrong("a list", "fetch.protocol", "package", says([]), says="no reason"),
            Wrong("half of JSON", "fetch.protocol", "package", says(b'{"success": tr'), says="begins"),
            Wrong(
                "a file at another host",
                "fetch.redirected",
                "package",
                of_bytes(lambda body: body.replace(COUNCIL.encode() + b"/dataset", b"https://a.example")),
                says="a.example",
            ),
        ),
        keeps=True,
    ),
    Way(
        "ckan",
        "ckan by search",
        {"site": COUNCIL, "search": _WORDS},
        _portal,
        (_SEARCH, _LINKED),
        keeps=True,
        wrong=(
            Wrong("nothing found", "fetch.no_match", arguments={"search": {**_WORDS, "package": "libraries"}}, says="none for 'licences'"),
            Wrong("results that are none", "fetch.protocol", "search", _result(results=None)),
            Wrong("fewer than counted", "fetch.truncated", "search", _result(results=[], count=9), says="0"),
        ),
        paging=(
            Paging(
                "packages",
                "tasks.fetch.ckan_catalogue.PACKAGES_A_PAGE",
                100,
                _SEARCH,
                lambda folder, count: _portal(folder, count, 1, ("a",)),
                lambda delivery: len(delivery.parts),
            ),
        ),
    ),
    Way(
        "ckan",
        "ckan by pages of a table",
        {**_PACKAGE, "datastore": "search"},
        _portal,
        (_TOTAL, _ROWS),
        always=True,
        wrong=(
            Wrong("a total in words", "fetch.protocol", "total", _result(total="30"), says="'30'"),
            Wrong("a page without records", "fetch.protocol", "rows", _result(records=None)),
            Wrong("a record without an id", "fetch.protocol", "rows", _result(records=[{"ward": "x"}]), says="a record without"),
            Wrong(
                "a record that comes twice",
                "fetch.truncated",
                "rows",
                _result(records=[{"_id": 1}, {"_id": 1}]),
                says="changed after row 0",
            ),
            Wrong("a total that moves", "fetch.truncated", "rows", _result(total=31), says="changed after row 0"),
            Wrong("a page of no rows", "fetch.truncated", "rows", _result(records=[]), says="0, then an empty page"),
        ),
        paging=(
            Paging(
                "rows",
                "tasks.fetch.ckan.ROWS_A_PAGE",
                32_000,
                _ROWS,
                lambda folder, count: _portal(folder, 1, count, ("a",)),
                _json_rows,
            ),
        ),
    ),
    Way(
        "ckan",
        "ckan by dump of a table",
        {**_PACKAGE, "datastore": "dump"},
        _portal,
        (_DUMP,),
        always=True,
        wrong=(
            Wrong(
                "a dump that ends early in good order",
                "fetch.truncated",
                "dump",
                of_bytes(lambda body: body.rpartition(b"\n30,")[0]),
                says="29",
            ),
            Wrong(
                "a dump in another charset",
                "fetch.protocol",
                "dump",
                of_bytes(lambda body: body.replace(b"Ward 3", b"W\xe4rd 3")),
                says="decode",
            ),
        ),
    ),
)
