"""Excel workbooks: a cover that says what it is, under which licence and how to cite it, notes on every column, and one sheet a table.

Rows are written as they are read, so that memory stays flat. Refuses a table of more rows than a sheet holds (`export.too_many_rows`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import duckdb
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from expectations.errors import EvidenceError
from warehouse.exports.cells import cell_value, height_of, in_place_of, number_format, plain_text
from warehouse.exports.contents import ExportTable, Tell, telling
from warehouse.exports.terms import cover_lines
from warehouse.table import identifier

Sheet = Any  # of openpyxl, to be written once from top to bottom: its type stubs leave out most of what it has
MOST_ROWS = 1_048_575  # of a sheet, its header not counted
FACE = "Calibri"  # said each time: a font without a name falls back to a serif
HEADING, BOLD = Font(name=FACE, bold=True, size=16), Font(name=FACE, bold=True)
GREY, LINK = Font(name=FACE, color="707070", italic=True), Font(name=FACE, color="0563C1", underline="single")
HEAD_FILL = PatternFill("solid", fgColor="E7ECF3")
WRAP, TOP, RIGHT = Alignment(wrap_text=True, vertical="top"), Alignment(vertical="top"), Alignment(horizontal="right")
_LONGEST_NAME = 31  # of a sheet
_NARROWEST, _WIDEST, _LOOKED_AT = 9, 48, 200
_BATCH = 5_000
_A4 = 9
COVER_WIDTHS = (34, 102)


def write_workbook(
    connection: duckdb.DuckDBPyConnection,
    title: str,
    tables: Sequence[ExportTable],
    exported_on: str,
    path: Path,
    tell: Tell = lambda text: None,
) -> None:
    """Write tables as one workbook; `tell` hears of each where there are several. Raises `export.too_many_rows`."""
    for table in tables:
        if table.rows > MOST_ROWS:
            raise EvidenceError(
                "export.too_many_rows", where=table.name, expected=f"at most {MOST_ROWS:,} rows in a sheet", found=f"{table.rows:,}",
                todo=f"Run `evidence export {table.name} --format csv` (or parquet), or ask for fewer rows with `evidence sql … --csv`.",
            )  # fmt: skip
    book = Workbook(write_only=True)
    names = sheet_names([table.name for table in tables])
    _cover(book, title, tables, names, exported_on)
    notes_sheet(book, tables)
    decimals = _decimals(connection)
    for place, (table, name) in enumerate(zip(tables, names, strict=True), 1):
        if len(tables) > 1:
            tell(telling(table, place, len(tables)))
        fill_table(connection, book.create_sheet(name), table, decimals)
    book.save(path)


def sheet_names(names: Iterable[str]) -> list[str]:
    """A sheet name for each table: its own, cut to what the format allows and told apart by a number."""
    made: list[str] = []
    for name in names:
        short, number = name[:_LONGEST_NAME], 2
        while short.lower() in (other.lower() for other in (*made, "Cover", "Notes")):
            short, number = f"{name[: _LONGEST_NAME - 3]}~{number}", number + 1
        made.append(short)
    return made


def text_cell(sheet: Sheet, text: object, font: Font | None = None, alignment: Alignment | None = None) -> Cell:
    """A cell of text that no spreadsheet program takes for a formula, also when someone edits it."""
    cell = WriteOnlyCell(sheet, value=None)
    cell.value = plain_text(str(text))
    cell.data_type = "s"
    if cell.value[:1] in "=+-@＝＋－＠":
        cell.quotePrefix = True
    if font:
        cell.font = font
    if alignment:
        cell.alignment = alignment
    return cell


def _cover(book: Workbook, title: str, tables: Sequence[ExportTable], names: Sequence[str], exported_on: str) -> None:
    sheet = book.create_sheet("Cover")
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = COVER_WIDTHS
    print_on_a4(sheet)
    sheet.append([text_cell(sheet, title, HEADING)])
    cover_text(sheet, cover_lines(tables, exported_on), first_row=2)
    sheet.append([])
    sheet.append([text_cell(sheet, "Sheets", BOLD), text_cell(sheet, "What they hold", BOLD)])
    _sheet_line(sheet, "Notes", "What every column means, in which unit; caveats")
    for table, name in zip(tables, names, strict=True):
        _sheet_line(sheet, name, f"{table.title} ({table.rows:,} rows)")


def cover_text(sheet: Sheet, lines: Iterable[tuple[str, str]], first_row: int) -> None:
    """Label and text, each row as high as its text: spreadsheet programs fit no height of their own to a file that nobody has opened."""
    for row, (label, text) in enumerate(lines, first_row):
        sheet.row_dimensions[row].height = height_of([text], COVER_WIDTHS[1:])
        sheet.append([text_cell(sheet, label, BOLD, TOP), text_cell(sheet, text, None, WRAP)])


def print_on_a4(sheet: Sheet) -> None:
    """Landscape, as wide as one page. To be said before the first row is written."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", _A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _sheet_line(sheet: Sheet, name: str, what: str) -> None:
    link = text_cell(sheet, name, LINK, TOP)
    link.hyperlink = f"#'{name}'!A1"
    sheet.append([link, text_cell(sheet, what, None, WRAP)])


