"""Read one file of a publisher into a DuckDB table of text, and say how the file lays its table out.

Formats: csv, tsv and text with another delimiter, xls, xlsx, xlsb, ods, parquet, json, geojson; alone, in gzip, or as the one table of a
zip. The format is told by the bytes, then by the name. Every value is text as the file has it; no value is changed or guessed.
Refuses what is not a table with a coded error (`read.*`); docs/errors.md explains each.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import duckdb

from expectations.shape import Layout
from tasks.read import delimited, geojson, parquet, records, workbook
from tasks.read.container import unwrap
from tasks.read.detect import detect
from tasks.read.options import ReadOptions

__all__ = ["ReadOptions", "read"]


def read(path: Path | str, connection: duckdb.DuckDBPyConnection, table: str, options: ReadOptions | None = None) -> Layout:
    """Read the file at `path` into DuckDB table `table` (replacing it) and return its layout.

    The table has the columns `Layout.columns`, all VARCHAR, in the file's order, and `_row BIGINT`: the row of the file as a person sees
    it on opening it, from 1 (in a CSV with its header in row 1, the first record is 2; in Parquet and JSON, the record's number).
    An empty cell is NULL. One row of the table is one record. Raises `EvidenceError` with a code `read.*`.
    """
    path, options = Path(path), options or ReadOptions()
    with tempfile.TemporaryDirectory(prefix="evidence-read-") as folder:
        scratch = Path(folder)
        contents = unwrap(path, scratch, options)
        format = detect(contents, options.format)
        if format in ("csv", "tsv"):
            layout = delimited.read(contents, connection, table, options, scratch)
        elif format == "parquet":
            layout = parquet.read(contents, connection, table, options, scratch)
        elif format == "json":
            layout = records.read(contents, connection, table, options, scratch)
        elif format == "geojson":
            layout = geojson.read(contents, connection, table, options, scratch)
        else:
            layout = workbook.read(contents, connection, table, options, format)
    return replace(layout, compression=contents.compression, member=contents.member)
