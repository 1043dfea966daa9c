"""`run`, `status`, `changes`: what a person is told of a run, from its record. The work itself is put on; other tests do it for real."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import duckdb
import pytest
from cli_said import Evidence

from expectations.declaration import all_ids
from expectations.errors import EvidenceError
from flows.cli import run
from tasks.record import DatasetOutcome, RunRecord, write_hold, write_record
from warehouse.home import Home

FIRST, SECOND, THIRD = all_ids()[:3]
CHANGE = {
    "id": "3f9a1c20b7",
    "kind": "column_removed",
    "severity": "breaking",
    "what": "The column [value] is gone",
    "column": "value",
    "before": "value",
    "after": None,
    "evidence": {"cells": 12345},
    "action": "hold",
    "because": "",
}
LANDED = DatasetOutcome(FIRST, "landed", rows=1234, vintage="v", snapshot="s", steps={"fetch": 1.25, "land": 0.5})
HELD = DatasetOutcome(SECOND, "held", snapshot="s", changes=(CHANGE,), steps={"fetch": 1.0, "examine": 2.0})
FAILED = DatasetOutcome(
    THIRD, "failed", error=EvidenceError("fetch.timeout", found="nothing in 60 s", where="https://example.org", dataset=THIRD).as_dict()
)


@pytest.fixture
def ran(home: Home, monkeypatch: pytest.MonkeyPatch) -> Callable[..., RunRecord]:
    """A run with these outcomes, in place of the pipeline: its record, its holds, its database."""

    def put_on(*outcomes: DatasetOutcome, published: dict[str, Any] | None = None) -> RunRecord:
        names = tuple(outcome.dataset for outcome in outcomes)
        made = {"path": str(home.database), "seconds": 0.8}
        record = RunRecord(
            "20260101T000000Z-a",
            "2026-01-01T00:00:00+00:00",
            "2026-01-01T00:00:09+00:00",
            "sample",
            "direct",
            names,
            outcomes,
            published or made,
        )

        def direct(ids: Sequence[str], sample: bool, into: Home) -> RunRecord:
            for outcome in outcomes:
                if outcome.status == "held":
                    write_hold(into, outcome.dataset, "s", record.run, outcome.changes)
            write_record(record, into)
            schema, table = FIRST.split(".")
            with duckdb.connect(str(into.database)) as connection:
                connection.execute(f"create schema {schema}; create table {schema}.{table} as select '2026' as period, 1 as value")
            return record

        monkeypatch.setattr(run, "_direct", direct)
        return record

    return put_on


def test_a_good_run_is_code_0_and_says_where_everything_is(evidence: Evidence, home: Home, ran: Callable[..., RunRecord]) -> None:
    record = ran(LANDED)
    said = evidence("run", FIRST, "--sample", "--direct")
    assert said.code == 0
    for told in (FIRST, "landed", "1,234", "1.2 s", "0.5 s", "1 landed", "in 9 s", str(home.database), str(home.run(record.run))):
        assert told in said.out
    assert SECOND not in said.out


def test_the_queries_to_try_really_run(evidence: Evidence, ran: Callable[..., RunRecord]) -> None:
    ran(LANDED)
    said = evidence("run", FIRST, "--sample", "--direct")
    queries = [line.split('evidence sql "')[1].rstrip('"') for line in said.out.splitlines() if "evidence sql" in line]
    assert queries
    for query in queries:
        assert evidence("sql", query).code == 0, query


def test_what_is_held_and_what_failed_is_code_1_with_reason_and_next_step(evidence: Evidence, ran: Callable[..., RunRecord]) -> None:
    ran(LANDED, HELD, FAILED)
    said = evidence("run", "--sample", "--direct")
    assert said.code == 1
    for told in (
        "1 failed, 1 held, 1 landed",
        "The column [value] is gone",
        f"evidence accept {SECOND}",
        "fetch.timeout",
        "nothing in 60 s",
    ):
        assert told in " ".join(said.out.split())


def test_json_is_the_record_with_the_paths(evidence: Evidence, home: Home, ran: Callable[..., RunRecord]) -> None:
    record = ran(LANDED, HELD)
    said = evidence("run", "--sample", "--direct", "--json")
    told = json.loads(said.out)
    assert said.code == 1
    assert (told["run"], told["good"], told["database"]) == (record.run, False, str(home.database))
    assert [outcome["status"] for outcome in told["outcomes"]] == ["landed", "held"]


def test_a_run_that_could_not_publish_is_not_good(evidence: Evidence, ran: Callable[..., RunRecord]) -> None:
    ran(LANDED, published={"error": EvidenceError("publish.failed", found="no room on the disk").as_dict()})
    said = evidence("run", FIRST, "--sample", "--direct")
    assert said.code == 1
    assert "no room on the disk" in said.out


def test_status_of_a_home_where_nothing_ran_says_how_to_begin(evidence: Evidence) -> None:
    said = evidence("status")
    assert said.code == 0
    assert "evidence run --sample" in said.out


def test_status_tells_how_each_dataset_stands(evidence: Evidence, ran: Callable[..., RunRecord]) -> None:
    ran(LANDED, HELD, FAILED)
    evidence("run", "--sample", "--direct")
    said = evidence("status")
    assert said.code == 1
    lines = {dataset: next(line for line in said.out.splitlines() if line.startswith(dataset)) for dataset in (FIRST, SECOND, THIRD)}
    assert "landed" in lines[FIRST]
    assert "held since" in said.out
    assert "1 breaking" in said.out
    assert "fetch.timeout" in said.out
    told = json.loads(evidence("status", "--json").out)
    assert {one["dataset"]: one["status"] for one in told["datasets"]} == {FIRST: "landed", SECOND: "held", THIRD: "failed"}


def test_changes_lists_what_is_open_and_shows_one_with_its_evidence(evidence: Evidence, ran: Callable[..., RunRecord]) -> None:
    ran(LANDED, HELD)
    evidence("run", "--sample", "--direct")
    assert "3f9a1c20b7" in evidence("changes").out
    for asked in (SECOND, "3f9a1c20b7"):
        said = evidence("changes", asked)
        assert said.code == 0
        assert "The column [value] is gone" in said.out
        assert "12,345" in said.out
        assert f"evidence accept {SECOND}" in said.out
    assert [one["id"] for one in json.loads(evidence("changes", "--json").out)] == ["3f9a1c20b7"]


def test_changes_of_a_dataset_without_any_says_so(evidence: Evidence) -> None:
    said = evidence("changes", FIRST)
    assert said.code == 0
    assert f"No change of {FIRST}" in said.out


@pytest.mark.parametrize("unknown", ["dfe.nowhere", "0123456789"])
def test_changes_of_what_is_not_there_is_wrong_use(evidence: Evidence, unknown: str) -> None:
    assert evidence("changes", unknown).code == 2


def test_a_server_that_is_configured_and_does_not_answer_is_said(evidence: Evidence, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    said = evidence("run", FIRST, "--sample")
    assert said.code == 1
    assert "[server.failed]" in said.err
    assert "http://127.0.0.1:9/api" in said.err
