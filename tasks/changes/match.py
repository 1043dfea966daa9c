"""Match the rows of two tables by key, so that values can be held against values.

Refuses to match a row whose key is not unique in its own table: what cannot be told apart cannot be compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import duckdb

from expectations.shape import Shape
from tasks.changes.in_order import in_order
from tasks.changes.observed import Alignment, Observed
from tasks.shape import sql
from tasks.shape.periods import parse_all

_serial = count(1)
_REMEMBERED: ContextVar[dict[Any, Any] | None] = ContextVar("remembered", default=None)
NUMERIC = ("integer", "number")


@dataclass(frozen=True)
class Match:
    """Pairs of rows with one key. `pairs` is a temporary table (b, a) of row ids of the earlier and the later table."""

    before_key: tuple[str, ...]
    after_key: tuple[str, ...]
    pairs: str
    count: int
    before_keys: int  # distinct keys in the earlier table
    after_keys: int
    across_periods: bool = False  # the period was left out of the key: other periods, same things
    in_order: bool = False  # every pair is of two rows with one row id, and every row has its pair

    @property
    def coverage(self) -> float:
        """Share of the smaller table's keys that were found in the other."""
        return self.count / max(1, min(self.before_keys, self.after_keys))


@dataclass(frozen=True)
class Translation:
    """Values of the earlier table as the later writes them, per earlier column: {'Geography': {'Metropolitan District': '...'}}."""

    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def cell(self, column: str, canonical: str) -> str:
        mapping = self.values.get(column)
        if not mapping:
            return canonical
        pairs = ", ".join(f"{sql.literal(old)}: {sql.literal(new)}" for old, new in mapping.items())
        return f"coalesce(map_extract_value(MAP {{{pairs}}}, {canonical}), {canonical})"


@contextmanager
def remembered() -> Iterator[None]:
    """Do not match or count the same twice within: both halves of a comparison rest on the same rows. Only while no table changes."""
    token = _REMEMBERED.set({})
    try:
        yield
    finally:
        _REMEMBERED.reset(token)


def memory() -> dict[Any, Any]:
    """What was found so far, where it is remembered; else an empty one that is forgotten at once."""
    found = _REMEMBERED.get()
    return {} if found is None else found


def best_match(
    connection: duckdb.DuckDBPyConnection,
    before: Observed,
    after: Observed,
    alignment: Alignment,
    key: Sequence[str] | None = None,
    translation: Translation | None = None,
) -> Match | None:
    """The key, of those that either table suggests, under which the most rows find each other; None where none does."""
    periods = same_periods(before.shape, after.shape, alignment)
    translation = Translation({**periods, **(translation.values if translation else {})})
    tried: dict[tuple[tuple[str, str], ...], Match] = {}
    for pairs in _candidate_keys(before.shape, after.shape, alignment, key):
        if pairs and pairs not in tried:
            tried[pairs] = match(connection, before, after, pairs, translation)
    good = [found for found in tried.values() if found.count >= 3 or found.coverage >= 0.5]
    if not good:
        return None
    # A longer key is the surer one where it finds nearly as many.
    return max(
        good,
        key=lambda found: (round(found.count / max(1, min(before.shape.rows, after.shape.rows)), 1), found.count, len(found.before_key)),
    )


def match_on_the_rest(connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, alignment: Alignment) -> Match | None:
    """Rows of tables without a key, told apart by every column whose words are the same in both: what differs is then what was renamed."""
    pairs = []
    for earlier, later in alignment.pairs:
        old, new = before.shape.column(earlier), after.shape.column(later)
        if old is None or new is None or "row_number" in (old.role, new.role) or old.distinct <= 1:
            continue
        if old.categories is None or new.categories is None or set(old.categories) == set(new.categories):
            pairs.append((earlier, later))
    found = match(connection, before, after, pairs) if pairs else None
    return found if found is not None and found.count >= 0.3 * min(before.shape.rows, after.shape.rows) else None


