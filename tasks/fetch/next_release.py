"""The day on which a publisher says that its next release comes, in the words of each service, as the label `next_release` of what was fetched.

The label is an ISO day ('2026-11-24') or an ISO month ('2026-11'). Refuses to guess: 'to be announced', a season, a year alone and a span of months
give no label, and the declared calendar stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from expectations.calendar import LONDON
from expectations.rhythm import MONTHS
from tasks.snapshot import Fetched

LABEL = "next_release"
_MONTH = "|".join(f"{month[:3]}(?:{month[3:]})?" for month in MONTHS) + "|sept"
_IN_WORDS = re.compile(
    rf"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+)?(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+)?(?P<month>{_MONTH})\s+(?P<year>\d{{4}})"
    r"(?:,?\s+(?:at\s+)?\d{1,2}[:.]\d{2}\s*(?:am|pm)?)?(?:\s+\((?:provisional|confirmed)\))?\.?",
    re.IGNORECASE,
)
_TIME = r"\d{2}:\d{2}(?::\d{2})?(?:\.\d+)?"
_ISO = re.compile(rf"(?P<year>\d{{4}})-(?P<month>\d{{2}})(?:-(?P<day>\d{{2}})(?:[T ]{_TIME}(?P<zone>Z|[+-]\d{{2}}:?\d{{2}})?)?)?")


def next_release(said: Any) -> str:
    """The label for what a service says: a text ('24 November 2026', '2026-11-24T09:30:00Z') or the parts of a date (`{year, month, day}`).

    '' where it says none.
    """
    if isinstance(said, Mapping):
        return _label(said.get("year"), said.get("month"), said.get("day"))
    text = " ".join(said.split()) if isinstance(said, str) else ""
    if found := _ISO.fullmatch(text):
        return _in_london(text) if found["zone"] else _label(found["year"], found["month"], found["day"])
    if found := _IN_WORDS.fullmatch(text):
        month = next(number for number, name in enumerate(MONTHS, start=1) if name.startswith(found["month"].lower()[:3]))
        return _label(found["year"], month, found["day"])
    return ""


def announcing(parts: Iterable[Fetched], label: str) -> tuple[Fetched, ...]:
    """The parts with this label; without the one of an earlier fetch where the service announces nothing now."""
    return tuple(replace(part, labels=_with(part.labels, label)) for part in parts)


def _with(labels: Mapping[str, str], label: str) -> dict[str, str]:
    others = {name: value for name, value in labels.items() if name != LABEL}
    return {**others, LABEL: label} if label else others


def _label(year: Any, month: Any, day: Any) -> str:
    numbers = [str(number) if number not in (None, "") else "" for number in (year, month, day)]
    if not all(number.isdecimal() for number in numbers[:2]) or (numbers[2] and not numbers[2].isdecimal()):
        return ""
    try:
        when = date(int(numbers[0]), int(numbers[1]), int(numbers[2] or 1))
    except ValueError:
        return ""
    return when.isoformat() if numbers[2] else f"{when:%Y-%m}"


def _in_london(text: str) -> str:
    """The day of a moment as it is counted where the release comes out."""
    try:
        return datetime.fromisoformat(text).astimezone(LONDON).date().isoformat()
    except ValueError:
        return ""
