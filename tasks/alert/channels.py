"""Where alerts go: channels by name, routes from a dataset's owner to channels, and one message through one channel.

`EVIDENCE_ALERTS` is the address of one channel for everything; `EVIDENCE_ALERTS_FILE` is a TOML file for more:

    [channels]
    data-team = "slack://…"                     # any address that Apprise knows: Slack, Teams, mail, webhook, …
    on-call = "mailtos://user:password@host?to=…"

    [routes]
    "*" = ["data-team"]                         # what has no route of its own
    education-data = ["data-team", "on-call"]   # by the `owner` of a declaration

Refuses to show an address: it holds a password or a token. Records, logs and messages call a channel by its name; errors are cleaned of its secrets.
"""

from __future__ import annotations

import logging
import os
import re
import threading
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from expectations.errors import EvidenceError
from tasks.alert.message import Message
from tasks.alert.render import one_line

ADDRESS, FILE = "EVIDENCE_ALERTS", "EVIDENCE_ALERTS_FILE"
EVERYTHING = "*"
FROM_ENVIRONMENT = "alerts"  # the name of the channel of EVIDENCE_ALERTS
NAME = re.compile(r"^[a-z0-9][a-z0-9-]{0,39}$")
_HIDDEN = "***"
_SHORTEST_SECRET = 3
_LOGGER = "apprise"
_REASON = "Socket Exception: "  # the line of its log in which Apprise says why
_ONE_AT_A_TIME = threading.Lock()  # the log of the library is the process's own: two sends at once would read each other's errors


@dataclass(frozen=True)
class Channel:
    """One way to reach people. The address is never shown."""

    name: str
    address: str = field(repr=False)

    @property
    def kind(self) -> str:
        """'slack', 'mailto', …: the address's scheme, which is no secret."""
        return self.address.split(":", 1)[0].lower()


@dataclass(frozen=True)
class Channels:
    """The channels by name, and the names for each owner."""

    channels: Mapping[str, Channel] = field(default_factory=dict)
    routes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, owner: str) -> tuple[Channel, ...]:
        """The channels of an owner: its own route, or that for everything else."""
        return tuple(self.channels[name] for name in self.routes.get(owner, self.routes.get(EVERYTHING, ())))


def load_channels(environment: Mapping[str, str] | None = None) -> Channels:
    """The channels that the environment names; none where it names none. Raises `alert.settings`, without showing an address."""
    given = os.environ if environment is None else environment
    addresses: dict[str, str] = {}
    routes: dict[str, tuple[str, ...]] = {}
    if given.get(FILE):
        addresses, routes = _read(Path(given[FILE]).expanduser())
    if given.get(ADDRESS):
        addresses[FROM_ENVIRONMENT] = given[ADDRESS].strip()
        routes[EVERYTHING] = (FROM_ENVIRONMENT, *(name for name in routes.get(EVERYTHING, ()) if name != FROM_ENVIRONMENT))
    return Channels({name: Channel(name, address) for name, address in addresses.items()}, routes)


def is_address(address: str) -> bool:
    """Whether Apprise knows an address, and finds all in it that it needs. Nothing is sent."""
    import apprise

    with _ONE_AT_A_TIME, _log_of_apprise():
        try:
            return isinstance(apprise.Apprise.instantiate(address), apprise.NotifyBase)
        except TypeError:
            return False


def send(message: Message, channel: Channel) -> str:
    """Send a message through a channel. '' where the receiver took it, else why not, clean of the address's secrets."""
    import apprise

    asset = apprise.AppriseAsset(
        app_id="Evidence base", app_desc="Evidence base alerts", app_url="", async_mode=False, image_url_mask="", image_url_logo=""
    )
    with _ONE_AT_A_TIME, _log_of_apprise() as said:
        try:
            service = apprise.Apprise.instantiate(channel.address, asset=asset)
        except TypeError:
            service = None
        if not isinstance(service, apprise.NotifyBase):
            return f"the address of channel {channel.name!r} is none that Apprise knows ({channel.kind}://…)"
        try:
            taken = _notify(apprise, service, message)
        except Exception as error:  # a fault of one service's code is one channel's failure
            taken = False
            said.append(f"{type(error).__name__}: {error}")
    return "" if taken else _clean("; ".join(dict.fromkeys(said)) or "the service did not take it", channel)


