"""Nomis: names resolved, pages counted, and nothing that Nomis leaves out in silence left out unseen. Over real HTTP on this machine."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from expectations.errors import EvidenceError
from expectations.sources import Nomis
from tasks.fetch import nomis
from tasks.fetch.http import Http, HttpSettings
from tasks.sample.nomis import NomisResponder
from tasks.sample.server import SampleServer
from tasks.snapshot import Delivery, Snapshot
from tests.fetching import kept

DISTRICTS = "local authorities: district / unitary (as of April 2021)"
COUNTIES = "local authorities: county / unitary (as of April 2021)"
SMALL = "2021 super output areas - lower layer"
AREAS = [
    ("1811939460", "E08000025", "Birmingham", "432", "2013265925"),
    ("1811939461", "E08000026", "Coventry", "432", "2013265925"),
    ("1807745092", "E08000025", "Birmingham", "431", "2013265925"),
    ("2013265925", "E12000005", "West Midlands", "480", "2092957699"),
    ("633345696", "E01008881", "Birmingham 067A", "151", "1811939460"),
    ("633345697", "E01008882", "Birmingham 066A", "151", "1811939460"),
    ("633345698", "E01009522", "Coventry 014A", "151", "1811939461"),
]
TYPES = {"432": DISTRICTS, "431": COUNTIES, "480": "regions", "151": SMALL}
AGES = {"200": "All Ages", "201": "Aged 0 to 15", "250": "Aged 16 to 24", "111": "Age 10"}
NAME = "Population estimates - local authority based by single year of age"
ARGUMENTS: dict[str, Any] = {
    "dataset": "NM_2002_1",
    "expect_name": NAME,
    "geography": [{"type": DISTRICTS}],
    "dimensions": {"gender": ["Total"], "c_age": "all"},
}


def figures(folder: Path, **changes: Any) -> Path:
    """A manifest with its tables: every area, age and year has a figure, unless `rows` are given."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = changes.pop("rows", None)
    if rows is None:
        rows = [
            (date, area[0], "0", age, "20100", str(number))
            for date in ("2020", "2021")
            for number, area in enumerate(AREAS)
            for age in AGES
        ]
    _write(folder / "areas.csv", ("id", "code", "name", "type", "parents"), AREAS)
    _write(folder / "population.csv", ("date", "area", "gender", "c_age", "measure", "value"), rows)
    table = {
        "dataset": "NM_2002_1",
        "name": NAME,
        "figures": "population.csv",
        "last_updated": "2022-12-21 09:30:00",
        "dates": {"2020": "2020", "2021": "2021"},
        "dimensions": {"GENDER": {"name": "Sex", "codes": {"0": "Total", "1": "Male"}}, "C_AGE": {"name": "Age", "codes": AGES}},
        "measures": {"20100": "Value", "20301": "Percent"},
        **changes,
    }
    manifest = folder / "population.json"
    manifest.write_text(json.dumps({"protocol": "nomis", "types": TYPES, "areas": "areas.csv", "tables": [table]}))
    return manifest


def _write(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])


@pytest.fixture
def http(tmp_path: Path) -> Iterator[Http]:
    with Http(HttpSettings(allow_loopback=True, retries=0), tmp_path / "scratch") as opened:
        yield opened


def fetched(server: SampleServer, http: Http, previous: Snapshot | None = None, **arguments: Any) -> Delivery:
    return nomis.fetch(Nomis(url=server.at("/api"), **{**ARGUMENTS, **arguments}), http, previous)


def records(delivery: Delivery) -> list[Mapping[str, str]]:
    found: list[Mapping[str, str]] = []
    for part in delivery.parts:
        assert part.path is not None
        with part.path.open(encoding="utf-8", newline="") as file:
            found += csv.DictReader(file)
    return found


