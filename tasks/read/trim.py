"""Take away what is not table from rows already in DuckDB: blank rows, repeated headers, notes below, columns without name or value.

Works the same for every format that is laid out in rows and columns. What it takes away it counts or names; a row that could be a
record is kept. Tables of one header that are stacked in one sheet (one block a period, as Nomis exports them) become one table; what a
block's own lines say of it and of no other ('date | Oct 2021-Sep 2022') becomes a column of that name, or the column `block` where the
lines are plain titles. Where nothing tells the blocks apart, none is added.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from tasks.read.cells import filled, is_note, is_value
from tasks.read.header import Header, Row
from tasks.read.names import ROW, literal, printed, quoted, unique
from tasks.read.sink import provisional

TAIL = 500  # rows: notes under a table are shorter than that
ABOVE = 60  # rows: the lines over a stacked block are fewer than that
LEGEND = 0.2  # a legend beside a table fills less than this share of its rows
MANY = 200  # columns, from which they are named in one statement
BLOCKS = 5_000  # more repeated headers than this are not blocks

NumberedRow = tuple[int, Row]


@dataclass(frozen=True)
class Trimmed:
    """What is left: headers as printed and column names, in the order of the table; and where the notes below began."""

    headers: tuple[str, ...]
    columns: tuple[str, ...]
    positions: tuple[int, ...]  # where each column stands in the file, from 0; a column made of blocks has none
    footer_rows: int
    footer_from: int | None  # `_row` of the first note


def trim(connection: duckdb.DuckDBPyConnection, table: str, width: int, header: Header) -> Trimmed:
    """Clean the table of `width` provisional columns in place and give its columns their names."""
    places = range(width)
    _drop_blank_rows(connection, table, width)
    made = _join_blocks(connection, table, width, header)
    footer_from, footer_rows = _drop_notes(connection, table, width, header)
    texts = [header.texts[place] if place < len(header.texts) else "" for place in places]
    empty = _columns_beside(connection, table, texts)
    kept = [place for place in places if place not in empty]
    for place in sorted(empty):
        connection.execute(f"ALTER TABLE {quoted(table)} DROP COLUMN {provisional(place)}")
    headers = [texts[place] for place in kept] + [printed(name) for name in made]
    columns = unique(headers, [*kept, *range(width, width + len(made))])
    olds = [provisional(place) for place in kept] + [_made(at) for at in range(len(made))]
    if len(olds) > MANY:
        # One statement a column takes minutes for thousands of them.
        named = ", ".join(f"{quoted(old)} AS {quoted(new)}" for old, new in zip(olds, columns, strict=True))
        source = f"SELECT {quoted(ROW)}, {named} FROM {quoted(table)} ORDER BY {quoted(ROW)}"
        connection.execute(f"CREATE OR REPLACE TABLE {quoted(table)} AS {source}")
    else:
        for old, new in zip(olds, columns, strict=True):
            connection.execute(f"ALTER TABLE {quoted(table)} RENAME COLUMN {quoted(old)} TO {quoted(new)}")
    return Trimmed(tuple(headers), columns, tuple(kept), footer_rows, footer_from)


def notes_begin(tail: Sequence[NumberedRow], header: Header) -> int | None:
    """The row at which the notes under a table begin, given its last rows in order; `None` where the last row is a record.

    A note fills one cell (or two, in a table of four and more columns) and none of the columns of figures; and it reads like a note, or
    a blank row parts it from the table.
    """
    most = 1 if header.width <= 3 or not header.figures else 2
    if header.width < 2:
        return None
    at = len(tail)
    while at > 0 and _may_be_note(tail[at - 1][1], header, most):
        at -= 1
    if at == 0:
        return None
    while at < len(tail):
        number, row = tail[at]
        if number - tail[at - 1][0] > 1 or any(is_note(cell) for cell in row if cell and filled(cell)):
            return number
        at += 1
    return None


def _may_be_note(row: Row, header: Header, most: int) -> bool:
    places = [place for place, cell in enumerate(row) if filled(cell)]
    figures = any(place in header.figures and is_value(str(row[place])) for place in places)
    return len(places) <= most and not figures


def _drop_blank_rows(connection: duckdb.DuckDBPyConnection, table: str, width: int) -> None:
    if width == 0:
        return
    shown = ", ".join(f"nullif(trim({provisional(place)}), '')" for place in range(width))
    connection.execute(f"DELETE FROM {quoted(table)} WHERE coalesce({shown}) IS NULL")


def _drop_notes(connection: duckdb.DuckDBPyConnection, table: str, width: int, header: Header) -> tuple[int | None, int]:
    tail = _rows(
        connection, table, width, f"WHERE {quoted(ROW)} > (SELECT max({quoted(ROW)}) - {TAIL} FROM {quoted(table)}) ORDER BY {quoted(ROW)}"
    )
    begin = notes_begin(tail, header)
    if begin is None:
        return None, 0
    connection.execute(f"DELETE FROM {quoted(table)} WHERE {quoted(ROW)} >= {begin}")
    return begin, sum(number >= begin for number, _ in tail)


def _columns_beside(connection: duckdb.DuckDBPyConnection, table: str, texts: Sequence[str]) -> set[int]:
    """Columns that are not the table's: without header and value, or without header at the far side of such a one and sparse (a legend)."""
    nameless = [place for place, text in enumerate(texts) if not text]
    if not nameless:
        return set()
    counts = connection.execute(
        f"SELECT count(*), {', '.join(f'count({provisional(place)})' for place in nameless)} FROM {quoted(table)}"
    ).fetchone()
    rows, *filled_cells = counts or (0,)
    held = dict(zip(nameless, filled_cells, strict=True))
    beside: set[int] = set()
    last_named = max((place for place, text in enumerate(texts) if text), default=len(texts))
    for place, count in held.items():
        if count == 0 or (place > last_named and place - 1 in beside and count < LEGEND * rows):
            beside.add(place)
    return beside