def _notify(apprise: Any, service: Any, message: Message) -> bool:
    """Mail gets the whole message, chat the short one, a JSON webhook the facts beside the text; each with the id that tells a duplicate."""
    kinds = {
        "held": "failure",
        "failed": "failure",
        "channel": "failure",
        "changed": "warning",
        "resolved": "success",
        "accepted": "success",
    }
    body, form = (message.html if service.notify_format == apprise.NotifyFormat.HTML else message.chat), apprise.NotifyFormat.HTML
    if hasattr(service, "payload_extras"):
        body, form = message.text, service.notify_format
        facts = message.facts if type(service).__name__ == "NotifyJSON" else {}
        service.payload_extras.update({"id": message.id, **facts})
    if isinstance(getattr(service, "headers", None), dict):
        service.headers.update({"Idempotency-Key": message.id, "X-Evidence-Alert": message.id})
    if hasattr(service, "include_image"):
        service.include_image = False
    notifier = apprise.Apprise(asset=service.asset)
    notifier.add(service)
    return bool(notifier.notify(body=body, title=message.title, body_format=form, notify_type=kinds.get(message.event, "info")))


def _read(path: Path) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    try:
        stored = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise _wrong(path, f"it cannot be read ({type(error).__name__})") from error
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line \d+", str(error))  # the message itself may quote the line, and with it an address
        raise _wrong(path, f"not TOML{f', {line.group()}' if line else ''}") from None
    unknown = set(stored) - {"channels", "routes"}
    channels, routes = stored.get("channels", {}), stored.get("routes", {})
    if unknown or not isinstance(channels, dict) or not isinstance(routes, dict):
        raise _wrong(path, f"unknown {', '.join(sorted(unknown))}" if unknown else "channels and routes are tables")
    for name, address in channels.items():
        if not NAME.match(name) or not isinstance(address, str) or "://" not in address:
            raise _wrong(path, f"channel {name!r} is not a name of small letters, digits and hyphens with an address (scheme://…)")
    for owner, names in routes.items():
        missing = [str(name) for name in names if name not in channels] if isinstance(names, list) else ["a list"]
        if missing:
            raise _wrong(path, f"the route of {owner!r} names {', '.join(missing)}; there are channels {', '.join(channels) or 'none'}")
    if channels and EVERYTHING not in routes:
        raise _wrong(path, f'there is no route "{EVERYTHING}": alerts of an owner without a route would reach nobody')
    return dict(channels), {owner: tuple(dict.fromkeys(names)) for owner, names in routes.items()}


def _wrong(path: Path, found: str) -> EvidenceError:
    return EvidenceError("alert.settings", where=str(path), found=found, expected="[channels] name = address; [routes] owner = [names]")


@contextmanager
def _log_of_apprise() -> Iterator[list[str]]:
    """What the library says while the block runs: its warnings, and the reasons that it keeps for debugging; nothing of it reaches another log."""
    said: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            text = record.getMessage()
            if record.levelno >= logging.WARNING or text.startswith(_REASON):
                said.append(text.removeprefix(_REASON))

    logger, keep = logging.getLogger(_LOGGER), Keep()
    before = (logger.level, logger.propagate)
    logger.addHandler(keep)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    try:
        yield said
    finally:
        logger.removeHandler(keep)
        logger.setLevel(before[0])
        logger.propagate = before[1]


def _clean(text: str, channel: Channel) -> str:
    """The text on one line without any part of the address but its scheme and host."""
    split = urlsplit(channel.address)
    host = (split.hostname or "").lower()
    rest = channel.address.split("://", 1)[-1]
    pieces = {channel.address, rest, *re.split(r"[/?&=:@;,#]+", rest)}
    public = {host, str(channel.kind), "yes", "no", "true", "false", "insecure", "starttls", "ssl", "https", "http", "json", "html", "text"}
    for piece in sorted({*pieces, *(unquote(piece) for piece in pieces)}, key=len, reverse=True):
        if len(piece) >= _SHORTEST_SECRET and piece.lower() not in public:
            text = re.sub(re.escape(piece), _HIDDEN, text, flags=re.IGNORECASE)
    return one_line(text, 300)
