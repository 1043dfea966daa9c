"""Opendatasoft: the whole export of the right dataset, counted, and the vendor's own description of the API. Over real HTTP on this machine."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from expectations.errors import EvidenceError
from expectations.sources import Opendatasoft
from tasks.fetch import opendatasoft
from tasks.fetch.http import Http, HttpSettings
from tasks.sample.opendatasoft import ROOT, OpendatasoftPortal
from tasks.sample.server import Request, Response, SampleServer
from tasks.snapshot import Delivery, Snapshot
from tests.fetching import kept

NAME = "households-in-fuel-poverty-wards-2024"
HEADER = ["areaidentifier", "arealabel", "value", "date", "local_authority_code"]
ROWS = [[f"E0501{n:04}", f"Ward {n}, north", f"{n / 10}", "2024-01-01", "E08000025" if n % 2 else "E08000026"] for n in range(40)]


def portal(folder: Path, *names: str, rows: Sequence[Sequence[str]] = ROWS, **about: Any) -> OpendatasoftPortal:
    """A portal with the same table under each name."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "rows.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEADER, *rows])
    told = {"title": "Fuel poverty", "data_processed": "2025-03-01T09:10:00+00:00", "modified": "2024-12-24", "types": {"value": "double"}}
    datasets = [{"dataset_id": name, "figures": "rows.csv", **told, **about} for name in names or (NAME,)]
    (folder / "portal.json").write_text(json.dumps({"protocol": "opendatasoft", "datasets": datasets}))
    return OpendatasoftPortal([folder / "portal.json"])


@pytest.fixture
def http(tmp_path: Path) -> Iterator[Http]:
    with Http(HttpSettings(allow_loopback=True, retries=1, backoff=0.01, jitter=0), tmp_path / "scratch") as opened:
        yield opened


def fetched(responder: Any, http: Http, previous: Snapshot | None = None, **arguments: Any) -> Delivery:
    with SampleServer({"/": responder}) as server:
        given = {"dataset": NAME} if "dataset_matching" not in arguments else {}
        return opendatasoft.fetch(Opendatasoft(site=server.url, **given, **arguments), http, previous)


def table(delivery: Delivery) -> list[list[str]]:
    (part,) = delivery.parts
    assert part.path is not None
    with part.path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_the_whole_dataset_comes_as_one_export(tmp_path: Path, http: Http) -> None:
    delivery = fetched(portal(tmp_path), http)
    assert table(delivery) == [HEADER, *ROWS]
    assert delivery.parts[0].name == f"{NAME}.csv"
    assert delivery.release == "2025-03-01T09:10:00+00:00", "what the platform processed last, later than the date set by hand"
    assert not delivery.warnings


def test_what_was_not_processed_since_is_not_exported_again(tmp_path: Path, http: Http) -> None:
    first = fetched(portal(tmp_path), http)
    with SampleServer({"/": portal(tmp_path)}) as server:
        again = opendatasoft.fetch(Opendatasoft(site=server.url, dataset=NAME), http, kept(first))
    # The site's address is part of what is asked, and the port changed: it is asked anew ...
    assert again.parts[0].path is not None
    with SampleServer({"/": portal(tmp_path)}) as server:
        source = Opendatasoft(site=server.url, dataset=NAME)
        stands = opendatasoft.fetch(source, http, kept(opendatasoft.fetch(source, http, None)))
        # ... and where nothing differs, nothing is exported.
        assert stands.parts[0].path is None
        assert sum(request.path.endswith("/exports/csv") for request in server.requests) == 1


def test_a_filter_and_a_choice_of_fields_are_counted_as_they_are_exported(tmp_path: Path, http: Http) -> None:
    delivery = fetched(portal(tmp_path), http, where="local_authority_code = 'E08000025'", select=["areaidentifier", "value"])
    assert table(delivery) == [["areaidentifier", "value"], *[[row[0], row[2]] for row in ROWS if row[4] == "E08000025"]]


def test_a_field_that_the_dataset_lacks_is_named_before_anything_is_exported(tmp_path: Path, http: Http) -> None:
    with pytest.raises(EvidenceError) as error:
        fetched(portal(tmp_path), http, select=["areaidentifier", "valeu"])
    assert (error.value.code, error.value.expected) == ("fetch.no_match", "a field 'valeu'")


def test_the_newest_vintage_of_an_id_is_taken_where_a_pattern_names_it(tmp_path: Path, http: Http) -> None:
    responder = portal(tmp_path, "wards-2023", "wards-2025", "wards-2024")
    assert fetched(responder, http, dataset_matching=r"wards-(?P<vintage>\d{4})").parts[0].labels["dataset"] == "wards-2025"
    with pytest.raises(EvidenceError) as error:
        fetched(responder, http, dataset_matching=r"wards-\d{4}")
    assert error.value.code == "fetch.ambiguous"


def test_a_later_vintage_of_a_dataset_that_is_named_is_said(tmp_path: Path, http: Http) -> None:
    delivery = fetched(portal(tmp_path, NAME, NAME.replace("2024", "2026")), http)
    assert delivery.warnings == (f"the portal lists a later vintage of {NAME}: {NAME.replace('2024', '2026')}",)


