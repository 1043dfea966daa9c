"""The dialect of delimited text, from its first records: which character parts the cells, and whether blanks follow it.

Refuses prose: text whose lines do not fall into the same number of cells is not a table.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DELIMITERS = (",", "\t", ";", "|")
UNQUOTED = ("\t", "|")  # delimiters so rare in text that some writers part cells with them and quote nothing
SAMPLE_BYTES = 1 << 20
SAMPLE_RECORDS = 1_000
CELL_LIMIT = 64 << 20  # characters in one cell


@dataclass(frozen=True)
class Dialect:
    """How cells are parted and quoted (RFC 4180: a quote within quotes is doubled). `quote` is None where quotes are plain characters."""

    delimiter: str
    quote: str | None = '"'
    blanks_after: bool = False  # cells are parted by the delimiter and a blank

    def records(self, lines: Iterator[str]) -> Iterator[list[str]]:
        """The records of text lines (line ends included), read by the standard library."""
        csv.field_size_limit(CELL_LIMIT)
        if self.quote is None:
            return csv.reader(lines, delimiter=self.delimiter, quoting=csv.QUOTE_NONE)
        return csv.reader(lines, delimiter=self.delimiter, quotechar=self.quote, skipinitialspace=self.blanks_after)


@dataclass(frozen=True)
class Sample:
    """The first records of a file, whole ones only, and the dialect that reads them."""

    dialect: Dialect
    records: list[list[str]]
    regular: float  # the share of records that have as many cells as most
    whole: bool  # the sample is the whole file


def sniff(path: Path, delimiter: str | None = None) -> Sample:
    """The dialect of a UTF-8 file, and its first records. `delimiter`: as declared."""
    with path.open("rb") as file:
        start = file.read(SAMPLE_BYTES + 1)
    whole = len(start) <= SAMPLE_BYTES
    text = start.decode("utf-8-sig", "ignore")
    if not whole:
        text = text[: max(text.rfind("\n"), text.rfind("\r")) + 1]
    candidates = [Dialect(mark) for mark in ((delimiter,) if delimiter else DELIMITERS)]
    spaced = [Dialect(each.delimiter, blanks_after=True) for each in candidates if f'{each.delimiter} "' in text]
    plain = [Dialect(each.delimiter, quote=None) for each in candidates if each.delimiter in UNQUOTED and '"' in text]
    candidates += spaced + plain
    samples = [_sample(text, dialect, whole) for dialect in candidates]
    return max(samples, key=lambda sample: (round(_merit(sample), 2), not sample.dialect.blanks_after, -candidates.index(sample.dialect)))


def typical_width(records: list[list[str]]) -> int:
    """How many cells most records have."""
    counts = Counter(len(record) for record in records if len(record) > 1)
    return max(counts, key=lambda width: (counts[width], width)) if counts else 1


def _sample(text: str, dialect: Dialect, whole: bool) -> Sample:
    records = []
    try:
        for record in dialect.records(iter(io.StringIO(text, newline=""))):
            records.append(record)
            if len(records) > SAMPLE_RECORDS:
                break
    except csv.Error:
        pass
    if not whole or len(records) > SAMPLE_RECORDS:
        records = records[:-1] or records  # the last one may be cut by the end of the sample
    shown = [record for record in records if any(cell.strip() for cell in record)]
    width = typical_width(shown)
    regular = sum(len(record) == width for record in shown) / len(shown) if shown else 0.0
    return Sample(dialect, records, regular, whole and len(records) <= SAMPLE_RECORDS)


def _merit(sample: Sample) -> float:
    """How well a dialect reads the sample: the share of records of the usual width, where that is more than one cell."""
    return sample.regular if typical_width(sample.records) > 1 else 0.0
