"""The figures of the 2018 strategy as a workbook that a councillor reads: what was printed, what the open data give, how it stands now, and why.

Prints on landscape A4, one theme after the other. Judges nothing: verdicts and reasons are those of mart.strategy_figures, whose every column
follows on a sheet of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

from warehouse.exports.cells import height_of
from warehouse.exports.contents import ExportTable
from warehouse.exports.terms import cover_lines
from warehouse.exports.workbook import (
    BOLD,
    COVER_WIDTHS,
    FACE,
    HEADING,
    WRAP,
    Sheet,
    cover_text,
    fill_table,
    head_cell,
    notes_sheet,
    print_on_a4,
    text_cell,
)

STRATEGY_TABLE = "mart.strategy_figures"
TITLE = "The figures of the Community Cohesion Strategy (2018), and what the open data say"
VERDICTS: Mapping[str, tuple[str, str]] = {
    # verdict -> (what it says, its colour)
    "reproduced": ("The open data give the printed figure.", "D5EBD8"),
    "near": ("Close to it, not equal.", "E6F2E0"),
    "differs": ("The open data give another figure.", "FBE3CF"),
    "definition unclear": ("The strategy does not say which of several measures it means.", "FFF3C9"),
    "not landed": ("The data is open, and not held here for that period.", "DCE8F5"),
    "not open": ("No one publishes the data.", "E8E8E8"),
}
_COLUMNS = (
    ("What the strategy says", 42), ("Printed", 18), ("Printed for", 12), ("Open data, same period", 18), ("Verdict", 14),
    ("Now", 18), ("Now for", 12), ("Change since", 13), ("Why", 64),
)  # fmt: skip
_THEME_FILL = PatternFill("solid", fgColor="34495E")
_THIN = Border(bottom=Side("thin", color="C8CED6"))
_RIGHT = Alignment(horizontal="right", vertical="top", wrap_text=True, indent=1)


def write_strategy(connection: duckdb.DuckDBPyConnection, table: ExportTable, exported_on: str, path: Path) -> None:
    """Write the workbook: cover, figures, all details, notes."""
    rows = _rows(connection)
    book = Workbook(write_only=True)
    _cover(book, table, rows, exported_on)
    _figures(book.create_sheet("Figures"), rows)
    fill_table(connection, book.create_sheet("All details"), table, {})
    notes_sheet(book, [table])
    book.save(path)


def _rows(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    found = connection.execute("from mart.strategy_figures order by number")
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _cover(book: Workbook, table: ExportTable, rows: Sequence[Mapping[str, Any]], exported_on: str) -> None:
    sheet = book.create_sheet("Cover")
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = COVER_WIDTHS
    print_on_a4(sheet)
    sheet.append([text_cell(sheet, TITLE, HEADING)])
    sheet.append([])
    sheet.append([text_cell(sheet, "Verdict", BOLD), text_cell(sheet, f"Of {len(rows)} figures", BOLD)])
    counted = Counter(row["verdict"] for row in rows)
    for verdict, (says, colour) in VERDICTS.items():
        name = text_cell(sheet, verdict, BOLD)
        name.fill = PatternFill("solid", fgColor=colour)
        sheet.append([name, text_cell(sheet, f"{counted[verdict]}: {says[0].lower()}{says[1:]}")])
    sheet.append([])
    cover_text(sheet, cover_lines([table], exported_on), first_row=len(VERDICTS) + 5)


def _figures(sheet: Sheet, rows: Sequence[Mapping[str, Any]]) -> None:
    for letter, (_, width) in zip("ABCDEFGHI", _COLUMNS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "B2"
    sheet.print_title_rows = "1:1"
    print_on_a4(sheet)
    sheet.append([head_cell(sheet, name) for name, _ in _COLUMNS])
    line = 1
    for theme, figures in groupby(rows, key=lambda row: row["theme"]):
        sheet.append(_theme(sheet, str(theme)))
        line += 1
        for row in figures:
            cells = _figure(sheet, row)
            line += 1
            sheet.row_dimensions[line].height = height_of([str(cell.value) for cell in cells], [width for _, width in _COLUMNS])
            sheet.append(cells)


def _theme(sheet: Sheet, theme: str) -> list[Cell]:
    cells = [text_cell(sheet, text, Font(name=FACE, bold=True, color="FFFFFF")) for text in (_sentence(theme), *[""] * (len(_COLUMNS) - 1))]
    for cell in cells:
        cell.fill = _THEME_FILL
    return cells


def _figure(sheet: Sheet, row: Mapping[str, Any]) -> list[Cell]:
    """One figure. A ranking has a list for a figure; a change is shown only where the two figures may be compared."""
    later = row["latest_text"] and row["latest_period"] != row["recomputed_period"]
    compare = f" Not to be compared with the figure now: {row['comparable']}" if later and row["comparable"] else ""
    nearest = f" Nearest: {row['nearest']}" if row["nearest"] else ""
    texts = (
        _sentence(row["what_it_says"]), row["published"], row["published_period"], row["recomputed_text"] or "", row["verdict"],
        row["latest_text"] if later else "", row["latest_period"] if later else "", _moved(row) if later else "",
        f"{row['reason']}{compare}{nearest}",
    )  # fmt: skip
    cells = [text_cell(sheet, text, None, _RIGHT if place in (1, 3, 5, 7) else WRAP) for place, text in enumerate(texts)]
    cells[4].fill = PatternFill("solid", fgColor=VERDICTS[row["verdict"]][1])
    cells[4].font = BOLD
    for cell in cells:
        cell.border = _THIN
    return cells


def _moved(row: Mapping[str, Any]) -> str:
    """'+3.2 points' of percentages, '+11,200' of other figures; empty where the two may not be compared."""
    moved = row["change_since"]
    if moved is None:
        return ""
    if row["published_unit"] == "percent":
        return f"{moved:+.1f} points"
    return f"{moved:+,.0f}" if abs(moved) >= 100 else f"{moved:+.3f}" if "index" in row["published_unit"] else f"{moved:+.1f}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
