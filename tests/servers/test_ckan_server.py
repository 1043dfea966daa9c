"""Our CKAN client against CKAN itself: packages, files, tables of the datastore, and everything that it says no to."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from expectations.declaration import load
from expectations.errors import EvidenceError
from expectations.sources import Ckan
from tasks.fetch import ckan as client
from tasks.fetch.ckan_catalogue import action
from tasks.fetch.http import Http
from tasks.sample.ckan import Resource
from tasks.snapshot import Delivery, Part, Snapshot
from tests.servers.landing import FIGURES, landed
from tests.servers.portal import Portal

pytestmark = [pytest.mark.servers, pytest.mark.timeout(900)]
MOST_OF_A_PAGE = 32_000  # where CKAN 2.12 cuts without a word
SMALL: list[dict[str, Any]] = [
    {"ward": "Selly Oak", "licences": 41, "granted": "2024-01-31", "rate": 1.5},
    {"ward": "Bournbrook, west", "licences": None, "granted": "2024-01-31", "rate": None},
    {"ward": "Edgbaston\nand Harborne", "licences": 9, "granted": "2024-01-31", "rate": 0.25},
]
FIELDS = [
    {"id": "ward", "type": "text"},
    {"id": "licences", "type": "int"},
    {"id": "granted", "type": "date"},
    {"id": "rate", "type": "numeric"},
]
SPREADSHEET = b"ward,licences\nSelly Oak,41\nEdgbaston,9\n"


@dataclass(frozen=True)
class Filled:
    """The portal with what the tests put there: ids by a name of ours."""

    portal: Portal
    ids: Mapping[str, str]

    def fetched(self, http: Http, previous: Snapshot | None = None, **arguments: Any) -> Delivery:
        return client.fetch(Ckan(site=self.portal.url, **arguments), http, previous)

    def refusal(self, http: Http, **arguments: Any) -> EvidenceError:
        with pytest.raises(EvidenceError) as error:
            self.fetched(http, **arguments)
        return error.value


@pytest.fixture(scope="module")
def filled(ckan: Portal) -> Iterator[Filled]:
    """Packages of an organisation: with files, with tables of the datastore, one that is private, one without resources."""
    ids: dict[str, str] = {}
    ckan.action("organization_create", {"name": "council", "title": "City Council"})
    for name in ("licences", "licence-tables", "large-table", "licences-private", "licences-empty"):
        about = {"name": name, "title": f"Shared housing {name}", "owner_org": "council", "private": name.endswith("private")}
        ids[name] = ckan.action("package_create", about)["id"]
    for number, month in enumerate(("January", "February"), 1):
        about = {"package_id": ids["licences"], "name": f"Licences, {month} 2024", "format": "CSV"}
        made = ckan.action("resource_create", about, {"upload": (f"licences-{number}.csv", io.BytesIO(SPREADSHEET))})
        ids[f"file-{number}"] = made["id"]
    for name, rows in (("small", SMALL), ("none", [])):
        ids[name] = _table(ckan, ids["licence-tables"], name, FIELDS, rows)
    many = [{"number": number, "text": f"row {number}"} for number in range(1, MOST_OF_A_PAGE + 2)]
    ids["large"] = _table(ckan, ids["large-table"], "large", [{"id": "number", "type": "int"}, {"id": "text", "type": "text"}], many)
    yield Filled(ckan, ids)


def _table(portal: Portal, package: str, name: str, fields: list[dict[str, str]], rows: list[dict[str, Any]]) -> str:
    made = portal.action("datastore_create", {"resource": {"package_id": package, "name": name}, "fields": fields, "records": rows})
    return str(made["resource_id"])


def parsed(delivery: Delivery) -> list[Any]:
    return [json.loads(part.path.read_bytes()) for part in delivery.parts if part.path is not None]


def kept(delivery: Delivery) -> Snapshot:
    facts = ("name", "sha256", "size", "url", "final_url", "status", "fetched_at", "media_type", "charset", "headers", "request", "labels")
    parts = tuple(Part(**{fact: getattr(part, fact) for fact in facts}) for part in delivery.parts)
    return Snapshot("1", "council.licences", parts, "2026-01-01T00:00:00+00:00", "run", delivery.release)


# -- packages and files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["name", "id"])
def test_a_package_is_found_by_its_name_and_by_its_id(filled: Filled, http: Http, by: str) -> None:
    delivery = filled.fetched(http, packages=["licences" if by == "name" else filled.ids["licences"]])
    assert [part.name for part in delivery.parts] == ["licences-1.csv", "licences-2.csv"]
    assert [part.path.read_bytes() for part in delivery.parts if part.path] == [SPREADSHEET, SPREADSHEET]
    assert [part.labels["resource"] for part in delivery.parts] == [filled.ids["file-1"], filled.ids["file-2"]]
    assert delivery.warnings == ()


def test_a_file_is_chosen_by_the_name_of_its_resource_which_also_gives_its_labels(filled: Filled, http: Http) -> None:
    pattern = r"(?P<month>January|February) (?P<year>\d{4})"
    delivery = filled.fetched(http, packages=["licences"], resources="february", formats=["csv"], labels=[pattern])
    assert [(part.name, part.labels["month"], part.labels["year"]) for part in delivery.parts] == [("licences-2.csv", "February", "2024")]


def test_a_file_that_the_portal_keeps_stands_while_nothing_is_said_of_it_and_comes_anew_when_it_was_replaced(
    filled: Filled, http: Http
) -> None:
    about = {"package_id": filled.ids["licences-empty"], "name": "Replaced", "format": "CSV"}
    made = filled.portal.action("resource_create", about, {"upload": ("replaced.csv", io.BytesIO(SPREADSHEET))})
    try:
        first = filled.fetched(http, packages=["licences-empty"])
        second = filled.fetched(http, kept(first), packages=["licences-empty"])
        assert [(part.path, part.sha256) for part in second.parts] == [(None, first.parts[0].sha256)]
        newer = SPREADSHEET + b"Bournville,3\n"
        filled.portal.action("resource_patch", {"id": made["id"]}, {"upload": ("replaced.csv", io.BytesIO(newer))})
        third = filled.fetched(http, kept(first), packages=["licences-empty"])
        assert [part.path.read_bytes() for part in third.parts if part.path] == [newer]
        assert third.release > first.release
    finally:
        filled.portal.action("resource_delete", {"id": made["id"]})


def test_a_file_of_which_only_the_description_changed_is_asked_for_and_has_not_changed(filled: Filled, http: Http) -> None:
    first = filled.fetched(http, packages=["licences"], resources="January")
    filled.portal.action("resource_patch", {"id": filled.ids["file-1"], "description": "Now with a description"})
    second = filled.fetched(http, kept(first), packages=["licences"], resources="January")
    assert second.parts[0].labels["listed"] != first.parts[0].labels["listed"]
    assert (second.parts[0].path, second.parts[0].sha256) == (None, first.parts[0].sha256), "304: the archived file stands"


def test_packages_are_found_by_search(filled: Filled, http: Http) -> None:
    delivery = filled.fetched(http, search={"query": "shared housing", "package": "licence-?s?", "filter": "organization:council"})
    assert {part.labels["package"] for part in delivery.parts} == {"licences"}
    nothing = filled.refusal(http, search={"query": "shared housing", "package": ".*", "filter": "organization:another"})
    assert nothing.code == "fetch.no_match"


def test_a_package_is_found_although_the_search_engine_has_lost_it(filled: Filled, http: Http) -> None:
    """CKAN reads packages from the index, and falls back to its database."""
    filled.portal.search.finds = False
    try:
        assert len(filled.fetched(http, packages=["licences"]).parts) == 2
        assert filled.refusal(http, search={"query": "shared housing", "package": ".*"}).code == "fetch.no_match"
    finally:
        filled.portal.search.finds = True


def test_a_package_that_is_not_there_is_gone(filled: Filled, http: Http) -> None:
    error = filled.refusal(http, packages=["licences", "no-such-package"])
    assert error.code == "fetch.gone"
    assert "no-such-package" in error.where
    assert "HTTP 404: Not Found Error" in error.found


def test_a_private_package_is_refused_and_not_searched_for(filled: Filled, http: Http) -> None:
    error = filled.refusal(http, packages=["licences-private"])
    assert error.code == "fetch.refused"
    assert "Authorization Error" in error.found
    assert filled.refusal(http, search={"query": "shared housing", "package": "licences-private"}).code == "fetch.no_match"


def test_a_package_without_resources_is_said(filled: Filled, http: Http) -> None:
    error = filled.refusal(http, packages=["licences-empty"])
    assert (error.code, error.found) == ("fetch.no_match", "none of 0: ")


# -- tables of the datastore -------------------------------------------------------------------------------------------------------


def test_a_table_comes_as_a_page_of_records_with_its_fields(filled: Filled, http: Http) -> None:
    delivery = filled.fetched(http, packages=["licence-tables"], resources="small", datastore="search")
    (page,) = parsed(delivery)
    numbered = [{"_id": number, **row} for number, row in enumerate(SMALL, 1)]
    assert page["result"]["records"] == numbered
    assert [field["type"] for field in page["result"]["fields"]] == ["int", "text", "int4", "date", "numeric"]


def test_a_table_comes_as_one_csv_that_says_its_encoding(filled: Filled, http: Http) -> None:
    (part,) = filled.fetched(http, packages=["licence-tables"], resources="small", datastore="dump").parts
    assert part.path is not None
    assert part.path.read_bytes().startswith(b"\xef\xbb\xbf_id,ward,licences,granted,rate")
    with part.path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["ward"] for row in rows] == [row["ward"] for row in SMALL]
    assert [row["licences"] for row in rows] == ["41", "", "9"]


@pytest.mark.parametrize("how", ["search", "dump"])
def test_a_table_without_rows_still_has_its_columns(filled: Filled, http: Http, how: str) -> None:
    (part,) = filled.fetched(http, packages=["licence-tables"], resources="none", datastore=how).parts
    assert part.path is not None
    assert b"licences" in part.path.read_bytes()


@pytest.mark.parametrize("asked", [MOST_OF_A_PAGE, 99_999], ids=["as many as it gives", "more than it gives"])
def test_every_row_comes_once_although_the_portal_cuts_a_page_without_a_word(
    filled: Filled, http: Http, monkeypatch: pytest.MonkeyPatch, asked: int
) -> None:
    monkeypatch.setattr(client, "ROWS_A_PAGE", asked)
    pages = [page["result"] for page in parsed(filled.fetched(http, packages=["large-table"], datastore="search"))]
    assert [(page["limit"], len(page["records"])) for page in pages] == [(MOST_OF_A_PAGE, MOST_OF_A_PAGE), (MOST_OF_A_PAGE, 1)]
    assert [record["number"] for page in pages for record in page["records"]] == list(range(1, MOST_OF_A_PAGE + 2))


def test_a_dump_is_not_cut(filled: Filled, http: Http) -> None:
    (part,) = filled.fetched(http, packages=["large-table"], datastore="dump").parts
    assert part.path is not None
    with part.path.open(encoding="utf-8-sig", newline="") as file:
        assert sum(1 for _ in csv.DictReader(file)) == MOST_OF_A_PAGE + 1


def test_a_resource_that_is_no_table_is_not_asked_for_as_one(filled: Filled, http: Http) -> None:
    assert filled.refusal(http, packages=["licences"], datastore="search").code == "fetch.no_match"


# -- what the portal says no to ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "asked", "code", "said"),
    [
        ("datastore_search", {"filters": '{"postcode": "B1"}'}, "fetch.rejected", "HTTP 409: Validation Error; filters: "),
        ("datastore_search", {"limit": "all"}, "fetch.rejected", "HTTP 409: Validation Error; limit: "),
        ("datastore_search", {"resource_id": "no-such-table"}, "fetch.gone", "HTTP 404: Not Found Error"),
        ("package_show", {}, "fetch.rejected", "HTTP 409: Validation Error; name_or_id: "),
        ("package_list_of_old", {}, "fetch.rejected", "HTTP 400: Bad request: Action name not known: package_list_of_old"),
    ],
    ids=["unknown field", "no number", "no table", "nothing named", "unknown action"],
)
def test_what_the_portal_says_no_to_is_told_in_its_own_words(
    filled: Filled, http: Http, name: str, asked: dict[str, str], code: str, said: str
) -> None:
    table = {"resource_id": filled.ids["small"]} if name == "datastore_search" else {}
    with pytest.raises(EvidenceError) as error:
        action(filled.portal.url, name, {**table, **asked}, http)
    assert error.value.code == code
    assert error.value.found.startswith(said)
    assert list(http.scratch.iterdir()) == []


# -- the whole pipeline ------------------------------------------------------------------------------------------------------------


def test_card_spending_lands_through_the_whole_pipeline(filled: Filled, tmp_path: Path) -> None:
    declared = load("council.card_spend")
    assert isinstance(declared.source, Ckan)
    folder = FIGURES / "council"
    (package,) = json.loads((folder / "card_spend.json").read_text(encoding="utf-8"))["packages"]
    made = filled.portal.action("package_create", {"name": package["name"], "title": package["title"], "owner_org": "council"})
    printed = 0
    for each in package["resources"]:
        sheet = Resource(each, package["name"], folder)
        about = {"package_id": made["id"], "name": each["name"], "format": each["format"]}
        filled.portal.action("resource_create", about, {"upload": (each["file"], io.BytesIO(sheet.content))})
        printed += len(sheet.table[1])
    arrived = landed(declared.model_copy(update={"source": declared.source.model_copy(update={"site": filled.portal.url})}), tmp_path)
    assert arrived.rows("select count(*) from tidy") == [(printed,)]
    assert len(arrived.rows("select distinct source_part from tidy")) == len(package["resources"])
