"""Areas: level and vintage from codes and from column names."""

from __future__ import annotations

from tasks.shape.areas import codes_vintage, header_vintage, level_of, split_or_merge


def test_a_code_says_its_level() -> None:
    assert [level_of(code) for code in ("E08000025", "E05011118", "E01008881", "E12000005", "X99999999")] == [
        "LAD",
        "ward",
        "LSOA",
        "region",
        None,
    ]


def test_a_header_states_its_vintage() -> None:
    assert header_vintage("WD19CD") == ("ward", "2019")
    assert header_vintage("LSOA code (2011)") == ("LSOA", "2011")
    assert header_vintage("Local Authority District code (2019)") == ("LAD", "2019")
    assert header_vintage("Number of children 2024") is None


def test_authorities_tell_their_years_by_what_was_split_and_merged() -> None:
    before, after = codes_vintage("county", ["E10000006", "E06000061"]), codes_vintage("LAD", ["E06000063", "E08000025"])
    assert before is not None and (before.earliest, before.latest) == (2021, 2022)
    assert after is not None and after.earliest == 2023


def test_codes_of_before_and_after_one_change_are_a_mixture() -> None:
    mixed = codes_vintage("LAD", ["E07000004", "E06000061"])
    assert mixed is not None and mixed.mixed


def test_codes_that_no_change_touched_have_no_vintage() -> None:
    assert codes_vintage("LAD", ["E08000025"]) is None


def test_small_areas_tell_their_census_by_their_newest_codes() -> None:
    assert [v.words if (v := codes_vintage("LSOA", [code])) else None for code in ("E01008881", "E01033500", "E01033999")] == [
        "2001",
        "2011",
        "2021",
    ]


def test_the_register_names_the_successors_of_a_split_county() -> None:
    assert split_or_merge("E10000021") == (2021, ("E06000061", "E06000062"))
    assert split_or_merge("E08000025") is None


def test_wards_are_dated_by_when_their_newest_code_was_given_out() -> None:
    found = [codes_vintage("ward", [code]) for code in ("E05001178", "E05011118", "E05014393", "E05015926")]
    assert [v.words if v else None for v in found] == [
        "given out by 2017",
        "given out from 2018 to 2021",
        "given out in 2022",
        "given out after 2022",
    ]
