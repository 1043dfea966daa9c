"""Two tables whose rows stand in the same order under the same keys, as a revised release mostly comes: row n of the one is row n of the other.

That spares hashing and joining every key: both tables are read once, side by side. Refuses where it is not sure: no key may repeat, neither by its
text nor by its meaning (a table that prints both `5` and `5.0` is matched the longer way).
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from expectations.shape import Shape
from tasks.shape import sql
from tasks.shape.key import key_share

TRIED = 10_000  # rows on which it is tried first, so that tables in another order cost nothing


def repeats_no_key(shape: Shape, key: Sequence[str]) -> bool:
    """Whether a table of this shape is known to hold no key twice, by the text of its cells: every key was counted, and these columns are the key."""
    return bool(key) and set(shape.key) == set(key) and not shape.key_duplicates and key_share(shape.rows) == 1


def pair_in_order(
    connection: duckdb.DuckDBPyConnection,
    before: str,
    after: str,
    key: Sequence[tuple[str, str]],
    alongside: Sequence[tuple[str, str]],
    pairs: str,
) -> int | None:
    """Make the table `pairs` (b, a, stayed) of two tables of which row n of the one has the key of row n of the other; its rows, or None.

    For a key of (earlier, later) columns that no row of either repeats. `stayed`: whether all columns `alongside` are printed alike.
    """
    rows = _counted(connection, f"select count(*) from {sql.identifier(after)}")
    if not rows or rows != _counted(connection, f"select count(*) from {sql.identifier(before)}"):
        return None
    same = " and ".join(_alike(pair) for pair in key)
    first = [
        f"(select {', '.join(sql.identifier(pair[side]) for pair in key)} from {sql.identifier((before, after)[side])} limit {TRIED})"
        for side in (0, 1)
    ]
    if _counted(connection, f"select count(*) from {first[0]} as x positional join {first[1]} as y where not ({same})"):
        return None
    stayed = " and ".join(_alike(pair) for pair in alongside) or "true"
    connection.execute(
        f"create or replace temp table {pairs} as select x.rowid as b, y.rowid as a, {stayed} as stayed "
        f"from {sql.identifier(before)} as x positional join {sql.identifier(after)} as y where {same}"
    )
    if _counted(connection, f"select count(*) from {pairs}") == rows:
        return rows
    connection.execute(f"drop table {pairs}")
    return None


def _alike(pair: tuple[str, str]) -> str:
    return f"x.{sql.identifier(pair[0])} is not distinct from y.{sql.identifier(pair[1])}"


def _counted(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    found = connection.execute(query).fetchone()
    return int(found[0]) if found else 0
