"""On which days we look: the schedules of Prefect that follow from a release calendar.

At 09:30 in London on the day of a release, when ONS and DfE publish; a few more looks on that day and one on each working day after it; else once a
week. A cron cannot say 'until it has come': every look but the weekly one carries the parameter `awaited`, with which a run ends at once where its
release is here or is late. So a schedule may name a day too many, and never one too few.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from expectations.declaration import Dataset, Release
from expectations.rhythm import Rhythm
from flows.settings import TIMEZONE

FOLLOWED = 10  # days after the last day of a release on which we still look daily
AT, AFTER, AGAIN, WEEKLY_HOUR = "30 9", "40 9", "50 9,10,12,15", 10  # apart: a day of two schedules starts no two runs at once
_HOLIDAYS = 4  # days by which weekends and bank holidays together move a day
ALL = frozenset(range(1, 32))
_DAYS_OF_WEEK = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")  # in cron's order


@dataclass(frozen=True)
class Days:
    """Days in cron's terms: of the month, months, of the week (Sunday is 0). All of them where a set is empty."""

    of_month: frozenset[int] = frozenset()
    months: frozenset[int] = frozenset()
    of_week: frozenset[int] = frozenset()

    def cron(self, time: str) -> dict[str, Any]:
        """The cron at this time ('minutes hours'). Both kinds of day have to fit, where cron by itself takes either."""
        fields = (_field(self.of_month, 31), _field(self.months, 12), _field(self.of_week, 7))
        both = {"day_or": False} if self.of_month and self.of_week else {}
        return {"cron": " ".join((time, *fields)), **both}


def schedules(dataset: Dataset) -> list[dict[str, Any]]:
    """The schedules of a dataset, as `prefect.yaml` holds them. None for a dataset whose source was never seen."""
    if dataset.state == "unverified":
        return []
    release = dataset.release
    if release.schedule:
        return [_schedule("release", {"cron": release.schedule}, awaited=False)]
    found = []
    for number, rhythm in enumerate(release.calendar.rhythms if release.calendar.announced else ()):
        suffix = f"-{number + 1}" if len(release.calendar.rhythms) > 1 else ""
        found += [_schedule(f"{slug}{suffix}", when, awaited=True) for slug, when in _around(rhythm, _followed(release))]
    return [*_together(found), _schedule("weekly", _weekly(dataset.id), awaited=False)]


def _followed(release: Release) -> int:
    return min(release.late_after_days or 0, FOLLOWED)


