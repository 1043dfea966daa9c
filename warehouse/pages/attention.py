"""What needs a person, as the first page shows it: one line a thing, the most pressing first.

Refuses to find out by itself: whoever builds the pages says how datasets stand (a hold, a failure, a late release, a fault of the pipeline).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["held", "failed", "late", "ended", "declined"]
_ORDER: tuple[Kind, ...] = ("held", "failed", "late", "ended", "declined")


@dataclass(frozen=True)
class Attention:
    """One thing. `since` is an ISO day, or '' where it is not known; `command` is what a person may do about it."""

    kind: Kind
    dataset: str
    what: str
    since: str = ""
    command: str = ""


def most_pressing_first(items: Iterable[Attention]) -> list[Attention]:
    """Held before failed before late; the oldest first within each."""
    return sorted(items, key=lambda item: (_ORDER.index(item.kind), item.since, item.dataset))
