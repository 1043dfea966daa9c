"""Values: what was published before and reads otherwise now, at the same keys.

Told apart: a unit that changed (one steady ratio), a revision (some cells, or small moves), a redefinition (most cells, by much),
a running total that only went on, a change of rounding, and values that were hidden or shown.
Refuses to compare where no key matches, and says that nothing was compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
CHUNK = 30
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


def value_changes(connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, alignment: Alignment, match: Match | None, place: Place) -> list[Change]:
    """Every change of values at the keys that both tables hold."""
    if match is None or match.count == 0 or match.across_periods:
        return []
    moves = measure_moves(connection, before, after, alignment, match)
    changes: list[Change] = []
    running = _running_total(before, after, moves)
    rescaled = [move for move in moves if move.rescaled and not running]
    changes += [_rescaled(connection, before, after, match, move, place) for move in rescaled]
    rest = [move for move in moves if move not in rescaled]
    redefined = [] if running else [move for move in rest if move.share >= MOST and move.much and move.compared >= FEWEST]
    if redefined:
        changes.append(_told(connection, before, after, match, redefined, place, "values_redefined", Severity.BREAKING))
    revised = [move for move in rest if move not in redefined and move.moved]
    if revised:
        compared, moved = sum(move.compared for move in rest), sum(move.moved for move in revised)
        severity = Severity.WARNING if moved > REVISED_BOUND * compared and not running else Severity.INFO
        changes.append(_told(connection, before, after, match, revised, place, "history_revised", severity, running))
    changes += _rerounded(rest)
    changes += _suppression(moves)
    return changes


def rescaled_by_spread(before: Shape, after: Shape, alignment: Alignment, match: Match | None) -> list[Change]:
    """unit_rescaled where no keys match: the whole spread of a measure moved by one power of ten (shares that became per cents)."""
    if match is not None and match.count >= FEWEST:
        return []
    changes = []
    for earlier, later in alignment.pairs:
        old, new = before.column(earlier), after.column(later)
        if old is None or new is None or "measure" not in (old.role, new.role) or min(old.filled, new.filled) < 20:
            continue
        ratios = [b / a for a, b in zip(old.quantiles, new.quantiles, strict=False) if a and b and (a > 0) == (b > 0)]
        power = next((power for power in (100.0, 1000.0, 1e6, 0.01, 0.001, 1e-6) if len(ratios) >= 4 and all(0.6 < ratio / power < 1.6 for ratio in ratios)), None)
        if power is None:
            continue
        words = f"{figure(power)} times larger" if power > 1 else f"{figure(round(1 / power))} times smaller"
        what = f"{quoted(later)} is about {words} all through: its unit seems to have changed (median {figure(old.quantiles[2])} before, {figure(new.quantiles[2])} now)."
        evidence = {"ratio": power, "by": "the spread of all values", "quantiles_before": list(old.quantiles), "quantiles_after": list(new.quantiles)}
        changes.append(Change("unit_rescaled", Severity.BREAKING, what, earlier, None, power, evidence, earlier))
    return changes


def measure_moves(connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, alignment: Alignment, match: Match) -> list[Moves]:
    """One record per measure that both tables hold as numbers."""
    measures = _measures(before, after, alignment, match)
    moves: list[Moves] = []
    for chunk in _chunks(measures):
        cells = ", ".join(
            f"{sql.number('x.' + sql.identifier(b))} as b{i}, {sql.number('y.' + sql.identifier(a))} as a{i}, "
            f"x.{sql.identifier(b)} as tb{i}, y.{sql.identifier(a)} as ta{i}"
            for i, (b, a) in enumerate(chunk)
        )
        source = (
            f"(select {cells} from {match.pairs} as p join {sql.identifier(before.table)} as x on x.rowid = p.b "
            f"join {sql.identifier(after.table)} as y on y.rowid = p.a)"
        )
        ratios = ", ".join(f"quantile_cont(a{i} / b{i}, 0.5) filter (b{i} <> 0 and a{i} <> 0) as r{i}" for i in range(len(chunk)))
        per_measure = ", ".join(_aggregates(i) for i in range(len(chunk)))
        found = connection.execute(f"with cells as materialized {source}, middle as (select {ratios} from cells) select {per_measure} from cells, middle").fetchone() or ()
        for i, (b, a) in enumerate(chunk):
            moves.append(_moves(before, b, a, found[i * 10 : i * 10 + 10]))
    return moves


def _aggregates(i: int) -> str:
    x, y = f"a{i}", f"b{i}"
    differ = f"abs({x} - {y}) > 1e-9 * greatest(1, abs({x}), abs({y}))"
    places = f"least(length(split_part(trim(ta{i}), '.', 2)), length(split_part(trim(tb{i}), '.', 2)), 12)::int"
    # Printed with other precision: the two agree to half a unit of the coarser one's last place.
    coarse = f"(length(split_part(trim(ta{i}), '.', 2)) <> length(split_part(trim(tb{i}), '.', 2)) and abs({x} - {y}) <= 0.5000001 * pow(10, -({places})))"
    moved = f"({differ} and not {coarse})"
    return f"""count(*) filter ({x} is not null and {y} is not null), count(*) filter {moved}, count(*) filter ({differ} and {coarse}),
        count(*) filter ({moved} and {x} > {y}), any_value(r{i}), count(*) filter ({y} <> 0 and {x} <> 0 and abs({x} / {y} / nullif(r{i}, 0) - 1) < 0.01),
        count(*) filter ({y} <> 0 and {x} <> 0), quantile_cont(abs({x} - {y}), 0.5) filter {moved},
        count(*) filter ({y} is not null and {x} is null), count(*) filter ({y} is null and {x} is not null)"""


def _moves(before: Observed, earlier: str, later: str, found: Sequence[Any]) -> Moves:
    column = before.shape.column(earlier)
    quantiles = column.quantiles if column else ()
    spread = (quantiles[4] - quantiles[0]) / 2 if len(quantiles) == 5 else 0.0
    spread = spread or (abs(quantiles[2]) if quantiles else 0.0)
    ratio = None if found[4] is None else float(found[4])
    return Moves(
        earlier, later, int(found[0]), int(found[1]), int(found[2]), int(found[3]), ratio, int(found[5]), int(found[6]), float(found[7] or 0), spread,
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
    words = f"{figure(ratio)} times larger" if ratio > 1 else f"{figure(round(1 / ratio, 6 if 1 / ratio >= 100 else 3))} times smaller" if ratio else "zero"
    cells = biggest_moves(connection, before, after, match, [move], place)
    what = f"{quoted(move.after)} is {words} at {share(move.steady, move.ratios)} of the same keys: its unit changed. {_first(cells)}"
    evidence = {"ratio": ratio, "cells_at_this_ratio": move.steady, "cells_compared": move.ratios, "examples": cells}
    return Change("unit_rescaled", Severity.BREAKING, what.strip(), move.before, None, ratio, evidence, move.before)


def _told(
    connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, match: Match, moves: Sequence[Moves], place: Place, kind: str, severity: Severity, running: bool = False
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
            {"column": move.after, "compared": move.compared, "moved": move.moved, "rose": move.rose, "median_move": move.median_move, "median_ratio": move.ratio}
            for move in ordered[:20]
        ],
        "examples": cells,
        "periods": spread_over,
        "home_touched": any(cell["home"] for cell in cells),
        "key": list(match.before_key),
    }
    what = f"{head} {_first(cells)}".strip()
    return Change(kind, severity, what, ordered[0].before if len(ordered) == 1 else None, None, None, evidence, "\x1f".join(sorted(move.before for move in moves)))


def biggest_moves(connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, match: Match, moves: Sequence[Moves], place: Place) -> list[dict[str, Any]]:
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
    columns += [column.name for column in observed.shape.columns if column.categories and column.name not in columns and place.name in column.categories]
    if not columns:
        return "false"
    tests = [f"coalesce({sql.text(f'{alias}.{sql.identifier(name)}')} in {sql.literals((place.code, place.name))}, false)" for name in columns]
    return f"({' or '.join(tests)})"


def _label(before: Observed, after: Observed) -> str:
    """SQL of words that say which row a cell stands in: the area's name where there is one, the period, the other dimensions."""
    shape = after.shape
    named = [name for name in (shape.area_name_column, *shape.key) if name and not (name == shape.area_column and shape.area_name_column)]
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
    return [Change("history_revised", Severity.INFO, what, None, None, None, {"rerounded": cells, "measures": [move.after for move in told]}, "rounding")]


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
    evidence = {"hidden": hidden, "shown": shown, "cells": compared, "columns": [{"column": m.after, "hidden": m.hidden, "shown": m.shown} for m in touched[:20]]}
    return [Change("suppression_moved", severity, what, None, None, None, evidence, "\x1f".join(move.before for move in touched))]


def _chunks(measures: Sequence[tuple[str, str]]) -> Iterator[Sequence[tuple[str, str]]]:
    for start in range(0, len(measures), CHUNK):
        yield measures[start : start + CHUNK]
