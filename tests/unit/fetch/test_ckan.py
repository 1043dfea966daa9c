"""CKAN: the right resources of the right packages, asked for only if changed, and none lost unseen. Over real HTTP on this machine."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from expectations.errors import EvidenceError
from expectations.sources import Ckan
from tasks.fetch import ckan
from tasks.fetch.http import Http, HttpSettings
from tasks.read import read
from tasks.sample.ckan import CkanResponder
from tasks.sample.faults import Fault
from tasks.sample.plain_file import File, PlainFiles
from tasks.sample.server import Request, Response, SampleServer
from tasks.snapshot import Delivery, Part, Snapshot

PACKAGE = "purchase-card-transactions"
MONTH = r"(?P<month>january|february|march|april|may|june|july|august|september|october|november|december)[- ](?P<year>\d{4})"
HEADER = ("TRANS DATE", "ORIGINAL GROSS AMT", "MERCHANT NAME")
ROWS = [("2016-08-11", "65.17", "shell kings 587"), ("2016-08-30", "-55.55", "w m morrison"), ("2016-08-23", "59.32", "")]
TYPES = {"TRANS DATE": "date", "ORIGINAL GROSS AMT": "number"}
AUGUST: dict[str, Any] = {
    "name": "Purchase Card Transactions - August 2016",
    "format": "XLS",
    "file": "publish-spend-august-2016.xls",
    "types": TYPES,
}
SEPTEMBER: dict[str, Any] = {
    "name": "Purchase card transaction - September 2016 ",
    "format": "",
    "file": "publishspendseptember.xls",
    "types": TYPES,
}


def figures(
    folder: Path, resources: Sequence[dict[str, Any]] = (AUGUST, SEPTEMBER), rows: Sequence[Sequence[str]] = ROWS, **package: Any
) -> Path:
    """A manifest of one package whose resources all hold the same rows, and of a second package of a later month."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "spend.csv").open("w", newline="") as file:
        csv.writer(file).writerows([HEADER, *rows])
    placed = [{"figures": "spend.csv", "created": f"2016-09-{20 + place}T09:00:00", **each} for place, each in enumerate(resources)]
    first: dict[str, Any] = {
        "name": PACKAGE,
        "title": "Purchase Card Transactions",
        "modified": "2021-01-15T10:25:28",
        "resources": placed,
        **package,
    }
    later: dict[str, Any] = {
        "name": "april-2021-purchase-card-transactions",
        "title": "April 2021 Purchase Card Transactions",
        "modified": "2021-06-01T00:00:00",
    }
    later["resources"] = [
        {"figures": "spend.csv", "name": "april", "format": "XLS", "file": "publish-spend-april-21_.xls", "created": "2021-06-01"}
    ]
    other = {**later, "name": "bins", "title": "Bins", "resources": []}
    manifest = folder / "card_spend.json"
    manifest.write_text(json.dumps({"protocol": "ckan", "packages": [first, later, other]}))
    return manifest


@pytest.fixture
def http(tmp_path: Path) -> Iterator[Http]:
    with Http(HttpSettings(allow_loopback=True, retries=0), tmp_path / "scratch") as opened:
        yield opened


def fetched(server: SampleServer, http: Http, previous: Snapshot | None = None, **arguments: Any) -> Delivery:
    wanted = {} if "search" in arguments else {"packages": [PACKAGE]}
    return ckan.fetch(Ckan(site=server.at("/portal"), **{**wanted, **arguments}), http, previous)


def kept(delivery: Delivery) -> Snapshot:
    facts = ("name", "sha256", "size", "url", "final_url", "status", "fetched_at", "media_type", "charset", "headers", "request", "labels")
    parts = tuple(Part(**{fact: getattr(part, fact) for fact in facts}) for part in delivery.parts)
    return Snapshot("1", "council.card_spend", parts, "2026-01-01T00:00:00+00:00", "run", delivery.release)


def serving(manifest: Path, **options: Any) -> SampleServer:
    return SampleServer({"/portal": CkanResponder([manifest], **options)})


def downloads(server: SampleServer) -> list[Request]:
    return [request for request in server.requests if "/download/" in request.path]


