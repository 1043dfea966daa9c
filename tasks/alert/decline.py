"""Decline what is held: a person decides to keep the last good table, and is not asked again about this snapshot.

Refuses to lift the hold, to decline what is not held, and to decline without a reason. The decision ends when the publisher sends another snapshot.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from expectations.errors import EvidenceError
from tasks.alert.book import Alert, keeping
from tasks.record import Hold, read_holds
from warehouse.home import Home


def decline(which: str, home: Home, reason: str, person: str, now: datetime) -> list[Alert]:
    """Decline everything that holds a dataset, or one change by its id. Returns the declined alerts.

    Raises `decline.nothing_held`, `decline.no_reason`.
    """
    if not reason.strip() or not person.strip():
        raise EvidenceError("decline.no_reason", found=f"reason {reason!r}, person {person!r}", expected="a reason and a person")
    chosen = [(hold, change) for hold in read_holds(home) for change in _holding(hold) if which in (hold.dataset, change["id"])]
    if not chosen:
        held = sorted(hold.dataset for hold in read_holds(home))
        raise EvidenceError(
            "decline.nothing_held", found=which, expected=f"one of {', '.join(held)}" if held else "something held; nothing is"
        )
    time = now.isoformat(timespec="seconds")
    declined = []
    with keeping(home, now) as book:
        for hold, change in chosen:
            seen = _alert(hold, change)
            before = book.alerts.get(seen.key)
            known = replace(before, snapshot=hold.snapshot, held=True) if before and before.live else seen
            declined.append(replace(known, state="declined", closed=time, person=person.strip(), reason=reason.strip()))
            book.put(declined[-1])
    return declined


def _holding(hold: Hold) -> list[dict[str, object]]:
    """The changes for which a snapshot is held; all of them where there is no contract yet."""
    return [dict(change) for change in hold.changes if change.get("action") == "hold"] or [dict(change) for change in hold.changes]


def _alert(hold: Hold, change: dict[str, object]) -> Alert:
    """A held change of which the book does not know: the sample, and what was held before alerts were kept."""
    identity, kind, severity, what = (str(change[name]) for name in ("id", "kind", "severity", "what"))
    return Alert(
        hold.dataset, identity, kind, severity, what, True, hold.since, hold.since, hold.run, hold.snapshot, openings=(hold.since,)
    )
