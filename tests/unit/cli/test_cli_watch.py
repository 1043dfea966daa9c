"""`watch`, `status`, `doctor` and `automations`: what a person is told of releases and of the pipeline itself."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from cli_said import Evidence

from expectations.declaration import Release, load
from flows import jobs
from tasks import health
from tasks.atomic import replace_json
from tasks.record import DatasetOutcome, RunRecord, write_record
from tasks.snapshot import Part, Snapshot
from warehouse.home import Home

DATASET = "ons.population"


@pytest.fixture
def late(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """One dataset, whose release of ten days ago has not come."""
    monkeypatch.delenv("EVIDENCE_ALERTS", raising=False)
    monkeypatch.delenv("EVIDENCE_ALERTS_FILE", raising=False)
    now = datetime.now(UTC)
    due, before, time = (now - timedelta(days=10)).date(), (now - timedelta(days=60)).isoformat(), now.isoformat(timespec="seconds")
    dataset = load(DATASET).model_copy(update={"release": Release(due=due.isoformat(), late_after_days=3)})
    monkeypatch.setattr(jobs, "scheduled_datasets", lambda: [dataset])
    monkeypatch.setattr(health, "_examined", lambda part, home: ("", ""))
    part = Part("data.csv", "00" * 32, 1, "", "", 200, "")
    replace_json(home.manifest(DATASET, "s1"), Snapshot("s1", DATASET, (part,), before, "run").as_dict())
    write_record(RunRecord("run", time, time, "live", "direct", (DATASET,), (DatasetOutcome(DATASET, "unchanged"),)), home)


@pytest.mark.usefixtures("late")
def test_watch_says_what_is_late_and_status_after_it(evidence: Evidence) -> None:
    said = evidence("watch")
    assert said.code == 1
    for told in (DATASET, "late by 10 days", "1 late", "New: 1, over: 0"):
        assert told in said.out
    again = json.loads(evidence("watch", "--json").out)
    assert (again["good"], again["opened"], again["datasets"][0]["late"]) == (
        False,
        [f"{DATASET}/{again['changes'][DATASET][0]['id']}"],
        True,
    )
    assert "late by 10 days" in evidence("status").out
    assert json.loads(evidence("status", "--json").out)["datasets"][0]["calendar"]["said"] == "late by 10 days"


@pytest.mark.usefixtures("late")
def test_doctor_gives_each_trouble_a_code_and_what_to_do(evidence: Evidence, home: Home) -> None:
    home.database.write_bytes(b"no database" * 1000)
    said = evidence("doctor", "--archive", "--json")
    assert said.code == 1
    (wrong,) = (one for one in json.loads(said.out) if one["name"] == "database")
    assert (wrong["state"], wrong["code"]) == ("wrong", "pipeline.database_unreadable")
    assert "evidence run" in wrong["todo"]


def test_automations_are_applied_to_a_server_and_to_nothing_else(evidence: Evidence) -> None:
    said = evidence("automations", "apply")
    assert said.code == 1
    assert "evidence up" in said.err


def test_the_quick_help_page_is_the_page_of_typer(evidence: Evidence) -> None:
    said = evidence("--help")
    assert said.code == 0
    for command in ("watch", "automations", "doctor", "status"):
        assert command in said.out
