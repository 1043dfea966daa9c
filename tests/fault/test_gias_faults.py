"""The register of schools when the service fails. A day that is not there is passed over; a day that cannot be had is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from expectations.errors import EvidenceError
from tasks.fetch import fetch
from tasks.fetch.gias import today_in_london
from tasks.fetch.http import Http
from tasks.sample.faults import Fault
from tasks.sample.gias import GiasExtracts, as_extract
from tasks.sample.server import SampleServer
from tasks.snapshot import Delivery

FOLDER = "https://ea-edubase-api-prod.azurewebsites.net/edubase/downloads/public"
SCHOOLS = as_extract(b"URN,EstablishmentName\n" + b"".join(b"%d,School %d\n" % (number, number) for number in range(100000, 100200)))
TODAY, YESTERDAY = today_in_london(), today_in_london() - timedelta(days=1)
TODAYS = f"/gias/edubasealldata{TODAY:%Y%m%d}.csv"


@pytest.fixture
def server() -> Iterator[SampleServer]:
    register = GiasExtracts({"edubasealldata": SCHOOLS}, {TODAY: ["edubasealldata"], YESTERDAY: ["edubasealldata"]})
    with SampleServer({"/gias": register, "/elsewhere": register}) as running:
        yield running


def fetched(server: SampleServer, client: Callable[..., Http], **settings: Any) -> Delivery:
    return fetch("gias", {"extracts": ["edubasealldata"]}, client(reroute={FOLDER: server.at("/gias")}, **settings))


@pytest.mark.parametrize("kind", ["server_error", "too_many", "reset", "short_body", "stall", "stall_body", "cut_gzip", "empty"])
def test_a_failure_that_heals_is_not_seen_and_no_older_day_is_taken(kind: str, server: SampleServer, client: Callable[..., Http]) -> None:
    server.inject(Fault(kind, path="/gias", times=1, status=503, retry_after="0", seconds=0.5))
    assert fetched(server, client, read_timeout=0.15).release == TODAY.isoformat()


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault("server_error", path="/gias"), "fetch.server_error"),
        (Fault("server_error", path="/gias", status=403), "fetch.refused"),
        (Fault("too_many", path="/gias", retry_after="0"), "fetch.rate_limited"),
        (Fault("html", path="/gias"), "fetch.not_data"),
        (Fault("empty", path="/gias"), "fetch.empty"),
        (Fault("reset", path="/gias"), "fetch.truncated"),
        (Fault("short_body", path="/gias"), "fetch.truncated"),
        (Fault("cut_gzip", path="/gias"), "fetch.truncated"),
        (Fault("stall", path="/gias", seconds=0.5), "fetch.timeout"),
        (Fault("huge", path="/gias", size=20_000), "fetch.too_large"),
        (Fault("bomb", path="/gias", size=1 << 20), "fetch.too_large"),
        (Fault("redirect", path="/gias", target="https://files.example.org/edubasealldata.csv"), "fetch.redirected"),
        (Fault("login", path="/gias", target="https://login.example.org/sign-in"), "fetch.redirected"),
    ],
    ids=lambda each: each.kind if isinstance(each, Fault) else each,
)
def test_a_failure_that_stays_is_a_coded_error_and_no_older_day_hides_it(
    fault: Fault, code: str, server: SampleServer, client: Callable[..., Http]
) -> None:
    server.inject(fault)
    with pytest.raises(EvidenceError) as caught:
        fetched(server, client, retries=1, read_timeout=0.15, max_bytes=10_000)
    assert caught.value.code == code
    assert f"{FOLDER}/edubasealldata{TODAY:%Y%m%d}.csv" in caught.value.where
    assert {request.path for request in server.requests} == {TODAYS}


def test_a_slow_body_a_redirect_another_media_type_or_compression_still_brings_the_register(
    server: SampleServer, client: Callable[..., Http]
) -> None:
    elsewhere = server.at("/elsewhere") + TODAYS.removeprefix("/gias")
    for fault in (
        Fault("slow", seconds=0.1),
        Fault("redirect", target=elsewhere),
        Fault("no_length"),
        Fault("deprecated"),
        Fault("wrong_charset"),
    ):
        server.inject(Fault(fault.kind, path="/gias", times=1, seconds=fault.seconds, target=fault.target))
        assert fetched(server, client).parts[0].size == len(SCHOOLS)
    server.inject(Fault("media_type", path="/gias", times=1, target="application/pdf"))
    assert "calls this application/pdf" in fetched(server, client).warnings[0]
    server.inject(Fault("unannounced_gzip", path="/gias", times=1))
    assert "no header announced" in fetched(server, client).warnings[0]
