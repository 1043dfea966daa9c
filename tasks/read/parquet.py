"""Parquet into a DuckDB table of text: values as DuckDB prints them, whole numbers without `.0`, nested values as JSON, geometries as WKT.

Refuses a file that is cut or damaged (`read.truncated`).
"""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from expectations.errors import EvidenceError
from expectations.shape import Layout
from tasks.read.container import Contents
from tasks.read.names import ROW, literal, printed, quoted, unique
from tasks.read.options import ReadOptions

WHOLE = 1e16  # below it a DOUBLE that is a whole number prints as one; from it on as 1e+16

_FLOATS = {"DOUBLE", "FLOAT"}
_NUMBERS = _FLOATS | {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"}


def read(contents: Contents, connection: duckdb.DuckDBPyConnection, table: str, options: ReadOptions, scratch: Path) -> Layout:
    """Read one Parquet file into `table`; `_row` is the record's number from 1."""
    source = f"read_parquet({literal(str(contents.path))}, file_row_number = true)"
    try:
        described = connection.execute(f"DESCRIBE SELECT * EXCLUDE (file_row_number) FROM {source}").fetchall()
        headers = tuple(printed(name) for name, *_ in described)
        columns = unique(headers)
        kinds = [str(kind) for _, kind, *_ in described]
        cells = ", ".join(
            f"{_text(name, kind)} AS {quoted(column)}" for (name, *_), kind, column in zip(described, kinds, columns, strict=True)
        )
        connection.execute(f"CREATE OR REPLACE TABLE {quoted(table)} AS SELECT file_row_number + 1 AS {quoted(ROW)}, {cells} FROM {source}")
    except duckdb.Error as error:
        raise EvidenceError(
            "read.truncated", where=contents.name, expected="a whole Parquet file", found=str(error).split("\n")[0]
        ) from error
    numeric = tuple(column for column, kind in zip(columns, kinds, strict=True) if kind in _NUMBERS or kind.startswith("DECIMAL"))
    return Layout(
        format="parquet", headers=headers, columns=columns, header_row=None, header_rows=0, crs=_crs(contents.path), numeric=numeric
    )


def _text(name: str, kind: str) -> str:
    """The SQL that prints a column of this type; the empty text is NULL, as in every other format."""
    column = quoted(name)
    if kind in _FLOATS:
        whole = f"{column} = trunc({column}) AND abs({column}) < {WHOLE}"
        return f"CASE WHEN {whole} THEN CAST(CAST({column} AS BIGINT) AS VARCHAR) ELSE CAST({column} AS VARCHAR) END"
    if kind.startswith(("STRUCT", "MAP")) or kind.endswith("[]"):
        return f"CAST(to_json({column}) AS VARCHAR)"
    return f"nullif(CAST({column} AS VARCHAR), '')"


def _crs(path: Path) -> str | None:
    """The coordinate reference system that GeoParquet metadata names; `CRS84` where it names none (the GeoParquet default)."""
    try:
        metadata = pq.read_metadata(path).metadata or {}
    except (pa.ArrowInvalid, OSError):
        return None
    if b"geo" not in metadata:
        return None
    geo = json.loads(metadata[b"geo"])
    crs = geo.get("columns", {}).get(geo.get("primary_column", ""), {}).get("crs")
    identity = crs.get("id", {}) if isinstance(crs, dict) else {}
    return f"{identity['authority']}:{identity['code']}" if {"authority", "code"} <= set(identity) else "CRS84"
