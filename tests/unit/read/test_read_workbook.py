"""Workbooks: the right sheet, cells as facts, and what cannot be opened."""

from __future__ import annotations

import datetime
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlwt

from expectations.errors import EvidenceError
from tasks.read import ReadOptions, sheet_parts, workbook


def _xlsx(path: Path, **sheets: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def _xls(path: Path, **sheets: list[list[Any]]) -> Path:
    book = xlwt.Workbook()
    for name, rows in sheets.items():
        sheet = book.add_sheet(name)
        for at, row in enumerate(rows):
            for place, cell in enumerate(row):
                sheet.write(at, place, cell)
    book.save(str(path))
    return path


TABLE = [["code", "name", "n"], ["E1", "A", 1], ["E2", "B", 2.5], ["E3", "C ", 3]]


@pytest.mark.parametrize("write", [_xlsx, _xls])
def test_numbers_print_as_they_are_and_texts_keep_their_blanks(reading, tmp_path: Path, write) -> None:
    got = reading(write(tmp_path / f"book.{write.__name__[1:]}", Data=TABLE))
    assert got.rows == [("E1", "A", "1"), ("E2", "B", "2.5"), ("E3", "C ", "3")]
    assert got.numbers == [2, 3, 4]
    assert got.layout.numeric == ("n",)
    assert (got.layout.format, got.layout.sheet, got.layout.sheets) == (write.__name__[1:], "Data", ("Data",))


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (1234.0, "1234"),
        (0.1, "0.1"),
        (1 / 3, "0.3333333333333333"),
        (-0.5, "-0.5"),
        (1e15, "1000000000000000"),
        (1e16, "1e+16"),
        (12345678901.0, "12345678901"),
        (7, "7"),
        (True, "TRUE"),
        (False, "FALSE"),
        ("", None),
        (" x ", " x "),
        (datetime.date(2024, 2, 29), "2024-02-29"),
        (datetime.datetime(2024, 2, 29), "2024-02-29"),
        (datetime.datetime(2024, 2, 29, 13, 5), "2024-02-29 13:05:00"),
        (datetime.time(9, 30), "09:30:00"),
        (datetime.timedelta(hours=30, minutes=5), "30:05:00"),
    ],
)
def test_a_cell_prints_as_a_fact(cell: workbook.Cell, text: str | None) -> None:
    assert workbook.printed_cell(cell) == text


def test_a_column_of_numbers_and_markers_is_numeric(reading, tmp_path: Path) -> None:
    rows = [["area", "n", "note"], ["A", 1, "x"], ["B", "c", "y"], ["C", 3, 4]]
    assert reading(_xlsx(tmp_path / "book.xlsx", Data=rows)).layout.numeric == ("n",)


def test_the_sheet_with_the_largest_table_is_read(reading, tmp_path: Path) -> None:
    notes = [["Notes"], *[[f"{n}. A long note that explains what the figures mean and where they come from."] for n in range(40)]]
    path = _xlsx(tmp_path / "book.xlsx", Cover=[["Statistics of something"]], Notes=notes, Small=TABLE[:2], Data=TABLE)
    got = reading(path)
    assert got.layout.sheet == "Data"
    assert got.layout.sheets == ("Cover", "Notes", "Small", "Data")
    assert len(reading(path, options=ReadOptions(sheet="Small")).rows) == 1


def test_a_hidden_sheet_is_read_only_when_named(reading, tmp_path: Path) -> None:
    path = _xlsx(tmp_path / "book.xlsx", Data=TABLE[:3], Lookup=TABLE * 5)
    book = openpyxl.load_workbook(path)
    book["Lookup"].sheet_state = "hidden"
    book.save(path)
    assert reading(path).layout.sheet == "Data"
    assert reading(path, options=ReadOptions(sheet="Lookup")).layout.sheet == "Lookup"


def test_an_unknown_sheet_is_an_error_that_lists_the_sheets(reading, tmp_path: Path) -> None:
    with pytest.raises(EvidenceError) as refused:
        reading(_xlsx(tmp_path / "book.xlsx", Data=TABLE, More=TABLE), options=ReadOptions(sheet="Dta"))
    assert refused.value.code == "read.unknown_sheet"
    assert "'Data', 'More'" in refused.value.expected


