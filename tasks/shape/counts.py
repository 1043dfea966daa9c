"""The counts of one column, and what follows from them: its type, and which of its words stand in place of a number.

Refuses to call a word among numbers a marker where the words are as many as the numbers: then all of them are words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from expectations.shape import MARKERS

STRAY_SHARE = 0.05  # of the cells of a numeric column may be neither number nor marker
STRAY_WORDS = 8  # or this many distinct short words may stand in place of numbers, when numbers still are the most
# What stands in place of a small number: `<5`, `[5]`, `*3`, `1 to 4`, `5 or fewer`.
_INSTEAD = re.compile(
    r"^(?:[<>≤≥~*\[(]|under |over |below |above |up to ).*\d|^\d+ ?(?:to|or|-|–) ?(?:\d+|fewer|less|more)$", re.IGNORECASE
)
_BOOLEAN = {"true", "false", "yes", "no", "y", "n", "t", "f"}
# Markers of one letter are words of their own in a column of short codes; these stand for 'no value' in any column.
_SURE_MARKERS = frozenset(marker for marker in MARKERS if len(marker) > 1 and marker not in {"NEW", "SP", "NE", "NP"})


@dataclass
class Profile:
    """The counts of one column. `values` holds value -> rows where every value was counted, else None."""

    name: str
    filled: int = 0
    distinct: int = 0
    numbers: int = 0
    whole: int = 0
    dates: int = 0
    dressed: int = 0  # numbers that a plain reader takes for text: with separators, signs or brackets
    percents: int = 0
    padded: int = 0
    priced: int = 0
    markers: dict[str, int] = field(default_factory=dict)
    minimum: float | None = None
    maximum: float | None = None
    first: str | None = None
    last: str | None = None
    values: dict[str, int] | None = None
    quantiles: tuple[float, ...] = ()
    long: bool = False
    date_form: str | None = None
    sketched: bool = False  # `distinct` was estimated (HyperLogLog), not counted

    @property
    def said(self) -> int:
        """Cells that say something: filled, and not by a marker."""
        return self.filled - sum(self.markers.values())

    @property
    def type(self) -> str:
        if self.said <= 0:
            return "empty"
        if self.numbers >= self.said:
            return "integer" if self.whole >= self.numbers else "number"
        if self.dates >= (1 - STRAY_SHARE) * self.said:
            return "date"
        if self.values is not None and self.values.keys() - self.markers.keys() <= _BOOLEAN | {word.upper() for word in _BOOLEAN} | {
            "Yes",
            "No",
            "True",
            "False",
        }:
            return "boolean"
        return "text"

    @property
    def numeric(self) -> bool:
        return self.type in ("integer", "number")


def settle_strays(one: Profile) -> None:
    """Decide which of the words that stand among numbers, or among words, are markers."""
    known = {value: count for value, count in one.markers.items() if value in MARKERS}
    others = {
        value: count
        for value, count in one.markers.items()
        if value not in MARKERS and len(value) <= 14 and (not any(c.isdigit() for c in value) or _INSTEAD.match(value))
    }
    rest = one.filled - sum(known.values())
    unread = rest - one.numbers
    # Where the words are as many as the numbers (`7`, `R`, `All primary`), all of them are words.
    varied = one.distinct - len(one.markers) > len(others)
    if one.numbers and varied and unread <= sum(others.values()) and len(others) <= STRAY_WORDS and one.numbers >= 0.5 * rest:
        one.markers = known | others
        return
    if one.numbers and unread == 0:
        one.markers = known
        return
    if one.numbers and one.numbers >= (1 - STRAY_SHARE) * rest and one.numbers < rest:
        # A few cells of other text (a block title, a date in a column of counts) do not make a column of numbers text.
        one.markers = known
        one.filled -= unread
        return
    # Not a column of numbers: only the symbols that mean 'no value' anywhere are markers here,
    # unless nothing but one-letter symbols stands in the column (then nothing says anything).
    if one.values is not None and set(one.values) <= MARKERS:
        one.markers = known
        return
    words = [value for value in (one.values or {}) if value not in MARKERS]
    spelt_out = bool(words) and sum(len(word) for word in words) / len(words) > 2.5
    one.markers = {value: count for value, count in known.items() if value in _SURE_MARKERS or spelt_out}
