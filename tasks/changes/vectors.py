"""The cells of unpaired columns, side by side at matched keys, and the bags of values that they hold: what renames are recognised by.

Refuses to hold more than a sample of rows, and more than a set number of distinct values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import numpy as np

from expectations.shape import Column
from tasks.changes.match import NUMERIC, Match, best_match, match
from tasks.changes.observed import Alignment, Observed
from tasks.shape import sql

SAMPLE = 3_000  # matched rows on which values are held against values
ENOUGH = 5  # cells, below which equal values show nothing
DISTINCT_SAMPLE = 50_000  # distinct values of a column, for overlap


class Vectors:
    """The cells of the unpaired columns at the matched keys, as whole numbers: equal numbers are equal values."""

    def __init__(
        self,
        left: Mapping[str, np.ndarray[Any, Any]],
        right: Mapping[str, np.ndarray[Any, Any]],
        across_periods: bool,
        sampled: bool = False,
    ) -> None:
        self._left, self._right, self.across_periods, self.sampled = left, right, across_periods, sampled

    def equal(self, before: str, after: str) -> dict[str, Any] | None:
        one, other = self._left.get(before), self._right.get(after)
        if one is None or other is None:
            return None
        filled = (one >= 0) & (other >= 0)
        same = filled & (one == other)
        compared, equal = int(filled.sum()), int(same.sum())
        return {
            "compared": compared,
            "equal": equal,
            "distinct": len(np.unique(one[same])),
            "beyond_chance": _beyond_chance(one[filled], other[filled], equal),
        }


def _beyond_chance(one: np.ndarray[Any, Any], other: np.ndarray[Any, Any], equal: int) -> float:
    """Cohen's kappa: the agreement of two columns above what their values would give by chance (many zeros, many hundreds)."""
    if not len(one):
        return 0.0
    left, left_counts = np.unique(one, return_counts=True)
    right, right_counts = np.unique(other, return_counts=True)
    _, at_left, at_right = np.intersect1d(left, right, return_indices=True)
    chance = float((left_counts[at_left] * right_counts[at_right]).sum()) / len(one) ** 2
    return (equal / len(one) - chance) / (1 - chance) if chance < 1 else 0.0


def vectors_of(
    connection: duckdb.DuckDBPyConnection,
    tables: tuple[Observed, Observed],
    plain: Alignment,
    gone: Sequence[Column],
    come: Sequence[Column],
    key: Sequence[str] | None,
) -> Vectors | None:
    """The cells of the unpaired columns at keys of the same period or, failing that, of the same things; None where no key matches."""
    found = best_match(connection, *tables, plain, key)
    if found is None or found.count < ENOUGH:
        found = match_across_periods(connection, *tables, plain)
    if found is None or found.count < ENOUGH:
        return None
    before, after = tables
    wanted = [f"{_cell('x', column)} as b{index}" for index, column in enumerate(gone)] + [
        f"{_cell('y', column)} as a{index}" for index, column in enumerate(come)
    ]
    rows = connection.execute(
        f"select {', '.join(wanted)} from (select * from {found.pairs} order by b limit {SAMPLE}) as p "
        f"join {sql.identifier(before.table)} as x on x.rowid = p.b join {sql.identifier(after.table)} as y on y.rowid = p.a"
    ).fetchall()
    codes: dict[str, int] = {"": -1}
    cells = np.array([[codes.setdefault(cell, len(codes)) for cell in row] for row in rows], dtype=np.int64).reshape(len(rows), len(wanted))
    left = {column.name: cells[:, index] for index, column in enumerate(gone)}
    right = {column.name: cells[:, len(gone) + index] for index, column in enumerate(come)}
    return Vectors(left, right, found.across_periods, found.count > SAMPLE)


def match_across_periods(connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, alignment: Alignment) -> Match | None:
    """Match the same things in different periods, where each table holds one period only: the same schools, the same areas."""
    if len(before.shape.periods) != 1 or len(after.shape.periods) != 1 or before.shape.periods == after.shape.periods:
        return None
    key = [(name, later) for name in before.shape.key if name != before.shape.period_column and (later := alignment.later(name))]
    return match(connection, before, after, key, across_periods=True) if key else None


def _cell(alias: str, column: Column) -> str:
    return sql.canonical(f"{alias}.{sql.identifier(column.name)}", column.type in NUMERIC)


def bags_of(
    connection: duckdb.DuckDBPyConnection, tables: tuple[Observed, Observed], gone: Sequence[Column], come: Sequence[Column]
) -> dict[tuple[int, str], dict[str, int]]:
    """The values of the unpaired columns that are not numbers, with how often each stands."""
    bags: dict[tuple[int, str], dict[str, int]] = {}
    for side, (observed, columns) in enumerate(zip(tables, (gone, come), strict=True)):
        for column in columns:
            if column.type in (*NUMERIC, "empty"):
                continue
            cell = sql.text(f"left({sql.identifier(column.name)}, 200)")
            rows = connection.execute(
                f"select {cell}, count(*) from {sql.identifier(observed.table)} where {cell} is not null group by "
                f"1 order by hash({cell}) limit {DISTINCT_SAMPLE}"
            ).fetchall()
            bags[side, column.name] = {value: int(number) for value, number in rows if value not in column.markers}
    return bags
