"""Rows that stand in the same order are matched without hashing their keys, and only where that is sure to give the same pairs."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pytest

from tasks.changes import Observed
from tasks.changes.match import Match, match
from tasks.shape import observe

Row = tuple[str, str]


@pytest.fixture(autouse=True)
def _looked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables as small as these are otherwise matched by the spelling of their keys alone."""
    monkeypatch.setattr("tasks.changes.spelling.SMALL", 0)


def paired(connection: duckdb.DuckDBPyConnection, before: Sequence[Row], after: Sequence[Row]) -> tuple[Match, set[tuple[int, int]]]:
    sides = []
    for name, rows in (("earlier", before), ("later", after)):
        connection.execute(f"create table {name} (area varchar, people varchar)")
        connection.executemany(f"insert into {name} values (?, ?)", rows)
        sides.append(Observed(observe(connection, name, {}, ["area"]), name))
    found = match(connection, sides[0], sides[1], [("area", "area")])
    return found, set(connection.execute(f"select b, a from {found.pairs}").fetchall())


ROWS = [(f"area {number}", str(number)) for number in range(20)]


def test_the_same_keys_in_the_same_order_are_paired_row_by_row(connection: duckdb.DuckDBPyConnection) -> None:
    found, pairs = paired(connection, ROWS, [(area, "7") for area, _ in ROWS])
    assert found.in_order and found.coverage == 1
    assert pairs == {(number, number) for number in range(20)}


@pytest.mark.parametrize(
    ("before", "after", "pairs"),
    [
        pytest.param(ROWS, ROWS[::-1], {(number, 19 - number) for number in range(20)}, id="another order"),
        pytest.param(ROWS, ROWS[:-1], {(number, number) for number in range(19)}, id="a row fewer"),
        pytest.param(ROWS[:-1] + ROWS[:1], ROWS[:-1] + ROWS[:1], {(number, number) for number in range(1, 19)}, id="a key twice"),
        pytest.param([("5", "1"), ("5.0", "2"), ("6", "3")], [("5", "1"), ("5.0", "2"), ("6", "3")], {(2, 2)}, id="a number printed twice"),
        pytest.param([("a", "1"), ("a ", "2"), ("b", "3")], [("a", "1"), ("a ", "2"), ("b", "3")], {(2, 2)}, id="a name with a blank"),
    ],
)
def test_what_is_not_sure_is_matched_by_its_key(
    connection: duckdb.DuckDBPyConnection, before: Sequence[Row], after: Sequence[Row], pairs: set[tuple[int, int]]
) -> None:
    found, got = paired(connection, before, after)
    assert not found.in_order
    assert got == pairs
