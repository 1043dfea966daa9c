"""Column names from header cells: trimmed, on one line, never empty, never twice.

Refuses nothing: any text is a legal column name, because names are quoted wherever they reach SQL.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

ROW = "_row"  # the column that `read` adds; a header of that name steps aside

_BLANKS = re.compile(r"[\s\ufeff\u200b\u200c\u200d\u2060\x00-\x1f\x7f]+")  # control characters too


def printed(cell: str | None) -> str:
    """A header cell as a person reads it: runs of blanks and line breaks become one space, the ends are trimmed."""
    return _BLANKS.sub(" ", cell or "").strip()


def unique(headers: Iterable[str], positions: Iterable[int] | None = None) -> tuple[str, ...]:
    """Names that differ from each other, in order.

    An empty header becomes `column_5` (its position in the file, from 1); a repeat becomes `Area Code__2`. Names that differ only in
    upper and lower case count as repeats, because DuckDB does not tell them apart. `positions`: where the columns stand in the file,
    from 0, if some of the file's columns are left out.
    """
    headers = list(headers)
    places = list(positions) if positions is not None else list(range(len(headers)))
    wanted = [header or f"column_{place + 1}" for header, place in zip(headers, places, strict=True)]
    printed_names = {name.casefold() for name in wanted}
    taken = {ROW}
    names = []
    for name in wanted:
        candidate, repeat = name, 1
        while candidate.casefold() in taken or (repeat > 1 and candidate.casefold() in printed_names):
            repeat += 1
            candidate = f"{name}__{repeat}"
        taken.add(candidate.casefold())
        names.append(candidate)
    return tuple(names)


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL string; a zero byte, which SQL text cannot hold, is put together beside it."""
    if "\0" in text:
        return "(" + " || chr(0) || ".join(literal(part) for part in text.split("\0")) + ")"
    return "'" + text.replace("'", "''") + "'"
