"""What a single cell looks like: a number, a year, a marker, a note. Text in, yes or no out; nothing here changes a value."""

from __future__ import annotations

import re

from expectations.shape import MARKERS

_NUMBER = re.compile(r"^[(]?[-+\u2212]?[£$€]?(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?\s?%?[)]?$")
_YEAR = re.compile(r"^(?:1[89]|20|21)\d\d$")
_DATE = re.compile(r"^(?:\d{4}-\d{2}-\d{2}|\d{1,2}[/.]\d{1,2}[/.]\d{2,4})(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?$")
_NOTE = re.compile(
    r"^(?:\(?[\w*†‡]{1,3}[.):]\s|[*†‡©]|\[?note|source|footnote|copyright|\(c\)|crown|key\b|contact|telephone|tel\b|email|e-mail|https?://|"
    r"this (?:table|work|data)|these |figures? |data |please |released|published|last updated|next (?:update|release)|end of )",
    re.IGNORECASE,
)  # fmt: skip
LONG_TEXT = 60  # characters: longer than the name of a thing


def is_number(text: str) -> bool:
    """A number as publishers print them: thousands with commas, a currency sign, a per cent sign, brackets for a negative."""
    return bool(_NUMBER.match(text.strip()))


def is_marker(text: str) -> bool:
    """A publisher's symbol in place of a number."""
    return text.strip() in MARKERS


def is_date(text: str) -> bool:
    """A day as ISO 8601 or as Britain prints it, with or without a time."""
    return bool(_DATE.match(text.strip()))


def is_year(text: str) -> bool:
    """A calendar year from 1800 to 2199."""
    return bool(_YEAR.match(text.strip()))


def is_value(text: str) -> bool:
    """What stands in a column of figures: a number, a date, or a marker in a figure's place."""
    return is_number(text) or is_marker(text) or is_date(text)


def is_note(text: str) -> bool:
    """Text that reads like a note under a table and not like the name of a thing."""
    return len(text.strip()) > LONG_TEXT or bool(_NOTE.match(text.strip()))


def filled(cell: str | None) -> bool:
    """Whether a cell shows anything."""
    return cell is not None and bool(cell.strip())