def test_a_table_arrives_whole_with_the_columns_that_nomis_prints(tmp_path: Path, http: Http) -> None:
    with SampleServer({"/api": NomisResponder([figures(tmp_path)])}) as server:
        delivery = fetched(server, http)
    assert [part.name for part in delivery.parts] == ["page-0001.csv"]
    found = records(delivery)
    assert len(found) == 2 * len(AGES)
    assert len(found[0]) == 34
    assert found[0]["GEOGRAPHY_TYPE"] == DISTRICTS
    assert {row["DATE"] for row in found} == {"2021"}
    assert delivery.release == "lastupdated 2022-12-21 09:30:00; version 1"
    assert delivery.parts[0].labels["query"] == "NM_2002_1"


def test_pages_are_fetched_until_the_count_is_reached(tmp_path: Path, http: Http) -> None:
    with SampleServer({"/api": NomisResponder([figures(tmp_path)], cells=3)}) as server:
        delivery = fetched(server, http)
        offsets = [request.one("RecordOffset") for request in server.requests if request.one("RecordLimit") == "25000"]
    assert [part.name for part in delivery.parts] == ["page-0001.csv", "page-0002.csv", "page-0003.csv"]
    assert offsets == ["0", "3", "6"]
    assert [int(row["RECORD_OFFSET"]) for row in records(delivery)] == list(range(8))


