"""Mutations of the domains: categories, markers, suppression and units."""

from __future__ import annotations

from random import Random

from expectations.shape import Column
from tasks.rehearse.frame import Cell, Frame
from tasks.rehearse.mutation import Mutation, Pair, areas_of, categories, measure, moved, mutation, numbers, restamped, scaled


def _any_category(frame: Frame) -> Column | None:
    return categories(frame, True) or categories(frame, False)


def _category_added(frame: Frame, random: Random) -> Frame | None:
    column = categories(frame, True)
    if column is None or not column.categories:
        return None
    place = frame.at(column.name)
    like = [row for row in frame.rows if row[place] == column.categories[0]]
    extra = moved(frame.with_rows(restamped(frame, like, column.name, "Not recorded before")), frame.shape.measures, 1, random, 0.1, 0.3)
    return frame.with_rows([*frame.rows, *extra.rows])


def _category_added_on_some(frame: Frame, random: Random) -> Frame | None:
    column = categories(frame, False, 3)
    if column is None or not column.categories:
        return None
    word = _commonest(frame, column)
    return frame.with_cells(column.name, lambda _, cell: "Under review" if _is(cell, word) and random.random() < 0.2 else cell)


def _category_removed(frame: Frame, random: Random) -> Frame | None:
    column = categories(frame, True)
    if column is None or not column.categories:
        return None
    place, word = frame.at(column.name), column.categories[-1]
    return frame.only(lambda row: row[place] != word)


def _category_renamed(frame: Frame, random: Random) -> Frame | None:
    column = _any_category(frame)
    if column is None or not column.categories:
        return None
    word = _commonest(frame, column)
    return frame.with_cells(column.name, lambda _, cell: "Entirely other wording" if _is(cell, word) else cell)


def _category_respelt(frame: Frame, random: Random) -> Frame | None:
    """A publisher's tidy-up: case and a dash."""
    column = _any_category(frame)
    words = [word for word in (column.categories or ()) if word.upper() != word and " " in word] if column else []
    if column is None or not words:
        return None
    return frame.with_cells(column.name, lambda _, cell: cell.strip().upper().replace(" ", "-") if cell and cell.strip() in words else cell)


def _categories_merged(frame: Frame, random: Random) -> Frame | None:
    column = categories(frame, False, 3)
    if column is None or not column.categories:
        return None
    first, second = _by_use(frame, column)[:2]
    return frame.with_cells(column.name, lambda _, cell: first if _is(cell, second) else cell)


def _marker_added(frame: Frame, random: Random) -> Frame | None:
    name = measure(frame)
    if name is None or any("low" in column.markers for column in frame.shape.columns):
        return None
    return frame.with_cells(name, lambda index, cell: "low" if index % 25 == 0 and cell else cell)


def _marker_replaced(frame: Frame, random: Random) -> Frame | None:
    marker = _a_marker(frame)
    if marker is None:
        return None
    for column in frame.shape.columns:
        if marker in column.markers:
            frame = frame.with_cells(column.name, lambda _, cell: "[x]" if cell == marker else cell)
    return frame


def _marker_blanked(frame: Frame, random: Random) -> Frame | None:
    marker = _a_marker(frame)
    if marker is None:
        return None
    for column in frame.shape.columns:
        if marker in column.markers:
            frame = frame.with_cells(column.name, lambda _, cell: None if cell == marker else cell)
    return frame


def _suppressed(share: float) -> object:
    def alter(frame: Frame, random: Random) -> Frame | None:
        name = measure(frame)
        marker = _a_marker(frame)
        if name is None or marker is None or not frame.shape.key:
            return None
        for other in frame.shape.measures:
            frame = frame.with_cells(other, lambda _, cell: marker if numbers(cell) and random.random() < share else cell)
        return frame

    return alter


def _blanked(frame: Frame, random: Random) -> Frame | None:
    if measure(frame) is None or not frame.shape.key:
        return None
    for name in frame.shape.measures:
        frame = frame.with_cells(name, lambda _, cell: None if numbers(cell) and random.random() < 0.15 else cell)
    return frame


