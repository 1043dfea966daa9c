"""The school performance tables: a file for each year, bare or in a zip, asked for only if changed where that can be asked. Over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations.errors import EvidenceError
from expectations.sources import PerformanceTables
from tasks.fetch import fetch, open_http
from tasks.fetch.http import HttpSettings
from tasks.read import ReadOptions, read
from tasks.sample.faults import Fault
from tasks.sample.performance_tables import PerformanceDownloads
from tasks.sample.server import SampleServer
from tasks.snapshot import Delivery

SITE = "https://www.compare-school-performance.service.gov.uk"
TABLE = "RECTYPE,LEA,URN,SCHNAME,PTL2BASICS_94\n1,330,103154,King’s School,49%\n4,330,,,SUPP\n".encode()


@pytest.fixture
def service() -> PerformanceDownloads:
    return PerformanceDownloads({("KS4", "0", "2016-2017"): TABLE, ("KS4", "0", "2017-2018"): TABLE, ("KS4", "330", "2017-2018"): TABLE})


@pytest.fixture
def server(service: PerformanceDownloads) -> Iterator[SampleServer]:
    with SampleServer({"/tables": service}) as running:
        yield running


def fetched(server: SampleServer, folder: Path, **arguments: Any) -> Delivery:
    source = PerformanceTables(**{"table": "KS4", "years": ["2017-2018"], **arguments})
    server.requests.clear()
    with open_http(
        source, HttpSettings(allow_loopback=True, retries=0, reroute={SITE: server.at("/tables")}), folder / "scratch", None
    ) as http:
        return fetch("performance_tables", source, http)


def test_each_year_is_a_part_that_says_which(server: SampleServer, tmp_path: Path) -> None:
    delivery = fetched(server, tmp_path, years=["2016-2017", "2017-2018"])
    assert [(part.name, part.labels["academic_year"]) for part in delivery.parts] == [
        ("2016-2017_england_ks4.csv", "2016-2017"),
        ("2017-2018_england_ks4.csv", "2017-2018"),
    ]
    assert delivery.release == "2017-2018" and delivery.warnings == ()
    assert delivery.parts[1].url == f"{SITE}/download-data?download=true&regions=0&filters=KS4&fileformat=csv&year=2017-2018&meta=false"


def test_one_authority_can_be_asked_for_by_its_number(server: SampleServer, tmp_path: Path) -> None:
    part = fetched(server, tmp_path, region="330").parts[0]
    assert part.name == "2017-2018_330_ks4.csv" and part.labels["region"] == "330"
    assert server.requests[0].one("regions") == "330"


@pytest.mark.parametrize("always_zip", [False, True])
def test_bare_or_in_a_zip_the_table_is_read_with_its_marks_and_percent_signs(
    always_zip: bool, service: PerformanceDownloads, server: SampleServer, tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    service.always_zip = always_zip
    part = fetched(server, tmp_path).parts[0]
    assert part.path is not None
    layout = read(part.path, connection, "part", ReadOptions())
    assert layout.headers[0] == "RECTYPE", "the byte order mark is no part of a name"
    assert connection.execute("select PTL2BASICS_94, SCHNAME from part").fetchall() == [("49%", "King’s School"), ("SUPP", None)]


def test_a_table_that_is_not_there_is_a_page_and_therefore_an_error(server: SampleServer, tmp_path: Path) -> None:
    with pytest.raises(EvidenceError) as caught:
        fetched(server, tmp_path, table="KS9")
    assert caught.value.code == "fetch.not_data" and "Download data" in caught.value.found


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"years": ["2017"]}, "no school year"),
        ({"years": ["2017-2019"]}, "no school year"),
        ({"years": ["2019-2020"]}, "no school performance tables"),
        ({"years": ["2017-2018", "2017-2018"]}, "stands twice"),
        ({"years": []}, "at least 1"),
        ({"region": "Birmingham"}, "match pattern"),
        ({"table": "KS4&year=2020"}, "match pattern"),
    ],
)
def test_wrong_arguments_are_refused_offline(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        PerformanceTables(**{"table": "KS4", "years": ["2017-2018"], **wrong})


def test_being_turned_away_says_what_is_left_to_do(server: SampleServer, tmp_path: Path) -> None:
    server.inject(Fault("server_error", status=403))
    with pytest.raises(EvidenceError) as caught:
        fetched(server, tmp_path)
    assert caught.value.code == "fetch.refused"
    assert "/download-data in a browser" in caught.value.todo
