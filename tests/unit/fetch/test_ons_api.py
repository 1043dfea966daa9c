"""The ONS API: the version that is meant, its CSV in one of two layouts, filters, tables made to measure. Over real HTTP, in its wire format."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from expectations.errors import EvidenceError
from expectations.sources import OnsApi
from tasks.fetch import SERVICES, fetch, open_http
from tasks.fetch.http import Http, HttpSettings
from tasks.fetch.ons_api_calls import ITEMS_A_PAGE, Api
from tasks.fetch.ons_api_csv import checked_layout
from tasks.sample import ons_api
from tasks.sample.server import SampleServer
from tasks.snapshot import Delivery, Snapshot
from tests.fetching import kept

HEADER = "Lower tier local authorities Code,Lower tier local authorities,Sex (2 categories) Code,Sex (2 categories),Observation\n"
AREAS = [f"E0800{number:04}" for number in range(130)]
CENSUS = HEADER + "".join(
    f'{area},"Area, {area}",{code},{sex},{number}\n' for number, area in enumerate(AREAS) for code, sex in ((1, "Female"), (2, "Male"))
)
V4 = "v4_1,Data Marking,yyyy,Time,administrative-geography,Geography\n21.3,,2019,2019,E08000025,Birmingham\n,x,2019,2019,E06000053,Isles of Scilly\n"
QUERY = {"population_type": "UR", "area_type": "ltla", "dimensions": ["sex"]}


def version(number: int, figures: str = "census.csv", **facts: Any) -> dict[str, Any]:
    return {"version": number, "release_date": f"2023-03-{number:02}T00:00:00.000Z", "figures": figures, **facts}


def dataset(*versions: dict[str, Any], name: str = "TS008", edition: str = "2021") -> dict[str, Any]:
    based_on = {"@id": "UR", "@type": "cantabular_flexible_table"}
    return {"id": name, "title": "Sex", "is_based_on": based_on, "editions": [{"edition": edition, "versions": list(versions)}]}


class World:
    """The API and its downloads on this machine, and what was asked of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server: SampleServer | None = None
        (folder / "census.csv").write_text(CENSUS)
        (folder / "v4.csv").write_text(V4)

    def serve(self, *datasets: dict[str, Any], **observations: Any) -> SampleServer:
        self.stop()
        told = {**QUERY, "figures": "census.csv", **observations}
        (self.folder / "m.json").write_text(json.dumps({"datasets": list(datasets), "observations": [told]}))
        sample = ons_api.OnsSample([self.folder / "m.json"])
        self.server = SampleServer({"/api": ons_api.OnsApi(sample), "/downloads": ons_api.OnsDownloads(sample)}).__enter__()
        return self.server

    def http(self, source: OnsApi) -> Http:
        assert self.server is not None
        reroute = {SERVICES["ons_api"]: self.server.at("/api"), SERVICES["ons_downloads"]: self.server.at("/downloads")}
        settings = HttpSettings(allow_loopback=True, retries=1, backoff=0.01, jitter=0, reroute=reroute)
        return open_http(source, settings, self.folder / "scratch", None)

    def fetch(self, previous: Snapshot | None = None, **arguments: Any) -> Delivery:
        assert self.server is not None
        self.server.requests.clear()
        source = OnsApi(**(arguments or {"dataset": "TS008"}))
        with self.http(source) as http:
            return fetch("ons_api", source, http, previous)

    def failed(self, **arguments: Any) -> EvidenceError:
        with pytest.raises(EvidenceError) as caught:
            self.fetch(**arguments)
        return caught.value

    @property
    def asked(self) -> list[str]:
        assert self.server is not None
        return [request.path for request in self.server.requests]

    def stop(self) -> None:
        if self.server is not None:
            self.server.__exit__()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.stop()


def text(delivery: Delivery) -> str:
    assert delivery.parts[0].path is not None
    return delivery.parts[0].path.read_text()


def table(delivery: Delivery) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text(delivery))))


# -- versions -----------------------------------------------------------------------------------------------------------------------