def match(
    connection: duckdb.DuckDBPyConnection,
    before: Observed,
    after: Observed,
    key: Sequence[tuple[str, str]],
    translation: Translation | None = None,
    where: tuple[str, str] = ("true", "true"),
    across_periods: bool = False,
) -> Match:
    """Match on given (earlier, later) columns. Numbers match however they are printed, text without blanks at its ends."""
    left = key_cells(before.shape, after.shape, key, 0, translation or Translation())
    right = key_cells(before.shape, after.shape, key, 1, Translation())
    names = tuple(b for b, _ in key), tuple(a for _, a in key)
    done, asked = memory(), (id(connection), before.table, after.table, left, right, where)
    known: Match | None = done.get(asked)
    if known is not None:
        return replace(known, before_key=names[0], after_key=names[1], across_periods=across_periods)
    name = f"_pairs_{next(_serial)}"
    if left == right and where == ("true", "true"):
        spellings = [key_cells(before.shape, after.shape, [pair], 1, Translation()) for pair in key]
        if in_order(connection, before.table, after.table, after.shape, names[1], spellings):
            connection.execute(f"create or replace temp table {name} as select rowid as b, rowid as a from {sql.identifier(after.table)}")
            rows = after.shape.rows
            done[asked] = paired = Match(*names, name, rows, rows, rows, across_periods, in_order=True)
            return paired
    for side, cells, table, condition in (("b", left, before.table, where[0]), ("a", right, after.table, where[1])):
        connection.execute(
            f"create or replace temp table _keys_{side} as select hash({cells}) as h, count(*) as n, min(rowid) as r "
            f"from {sql.identifier(table)} where {condition} group by h"
        )
    connection.execute(
        f"create or replace temp table {name} as select b.r as b, a.r as a from _keys_b as b join _keys_a as a using (h) where b.n = 1 and a.n = 1"
    )
    counts = connection.execute(
        f"select (select count(*) from {name}), (select count(*) from _keys_b), (select count(*) from _keys_a)"
    ).fetchone() or (0, 0, 0)
    connection.execute("drop table _keys_b; drop table _keys_a")
    found = Match(*names, name, int(counts[0]), int(counts[1]), int(counts[2]), across_periods)
    done[asked] = found
    return found


def key_cells(before: Shape, after: Shape, key: Sequence[tuple[str, str]], side: int, translation: Translation, alias: str = "") -> str:
    """SQL of the canonical key cells of one side, comma separated."""
    cells = []
    for pair in key:
        numeric = is_numeric(before, pair[0]) and is_numeric(after, pair[1])
        column = (before, after)[side].column(pair[side])
        cell = sql.canonical(alias + sql.identifier(pair[side]), numeric, column.format if column else "thousands")
        cells.append(translation.cell(pair[0], cell) if side == 0 else cell)
    return ", ".join(cells) or "0"


def is_numeric(shape: Shape, name: str) -> bool:
    """Whether a column holds numbers."""
    column = shape.column(name)
    return column is not None and column.type in NUMERIC


def same_periods(before: Shape, after: Shape, alignment: Alignment) -> dict[str, dict[str, str]]:
    """Period labels of the earlier table as the later prints them, where only the printing differs: {'period': {'2021/22': '202122'}}."""
    if not before.period_column or not after.period_column or alignment.later(before.period_column) != after.period_column:
        return {}
    if set(before.periods) & set(after.periods):
        return {}
    earlier, later = parse_all(before.periods, before.period_column), parse_all(after.periods, after.period_column)
    if not earlier or not later:
        return {}
    by_start = {period.start: period.label for period in later}
    mapping = {period.label: by_start[period.start] for period in earlier if period.start in by_start}
    return {before.period_column: mapping} if mapping else {}


def _candidate_keys(before: Shape, after: Shape, alignment: Alignment, key: Sequence[str] | None) -> list[tuple[tuple[str, str], ...]]:
    found: list[tuple[tuple[str, str], ...]] = []
    if key:
        pairs = [(name, later) for name in key if (later := alignment.later(name))]
        return [tuple(pairs)] if len(pairs) == len(key) else []
    from_before = tuple((name, later) for name in before.key if (later := alignment.later(name)))
    from_after = tuple((earlier, name) for name in after.key if (earlier := alignment.earlier(name)))
    if before.key and len(from_before) == len(before.key):
        found.append(from_before)
    if after.key and len(from_after) == len(after.key):
        found.append(from_after)
    # Where a part of the key is gone or new, what is left of it may still tell enough rows apart.
    union = tuple(dict.fromkeys((*from_before, *from_after)))
    for left in (from_before, from_after, union):
        if left and (len(left) > 1 or len(before.key) == 1):
            found.append(left)
    return found
