"""The events of runs and looks: which, about what, with which related resources; and that none can harm a run."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import prefect.events
import pytest

from expectations.calendar import Due
from expectations.declaration import Dataset, load
from flows import events
from tasks.alert.book import Alert, keeping
from tasks.alert.watched import Settled
from tasks.lateness import Standing, late_change
from tasks.record import DatasetOutcome, RunRecord
from tasks.watching import Seen
from warehouse.home import Home

DATASET = "dfe.pupil_attendance"
NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
CHANGES = (
    {"id": "c1", "kind": "column_removed", "severity": "breaking", "what": "A column is gone.", "column": "x", "action": "hold"},
    {"id": "c2", "kind": "category_added", "severity": "warning", "what": "A category came.", "column": "y", "action": "evolve"},
    {"id": "c3", "kind": "period_added", "severity": "info", "what": "A period came.", "column": None, "action": "evolve"},
)


@pytest.fixture
def dataset() -> Dataset:
    return load(DATASET)


def record(outcome: DatasetOutcome) -> RunRecord:
    time = NOW.isoformat(timespec="seconds")
    return RunRecord("r1", time, time, "live", "prefect", (DATASET,), (outcome,))


def related(event: events.DatasetEvent, role: str) -> list[str]:
    return [one["prefect.resource.name"] for one in event.related if one["prefect.resource.role"] == role]


def test_a_held_run_is_held_and_changed_with_kinds_and_severities(home: Home, dataset: Dataset) -> None:
    held, changed = events.of_record(record(DatasetOutcome(DATASET, "held", snapshot="s1", changes=CHANGES)), [dataset], home)
    assert (held.name, changed.name) == ("evidence.dataset.held", "evidence.dataset.changed")
    for event in (held, changed):
        assert event.resource["prefect.resource.id"] == f"evidence.dataset.{DATASET}"
        assert related(event, "kind") == ["column_removed", "category_added"]
        assert related(event, "severity") == ["warning", "breaking"]
        for role, name in (("run", "r1"), ("snapshot", "s1"), ("owner", dataset.owner), ("theme", dataset.theme)):
            assert related(event, role) == [name]
    assert [change["id"] for change in changed.payload["changes"]] == ["c1", "c2"]


def test_a_quiet_run_is_one_event(home: Home, dataset: Dataset) -> None:
    (only,) = events.of_record(record(DatasetOutcome(DATASET, "landed", rows=7, snapshot="s1", changes=CHANGES[2:])), [dataset], home)
    assert (only.name, only.payload["rows"]) == ("evidence.dataset.landed", 7)


def test_what_a_run_ended_is_resolved_and_what_ended_before_is_not(home: Home, dataset: Dataset) -> None:
    time, before = NOW.isoformat(timespec="seconds"), (NOW - timedelta(days=1)).isoformat(timespec="seconds")
    alert = Alert(
        DATASET, "c1", "column_removed", "breaking", "A column is gone.", True, before, before, "r0", state="resolved", closed=time
    )
    with keeping(home, NOW) as book:
        book.put(alert)
        book.put(replace(alert, subject="c2", closed=before))
    _, resolved = events.of_record(record(DatasetOutcome(DATASET, "landed", snapshot="s1")), [dataset], home)
    assert (resolved.name, resolved.payload["id"], related(resolved, "kind")) == ("evidence.dataset.resolved", "c1", ["column_removed"])


def look(late_from: date, arrived: date | None = date(2026, 10, 20)) -> tuple[Seen, Standing]:
    one = Standing(DATASET, True, Due(date(2026, 11, 17), date(2026, 11, 17)), late_from, arrived)
    return Seen("look", NOW, (one,), ()), one


def test_due_is_the_last_day_on_which_a_release_is_not_late(dataset: Dataset) -> None:
    due = [[event.name for event in events.of_look(look(date(2026, 11, day))[0], [dataset])] for day in (23, 24, 25)]
    assert due == [[], ["evidence.dataset.due"], []]


def test_late_is_one_event_on_the_day_on_which_it_is_told(dataset: Dataset) -> None:
    seen, one = look(date(2026, 11, 20))
    assert events.of_look(seen, [dataset]) == ()
    change = late_change(one)
    opened = Alert(DATASET, change.id, "late", "warning", change.what, False, "", "", "look")
    (late,) = events.of_look(replace(seen, settled=Settled(opened=[opened])), [dataset])
    assert (late.name, related(late, "severity"), late.payload["kind"]) == ("evidence.dataset.late", ["warning"], "late")


def test_prefect_takes_every_event(home: Home, dataset: Dataset) -> None:
    for event in events.of_record(record(DatasetOutcome(DATASET, "held", snapshot="s1", changes=CHANGES)), [dataset], home):
        made = prefect.events.Event(event=event.name, resource=event.resource, related=list(event.related), payload=dict(event.payload))
        assert len(made.model_dump_json()) < 10_000


def test_an_event_that_cannot_be_sent_harms_nothing(home: Home, dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("no server")

    monkeypatch.setattr(prefect.events, "emit_event", broken)
    assert events.send(events.of_record(record(DatasetOutcome(DATASET, "landed")), [dataset], home)) == 0
