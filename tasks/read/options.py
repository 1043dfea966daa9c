"""What a caller may say of a file before it is read. Everything here is optional: a file of a supported format is read without a word."""

from __future__ import annotations

from dataclasses import dataclass

GIB = 1 << 30


@dataclass(frozen=True)
class ReadOptions:
    """What is declared of a file; `None` means: look."""

    format: str | None = None  # csv, tsv, xls, xlsx, xlsb, ods, parquet, json, geojson
    sheet: str | None = None  # of a workbook
    header_row: int | None = None  # the last row of the header, counted from 1
    member: str | None = None  # of a zip
    encoding: str | None = None
    delimiter: str | None = None
    max_bytes: int = 16 * GIB  # of the file, and of what it holds once decompressed
