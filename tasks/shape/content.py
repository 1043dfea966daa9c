"""The content fingerprint of a table: what moves when the values move, and stays when only the bytes do.

It does not see the order of rows or of columns, `5` against `5.0`, quoting, line ends or a byte order mark.
It sees a column's name, a value, a row more, and which values stand in one row. It is made with the database's own hash, so its first part
names the version of the database: fingerprints of two versions are never taken for equal.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import duckdb

from tasks.shape import sql
from tasks.shape.counts import Profile


def fingerprint(connection: duckdb.DuckDBPyConnection, table: str, profiles: Sequence[Profile], rows: int) -> str:
    """The version of the database and 20 hex digits, which two tables share when they hold the same rows in any order."""
    ordered = sorted(profiles, key=lambda one: one.name)
    names = "\x1f".join(one.name for one in ordered)
    total = 0
    if rows and ordered:
        cells = ", ".join(_cell(one) for one in ordered)
        # A sum does not depend on the order of its terms; a row's cells are hashed together, so that values cannot change rows unseen.
        found = connection.execute(f"select sum(hash({cells})::hugeint) from {sql.identifier(table)}").fetchone()
        total = found[0] if found else 0
    digits = hashlib.sha256("\x1e".join([names, str(rows), str(total)]).encode()).hexdigest()[:20]
    return f"{duckdb.__version__}:{digits}"


def _cell(one: Profile) -> str:
    """Numbers by their value, all else by its text; cheap where a column prints plain numbers only."""
    name = sql.identifier(one.name)
    words = f"coalesce({name}, '')"
    if not one.numeric:
        return words
    number = sql.number(name) if one.dressed else f"try_cast({name} as double)"
    if one.numbers == one.filled and not one.dressed:
        return number
    return f"{number}, case when ({number}) is null then {words} end"
