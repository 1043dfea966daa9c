"""Data flows forward: who may import whom, and where Prefect and Great Expectations may be named. Walks every import of the four packages."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from warehouse.home import PROJECT

MAY_IMPORT = {
    "expectations": set(),
    "warehouse": {"expectations"},
    "tasks": {"expectations", "warehouse"},
    "flows": {"expectations", "warehouse", "tasks"},
}
OWNED = {  # a library -> the one place that may import it
    "prefect": ("flows/",),
    "great_expectations": ("expectations/gx",),
    "sqlalchemy": ("expectations/gx",),
    "duckdb_engine": ("expectations/gx",),
    "requests": ("tasks/fetch/",),
    "urllib3": ("tasks/fetch/",),
    "typer": ("flows/cli/", "flows/reference.py"),
    "rich": ("flows/",),
    "python_calamine": ("tasks/read/", "tasks/sample/carry_"),
    "yaml": ("expectations/declaration", "flows/"),
    "apprise": ("tasks/alert/",),
    "xlwt": ("tasks/sample/",),
    "openpyxl": ("tasks/sample/", "warehouse/exports/"),
}
MODULES = sorted(path for package in MAY_IMPORT for path in (PROJECT / package).rglob("*.py"))


def imports_of(path: Path) -> Iterator[tuple[str, int]]:
    """Each imported top-level name with its line, those inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((name.name.split(".")[0], node.lineno) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are absolute"
            yield (node.module or "").split(".")[0], node.lineno


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PROJECT)))
def test_a_module_imports_only_what_its_folder_may(path: Path) -> None:
    package = path.relative_to(PROJECT).parts[0]
    place = path.relative_to(PROJECT).as_posix()
    allowed = MAY_IMPORT[package] | {package}
    for name, line in imports_of(path):
        assert name != "tests", f"{place}:{line} imports a test"
        if name in MAY_IMPORT:
            assert name in allowed, f"{place}:{line} imports {name}: data flows forward, {package} may import {sorted(allowed)}"
        if name in OWNED:
            assert place.startswith(OWNED[name]), f"{place}:{line} imports {name}, which only {' and '.join(OWNED[name])} may"


def test_the_rules_see_every_package() -> None:
    assert {path.relative_to(PROJECT).parts[0] for path in MODULES} == set(MAY_IMPORT)
