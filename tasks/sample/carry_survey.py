"""Carry the Annual Population Survey and the counts of businesses over from Nomis's workbooks, with their intervals and their gaps.

A workbook stacks one table a year, each under a line that names the year; an area stands as 'ladu:Birmingham'. Refuses to fill a gap: a cell
in which the publisher prints a symbol has no value here either, and the words that stand for the symbol below the table.
"""

from __future__ import annotations

import calendar
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow

from tasks.sample.carry_nomis import Table, write
from tasks.sample.carry_spend import sheet

FOLDER = "ons/nomis_api/interactive_xlsx"
# One workbook a table (T01, T19, T09a): of each the last pull that was kept.
SURVEYS = ("aps_emprate_nomis_2023_04_24_143523.xlsx", "aps_qualifications_T19_jan2023.xlsx", "aps_empocc_T09a_jan2023.xlsx")
BUSINESSES = "ubc_nomis_2022_11_08_144046.xlsx"
NAMES = "ons/geoportal/LAD22_BUC.geojson"
DISTRICTS_2021, DISTRICTS_APRIL_2022, COUNTRIES = "432", "428", "499"
TYPES = {
    DISTRICTS_2021: "local authorities: district / unitary (as of April 2021)",
    DISTRICTS_APRIL_2022: "local authorities: district / unitary (as of April 2022)",
    COUNTRIES: "countries",
}
ENGLAND = "E92000001"
# The core cities of Great Britain, then Birmingham's neighbours.
COMPARED = (
    "Birmingham", "Bristol, City of", "Cardiff", "Glasgow City", "Leeds", "Liverpool", "Manchester", "Newcastle upon Tyne", "Nottingham",
    "Sheffield", "Coventry", "Dudley", "Sandwell", "Solihull", "Walsall", "Wolverhampton",
)  # fmt: skip
MEANINGS = {
    "!": "Estimate and confidence interval not available since the group sample size is zero or disclosive (0-2).",
    "*": "Estimate and confidence interval unreliable since the group sample size is small (3-9).",
    "~": "Estimate is less than 500.",
    "-": "These figures are missing.",
}
VALUE, CONFIDENCE = "20100", "20701"
TOTAL_INDUSTRY = "37748736"
# Column of the workbook -> code, as public code has them.
SIZE_BANDS = {"Total": "0", "Micro (0 to 9)": "10", "Small (10 to 49)": "20", "Medium-sized (50 to 249)": "30", "Large (250+)": "40"}
_CELL = re.compile(r"^(T\d+[a-z]?):(\d+) ")
_MONTHS = {name: f"{number:02}" for number, name in enumerate(calendar.month_abbr) if name}

Row = tuple[Any, ...]


def carry(files: Path, out: Path) -> None:
    """Write `annual_population_survey.*` and `business_counts.*`. Raises OSError where a file is not there."""
    with duckdb.connect(":memory:") as connection:
        codes = _codes(files / NAMES)
        _survey(connection, files, codes, out)
        _businesses(connection, files, codes, out)


def _survey(connection: duckdb.DuckDBPyConnection, files: Path, codes: Mapping[str, str], out: Path) -> None:
    cells: dict[str, str] = {}
    dates: dict[str, str] = {}
    found: list[Row] = []
    for place, book in enumerate(SURVEYS, 1):
        for period, header, row in _blocks(_sheet(files / FOLDER / book), "Area"):
            date = _end_of(period)
            dates[date] = period
            kind, area = str(row[0]).split(":", 1)
            if (kind == "ladu" and area in COMPARED) or (kind, area) == ("country", "England"):
                for at in [at for at, name in enumerate(header) if name and _CELL.match(str(name))]:
                    name = str(header[at]).strip()
                    # Numbers of the sample's own: Nomis's, of nine digits, are in no file.
                    number = f"9{place}{int(_match(name)[2]):03}"
                    cells[number] = name
                    # The estimate, its flag, its interval.
                    for measure, cell in ((VALUE, row[at]), (CONFIDENCE, row[at + 2])):
                        value, status = _told(cell, row[at + 1])
                        found.append((date, *_area(kind, area, codes), number, measure, value, status))
    for year in range(int(min(dates)[:4]), int(max(dates)[:4]) + 1):
        # Nomis lists four rolling years a year; the sample holds the one of each that is a calendar year.
        dates |= {f"{year}-{month}": _rolling(year, int(month)) for month in ("03", "06", "09", "12") if f"{year}-{month}" not in dates}
    held = {date: dates[date] for date in sorted(dates) if min(date for date in dates if date.endswith("-12")) <= date}
    _table(connection, found, ("date", "type", "code", "name", "cell", "measure", "value", "status"))
    table = Table(
        "NM_17_1",
        "annual population survey",
        "Persons",
        "select * from found",
        {"CELL": ("Cell", dict(sorted(cells.items())))},
        held,
        {VALUE: "Value", CONFIDENCE: "Confidence"},
    )
    write(connection, out, "annual_population_survey", "Annual Population Survey, from Nomis", [table], TYPES)


