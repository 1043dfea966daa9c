"""What a run or a look tells Prefect: one event a thing that happened, `evidence.dataset.<what>`, for automations and for Prefect's own page.

Made from the run record and the book of alerts, so that the pipeline itself knows nothing of Prefect. Refuses to slow or to break a run:
an event that cannot be sent is a line in the log.

| event | when |
|---|---|
| `landed`, `unchanged`, `held`, `failed` | at the end of every run of a dataset |
| `changed` | the run found changes that are an alarm: their kinds and severities are related resources |
| `due` | the last day on which a release that is awaited is not late |
| `late` | a release counts as late from now on |
| `moved` | the day of a release was moved |
| `resolved` | what was told of a dataset is over, or was accepted |
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from expectations.calendar import LONDON
from expectations.change import Change
from expectations.declaration import Dataset
from flows.report import reason
from tasks.alert.book import Alert, read_book
from tasks.record import DatasetOutcome, RunRecord
from tasks.watching import Seen
from warehouse.home import Home

DATASET = "evidence.dataset"
_MOST_CHANGES = 20  # in one event: Prefect refuses events beyond a size, and the run record has all
_SEVERITIES = ("warning", "breaking")
_LOG = logging.getLogger("evidence")
Labels = dict[str, str]


@dataclass(frozen=True)
class DatasetEvent:
    """One event, in Prefect's terms: a name, the resource that it is about, related resources, and what programs read."""

    name: str
    resource: Labels
    related: tuple[Labels, ...] = ()
    payload: Mapping[str, Any] = field(default_factory=dict)


def of_record(record: RunRecord, datasets: Sequence[Dataset], home: Home) -> tuple[DatasetEvent, ...]:
    """The events of one run: how each dataset ended, what changed, what is over."""
    declared = {dataset.id: dataset for dataset in datasets}
    found: list[DatasetEvent] = []
    for outcome in record.outcomes:
        found += _of_outcome(outcome, record, declared.get(outcome.dataset))
    ended = [alert for alert in read_book(home).alerts.values() if alert.dataset in declared and _ended_in(alert, record.started)]
    return (*found, *(_resolved(alert, record.run, declared[alert.dataset]) for alert in ended))


def of_look(seen: Seen, datasets: Sequence[Dataset]) -> tuple[DatasetEvent, ...]:
    """The events of one look at the calendar: what is due by today, what has become late, what moved, what is over."""
    declared = {dataset.id: dataset for dataset in datasets}
    today = seen.now.astimezone(LONDON).date()
    found = []
    for one in seen.standings:
        if one.arrived and one.due and one.late_from and today == one.late_from - timedelta(days=1):
            payload = {"run": seen.run, **one.as_dict(today)}
            found.append(_event("due", declared[one.dataset], seen.run, payload=payload))
    opened = {alert.key for alert in seen.settled.opened}
    for dataset, changes in seen.changes.items():
        for change in changes:
            if change.kind == "late" and f"{dataset}/{change.id}" in opened:
                found.append(_of_change("late", change, declared[dataset], seen.run))
            if change.kind == "release_moved":
                found.append(_of_change("moved", change, declared[dataset], seen.run))
    return (*found, *(_resolved(alert, seen.run, declared[alert.dataset]) for alert in seen.settled.closed if alert.dataset in declared))


def send(events: Sequence[DatasetEvent]) -> int:
    """Hand the events to Prefect, which sends them from a thread of its own; how many it took. Never raises."""
    sent = 0
    try:
        from prefect.events import emit_event

        for event in events:
            sent += emit_event(event.name, event.resource, related=list(event.related), payload=dict(event.payload)) is not None
    except Exception as error:  # whatever Prefect finds wrong with it, the run has ended and its record is written
        _LOG.warning("events: %s of %s were sent: %s: %s", sent, len(events), type(error).__name__, error)
    return sent


def _of_outcome(outcome: DatasetOutcome, record: RunRecord, dataset: Dataset | None) -> Iterator[DatasetEvent]:
    alarms = [change for change in outcome.changes if change["severity"] in _SEVERITIES]
    payload: dict[str, Any] = {
        "status": outcome.status,
        "run": record.run,
        "origin": record.origin,
        "rows": outcome.rows,
        "vintage": outcome.vintage,
        "snapshot": outcome.snapshot,
    }
    payload |= {"release": outcome.release, "reason": reason(outcome), "error": (outcome.error or {}).get("code")}
    kinds = list(dict.fromkeys(str(change["kind"]) for change in alarms))
    severities = [severity for severity in _SEVERITIES if any(change["severity"] == severity for change in alarms)]
    subject = dataset or outcome.dataset
    yield _event(outcome.status, subject, record.run, outcome.snapshot, kinds, severities, payload)
    if alarms:
        told = [
            {name: change.get(name) for name in ("id", "kind", "severity", "what", "column", "action")} for change in alarms[:_MOST_CHANGES]
        ]
        changed = {**payload, "changes": told, "more": len(alarms) - len(told)}
        yield _event("changed", subject, record.run, outcome.snapshot, kinds, severities, changed)


def _of_change(what: str, change: Change, dataset: Dataset, run: str) -> DatasetEvent:
    return _event(what, dataset, run, kinds=[change.kind], severities=[change.severity.word], payload={"run": run, **change.as_dict()})


def _resolved(alert: Alert, run: str, dataset: Dataset) -> DatasetEvent:
    payload = {"run": run, "id": alert.subject, "what": alert.what, "state": alert.state, "opened": alert.opened, "closed": alert.closed}
    return _event("resolved", dataset, run, alert.snapshot, [alert.kind], [alert.severity], payload)


def _ended_in(alert: Alert, started: str) -> bool:
    return alert.state in ("resolved", "accepted") and alert.closed >= started


def _event(
    what: str,
    dataset: Dataset | str,
    run: str,
    snapshot: str | None = None,
    kinds: Sequence[str] = (),
    severities: Sequence[str] = (),
    payload: Mapping[str, Any] | None = None,
) -> DatasetEvent:
    name = dataset if isinstance(dataset, str) else dataset.id
    resource = {"prefect.resource.id": f"{DATASET}.{name}", "prefect.resource.name": name, "evidence.dataset": name}
    related = [_related("run", run)]
    if snapshot:
        related.append(_related("snapshot", snapshot))
    if isinstance(dataset, Dataset):
        related += [_related("owner", dataset.owner), _related("theme", dataset.theme)]
    related += [_related("kind", kind) for kind in kinds] + [_related("severity", severity) for severity in severities]
    return DatasetEvent(f"{DATASET}.{what}", resource, tuple(related), payload or {})


def _related(role: str, name: str) -> Labels:
    return {"prefect.resource.id": f"evidence.{role}.{name}", "prefect.resource.role": role, "prefect.resource.name": name}
