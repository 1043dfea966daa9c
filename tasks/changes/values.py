"""Values: what was published before and reads otherwise now, at the same keys.

Told apart: a unit that changed (one steady ratio), a revision (some cells, or small moves), a redefinition (most cells, by much),
a running total that only went on, a change of rounding, and values that were hidden or shown.
Refuses to compare where no key matches, and says that nothing was compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from expectations.change import Change, Severity
from expectations.shape import Shape
from tasks.changes.match import Match, is_numeric
from tasks.changes.observed import Alignment, Observed, Place
from tasks.changes.words import counted, figure, listed, quoted, share
from tasks.shape import sql

MOST = 0.5  # of the compared cells of a measure moved: redefined
BY_MUCH = 0.02  # median move, against the larger of the cell and the spread of the measure; below it most cells moving is a revision
REVISED_BOUND = 0.25  # share of cells beyond which a revision is an alarm
STEADY = 0.9  # share of cells at the one ratio that makes a change of unit
MOST_CELLS = 20_000_000
FEWEST = 8  # cells, below which a ratio or a share shows nothing
RISING = 0.95


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

    @property
    def share(self) -> float:
        return self.moved / self.compared if self.compared else 0.0

    @property
    def much(self) -> bool:
        return self.median_move > BY_MUCH * self.spread

    @property
    def rescaled(self) -> bool:
        return (
            self.ratio is not None
            and self.ratios >= FEWEST
            and self.steady >= STEADY * self.ratios
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

    @property
    def rescaled(self) -> list[Moves]:
        return [move for move in self.moves if move.rescaled and not self.running]


def hold(connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, alignment: Alignment, match: Match | None) -> Held:
    """Hold every measure that both tables have against itself; nothing where no key matches within a period."""
    if match is None or match.count == 0 or match.across_periods:
        return Held(before, after, None, (), False)
    moves = tuple(measure_moves(connection, before, after, alignment, match))
    return Held(before, after, match, moves, _running_total(before, after, moves))


def unit_changes(connection: duckdb.DuckDBPyConnection, held: Held, alignment: Alignment, place: Place) -> list[Change]:
    """unit_rescaled: at the same keys by one steady ratio, or, where no keys match, all through by a power of ten."""
    if held.match is None or held.match.count < FEWEST:
        return rescaled_by_spread(held.before.shape, held.after.shape, alignment)
    return [_rescaled(connection, held.before, held.after, held.match, move, place) for move in held.rescaled]


def value_changes(connection: duckdb.DuckDBPyConnection, held: Held, place: Place) -> list[Change]:
    """Revisions, redefinitions, rounding and suppression at the keys that both tables hold."""
    before, after, match = held.before, held.after, held.match
    if match is None:
        return []
    rest = [move for move in held.moves if move not in held.rescaled]
    changes: list[Change] = []
    redefined = [] if held.running else [move for move in rest if move.share >= MOST and move.much and move.compared >= FEWEST]
    if redefined:
        changes.append(_told(connection, before, after, match, redefined, place, "values_redefined", Severity.BREAKING))
    revised = [move for move in rest if move not in redefined and move.moved]
    if revised:
        compared, moved = sum(move.compared for move in rest), sum(move.moved for move in revised)
        severity = Severity.WARNING if moved > REVISED_BOUND * compared and not held.running else Severity.INFO
        changes.append(_told(connection, before, after, match, revised, place, "history_revised", severity, held.running))
    return [*changes, *_rerounded(rest), *_suppression(held.moves)]


def rescaled_by_spread(before: Shape, after: Shape, alignment: Alignment) -> list[Change]:
    """unit_rescaled where no keys match: the whole spread of a measure moved by one power of ten (shares that became per cents)."""
    changes = []
    for earlier, later in alignment.pairs:
        old, new = before.column(earlier), after.column(later)
        if old is None or new is None or "measure" not in (old.role, new.role) or min(old.filled, new.filled) < 20:
            continue
        ratios = [b / a for a, b in zip(old.quantiles, new.quantiles, strict=False) if a and b and (a > 0) == (b > 0)]
        power = next(
            (
                power
                for power in (100.0, 1000.0, 1e6, 0.01, 0.001, 1e-6)
                if len(ratios) >= 4 and all(0.6 < ratio / power < 1.6 for ratio in ratios)
            ),
            None,
        )
        if power is None:
            continue
        words = f"{figure(power)} times larger" if power > 1 else f"{figure(round(1 / power))} times smaller"
        what = f"{quoted(later)} is about {words} all through: its unit seems to have changed (median {figure(old.quantiles[2])} before, {figure(new.quantiles[2])} now)."
        evidence = {
            "ratio": power,
            "by": "the spread of all values",
            "quantiles_before": list(old.quantiles),
            "quantiles_after": list(new.quantiles),
        }
        changes.append(Change("unit_rescaled", Severity.BREAKING, what, earlier, None, power, evidence, earlier))
    return changes


def measure_moves(
    connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, alignment: Alignment, match: Match
) -> list[Moves]:
    """One record per measure that both tables hold as numbers. Beyond `MOST_CELLS` cells, every n-th matched row is looked at."""
    measures = _measures(before, after, alignment, match)
    if not measures:
        return []
    step = max(1, match.count * len(measures) // MOST_CELLS)
    cells = ", ".join(f"{{'m': {i}, 'x': x.{sql.identifier(b)}, 'y': y.{sql.identifier(a)}}}" for i, (b, a) in enumerate(measures))
    sample = f"(select *, row_number() over (order by b) as n from {match.pairs}) as p where n % {step} = 0" if step > 1 else match.pairs
    connection.execute(
        f"create or replace temp table _cells as select c.m as m, trim(c.x) as tx, trim(c.y) as ty, {sql.number('c.x')} as x, {sql.number('c.y')} as y from "
        f"(select unnest([{cells}]) as c from (select b, a from {sample}) as p join {sql.identifier(before.table)} as x on x.rowid = p.b "
        f"join {sql.identifier(after.table)} as y on y.rowid = p.a) where c.x is not null or c.y is not null"
    )
    rows = connection.execute(_MOVES).fetchall()
    connection.execute("drop table _cells")
    return [_moves(before, measures[row[0]][0], measures[row[0]][1], row[1:]) for row in rows]


# Per measure: compared, moved, only reprinted with other decimals, rose, the median ratio and how many cells keep to it, the median move, hidden, shown.
_MOVES = """
    with cells as (
        select *, abs(x - y) > 1e-9 * greatest(1, abs(x), abs(y)) as differs, length(split_part(tx, '.', 2)) as px, length(split_part(ty, '.', 2)) as py from _cells
    ),
    judged as (
        -- Printed with other precision: the two agree to half a unit of the last place of the coarser one.
        select *, coalesce(differs and px <> py and abs(x - y) <= 0.5000001 * pow(10, -least(px, py)), false) as reprinted,
            case when x <> 0 and y <> 0 then y / x end as ratio from cells
    ),
    middle as (select m, quantile_cont(ratio, 0.5) as ratio from judged group by m)
    select m, count(*) filter (x is not null and y is not null), count(*) filter (differs and not reprinted), count(*) filter (reprinted),
        count(*) filter (differs and y > x), any_value(middle.ratio), count(*) filter (abs(judged.ratio / nullif(middle.ratio, 0) - 1) < 0.01),
        count(judged.ratio), quantile_cont(abs(x - y), 0.5) filter (differs), count(*) filter (x is not null and y is null), count(*) filter (x is null and y is not null)
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
        earlier, later, compared, moved, reprinted, rose, None if found[4] is None else float(found[4]), int(found[5]), int(found[6]), float(found[7] or 0), spread,
        int(found[8]), int(found[9]), bool(column and column.decimals),
    )  # fmt: skip


