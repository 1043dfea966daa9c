"""Opendatasoft under faults: what heals changes nothing, what does not is one coded error and leaves nothing behind."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from expectations.errors import EvidenceError
from expectations.sources import Opendatasoft
from tasks.fetch import opendatasoft
from tasks.fetch.http import Http
from tasks.sample.faults import Fault
from tasks.sample.opendatasoft import ROOT, OpendatasoftPortal
from tasks.sample.server import SampleServer
from tasks.snapshot import Delivery

NAME = "fuel-poverty-wards"
PATHS = [f"{ROOT}/{NAME}/records", f"{ROOT}/{NAME}/exports"]
PASSING = ["reset", "short_body", "cut_gzip", "too_many", "server_error", "stall", "stall_body"]
HARMLESS = ["slow", "unannounced_gzip", "no_length", "wrong_charset", "media_type", "deprecated", "redirect"]
LASTING = [
    ("stall", "fetch.timeout"),
    ("stall_body", "fetch.timeout"),
    ("reset", "fetch.truncated"),
    ("cut_gzip", "fetch.truncated"),
    ("too_many", "fetch.rate_limited"),
    ("server_error", "fetch.server_error"),
    ("html", "fetch.not_data"),
    ("login", "fetch.not_data"),
    ("huge", "fetch.too_large"),
    ("bomb", "fetch.too_large"),
]


@pytest.fixture
def portal(tmp_path: Path) -> OpendatasoftPortal:
    rows = [["areaidentifier", "value"], *[[f"E0501{number:04}", str(number)] for number in range(300)]]
    with (tmp_path / "rows.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    told = {"dataset_id": NAME, "title": "Fuel poverty", "data_processed": "2025-03-01T09:10:00+00:00", "figures": "rows.csv"}
    (tmp_path / "portal.json").write_text(json.dumps({"protocol": "opendatasoft", "datasets": [told]}))
    return OpendatasoftPortal([tmp_path / "portal.json"])


def fetched(server: SampleServer, http: Http) -> Delivery:
    return opendatasoft.fetch(Opendatasoft(site=server.at("/portal"), dataset=NAME), http, None)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("kind", PASSING)
def test_a_fault_that_passes_leaves_no_trace(portal: OpendatasoftPortal, client: Callable[..., Http], kind: str, path: str) -> None:
    with SampleServer({"/portal": portal}) as server:
        http = client(read_timeout=0.15)
        whole = fetched(server, http)
        server.inject(Fault(kind, f"/portal{path}", times=1, retry_after="0", status=503, seconds=0.3))
        delivery = fetched(server, http)
    assert [(part.name, part.sha256) for part in delivery.parts] == [(part.name, part.sha256) for part in whole.parts]


@pytest.mark.parametrize("kind", HARMLESS)
def test_what_is_odd_but_whole_is_taken(portal: OpendatasoftPortal, client: Callable[..., Http], kind: str) -> None:
    with SampleServer({"/portal": portal, "/moved": portal}) as server:
        whole = fetched(server, client())
        target = {
            "redirect": f"/moved{ROOT}/{NAME}/exports/csv?delimiter=,",
            "media_type": "application/x-unheard-of",
            "wrong_charset": "utf-16",
        }.get(kind, "")
        server.inject(Fault(kind, f"/portal{PATHS[1]}", times=1, seconds=0.2, target=target))
        delivery = fetched(server, client())
    assert delivery.parts[0].sha256 == whole.parts[0].sha256
    assert bool(delivery.warnings) == (kind in ("media_type", "deprecated", "unannounced_gzip"))


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("kind", "code"), LASTING)
def test_a_fault_that_stays_is_one_coded_error(
    portal: OpendatasoftPortal, client: Callable[..., Http], tmp_path: Path, kind: str, code: str, path: str
) -> None:
    with SampleServer({"/portal": portal}) as server:
        server.inject(Fault(kind, f"/portal{path}", retry_after="0", size=3_000_000, seconds=0.3), Fault("html", "/login"))
        with pytest.raises(EvidenceError) as error:
            fetched(server, client(retries=1, read_timeout=0.15, max_bytes=1_000_000))
    assert error.value.code == code
    assert not list((tmp_path / "scratch").glob("*"))


def test_an_export_that_is_always_empty_is_truncated_and_not_an_empty_table(
    portal: OpendatasoftPortal, client: Callable[..., Http]
) -> None:
    with SampleServer({"/portal": portal}) as server:
        server.inject(Fault("empty", f"/portal{PATHS[1]}"))
        with pytest.raises(EvidenceError) as error:
            fetched(server, client())
    assert (error.value.code, error.value.found) == ("fetch.truncated", "0 rows")
