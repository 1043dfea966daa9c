"""Release calendars: when a publisher's next release is due, read from a date, a list of dates or a rhythm in words.

Days are those of London and of England's bank holidays: what falls on a holiday comes on the next working day. A rhythm that names a month or a year
and no day is due by the last working day of it. Refuses a rhythm that it does not know, naming the nearest word or the nearest form.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from expectations.rhythm import Rhythm, rhythm_of

LONDON = ZoneInfo("Europe/London")
_REACHES = (
    timedelta(days=40),
    timedelta(days=400),
    timedelta(days=366 * 12),
)  # how far a search goes; the longest rhythm is every ten years


@dataclass(frozen=True, order=True)
class Due:
    """One release that is due: any day from `opens` to `by`, both included. The same day twice where the day is announced."""

    opens: date
    by: date

    @property
    def said(self) -> str:
        """'24 Nov 2026', 'Sep 2026', 'Jun to Dec 2026', '2032'."""
        if self.opens == self.by:
            return day(self.by)
        if (self.opens.month, self.by.month) == (1, 12):
            return str(self.by.year)
        if self.opens.month == self.by.month:
            return f"{self.by:%b %Y}"
        return f"{self.opens:{'%b' if self.opens.year == self.by.year else '%b %Y'}} to {self.by:%b %Y}"


@dataclass(frozen=True)
class Calendar:
    """All that is declared of one dataset's releases."""

    rhythms: tuple[Rhythm, ...]

    @property
    def announced(self) -> bool:
        return any(rhythm.announced for rhythm in self.rhythms)

    @property
    def said(self) -> str:
        """The declared words, as they stand."""
        texts = [day(rhythm.dates[0]) if rhythm.unit == "date" else rhythm.text for rhythm in self.rhythms]
        return ", ".join(texts)

    def dues(self, start: date, end: date) -> tuple[Due, ...]:
        """Every release whose last day lies between these days, both included; in order, each once."""
        found = {due for rhythm in self.rhythms for due in _dues(rhythm, start, end)}
        return tuple(sorted(found, key=lambda due: (due.by, due.opens)))

    def next(self, today: date) -> Due | None:
        """The first release that may still come in time: today counts. None where none is announced."""
        reached = (self.dues(today, today + reach) for reach in _REACHES)
        return next((found[0] for found in reached if found), None)

    def last(self, today: date) -> Due | None:
        """The last release whose time is over. None where none is known."""
        reached = (self.dues(today - reach, today - timedelta(days=1)) for reach in _REACHES)
        return next((found[-1] for found in reached if found), None)


def parse(due: str | Sequence[str]) -> Calendar:
    """The calendar that a declaration's `due` gives. Raises ValueError, with the nearest right words."""
    texts = (due,) if isinstance(due, str) else tuple(due)
    if not texts:
        raise ValueError("an empty list gives no release; write 'no calendar'")
    rhythms = tuple(rhythm_of(" ".join(text.split())) for text in texts)
    if len(rhythms) > 1 and any(rhythm.unit == "none" for rhythm in rhythms):
        raise ValueError("'no calendar' stands alone")
    return Calendar(rhythms)


def today_in_london() -> date:
    """The day on which a publisher's 09:30 is counted."""
    return datetime.now(LONDON).date()


def day(when: date) -> str:
    """'24 Nov 2026'."""
    return f"{when.day} {when:%b %Y}"


def is_working_day(when: date) -> bool:
    """Monday to Friday, and no bank holiday of England."""
    return when.weekday() < 5 and when not in _bank_holidays(when.year)


def next_working_day(when: date) -> date:
    """The day itself where it is one, else the first after it."""
    while not is_working_day(when):
        when += timedelta(days=1)
    return when


# -- counting ------------------------------------------------------------------------------------------------------------


