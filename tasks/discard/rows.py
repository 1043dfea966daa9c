"""Which rows of a table a change concerns, as a SELECT of their row ids.

Refuses to guess: None where the evidence of a change does not name its rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from expectations.change import Change
from expectations.shape import Shape
from tasks.shape import sql

EARLIER = "the earlier file"  # in evidence: the rows stood there, and are gone


def rows_of(change: Change, table: str, shape: Shape) -> str | None:
    """SELECT of the `rowid`s of `table` (all VARCHAR, as it arrived) that the change is about; None where they cannot be named."""
    find = _FINDERS.get(change.kind)
    predicate = find(change, shape) if find else None
    if predicate is not None:
        return f"select rowid as id from {sql.identifier(table)} where {predicate}"
    group = _GROUPERS.get(change.kind)
    return group(change, table, shape) if group else None


def _test_rows(change: Change, shape: Shape) -> str | None:
    if change.evidence.get("in") == EARLIER:
        return "false"
    words: Mapping[str, str] = change.evidence.get("words", {})
    if not all(shape.column(column) for column in words.values()):
        return None
    return " or ".join(f"{_text(column)} = {sql.literal(word)}" for word, column in words.items()) or None


def _categories(change: Change, shape: Shape) -> str | None:
    if "level_column" in change.evidence:  # a known category on a level of geography that is new to it
        return _on_levels(change, shape)
    words = change.subject.split("\x1f")
    columns = [name for name in (change.column, *change.evidence.get("same_in", ())) if name]
    if len(words) != change.evidence.get("count") or not columns or not all(shape.column(name) for name in columns[:1]):
        return None
    return f"{_text(columns[0])} in {sql.literals(words)}"


def _on_levels(change: Change, shape: Shape) -> str | None:
    level, told = str(change.evidence["level_column"]), change.evidence["new"]
    if not change.column or not shape.column(change.column) or not shape.column(level) or len(told) != len(change.subject.split("\x1f")):
        return None
    pairs = ", ".join(f"({sql.literal(one['level'])}, {sql.literal(one['category'])})" for one in told)
    return f"({_text(level)}, {_text(change.column)}) in ({pairs})"


def _marked(change: Change, shape: Shape) -> str | None:
    marker = str(change.after)
    columns = [column.name for column in shape.columns if marker in column.markers]
    return " or ".join(f"{_text(name)} = {sql.literal(marker)}" for name in columns) or None


def _areas(change: Change, shape: Shape) -> str | None:
    codes = change.subject.split("\x1f")
    if not change.column or not shape.column(change.column) or len(codes) != change.evidence.get("count"):
        return None
    return f"{_text(change.column)} in {sql.literals(codes)}"


def _periods(change: Change, shape: Shape) -> str | None:
    return _in_periods(change, shape, [str(label) for label in change.evidence.get("periods", ())])


def _repeated(change: Change, shape: Shape) -> str | None:
    """The period whose figures are those of the one before; a release that repeats the last one as a whole has no rows of its own."""
    return _in_periods(change, shape, [str(change.evidence["period"])] if "period" in change.evidence else [])


def _in_periods(change: Change, shape: Shape, labels: Sequence[str]) -> str | None:
    if not labels or not change.column or not shape.column(change.column) or change.column in shape.period_headers:
        return None
    return f"{_text(change.column)} in {sql.literals(labels)}"


def _copies(change: Change, table: str, shape: Shape) -> str | None:
    """Each row that is an exact copy of an earlier one."""
    every = ", ".join(f"coalesce({sql.identifier(column.name)}, '')" for column in shape.columns)
    numbered = f"select rowid as id, row_number() over (partition by {every} order by rowid) as place from {sql.identifier(table)}"
    return f"select id from ({numbered}) where place > 1"


def _same_key(change: Change, table: str, shape: Shape) -> str | None:
    """Of rows that share a key: of exact copies all but the first; where they differ all of them, since nobody can tell which one is right."""
    key = [str(name) for name in change.evidence.get("key", ())]
    if not key or not all(shape.column(name) for name in key):
        return None
    keyed = ", ".join(f"coalesce({_text(name)}, '')" for name in key)
    every = ", ".join(f"coalesce({sql.identifier(column.name)}, '')" for column in shape.columns)
    return f"""
        select id from (
            select rowid as id, row_number() over same_key as place, count(*) over (partition by {keyed}) as rows,
                min(hash({every})) over (partition by {keyed}) is distinct from max(hash({every})) over (partition by {keyed}) as differ
            from {sql.identifier(table)} window same_key as (partition by {keyed} order by rowid)
        ) where rows > 1 and (differ or place > 1)"""


def _doubled(change: Change, table: str, shape: Shape) -> str | None:
    """Of an area that stands under two of the publisher's ids: the rows of all but the first id."""
    identity = str(change.evidence.get("by", ""))
    if not change.column or not shape.column(change.column) or not shape.column(identity):
        return None
    code, by = sql.identifier(change.column), sql.identifier(identity)
    first = f"min({by}) over (partition by {code})"
    rows = f"select rowid as id, {by} as identity, {first} as first from {sql.identifier(table)} where {code} is not null"
    return f"select id from ({rows}) where identity is distinct from first"


def _text(column: str) -> str:
    return sql.text(sql.identifier(column))


_FINDERS: Mapping[str, Callable[[Change, Shape], str | None]] = {
    "test_rows": _test_rows,
    "category_added": _categories,
    "marker_added": _marked,
    "area_added": _areas,
    "period_added": _periods,
    "repeated_release": _repeated,
}
_GROUPERS: Mapping[str, Callable[[Change, str, Shape], str | None]] = {
    "table_repeated": _copies,
    "key_duplicated": _same_key,
    "area_doubled": _doubled,
}
