"""The command line starts at once, explains itself, and turns every failure into facts and an exit code."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from cli_said import Evidence

from flows.cli import main, status
from warehouse.home import Home

COMMANDS = sorted(command.name or command.callback.__name__ for command in main.app.registered_commands if command.callback)
HEAVY = {"duckdb", "pandas", "prefect", "pydantic", "great_expectations", "pyarrow", "rich", "yaml", "requests", "psutil"}


def test_starting_loads_nothing_heavy() -> None:
    """Help under 0.3 s and status under 0.5 s: only because nothing heavy is imported for them."""
    code = "import sys, flows.cli.main; print(' '.join(sorted({name.split('.')[0] for name in sys.modules})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert HEAVY & set(done.stdout.split()) == set()


def test_status_loads_nothing_that_it_does_not_need(home: Home) -> None:
    code = (
        "import sys; sys.argv = ['evidence', 'status', '--json']; from flows.cli.main import main\n"
        "try: main()\nexcept SystemExit: pass\nprint(' '.join(sorted({name.split('.')[0] for name in sys.modules})), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"EVIDENCE_HOME": str(home.root), "PATH": ""}
    )
    # pydantic comes with Typer itself, which uses it to read arguments
    assert (HEAVY - {"pydantic"}) & set(done.stderr.split()) == set()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_with_an_example(evidence: Evidence, command: str) -> None:
    said = evidence(command, "--help")
    assert said.code == 0
    assert "Example" in said.out
    assert f"evidence {command}" in said.out


def test_the_help_names_every_command(evidence: Evidence) -> None:
    said = evidence("--help")
    assert said.code == 0
    for command in COMMANDS:
        assert f"│ {command} " in said.out


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["run", "--nonsense"], ["compare", "one"], ["sql"], ["sql", "select 1", "--limit", "-1"]]
)
def test_wrong_use_is_code_2(evidence: Evidence, arguments: list[str]) -> None:
    said = evidence(*arguments)
    assert said.code == 2
    assert said.err


def test_an_unknown_dataset_is_wrong_use_and_the_nearest_is_named(evidence: Evidence) -> None:
    said = evidence("run", "dfe.pupil_attendence", "--direct")
    assert said.code == 2
    assert "[declaration.unknown_dataset]" in said.err
    assert "Did you mean dfe.pupil_attendance?" in said.err


def test_an_error_is_json_where_json_was_asked_for(evidence: Evidence) -> None:
    said = evidence("run", "dfe.pupil_attendence", "--direct", "--json")
    assert said.out == ""
    assert json.loads(said.err)["error"]["code"] == "declaration.unknown_dataset"


def test_what_nobody_foresaw_is_one_sentence_and_a_log(evidence: Evidence, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a fault of this program")

    monkeypatch.setattr(status.Home, "from_environment", broken)
    monkeypatch.setattr(main, "_log", lambda error: "a log")
    said = evidence("status")
    assert said.code == 1
    assert "ZeroDivisionError: a fault of this program" in said.err
    assert "Traceback" not in said.err


def test_the_log_of_what_nobody_foresaw_holds_the_trace(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVIDENCE_HOME", str(home.root))
    try:
        raise ValueError("deep inside")
    except ValueError as error:
        path = main._log(error)
    assert path.startswith(str(home.root))
    with open(path, encoding="utf-8") as log:
        assert "Traceback" in log.read()
