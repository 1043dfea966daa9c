"""The ONS API when it fails, and when its answers contradict themselves: a coded error, and never half a table."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from expectations.errors import EvidenceError
from tasks.fetch import SERVICES, fetch, ons_api_filter
from tasks.fetch.http import Http
from tasks.fetch.ons_api_calls import Api
from tasks.sample import ons_api
from tasks.sample.faults import KINDS, Fault
from tasks.sample.server import Request, Responder, Response, SampleServer
from tasks.snapshot import Delivery

HEADER = "Regions Code,Regions,Sex (2 categories) Code,Sex (2 categories),Observation\n"
TABLE = HEADER + "".join(
    f"E120{number:05},Region {number},{code},{sex},{number}\n" for number in range(60) for code, sex in ((1, "F"), (2, "M"))
)
VERSION = "/api/datasets/TS008/editions/2021/versions/1"
CSV = "/downloads/downloads/datasets/TS008"
OBSERVATIONS = "/api/population-types"
FILTER = {"area_type": "rgn", "areas": ["E12000005"], "dimensions": {"sex": []}}
QUERY = {"population_type": "UR", "area_type": "rgn", "dimensions": ["sex"], "areas": ["E12000005", "E12000006"]}
# Fault -> the code of its error where it stays; '' where the figures come all the same.
LASTING = {
    "stall": "fetch.timeout",
    "stall_body": "fetch.timeout",
    "slow": "",
    "reset": "fetch.truncated",
    "short_body": "fetch.truncated",
    "cut_gzip": "fetch.truncated",
    "too_many": "fetch.rate_limited",
    "server_error": "fetch.server_error",
    "html": "fetch.not_data",
    "empty": "fetch.empty",
    "wrong_charset": "",
    "login": "fetch.not_data",
    "redirect": "fetch.redirected",
    "media_type": "",
    "huge": "fetch.too_large",
    "bomb": "fetch.too_large",
    "unannounced_gzip": "",
    "deprecated": "",
    "no_length": "",
}


@pytest.fixture
def responders(tmp_path: Path) -> dict[str, Responder]:
    (tmp_path / "sex.csv").write_text(TABLE)
    version = {"version": 1, "release_date": "2022-11-10T00:00:00.000Z", "figures": "sex.csv"}
    dataset = {"id": "TS008", "title": "Sex", "is_based_on": {"@id": "UR"}, "editions": [{"edition": "2021", "versions": [version]}]}
    observations = {"population_type": "UR", "area_type": "rgn", "dimensions": ["sex"], "figures": "sex.csv"}
    (tmp_path / "m.json").write_text(json.dumps({"datasets": [dataset], "observations": [observations]}))
    sample = ons_api.OnsSample([tmp_path / "m.json"])
    return {"/api": ons_api.OnsApi(sample), "/downloads": ons_api.OnsDownloads(sample)}


@pytest.fixture
def server(responders: dict[str, Responder]) -> Iterator[SampleServer]:
    with SampleServer(responders) as running:
        yield running


def fetched(server: SampleServer, client: Callable[..., Http], arguments: dict[str, Any], **changes: Any) -> Delivery:
    reroute = {SERVICES["ons_api"]: server.at("/api"), SERVICES["ons_downloads"]: server.at("/downloads")}
    settings = {"reroute": reroute, "max_bytes": 100_000, **changes}
    return fetch("ons_api", arguments, client(hosts=("download.beta.ons.gov.uk",), **settings))


def failed(server: SampleServer, client: Callable[..., Http], arguments: dict[str, Any]) -> EvidenceError:
    with pytest.raises(EvidenceError) as caught:
        fetched(server, client, arguments)
    return caught.value


def patience(kind: str) -> float:
    """A time-out that ends a stall soon and that no other answer ever meets, on a busy machine either."""
    return 0.3 if kind.startswith("stall") else 5.0


def test_every_fault_is_tried() -> None:
    assert set(LASTING) == set(KINDS)


@pytest.mark.parametrize("path", [VERSION, CSV, OBSERVATIONS])
@pytest.mark.parametrize("kind", ["stall", "reset", "short_body", "cut_gzip", "too_many", "server_error", "empty"])
def test_a_fault_that_passes_leaves_no_trace(kind: str, path: str, server: SampleServer, client: Callable[..., Http]) -> None:
    server.inject(Fault(kind, path, times=1, retry_after="0", status=503, seconds=1.0))
    delivery = fetched(
        server, client, {"observations": QUERY} if path == OBSERVATIONS else {"dataset": "TS008"}, read_timeout=patience(kind)
    )
    assert len(delivery.parts) == 2 and delivery.warnings == ()


@pytest.mark.parametrize("path", [VERSION, CSV, OBSERVATIONS])
@pytest.mark.parametrize(("kind", "code"), LASTING.items())
def test_a_fault_that_stays_is_one_coded_error_or_is_said(
    kind: str, code: str, path: str, server: SampleServer, client: Callable[..., Http]
) -> None:
    target = "https://elsewhere.example/x" if kind == "redirect" else "application/x-bad" if kind == "media_type" else ""
    seconds = 0.2 if kind == "slow" else 1.0
    server.inject(Fault(kind, path, retry_after="0", size=300_000, seconds=seconds, target=target), Fault("html", "/login"))
    arguments = {"observations": QUERY} if path == OBSERVATIONS else {"dataset": "TS008"}
    if code:
        with pytest.raises(EvidenceError) as caught:
            fetched(server, client, arguments, retries=0, read_timeout=patience(kind))
        assert caught.value.code == code
        return
    delivery = fetched(server, client, arguments, retries=0, read_timeout=patience(kind))
    assert delivery.parts[0].path is not None and delivery.parts[0].path.read_text().startswith("Regions Code,")
    said = " ".join(delivery.warnings)
    assert {"media_type": "x-bad", "deprecated": "ends on", "unannounced_gzip": "gzip"}.get(kind, "") in said


def test_a_download_that_moved_to_another_host_of_the_ons_is_followed(server: SampleServer, client: Callable[..., Http]) -> None:
    server.inject(
        Fault(
            "redirect", CSV, times=1, status=307, target=server.at("/downloads") + "/downloads/datasets/TS008/editions/2021/versions/1.csv"
        )
    )
    assert fetched(server, client, {"dataset": "TS008"}).parts[0].size == len(TABLE)


def test_no_such_dataset_and_no_such_version_are_gone(server: SampleServer, client: Callable[..., Http]) -> None:
    error = failed(server, client, {"dataset": "TS999"})
    assert error.code == "fetch.gone" and error.found == "HTTP 404: dataset not found"
    assert SERVICES["ons_api"] in error.where, "the publisher's own address is named"
    assert failed(server, client, {"dataset": "TS008", "edition": "2021", "version": 7}).found == "HTTP 404: version not found"


class Changed:
    """The API, with one of its answers changed on the way."""

    def __init__(self, inner: Responder, path: str, change: Callable[[Any], Any]) -> None:
        self.inner, self.path, self.change = inner, path, change

    def respond(self, request: Request) -> Response | None:
        response = self.inner.respond(request)
        if response is None or self.path not in request.path:
            return response
        return Response.of_json(self.change(json.loads(response.body)), response.status)


def _first(answer: Any, **changes: Any) -> Any:
    return {**answer, "observations": [{**answer["observations"][0], **changes}, *answer["observations"][1:]]}


@pytest.mark.parametrize(
    ("path", "change", "code"),
    [
        ("/datasets/TS008", lambda answer: [answer], "fetch.protocol"),
        ("/datasets/TS008", lambda answer: {**answer, "links": {}}, "fetch.protocol"),
        ("/datasets/TS008", lambda answer: {**answer, "links": {"latest_version": {"href": "x"}}}, "fetch.protocol"),
        ("/versions/1", lambda answer: {**answer, "downloads": None}, "fetch.no_match"),
        (
            "/versions/1",
            lambda answer: {**answer, "downloads": {"csv": {**answer["downloads"]["csv"], "size": "99999"}}},
            "fetch.truncated",
        ),
        ("observations", lambda answer: {"total_observations": 4}, "fetch.protocol"),
        ("observations", lambda answer: {**answer, "blocked_areas": "one"}, "fetch.protocol"),
        ("observations", lambda answer: {**answer, "total_observations": 9}, "fetch.truncated"),
        ("observations", lambda answer: {**answer, "observations": answer["observations"][1:], "total_observations": 3}, "fetch.truncated"),
        ("observations", lambda answer: {**answer, "observations": answer["observations"][2:], "total_observations": 2}, "fetch.truncated"),
        ("observations", lambda answer: _first(answer, observation="x"), "fetch.protocol"),
        ("observations", lambda answer: _first(answer, dimensions=answer["observations"][0]["dimensions"][:1]), "fetch.protocol"),
        ("observations", lambda answer: _first(answer, dimensions=[{}]), "fetch.protocol"),
    ],
)
def test_an_answer_that_contradicts_itself_or_its_documentation_is_a_failure(
    path: str, change: Callable[[Any], Any], code: str, responders: dict[str, Responder], client: Callable[..., Http]
) -> None:
    arguments = {"observations": QUERY} if path == "observations" else {"dataset": "TS008"}
    with SampleServer({**responders, "/api": Changed(responders["/api"], path, change)}) as server:
        assert failed(server, client, arguments).code == code


def test_a_larger_csv_than_listed_is_a_warning(responders: dict[str, Responder], client: Callable[..., Http]) -> None:
    smaller = Changed(
        responders["/api"], "/versions/1", lambda answer: {**answer, "downloads": {"csv": {**answer["downloads"]["csv"], "size": "10"}}}
    )
    with SampleServer({**responders, "/api": smaller}) as server:
        assert fetched(server, client, {"dataset": "TS008"}).warnings == (f"the CSV has {len(TABLE):,} bytes, the API lists 10",)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda answer: {**answer, "downloads": {}, "events": [{"type": "error", "name": "extract failed"}]}, "fetch.server_error"),
        (lambda answer: {**answer, "downloads": {}, "state": "failed"}, "fetch.server_error"),
        (lambda answer: {**answer, "downloads": {}}, "fetch.timeout"),
    ],
)
def test_a_filter_that_fails_or_is_never_made_ends_the_wait(
    change: Callable[[Any], Any], code: str, responders: dict[str, Responder], client: Callable[..., Http], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ons_api_filter, "PAUSE", 0.02)
    monkeypatch.setattr(ons_api_filter, "PATIENCE", 0.1)
    with SampleServer({**responders, "/api": Changed(responders["/api"], "/filter-outputs/", change)}) as server:
        assert failed(server, client, {"dataset": "TS008", "filter": FILTER}).code == code


def test_a_filter_is_waited_for(responders: dict[str, Responder], client: Callable[..., Http], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ons_api_filter, "PAUSE", 0.02)
    looks: list[int] = []

    def later(answer: Any) -> Any:
        looks.append(1)
        return answer if len(looks) > 2 else {**answer, "downloads": {}}

    with SampleServer({**responders, "/api": Changed(responders["/api"], "/filter-outputs/", later)}) as server:
        delivery = fetched(server, client, {"dataset": "TS008", "filter": FILTER})
    assert len(looks) == 3 and delivery.parts[0].path is not None
    assert delivery.parts[0].path.read_text() == HEADER + "E12000005,Region 5,1,F,5\nE12000005,Region 5,2,M,5\n"


@pytest.mark.parametrize(
    ("path", "change"), [("/filters", lambda answer: {}), ("/submit", lambda answer: {"filter_output_id": "../../datasets"})]
)
def test_a_filter_without_an_id_is_a_failure(
    path: str, change: Callable[[Any], Any], responders: dict[str, Responder], client: Callable[..., Http]
) -> None:
    with SampleServer({**responders, "/api": Changed(responders["/api"], path, change)}) as server:
        assert failed(server, client, {"dataset": "TS008", "filter": FILTER}).code == "fetch.protocol"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda answer: {**answer, "items": None}, "fetch.protocol"),
        (lambda answer: {**answer, "total_count": "1"}, "fetch.protocol"),
        (lambda answer: {**answer, "total_count": 5}, "fetch.truncated"),
        (lambda answer: {**answer, "total_count": 0}, "fetch.truncated"),
    ],
)
def test_a_list_that_is_not_what_it_counts_is_a_failure(
    change: Callable[[Any], Any], code: str, responders: dict[str, Responder], client: Callable[..., Http]
) -> None:
    with (
        SampleServer({**responders, "/api": Changed(responders["/api"], "/datasets", change)}) as server,
        pytest.raises(EvidenceError) as caught,
    ):
        Api(client(), server.at("/api")).items("datasets", "datasets")
    assert caught.value.code == code
