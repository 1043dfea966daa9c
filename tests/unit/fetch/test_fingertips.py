"""Fingertips: the indicator that is meant, for the kind of area that is meant, and no empty table. Over real HTTP on this machine."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from expectations.sources import Fingertips
from tasks.fetch import fingertips
from tasks.fetch.http import Http, HttpSettings
from tasks.sample.fingertips import FingertipsApi
from tasks.sample.server import Request, Response, SampleServer
from tasks.snapshot import Delivery, Snapshot
from tests.fetching import kept

NAME = "Life expectancy at birth"
HEADER = ["Indicator ID", "Indicator Name", "Area Code", "Area Type", "Sex", "Time period", "Value"]
KIND = "Counties & UAs (from Apr 2023)"
ROWS = [
    ["90366", "Life expectancy\nat birth", code, KIND, sex, "2021 - 23", "77.1"]
    for code in ("E08000025", "E92000001")
    for sex in ("Male", "Female")
]


@pytest.fixture
def api(tmp_path: Path) -> FingertipsApi:
    with (tmp_path / "rows.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEADER, *ROWS])
    told = {"area_type": 502, "figures": "rows.csv", "updated": "10/12/2025"}
    indicators = [
        {"id": 90366, "name": NAME, **told},
        {"id": 90362, "name": "Healthy life expectancy at birth", **told},
        {"id": 1, "name": "Twice", **told},
    ]
    (tmp_path / "life.json").write_text(
        json.dumps({"protocol": "fingertips", "indicators": [*indicators, {"id": 2, "name": "Twice", **told}]})
    )
    return FingertipsApi([tmp_path / "life.json"])


@pytest.fixture
def http(tmp_path: Path) -> Iterator[Http]:
    settings = HttpSettings(allow_loopback=True, retries=1, backoff=0.01, jitter=0, read_timeout=0.3, max_bytes=1_000_000)
    with Http(settings, tmp_path / "scratch") as opened:
        yield opened


def fetched(server: SampleServer, http: Http, previous: Snapshot | None = None, **changes: Any) -> Delivery:
    given = {"indicators": {"life_expectancy": NAME}, "area_type": 502, "expect_area_type": KIND, **changes}
    return fingertips.fetch(Fingertips(url=server.at("/api"), **given), http, previous)


def test_an_indicator_is_found_by_its_printed_name_and_asked_once_a_release(api: FingertipsApi, http: Http) -> None:
    with SampleServer({"/api": api}) as server:
        first = fetched(server, http)
        second = fetched(server, http, kept(first))
        asked = [request for request in server.requests if request.path.endswith("by_indicator_id")]
    assert (first.parts[0].name, first.parts[0].labels["indicator"], first.release) == ("life_expectancy.csv", NAME, "2025-12-10")
    assert len(asked) == 1 and asked[0].one("indicator_ids") == "90366"
    assert second.parts[0].path is None and second.parts[0].sha256 == first.parts[0].sha256


def test_a_withdrawn_indicator_stands_as_archived_and_is_marked(api: FingertipsApi, http: Http) -> None:
    with SampleServer({"/api": api}) as server:
        first = fetched(server, http)
        second = fetched(server, http, kept(first), withdrawn=["life_expectancy"])
    assert second.parts[0].path is None and second.parts[0].sha256 == first.parts[0].sha256
    assert second.warnings == ("life_expectancy: withdrawn by the publisher; the archived series stands and will not be updated",)


class _Says:
    def __init__(self, inner: FingertipsApi, path: str, text: str) -> None:
        self._inner, self._path, self._text = inner, path, text

    def respond(self, request: Request) -> Response | None:
        if request.path.startswith(self._path):
            return Response(200, self._text.encode(), {"Content-Type": "text/csv"})
        return self._inner.respond(request)


def test_the_real_download_is_read_row_by_row_though_names_hold_line_ends(real_files: Path, http: Http) -> None:
    real = (real_files / "council" / "fingertips" / "indicators-CountyUA.data.csv").read_text(encoding="utf-8-sig")

    class Real(_Says):
        def respond(self, request: Request) -> Response | None:
            if request.path.startswith("/indicator_metadata"):
                text = 'Indicator ID,Indicator,Date updated\n93356,"Campylobacter incidence rate/100,000",2019-01-01\n'
                return Response(200, text.encode(), {"Content-Type": "text/csv"})
            return super().respond(request)

    with SampleServer({"/api": Real(FingertipsApi([]), "/all_data", real)}) as server:
        delivery = fetched(
            server,
            http,
            indicators={"campylobacter": "Campylobacter incidence rate/100,000"},
            expect_area_type="County & UA",
            area_type=102,
        )
    assert delivery.parts[0].size == len(real.encode())