def notes_sheet(book: Workbook, tables: Sequence[ExportTable]) -> None:
    """One line per column of every table, caveats first."""
    sheet = book.create_sheet("Notes")
    for letter, width in zip("ABCDE", (32, 26, 12, 18, 100), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
    sheet.append([head_cell(sheet, text) for text in ("table", "column", "type", "unit", "meaning")])
    for table in tables:
        for caveat in table.caveats:
            sheet.append([table.name, text_cell(sheet, "caveat", BOLD, TOP), None, None, text_cell(sheet, caveat, None, WRAP)])
        for column in table.columns:
            name = f"{column.name} (key)" if column.key else column.name
            row = [table.name, name, column.type.lower(), column.unit, column.meaning]
            sheet.append([text_cell(sheet, text, None, WRAP if place == 4 else TOP) for place, text in enumerate(row)])


def fill_table(connection: duckdb.DuckDBPyConnection, sheet: Sheet, table: ExportTable, decimals: dict[str, int]) -> None:
    """Fill a sheet with the rows of a table; `decimals` says with how many each indicator is shown."""
    names = [column.name for column in table.columns]
    order = ", ".join(identifier(name) for name in names)
    found = connection.execute(f"select {order} from {table.sql_name}")
    rows = found.fetchmany(_BATCH)
    for place, width in enumerate(_widths(names, rows[:_LOOKED_AT]), 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(names))}{table.rows + 1}"
    sheet.append([head_cell(sheet, name) for name in names])
    made = _RowMaker(sheet, table, decimals)
    while rows:
        for row in rows:
            sheet.append(made.cells(row))
        rows = found.fetchmany(_BATCH)


class _RowMaker:
    """Rows of one table as cells. Where a row says its own unit, its value is shown in it; where it has no value, the symbol stands there."""

    def __init__(self, sheet: Sheet, table: ExportTable, decimals: dict[str, int]) -> None:
        places = {column.name: place for place, column in enumerate(table.columns)}
        self._sheet, self._columns, self._decimals = sheet, table.columns, decimals
        self._value, self._unit, self._marker, self._status = (places.get(name) for name in ("value", "unit", "marker", "status"))
        self._indicator = places.get("indicator")
        self._by_row = {place for name, place in places.items() if name in ("value", "lower_ci", "upper_ci")}
        self._formats: dict[tuple[str | None, str | None], str] = {}

    def cells(self, row: Sequence[object]) -> list[object]:
        shown = self._shown(row)
        return [self._cell(row, place, value, shown) for place, value in enumerate(row)]

    def _cell(self, row: Sequence[object], place: int, given: object, shown: str) -> object:
        value = cell_value(given)
        if value is None:
            missing = place == self._value and self._marker_text(row)
            return text_cell(self._sheet, missing, GREY, RIGHT) if missing else None
        if isinstance(value, str):
            return text_cell(self._sheet, value) if value[:1] in "=+-@＝＋－＠" else value
        if isinstance(value, bool) or not isinstance(value, int | float):
            return value
        column = self._columns[place]
        chosen = shown if place in self._by_row else number_format(column.unit) if column.unit else None
        if not chosen:
            return value
        cell = WriteOnlyCell(self._sheet, value=value)
        cell.number_format = chosen
        return cell

    def _shown(self, row: Sequence[object]) -> str:
        """How the row's value is shown."""
        unit = str(row[self._unit]) if self._unit is not None and row[self._unit] else None
        indicator = str(row[self._indicator]) if self._indicator is not None else None
        key = (unit, indicator)
        if key not in self._formats:
            own = self._columns[self._value].unit if self._value is not None else None
            self._formats[key] = number_format(unit or own, self._decimals.get(indicator or ""))
        return self._formats[key]

    def _marker_text(self, row: Sequence[object]) -> str:
        marker = row[self._marker] if self._marker is not None else None
        return in_place_of(marker, row[self._status] if self._status is not None else None)


def head_cell(sheet: Sheet, text: str) -> Cell:
    """A cell of the header row."""
    cell = text_cell(sheet, text, BOLD, WRAP)
    cell.fill = HEAD_FILL
    return cell


def _widths(names: Sequence[str], rows: Sequence[Sequence[object]]) -> list[int]:
    """Widths from the names and the first rows."""
    longest = [max([len(name) + 3, *(len(str(row[place])) for row in rows if row[place] is not None)]) for place, name in enumerate(names)]
    return [min(max(length + 1, _NARROWEST), _WIDEST) for length in longest]


def _decimals(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """With how many decimals each indicator is shown; none where the file has no indicators."""
    try:
        return dict(connection.execute("select indicator, decimals from mart.indicators where decimals is not null").fetchall())
    except duckdb.CatalogException:
        return {}