def test_a_key_makes_pages_larger_and_is_written_nowhere(tmp_path: Path, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOMIS_UID", "0xsecret")
    with SampleServer({"/api": NomisResponder([figures(tmp_path)], cells=3)}) as server:
        delivery = fetched(server, http)
        asked = [request for request in server.requests if request.path.endswith("data.csv")]
    assert len(delivery.parts) == 1
    assert {request.one("uid") for request in asked} == {"0xsecret"}
    assert asked[-1].one("RecordLimit") == "100000"
    assert "0xsecret" not in repr(delivery)


def test_a_key_that_nomis_does_not_accept_only_makes_pages_smaller(tmp_path: Path, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOMIS_UID", "0xold")
    with SampleServer({"/api": NomisResponder([figures(tmp_path)], cells=5, cells_with_key=5)}) as server:
        assert len(records(fetched(server, http))) == 8


def test_a_table_that_was_not_released_anew_is_not_downloaded_again(tmp_path: Path, http: Http) -> None:
    with SampleServer({"/api": NomisResponder([figures(tmp_path)])}) as server:
        first = fetched(server, http)
        server.requests.clear()
        second = fetched(server, http, kept(first))
        paths = [request.path for request in server.requests]
    assert paths == ["/api/dataset/NM_2002_1.overview.json"]
    assert [(part.path, part.sha256, part.name) for part in second.parts] == [(None, part.sha256, part.name) for part in first.parts]
    assert second.release == first.release


def test_a_new_release_and_a_changed_question_are_downloaded(tmp_path: Path, http: Http) -> None:
    with SampleServer({"/api": NomisResponder([figures(tmp_path / "a")])}) as server:
        first = kept(fetched(server, http))
        assert fetched(server, http, first, date=[2020]).parts[0].path is not None
    revised = figures(tmp_path / "b", last_updated="2023-06-30 09:30:00")
    with SampleServer({"/api": NomisResponder([revised])}) as server:
        again = fetched(server, http, first)
    assert again.parts[0].path is not None
    assert "2023-06-30" in again.release


def test_a_table_of_another_name_is_refused_before_its_figures_are_asked_for(tmp_path: Path, http: Http) -> None:
    with SampleServer({"/api": NomisResponder([figures(tmp_path)])}) as server:
        with pytest.raises(EvidenceError) as error:
            fetched(server, http, expect_name="TS067 - Highest level of qualification")
        assert not [request for request in server.requests if request.path.endswith("data.csv")]
    assert error.value.code == "fetch.no_match"
    assert NAME in error.value.found


@pytest.mark.parametrize(
    ("dimensions", "found"),
    [
        ({"gender": ["Totals"], "c_age": "all"}, "'Total'"),
        ({"gender": [7], "c_age": "all"}, "none among 2"),
        ({"gender": ["Total"]}, "the table also has C_AGE"),
        ({"sex": ["Total"], "gender": ["Total"], "c_age": "all"}, "GENDER, C_AGE"),
        ({"gender": ["Total"], "c_age": {"matching": r"^Aged \d+", "count": 3}}, "2 of 4"),
    ],
)
def test_a_category_or_dimension_that_is_not_there_is_named(tmp_path: Path, http: Http, dimensions: dict[str, Any], found: str) -> None:
    with SampleServer({"/api": NomisResponder([figures(tmp_path)])}) as server, pytest.raises(EvidenceError) as error:
        fetched(server, http, dimensions=dimensions)
    assert error.value.code == "fetch.no_match"
    assert found in error.value.found


def test_categories_are_asked_for_by_name_and_by_pattern(tmp_path: Path, http: Http) -> None:
    with SampleServer({"/api": NomisResponder([figures(tmp_path)])}) as server:
        by_name = fetched(server, http, dimensions={"gender": ["total"], "c_age": ["All  Ages", "age 10"]})
        by_pattern = fetched(server, http, dimensions={"gender": [0], "c_age": {"matching": r"^Aged \d+ to", "count": 2}})
    assert {row["C_AGE"] for row in records(by_name)} == {"200", "111"}
    assert {row["C_AGE"] for row in records(by_pattern)} == {"201", "250"}


def test_an_area_that_comes_under_two_ids_is_told(tmp_path: Path, http: Http) -> None:
    with SampleServer({"/api": NomisResponder([figures(tmp_path)])}) as server:
        both = fetched(server, http, geography=[{"type": DISTRICTS}, {"type": COUNTIES}])
        one = fetched(server, http)
    assert both.warnings == ("areas under two Nomis ids, which a sum counts twice: E08000025; ask for one kind of area",)
    assert one.warnings == ()


def test_two_areas_with_one_gss_code_are_told_apart_by_their_type(tmp_path: Path, http: Http) -> None:
    with SampleServer({"/api": NomisResponder([figures(tmp_path)])}) as server:
        district = records(fetched(server, http, geography=[{"type": DISTRICTS, "codes": ["E08000025"]}]))
        both = records(fetched(server, http, geography=[{"codes": ["E08000025"]}]))
    assert {row["GEOGRAPHY"] for row in district} == {"1811939460"}
    assert {row["GEOGRAPHY"] for row in both} == {"1811939460", "1807745092"}


@pytest.mark.parametrize("within", [{"within": "E08000025", "within_type": DISTRICTS}, {"within": "1811939460"}])
def test_small_areas_within_the_city_are_asked_for_by_its_code(tmp_path: Path, http: Http, within: dict[str, str]) -> None:
    with SampleServer({"/api": NomisResponder([figures(tmp_path)])}) as server:
        found = records(fetched(server, http, geography=[{"type": SMALL, **within}]))
        asked = server.requests[-1].one("geography")
    assert {row["GEOGRAPHY_CODE"] for row in found} == {"E01008881", "E01008882"}
    assert asked == "1811939460TYPE151"


def test_areas_without_a_record_are_a_warning_where_all_were_asked_for(tmp_path: Path, http: Http) -> None:
    rows = [("2021", "633345696", "0", age, "20100", "1") for age in ("200", "201")]
    with SampleServer({"/api": NomisResponder([figures(tmp_path, rows=rows)])}) as server:
        delivery = fetched(server, http, geography=[{"type": SMALL, "within": "1811939460"}])
    assert "GEOGRAPHY: 1 of 2 listed codes have no record: Birmingham 066A" in delivery.warnings
    assert "C_AGE: 2 of 4 listed codes have no record: Aged 16 to 24, Age 10" in delivery.warnings


def test_time_is_asked_for_as_points_or_as_a_range(tmp_path: Path, http: Http) -> None:
    with SampleServer({"/api": NomisResponder([figures(tmp_path)])}) as server:
        points = records(fetched(server, http, date=["latestMINUS1", 2021]))
        span = records(fetched(server, http, time="first-latest"))
    assert {row["DATE"] for row in points} == {row["DATE"] for row in span} == {"2020", "2021"}


def test_a_list_of_one_may_stand_without_its_list(tmp_path: Path, http: Http) -> None:
    with SampleServer({"/api": NomisResponder([figures(tmp_path, measures={"20100": "Value"})], bare_singles=True)}) as server:
        assert len(records(fetched(server, http))) == 8


def test_several_queries_make_several_lists_of_parts(tmp_path: Path, http: Http) -> None:
    queries = {"now": {"date": ["latest"]}, "before": {"date": ["2020"], "measures": [20100]}}
    with SampleServer({"/api": NomisResponder([figures(tmp_path)], cells=5)}) as server:
        delivery = fetched(server, http, queries=queries)
        server.requests.clear()
        again = fetched(server, http, kept(delivery), queries=queries)
        assert len(server.requests) == 1  # one dataset, one question whether it was released anew
    assert [part.name for part in delivery.parts] == [
        "now-page-0001.csv",
        "now-page-0002.csv",
        "before-page-0001.csv",
        "before-page-0002.csv",
    ]
    assert [part.labels["query"] for part in delivery.parts] == ["now", "now", "before", "before"]
    assert [(part.name, part.path) for part in again.parts] == [(part.name, None) for part in delivery.parts]


def test_a_suppressed_figure_keeps_its_reason(tmp_path: Path, http: Http) -> None:
    rows = [("2021", "1811939460", "0", age, "20100", "" if age == "201" else "5") for age in AGES]
    with SampleServer({"/api": NomisResponder([figures(tmp_path, rows=rows)])}) as server:
        found = records(fetched(server, http, geography=[{"type": DISTRICTS, "codes": ["E08000025"]}]))
    assert [(row["OBS_VALUE"], row["OBS_STATUS"]) for row in found if row["C_AGE"] == "201"] == [("", "Q")]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"geography": [{"type": SMALL, "within": "E08000025"}]}, "needs `within_type`"),
        ({"geography": [{}]}, "areas need `type`, `codes` or both"),
        ({"queries": {"a": {"datset": "NM_1_1"}}}, "queries.a.datset: is no argument of this source"),
        ({"dimensions": {"c_age": "every"}}, "give `all`, a list of categories"),
        ({"dimensions": {"c_age": {"matching": "(", "count": 1}}}, "no regular expression"),
        ({"dataset": "2002"}, "should match pattern"),
        ({"expect_name": None}, "expect_name: is missing"),
    ],
)
def test_a_wrong_argument_is_refused_before_anything_is_asked(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said.replace("(", r"\(")):
        Nomis(**{**ARGUMENTS, **arguments})


