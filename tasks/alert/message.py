"""One message from one run's news of one dataset: first the consequence, then what changed, then the commands.

Refuses to know more than the run record, the declaration and the lake's pointer say: a message made a week later would be the same.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tasks.alert.book import DATABASE, Alert
from tasks.alert.failing import MOST_ITEMS, MOST_LETTERS, blocks_of_failure, counted_rows
from tasks.alert.render import Block, Item, as_html, as_text, one_line
from tasks.alert.state import FLAPPING, STAYS, News, Opening

_MOST_IN_CHAT = 3
_MOST_IN_TITLE = 110
_MOST_NAMED = 3  # of what rests on a dataset; the JSON has all
_LONDON = ZoneInfo("Europe/London")
_WORDS = {"held": "Held", "failed": "Failed", "changed": "Changed", "resolved": "Resolved", "accepted": "Accepted"}
_PLURALS = {"strategy figure": "figures of the strategy", "table": "tables of the mart", "view": "views of the mart"}
_SEVERITIES = {"failure": 0, "breaking": 1, "warning": 2}


@dataclass(frozen=True)
class Background:
    """What a message needs to know beside the outcome. `last_*` describe the table in service; '' and None where there is none."""

    title: str
    why: str = ""
    owner: str = "*"
    last_landed: str = ""
    last_rows: int | None = None
    last_release: str = ""
    held_since: str = ""
    place: str = "Birmingham"
    rests_on_it: tuple[tuple[str, str], ...] = ()  # what is built on the dataset: (kind, title), most telling first


@dataclass(frozen=True)
class Message:
    """One message, in every form. `id` is the same however often it is sent: a receiver may drop what it has."""

    id: str
    event: str  # held, failed, changed, resolved, accepted, channel, test
    owner: str
    title: str
    text: str
    html: str
    chat: str
    facts: Mapping[str, Any]


def compose(news: News, background: Background, run: str) -> Message:
    """The one message of what a run has to tell of a dataset."""
    event = _event(news)
    blocks = [block for block in _blocks(news, background, event) if block.text or block.items or block.commands]
    identity = identity_of(news)
    foot = Block(f"Run {run}, alert {identity}.", brief=False, small=True)
    facts = _facts(news, background, event, run)
    title = _title(news, event)
    return Message(
        identity, event, background.owner, title, as_text([*blocks, foot]), as_html([*blocks, foot]), as_html(_short(blocks), True), facts
    )


def notice(event: str, identity: str, title: str, *paragraphs: str) -> Message:
    """A message that is of no dataset: a test, a channel that does not deliver."""
    blocks = [Block(paragraph) for paragraph in paragraphs]
    return Message(identity, event, "*", title, as_text(blocks), as_html(blocks), as_html(blocks, True), {"said": list(paragraphs)})


def _event(news: News) -> str:
    if not news.opened:
        return "accepted" if any(alert.state == "accepted" for alert in news.closed) else "resolved"
    return {"held": "held", "failed": "failed"}.get(news.outcome.status, "changed")


def identity_of(news: News) -> str:
    """Of what is told and of how often it had opened before: not of the time, so that a run that was killed and repeated says the same again."""
    told = [f"{opening.alert.key}#{opening.alert.count}#{opening.why}#{opening.alert.snapshot}" for opening in news.opened]
    told += [f"{alert.key}#{alert.count}#{alert.state}" for alert in news.closed]
    return hashlib.sha256("\n".join(sorted(told)).encode()).hexdigest()[:16]


def _title(news: News, event: str) -> str:
    name = news.outcome.dataset or "the published database"
    alerts = _ordered(news)
    if event == "failed" and news.outcome.error:
        said = str(news.outcome.error["title"])
    elif event == "accepted":
        said = "what was held is in service"
    elif event == "resolved" and news.outcome.good:
        said = "all is well again"
    else:
        said = _first_clause(alerts[0].what)
    head = f"{_WORDS[event]}: {name}: "
    more = f" (and {len(alerts) - 1} more)" if len(alerts) > 1 and event in ("held", "changed") else ""
    # Some chats read Markdown in a title, and would make a link of what a publisher wrote in brackets.
    said = one_line(said, _MOST_IN_TITLE - len(head) - len(more)).translate(str.maketrans("[]", "()"))
    return f"{head}{said}{more}"


def _blocks(news: News, background: Background, event: str) -> Iterator[Block]:
    outcome = news.outcome
    yield Block(f"{_consequence(news, background, event)} {_touched(news, background)}".strip())
    if background.rests_on_it and event in ("held", "failed", "changed"):
        yield Block(_rests(background, event))
    if background.why and event in ("held", "failed"):
        yield Block(f"What it is for ({background.title}): {background.why}", brief=False)
    if event == "failed" or (news.outcome.error and event == "held"):
        yield from blocks_of_failure(news)
    opened = [opening for opening in news.opened if opening.alert.severity != "failure"]
    if opened:
        shown = sorted(opened, key=lambda opening: _SEVERITIES[opening.alert.severity])
        items = [Item(one_line(one.alert.what, MOST_LETTERS), one.alert.severity, one.alert.subject) for one in shown[:MOST_ITEMS]]
        yield Block("What changed:" if outcome.status != "failed" else "It also changed:", tuple(items), len(shown) - len(items))
    yield from (Block(said) for said in dict.fromkeys(_told_because(opening) for opening in news.opened) if said)
    if news.closed:
        items = [Item(one_line(alert.what, MOST_LETTERS), _lasted(alert), "") for alert in news.closed[:MOST_ITEMS]]
        heading = {"accepted": "Accepted:", "resolved": "What is over:"}.get(event, "Resolved by this run:")
        yield Block(heading, tuple(items), len(news.closed) - len(items))
    if event == "held" and any(opening.alert.kind == "column_renamed" for opening in news.opened):
        yield Block("Before it can land, the declaration needs the column's new name: the first command prints the line to write.")
    yield Block(commands=tuple(_commands(news, event)))


def _consequence(news: News, background: Background, event: str) -> str:
    """What it means for those who use the data."""
    outcome, served = news.outcome, _in_service(background, "last good table")
    if outcome.dataset == DATABASE:
        if event == "failed":
            return "The database was not published: analysts keep the last published file, which lacks what landed since."
        return "The database is published again: analysts have all that has landed."
    if event == "held":
        release = f" (release {one_line(outcome.release, 80)})" if outcome.release else ""
        kept = f"{served} stays in service" if served else "Nothing of this dataset is in service yet"
        return f"{kept}. What the publisher sent now{release} is kept aside and waits for your decision."
    if event == "failed":
        return (
            f"{served} stays in service; nothing new was landed."
            if served
            else "Nothing of this dataset is in service yet, and nothing was landed."
        )
    if event == "accepted":
        closed = next(alert for alert in news.closed if alert.state == "accepted")
        return f"{closed.person} accepted what was held: “{closed.reason}”. {_in_service(background, 'new table') or 'It'} is in service."
    if event == "resolved":
        if outcome.status == "held":
            return f"Part of what was reported is over; the dataset is still held. {served or 'No table'} stays in service."
        if outcome.status == "failed":
            return f"Part of what was reported is over; the dataset still fails. {served or 'No table'} stays in service."
        return f"What was reported is over, and nothing is left to do. {_in_service(background, 'table') or 'Nothing yet'} is in service."
    rows = counted_rows(outcome.rows)
    return f"The new release has landed and is in service ({rows}); nothing waits for you. Look before you rely on what changed."


def _in_service(background: Background, what: str) -> str:
    """'The last good table (landed 25 Sep 2025, 5,823 rows)'; '' where there is none."""
    if not background.last_landed:
        return ""
    release = f"release {one_line(background.last_release, 60)}" if background.last_release else ""
    facts = [f"landed {_day(background.last_landed)}", counted_rows(background.last_rows), release]
    return f"The {what} ({', '.join(fact for fact in facts if fact)})"


def _touched(news: News, background: Background) -> str:
    """Whether the home area's own rows are touched, as far as the evidence says."""
    told = {opening.alert.subject for opening in news.opened}
    said = [change["evidence"].get("home_touched") for change in news.outcome.changes if change["id"] in told and change.get("evidence")]
    if any(touched is True for touched in said):
        return f"{background.place}'s own rows are touched."
    if said and all(touched is False for touched in said):
        return f"{background.place}'s own rows are not touched."
    return f"The evidence does not show whether {background.place}'s own rows are touched." if news.outcome.status == "held" else ""


