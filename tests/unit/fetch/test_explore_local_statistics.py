"""Explore Local Statistics: one indicator at a time, all periods, told apart by what the service says of each. Over real HTTP."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet

from expectations.sources import ExploreLocalStatistics
from tasks.fetch import SERVICES, fetch
from tasks.fetch.http import Http, HttpSettings
from tasks.sample.explore_local_statistics import ExploreLocalStatisticsResponder
from tasks.sample.server import SampleServer
from tasks.snapshot import Delivery, Snapshot
from tests.fetching import kept

ROWS: list[dict[str, Any]] = [
    {
        "indicator": slug,
        "areacd": code,
        "areanm": name,
        "period": period,
        "value": value,
        "lci_95": lower,
        "uci_95": upper,
        "status": status,
    }
    for slug, code, name, period, value, lower, upper, status in [
        ("employment-rate", "E08000025", "Birmingham", "2022-01-01/P1Y", 66.3, 63.4, 69.2, None),
        ("employment-rate", "E08000025", "Birmingham", "2023-01-01/P1Y", 65.0, 62.4, 69.4, None),
        ("employment-rate", "E09000001", "City of London", "2023-01-01/P1Y", None, None, None, "x"),
        ("claimant-count", "E08000025", "Birmingham", "2023-01-01/P1Y", 6.1, None, None, None),
    ]
]


def about(slug: str, **facts: Any) -> dict[str, Any]:
    source = [{"name": "Office for National Statistics", "href": "https://www.ons.gov.uk/x", "date": "2024-04-16"}]
    told = {"slug": slug, "label": slug.title(), "unit": "%", "measure": "Percentage", "dataModified": "2026-01-12", "source": source}
    return {**told, "metadataModified": "2025-10-29", "caveats": ["As it was"], **facts}


class World:
    """The service on this machine, and what was asked of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server: SampleServer | None = None

    def serve(self, *indicators: dict[str, Any], redirects: dict[str, str] | None = None) -> None:
        self.stop()
        parquet.write_table(pyarrow.Table.from_pylist(ROWS), self.folder / "f.parquet")
        manifest = {"figures": "f.parquet", "indicators": list(indicators), "redirects": redirects or {}}
        (self.folder / "m.json").write_text(json.dumps(manifest))
        self.server = SampleServer({"/els": ExploreLocalStatisticsResponder([self.folder / "m.json"])}).__enter__()

    def fetch(self, *slugs: str, previous: Snapshot | None = None, **arguments: Any) -> Delivery:
        assert self.server is not None
        self.server.requests.clear()
        settings = HttpSettings(allow_loopback=True, retries=0, reroute={SERVICES["explore_local_statistics"]: self.server.at("/els")})
        with Http(settings, self.folder / "scratch") as http:
            return fetch("explore_local_statistics", {"indicators": list(slugs), **arguments}, http, previous)

    @property
    def asked(self) -> list[str]:
        assert self.server is not None
        return [request.path.removeprefix("/els") for request in self.server.requests]

    def stop(self) -> None:
        if self.server is not None:
            self.server.__exit__()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    made.serve(about("employment-rate"), about("claimant-count"), redirects={"claimants": "claimant-count"})
    yield made
    made.stop()


def rows(delivery: Delivery, name: str) -> list[dict[str, str]]:
    path = next(part.path for part in delivery.parts if part.name == name)
    assert path is not None
    return list(csv.DictReader(io.StringIO(path.read_text())))


def test_each_indicator_is_a_table_with_its_metadata_and_labels(world: World) -> None:
    delivery = world.fetch("employment-rate", "claimant-count")
    assert [part.name for part in delivery.parts] == [
        "employment-rate.csv", "employment-rate.json", "claimant-count.csv", "claimant-count.json",
    ]  # fmt: skip
    assert delivery.release == "2026-01-12"
    labels = delivery.parts[0].labels
    assert (labels["indicator"], labels["unit"], labels["source_date"]) == ("employment-rate", "%", "2024-04-16")
    assert world.server is not None
    sent = next(request.query for request in world.server.requests if request.path.endswith("data.csv"))
    assert sent["time"] == ["all"], "without it the service gives the latest period alone"


def test_intervals_and_the_reason_of_a_gap_arrive_as_they_are(world: World) -> None:
    found = rows(world.fetch("employment-rate"), "employment-rate.csv")
    assert found[0] == {
        "areacd": "E08000025", "areanm": "Birmingham", "period": "2022-01-01/P1Y", "value": "66.3", "lci_95": "63.4", "uci_95": "69.2", "status": "",
    }  # fmt: skip
    assert found[1]["value"] == "65" and (found[2]["value"], found[2]["status"]) == ("", "x")
    assert "lci_95" not in rows(world.fetch("claimant-count"), "claimant-count.csv")[0]


def test_nothing_is_sent_again_until_the_service_says_that_it_changed(world: World) -> None:
    before = kept(world.fetch("employment-rate", "claimant-count"))
    again = world.fetch("employment-rate", "claimant-count", previous=before)
    assert [part.path for part in again.parts] == [None] * 4
    assert world.asked == ["/api/v1/metadata/indicators/employment-rate", "/api/v1/metadata/indicators/claimant-count"]
    world.serve(about("employment-rate"), about("claimant-count", dataModified="2026-06-30"))
    third = world.fetch("employment-rate", "claimant-count", previous=before)
    assert [part.path is None for part in third.parts] == [True, True, False, False] and third.release == "2026-06-30"


def test_another_question_is_asked_anew(world: World) -> None:
    before = kept(world.fetch("employment-rate"))
    some = world.fetch("employment-rate", previous=before, areas=["E08000025"])
    assert [row["areacd"] for row in rows(some, "employment-rate.csv")] == ["E08000025", "E08000025"]


def test_other_caveats_are_announced_as_the_publisher_words_them(world: World) -> None:
    before = kept(world.fetch("claimant-count"))
    assert world.fetch("claimant-count", previous=before).announced == ()
    world.serve(about("claimant-count", caveats=["Redefined in December 2024"], metadataModified="2024-12-16"))
    told = world.fetch("claimant-count", previous=before).announced
    assert [(entry["kind"], entry["said"], entry["version"]) for entry in told] == [("note", "Redefined in December 2024", "2024-12-16")]


def test_a_renamed_indicator_is_followed_by_its_page_and_said(world: World) -> None:
    delivery = world.fetch("claimants")
    assert [part.name for part in delivery.parts] == ["claimants.csv", "claimants.json"], "parts keep the declared name"
    assert delivery.parts[0].labels["slug"] == "claimant-count"
    assert "'claimants' is now called 'claimant-count'" in delivery.warnings[0]


@pytest.mark.parametrize(
    "arguments", [{"indicators": []}, {"indicators": ["Employment rate"]}, {"indicators": ["a", "a"]}, {"indicator": "a"}]
)
def test_a_source_that_makes_no_sense_is_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="indicator"):
        ExploreLocalStatistics(**arguments)
