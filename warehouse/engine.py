"""DuckDB with bounds: how much memory a step may take, and where it keeps what does not fit.

Tables that a step makes live in a file of the home's scratch folder, compressed and written as they grow, so that memory stays flat however many
rows arrive (measured on 3 million rows of ten columns: 34 MB instead of 550, and each later pass over them takes a third of the time or less).
The file has no name once it is open: it is gone with the connection, also where the process is killed.
Refuses to grow with the data: what does not fit into the limit spills beside it.
"""

from __future__ import annotations

import os
import uuid

import duckdb

from warehouse.home import Home
from warehouse.table import literal

MEMORY_LIMIT = "2GB"  # override with EVIDENCE_MEMORY_LIMIT
WORKSPACE = "workspace"  # the catalogue of the tables that a step makes
SLOW_TO_COMPRESS = "fsst,zstd"  # for text: a sixth of the time to write a table, and no gain in size where values repeat


def bound(connection: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Bound the memory of a connection, let it spill into the home, and fetch nothing from the network behind our back."""
    home.scratch.mkdir(parents=True, exist_ok=True)
    limit = os.environ.get("EVIDENCE_MEMORY_LIMIT") or MEMORY_LIMIT
    connection.execute(f"set memory_limit = {literal(limit)}")
    # A folder of its own: DuckDB gives the files of every process the same names.
    connection.execute(f"set temp_directory = {literal(str(home.scratch / f'spill-{uuid.uuid4().hex}'))}")
    connection.execute("set autoinstall_known_extensions = false")
    connection.execute("set enable_progress_bar = false")


def engine(home: Home) -> duckdb.DuckDBPyConnection:
    """A bounded DuckDB of its own, whose tables live in a nameless file of the home; close it when done."""
    connection = duckdb.connect(":memory:")
    bound(connection, home)
    path = home.scratch / f"workspace-{uuid.uuid4().hex}.duckdb"
    # Nothing here outlives the connection, so no log of writes is kept to recover it from.
    connection.execute(f"attach {literal(str(path))} as {WORKSPACE} (storage_version 'latest', recovery_mode no_wal_writes)")
    path.unlink()
    connection.execute(f"use {WORKSPACE}")
    return connection


def hasten(connection: duckdb.DuckDBPyConnection) -> None:
    """Write the tables of a workspace without the slow ways to compress text."""
    if _at_work(connection):
        connection.execute(f"set disabled_compression_methods = {literal(SLOW_TO_COMPRESS)}")


def settle(connection: duckdb.DuckDBPyConnection) -> None:
    """Write what was changed in tables of the workspace into its file, so that it leaves memory. Row ids of tables with deleted rows may move."""
    if _at_work(connection):
        connection.execute(f"checkpoint {WORKSPACE}")


def _at_work(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the tables made now come into a workspace (and not into the file that is published, or a caller's own memory)."""
    return connection.execute("select current_database()").fetchone() == (WORKSPACE,)