def test_the_latest_version_comes_whole_with_what_the_api_says_of_it(world: World) -> None:
    world.serve(dataset(version(1), version(2)))
    delivery = world.fetch()
    assert [part.name for part in delivery.parts] == ["data.csv", "version.json"] and delivery.release == "2021 version 2"
    assert text(delivery) == CENSUS
    labels = delivery.parts[0].labels
    assert (labels["dataset"], labels["edition"], labels["version"], labels["released"], labels["layout"]) == (
        "TS008", "2021", "2", "2023-03-02", "census",
    )  # fmt: skip
    assert delivery.parts[0].url == "https://download.beta.ons.gov.uk/downloads/datasets/TS008/editions/2021/versions/2.csv"


def test_a_v4_table_is_known_by_its_first_header(world: World) -> None:
    world.serve(dataset(version(4, "v4.csv"), name="wellbeing", edition="time-series"))
    assert world.fetch(dataset="wellbeing").parts[0].labels["layout"] == "v4"


def test_a_version_that_stands_is_not_fetched_again_and_a_new_one_is(world: World) -> None:
    world.serve(dataset(version(1)))
    before = kept(world.fetch())
    again = world.fetch(before)
    assert [part.path for part in again.parts] == [None, None]
    assert world.asked == ["/api/datasets/TS008", "/api/datasets/TS008/editions/2021/versions/1"]
    world.serve(dataset(version(1), version(2)))
    assert world.fetch(before).parts[0].path is not None
    assert world.fetch(before, dataset="TS008", edition="2021").parts[0].path is not None, "another question"


def test_a_version_that_is_pinned_stays_and_a_newer_one_is_said(world: World) -> None:
    world.serve(dataset(version(1), version(2), version(3)))
    delivery = world.fetch(dataset="TS008", edition="2021", version=2)
    assert delivery.release == "2021 version 2" and delivery.warnings == ("version 3 is out; the declaration keeps to version 2",)
    assert world.failed(dataset="TS008", edition="2021", version=9).code == "fetch.gone"
    assert world.failed(dataset="TS008", edition="2011").code == "fetch.gone"


def test_what_the_ons_says_of_all_versions_since_is_announced(world: World) -> None:
    world.serve(dataset(version(1)))
    before = kept(world.fetch())
    change = [{"name": "Ward 5", "description": "split in two", "type": "Summary of changes"}]
    alert = [{"description": "Corrected: two areas were exchanged", "type": "correction", "date": "2023-03-03"}]
    note = [{"title": "Rounding", "note": "Counts are perturbed"}]
    world.serve(dataset(version(1), version(2, latest_changes=change), version(3, alerts=alert, usage_notes=note)))
    told = world.fetch(before).announced
    assert [(entry["kind"], entry["version"], entry["said"]) for entry in told] == [
        ("note", "2", "Ward 5: split in two"),
        ("history_revised", "3", "Corrected: two areas were exchanged"),
        ("note", "3", "Rounding: Counts are perturbed"),
    ]


def test_an_alert_on_a_version_that_stands_brings_it_again(world: World) -> None:
    world.serve(dataset(version(1)))
    before = kept(world.fetch())
    world.serve(dataset(version(1, alerts=[{"description": "A correction of Bristol", "type": "correction"}])))
    delivery = world.fetch(before)
    assert delivery.parts[0].path is not None and [entry["kind"] for entry in delivery.announced] == ["history_revised"]


def test_a_version_without_a_csv_lists_what_there_is(world: World) -> None:
    world.serve(dataset(version(1, downloads={"xls": {"href": "https://x.example"}, "txt": {}})))
    error = world.failed(dataset="TS008")
    assert error.code == "fetch.no_match" and error.found == "downloads: txt, xls"
    world.serve(dataset(version(1, downloads={"csv": {"href": "https://download.ons.gov.uk/x.csv", "skipped": True}})))
    assert world.failed(dataset="TS008").code == "fetch.no_match"