def test_every_file_of_a_package_comes_under_its_own_name_with_its_month(tmp_path: Path, http: Http) -> None:
    with serving(figures(tmp_path)) as server:
        delivery = fetched(server, http, formats=["xls"], labels=[MONTH])
    assert [part.name for part in delivery.parts] == ["publish-spend-august-2016.xls", "publishspendseptember.xls"]
    assert [(part.labels["month"], part.labels["year"]) for part in delivery.parts] == [("August", "2016"), ("September", "2016")]
    assert delivery.release == "2021-01-15T10:25:28"
    assert delivery.parts[0].path is not None
    sheet = CalamineWorkbook.from_path(delivery.parts[0].path).get_sheet_by_name("Sheet1").to_python()
    assert sheet[0] == list(HEADER)
    assert [row[1] for row in sheet[1:]] == [65.17, -55.55, 59.32]
    assert str(sheet[1][0]) == "2016-08-11"


def test_packages_are_found_by_search_where_each_month_is_a_package(tmp_path: Path, http: Http) -> None:
    search = {"query": "purchase card", "package": r"(\w+-\d{4}-)?purchase-card-transactions"}
    with serving(figures(tmp_path)) as server:
        delivery = fetched(server, http, search=search, labels=[MONTH])
        with pytest.raises(EvidenceError) as none:
            fetched(server, http, search={"query": "purchase card", "package": "nothing"})
    assert [part.labels["package"] for part in delivery.parts] == [PACKAGE, PACKAGE, "april-2021-purchase-card-transactions"]
    assert delivery.parts[2].labels["month"] == "April"  # from the package's title: the resource is called 'april'
    assert delivery.release == "2021-06-01T00:00:00"
    assert none.value.code == "fetch.no_match"


