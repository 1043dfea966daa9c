"""The outbox: each message is on disk before it is sent, and leaves it when the receiver has taken it.

A process that dies between sending and removing sends again, with the same id: at least once then, exactly once otherwise. Refuses to hammer a
channel that does not answer: tries wait longer each time, and a channel that stays silent is reported through the others.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tasks.alert.book import record_told
from tasks.alert.channels import Channel, Channels, send
from tasks.alert.message import Message, notice
from tasks.atomic import replace_json
from tasks.locks import lock
from warehouse.home import Home

PAUSES = (1.0, 3.0)  # seconds between the tries of one run
DEAD_AFTER = 3  # tries, all failed; then the other channels are told
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=5), timedelta(hours=6)  # until a later run tries again; doubled each time
_WAIT_FOR_OTHERS = 60.0  # seconds; another process that sends has the lock


@dataclass(frozen=True)
class Entry:
    """A message that waits for one channel."""

    message: Message
    channel: str
    written: str
    error: str = ""


@dataclass(frozen=True)
class Health:
    """How a channel does since it last took a message."""

    tries: int = 0
    since: str = ""
    next_try: str = ""
    error: str = ""
    reported: bool = False


@dataclass
class Flushed:
    """What one flush did: (message id, channel) of what was delivered, and channel -> why not."""

    delivered: list[tuple[str, str]] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    waiting: int = 0


def put(message: Message, channels: Iterable[Channel], home: Home, now: datetime) -> None:
    """Write a message down for each channel; one that waits there already stays as it is."""
    for channel in channels:
        path = _folder(home) / f"{message.id}-{channel.name}.json"
        if not path.exists():
            replace_json(path, asdict(Entry(message, channel.name, now.isoformat(timespec="microseconds"))))


def entries(home: Home) -> list[Entry]:
    """What waits, oldest first. A file that is no entry is passed over."""
    found = [entry for entry in map(_read, _folder(home).glob("[!.]*.json")) if entry is not None]
    return sorted(found, key=lambda entry: entry.written)


def health(home: Home) -> dict[str, Health]:
    """The channels that do not take messages at present."""
    try:
        stored = json.loads(_health_path(home).read_text(encoding="utf-8"))
        return {name: Health(**one) for name, one in stored.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def flush(home: Home, channels: Channels, force: bool = False, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Flushed:
    """Send what waits and is due; all that waits with `force`. Raises `lock.busy`."""
    done = Flushed()
    with lock(home, "outbox", "sending alerts", wait=_WAIT_FOR_OTHERS):
        known = health(home)
        for _ in range(2):  # the second round takes what the first had to tell of dead channels
            for name in dict.fromkeys(entry.channel for entry in entries(home)):
                if name in channels.channels and name not in done.failed:
                    known[name] = _flush_one(home, channels.channels[name], known.get(name, Health()), force, done, clock)
            told = _report(home, channels, known, clock())
            replace_json(_health_path(home), {name: asdict(one) for name, one in known.items() if one.tries})
            if not told:
                break
    done.waiting = len(entries(home))
    return done


def _flush_one(home: Home, channel: Channel, before: Health, force: bool, done: Flushed, clock: Callable[[], datetime]) -> Health:
    """Send what waits for one channel, until it fails."""
    if before.next_try > clock().isoformat(timespec="seconds") and not force:
        done.failed[channel.name] = before.error
        return before
    for entry in [entry for entry in entries(home) if entry.channel == channel.name]:
        before, error = _deliver(entry, channel, before, clock)
        path = _folder(home) / f"{entry.message.id}-{channel.name}.json"
        if error:
            replace_json(path, asdict(replace(entry, error=error)))
            done.failed[channel.name] = error
            return before
        record_told(home, entry.message.id, channel.name, clock())
        path.unlink(missing_ok=True)
        done.delivered.append((entry.message.id, channel.name))
    return before


def _deliver(entry: Entry, channel: Channel, before: Health, clock: Callable[[], datetime]) -> tuple[Health, str]:
    """Try a few times; how the channel does then, and why it failed."""
    for pause in (*PAUSES, None):
        error = send(entry.message, channel)
        now = clock()
        if not error:
            return Health(reported=before.reported), ""  # `reported` stays until the others are told that it works again
        wait = min(FIRST_WAIT * 2 ** max(0, before.tries // (len(PAUSES) + 1)), LONGEST_WAIT)
        time_now = now.isoformat(timespec="seconds")
        before = Health(before.tries + 1, before.since or time_now, (now + wait).isoformat(timespec="seconds"), error, before.reported)
        if pause is not None:
            time.sleep(pause)
    return before, error


def _report(home: Home, channels: Channels, known: dict[str, Health], now: datetime) -> bool:
    """Tell the other channels of one that is dead, once, and of one that works again. Whether there was anything to tell."""
    told = False
    for name, one in list(known.items()):
        dead, back = one.tries > DEAD_AFTER and not one.reported, one.reported and not one.tries
        others = [channel for channel in channels.channels.values() if channel.name != name and not known.get(channel.name, Health()).tries]
        if not (dead or back) or not others:
            continue
        waiting = sum(entry.channel == name for entry in entries(home))
        put(_of_channel(name, one, waiting, now) if dead else _back(name, now), others, home, now)
        known[name] = replace(one, reported=dead)
        told = True
    return told


def _of_channel(name: str, one: Health, waiting: int, now: datetime) -> Message:
    return notice(
        "channel",
        f"channel-{name}-{_compact(one.since)}",
        f"Alerts do not arrive through {name}",
        f"{one.tries} tries since {one.since[:16].replace('T', ' ')} UTC have failed: {one.error}.",
        f"{waiting} message{'s wait' if waiting != 1 else ' waits'} for it, and will be sent when it works again. "
        "Until then, look with: evidence alerts",
    )


def _back(name: str, now: datetime) -> Message:
    identity = f"channel-{name}-back-{_compact(now.isoformat())}"
    return notice("resolved", identity, f"Alerts arrive through {name} again", "What had waited for it has been sent.")


def _compact(time: str) -> str:
    return "".join(sign for sign in time[:19] if sign.isalnum())


def _folder(home: Home) -> Path:
    return home.state / "outbox"


def _health_path(home: Home) -> Path:
    return home.state / "channels.json"


def _read(path: Path) -> Entry | None:
    try:
        stored: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return Entry(**{**stored, "message": Message(**stored["message"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None
