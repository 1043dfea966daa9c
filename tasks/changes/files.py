"""Compare two files of any supported format, without a declaration: what `evidence compare` runs.

The first file stands for contract and landed state, and every column counts as relied on. Key, measures and delivery are inferred where not
given, and the result says so. Refuses nothing that the reader reads; a later file that is no table is itself the change.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from expectations.change import Change, Severity, verdict
from expectations.errors import EvidenceError
from expectations.shape import Shape
from tasks.changes import Comparison, Observed, Place, compare, first_sight
from tasks.changes.words import quoted
from tasks.read import ReadOptions, read
from tasks.shape import observe

# The reader's refusals that are a publisher's doing, and so a change of the delivery; all others are raised.
_NOT_A_TABLE = {
    "read.html": "not_data",
    "read.not_a_table": "not_data",
    "read.unsupported": "not_data",
    "read.empty": "empty",
    "read.truncated": "truncated",
}
MEMORY = "4GB"


@dataclass(frozen=True)
class FileComparison:
    """What changed between two files."""

    changes: tuple[Change, ...]
    delivery: str
    before: Shape
    after: Shape | None
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> Severity:
        return verdict(self.changes)

    def as_dict(self) -> dict[str, Any]:
        """For `--json`: verdict, delivery, the changes (the most important first), the two shapes, and what was inferred."""
        return {
            "verdict": self.verdict.word,
            "delivery": self.delivery,
            "changes": [change.as_dict() for change in self.changes],
            "before": self.before.as_dict(),
            "after": self.after.as_dict() if self.after else None,
            "notes": list(self.notes),
        }


def compare_files(
    before: Path | str,
    after: Path | str,
    *,
    key: Sequence[str] | None = None,
    sheet: str | None = None,
    after_sheet: str | None = None,
    delivery: str | None = None,
    place: Place | None = None,
    memory: str = MEMORY,
) -> FileComparison:
    """Read, observe and compare two files. `key`: column names of the earlier file; `sheet`: of a workbook, `after_sheet` where the later
    file calls it otherwise.

    Raises `EvidenceError` (`read.*`) when the earlier file cannot be read, or the later for a reason that is not the publisher's,
    and `shape.no_such_column` when the key names a column that the earlier file has not.
    """
    with tempfile.TemporaryDirectory(prefix="evidence-compare-") as folder, duckdb.connect(":memory:") as connection:
        # Large tables spill here instead of growing.
        connection.execute(f"set temp_directory = '{folder}'; set memory_limit = '{memory}'; set enable_progress_bar = false")
        earlier = look(connection, Path(before), "before_file", key, sheet)
        try:
            later = look(connection, Path(after), "after_file", None, after_sheet or sheet)
        except EvidenceError as error:
            return FileComparison((_unreadable(error),), delivery or "full", earlier.shape, None)
        result = compare(connection, earlier, later, key=key, delivery_kind=delivery, place=place)
    return _of(result, earlier, later)


def look_at_file(
    path: Path | str, *, sheet: str | None = None, key: Sequence[str] | None = None, place: Place | None = None
) -> tuple[Shape, list[Change]]:
    """The shape of one file, and what is wrong with it on first sight."""
    with duckdb.connect(":memory:") as connection:
        seen = look(connection, Path(path), "file", key, sheet)
        return seen.shape, first_sight(connection, seen, place)


def look(connection: duckdb.DuckDBPyConnection, path: Path, table: str, key: Sequence[str] | None, sheet: str | None) -> Observed:
    """Read a file into `table` and observe it."""
    layout = read(path, connection, table, ReadOptions(sheet=sheet))
    return Observed(observe(connection, table, {path.name: layout}, key), table)


def _of(result: Comparison, earlier: Observed, later: Observed) -> FileComparison:
    shape = later.shape
    if earlier.shape.key and not earlier.shape.key_inferred:
        shape = replace(shape, notes=(*shape.notes, f"key as given for the earlier file: {', '.join(earlier.shape.key)}"))
    return FileComparison(result.changes, result.delivery, earlier.shape, shape, result.notes)


def _unreadable(error: EvidenceError) -> Change:
    kind = _NOT_A_TABLE.get(error.code)
    if kind is None:
        raise error
    what = f"The later file holds no table: {error.found}."
    return Change(
        kind,
        Severity.BREAKING,
        what,
        None,
        None,
        None,
        {"code": error.code, "where": error.where, "found": error.found, "said": quoted(error.message)},
        error.code,
    )
