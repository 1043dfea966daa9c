"""The register knows which codes each vintage had, and counts are computed from them."""

from __future__ import annotations

import duckdb

from tasks.changes import Observed, compare, register
from tasks.shape import observe
from tests.unit.changes.tables import Row, put

BIRMINGHAM = "E08000025"


def of_birmingham(year: str) -> list[Row]:
    codes = sorted(register.vintages()["LSOA", year].by_authority[BIRMINGHAM])
    return [{"area_code": code, "district": "Birmingham", "value": str(900 + place % 211)} for place, code in enumerate(codes)]


def test_the_register_has_the_areas_of_birmingham_in_both_censuses() -> None:
    lower = {year: register.vintages()["LSOA", year] for year in ("2011", "2021")}
    assert [len(lower[year].by_authority[BIRMINGHAM]) for year in ("2011", "2021")] == [639, 659]
    gone = {code for code in lower["2011"].codes - lower["2021"].codes if code.startswith("E")}
    assert len(gone) == 1034


def test_codes_fit_the_vintage_that_holds_them_all() -> None:
    vintages = register.vintages()
    assert [one.year for one in register.fitting("LSOA", vintages["LSOA", "2011"].codes)] == ["2011"]
    assert [one.year for one in register.fitting("MSOA", vintages["MSOA", "2021"].codes)] == ["2021"]
    assert register.fitting("LSOA", {"E01999999"}) == []


def test_codes_that_both_vintages_have_show_neither() -> None:
    both = register.vintages()["LSOA", "2011"].codes & register.vintages()["LSOA", "2021"].codes
    assert len(register.fitting("LSOA", both)) == 2
    assert register.moved("LSOA", both, both) is None


def test_another_vintage_is_told_with_its_counts_and_the_official_lookup(connection: duckdb.DuckDBPyConnection) -> None:
    sides = []
    for name, year in (("earlier", "2011"), ("later", "2021")):
        put(connection, name, of_birmingham(year))
        sides.append(Observed(observe(connection, name, {}), name))
    (change,) = [one for one in compare(connection, *sides).changes if one.kind == "geography_vintage_changed"]
    assert (change.before, change.after) == ("2011", "2021")
    assert "in Birmingham 23 codes are gone and 43 new" in change.what
    assert "LSOA11_LSOA21_LAD22_EW_LU" in change.what
