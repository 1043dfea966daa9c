"""The words of a release calendar: '2026-11-24', 'third Tuesday of the month', 'every March and September', understood as a rhythm.

Refuses a word and a form that it does not know, naming the nearest, and a rhythm that leaves open which week or day is meant.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

NO_CALENDAR = "no calendar"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
)  # fmt: skip
FORMS = (
    "2026-11-24", NO_CALENDAR, "every day", "every weekday", "every Thursday", "every second Thursday from 2026-09-10", "every month",
    "every quarter", "every September", "every March and September", "every June to December", "third Tuesday of the month",
    "first working day of the month", "last Thursday of June", "10th of the month", "every year", "every ten years from 2022",
    "every second Thursday from 2026-09-10, not in August",
)  # fmt: skip
_ORDINALS = {"first": 1, "second": 2, "other": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1}
_COUNTS = {word: number for number, word in enumerate(("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), start=2)}
_GLUE = {
    "every",
    "day",
    "weekday",
    "working",
    "of",
    "the",
    "month",
    "quarter",
    "year",
    "years",
    "from",
    "to",
    "and",
    "not",
    "in",
    "no",
    "calendar",
}
_WORDS = sorted({*WEEKDAYS, *MONTHS, *_ORDINALS, *_COUNTS, *_GLUE})
_EARLIEST, _LATEST = date(1990, 1, 1), date(2100, 1, 1)

Unit = Literal["none", "date", "day", "working day", "week", "day of month", "month", "year"]


@dataclass(frozen=True)
class Rhythm:
    """One declared phrase, understood. Which fields count depends on `unit`."""

    text: str
    unit: Unit
    dates: tuple[date, ...] = ()
    weekdays: tuple[int, ...] = ()  # Monday is 0
    months: tuple[tuple[int, int], ...] = ()  # spans of months, first and last; in all months where empty
    ordinal: int = 0  # third Tuesday: 3; last: -1
    every: int = 1  # weeks or years
    start: date | None = None
    without: tuple[int, ...] = ()  # months

    @property
    def announced(self) -> bool:
        """Whether it gives dates at all."""
        return not (self.unit == "none" or (self.unit == "year" and self.every > 1 and self.start is None))


def rhythm_of(text: str) -> Rhythm:
    """The rhythm that a phrase gives. Raises ValueError, with the nearest right words."""
    lowered = text.lower()
    if lowered == NO_CALENDAR:
        return Rhythm(NO_CALENDAR, "none")
    for word in re.findall(r"(?<![0-9a-z])[a-z]+", lowered):
        if word not in _WORDS:
            close = difflib.get_close_matches(word, _WORDS, n=1)
            raise ValueError(f"{text!r}: unknown word {word!r}{f' (did you mean {close[0]!r}?)' if close else _like(text)}")
    body, _, excepted = lowered.partition(", not in ")
    without = tuple(_month(word) for word in re.split(r",? and |, ", excepted)) if excepted else ()
    for pattern, build in _GRAMMAR:
        match = re.fullmatch(pattern, body)
        if match:
            return build(text, match.groupdict() | {"without": without})
    raise ValueError(f"{text!r} is no release calendar{_like(text)}")


def _like(text: str) -> str:
    close = difflib.get_close_matches(text, FORMS, n=1, cutoff=0.4)
    return f" (did you mean a form such as {close[0]!r}?)" if close else f": one of the forms {', '.join(map(repr, FORMS[1:6]))} …"


def _month(word: str) -> int:
    if word not in MONTHS:
        raise ValueError(f"{word!r} is no month{_like(word)}")
    return MONTHS.index(word) + 1


def _months(words: str | None) -> tuple[tuple[int, int], ...]:
    """'march and september' -> ((3, 3), (9, 9)); 'june to december' -> ((6, 12),); 'the month' -> ()."""
    if words is None or words in ("month", "the month", "every month"):
        return ()
    if words == "quarter":
        return ((1, 3), (4, 6), (7, 9), (10, 12))
    spans = (part.partition(" to ") for part in re.split(r",? and |, ", words.removeprefix("every ")))
    return tuple((_month(first), _month(last or first)) for first, _, last in spans)


def _date(text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is no day of the calendar") from error
    if not _EARLIEST <= found < _LATEST:
        raise ValueError(f"{text!r} is not between {_EARLIEST.year} and {_LATEST.year}")
    return found


def _of_date(text: str, given: dict[str, Any]) -> Rhythm:
    return Rhythm(text, "date", dates=(_date(given["date"]),))


def _of_days(text: str, given: dict[str, Any]) -> Rhythm:
    return Rhythm(text, "day" if given["days"] == "day" else "working day", without=given["without"])


def _of_weeks(text: str, given: dict[str, Any]) -> Rhythm:
    weekdays = tuple(WEEKDAYS.index(word) for word in re.split(r",? and |, ", given["weekdays"]))
    every, start = _ORDINALS.get((given["every"] or "").strip(), 1), _date(given["start"]) if given["start"] else None
    if every > 1 and start is None:
        raise ValueError(f"{text!r} leaves open which weeks: add the date of one release, 'from 2026-09-10'")
    if start and start.weekday() not in weekdays:
        raise ValueError(f"{text!r}: {start} is a {WEEKDAYS[start.weekday()].capitalize()}")
    return Rhythm(text, "week", weekdays=weekdays, every=every, start=start, without=given["without"])


def _of_month_day(text: str, given: dict[str, Any]) -> Rhythm:
    kind, word = given["kind"], given["ordinal"]
    ordinal = _ORDINALS[word] if word in _ORDINALS else int(re.sub(r"\D", "", word))
    weekdays = (WEEKDAYS.index(kind),) if kind in WEEKDAYS else ()
    if not 1 <= abs(ordinal) <= (5 if weekdays else 23 if kind else 31):
        raise ValueError(f"{text!r}: no month has a {word} {kind or 'day'}".rstrip())
    unit: Unit = "day of month"
    dates = () if kind else (date(2000, 1, ordinal if ordinal > 0 else 31),)  # marks a plain day of the month
    return Rhythm(text, unit, dates, weekdays, _months(given["months"]), ordinal, without=given["without"])


def _of_months(text: str, given: dict[str, Any]) -> Rhythm:
    months = _months(given["months"]) or tuple((month, month) for month in range(1, 13))
    return Rhythm(text, "month", months=months, without=given["without"])


def _of_years(text: str, given: dict[str, Any]) -> Rhythm:
    count = given["count"]
    every = 1 if count is None else _COUNTS[count] if count in _COUNTS else int(count)
    start = date(int(given["start"][:4]), 1, 1) if given["start"] else None
    if not 1 <= every <= 10:
        raise ValueError(f"{text!r}: at most every ten years")
    return Rhythm(text, "year", every=every, start=start)


_WEEKDAY, _MONTH = "|".join(WEEKDAYS), "|".join(MONTHS)
_SOME_MONTHS = rf"(?:{_MONTH})(?:(?:, | to |,? and )(?:{_MONTH}))*"
_GRAMMAR: tuple[tuple[str, Callable[[str, dict[str, Any]], Rhythm]], ...] = (
    (r"(?P<date>\d{4}-\d{2}-\d{2})", _of_date),
    (r"every (?P<days>day|weekday|working day)", _of_days),
    (
        rf"every (?P<every>(?:second|other|third|fourth) )?(?P<weekdays>(?:{_WEEKDAY})(?:(?:, |,? and )(?:{_WEEKDAY}))*)"
        r"(?: from (?P<start>\d{4}-\d{2}-\d{2}))?",
        _of_weeks,
    ),
    (
        rf"(?:the |every )?(?P<ordinal>first|second|third|fourth|fifth|last) (?P<kind>{_WEEKDAY}|working day) "
        rf"of (?P<months>the month|every month|(?:every )?{_SOME_MONTHS})",
        _of_month_day,
    ),
    (
        rf"(?:the )?(?P<ordinal>\d\d?(?:st|nd|rd|th)|last)(?: (?P<kind>working day)| day)? "
        rf"of (?P<months>the month|every month|(?:every )?{_SOME_MONTHS})",
        _of_month_day,
    ),
    (rf"every (?P<months>month|quarter|{_SOME_MONTHS})", _of_months),
    (r"every (?:year|(?P<count>\w+) years)(?: from (?P<start>\d{4}(?:-\d{2}-\d{2})?))?", _of_years),
)
