"""Repeats: a new period that carries the figures of the one before it, under its own label.

Refuses to call steady figures a repeat: where the periods before it carry the same figures too, nothing was posted twice.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from expectations.change import Change, Severity
from expectations.shape import Shape
from tasks.changes.match import Match, is_numeric
from tasks.changes.observed import Alignment, Observed
from tasks.changes.periods import INCREMENT, Periods
from tasks.changes.words import listed, quoted, share
from tasks.shape import sql
from tasks.shape.periods import parse_all

SAME = 0.98  # of the figures must be equal
FOUND = 0.8  # of the new period's rows must have a row of the period before
FEWEST = 20  # cells
TELLING = 8  # different figures, below which equal ones show nothing
MOST_MEASURES = 12
FEWEST_EVENTS = 50  # rows of a list of events, below which equal ones show nothing
MOST_EVENTS = 2_000_000


def repeated_periods(
    connection: duckdb.DuckDBPyConnection,
    before: Observed,
    after: Observed,
    alignment: Alignment,
    spans: Periods,
    same_things: Match | None,
) -> list[Change]:
    """repeated_release, where the newest period's figures are those of the period before it, in the same file or in the earlier one."""
    measures = _telling(after)
    if not spans.added or not measures:
        return []
    new = spans.after[spans.added[-1]]
    if spans.shared:
        return _within(connection, after, measures, new)
    if same_things is None or not same_things.across_periods or not spans.removed:
        return []
    pairs = [(earlier, name) for name in measures if (earlier := alignment.earlier(name)) and is_numeric(before.shape, earlier)]
    compared, equal = _count(
        connection,
        f"{same_things.pairs} as p join {sql.identifier(before.table)} as x on x.rowid = p.b "
        f"join {sql.identifier(after.table)} as y on y.rowid = p.a",
        pairs,
    )
    return [_told(after, spans.before[spans.removed[-1]], new, equal, compared)] if _same(compared, equal) else []


def repeated_events(
    connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, alignment: Alignment, delivery: str
) -> list[Change]:
    """repeated_release of a list of events: (nearly) every row stands in the earlier file too, but for its dates."""
    if delivery != INCREMENT or min(before.shape.rows, after.shape.rows) < FEWEST_EVENTS or after.shape.rows > MOST_EVENTS:
        return []
    pairs = [(b, a) for b, a in alignment.pairs if _says(before.shape, b) and _says(after.shape, a)]
    dated = [
        (b, a)
        for b, a in alignment.pairs
        if "date" in (getattr(before.shape.column(b), "type", ""), getattr(after.shape.column(a), "type", ""))
    ]
    if len(pairs) < 2 or not dated:
        return []
    same, different = _in_both(connection, before, after, pairs)
    with_dates, _ = _in_both(connection, before, after, [*pairs, *dated])
    if same < SAME * after.shape.rows or with_dates > 0.5 * after.shape.rows or different < FEWEST_EVENTS / 2:
        return []
    old, new = listed([quoted(label) for label in before.shape.periods], 2), listed([quoted(label) for label in after.shape.periods], 2)
    what = (
        f"{same:,} of {after.shape.rows:,} rows are those of the earlier file but for their dates ({old} before, {new} now): "
        "an earlier release seems to have been posted again under new dates."
    )
    evidence = {"rows": after.shape.rows, "rows_in_both": same, "dates": [later for _, later in dated]}
    return [Change("repeated_release", Severity.BREAKING, what, dated[0][1], old, new, evidence, f"events\x1f{old}\x1f{new}")]


