"""Nobody stares at a silent terminal, and a log reads as an account."""

from __future__ import annotations

import io

import pytest

from flows.cli import progress


class Terminal(io.StringIO):
    """A stderr that a person watches."""

    def isatty(self) -> bool:
        return True


def test_a_log_gets_a_line_for_each_step_with_its_time(capsys: pytest.CaptureFixture[str]) -> None:
    shown = progress.RunProgress(["ons.population"])
    with shown.shown():
        shown.tell("ons.population", "fetch")
        shown.tell("ons.population", "landed")
        shown.tell("", "publish")
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(maxsplit=1)[1].split() for line in lines] == [
        ["ons.population", "fetch"],
        ["ons.population", "landed"],
        ["publishing", "the", "database"],
    ]
    assert all(len(line.split()[0]) == len("09:35:12") for line in lines)


def test_waiting_says_what_for(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.waiting() as tell:
        tell("Waiting for the server")
    assert capsys.readouterr().err.endswith("Waiting for the server\n")


def test_a_terminal_gets_a_live_table_of_every_dataset(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    shown = progress.RunProgress(["ons.population", "ons.ethnic_group"])
    with shown.shown():
        shown.tell("ons.population", "check")
        shown.tell("ons.ethnic_group", "landed")
        shown.tell("", "publish")
    seen = terminal.getvalue()
    for told in ("ons.population", "checking", "ons.ethnic_group", "landed", "publishing the database"):
        assert told in seen


def test_a_terminal_sees_the_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with progress.waiting() as tell:
        tell("Waiting for the server")
    assert "Waiting for the server" in terminal.getvalue()


def test_a_dataset_that_nobody_named_is_shown_all_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    shown = progress.RunProgress([])
    shown.tell("ons.population", "fetch, attempt 2")
    assert "fetch, attempt 2" in capsys.readouterr().err
