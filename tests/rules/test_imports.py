"""Data flows forward: who may import whom, and where Prefect and Great Expectations may be named. Walks every import of the four packages."""

from __future__ import annotations

import ast
import sys
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


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_a_package_imports_only_what_it_may(package: str) -> None:
    """One test a package: some four hundred modules are some four hundred tests otherwise, each dearer to run than to decide."""
    assert [breach for path in MODULES if path.relative_to(PROJECT).parts[0] == package for breach in breaches(path)] == []


def breaches(path: Path) -> Iterator[str]:
    """What a module imports and may not."""
    place = path.relative_to(PROJECT).as_posix()
    package = place.split("/")[0]
    allowed = MAY_IMPORT[package] | {package}
    for name, line in imports_of(path):
        if name == "tests":
            yield f"{place}:{line} imports a test"
        if name in MAY_IMPORT and name not in allowed:
            yield f"{place}:{line} imports {name}: data flows forward, {package} may import {sorted(allowed)}"
        if name in OWNED and not place.startswith(OWNED[name]):
            yield f"{place}:{line} imports {name}, which only {' and '.join(OWNED[name])} may"


def test_a_breach_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[__name__], "PROJECT", tmp_path)
    (tmp_path / "tasks").mkdir()
    module = tmp_path / "tasks" / "land.py"
    module.write_text(
        "import json\nimport prefect\ndef late():\n    from flows.jobs import job\n    from tests import landing\n", encoding="utf-8"
    )
    assert [breach.partition(" imports ")[0] for breach in breaches(module)] == ["tasks/land.py:2", "tasks/land.py:4", "tasks/land.py:5"]


def test_the_rules_see_every_package() -> None:
    assert {path.relative_to(PROJECT).parts[0] for path in MODULES} == set(MAY_IMPORT)