def _rests(background: Background, event: str) -> str:
    """'14 indicators rest on it (…), 2 tables and 3 figures of the strategy, and stay as they were.'"""
    titles: dict[str, list[str]] = {}
    for kind, title in background.rests_on_it:
        titles.setdefault(kind, []).append(title)
    counted = [f"{len(named):,} {_PLURALS.get(kind, f'{kind}s') if len(named) > 1 else kind}" for kind, named in titles.items()]
    first = next(iter(titles.values()))
    named = f" (first: {one_line('; '.join(first[:_MOST_NAMED]), MOST_LETTERS)})" if len(background.rests_on_it) > 1 else f" ({first[0]})"
    until = "They change with it." if event == "changed" else "They stay as they were until it lands."
    return f"On it rest {', '.join(counted)}{named}. {until}"


def _told_because(opening: Opening) -> str:
    """Why it is told now, where that is not plain."""
    alert = opening.alert
    if opening.why == "comes and goes":
        return (
            f"This comes and goes: it was there before, on {_day(alert.openings[0])}. Until it has been quiet for {FLAPPING.days} days, "
            f"you will hear of it only if it stays for {STAYS.days}."
        )
    if opening.why == "stays":
        return f"This used to come and go; now it has stayed since {_day(alert.opened)}."
    if opening.why == "again":
        return (
            f"{alert.person} decided to keep the last good table: “{alert.reason}”. "
            "The publisher has sent another snapshot since: please decide again."
        )
    if opening.why == "worse":
        return "It was reported before as less severe."
    if opening.why == "untold":
        return f"It has been so since {_day(alert.opened)}; no channel told it then."
    return ""