def _dues(rhythm: Rhythm, start: date, end: date) -> Iterator[Due]:
    if not rhythm.announced:
        return
    for due in _COUNTED[rhythm.unit](rhythm, start - timedelta(days=14), end):
        if start <= due.by <= end and due.by.month not in rhythm.without:
            yield due


def _on(when: date) -> Due:
    moved = next_working_day(when)
    return Due(moved, moved)


def _dates(rhythm: Rhythm, start: date, end: date) -> Iterator[Due]:
    yield from (Due(when, when) for when in rhythm.dates)  # a date that the publisher has announced stands, holiday or not


def _days(rhythm: Rhythm, start: date, end: date) -> Iterator[Due]:
    for when in _each(start, end):
        if rhythm.unit == "day" or is_working_day(when):
            yield Due(when, when)


def _weeks(rhythm: Rhythm, start: date, end: date) -> Iterator[Due]:
    origin = rhythm.start or date(2001, 1, 1)  # a Monday
    monday = origin - timedelta(days=origin.weekday())
    for when in _each(max(start, rhythm.start or start), end):
        if when.weekday() in rhythm.weekdays and (when - monday).days // 7 % rhythm.every == 0:
            yield _on(when)


def _month_days(rhythm: Rhythm, start: date, end: date) -> Iterator[Due]:
    for first in _each_month(start, end):
        if rhythm.months and not any(_within(first.month, *span) for span in rhythm.months):
            continue
        days = list(_each(first, _end_of_month(first)))
        if rhythm.dates:
            last = _last_working_day(days[-1])
            yield _on(days[min(rhythm.ordinal, len(days)) - 1]) if rhythm.ordinal > 0 else Due(last, last)
            continue
        fitting = [when for when in days if (when.weekday() in rhythm.weekdays if rhythm.weekdays else is_working_day(when))]
        if len(fitting) >= abs(rhythm.ordinal):
            yield _on(fitting[rhythm.ordinal - 1 if rhythm.ordinal > 0 else -1])


def _month_spans(rhythm: Rhythm, start: date, end: date) -> Iterator[Due]:
    for year in range(start.year - 1, end.year + 1):
        for first, last in rhythm.months:
            closes = _end_of_month(date(year + (last < first), last, 1))
            yield Due(date(year, first, 1), _last_working_day(closes))


def _years(rhythm: Rhythm, start: date, end: date) -> Iterator[Due]:
    for year in range(start.year, end.year + 1):
        origin = rhythm.start.year if rhythm.start else year
        if year >= origin and (year - origin) % rhythm.every == 0:
            yield Due(date(year, 1, 1), _last_working_day(date(year, 12, 31)))


_COUNTED: dict[str, Callable[[Rhythm, date, date], Iterator[Due]]] = {
    "date": _dates, "day": _days, "working day": _days, "week": _weeks, "day of month": _month_days, "month": _month_spans, "year": _years,
}  # fmt: skip


def _within(month: int, first: int, last: int) -> bool:
    return first <= month <= last if first <= last else month >= first or month <= last


def _each(start: date, end: date) -> Iterator[date]:
    yield from (start + timedelta(days=count) for count in range((end - start).days + 1))


def _each_month(start: date, end: date) -> Iterator[date]:
    month = start.replace(day=1)
    while month <= end:
        yield month
        month = (month + timedelta(days=32)).replace(day=1)


def _end_of_month(when: date) -> date:
    return when.replace(day=monthrange(when.year, when.month)[1])


def _last_working_day(when: date) -> date:
    while not is_working_day(when):
        when -= timedelta(days=1)
    return when


@lru_cache(maxsize=64)
def _bank_holidays(year: int) -> frozenset[date]:
    # The country's own module: the package's front imports every country there is.
    from holidays.countries.united_kingdom import UnitedKingdom

    # The library's constructor has no annotations.
    return frozenset(UnitedKingdom(subdiv="ENG", years=year))  # type: ignore[no-untyped-call,unused-ignore]
