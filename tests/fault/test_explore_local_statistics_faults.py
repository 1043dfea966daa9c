"""Explore Local Statistics when it fails: what heals leaves no trace, what stays is one coded error, and an answer that is not whole is seen."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet

from expectations.errors import EvidenceError
from tasks.fetch import SERVICES, fetch
from tasks.fetch.http import Http
from tasks.sample.explore_local_statistics import ExploreLocalStatisticsResponder
from tasks.sample.faults import KINDS, Fault
from tasks.sample.server import Request, Response, SampleServer
from tasks.snapshot import Delivery

ABOUT, DATA = "/els/api/v1/metadata", "/els/api/v1/data.csv"
ROWS = [
    {"indicator": "employment-rate", "areacd": f"E0800{area:04}", "areanm": f"Area {area}", "period": f"{year}-01-01/P1Y", "value": 60.5}
    for area in range(40)
    for year in range(2015, 2024)
]
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
def responder(tmp_path: Path) -> ExploreLocalStatisticsResponder:
    parquet.write_table(pyarrow.Table.from_pylist(ROWS), tmp_path / "rate.parquet")
    indicator = {"slug": "employment-rate", "label": "Employment rate", "unit": "%", "dataModified": "2026-01-12", "caveats": ["A note"]}
    (tmp_path / "rate.json").write_text(json.dumps({"figures": "rate.parquet", "indicators": [indicator]}))
    return ExploreLocalStatisticsResponder([tmp_path / "rate.json"])


@pytest.fixture
def server(responder: ExploreLocalStatisticsResponder) -> Iterator[SampleServer]:
    with SampleServer({"/els": responder}) as running:
        yield running


def fetched(server: SampleServer, http: Http) -> Delivery:
    return fetch("explore_local_statistics", {"indicators": ["employment-rate"]}, http)


def opened(server: SampleServer, client: Callable[..., Http], **changes: Any) -> Http:
    return client(reroute={SERVICES["explore_local_statistics"]: server.at("/els")}, max_bytes=100_000, **changes)


def patience(kind: str) -> float:
    """A time-out that ends a stall soon and that no other answer ever meets, on a busy machine either."""
    return 0.3 if kind.startswith("stall") else 5.0


def test_every_fault_is_tried() -> None:
    assert set(LASTING) == set(KINDS)


@pytest.mark.parametrize("path", [ABOUT, DATA])
@pytest.mark.parametrize(
    "kind", [kind for kind, code in LASTING.items() if code and kind not in ("html", "login", "redirect", "huge", "bomb")]
)
def test_a_fault_that_passes_leaves_no_trace(kind: str, path: str, server: SampleServer, client: Callable[..., Http]) -> None:
    server.inject(Fault(kind, path, times=1, retry_after="0", status=503, seconds=1.0))
    delivery = fetched(server, opened(server, client, read_timeout=patience(kind)))
    assert [part.name for part in delivery.parts] == ["employment-rate.csv", "employment-rate.json"]
    assert delivery.warnings == ()


@pytest.mark.parametrize("path", [ABOUT, DATA])
@pytest.mark.parametrize(("kind", "code"), LASTING.items())
def test_a_fault_that_stays_is_one_coded_error_or_is_said(
    kind: str, code: str, path: str, server: SampleServer, client: Callable[..., Http]
) -> None:
    target = "https://elsewhere.example/x" if kind == "redirect" else "application/vnd.ms-excel" if kind == "media_type" else ""
    seconds = 0.2 if kind == "slow" else 1.0
    server.inject(Fault(kind, path, retry_after="0", size=2_000_000, seconds=seconds, target=target), Fault("html", "/login"))
    http = opened(server, client, retries=0, read_timeout=patience(kind))
    if code:
        with pytest.raises(EvidenceError) as caught:
            fetched(server, http)
        assert caught.value.code == code
        return
    delivery = fetched(server, http)
    assert delivery.parts[0].path is not None and delivery.parts[0].path.read_bytes().count(b"\n") == len(ROWS)
    said = " ".join(delivery.warnings)
    assert {"media_type": "application/vnd.ms-excel", "deprecated": "deprecated", "unannounced_gzip": "gzip"}.get(kind, "") in said
    assert bool(said) is (kind in ("media_type", "deprecated", "unannounced_gzip") or (kind == "wrong_charset" and path == ABOUT))


def test_a_redirect_within_the_site_is_followed(server: SampleServer, client: Callable[..., Http]) -> None:
    server.inject(
        Fault(
            "redirect",
            DATA,
            times=1,
            status=307,
            target=server.at("/els") + "/api/v1/data.csv?indicator=employment-rate&time=all&includeStatus=true",
        )
    )
    assert len(fetched(server, opened(server, client)).parts) == 2


class Changed:
    """The service, with one kind of answer changed on the way."""

    def __init__(self, inner: ExploreLocalStatisticsResponder, path: str, change: Callable[[bytes], bytes]) -> None:
        self.inner, self.path, self.change = inner, path, change

    def respond(self, request: Request) -> Response | None:
        response = self.inner.respond(request)
        if response is None or self.path not in request.path:
            return response
        return Response(response.status, self.change(response.body), response.headers)


def _of_json(change: Callable[[dict[str, Any]], Any]) -> Callable[[bytes], bytes]:
    return lambda body: json.dumps(change(json.loads(body))).encode()


@pytest.mark.parametrize(
    ("path", "change", "code"),
    [
        ("metadata", _of_json(lambda told: [told]), "fetch.protocol"),
        ("metadata", _of_json(lambda told: {**told, "dimensions": {"areacd": {}}}), "fetch.protocol"),
        ("data.csv", lambda body: body.replace(b"areacd", b"AREACD"), "fetch.protocol"),
        ("data.csv", lambda body: body.replace(b",status", b"", 1), "fetch.protocol"),
        ("data.csv", lambda body: body.partition(b"\n")[0], "fetch.truncated"),
        ("data.csv", lambda body: b"\n".join(line for line in body.split(b"\n") if b"2023-" not in line), "fetch.truncated"),
        ("data.csv", lambda body: body.rpartition(b",")[0], "fetch.truncated"),
        ("data.csv", lambda body: body.replace(b"Area 3", b"Area \xff", 1), "fetch.protocol"),
    ],
)
def test_an_answer_that_contradicts_the_metadata_is_a_failure(
    path: str, change: Callable[[bytes], bytes], code: str, responder: ExploreLocalStatisticsResponder, client: Callable[..., Http]
) -> None:
    with SampleServer({"/els": Changed(responder, path, change)}) as server, pytest.raises(EvidenceError) as caught:
        fetched(server, opened(server, client))
    assert caught.value.code == code
    assert SERVICES["explore_local_statistics"] in caught.value.where, "the publisher's own address is named"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("indicator=employment-rate&colour=red", "invalid or duplicate parameters"),
        ("indicator=employment-rate&indicator=other", "invalid or duplicate parameters"),
        ("indicator=employment-rate&time=yesterday", "invalid time period"),
        ("indicator=no-such-thing", "No data available"),
    ],
)
def test_a_wrong_request_is_answered_as_documented(query: str, said: str, server: SampleServer, client: Callable[..., Http]) -> None:
    with pytest.raises(EvidenceError) as caught:
        client().get(f"{server.at('/els')}/api/v1/data.csv?{query}", name="x")
    assert caught.value.code == "fetch.rejected" and said in caught.value.found
