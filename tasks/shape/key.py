"""The key: the fewest dimension columns that tell every row from every other.

A serial number of rows (Nomis' `URN`) says nothing of what a row is: where the dimensions tell the rows apart and the rows fill what the
dimensions span, the key is made of them. Refuses to make a key of measures, of row numbers, or of every column a table has: a table of events
may have none, and then none is given.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import prod

import duckdb

from tasks.shape import sql
from tasks.shape.counts import Profile
from tasks.shape.roles import Roles

SAMPLE = 200_000  # rows on which columns are left out one by one; the result is then proved on the whole table
EXACT_KEYS = 20_000_000  # rows, up to which every key is counted; of a larger table, a part of the keys, so that memory stays bounded
NEARLY = 0.995  # a key may have this many of its rows distinct: a few rows that were printed twice do not make a table keyless
MOST_COLUMNS = 14
FILLED = 0.3  # share of the combinations of dimensions that must stand in a table for its serial numbers to be needless
_NAME = re.compile(r"name|nm$|nmw$|label|desc|title|sort_?order|typecode|_type$|^(?!.*code).*level$", re.IGNORECASE)
_IDENTIFIER = re.compile(r"(code|cd|id|urn|ukprn|ref|reference|number|no)$", re.IGNORECASE)


def infer_key(
    connection: duckdb.DuckDBPyConnection, table: str, profiles: Sequence[Profile], roles: Roles, rows: int
) -> tuple[tuple[str, ...], int]:
    """(the key, how many rows it fails to tell apart); ((), 0) where no key was found."""
    if not rows:
        return (), 0
    candidates = _candidates(profiles, roles, rows)
    single = _single(connection, table, candidates, roles, rows)
    key, distinct = (list(single), _distinct(connection, table, single)) if single else ([], 0)
    if not single:
        varying = [one for one in candidates if one.distinct > 1 or one.filled < rows]
        key, distinct = _fewest(connection, table, varying, roles, rows) or ([], rows)
    elif roles.measures and roles.area_column not in single:
        crossing = [one for one in candidates if 1 < one.distinct <= rows / 2]
        kept, told_apart = _fewest(connection, table, crossing, roles, rows) or ([], 0)
        spanned = prod(one.distinct for one in crossing if one.name in kept)
        if kept and told_apart >= distinct and rows >= FILLED * spanned:
            key, distinct = kept, told_apart
    return tuple(sorted(key, key=[one.name for one in profiles].index)), rows - distinct


def key_duplicates(connection: duckdb.DuckDBPyConnection, table: str, key: Sequence[str], rows: int) -> int:
    """How many rows a given key fails to tell apart."""
    return rows - _distinct(connection, table, key) if key else 0


def key_share(rows: int) -> int:
    """Of the keys of a table, one in how many is counted (chosen by its hash, so that rows that share a key are counted together)."""
    return -(-rows // EXACT_KEYS) if rows > EXACT_KEYS else 1


def _candidates(profiles: Sequence[Profile], roles: Roles, rows: int) -> list[Profile]:
    by_name = {one.name: one for one in profiles}
    chosen = [by_name[name] for name in roles.dimensions if by_name[name].filled >= 0.02 * rows]
    # Prefer what statistical tables are keyed by: the area, the period, codes, then the rest; wide tables have hundreds of text columns.
    chosen.sort(key=lambda one: (one.name not in (roles.area_column, roles.period_column), bool(_NAME.search(one.name)), -one.filled))
    return chosen[: MOST_COLUMNS * 2]


def _single(
    connection: duckdb.DuckDBPyConnection, table: str, candidates: Sequence[Profile], roles: Roles, rows: int
) -> tuple[str, ...] | None:
    """One column that is filled in every row and unique: an identifier, or the area code of a table of one period."""
    unique = [one for one in candidates if one.filled == rows and one.distinct >= 0.97 * rows and one.name != roles.period_column]
    unique.sort(key=lambda one: (one.name != roles.area_column, not _IDENTIFIER.search(one.name), bool(_NAME.search(one.name))))
    for one in unique:
        # A text that happens not to repeat in a short table is no key.
        good = one.name == roles.area_column or bool(_IDENTIFIER.search(one.name)) or (rows >= 50 and roles.area_column is None)
        if good and _distinct(connection, table, [one.name]) == rows:
            with_period = roles.period_column and not roles.dated_rows and one.name == roles.area_column
            return (roles.period_column, one.name) if with_period and roles.period_column else (one.name,)
    return None


def _fewest(
    connection: duckdb.DuckDBPyConnection, table: str, columns: Sequence[Profile], roles: Roles, rows: int
) -> tuple[list[str], int] | None:
    """(the fewest of these columns that tell the rows apart, how many rows they do); None where all of them do not."""
    names = [one.name for one in columns]
    if not names:
        return None
    sample = min(rows, SAMPLE)
    whole = _distinct(connection, table, names, sample)
    if whole < NEARLY * sample:
        return None
    kept = _without_the_needless(connection, table, columns, roles, whole, sample)
    kept, distinct = _proved(connection, table, kept, names, rows)
    if distinct < NEARLY * rows or len(kept) > 8:
        return None
    if roles.period_column and roles.period_column not in kept and not roles.dated_rows:
        kept = [roles.period_column, *kept]  # one period today, two tomorrow: the key must not need telling
    return kept, distinct


def _without_the_needless(
    connection: duckdb.DuckDBPyConnection, table: str, columns: Sequence[Profile], roles: Roles, whole: int, sample: int
) -> list[str]:
    """Leave out, one by one, the columns that the others make needless: names before codes, the area and the period last."""

    def worth(one: Profile) -> tuple[object, ...]:
        main = one.name == roles.period_column, one.name == roles.area_column
        return (*main, not _NAME.search(one.name), one.filled, -one.distinct)

    kept = [one.name for one in columns]
    for one in sorted(columns, key=worth):
        rest = [name for name in kept if name != one.name]
        if rest and _distinct(connection, table, rest, sample) == whole:
            kept = rest
    return kept


def _proved(connection: duckdb.DuckDBPyConnection, table: str, kept: list[str], names: Sequence[str], rows: int) -> tuple[list[str], int]:
    """(the key, distinct keys in the whole table), with columns added back until it holds there as it did on the sample."""
    distinct = _distinct(connection, table, kept)
    for name in names:
        if distinct >= NEARLY * rows:
            break
        if name not in kept:
            kept = [*kept, name]
            distinct = _distinct(connection, table, kept)
    return kept, distinct


def _distinct(connection: duckdb.DuckDBPyConnection, table: str, names: Sequence[str], sample: int | None = None) -> int:
    """How many rows differ in these columns; an empty cell is a value like any other here."""
    cells = ", ".join(f"coalesce({sql.identifier(name)}, '')" for name in names)
    if sample is not None:
        return _count(
            connection, f"select count(*) from (select distinct hash({cells}) from (from {sql.identifier(table)} limit {sample}))"
        )
    rows = _count(connection, f"select count(*) from {sql.identifier(table)}")
    share = key_share(rows)
    hashes = f"select hash({cells}) as h from {sql.identifier(table)}"
    if share == 1:
        return _count(connection, f"select count(*) from (select distinct h from ({hashes}))")
    return rows - share * _count(connection, f"select count(*) - count(distinct h) from ({hashes}) where h % {share} = 0")


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    found = connection.execute(query).fetchone()
    return int(found[0]) if found else 0
