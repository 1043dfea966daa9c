"""`export`: tables of the published file as files that people and programs open, written aside and put in place when they are whole.

Parquet and CSV are one file a table, each CSV with its CSVW metadata beside it; Excel is one workbook, or one a table; a data package is a folder
with everything (CSV, datapackage.json, CSVW, DCAT and schema.org). A text file with the terms stands beside them. Refuses what it does not know.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import duckdb

from expectations.errors import EvidenceError
from warehouse.engine import bound
from warehouse.exports import metadata
from warehouse.exports.contents import ALL, ExportTable, Tell, chosen, described, telling
from warehouse.exports.files import write_csv, write_json, write_parquet
from warehouse.exports.licences import is_open
from warehouse.exports.terms import footer_terms, maker, readme
from warehouse.home import Home

Format = Literal["parquet", "csv", "xlsx", "datapackage"]
FORMATS: tuple[Format, ...] = ("parquet", "csv", "xlsx", "datapackage")
TERMS_FILE = "README.txt"
_WHOLE = "evidence"  # the name of a file that holds more than one table


@dataclass(frozen=True)
class Request:
    """What is asked for. `names` are tables or groups; empty means all. `each`: one workbook a table. `open_only`: leave out what is not open."""

    names: tuple[str, ...] = ()
    format: Format = "parquet"
    folder: Path | None = None
    byte_order_mark: bool = False
    each: bool = False
    open_only: bool = False


@dataclass(frozen=True)
class Exported:
    """What was written, and which tables were left out because they are not under an open licence."""

    folder: Path
    files: tuple[Path, ...]
    tables: tuple[str, ...]
    rows: int
    left_out: tuple[str, ...] = ()


def default_folder(home: Home) -> Path:
    """Where exports go unless said otherwise: beside the published file."""
    return home.root / "exports"


def export(home: Home, request: Request, tell: Tell = lambda text: None) -> Exported:
    """Write the export; `tell` hears which table is being written.

    Raises `command.no_database`, `export.unknown_table`, `export.too_many_rows`, `export.not_written`.
    """
    if not home.database.exists():
        raise EvidenceError("command.no_database", where=str(home.database), expected="the published database", found="no file")
    folder = (request.folder or default_folder(home)).expanduser().resolve()
    with closing(duckdb.connect(str(home.database), read_only=True)) as connection:
        bound(connection, home)
        tables = [described(connection, name) for name in chosen(connection, request.names)]
        left_out = tuple(table.name for table in tables if request.open_only and not is_open(table.terms))
        tables = [table for table in tables if table.name not in left_out]
        try:
            files = _written(connection, tables, request, folder, tell)
        except (OSError, duckdb.IOException) as error:
            raise EvidenceError("export.not_written", where=str(folder), expected="a folder to write into", found=str(error)) from error
    return Exported(folder, files, tuple(table.name for table in tables), sum(table.rows for table in tables), left_out)


def _written(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[ExportTable], request: Request, folder: Path, tell: Tell
) -> tuple[Path, ...]:
    today = datetime.now(UTC).date().isoformat()
    with _aside(folder) as aside:
        if request.format == "xlsx":
            _workbooks(connection, tables, request, today, aside, tell)
        else:
            for place, table in enumerate(tables, 1):
                tell(telling(table, place, len(tables)))
                _one(connection, table, request, today, aside)
        if request.format == "datapackage":
            for name, document in metadata.package_documents(tables, today, aside).items():
                write_json(aside / name, document)
        if request.format != "xlsx" and tables:
            (aside / _terms_file(tables, request)).write_text(readme(tables, today), encoding="utf-8")
        made = sorted(path.name for path in aside.iterdir())
        for name in made:
            os.replace(aside / name, folder / name)
    return tuple(folder / name for name in made)


def _terms_file(tables: Sequence[ExportTable], request: Request) -> str:
    """Where the terms stand: under the name of what was asked for, so that two exports into one folder keep their own."""
    if request.format == "datapackage":
        return TERMS_FILE
    return f"{tables[0].name if len(tables) == 1 else _group(request) or _WHOLE}.{TERMS_FILE}"


def _group(request: Request) -> str:
    """The group that was asked for, where it is one."""
    return request.names[0] if len(request.names) == 1 and request.names[0] != ALL else ""


def _one(connection: duckdb.DuckDBPyConnection, table: ExportTable, request: Request, today: str, folder: Path) -> None:
    if request.format == "parquet":
        write_parquet(connection, table, footer_terms(table, today), folder / f"{table.name}.parquet")
        return
    write_csv(connection, table, folder / f"{table.name}.csv", request.byte_order_mark)
    if request.format == "csv":
        write_json(folder / f"{table.name}.csv-metadata.json", metadata.csvw(table, today))


def _workbooks(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[ExportTable], request: Request, today: str, folder: Path, tell: Tell
) -> None:
    from warehouse.exports.strategy_sheet import STRATEGY_TABLE, write_strategy
    from warehouse.exports.workbook import write_workbook

    if [table.name for table in tables] == [STRATEGY_TABLE]:
        write_strategy(connection, tables[0], today, folder / "strategy.xlsx")
    elif request.each or len(tables) == 1:
        for place, table in enumerate(tables, 1):
            tell(telling(table, place, len(tables)))
            write_workbook(connection, table.title, [table], today, folder / f"{table.name}.xlsx")
    elif tables:
        group = _group(request)
        title = f"{maker()}: {group}" if group else maker()
        write_workbook(connection, title, tables, today, folder / f"{group or _WHOLE}.xlsx", tell)


@contextmanager
def _aside(folder: Path) -> Iterator[Path]:
    """A folder beside the files to be, gone afterwards: a killed export leaves no half a file under a final name."""
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / f".export-{uuid.uuid4().hex}"
    aside.mkdir()
    try:
        yield aside
    finally:
        shutil.rmtree(aside, ignore_errors=True)
