"""Is the pipeline itself well? Disk, published file, locks, outbox, archive, and whether every dataset was looked at when it should have been.

Needs no server. Each trouble has a code of the catalogue and is the same from look to look, so that it is told once. Refuses to mend anything:
a check that changes what it looks at hides what was wrong.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import socket
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import psutil
from filelock import FileLock, Timeout

from expectations.calendar import LONDON, is_working_day
from expectations.errors import CATALOGUE
from tasks.alert import outbox
from tasks.lateness import Standing
from tasks.record import DatasetStatus, read_record, read_status
from warehouse.home import Home
from warehouse.lake import vintages

LEAST_FREE = 2 * 1024**3  # bytes
LONGEST_HOLD = timedelta(hours=6)
LONGEST_WAIT = timedelta(hours=1)  # of a message in the outbox
LOOKED_AT_WITHIN = timedelta(days=8)  # every dataset is looked at once a week, awaited or not
RELEASE_TIME = time(9, 30)
MOST_APART = 3  # datasets that were not looked at and are told one by one
GRACE = timedelta(hours=6)  # after a release's time, for queues and retries
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Trouble:
    """One thing that is wrong. `subject` tells it from others of the same code, over all looks; `found` may say more each time."""

    code: str
    subject: str
    found: str
    dataset: str = ""
    todo: str = ""

    @property
    def title(self) -> str:
        return CATALOGUE[self.code].title

    @property
    def to_do(self) -> str:
        return (self.todo or CATALOGUE[self.code].remedy).replace("DATASET", self.dataset or "DATASET")

    def as_dict(self) -> dict[str, str]:
        return {
            "code": self.code,
            "title": self.title,
            "subject": self.subject,
            "dataset": self.dataset,
            "found": self.found,
            "to_do": self.to_do,
        }


def troubles(home: Home, standings: Iterable[Standing], now: datetime) -> tuple[Trouble, ...]:
    """Everything that is wrong and is cheap to see. `standings` are those of the scheduled datasets."""
    standings = tuple(standings)
    return (
        *disk(home), *database(home), *locks(home, now), *waiting(home, now), *not_looked_at(home, standings, now), *ended_calendars(standings),
    )  # fmt: skip


def disk(home: Home) -> Iterator[Trouble]:
    """Room for a landing and a publish, which builds the database a second time."""
    try:
        free = shutil.disk_usage(home.root).free
    except OSError:
        return
    size = home.database.stat().st_size if home.database.exists() else 0
    least = max(LEAST_FREE, 2 * size)
    if free < least:
        yield Trouble("pipeline.disk_nearly_full", "disk", f"{_bytes(free)} are free under {home.root}; a publish may need {_bytes(least)}")


def database(home: Home) -> Iterator[Trouble]:
    """The published file opens, and its tables can be counted."""
    if not home.database.exists():
        return
    import duckdb

    try:
        with duckdb.connect(str(home.database), read_only=True) as connection:
            connection.execute("select count(*) from duckdb_columns()").fetchone()
    except duckdb.Error as error:
        yield Trouble("pipeline.database_unreadable", "database", f"{home.database}: {str(error).splitlines()[0]}")


def locks(home: Home, now: datetime) -> Iterator[Trouble]:
    """Locks whose holder has died, or has held them for longer than any work takes."""
    for note in sorted((home.state / "locks").glob("*.holder")):
        try:
            held = json.loads(note.read_text(encoding="utf-8"))
            since, what, pid, host = datetime.fromisoformat(held["since"]), str(held["what"]), int(held["pid"]), str(held["host"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
        about = f"lock {note.stem}, taken for {what} by process {pid} on {host} at {_minute(held['since'])}"
        if host == socket.gethostname() and not psutil.pid_exists(pid):
            still = "; it is still held" if not _free(note.with_suffix(".lock")) else "; the lock itself is free"
            yield Trouble("pipeline.lock_abandoned", note.stem, about + still)
        elif now - since > LONGEST_HOLD:
            yield Trouble("pipeline.lock_held_long", note.stem, about)


def waiting(home: Home, now: datetime) -> Iterator[Trouble]:
    """Messages that do not get out, by channel."""
    oldest: dict[str, list[outbox.Entry]] = defaultdict(list)
    for entry in outbox.entries(home):
        if now - datetime.fromisoformat(entry.written) > LONGEST_WAIT:
            oldest[entry.channel].append(entry)
    for channel, entries in oldest.items():
        first = entries[0]
        said = f": {first.error}" if first.error else ""
        yield Trouble("pipeline.outbox_stuck", channel, f"{len(entries)} for channel {channel}, since {_minute(first.written)}{said}")


def not_looked_at(home: Home, standings: Iterable[Standing], now: datetime) -> Iterator[Trouble]:
    """Datasets whose last run is older than the last look that their calendar wanted. What was never run live is not expected to be.

    Many at once are one trouble: then it is the schedule that is not served.
    """
    known = read_status(home)
    live: dict[str, bool] = {}
    found: list[tuple[str, str]] = []
    for one in standings:
        status = known.get(one.dataset)
        if status is None or not _live(status, home, live):
            continue
        wanted = wanted_since(one, now)
        if datetime.fromisoformat(status.finished) < wanted:
            found.append((one.dataset, f"last look {_minute(status.finished)}, wanted by {_minute(wanted.isoformat())}"))
    if len(found) > MOST_APART:
        said = "; ".join(f"{dataset}: {what}" for dataset, what in found[:MOST_APART])
        yield Trouble("pipeline.run_missing", "schedule", f"{len(found)} datasets: {said}; and {len(found) - MOST_APART} more")
        return
    for dataset, what in found:
        yield Trouble("pipeline.run_missing", dataset, f"{dataset}: {what}", dataset)


def wanted_since(one: Standing, now: datetime) -> datetime:
    """Since when a run should have ended: the last release time while a release is awaited, else a week ago."""
    latest = now - LOOKED_AT_WITHIN
    if one.due is None or not one.awaited(now.astimezone(LONDON).date()):
        return latest
    when = (now - GRACE).astimezone(LONDON)
    while not (is_working_day(when.date()) and when.time() >= RELEASE_TIME):
        when = datetime.combine(when.date() - timedelta(days=1), time(23, 59), LONDON)
        if when.date() < one.due.opens:
            return latest
    return max(latest, datetime.combine(when.date(), RELEASE_TIME, LONDON)) if when.date() >= one.due.opens else latest


def ended_calendars(standings: Iterable[Standing]) -> Iterator[Trouble]:
    """Datasets whose declared dates are all over."""
    for one in standings:
        if one.ended:
            yield Trouble("pipeline.calendar_over", one.dataset, f"{one.dataset}: no declared release date lies ahead", one.dataset)


# -- the archive ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ArchivePart:
    """Bytes that manifests name: their hash, and where each is part of: (dataset, snapshot, name of the part)."""

    sha256: str
    used: tuple[tuple[str, str, str], ...]


def archive_parts(home: Home) -> tuple[ArchivePart, ...]:
    """Every part that a manifest of this home names, by hash."""
    used: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for manifest in sorted((home.archive / "manifests").glob("*/[!.]*.json")):
        try:
            stored = json.loads(manifest.read_text(encoding="utf-8"))
            for part in stored["parts"]:
                used[str(part["sha256"])].append((str(stored["dataset"]), str(stored["id"]), str(part["name"])))
        except (OSError, ValueError, KeyError, TypeError):
            used[""].append((manifest.parent.name, manifest.stem, manifest.name))
    return tuple(ArchivePart(sha256, tuple(where)) for sha256, where in sorted(used.items()))


def damaged(
    home: Home, parts: Iterable[ArchivePart], most: int | None = None, tell: Callable[[str], Any] = lambda text: None
) -> Iterator[Trouble]:
    """Hash the parts again (`most` of them, chosen at random) and name what differs, with the vintages that rest on it."""
    chosen = list(parts)
    if most is not None and len(chosen) > most:
        chosen = random.sample(chosen, most)
    for count, part in enumerate(chosen, start=1):
        tell(f"Hashing part {count} of {len(chosen)}")
        code, found = _examined(part, home)
        if code:
            dataset, snapshot, name = part.used[0]
            more = f" and {len(part.used) - 1} more" if len(part.used) > 1 else ""
            rests = _resting_on(part, home)
            depends = f"vintages that rest on it: {', '.join(rests)}" if rests else "no vintage rests on it"
            yield Trouble(
                code, part.sha256[:12] or snapshot, f"{name} of {dataset}, snapshot {snapshot}{more}: {found}; {depends}", dataset
            )


def _examined(part: ArchivePart, home: Home) -> tuple[str, str]:
    """(code, what was found) of a part that is not as it was kept; ('', '') of a good one."""
    import pyarrow as pa

    if not part.sha256:
        return "archive.damaged", "the manifest cannot be read"
    try:
        path = home.part(part.sha256)
        digest = hashlib.sha256()
        with pa.input_stream(str(path), compression="zstd") as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
    except FileNotFoundError:
        return "archive.missing", "its bytes are gone"
    except (OSError, ValueError, pa.ArrowException) as error:
        return "archive.damaged", f"its bytes cannot be read ({str(error).splitlines()[0][:120]})"
    if digest.hexdigest() != part.sha256:
        return "archive.damaged", f"its bytes have SHA-256 {digest.hexdigest()[:12]}…, not {part.sha256[:12]}…"
    return "", ""


def _resting_on(part: ArchivePart, home: Home) -> list[str]:
    from expectations.errors import EvidenceError

    found = []
    for dataset, snapshot in dict.fromkeys((dataset, snapshot) for dataset, snapshot, _ in part.used):
        try:
            found += [f"{dataset} {vintage.id}" for vintage in vintages(home, dataset) if vintage.snapshot == snapshot]
        except EvidenceError:
            found.append(f"{dataset} (its list of vintages cannot be read)")
    return found


def _live(status: DatasetStatus, home: Home, known: dict[str, bool]) -> bool:
    if status.run not in known:
        record = read_record(status.run, home)
        known[status.run] = record is not None and record.origin == "live"
    return known[status.run]


def _free(path: Path) -> bool:
    """Whether the operating system holds no lock on this file."""
    if not os.path.exists(path):
        return True
    lock = FileLock(path, timeout=0, fallback_to_soft=False, thread_local=False)
    try:
        lock.acquire()
    except (Timeout, OSError):
        return False
    lock.release()
    return True


def _minute(time: str) -> str:
    """'2026-11-20 09:30', in London."""
    return f"{datetime.fromisoformat(time).astimezone(LONDON):%Y-%m-%d %H:%M}"


def _bytes(count: int) -> str:
    return f"{count / 1024**3:,.1f} GB"
