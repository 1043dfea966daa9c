"""Periods as publishers print them."""

from __future__ import annotations

import pytest

from tasks.shape.periods import names_a_period, parse, parse_all, without_period


@pytest.mark.parametrize(
    ("label", "start"),
    [
        ("2021", "2021"),
        ("2021/22", "2021-06"),
        ("202122", "2021-06"),
        ("FYE 2024", "2023-04"),
        ("Jan 2017-Dec 2017", "2017-01~2017-12"),
        ("2017-12", "2017-12"),
        ("24/12/2010", "2010-12-24"),
        ("23-Feb-2011", "2011-02-23"),
        ("Q3 2020", "2020-07"),
        ("2022-10-01T00:00:00/P1Y", "2022-10-01"),
    ],
)
def test_a_printed_period_is_read(label: str, start: str) -> None:
    period = parse(label)
    assert period is not None and period.start == start


@pytest.mark.parametrize("label", ["Birmingham", "2021/25", "E08000025", "123456", "", "2020 to 2031"])
def test_what_is_no_period_is_not_read_as_one(label: str) -> None:
    assert parse(label) is None


def test_the_whole_column_decides_between_december_and_an_academic_year() -> None:
    assert [period.start for period in parse_all(["2011-10", "2011-11", "2011-12"]) or []] == ["2011-10", "2011-11", "2011-12"]
    assert [period.start for period in parse_all(["201011", "201112"]) or []] == ["2010-06", "2011-06"]


def test_a_column_of_other_words_has_no_periods() -> None:
    assert parse_all(["2011", "2012", "all years", "total"]) is None


@pytest.mark.parametrize(
    ("name", "says_so"),
    [("time_period", True), ("DATE_NAME", True), ("Reporting Year", True), ("TRANS DATE", True), ("Candidate", False), ("la_name", False)],
)
def test_a_name_says_whether_it_holds_periods(name: str, says_so: bool) -> None:
    assert names_a_period(name) is says_so


def test_headers_that_differ_in_their_year_share_a_stem() -> None:
    assert without_period("WD19CD") == without_period("WD22CD")
    assert without_period("Number FYE 2024") == without_period("Number FYE 2025")
    assert without_period("PTRWM_16") == without_period("PTRWM_18") != without_period("PTMAT_18")
