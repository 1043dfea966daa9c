"""How values moved and where: quartiles of the moves, parts of a table that moved by one ratio, and which areas are hidden now.

A revision is spread over a table; an area or a category all of whose values moved by one ratio is a slip (pounds for thousands), however few
cells it is, and raises an alarm. Refuses to call a part what has fewer than five cells or moved by little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import duckdb

from expectations.change import Change, Severity
from tasks.changes.moves import Held, Moves
from tasks.changes.observed import Place
from tasks.changes.words import counted, figure, listed, quoted, share
from tasks.shape import sql

MOST_ROWS = 2_000_000
FEWEST = 5  # cells of a part
STEADY = 0.95  # of them at the one ratio
FAR = 1.8  # times larger or smaller; less is how figures are revised
MOST_PARTS = 2_000  # different words of a column that may make a part
MEASURES = 3


@dataclass(frozen=True)
class Part:
    """A part of the table, by one word of one column, all of whose values of a measure moved by one ratio."""

    column: str
    word: str
    measure: str
    cells: int
    ratio: float


def described(connection: duckdb.DuckDBPyConnection, held: Held, moves: Sequence[Moves], place: Place, change: Change) -> Change:
    """A revision with the spread of its moves; an alarm where parts of the table moved by one ratio."""
    if held.match is None or held.match.count > MOST_ROWS:
        return change
    evidence = {**change.evidence, "moves": [_spread(connection, held, move) for move in moves[:MEASURES]]}
    if held.running:
        return replace(change, evidence=evidence)
    parts = [part for move in moves[:MEASURES] for part in _steady(connection, held, move)]
    if not parts:
        return replace(change, evidence=evidence)
    parts.sort(key=lambda part: (part.word not in place.words, -part.cells, part.column, part.word))
    shown = [
        f"{quoted(part.measure)} of {quoted(part.word)} ({part.column}), {_times(part.ratio)} in all {part.cells} values" for part in parts
    ]
    what = f"{change.what} Not spread as revisions are: {listed(shown, 2)}."
    evidence["steady_parts"] = [
        {"column": part.column, "word": part.word, "measure": part.measure, "cells": part.cells, "ratio": part.ratio} for part in parts[:10]
    ]
    return replace(change, what=what, severity=max(change.severity, Severity.WARNING), evidence=evidence)


def hidden_where(connection: duckdb.DuckDBPyConnection, held: Held, moves: Sequence[Moves], place: Place, change: Change) -> Change:
    """A change of suppression with the areas it is of: the city's own share before and now, and the areas that lost most."""
    match, column = held.match, held.before.shape.area_column
    if match is None or match.count > MOST_ROWS or not column:
        return change
    name = held.before.shape.area_name_column or column
    measures = [(f"x.{sql.identifier(move.before)}", f"y.{sql.identifier(move.after)}") for move in moves if move.hidden or move.shown][:12]
    none_before = " + ".join(f"({sql.number(x)} is null)::int" for x, _ in measures)
    none_now = " + ".join(f"({sql.number(y)} is null)::int" for _, y in measures)
    newly = " + ".join(f"({sql.number(x)} is not null and {sql.number(y)} is null)::int" for x, y in measures)
    area, word = sql.text(f"x.{sql.identifier(column)}"), sql.text(f"x.{sql.identifier(name)}")
    rows = connection.execute(
        f"select {area}, any_value({word}), sum({none_before}), sum({none_now}), sum({newly}), count(*) * {len(measures)} from {_joined(held)} "
        f"where {area} is not null group by 1 having sum({none_before}) <> sum({none_now}) order by sum({newly}) desc, 1 limit {MOST_PARTS}"
    ).fetchall()
    if not rows:
        return change
    areas = [
        {"area": code, "name": called, "hidden_before": int(old), "hidden_now": int(new), "newly_hidden": int(lost), "cells": int(cells)}
        for code, called, old, new, lost, cells in rows
    ]
    home = next((one for one in areas if one["area"] in place.words or one["name"] == place.name), None)
    said = ""
    if home is not None:
        before, now = share(home["hidden_before"], home["cells"]), share(home["hidden_now"], home["cells"])
        said = f" In {place.name} {before} were without a number and {now} are now."
    others = [one for one in areas if one is not home and one["newly_hidden"]]
    if others:
        said += f" Most is hidden of {listed([str(one['name'] or one['area']) for one in others], 3)}."
    evidence = {**change.evidence, "areas": areas[:20], "areas_touched": len(areas), "home_touched": home is not None}
    return replace(change, what=f"{change.what}{said}", evidence=evidence)


