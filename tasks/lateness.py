"""Is a release late? Each dataset's declared calendar held against the releases that have come, without a server and without a fetch.

A release has come when a snapshot of it is kept, landed or held: what is held or failed is told as that. The day of a release is the publisher's
own, where a snapshot states it, else the day on which it was fetched. What the publisher announces of the next counts before the calendar. Refuses
to call late what has no calendar, what has never been fetched here, and what is known from the shipped sample alone.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from expectations.calendar import LONDON, Calendar, Due, day
from expectations.change import OF_TIME, Change
from tasks.atomic import replace_json
from tasks.lateness_announced import due_of, earliest, noted
from tasks.locks import lock
from tasks.snapshot import Snapshot, snapshot_from_dict
from warehouse.home import Home
from warehouse.lake import vintages

if TYPE_CHECKING:  # `evidence status` shows how all stand and has no time to load the models
    from expectations.declaration import Dataset

_NEWEST = 5  # manifests that are looked at: the newest may be a replay of an old file
_EARLY_AT_MOST = 7  # days by which a release may come before its day and still be that release; a quarter of its rhythm where that is less
_REACHES = (timedelta(days=40), timedelta(days=400), timedelta(days=366 * 12))
_FORMAT = 1
_STATED = re.compile(r"(?<!\d)(\d{4}-\d{2}-\d{2})(?!\d)")


@dataclass(frozen=True)
class Arrival:
    """The newest release that has come: on which day, and when its publisher says that the next one comes."""

    on: date
    next_release: Due | None = None


@dataclass(frozen=True)
class Standing:
    """How one dataset stands to its calendar. `due` is the release that is awaited, now or next; None where none is announced."""

    dataset: str
    announced: bool
    due: Due | None = None
    late_from: date | None = None
    arrived: date | None = None
    moved_from: Due | None = None  # where this look found the day of the awaited release moved
    by_publisher: bool = False  # whether the publisher announces this release, and not the calendar alone

    def late(self, today: date) -> bool:
        return self.arrived is not None and self.late_from is not None and today >= self.late_from

    def awaited(self, today: date) -> bool:
        """Whether a look is worth it today: a release may have come that is not here, and is not late yet."""
        if self.arrived is None:
            return True
        return self.due is not None and self.due.opens <= today and not self.late(today)

    @property
    def ended(self) -> bool:
        """Whether the declared dates are over: nobody would notice that the next release is missing."""
        return self.announced and self.due is None

    def said(self, today: date) -> str:
        """'due 24 Nov 2026', 'awaited since 24 Nov 2026', 'late by 3 days', 'no calendar'."""
        if self.due is None:
            return "declared dates are over" if self.announced else "no calendar"
        if not self.late(today):
            return f"{'awaited since' if self.arrived and self.due.by < today else 'due'} {self.due.said}"
        days = (today - self.due.by).days
        return f"late by {days} day{'s' if days != 1 else ''}"

    def as_dict(self, today: date) -> dict[str, Any]:
        """For programs. Days are ISO dates."""
        return {
            "dataset": self.dataset,
            "said": self.said(today),
            "announced": self.announced,
            "by_publisher": self.by_publisher,
            "due_from": self.due.opens.isoformat() if self.due else None,
            "due": self.due.by.isoformat() if self.due else None,
            "late_from": self.late_from.isoformat() if self.late_from else None,
            "late": self.late(today),
            "arrived": self.arrived.isoformat() if self.arrived else None,
        }


def stands(dataset: Dataset, home: Home, today: date) -> Standing:
    """How a dataset stands today. Raises `lake.damaged`."""
    release = dataset.release
    return standing(dataset.id, release.calendar, release.late_after_days or 0, arrival(dataset.id, home), today)


def standing(dataset: str, calendar: Calendar, late_after: int, arrived: Arrival | None, today: date) -> Standing:
    """How a dataset stands, from its calendar and the newest release that has come."""
    if arrived is None:
        return Standing(dataset, calendar.announced, calendar.next(today))
    due = _first_missing(calendar, arrived.on, today)
    announced = arrived.next_release
    if announced and announced.by > arrived.on and not (due and _within(due, announced)):
        due = announced
    late_from = due.by + timedelta(days=late_after) if due else None
    return Standing(
        dataset, calendar.announced or due is not None, due, late_from, arrived.on, by_publisher=due is not None and due is announced
    )


def arrival(dataset: str, home: Home) -> Arrival | None:
    """The newest release of a dataset that is kept here, with what was announced last of the next. None where there is none but the sample's.

    Raises `lake.damaged`.
    """
    found = [_arrival_of(snapshot) for snapshot in _newest_snapshots(dataset, home) if snapshot.origin == "live"]
    landed = vintages(home, dataset)
    if landed:
        snapshot = _read(home.manifest(dataset, landed[-1].snapshot))  # None where it was forgotten: then the vintage is all there is
        if snapshot is None or snapshot.origin != "sample":
            known = _london(landed[-1].known_from)
            found.append(_arrival_of(snapshot, known) if snapshot else Arrival(known))
    newest = max(found, key=lambda one: one.on, default=None)
    said = noted(home, dataset)
    return replace(newest, next_release=due_of(said)) if newest and said is not None else newest


def look(datasets: Iterable[Dataset], home: Home, today: date) -> tuple[Standing, ...]:
    """How these datasets stand, and which awaited release has moved since the last look; remembers it for the next. Raises `lock.busy`."""
    found = [stands(dataset, home, today) for dataset in datasets]
    with lock(home, "calendar", "looking at the calendar"):
        before = _stored(home)
        found = [replace(one, moved_from=_moved_from(one, before.get(one.dataset))) for one in found]
        _store({**before, **{one.dataset: _memory(one) for one in found}}, home)
    return tuple(found)


def remember(found: Iterable[Standing], home: Home) -> None:
    """Keep how datasets stand after a run: what came in it, and what no look has seen yet. A day that moved is left for the next look to find.

    Raises `lock.busy`.
    """
    with lock(home, "calendar", "remembering the calendar"):
        before = _stored(home)
        new = {one.dataset: _memory(one) for one in found if before.get(one.dataset, {}).get("arrived", "") != _iso(one.arrived)}
        if new:
            _store({**before, **new}, home)


def remembered(home: Home, today: date) -> dict[str, Standing]:
    """How the datasets stood at the last look or run: for those who have no time to read calendars. What has become stale is left out."""
    found = {}
    for dataset, one in _stored(home).items():
        due = Due(date.fromisoformat(one["due_from"]), date.fromisoformat(one["due"])) if one.get("due") else None
        late_from, arrived = (date.fromisoformat(one[name]) if one.get(name) else None for name in ("late_from", "arrived"))
        if due is None or arrived or due.by >= today:
            found[dataset] = Standing(dataset, bool(one.get("announced")), due, late_from, arrived)
    return found


def late_change(one: Standing) -> Change:
    """The change of kind `late`: the same on every day until the release comes, so that it is told once."""
    assert one.due is not None and one.late_from is not None
    allowed = (one.late_from - one.due.by).days
    what = (
        f"The release due {one.due.said} has not come; it counts as late since {day(one.late_from)}, "
        f"{allowed} day{'s' if allowed != 1 else ''} after its last day."
    )
    evidence = {"due": one.due.by.isoformat(), "late_from": one.late_from.isoformat(), "last_release": _iso(one.arrived)}
    return Change("late", OF_TIME["late"][1], what, evidence=evidence, subject=one.due.by.isoformat())


def moved_change(one: Standing) -> Change:
    """The change of kind `release_moved`."""
    assert one.due is not None and one.moved_from is not None
    what = f"The release that was due {one.moved_from.said} is now due {one.due.said}."
    before, after = one.moved_from.by.isoformat(), one.due.by.isoformat()
    return Change("release_moved", OF_TIME["release_moved"][1], what, before=before, after=after, subject=before)


def _first_missing(calendar: Calendar, arrived: date, today: date) -> Due | None:
    """The first due release that the newest arrival does not answer."""
    for reach in _REACHES:
        dues = calendar.dues(arrived, max(arrived, today) + reach)
        for due in dues:
            if arrived < due.opens - timedelta(days=_early(calendar, due)):
                return due
    return None


def _early(calendar: Calendar, due: Due) -> int:
    before = calendar.last(due.opens)
    return min(_EARLY_AT_MOST, (due.opens - before.opens).days // 4 if before else _EARLY_AT_MOST)


def _newest_snapshots(dataset: str, home: Home) -> list[Snapshot]:
    folder = home.manifest(dataset, "any").parent
    try:
        with os.scandir(folder) as found:
            files = sorted(
                (entry.stat().st_mtime_ns, entry.path) for entry in found if entry.name.endswith(".json") and entry.name[0] != "."
            )
    except OSError:
        return []
    read = (_read(path) for _, path in files[-_NEWEST:])
    return [snapshot for snapshot in read if snapshot is not None]


def _read(path: str | Path) -> Snapshot | None:
    try:
        with open(path, encoding="utf-8") as file:
            return snapshot_from_dict(json.load(file))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _arrival_of(snapshot: Snapshot, otherwise: date | None = None) -> Arrival:
    """When the snapshot's release came out: the newest day that it states and that was not to come yet when it was fetched."""
    fetched = _london(snapshot.fetched_at) if snapshot.fetched_at else (otherwise or date.min)
    stated = [when for when in map(_day, _STATED.findall(snapshot.release)) if when and when <= fetched]
    return Arrival(max(stated, default=otherwise or fetched), due_of(earliest(part.labels for part in snapshot.parts)))


