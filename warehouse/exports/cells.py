"""One cell of a spreadsheet: its value, how a number of its unit is shown, and the publisher's symbol where there is no number.

Refuses what a workbook cannot hold: control characters are left out, a text longer than a cell is cut and says so, a whole number of more than 15
digits is written as text (spreadsheet programs would round it). Text never becomes a formula.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from math import isfinite

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

LONGEST = 32_767  # characters of a cell, as the format has it
CUT = " … [cut: the cell is full; the CSV has all of it]"
_LARGEST = 10**15
_LINE = 13.5  # points of height for one line of text
_COUNTS = (
    "people", "persons", "pupils", "children", "households", "dwellings", "houses", "places", "businesses", "enterprises", "crimes", "jobs",
    "transactions", "visits", "licences", "schools", "sessions", "rank", "metres",
)  # fmt: skip
_BY_WORD = (
    (re.compile(r"^(pounds|GBP)\b"), '"£"#,##0.00'),
    (re.compile(r"^(percent|percentage points)$"), "0.0"),
    (re.compile(r"index|share|ratio|proportion"), "0.000"),
    (re.compile(r"^per |^years|^score|^points|^million|^thousand|^hours|^hectares"), "#,##0.0"),
)
_WHOLE, _ANY = "#,##0", "#,##0.##########"


def number_format(unit: str | None, decimals: int | None = None) -> str:
    """How a number of this unit is shown. `decimals` where something better than the unit says so; the cell keeps all digits either way.

    Example: number_format("people") is "#,##0", number_format("percent", 2) is "#,##0.00".
    """
    if decimals is not None:
        return "#,##0" + (f".{'0' * decimals}" if decimals else "")
    word = (unit or "").strip()
    for pattern, shown in _BY_WORD:
        if pattern.search(word):
            return shown
    return _WHOLE if word.startswith(_COUNTS) else _ANY


def cell_value(value: object) -> object:
    """The value as a workbook holds it: a number, a day, True or False, a text, or None."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, Decimal):
        return float(value) if value.is_finite() else None
    if isinstance(value, int):
        return value if abs(value) < _LARGEST else str(value)
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, date):
        return value
    if isinstance(value, list | tuple):
        return plain_text("; ".join(str(one) for one in value))
    return plain_text(str(value))


def plain_text(text: str) -> str:
    """A text that fits into a cell."""
    cleaned = ILLEGAL_CHARACTERS_RE.sub("", text)
    return cleaned if len(cleaned) <= LONGEST else cleaned[: LONGEST - len(CUT)] + CUT


def in_place_of(marker: object, status: object) -> str:
    """What stands where there is no number: the publisher's symbol as printed, else our word for the reason in brackets."""
    return plain_text(str(marker)) if marker else f"[{str(status).replace('_', ' ')}]" if status else ""


def height_of(texts: Sequence[str], widths: Sequence[int]) -> float:
    """The height in points of a row whose texts wrap within columns of these widths (in characters)."""
    lines = [sum(-(-max(len(part), 1) // width) for part in text.split("\n")) for text, width in zip(texts, widths, strict=True)]
    return max(lines) * _LINE + 4
