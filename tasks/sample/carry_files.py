"""Carry tables that publishers post as files over for `tasks.sample.plain_file`: census ages, deprivation, homelessness, low incomes.

Headers and cells stand as printed. Refuses to fill in: of files that are large, Birmingham, its neighbours and the core cities are carried
whole, with the totals above them, and nothing of the rest.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow

from tasks.sample.carry_spend import load, sheet
from tasks.sample.carrying import LICENCE, read_csv, write_parquet

ATTACHMENTS = "https://assets.publishing.service.gov.uk/government/uploads/system/uploads/attachment_data/file"
NOTES = "Figures carried over for the sample. The publisher's notes are in the publisher's file."
# The core cities of England, then Birmingham's neighbours; all have one code since before 2011.
COMPARED = (
    "E08000025", "E06000018", "E06000023", "E08000003", "E08000012", "E08000019", "E08000021", "E08000035",
    "E08000026", "E08000027", "E08000028", "E08000029", "E08000030", "E08000031",
)  # fmt: skip
AGES = "https://www.nomisweb.co.uk/output/census/2021/census2021-ts007.zip"
AGE_LEVELS = ("ctry", "rgn", "ltla")
SUMMARY_2015 = "464464/File_10_ID2015_Local_Authority_District_Summaries.xlsx"
SUMMARY_SHEETS = ("IMD", "Income", "Employment", "Education", "Health", "Crime", "Barriers", "Living", "IDACI", "IDAOPI")
DOMAINS_2019 = "833973/File_2_-_IoD2019_Domains_of_Deprivation.xlsx"
HOMELESS_COLLECTION = "https://www.gov.uk/government/collections/homelessness-statistics"
HOMELESS_EDITION = "https://www.gov.uk/government/statistics/statutory-homelessness-in-england-october-to-december-2022"
HOMELESS_TITLE = "Statutory homelessness in England: October to December 2022"
HOMELESS_FILE = "https://assets.publishing.service.gov.uk/media/64be88f41e10bf000e17cd3a/Detailed_LA_202212_revised.ods"
HOMELESS_HEADER_ROWS = 7
HOMELESS_SPANS = [
    [4, 6, 4, 9],
    *([4, column, 6, column] for column in (4, 11, 13, 14, 15)),
    *([5, column, 6, column] for column in (6, 7, 9)),
]
LOW_INCOME_COLLECTION = "https://www.gov.uk/government/collections/children-in-low-income-families-local-area-statistics"
LOW_INCOME_EDITION = "https://www.gov.uk/government/statistics/children-in-low-income-families-local-area-statistics-2022-to-2025"
LOW_INCOME_TITLE = "Children in low income families: local area statistics 2022 to 2025"
# The sample's own: no page that was read shows the address of the file.
LOW_INCOME_FILE = (
    "https://assets.publishing.service.gov.uk/media/000000000000000000000000/children-in-low-income-families-local-area-statistics.ods"
)
LOW_INCOME = {"2_AHC_Relative_LA": ("2_AHC_Relative_LA.csv", 1, 6), "4_AHC_Relative_Ward": ("4_AHC_Relative_Ward.csv", 1, 8)}


def carry(files: Path, figures: Path) -> None:
    """Write the manifests and tables below `figures`. Raises OSError or duckdb.Error where a file is not there."""
    for publisher in ("ons", "mhclg", "dwp"):
        (figures / publisher).mkdir(parents=True, exist_ok=True)
    with duckdb.connect(":memory:") as connection:
        _census_age(connection, files, figures / "ons")
        _deprivation_summary(connection, files, figures / "mhclg")
        _deprivation_domains(connection, files, figures / "mhclg")
        _homelessness(connection, files, figures / "mhclg")
        _low_income(connection, files, figures / "dwp")


def _census_age(connection: duckdb.DuckDBPyConnection, files: Path, out: Path) -> None:
    members = []
    for level in AGE_LEVELS:
        name = f"census_age_{level}.parquet"
        columns = f"* replace ({_whole(connection, files / f'ons/nomis_bulk/census2021-ts007-{level}.csv', 3)})"
        source = read_csv(files / f"ons/nomis_bulk/census2021-ts007-{level}.csv").replace("select *", f"select {columns}", 1)
        write_parquet(connection, source, out / name)
        members.append({"name": f"census2021-ts007-{level}.csv", "figures": name})
    _manifest(out / "census_age.json", "Office for National Statistics, Census 2021 TS007, from Nomis", [{"url": AGES, "members": members}])


def _whole(connection: duckdb.DuckDBPyConnection, path: Path, keys: int) -> str:
    """Each column after the keys as whole numbers, which pack better and print the same."""
    columns = [row[0] for row in connection.execute(f"describe {read_csv(path)}").fetchall()][keys:]
    return ", ".join(f'cast("{column}" as integer) as "{column}"' for column in columns)


def _deprivation_summary(connection: duckdb.DuckDBPyConnection, files: Path, out: Path) -> None:
    sheets: list[dict[str, Any]] = [{"name": "Notes", "rows": [[NOTES]]}]
    for name in SUMMARY_SHEETS:
        load(connection, "summary", sheet(files / "council/imd/2015_File_10_ID2015_Local_Authority_District_Summaries.xlsx", name))
        table = f"deprivation_summary_{name.lower()}.parquet"
        write_parquet(connection, "select * from summary order by 1", out / table)
        sheets.append({"name": name, "figures": table})
    source = "Ministry of Housing, Communities and Local Government, English Indices of Deprivation 2015, File 10"
    _manifest(out / "deprivation_summary.json", source, [{"url": f"{ATTACHMENTS}/{SUMMARY_2015}", "sheets": sheets}])


def _deprivation_domains(connection: duckdb.DuckDBPyConnection, files: Path, out: Path) -> None:
    path = files / "council/imd/2019_File_2_-_IoD2019_Domains_of_Deprivation.csv.gz"
    compared = ", ".join(f"'{code}'" for code in COMPARED)
    query = f"""
        select * replace ({_whole(connection, path, 4)}) from ({read_csv(path)})
        where "Local Authority District code (2019)" in ({compared}) order by 1"""
    write_parquet(connection, query, out / "deprivation_domains.parquet")
    sheets = [{"name": "Notes", "rows": [[NOTES]]}, {"name": "IoD2019 Domains", "figures": "deprivation_domains.parquet"}]
    source = "Ministry of Housing, Communities and Local Government, English Indices of Deprivation 2019, File 2"
    _manifest(out / "deprivation_domains.json", source, [{"url": f"{ATTACHMENTS}/{DOMAINS_2019}", "sheets": sheets}])


def _homelessness(connection: duckdb.DuckDBPyConnection, files: Path, out: Path) -> None:
    """Sheet A1 with its header of several rows; below it every area, the notes left out."""
    rows = sheet(files / "council/homelessness/Detailed_LA_202212.ods", "A1")
    # Rows 2 to 4 are hidden in the publisher's sheet: an older wording of the header.
    header = [[] if 1 <= at <= 3 else [cell or "" for cell in row] for at, row in enumerate(rows[:HOMELESS_HEADER_ROWS])]
    body = [row for row in rows[HOMELESS_HEADER_ROWS:] if row[0] and row[1] and (str(row[0]) == "-" or str(row[0])[1:].isdigit())]
    width = max(len(row) for row in body)
    _write_rows(connection, [[*row, *[None] * (width - len(row))] for row in body], out / "homelessness.parquet")
    about: dict[str, Any] = {"name": "A1", "rows": header, "spans": HOMELESS_SPANS, "figures": "homelessness.parquet", "bare": True}
    attachments = [{"title": "Detailed local authority level tables: October to December 2022", "url": HOMELESS_FILE}]
    pages: list[dict[str, Any]] = [
        {"url": HOMELESS_COLLECTION, "title": "Homelessness statistics", "documents": [HOMELESS_EDITION]},
        {"url": HOMELESS_EDITION, "title": HOMELESS_TITLE, "attachments": attachments},
    ]
    source = "Ministry of Housing, Communities and Local Government, Statutory homelessness, detailed local authority level tables"
    _manifest(out / "homelessness.json", source, [{"url": HOMELESS_FILE, "sheets": [about]}], pages)


def _low_income(connection: duckdb.DuckDBPyConnection, files: Path, out: Path) -> None:
    """Tables 2 and 4: every authority of the United Kingdom, the wards of those that are compared."""
    import csv

    sheets: list[dict[str, Any]] = []
    for name, (file, code, width) in LOW_INCOME.items():
        with (files / "council/child_poverty" / file).open(encoding="utf-8-sig", newline="") as opened:
            rows = [row[:width] for row in csv.reader(opened)]
        start = next(at for at, row in enumerate(rows) if row[0].startswith("Local Authority [")) + 1
        body = [row for row in rows[start:] if any(row) and (width == 6 or not row[code] or row[code] in COMPARED) and row[-1]]
        table = f"low_income_families_{'ward' if width == 8 else 'authority'}.parquet"
        _write_rows(connection, body, out / table)
        sheets.append({"name": name, "rows": [[cell for cell in row if cell] for row in rows[:start]], "figures": table, "bare": True})
    attachments = [{"title": LOW_INCOME_TITLE, "url": LOW_INCOME_FILE}]
    pages: list[dict[str, Any]] = [
        {
            "url": LOW_INCOME_COLLECTION,
            "title": "Children in low income families: local area statistics",
            "documents": [LOW_INCOME_EDITION],
        },
        {"url": LOW_INCOME_EDITION, "title": LOW_INCOME_TITLE, "attachments": attachments},
    ]
    source = "Department for Work and Pensions, Children in low income families: local area statistics, tables 2 and 4"
    _manifest(out / "low_income_families.json", source, [{"url": LOW_INCOME_FILE, "sheets": sheets}], pages)


def _write_rows(connection: duckdb.DuckDBPyConnection, rows: Sequence[Sequence[Any]], path: Path) -> None:
    """Rows without a header as Parquet, each column of numbers where all of its cells are."""
    columns: dict[str, list[Any]] = {}
    for place in range(len(rows[0])):
        cells = [None if row[place] in (None, "") else row[place] for row in rows]
        numbers = all(isinstance(cell, float) for cell in cells if cell is not None)
        columns[f"c{place:02}"] = cells if numbers else [None if cell is None else _printed(cell) for cell in cells]
    connection.register("rows_of_sheet", pyarrow.table(columns))
    connection.execute("create or replace temp table of_sheet as select * from rows_of_sheet")
    connection.unregister("rows_of_sheet")
    write_parquet(connection, "select * from of_sheet", path)


def _printed(cell: Any) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _manifest(path: Path, source: str, files: Sequence[Mapping[str, Any]], pages: Sequence[Mapping[str, Any]] = ()) -> None:
    about = {"protocol": "file", "source": source, "licence": LICENCE, "files": list(files), **({"pages": list(pages)} if pages else {})}
    path.write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
