"""Which rows a change concerns: found from its evidence, set aside from the table that arrived, and never from the tables of its parts."""

from __future__ import annotations

import duckdb
import pytest

from expectations.change import WITH_ROWS, Change, Severity
from tasks.discard import count, sift
from tasks.policy import Graded
from tasks.shape import observe

_B = Severity.BREAKING
ROWS = (
    [(f"E0800{number:04}", f"id{number}", "2024", str(100 + 7 * number), "branch") for number in range(40)]
    + [("E08000001", "id1b", "2024", "107", "branch")]  # an area under a second id of the publisher
    + [("E08000002", "id2", "2024", "114", "branch")]  # an exact copy
    + [("E08000003", "id3", "2024", "9999", "branch")]  # the same key, another figure
    + [("E08000099", "id99", "2025", "c", "van")]
)
CASES = {
    "category_added": (Change("category_added", _B, "w", "kind", evidence={"count": 1}, subject="van"), {"id99"}),
    "marker_added": (Change("marker_added", _B, "w", "visits", None, "c", {}, "c"), {"id99"}),
    "area_added": (Change("area_added", _B, "w", "area", evidence={"count": 1}, subject="E08000099"), {"id99"}),
    "period_added": (Change("period_added", _B, "w", "year", evidence={"periods": ["2025"]}, subject="2025"), {"id99"}),
    "repeated_release": (Change("repeated_release", _B, "w", "year", evidence={"period": "2025"}, subject="x"), {"id99"}),
    "test_rows": (Change("test_rows", _B, "w", "id", evidence={"words": {"id99": "id"}}, subject="id99"), {"id99"}),
    "table_repeated": (Change("table_repeated", _B, "w", subject="rows"), {"id2"}),
    "key_duplicated": (Change("key_duplicated", _B, "w", evidence={"key": ["area", "id", "year"]}, subject="k"), {"id2", "id3"}),
    "area_doubled": (Change("area_doubled", _B, "w", "area", evidence={"by": "id"}, subject="id"), {"id1b"}),
}


@pytest.fixture
def arrived(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """The rows in two parts, under one another."""
    connection.execute(
        "create table arrived (area varchar, id varchar, year varchar, visits varchar, kind varchar, _part varchar, _row bigint)"
    )
    for number, row in enumerate(ROWS):
        values = ", ".join(f"'{cell}'" for cell in row)
        connection.execute(f"insert into arrived values ({values}, 'part-{number % 2}.csv', {number})")
    return connection


def test_every_kind_that_may_be_discarded_is_tried() -> None:
    assert set(CASES) == WITH_ROWS


@pytest.mark.parametrize("kind", CASES)
def test_the_rows_of_a_change_are_set_aside_and_the_rest_is_left(kind: str, arrived: duckdb.DuckDBPyConnection) -> None:
    change, ids = CASES[kind]
    shape = observe(arrived, "arrived", {}, key=("area", "id", "year"))
    sifted = sift(arrived, [Graded(change, "discard_rows", "declared")], "arrived", shape, 0.2)
    kept = arrived.execute("select distinct cells ->> 'id' from discarded").fetchall()
    left = arrived.execute("select count(*) from arrived").fetchone()
    assert {row[0] for row in kept} == ids
    assert left == (len(ROWS) - sifted.rows,) and count(arrived) == sifted.rows
    assert sifted.graded[0].change.evidence["rows_discarded"] == sifted.rows


def test_of_rows_that_share_a_key_a_copy_leaves_one_and_a_contradiction_none(arrived: duckdb.DuckDBPyConnection) -> None:
    shape = observe(arrived, "arrived", {}, key=("area", "id", "year"))
    sift(arrived, [Graded(CASES["key_duplicated"][0], "discard_rows", "declared")], "arrived", shape, 0.2)
    assert arrived.execute("select id, count(*) from arrived where id in ('id2', 'id3') group by all").fetchall() == [("id2", 1)]


def test_rows_that_the_evidence_does_not_name_are_held(arrived: duckdb.DuckDBPyConnection) -> None:
    shape = observe(arrived, "arrived", {}, key=("area", "id", "year"))
    unnamed = Change("category_added", _B, "w", "kind", evidence={"count": 60}, subject="van")
    sifted = sift(arrived, [Graded(unnamed, "discard_rows", "declared")], "arrived", shape, 0.2)
    assert [(one.action, one.because) for one in sifted.graded] == [("hold", "its rows cannot be named: held instead")]
    assert count(arrived) == 0 and not sifted.table
