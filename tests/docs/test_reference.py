"""The documentation says what the code does: the generated pages are in step, every error is explained and used, every command documented."""

from __future__ import annotations

import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from expectations.declaration import DATASETS
from expectations.errors import CATALOGUE
from flows import reference
from flows.cli.main import app
from warehouse.home import PROJECT

SOURCES = [path for package in ("flows", "tasks", "expectations", "warehouse") for path in (PROJECT / package).rglob("*.py")]
AREAS = "|".join(sorted({code.split(".")[0] for code in CATALOGUE}))
CODE = re.compile(rf'"((?:{AREAS})\.(?!json")[a-z_]+)"')


@pytest.mark.parametrize("path", list(reference.pages()), ids=lambda path: path.name)
def test_a_generated_page_is_in_step(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == reference.pages()[path], "run `make docs`"


def test_every_error_that_is_raised_is_explained_and_every_explained_error_is_raised() -> None:
    catalogue = PROJECT / "expectations" / "errors"
    used = {code for path in SOURCES if path.parent != catalogue for code in CODE.findall(path.read_text(encoding="utf-8"))}
    assert used - set(CATALOGUE) == set()
    assert set(CATALOGUE) - used == set()


def test_an_error_says_when_it_occurs_and_what_to_do() -> None:
    for code, kind in CATALOGUE.items():
        assert len(kind.when) > 20, code
        assert kind.remedy.endswith("."), code


def test_every_command_has_help_and_every_option_too() -> None:
    import typer.main

    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    assert {"run", "status", "datasets", "check", "show", "compare", "sql", "provenance", "doctor"} <= set(commands)
    for name, command in commands.items():
        assert len(command.help or "") > 30, f"evidence {name} has no help"
        for parameter in command.params:
            assert getattr(parameter, "help", None), f"evidence {name}: {parameter.name} has no help"


@pytest.mark.parametrize("path", sorted(DATASETS.glob("*/*.yaml")), ids=lambda path: path.stem)
def test_the_editor_schema_accepts_every_shipped_declaration(path: Path) -> None:
    import json

    schema = json.loads((PROJECT / "expectations" / "schema" / "dataset.json").read_text(encoding="utf-8"))
    jsonschema.validate(yaml.safe_load(path.read_text(encoding="utf-8")), schema)
