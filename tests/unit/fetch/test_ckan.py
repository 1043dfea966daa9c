"""CKAN: the right resources of the right packages, asked for only if changed, and none lost unseen. Over real HTTP on this machine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from expectations.errors import EvidenceError
from expectations.sources import Ckan
from tasks.fetch.http import Http, HttpSettings
from tasks.sample.ckan import CkanResponder
from tasks.sample.faults import Fault
from tasks.sample.plain_file import File, PlainFiles
from tasks.sample.server import Request, Response, SampleServer
from tests.fetching import kept
from tests.unit.fetch.card_spend import AUGUST, HEADER, MONTH, PACKAGE, ROWS, SEPTEMBER, downloads, fetched, figures, serving


@pytest.fixture
def http(tmp_path: Path) -> Iterator[Http]:
    with Http(HttpSettings(allow_loopback=True, retries=0), tmp_path / "scratch") as opened:
        yield opened


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


class _Answer:
    """A responder with one answer to one action; everything else is the portal's."""

    def __init__(self, inner: CkanResponder, name: str, response: Response, skip: int = 0) -> None:
        self._inner, self._name, self._response, self._skip = inner, name, response, skip

    def respond(self, request: Request) -> Response | None:
        if not request.path.endswith(self._name):
            return self._inner.respond(request)
        self._skip -= 1
        return self._inner.respond(request) if self._skip >= 0 else self._response


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
