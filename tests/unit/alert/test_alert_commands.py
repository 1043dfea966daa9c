"""`evidence decline` and `evidence alerts`, and where a decision and an open alert are shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from expectations.errors import EvidenceError
from flows.cli.main import app
from tests.alerting import DATASET, Hook, change, end, failed, held, landed, unchanged
from warehouse.home import Home

Command = Callable[..., Result]


@pytest.fixture
def evidence(home: Home, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command line on this test's home, on a wide page."""
    monkeypatch.setenv("EVIDENCE_HOME", str(home.root))
    monkeypatch.setenv("COLUMNS", "200")
    return lambda *arguments: CliRunner().invoke(app, arguments)


def test_a_declined_hold_is_silent_and_says_so_wherever_it_is_shown(home: Home, evidence: Command, receiver: Hook) -> None:
    end(home, held())
    said = evidence("decline", DATASET, "--reason", "the publisher corrects it on Thursday", "--as", "Ada Marsh")
    assert said.exit_code == 0, said.output
    decided = "declined by Ada Marsh on 20"
    assert decided in said.output
    end(home, held(), run="run-2")
    assert len(receiver.posted) == 1
    for command in (("status",), ("changes", DATASET), ("alerts",)):
        shown = " ".join(evidence(*command).output.split())
        assert decided in shown, command
        assert "the publisher corrects it on Thursday" in shown, command


def test_one_change_of_several_can_be_declined_by_its_id(home: Home, evidence: Command) -> None:
    end(home, held(change(id="aaaaaaaaaa"), change(id="bbbbbbbbbb")))
    assert evidence("decline", "aaaaaaaaaa", "--reason", "known").exit_code == 0
    states = {one["subject"]: one["state"] for one in json.loads(evidence("alerts", "--json").output)["alerts"]}
    assert states == {"aaaaaaaaaa": "declined", "bbbbbbbbbb": "open"}
    assert "declined" not in evidence("status").output, "the hold as a whole still waits for somebody"


def test_what_was_declined_stays_declined_in_another_snapshot_that_shows_the_same(home: Home, evidence: Command, receiver: Hook) -> None:
    end(home, held())
    evidence("decline", DATASET, "--reason", "wait for Thursday", "--as", "Ada Marsh")
    end(home, held(snapshot="s3"), run="run-2")
    assert len(receiver.posted) == 1
    assert "declined by Ada Marsh" in " ".join(evidence("status").output.split())


def test_what_was_declined_and_becomes_worse_is_asked_again_and_quotes_the_decision(home: Home, evidence: Command, receiver: Hook) -> None:
    end(home, held(change(severity="warning", action="hold")))
    evidence("decline", DATASET, "--reason", "wait for Thursday", "--as", "Ada Marsh")
    end(home, held(snapshot="s3"), run="run-2")
    assert "Ada Marsh decided to keep the last good table: “wait for Thursday”." in " ".join(receiver.bodies[-1]["message"].split())
    assert len(receiver.posted) == 2


def test_something_else_that_is_held_beside_what_was_declined_is_told_alone(home: Home, evidence: Command, receiver: Hook) -> None:
    end(home, held(change(id="aaaaaaaaaa")))
    evidence("decline", "aaaaaaaaaa", "--reason", "wait for Thursday")
    end(home, held(change(id="aaaaaaaaaa"), change(id="bbbbbbbbbb"), snapshot="s3"), run="run-2")
    assert len(receiver.posted) == 2
    assert "bbbbbbbbbb" in receiver.bodies[-1]["message"] and "aaaaaaaaaa" not in receiver.bodies[-1]["message"]


def test_what_landed_and_waits_to_be_accepted_is_told_once_and_stays_listed(home: Home, evidence: Command, receiver: Hook) -> None:
    came = change("column_added", "warning", column="loans")
    for number, snapshot in enumerate(("s2", "s3", "s4")):
        end(home, landed(came, snapshot=snapshot), run=f"run-{number}")
    assert len(receiver.posted) == 1
    assert "landed, to be accepted" in " ".join(evidence("changes").output.split())


def test_an_alert_says_how_many_rows_were_left_out(home: Home, receiver: Hook) -> None:
    what = "2 rows look like a test. 2 rows are left out of what lands (1.24% of 161) and kept aside."
    end(home, landed(change("test_rows", "breaking", what, action="discard_rows")))
    assert "2 rows are left out of what lands" in " ".join(receiver.bodies[-1]["message"].split())


def test_declining_needs_something_held_and_a_reason(home: Home, evidence: Command) -> None:
    nothing = evidence("decline", DATASET, "--reason", "no")
    assert isinstance(nothing.exception, EvidenceError) and nothing.exception.code == "decline.nothing_held"
    end(home, held())
    unsaid = evidence("decline", DATASET, "--reason", " ")
    assert isinstance(unsaid.exception, EvidenceError) and unsaid.exception.code == "decline.no_reason"


def test_alerts_lists_what_is_open_and_who_was_told(home: Home, evidence: Command, receiver: Hook) -> None:
    end(home, held(change(id="3f9a1c20b7")), failed(dataset="ons.population"))
    said = evidence("alerts")
    assert said.exit_code == 0
    lines = {name: next(line for line in said.output.splitlines() if name in line) for name in (DATASET, "ons.population")}
    assert "3f9a1c20b7" in lines[DATASET] and "alerts 20" not in lines[DATASET].split("told")[0]
    assert all("alerts " in line for line in lines.values())
    told = json.loads(evidence("alerts", "--json").output)
    assert [one["told"].keys() for one in told["alerts"]] == [{"alerts": ""}.keys()] * 2
    assert told["outbox"] == []


def test_alerts_without_a_channel_says_that_nobody_is_told(home: Home, evidence: Command) -> None:
    end(home, held())
    said = evidence("alerts").output
    assert "nobody" in said and "EVIDENCE_ALERTS" in said
    end(home, unchanged(), run="run-2")
    assert "No alert is open." in evidence("alerts").output


def test_flush_sends_what_waits(home: Home, evidence: Command, receiver: Hook) -> None:
    receiver.broken = True
    end(home, held())
    assert "1 in the outbox" in evidence("alerts").output
    assert evidence("alerts", "--flush").exit_code == 1
    receiver.broken = False
    said = evidence("alerts", "--flush")
    assert said.exit_code == 0 and "Nothing waits any more." in said.output
    assert len(receiver.posted) == 1
    assert evidence("alerts", "--flush").exit_code == 0
    assert len(receiver.posted) == 1


def test_a_test_goes_through_every_channel_and_says_which_does_not_work(
    evidence: Command, receiver: Hook, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = tmp_path / "alerts.toml"
    settings.write_text('[channels]\nbroken = "json://127.0.0.1:9/token-x"\n[routes]\n"*" = ["broken"]\n', encoding="utf-8")
    monkeypatch.setenv("EVIDENCE_ALERTS_FILE", str(settings))
    said = evidence("alerts", "--test")
    assert said.exit_code == 1
    assert "not delivered through broken" in said.output and "delivered through alerts" in said.output
    assert receiver.titles == ["Test: alerts of the evidence base arrive here"]
    assert "token-x" not in said.output


def test_doctor_does_not_show_the_address(evidence: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    from flows.settings import VARIABLES

    monkeypatch.setenv("EVIDENCE_ALERTS", "json://bot:hunter22@127.0.0.1:9")
    shown = {variable.name: variable.given for variable in VARIABLES}
    assert shown["EVIDENCE_ALERTS"] == "set, and not shown"
    assert "hunter22" not in evidence("doctor").output
