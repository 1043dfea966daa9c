"""Tombstones: who ordered a snapshot out of the archive, when and why, and which bytes it had. What is left of it.

What a person ordered forgotten is refused when it comes again; what a declared retention thinned is not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from tasks.atomic import replace_json
from warehouse.home import Home


@dataclass(frozen=True)
class Tombstone:
    """A snapshot that is gone. `parts` have name, sha256, bytes and `removed`: False where another snapshot keeps the same bytes."""

    dataset: str
    snapshot: str
    forgotten_at: str  # ISO 8601, UTC
    person: str
    reason: str
    fetched_at: str
    release: str
    parts: tuple[Mapping[str, Any], ...]
    vintages: tuple[str, ...]
    may_return: bool = False  # whether the same bytes may be kept again: a declared retention took it out, and no person


def tombstones(home: Home, dataset: str) -> list[dict[str, Any]]:
    """The tombstones of a dataset, oldest first."""
    folder = home.tombstone(dataset, "any").parent
    stored = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json")] if folder.is_dir() else []
    return sorted(stored, key=lambda one: (one["forgotten_at"], one["snapshot"]))


def bury(home: Home, tombstone: Tombstone) -> None:
    """Write the tombstone."""
    replace_json(home.tombstone(tombstone.dataset, tombstone.snapshot), asdict(tombstone))


def buried(home: Home, dataset: str, snapshot: str) -> Mapping[str, Any] | None:
    """The tombstone of a snapshot; None where nobody ordered it forgotten."""
    try:
        return dict(json.loads(home.tombstone(dataset, snapshot).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
