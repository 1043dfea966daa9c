"""EES when it fails: each documented error, and the failures that an answer with status 200 hides."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from expectations.errors import EvidenceError
from tasks.fetch import SERVICES, fetch
from tasks.fetch.http import Http
from tasks.sample.ees import EesApi
from tasks.sample.ees_data import data_sets
from tasks.sample.faults import Fault
from tasks.sample.server import Request, Response, SampleServer
from tasks.snapshot import Delivery

ID = "0191a8a1-0000-7000-8000-000000000001"
HEAD = "time_period,time_identifier,geographic_level,country_code,country_name,sex,rate\n"
ROWS = [f"202{n},Academic year,National,E92000001,England,{sex},{n}.5\n" for n in ("223", "324") for sex in ("Boys", "Girls", "Total")]


@pytest.fixture
def api(tmp_path: Path) -> EesApi:
    publication = {"id": ID.replace("0191", "aaaa"), "title": "Absence", "slug": "absence", "summary": ""}
    facts = {
        "type": "Major",
        "status": "Published",
        "published": "2025-01-01T09:30:00Z",
        "notes": "",
        "release": {"title": "x", "slug": "x"},
    }
    versions = [{**facts, "version": number, "csv": "absence.csv"} for number in ("1.0", "1.1")]
    (tmp_path / "absence.csv").write_text(HEAD + "".join(ROWS))
    (tmp_path / "absence.meta.csv").write_text("col_name,col_type,label\nsex,Filter,Sex\nrate,Indicator,Rate\n")
    about = {
        "id": ID,
        "file_id": ID,
        "title": "Absence by sex",
        "publication": publication,
        "meta": "absence.meta.csv",
        "versions": versions,
    }
    (tmp_path / "absence.json").write_text(json.dumps(about))
    return EesApi(data_sets([tmp_path / "absence.json"]))


@pytest.fixture
def server(api: EesApi) -> Iterator[SampleServer]:
    with SampleServer({"/api": api}) as running:
        yield running


def fetched(server: SampleServer, client: Callable[..., Http], **arguments: Any) -> Delivery:
    http = client(reroute={SERVICES["ees"]: server.at("/api")})
    return fetch("ees", arguments or {"publication": "Absence", "data_set": "Absence by sex"}, http)


def failed(server: SampleServer, client: Callable[..., Http], **arguments: Any) -> EvidenceError:
    with pytest.raises(EvidenceError) as caught:
        fetched(server, client, **arguments)
    return caught.value


@pytest.mark.parametrize(
    "path", ["/api/publications", f"/api/data-sets/{ID}/csv", f"/api/data-sets/{ID}/meta", f"/api/data-sets/{ID}/versions/1.1/changes"]
)
@pytest.mark.parametrize(("kind", "status"), [("server_error", 504), ("too_many", 429), ("reset", 0), ("short_body", 0)])
def test_a_failure_that_heals_is_not_seen(kind: str, status: int, path: str, server: SampleServer, client: Callable[..., Http]) -> None:
    server.inject(Fault(kind, path=path, times=2, status=status, retry_after="0"))
    assert [part.name for part in fetched(server, client).parts] == ["data.csv", "meta.json"]


@pytest.mark.parametrize(
    ("path", "kind", "code"),
    [
        ("/api/publications", "server_error", "fetch.server_error"),
        ("/api/publications", "html", "fetch.not_data"),
        (f"/api/data-sets/{ID}/csv", "html", "fetch.not_data"),
        (f"/api/data-sets/{ID}/csv", "cut_gzip", "fetch.truncated"),
        (f"/api/data-sets/{ID}/csv", "empty", "fetch.empty"),
        (f"/api/data-sets/{ID}/meta", "too_many", "fetch.rate_limited"),
        (f"/api/data-sets/{ID}/versions/1.1/changes", "server_error", "fetch.server_error"),
    ],
)
def test_a_failure_that_stays_is_a_coded_error(path: str, kind: str, code: str, server: SampleServer, client: Callable[..., Http]) -> None:
    server.inject(Fault(kind, path=path, retry_after="0"))
    error = failed(server, client)
    assert error.code == code
    assert SERVICES["ees"] in error.where, "the publisher's own address is named"


def test_no_such_data_set_is_gone_and_no_such_version_has_no_match(server: SampleServer, client: Callable[..., Http]) -> None:
    error = failed(server, client, data_set=ID.replace("0001", "0404"))
    assert error.code == "fetch.gone" and "HTTP 404: Not Found" in error.found
    assert failed(server, client, data_set=ID, version="7.*").code == "fetch.no_match"


def test_a_first_version_without_a_changelog_is_no_failure(server: SampleServer, client: Callable[..., Http]) -> None:
    server.inject(Fault("server_error", path=f"/api/data-sets/{ID}/versions/1.1/changes", status=404))
    assert fetched(server, client).announced == ()


def test_the_csv_is_unpacked_although_no_header_says_that_it_is_gzip(server: SampleServer, client: Callable[..., Http]) -> None:
    server.inject(Fault("unannounced_gzip", path=f"/api/data-sets/{ID}/csv"))
    delivery = fetched(server, client)
    assert delivery.parts[0].path is not None and delivery.parts[0].path.read_text() == HEAD + "".join(ROWS)
    assert "no header announced" in delivery.warnings[0]


class Changed:
    """The API, with its JSON changed on the way."""

    def __init__(self, api: EesApi, path: str, change: Callable[[Any], Any]) -> None:
        self.api, self.path, self.change = api, path, change

    def respond(self, request: Request) -> Response | None:
        response = self.api.respond(request)
        if response is None or not request.path.endswith(self.path):
            return response
        return Response.of_json(self.change(json.loads(response.body)))


def counted(answer: Any, total: int) -> Any:
    return {**answer, "latestVersion": {**answer["latestVersion"], "totalResults": total}}


@pytest.mark.parametrize(
    ("path", "change", "code"),
    [
        (f"/data-sets/{ID}", lambda answer: counted(answer, len(ROWS) + 1), "fetch.truncated"),
        (f"/data-sets/{ID}", lambda answer: {**answer, "latestVersion": None}, "fetch.protocol"),
        (f"/data-sets/{ID}", lambda answer: [answer], "fetch.protocol"),
        ("/publications", lambda answer: {"results": answer["results"]}, "fetch.protocol"),
        ("/publications", lambda answer: {**answer, "results": None}, "fetch.protocol"),
        ("/publications", lambda answer: {**answer, "paging": {**answer["paging"], "totalResults": 9}}, "fetch.truncated"),
    ],
)
def test_an_answer_that_contradicts_itself_or_its_documentation_is_a_failure(
    path: str, change: Callable[[Any], Any], code: str, api: EesApi, client: Callable[..., Http]
) -> None:
    with SampleServer({"/api": Changed(api, path, change)}) as server:
        wanted = {"data_set": ID} if "data-sets" in path else {"publication": "Absence", "data_set": "Absence by sex"}
        assert failed(server, client, **wanted).code == code


def test_more_rows_than_counted_are_a_warning(api: EesApi, client: Callable[..., Http]) -> None:
    with SampleServer({"/api": Changed(api, f"/data-sets/{ID}", lambda answer: counted(answer, 2))}) as server:
        assert fetched(server, client, data_set=ID).warnings == ("the CSV has 6 rows, the API counts 2",)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/publications?search=ab", 400, "MinimumLength"),
        ("/publications?pageSize=41", 400, "InclusiveBetween"),
        (f"/data-sets/{ID}/versions?pageSize=21", 400, "InclusiveBetween"),
        (f"/data-sets/{ID}?colour=red", 400, "UnknownField"),
        (f"/data-sets/{ID}/csv?dataSetVersion=latest", 404, "Not Found"),
        ("/data-sets/not-a-guid", 404, "Not Found"),
    ],
)
def test_a_wrong_request_is_answered_as_documented(
    path: str, status: int, code: str, server: SampleServer, client: Callable[..., Http]
) -> None:
    with pytest.raises(EvidenceError) as caught:
        client().get(server.at("/api") + path, name="x")
    assert f"HTTP {status}" in caught.value.found and code in caught.value.found
    assert caught.value.code == ("fetch.rejected" if status == 400 else "fetch.gone")
