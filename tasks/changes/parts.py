"""Changes of one part among many: a dataset of many files is compared as a whole, in which what one file lost is filled by the others.

A part that came before is held against its earlier self; a part that is new, against the columns that every part had. Refuses to judge a
part whose bytes are the same, and a dataset of one part, of which the whole says everything.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import duckdb

from expectations.change import Change, Severity
from expectations.shape import Layout, Shape
from tasks.changes import delivery, wrapping
from tasks.changes.words import counted, listed, quoted, share
from tasks.shape import sql

SAME = 0.98  # of the rows of two parts must be the same
FEW = 12  # parts; of more, only those that are new are held against the others: the pages of a large table are many and alike
FEWEST = 20  # rows, below which equal ones show nothing


@dataclass(frozen=True)
class ReadPart:
    """One part as it was read: its table, the columns (by our names), how it is laid out; `identity` is of its bytes and name."""

    name: str
    identity: str
    table: str
    columns: tuple[str, ...]
    layout: Layout


def part_changes(
    connection: duckdb.DuckDBPyConnection, before: Sequence[ReadPart], after: Sequence[ReadPart], relied_on: Collection[str] | None
) -> list[Change]:
    """empty, column_removed, repeated_release, table_repeated and layout_moved of single parts, each naming the part."""
    if len(after) < 2 or not before:
        return []
    earlier = {part.name: part for part in before}
    core = set.intersection(*(set(part.columns) for part in before))
    changes: list[Change] = []
    for part in after:
        old = earlier.get(part.name)
        if old is not None and old.identity == part.identity:
            continue
        rows = _rows(connection, part)
        if rows == 0:
            changes.append(_empty(part, _rows(connection, old) if old else None))
            continue
        if (old is None or len(after) <= FEW) and (twin := _twin(connection, part, after, rows)):
            changes.append(_again(part, twin, rows))
        changes += _lost(part, set(old.columns) if old else core, relied_on, old is not None)
        copies = _copies(connection, part)
        if copies >= delivery.REPEATED * rows and (old is None or _copies(connection, old) < delivery.REPEATED * _rows(connection, old)):
            changes.append(_twice(part, copies, rows))
        if old is not None:
            changes += [_of_part(change, part) for change in wrapping.layout_changes(_laid(old), _laid(part))]
    return changes


def _lost(part: ReadPart, had: set[str], relied_on: Collection[str] | None, known: bool) -> list[Change]:
    gone = sorted(had - set(part.columns))
    changes = []
    for name in gone:
        relied = relied_on is None or name in relied_on
        than = "which it had" if known else "which every part before it has"
        what = f"In the part {quoted(part.name)} the column {quoted(name)} is gone, {than}; the other parts still have it."
        severity = Severity.BREAKING if relied else Severity.WARNING
        evidence = {"part": part.name, "columns_of_the_part": list(part.columns)[:40], "relied_on": relied}
        changes.append(Change("column_removed", severity, what, name, name, None, evidence, f"{part.name}\x1f{name}"))
    return changes


def _empty(part: ReadPart, had: int | None) -> Change:
    before = f"; before there were {had:,}" if had else ""
    what = f"There are no rows in the part {quoted(part.name)}{before}. The other parts still have theirs."
    return Change("empty", Severity.BREAKING, what, None, had, 0, {"part": part.name, "rows_before": had}, part.name)


def _twice(part: ReadPart, copies: int, rows: int) -> Change:
    what = (
        f"In the part {quoted(part.name)} {counted(copies, 'row')} of {rows:,} ({share(copies, rows)}) are exact copies of other rows: "
        "its table seems to stand twice in the file."
    )
    return Change(
        "table_repeated", Severity.BREAKING, what, None, None, rows, {"part": part.name, "copies": copies, "rows": rows}, part.name
    )


def _twin(connection: duckdb.DuckDBPyConnection, part: ReadPart, parts: Sequence[ReadPart], rows: int) -> ReadPart | None:
    """Another part that holds the same rows: one month's file under two names."""
    if rows < FEWEST:
        return None
    for other in parts:
        shared = [name for name in part.columns if name in other.columns]
        if other.name == part.name or len(shared) < 2 or len(shared) < 0.8 * len(part.columns):
            continue
        if abs(_rows(connection, other) - rows) > (1 - SAME) * rows:
            continue
        cells = ", ".join(f"coalesce({sql.identifier(name)}, '')" for name in shared)
        sides = [f"(select hash({cells}) as h, count(*) as n from {sql.identifier(one.table)} group by h)" for one in (part, other)]
        found = connection.execute(
            f"select coalesce(sum(least(x.n, y.n)), 0) from {sides[0]} as x join {sides[1]} as y using (h)"
        ).fetchone()
        if found and found[0] >= SAME * rows:
            return other
    return None


def _again(part: ReadPart, twin: ReadPart, rows: int) -> Change:
    what = (
        f"The part {quoted(part.name)} holds the {rows:,} rows of the part {quoted(twin.name)}: an earlier release seems to have been posted "
        "again under another name."
    )
    evidence = {"part": part.name, "same_as": twin.name, "rows": rows}
    return Change("repeated_release", Severity.BREAKING, what, None, twin.name, part.name, evidence, f"{part.name}\x1f{twin.name}")


def _of_part(change: Change, part: ReadPart) -> Change:
    what = f"In the part {quoted(part.name)}: {change.what[0].lower()}{change.what[1:]}"
    return Change(
        change.kind,
        change.severity,
        what,
        change.column,
        change.before,
        change.after,
        {**change.evidence, "part": part.name},
        f"{part.name}\x1f{change.subject}",
    )


def _laid(part: ReadPart) -> Shape:
    return Shape(rows=0, columns=(), layouts={part.name: part.layout})


def _rows(connection: duckdb.DuckDBPyConnection, part: ReadPart) -> int:
    found = connection.execute(f"select count(*) from {sql.identifier(part.table)}").fetchone()
    return int(found[0]) if found else 0


def _copies(connection: duckdb.DuckDBPyConnection, part: ReadPart) -> int:
    """Rows that are an exact copy of an earlier row of the part."""
    cells = ", ".join(f"coalesce({sql.identifier(name)}, '')" for name in part.columns)
    found = connection.execute(f"select count(*) - count(distinct hash({cells})) from {sql.identifier(part.table)}").fetchone()
    return int(found[0]) if found and part.columns else 0


def summed(changes: Sequence[Change]) -> list[Change]:
    """One change where the same column is gone from several parts: the first, with the others named."""
    groups: dict[tuple[str, str | None], list[Change]] = {}
    for change in changes:
        groups.setdefault((change.kind, change.column), []).append(change)
    told = []
    for group in groups.values():
        first = group[0]
        if len(group) > 1:
            others = [str(change.evidence.get("part")) for change in group[1:]]
            what = f"{first.what} The same in {listed([quoted(name) for name in others], 3)}."
            evidence = {**first.evidence, "parts": [first.evidence.get("part"), *others]}
            severity = max(change.severity for change in group)
            first = Change(first.kind, severity, what, first.column, first.before, first.after, evidence, first.subject)
        told.append(first)
    return told
