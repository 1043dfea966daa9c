"""Where a header is: under titles, over several rows, with notes below, in stacked blocks."""

from __future__ import annotations

import pytest

from tasks.read import header
from tasks.read.header import Row
from tasks.read.trim import notes_begin

BODY: list[Row] = [("E06000001", "Hartlepool", "10", "11"), ("E06000002", "Middlesbrough", "12", "13"), ("E06000003", "Redcar", "14", "c")]
HEAD: Row = ("Area code", "Area", "Count", "Rate")


def test_a_header_in_the_first_row() -> None:
    found = header.find([HEAD, *BODY])
    assert found is not None
    assert (found.first, found.last, found.start, found.texts) == (0, 0, 1, HEAD)


@pytest.mark.parametrize(
    "above",
    [
        [("Table 4: children in low income families", None, None, None)],
        [("A title", "", "", ""), ("", "", "", ""), ("Source: a survey", "", "", "")],
        [("Population :", "All usual residents", "", ""), ("Date :", "2021", "", ""), ("", "", "", "")],
        [("date", "2021", "", ""), ("Units", "Persons", "", "")],
    ],
)
def test_titles_and_lines_over_a_header_are_its_preamble(above: list[Row]) -> None:
    found = header.find([*above, HEAD, *BODY])
    assert found is not None
    assert found.texts == HEAD
    assert found.last == len(above)
    assert len(found.preamble) == sum(any(row) for row in above)


def test_a_blank_row_may_part_header_and_records() -> None:
    found = header.find([("A title", None, None, None), (None,) * 4, HEAD, (None,) * 4, *BODY])
    assert found is not None
    assert (found.last, found.start) == (2, 4)


def test_years_over_figures_are_a_header_and_no_record() -> None:
    found = header.find([("Counts of births", "", "", ""), ("", "", "2017", "2018"), *BODY])
    assert found is not None
    assert found.texts == ("", "", "2017", "2018")


def test_single_years_of_age_over_figures_are_a_header() -> None:
    ages: Row = ("Area", *map(str, range(12)))
    body: list[Row] = [(name, *(str(1000 + 7 * n * n) for n in range(12))) for name in ("A", "B", "C")]
    found = header.find([ages, *body])
    assert found is not None
    assert found.texts == ages


def test_figures_in_the_first_row_of_all_are_a_record() -> None:
    found = header.find([*BODY, *BODY])
    assert found is not None
    assert (found.last, found.start) == (None, 0)


def test_a_header_of_grades_among_which_some_are_numbers_is_a_header() -> None:
    found = header.find(
        [("subject", "entries", "A", "B", "9", "8", "7"), *[(f"S{n}", str(n * 31), "1", "2", "3", "4", "5") for n in range(9)]]
    )
    assert found is not None
    assert found.last == 0


def test_a_spanning_row_heads_the_columns_under_it() -> None:
    rows: list[Row] = [
        ("", "", "Girls", "", "Boys", ""),
        ("Code", "Area", "n", "%", "n", "%"),
        ("E1", "A", "5", "1", "6", "2"),
        ("E2", "B", "7", "3", "8", "4"),
    ]
    found = header.find(rows)
    assert found is not None
    assert found.texts == ("Code", "Area", "Girls n", "Girls %", "Boys n", "Boys %")
    assert found.rows == 2


def test_merged_cells_say_how_far_a_heading_spans() -> None:
    rows: list[Row] = [("", "All", "", "Rate"), ("Area", "n", "%", "per 1,000"), ("E1", "5", "1", "6"), ("E2", "7", "3", "8")]
    found = header.find(rows, spans=[(0, 1, 0, 2)])
    assert found is not None
    assert found.texts == ("Area", "All n", "All %", "Rate per 1,000")


def test_units_under_a_header_belong_to_it() -> None:
    found = header.find([("Year", "Active", "Births"), ("", "(000s)", "(000s)"), ("2017", "20", "30"), ("2018", "21", "31")])
    assert found is not None
    assert found.texts == ("Year", "Active (000s)", "Births (000s)")


def test_a_hidden_row_is_no_part_of_a_header() -> None:
    rows: list[Row] = [("", "", "Grand Total", "Sum of rate"), HEAD, *BODY]
    found = header.find(rows, hidden={0})
    assert found is not None
    assert found.texts == HEAD


def test_a_declared_header_row_is_obeyed() -> None:
    found = header.find([HEAD, ("code", "name", "n", "r"), *BODY], header_row=2)
    assert found is not None
    assert found.texts == ("code", "name", "n", "r")


def _notes(tail: list[tuple[int, Row]]) -> int | None:
    found = header.find([HEAD, *BODY])
    assert found is not None
    return notes_begin(tail, found)


def test_notes_below_a_table_are_no_records() -> None:
    tail = [(2, BODY[0]), (3, BODY[1]), (5, ("Source: ONS", None, None, None)), (6, ("1. Rounded", "to tens", None, None))]
    assert _notes(tail) == 5


def test_a_last_record_without_figures_is_kept() -> None:
    assert _notes([(2, BODY[0]), (3, BODY[1]), (4, ("E06000053", "Isles of Scilly", None, None))]) is None


def test_a_last_record_of_markers_is_kept_even_after_a_gap() -> None:
    assert _notes([(2, BODY[0]), (9, ("E06000053", "Isles of Scilly", "c", "c"))]) is None


BLOCK = "{title}\ndate,{period}\n\nArea,Count,Rate,Conf\nA,1,2,3\nB,4,5,6\nC,7,8,9\n\n"


def test_stacked_blocks_become_one_table_with_a_column_for_what_tells_them_apart(reading) -> None:
    text = "".join(BLOCK.format(title="annual population survey", period=period) for period in ("Jan 2020-Dec 2020", "Jan 2021-Dec 2021"))
    got = reading("stacked.csv", text)
    assert got.layout.columns == ("Area", "Count", "Rate", "Conf", "date")
    assert [(row[0], row[4]) for row in got.rows] == [(area, f"Jan {year}-Dec {year}") for year in (2020, 2021) for area in "ABC"]


def test_blocks_told_apart_by_their_titles_alone_get_the_column_block(reading) -> None:
    text = "".join(f"{title}\n\nArea,Count,Rate,Conf\nA,1,2,3\nB,4,5,6\n\n" for title in ("Girls", "Boys"))
    got = reading("titled.csv", text)
    assert [(row[0], row[4]) for row in got.rows] == [("A", "Girls"), ("B", "Girls"), ("A", "Boys"), ("B", "Boys")]
    assert got.layout.columns[-1] == "block"


def test_a_table_that_stands_twice_keeps_its_rows_and_gets_no_column(reading) -> None:
    text = "area,year,value\nA,2020,1\nB,2020,2\n"
    got = reading("twice.csv", text + text)
    assert got.layout.columns == ("area", "year", "value")
    assert len(got.rows) == 4