@pytest.mark.parametrize(("items", "requests"), [(ITEMS_A_PAGE, 1), (ITEMS_A_PAGE + 1, 2)])
def test_lists_are_whole_at_the_limit_of_a_page_and_one_past_it(items: int, requests: int, world: World) -> None:
    world.serve(dataset(*(version(number) for number in range(1, items + 1))))
    source = OnsApi(dataset="TS008")
    with world.http(source) as http:
        found = Api(http, source.url).items("datasets/TS008/editions/2021/versions", "versions")
    assert [item["version"] for item in found] == list(range(items, 0, -1)) and len(world.asked) == requests


@pytest.mark.parametrize(
    ("header", "layout"),
    [
        ("v4_0,time,Time", "v4"),
        ("V4_2,Data Marking,CV,time,Time,geography,Geography", "v4"),
        ("\ufeffLower Tier Local Authorities Code,Lower Tier Local Authorities,Observation", "census"),
        ("v4_1,Data Marking,time", ""),
        ("v4_1", ""),
        ("code,name,Value", ""),
        ("", ""),
    ],
)
def test_a_header_of_neither_layout_is_refused(header: str, layout: str, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(header, encoding="utf-8")
    if layout:
        assert checked_layout(tmp_path / "x.csv", "x") == layout
    else:
        with pytest.raises(EvidenceError, match=r"fetch\.protocol"):
            checked_layout(tmp_path / "x.csv", "x")


# -- filters and observations --------------------------------------------------------------------------------------------------------


def test_a_filter_brings_the_areas_and_categories_asked_for(world: World) -> None:
    world.serve(dataset(version(1)))
    wanted = {"area_type": "ltla", "areas": ["E08000025", "E08000026"], "dimensions": {"sex": ["1"]}}
    delivery = world.fetch(dataset="TS008", filter=wanted)
    assert [(row["Lower tier local authorities Code"], row["Sex (2 categories)"]) for row in table(delivery)] == [
        ("E08000025", "Female"),
        ("E08000026", "Female"),
    ]
    assert [path.rpartition("/")[2] for path in world.asked if path.startswith("/api/filters")] == ["filters", "submit"]


def test_a_table_made_to_measure_has_the_layout_of_the_census_csv(world: World) -> None:
    world.serve()
    delivery = world.fetch(observations={**QUERY, "areas": ["E08000025"]})
    assert [part.name for part in delivery.parts] == ["data.csv", "answer-0001.json"]
    assert text(delivery).splitlines() == [
        HEADER.strip(),
        'E08000025,"Area, E08000025",1,Female,25',
        'E08000025,"Area, E08000025",2,Male,25',
    ]
    assert len(table(world.fetch(observations=QUERY))) == 2 * len(AREAS), "no areas means all"


def test_areas_that_disclosure_control_withholds_are_named_and_not_made_up(world: World) -> None:
    world.serve(blocked=["E08000026"])
    delivery = world.fetch(observations={**QUERY, "areas": ["E08000025", "E08000026"]})
    assert {row["Lower tier local authorities Code"] for row in table(delivery)} == {"E08000025"}
    assert delivery.warnings == ("disclosure control withholds 1 areas: E08000026",)
    world.serve(blocked=["E08000026"])
    assert world.failed(observations={**QUERY, "areas": ["E08000026"]}).code == "fetch.empty"


def test_a_table_that_the_service_does_not_make_says_why(world: World) -> None:
    world.serve(most=10)
    error = world.failed(observations=QUERY)
    assert error.code == "fetch.rejected" and "HTTP 403: Too many rows returned" in error.found and "fewer" in error.todo
    error = world.failed(observations={**QUERY, "dimensions": ["colour"]})
    assert error.code == "fetch.rejected" and "HTTP 400" in error.found


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "either"),
        ({"dataset": "TS008", "observations": QUERY}, "either"),
        ({"observations": QUERY, "edition": "2021"}, "no `edition`"),
        ({"dataset": "TS008", "version": 2}, "name that too"),
        ({"dataset": "../x"}, "dataset"),
        ({"observations": {**QUERY, "dimensions": []}}, "dimensions"),
        ({"dataset": "TS008", "filter": {"area_type": "ltla", "areas": [], "dimensions": {"sex": []}}}, "areas"),
    ],
)
def test_a_source_that_makes_no_sense_is_refused(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        OnsApi(**arguments)
