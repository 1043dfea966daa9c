"""What an ODS says of the top of each sheet beside its cells: which cells are merged, and which rows are hidden.

The library that reads cells does not give these for ODS, and a header over several rows cannot be understood without the merged cells.
Only the first rows of a sheet are looked at: headers stand there.
"""

from __future__ import annotations

import html
import re
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tasks.read.header import Span

TOP = 100  # rows of a sheet that are looked at
CONTENT = "content.xml"

_SHEET = re.compile(rb"<table:table (?P<attributes>[^>]*)>")
_PIECE = re.compile(rb"<table:table-row(?P<row>[^>]*)>|<table:(?:covered-)?table-cell(?P<cell>[^>]*)>|</table:table>")
_NAME = re.compile(rb'table:name="([^"]*)"')
_REPEATED_ROWS = re.compile(rb'number-rows-repeated="(\d+)"')
_REPEATED_CELLS = re.compile(rb'number-columns-repeated="(\d+)"')
_WIDE = re.compile(rb'number-columns-spanned="(\d+)"')
_HIGH = re.compile(rb'number-rows-spanned="(\d+)"')
_HIDDEN = re.compile(rb'visibility="(?:collapse|filter)"')


@dataclass(frozen=True)
class Top:
    """The merged cells and the hidden rows (from 0) of the first rows of a sheet."""

    spans: tuple[Span, ...]
    hidden: frozenset[int]


def top_of_sheet(path: Path, sheet: str) -> Top:
    """Merged cells and hidden rows at the top of a sheet; nothing for a sheet that is not there."""
    return _tops(path, path.stat().st_mtime_ns).get(sheet, Top((), frozenset()))


@lru_cache(maxsize=2)
def _tops(path: Path, changed: int) -> dict[str, Top]:
    with zipfile.ZipFile(path) as archive:
        content = archive.read(CONTENT)
    tops: dict[str, Top] = {}
    for sheet in _SHEET.finditer(content):
        name = _NAME.search(sheet["attributes"])
        if name:
            tops.setdefault(html.unescape(name.group(1).decode("utf-8", "replace")), _top(content, sheet.end()))
    return tops


def _top(content: bytes, begin: int) -> Top:
    spans: list[Span] = []
    hidden: set[int] = set()
    row, following, column = -1, 0, 0
    for piece in _PIECE.finditer(content, begin):
        if piece["row"] is not None:
            row, column = following, 0
            following = row + _number(_REPEATED_ROWS, piece["row"])
            if row >= TOP:
                break
            if _HIDDEN.search(piece["row"]):
                hidden.update(range(row, min(following, TOP)))
        elif piece["cell"] is not None:
            wide, high = _number(_WIDE, piece["cell"]), _number(_HIGH, piece["cell"])
            if wide > 1 or high > 1:
                spans.append((row, column, row + high - 1, column + wide - 1))
            column += _number(_REPEATED_CELLS, piece["cell"])
        else:
            break
    return Top(tuple(spans), frozenset(hidden))


def _number(pattern: re.Pattern[bytes], attributes: bytes) -> int:
    found = pattern.search(attributes)
    return min(int(found.group(1)), 1 << 20) if found else 1