def test_a_search_is_paged_to_its_end(tmp_path: Path, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.fetch.ckan_catalogue.PACKAGES_A_PAGE", 1)
    with serving(figures(tmp_path)) as server:
        delivery = fetched(server, http, search={"query": "purchase card", "package": ".*"})
        assert [request.one("start") for request in server.requests if request.path.endswith("package_search")] == ["0", "1"]
    assert len(delivery.parts) == 3


def test_resources_are_chosen_by_name_address_and_format(tmp_path: Path, http: Http) -> None:
    notes = {"name": "Notes", "format": "CSV", "file": "notes.csv"}
    gone = {**AUGUST, "state": "deleted", "name": "old"}
    with serving(figures(tmp_path, [AUGUST, SEPTEMBER, notes, gone])) as server:
        by_format = fetched(server, http, formats=["xls"])
        by_name = fetched(server, http, resources="NOTES$")
        by_address = fetched(server, http, resources=r"spend-august-\d{4}\.xls$")
        with pytest.raises(EvidenceError) as none:
            fetched(server, http, resources="payroll")
    assert [part.name for part in by_format.parts] == ["publish-spend-august-2016.xls", "publishspendseptember.xls"]
    assert [part.name for part in by_name.parts] == ["notes.csv"]
    assert [part.name for part in by_address.parts] == ["publish-spend-august-2016.xls"]
    assert none.value.code == "fetch.no_match"
    assert "'Notes'" in none.value.found


def test_two_files_of_one_name_are_told_apart_in_the_same_way_each_time(tmp_path: Path, http: Http) -> None:
    twin = {**AUGUST, "name": "August again", "id": "ad2e9a49-0000-4000-8000-000000000000"}
    with serving(figures(tmp_path / "a", [AUGUST, twin])) as server:
        first = [part.name for part in fetched(server, http).parts]
    reordered = [{**twin, "created": "2016-09-21T09:00:00"}, {**AUGUST, "created": "2016-09-20T09:00:00"}]
    with serving(figures(tmp_path / "b", reordered)) as server:
        second = [part.name for part in fetched(server, http).parts]
    assert first == second == ["publish-spend-august-2016.xls", "publish-spend-august-2016-ad2e9a49.xls"]


class _Anything:
    """A responder that has a small CSV at every path."""

    def respond(self, request: Request) -> Response | None:
        return Response(200, b"a,b\n1,2\n", {"Content-Type": "text/csv"})


def test_a_file_name_cannot_leave_its_folder(tmp_path: Path, http: Http) -> None:
    sly = {**AUGUST, "url": "/files/..%2F..%2Fetc%2Fpass wd%00.csv"}
    with SampleServer({"/portal": CkanResponder([figures(tmp_path, [sly])]), "/files": _Anything()}) as server:
        delivery = fetched(server, http)
    assert [part.name for part in delivery.parts] == ["etc-pass-wd-.csv"]


def test_uploaded_files_stand_while_the_portal_lists_them_as_before(tmp_path: Path, http: Http) -> None:
    with serving(figures(tmp_path)) as server:
        first = fetched(server, http)
        server.requests.clear()
        second = fetched(server, http, kept(first), labels=[MONTH])
        assert downloads(server) == []
    assert [(part.path, part.sha256, part.name) for part in second.parts] == [(None, part.sha256, part.name) for part in first.parts]
    assert second.parts[0].labels["year"] == "2016"  # a new pattern needs no new download


def test_an_edit_of_the_package_asks_again_but_brings_only_what_changed(tmp_path: Path, http: Http) -> None:
    with serving(figures(tmp_path / "a")) as server:
        first = kept(fetched(server, http))
    with serving(figures(tmp_path / "b", modified="2021-02-01T00:00:00")) as server:
        again = fetched(server, http, first)
        assert [request.headers.get("if-none-match") for request in downloads(server)] == [part.headers["etag"] for part in first.parts]
    assert [part.path for part in again.parts] == [None, None]
    with serving(figures(tmp_path / "c", rows=[*ROWS, ("2016-08-31", "1", "new")], modified="2021-03-01T00:00:00")) as server:
        changed = fetched(server, http, first)
    assert all(part.path is not None and part.sha256 != first.parts[0].sha256 for part in changed.parts)


def test_a_file_that_is_only_linked_is_always_asked_for(tmp_path: Path, http: Http) -> None:
    with serving(figures(tmp_path, [{**AUGUST, "url_type": None}])) as server:
        first = kept(fetched(server, http))
        server.requests.clear()
        assert fetched(server, http, first).parts[0].path is None
        assert len(downloads(server)) == 1


def test_the_hash_that_the_portal_lists_is_checked_where_it_is_an_md5(tmp_path: Path, http: Http) -> None:
    right = {**AUGUST, "hash": True}
    wrong = {**SEPTEMBER, "hash": "0" * 32}
    of_s3 = {**AUGUST, "file": "other.xls", "hash": "190910431fddb729f8a9b4272a5f8e0e-4"}
    with serving(figures(tmp_path, [right, wrong, of_s3])) as server:
        delivery = fetched(server, http)
    assert delivery.warnings == ("publishspendseptember.xls: its MD5 is not the one that the portal lists",)
    assert len(delivery.parts) == 3


def test_a_file_that_is_gone_keeps_its_archived_bytes_and_is_asked_for_again_next_time(tmp_path: Path, http: Http) -> None:
    with serving(figures(tmp_path / "a")) as server:
        first = kept(fetched(server, http))
    broken = [{**AUGUST, "url": "/portal/dataset/gone.xls"}, SEPTEMBER]
    with serving(figures(tmp_path / "b", broken, modified="2021-02-01T00:00:00")) as server:
        second = fetched(server, http, first)
        third = fetched(server, http, kept(second))
        assert sum(request.path.endswith("gone.xls") for request in server.requests) == 2
    assert [(part.name, part.sha256) for part in second.parts] == [(part.name, part.sha256) for part in first.parts]
    assert third.warnings[0].startswith("publish-spend-august-2016.xls: the archived file stands")


@pytest.mark.parametrize("withdrawn", [False, True])
def test_a_file_that_is_gone_and_was_never_archived_is_an_error_unless_declared(tmp_path: Path, http: Http, withdrawn: bool) -> None:
    broken = [{**AUGUST, "url": "/portal/gone.xls", "id": "one"}, SEPTEMBER, {**AUGUST, "url": "/portal/lost.xls", "id": "two"}]
    with serving(figures(tmp_path, broken)) as server:
        if withdrawn:
            delivery = fetched(server, http, withdrawn=["one", "two"])
            assert [part.name for part in delivery.parts] == ["publishspendseptember.xls"]
            assert delivery.warnings == (f"'{AUGUST['name']}' is passed over, as `withdrawn` says",)
            assert not [request for request in server.requests if request.path.endswith(("gone.xls", "lost.xls"))]
            return
        with pytest.raises(EvidenceError) as error:
            fetched(server, http)
        assert len(downloads(server)) == 1  # the good one was tried all the same
    assert error.value.code == "fetch.gone"
    assert error.value.where == f"{PACKAGE}/gone.xls, {PACKAGE}/lost.xls"
    assert "one, two" in error.value.todo


def test_a_file_that_the_portal_lists_no_more_is_named(tmp_path: Path, http: Http) -> None:
    with serving(figures(tmp_path / "a")) as server:
        first = kept(fetched(server, http))
    with serving(figures(tmp_path / "b", [SEPTEMBER])) as server:
        second = fetched(server, http, first)
    assert second.warnings == ("no longer listed by the portal: publish-spend-august-2016.xls",)
    assert [part.name for part in second.parts] == ["publishspendseptember.xls"]


def test_a_link_to_a_host_that_is_not_declared_is_not_followed(tmp_path: Path, http: Http) -> None:
    away = {**AUGUST, "url": "https://s3-eu-west-1.amazonaws.com/files.datapress.com/leeds/spending.xls"}
    with serving(figures(tmp_path, [away])) as server, pytest.raises(EvidenceError) as error:
        fetched(server, http)
    assert error.value.code == "fetch.redirected"
    assert "s3-eu-west-1.amazonaws.com" in error.value.found


@pytest.mark.parametrize(("count", "cut", "pages"), [(3, 32_000, 1), (4, 2, 2), (5, 2, 3), (0, 2, 1)])
def test_a_table_of_the_datastore_comes_whole_though_the_portal_cuts_pages(
    tmp_path: Path, http: Http, connection: duckdb.DuckDBPyConnection, count: int, cut: int, pages: int
) -> None:
    rows = [("2016-08-11", str(number), "x") for number in range(count)]
    with serving(figures(tmp_path, [{**AUGUST, "datastore": True}, SEPTEMBER], rows), most_rows=cut) as server:
        delivery = fetched(server, http, datastore="search")
        assert {request.one("sort") for request in server.requests if request.one("limit") == "32000"} == {"_id"}
    names = [f"publish-spend-august-2016.xls-page-{number:04}.json" for number in range(1, pages + 1)]
    assert [part.name for part in delivery.parts] == names
    if count:
        found = []
        for number, part in enumerate(delivery.parts):
            assert part.path is not None
            read(part.path, connection, f"page_{number}")
            found += connection.execute(f'select "_id", "ORIGINAL GROSS AMT" from page_{number} order by _row').fetchall()
        assert found == [(str(number + 1), str(number)) for number in range(count)]


def test_a_dump_of_the_datastore_is_held_against_its_count(tmp_path: Path, http: Http) -> None:
    rows = [("2016-08-11", "1", "two\nlines"), ("2016-08-12", "2", "")]
    with serving(figures(tmp_path, [{**AUGUST, "datastore": True}], rows)) as server:
        delivery = fetched(server, http, datastore="dump")
    assert [part.name for part in delivery.parts] == ["publish-spend-august-2016.xls.csv"]
    assert delivery.parts[0].path is not None
    assert delivery.parts[0].path.read_bytes().startswith(b"\xef\xbb\xbf_id,TRANS DATE")


class _Answer:
    """A responder with one answer to one action; everything else is the portal's."""

    def __init__(self, inner: CkanResponder, name: str, response: Response, skip: int = 0) -> None:
        self._inner, self._name, self._response, self._skip = inner, name, response, skip

    def respond(self, request: Request) -> Response | None:
        if not request.path.endswith(self._name):
            return self._inner.respond(request)
        self._skip -= 1
        return self._inner.respond(request) if self._skip >= 0 else self._response


@pytest.mark.parametrize(
    ("response", "code", "said"),
    [
        # As CKAN 2.12 answers, in its own words.
        (
            Response.of_json({"error": {"__type": "Not Found Error", "message": "Not found"}, "success": False}, 404),
            "fetch.gone",
            "Not Found Error",
        ),
        (
            Response.of_json({"error": {"name_or_id": ["Missing value"], "__type": "Validation Error"}, "success": False}, 409),
            "fetch.rejected",
            "name_or_id: Missing value",
        ),
        (Response.of_json("Bad request: Action name not known: package_shw", 400), "fetch.rejected", "Action name not known"),
        (
            Response.of_json({"error": {"__type": "Authorization Error", "message": "Access denied"}, "success": False}, 403),
            "fetch.refused",
            "denied",
        ),
        (
            Response.of_json({"success": False, "error": {"__type": "Search Error", "message": "busy"}}),
            "fetch.protocol",
            "Search Error; message: busy",
        ),
        (Response.of_json({"success": True, "result": None}), "fetch.protocol", "no reason"),
        (Response.of_json([]), "fetch.protocol", "no reason"),
        (Response.of_text("<html><title>Gone away</title></html>", 404), "fetch.gone", "HTTP 404"),
        (Response.of_text("<html><title>We are moving</title></html>"), "fetch.not_data", "We are moving"),
        (Response(200, b'{"success": tr', {"Content-Type": "application/json"}), "fetch.protocol", "begins"),
    ],
)
def test_every_form_of_error_is_told_by_its_own_words(tmp_path: Path, http: Http, response: Response, code: str, said: str) -> None:
    portal = _Answer(CkanResponder([figures(tmp_path)]), "package_show", response)
    with SampleServer({"/portal": portal}) as server, pytest.raises(EvidenceError) as error:
        fetched(server, http)
    assert error.value.code == code
    assert said in error.value.found


def test_a_package_that_a_portal_without_help_texts_shows_is_read(tmp_path: Path, http: Http) -> None:
    package = {
        "id": "1",
        "name": PACKAGE,
        "title": "t",
        "metadata_modified": "2018",
        "resources": [{"id": "r", "name": "n", "url": "/files/a.csv"}],
    }
    portal = _Answer(CkanResponder([]), "package_show", Response.of_json({"success": True, "result": package}))
    with SampleServer({"/portal": portal, "/files": PlainFiles({"/a.csv": File(b"a,b\n1,2\n")})}) as server:
        delivery = fetched(server, http)
    assert [(part.name, part.labels["resource"]) for part in delivery.parts] == [("a.csv", "r")]


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ({"total": 5, "records": [{"_id": 1}, {"_id": 1}, {"_id": 2}]}, "changed after row 0"),
        ({"total": 4, "records": [{"_id": 1}, {"_id": 2}]}, "changed after row 0"),
        ({"total": 5, "records": []}, "0, then an empty page"),
        ({"total": 5, "records": [{"a": 1}]}, "a record without"),
        ({"records": []}, "None"),
    ],
)
def test_pages_of_a_table_that_do_not_add_up_are_refused(tmp_path: Path, http: Http, page: dict[str, Any], found: str) -> None:
    rows = [("2016-08-11", str(number), "x") for number in range(5)]
    inner = CkanResponder([figures(tmp_path, [{**AUGUST, "datastore": True}], rows)])
    portal = _Answer(inner, "datastore_search", Response.of_json({"success": True, "result": page}), skip=1)
    with SampleServer({"/portal": portal}) as server, pytest.raises(EvidenceError) as error:
        fetched(server, http, datastore="search")
    assert error.value.code in ("fetch.truncated", "fetch.protocol")
    assert found in error.value.found


