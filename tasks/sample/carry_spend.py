"""Carry the purchase card months over from the council's workbooks, and read sheets for the other carriers.

Refuses to change what is printed: headers stand as in each month, the empty one too, and amounts, dates and masked numbers as they are.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow
from python_calamine import CalamineWorkbook

from tasks.sample.carrying import LICENCE, write_parquet

PACKAGE = "council/ckan/data.birmingham.gov.uk_package_search.json"
MONTHS = {
    "2014-04": "purchasecardtransactionsapril2014.xls",
    "2015-02": "publishspendpurchasecardsfebruary.xls",
    "2016-08": "publish-spend-august-2016.xls",
    "2016-09": "publish-spend-september-2016.xls",
    "2017-08": "cusersfinainmndesktoppublish-spend-august-2017-all-directorates.xls",
}
SITE = "https://data.birmingham.gov.uk"
PACKAGE_KEYS = ("id", "name", "title", "license_id", "license_title")
RESOURCE_KEYS = ("id", "name", "format", "created")
TYPES = {"DATE": "date", "DOUBLE": "number"}
Cell = str | float | date | None


def carry(files: Path, out: Path) -> None:
    """Write one Parquet a month and the manifest `card_spend.json`: the package as CKAN recorded it, with the five months that are carried."""
    package = _package(files / PACKAGE)
    resources: list[dict[str, Any]] = []
    with duckdb.connect(":memory:") as connection:
        for month, file in MONTHS.items():
            path = files / "council/spend_birmingham" / file
            book = CalamineWorkbook.from_path(str(path))
            load(connection, "month", sheet(path, book.sheet_names[0]))
            figures = f"card_spend_{month}.parquet"
            write_parquet(connection, "select * from month", out / figures)
            described = connection.execute("describe month").fetchall()
            recorded = next(each for each in package["resources"] if each["url"].endswith("/" + file))
            about = {
                "file": file,
                "figures": figures,
                "sheet": book.sheet_names[0],
                "types": {row[0]: TYPES[row[1]] for row in described if row[1] in TYPES},
            }
            resources.append({key: recorded.get(key) for key in RESOURCE_KEYS} | about)
    kept = {key: package.get(key) for key in PACKAGE_KEYS} | {"modified": package["metadata_modified"], "resources": resources}
    manifest = {
        "protocol": "ckan",
        "source": "Birmingham City Council, Purchase Card Transactions",
        "licence": LICENCE,
        "site": SITE,
        "packages": [kept],
    }
    (out / "card_spend.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def sheet(path: Path, name: str) -> list[list[Cell]]:
    """The rows of one sheet, the header first; empty cells are None."""
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_name(name).to_python(skip_empty_area=False)
    return [[None if cell == "" else cell for cell in row] for row in rows]  # type: ignore[misc]  # these sheets hold texts, numbers and dates


def load(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Sequence[Cell]]) -> None:
    """A table of the rows below the header: DATE and DOUBLE where every cell is one, else text. An empty header is the column ' '."""
    header, *body = rows
    names = [str(cell) if cell is not None else " " for cell in header]
    kinds = [_kind([row[place] for row in body]) for place in range(len(names))]
    quoted = ['"' + name.replace('"', '""') + '"' for name in names]
    connection.execute(f"create or replace table {table} ({', '.join(f'{name} {kind}' for name, kind in zip(quoted, kinds, strict=True))})")
    columns = {f"c{place}": [_cell(row[place], kind) for row in body] for place, kind in enumerate(kinds)}
    connection.register("columns_of_sheet", pyarrow.table(columns))
    connection.execute(f"insert into {table} select * from columns_of_sheet")
    connection.unregister("columns_of_sheet")


def _kind(cells: Sequence[Cell]) -> str:
    filled = [cell for cell in cells if cell is not None]
    if filled and all(isinstance(cell, date) for cell in filled):
        return "DATE"
    return "DOUBLE" if filled and all(isinstance(cell, float) for cell in filled) else "VARCHAR"


def _cell(cell: Cell, kind: str) -> Cell:
    return str(cell) if kind == "VARCHAR" and cell is not None else cell


def _package(path: Path) -> dict[str, Any]:
    results = json.loads(path.read_text(encoding="utf-8"))["result"]["results"]
    return next(dict(each) for each in results if each["name"] == "purchase-card-transactions")
