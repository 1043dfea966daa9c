"""The schedules that follow from a calendar: no release without a look on its day, and hardly a look without a release."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from expectations.calendar import LONDON, is_working_day
from expectations.declaration import Release
from flows import deployments, polling

YEAR = 2027
RHYTHMS = (
    "every day", "every weekday", "every Thursday", "every second Thursday from 2026-09-10", "every Tuesday and Friday",
    "third Tuesday of the month", "last Thursday of June", "last Monday of the month", "first working day of the month",
    "8th working day of the month", "last working day of the month", "10th of the month", "28th of February", "last day of the month",
    "every month", "every September", "every March and September", "every November to February", "every quarter",
    ("2027-01-19", "2027-03-31", "2027-11-30"), "every second Thursday from 2026-09-10, not in August", "first Monday of the month",
)  # fmt: skip


def looks(due: str | tuple[str, ...]) -> list[datetime]:
    """Every look of the year, but for the further ones of a release's own day."""
    start, end = datetime(YEAR, 1, 1, tzinfo=LONDON), datetime(YEAR, 12, 31, tzinfo=LONDON)
    times: set[datetime] = set()
    for schedule in schedules(due):
        if not schedule["slug"].startswith("again"):
            made = deployments._schedule_class(deployments._rule(schedule), schedule.get("day_or", True), "Europe/London")
            times |= {when.astimezone(LONDON) for when in asyncio.run(made.get_dates(n=10_000, start=start, end=end))}
    return sorted(times)


def schedules(due: str | tuple[str, ...], **more: Any) -> list[dict[str, Any]]:
    release = Release(due=due, late_after_days=5, **more)
    return polling.schedules(SimpleNamespace(id="ons.thing", state="verified", release=release))  # type: ignore[arg-type]


@pytest.mark.parametrize("due", RHYTHMS, ids=str)
def test_on_the_day_of_every_release_there_is_a_look_at_its_hour(due: str | tuple[str, ...]) -> None:
    found = looks(due)
    mornings = {when.date() for when in found if time(9, 30) <= when.time() < time(10)}
    dues = Release(due=due, late_after_days=5).calendar.dues(date(YEAR, 1, 4), date(YEAR, 12, 27))
    assert dues
    for one in dues:
        assert one.by in mornings, f"nobody looks on {one.by}"


@pytest.mark.parametrize("due", [due for due in RHYTHMS if "day" in str(due) and "every day" not in str(due)], ids=str)
def test_a_release_that_does_not_come_is_looked_for_again(due: str) -> None:
    found = looks(due)
    for one in Release(due=due, late_after_days=5).calendar.dues(date(YEAR, 1, 4), date(YEAR, 12, 20)):
        following = one.by + timedelta(days=1)
        while not is_working_day(following):
            following += timedelta(days=1)
        assert any(when.date() == following for when in found), f"nobody looks on {following}, after {one.by}"


def test_a_yearly_release_is_hardly_looked_for_out_of_its_season() -> None:
    outside = [when for when in looks("every September") if when.month not in (9, 10)]
    assert len(outside) <= 45  # once a week


def test_without_a_calendar_there_is_one_look_a_week() -> None:
    weekly = polling.schedules(SimpleNamespace(id="ons.thing", state="verified", release=Release(due="no calendar")))  # type: ignore[arg-type]
    assert [one["slug"] for one in weekly] == ["weekly"]
    assert "parameters" not in weekly[0]


def test_every_look_but_the_weekly_one_ends_at_once_where_nothing_is_awaited() -> None:
    for schedule in schedules("third Tuesday of the month"):
        assert schedule.get("parameters", {}) == ({} if schedule["slug"] == "weekly" else {"awaited": True})


def test_a_declared_cron_takes_the_place_of_all() -> None:
    (only,) = schedules("every June", schedule="50 9 10 * *")
    assert (only["cron"], only["timezone"]) == ("50 9 10 * *", "Europe/London")


def test_the_weekly_looks_of_many_datasets_are_spread() -> None:
    assert len({polling._weekly(f"ons.thing_{number}")["cron"] for number in range(60)}) > 50
