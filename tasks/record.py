"""Run records: the one JSON of what a run did, the holds, and the status that both give.

The log, the alert, the page, the status command and the retry are all views of these. Refuses to be the truth twice: `state/status.json` is a view
of the records, made anew from them where it is missing or unreadable.
"""

from __future__ import annotations

import json
import os
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from tasks.atomic import replace_json
from tasks.locks import lock
from warehouse.home import Home

OutcomeStatus = Literal["landed", "unchanged", "held", "failed"]
GOOD: tuple[OutcomeStatus, ...] = ("landed", "unchanged")
_FORMAT = 1  # of status.json; another number there means: make it anew


@dataclass(frozen=True)
class DatasetOutcome:
    """What one run did with one dataset. `changes`, `checks` and `error` are the JSON forms of changes, suite result and coded error."""

    dataset: str
    status: OutcomeStatus
    rows: int | None = None
    vintage: str | None = None
    snapshot: str | None = None
    release: str = ""
    changes: tuple[Mapping[str, Any], ...] = ()
    checks: Mapping[str, Any] = field(default_factory=dict)
    error: Mapping[str, Any] | None = None
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # what the comparison inferred and what it could not compare
    steps: Mapping[str, float] = field(default_factory=dict)  # step -> seconds
    discarded: int = 0  # rows that were left out of what landed, and kept aside

    @property
    def good(self) -> bool:
        return self.status in GOOD


@dataclass(frozen=True)
class RunRecord:
    """One run. Times are ISO 8601 in UTC. `published` is the JSON form of what was published, None where nothing was."""

    run: str
    started: str
    finished: str
    origin: str  # live, sample, replay
    engine: str  # direct, prefect
    datasets: tuple[str, ...]  # as asked for, in order
    outcomes: tuple[DatasetOutcome, ...] = ()
    published: Mapping[str, Any] | None = None

    @property
    def good(self) -> bool:
        """Whether everything asked for landed or was unchanged."""
        return {outcome.dataset for outcome in self.outcomes if outcome.good} >= set(self.datasets)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Hold:
    """A snapshot that is archived and not landed. `since` is when the dataset was first held, and stays while it is held."""

    dataset: str
    snapshot: str
    since: str
    run: str
    changes: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class DatasetStatus:
    """How a dataset stands: its latest outcome in short, when it was last good, and since when it is held."""

    dataset: str
    status: OutcomeStatus
    run: str
    finished: str
    rows: int | None = None
    vintage: str | None = None
    snapshot: str | None = None
    changes: Mapping[str, int] = field(default_factory=dict)  # severity -> how many
    error: str = ""  # code and title
    warnings: int = 0
    last_good: str = ""  # when it last landed or was unchanged
    last_landed: str = ""
    held_since: str = ""
    discarded: int = 0  # rows left out of what the latest run landed


def new_run(now: datetime | None = None) -> str:
    """A run id: sortable by time, unlike any other."""
    return f"{(now or datetime.now(UTC)):%Y%m%dT%H%M%SZ}-{uuid.uuid4().hex[:6]}"


def write_record(record: RunRecord, home: Home) -> Path:
    """Write `runs/<run>.json`, over an earlier state of the same run where there is one, and bring the status up to date."""
    path = home.run(record.run)
    replace_json(path, record.as_dict())
    with lock(home, "status", f"the record of run {record.run}"):
        known = _stored_status(home)
        entries = _merged(known, [record]) if known is not None else _from_records(home)
        _store_status(home, entries)
    return path


def read_record(run: str, home: Home) -> RunRecord | None:
    """The record of one run; None where there is none that can be read."""
    return _read(home.run(run))


def read_records(home: Home, limit: int | None = None) -> list[RunRecord]:
    """The newest records first. A file that is no record is passed over: a record is written whole or not at all."""
    if not home.runs.is_dir():
        return []
    with os.scandir(home.runs) as found:
        files = [
            (entry.stat().st_mtime_ns, entry.path) for entry in found if entry.name.endswith(".json") and not entry.name.startswith(".")
        ]
    records = (_read(Path(path)) for _, path in sorted(files, reverse=True)[:limit])
    return [record for record in records if record is not None]


def read_status(home: Home) -> dict[str, DatasetStatus]:
    """How every dataset stands that a run has touched, by id."""
    entries = _stored_status(home)
    if entries is None:
        entries = _from_records(home)
    holds = {hold.dataset: hold.since for hold in read_holds(home)}
    return {dataset: DatasetStatus(**{**entry, "held_since": holds.get(dataset, "")}) for dataset, entry in sorted(entries.items())}