def _businesses(connection: duckdb.DuckDBPyConnection, files: Path, codes: Mapping[str, str], out: Path) -> None:
    found: list[Row] = []
    dates: set[str] = set()
    for period, header, row in _blocks(_sheet(files / FOLDER / BUSINESSES), "Area"):
        kind, area = str(row[0]).split(":", 1)
        if (kind == "ladu" and codes.get(area, "").startswith("E")) or (kind, area) == ("country", "England"):
            dates.add(period)
            for band, code in SIZE_BANDS.items():
                place = [str(name).strip() for name in header].index(band)
                found.append((period, *_area(kind, area, codes, DISTRICTS_APRIL_2022), TOTAL_INDUSTRY, code, "0", row[place]))
    _table(connection, found, ("date", "type", "code", "name", "industry", "employment_sizeband", "legal_status", "value"))
    table = Table(
        "NM_142_1",
        "UK Business Counts - enterprises by industry and employment size band",
        "Enterprises",
        "select * replace (value::int as value) from found",
        {
            "INDUSTRY": ("Industry", {TOTAL_INDUSTRY: "Total"}),
            "EMPLOYMENT_SIZEBAND": ("Employment sizeband", {code: name for name, code in SIZE_BANDS.items()}),
            "LEGAL_STATUS": ("Legal status", {"0": "Total"}),
        },
        {date: date for date in sorted(dates)},
    )
    write(connection, out, "business_counts", "UK Business Counts, from Nomis", [table], TYPES)


def _sheet(path: Path) -> list[list[Any]]:
    from python_calamine import CalamineWorkbook

    return list(sheet(path, CalamineWorkbook.from_path(str(path)).sheet_names[0]))


def _blocks(rows: Sequence[Sequence[Any]], key: str) -> Iterator[tuple[str, Sequence[Any], Sequence[Any]]]:
    """Period, header and row of every area, block by block."""
    period, header = "", ()
    for row in rows:
        first = str(row[0] or "")
        if first.rstrip(" :").casefold() == "date":
            period = str(int(row[1])) if isinstance(row[1], float) else str(row[1])
        elif first == key:
            header = tuple(row)
        elif ":" in first and header and row[1] is not None:
            yield period, header, row


def _codes(path: Path) -> dict[str, str]:
    """Name of each authority of 2022 -> its code."""
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    return {each["properties"]["LAD22NM"]: each["properties"]["LAD22CD"] for each in features}


def _area(kind: str, area: str, codes: Mapping[str, str], districts: str = DISTRICTS_2021) -> tuple[str, str, str]:
    return (COUNTRIES, ENGLAND, area) if kind == "country" else (districts, codes[area], area)


def _told(cell: Any, flag: Any) -> tuple[str, str]:
    """The value as text and, where a symbol stands for it, the words that the publisher has for the symbol."""
    if isinstance(cell, float):
        return str(int(cell)), ""
    symbol = str(cell or flag or "-").strip()
    return "", MEANINGS[symbol]


def _match(name: str) -> re.Match[str]:
    match = _CELL.match(name)
    assert match is not None, name
    return match


def _end_of(period: str) -> str:
    """'Oct 2019-Sep 2020' -> '2020-09', as Nomis codes a rolling year."""
    month, year = period.rpartition("-")[2].split()
    return f"{year}-{_MONTHS[month]}"


def _rolling(year: int, month: int) -> str:
    """The name of the year that ends with a month."""
    names = list(_MONTHS)
    return f"Jan {year}-Dec {year}" if month == 12 else f"{names[month]} {year - 1}-{names[month - 1]} {year}"


def _table(connection: duckdb.DuckDBPyConnection, rows: Sequence[Row], columns: Sequence[str]) -> None:
    held = pyarrow.table({column: [None if row[at] is None else str(row[at]) for row in rows] for at, column in enumerate(columns)})
    connection.register("rows_of_found", held)
    connection.execute("create or replace temp table found as select * from rows_of_found")
    connection.unregister("rows_of_found")
