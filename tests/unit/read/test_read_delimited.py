"""Delimited text: every record, every cell, the right row numbers, and what the file says of itself."""

from __future__ import annotations

import codecs

import pytest

from expectations.errors import EvidenceError
from tasks.read import ReadOptions

PLAIN = "area,year,value\nE08000025,2021,10\nE08000026,2022,11.50\n"


def test_a_plain_file_keeps_its_text_and_counts_rows_as_a_person_does(reading) -> None:
    got = reading("plain.csv", PLAIN)
    assert got.layout.columns == ("area", "year", "value")
    assert got.rows == [("E08000025", "2021", "10"), ("E08000026", "2022", "11.50")]
    assert got.numbers == [2, 3]
    assert (got.layout.format, got.layout.header_row, got.layout.delimiter, got.layout.line_end) == ("csv", 1, ",", "lf")


@pytest.mark.parametrize(
    ("encoded", "encoding", "bom"),
    [
        ("naïve – café".encode(), "utf-8", False),
        (codecs.BOM_UTF8 + "naïve – café".encode(), "utf-8", True),
        ("naïve – café".encode("cp1252"), "windows-1252", False),
        (codecs.BOM_UTF16_LE + "naïve – café".encode("utf-16-le"), "utf-16-le", True),
        (codecs.BOM_UTF16_BE + "naïve – café".encode("utf-16-be"), "utf-16-be", True),
    ],
)
def test_every_charset_that_publishers_use_reads_the_same(reading, encoded: bytes, encoding: str, bom: bool) -> None:
    wide = {"utf-16-le": "utf-16-le", "utf-16-be": "utf-16-be"}.get(encoding, "ascii")
    got = reading("charset.csv", encoded + ",value\nBirmingham,1\nCoventry,2\n".encode(wide))
    assert got.layout.columns == ("naïve – café", "value")
    assert got.rows == [("Birmingham", "1"), ("Coventry", "2")]
    assert (got.layout.encoding, got.layout.bom) == (encoding, bom)


def test_one_windows_dash_far_down_decides_the_charset_of_the_whole_file(reading) -> None:
    body = "".join(f"{number},plain\n" for number in range(700_000)).encode()
    got = reading("late.csv", b"id,text\n" + body + b"700000,2019\x9620\n")
    assert got.layout.encoding == "windows-1252"
    assert got.rows[-1] == ("700000", "2019–20")
    assert len(got.rows) == 700_001


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(reading, delimiter: str) -> None:
    text = delimiter.join(["area", "text", "rate"]) + "\n" + "".join(delimiter.join([f"E{n}", "a b", "1.5"]) + "\n" for n in range(5))
    got = reading("parted.txt", text)
    assert got.layout.delimiter == delimiter
    assert got.layout.format == ("tsv" if delimiter == "\t" else "csv")
    assert got.rows[0] == ("E0", "a b", "1.5")


def test_decimal_commas_do_not_part_cells_where_semicolons_do(reading) -> None:
    got = reading("semicolons.csv", "area;rate;share\nA;1,5;2,5\nB;2,5;3,5\n")
    assert got.rows == [("A", "1,5", "2,5"), ("B", "2,5", "3,5")]


def test_quoted_line_breaks_and_quotes_stay_within_their_cell(reading) -> None:
    got = reading("quoted.csv", 'name,"two\nlines",n\n"a\nb","say ""x"", now",1\nc,"d\r\ne",2\n')
    assert got.layout.columns == ("name", "two lines", "n")
    assert got.rows == [("a\nb", 'say "x", now', "1"), ("c", "d\r\ne", "2")]
    assert got.numbers == [2, 3]


def test_short_rows_are_padded_and_long_rows_get_columns_of_their_own(reading) -> None:
    got = reading("ragged.csv", "a,b,c\n1,2,3\n4,5\n6,7,8,nine\n1,2,3\n")
    assert got.layout.columns == ("a", "b", "c", "column_4")
    assert got.rows == [("1", "2", "3", None), ("4", "5", None, None), ("6", "7", "8", "nine"), ("1", "2", "3", None)]
    assert got.layout.ragged_rows == 2


def test_empty_lines_are_no_rows_but_count_on_opening(reading) -> None:
    got = reading("gaps.csv", "a,b\n1,2\n\n,\n3,4\n\n\n")
    assert got.rows == [("1", "2"), ("3", "4")]
    assert got.numbers == [2, 5]


def test_blanks_at_the_end_of_a_value_are_data_and_of_a_header_are_not(reading) -> None:
    got = reading("blanks.csv", " area ,school type \nBirmingham ,Total \nCoventry, Total\n")
    assert got.layout.columns == ("area", "school type")
    assert got.rows == [("Birmingham ", "Total "), ("Coventry", " Total")]


def test_blanks_beside_quotes_are_read_as_the_standard_says(reading) -> None:
    got = reading("edge.csv", 'a,b\n"x" ,1\n"y",2\n')
    assert got.rows == [("x ", "1"), ("y", "2")]


def test_cells_parted_by_comma_and_blank_keep_their_quoted_commas(reading) -> None:
    got = reading("spaced.csv", 'area, name, n\nE1, "Bath, City of", 1\nE2, "Bristol, City of", 2\n')
    assert got.rows == [("E1", "Bath, City of", "1"), ("E2", "Bristol, City of", "2")]


