"""The rows that a run discards: a table of its connection while it runs, one Parquet file of the quarantine once they are kept.

Refuses to land without them: they are written before the landing, and a landing whose discarded rows cannot be written does not happen.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from expectations.errors import EvidenceError
from tasks.atomic import aside, flush, move_into_place
from tasks.shape import sql

TABLE = "discarded"
_COLUMNS = (
    "dataset varchar, snapshot_id varchar, run varchar, stage varchar, source_part varchar, source_row bigint, change_id varchar, kind varchar, "
    "reason varchar, cells varchar"
)
_Connection = duckdb.DuckDBPyConnection


def begin(connection: _Connection) -> None:
    """Make the empty table `discarded`, where there is none yet."""
    connection.execute(f"create table if not exists {TABLE} ({_COLUMNS})")


def add(connection: _Connection, select: str) -> None:
    """Add rows: a SELECT of stage, source_part, source_row, change_id, kind, reason, cells."""
    begin(connection)
    connection.execute(f"insert into {TABLE} by name {select}")


def count(connection: _Connection, stage: str = "") -> int:
    """How many rows this run has discarded so far; a row that is discarded for two reasons counts once. `stage`: arrived or tidy; '' for both."""
    if not _begun(connection):
        return 0
    only = f" where stage = {sql.literal(stage)}" if stage else ""
    found = connection.execute(
        f"select count(*) from (select distinct stage, source_part, source_row, cells from {TABLE}{only})"
    ).fetchone()
    return int(found[0]) if found else 0


def keep(connection: _Connection, path: Path, dataset: str, snapshot: str, run: str) -> int:
    """Write what was discarded to `path`, whole or not at all. Returns the number of rows. Raises `discard.not_written`."""
    rows = count(connection)
    if not rows:
        return 0
    given = {"dataset": dataset, "snapshot_id": snapshot, "run": run}
    replaced = ", ".join(f"{sql.literal(value)} as {name}" for name, value in given.items())
    path.parent.mkdir(parents=True, exist_ok=True)
    select = f"select * replace ({replaced}) from {TABLE} order by stage, source_part, source_row, change_id"
    try:
        with aside(path) as written:
            connection.execute(f"copy ({select}) to {sql.literal(str(written))} (format parquet, compression zstd)")
            flush(written)
            move_into_place(written, path)
    except (duckdb.Error, OSError) as error:
        raise EvidenceError(
            "discard.not_written", where=str(path), expected=f"{rows:,} discarded rows written", found=str(error), dataset=dataset
        ) from error
    return rows


def forget(path: Path) -> None:
    """Remove what was kept of a run whose landing turned out to be nothing new."""
    path.unlink(missing_ok=True)


def _begun(connection: _Connection) -> bool:
    found = connection.execute(f"select count(*) from duckdb_tables() where table_name = '{TABLE}'").fetchone()
    return bool(found and found[0])
