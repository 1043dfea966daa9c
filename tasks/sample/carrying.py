"""What the scripts that carry figures over share: reading a publisher's CSV as text, writing compact Parquet."""

from __future__ import annotations

from pathlib import Path

import duckdb

LICENCE = "OGL-UK-3.0"


def read_csv(path: Path, **options: str) -> str:
    """A SELECT of the file with every column as text and empty cells as NULL."""
    more = "".join(f", {name} = {value}" for name, value in options.items())
    return f"select * from read_csv('{path}', all_varchar = true, header = true{more})"


def write_parquet(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    """Write the rows of a query, in its order, as one small Parquet file: the same rows give the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection.execute("set threads to 1")
    connection.execute(f"copy ({query}) to '{path}' (format parquet, compression zstd, compression_level 19)")
