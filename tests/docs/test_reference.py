"""The documentation says what the code does: the generated pages are in step, every error is explained and used, every command documented."""

from __future__ import annotations

import json
import re

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


def test_every_generated_page_is_in_step() -> None:
    """All at once: each page is made of all declarations, which are read once here and not once a page."""
    behind = [path for path, text in reference.pages().items() if path.read_text(encoding="utf-8") != text]
    assert not behind, "run `make docs`"


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


@pytest.fixture(scope="module")
def editor() -> jsonschema.Draft202012Validator:
    """An editor that holds declarations to the schema that ships; the schema is a sound one itself."""
    schema = json.loads((PROJECT / "expectations" / "schema" / "dataset.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_the_editor_schema_accepts_every_shipped_declaration(editor: jsonschema.Draft202012Validator) -> None:
    for path in sorted(DATASETS.glob("*/*.yaml")):
        told = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        assert [fault.message for fault in editor.iter_errors(told)] == [], path.stem


def test_the_editor_schema_refuses_a_misspelt_key(editor: jsonschema.Draft202012Validator) -> None:
    told = yaml.load(next(DATASETS.glob("*/*.yaml")).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    assert not editor.is_valid({**told, "ownr": told["owner"]})
