"""Thin the kept states of datasets as their declarations say: a daily register keeps one state a month of what is old.

Tombstone first, then the pointer of the lake, bytes last: a process that is killed leaves less than was there, and the next thinning finishes it.
Refuses to take what is in force, the newest state, a held snapshot, one that a contract, a decision or an open alert names, and bytes that another
snapshot has too. What was thinned may come again; what a person ordered forgotten may not (`tasks/forget.py`).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from expectations import contract as contracts
from expectations.calendar import LONDON
from expectations.declaration import Dataset
from expectations.errors import EvidenceError
from expectations.retention import Retention
from tasks import seen
from tasks.alert.book import read_book
from tasks.decisions import accepted_parts
from tasks.land import take_out
from tasks.locks import lock
from tasks.proposal import read_proposal
from tasks.record import read_hold
from tasks.snapshot import Snapshot, snapshot_from_dict
from tasks.tombstone import Tombstone, bury
from warehouse.home import Home
from warehouse.lake import Vintage, vintages
from warehouse.table import Delivery

BY = "the declaration"  # who orders it
_LOG = logging.getLogger("evidence")


@dataclass(frozen=True)
class Thinning:
    """What goes, or went, of one dataset: landed states, archived snapshots, and the bytes that both have on disk."""

    dataset: str
    rule: str
    vintages: tuple[Vintage, ...] = ()
    snapshots: tuple[Snapshot, ...] = ()
    bytes: int = 0

    def __bool__(self) -> bool:
        return bool(self.vintages or self.snapshots)

    @property
    def said(self) -> str:
        """'12 states and 40 snapshots, 310.4 MB (one state a month of what is older than 400 days)'."""
        counted = [(len(self.vintages), "landed state"), (len(self.snapshots), "archived snapshot")]
        named = " and ".join(f"{count:,} {word}{'' if count == 1 else 's'}" for count, word in counted if count)
        return f"{named}, {self.bytes / 1024**2:,.1f} MB ({self.rule})"


def plan(dataset: Dataset, home: Home, accepted: Path, today: date) -> Thinning:
    """What is to be taken out of a dataset today. Changes nothing. Raises `lake.damaged`."""
    rule = dataset.retention
    if not rule.thins:
        return Thinning(dataset.id, rule.said)
    landed, kept = vintages(home, dataset.id), _named(dataset.id, home, accepted)
    stays = _stays(landed, dataset.delivery, rule, kept, today)
    gone = tuple(vintage for vintage in landed if vintage.id not in stays)
    in_use = kept | {vintage.snapshot for vintage in landed if vintage.id in stays}
    snapshots = tuple(one for one in _snapshots(home, dataset.id) if one.id not in in_use and rule.old(_day(one.fetched_at), today))
    bytes_of_lake = sum(file.bytes for vintage in gone for file in vintage.files)
    bytes_of_archive = sum(_size(home.part(sha)) for sha in _own_parts(home, snapshots)) if snapshots else 0
    return Thinning(dataset.id, rule.said, gone, snapshots, bytes_of_lake + bytes_of_archive)


def thin(datasets: Iterable[Dataset], home: Home, accepted: Path, now: datetime | None = None) -> tuple[Thinning, ...]:
    """Take out what the declarations of these datasets no longer keep. A dataset that another process is at waits for the next time."""
    now = now or datetime.now(UTC)
    return tuple(done for dataset in datasets if dataset.retention.thins and (done := _thin(dataset, home, accepted, now)))


def _thin(dataset: Dataset, home: Home, accepted: Path, now: datetime) -> Thinning | None:
    try:
        with lock(home, f"ingest.{dataset.id}", f"thinning {dataset.id}", wait=0):
            found = plan(dataset, home, accepted, now.astimezone(LONDON).date())
            if found:
                _take(found, home, now)
            return found or None
    except EvidenceError as error:  # what cannot be thinned today stays a day longer, and holds nothing back
        _LOG.warning("%s: not thinned: %s: %s", dataset.id, error.code, error.found)
        return None


def _take(found: Thinning, home: Home, now: datetime) -> None:
    own = _own_parts(home, found.snapshots)
    ids = {vintage.id for vintage in found.vintages}
    for snapshot in found.snapshots:
        bury(home, _tombstone(found, snapshot, own, now))
    stay = take_out(home, found.dataset, lambda vintage: vintage.id in ids, f"thinning {found.dataset}")
    for run in {vintage.run for vintage in found.vintages} - {vintage.run for vintage in stay}:
        home.discarded(found.dataset, run).unlink(missing_ok=True)
    for snapshot in found.snapshots:
        seen.forget(home, found.dataset, snapshot.id)
        home.manifest(found.dataset, snapshot.id).unlink(missing_ok=True)
    for sha in own:
        home.part(sha).unlink(missing_ok=True)


def _stays(landed: Sequence[Vintage], delivery: Delivery, rule: Retention, named: set[str], today: date) -> set[str]:
    """The ids of the vintages that are kept."""
    newest = {rule.span(_day(vintage.known_from)): vintage.id for vintage in landed}  # they come oldest first
    stays = set(newest.values())
    for index, vintage in enumerate(landed):
        current = _supplies(vintage, landed[index + 1 :], delivery)
        if current or vintage.snapshot in named or not rule.old(_day(vintage.known_from), today):
            stays.add(vintage.id)
    return stays


def _supplies(vintage: Vintage, later: Sequence[Vintage], delivery: Delivery) -> bool:
    """Whether the current table has a period of this vintage: its newest, or the last that has the period."""
    if delivery == "full" or not later:
        return not later
    return not set(vintage.periods) <= {period for other in later for period in other.periods}


def _named(dataset: str, home: Home, accepted: Path) -> set[str]:
    """The snapshots that a hold, a contract, a decision, a proposal or a live alert names."""
    hold, contract, proposal = read_hold(home, dataset), contracts.load(dataset, accepted), read_proposal(home, dataset)
    found = {one.snapshot for one in (hold, contract, proposal) if one is not None}
    found |= {one.snapshot for one in (contract.changes if contract else ())}
    found |= {one.snapshot for one in accepted_parts(home, dataset).values()}
    alerts = [alert for alert in read_book(home).alerts.values() if alert.dataset == dataset]
    return found | {alert.snapshot for alert in alerts if alert.snapshot and (alert.live or alert.person)}


def _snapshots(home: Home, dataset: str) -> list[Snapshot]:
    folder = home.manifest(dataset, "any").parent
    return [_snapshot(path) for path in sorted(folder.glob("*.json")) if not path.name.startswith(".")]


def _snapshot(path: Path) -> Snapshot:
    return snapshot_from_dict(json.loads(path.read_text(encoding="utf-8")))


def _own_parts(home: Home, gone: Sequence[Snapshot]) -> set[str]:
    """The parts that these snapshots alone have, of all that is archived."""
    ids = {(one.dataset, one.id) for one in gone}
    manifests = [path for path in (home.archive / "manifests").glob("*/*.json") if not path.name.startswith(".")]
    stay = (_snapshot(path) for path in manifests if (path.parent.name, path.stem) not in ids)
    used = {part.sha256 for one in stay for part in one.parts}
    return {part.sha256 for one in gone for part in one.parts} - used


def _tombstone(found: Thinning, snapshot: Snapshot, own: set[str], now: datetime) -> Tombstone:
    parts = tuple({"name": part.name, "sha256": part.sha256, "bytes": part.size, "removed": part.sha256 in own} for part in snapshot.parts)
    ids = tuple(vintage.id for vintage in found.vintages if vintage.snapshot == snapshot.id)
    time = now.isoformat(timespec="seconds")
    reason = f"retention: {found.rule}"
    return Tombstone(found.dataset, snapshot.id, time, BY, reason, snapshot.fetched_at, snapshot.release, parts, ids, may_return=True)


def _day(time: str) -> date:
    return datetime.fromisoformat(time).astimezone(LONDON).date()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