@pytest.mark.parametrize(("end", "word"), [("\n", "lf"), ("\r\n", "crlf"), ("\r", "cr")])
def test_line_ends_are_recorded(reading, end: str, word: str) -> None:
    got = reading("ends.csv", PLAIN.replace("\n", end))
    assert (got.layout.line_end, len(got.rows)) == (word, 2)


def test_mixed_line_ends_lose_no_row(reading) -> None:
    got = reading("mixed.csv", "a,b\r\n1,2\n3,4\r\n5,6")
    assert got.layout.line_end == "mixed"
    assert got.rows == [("1", "2"), ("3", "4"), ("5", "6")]


def test_header_names_become_unique_columns_whatever_they_say(reading) -> None:
    got = reading("names.csv", 'Area Code,area code,,"a""b",_row,Area Code\n1,2,3,4,5,6\n7,8,9,10,11,12\n', ReadOptions(header_row=1))
    assert got.layout.headers == ("Area Code", "area code", "", 'a"b', "_row", "Area Code")
    assert got.layout.columns == ("Area Code", "area code__2", "column_3", 'a"b', "_row__2", "Area Code__3")
    assert got.rows[0] == ("1", "2", "3", "4", "5", "6")


def test_a_column_without_name_and_value_is_no_column(reading) -> None:
    got = reading("phantom.csv", "a,b,,\n1,x,,\n2,y,,\n")
    assert got.layout.columns == ("a", "b")


def test_a_name_that_looks_like_a_pattern_is_one_file(reading, tmp_path) -> None:
    (tmp_path / "spend1.csv").write_text("other,columns\n9,9\n")
    assert reading("spend[1].csv", PLAIN).rows[0] == ("E08000025", "2021", "10")
    assert reading("spend*.csv", PLAIN).layout.columns == ("area", "year", "value")


def test_a_single_column_is_a_table(reading) -> None:
    got = reading("one.csv", "code\nE08000025\nE08000026\n")
    assert got.layout.columns == ("code",)
    assert got.rows == [("E08000025",), ("E08000026",)]


def test_a_header_and_no_rows_is_an_empty_table(reading) -> None:
    got = reading("headeronly.csv", "area,year,value\n")
    assert got.layout.columns == ("area", "year", "value")
    assert got.rows == []


def test_a_file_without_header_gets_numbered_columns_and_keeps_its_first_record(reading) -> None:
    lines = "".join(f"{{id{n}}},{100000 + n * 37},2021-0{n % 9 + 1}-03 00:00,B{n},N\n" for n in range(20))
    got = reading("ppd.csv", lines)
    assert got.layout.header_row is None
    assert got.layout.columns == ("column_1", "column_2", "column_3", "column_4", "column_5")
    assert len(got.rows) == 20
    assert got.numbers[0] == 1


def test_a_regular_file_and_the_same_file_with_one_oddity_read_the_same(reading) -> None:
    body = "".join(f'{n},"cell, {n}",{n * 3}\n' for n in range(2_000))
    fast = reading("fast.csv", "id,text,n\n" + body)
    exact = reading("exact.csv", "id,text,n\n" + body + "\n2000,last,1\n")
    assert exact.rows[:-1] == fast.rows
    assert exact.numbers[:-1] == fast.numbers


def test_text_that_ends_within_a_quoted_cell_is_reported(reading) -> None:
    with pytest.raises(EvidenceError) as refused:
        reading("cut.csv", 'a,b\n1,2\n3,"four and')
    assert refused.value.code == "read.truncated"
    assert "row 3" in refused.value.found


def test_a_last_record_that_is_cut_short_is_reported(reading) -> None:
    with pytest.raises(EvidenceError) as refused:
        reading("cut.csv", "a,b,c\n1,2,3\n4,5,6\n7,8")
    assert refused.value.code == "read.truncated"


def test_utf8_that_ends_within_a_character_is_reported(reading) -> None:
    with pytest.raises(EvidenceError) as refused:
        reading("cut.csv", codecs.BOM_UTF8 + "a,b\n1,é\n2,".encode() + "é".encode()[:1])
    assert refused.value.code == "read.truncated"


@pytest.mark.parametrize(
    "text",
    [
        "Access denied",
        "The service is down for maintenance.\nPlease come back on Monday, when our colleagues are at their desks.\nWe are sorry for this.\n",
    ],
)
def test_prose_is_no_table(reading, text: str) -> None:
    with pytest.raises(EvidenceError) as refused:
        reading("answer.csv", text)
    assert refused.value.code == "read.not_a_table"


def test_declared_delimiter_header_and_charset_are_obeyed(reading) -> None:
    got = reading("odd.csv", "x~y\na~b\n\xe9~1\n".encode("latin-1"), ReadOptions(delimiter="~", header_row=2, encoding="latin-1"))
    assert got.layout.columns == ("a", "b")
    assert got.rows == [("é", "1")]
    assert got.layout.preamble == ("x y",)


def test_a_header_row_below_the_file_is_an_error(reading) -> None:
    with pytest.raises(EvidenceError) as refused:
        reading("short.csv", PLAIN, ReadOptions(header_row=9))
    assert refused.value.code == "read.no_header"


def test_stray_quotes_between_tabs_are_plain_characters(reading) -> None:
    got = reading("pipes.tsv", 'item\tplace\tn\n5" pipe\tx\t1\n"q\ty\t2\nrod\tz\t3\n')
    assert got.rows == [('5" pipe', "x", "1"), ('"q', "y", "2"), ("rod", "z", "3")]
    assert got.layout.quote is None
