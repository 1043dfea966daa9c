"""The ONS's local figures: each known figure where the publisher prints it, on the sample and on the publisher's whole files."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest

from expectations.declaration import all_ids, load
from expectations.sources import ExploreLocalStatistics
from tasks.check import check
from tasks.read import ReadOptions, read
from tasks.sample import carry_ons
from tasks.tidy import PartTable, assemble, name_columns, transform
from tests.landing import landed_from_sample
from warehouse.home import Home

BIRMINGHAM = "E08000025"
KNOWN = [
    ("ons.local_employment", "2018", "employment_rate", 65.3, "percent"),
    ("ons.local_employment", "2023", "economic_inactivity_rate", 28.3, "percent"),
    ("ons.local_unemployment", "2023", "unemployment_rate", 7.2, "percent"),
    ("ons.local_claimants", "2019", "claimant_share", 6.1, "percent"),
    ("ons.local_qualifications", "2023", "no_qualifications", 9.4, "percent"),
    ("ons.local_qualifications", "2022", "level_3_or_above", 61.7, "percent"),
    ("ons.local_education", "2018/19", "key_stage_2_expected", 62.0, "percent"),
    ("ons.local_education", "2024/25", "gcses_english_maths_by_19", 71.79, "percent"),
    ("ons.local_education", "2024/25", "early_years_communication", 75.9, "percent"),
    ("ons.business_births", "2023", "business_births", 6105.0, "businesses"),
    ("ons.business_deaths", "2022", "business_deaths", 6200.0, "businesses"),
    ("ons.active_businesses", "2021", "active_businesses", 43015.0, "businesses"),
    ("ons.jobs_below_living_wage", "2022", "jobs_below_living_wage", 53000.0, "jobs"),
    ("ons.jobs_below_living_wage", "2022", "share_below_living_wage", 12.1, "percent"),
    ("ons.subnational_indicators", "2020", "gva_per_hour", 32.12, "pounds"),
    ("ons.subnational_indicators", "2018-20", "healthy_life_expectancy_female", 60.23, "years"),
    ("ons.subnational_indicators", "2020-21", "net_new_homes", 3481.0, "homes"),
]


@pytest.mark.parametrize(("dataset", "period", "measure", "value", "unit"), KNOWN)
def test_a_figure_of_birmingham_is_the_published_one(
    dataset: str, period: str, measure: str, value: float, unit: str, sample_home: Home
) -> None:
    found = landed_from_sample(dataset, sample_home).execute(
        "select value, unit, area_name, area_level, status from tidy where area_code = ? and period = ? and measure = ?",
        [BIRMINGHAM, period, measure],
    )
    assert found.fetchall() == [(value, unit, "Birmingham", "local_authority", None)]


def test_an_estimate_keeps_its_interval(sample_home: Home) -> None:
    query = "select lower_ci, value, upper_ci from tidy where area_code = ? and period = '2023'"
    assert landed_from_sample("ons.local_unemployment", sample_home).execute(query, [BIRMINGHAM]).fetchall() == [(5.5, 7.2, 8.9)]


def test_periods_are_school_years_where_the_publisher_counts_in_them(sample_home: Home) -> None:
    query = (
        "select distinct period_start::varchar, period_end::varchar from tidy where period = '2023/24' and measure <> 'persistent_absence'"
    )
    assert landed_from_sample("ons.local_education", sample_home).execute(query).fetchall() == [("2023-09-01", "2024-08-31")]


def test_what_is_too_uncertain_to_print_stays_a_marker(sample_home: Home) -> None:
    query = "select distinct status, marker, value from tidy where value is null"
    assert landed_from_sample("ons.jobs_below_living_wage", sample_home).execute(query).fetchall() == [("low_reliability", "x", None)]


SPOILT = [
    ("ons.local_employment", "update tidy set value = 66 where measure = 'employment_rate'", "an interval holds its estimate"),
    ("ons.local_claimants", f"delete from tidy where area_code = '{BIRMINGHAM}' and period = '2025'", "in the newest period"),
    ("ons.local_education", "update tidy set value = value * 100", "a share lies between nothing and all"),
    ("ons.business_births", "update tidy set value = value + 1 where area_code = 'E08000025'", "rounded to 5"),
    ("ons.active_businesses", "delete from tidy where area_code = 'E12000005'", "England is its nine regions"),
    ("ons.jobs_below_living_wage", "update tidy set value = value / 1000 where unit = 'jobs'", "printed in thousands"),
    ("ons.subnational_indicators", "delete from tidy where measure = 'net_new_homes'", "has all 15 indicators"),
]


@pytest.mark.parametrize(("dataset", "change", "because"), SPOILT)
def test_a_spoilt_table_breaks_the_rule_that_is_meant_to_see_it(dataset: str, change: str, because: str, sample_home: Home) -> None:
    connection, declared = landed_from_sample(dataset, sample_home), load(dataset)
    connection.execute("begin")
    try:
        connection.execute(change)
        broken = check(connection, "tidy", declared.rules, declared.tidy.grain)
        assert any(because in result.because for result in broken.results if not result.success)
    finally:
        connection.execute("rollback")


# -- the whole files, of which the sample has a part ---------------------------------------------------------------------------------

WEB = "ons/ons_web"
WHOLE: list[tuple[str, str, Mapping[str, str], int]] = [
    ("ons.business_births", f"{WEB}/businessdemography2023.xlsx", {}, 1266),
    ("ons.jobs_below_living_wage", f"{WEB}/livingwagebyworkgeography2022provisional.zip", {"year": "2022", "stage": "provisional"}, 822),
    (
        "ons.subnational_indicators",
        f"{WEB}/subnational_indicators/machine_readable_20220825_6c1bac1_cp1252.csv",
        {"edition": "2022-08"},
        5301,
    ),
    ("ons.local_employment", "ons/els_data/current/employment-rate.csv", {"indicator": "employment-rate", "unit": "%"}, 8040),
]


@pytest.mark.parametrize(("dataset", "file", "labels", "rows"), WHOLE)
def test_the_rules_hold_on_the_publishers_whole_file(
    dataset: str, file: str, labels: Mapping[str, str], rows: int, real_files: Path, tmp_path: Path
) -> None:
    declared, connection = load(dataset), duckdb.connect(":memory:")
    path = real_files / file
    options = declared.read.model_dump()
    if path.suffix == ".zip":
        options["member"] = carry_ons.LIVING_WAGE_MEMBER
    if "els_data" in file:
        path = _as_served(path, "Employment rate", tmp_path / "employment-rate.csv")
    part = PartTable(path.name, "whole", read(path, connection, "whole", ReadOptions(**options)), labels)
    name_columns(connection, declared, part)
    assemble(connection, [part], "arrived")
    assert transform(declared, connection) == rows
    rules = [rule for rule in declared.rules if "every indicator" not in rule.because]  # one of two indicators is read here
    broken = [result.sentence for result in check(connection, "tidy", rules, declared.tidy.grain).results if not result.success]
    assert broken == []


def _as_served(file: Path, indicator: str, target: Path) -> Path:
    """The publisher's own file in the columns in which its service gives it; the service leaves out what has neither figure nor reason."""
    with file.open(encoding="utf-8-sig", newline="") as source, target.open("w", encoding="utf-8", newline="") as copy:
        lines = csv.writer(copy, lineterminator="\n")
        lines.writerow(["areacd", "areanm", "period", "value", "lci_95", "uci_95", "status"])
        for row in csv.DictReader(source):
            if row["indicator"] == indicator and (row["observation"] or row["status"]):
                lines.writerow([row[name] for name in ("areacd", "areanm", "period", "observation", "lci_95", "uci_95", "status")])
    return target


# -- what the service lists ----------------------------------------------------------------------------------------------------------

UNITS = {"%": "percent", "£": "pounds", "yrs": "years", "Score out of 10": "score"}


def test_every_declared_indicator_is_one_that_the_service_lists_in_the_unit_declared(real_files: Path) -> None:
    told = json.loads((real_files / carry_ons.ELS_ABOUT).read_text(encoding="utf-8"))["link"]["item"]
    listed = {item["extension"]["slug"]: item for item in told}
    for dataset in (name for name in all_ids() if name.startswith("ons.local_")):
        declared = load(dataset)
        assert isinstance(declared.source, ExploreLocalStatistics)
        for slug in declared.source.indicators:
            item = listed[slug]
            unit = item["extension"]["unit"]
            assert declared.tidy.columns["value"].unit == UNITS[unit], f"{dataset}, {slug}: {unit}"
            assert item["id"] == ["areacd", "period", "measure"], slug
            assert {"value"} <= set(item["dimension"]["measure"]["category"]["index"])
            assert ("lower_ci" in declared.tidy.columns) is ("lci_95" in item["dimension"]["measure"]["category"]["index"]), slug
