"""Fixtures that every kind of test uses."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock

from expectations import declaration
from warehouse.home import Home

# Some images of containers forbid Python to keep what it compiled. Then each process of the tests, and each that a test starts, compiles the
# libraries anew: half of the time that loading the tests takes. What is kept lies in the environment of the project, as pip would have left it.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_configure() -> None:
    """A process of tests makes the same declaration once: hundreds of tests ask for one or for all of them, and all of them take a second."""
    declaration.load_file = _once(declaration.load_file)  # type: ignore[assignment]  # mypy lets no function stand in for another


def _once(load_file: Callable[[Path], declaration.Dataset]) -> Callable[[Path], declaration.Dataset]:
    made: dict[tuple[Path, bytes, str | None], declaration.Dataset] = {}

    def remembered(path: Path) -> declaration.Dataset:
        if not path.is_file():
            return load_file(path)
        key = (path, path.read_bytes(), os.environ.get("EVIDENCE_AREA"))
        if key not in made:
            made[key] = load_file(path)  # what it refuses it refuses each time
        return made[key].model_copy()  # a test may alter its own: what a declaration works out of itself is kept on the copy

    return remembered


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the groups in the same hook: what is marked after it is not seen
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Which tests share a process: those that read the landed sample, and those of one module that share what is made once for them.

    The sample's are the most, so that they come first and the others need not wait while it lands; and may wait for it.
    """
    for item in items:
        if "sample_home" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("sample"))
            item.add_marker(pytest.mark.timeout(900))
        elif _shares(item) and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))


def _shares(item: pytest.Item) -> bool:
    """Whether a test asks for something that is made once for its module."""
    asked = getattr(item, "_fixtureinfo", None)
    return asked is not None and any(made[-1].scope == "module" for made in asked.name2fixturedefs.values())


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
