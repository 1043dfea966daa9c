"""Forget a snapshot: remove the bytes that a publisher has withdrawn (personal data) from archive, lake and quarantine, and leave a tombstone.

Pointer first, bytes last: a process that is killed leaves less than was there, and the same order finishes it. What the run records and the book of
alerts quote of its cells is blanked too. Refuses to take the only vintage of a dataset, or the bytes that another snapshot has too, unless asked.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from expectations.errors import EvidenceError
from tasks import seen
from tasks.alert.book import keeping
from tasks.atomic import replace_json
from tasks.decisions import accepted_parts, keep_only
from tasks.land import withdraw
from tasks.locks import lock
from tasks.proposal import clear_proposal, read_proposal
from tasks.record import DatasetOutcome, RunRecord, clear_hold, read_hold, read_records
from tasks.snapshot import Snapshot, snapshot_from_dict
from tasks.tombstone import Tombstone, bury
from warehouse.home import Home
from warehouse.lake import vintages

BLANKED = "forgotten by order"
_SHORTEST = 6  # letters of an id that may stand for the whole


@dataclass(frozen=True)
class Plan:
    """What is to go: the snapshots named, and, where shared bytes go too, the snapshots that share them."""

    snapshots: tuple[Snapshot, ...]
    shared: Mapping[str, tuple[str, ...]]  # SHA-256 of a part that stays -> the snapshots ('dataset id') that have it too
    last: tuple[str, ...]  # datasets that would be left without a vintage


@dataclass(frozen=True)
class _Told:
    """The time in which a vintage was the newest of its dataset, ISO 8601; `until` '' where it still is."""

    dataset: str
    since: str
    until: str

    def covers(self, dataset: str, record: RunRecord) -> bool:
        times = [datetime.fromisoformat(time) if time else None for time in (self.since, record.finished, record.started, self.until)]
        since, finished, started, until = times
        later = bool(since and finished and finished.replace(microsecond=999_999) >= since)
        return dataset == self.dataset and later and (until is None or bool(started and started <= until))


@dataclass(frozen=True)
class Forgotten:
    """What went."""

    tombstones: tuple[Tombstone, ...]
    bytes_removed: int
    records_blanked: int


def plan(home: Home, snapshot: str, with_shared: bool = False) -> Plan:
    """What forgetting the snapshot (its id, or the beginning of it) takes. Raises `forget.no_such_snapshot`."""
    everything = list(_manifests(home))
    named = {one.id for one in everything if one.id.startswith(snapshot) and len(snapshot) >= _SHORTEST}
    if len(named) != 1:
        found = f"{snapshot}: {len(named)} snapshots begin so" if named else f"{snapshot}{_gone_already(home, snapshot)}"
        raise EvidenceError("forget.no_such_snapshot", where=str(home.archive), expected="the id of one snapshot", found=found)
    gone = [one for one in everything if one.id in named]
    while with_shared:
        hashes = {part.sha256 for one in gone for part in one.parts}
        more = [one for one in everything if one not in gone and any(part.sha256 in hashes for part in one.parts)]
        if not more:
            break
        gone += more
    stay = [one for one in everything if one not in gone]
    hashes = {part.sha256 for one in gone for part in one.parts}
    shared = {
        sha: names
        for sha in sorted(hashes)
        if (names := tuple(f"{one.dataset} {one.id}" for one in stay if any(part.sha256 == sha for part in one.parts)))
    }
    return Plan(tuple(gone), shared, _left_without(home, gone))


def forget(home: Home, chosen: Plan, reason: str, person: str, yes: bool = False) -> Forgotten:
    """Remove what the plan names. Raises `forget.no_reason`, and `forget.only_vintage` where a dataset would lose its only vintage, unless `yes`."""
    if not reason.strip() or not person.strip():
        raise EvidenceError("forget.no_reason", found=f"reason {reason!r}, person {person!r}", expected="a reason and a person")
    if chosen.last and not yes:
        raise EvidenceError(
            "forget.only_vintage", found=", ".join(chosen.last), expected="another vintage of it, or --yes", dataset=chosen.last[0]
        )
    now = datetime.now(UTC)
    with ExitStack() as locks:
        for dataset in sorted({one.dataset for one in chosen.snapshots}):
            locks.enter_context(lock(home, f"ingest.{dataset}", f"forgetting a snapshot of {dataset}"))
        told = _told_of(home, chosen.snapshots)
        tombstones = tuple(_take(home, one, chosen.shared, reason.strip(), person.strip(), now) for one in chosen.snapshots)
        removed = sum(_remove(home.part(sha)) for sha in _hashes(chosen.snapshots) - set(chosen.shared))
    ids = {one.id for one in chosen.snapshots}
    _blank_alerts(home, ids, now)
    return Forgotten(tombstones, removed, _blank_records(home, ids, told))


def _take(home: Home, snapshot: Snapshot, shared: Iterable[str], reason: str, person: str, now: datetime) -> Tombstone:
    """Take one snapshot out of everything but the shared bytes: tombstone first, then the lake, the quarantine and the manifest."""
    dataset, stays = snapshot.dataset, set(shared)
    landed = [vintage for vintage in vintages(home, dataset) if vintage.snapshot == snapshot.id]
    parts = tuple(
        {"name": part.name, "sha256": part.sha256, "bytes": part.size, "removed": part.sha256 not in stays} for part in snapshot.parts
    )
    ids = tuple(vintage.id for vintage in landed)
    time = now.isoformat(timespec="seconds")
    tombstone = Tombstone(dataset, snapshot.id, time, person, reason, snapshot.fetched_at, snapshot.release, parts, ids)
    bury(home, tombstone)
    withdraw(home, dataset, snapshot.id)
    for run in {vintage.run for vintage in landed}:
        _remove(home.discarded(dataset, run))
    hold = read_hold(home, dataset)
    if hold and hold.snapshot == snapshot.id:
        clear_hold(home, dataset)
    _unquote(home, snapshot)
    seen.forget(home, dataset, snapshot.id)
    _remove(home.manifest(dataset, snapshot.id))
    return tombstone


def _unquote(home: Home, snapshot: Snapshot) -> None:
    """Remove what waits for a person and quotes its cells: the contract proposed of it, and what was accepted of it in parts."""
    proposal = read_proposal(home, snapshot.dataset)
    if proposal and proposal.snapshot == snapshot.id:
        clear_proposal(home, snapshot.dataset)
    parts = accepted_parts(home, snapshot.dataset)
    keep_only(home, snapshot.dataset, {change for change, one in parts.items() if one.snapshot != snapshot.id})


def _left_without(home: Home, gone: Sequence[Snapshot]) -> tuple[str, ...]:
    ids = {one.id for one in gone}
    left = []
    for dataset in sorted({one.dataset for one in gone}):
        landed = vintages(home, dataset)
        if landed and all(vintage.snapshot in ids for vintage in landed):
            left.append(dataset)
    return tuple(left)


def _gone_already(home: Home, snapshot: str) -> str:
    """Who took a snapshot of this id out before, and when; '' where nobody did."""
    for path in sorted((home.archive / "forgotten").glob("*/*.json")):
        if len(snapshot) >= _SHORTEST and path.name.startswith(snapshot):
            stone = json.loads(path.read_text(encoding="utf-8"))
            return f", which {stone['person']} took out of {stone['dataset']} on {stone['forgotten_at'][:10]}: {stone['reason']}"
    return ""


def _manifests(home: Home) -> Iterable[Snapshot]:
    for path in sorted((home.archive / "manifests").glob("*/*.json")):
        if not path.name.startswith("."):
            yield snapshot_from_dict(json.loads(path.read_text(encoding="utf-8")))


def _hashes(snapshots: Iterable[Snapshot]) -> set[str]:
    return {part.sha256 for one in snapshots for part in one.parts}


def _told_of(home: Home, gone: Sequence[Snapshot]) -> list[_Told]:
    """The times in which runs held what came against what is to go, and may quote it."""
    ids = {one.id for one in gone}
    told = []
    for dataset in {one.dataset for one in gone}:
        landed = sorted(vintages(home, dataset), key=lambda vintage: vintage.landed_at)
        for vintage, after in zip(landed, [*landed[1:], None], strict=False):
            if vintage.snapshot in ids:
                told.append(_Told(dataset, vintage.landed_at, after.landed_at if after else ""))
    return told


def _blank_records(home: Home, snapshots: set[str], told: Sequence[_Told]) -> int:
    """Blank what run records quote of the snapshots' cells; how many records did."""
    blanked = 0
    for record in read_records(home):
        outcomes = tuple(
            _blanked(outcome) if outcome.snapshot in snapshots or any(one.covers(outcome.dataset, record) for one in told) else outcome
            for outcome in record.outcomes
        )
        if outcomes != record.outcomes:
            replace_json(home.run(record.run), replace(record, outcomes=outcomes).as_dict())
            blanked += 1
    return blanked


def _blanked(outcome: DatasetOutcome) -> DatasetOutcome:
    changes = tuple(_without_cells(change) for change in outcome.changes)
    error = {**outcome.error, "found": BLANKED} if outcome.error else None
    return replace(outcome, changes=changes, checks={}, error=error)


def _without_cells(change: Mapping[str, Any]) -> dict[str, Any]:
    return {**change, "what": f"{change['kind']} ({BLANKED})", "before": None, "after": None, "evidence": {}}


def _blank_alerts(home: Home, snapshots: set[str], now: datetime) -> None:
    """Blank what the book of alerts quotes."""
    with keeping(home, now) as book:
        for alert in [alert for alert in book.alerts.values() if alert.snapshot in snapshots]:
            book.put(replace(alert, what=f"{alert.kind} ({BLANKED})"))


def _remove(path: Path) -> int:
    """Remove a file; the bytes that it had."""
    try:
        size = path.stat().st_size
        path.unlink()
    except FileNotFoundError:
        return 0
    return size