@pytest.mark.parametrize(
    ("action", "query", "status", "facts"),
    [
        ("datastore_search", {"resource_id": "r", "limit": "0"}, 200, {"limit": 0, "records": [], "total": 3}),
        ("datastore_search", {"resource_id": "r", "limit": "99999"}, 200, {"limit": 32_000, "total": 3}),
        ("datastore_search", {"resource_id": "r", "offset": "50"}, 200, {"limit": 100, "offset": 50, "records": [], "total": 3}),
        ("datastore_search", {"resource_id": "r", "limit": "x"}, 409, {"limit": ["Invalid integer", "Please enter an integer value"]}),
        ("datastore_search", {"resource_id": "r", "filters": '{"nocol": 1}'}, 409, {"filters": ["Unknown field: nocol"]}),
        ("datastore_search", {"resource_id": "nope"}, 404, {"message": 'Not found: Resource "nope" was not found.'}),
        ("package_show", {}, 409, {"name_or_id": ["Missing value"], "__type": "Validation Error"}),
        ("package_show", {"id": "nope"}, 404, {"message": "Not found", "__type": "Not Found Error"}),
        ("nosuch_action", {}, 400, "Bad request: Action name not known: nosuch_action"),
    ],
)
def test_the_sample_answers_as_ckan_2_12_was_seen_to(
    tmp_path: Path, http: Http, action: str, query: dict[str, str], status: int, facts: Any
) -> None:
    with serving(figures(tmp_path, [{**AUGUST, "id": "r", "datastore": True}])) as server:
        accepted = frozenset([400, 404, 409])
        received = http.get(server.at("/portal") + f"/api/3/action/{action}", params=query, name="answer", accept=accepted)
    answer = received.json()
    assert received.status == status
    if isinstance(facts, str):
        assert answer == facts
        return
    assert answer["success"] is (status == 200)
    told = answer["result" if status == 200 else "error"]
    assert {name: told[name] for name in facts} == facts
    if status == 200:
        assert told["fields"][:3] == [
            {"id": "_id", "type": "int"},
            {"id": "TRANS DATE", "type": "date"},
            {"id": "ORIGINAL GROSS AMT", "type": "numeric"},
        ]


