"""Accepting writes the contract and lands the snapshot, or does neither; and a process that is killed in between leaves one of the two."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

import pytest

from expectations.contract import load as load_contract
from expectations.declaration import load
from expectations.errors import EvidenceError
from flows.cli.doctor import _acceptances
from tasks import acceptance
from tasks.decisions import accepted_parts
from tasks.locks import lock
from tasks.proposal import read_proposal
from tasks.record import read_hold, read_records
from tests.arriving import DATASET, Visits, rows
from warehouse.home import PROJECT, Home
from warehouse.lake import vintages

HOLD = 'policy: {category_added: {do: hold, reason: "look at kinds"}, column_added: {do: hold, reason: "look at columns"}}'
WIDER = "library,kind,year,visits,loans"
NEGATIVE = ("Library 200", "mobile", "2024", "-3", "1")
CHANGED = [(*row[:1], "mobile" if row[0] == "Library 007" else row[1], *row[2:], str(number % 7)) for number, row in enumerate(rows())]
KILLED_AFTER_LANDING = """
import os, signal, sys
from pathlib import Path
from tasks import acceptance
from tests.arriving import Visits
from tests.unit.decisions.test_all_or_nothing import HOLD
visits = Visits(Path(sys.argv[1]), HOLD)
visits.runs = 10
acceptance.finish = lambda *given: os.kill(os.getpid(), signal.SIGKILL)
visits.accept()
"""


class Killed(BaseException):
    """What no `except` of ours catches, as nothing catches a SIGKILL."""


def _contract(visits: Visits) -> bytes:
    return (visits.folder / "accepted" / "council" / "visits.json").read_bytes()


@pytest.fixture
def breaking(tmp_path: Path) -> Visits:
    """A release held for two changes, of which one is accepted already, and that breaks a rule besides."""
    visits = Visits(tmp_path, HOLD)
    visits.first(rows())
    held = visits.arrive([*CHANGED, NEGATIVE], WIDER)
    visits.accept_part(*(str(change["id"]) for change in held.changes if change["kind"] == "column_added"))
    return visits


def test_what_breaks_a_rule_leaves_contract_hold_and_decisions_as_they_were(breaking: Visits) -> None:
    contract, hold, parts = _contract(breaking), read_hold(breaking.home, DATASET), accepted_parts(breaking.home, DATASET)
    records = len(read_records(breaking.home))
    with pytest.raises(EvidenceError) as refused:
        breaking.accept()
    error = refused.value.as_dict()
    assert error["code"] == "accept.not_landed" and "`value` is at least 0: 1 row breaks it, such as value -3" in error["found"]
    assert (_contract(breaking), read_hold(breaking.home, DATASET)) == (contract, hold)
    assert parts and accepted_parts(breaking.home, DATASET) == parts
    assert len(vintages(breaking.home, DATASET)) == 1 and len(read_records(breaking.home)) == records
    assert not acceptance.begun(breaking.home, DATASET)
    breaking.declare(HOLD, ", severity: warning")
    assert breaking.accept().outcomes[0].status == "landed"
    assert _contract(breaking) != contract and read_hold(breaking.home, DATASET) is None
    kept = load_contract(DATASET, breaking.folder / "accepted")
    assert kept and {change.kind for change in kept.changes} == {"column_added", "category_added"}


def test_a_first_contract_that_does_not_land_stays_a_proposal(tmp_path: Path) -> None:
    visits = Visits(tmp_path)
    visits.arrive([*rows(), NEGATIVE[:4]])
    with pytest.raises(EvidenceError):
        visits.accept()
    assert load_contract(DATASET, visits.folder / "accepted") is None
    assert read_proposal(visits.home, DATASET) and read_hold(visits.home, DATASET)


def test_killed_before_it_lands_nothing_was_accepted(tmp_path: Path) -> None:
    visits = Visits(tmp_path, HOLD)
    visits.first(rows())
    visits.arrive(CHANGED, WIDER)
    contract = _contract(visits)
    with patch("tasks.accept.ingest", side_effect=Killed), pytest.raises(Killed):
        visits.accept()
    assert acceptance.begun(visits.home, DATASET) and _contract(visits) == contract
    assert visits.arrive(CHANGED, WIDER).status == "held", "the next run drops what stood aside, and holds as before"
    assert not acceptance.begun(visits.home, DATASET) and _contract(visits) == contract


def test_killed_after_it_has_landed_the_next_run_writes_the_contract(tmp_path: Path) -> None:
    visits = Visits(tmp_path, HOLD)
    visits.first(rows())
    visits.arrive(CHANGED, WIDER)
    died = subprocess.run([sys.executable, "-c", KILLED_AFTER_LANDING, str(tmp_path)], cwd=PROJECT, capture_output=True, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr.decode()
    before = load_contract(DATASET, tmp_path / "accepted")
    assert before and not before.changes and len(vintages(visits.home, DATASET)) == 2
    outcome = visits.arrive(CHANGED, WIDER)
    after = load_contract(DATASET, tmp_path / "accepted")
    assert outcome.status == "unchanged" and "examine" not in outcome.steps
    assert after and {change.kind for change in after.changes} == {"column_added", "category_added"}
    assert read_hold(visits.home, DATASET) is None and not acceptance.begun(visits.home, DATASET)


def test_what_another_process_is_accepting_this_minute_is_left_alone(tmp_path: Path) -> None:
    visits = Visits(tmp_path, HOLD)
    visits.first(rows())
    contract = load_contract(DATASET, visits.folder / "accepted")
    assert contract
    target = visits.folder / "accepted" / "council" / "visits.json"
    acceptance.put_aside(visits.home, contract, target)
    with lock(visits.home, f"accept.{DATASET}", "a test"):
        assert not acceptance.recover(visits.dataset, visits.home, visits.folder / "accepted", visits.folder / "sql")
    assert acceptance.begun(visits.home, DATASET, target)
    assert not acceptance.recover(visits.dataset, visits.home, visits.folder / "elsewhere", visits.folder / "sql"), "of another checkout"
    assert acceptance.recover(visits.dataset, visits.home, visits.folder / "accepted", visits.folder / "sql")
    assert not acceptance.begun(Home(visits.home.root), DATASET)


def test_the_doctor_names_an_acceptance_that_has_not_ended(home: Home) -> None:
    dataset = load("ons.population")
    assert _acceptances(home, [dataset]).state == "ok"
    accepted = load_contract(dataset.id)
    assert accepted
    acceptance.put_aside(home, accepted, home.root / "x.json")
    found = _acceptances(home, [dataset])
    assert (found.state, found.todo) == ("note", "evidence run ons.population") and "ons.population" in found.found


def test_nothing_lands_whose_contract_could_not_be_kept(tmp_path: Path) -> None:
    visits = Visits(tmp_path)
    visits.arrive(rows())
    (tmp_path / "accepted").write_text("a file where the folder of contracts should be")
    with pytest.raises(EvidenceError) as refused:
        visits.accept()
    assert refused.value.code == "accept.not_landed" and refused.value.expected == "a checkout that can be written to"
    assert vintages(visits.home, DATASET) == () and read_hold(visits.home, DATASET)