def test_a_table_that_begins_in_the_third_row_and_second_column_keeps_its_row_numbers(reading, tmp_path: Path) -> None:
    path = _xlsx(tmp_path / "book.xlsx", Data=[[], [], *[[None, *row] for row in TABLE]])
    got = reading(path)
    assert got.layout.header_row == 3
    assert got.layout.columns == ("code", "name", "n")
    assert got.numbers == [4, 5, 6]


def test_errors_in_cells_are_kept_as_text(reading, tmp_path: Path) -> None:
    path = _xlsx(tmp_path / "book.xlsx", Data=[*TABLE, ["E4", "D", "#N/A"], ["E5", "E", 5]])
    assert reading(path).rows[3] == ("E4", "D", "#N/A")


def test_a_header_of_merged_cells_names_every_column(reading, tmp_path: Path) -> None:
    path = _xlsx(
        tmp_path / "book.xlsx", Data=[["", "Girls", None, "Boys", None], ["Area", "n", "%", "n", "%"], ["A", 1, 2, 3, 4], ["B", 5, 6, 7, 8]]
    )
    book = openpyxl.load_workbook(path)
    book["Data"].merge_cells("B1:C1")
    book["Data"].merge_cells("D1:E1")
    book.save(path)
    got = reading(path)
    assert got.layout.columns == ("Area", "Girls n", "Girls %", "Boys n", "Boys %")
    assert (got.layout.header_row, got.layout.header_rows) == (2, 2)


def test_a_legend_beside_a_table_is_no_column(reading, tmp_path: Path) -> None:
    rows = [["code", "name", "n"], *[[f"E{n}", f"N{n}", n * 2] for n in range(40)]]
    rows[2] += [None, "Key", "x = unreliable"]
    rows[3] += [None, "", ".. = disclosive"]
    assert reading(_xlsx(tmp_path / "book.xlsx", Data=rows)).layout.columns == ("code", "name", "n")


def test_a_workbook_of_empty_sheets_is_empty(reading, tmp_path: Path) -> None:
    with pytest.raises(EvidenceError) as refused:
        reading(_xlsx(tmp_path / "book.xlsx", Data=[], More=[]))
    assert refused.value.code == "read.empty"


@pytest.mark.parametrize("write", [_xlsx, _xls])
def test_a_workbook_that_ends_early_is_reported(reading, tmp_path: Path, write) -> None:
    path = write(tmp_path / f"book.{write.__name__[1:]}", Data=TABLE * 2_000)
    whole = path.read_bytes()
    with pytest.raises(EvidenceError) as refused:
        reading(path.name, whole[: len(whole) // 2])
    assert refused.value.code == "read.truncated"


def test_an_encrypted_workbook_is_reported(reading) -> None:
    header = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 504
    with pytest.raises(EvidenceError) as refused:
        reading("locked.xlsx", header + "EncryptedPackage".encode("utf-16-le") + b"\0" * 2048)
    assert refused.value.code == "read.encrypted"


def test_a_cell_at_the_far_corner_of_a_sheet_is_refused_before_it_fills_the_memory(reading, tmp_path: Path) -> None:
    path = _xlsx(tmp_path / "book.xlsx", Data=TABLE)
    stretched = tmp_path / "stretched.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(stretched, "w") as target:
        for part in source.namelist():
            content = source.read(part)
            if part.startswith("xl/worksheets/"):
                far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                content = content.replace(b"</sheetData>", far)
            target.writestr(part, content)
    with pytest.raises(EvidenceError) as refused:
        reading(stretched)
    assert refused.value.code == "read.bomb"


def test_a_workbook_that_unpacks_to_hundreds_of_times_its_size_is_refused(reading, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_parts, "RATIO_FROM", 1 << 20)
    path = _xlsx(tmp_path / "book.xlsx", Data=TABLE)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zeros.bin", b"\0" * (20 << 20))
    with pytest.raises(EvidenceError) as refused:
        reading(path)
    assert refused.value.code == "read.bomb"
