"""Match the rows of two tables by key, so that values can be held against values.

Refuses to match a row whose key is not unique in its own table: what cannot be told apart cannot be compared.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import duckdb

from expectations.shape import Shape
from tasks.changes.by_key import Side, pair_by_key
from tasks.changes.in_order import pair_in_order, repeats_no_key
from tasks.changes.observed import Alignment, Observed
from tasks.changes.spelling import cells_of
from tasks.shape import sql
from tasks.shape.periods import parse_all

_serial = count(1)
_REMEMBERED: ContextVar[dict[Any, Any] | None] = ContextVar("remembered", default=None)
NUMERIC = ("integer", "number")


@dataclass(frozen=True)
class Match:
    """Pairs of rows with one key. `pairs` is a temporary table (b, a, stayed): row ids of the earlier and the later table, and whether the
    two rows print the columns `alongside` alike.
    """

    before_key: tuple[str, ...]
    after_key: tuple[str, ...]
    pairs: str
    count: int
    before_keys: int  # distinct keys in the earlier table
    after_keys: int
    across_periods: bool = False  # the period was left out of the key: other periods, same things
    in_order: bool = False  # every row has its pair, in the order in which they stand
    alongside: tuple[tuple[str, str], ...] = ()  # (earlier, later) columns

    @property
    def whole(self) -> bool:
        """Whether every row of the earlier table has its pair."""
        return self.count == self.before_keys

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
            alongside = measures_of(before.shape, after.shape, alignment, [earlier for earlier, _ in pairs])
            tried[pairs] = match(connection, before, after, pairs, translation, alongside=alongside)
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
    across_periods: bool = False,
    alongside: Sequence[tuple[str, str]] = (),
) -> Match:
    """Match on given (earlier, later) columns. Numbers match however they are printed, text without blanks at its ends.

    `alongside`: columns that are held against each other where rows match: the column `stayed` of the pairs says whether all are printed alike.
    """
    left = [_key_cell(before.shape, after.shape, pair, 0, translation or Translation()) for pair in key]
    right = [_key_cell(before.shape, after.shape, pair, 1, Translation()) for pair in key]
    names = tuple(b for b, _ in key), tuple(a for _, a in key)
    done, asked = memory(), (id(connection), before.table, after.table, tuple(left), tuple(right))
    known: Match | None = done.get(asked)
    if known is not None:
        return replace(known, before_key=names[0], after_key=names[1], across_periods=across_periods)
    name, beside = f"_pairs_{next(_serial)}", tuple(alongside)
    cells = cells_of(connection, before, after, key, list(zip(left, right, strict=True)))
    unique = [
        told_apart and repeats_no_key(observed.own, columns)
        for told_apart, observed, columns in zip(cells.told_apart, (before, after), names, strict=True)
    ]
    paired = pair_in_order(connection, before.table, after.table, key, beside, name) if cells.as_printed and any(unique) else None
    if paired is not None:
        done[asked] = found = Match(*names, name, paired, paired, paired, across_periods, in_order=True, alongside=beside)
        return found
    sides = [
        Side(observed.table, keys, ", ".join(sql.identifier(pair[side]) for pair in beside) or "0", unique[side])
        for side, (observed, keys) in enumerate(zip((before, after), (cells.before, cells.after), strict=True))
    ]
    done[asked] = found = Match(*names, name, *pair_by_key(connection, sides[0], sides[1], name), across_periods, alongside=beside)
    return found


def key_cells(before: Shape, after: Shape, key: Sequence[tuple[str, str]], side: int, translation: Translation, alias: str = "") -> str:
    """SQL of the canonical key cells of one side, comma separated."""
    return ", ".join(_key_cell(before, after, pair, side, translation, alias) for pair in key) or "0"


def _key_cell(before: Shape, after: Shape, pair: tuple[str, str], side: int, translation: Translation, alias: str = "") -> str:
    numeric = is_numeric(before, pair[0]) and is_numeric(after, pair[1])
    column = (before, after)[side].column(pair[side])
    cell = sql.canonical(alias + sql.identifier(pair[side]), numeric, column.format if column else "thousands")
    return translation.cell(pair[0], cell) if side == 0 else cell


def measures_of(before: Shape, after: Shape, alignment: Alignment, key: Collection[str]) -> list[tuple[str, str]]:
    """(earlier, later) names of the columns beside a key that either table has for a measure and both hold as numbers."""
    chosen = set(before.measures) | {earlier for name in after.measures if (earlier := alignment.earlier(name))}
    return [
        (earlier, later)
        for earlier, later in alignment.pairs
        if earlier in chosen and earlier not in key and is_numeric(before, earlier) and is_numeric(after, later)
    ]


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
