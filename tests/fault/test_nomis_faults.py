"""Nomis: a table that moves between two pages is begun again, and two releases are never mixed."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from expectations.errors import EvidenceError
from tasks.fetch import fetch
from tasks.fetch.http import Http
from tasks.sample.nomis import NomisResponder
from tasks.sample.server import Request, Response, SampleServer
from tasks.sample.serving import NOMIS
from tasks.snapshot import Delivery
from tests.fault.ways_of_nomis import ARGUMENTS, figures

WHOLE = [str(n) for n in range(9)]


class Spoilt:
    """A responder whose answers for figures go through a function: (number of the answer, its body) -> the body that is sent."""

    def __init__(self, inner: NomisResponder, spoil: Callable[[int, bytes], bytes]) -> None:
        self.inner, self._spoil, self._number = inner, spoil, 0

    def respond(self, request: Request) -> Response | None:
        response = self.inner.respond(request)
        if response is None or not request.path.endswith("data.csv"):
            return response
        self._number += 1
        return Response(200, self._spoil(self._number, response.body), response.headers)


def fetched(server: SampleServer, client: Callable[..., Http]) -> Delivery:
    return fetch("nomis", ARGUMENTS, client(reroute={NOMIS: server.at("/api")}))


def values(delivery: Delivery) -> list[str]:
    found: list[str] = []
    for part in delivery.parts:
        assert part.path is not None
        with part.path.open(encoding="utf-8", newline="") as file:
            found += [row["OBS_VALUE"] for row in csv.DictReader(file)]
    return found


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: body.replace(b",9\n", b",8\n"),  # fewer records than were counted
        lambda body: body.replace(b"OBS_STATUS_NAME", b"OBS_STATUS_TEXT"),  # a column with another name
        lambda body: body.replace(b",2,9\n", b",1,9\n"),  # a record that has come before
    ],
)
def test_a_table_that_changes_once_between_pages_is_begun_again(
    tmp_path: Path, client: Callable[..., Http], spoil: Callable[[bytes], bytes]
) -> None:
    portal = Spoilt(NomisResponder([figures(tmp_path, 9)], cells=2), lambda number, body: spoil(body) if number == 3 else body)
    with SampleServer({"/api": portal}) as server:
        delivery = fetched(server, client)
    assert values(delivery) == WHOLE
    assert [part.name for part in delivery.parts] == [f"page-000{n}.csv" for n in range(1, 6)]


def test_a_page_that_ends_the_table_early_is_no_table(tmp_path: Path, client: Callable[..., Http]) -> None:
    def header_alone(number: int, body: bytes) -> bytes:
        return body.split(b"\n")[0] + b"\n" if number == 3 else body

    portal = Spoilt(NomisResponder([figures(tmp_path, 9)], cells=2), header_alone)
    with SampleServer({"/api": portal}) as server, pytest.raises(EvidenceError) as error:
        fetched(server, client)
    assert (error.value.code, error.value.found) == ("fetch.truncated", "none")


def test_a_release_that_appears_between_the_first_page_and_the_last_is_fetched_whole(tmp_path: Path, client: Callable[..., Http]) -> None:
    """The revised table has as many records as the old one: only the overview shows that pages of two releases would be mixed."""
    manifest = figures(tmp_path, 9)
    revised: dict[str, Any] = json.loads(manifest.read_text())
    revised["tables"][0]["last_updated"] = "2013-02-28 09:30:00"

    def released(number: int, body: bytes) -> bytes:
        if number == 3:
            manifest.write_text(json.dumps(revised))
            portal.inner = NomisResponder([manifest], cells=2)
        return body

    portal = Spoilt(NomisResponder([manifest], cells=2), released)
    with SampleServer({"/api": portal}) as server:
        delivery = fetched(server, client)
    assert delivery.release == "lastupdated 2013-02-28 09:30:00; version 1"
    assert values(delivery) == WHOLE