def write_hold(
    home: Home, dataset: str, snapshot: str, run: str, changes: Iterable[Mapping[str, Any]], now: datetime | None = None
) -> Hold:
    """Hold a snapshot. A dataset that is held already keeps its `since`, whichever snapshot is held now."""
    before = read_hold(home, dataset)
    since = before.since if before else (now or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="seconds")
    hold = Hold(dataset=dataset, snapshot=snapshot, since=since, run=run, changes=tuple(dict(change) for change in changes))
    replace_json(home.hold(dataset), asdict(hold))
    return hold


def clear_hold(home: Home, dataset: str) -> bool:
    """End a hold; whether there was one."""
    path = home.hold(dataset)
    held = path.exists()
    path.unlink(missing_ok=True)
    return held


def read_hold(home: Home, dataset: str) -> Hold | None:
    """The hold of a dataset; None where it is not held."""
    path = home.hold(dataset)
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return Hold(**{**stored, "changes": tuple(stored["changes"])})


def read_holds(home: Home) -> list[Hold]:
    """All holds, by dataset."""
    names = (
        sorted(path.stem for path in home.quarantine.glob("*.json") if not path.name.startswith(".")) if home.quarantine.is_dir() else []
    )
    return [hold for hold in (read_hold(home, name) for name in names) if hold is not None]


def _read(path: Path) -> RunRecord | None:
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        outcomes = tuple(_outcome(outcome) for outcome in stored["outcomes"])
        return RunRecord(**{**stored, "datasets": tuple(stored["datasets"]), "outcomes": outcomes})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _outcome(stored: Mapping[str, Any]) -> DatasetOutcome:
    return DatasetOutcome(
        **{**stored, "changes": tuple(stored["changes"]), "warnings": tuple(stored["warnings"]), "notes": tuple(stored.get("notes", ()))}
    )


def _status_path(home: Home) -> Path:
    return home.state / "status.json"


def _stored_status(home: Home) -> dict[str, dict[str, Any]] | None:
    try:
        stored = json.loads(_status_path(home).read_text(encoding="utf-8"))
        return dict(stored["datasets"]) if stored["format"] == _FORMAT else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _store_status(home: Home, entries: Mapping[str, Mapping[str, Any]]) -> None:
    replace_json(_status_path(home), {"format": _FORMAT, "datasets": entries})


def _from_records(home: Home) -> dict[str, dict[str, Any]]:
    return _merged({}, reversed(read_records(home)))


def _merged(entries: Mapping[str, Mapping[str, Any]], records: Iterable[RunRecord]) -> dict[str, dict[str, Any]]:
    """The entries with these records on top. A record that finished before what an entry tells moves nothing but what is still unknown."""
    merged = {dataset: dict(entry) for dataset, entry in entries.items()}
    for record in records:
        for outcome in record.outcomes:
            before = merged.get(outcome.dataset, {})
            entry = before if before and before["finished"] > record.finished else _entry(record, outcome)
            good = record.finished if outcome.good else ""
            landed = record.finished if outcome.status == "landed" else ""
            if entry["rows"] is None:  # what failed or is held still serves the rows of before
                entry["rows"] = before.get("rows")
            if outcome.status != "landed":  # the table in service is the one of before, with what was left out of it then
                entry["discarded"] = before.get("discarded", 0)
            entry["last_good"] = max(before.get("last_good", ""), good)
            entry["last_landed"] = max(before.get("last_landed", ""), landed)
            merged[outcome.dataset] = entry
    return merged


def _entry(record: RunRecord, outcome: DatasetOutcome) -> dict[str, Any]:
    return {
        "dataset": outcome.dataset,
        "status": outcome.status,
        "run": record.run,
        "finished": record.finished,
        "rows": outcome.rows,
        "vintage": outcome.vintage,
        "snapshot": outcome.snapshot,
        "changes": _by_severity(outcome.changes),
        "error": f"{outcome.error.get('code', '')} {outcome.error.get('title', '')}".strip() if outcome.error else "",
        "warnings": len(outcome.warnings),
        "discarded": outcome.discarded,
    }


def _by_severity(changes: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    return dict(sorted(Counter(str(change.get("severity", "info")) for change in changes).items()))
