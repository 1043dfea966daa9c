"""Fixtures that every kind of test uses."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from warehouse.home import Home


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB of its own in memory, closed after the test."""
    with duckdb.connect(":memory:") as opened:
        yield opened


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home."""
    return Home(tmp_path / "home")


@pytest.fixture(scope="session")
def real_files() -> Path:
    """The folder of real publisher files; tests that need it are skipped, and say so, where it is not there."""
    folder = os.environ.get("EVIDENCE_REAL_FILES")
    if not folder or not Path(folder).is_dir():
        pytest.skip("EVIDENCE_REAL_FILES names no folder: the publishers' real files are not on this machine")
    return Path(folder).resolve()
