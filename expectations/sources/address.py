"""An address that a person copied from a browser, taken apart; what each kind of source recognises its own addresses by.

Asks nobody: what an address does not say (the title of a table, the files of a page) is looked up by `tasks/draft`. Refuses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

TO_BE_FOUND = "."  # stands for what an address does not say; as a pattern it fits whatever there is


@dataclass(frozen=True)
class Address:
    """`site` is scheme and host, `steps` the parts of the path, `asked` the query by lower-case name."""

    text: str
    site: str
    host: str
    steps: tuple[str, ...]
    asked: Mapping[str, str]

    def after(self, step: str) -> str:
        """What follows a step of the path; '' where it is not there."""
        return self.steps[self.steps.index(step) + 1] if step in self.steps[:-1] else ""

    def ends_in(self, *hosts: str) -> bool:
        """Whether it is on one of the hosts, or below one."""
        return any(self.host == host or self.host.endswith(f".{host}") for host in hosts)


def taken_apart(text: str) -> Address | None:
    """The address; None for what is no http(s) address."""
    split = urlsplit(text.strip())
    if split.scheme not in ("http", "https") or not split.hostname:
        return None
    steps = tuple(unquote(step) for step in split.path.split("/") if step)
    asked = {name.lower(): value for name, value in parse_qsl(split.query)}
    return Address(text.strip(), f"{split.scheme}://{split.netloc}", split.hostname.lower(), steps, asked)


def listed(value: str) -> list[str]:
    """The items of a list as addresses print it: 'a,b'."""
    return [item.strip() for item in value.split(",") if item.strip()]


def plain_name(text: str) -> str:
    """A name that a part may have, made of any text: 'My file (2).csv' -> 'My_file_2_.csv'."""
    return re.sub(r"[^A-Za-z0-9_.+-]+", "_", text).lstrip("_.+-") or "data"
