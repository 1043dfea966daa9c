"""Whatever a CSV writer writes, reading gives back: the same cells, in the same rows."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.read import ReadOptions, read

# Line breaks of every kind, quotes, delimiters, blanks; no lone surrogates, which no encoding of text holds.
CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12) | st.sampled_from(
    ['"', '""', ", ", '" ', ' "', "\n", "\r\n", "\r", "a\nb", '",', ";", "\t"]
)
# With "\n" as line end and only needed quotes, Python's writer leaves "\r" bare, which no reader can tell from a line end.
DIALECTS = [("\r\n", csv.QUOTE_MINIMAL), ("\r\n", csv.QUOTE_ALL), ("\n", csv.QUOTE_ALL)]
SHOWN = CELLS.map(lambda cell: cell + "x")


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    """Rows of one width whose first cell shows something, as a record's key does."""
    width = draw(st.integers(2, 5))
    return draw(st.lists(st.tuples(SHOWN, *[CELLS] * (width - 1)).map(list), min_size=1, max_size=8))


@settings(max_examples=60, deadline=None)
@given(tables(), st.sampled_from([",", ";", "\t", "|"]), st.sampled_from(DIALECTS))
def test_what_a_csv_writer_writes_is_read_back(rows: list[list[str]], delimiter: str, dialect: tuple[str, int]) -> None:
    line_end, quoting = dialect
    header = [f"column {place}" for place in range(len(rows[0]))]
    # A last record whose cells are all empty but one may pass for a note under the table; a full one ends the file.
    rows = [*rows, [f"{place}" for place in range(len(header))]]
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        path = Path(folder) / "table.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=delimiter, lineterminator=line_end, quoting=quoting).writerows([header, *rows])
        layout = read(path, connection, "t", ReadOptions(delimiter=delimiter, header_row=1))
        got = connection.execute("SELECT * EXCLUDE (_row) FROM t ORDER BY _row").fetchall()
        numbers = connection.execute("SELECT _row FROM t ORDER BY _row").fetchall()
    assert layout.headers == tuple(header)
    assert got == [tuple(cell or None for cell in row) for row in rows]
    assert [number for (number,) in numbers] == list(range(2, len(rows) + 2))
