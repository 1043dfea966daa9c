"""What a command answered: for the tests of the command line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import duckdb

from expectations.declaration import load


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str


Evidence = Callable[..., Said]


def fill_declared(connection: duckdb.DuckDBPyConnection, dataset: str, rows: str = "") -> None:
    """Make the table of a dataset with the columns that its declaration has, and the rows of this SELECT; what it does not name is empty."""
    columns = ", ".join(f'"{name}" {column.type}' for name, column in load(dataset).tidy.columns.items())
    connection.execute(f"create table {dataset} ({columns})")
    if rows:
        connection.execute(f"insert into {dataset} by name {rows}")
