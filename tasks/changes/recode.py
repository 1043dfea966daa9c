"""Recognise what a word or a code became: the rows that carried it carry the new one, at the same keys or with the same values.

Refuses the likeness of two words, unless their tables share keys; and the likeness of two codes always.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb

from expectations.shape import Column
from tasks.changes.match import Match, Translation, is_numeric, key_cells
from tasks.changes.match import match as remade
from tasks.changes.observed import Alignment, Observed
from tasks.shape import sql

MOST_ROWS = 2_000_000  # rows on which categories are held against each other
AGREE = 0.6  # share of a category's rows that must carry the new word
MOST_WORD_PAIRS = 40_000
ALIKE = 0.82  # resemblance of two words that also stand on the same keys


@dataclass(frozen=True)
class Recode:
    """How the categories of one column map onto later ones, with the rows that show it."""

    mapping: Mapping[str, str] = field(default_factory=dict)
    evidence: Sequence[Mapping[str, Any]] = ()


def recognise(
    connection: duckdb.DuckDBPyConnection | None,
    before: Observed,
    after: Observed,
    alignment: Alignment,
    match: Match | None,
    pair: tuple[str, str],
    gone: Sequence[str],
    come: Sequence[str],
    to_any: bool = True,
    by_words: bool = True,
) -> Recode:
    """Which later words the earlier ones became. `to_any`: also words that stood there before (many become one); `by_words`: spelling counts."""
    mapping: dict[str, str] = {}
    evidence: list[Mapping[str, Any]] = []
    followed = _followed(connection, before, after, alignment, match, pair, gone) if connection is not None and match is not None else []
    for old, new, rows, total in followed:
        if old not in mapping and rows >= AGREE * total and rows >= 2 and (to_any or new in come):
            mapping[old] = new
            evidence.append(
                {
                    "before": old,
                    "after": new,
                    "rows": rows,
                    "of": total,
                    "by": "the same keys" if pair[0] not in (match.before_key if match else ()) else "the same values",
                }
            )
    for old in gone if by_words and len(gone) * len(come) <= MOST_WORD_PAIRS else ():
        if old in mapping:
            continue
        spelt = [new for new in come if _bare(new) == _bare(old)]
        if len(spelt) == 1:
            mapping[old] = spelt[0]
            evidence.append({"before": old, "after": spelt[0], "by": "spelling: only case, blanks, dashes or punctuation differ"})
            continue
        if match is None:
            continue  # without rows in common, words that resemble show nothing
        free = [new for new in come if new not in mapping.values()]
        near = max(free, key=lambda new: _alike(old, new), default=None)
        if near and _alike(old, near) >= ALIKE:
            mapping[old] = near
            evidence.append({"before": old, "after": near, "by": f"words that resemble ({_alike(old, near):.2f})"})
    return Recode(mapping, evidence)


def _followed(
    connection: duckdb.DuckDBPyConnection,
    before: Observed,
    after: Observed,
    alignment: Alignment,
    match: Match,
    pair: tuple[str, str],
    gone: Sequence[str],
) -> list[tuple[str, str, int, int]]:
    """(old word, new word, rows on which the one became the other, rows of the old word that were found again), best first."""
    if max(before.shape.rows, after.shape.rows) > MOST_ROWS:
        return []
    if pair[0] in match.before_key:
        # A code that follows from the rest of the key (a region, from its authority) is not needed to find the row.
        rest = [(b, a) for b, a in zip(match.before_key, match.after_key, strict=True) if b != pair[0]]
        without = remade(connection, before, after, rest) if rest else None
        if (
            without is not None
            and without.count >= 0.7 * max(1, min(without.before_keys, without.after_keys))
            and without.before_keys >= 0.7 * match.before_keys
        ):
            match = without
    x, y = sql.text("x." + sql.identifier(pair[0])), sql.text("y." + sql.identifier(pair[1]))
    if pair[0] not in match.before_key:
        source = (
            f"select {x} as old, {y} as new from {match.pairs} as p join {sql.identifier(before.table)} as x on x.rowid = p.b "
            f"join {sql.identifier(after.table)} as y on y.rowid = p.a where {x} in {sql.literals(gone)}"
        )
        counted_rows = (
            f"with r as ({source}), n as (select old, new, count(*) as n from r group by all) "
            "select old, new, n, sum(n) over (partition by old) as total from n where new is not null order by n desc, old, new"
        )
        return [(old, new, int(n), int(total)) for old, new, n, total in connection.execute(counted_rows).fetchall() if old != new]
    return _followed_by_values(connection, before, after, alignment, match, pair, gone)


def _followed_by_values(
    connection: duckdb.DuckDBPyConnection,
    before: Observed,
    after: Observed,
    alignment: Alignment,
    match: Match,
    pair: tuple[str, str],
    gone: Sequence[str],
) -> list[tuple[str, str, int, int]]:
    """The column is part of the key: rows are found by the rest of the key and by an equal value of the most telling measure."""
    rest = [(b, a) for b, a in zip(match.before_key, match.after_key, strict=True) if b != pair[0]]
    measures = [
        (b, a) for b, a in alignment.pairs if b in before.shape.measures and is_numeric(before.shape, b) and is_numeric(after.shape, a)
    ]
    if not rest or not measures:
        return []
    measure = max(measures, key=lambda names: (before.shape.column(names[0]) or Column("", 0, "", 0, 0, 0)).distinct)
    key = [*rest, measure]
    left, right = (
        key_cells(before.shape, after.shape, key, 0, Translation(), "x."),
        key_cells(before.shape, after.shape, key, 1, Translation(), "y."),
    )
    x, y = sql.text("x." + sql.identifier(pair[0])), sql.text("y." + sql.identifier(pair[1]))
    filled = f"{sql.number('x.' + sql.identifier(measure[0]))} is not null"
    query = f"""
        with b as (select {x} as old, hash({left}) as h from {sql.identifier(before.table)} as x where {x} in {sql.literals(gone)} and {filled}),
             a as (select {y} as new, hash({right}) as h from {sql.identifier(after.table)} as y),
             totals as (select old, count(*) as total from b group by old),
             pairs as (select old, new, count(*) as n from b join a using (h) where old <> new group by all)
        select old, new, n, total from pairs join totals using (old) order by n desc"""
    return [(old, new, int(n), int(total)) for old, new, n, total in connection.execute(query).fetchall() if new is not None]


def _bare(word: str) -> str:
    return re.sub(r"[^a-z0-9%£$+]+", "", word.lower().replace("&", "and"))


def _alike(one: str, other: str) -> float:
    """How much two words resemble, 0 to 1; words that differ in a number (`Aged 4`, `Aged 5`) do not."""
    if re.findall(r"\d+", one) != re.findall(r"\d+", other):
        return 0.0
    matcher = difflib.SequenceMatcher(None, one.lower(), other.lower())
    return matcher.ratio() if matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE else 0.0
