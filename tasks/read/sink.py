"""Rows that Python has parsed, into a DuckDB table of text, in batches, so that memory does not grow with the file.

The table has one VARCHAR column per column of the file and `_row BIGINT`. An empty cell is NULL. Columns may come late (a JSON record
with a key that no earlier record had; a row wider than its header): the table is widened, nothing is dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

import duckdb
import pyarrow as pa

from tasks.read.names import ROW, quoted

BATCH_ROWS = 20_000
BATCH_CELLS = 400_000

_ARRIVING = "_arriving_rows"


class Sink:
    """Collects rows and writes them to `table`, which it creates; call `close` after the last row.

    Columns are addressed by position; they bear provisional names (`provisional`) until the caller knows the real ones.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, table: str, width: int) -> None:
        self.connection = connection
        self.table = table
        self.width = 0
        self.rows = 0
        self._cells: list[Sequence[str | None]] = []
        self._numbers: list[int] = []
        connection.execute(f"CREATE OR REPLACE TABLE {quoted(table)} ({quoted(ROW)} BIGINT)")
        self._widen(width)

    def add(self, number: int, cells: Sequence[str | None]) -> None:
        """One row: its number in the file, and its cells from the left; missing cells at the right are NULL."""
        self._numbers.append(number)
        self._cells.append(cells)
        if len(self._cells) >= BATCH_ROWS or len(self._cells) * max(self.width, 1) >= BATCH_CELLS:
            self._flush()

    def close(self, width: int = 0) -> None:
        """Write the rest; the table has at least `width` columns then."""
        self._flush()
        self._widen(width)

    def _flush(self) -> None:
        if not self._cells:
            return
        widest = max(len(cells) for cells in self._cells)
        if widest > self.width:
            self._widen(widest)
        columns = list(zip_longest(*self._cells))
        arrays = [pa.array([cell or None for cell in column], type=pa.string()) for column in columns]
        names = [provisional(position) for position in range(len(columns))]
        batch = pa.Table.from_arrays([pa.array(self._numbers, type=pa.int64()), *arrays], names=[ROW, *names])
        self.connection.register(_ARRIVING, batch)
        try:
            self.connection.execute(f"INSERT INTO {quoted(self.table)} BY NAME SELECT * FROM {_ARRIVING}")
        finally:
            self.connection.unregister(_ARRIVING)
        self.rows += len(self._cells)
        self._cells, self._numbers = [], []

    def _widen(self, width: int) -> None:
        for position in range(self.width, width):
            self.connection.execute(f"ALTER TABLE {quoted(self.table)} ADD COLUMN {provisional(position)} VARCHAR")
        self.width = max(self.width, width)


def provisional(position: int) -> str:
    """The name of the column at `position` (from 0) until the real names are known."""
    return f"_c{position}"