def _rescaled(factor: float) -> object:
    def alter(frame: Frame, random: Random) -> Frame | None:
        name = measure(frame)
        if name is None or not frame.shape.key:
            return None
        zero = sum(cell in (None, "0", "0.0") for cell in frame.cells(name))
        return frame.with_cells(name, lambda _, cell: scaled(cell, factor)) if zero < 0.5 * len(frame.rows) else None

    return alter


def _hidden(of: str) -> object:
    """One cell, or all of one area, printed before and hidden behind a marker now."""

    def alter(frame: Frame, random: Random) -> Frame | None:
        name, column = measure(frame), frame.shape.area_column
        if name is None or not frame.shape.key or any("u" in seen.markers for seen in frame.shape.columns):
            return None
        printed = [index for index, cell in enumerate(frame.cells(name)) if numbers(cell)]
        chosen = {random.choice(printed)}
        if of == "area":
            codes = areas_of(frame)
            if column is None or not 8 <= len(codes) <= 60:
                return None
            place, area = frame.at(column), random.choice(codes)
            chosen = {index for index in printed if frame.rows[index][place] == area}
        return frame.with_cells(name, lambda index, cell: "u" if index in chosen else cell) if chosen else None

    return alter


def _final(frame: Frame, random: Random) -> Pair | None:
    """Provisional figures became final: the column says so, and a tenth of the values moved a little."""
    name = measure(frame)
    if name is None or not frame.shape.key or frame.shape.key_duplicates or frame.seen(name).numbers < 200:
        return None
    before = frame.with_column("figures", ["Provisional"] * len(frame.rows))
    return Pair(before, moved(before, [name], 0.1, random, 0.95, 1.05).with_cells("figures", lambda _, cell: "Final"))


def _is(cell: Cell, word: str) -> bool:
    return cell is not None and cell.strip() == word


def _commonest(frame: Frame, column: Column) -> str:
    return _by_use(frame, column)[0]


def _by_use(frame: Frame, column: Column) -> list[str]:
    used: dict[str, int] = {}
    for cell in frame.cells(column.name):
        word = (cell or "").strip()
        if word and word not in column.markers:
            used[word] = used.get(word, 0) + 1
    return sorted(used, key=lambda word: (-used[word], word))


def _a_marker(frame: Frame) -> Cell:
    """A symbol that stands in measures of the table, the commonest first."""
    counts: dict[str, int] = {}
    for name in frame.shape.measures:
        for marker, count in frame.seen(name).markers.items():
            counts[marker] = counts.get(marker, 0) + count
    return max(counts, key=lambda marker: counts[marker], default=None)


MUTATIONS: tuple[Mutation, ...] = (
    mutation("a category added", "category_added", "warning", _category_added),
    mutation("a category given to some rows", "category_added", "warning", _category_added_on_some),
    mutation("a category removed", "category_removed", "warning", _category_removed),
    mutation("a category renamed", "category_renamed", "warning", _category_renamed),
    mutation("categories respelt", "category_renamed", "warning", _category_respelt),
    mutation("two categories merged", "category_renamed", "warning", _categories_merged),
    mutation("a marker came", "marker_added", "warning", _marker_added),
    mutation("a marker replaced", "marker_added marker_removed", "warning", _marker_replaced),
    mutation("a marker left blank", "marker_removed", "warning", _marker_blanked),
    mutation("5 % more suppressed", "suppression_moved", "warning", _suppressed(0.05)),  # type: ignore[arg-type]
    mutation("30 % more suppressed", "suppression_moved", "warning", _suppressed(0.3)),  # type: ignore[arg-type]
    mutation("values left blank", "suppression_moved", "warning", _blanked),
    mutation("a measure times 1,000", "unit_rescaled", "breaking", _rescaled(1000)),  # type: ignore[arg-type]
    mutation("a measure divided by 100", "unit_rescaled", "breaking", _rescaled(0.01)),  # type: ignore[arg-type]
    mutation("miles became kilometres", "unit_rescaled", "breaking", _rescaled(1.609344)),  # type: ignore[arg-type]
    mutation("one cell withdrawn", "suppression_moved marker_added", "warning", _hidden("cell")),  # type: ignore[arg-type]
    mutation("one area withdrawn", "suppression_moved marker_added", "warning", _hidden("area")),  # type: ignore[arg-type]
    mutation("provisional became final", "category_renamed history_revised", "info", _final),
)
