"""Fixtures that every kind of test uses."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock

from warehouse.home import Home


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of the landed sample run in one process, so that the others need not wait while it lands; and may wait for it."""
    for item in items:
        if "sample_home" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("sample"))
            item.add_marker(pytest.mark.timeout(900))


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


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home in which the whole shipped sample has landed and is published, made once for all test processes. Read it, never write to it.

    EVIDENCE_SAMPLE_HOME names one that was made before: quicker while a test is being written.
    """
    if made_before := os.environ.get("EVIDENCE_SAMPLE_HOME"):
        return Home(Path(made_before).resolve())
    shared = tmp_path_factory.getbasetemp().parent if os.environ.get("PYTEST_XDIST_WORKER") else tmp_path_factory.getbasetemp()
    home = Home(shared / "sample-home")
    with FileLock(shared / "sample-home.lock"):
        if not home.database.exists():
            program = Path(sys.executable).with_name("evidence")
            environment = {**os.environ, "EVIDENCE_HOME": str(home.root)}
            done = subprocess.run(
                [str(program), "run", "--sample", "--direct"], env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stdout + done.stderr
    return home
