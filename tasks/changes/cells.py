"""Cells that a person can look up: of the values that moved, the city's own and the largest, each with where it stands.

Refuses to list all of them: a change names at most five, and says how many there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb

from tasks.changes.match import Match
from tasks.changes.moves import Moves, changed_rows
from tasks.changes.observed import Observed, Place
from tasks.changes.words import figure
from tasks.shape import sql


def biggest_moves(
    connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, match: Match, moves: Sequence[Moves], place: Place
) -> list[dict[str, Any]]:
    """At most five cells that moved: the home area's own first, then the largest moves."""
    cells: list[dict[str, Any]] = []
    home = home_condition(after, "y", place)
    label, pairs = _label(before, after), changed_rows(connection, before, after, match)
    for move in moves[:3]:
        x, y = sql.number("x." + sql.identifier(move.before)), sql.number("y." + sql.identifier(move.after))
        # Of the home area, the latest period is what people look at; elsewhere, the largest move.
        rows = connection.execute(
            f"select {label} as label, {home} as home, {x} as old, {y} as new from {pairs} as p join "
            f"{sql.identifier(before.table)} as x on x.rowid = p.b "
            f"join {sql.identifier(after.table)} as y on y.rowid = p.a where abs({y} - {x}) > 1e-9 * greatest(1, abs({x}), abs({y})) "
            f"order by home desc, case when home then 0 else abs({y} - {x}) end desc, abs({y} - {x}) desc, label limit 5"
        ).fetchall()
        cells += [{"where": row[0], "home": bool(row[1]), "column": move.after, "before": row[2], "after": row[3]} for row in rows]
    # For one measure five cells, for several the first of each.
    cells.sort(key=lambda cell: not cell["home"])
    return cells[:5]


def periods_touched(connection: duckdb.DuckDBPyConnection, before: Observed, match: Match, move: Moves) -> dict[str, int]:
    """How many of a measure's compared cells stand in each period (the newest dozen)."""
    column = before.shape.period_column
    if not column:
        return {}
    rows = connection.execute(
        f"select {sql.text('x.' + sql.identifier(column))} as period, count(*) from {match.pairs} as p join "
        f"{sql.identifier(before.table)} as x on x.rowid = p.b "
        "group by 1 order by 1 desc limit 12"
    ).fetchall()
    return {str(period): int(number) for period, number in rows}


def home_condition(observed: Observed, alias: str, place: Place) -> str:
    """SQL that is true on the home area's own rows."""
    columns = [name for name in (observed.shape.area_column, observed.shape.area_name_column) if name]
    columns += [level.column for level in observed.shape.areas if level.level in ("LAD", "county") and level.column not in columns]
    columns += [
        column.name
        for column in observed.shape.columns
        if column.categories and column.name not in columns and place.name in column.categories
    ]
    if not columns:
        return "false"
    tests = [
        f"coalesce({sql.text(f'{alias}.{sql.identifier(name)}')} in {sql.literals((place.code, place.name))}, false)" for name in columns
    ]
    return f"({' or '.join(tests)})"


def _label(before: Observed, after: Observed) -> str:
    """SQL of words that say which row a cell stands in: the area's name where there is one, the period, the other dimensions."""
    shape = after.shape
    codes = {level.column for level in shape.areas if level.column != shape.area_column or shape.area_name_column}
    named = [name for name in (shape.area_name_column, *shape.key) if name and name not in codes]
    columns = list(dict.fromkeys(named))[:5] or ([shape.area_column] if shape.area_column else [])
    cells = ", ".join(f"{sql.text('y.' + sql.identifier(name))}" for name in columns)
    return f"concat_ws(', ', {cells})" if cells else "'row ' || y.rowid"


def first_of(cells: Sequence[dict[str, Any]]) -> str:
    """The first of these cells in words: where it stands, what it was and what it is; '' where there is none."""
    if not cells:
        return ""
    cell = cells[0]
    return f"{cell['where']}: {figure(cell['before'])} before, {figure(cell['after'])} now."
