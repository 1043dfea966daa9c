"""Which alerts the end of a run opens and closes: one alert a change and dataset, until it is resolved, accepted or declined.

Only the final outcome of a run counts, so that a retry that heals is silent. Refuses to conclude from what a run did not look at: a fetch that failed
resolves no change, and a held snapshot says nothing of the checks that come after.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from expectations.change import OF_TIME
from tasks.alert.book import Alert, Book
from tasks.record import DatasetOutcome

FLAPPING = timedelta(days=30)  # what opens again within this time of its last opening comes and goes
STAYS = timedelta(days=3)  # after which something that comes and goes is told again, if it stays
TOLD_OPENINGS = 2  # the second opening is told as one that comes and goes; later ones are silent
Why = Literal["new", "comes and goes", "worse", "again", "stays", "untold"]

# A service that is down shows now as one of these and now as another: one trouble, one alert.
OUTAGE = {"fetch.unreachable", "fetch.timeout", "fetch.truncated", "fetch.rate_limited", "fetch.server_error"}
# Kinds held against the last landed table: once the release has landed there is nothing to wait for.
PASSING = {
    "empty", "test_rows", "repeated_release", "table_repeated", "truncated", "not_data", "rows_fell", "rows_rose", "period_added", "period_removed",
    "area_missing", "area_added", "area_doubled", "history_revised", "values_redefined", "coverage_break",
    "suppression_moved", "unit_rescaled", "layout_moved", "rows_rejected",
}  # fmt: skip
_RANK = {"info": 0, "warning": 1, "breaking": 2, "failure": 2}
# How far a run came, by the area of the code that ended it. What lies beyond was not looked at.
_STAGES = {"fetch": 0, "archive": 1, "read": 2, "shape": 2, "contract": 3, "tidy": 4, "check": 5, "land": 6, "lake": 6}
_HELD, _ELSEWHERE, _GOOD = 4, 7, 8


@dataclass(frozen=True)
class Opening:
    """An alert that people are to be told of now, and why now."""

    alert: Alert
    why: Why


@dataclass(frozen=True)
class News:
    """What one run has to tell of one dataset: what opened, and what closed and was told before."""

    outcome: DatasetOutcome
    opened: tuple[Opening, ...] = ()
    closed: tuple[Alert, ...] = ()


def follow(book: Book, outcome: DatasetOutcome, run: str, now: datetime, accepted: tuple[str, str] | None = None) -> News | None:
    """Bring the book up to date with one outcome; what people are to be told, None where there is nothing new.

    `accepted` is who accepted this very snapshot, and why.
    """
    time = now.isoformat(timespec="seconds")
    facts = _facts(outcome, time, run)
    opened = []
    for fact in facts.values():
        alert, why = opening_of(book.alerts.get(fact.key), fact, now)
        if outcome.status == "landed" and _passes(alert):
            alert = replace(alert, state="passed", closed=time)
        book.put(alert)
        if why:
            opened.append(Opening(alert, why))
    closed = []
    for alert in book.of(outcome.dataset):
        if alert.key in facts or alert.kind in OF_TIME:  # the calendar's own alerts end where the release comes: tasks/alert/watched.py
            continue
        if not _gone(alert, outcome, book):
            book.put(_released(alert, outcome))
            continue
        ended = replace(alert, state="resolved", closed=time)
        if accepted:  # what a person accepted is not over: it is how the dataset is from now on
            ended = replace(alert, state="accepted", closed=time, person=accepted[0], reason=accepted[1])
        book.put(ended)
        if _worth_telling(alert, accepted is not None):
            closed.append(ended)
    if outcome.good and "examine" in outcome.steps:
        book.landed[outcome.dataset] = {"snapshot": outcome.snapshot, "changes": [fact.subject for fact in facts.values()]}
    return News(outcome, tuple(opened), tuple(closed)) if opened or closed else None


def _facts(outcome: DatasetOutcome, time: str, run: str) -> dict[str, Alert]:
    """What the outcome itself shows to be there, as alerts that have just opened."""
    facts = []
    for change in outcome.changes if _looked_at_changes(outcome) else ():
        if change["severity"] in ("warning", "breaking") and not _just_accepted(change):
            held = change.get("action") == "hold"
            facts.append(
                Alert(
                    outcome.dataset,
                    change["id"],
                    change["kind"],
                    change["severity"],
                    change["what"],
                    held,
                    time,
                    time,
                    run,
                    outcome.snapshot,
                )
            )
    if outcome.error:
        code = outcome.error["code"]
        subject, what = "outage" if code in OUTAGE else code, f"{outcome.error['title']}: {outcome.error['found']}"
        facts.append(Alert(outcome.dataset, subject, code, "failure", what, False, time, time, run, outcome.snapshot))
    return {fact.key: replace(fact, openings=(time,)) for fact in facts}


def opening_of(before: Alert | None, fact: Alert, now: datetime) -> tuple[Alert, Why | None]:
    """The alert with what was seen now, and why people are to be told, None where they are not."""
    if before is None:
        return fact, "new"
    if not before.live:
        recent = tuple(time for time in before.openings if now - datetime.fromisoformat(time) <= FLAPPING)
        again = replace(fact, openings=(*recent, fact.opened), count=before.count + 1, silent=len(recent) >= TOLD_OPENINGS)
        return again, None if again.silent else "comes and goes" if recent else "new"
    now_seen = replace(
        before, kind=fact.kind, severity=fact.severity, what=fact.what, held=fact.held, seen=fact.seen, run=fact.run, snapshot=fact.snapshot
    )
    if before.state == "declined":  # it stays declined while it lasts, whatever snapshot shows it; worse is another matter
        if _RANK[fact.severity] <= _RANK[before.severity]:
            return replace(now_seen, severity=before.severity), None
        return replace(now_seen, state="open", closed="", message="", told={}), "again"
    if (fact.held and not before.held) or _RANK[fact.severity] > _RANK[before.severity]:
        return replace(now_seen, silent=False), "worse"
    if before.silent:
        stays = now - datetime.fromisoformat(before.opened) >= STAYS
        return replace(now_seen, silent=not stays), "stays" if stays else None
    return now_seen, None if before.message else "untold"


def _gone(alert: Alert, outcome: DatasetOutcome, book: Book) -> bool:
    """Whether the outcome shows that what the alert tells of is there no more."""
    if alert.severity == "failure":
        return _STAGES.get(alert.kind.split(".")[0], _ELSEWHERE) < _reached(outcome)
    if _looked_at_changes(outcome):
        return True
    if outcome.status != "unchanged":
        return False
    changes = _changes_of_landed(outcome, book)  # the publisher is back at what landed last, with the changes that it had
    return alert.held if changes is None else alert.subject not in changes


def _released(alert: Alert, outcome: DatasetOutcome) -> Alert:
    """An alert that stays: where its dataset is back at what has landed, it holds nothing any more."""
    return replace(alert, held=False) if alert.held and outcome.good else alert


def _looked_at_changes(outcome: DatasetOutcome) -> bool:
    """Whether the run compared what arrived. A step that raised leaves no changes behind, whatever had been found."""
    return "examine" in outcome.steps and (outcome.status != "failed" or bool(outcome.changes or outcome.checks))


def _changes_of_landed(outcome: DatasetOutcome, book: Book) -> list[str] | None:
    known: Mapping[str, object] = book.landed.get(outcome.dataset, {})
    # The book is JSON: what stands under "changes" is a list of ids, which the annotation cannot say.
    return list(known["changes"]) if known and known["snapshot"] == outcome.snapshot else None  # type: ignore[call-overload]


def _just_accepted(change: Mapping[str, object]) -> bool:
    return change.get("action") != "hold" and str(change.get("because", "")).startswith("accepted by ")


def _passes(alert: Alert) -> bool:
    return alert.kind in PASSING and not alert.held


def _worth_telling(alert: Alert, by_hand: bool) -> bool:
    """Whether an end is worth a message: its opening was told. What comes and goes, and what a person declined, ends in silence, unless by hand."""
    if not alert.message or alert.silent or _passes(alert):
        return False
    return by_hand or (alert.state == "open" and len(alert.openings) < TOLD_OPENINGS)


def _reached(outcome: DatasetOutcome) -> int:
    if outcome.error:
        return _STAGES.get(outcome.error["code"].split(".")[0], 0)
    return _GOOD if outcome.good else _HELD
