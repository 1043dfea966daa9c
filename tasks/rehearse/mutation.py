"""What a mutation is: a name, how strong it is, the kinds and the verdict it must be told with, and how it alters a table or a file.

Refuses to expect what cannot be known: a mutation that a table has no room for (no periods, no key, no measure) gives None and is not counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from expectations.shape import Column
from tasks.rehearse.frame import Cell, Frame, Row
from tasks.shape.periods import parse

Altered = Frame | Callable[[Path], Path]  # a table to be written plainly, or what writes a whole file into a folder


@dataclass(frozen=True)
class Pair:
    """What stands before and after; `delivery` where the declaration would say it."""

    before: Altered
    after: Altered
    delivery: str | None = None


@dataclass(frozen=True)
class Mutation:
    """`kinds`: all must be told, `a|b` is one or the other. `verdicts`: any of these words is right."""

    name: str
    kinds: tuple[str, ...]
    verdicts: tuple[str, ...]
    alter: Callable[[Frame, Random], Frame | Pair | None] = field(repr=False)

    @property
    def kind(self) -> str:
        """The kind it is counted under."""
        return self.kinds[0].split("|")[0]

    @property
    def slug(self) -> str:
        """The name as one word, for the command line: `a-measure-times-1000`."""
        return re.sub(r"[^a-z0-9]+", "-", re.sub(r"[,']", "", self.name.lower())).strip("-")


def mutation(name: str, kinds: str, verdicts: str, alter: Callable[[Frame, Random], Frame | Pair | None]) -> Mutation:
    """A mutation with its kinds and verdicts in one text each, parted by blanks."""
    return Mutation(name, tuple(kinds.split()), tuple(verdicts.split()), alter)


def measure(frame: Frame, more: int = 0) -> str | None:
    """The measure that says most: the one with most different numbers; `more`: the next ones."""
    good = [column for name in frame.shape.measures if (column := frame.shape.column(name)) and column.numbers >= 0.5 * frame.shape.rows]
    good = [column for column in good if column.distinct >= 10]
    good.sort(key=lambda column: (-column.distinct, column.position))
    return good[more].name if len(good) > more else None


def categories(frame: Frame, in_key: bool, fewest: int = 2, most: int = 40) -> Column | None:
    """A column of categories in (or outside) the key: of several, the one with most words."""
    special = {
        frame.shape.area_column,
        frame.shape.area_name_column,
        frame.shape.period_column,
        *(level.column for level in frame.shape.areas),
    }
    found = [
        column
        for column in frame.shape.columns
        if column.categories
        and fewest <= len(column.categories) <= most
        and (column.name in frame.shape.key) == in_key
        and column.name not in special
        and column.type == "text"
        and frame.shape.rows >= 4 * len(column.categories)
        and not _follows_an_area(frame, column)
    ]
    return max(found, key=lambda column: (len(column.categories or ()), -column.position), default=None)


def _follows_an_area(frame: Frame, column: Column) -> bool:
    """Whether a column only says more of an area (its region, its old code, its name): it is no category of the figures."""
    at = frame.at(column.name)
    for area in {frame.shape.area_column, *(level.column for level in frame.shape.areas)} - {None}:
        place = frame.at(str(area))
        pairs = {(row[place], row[at]) for row in frame.rows if row[place]}  # rows of a region or a country have no area of their own
        if len(pairs) <= 1.02 * len({code for code, _ in pairs}):
            return True
    return False


def areas_of(frame: Frame) -> list[str]:
    """The area codes (or names) that the rows are of, sorted; none where the table has no areas."""
    column = frame.shape.area_column
    return sorted({cell for cell in frame.cells(column) if cell}) if column else []


def periods_of(frame: Frame) -> list[str]:
    """The labels of the period column, oldest first; none where periods are days of events or stand in the header."""
    column = frame.shape.period_column
    if column is None:
        return []
    there = {cell.strip() for cell in frame.cells(column) if cell}
    return list(frame.shape.periods) if there == set(frame.shape.periods) else []


def next_period(label: str) -> str | None:
    """The period after one, printed the same way: `2023`, `202324`, `2023/24`, `2023-06`."""
    read = parse(label)
    if read is None:
        return None
    if read.form == "year":
        return label.replace(read.start, str(int(read.start) + 1), 1)
    if read.form == "glued":
        return f"{int(label[:4]) + 1}{(int(label[4:]) + 1) % 100:02d}"
    if read.form == "span":
        first, last = label[:4], label[-2:]
        return f"{int(first) + 1}{label[4:-2]}{(int(last) + 1) % 100:02d}"
    if read.form == "iso month":
        year, month = int(label[:4]), int(label[5:7])
        return f"{year + month // 12}-{month % 12 + 1:02d}"
    return None


def scaled(cell: Cell, factor: float) -> Cell:
    """A number times a factor, printed as its publisher prints it: whole numbers whole, with as many decimals as before (or four more)."""
    try:
        value = float(cell) if cell is not None else None
    except ValueError:
        return cell
    if cell is None or value is None:
        return cell
    if "." not in cell:
        new = value * factor
        return str(round(new)) if abs(factor) >= 0.2 else f"{new:.6g}"
    decimals = len(cell.split(".")[1]) + (0 if factor >= 0.2 else 4)
    return f"{value * factor:.{decimals}f}"


def moved(frame: Frame, columns: Sequence[str], share: float, random: Random, low: float, high: float) -> Frame:
    """The table with a share of the numbers of some columns times a factor between `low` and `high`."""
    for name in columns:
        factors = [random.uniform(low, high) if random.random() < share else 1.0 for _ in frame.rows]
        frame = frame.with_cells(name, lambda index, cell, factors=factors: scaled(cell, factors[index]) if factors[index] != 1 else cell)  # type: ignore[misc]
    return frame


def numbers(cell: Cell) -> bool:
    """Whether a cell is a plain number."""
    try:
        float(cell or "")
    except ValueError:
        return False
    return True


def restamped(frame: Frame, rows: Sequence[Row], column: str, label: str) -> list[Row]:
    """Rows with another label in one column."""
    place = frame.at(column)
    return [(*row[:place], label, *row[place + 1 :]) for row in rows]
