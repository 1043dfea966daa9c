"""A known error of a source is no alarm until its day, is said once when the source has mended it, and is an alarm again when its day is past."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from expectations.change import Change, Severity
from expectations.declaration import Dataset
from tasks.known import softened
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
    assert [rule.severity for rule in softened(visits.dataset, date(2026, 1, 2))] == ["info"]
    assert [rule.severity for rule in softened(visits.dataset, date(2030, 1, 2))] == ["critical"], "its day is past"


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
