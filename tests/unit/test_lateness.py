"""Late, due or moved: judged by the declared calendar and by what has come, never by elapsed time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from expectations.calendar import Due, parse
from expectations.declaration import Dataset, Release, load
from tasks.atomic import replace_json
from tasks.lateness import Arrival, arrival, late_change, look, remember, remembered, standing, stands
from tasks.snapshot import Part, Snapshot
from warehouse.home import Home

TUESDAYS = parse("third Tuesday of the month")
DUE = date(2026, 11, 17)
DATASET = "ons.population"


def fetched(home: Home, on: str, release: str = "", origin: str = "live", **labels: str) -> None:
    """A snapshot as the archive keeps it."""
    part = Part("data.csv", "00" * 32, 1, "https://example.org", "", 200, f"{on}T12:00:00+00:00", labels=labels)
    snapshot = Snapshot(f"snapshot-{on}-{origin}", DATASET, (part,), f"{on}T12:00:00+00:00", "run", release, origin=origin)
    replace_json(home.manifest(DATASET, snapshot.id), snapshot.as_dict())


def declared(due: str | tuple[str, ...], late_after_days: int = 3) -> Dataset:
    return load(DATASET).model_copy(update={"release": Release(due=due, late_after_days=late_after_days)})


@pytest.mark.parametrize(
    ("arrived", "today", "said"),
    [
        (date(2026, 10, 20), DUE - timedelta(days=2), "due 17 Nov 2026"),
        (date(2026, 10, 20), DUE, "due 17 Nov 2026"),
        (date(2026, 10, 20), DUE + timedelta(days=2), "awaited since 17 Nov 2026"),
        (date(2026, 10, 20), DUE + timedelta(days=3), "late by 3 days"),
        (date(2026, 10, 20), DUE + timedelta(days=60), "late by 60 days"),  # and not late for December only
        (DUE, DUE, "due 15 Dec 2026"),
        (DUE - timedelta(days=1), DUE + timedelta(days=9), "due 15 Dec 2026"),  # a day early is still that release
        (DUE + timedelta(days=20), DUE + timedelta(days=20), "due 15 Dec 2026"),  # late, and here
    ],
)
def test_a_release_is_late_some_days_after_its_day_and_until_it_comes(arrived: date, today: date, said: str) -> None:
    assert standing(DATASET, TUESDAYS, 3, Arrival(arrived), today).said(today) == said


@pytest.mark.parametrize(
    ("due", "arrived", "today", "said"),
    [
        ("every September", date(2025, 9, 25), date(2026, 9, 30), "due Sep 2026"),
        ("every September", date(2025, 9, 25), date(2026, 10, 10), "late by 10 days"),
        ("every September", date(2026, 9, 2), date(2026, 10, 10), "due Sep 2027"),
        ("every September", date(2026, 8, 25), date(2026, 10, 10), "due Sep 2027"),
        ("every weekday", date(2026, 11, 19), date(2026, 11, 23), "late by 3 days"),
        ("every weekday", date(2026, 11, 20), date(2026, 11, 22), "due 23 Nov 2026"),
        ("no calendar", date(2010, 1, 1), date(2026, 11, 22), "no calendar"),
        ("2026-10-01", date(2026, 10, 1), date(2026, 11, 22), "declared dates are over"),
    ],
)
def test_each_kind_of_calendar_has_its_own_patience(due: str, arrived: date, today: date, said: str) -> None:
    assert standing(DATASET, parse(due), 3, Arrival(arrived), today).said(today) == said


def test_what_never_came_is_awaited_and_not_late() -> None:
    one = standing(DATASET, TUESDAYS, 3, None, DUE + timedelta(days=30))
    assert one.awaited(DUE + timedelta(days=30))
    assert not one.late(DUE + timedelta(days=30))


def test_a_look_is_worth_it_from_the_day_until_it_has_come_or_is_late() -> None:
    one = standing(DATASET, TUESDAYS, 3, Arrival(date(2026, 10, 20)), DUE)
    assert [one.awaited(DUE + timedelta(days=days)) for days in (-1, 0, 2, 3)] == [False, True, True, False]


def test_the_publishers_own_next_date_takes_the_place_of_the_declared_one() -> None:
    one = standing(DATASET, TUESDAYS, 3, Arrival(date(2026, 10, 20), Due(date(2026, 11, 24), date(2026, 11, 24))), DUE)
    assert one.said(DUE + timedelta(days=5)) == "due 24 Nov 2026"


def test_a_release_is_as_old_as_it_says_and_not_as_its_fetch(home: Home) -> None:
    fetched(home, "2026-11-20", "lastupdated 2026-10-20 09:30:00; next 2026-12-15")
    found = arrival(DATASET, home)
    assert found is not None
    assert found.on == date(2026, 10, 20)  # the day to come is no release


def test_a_snapshot_that_states_no_day_came_when_it_was_fetched(home: Home) -> None:
    fetched(home, "2026-11-20", "3.16", next_release="2026-12-03")
    assert arrival(DATASET, home) == Arrival(date(2026, 11, 20), Due(date(2026, 12, 3), date(2026, 12, 3)))


def test_the_sample_is_no_release(home: Home) -> None:
    fetched(home, "2026-11-20", "2026-10-20", origin="sample")
    assert arrival(DATASET, home) is None


def test_a_changed_date_is_a_release_that_moved_and_is_said_once(home: Home) -> None:
    fetched(home, "2026-10-20")
    today = date(2026, 11, 10)
    assert look([declared("2026-11-17")], home, today)[0].moved_from is None
    (moved,) = look([declared("2026-11-24")], home, today)
    assert moved.moved_from is not None
    assert moved.moved_from.said == "17 Nov 2026"
    assert look([declared("2026-11-24")], home, today)[0].moved_from is None


def test_the_next_release_after_one_that_came_has_not_moved(home: Home) -> None:
    fetched(home, "2026-10-20")
    look([declared("third Tuesday of the month")], home, DUE)
    fetched(home, "2026-11-17")
    (one,) = look([declared("third Tuesday of the month")], home, DUE)
    assert (one.said(DUE), one.moved_from) == ("due 15 Dec 2026", None)


def test_a_run_remembers_what_came_and_leaves_a_moved_day_to_the_next_look(home: Home) -> None:
    fetched(home, "2026-10-20")
    look([declared("2026-11-17")], home, DUE)
    remember([stands(declared("2026-11-24"), home, DUE)], home)
    assert remembered(home, DUE)[DATASET].said(DUE) == "due 17 Nov 2026"
    fetched(home, "2026-11-17")
    remember([stands(declared(("2026-11-17", "2026-12-01")), home, DUE)], home)
    assert remembered(home, DUE)[DATASET].said(DUE) == "due 1 Dec 2026"


def test_the_change_is_the_same_on_every_day_that_it_lasts() -> None:
    one = standing(DATASET, TUESDAYS, 3, Arrival(date(2026, 10, 20)), DUE + timedelta(days=4))
    later = standing(DATASET, TUESDAYS, 3, Arrival(date(2026, 10, 20)), DUE + timedelta(days=9))
    assert late_change(one) == late_change(later)
    other = replace(one, due=parse("2026-12-15").next(DUE))
    assert late_change(one).id != late_change(other).id
    assert (
        late_change(one).what == "The release due 17 Nov 2026 has not come; it counts as late since 20 Nov 2026, 3 days after its last day."
    )
