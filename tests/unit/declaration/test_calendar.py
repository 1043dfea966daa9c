"""Release calendars: what each form means on real days of England, and what is refused."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from expectations.calendar import is_working_day, parse
from expectations.declaration import DATASETS, load_file
from expectations.errors import EvidenceError
from expectations.rhythm import FORMS

TODAY = date(2026, 11, 22)  # a Sunday


@pytest.mark.parametrize(
    ("due", "last", "following"),
    [
        ("2026-11-24", None, "24 Nov 2026"),
        ("no calendar", None, None),
        ("every weekday", "20 Nov 2026", "23 Nov 2026"),
        ("every Thursday", "19 Nov 2026", "26 Nov 2026"),
        ("every second Thursday from 2026-09-10", "19 Nov 2026", "3 Dec 2026"),
        ("third Tuesday of the month", "17 Nov 2026", "15 Dec 2026"),
        ("first working day of the month", "2 Nov 2026", "1 Dec 2026"),
        ("last working day of the month", "30 Oct 2026", "30 Nov 2026"),
        ("last day of the month", "30 Oct 2026", "30 Nov 2026"),
        ("last Thursday of June", "25 Jun 2026", "24 Jun 2027"),
        ("every September", "Sep 2026", "Sep 2027"),
        ("every March and September", "Sep 2026", "Mar 2027"),
        ("every November to February", "Nov 2025 to Feb 2026", "Nov 2026 to Feb 2027"),
        ("every quarter", "Jul to Sep 2026", "Oct to Dec 2026"),
        ("every ten years from 2022", "2022", "2032"),
        ("every ten years", None, None),
        (("2026-09-30", "2027-01-19"), "30 Sep 2026", "19 Jan 2027"),
    ],
)
def test_a_calendar_knows_its_last_and_its_next_release(due: str | tuple[str, ...], last: str | None, following: str | None) -> None:
    calendar = parse(due)
    before, after = calendar.last(TODAY), calendar.next(TODAY)
    assert (before.said if before else None, after.said if after else None) == (last, following)


@pytest.mark.parametrize(
    ("due", "around", "moved_to"),
    [
        ("first Monday of the month", date(2027, 5, 1), date(2027, 5, 4)),  # the early May bank holiday
        ("every Friday", date(2027, 3, 24), date(2027, 3, 30)),  # Good Friday, Easter Monday
        ("25th of December", date(2026, 12, 1), date(2026, 12, 29)),  # a Friday, the weekend, Boxing Day on Monday
        ("first working day of January", date(2027, 1, 1), date(2027, 1, 4)),
    ],
)
def test_a_bank_holiday_moves_a_release_to_the_next_working_day(due: str, around: date, moved_to: date) -> None:
    found = parse(due).next(around)
    assert found is not None
    assert found.by == moved_to
    assert is_working_day(moved_to)


def test_an_announced_date_stands_even_on_a_bank_holiday() -> None:
    assert [due.by for due in parse("2026-12-25").dues(TODAY, date(2027, 1, 31))] == [date(2026, 12, 25)]


def test_a_month_is_due_by_its_last_working_day() -> None:
    found = parse("every May").next(date(2026, 6, 1))
    assert found is not None
    assert (found.opens, found.by) == (date(2027, 5, 1), date(2027, 5, 28))  # the 31st is the Spring Bank Holiday


def test_months_that_are_left_out_hold_no_release() -> None:
    dues = parse("every second Thursday from 2026-09-10, not in August").dues(date(2027, 7, 1), date(2027, 9, 30))
    assert [due.by for due in dues] == [date(2027, 7, 1), date(2027, 7, 15), date(2027, 7, 29), date(2027, 9, 9), date(2027, 9, 23)]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_that_is_proposed_is_understood(form: str) -> None:
    assert parse(form).said


@pytest.mark.parametrize(
    ("due", "said"),
    [
        ("every Tusday", "did you mean 'tuesday'?"),
        ("every Septembr", "did you mean 'september'?"),
        ("monthly", "did you mean 'month'?"),
        ("third Tuesday of month", "did you mean a form such as 'third Tuesday of the month'?"),
        ("every second Thursday", "leaves open which weeks"),
        ("every second Thursday from 2026-09-11", "2026-09-11 is a Friday"),
        ("2026-02-30", "no day of the calendar"),
        ("40th of the month", "no month has"),
        ("every twenty years", "unknown word 'twenty'"),
        ((), "no calendar"),
        (("no calendar", "every May"), "stands alone"),
    ],
)
def test_what_is_no_calendar_is_refused_with_the_nearest(due: str | tuple[str, ...], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        parse(due)


@pytest.mark.parametrize(
    ("release", "line", "said"),
    [
        ("  due: evry June\n  late_after_days: 3\n", 1, "did you mean 'every'?"),
        ("  rhythm: yearly\n  due: every June\n", 0, "`late_after_days` is missing"),
        ("  rhythm: yearly\n", 0, "`due` is missing"),
        ("  due: every June\n  late_afer_days: 3\n", 2, "did you mean 'late_after_days'?"),
    ],
)
def test_a_wrong_release_is_named_with_its_line(tmp_path: Path, release: str, line: int, said: str) -> None:
    text = (DATASETS / "mhclg" / "deprivation.yaml").read_text(encoding="utf-8")
    before, _, after = text.partition("release:\n")
    rest = after[after.index("\n\n") :]
    path = tmp_path / "mhclg" / "deprivation.yaml"
    path.parent.mkdir()
    path.write_text(f"{before}release:\n{release}{rest}", encoding="utf-8")
    with pytest.raises(EvidenceError) as error:
        load_file(path)
    assert f"line {before.count(chr(10)) + 1 + line}" in error.value.where
    assert said in error.value.found