def _measures(before: Observed, after: Observed, alignment: Alignment, match: Match) -> list[tuple[str, str]]:
    chosen = set(before.shape.measures) | {earlier for name in after.shape.measures if (earlier := alignment.earlier(name))}
    return [
        (earlier, later)
        for earlier, later in alignment.pairs
        if earlier in chosen and earlier not in match.before_key and is_numeric(before.shape, earlier) and is_numeric(after.shape, later)
    ]


def _running_total(before: Observed, after: Observed, moves: Sequence[Moves]) -> bool:
    """Whether the one period that the tables hold is still filling: (nearly) all counts only rose, by ratios of their own."""
    if len(before.shape.periods) != 1 or before.shape.periods != after.shape.periods:
        return False
    counts = [move for move in moves if move.moved >= MOST * move.compared and move.compared >= FEWEST and not move.decimals]
    if len(counts) < 2:
        return False
    rose, moved = sum(move.rose for move in counts), sum(move.moved for move in counts)
    return rose >= RISING * moved


def _rescaled(connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, match: Match, move: Moves, place: Place) -> Change:
    ratio = move.ratio or 0.0
    words = (
        f"{figure(ratio)} times larger"
        if ratio > 1
        else f"{figure(round(1 / ratio, 6 if 1 / ratio >= 100 else 3))} times smaller"
        if ratio
        else "zero"
    )
    cells = biggest_moves(connection, before, after, match, [move], place)
    what = f"{quoted(move.after)} is {words} at {share(move.steady, move.ratios)} of the same keys: its unit or its reference changed. {_first(cells)}"
    evidence = {"ratio": ratio, "cells_at_this_ratio": move.steady, "cells_compared": move.ratios, "examples": cells}
    return Change("unit_rescaled", Severity.BREAKING, what.strip(), move.before, None, ratio, evidence, move.before)