INTERRUPTED = "Streaming interrupted due to the following error: too many rows (error_code: InvalidRESTParameterError)"
WHOLE = "\ufeff" + ",".join(HEADER) + "\r\n" + "".join(f'{row[0]},"{row[1]}",{row[2]},{row[3]},{row[4]}\r\n' for row in ROWS)


class _Changed:
    """A portal whose answers to some paths are others."""

    def __init__(self, inner: OpendatasoftPortal, ending: str, answer: Response) -> None:
        self._inner, self._ending, self._answer = inner, ending, answer

    def respond(self, request: Request) -> Response | None:
        return self._answer if request.path.endswith(self._ending) else self._inner.respond(request)


def test_a_daily_quota_that_is_used_up_is_not_waited_for_and_says_when_it_resets(tmp_path: Path, http: Http) -> None:
    reset = (datetime.now(UTC) + timedelta(hours=6)).isoformat(timespec="seconds")
    used_up = {"errorcode": 10002, "reset_time": reset, "limit_time_unit": "day", "call_limit": 10000, "error": "Too many requests"}
    with pytest.raises(EvidenceError) as error:
        fetched(_Changed(portal(tmp_path), NAME, Response.of_json(used_up, 429)), http)
    assert error.value.code == "fetch.rate_limited"
    assert "10002" in error.value.found and "asks to wait 2" in error.value.found and "attempts" not in error.value.found


def test_a_key_is_sent_and_kept_nowhere(tmp_path: Path, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(opendatasoft.KEY, "s3cr3t")
    with SampleServer({"/": portal(tmp_path)}) as server:
        delivery = opendatasoft.fetch(Opendatasoft(site=server.url, dataset=NAME), http, None)
        assert {request.headers["authorization"] for request in server.requests} == {"Apikey s3cr3t"}
    assert "s3cr3t" not in repr(delivery)


# -- the vendor's own description of the API -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def vendor(real_files: Path) -> dict[str, Any]:
    return dict(json.loads((real_files / "council" / "ods_spec" / "openapi_explore_v2.1.json").read_text(encoding="utf-8")))


def test_what_is_asked_is_valid_under_the_vendors_description(tmp_path: Path, http: Http, vendor: dict[str, Any]) -> None:
    with SampleServer({"/": portal(tmp_path)}) as server:
        opendatasoft.fetch(Opendatasoft(site=server.url, dataset=NAME, where="arealabel = 'x'", select=["value"]), http, None)
        asked = list(server.requests)
    for request in asked:
        below = request.path.removeprefix(ROOT.removesuffix("/catalog/datasets"))
        template = below.replace(NAME, "{dataset_id}")
        assert template in vendor["paths"], request.path
        # An export's format has its own parameters beside those that all formats share.
        sharing = {template, template.replace("/exports/csv", "/exports/{format}")}
        listed = [_resolved(vendor, each) for path in sharing for each in vendor["paths"][path]["get"]["parameters"]]
        known = {described["name"]: described for described in listed}
        for name, values in request.query.items():
            assert name in known, f"{template}: {name}"
            jsonschema.validate(_typed(values[-1], known[name]["schema"], vendor), _resolved(vendor, known[name]["schema"]))


def test_what_is_served_here_is_valid_under_the_vendors_description(tmp_path: Path, vendor: dict[str, Any]) -> None:
    """The sample's portal answers as the vendor's own schemas say, so that the client is tested on the real form."""
    served = portal(tmp_path)
    schema = {**_answer(vendor, "/catalog/datasets/{dataset_id}"), "components": vendor["components"]}
    described = served.respond(Request("GET", f"{ROOT}/{NAME}", {}, {}, b"", ""))
    assert described is not None
    jsonschema.validate(json.loads(described.body), _without_nullable(schema))
    for path, template in ((ROOT, "/catalog/datasets"), (f"{ROOT}/{NAME}/records", "/catalog/datasets/{dataset_id}/records")):
        answer = served.respond(Request("GET", path, {"limit": ["2"]}, {}, b"", ""))
        assert answer is not None
        jsonschema.validate(json.loads(answer.body), _without_nullable({**_answer(vendor, template), "components": vendor["components"]}))


def _answer(vendor: dict[str, Any], template: str) -> dict[str, Any]:
    response = _resolved(vendor, vendor["paths"][template]["get"]["responses"]["200"])
    return dict(next(iter(response["content"].values()))["schema"])


def _resolved(vendor: dict[str, Any], described: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in described:
        found: Any = vendor
        for step in described["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        described = found
    return described


def _typed(value: str, schema: dict[str, Any], vendor: dict[str, Any]) -> Any:
    kind = _resolved(vendor, schema).get("type")
    if kind == "integer":
        return int(value)
    if kind == "boolean":
        return {"true": True, "false": False}[value]
    return [value] if kind == "array" else value


def _without_nullable(schema: Any) -> Any:
    """OpenAPI 3.0's `nullable` in the words of JSON Schema."""
    if isinstance(schema, list):
        return [_without_nullable(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    changed = {name: _without_nullable(value) for name, value in schema.items() if name != "nullable"}
    if schema.get("nullable") and "type" in changed:
        changed["type"] = [changed["type"], "null"]
    return changed