def _around(rhythm: Rhythm, followed: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """The looks at one rhythm: on its day, again on its day, on the days after. A year without a month is left to the weekly look."""
    if rhythm.unit == "week" and rhythm.every > 1:
        yield "release", _every_few_weeks(rhythm, (9,), 30)
        yield "again", _every_few_weeks(rhythm, (9, 10, 12, 15), 50)
        yield "after", _after_weekdays(rhythm, followed).cron(AFTER)
        return
    days = _days(rhythm)
    if days is None:
        return
    yield "release", days.cron(AT)
    if rhythm.unit == "month":  # no day is announced: one look a working day is enough
        if days.months:
            yield "after", _after(days, followed).cron(AFTER)
        return
    yield "again", days.cron(AGAIN)
    if rhythm.unit == "week":
        yield "after", _after_weekdays(rhythm, followed).cron(AFTER)
    elif rhythm.unit in ("date", "day of month"):
        yield "after", _after(days, followed).cron(AFTER)


def _days(rhythm: Rhythm) -> Days | None:
    """The days on which a release of this rhythm can fall, before bank holidays move it: `after` covers those."""
    months = frozenset(month for first, last in rhythm.months for month in _span(first, last))
    months = (months or frozenset(range(1, 13))) - set(rhythm.without)
    months = frozenset() if len(months) == 12 else months
    working = frozenset(range(1, 6))
    if rhythm.unit == "date":
        return Days(frozenset(when.day for when in rhythm.dates), frozenset(when.month for when in rhythm.dates))
    if rhythm.unit == "day":
        return Days(months=months)
    if rhythm.unit in ("working day", "month"):
        return Days(months=months, of_week=working)
    if rhythm.unit == "week":
        return Days(months=months, of_week=_cron_weekdays(rhythm))
    if rhythm.unit == "day of month":
        return Days(_days_of_month(rhythm), months, _cron_weekdays(rhythm) or (frozenset() if rhythm.dates else working))
    return None


def _days_of_month(rhythm: Rhythm) -> frozenset[int]:
    count = rhythm.ordinal
    if rhythm.weekdays:
        first, last = (7 * (count - 1) + 1, 7 * count) if count > 0 else (22, 31)
    elif rhythm.dates:
        first, last = (count, count) if count > 0 else (25, 31)
    else:
        first, last = (count, count + 2 * ((count + 4) // 5) + 2) if count > 0 else (25, 31)
    return frozenset(range(first, min(last, 31) + 1))


def _after(days: Days, followed: int) -> Days:
    """The working days that follow: those of the next month too, where the month ends before them."""
    last = max(days.of_month, default=31)
    following = range(min(days.of_month, default=28) + 1, last + max(followed, _HOLIDAYS) + 1)
    of_month = frozenset((day - 1) % 31 + 1 for day in following) if len(following) < 31 else ALL
    if last + max(followed, _HOLIDAYS) > 28:  # a month may end on the 28th
        of_month |= frozenset(range(1, last + max(followed, _HOLIDAYS) - 28 + 1))
    if not days.of_month:  # whole months: only what comes after their end
        of_month = frozenset(range(1, max(followed, 1) + 1))
    months = days.months
    if months and (last + max(followed, _HOLIDAYS) > 28):
        following_months = frozenset(month % 12 + 1 for month in months)
        months = months | following_months if days.of_month else following_months - months
    return Days(of_month if len(of_month) < 31 else frozenset(), months if len(months) < 12 else frozenset(), frozenset(range(1, 6)))


def _after_weekdays(rhythm: Rhythm, followed: int) -> Days:
    """The working days of the week that follow its days, over the weekend too."""
    following = {(day + ahead) % 7 for day in _cron_weekdays(rhythm) for ahead in range(1, max(followed, _HOLIDAYS) + 1)}
    months = frozenset(range(1, 13)) - set(rhythm.without)
    return Days(months=months if rhythm.without else frozenset(), of_week=frozenset(following & set(range(1, 6))))


def _every_few_weeks(rhythm: Rhythm, hours: tuple[int, ...], minute: int) -> dict[str, Any]:
    """Cron counts no weeks; a rule of RFC 5545 does."""
    assert rhythm.start is not None
    days = ",".join(_DAYS_OF_WEEK[day] for day in sorted(_cron_weekdays(rhythm)))
    rule = f"FREQ=WEEKLY;INTERVAL={rhythm.every};BYDAY={days};BYHOUR={','.join(map(str, hours))};BYMINUTE={minute};BYSECOND=0"
    if rhythm.without:
        rule += f";BYMONTH={','.join(str(month) for month in range(1, 13) if month not in rhythm.without)}"
    return {"rrule": f"DTSTART:{rhythm.start:%Y%m%d}T{hours[0]:02}{minute:02}00\nRRULE:{rule}"}


def _weekly(dataset: str) -> dict[str, Any]:
    """One look a week, each dataset at a time of its own, so that forty do not start together."""
    number = int(hashlib.sha256(dataset.encode()).hexdigest()[:8], 16)
    return {"cron": f"{number % 60} {WEEKLY_HOUR + number // 60 % 6} * * {number // 360 % 5 + 1}"}


def _schedule(slug: str, when: dict[str, Any], awaited: bool) -> dict[str, Any]:
    asked = {"parameters": {"awaited": True}} if awaited else {}
    return {**when, "timezone": TIMEZONE, "active": True, "slug": slug, **asked}


def _together(found: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """A list of dates gives the same times again and again: each once."""
    seen: dict[str, dict[str, Any]] = {}
    for schedule in found:
        seen.setdefault(str(schedule.get("cron") or schedule.get("rrule")), schedule)
    return list(seen.values())


def _cron_weekdays(rhythm: Rhythm) -> frozenset[int]:
    return frozenset((day + 1) % 7 for day in rhythm.weekdays)


def _span(first: int, last: int) -> list[int]:
    return list(range(first, last + 1)) if first <= last else [*range(first, 13), *range(1, last + 1)]


def _field(numbers: frozenset[int], size: int) -> str:
    """'*', '3', '15-21', '1-5,22'."""
    if not numbers or len(numbers) == size:
        return "*"
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