def _told(
    connection: duckdb.DuckDBPyConnection,
    before: Observed,
    after: Observed,
    match: Match,
    moves: Sequence[Moves],
    place: Place,
    kind: str,
    severity: Severity,
    running: bool = False,
) -> Change:
    compared, moved = sum(move.compared for move in moves), sum(move.moved for move in moves)
    ordered = sorted(moves, key=lambda move: (-move.share, move.before))
    cells = biggest_moves(connection, before, after, match, ordered[:8], place)
    names = listed([quoted(move.after) for move in ordered], 3)
    if kind == "values_redefined":
        head = f"{moved:,} of {compared:,} values already published differ now ({share(moved, compared)}), in {names}: the measure was redefined or replaced."
    elif running:
        head = f"{moved:,} of {compared:,} values moved, nearly all upwards, in the one period {quoted(before.shape.periods[0])}: it is still filling (a year to date)."
    else:
        head = f"{moved:,} of {compared:,} values already published were revised ({share(moved, compared)}), in {names}."
    spread_over = periods_touched(connection, before, match, ordered[0])
    evidence = {
        "cells_compared": compared,
        "cells_moved": moved,
        "share": round(moved / compared, 4) if compared else 0,
        "measures": [
            {
                "column": move.after,
                "compared": move.compared,
                "moved": move.moved,
                "rose": move.rose,
                "median_move": move.median_move,
                "median_ratio": move.ratio,
            }
            for move in ordered[:20]
        ],
        "examples": cells,
        "periods": spread_over,
        "home_touched": any(cell["home"] for cell in cells),
        "key": list(match.before_key),
    }
    what = f"{head} {_first(cells)}".strip()
    return Change(
        kind,
        severity,
        what,
        ordered[0].before if len(ordered) == 1 else None,
        None,
        None,
        evidence,
        "\x1f".join(sorted(move.before for move in moves)),
    )


def biggest_moves(
    connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, match: Match, moves: Sequence[Moves], place: Place
) -> list[dict[str, Any]]:
    """At most five cells that moved: the home area's own first, then the largest moves."""
    cells: list[dict[str, Any]] = []
    home = home_condition(after, "y", place)
    label = _label(before, after)
    for move in moves[:3]:
        x, y = sql.number("x." + sql.identifier(move.before)), sql.number("y." + sql.identifier(move.after))
        # Of the home area, the latest period is what people look at; elsewhere, the largest move.
        rows = connection.execute(
            f"select {label} as label, {home} as home, {x} as old, {y} as new from {match.pairs} as p join {sql.identifier(before.table)} as x on x.rowid = p.b "
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
        f"select {sql.text('x.' + sql.identifier(column))} as period, count(*) from {match.pairs} as p join {sql.identifier(before.table)} as x on x.rowid = p.b "
        "group by 1 order by 1 desc limit 12"
    ).fetchall()
    return {str(period): int(number) for period, number in rows}


def home_condition(observed: Observed, alias: str, place: Place) -> str:
    """SQL that is true on the home area's own rows."""
    columns = [name for name in (observed.shape.area_column, observed.shape.area_name_column) if name]
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


def _first(cells: Sequence[dict[str, Any]]) -> str:
    if not cells:
        return ""
    cell = cells[0]
    return f"{cell['where']}: {figure(cell['before'])} before, {figure(cell['after'])} now."


def _rerounded(moves: Sequence[Moves]) -> list[Change]:
    """Only the printed precision changed: said, as a revision that is none."""
    told = [move for move in moves if move.rerounded > 0.2 * move.compared and move.compared >= FEWEST]
    if not told:
        return []
    cells = sum(move.rerounded for move in told)
    what = f"{counted(cells, 'value')} in {listed([quoted(move.after) for move in told], 3)} {'is' if cells == 1 else 'are'} printed with another number of decimals and agree otherwise."
    return [
        Change(
            "history_revised",
            Severity.INFO,
            what,
            None,
            None,
            None,
            {"rerounded": cells, "measures": [move.after for move in told]},
            "rounding",
        )
    ]


def _suppression(moves: Sequence[Moves]) -> list[Change]:
    """Cells that were numbers and are hidden now, or the other way round."""
    hidden, shown = sum(move.hidden for move in moves), sum(move.shown for move in moves)
    compared = sum(move.compared for move in moves) + hidden + shown
    if hidden + shown < 3 or hidden + shown < 0.005 * compared:
        return []
    touched = [move for move in moves if move.hidden or move.shown]
    words = [f"{counted(hidden, 'value')} that were printed are now hidden or empty"] if hidden else []
    words += [f"{counted(shown, 'value')} that were hidden or empty are now printed"] if shown else []
    what = f"{' and '.join(words)}, in {listed([quoted(move.after) for move in touched], 3)}."
    severity = Severity.WARNING if hidden + shown >= 0.01 * compared else Severity.INFO
    evidence = {
        "hidden": hidden,
        "shown": shown,
        "cells": compared,
        "columns": [{"column": m.after, "hidden": m.hidden, "shown": m.shown} for m in touched[:20]],
    }
    return [Change("suppression_moved", severity, what, None, None, None, evidence, "\x1f".join(move.before for move in touched))]
