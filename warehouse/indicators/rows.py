"""Rows from Python into a table of the mart, as literals.

The first parameter that DuckDB's Python client is given makes it import pandas, which takes a second or more: so no statement here has any.
Refuses a column that the table does not have.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import duckdb

from warehouse.meta_rows import values


def insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows (column name -> JSON value) into a table; a column that a row lacks is NULL. Raises KeyError for a column that is not there."""
    listed = list(rows)
    if not listed:
        return
    types = {row[0]: row[1] for row in connection.execute(f"describe {table}").fetchall()}
    unknown = {key for row in listed for key in row} - set(types)
    if unknown:
        raise KeyError(f"{table} has no columns {sorted(unknown)}")
    connection.execute(f"insert into {table} {values(listed, types)}")
