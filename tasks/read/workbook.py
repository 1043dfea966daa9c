"""Workbooks (xls, xlsx, xlsb, ods) into a DuckDB table of text: the sheet with the largest real table, or the sheet that is named.

Cells are printed as facts and not as formatted: 1234.0 as `1234`, 0.1 as `0.1` (the shortest text that reads back as the same number),
dates as ISO 8601, TRUE and FALSE, errors as `#N/A`. Hidden sheets are read only when named or when nothing else is there.

Refuses: a workbook under a password (`read.encrypted`), one that is cut or damaged (`read.truncated`), a sheet that is not there
(`read.unknown_sheet`, listing the sheets), a sheet stretched to a size that no memory holds (`read.bomb`).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

import duckdb
import python_calamine as calamine

from expectations.errors import EvidenceError
from expectations.shape import Layout
from tasks.read import header, ods_parts, ole, sheet_parts
from tasks.read.cells import is_marker
from tasks.read.container import Contents
from tasks.read.header import Header, Span
from tasks.read.options import ReadOptions
from tasks.read.sink import Sink
from tasks.read.trim import trim

SAMPLE_ROWS = 400
WHOLE = 1e16  # below it a float that is a whole number prints as one; from it on as 1e+16
TYPED = 0.9  # a column is numeric if this share of its filled cells, markers apart, are typed as numbers

Cell = int | float | str | bool | datetime.time | datetime.date | datetime.datetime | datetime.timedelta


@dataclass(frozen=True)
class _Chosen:
    """A sheet and the header of its table."""

    name: str
    sheet: calamine.CalamineSheet
    found: Header

    @property
    def cells(self) -> int:
        """How large the table is: rows times columns."""
        end = self.sheet.end
        return 0 if end is None else max(end[0] + 1 - self.found.start, 0) * self.found.width


@dataclass
class _Tally:
    """Per column: how many cells the file types as numbers, and how many hold other text that is no marker."""

    numbers: dict[int, int] = field(default_factory=dict)
    others: dict[int, int] = field(default_factory=dict)

    def count(self, row: list[Cell]) -> None:
        for place, cell in enumerate(row):
            if isinstance(cell, (int, float)) and not isinstance(cell, bool):
                self.numbers[place] = self.numbers.get(place, 0) + 1
            elif not isinstance(cell, str) or (cell.strip() and not is_marker(cell)):
                self.others[place] = self.others.get(place, 0) + 1

    def numeric(self, place: int) -> bool:
        numbers = self.numbers.get(place, 0)
        return numbers > 0 and numbers >= TYPED * (numbers + self.others.get(place, 0))


def read(contents: Contents, connection: duckdb.DuckDBPyConnection, table: str, options: ReadOptions, format: str) -> Layout:
    """Read one sheet of a workbook into `table`."""
    if format == "xls":
        ole.refuse_cut(contents.path, contents.name)
    sheet_parts.refuse_bombs(contents, format, options)
    with _opened(contents) as book:
        chosen = _choose(book, contents, options, format)
        width = (chosen.sheet.end or (0, 0))[1] + 1
        sink = Sink(connection, table, width)
        tally = _Tally()
        errors = sheet_parts.error_cells(contents.path, chosen.name) if format == "xlsx" else {}
        for number, row in _rows(chosen.sheet):
            if number > chosen.found.start:
                texts = _texts(number, row, errors)
                sink.add(number, texts)
                if tuple(texts) != tuple(chosen.found.cells):
                    tally.count(row)
        sink.close()
        trimmed = trim(connection, table, width, chosen.found)
        positions = dict(zip(trimmed.columns, trimmed.positions, strict=False))
        return Layout(
            format=format,
            headers=trimmed.headers,
            columns=trimmed.columns,
            header_row=None if chosen.found.last is None else chosen.found.last + 1,
            header_rows=chosen.found.rows,
            preamble=chosen.found.preamble,
            footer_rows=trimmed.footer_rows,
            sheet=chosen.name,
            sheets=tuple(book.sheet_names),
            numeric=tuple(name for name in trimmed.columns if name in positions and tally.numeric(positions[name])),
        )


def printed_cell(cell: Cell) -> str | None:
    """A cell as text; `None` for an empty one."""
    if isinstance(cell, str):
        return cell or None
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < WHOLE else repr(cell)
    if isinstance(cell, datetime.datetime):
        midnight = cell.time() == datetime.time(0)
        return cell.date().isoformat() if midnight else cell.isoformat(sep=" ")
    if isinstance(cell, datetime.timedelta):
        return _duration(cell)
    return cell.isoformat() if isinstance(cell, (datetime.date, datetime.time)) else str(cell)


def _opened(contents: Contents) -> calamine.CalamineWorkbook:
    try:
        return calamine.CalamineWorkbook.from_path(contents.path)
    except calamine.PasswordError as error:
        raise EvidenceError("read.encrypted", where=contents.name, expected="an open workbook", found="a password is needed") from error
    except (calamine.CalamineError, OSError) as error:
        if "password" in str(error).casefold() or sheet_parts.is_encrypted(contents.path):
            raise EvidenceError("read.encrypted", where=contents.name, expected="an open workbook", found="a password is needed") from error
        raise EvidenceError("read.truncated", where=contents.name, expected="a whole workbook", found=str(error)) from error


def _choose(book: calamine.CalamineWorkbook, contents: Contents, options: ReadOptions, format: str) -> _Chosen:
    names = book.sheet_names
    if options.sheet is not None and options.sheet not in names:
        listed = ", ".join(repr(meta.name) for meta in _listed(book))
        raise EvidenceError("read.unknown_sheet", where=contents.name, expected=f"one of {listed}", found=repr(options.sheet))
    visible = [meta.name for meta in _listed(book)]
    hidden = [name for name in names if name not in visible]
    for group in ([options.sheet],) if options.sheet is not None else (visible, hidden):
        tables = [chosen for name in group if (chosen := _look(book, name, contents, options, format)) is not None]
        if tables:
            return max(tables, key=lambda table: (table.found.width > 1, table.cells))
    raise EvidenceError("read.empty", where=contents.name, expected="a table", found=f"no cell is filled in {options.sheet or 'any sheet'}")


def _listed(book: calamine.CalamineWorkbook) -> list[calamine.SheetMetadata]:
    """The sheets that a person sees on opening."""
    kinds = (calamine.SheetTypeEnum.WorkSheet,)
    return [meta for meta in book.sheets_metadata if meta.visible == calamine.SheetVisibleEnum.Visible and meta.typ in kinds]


def _look(book: calamine.CalamineWorkbook, name: str, contents: Contents, options: ReadOptions, format: str) -> _Chosen | None:
    try:
        sheet = book.get_sheet_by_name(name)
    except calamine.CalamineError as error:
        raise EvidenceError(
            "read.truncated", where=f"{contents.name}, sheet {name!r}", expected="a whole sheet", found=str(error)
        ) from error
    if sheet.start is None:
        return None
    sample = [_texts(number, row, {}) for number, row in islice(_rows(sheet), SAMPLE_ROWS)]
    spans: list[Span] = [(top, left, bottom, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges or []]
    hidden = sheet_parts.hidden_rows(contents.path, name) if format == "xlsx" else frozenset()
    if format == "ods":
        top_rows = ods_parts.top_of_sheet(contents.path, name)
        spans, hidden = list(top_rows.spans), top_rows.hidden
    found = header.find(sample, options.header_row, [span for span in spans if span[0] < SAMPLE_ROWS], hidden)
    if found is None and options.header_row is not None and options.sheet == name:
        raise EvidenceError(
            "read.no_header",
            where=f"{contents.name}, sheet {name!r}",
            expected=f"a header in row {options.header_row}",
            found="fewer rows than that",
        )
    return None if found is None else _Chosen(name, sheet, found)


def _rows(sheet: calamine.CalamineSheet) -> Iterator[tuple[int, list[Cell]]]:
    """The rows with their numbers from 1, each beginning at the first column of the sheet."""
    left = sheet.start[1] if sheet.start else 0  # the library gives the empty rows above a table, but not the empty columns beside it
    for number, row in enumerate(sheet.iter_rows(), start=1):
        yield number, [""] * left + row


def _texts(number: int, row: list[Cell], errors: Mapping[tuple[int, int], str]) -> list[str | None]:
    texts = [printed_cell(cell) for cell in row]
    if errors:
        for place in range(len(texts)):
            if texts[place] is None:
                texts[place] = errors.get((number, place))
    return texts


def _duration(span: datetime.timedelta) -> str:
    """Hours beyond a day, as a spreadsheet shows them: 30:00:00."""
    seconds = int(span.total_seconds())
    hours, rest = divmod(abs(seconds), 3600)
    return f"{'-' if seconds < 0 else ''}{hours:02d}:{rest // 60:02d}:{rest % 60:02d}"
