"""Choosing by name: one thing out of those that a service lists, and never a silent guess.

A publisher's numbers and file names change while the names that people read stay: declarations name things, and this finds the one meant.
Refuses nothing found and more than one found, each with what there was to choose from.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel

from expectations.errors import EvidenceError

_Item = TypeVar("_Item")
_SHOWN = 5


def folded(text: Any) -> str:
    """A name as it is compared: case and runs of white space do not tell two names apart."""
    return " ".join(str(text).split()).casefold()


def by_name(wanted: str, items: Sequence[_Item], name: Callable[[_Item], str], where: str) -> _Item:
    """The one item of this name. Raises fetch.no_match or fetch.ambiguous."""
    return only([item for item in items if folded(name(item)) == folded(wanted)], wanted, [name(item) for item in items], where)


def by_pattern(pattern: str, items: Sequence[_Item], name: Callable[[_Item], str], where: str) -> _Item:
    """The one item whose whole name fits the regular expression. Raises fetch.no_match or fetch.ambiguous."""
    compiled = re.compile(pattern)
    found = [item for item in items if compiled.fullmatch(name(item))]
    if len(found) > 1:
        raise EvidenceError(
            "fetch.ambiguous", where=where, expected=f"one name that fits {pattern!r}", found=_some(name(item) for item in found)
        )
    return only(found, pattern, [name(item) for item in items], where)


def only(found: Sequence[_Item], wanted: str, known: Sequence[str], where: str) -> _Item:
    """The single item found. Raises fetch.no_match (with the nearest names) or fetch.ambiguous."""
    if len(found) == 1:
        return found[0]
    if found:
        raise EvidenceError("fetch.ambiguous", where=where, expected=f"exactly one {wanted!r}", found=f"{len(found)} of that name")
    known = [str(name) for name in known]  # what a service calls a thing may be no text
    nearest = difflib.get_close_matches(wanted, known, n=_SHOWN, cutoff=0.5)
    raise EvidenceError(
        "fetch.no_match",
        where=where,
        expected=f"exactly one {wanted!r}",
        found=f"none among {len(known):,}; nearest: {_some(nearest)}" if nearest else f"none among {len(known):,}: {_some(known)}",
    )


def fingerprint(arguments: Any) -> str:
    """A short hash of what was asked: a changed declaration is asked anew although the publisher has released nothing."""
    if isinstance(arguments, BaseModel):
        arguments = arguments.model_dump(mode="json")
    return hashlib.sha256(json.dumps(arguments, sort_keys=True, default=str).encode()).hexdigest()[:12]


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - _SHOWN:,} more" if len(listed) > _SHOWN else ""
    return ", ".join(repr(name) for name in listed[:_SHOWN]) + more if listed else "nothing"
