"""The macros that tidy SQL shares, one by one: what each makes of a cell, and that what it does not know is an error and never a silent NULL."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb
import pytest

from expectations.shape import MARKERS
from warehouse.home import PROJECT
from warehouse.table import literal

SQL = PROJECT / "warehouse" / "macros.sql"


@pytest.fixture(scope="module")
def macros() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(SQL.read_text(encoding="utf-8"))
        yield connection


def call(macros: duckdb.DuckDBPyConnection, name: str, *cells: str | None) -> Any:
    """The macro over a table of one row, as tidy SQL calls it (a constant might be folded in another way)."""
    columns = ", ".join(f"{'null' if cell is None else literal(cell)}::varchar as cell_{place}" for place, cell in enumerate(cells))
    given = ", ".join(f"cell_{place}" for place in range(len(cells)))
    return macros.execute(f"select {name}({given}) from (select {columns} from range(1))").fetchall()[0][0]


NUMBERS = {
    "12": 12.0, "12.5": 12.5, "-3": -3.0, "+3": 3.0, "0": 0.0, ".5": 0.5, "5.": 5.0, "1,234": 1234.0, "1,234,567.8": 1234567.8, "29,199": 29199.0,
    "51%": 51.0, "51.2 %": 51.2, "£1,234.50": 1234.5, "-£5": -5.0, "£-5": -5.0, "£ 12,000": 12000.0, "(12)": -12.0, "(£1,234.5)": -1234.5, "−3": -3.0,
    "1e3": 1000.0, "1E-05": 1e-05, " 7 ": 7.0, "\u00a07\u00a0": 7.0, "12.3 [p]": 12.3, "12.3[r]": 12.3, "0.8000000000000001": 0.8000000000000001,
}  # fmt: skip
NOT_NUMBERS = [
    "abc", "1,23", "1,2345", "12,34,567", ",5", "1 234", "1.234,5", "1.2.3", "nan", "inf", "Infinity", "e5",
    "%", "£", "--5", "12%%", "1-2", "2021-05", "12a",
    "c1", "[c", "Not applicable", "0x1F", "()", "1e", "$5", "[note]", "1_000", "१२",
]  # fmt: skip


@pytest.mark.parametrize(("cell", "number"), NUMBERS.items())
def test_a_printed_number_is_read(macros: duckdb.DuckDBPyConnection, cell: str, number: float) -> None:
    assert call(macros, "number_of", cell) == number


@pytest.mark.parametrize("cell", NOT_NUMBERS)
def test_a_text_that_is_neither_number_nor_marker_is_an_error_and_not_null(macros: duckdb.DuckDBPyConnection, cell: str) -> None:
    with pytest.raises(duckdb.Error, match=re.escape(f"neither a number nor a known marker: '{cell}'")):
        call(macros, "number_of", cell)


@pytest.mark.parametrize("cell", [None, "", "  ", "\u00a0"])
def test_an_empty_cell_is_no_number_and_says_that_it_is_missing(macros: duckdb.DuckDBPyConnection, cell: str | None) -> None:
    assert call(macros, "number_of", cell) is None
    assert call(macros, "marker_status", cell) == "missing"


@pytest.mark.parametrize("marker", sorted(MARKERS))
def test_every_marker_that_the_detector_knows_is_no_number_and_has_a_status(macros: duckdb.DuckDBPyConnection, marker: str) -> None:
    assert call(macros, "number_of", marker) is None
    assert call(macros, "number_of", f" {marker}\u00a0") is None
    assert call(macros, "marker_status", marker) is not None


@pytest.mark.parametrize(
    ("cell", "status"),
    {
        "c": "suppressed", "[c]": "suppressed", "C": "suppressed", "SUPP": "suppressed",
        "x": "not_available", "..": "not_available", ":": "not_available",
        "z": "not_applicable", ".": "not_applicable", "low": "rounds_to_zero", "k": "rounds_to_zero", "u": "low_reliability", "[note 12]": "see_note",
        "12.3 [p]": "provisional", "12.3 [r]": "revised", "(5) [e]": "estimated", "51% [b]": "break_in_series", "12 [note 3]": "see_note",
        "12.3": None, "1,234": None, "(12)": None, "51%": None,
    }.items(),
)  # fmt: skip
def test_a_marker_or_a_flag_gives_its_status_and_a_plain_number_none(
    macros: duckdb.DuckDBPyConnection, cell: str, status: str | None
) -> None:
    assert call(macros, "marker_status", cell) == status


def test_a_publisher_that_means_something_else_by_a_marker_says_so(macros: duckdb.DuckDBPyConnection) -> None:
    told = macros.execute(
        "select marker_status('~'), marker_status('~', meanings := nomis_markers()), marker_status('c', meanings := nomis_markers())"
    )
    assert told.fetchall() == [("not_available", "rounds_to_zero", "suppressed")]


def test_a_column_of_cells_keeps_each_row_its_own_number(macros: duckdb.DuckDBPyConnection) -> None:
    rows = macros.execute(
        "select number_of(c), marker_status(c) from (values ('1,000'), ('c'), (null), ('2 [p]'), ('51%')) as t(c)"
    ).fetchall()
    assert rows == [(1000.0, None), (None, "suppressed"), (None, "missing"), (2.0, "provisional"), (51.0, None)]


def test_a_whole_number_is_whole(macros: duckdb.DuckDBPyConnection) -> None:
    assert call(macros, "integer_of", "1,144,900") == 1_144_900
    assert call(macros, "integer_of", "c") is None
    with pytest.raises(duckdb.Error, match="not a whole number"):
        call(macros, "integer_of", "12.5")


@pytest.mark.parametrize(
    "cell",
    ["2016-12-31", "31/12/2016", "31-12-2016", "31.12.2016", "31-Dec-16", "31-Dec-2016", "31 Dec 2016",
     "31 December 2016", "31/12/16", "20161231", "2016/12/31",
     "2016-12-31 00:00:00", "2016-12-31T23:59:59Z", "31/12/2016 00:00", "2016-12-31T00:00:00.000+00:00", " 31/12/2016 "],
)  # fmt: skip
def test_a_date_is_read_however_it_is_printed(macros: duckdb.DuckDBPyConnection, cell: str) -> None:
    assert call(macros, "date_of", cell) == date(2016, 12, 31)


def test_the_day_stands_before_the_month(macros: duckdb.DuckDBPyConnection) -> None:
    assert call(macros, "date_of", "3/4/2016") == date(2016, 4, 3)


@pytest.mark.parametrize("cell", ["12/31/2016", "2016-02-30", "31/12", "yesterday", "42735", "2016", "31/12/216"])
def test_what_is_no_date_is_an_error(macros: duckdb.DuckDBPyConnection, cell: str) -> None:
    with pytest.raises(duckdb.Error, match="not a date"):
        call(macros, "date_of", cell)


@pytest.mark.parametrize("cell", ["202324", "2023/24", "2023-24", "2023/2024", "2023-2024", "20232024", "2023 / 24", "2023–24"])
def test_an_academic_year_is_read_however_it_is_printed(macros: duckdb.DuckDBPyConnection, cell: str) -> None:
    assert call(macros, "academic_year_start", cell) == date(2023, 9, 1)
    assert call(macros, "academic_year_end", cell) == date(2024, 8, 31)
    assert call(macros, "academic_year_label", cell) == "2023/24"


@pytest.mark.parametrize("cell", ["202325", "202320", "2023", "2023/23", "2023/2023", "20232025", "23/24", "2023/4", "AY2023"])
def test_two_years_that_do_not_follow_each_other_are_an_error(macros: duckdb.DuckDBPyConnection, cell: str) -> None:
    for name in ("academic_year_start", "financial_year_label", "tax_year_end"):
        with pytest.raises(duckdb.Error, match="not two consecutive years"):
            call(macros, name, cell)


def test_a_century_is_crossed(macros: duckdb.DuckDBPyConnection) -> None:
    assert call(macros, "academic_year_label", "199900") == "1999/00"
    assert call(macros, "academic_year_end", "1999/2000") == date(2000, 8, 31)


def test_financial_tax_and_calendar_years_begin_and_end_on_their_days(macros: duckdb.DuckDBPyConnection) -> None:
    assert (call(macros, "financial_year_start", "2023-24"), call(macros, "financial_year_end", "2023-24")) == (
        date(2023, 4, 1),
        date(2024, 3, 31),
    )
    assert (call(macros, "tax_year_start", "202324"), call(macros, "tax_year_end", "202324")) == (date(2023, 4, 6), date(2024, 4, 5))
    assert (call(macros, "calendar_year_start", "2023"), call(macros, "calendar_year_end", "2023")) == (
        date(2023, 1, 1),
        date(2023, 12, 31),
    )
    assert call(macros, "financial_year_label", "2023/2024") == call(macros, "tax_year_label", "202324") == "2023-24"
    assert call(macros, "calendar_year_label", "2023") == "2023"
    with pytest.raises(duckdb.Error, match="not a year"):
        call(macros, "calendar_year_start", "202324")


@pytest.mark.parametrize("year", [2015, 2018, 2020, 2021, 2022, 2026])
def test_iso_weeks_are_those_of_the_calendar(macros: duckdb.DuckDBPyConnection, year: int) -> None:
    weeks = date(year, 12, 28).isocalendar().week
    rows = macros.execute(f"select w, iso_week_start({year}, w), iso_week_end({year}, w) from range(1, {weeks + 1}) as r(w)").fetchall()
    assert [(week, start, end) for week, start, end in rows] == [
        (week, date.fromisocalendar(year, week, 1), date.fromisocalendar(year, week, 7)) for week in range(1, weeks + 1)
    ]
    for wrong in (0, weeks + 1, 54):
        with pytest.raises(duckdb.Error, match=f"{year} has no ISO week {wrong}"):
            macros.execute(f"select iso_week_start({year}, w) from (select {wrong} as w from range(1))").fetchall()


@pytest.mark.parametrize(
    "cell", ["2020-09", "2020M09", "Sep 2020", "September 2020", "Sep-20", "Sep-2020", "202009", "2020 Sep", "09/2020"]
)
def test_a_month_is_read_however_it_is_printed(macros: duckdb.DuckDBPyConnection, cell: str) -> None:
    assert (call(macros, "month_start", cell), call(macros, "month_end", cell)) == (date(2020, 9, 1), date(2020, 9, 30))


@pytest.mark.parametrize(("name", "cell"), [("month_start", "2020-13"), ("month_start", "2020"),
    ("months_start", "Sep 2020"), ("quarter_start", "2020 Q5"),
                                            ("interval_end", "2023-01-01/P1W"), ("quarter_end", "Q3")])  # fmt: skip
def test_what_is_no_such_period_is_an_error(macros: duckdb.DuckDBPyConnection, name: str, cell: str) -> None:
    with pytest.raises(duckdb.Error, match=r"not an? "):
        call(macros, name, cell)


def test_spans_quarters_and_intervals(macros: duckdb.DuckDBPyConnection) -> None:
    for cell in ("Oct 2019-Sep 2020", "Oct 2019 to Sep 2020", "October 2019 - September 2020"):
        assert (call(macros, "months_start", cell), call(macros, "months_end", cell)) == (date(2019, 10, 1), date(2020, 9, 30))
    for cell in ("2020 Q3", "2020-Q3", "2020Q3", "Q3 2020"):
        assert (call(macros, "quarter_start", cell), call(macros, "quarter_end", cell)) == (date(2020, 7, 1), date(2020, 9, 30))
    for cell, last in (("2023-01-01/P1Y", date(2023, 12, 31)), ("2001-01-01/P3Y", date(2003, 12, 31)), ("2024-04-01T00:00:00/P3M", date(2024, 6, 30)),
                       ("2024-04-17", date(2024, 4, 17)), ("2024-04-17/P1D", date(2024, 4, 17))):  # fmt: skip
        assert call(macros, "interval_end", cell) == last
    assert call(macros, "interval_start", "2001-01-01/P3Y") == date(2001, 1, 1)


EES = [
    # time_period, time_identifier as CSV prints it, as the API prints it, first day, last day, label
    ("202324", "Academic year", "AY", "2023-09-01", "2024-08-31", "2023/24"),
    ("202324", "Academic year Q2", "AYQ2", "2023-12-01", "2024-02-29", "2023/24 Q2"),
    ("202324", "Academic year Q4", "AYQ4", "2024-06-01", "2024-08-31", "2023/24 Q4"),
    ("202324", "Financial year", "FY", "2023-04-01", "2024-03-31", "2023-24"),
    ("202324", "Financial year Q4", "FYQ4", "2024-01-01", "2024-03-31", "2023-24 Q4"),
    ("202324", "Tax year", "TY", "2023-04-06", "2024-04-05", "2023-24"),
    ("202324", "Tax year Q1", "TYQ1", "2023-04-06", "2023-07-05", "2023-24 Q1"),
    ("2023", "Calendar year", "CY", "2023-01-01", "2023-12-31", "2023"),
    ("2023", "Calendar year Q3", "CYQ3", "2023-07-01", "2023-09-30", "2023 Q3"),
    ("2023", "Reporting year", "RY", "2023-01-01", "2023-12-31", "2023"),
    ("202324", "Autumn term", "T1", "2023-09-01", "2023-12-31", "2023/24 T1"),
    ("202324", "Spring term", "T2", "2024-01-01", "2024-03-31", "2023/24 T2"),
    ("202324", "Summer term", "T3", "2024-04-01", "2024-08-31", "2023/24 T3"),
    ("202324", "Autumn and spring term", "T1T2", "2023-09-01", "2024-03-31", "2023/24 T1T2"),
    ("202324", "Part 1 (April to September)", "P1", "2023-04-01", "2023-09-30", "2023-24 P1"),
    ("202324", "Part 2 (October to March)", "P2", "2023-10-01", "2024-03-31", "2023-24 P2"),
    ("2022", "Week 37", "W37", "2022-09-12", "2022-09-18", "2022 Week 37"),
    ("2024", "February", "M2", "2024-02-01", "2024-02-29", "2024-02"),
    ("2024", "December", "M12", "2024-12-01", "2024-12-31", "2024-12"),
]


@pytest.mark.parametrize(("time_period", "label", "code", "first", "last", "named"), EES)
def test_each_period_of_explore_education_statistics(
    macros: duckdb.DuckDBPyConnection, time_period: str, label: str, code: str, first: str, last: str, named: str
) -> None:
    for identifier in (label, code):
        assert call(macros, "time_identifier_code", identifier) == code
        assert str(call(macros, "ees_period_start", time_period, identifier)) == first
        assert str(call(macros, "ees_period_end", time_period, identifier)) == last
        assert call(macros, "ees_period_label", time_period, identifier) == named


@pytest.mark.parametrize(("time_period", "identifier"), [("2023", "Academic year"), ("202324", "Week 37"),
    ("2022", "Week 53"), ("2022", "Fortnight 3"),
                                                         ("202324", "AYQ5"), ("202324", "Calendar year"), ("2022", "M13")])  # fmt: skip
def test_a_period_that_its_identifier_does_not_allow_is_an_error(
    macros: duckdb.DuckDBPyConnection, time_period: str, identifier: str
) -> None:
    with pytest.raises(duckdb.Error):
        call(macros, "ees_period_start", time_period, identifier)


def test_empty_cells_give_no_period(macros: duckdb.DuckDBPyConnection) -> None:
    for name in (
        "academic_year_start",
        "academic_year_label",
        "calendar_year_end",
        "month_start",
        "months_end",
        "quarter_end",
        "interval_end",
        "date_of",
    ):
        assert call(macros, name, None) is None, name
    for name in ("ees_period_start", "ees_period_end", "ees_period_label"):
        assert call(macros, name, None, "Academic year") is None
        assert call(macros, name, "202324", None) is None


def test_gss_codes(macros: duckdb.DuckDBPyConnection) -> None:
    assert [call(macros, "is_gss_code", cell) for cell in ("E08000025", " E08000025 ", "330", "z", "E0800002", None)] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]
    assert [call(macros, "gss_code", cell) for cell in (" e08000025 ", "z", "", None)] == ["E08000025", None, None, None]
    for wrong in ("E0800002", "330", "Birmingham", "E080000255", "08000025E"):
        with pytest.raises(duckdb.Error, match="not a GSS code"):
            call(macros, "gss_code", wrong)


@pytest.mark.parametrize(
    ("code", "level"),
    {
        "E92000001": "country", "E12000005": "region", "E08000025": "local_authority", "E09000001": "local_authority", "E06000060": "local_authority",
        "E07000192": "local_authority", "E10000002": "county", "E05011118": "ward", "E02001827": "msoa", "E01009417": "lsoa", "E00047156": "oa",
        "E14000560": "parliamentary_constituency", "E47000007": "combined_authority", "W92000004": "country",
        "W06000015": "local_authority", "330": None,
    }.items(),
)  # fmt: skip
def test_a_code_tells_the_kind_of_its_area(macros: duckdb.DuckDBPyConnection, code: str, level: str | None) -> None:
    assert call(macros, "area_level", code) == level


@pytest.mark.parametrize(
    ("number", "code", "name"),
    [
        ("330", "E08000025", "Birmingham"),
        ("330.0", "E08000025", "Birmingham"),
        ("970", "E92000001", "England"),
        ("909", "E10000006", "Cumbria"),
        ("702", None, None),
        ("33", None, None),
        ("330.5", None, None),
        (None, None, None),
    ],
)
def test_a_number_of_dfe_is_an_area(macros: duckdb.DuckDBPyConnection, number: str | None, code: str | None, name: str | None) -> None:
    assert (call(macros, "dfe_area_code", number), call(macros, "dfe_area_name", number)) == (code, name)


def test_every_number_of_dfe_has_one_code_and_one_name(macros: duckdb.DuckDBPyConnection) -> None:
    numbers, codes, names = macros.execute(
        "select list_sort(map_keys(dfe_area_codes())), map_values(dfe_area_codes()), list_sort(map_keys(dfe_area_names()))"
    ).fetchall()[0]
    assert numbers == names and len(codes) == len(set(codes)) == len(numbers)


@pytest.mark.parametrize(
    ("level", "code", "kind"),
    [("National", "E92000001", "country"), ("Regional", "E12000005", "region"), (" Local authority", "E08000025", "local_authority")],
)
def test_a_row_of_ees_is_of_the_area_of_its_own_level(macros: duckdb.DuckDBPyConnection, level: str, code: str, kind: str) -> None:
    assert call(macros, "ees_area", level, "E92000001", "E12000005", "E08000025") == code
    assert call(macros, "ees_area_level", level) == kind


def test_a_level_of_ees_without_an_area_is_an_error(macros: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(duckdb.Error, match="no area for the geographic level"):
        call(macros, "ees_area", "School", "E92000001", "E12000005", "E08000025")


def test_every_macro_has_a_test_here() -> None:
    defined = set(re.findall(r"create or replace macro (\w+)", SQL.read_text(encoding="utf-8")))
    own_text = (PROJECT / "tests" / "unit" / "test_macros.py").read_text(encoding="utf-8")
    parts = {
        "cell_text",
        "number_text",
        "flag_of",
        "standard_markers",
        "split_year",
        "single_year",
        "time_identifier_number",
        "counted_month",
        "nomis_census",
        "local_indicators",
        "business_demography",
        "ring_hectares",
    }
    parts |= {
        "ees_first_month",
        "ees_months",
        "ees_year",
        "ees_start",
        "ees_end",
        "ees_label",
    }  # tested through the macros that they make up
    assert parts <= defined
    assert [name for name in sorted(defined - parts) if name not in own_text] == []


@pytest.mark.parametrize(
    ("cell", "marker"),
    [("c", "c"), (" [x] ", "[x]"), ("12.3 [p]", "[p]"), ("12.3", None), ("-5", None), ("1,234", None), ("", None), (None, None)],
)
def test_a_marker_is_kept_as_printed(macros: duckdb.DuckDBPyConnection, cell: str | None, marker: str | None) -> None:
    assert call(macros, "marker_of", cell) == marker


@pytest.mark.parametrize(
    ("kind", "vintage"),
    [
        ("2021 super output areas - lower layer", "2021"),
        ("local authorities: district / unitary (as of April 2023)", "April 2023"),
        ("local authorities: district / unitary (prior to April 2015)", "before April 2015"),
        ("regions", None),
        (None, None),
    ],
)
def test_a_kind_of_area_names_its_boundaries(macros: duckdb.DuckDBPyConnection, kind: str | None, vintage: str | None) -> None:
    assert call(macros, "nomis_area_vintage", kind) == vintage


@pytest.mark.parametrize(
    ("cell", "words", "status"),
    [
        ("12", "Normal Value", None),
        (None, "Missing value", "not_available"),
        (None, "Value suppressed", "suppressed"),
        (None, "Estimate not available since the group sample size is zero or disclosive (0-2).", "suppressed"),
        (None, "Estimate and confidence interval unreliable since the group sample size is small (3-9).", "low_reliability"),
        (None, "Estimate is less than 500.", "rounds_to_zero"),
        (" ", None, "not_available"),
    ],
)
def test_nomis_says_in_words_why_a_cell_is_empty(
    macros: duckdb.DuckDBPyConnection, cell: str | None, words: str | None, status: str
) -> None:
    assert call(macros, "nomis_status", cell, words) == status


def test_a_census_has_its_day(macros: duckdb.DuckDBPyConnection) -> None:
    assert call(macros, "census_day", "2011").isoformat() == "2011-03-27"
    assert call(macros, "census_day", "2021").isoformat() == "2021-03-21"
    with pytest.raises(duckdb.Error, match="no census day known"):
        call(macros, "census_day", "2031")


@pytest.mark.parametrize(
    ("category", "group"),
    [
        ("Europe: EU countries: Other", "Europe: EU countries"),
        ("Economically active (excluding full-time students):In employment", "Economically active (excluding full-time students)"),
        ("Africa", None),
        (None, None),
    ],
)
def test_a_category_names_the_one_that_it_belongs_to(macros: duckdb.DuckDBPyConnection, category: str | None, group: str | None) -> None:
    assert call(macros, "group_of", category) == group


def test_a_census_table_is_told_apart_by_its_totals_groups_and_parts(macros: duckdb.DuckDBPyConnection) -> None:
    rows = [("Total: All households", "90"), ("Owned", "60"), ("Owned: Owns outright", "60"), ("Lives rent free", "30")]
    values = ", ".join(
        f"('2021', 'E01008881', 'Birmingham 001A', '2021 super output areas - lower layer', '{name}', '{count}', 'A', 'Normal Value', 'p', {at})"
        for at, (name, count) in enumerate(rows)
    )
    columns = "DATE, GEOGRAPHY_CODE, GEOGRAPHY_NAME, GEOGRAPHY_TYPE, TENURE, OBS_VALUE, OBS_STATUS, OBS_STATUS_NAME, _part, _row"
    with macros.cursor() as connection:
        connection.execute(f"create or replace temp view raw as select * from (values {values}) as given({columns})")
        tidy = (PROJECT / "warehouse" / "tidy" / "ons" / "tenure_2021.sql").read_text(encoding="utf-8")
        found = connection.execute(f"select tenure, tenure_kind, value, area_level, area_vintage, unit from ({tidy})").fetchall()
    kinds = {name: kind for name, kind, *_ in found}
    assert kinds == {"Total: All households": "total", "Owned": "group", "Owned: Owns outright": "detailed", "Lives rent free": "detailed"}
    assert {row[2:] for row in found} == {(value, "lsoa", "2021", "households") for value in (90.0, 60.0, 30.0)}


def test_a_shape_has_its_size_without_its_holes(macros: duckdb.DuckDBPyConnection) -> None:
    """A square of a hundredth of a degree at 52.5 degrees north is 1,113 m by 679 m; a hole takes a quarter of it away."""
    outer = [[-1.9, 52.5], [-1.89, 52.5], [-1.89, 52.51], [-1.9, 52.51], [-1.9, 52.5]]
    hole = [[-1.898, 52.502], [-1.893, 52.502], [-1.893, 52.507], [-1.898, 52.507], [-1.898, 52.502]]
    shape = json.dumps({"type": "Polygon", "coordinates": [outer, hole]})
    twice = json.dumps({"type": "MultiPolygon", "coordinates": [[outer], [outer, hole]]})
    assert call(macros, "polygons_of", json.dumps({"type": "Point", "coordinates": [0, 0]})) is None
    one, two = f"polygons_of({literal(shape)})", f"polygons_of({literal(twice)})"
    sizes = macros.execute(f"select polygons_hectares({one}), polygons_hectares({two}), polygons_vertices({one})").fetchall()
    assert sizes[0][0] == pytest.approx(75.56 * 0.75, abs=0.05)
    assert sizes[0][1] == pytest.approx(75.56 * 1.75, abs=0.1)
    assert sizes[0][2] == 10
