"""Parquet and CSV: written by DuckDB itself, streaming, with the terms in the Parquet footer.

CSV is RFC 4180 in UTF-8: a comma, one header row, empty where there is no value, dates as ISO 8601. Refuses to hand a spreadsheet program a text
that it would run: one that looks like a formula gets an apostrophe before it (OWASP, "CSV injection").
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import duckdb

from warehouse.exports.contents import ExportColumn, ExportTable
from warehouse.table import identifier, literal

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# What spreadsheet programs take for a formula: =, @, their full-width forms, a tab or return that hides one, and + or - before more than a number.
_FORMULA = r"^[=@＝＠\t\r]"
_SIGNED = r"^[+\-＋－]."
_SIGNED_NUMBER = r"^[+\-＋－]\s*[0-9]+([.,][0-9]+)*\s*%?$"
_BLOCK = 1 << 20


def write_parquet(connection: duckdb.DuckDBPyConnection, table: ExportTable, terms: Mapping[str, str], path: Path) -> None:
    """Write a table as Parquet (zstd), rows in the order of the published file; `terms` go into the footer as key and value."""
    footer = ", ".join(f"{name}: {literal(text)}" for name, text in terms.items())
    connection.execute(f"copy {table.sql_name} to {literal(str(path))} (format parquet, compression zstd, kv_metadata {{{footer}}})")


def write_csv(connection: duckdb.DuckDBPyConnection, table: ExportTable, path: Path, byte_order_mark: bool = False) -> None:
    """Write a table as CSV; `byte_order_mark` for spreadsheet programs that take UTF-8 for another encoding without it."""
    select = f"select {', '.join(csv_column(column) for column in table.columns)} from {table.sql_name}"
    options = "format csv, header true, dateformat '%Y-%m-%d', timestampformat '%Y-%m-%dT%H:%M:%SZ'"
    connection.execute(f"copy ({select}) to {literal(str(path))} ({options})")
    if byte_order_mark:
        _prefix(path, BYTE_ORDER_MARK)


def csv_column(column: ExportColumn) -> str:
    """SQL of a column as it stands in a CSV: text that looks like a formula neutralised, lists as 'a; b'."""
    name = identifier(column.name)
    if column.type.endswith("[]"):
        return f"array_to_string({name}, '; ') as {name}"
    if column.type != "VARCHAR":
        return name
    signed = f"regexp_matches({name}, {literal(_SIGNED)}) and not regexp_matches({name}, {literal(_SIGNED_NUMBER)})"
    formula = f"regexp_matches({name}, {literal(_FORMULA)}) or ({signed})"
    return f"case when {formula} then '''' || {name} else {name} end as {name}"


def write_json(path: Path, value: object) -> None:
    """Write a JSON document as people can read it."""
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _prefix(path: Path, first: bytes) -> None:
    beside = path.with_name(f"{path.name}.mark")
    with path.open("rb") as source, beside.open("wb") as target:
        target.write(first)
        shutil.copyfileobj(source, target, _BLOCK)
    os.replace(beside, path)
