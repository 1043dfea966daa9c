"""Nomis under faults: what heals changes nothing, what does not is one coded error, and two releases are never mixed."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from expectations.errors import EvidenceError
from expectations.sources import Nomis
from tasks.fetch import nomis
from tasks.fetch.http import Http, HttpSettings
from tasks.sample.faults import Fault
from tasks.sample.nomis import NomisResponder
from tasks.sample.server import Request, Response, SampleServer
from tasks.snapshot import Delivery

DATA = "/api/dataset/NM_608_1.data.csv"
AREAS = [(str(1946157000 + n), f"E{n:08}", f"Area {n}", "297", "") for n in range(9)]


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """Nine areas, one figure each: five pages of two."""
    for name, rows in (
        ("areas.csv", [("id", "code", "name", "type", "parents"), *AREAS]),
        ("figures.csv", [("date", "area", "cell", "value"), *[("2011", area[0], "0", str(n)) for n, area in enumerate(AREAS)]]),
    ):
        with (tmp_path / name).open("w", newline="") as file:
            csv.writer(file).writerows(rows)
    table = {
        "dataset": "NM_608_1",
        "name": "KS201EW - Ethnic group",
        "figures": "figures.csv",
        "last_updated": "2013-01-30 09:30:00",
        "dates": {"2011": "2011"},
        "dimensions": {"CELL": {"name": "Cell", "codes": {"0": "All usual residents"}}},
        "measures": {"20100": "value"},
    }
    about = {"protocol": "nomis", "types": {"297": "2011 super output areas - middle layer"}, "areas": "areas.csv", "tables": [table]}
    path = tmp_path / "ethnic_group.json"
    path.write_text(json.dumps(about))
    return path


@pytest.fixture
def http(tmp_path: Path) -> Iterator[Http]:
    settings = HttpSettings(allow_loopback=True, retries=2, backoff=0.01, jitter=0, read_timeout=10, total_timeout=60, max_bytes=200_000)
    with Http(settings, tmp_path / "scratch") as opened:
        yield opened


def fetched(server: SampleServer, http: Http) -> Delivery:
    source = Nomis(
        url=server.at("/api"),
        dataset="NM_608_1",
        expect_name="KS201EW - Ethnic group",
        geography=[{"type": "2011 super output areas - middle layer"}],  # type: ignore[list-item]
        dimensions={"cell": "all"},
    )
    return nomis.fetch(source, http, None)


def values(delivery: Delivery) -> list[str]:
    found: list[str] = []
    for part in delivery.parts:
        assert part.path is not None
        with part.path.open(encoding="utf-8", newline="") as file:
            found += [row["OBS_VALUE"] for row in csv.DictReader(file)]
    return found


WHOLE = [str(n) for n in range(9)]


@pytest.mark.parametrize("kind", ["reset", "short_body", "cut_gzip", "too_many", "server_error", "empty"])
def test_a_fault_that_passes_leaves_no_trace(manifest: Path, http: Http, kind: str) -> None:
    with SampleServer({"/api": NomisResponder([manifest], cells=2)}) as server:
        server.inject(Fault(kind, DATA, times=1, retry_after="0", status=503))
        delivery = fetched(server, http)
    assert values(delivery) == WHOLE
    assert delivery.warnings == ()


@pytest.mark.parametrize("kind", ["stall", "stall_body"])
def test_an_answer_that_stalls_is_asked_for_again(manifest: Path, tmp_path: Path, kind: str) -> None:
    settings = HttpSettings(allow_loopback=True, retries=4, backoff=0.01, jitter=0, read_timeout=1)
    with SampleServer({"/api": NomisResponder([manifest], cells=2)}) as server, Http(settings, tmp_path / "scratch") as hasty:
        server.inject(Fault(kind, DATA, times=1, seconds=2))
        assert values(fetched(server, hasty)) == WHOLE


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("reset", "fetch.truncated"),
        ("short_body", "fetch.truncated"),
        ("cut_gzip", "fetch.truncated"),
        ("too_many", "fetch.rate_limited"),
        ("server_error", "fetch.server_error"),
        ("empty", "fetch.empty"),  # what Nomis sends where parameters are wrong or there is no figure
        ("html", "fetch.not_data"),  # what it sends while it is being mended
        ("huge", "fetch.too_large"),
        ("bomb", "fetch.too_large"),
    ],
)
def test_a_fault_that_stays_is_one_coded_error(manifest: Path, http: Http, kind: str, code: str) -> None:
    with SampleServer({"/api": NomisResponder([manifest], cells=2)}) as server:
        server.inject(Fault(kind, DATA, retry_after="0", size=5_000_000 if kind == "bomb" else 300_000))
        with pytest.raises(EvidenceError) as error:
            fetched(server, http)
    assert error.value.code == code


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


@pytest.mark.parametrize(
    ("spoil", "code", "found"),
    [
        (lambda _: b"Query parameter GEOGRAPHY is not valid for this dataset", "fetch.protocol", "is not valid for this dataset"),
        (lambda _: b'"DATE","OBS_VALUE"\n"2011",1\n', "fetch.protocol", "DATE"),  # a select without the count cannot be proved whole
        (lambda body: body.rstrip()[:-4], "fetch.truncated", "26: 2011"),  # the last record is cut within
        (lambda body: body.replace(b'"Area', b'"\xe9rea'), "fetch.protocol", "can't decode"),
        (lambda body: body.replace(b'"Area', b'"Area "x'), "fetch.protocol", "expected after"),
        (lambda body: body.replace(b",9\n", b",nine\n"), "fetch.protocol", "'nine'"),
        (lambda body: body.split(b"\n")[0] + b"\n", "fetch.truncated", "none"),
    ],
)
def test_a_page_that_is_not_what_nomis_prints_is_refused(
    manifest: Path, http: Http, spoil: Callable[[bytes], bytes], code: str, found: str
) -> None:
    portal = Spoilt(NomisResponder([manifest], cells=2), lambda number, body: spoil(body) if number == 3 else body)
    with SampleServer({"/api": portal}) as server, pytest.raises(EvidenceError) as error:
        fetched(server, http)
    assert error.value.code == code
    assert found in error.value.found


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: body.replace(b",9\n", b",8\n"),  # fewer records than were counted
        lambda body: body.replace(b"OBS_STATUS_NAME", b"OBS_STATUS_TEXT"),  # a column with another name
        lambda body: body.replace(b",2,9\n", b",1,9\n"),  # a record that has come before
    ],
)
def test_a_table_that_changes_once_between_pages_is_begun_again(manifest: Path, http: Http, spoil: Callable[[bytes], bytes]) -> None:
    portal = Spoilt(NomisResponder([manifest], cells=2), lambda number, body: spoil(body) if number == 3 else body)
    with SampleServer({"/api": portal}) as server:
        delivery = fetched(server, http)
    assert values(delivery) == WHOLE
    assert [part.name for part in delivery.parts] == [f"page-000{n}.csv" for n in range(1, 6)]


def test_a_table_that_changes_again_and_again_is_an_error_and_leaves_no_pages(manifest: Path, http: Http, tmp_path: Path) -> None:
    portal = Spoilt(NomisResponder([manifest], cells=2), lambda number, body: body.replace(b",2,9\n", b",1,9\n"))
    with SampleServer({"/api": portal}) as server, pytest.raises(EvidenceError) as error:
        fetched(server, http)
    assert error.value.code == "fetch.truncated"
    assert "record number 1 where 2 should follow" in error.value.found
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_release_that_appears_between_the_first_page_and_the_last_is_fetched_whole(manifest: Path, http: Http) -> None:
    """The revised table has as many records as the old one: only the overview shows that pages of two releases would be mixed."""
    inner = NomisResponder([manifest], cells=2)
    revised: dict[str, Any] = json.loads(manifest.read_text())
    revised["tables"][0]["last_updated"] = "2013-02-28 09:30:00"

    def released(number: int, body: bytes) -> bytes:
        if number == 3:
            manifest.write_text(json.dumps(revised))
            portal.inner = NomisResponder([manifest], cells=2)
        return body

    portal = Spoilt(inner, released)
    with SampleServer({"/api": portal}) as server:
        delivery = fetched(server, http)
    assert delivery.release == "lastupdated 2013-02-28 09:30:00; version 1"
    assert values(delivery) == WHOLE


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"error": "dataset not found"}', "fetch.protocol"),
        (b'{"overview": null}', "fetch.protocol"),
        (b"[]", "fetch.protocol"),
        (b"<html><title>Nomis is unavailable</title></html>", "fetch.not_data"),
        (b"", "fetch.empty"),
    ],
)
def test_an_overview_that_is_none_is_an_error(manifest: Path, http: Http, body: bytes, code: str) -> None:
    class Broken:
        def respond(self, request: Request) -> Response | None:
            return Response(200, body, {"Content-Type": "application/json"})

    with SampleServer({"/api": Broken()}) as server, pytest.raises(EvidenceError) as error:
        fetched(server, http)
    assert error.value.code == code
