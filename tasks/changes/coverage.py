"""A break in coverage: counts that step from one period to the next while the rates hold, with no change of shape to warn of it.

The counts of one area and category grew because more was counted (another kind of school joined), not because the world changed.
Refuses to judge without a rate beside the count, without three periods to tell a step from a trend, or on tables too large to join with themselves.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from statistics import median

import duckdb

from expectations.change import Change, Severity
from expectations.shape import Shape
from tasks.changes.cells import home_condition
from tasks.changes.observed import Observed, Place
from tasks.changes.words import figure, quoted
from tasks.shape import sql
from tasks.shape.periods import parse_all

STEP = 0.08  # of the count; a smaller step is growth
BEYOND = 3.0  # times the usual step
RATE_HOLDS = 0.03  # median move of the rate, against itself
RESOLVED = 20  # of its last printed place: a smaller rate moves by its rounding alone
FEWEST = 10  # pairs of cells
MOST_ROWS = 3_000_000
_RATE = re.compile(r"percent|per_?cent|pct|rate|share|proportion|%|(^|_)pt_", re.IGNORECASE)


@dataclass(frozen=True)
class _Step:
    before: str
    after: str
    ratio: float
    rate_move: float
    cells: int
    old: float
    new: float


def coverage_changes(connection: duckdb.DuckDBPyConnection, seen: Observed, new_periods: set[str] | None, place: Place) -> list[Change]:
    """coverage_break for each period in which counts stepped while rates held. `new_periods`: only steps into these are told; None for all."""
    shape = seen.shape
    if (new_periods is not None and not new_periods) or not shape.period_column or len(shape.periods) < 3 or shape.rows > MOST_ROWS:
        return []
    count, rate = _count_and_rate(shape)
    if count is None or rate is None or not shape.key:
        return []
    changes = []
    for condition, whose in ((home_condition(seen, "x", place), place.name), ("true", "the whole table")):
        steps = _steps(connection, seen, count, rate, condition)
        usual = median([abs(step.ratio - 1) for step in steps]) if len(steps) >= 2 else None
        restless = median([step.rate_move for step in steps]) if steps else 0.0
        for step in steps:
            far = abs(step.ratio - 1) > STEP and usual is not None and abs(step.ratio - 1) > BEYOND * usual
            holds = step.rate_move <= max(RATE_HOLDS, min(1.5 * restless, 3 * RATE_HOLDS))  # as much as it does every year
            if far and holds and (new_periods is None or step.after in new_periods):
                changes.append(_told(step, count, rate, whose, usual or 0.0, place))
        if changes:
            break  # the city's own rows say it; the whole table would only say it again
    return changes


def _count_and_rate(shape: Shape) -> tuple[str | None, str | None]:
    measures = [column for name in shape.measures if (column := shape.column(name))]
    rates = [
        column for column in measures if _RATE.search(column.name) and column.decimals and column.maximum and float(column.maximum) <= 100.5
    ]
    counts = [column for column in measures if column.type == "integer" and column not in rates]
    best = max(counts, key=lambda column: column.filled, default=None)
    # Of rates that are as full, the largest: it is the least rounded.
    rate = max(rates, key=lambda column: (column.numbers // 10, column.quantiles[2:3]), default=None)
    return best.name if best else None, rate.name if rate else None


def _steps(connection: duckdb.DuckDBPyConnection, seen: Observed, count: str, rate: str, condition: str) -> list[_Step]:
    shape = seen.shape
    column = shape.period_column or ""
    ordered = [period.label for period in parse_all(shape.periods, column) or []]
    if len(ordered) < 3:
        return []
    place = "MAP {" + ", ".join(f"{sql.literal(label)}: {index}" for index, label in enumerate(ordered)) + "}"
    rest = ", ".join(f"coalesce({sql.text('x.' + sql.identifier(name))}, '')" for name in shape.key if name != column) or "0"
    cells = (
        f"select map_extract_value({place}, {sql.text('x.' + sql.identifier(column))}) as t, hash({rest}) as h, "
        f"{sql.number('x.' + sql.identifier(count))} as c, "
        f"{sql.number('x.' + sql.identifier(rate))} as r from {sql.identifier(seen.table)} as x where {condition}"
    )
    unit = f"select pow(10, -max(length(split_part({sql.text(sql.identifier(rate))}, '.', 2)))) as unit from {sql.identifier(seen.table)}"
    rows = connection.execute(
        f"with cells as materialized ({cells}), unit as ({unit}), pairs as (select b.t as t, b.c as old, a.c as new, b.r as "
        f"rate_before, a.r as rate_after from cells as b join cells as a on a.h = b.h and a.t = b.t + 1 "
        f"where b.c > 0 and a.c > 0 and b.r >= {RESOLVED} * (select unit from unit) and a.r is not null) "
        f"select t, sum(new) / sum(old), median(abs(rate_after - rate_before) / rate_before), count(*), max(old), "
        f"max(new) from pairs group by t having count(*) >= {FEWEST} order by t"
    ).fetchall()
    return [
        _Step(ordered[t], ordered[t + 1], float(ratio), float(move), int(n), float(old), float(new)) for t, ratio, move, n, old, new in rows
    ]


def _told(step: _Step, count: str, rate: str, whose: str, usual: float, place: Place) -> Change:
    direction = "rose" if step.ratio > 1 else "fell"
    what = (
        f"From {quoted(step.before)} to {quoted(step.after)} {quoted(count)} {direction} by "
        f"{abs(step.ratio - 1):.0%} for {whose} while {quoted(rate)} held "
        f"(largest count {figure(step.old)}, then {figure(step.new)}; usually {usual:.1%} a period): more or less "
        f"was counted, so the two sides are not one series."
    )
    evidence = {
        "from": step.before,
        "to": step.after,
        "ratio": round(step.ratio, 4),
        "usual_step": round(usual, 4),
        "median_move_of_rate": round(step.rate_move, 4),
        "cells": step.cells,
        "largest_before": step.old,
        "largest_after": step.new,
        "home_touched": whose == place.name,
    }
    return Change("coverage_break", Severity.WARNING, what, count, step.old, step.new, evidence, f"{step.before}\x1f{step.after}")
