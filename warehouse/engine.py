"""DuckDB with bounds: how much memory a step may take, and where it spills what does not fit.

Refuses to grow with the data: what does not fit into the limit goes to the home's scratch folder.
"""

from __future__ import annotations

import os

import duckdb

from warehouse.home import Home
from warehouse.table import literal

MEMORY_LIMIT = "2GB"  # override with EVIDENCE_MEMORY_LIMIT


def bound(connection: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Bound the memory of a connection, let it spill into the home, and fetch nothing from the network behind our back."""
    home.scratch.mkdir(parents=True, exist_ok=True)
    limit = os.environ.get("EVIDENCE_MEMORY_LIMIT") or MEMORY_LIMIT
    connection.execute(f"set memory_limit = {literal(limit)}")
    connection.execute(f"set temp_directory = {literal(str(home.scratch / 'spill'))}")
    connection.execute("set autoinstall_known_extensions = false")
    connection.execute("set enable_progress_bar = false")


def engine(home: Home) -> duckdb.DuckDBPyConnection:
    """A bounded DuckDB of its own in memory; close it when done."""
    connection = duckdb.connect(":memory:")
    bound(connection, home)
    return connection