def test_the_sample_prints_a_record_as_nomis_does(tmp_path: Path, http: Http, real_files: Path) -> None:
    """Held against a table that Nomis itself delivered: the same header, and the same record for Birmingham but its place and its URN."""
    real = real_files / "ons/nomis_api/NM_2002_1_mye2021_lad_single_age_jrf-insight.csv"
    with real.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        header = next(lines)
        birmingham = next(line for line in lines if line[6] == "1811939460")
    rows = [("2021", "1811939460", "0", "200", "20100", "1142494")]
    codes = {"GENDER": {"name": "Sex", "codes": {"0": "Total"}}, "C_AGE": {"name": "Labour Market category", "codes": {"200": "All Ages"}}}
    with SampleServer({"/api": NomisResponder([figures(tmp_path, rows=rows, dimensions=codes, dates={"2021": "2021"})])}) as server:
        delivery = fetched(server, http)
    assert delivery.parts[0].path is not None
    with delivery.parts[0].path.open(encoding="utf-8", newline="") as file:
        ours = list(csv.reader(file))
    placed = {"GEOGRAPHY_SORTORDER", "C_AGE_TYPECODE", "URN", "RECORD_OFFSET", "RECORD_COUNT"}
    assert ours[0] == header
    assert [cell for name, cell in zip(header, ours[1], strict=True) if name not in placed] == [
        cell for name, cell in zip(header, birmingham, strict=True) if name not in placed
    ]
