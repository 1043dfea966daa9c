"""One look at the calendar and at the pipeline itself: what is due, late or moved, what is wrong, and who is told.

The same for `evidence watch`, its scheduled flow, and the end of a run, which says that a late release has come. Refuses to fetch: a look costs no
publisher anything.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from expectations.calendar import LONDON
from expectations.change import Change
from expectations.declaration import Dataset
from expectations.errors import EvidenceError
from tasks import health, lateness
from tasks.alert.book import Alert, open_alerts, read_book
from tasks.alert.watched import PIPELINE, Fact, Settled, settle
from tasks.health import Trouble
from tasks.lateness import Standing
from tasks.record import RunRecord, new_run
from warehouse.home import Home

HASHED_A_LOOK = 10  # parts of the archive, at random: a year of daily looks sees most of an archive
SERVER_CODES = {"pipeline.run_late", "pipeline.run_crashed"}  # only a server knows of these
_LOG = logging.getLogger("evidence")


@dataclass(frozen=True)
class Seen:
    """What one look saw, and what it told. `problem` says why nobody could be told, '' where all went well."""

    run: str
    now: datetime
    standings: tuple[Standing, ...]
    troubles: tuple[Trouble, ...]
    settled: Settled = field(default_factory=Settled)
    problem: str = ""

    @property
    def late(self) -> tuple[Standing, ...]:
        today = self.now.astimezone(LONDON).date()
        return tuple(one for one in self.standings if one.late(today))

    @property
    def moved(self) -> tuple[Standing, ...]:
        return tuple(one for one in self.standings if one.moved_from)

    @property
    def summary(self) -> str:
        """'1 late, 2 findings of the pipeline', 'nothing is late, and the pipeline is well'."""
        if not self.late and not self.troubles:
            return "nothing is late, and the pipeline is well"
        counts = {"late": len(self.late), f"finding{'s' if len(self.troubles) != 1 else ''} of the pipeline": len(self.troubles)}
        return ", ".join(f"{count} {what}" for what, count in counts.items() if count)

    @property
    def changes(self) -> dict[str, tuple[Change, ...]]:
        """The changes of kind `late` and `release_moved`, by dataset."""
        found: dict[str, tuple[Change, ...]] = {one.dataset: (lateness.late_change(one),) for one in self.late}
        for one in self.moved:
            found[one.dataset] = (*found.get(one.dataset, ()), lateness.moved_change(one))
        return found

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        today = self.now.astimezone(LONDON).date()
        return {
            "run": self.run,
            "good": not self.late and not self.troubles,
            "datasets": [one.as_dict(today) for one in self.standings],
            "changes": {dataset: [change.as_dict() for change in changes] for dataset, changes in self.changes.items()},
            "pipeline": [trouble.as_dict() for trouble in self.troubles],
            "opened": [alert.key for alert in self.settled.opened],
            "closed": [alert.key for alert in self.settled.closed],
            "not_delivered": self.settled.failed,
            "problem": self.problem,
        }


def watch(
    home: Home,
    datasets: Sequence[Dataset],
    now: datetime,
    of_server: Iterable[Trouble] | None = None,
    tell: Callable[[str], Any] = lambda text: None,
) -> Seen:
    """Look once, and tell what is new. `datasets` are all that are on a schedule; `of_server` what a server said, None where none was asked.

    Never raises `EvidenceError` for what it could not tell: the look itself is worth having. Raises `lake.damaged`.
    """
    tell("Reading the calendar")
    today = now.astimezone(LONDON).date()
    standings = lateness.look(datasets, home, today)
    tell("Looking at the pipeline")
    troubles = (*health.troubles(home, standings, now), *_sample_of_archive(home), *(of_server or ()))
    seen = Seen(new_run(now), now, standings, troubles)
    declared = {dataset.id: dataset.owner for dataset in datasets}
    facts = [*_late_facts(seen, declared), *map(_fact, troubles)]

    def scope(alert: Alert) -> bool:
        if alert.dataset == PIPELINE:
            return of_server is not None or alert.kind not in SERVER_CODES
        return alert.kind == "late" and alert.dataset in declared

    try:
        moved = {one.dataset for one in seen.moved}
        return replace(seen, settled=settle(facts, scope, declared, home, seen.run, now, moved))
    except EvidenceError as error:
        return replace(seen, problem=f"{error.found} [{error.code}]")


def after_run(record: RunRecord, datasets: Sequence[Dataset], home: Home, now: datetime) -> tuple[Alert, ...]:
    """Remember when the next release of each dataset of a run is due, and say which late ones have come: the closed alerts.

    Never raises `EvidenceError`: the data has landed.
    """
    try:
        today = now.astimezone(LONDON).date()
        standings = {dataset.id: lateness.stands(dataset, home, today) for dataset in datasets}
        lateness.remember(standings.values(), home)
        if record.origin != "live":
            return ()
        book = read_book(home)
        declared = {dataset.id: dataset.owner for dataset in datasets if any(alert.kind == "late" for alert in book.of(dataset.id))}
        if not declared:
            return ()
        seen = Seen(record.run, now, tuple(standings[dataset] for dataset in declared), ())
        done = settle(
            _late_facts(seen, declared), lambda alert: alert.kind == "late" and alert.dataset in declared, declared, home, record.run, now
        )
        return tuple(done.closed)
    except (EvidenceError, OSError) as error:
        _LOG.error("alerts: run %s could not look at the calendar: %s", record.run, error)
        return ()


def _late_facts(seen: Seen, owners: dict[str, str]) -> list[Fact]:
    found = ((one.dataset, lateness.late_change(one)) for one in seen.late)
    return [
        Fact(dataset, change.id, change.kind, change.severity.word, change.what, owner=owners.get(dataset, "*"))
        for dataset, change in found
    ]


def _fact(trouble: Trouble) -> Fact:
    return Fact(PIPELINE, f"{trouble.code}:{trouble.subject}", trouble.code, "failure", f"{trouble.title}: {trouble.found}.", trouble.to_do)


def _sample_of_archive(home: Home) -> tuple[Trouble, ...]:
    """A few parts at random, and all that were damaged at an earlier look: an alert ends only where its part was looked at again."""
    parts = health.archive_parts(home)
    known = {alert.subject.partition(":")[2] for alert in open_alerts(home) if alert.kind.startswith("archive.")}
    again = [part for part in parts if (part.sha256[:12] or part.used[0][1]) in known]
    others = [part for part in parts if part not in again]
    return (*health.damaged(home, again), *health.damaged(home, others, HASHED_A_LOOK))
