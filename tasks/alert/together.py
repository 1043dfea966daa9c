"""One trouble of many datasets is one message: a service that is down, a full disk.

Refuses to put changes together: each release is a message of its own, because each is decided on its own.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from tasks.alert.failing import MOST_ITEMS
from tasks.alert.message import Background, Message, identity_of
from tasks.alert.render import Block, Item, as_html, as_text, one_line
from tasks.alert.state import News

_MOST_LETTERS = 200


@dataclass(frozen=True)
class Told:
    """News of one dataset, and what a message needs to know beside it."""

    news: News
    background: Background


def grouped(told: Sequence[Told], route: dict[str, Hashable]) -> list[list[Told]]:
    """The news in groups of one message each, in their order. `route` says by owner where messages go: what goes elsewhere stays apart."""
    groups: dict[Hashable, list[Told]] = defaultdict(list)
    for one in told:
        trouble = _only_trouble(one.news)
        groups[(trouble, route[one.background.owner]) if trouble else one.news.outcome.dataset].append(one)
    return list(groups.values())


def compose_together(group: Sequence[Told], run: str) -> Message:
    """The one message of a trouble, or of its end, that several datasets share."""
    failed = bool(group[0].news.opened)
    names = [one.news.outcome.dataset for one in group]
    if failed:
        error = group[0].news.outcome.error or {}
        title = f"Failed: {len(group)} datasets: {one_line(error.get('title', 'they failed'))}"
        lead = "What is in service stays as it is; nothing new was landed of these."
        items = [Item(_trouble(one.news), one.news.outcome.dataset) for one in group]
        rest = [Block(f"To do: {error['to_do']}")] if error.get("to_do") else []
        commands = [("Try again", f"evidence run {' '.join(names)}")]
    else:
        title = f"Resolved: {len(group)} datasets: all is well again"
        lead = "What was reported of these is over, and nothing is left to do."
        items = [Item(one_line(one.news.closed[0].what, _MOST_LETTERS), one.news.outcome.dataset) for one in group]
        rest, commands = [], []
    commands.append(("See how all stands", "evidence status"))
    identity = hashlib.sha256("\n".join(sorted(identity_of(one.news) for one in group)).encode()).hexdigest()[:16]
    blocks = [Block(lead), Block("", tuple(items[:MOST_ITEMS]), max(0, len(items) - MOST_ITEMS)), *rest, Block(commands=tuple(commands))]
    foot = Block(f"Run {run}, alert {identity}.", brief=False, small=True)
    event = "failed" if failed else "resolved"
    facts = {
        "event": event,
        "dataset": "",
        "datasets": names,
        "owner": group[0].background.owner,
        "run": run,
        "failures": [dict(one.news.outcome.error) for one in group if one.news.outcome.error],
        "commands": [command for _, command in commands],
    }
    return Message(
        identity, event, group[0].background.owner, title, as_text([*blocks, foot]), as_html([*blocks, foot]), as_html(blocks, True), facts
    )


def _only_trouble(news: News) -> tuple[str, bool] | None:
    """(which failure, whether it began) where the news is one failure that began or ended, and nothing else."""
    if len(news.opened) == 1 and not news.closed and news.opened[0].alert.severity == "failure" and news.opened[0].why == "new":
        return news.opened[0].alert.subject, True
    if len(news.closed) == 1 and not news.opened and news.closed[0].severity == "failure" and news.outcome.good:
        return news.closed[0].subject, False
    return None


def _trouble(news: News) -> str:
    error = news.outcome.error or {}
    return one_line(", ".join(str(error[name]) for name in ("found", "where") if error.get(name)), _MOST_LETTERS)
