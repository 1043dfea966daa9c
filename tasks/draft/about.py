"""What a service says of a table, and which of several files a person means.

Refuses to choose for a person: of several files that could be meant, all are named, and `part` says which (text or a regular expression).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from expectations.errors import EvidenceError

PREFERRED = ("csv", "tsv", "xlsx", "ods", "xls", "geojson", "json", "parquet", "zip", "txt")  # of one table in several forms
OPEN_GOVERNMENT = "OGL-UK-3.0"
_SAID = 8


@dataclass(frozen=True)
class About:
    """What the service says of the table; each is '' where it says nothing. `left` is what `part` still has to say: which sheet or member."""

    title: str = ""
    description: str = ""
    publisher: str = ""
    licence: str = ""  # by its SPDX name
    left: str = ""
    notes: tuple[str, ...] = ()  # what was chosen for the person


def one_of(names: Sequence[str], part: str, where: str) -> str:
    """The one name that is meant: the only one, or the only one that `part` is or fits. Raises `draft.several_parts`."""
    fitting = fits(names, part)
    if len(set(fitting)) == 1:
        return fitting[0]
    shown = "; ".join(repr(name) for name in (fitting or names)[:_SAID]) or "none"
    more = f" and {len(fitting or names) - _SAID} more" if len(fitting or names) > _SAID else ""
    raise EvidenceError("draft.several_parts", where=where, expected="one file, or --part to say which", found=shown + more)


def file_of(names: Sequence[str], part: str, where: str) -> tuple[str, str]:
    """The one file that is meant, and what `part` then still has to say: where there is one file alone, `part` may name a table in it."""
    listed = of_preferred_form(names)
    if part and not fits(names, part) and len(set(listed)) == 1:
        return listed[0], part
    return one_of(names if part else listed, part, where), ""


def fits(names: Sequence[str], part: str) -> list[str]:
    """The names that `part` is, else those that it fits; every name without one. Raises `draft.several_parts` for what is no pattern."""
    try:
        return [name for name in names if name == part] or [name for name in names if not part or re.search(part, name, re.IGNORECASE)]
    except re.error as error:
        raise EvidenceError(
            "draft.several_parts", where="--part", expected="a name, or a regular expression of it", found=f"{part!r}: {error}"
        ) from None


def of_preferred_form(names: Sequence[str]) -> list[str]:
    """Of files in several forms those of the form that reads best: one table is often offered as csv, xlsx and pdf."""
    endings = {name: name.rpartition(".")[2].lower() for name in names}
    form = next((form for form in PREFERRED if form in endings.values()), "")
    return [name for name, ending in endings.items() if ending == form]


def whatever_numbers(name: str) -> str:
    """A pattern that the same name fits with other numbers in it: the next release has another date."""
    return re.sub(r"[0-9]+", "[0-9]+", re.escape(name).replace(r"\ ", " ").replace(r"\-", "-"))


def inside(holder: Any, name: str) -> Mapping[str, Any]:
    """An object within an answer; an empty one where there is none."""
    found = holder.get(name) if isinstance(holder, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def said(holder: Any, name: str) -> str:
    """A text within an answer, on one line; '' where there is none."""
    found = holder.get(name) if isinstance(holder, Mapping) else None
    return " ".join(found.split()) if isinstance(found, str) else ""