def _lasted(alert: Alert) -> str:
    return f"since {_day(alert.opened)}"


def _commands(news: News, event: str) -> Iterator[tuple[str, str]]:
    dataset = news.outcome.dataset
    changes = [alert for alert in _ordered(news) if alert.severity != "failure"]
    no_contract = (news.outcome.error or {}).get("code") == "contract.missing"
    if event in ("held", "changed") or no_contract:
        yield "Look at the evidence", f"evidence changes {changes[0].subject if len(changes) == 1 else dataset}"
    if event == "held" or no_contract:
        yield "Accept it and land it", f'evidence accept {dataset} --reason "…"'
    if event == "held" and not no_contract:
        yield "Keep the last good table", f'evidence decline {dataset} --reason "…"'
    if event == "failed" and not no_contract:
        yield "Try again", f"evidence run {dataset}".strip()
    if event in ("resolved", "accepted", "failed"):
        yield "See how all stands", "evidence status"


def _short(blocks: Sequence[Block]) -> list[Block]:
    """For chat: the first few changes, each cut to what fits a glance."""
    shown = []
    for block in blocks:
        items = tuple(Item(one_line(item.text, MOST_LETTERS // 2), item.word) for item in block.items[:_MOST_IN_CHAT])
        shown.append(Block(block.text, items, block.more + len(block.items) - len(items), block.commands, block.brief, block.small))
    return shown


def _facts(news: News, background: Background, event: str, run: str) -> dict[str, Any]:
    """The message for programs."""
    outcome = news.outcome
    by_id = {change["id"]: change for change in outcome.changes}
    opened = [by_id.get(one.alert.subject) for one in news.opened]
    return {
        "event": event,
        "dataset": outcome.dataset,
        "owner": background.owner,
        "status": outcome.status,
        "run": run,
        "snapshot": outcome.snapshot,
        "release": outcome.release,
        "rests_on_it": [{"kind": kind, "title": title} for kind, title in background.rests_on_it],
        "in_service": {"landed": background.last_landed, "rows": background.last_rows},
        "changes": [dict(change) for change in opened if change],
        "failure": dict(outcome.error) if outcome.error else None,
        "closed": [
            {"id": alert.subject, "kind": alert.kind, "what": alert.what, "state": alert.state, "opened": alert.opened}
            for alert in news.closed
        ],
        "commands": [command for _, command in _commands(news, event)],
    }


def _ordered(news: News) -> list[Alert]:
    return sorted(
        [opening.alert for opening in news.opened] or list(news.closed), key=lambda alert: (not alert.held, _SEVERITIES[alert.severity])
    )


def _first_clause(text: str) -> str:
    """What stands before the details: enough for a subject line."""
    return re.split(r"[;:.] ", text)[0].rstrip(".")


def _day(time: str) -> str:
    """'25 Sep 2025', in London."""
    return f"{datetime.fromisoformat(time).astimezone(_LONDON):%-d %b %Y}"
