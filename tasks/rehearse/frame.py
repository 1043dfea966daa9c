"""A table as plain rows, with what was observed of it: what a rehearsal alters and writes out again.

Refuses tables too large to hold as rows: those are thinned to whole areas first, so that what is left is still a table of its kind.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from expectations.shape import Column, Shape
from tasks.read import ReadOptions, read
from tasks.shape import observe, sql

MOST_ROWS = 4_000
Cell = str | None
Row = tuple[Cell, ...]


@dataclass(frozen=True)
class Frame:
    """The columns and rows of a table, every cell as printed, and the shape they were observed to have."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    shape: Shape

    def at(self, column: str) -> int:
        """The place of a column, from 0."""
        return self.columns.index(column)

    def cells(self, column: str) -> list[Cell]:
        """The cells of a column, from the first row to the last."""
        place = self.at(column)
        return [row[place] for row in self.rows]

    def with_cells(self, column: str, change: Callable[[int, Cell], Cell]) -> Frame:
        """The table with the cells of one column altered; `change` is given the number of the row and the cell."""
        place = self.at(column)
        return self.with_rows([(*row[:place], change(index, row[place]), *row[place + 1 :]) for index, row in enumerate(self.rows)])

    def with_rows(self, rows: Sequence[Row]) -> Frame:
        """The same columns over other rows."""
        return replace(self, rows=tuple(rows))

    def only(self, wanted: Callable[[Row], bool]) -> Frame:
        """The rows that are wanted."""
        return self.with_rows([row for row in self.rows if wanted(row)])

    def without(self, column: str) -> Frame:
        """The table without one column."""
        place = self.at(column)
        return replace(
            self,
            columns=(*self.columns[:place], *self.columns[place + 1 :]),
            rows=tuple((*row[:place], *row[place + 1 :]) for row in self.rows),
        )

    def with_column(self, name: str, cells: Sequence[Cell], place: int | None = None) -> Frame:
        """The table with one column more, at `place` or at the end."""
        at = len(self.columns) if place is None else place
        return replace(
            self,
            columns=(*self.columns[:at], name, *self.columns[at:]),
            rows=tuple((*row[:at], cell, *row[at:]) for row, cell in zip(self.rows, cells, strict=True)),
        )

    def named(self, names: dict[str, str]) -> Frame:
        """The table with other names over some of its columns."""
        return replace(self, columns=tuple(names.get(name, name) for name in self.columns))

    def seen(self, column: str) -> Column:
        """What was observed of a column."""
        found = self.shape.column(column)
        assert found is not None
        return found


@contextmanager
def opened() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory, for one reading."""
    with duckdb.connect(":memory:") as connection:
        connection.execute("set enable_progress_bar = false")
        yield connection


def read_frame(path: Path, sheet: str | None = None, most_rows: int = MOST_ROWS, home: str = "E08000025") -> Frame:
    """Read a file of any supported format; a larger table is thinned to whole areas, the home area among them. Raises `read.*`."""
    with opened() as connection:
        layout = read(path, connection, "whole", ReadOptions(sheet=sheet))
        shape = observe(connection, "whole", {path.name: layout})
        table = "whole"
        if shape.rows > most_rows:
            connection.execute(f"create table thin as select * from whole where {_thinned(connection, shape, most_rows, home)}")
            table = "thin"
            shape = observe(connection, table, {path.name: layout})
        names = [column.name for column in shape.columns]
        listed = ", ".join(sql.identifier(name) for name in names)
        rows = connection.execute(f"select {listed} from {table} order by _row").fetchall()
    return Frame(tuple(names), tuple(rows), shape)


def _thinned(connection: duckdb.DuckDBPyConnection, shape: Shape, most_rows: int, home: str) -> str:
    """The condition that keeps whole areas up to a number of rows; whole rows at random where the table has no areas."""
    keep = most_rows / shape.rows
    areas = shape.column(shape.area_column) if shape.area_column else None
    if areas is None or areas.distinct < 6:
        return f"hash(_row) % 1000 < {int(1000 * keep)}"
    code = sql.text(sql.identifier(areas.name))
    listed = connection.execute(f"select {code}, count(*) from whole where {code} is not null group by 1").fetchall()
    listed.sort(key=lambda area: (area[0] != home, hashlib.sha256(str(area[0]).encode()).hexdigest()))
    chosen: list[str] = []
    total = 0
    for area, rows in listed:
        if total + rows > most_rows and len(chosen) >= 3:
            break
        chosen.append(area)
        total += rows
    return f"{code} in {sql.literals(chosen)}"
