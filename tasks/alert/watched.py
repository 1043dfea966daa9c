"""Alerts of what no run brings: a release that is late, and trouble of the pipeline itself. One alert each until it is over, and the end is said.

The same book, outbox and channels as the alerts of a run. Refuses to close what the look did not look at: `scope` says which alerts it answers for.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from expectations.errors import EvidenceError
from tasks.alert import outbox
from tasks.alert.book import Alert, Book, keeping
from tasks.alert.channels import Channels, load_channels
from tasks.alert.failing import MOST_ITEMS
from tasks.alert.message import Message
from tasks.alert.render import Block, Item, as_html, as_text, one_line
from tasks.alert.state import opening_of
from warehouse.home import Home

PIPELINE = "pipeline"  # stands in place of a dataset's id where the pipeline itself is the subject
_MOST_LETTERS = 400


@dataclass(frozen=True)
class Fact:
    """Something that is so now and that people are to know of. `subject` tells it from others of the same dataset, over all looks."""

    dataset: str
    subject: str
    kind: str
    severity: str  # warning, failure
    what: str
    todo: str = ""
    owner: str = "*"


@dataclass
class Settled:
    """What one look opened and closed in the book, and what could not be sent: channel -> why."""

    opened: list[Alert] = field(default_factory=list)
    closed: list[Alert] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


def settle(
    facts: Sequence[Fact],
    scope: Callable[[Alert], bool],
    owners: Mapping[str, str],
    home: Home,
    run: str,
    now: datetime,
    moved: Collection[str] = (),
) -> Settled:
    """Bring the book up to date with what a look found, and tell what opened and what is over.

    `owners` routes what closes: dataset -> owner. `moved` are the datasets whose release is late no more because its day moved.
    Raises `lock.busy`, `alert.*` where the channels are set wrongly: the book is up to date then, and the next look tells.
    """
    channels, misset = _channels()
    done = Settled()
    with keeping(home, now) as book:
        opened = _open(facts, book, run, now)
        done.closed = _close({fact.dataset + "/" + fact.subject for fact in facts}, scope, book, now)
        done.opened = [alert for alert, _ in opened]
        for owner, group in _by_owner(opened):
            _write(_opening(group, owner), [alert for alert, _ in group], owner, book, channels, home, now)
        told = [alert for alert in done.closed if alert.message and not alert.silent]
        for owner, ended in _closed_by_owner(told, owners):
            _write(_ending(ended, owner, moved), ended, owner, book, channels, home, now, opens=False)
    if misset:
        raise misset
    if channels.channels:
        done.failed = outbox.flush(home, channels).failed
    return done


def _channels() -> tuple[Channels, EvidenceError | None]:
    try:
        return load_channels(), None
    except EvidenceError as error:
        return Channels(), error


def _open(facts: Sequence[Fact], book: Book, run: str, now: datetime) -> list[tuple[Alert, Fact]]:
    time, opened = now.isoformat(timespec="seconds"), []
    for fact in facts:
        seen = Alert(fact.dataset, fact.subject, fact.kind, fact.severity, fact.what, False, time, time, run, openings=(time,))
        alert, why = opening_of(book.alerts.get(seen.key), seen, now)
        book.put(alert)
        if why:
            opened.append((alert, fact))
    return opened


def _close(found: set[str], scope: Callable[[Alert], bool], book: Book, now: datetime) -> list[Alert]:
    closed = []
    for alert in [alert for alert in book.alerts.values() if alert.live and alert.key not in found and scope(alert)]:
        closed.append(replace(alert, state="resolved", closed=now.isoformat(timespec="seconds")))
        book.put(closed[-1])
    return closed


def _write(
    message: Message, alerts: Sequence[Alert], owner: str, book: Book, channels: Channels, home: Home, now: datetime, opens: bool = True
) -> None:
    to = channels.of(owner)
    outbox.put(message, to, home, now)
    for alert in alerts:
        # Without a channel nobody was told: the first look that has one tells it.
        book.put(replace(alert, message=message.id if to or not opens else "", told={}))


def _by_owner(opened: Sequence[tuple[Alert, Fact]]) -> list[tuple[str, list[tuple[Alert, Fact]]]]:
    groups: dict[tuple[str, bool], list[tuple[Alert, Fact]]] = defaultdict(list)
    for alert, fact in opened:
        groups[(fact.owner, alert.dataset == PIPELINE)].append((alert, fact))
    return [(owner, group) for (owner, _), group in groups.items()]


def _closed_by_owner(closed: Sequence[Alert], owners: Mapping[str, str]) -> list[tuple[str, list[Alert]]]:
    groups: dict[tuple[str, bool], list[Alert]] = defaultdict(list)
    for alert in closed:
        groups[(owners.get(alert.dataset, "*"), alert.dataset == PIPELINE)].append(alert)
    return [(owner, group) for (owner, _), group in groups.items()]


def _opening(group: Sequence[tuple[Alert, Fact]], owner: str) -> Message:
    alerts = [alert for alert, _ in group]
    pipeline = alerts[0].dataset == PIPELINE
    commands: tuple[tuple[str, str], ...]
    if pipeline:
        title = f"Pipeline: {_clause(alerts)}"
        lead = "What is in service stays as it is; the pipeline itself needs a person."
        commands = (("See what is wrong, and what to do", "evidence doctor"),)
    else:
        title = f"Late: {_named(alerts)}: {_clause(alerts)}"
        lead = (
            "The last release stays in service; nothing is wrong with it but its age. You will hear of it again when the release has come."
        )
        names = " ".join(dict.fromkeys(alert.dataset for alert in alerts))
        commands = (("Look whether it has come", f"evidence run {names}"), ("See what is due when", "evidence watch"))
    items = tuple(_item(alert, fact.todo, pipeline) for alert, fact in group[:MOST_ITEMS])
    blocks = [Block(lead), Block("", items, max(0, len(group) - MOST_ITEMS)), Block(commands=commands)]
    return _message("pipeline" if pipeline else "late", alerts, owner, title, blocks)


def _ending(alerts: Sequence[Alert], owner: str, moved: Collection[str]) -> Message:
    pipeline = alerts[0].dataset == PIPELINE
    came = "its day was moved" if {alert.dataset for alert in alerts} <= set(moved) else "the release that was late has come"
    title = f"Resolved: {'pipeline: ' + _clause(alerts) if pipeline else _named(alerts) + ': ' + came}"
    lead = "What was reported is over, and nothing is left to do."
    items = tuple(_item(alert, "", pipeline) for alert in alerts[:MOST_ITEMS])
    blocks = [
        Block(lead),
        Block("What is over:", items, max(0, len(alerts) - MOST_ITEMS)),
        Block(commands=(("See how all stands", "evidence status"),)),
    ]
    return _message("resolved", alerts, owner, title, blocks)


def _message(event: str, alerts: Sequence[Alert], owner: str, title: str, blocks: Sequence[Block]) -> Message:
    told = sorted(f"{alert.key}#{alert.count}#{alert.state}" for alert in alerts)
    identity = hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]
    foot = Block(f"Alert {identity}.", brief=False, small=True)
    facts = {
        "event": event,
        "dataset": alerts[0].dataset if len({alert.dataset for alert in alerts}) == 1 else "",
        "datasets": list(dict.fromkeys(alert.dataset for alert in alerts)),
        "owner": owner,
        "alerts": [
            {"id": alert.subject, "kind": alert.kind, "severity": alert.severity, "what": alert.what, "opened": alert.opened}
            for alert in alerts
        ],
    }
    whole = [*blocks, foot]
    return Message(identity, event, owner, one_line(title, 110), as_text(whole), as_html(whole), as_html(blocks, True), facts)


def _item(alert: Alert, todo: str, pipeline: bool) -> Item:
    said = f"{alert.what} {todo}".strip()
    return Item(one_line(said, _MOST_LETTERS), alert.kind if pipeline else alert.dataset, "" if pipeline else alert.subject)


def _named(alerts: Sequence[Alert]) -> str:
    names = list(dict.fromkeys(alert.dataset for alert in alerts))
    return names[0] if len(names) == 1 else f"{len(names)} datasets"


def _clause(alerts: Sequence[Alert]) -> str:
    if len(alerts) > 1:
        return f"{len(alerts)} {'findings' if alerts[0].dataset == PIPELINE else 'releases have not come'}"
    return alerts[0].what.split(";")[0].split(". ")[0].rstrip(".")
