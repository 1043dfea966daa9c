"""Rows that are discarded are kept with their reasons, counted and told; the rest lands; too many of them hold the snapshot."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from expectations.contract import load as load_contract
from expectations.errors import EvidenceError
from tasks.publish import publish
from tasks.tables import table_of
from tests.arriving import DATASET, Visits, acted, rows, said

POLICY = """
policy:
  test_rows: {do: discard_rows, reason: "the council leaves tests in"}
  category_added: [{do: discard_rows, columns: [kind], reason: "a kind is declared before it lands"}]
discard_at_most: 0.03
"""
TEST_ROW = ("Dummy 1", "branch", "2024", "5")


@pytest.fixture(scope="module")
def discarded(tmp_path_factory: pytest.TempPathFactory) -> Visits:
    """A first release, and a second with a test row, rows of a kind that nobody knows, and a figure that breaks a rule."""
    visits = Visits(tmp_path_factory.mktemp("discarded"), POLICY, ", on_failure: discard_rows")
    visits.first(rows())
    listed = [*rows(), TEST_ROW, ("Van", "mobile", "2024", "77")]
    listed[0] = (*listed[0][:3], "-4")
    visits.outcome = visits.arrive(listed)  # type: ignore[attr-defined]
    publish(visits.home, [table_of(visits.dataset, load_contract(DATASET, visits.folder / "accepted"), visits.folder / "sql")])
    return visits


def test_the_rest_lands_and_the_number_is_in_the_record(discarded: Visits) -> None:
    outcome = discarded.outcome  # type: ignore[attr-defined]
    assert (outcome.status, outcome.rows, outcome.discarded) == ("landed", 99, 3)
    assert acted(outcome) == {"test_rows": "discard_rows", "category_added": "discard_rows", "rows_rejected": "discard_rows"}
    assert said(outcome).count("1 row is left out of what lands") == 3 - 1 and "breaks a rule and is left out" in said(outcome)


def test_each_row_is_kept_with_its_reason_and_place_and_published(discarded: Visits) -> None:
    with duckdb.connect(str(discarded.home.database), read_only=True) as connection:
        found = connection.execute("select kind, stage, source_part, source_row, cells from meta.discarded_rows order by kind").fetchall()
        landed = connection.execute("select count(*) from council.visits where library_name in ('Dummy 1', 'Van') or value < 0").fetchone()
    assert [row[:4] for row in found] == [
        ("category_added", "arrived", "visits.csv", 103),
        ("rows_rejected", "tidy", "visits.csv", 2),
        ("test_rows", "arrived", "visits.csv", 102),
    ]
    assert json.loads(found[0][4]) == {"library": "Van", "kind": "mobile", "year": "2024", "visits": "77"}
    assert landed == (0,)


def test_the_next_release_discards_the_same_again_and_too_many_are_held(tmp_path: Path) -> None:
    visits = Visits(tmp_path, POLICY)
    assert visits.first([*rows(), TEST_ROW]).discarded == 1
    contract = load_contract(DATASET, visits.folder / "accepted")
    assert contract and contract.shape.rows == 100, "what is discarded is no part of what is accepted"
    again = visits.arrive([*rows(101), TEST_ROW])
    assert (again.status, again.rows, again.discarded) == ("landed", 101, 1)
    outcome = visits.arrive([*rows(), *[(f"Test {number}", "branch", "2024", str(number)) for number in range(1, 6)]])
    assert outcome.status == "held" and outcome.discarded == 0
    held = next(change for change in outcome.changes if change["kind"] == "test_rows")
    assert held["action"] == "hold" and "5 rows would be discarded, more than 3% of all 105: held instead" in held["because"]


@pytest.mark.parametrize(
    ("more", "rule", "found"),
    [
        ("policy: {column_removed: {do: discard_rows, reason: r}}", "", "'column_removed' has no rows to point at"),
        ("policy: {test_rows: [{do: hold, reason: r}, {do: evolve, reason: s}]}", "", "two policies for all columns"),
        ("policy: {marker_added: [{do: hold, reason: r, columns: [a]}, {do: evolve, reason: s, columns: [a]}]}", "", "two policies for a"),
        ("", ", on_failure: land", "on_failure: 'land'"),
        ("", ", mostly: 0.9, on_failure: discard_rows", "on_failure: discard_rows"),
        ("discard_at_most: 0.9", "", "discard_at_most"),
        ("known_errors: [{what: w, until: soon}]", "", "'soon' is no day"),
        ("known_errors: [{what: w, until: 2030-01-01, rule: no such rule}]", "", "no rule says as its `because`"),
        ("known_errors: [{what: w, until: 2030-01-01, kind: test_rows, query: q}]", "", "recognised in one way"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_is_fetched(tmp_path: Path, more: str, rule: str, found: str) -> None:
    with pytest.raises(EvidenceError) as refused:
        Visits(tmp_path, more, rule)
    assert refused.value.code == "declaration.invalid" and found in refused.value.found
