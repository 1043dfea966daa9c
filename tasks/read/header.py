"""Where the header of a table is: under titles and notes, over one row or several, or not at all.

Works on the first rows of a file as text, knows no format, and decides by what the rows below look like:

1. wide rows are those at least half as wide as the table; the columns they fill are the table's columns;
2. a column of figures is one whose wide rows hold numbers, dates or markers; the first wide row that has figures there is the first record,
   unless the figures are years or a steady sequence that the column itself does not hold (a header of periods or ages);
3. the header is the wide row of text above it, with the spanning rows over it and the unit rows under it.

Refuses to make a header out of a record: where the very first row already is a record, there is no header.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from tasks.read.cells import filled, is_date, is_marker, is_number, is_value, is_year
from tasks.read.names import printed

Row = Sequence[str | None]
Span = tuple[int, int, int, int]  # first row, first column, last row, last column of a merged cell, from 0

WIDE = 0.5  # a wide row fills at least this share of what the fullest rows fill
COLUMN = 0.2  # a column of the table is filled in at least this share of the wide rows
FIGURES = 0.6  # a column of figures holds them in at least this share of its filled cells
COVER = 0.6  # a header row fills at least this share of the table's columns
RECORD = 0.8  # a record holds figures in at least this share of the columns of figures that it fills


@dataclass(frozen=True)
class Header:
    """Rows from 0. `first` and `last` bound the header rows (`None`: there is no header); records begin at `start`."""

    first: int | None
    last: int | None
    start: int
    texts: tuple[str, ...]  # one a column, '' where a column has no header
    above: tuple[Row, ...]  # the rows over the header, as they are
    figures: frozenset[int]  # columns that hold numbers, dates or markers
    width: int  # how many columns the table fills
    cells: Row = ()  # the last header row as it is, to know it again further down

    @property
    def preamble(self) -> tuple[str, ...]:
        """The rows over the header, each as one text."""
        lines = (" ".join(printed(cell) for cell in row if filled(cell)) for row in self.above)
        return tuple(line for line in lines if line)

    @property
    def rows(self) -> int:
        return 0 if self.first is None or self.last is None else self.last - self.first + 1


@dataclass(frozen=True)
class _Profile:
    """The body of a table: the columns it fills, those that hold figures, and those whose figures are years or dates."""

    columns: frozenset[int]
    figures: frozenset[int]
    periods: frozenset[int]
    typical: float  # how many cells a wide row fills


def find(rows: Sequence[Row], header_row: int | None = None, spans: Sequence[Span] = (), hidden: Collection[int] = ()) -> Header | None:
    """The header of the table that begins in `rows`; `None` where nothing in `rows` is a table row.

    `header_row`: the last header row as declared, from 1. `spans`: merged cells, whose text counts for all their columns. `hidden`: rows
    (from 0) that a person does not see on opening; such a row is no part of a header (the names of a pivot table's fields hide there).
    """
    fills = [frozenset(place for place, cell in enumerate(row) if filled(cell)) for row in rows]
    if not any(fills):
        return None
    profile = _profile(rows, fills, header_row)
    for at in hidden:
        if at < len(rows) and at + 1 != header_row and not _is_record(rows[at], fills[at], profile):
            fills[at] = frozenset()
    if header_row is not None:
        last = header_row - 1
        return _header(rows, fills, profile, _upward(rows, fills, profile, last, spans), last, spans) if last < len(rows) else None
    record = next((at for at in range(len(rows)) if _is_record(rows[at], fills[at], profile)), len(rows))
    anchor = _anchor(fills, profile, record)
    if anchor is None and 0 < record < len(rows) and _names_figures(rows[record - 1], fills[record - 1], profile):
        anchor = record - 1
    if anchor is None:
        start = next(at for at in range(len(rows)) if at == record or fills[at])
        return Header(
            None, None, start, ("",) * (max(profile.columns, default=-1) + 1), tuple(rows[:start]), profile.figures, len(profile.columns)
        )
    last = _downward(rows, fills, profile, anchor, record)
    return _header(rows, fills, profile, _upward(rows, fills, profile, anchor, spans), last, spans)


def _profile(rows: Sequence[Row], fills: Sequence[frozenset[int]], header_row: int | None) -> _Profile:
    start = header_row or 0
    counts = sorted((len(fill) for fill in fills[start:] if fill), reverse=True) or [1]
    fullest = counts[min(1, len(counts) - 1)]  # one single odd row must not say how wide the table is
    wide = [at for at in range(start, len(rows)) if len(fills[at]) >= max(1, WIDE * fullest)]
    often: dict[int, int] = {}
    for at in wide:
        for place in fills[at]:
            often[place] = often.get(place, 0) + 1
    columns = frozenset(place for place, count in often.items() if count >= max(1.0, COLUMN * len(wide)))
    body = wide[1:] if len(wide) > 1 else wide
    figures, periods = set(), set()
    for place in columns:
        cells = [cell for at in body if place < len(rows[at]) and filled(cell := rows[at][place]) and cell]
        values = [cell for cell in cells if is_value(cell)]
        if len(values) >= FIGURES * len(cells) and any(is_number(cell) or is_date(cell) for cell in values):
            figures.add(place)
            if sum(is_year(cell) or is_date(cell) for cell in values) > 0.5 * len(values):
                periods.add(place)
    return _Profile(columns, frozenset(figures), frozenset(periods), median(len(fills[at]) for at in body) if body else 1)


def _is_record(row: Row, fill: frozenset[int], profile: _Profile) -> bool:
    """Whether a row holds figures where the table has its figures, and is no header of years, ages or dates."""
    places = sorted(fill & profile.figures)
    if not places or len(fill) < WIDE * WIDE * profile.typical:
        return False
    cells = {place: str(row[place]) for place in places}
    values = {place: cell for place, cell in cells.items() if is_value(cell)}
    if len(values) < RECORD * len(cells):
        return False
    if len(fill) <= 2 < profile.typical and not _is_label(row, profile):
        return False
    return not _counts_up(values, profile)


def _names_figures(row: Row, fill: frozenset[int], profile: _Profile) -> bool:
    """Whether a row is nothing but years or dates, one over every column of figures that is none itself: a header over unnamed labels."""
    wanted = profile.figures - profile.periods
    return bool(wanted) and fill == wanted and all(is_year(str(row[place])) or is_date(str(row[place])) for place in fill)


def _is_label(row: Row, profile: _Profile) -> bool:
    key = min(profile.columns)
    return key < len(row) and filled(row[key])


def _counts_up(values: Mapping[int, str], profile: _Profile) -> bool:
    """Whether the figures of a row are headers: years or dates over columns that hold none, or numbers that climb by one steady step."""
    foreign = [cell for place, cell in values.items() if place not in profile.periods]
    if foreign and all(is_year(cell) or is_date(cell) for cell in foreign):
        return True
    numbers = [cell.strip() for cell in values.values() if not is_marker(cell)]
    if len(numbers) < 3 or not all(number.isdigit() for number in numbers):
        return False
    steps = {int(after) - int(before) for before, after in pairwise(numbers)}
    return len(steps) == 1 and steps != {0}


def _anchor(fills: Sequence[frozenset[int]], profile: _Profile, record: int) -> int | None:
    """The row above the first record that names most columns; of several, the first in the last run of rows that has one."""
    needed = max(COVER * len(profile.columns), min(2, len(profile.columns)))
    covers = [len(fill & profile.columns) for fill in fills]
    candidates = [at for at in range(record) if covers[at] >= needed]
    if not candidates:
        partial = [at for at in _run_above(fills, record) if covers[at] >= min(2, len(profile.columns))]
        return max(partial, key=lambda at: covers[at], default=None)
    if record == len(fills):
        return candidates[0]
    last = candidates[-1]
    while last - 1 in candidates:
        last -= 1
    run = last
    while run > 0 and fills[run - 1]:
        run -= 1
    return next(at for at in candidates if at >= run)


def _run_above(fills: Sequence[frozenset[int]], record: int) -> range:
    """The last run of filled rows above a record, with or without blank rows between."""
    end = record
    while end > 0 and not fills[end - 1]:
        end -= 1
    begin = end
    while begin > 0 and fills[begin - 1]:
        begin -= 1
    return range(begin, end)


def _upward(rows: Sequence[Row], fills: Sequence[frozenset[int]], profile: _Profile, anchor: int, spans: Sequence[Span]) -> int:
    """The first header row: the rows over the anchor that span or complete it, up to a blank row, a title or a note."""
    key = min(profile.columns, default=0)
    first = anchor
    while first > 0:
        at = first - 1
        if not fills[at] and at > 0 and _has_span(at - 1, key, spans):
            at -= 1  # one blank row may stand between merged headings and what they head
        above = fills[at] & profile.columns
        if not above or _is_record(rows[at], fills[at], profile):
            break
        named: frozenset[int] = frozenset().union(*fills[first : anchor + 1])
        spanning = key not in above and (len(above) > 1 or not spans or _has_span(at, key, spans))
        completes = key in above and key not in named and len(above) > 1
        if not (spanning or completes or _has_span(at, key, spans)):
            break
        first = at
    return first


def _has_span(at: int, key: int, spans: Sequence[Span]) -> bool:
    """Whether a row holds a merged cell that heads several columns beside the first."""
    return any(top == at and key < left < right for top, left, _, right in spans)


def _downward(rows: Sequence[Row], fills: Sequence[frozenset[int]], profile: _Profile, anchor: int, record: int) -> int:
    """The last header row: rows of units or sub-headings under the anchor, which leave the first column empty or complete it."""
    if not profile.figures:
        return anchor
    key = min(profile.columns, default=0)
    last = anchor
    while last + 1 < min(record, len(rows)) and fills[last + 1]:
        below = fills[last + 1]
        named = frozenset().union(*fills[anchor : last + 1])
        if key in below and (key in named or len(below) == 1):
            break
        last += 1
    return last


def _header(
    rows: Sequence[Row], fills: Sequence[frozenset[int]], profile: _Profile, first: int, last: int, spans: Sequence[Span]
) -> Header:
    width = max([max(fill) + 1 for fill in fills[first:] if fill], default=0)
    parts: list[list[str]] = [[] for _ in range(width)]
    for at in (at for at in range(first, last + 1) if fills[at]):
        for place, text in enumerate(_spread(rows, fills, at, last, width, spans)):
            if text and text not in parts[place]:
                parts[place].append(text)
    start = next((at for at in range(last + 1, len(rows)) if fills[at]), last + 1)
    texts = tuple(" ".join(part) for part in parts)
    above = tuple(row for row, fill in zip(rows[:first], fills, strict=False) if fill)
    return Header(first, last, start, texts, above, profile.figures, len(profile.columns), tuple(rows[last]))


def _spread(rows: Sequence[Row], fills: Sequence[frozenset[int]], at: int, last: int, width: int, spans: Sequence[Span]) -> list[str]:
    """The texts of one header row by column; the text of a spanning cell stands for every column that it spans.

    Where the format tells merged cells, they say how far a text spans. Where it does not, a text in a row over the last one spans the
    empty cells at its right as far as the row below has texts there.
    """
    texts = [printed(cell) for cell in rows[at][:width]]
    texts += [""] * (width - len(texts))
    if spans:
        for top, left, bottom, right in spans:
            if top <= at <= bottom and left < width:
                source = printed(rows[top][left]) if left < len(rows[top]) else ""
                for place in range(left, min(right + 1, width)):
                    if place != left or at != top:
                        texts[place] = texts[place] or (source if at == top else "")
        return texts
    source = ""
    for place in range(width if at < last else 0):
        if place in fills[at]:
            source = "" if _named_alone(fills, at, last, place) else texts[place]
        elif any(place in fills[below] for below in range(at + 1, last + 1)):
            texts[place] = source
    return texts


def _named_alone(fills: Sequence[frozenset[int]], at: int, last: int, place: int) -> bool:
    """Whether no row below names this column: its text is a plain header and spans nothing."""
    return all(place not in fills[below] for below in range(at + 1, last + 1))
