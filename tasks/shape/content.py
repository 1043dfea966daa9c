"""The content fingerprint of a table: what moves when the values move, and stays when only the bytes do.

It does not see the order of rows or of columns, `5` against `5.0`, quoting, line ends or a byte order mark. It sees a column's name, a value,
a row more, and which values stand in one row. Built on MD5, so that it is the same in every version of the database.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import duckdb

from tasks.shape import sql
from tasks.shape.profile import Profile


def fingerprint(connection: duckdb.DuckDBPyConnection, table: str, profiles: Sequence[Profile], rows: int) -> str:
    """Hex digits that two tables share when they hold the same rows in any order (20 digits: 80 bits)."""
    ordered = sorted(profiles, key=lambda one: one.name)
    names = "\x1f".join(one.name for one in ordered)
    if not rows or not ordered:
        return hashlib.sha256(f"{names}\x1e{rows}".encode()).hexdigest()[:20]
    # A sum does not depend on the order of its terms; per row the cells are joined first, so that values cannot change rows unseen.
    cells = ", ".join(sql.canonical(sql.identifier(one.name), one.numeric, "thousands" if one.dressed else None) for one in ordered)
    found = connection.execute(f"select sum(md5_number_lower(concat_ws('\x1f', {cells}))::hugeint) from {sql.identifier(table)}").fetchone()
    total = found[0] if found else 0
    return hashlib.sha256(f"{names}\x1e{rows}\x1e{total}".encode()).hexdigest()[:20]
