"""The school performance tables when the service fails, and when it turns us away, as it is known to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from expectations.errors import EvidenceError
from tasks.fetch import fetch
from tasks.fetch.http import Http
from tasks.sample.faults import Fault
from tasks.sample.performance_tables import PerformanceDownloads, as_download
from tasks.sample.server import SampleServer
from tasks.snapshot import Delivery

SITE = "https://www.compare-school-performance.service.gov.uk"
TABLE = b"RECTYPE,URN,TPUP\n" + b"".join(b"1,%d,%d\n" % (number, number % 200) for number in range(100000, 100300))


@pytest.fixture
def server() -> Iterator[SampleServer]:
    service = PerformanceDownloads({("KS4", "0", "2017-2018"): TABLE})
    with SampleServer({"/tables": service, "/elsewhere": service}) as running:
        yield running


def fetched(server: SampleServer, client: Callable[..., Http], **settings: Any) -> Delivery:
    source = {"table": "KS4", "years": ["2017-2018"]}
    return fetch("performance_tables", source, client(reroute={SITE: server.at("/tables")}, **settings))


@pytest.mark.parametrize("kind", ["server_error", "too_many", "reset", "short_body", "stall", "stall_body", "cut_gzip", "empty"])
def test_a_failure_that_heals_is_not_seen(kind: str, server: SampleServer, client: Callable[..., Http]) -> None:
    server.inject(Fault(kind, path="/tables", times=1, status=503, retry_after="0", seconds=0.5))
    assert fetched(server, client, read_timeout=0.15).parts[0].size == len(as_download(TABLE))


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault("server_error", path="/tables"), "fetch.server_error"),
        (Fault("server_error", path="/tables", status=404), "fetch.gone"),
        (Fault("too_many", path="/tables", retry_after="0"), "fetch.rate_limited"),
        (Fault("html", path="/tables"), "fetch.not_data"),
        (Fault("empty", path="/tables"), "fetch.empty"),
        (Fault("reset", path="/tables"), "fetch.truncated"),
        (Fault("short_body", path="/tables"), "fetch.truncated"),
        (Fault("cut_gzip", path="/tables"), "fetch.truncated"),
        (Fault("stall", path="/tables", seconds=0.5), "fetch.timeout"),
        (Fault("huge", path="/tables", size=20_000), "fetch.too_large"),
        (Fault("bomb", path="/tables", size=1 << 20), "fetch.too_large"),
        (Fault("redirect", path="/tables", target="https://files.example.org/ks4.csv"), "fetch.redirected"),
        (Fault("login", path="/tables", target="https://login.example.org/sign-in"), "fetch.redirected"),
    ],
    ids=lambda each: each.kind if isinstance(each, Fault) else each,
)
def test_a_failure_that_stays_is_a_coded_error(fault: Fault, code: str, server: SampleServer, client: Callable[..., Http]) -> None:
    server.inject(fault)
    with pytest.raises(EvidenceError) as caught:
        fetched(server, client, retries=1, read_timeout=0.15, max_bytes=10_000)
    assert caught.value.code == code and caught.value.where.startswith(f"GET {SITE}/download-data?")


def test_being_turned_away_says_what_is_left_to_do(server: SampleServer, client: Callable[..., Http]) -> None:
    server.inject(Fault("server_error", path="/tables", status=403))
    with pytest.raises(EvidenceError) as caught:
        fetched(server, client)
    assert caught.value.code == "fetch.refused" and f"Open {SITE}/download-data in a browser" in caught.value.todo


def test_a_slow_body_a_redirect_another_media_type_or_compression_still_brings_the_table(
    server: SampleServer, client: Callable[..., Http]
) -> None:
    elsewhere = f"{server.at('/elsewhere')}/download-data?download=true&regions=0&filters=KS4&fileformat=csv&year=2017-2018"
    for fault in (
        Fault("slow", seconds=0.1),
        Fault("redirect", target=elsewhere),
        Fault("no_length"),
        Fault("deprecated"),
        Fault("wrong_charset"),
    ):
        server.inject(Fault(fault.kind, path="/tables", times=1, seconds=fault.seconds, target=fault.target))
        assert fetched(server, client).parts[0].size == len(as_download(TABLE))
    server.inject(Fault("media_type", path="/tables", times=1, target="application/pdf"))
    assert "calls this application/pdf" in fetched(server, client).warnings[0]
    server.inject(Fault("unannounced_gzip", path="/tables", times=1))
    assert "no header announced" in fetched(server, client).warnings[0]