def _london(time: str) -> date:
    return datetime.fromisoformat(time).astimezone(LONDON).date()


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _iso(when: date | None) -> str | None:
    return when.isoformat() if when else None


# -- what the last look saw ----------------------------------------------------------------------------------------------


def _moved_from(now: Standing, before: Mapping[str, Any] | None) -> Due | None:
    """The day on which the awaited release was due at the last look, where it is another now and nothing has come in between."""
    if not before or not before.get("due") or now.due is None or now.arrived is None or before.get("arrived") != _iso(now.arrived):
        return None
    was = Due(date.fromisoformat(before["due_from"]), date.fromisoformat(before["due"]))
    return None if _within(was, now.due) or _within(now.due, was) else was


def _within(one: Due, other: Due) -> bool:
    """Whether the one lies within the other: a month that becomes a day of it, or the other way, has not moved."""
    return other.opens <= one.opens and one.by <= other.by


def _memory(one: Standing) -> dict[str, Any]:
    return {
        "due_from": _iso(one.due.opens) if one.due else None,
        "due": _iso(one.due.by) if one.due else None,
        "late_from": _iso(one.late_from),
        "arrived": _iso(one.arrived),
        "announced": one.announced,
    }


def _path(home: Home) -> Path:
    return home.state / "calendar.json"


def _store(entries: Mapping[str, Any], home: Home) -> None:
    replace_json(_path(home), {"format": _FORMAT, "datasets": entries})


def _stored(home: Home) -> dict[str, Any]:
    try:
        stored = json.loads(_path(home).read_text(encoding="utf-8"))
        return dict(stored["datasets"]) if stored["format"] == _FORMAT else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
