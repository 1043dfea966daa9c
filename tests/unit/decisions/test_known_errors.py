"""A known error of a source is no alarm until its day, is said once when the source has mended it, and is an alarm again when its day is past."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from expectations.change import Change, Severity
from expectations.declaration import Dataset, load_file
from expectations.errors import EvidenceError
from expectations.policies import softened
from tasks.policy import grade
from tests.arriving import Visits, acted, rows

KNOWN = """
known_errors:
  - {what: "the council leaves a test row in", until: 2030-01-01, kind: test_rows}
  - {what: "corrections are printed as negative visits", until: 2030-01-01, rule: a count is not negative}
  - {what: two libraries share a figure, until: 2030-01-01, query: "select value from {table} group by 1 having count(*) > 1"}
"""
TEST_ROW = ("Dummy 1", "branch", "2024", "5")


def _mended(outcome: object) -> list[str]:
    return [str(change["what"]) for change in outcome.changes if change["kind"] == "source_mended"]  # type: ignore[attr-defined]


def test_they_land_without_an_alarm_and_each_is_said_once_when_it_is_mended(tmp_path: Path) -> None:
    visits = Visits(tmp_path, KNOWN)
    negative, double = ("Library 900", "branch", "2024", "-3"), ("Library 901", "branch", "2024", "1000")
    first = visits.first([*rows(), TEST_ROW, negative, double])
    assert first.status == "landed" and _mended(first) == []
    mended = visits.arrive([*rows(101), negative])
    assert mended.status == "landed" and {kind: action for kind, action in acted(mended).items() if kind != "rows_fell"} == {}
    assert _mended(mended) == ["The source mended: the council leaves a test row in.", "The source mended: two libraries share a figure."]
    assert _mended(visits.arrive(rows(102))) == ["The source mended: corrections are printed as negative visits."]
    rules, errors = visits.dataset.rules, visits.dataset.known_errors
    assert [rule.severity for rule in softened(rules, errors, date(2026, 1, 2))] == ["info"]
    assert [rule.severity for rule in softened(rules, errors, date(2030, 1, 2))] == ["critical"], "its day is past"


EES = """
title: Pupils
why: Schools are among the places where neighbours meet.
owner: places-data
theme: community
licence: OGL-UK-3.0
attribution: Department for Education
source: {kind: file, files: [{name: visits.csv, url: "https://data.example.gov.uk/visits.csv"}]}
release: {due: no calendar}
delivery: full
rule_sets: [ees]
raw: {key: [time_period, sex], columns: [time_period, time_identifier, geographic_level, country_code, country_name, sex, pupils]}
tidy:
  grain: [source_row]
  columns:
    period: {type: VARCHAR, meaning: Year}
    sex: {type: VARCHAR, meaning: Sex}
    value: {type: DOUBLE, meaning: Pupils, unit: people}
expectations: [expect_column_values_to_be_between: {column: value, min_value: 0}]
known_errors: [{what: "the years before 2020 are printed twice", until: UNTIL, rule: "RULE"}]
"""
EES_SQL = "select time_period as period, sex, number_of(pupils) as value, _part as source_part, _row as source_row from raw"
TWICE = "a row is told from every other by its time, its place and its filters"


def _ees(folder: Path, until: str = "2035-01-01", rule: str = TWICE) -> Visits:
    """A dataset held to the rule set of EES, with a known error that breaks one of its rules."""
    visits = Visits(folder)
    path = folder / "datasets" / "council" / "visits.yaml"
    path.write_text(EES.replace("UNTIL", until).replace("RULE", rule), encoding="utf-8")
    (folder / "sql" / "council" / "visits.sql").write_text(EES_SQL, encoding="utf-8")
    visits.dataset = load_file(path)
    return visits


def _years(*years: int) -> list[tuple[str, ...]]:
    return [
        (f"{year}{(year + 1) % 100:02}", "Academic year", "National", "E92000001", "England", sex, str(year * number))
        for number, year in enumerate(years, start=3)
        for sex in ("Total", "Boys", "Girls")
    ]


HEAD = "time_period,time_identifier,geographic_level,country_code,country_name,sex,pupils"


def test_a_rule_of_a_rule_set_that_is_known_to_break_holds_nothing_and_its_mending_is_said(tmp_path: Path) -> None:
    visits = _ees(tmp_path)
    visits.arrive([*_years(2019, 2020), *_years(2019)], HEAD)
    first = visits.accept().outcomes[0]
    assert first.status == "landed" and _mended(first) == []
    (known,) = [result for result in first.checks["results"] if result["because"].startswith(TWICE)]
    assert (known["success"], known["severity"]) == (False, "info") and "known error of the source until 2035-01-01" in known["because"]
    assert _mended(visits.arrive(_years(2019, 2020, 2021), HEAD)) == ["The source mended: the years before 2020 are printed twice."]


def test_past_its_day_the_rule_of_a_rule_set_fails_again(tmp_path: Path) -> None:
    visits = _ees(tmp_path, until="2026-01-01")
    visits.arrive([*_years(2019, 2020), *_years(2019)], HEAD)
    with pytest.raises(EvidenceError) as refused:
        visits.accept()
    assert TWICE in refused.value.as_dict()["found"]


def test_a_known_error_names_a_rule_that_there_is(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError) as refused:
        _ees(tmp_path, rule=TWICE.replace("place", "plaice"))
    assert "did you mean" in refused.value.found and TWICE in refused.value.found


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    more = """
policy:
  category_added:
    - {do: hold, columns: [kind], reason: look}
    - {do: ignore, columns: [library], until: 2030-01-01, reason: libraries open}
    - {do: evolve, reason: else it lands}
known_errors: [{what: w, until: 2030-01-01, kind: area_doubled, columns: [library]}]
"""
    return Visits(tmp_path_factory.mktemp("declared"), more).dataset


@pytest.mark.parametrize(
    ("kind", "column", "day", "action", "severity"),
    [
        ("category_added", "kind", "2026-01-01", "hold", Severity.WARNING),
        ("category_added", "library", "2026-01-01", "evolve", Severity.INFO),
        ("category_added", "library", "2031-01-01", "evolve", Severity.WARNING),
        ("category_added", "year", "2026-01-01", "evolve", Severity.WARNING),
        ("area_doubled", "library", "2026-01-01", "evolve", Severity.INFO),
        ("area_doubled", "library", "2030-01-02", "hold", Severity.BREAKING),
        ("area_doubled", "year", "2026-01-01", "hold", Severity.BREAKING),
    ],
)
def test_what_is_done_follows_the_column_and_the_day(
    dataset: Dataset, kind: str, column: str, day: str, action: str, severity: Severity
) -> None:
    given = Severity.BREAKING if kind == "area_doubled" else Severity.WARNING
    graded = grade([Change(kind, given, "It changed.", column)], dataset, date.fromisoformat(day))
    assert [(one.action, one.change.severity) for one in graded] == [(action, severity)]


def test_an_announced_change_is_quieter_and_held_all_the_same(dataset: Dataset) -> None:
    announced = {"announced": {"by": "DfE", "severity_unannounced": "breaking"}}
    (removed,) = grade([Change("column_removed", Severity.WARNING, "gone", "library", evidence=announced)], dataset, date(2026, 1, 1))
    (added,) = grade([Change("column_added", Severity.INFO, "new", "x", evidence={"announced": {"by": "DfE"}})], dataset, date(2026, 1, 1))
    assert (removed.action, removed.change.severity, added.action) == ("hold", Severity.WARNING, "evolve")
