"""Decide about what is held: to keep the last good table, and to be asked no more; or, in the book alone, to accept a part of it.

Refuses to lift the hold, to decline what is not held, and to decline without a reason. What was declined stays declined while it lasts, whatever
snapshot shows it; it is asked about again when it becomes worse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from expectations.contract import Acceptance
from expectations.errors import EvidenceError
from tasks.alert.book import Alert, Book, keeping
from tasks.record import Hold, read_holds
from warehouse.home import Home


def decline(which: str | Sequence[str], home: Home, reason: str, person: str, now: datetime) -> list[Alert]:
    """Decline everything that holds a dataset, or single changes by their ids. Returns the declined alerts.

    Raises `decline.nothing_held` where one of the names is neither, `decline.no_reason`.
    """
    if not reason.strip() or not person.strip():
        raise EvidenceError("decline.no_reason", found=f"reason {reason!r}, person {person!r}", expected="a reason and a person")
    names = [which] if isinstance(which, str) else list(which)
    holds = read_holds(home)
    chosen = [(hold, change) for hold in holds for change in _holding(hold) if {hold.dataset, change["id"]} & set(names)]
    unknown = [name for name in names if not any(name in (hold.dataset, change["id"]) for hold, change in chosen)]
    if unknown:
        held = sorted(hold.dataset for hold in holds)
        raise EvidenceError(
            "decline.nothing_held",
            found=", ".join(unknown),
            expected=f"one of {', '.join(held)}, or the id of what holds it" if held else "something held; nothing is",
        )
    time = now.isoformat(timespec="seconds")
    declined = []
    with keeping(home, now) as book:
        for hold, change in chosen:
            known = _known(book, hold, change)
            declined.append(replace(known, state="declined", closed=time, person=person.strip(), reason=reason.strip()))
            book.put(declined[-1])
    return declined


def enter_accepted(home: Home, dataset: str, accepted: Sequence[Acceptance]) -> None:
    """Enter in the book that a person accepted changes of a snapshot that waits for others: they are no open alerts any more."""
    with keeping(home, datetime.now(UTC)) as book:
        for one in accepted:
            alert = book.alerts.get(f"{dataset}/{one.change}")
            if alert and alert.live:
                book.put(replace(alert, state="accepted", closed=one.at, person=one.person, reason=one.reason))


def _known(book: Book, hold: Hold, change: dict[str, object]) -> Alert:
    """The alert of a held change as the book has it, or as it would have opened."""
    seen = _alert(hold, change)
    before = book.alerts.get(seen.key)
    return replace(before, snapshot=hold.snapshot, held=True) if before and before.live else seen


def _holding(hold: Hold) -> list[dict[str, object]]:
    """The changes for which a snapshot is held; all of them where there is no contract yet."""
    return [dict(change) for change in hold.changes if change.get("action") == "hold"] or [dict(change) for change in hold.changes]


def _alert(hold: Hold, change: dict[str, object]) -> Alert:
    """A held change of which the book does not know: the sample, and what was held before alerts were kept."""
    identity, kind, severity, what = (str(change[name]) for name in ("id", "kind", "severity", "what"))
    return Alert(
        hold.dataset, identity, kind, severity, what, True, hold.since, hold.since, hold.run, hold.snapshot, openings=(hold.since,)
    )
