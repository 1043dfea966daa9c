"""How a module is written: every module says what it is for, every public function and class says what it does, none is too long to read."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from warehouse.home import PROJECT

MODULES = sorted(path for package in ("flows", "tasks", "expectations", "warehouse") for path in (PROJECT / package).rglob("*.py"))
MOST_LINES = 400


def test_every_module_and_its_public_names_are_documented() -> None:
    assert [
        fault for path in MODULES for fault in undocumented(path.relative_to(PROJECT).as_posix(), path.read_text(encoding="utf-8"))
    ] == []


def test_every_module_is_short_enough_to_read() -> None:
    lengths = {path.relative_to(PROJECT).as_posix(): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}, "is each of them still one idea?"


def undocumented(name: str, text: str) -> Iterator[str]:
    """The module, and each public function and class of it, that does not say what it is for."""
    tree = ast.parse(text)
    if tree.body and not ast.get_docstring(tree):
        yield name
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_") and not ast.get_docstring(node):
            yield f"{name}:{node.lineno}: {node.name}"


def test_what_is_not_documented_is_named() -> None:
    text = 'def told():\n    """Says it."""\n\ndef silent(): ...\n\ndef _own(): ...\n\nclass Silent: ...\n'
    assert list(undocumented("module.py", text)) == ["module.py", "module.py:4: silent", "module.py:8: Silent"]
    assert list(undocumented("empty.py", "")) == []