def test_a_host_that_stops_answering_is_not_asked_for_every_file(tmp_path: Path, http: Http) -> None:
    many = [{**AUGUST, "name": f"n{number}", "file": f"f{number}.xls"} for number in range(6)]
    with serving(figures(tmp_path, many)) as server:
        server.inject(Fault("server_error", "/portal/dataset"))
        with pytest.raises(EvidenceError) as error:
            fetched(server, http)
        assert len(downloads(server)) == 3
    assert error.value.code == "fetch.server_error"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "give `packages`, `search` or both"),
        ({"packages": ["a"], "labels": [r"\d+"]}, "has no named group"),
        ({"packages": ["a"], "resources": "("}, "no regular expression"),
        ({"packages": ["a"], "datastore": "all"}, "'search' or 'dump'"),
        ({"search": {"query": "a", "package": "["}}, "no regular expression"),
    ],
)
def test_a_wrong_argument_is_refused_before_anything_is_asked(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Ckan(site="https://data.example.org", **arguments)


def test_a_real_portals_answer_is_read_as_it_is(tmp_path: Path, http: Http, real_files: Path) -> None:
    """54 files of ten packages, as data.birmingham.gov.uk listed them: each is meant, named once, and all but those without a month are dated."""
    answer = json.loads((real_files / "council/ckan/data.birmingham.gov.uk_package_search.json").read_text(encoding="utf-8"))
    answer["result"]["count"] = len(answer["result"]["results"])  # the recording is the first page of four
    bodies = {resource["url"]: resource for package in answer["result"]["results"] for resource in package["resources"]}
    text = json.dumps(answer).replace("https://data.birmingham.gov.uk/dataset", "/files")
    portal = _Answer(CkanResponder([]), "package_search", Response(200, text.encode(), {"Content-Type": "application/json"}))
    files = {url.removeprefix("https://data.birmingham.gov.uk/dataset"): File(url.encode()) for url in bodies}
    with SampleServer({"/portal": portal, "/files": PlainFiles(files)}) as server:
        delivery = fetched(
            server, http, search={"query": "purchase card", "package": ".*"}, labels=[MONTH, r"(?P<month>[a-z]+)[_ -](?P<year>20\d\d)"]
        )
    assert len(delivery.parts) == 54
    assert len({part.name for part in delivery.parts}) == 54
    assert {hashlib.sha256(url.encode()).hexdigest() for url in bodies} == {part.sha256 for part in delivery.parts}
    assert len({(part.labels["year"], part.labels["month"].lower()) for part in delivery.parts}) == 54
