"""Helpers of the tests of reading: a file from text, and what was read back from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from expectations.shape import Layout
from tasks.read import ReadOptions, read


@dataclass(frozen=True)
class Outcome:
    """What came of reading one file: the layout, the cells of each row, and the row numbers."""

    layout: Layout
    rows: list[tuple[str | None, ...]]
    numbers: list[int]


Reading = Callable[..., Outcome]


@pytest.fixture
def reading(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> Reading:
    """Read a path, or a file of a name with given bytes or text."""

    def outcome(source: Path | str, content: bytes | str | None = None, options: ReadOptions | None = None) -> Outcome:
        path = Path(source)
        if content is not None:
            path = tmp_path / source
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        layout = read(path, connection, "read here", options)
        columns = ", ".join('"' + name.replace('"', '""') + '"' for name in layout.columns)
        rows = connection.execute(f'SELECT {columns} FROM "read here" ORDER BY _row').fetchall()
        numbers = [number for (number,) in connection.execute('SELECT _row FROM "read here" ORDER BY _row').fetchall()]
        kinds = {kind for (name, kind, *_) in connection.execute('DESCRIBE "read here"').fetchall() if name != "_row"}
        assert kinds == {"VARCHAR"}
        return Outcome(layout, rows, numbers)

    return outcome
