"""The register of schools: the newest day that has every extract, asked for only if changed. Over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from expectations.errors import EvidenceError
from expectations.sources import Gias
from tasks.fetch import fetch, open_http
from tasks.fetch.gias import today_in_london
from tasks.fetch.http import HttpSettings
from tasks.sample.gias import GiasExtracts, as_extract
from tasks.sample.server import SampleServer
from tasks.snapshot import Delivery, Snapshot
from tests.fetching import kept

FOLDER = "https://ea-edubase-api-prod.azurewebsites.net/edubase/downloads/public"
SCHOOLS = as_extract("URN,EstablishmentName\n103154,Prince Albert’s Junior & Infant School – Aston\n".encode())
LINKS = as_extract(b"URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\n103154,142230,Prince Albert,Successor,31-08-2015\n")
ALL, LINKED = "edubasealldata", "links_edubasealldata"
TODAY, YESTERDAY, BEFORE = (today_in_london() - timedelta(days=days) for days in range(3))


@pytest.fixture
def register() -> GiasExtracts:
    return GiasExtracts({ALL: SCHOOLS, LINKED: LINKS}, {TODAY: [ALL], YESTERDAY: [ALL, LINKED], BEFORE: [ALL, LINKED]})


@pytest.fixture
def server(register: GiasExtracts) -> Iterator[SampleServer]:
    with SampleServer({"/gias": register}) as running:
        yield running


def fetched(server: SampleServer, folder: Path, previous: Snapshot | None = None, **arguments: Any) -> Delivery:
    source = Gias(**{"extracts": [ALL], **arguments})
    server.requests.clear()
    with open_http(
        source, HttpSettings(allow_loopback=True, retries=0, reroute={FOLDER: server.at("/gias")}), folder / "scratch", None
    ) as http:
        return fetch("gias", source, http, previous)


def test_todays_extract_is_taken_where_it_is_there(server: SampleServer, tmp_path: Path) -> None:
    delivery = fetched(server, tmp_path)
    part = delivery.parts[0]
    assert (part.name, part.url) == (f"{ALL}.csv", f"{FOLDER}/{ALL}{TODAY:%Y%m%d}.csv")
    assert delivery.release == TODAY.isoformat() == part.labels["date"]
    assert part.path is not None and "Prince Albert’s Junior & Infant School – Aston" in part.path.read_bytes().decode("windows-1252")


def test_where_a_day_lacks_one_of_the_extracts_the_day_before_is_taken_whole(server: SampleServer, tmp_path: Path) -> None:
    delivery = fetched(server, tmp_path, extracts=[ALL, LINKED])
    assert {part.labels["date"] for part in delivery.parts} == {YESTERDAY.isoformat()}
    assert [request.path.rpartition("/")[2] for request in server.requests] == [
        f"{ALL}{TODAY:%Y%m%d}.csv", f"{LINKED}{TODAY:%Y%m%d}.csv", f"{ALL}{YESTERDAY:%Y%m%d}.csv", f"{LINKED}{YESTERDAY:%Y%m%d}.csv",
    ]  # fmt: skip
    assert len(list((tmp_path / "scratch").iterdir())) == 2, "what came of the day that was passed over is gone"


@pytest.mark.parametrize(("days_back", "there"), [(2, True), (1, False), (0, False)])
def test_we_step_back_as_far_as_declared_and_no_further(
    days_back: int, there: bool, register: GiasExtracts, server: SampleServer, tmp_path: Path
) -> None:
    register.days = {BEFORE: [ALL]}
    if there:
        assert fetched(server, tmp_path, days_back=days_back).release == BEFORE.isoformat()
        return
    with pytest.raises(EvidenceError) as caught:
        fetched(server, tmp_path, days_back=days_back)
    assert caught.value.code == "fetch.gone" and len(server.requests) == days_back + 1
    assert f"{ALL}{TODAY - timedelta(days=days_back):%Y%m%d}.csv" in caught.value.where


def test_an_extract_that_has_not_changed_is_not_sent_again_and_one_of_another_day_is(
    register: GiasExtracts, server: SampleServer, tmp_path: Path
) -> None:
    before = kept(fetched(server, tmp_path, extracts=[ALL, LINKED]))
    again = fetched(server, tmp_path, before, extracts=[ALL, LINKED])
    assert [part.path for part in again.parts] == [None, None] and again.release == YESTERDAY.isoformat()
    register.days = {TODAY: [ALL, LINKED]}
    newer = fetched(server, tmp_path, before, extracts=[ALL, LINKED])
    assert all(part.path is not None for part in newer.parts) and newer.release == TODAY.isoformat()
    assert not any("if-none-match" in request.headers for request in server.requests), "what was said of one day holds for that day"


def test_wrong_arguments_are_refused_offline() -> None:
    wrongs: list[dict[str, Any]] = [
        {"extracts": ["edubase"]},
        {"extracts": []},
        {"extracts": [ALL, ALL]},
        {"extracts": [ALL], "days_back": 32},
    ]
    for wrong in wrongs:
        with pytest.raises(ValueError):
            Gias(**wrong)