def _join_blocks(connection: duckdb.DuckDBPyConnection, table: str, width: int, header: Header) -> list[str]:
    """Drop every repetition of the header with the lines over it; name each block by what its lines say. Returns the columns made."""
    repeats = _repeats(connection, table, width, header)
    if not repeats:
        return []
    lines: list[Sequence[Row]] = [header.above]
    starts = []
    for repeat in repeats:
        top = repeat - header.rows + 1
        above = _rows(connection, table, width, f"WHERE {quoted(ROW)} BETWEEN {top - ABOVE} AND {top - 1} ORDER BY {quoted(ROW)}")
        begin = _lines_begin(above, header, top)
        lines.append([row for number, row in above if number >= begin])
        connection.execute(f"DELETE FROM {quoted(table)} WHERE {quoted(ROW)} BETWEEN {begin} AND {repeat}")
        starts.append(repeat)
    labels = _labels(lines)
    for at, values in enumerate(labels.values()):
        cases = " ".join(
            f"WHEN {quoted(ROW)} > {start} THEN {literal(value)}" for start, value in reversed(list(zip(starts, values[1:], strict=True)))
        )
        connection.execute(f"ALTER TABLE {quoted(table)} ADD COLUMN {_made(at)} VARCHAR")
        connection.execute(f"UPDATE {quoted(table)} SET {_made(at)} = CASE {cases} ELSE {literal(values[0])} END")
    return list(labels)


def _lines_begin(above: Sequence[NumberedRow], header: Header, top: int) -> int:
    """Where the notes and lines between two blocks begin: the narrow rows over the next header, from the first blank row or note on."""
    at = len(above)
    while at > 0 and len(_shown(above[at - 1][1])) <= (2 if header.width > 2 else 1):
        at -= 1
    while 0 < at < len(above) and above[at][0] - above[at - 1][0] == 1 and not any(map(is_note, _shown(above[at][1]))):
        at += 1
    return above[at][0] if 0 < at < len(above) else top


def _repeats(connection: duckdb.DuckDBPyConnection, table: str, width: int, header: Header) -> list[int]:
    """The rows that are the (last) header row once more."""
    cells = {place: cell for place, cell in enumerate(header.cells[:width]) if cell}
    if len(cells) < 2:
        return []
    same = " AND ".join(f"{provisional(place)} = {literal(cell)}" for place, cell in cells.items())
    found = connection.execute(f"SELECT {quoted(ROW)} FROM {quoted(table)} WHERE {same} ORDER BY 1 LIMIT {BLOCKS}").fetchall()
    return [number for (number,) in found]


def _labels(blocks: Sequence[Sequence[Row]]) -> dict[str, list[str]]:
    """What the lines over each block say of it and of no other block: label -> its value for each block."""
    pairs = [{_label(cells[0]): (cells[0], printed(cells[1])) for row in lines if len(cells := _shown(row)) == 2} for lines in blocks]
    common = [label for label in pairs[0] if label and all(label in others for others in pairs)]
    named = {printed(pairs[0][label][0]).rstrip(" :"): [block[label][1] for block in pairs] for label in common}
    telling = {label: values for label, values in named.items() if len(set(values)) > 1}
    if telling:
        return telling
    titles = [[printed(cells[0]) for row in lines if len(cells := _shown(row)) == 1 and not is_note(cells[0])] for lines in blocks]
    shared = set(titles[0]).intersection(*titles[1:])
    own = [" ".join(title for title in lines if title not in shared) for lines in titles]
    return {"block": own} if all(own) and len(set(own)) == len(own) else {}


def _label(cell: str) -> str:
    return printed(cell).rstrip(" :").casefold()


def _shown(row: Row) -> list[str]:
    return [cell for cell in row if cell and filled(cell)]


def _rows(connection: duckdb.DuckDBPyConnection, table: str, width: int, clause: str) -> list[NumberedRow]:
    columns = ", ".join([quoted(ROW), *(provisional(place) for place in range(width))])
    return [(row[0], row[1:]) for row in connection.execute(f"SELECT {columns} FROM {quoted(table)} {clause}").fetchall()]


def _made(at: int) -> str:
    return f"_made{at}"
