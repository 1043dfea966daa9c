"""Delimited text (CSV, TSV and their like) into a DuckDB table of text.

Two ways through one door. A file that is regular goes through DuckDB's own reader in its strict mode, at DuckDB's speed, and is then
accounted for: every line of the file must be a row or lie within a quoted cell, and the first records must be those that Python's
reader sees. A file that is not (ragged rows, empty lines, blanks beside quotes, mixed line ends) goes through Python's csv reader in
batches: slower, bounded in memory, and nothing is lost: short rows are padded, long rows get columns of their own.

The rows become a DuckDB table and not a Parquet file with a view, because the next steps trim, rename and scan it again and again, and the
caller says by the connection whether it lives in memory or in a file. Measured on 5 million rows of 10 columns (403 MB, two busy cores,
seconds of processor): bare table 3.3 to 3.8, Parquet with a view about the same, this module with all its checks 7 to 8. `_row` is set from
`rowid` after loading (+0.3; contiguous and in the order of the file, which is checked): `row_number()` would make the load
single-threaded (8.1 in all, and twice the time into a database file). Peak memory into a database file: 360 MB.

Refuses: text that ends within a quoted cell (`read.truncated`), prose (`read.not_a_table`).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import duckdb

from expectations.errors import EvidenceError
from expectations.shape import Layout
from tasks.read import encoding, header, sniff
from tasks.read.container import Contents
from tasks.read.encoding import TextFacts
from tasks.read.header import Header
from tasks.read.names import ROW, literal, quoted
from tasks.read.options import ReadOptions
from tasks.read.sink import Sink, provisional
from tasks.read.sniff import Dialect, Sample
from tasks.read.trim import trim

PROSE_WORDS = 8  # words in a typical line of a text that is no table of one column
REGULAR = 0.5  # sentences are taken for cells only if this share of the first records has the same width
IRREGULAR = 0.3  # below this share, lines of one cell are no table whatever they say
RAGGED_KEPT = 100_000  # row numbers of ragged rows that are remembered


@dataclass
class _Loaded:
    """What came of loading: how many columns, and which rows had more or fewer cells than the header."""

    width: int
    ragged: list[int] = field(default_factory=list)


def read(contents: Contents, connection: duckdb.DuckDBPyConnection, table: str, options: ReadOptions, scratch: Path) -> Layout:
    """Read one delimited file into `table`."""
    facts = encoding.examine(contents.path, options.encoding)
    path = encoding.transcode(contents.path, facts, scratch / "as-utf-8")
    facts_of_copy = encoding.examine(path, encoding.UTF_8) if path != contents.path else facts
    sample = sniff.sniff(path, options.delimiter)
    _refuse_prose(sample, contents.name)
    found = header.find(sample.records, options.header_row)
    if found is None:
        raise _no_header(contents.name, options)
    loaded = _by_duckdb(path, connection, table, facts_of_copy, sample, found) or _by_python(
        path, connection, table, facts_of_copy, sample, found
    )
    trimmed = trim(connection, table, loaded.width, found)
    ragged = sum(trimmed.footer_from is None or row < trimmed.footer_from for row in loaded.ragged)
    return Layout(
        format="tsv" if sample.dialect.delimiter == "\t" else "csv",
        headers=trimmed.headers,
        columns=trimmed.columns,
        header_row=None if found.last is None else found.last + 1,
        header_rows=found.rows,
        preamble=found.preamble,
        footer_rows=trimmed.footer_rows,
        encoding=facts.encoding,
        bom=facts.bom,
        delimiter=sample.dialect.delimiter,
        quote=sample.dialect.quote if facts_of_copy.quotes else None,
        line_end=facts_of_copy.line_end,
        ragged_rows=ragged,
    )


def _by_duckdb(
    path: Path, connection: duckdb.DuckDBPyConnection, table: str, facts: TextFacts, sample: Sample, found: Header
) -> _Loaded | None:
    """The fast way; `None` where DuckDB would refuse the file or read it otherwise than RFC 4180 says."""
    dialect = sample.dialect
    ordered = connection.execute("SELECT current_setting('preserve_insertion_order')").fetchone()
    if (
        ordered != (True,)
        or facts.empty_lines
        or facts.odd_bytes
        or dialect.blanks_after
        or dialect.quote is None
        or facts.line_end == "cr"
    ):
        return None
    width = _width(sample, found)
    columns = ", ".join(f"{literal(provisional(place))}: 'VARCHAR'" for place in range(width))
    source = (
        f"read_csv({literal(str(path))}, auto_detect = false, columns = {{{columns}}}, header = false, skip = {found.start}, "
        f"delim = {literal(dialect.delimiter)}, quote = '\"', escape = '\"', strict_mode = true, null_padding = false)"
    )
    try:
        connection.execute(f"CREATE OR REPLACE TABLE {quoted(table)} AS SELECT CAST(0 AS BIGINT) AS {quoted(ROW)}, * FROM {source}")
        connection.execute(f"UPDATE {quoted(table)} SET {quoted(ROW)} = rowid + {found.start + 1}")
    except (duckdb.InvalidInputException, duckdb.ConversionException):
        return None
    return _Loaded(width) if _accounts_for_all(connection, table, width, facts, sample, found) else None


def _accounts_for_all(
    connection: duckdb.DuckDBPyConnection, table: str, width: int, facts: TextFacts, sample: Sample, found: Header
) -> bool:
    """Whether every line of the file is in the table, and the first records are those that Python's reader sees."""
    first = [tuple(cell or None for cell in record) for record in sample.records[found.start : found.start + 200]]
    names = ", ".join(provisional(place) for place in range(width))
    top = f"WHERE {quoted(ROW)} <= {found.start + len(first)} ORDER BY {quoted(ROW)}"
    got = connection.execute(f"SELECT {names} FROM {quoted(table)} {top}").fetchall()
    if [record[:width] + (None,) * (width - len(record)) for record in first] != got:
        return False
    if facts.line_feeds == 0:
        return True
    inside_cells = "0"
    if facts.quotes:
        breaks = " + ".join(f"coalesce(length({name}) - length(replace({name}, chr(10), '')), 0)" for name in names.split(", "))
        anywhere = " OR ".join(f"contains({name}, chr(10))" for name in names.split(", "))
        inside_cells = f"(SELECT coalesce(sum({breaks}), 0) FROM {quoted(table)} WHERE {anywhere})"
    counted = connection.execute(
        f"SELECT count(*), coalesce(max({quoted(ROW)}), {found.start}), {inside_cells} FROM {quoted(table)}"
    ).fetchone()
    rows, last, inside = counted or (0, 0, 0)
    above = sum(1 + sum(cell.count("\n") for cell in record) for record in sample.records[: found.start])
    lines = facts.line_feeds + (0 if facts.ends_with_line_end else 1)
    return int(last) == found.start + int(rows) and int(rows) + int(inside) + above + facts.empty_at_end == lines