def cells_of(before: Shape, after: Shape, pairs: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """SQL of the cells of both sides, comma separated: text without its blanks, and days as days, in whatever order they are printed."""
    sides: tuple[list[str], list[str]] = ([], [])
    for pair in pairs:
        columns = before.column(pair[0]), after.column(pair[1])
        dated = any(column is not None and column.type == "date" for column in columns)
        # Days that are printed alike are compared as they stand: to read each of them would only take time.
        reprinted = dated and len({column.format for column in columns if column is not None}) > 1
        for side, name in zip(sides, pair, strict=True):
            cell = sql.text(sql.identifier(name))
            side.append(f"coalesce(({sql.date(cell)})::varchar, {cell}, '')" if reprinted else f"coalesce({cell}, '')")
    return ", ".join(sides[0]), ", ".join(sides[1])


def _says(shape: Shape, name: str) -> bool:
    """Whether a column tells one event from another at any date: no date, no count of the rows, no constant."""
    column = shape.column(name)
    return (
        column is not None
        and column.type not in ("date", "empty")
        and column.role != "row_number"
        and name != shape.period_column
        and column.distinct > 1
    )


def _in_both(connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, pairs: Sequence[tuple[str, str]]) -> tuple[int, int]:
    """(rows of the later table that have a row of their own in the earlier, different ones among them), by the cells of some columns."""
    sides = [
        f"(select hash({cells}) as h, count(*) as n from {sql.identifier(observed.table)} group by h)"
        for observed, cells in zip((before, after), cells_of(before.shape, after.shape, pairs), strict=True)
    ]
    found = connection.execute(
        f"select coalesce(sum(least(x.n, y.n)), 0), count(*) from {sides[0]} as x join {sides[1]} as y using (h)"
    ).fetchone()
    return (int(found[0]), int(found[1])) if found else (0, 0)


def _within(connection: duckdb.DuckDBPyConnection, after: Observed, measures: Sequence[str], new: str) -> list[Change]:
    column = after.shape.period_column or ""
    rest = [name for name in after.shape.key if name != column]
    labels = [period.label for period in parse_all(after.shape.periods, column) or []]
    if new not in labels or labels.index(new) == 0 or not rest or column not in after.shape.key:
        return []
    at = labels.index(new)
    compared, equal, rows, found = _between(connection, after, column, rest, measures, labels[at - 1], new)
    if not _same(compared, equal) or found < FOUND * rows:
        return []
    if at >= 2:
        usual, alike, _, _ = _between(connection, after, column, rest, measures, labels[at - 2], labels[at - 1])
        if usual and alike > 0.9 * usual:
            return []
    return [_told(after, labels[at - 1], new, equal, compared)]


def _between(
    connection: duckdb.DuckDBPyConnection, seen: Observed, column: str, rest: Sequence[str], measures: Sequence[str], old: str, new: str
) -> tuple[int, int, int, int]:
    """(figures compared, equal ones, rows of the new period, rows of it that have a row of the old)."""
    source, cell = sql.identifier(seen.table), sql.text(sql.identifier(column))
    key = ", ".join(f"coalesce({sql.text(sql.identifier(name))}, '')" for name in rest)
    sides = [f"(select *, hash({key}) as _h from {source} where {cell} = {sql.literal(label)})" for label in (old, new)]
    compared, equal = _count(connection, f"{sides[0]} as x join {sides[1]} as y using (_h)", [(name, name) for name in measures])
    counts = connection.execute(
        f"select (select count(*) from {sides[1]}), (select count(*) from {sides[0]} as x join {sides[1]} as y using (_h))"
    ).fetchone() or (0, 0)
    return compared, equal, int(counts[0]), int(counts[1])


def _count(connection: duckdb.DuckDBPyConnection, joined: str, pairs: Sequence[tuple[str, str]]) -> tuple[int, int]:
    """(figures that both rows print and that are not nought, how many of them are equal)."""
    if not pairs:
        return 0, 0
    cells = [(sql.number(f"x.{sql.identifier(b)}"), sql.number(f"y.{sql.identifier(a)}")) for b, a in pairs]
    compared = " + ".join(f"count(*) filter ({x} is not null and {y} is not null and ({x} <> 0 or {y} <> 0))" for x, y in cells)
    equal = " + ".join(f"count(*) filter ({x} = {y} and {x} <> 0)" for x, y in cells)
    found = connection.execute(f"select {compared}, {equal} from {joined}").fetchone() or (0, 0)
    return int(found[0]), int(found[1])


def _telling(after: Observed) -> list[str]:
    columns = [column for name in after.shape.measures if (column := after.shape.column(name)) and column.distinct >= TELLING]
    columns.sort(key=lambda column: -column.distinct)
    return [column.name for column in columns[:MOST_MEASURES]]


def _same(compared: int, equal: int) -> bool:
    return compared >= FEWEST and equal >= SAME * compared


def _told(after: Observed, old: str, new: str, equal: int, compared: int) -> Change:
    what = (
        f"The figures of {quoted(new)} are those of {quoted(old)} ({share(equal, compared)} of {compared:,} are equal): "
        "an earlier release seems to have been posted again under a new date."
    )
    evidence = {"period": new, "figures_of": old, "compared": compared, "equal": equal}
    return Change("repeated_release", Severity.BREAKING, what, after.shape.period_column, old, new, evidence, f"{old}\x1f{new}")
