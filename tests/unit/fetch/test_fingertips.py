"""Fingertips: the indicator that is meant, for the kind of area that is meant, and no empty table. Over real HTTP on this machine."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from expectations.errors import EvidenceError
from expectations.sources import Fingertips
from tasks.fetch import fingertips
from tasks.fetch.http import Http, HttpSettings
from tasks.sample.faults import Fault
from tasks.sample.fingertips import FingertipsApi
from tasks.sample.server import Request, Response, SampleServer
from tasks.snapshot import Delivery, Part, Snapshot

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


def kept(delivery: Delivery) -> Snapshot:
    facts = ("name", "sha256", "size", "url", "final_url", "status", "fetched_at", "media_type", "charset", "headers", "request", "labels")
    parts = tuple(Part(**{fact: getattr(part, fact) for fact in facts}) for part in delivery.parts)
    return Snapshot("1", "ohid.life_expectancy", parts, "2026-01-01T00:00:00+00:00", "run", delivery.release)


def test_an_indicator_is_found_by_its_printed_name_and_asked_once_a_release(api: FingertipsApi, http: Http) -> None:
    with SampleServer({"/api": api}) as server:
        first = fetched(server, http)
        second = fetched(server, http, kept(first))
        asked = [request for request in server.requests if request.path.endswith("by_indicator_id")]
    assert (first.parts[0].name, first.parts[0].labels["indicator"], first.release) == ("life_expectancy.csv", NAME, "2025-12-10")
    assert len(asked) == 1 and asked[0].one("indicator_ids") == "90366"
    assert second.parts[0].path is None and second.parts[0].sha256 == first.parts[0].sha256


@pytest.mark.parametrize(
    ("changes", "code", "found"),
    [
        ({"indicators": {"x": "Life expectancy"}}, "fetch.no_match", NAME),
        ({"indicators": {"x": "Twice"}}, "fetch.ambiguous", "2 of that name"),
        ({"area_type": 402}, "fetch.empty", "a header alone"),
        ({"expect_area_type": "Districts & UAs"}, "fetch.no_match", KIND),
        ({"indicators": {"x": "Healthy life expectancy at birth"}}, "fetch.protocol", "a row of 90366"),
        ({"withdrawn": ["life_expectancy"]}, "fetch.gone", "never archived"),
    ],
)
def test_what_is_not_the_indicator_that_is_meant_is_a_coded_error(
    api: FingertipsApi, http: Http, tmp_path: Path, changes: dict[str, Any], code: str, found: str
) -> None:
    with SampleServer({"/api": api}) as server, pytest.raises(EvidenceError) as error:
        fetched(server, http, **changes)
    assert error.value.code == code and found in error.value.found
    assert not list((tmp_path / "scratch").glob("*"))


def test_a_withdrawn_indicator_stands_as_archived_and_is_marked(api: FingertipsApi, http: Http) -> None:
    with SampleServer({"/api": api}) as server:
        first = fetched(server, http)
        second = fetched(server, http, kept(first), withdrawn=["life_expectancy"])
    assert second.parts[0].path is None and second.parts[0].sha256 == first.parts[0].sha256
    assert second.warnings == ("life_expectancy: withdrawn by the publisher; the archived series stands and will not be updated",)


@pytest.mark.parametrize("path", ["/indicator_metadata", "/all_data"])
@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("stall", "fetch.timeout"),
        ("reset", "fetch.truncated"),
        ("cut_gzip", "fetch.truncated"),
        ("too_many", "fetch.rate_limited"),
        ("server_error", "fetch.server_error"),
        ("html", "fetch.not_data"),
        ("login", "fetch.not_data"),
        ("empty", "fetch.empty"),
        ("huge", "fetch.too_large"),
        ("bomb", "fetch.too_large"),
    ],
)
def test_a_fault_that_stays_is_one_coded_error_and_one_that_passes_leaves_no_trace(
    api: FingertipsApi, http: Http, tmp_path: Path, kind: str, code: str, path: str
) -> None:
    fault = {"kind": kind, "path": f"/api{path}", "retry_after": "0", "size": 3_000_000, "seconds": 0.6}
    with SampleServer({"/api": api}) as server:
        server.inject(Fault(**fault), Fault("html", "/login"))  # type: ignore[arg-type]
        with pytest.raises(EvidenceError) as error:
            fetched(server, http)
        assert error.value.code == code and not list((tmp_path / "scratch").glob("*"))
        if code not in ("fetch.not_data", "fetch.too_large"):
            server.heal()
            server.inject(Fault(**{**fault, "times": 1, "status": 503}))  # type: ignore[arg-type]
            assert fetched(server, http).parts[0].size > 0


class _Says:
    def __init__(self, inner: FingertipsApi, path: str, text: str) -> None:
        self._inner, self._path, self._text = inner, path, text

    def respond(self, request: Request) -> Response | None:
        if request.path.startswith(self._path):
            return Response(200, self._text.encode(), {"Content-Type": "text/csv"})
        return self._inner.respond(request)


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("/indicator_metadata", "Number,Title\n1,x\n", "Number, Title"),
        ("/all_data", "Area Code,Value\nE1,1\n", "Area Code, Value"),
        ("/all_data", '"Indicator ID","Area Type"\n"90366,x', "unexpected end"),
    ],
)
def test_an_answer_of_another_form_is_a_protocol_error(api: FingertipsApi, http: Http, path: str, text: str, found: str) -> None:
    with SampleServer({"/api": _Says(api, path, text)}) as server, pytest.raises(EvidenceError) as error:
        fetched(server, http)
    assert error.value.code == "fetch.protocol" and found in error.value.found


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
