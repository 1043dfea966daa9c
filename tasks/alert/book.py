"""The book of alerts: what is open, what was told through which channel, what a person decided. One JSON of the home, `state/alerts.json`.

Refuses to be written by two at once (`keeping` holds a lock), and to stop a run: a book that cannot be read is set aside and a new one begun.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from tasks.atomic import replace_json
from tasks.locks import lock
from warehouse.home import Home

AlertState = Literal["open", "declined", "resolved", "accepted", "passed"]
LIVE: tuple[AlertState, ...] = ("open", "declined")
DATABASE = ""  # stands in place of a dataset's id where the published file itself is the subject
_FORMAT = 1
_KEPT = timedelta(days=90)  # how long a closed alert is remembered: longer than any damping looks back
_WAIT = 60.0  # seconds; a book is held for milliseconds


@dataclass(frozen=True)
class Alert:
    """One change or failure of one dataset, from its opening to its end. Times are ISO 8601 in UTC.

    `passed`: told of one release, which has landed; nothing is left to be resolved.
    """

    dataset: str
    subject: str  # the id of a change, or the code of a failure
    kind: str  # the kind of the change, or the code of the failure
    severity: str  # warning, breaking, failure
    what: str
    held: bool
    opened: str
    seen: str
    run: str
    snapshot: str | None = None
    state: AlertState = "open"
    closed: str = ""
    person: str = ""  # who declined or accepted
    reason: str = ""
    openings: tuple[str, ...] = ()  # within the time that damping looks back
    count: int = 1  # openings in all
    silent: bool = False  # comes and goes, and that was told
    message: str = ""  # the id of the message that tells of it; '' while none does
    told: Mapping[str, str] = field(default_factory=dict)  # channel -> when it was delivered

    @property
    def key(self) -> str:
        return f"{self.dataset}/{self.subject}"

    @property
    def live(self) -> bool:
        return self.state in LIVE


@dataclass
class Book:
    """All alerts by key, and for each dataset which changes its last landed snapshot had."""

    alerts: dict[str, Alert] = field(default_factory=dict)
    landed: dict[str, dict[str, Any]] = field(default_factory=dict)  # dataset -> {snapshot, changes}

    def of(self, dataset: str) -> list[Alert]:
        """The alerts of one dataset that are open or declined."""
        return [alert for alert in self.alerts.values() if alert.dataset == dataset and alert.live]

    def put(self, alert: Alert) -> None:
        """Enter an alert, over its earlier state."""
        self.alerts[alert.key] = alert


def read_book(home: Home) -> Book:
    """The book as it stands. A book that cannot be read is an empty one here; `keeping` sets it aside."""
    return _load(home) or Book()


@contextmanager
def keeping(home: Home, now: datetime) -> Iterator[Book]:
    """The book, to be changed while the block runs; written at its end, unless the block raises. Raises `lock.busy`."""
    with lock(home, "alerts", "the book of alerts", wait=_WAIT):
        book = _load(home)
        if book is None:
            _set_aside(home, now)
            book = Book()
        yield book
        oldest = (now - _KEPT).isoformat(timespec="seconds")
        kept = {key: asdict(alert) for key, alert in sorted(book.alerts.items()) if alert.live or alert.closed >= oldest}
        replace_json(_path(home), {"format": _FORMAT, "alerts": kept, "landed": book.landed})


def record_told(home: Home, message: str, channel: str, now: datetime) -> None:
    """Enter that a message was delivered through a channel. Raises `lock.busy`."""
    with keeping(home, now) as book:
        for alert in [alert for alert in book.alerts.values() if alert.message == message]:
            book.put(replace(alert, told={**alert.told, channel: now.isoformat(timespec="seconds")}))


def open_alerts(home: Home) -> list[Alert]:
    """What is open or declined: held first, then failures, then the rest; oldest first within each."""
    return sorted((alert for alert in read_book(home).alerts.values() if alert.live), key=_urgency)


def declined(home: Home, held: Iterable[str]) -> dict[str, Alert]:
    """Of these held datasets, those whose hold a person has looked at and declined in whole: dataset -> one of its declined alerts."""
    alerts = [alert for alert in read_book(home).alerts.values() if alert.live and alert.held]
    undecided = {alert.dataset for alert in alerts if alert.state == "open"}
    decided = {alert.dataset: alert for alert in alerts if alert.state == "declined"}
    return {dataset: alert for dataset, alert in decided.items() if dataset in set(held) - undecided}


def said_of(alert: Alert) -> str:
    """'declined by Ada on 2026-11-20: the reason', for status lines."""
    return f"declined by {alert.person} on {alert.closed[:10]}: {alert.reason}"


def _urgency(alert: Alert) -> tuple[bool, bool, bool, str]:
    return (alert.state == "declined", not alert.held, alert.severity != "failure", alert.opened)


def _path(home: Home) -> Any:
    return home.state / "alerts.json"


def _load(home: Home) -> Book | None:
    """The book; an empty one where there is none yet; None where it cannot be read."""
    try:
        stored = json.loads(_path(home).read_text(encoding="utf-8"))
        if stored["format"] != _FORMAT:
            return None
        alerts = {key: Alert(**{**alert, "openings": tuple(alert["openings"])}) for key, alert in stored["alerts"].items()}
        return Book(alerts, dict(stored["landed"]))
    except FileNotFoundError:
        return Book()
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _set_aside(home: Home, now: datetime) -> None:
    path = _path(home)
    path.replace(path.with_name(f"alerts.unreadable-{now:%Y%m%dT%H%M%SZ}.json"))
