"""A series over time as it may be drawn: cut where it breaks and where a period has no number, never joined across either.

A break lies between two periods where it does for `mart.indicator_changes`: after the first day of the one and not after the first day of the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

ALL = "all"


@dataclass(frozen=True)
class Figure:
    """One value of an indicator (mart.indicator_values). `value` is None where there is a status in its place."""

    breakdown: str
    area_code: str
    area_name: str
    period: str
    start: date
    end: date
    value: float | None
    lower: float | None = None
    upper: float | None = None
    status: str | None = None
    marker: str | None = None
    area_vintage: str = ""  # year of the area's boundaries, where it is known

    @property
    def middle(self) -> float:
        """The middle of the period as a year with decimals: where the figure stands on a time axis."""
        return year_of(self.start + (self.end - self.start) / 2)


@dataclass(frozen=True)
class Break:
    """From `since` on a series is not what it was."""

    since: date
    reason: str


@dataclass(frozen=True)
class Mark:
    """A break that lies within a series: its letter, and where it stands on the time axis, between the two periods that it parts."""

    letter: str
    since: date
    reason: str
    at: float


def year_of(when: date) -> float:
    """A day as a year with decimals."""
    first = date(when.year, 1, 1)
    return when.year + (when - first) / (date(when.year + 1, 1, 1) - first + timedelta(0))


def in_order(figures: Iterable[Figure]) -> list[Figure]:
    """Oldest first."""
    return sorted(figures, key=lambda figure: (figure.end, figure.start, figure.period))


def segments(figures: Sequence[Figure], breaks: Sequence[Break]) -> list[list[Figure]]:
    """The runs of figures that a line may join: of one side of every break, with a number in every period between."""
    found: list[list[Figure]] = [[]]
    before: Figure | None = None
    for figure in in_order(figures):
        parted = before is not None and any(before.start < one.since <= figure.start for one in breaks)
        if figure.value is None or parted:
            found.append([])
        if figure.value is not None:
            found[-1].append(figure)
        before = figure
    return [segment for segment in found if segment]


def marks(figures: Iterable[Figure], breaks: Sequence[Break]) -> list[Mark]:
    """The breaks that lie within the periods of these figures, lettered from A in order of time."""
    numbered = in_order(figure for figure in figures if figure.value is not None)
    found: list[Mark] = []
    for one in sorted(breaks, key=lambda one: one.since):
        before = [figure for figure in numbered if figure.start < one.since]
        after = [figure for figure in numbered if figure.start >= one.since]
        if before and after:
            left, right = max(figure.middle for figure in before), min(figure.middle for figure in after)
            at = year_of(one.since)
            found.append(Mark(letter_of(len(found)), one.since, one.reason, at if left < at < right else (left + right) / 2))
    return found


def letter_of(place: int) -> str:
    """A, B, … Z, AA, AB: the place-th mark."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def lead_of(home: Mapping[str, Sequence[Figure]]) -> str:
    """The breakdown that stands for the indicator: everyone, else the one whose newest figure is the largest; '' where there is none."""
    if not home or ALL in home:
        return ALL if home else ""
    newest = {
        name: next((figure.value for figure in reversed(figures) if figure.value is not None), None) for name, figures in home.items()
    }
    return min(home, key=lambda name: (newest[name] is None, -(newest[name] or 0.0), name))


def latest(figures: Sequence[Figure]) -> Figure | None:
    """The newest figure that has a number, else the newest; None where there is none."""
    ordered = in_order(figures)
    return next((figure for figure in reversed(ordered) if figure.value is not None), ordered[-1] if ordered else None)
