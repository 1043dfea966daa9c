"""Which datasets a look of the schedule asks for: those whose release is due and has not come, and those that are not well."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from expectations.declaration import Dataset, Release, load
from flows.jobs import still_awaited
from tasks.atomic import replace_json
from tasks.record import DatasetOutcome, OutcomeStatus, RunRecord, write_record
from tasks.snapshot import Snapshot
from warehouse.home import Home

DATASET = "ons.population"


def declared(days_ago: int) -> Dataset:
    due = (datetime.now(UTC) - timedelta(days=days_ago)).date().isoformat()
    return load(DATASET).model_copy(update={"release": Release(due=due, late_after_days=5)})


def ran(home: Home, status: OutcomeStatus, fetched_days_ago: int) -> None:
    time = datetime.now(UTC).isoformat(timespec="seconds")
    fetched = (datetime.now(UTC) - timedelta(days=fetched_days_ago)).isoformat()
    replace_json(home.manifest(DATASET, "s1"), Snapshot("s1", DATASET, (), fetched, "run").as_dict())
    write_record(RunRecord("run", time, time, "live", "prefect", (DATASET,), (DatasetOutcome(DATASET, status),)), home)


@pytest.mark.parametrize(
    ("due_days_ago", "status", "fetched_days_ago", "asked"),
    [
        (1, "unchanged", 30, True),  # due yesterday, and not here
        (1, "landed", 0, False),  # here
        (-20, "landed", 30, False),  # not due yet
        (9, "unchanged", 30, False),  # late: told, and looked for once a week
        (-20, "failed", 30, True),  # not well
        (-20, "held", 30, True),  # it may have been accepted since
    ],
)
def test_a_publisher_is_asked_only_while_something_is_awaited(
    home: Home, due_days_ago: int, status: OutcomeStatus, fetched_days_ago: int, asked: bool
) -> None:
    ran(home, status, fetched_days_ago)
    wanted, said = still_awaited([declared(due_days_ago)], home)
    assert bool(wanted) == asked
    assert (DATASET in said) == (not asked)


def test_what_was_never_fetched_is_asked_for(home: Home) -> None:
    wanted, _ = still_awaited([declared(-20)], home)
    assert [dataset.id for dataset in wanted] == [DATASET]