def withheld(moves: Sequence[Moves]) -> list[Change]:
    """suppression_moved for the few cells that were printed once and are hidden now: too few for an alarm, and older vintages still show them."""
    touched = [move for move in moves if move.hidden]
    hidden = sum(move.hidden for move in touched)
    if not hidden:
        return []
    what = (
        f"{counted(hidden, 'value')} that {'was' if hidden == 1 else 'were'} printed {'is' if hidden == 1 else 'are'} now hidden or empty, in "
        f"{listed([quoted(move.after) for move in touched], 3)}: what was withdrawn is no longer to be shown from older vintages."
    )
    evidence = {"hidden": hidden, "shown": 0, "columns": [{"column": move.after, "hidden": move.hidden} for move in touched[:20]]}
    return [Change("suppression_moved", Severity.INFO, what, None, None, None, evidence, "withheld")]


def _spread(connection: duckdb.DuckDBPyConnection, held: Held, move: Moves) -> dict[str, Any]:
    """Quartiles of the moves of one measure, of those cells that moved: in its own unit, and as later over earlier."""
    x, y = _cells(move)
    found = connection.execute(
        f"with cells as (select {x} as x, {y} as y from {_joined(held)}), "
        "moved as (select * from cells where abs(y - x) > 1e-9 * greatest(1, abs(x))) "
        "select quantile_cont(y - x, [0.25, 0.5, 0.75]), quantile_cont(y / nullif(x, 0), [0.25, 0.5, 0.75]), min(y - x), max(y - x) from moved"
    ).fetchone()
    difference, ratio, lowest, highest = found or (None, None, None, None)
    return {
        "column": move.after,
        "quartiles_of_move": [round(float(value), 6) for value in difference or ()],
        "quartiles_of_ratio": [round(float(value), 6) for value in ratio or () if value is not None],
        "lowest": lowest,
        "highest": highest,
    }


def _steady(connection: duckdb.DuckDBPyConnection, held: Held, move: Moves) -> list[Part]:
    """The parts of the table that moved by one ratio, of the column that shows most of it."""
    if move.moved < FEWEST:
        return []
    x, y = _cells(move)
    best: list[Part] = []
    names = dict.fromkeys(
        name for name in (held.before.shape.area_name_column, held.before.shape.area_column, *held.before.shape.key) if name
    )
    for name in names:
        column = held.before.shape.column(name)
        if column is None or not 2 <= column.distinct <= MOST_PARTS or name == held.before.shape.period_column:
            continue
        word = sql.text(f"x.{sql.identifier(name)}")
        rows = connection.execute(
            f"with cells as (select {word} as word, {x} as x, {y} as y from {_joined(held)}), "
            "middle as (select word, count(*) as n, median(y / x) as ratio from cells where x <> 0 and y <> 0 group by word having n >= "
            f"{FEWEST} and (ratio > {FAR} or (ratio > 0 and ratio < {1 / FAR}))) "
            "select word, any_value(n), any_value(ratio) from cells join middle using (word) where x <> 0 and y <> 0 and word is not null "
            f"group by word having count(*) filter (abs(y / x / ratio - 1) < 0.02) >= {STEADY} * count(*) order by 2 desc, 1"
        ).fetchall()
        parts = [Part(name, str(value), move.after, int(cells), float(ratio)) for value, cells, ratio in rows]
        if sum(part.cells for part in parts) > sum(part.cells for part in best):
            best = parts
    return best


def _times(ratio: float) -> str:
    return f"{figure(round(ratio, 3))} times larger" if ratio > 1 else f"{figure(round(1 / ratio, 3))} times smaller"


def _cells(move: Moves) -> tuple[str, str]:
    return sql.number(f"x.{sql.identifier(move.before)}"), sql.number(f"y.{sql.identifier(move.after)}")


def _joined(held: Held) -> str:
    assert held.match is not None
    return (
        f"{held.match.pairs} as p join {sql.identifier(held.before.table)} as x on x.rowid = p.b "
        f"join {sql.identifier(held.after.table)} as y on y.rowid = p.a"
    )