def _by_python(path: Path, connection: duckdb.DuckDBPyConnection, table: str, facts: TextFacts, sample: Sample, found: Header) -> _Loaded:
    """The exact way, for any file."""
    width = _width(sample, found)
    sink = Sink(connection, table, width)
    loaded = _Loaded(width)
    last_cells = width
    for number, record in _numbered(path, sample.dialect):
        if number <= found.start:
            continue
        while len(record) > width and not record[-1].strip():
            record.pop()
        if record and len(record) != width and any(record):
            loaded.ragged.append(number)
            del loaded.ragged[RAGGED_KEPT:]
        last_cells = len(record) or last_cells
        sink.add(number, record)
    sink.close()
    if len(loaded.ragged) == 1 and 1 < last_cells < width and not facts.ends_with_line_end and sink.rows > 1:
        raise _truncated(path.name, f"the last record (row {loaded.ragged[0]}) has {last_cells} of {width} cells and no line end")
    loaded.width = sink.width
    return loaded


def _numbered(path: Path, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    """Records with their numbers from 1; an empty line counts, as it does on opening. Text that ends within a quoted cell is an error."""
    number = 0
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = _Lines(file)
        try:
            for number, record in enumerate(dialect.records(lines), start=1):
                if lines.ended:  # a whole record comes before its reader asks for the next line
                    raise _truncated(path.name, f"the file ends within a quoted cell of row {number}")
                yield number, record
        except csv.Error as error:
            raise EvidenceError(
                "read.not_a_table", where=f"{path.name}, row {number + 1}", expected="delimited text", found=str(error)
            ) from error


class _Lines:
    """The lines of a file; knows when they have ended."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        try:
            return next(self._lines)
        except StopIteration:
            self.ended = True
            raise


def _width(sample: Sample, found: Header) -> int:
    """How many cells a record of this file has: as the header, or as most records where those have more."""
    below = sniff.typical_width(sample.records[found.start :])
    return max(len(found.cells) or 1, below if sample.records[found.start :] else 1)


def _refuse_prose(sample: Sample, name: str) -> None:
    """Text whose lines do not fall into cells, or hold sentences, is no table."""
    shown = [record for record in sample.records if any(cell.strip() for cell in record)]
    if not shown:
        raise EvidenceError("read.empty", where=name, expected="a header and rows", found="no text but blanks and delimiters")
    words = median(sum(len(cell.split()) for cell in record) / sum(bool(cell.strip()) for cell in record) for record in shown)
    cells = median(sum(bool(cell.strip()) for cell in record) for record in shown)
    alone = cells <= 1 and (len(shown) == 1 or words > PROSE_WORDS)
    loose = sample.regular < IRREGULAR and cells <= 1
    if alone or loose or (sample.regular < REGULAR and words > PROSE_WORDS / 2):
        raise EvidenceError(
            "read.not_a_table", where=name, expected="rows of cells", found=f"text that begins {shown[0][0].strip()[:80]!r}"
        )


def _no_header(name: str, options: ReadOptions) -> EvidenceError:
    return EvidenceError("read.no_header", where=name, expected=f"a header in row {options.header_row}", found="fewer rows than that")


def _truncated(name: str, found: str) -> EvidenceError:
    return EvidenceError("read.truncated", where=name, expected="a file that ends with a whole record", found=found)
