"""Pair the rows of two tables by the hash of their keys, whatever order they stand in.

What the rows are held against each other by travels with the key as one more hash, so that no row is looked up a second time to see whether it
changed. Refuses to pair a row whose key is not unique in its own table.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from tasks.shape import sql


@dataclass(frozen=True)
class Side:
    """One of two tables: SQL of its key cells and of the cells that are held against the other's, and whether it is known to hold no key twice."""

    table: str
    key: str
    alongside: str
    unique: bool


def pair_by_key(connection: duckdb.DuckDBPyConnection, before: Side, after: Side, pairs: str) -> tuple[int, int, int]:
    """Make the table `pairs` (b, a, stayed); returns (pairs, different keys of the earlier table, of the later).

    `stayed`: whether the cells alongside are alike, by a hash of 64 bits.
    """
    sources, counts = zip(*(_keys(connection, side, f"{pairs}_{name}") for side, name in ((before, "b"), (after, "a"))), strict=True)
    connection.execute(
        f"create or replace temp table {pairs} as select b.r as b, a.r as a, b.v = a.v as stayed "
        f"from {sources[0]} as b join {sources[1]} as a using (h)"
    )
    connection.execute(f"drop table if exists {pairs}_b; drop table if exists {pairs}_a")
    return _counted(connection, f"select count(*) from {pairs}"), *counts


def _keys(connection: duckdb.DuckDBPyConnection, side: Side, name: str) -> tuple[str, int]:
    """(SQL of the keys that stand once: hash, row, hash of the cells alongside; how many different keys there are)."""
    hashed = f"select hash({side.key}) as h, rowid as r, hash({side.alongside}) as v from {sql.identifier(side.table)}"
    if side.unique:
        return f"({hashed})", _counted(connection, f"select count(*) from {sql.identifier(side.table)}")
    connection.execute(
        f"create or replace temp table {name} as select h, count(*) as n, min(r) as r, min(v) as v from ({hashed}) group by h"
    )
    return f"(from {name} where n = 1)", _counted(connection, f"select count(*) from {name}")


def _counted(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    found = connection.execute(query).fetchone()
    return int(found[0]) if found else 0
