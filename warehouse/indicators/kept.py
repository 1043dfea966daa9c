"""What indicators gave, kept in the home: one Parquet file each, named by a hash of everything that the values were made from.

Refuses to keep what was computed from a table whose vintages the lake cannot name, and what cannot be read back: it is computed anew.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import duckdb

from warehouse.home import Home
from warehouse.indicators.definition import Indicator
from warehouse.table import literal


def store(home: Home) -> Path:
    """The folder of kept values."""
    return home.state / "indicators"


def path_of(home: Home, indicator: Indicator, in_force: Mapping[str, tuple[str, ...]], version: str) -> Path | None:
    """Where an indicator's values are kept: by its own file, what all indicators share (`version`), and the vintages of its datasets."""
    if not all(in_force.get(source) for source in indicator.sources):
        return None
    made_from = [(source, in_force[source]) for source in sorted(indicator.sources)]
    digest = hashlib.sha256(f"{version} {indicator!r} {made_from}".encode()).hexdigest()
    return store(home) / f"{indicator.name}-{digest[:24]}.parquet"


def read(connection: duckdb.DuckDBPyConnection, paths: Iterable[Path | None], into: str) -> set[Path]:
    """Add the rows of those files that are there to a table; which they were. None, and no rows, where one cannot be read."""
    there = {path for path in paths if path and path.exists()}
    if not there:
        return set()
    listed = ", ".join(literal(str(path)) for path in sorted(there))
    try:
        connection.execute(f"insert into {into} by name select * from read_parquet([{listed}])")
    except duckdb.Error:
        for path in there:
            path.unlink(missing_ok=True)
        return set()
    return there


def keep(connection: duckdb.DuckDBPyConnection, table: str, path: Path) -> None:
    """Write a table to its file, beside first, so that a killed process leaves none or a whole one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(f".{os.getpid()}")
    connection.execute(f"copy {table} to {literal(str(beside))} (format parquet)")
    os.replace(beside, path)


def sweep(home: Home, used: Sequence[Path | None]) -> None:
    """Remove what no indicator uses any more."""
    for path in store(home).glob("*"):
        if path not in used:
            path.unlink(missing_ok=True)
