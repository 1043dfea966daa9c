"""How the measures of two tables moved at the keys that both hold: counted once, for every kind of change of values.

Refuses to judge: this counts, `values` names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import duckdb

from tasks.changes.match import Match, Translation, measures_of, memory, same_periods
from tasks.changes.observed import Alignment, Observed
from tasks.shape import sql

MOST = 0.5  # of the compared cells of a measure moved: redefined, or a running total
BY_MUCH = 0.02  # median move, against the spread of the measure; below it most cells moving is a revision
BY_SHARE = 0.1  # or median move of a cell, against the cell: small areas move little against the largest
STRICTLY = 0.3  # share of cells that must keep to the ratio without help of rounding
STEADY = 0.9  # share of cells at the one ratio that makes a change of unit
FEWEST = 8  # cells, below which a ratio or a share shows nothing
RISING = 0.95
FILLING_COUNTS = 3  # counts that must rise together for a period to be still filling
FILLING_SHARE = 0.6  # of all counts
MOST_CELLS = 20_000_000


@dataclass(frozen=True)
class Moves:
    """What happened to one measure at the matched keys."""

    before: str
    after: str
    compared: int
    moved: int  # differ, and not only in rounding
    rerounded: int
    rose: int
    ratio: float | None  # median of later / earlier, over the cells that are not zero
    steady: int  # cells within 1% of that ratio
    ratios: int  # cells that have one
    median_move: float  # median of |later - earlier| over the moved cells, in the measure's own unit
    spread: float
    hidden: int  # a number before, a marker or nothing now
    shown: int
    decimals: bool
    relative_move: float = 0.0  # median of |later / earlier - 1| over the moved cells
    near: int = 0  # cells at the ratio, or as near to it as their printing allows

    @property
    def share(self) -> float:
        return self.moved / self.compared if self.compared else 0.0

    @property
    def much(self) -> bool:
        return self.median_move > BY_MUCH * self.spread or self.relative_move > BY_SHARE

    @property
    def rescaled(self) -> bool:
        return (
            self.ratio is not None
            and self.ratios >= FEWEST
            and self.near >= STEADY * self.ratios
            and self.steady >= STRICTLY * self.ratios
            and not 0.97 <= self.ratio <= 1.03
            and self.moved >= 0.8 * self.compared
        )


@dataclass(frozen=True)
class Held:
    """The measures of two tables held against each other at the keys of a match."""

    before: Observed
    after: Observed
    match: Match | None
    moves: tuple[Moves, ...]
    running: bool  # the one period that both hold is still filling
    every: int = 1  # of the matched rows, every n-th was looked at

    @property
    def rescaled(self) -> list[Moves]:
        return [move for move in self.moves if move.rescaled and not self.running]


def hold(connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, alignment: Alignment, match: Match | None) -> Held:
    """Hold every measure that both tables have against itself; nothing where no key matches within a period."""
    if match is None or match.count == 0 or match.across_periods:
        return Held(before, after, None, (), False)
    match = _within_periods(connection, before, after, alignment, match)
    if match.count == 0:
        return Held(before, after, None, (), False)
    moves, every = measure_moves(connection, before, after, alignment, match)
    return Held(before, after, match, moves, _running_total(before, after, moves), every)


def _within_periods(connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, alignment: Alignment, match: Match) -> Match:
    """The pairs of one period, where the key does not hold the period: the same thing at another time is news, and revises nothing."""
    column = before.shape.period_column
    later = alignment.later(column) if column else None
    if not column or not later or later != after.shape.period_column or column in match.before_key:
        return match
    cells = [sql.text(f"{alias}.{sql.identifier(name)}") for alias, name in (("x", column), ("y", later))]
    earlier = Translation(same_periods(before.shape, after.shape, alignment)).cell(column, cells[0])
    name = f"{match.pairs}_within"
    connection.execute(
        f"create or replace temp table {name} as select p.b, p.a, p.stayed from {match.pairs} as p join {sql.identifier(before.table)} as x "
        f"on x.rowid = p.b join {sql.identifier(after.table)} as y on y.rowid = p.a where {earlier} is not distinct from {cells[1]}"
    )
    found = connection.execute(f"select count(*) from {name}").fetchone()
    return replace(match, pairs=name, count=int(found[0]) if found else 0, in_order=False)


def measure_moves(
    connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, alignment: Alignment, match: Match
) -> tuple[tuple[Moves, ...], int]:
    """(one record per measure that both tables hold as numbers, of the matched rows every how-manieth was looked at).

    Exact, except where more than `MOST_CELLS` cells would have to be looked at one by one: those of rows that changed or, where most figures moved,
    of all rows. Then every n-th matched row is looked at.
    """
    measures = measures_of(before.shape, after.shape, alignment, match.before_key)
    if not measures:
        return (), 1
    done, asked = memory(), ("moves", id(connection), before.table, after.table, match.pairs, tuple(measures))
    if asked not in done:
        found, every = _counted_where_changed(connection, before, after, match, measures), 1
        if found is None:
            every = max(1, match.count * len(measures) // MOST_CELLS)
            among = f"(select b, a from {match.pairs} where rowid % {every} = 0)"
            found = _counted(connection, before, after, among, measures, _MIDDLE)
        done[asked] = found, every
    rows, every = done[asked]
    return tuple(_moves(before, measures[row[0]][0], measures[row[0]][1], row[1:]) for row in rows), every


def _counted(
    connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, pairs: str, measures: Sequence[tuple[str, str]], middle: str
) -> list[tuple[Any, ...]]:
    """What `_MOVES` counts over these pairs of rows, one row per measure."""
    cells = ", ".join(f"{{'m': {i}, 'x': x.{sql.identifier(b)}, 'y': y.{sql.identifier(a)}}}" for i, (b, a) in enumerate(measures))
    connection.execute(
        f"create or replace temp table _cells as select c.m as m, trim(c.x) as tx, trim(c.y) as ty, "
        f"{sql.number('c.x')} as x, {sql.number('c.y')} as y from "
        f"(select unnest([{cells}]) as c from {pairs} as p join {sql.identifier(before.table)} as x on x.rowid = p.b "
        f"join {sql.identifier(after.table)} as y on y.rowid = p.a) where c.x is not null or c.y is not null"
    )
    rows = connection.execute(_MOVES.replace("{middle}", middle)).fetchall()
    connection.execute("drop table _cells")
    return rows


def changed_rows(connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, match: Match) -> str:
    """A table of the matched rows (b, a) that print some measure otherwise, where it was made; else of all of them."""
    return str(memory().get(("changed", id(connection), before.table, after.table, match.pairs), match.pairs))


def _counted_where_changed(
    connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, match: Match, measures: Sequence[tuple[str, str]]
) -> list[tuple[Any, ...]] | None:
    """The same, where most figures stayed as they were: rows that print all measures alike are counted, and only the others looked at.

    `None` where some measure has not more figures that stayed than others (only then is the middle of its ratios sure to be 1), and where too
    many rows changed.
    """
    changed = _changed(connection, before, after, match, measures)
    if changed is None:
        return None
    memory()["changed", id(connection), before.table, after.table, match.pairs] = changed
    stayed = _stayed(connection, before, match, changed, [b for b, _ in measures])
    moved = {row[0]: row for row in _counted(connection, before, after, changed, measures, _MIDDLE_IS_ONE)}
    rows = []
    for at in range(len(measures)):
        figures, not_zero = stayed[2 * at : 2 * at + 2]
        row = moved.get(at, _NOTHING_CHANGED)
        if not_zero < row[_RATIOS] + 2:
            return None
        added = {_COMPARED: figures, _STEADY: not_zero, _RATIOS: not_zero, _NEAR: not_zero}
        counted = [value + added[place] if place in added else value for place, value in enumerate(row)]
        rows.append((at, *counted[1:_RATIO], 1.0, *counted[_RATIO + 1 :]))
    return rows


def _changed(
    connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, match: Match, measures: Sequence[tuple[str, str]]
) -> str | None:
    """A table of the matched rows that print some measure otherwise; None where they are too many to be looked at one by one."""
    name, rows = f"{match.pairs}_changed", f"select b, a from {match.pairs} where not stayed"
    if match.alongside != tuple(measures):
        differ = " or ".join(f"x.{sql.identifier(b)} is distinct from y.{sql.identifier(a)}" for b, a in measures)
        rows = (
            f"select p.b, p.a from {match.pairs} as p join {sql.identifier(before.table)} as x on x.rowid = p.b "
            f"join {sql.identifier(after.table)} as y on y.rowid = p.a where {differ}"
        )
    connection.execute(f"create or replace temp table {name} as {rows}")
    found = connection.execute(f"select count(*) from {name}").fetchone() or (0,)
    return name if found[0] * len(measures) <= MOST_CELLS else None


def _stayed(connection: duckdb.DuckDBPyConnection, before: Observed, match: Match, changed: str, measures: Sequence[str]) -> Sequence[int]:
    """For each measure, of the matched rows that did not change: how many print a number, and how many of these another than zero."""
    numbers = [sql.number(f"x.{sql.identifier(name)}") for name in measures]
    counts = ", ".join(f"count({number}), count(*) filter ({number} <> 0)" for number in numbers)
    source, nothing = f"select {counts} from {sql.identifier(before.table)} as x", (0,) * (2 * len(measures))
    if not match.whole:
        among = f"rowid in (select b from {match.pairs}) and rowid not in (select b from {changed})"
        return connection.execute(f"{source} where {among}").fetchone() or nothing
    every = connection.execute(source).fetchone() or nothing  # a plain pass over all rows costs less than to leave some out
    some = connection.execute(f"{source} where rowid in (select b from {changed})").fetchone() or nothing
    return [one - other for one, other in zip(every, some, strict=True)]


_MIDDLE = "select m, quantile_cont(ratio, 0.5) as ratio from judged group by m"
_MIDDLE_IS_ONE = "select distinct m, 1.0::double as ratio from judged"
# Where these stand in a row of `_MOVES`, and what it is for a measure of which nothing changed.
_COMPARED, _RATIO, _STEADY, _RATIOS, _NEAR = 1, 5, 6, 7, 12
_NOTHING_CHANGED = (0, 0, 0, 0, 0, None, 0, 0, None, 0, 0, None, 0)
# Per measure, in the order of `Moves`: what was compared, moved, reprinted, rose; the ratio and who keeps to it; what was hidden and shown.
_MOVES = """
    with cells as (
        select *, abs(x - y) > 1e-9 * greatest(1, abs(x), abs(y)) as differs, length(split_part(tx, '.', 2)) as px,
            length(split_part(ty, '.', 2)) as py
        from _cells
    ),
    judged as (
        -- Printed with other precision: the two agree to half a unit of the last place of the coarser one.
        select *, coalesce(differs and px <> py and abs(x - y) <= 0.5000001 * pow(10, -least(px, py)), false) as reprinted,
            case when x <> 0 and y <> 0 then y / x end as ratio from cells
    ),
    middle as ({middle})
    select m,
        count(*) filter (x is not null and y is not null),
        count(*) filter (differs and not reprinted),
        count(*) filter (reprinted),
        count(*) filter (differs and y > x),
        any_value(middle.ratio),
        count(*) filter (abs(judged.ratio / nullif(middle.ratio, 0) - 1) < 0.01),
        count(judged.ratio),
        quantile_cont(abs(x - y), 0.5) filter (differs),
        count(*) filter (x is not null and y is null),
        count(*) filter (x is null and y is not null),
        median(abs(judged.ratio - 1)) filter (differs),
        count(*) filter (abs(judged.ratio / nullif(middle.ratio, 0) - 1) < 0.01
            or (judged.ratio is not null and abs(y - middle.ratio * x) <= 0.5000001 * pow(10, -py)))
    from judged join middle using (m) group by m order by m"""


def _moves(before: Observed, earlier: str, later: str, found: Sequence[Any]) -> Moves:
    column = before.shape.column(earlier)
    quantiles = column.quantiles if column else ()
    spread = (quantiles[4] - quantiles[0]) / 2 if len(quantiles) == 5 else 0.0
    spread = spread or (abs(quantiles[2]) if quantiles else 0.0)
    compared, moved, reprinted, rose = (int(value) for value in found[:4])
    if reprinted <= moved:
        moved, reprinted = moved + reprinted, 0  # not the printing changed here: the numbers did
    return Moves(
        before=earlier,
        after=later,
        compared=compared,
        moved=moved,
        rerounded=reprinted,
        rose=rose,
        ratio=None if found[4] is None else float(found[4]),
        steady=int(found[5]),
        ratios=int(found[6]),
        median_move=float(found[7] or 0),
        spread=spread,
        hidden=int(found[8]),
        shown=int(found[9]),
        decimals=bool(column and column.decimals),
        relative_move=float(found[10] or 0),
        near=int(found[11]),
    )


def _running_total(before: Observed, after: Observed, moves: Sequence[Moves]) -> bool:
    """Whether the one period that the tables hold is still filling: (nearly) all counts only rose, by ratios of their own."""
    if len(before.shape.periods) != 1 or before.shape.periods != after.shape.periods:
        return False
    counts = [move for move in moves if move.compared >= FEWEST and not move.decimals]
    rates = [move for move in moves if move.compared >= FEWEST and move.decimals]
    moved = [move for move in counts if move.moved >= MOST * move.compared]
    # One or two counts that rose were redefined; when a year fills, all rise by about one ratio, and the rates beside them hold.
    if len(moved) < FILLING_COUNTS or len(moved) < FILLING_SHARE * len(counts) or not rates:
        return False
    if sum(move.rose for move in moved) < RISING * sum(move.moved for move in moved):
        return False
    return float(median(move.relative_move for move in rates)) < float(median(move.relative_move for move in moved))
