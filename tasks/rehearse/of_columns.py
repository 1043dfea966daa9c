"""Mutations of the columns: dropped, renamed, added, moved, retyped, doubled, turned from wide to long."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tasks.rehearse.frame import Frame
from tasks.rehearse.mutation import Mutation, Pair, categories, measure, mutation, numbers
from tasks.shape.areas import header_vintage
from tasks.shape.counts import STRAY_WORDS


def _drop_measure(frame: Frame, random: Random) -> Frame | None:
    name = measure(frame)
    return frame.without(name) if name and name not in frame.shape.period_headers and len(frame.columns) > 2 else None


def _drop_year(place: int) -> Callable[[Frame, Random], Frame | None]:
    """The column of one year goes, in a table whose headers are years: that is a period, as the rows of one are in a long table."""

    def alter(frame: Frame, random: Random) -> Frame | None:
        years = sorted(frame.shape.period_headers)
        return frame.without(years[place]) if len(years) >= 3 else None

    return alter


def _drop_attribute(frame: Frame, random: Random) -> Frame | None:
    names = [c.name for c in frame.shape.columns if c.role == "attribute" and c.filled and c.name not in (frame.shape.area_name_column,)]
    return frame.without(random.choice(names)) if names else None


def _drop_of_key(frame: Frame, random: Random) -> Frame | None:
    column = categories(frame, True)
    return frame.without(column.name) if column else None


def _rename_case(frame: Frame, random: Random) -> Frame | None:
    name = measure(frame)
    return frame.named({name: name.swapcase() + " "}) if name and name.swapcase() != name else None


def _rename_measure(frame: Frame, random: Random) -> Frame | None:
    name = measure(frame)
    return frame.named({name: "headline figure"}) if name and frame.shape.key and name not in frame.shape.key else None


def _rename_category(frame: Frame, random: Random) -> Frame | None:
    column = categories(frame, True) or categories(frame, False)
    return frame.named({column.name: "breakdown topic"}) if column else None


def _rename_area(frame: Frame, random: Random) -> Frame | None:
    name = frame.shape.area_column
    return frame.named({name: "place_reference"}) if name else None


def _rename_all(frame: Frame, random: Random) -> Frame | None:
    changed = {name: name.replace("_", " ").title().replace(" ", "") + "Field" for name in frame.columns}
    return frame.named(changed) if len(set(changed.values())) == len(changed) else None


def _rename_year(frame: Frame, random: Random) -> Frame | None:
    stated = {name: header_vintage(name) for name in frame.columns}
    changed = {
        name: name.replace(found[1], str(int(found[1]) + 1)).replace(found[1][2:], f"{(int(found[1]) + 1) % 100:02d}")
        for name, found in stated.items()
        if found
    }
    return frame.named(changed) if changed and all(old != new for old, new in changed.items()) else None


def _unname(frame: Frame, random: Random) -> Frame | None:
    name = measure(frame)
    return frame.named({name: ""}) if name and frame.at(name) > 0 and frame.shape.key else None


def _add_constant(frame: Frame, random: Random) -> Frame:
    return frame.with_column("publication_status", ["Provisional"] * len(frame.rows))


def _add_numbers(frame: Frame, random: Random) -> Frame:
    return frame.with_column("extra_measure", [str(random.randint(1, 99_999)) for _ in frame.rows], len(frame.columns) // 2)


def _add_empty(frame: Frame, random: Random) -> Frame:
    return frame.with_column("to_follow", [None] * len(frame.rows))


def _swap_places(frame: Frame, random: Random) -> Frame | None:
    if len(frame.columns) < 3:
        return None
    order = list(range(len(frame.columns)))
    order[0], order[-1] = order[-1], order[0]
    return _ordered(frame, order)


def _rotate(frame: Frame, random: Random) -> Frame | None:
    return _ordered(frame, [*range(2, len(frame.columns)), 0, 1]) if len(frame.columns) > 3 else None


def _ordered(frame: Frame, order: list[int]) -> Frame:
    from dataclasses import replace

    return replace(frame, columns=tuple(frame.columns[i] for i in order), rows=tuple(tuple(row[i] for i in order) for row in frame.rows))


def _swap_headers(frame: Frame, random: Random) -> Frame | None:
    """Two headers change places and their values do not: each name now holds the other's figures."""
    one, other = measure(frame), measure(frame, 1)
    if one is None or other is None or not frame.shape.key:
        return None
    apart = sum(a != b for a, b in zip(frame.cells(one), frame.cells(other), strict=True))
    return frame.named({one: other, other: one}) if apart > 0.8 * len(frame.rows) else None


def _retype(frame: Frame, random: Random) -> Frame | None:
    name = measure(frame)
    return frame.with_cells(name, lambda _, cell: f"about {cell} pupils" if numbers(cell) else cell) if name else None


def _retype_to_words(frame: Frame, random: Random) -> Frame | None:
    name = measure(frame)
    words = [f"{word} estimate" for word in ("very low", "low", "lower", "middling", "higher", "high", "very high", "top", "tail", "none")]
    assert len(words) > STRAY_WORDS  # fewer would be markers among numbers
    return frame.with_cells(name, lambda _, cell: random.choice(words) if numbers(cell) else cell) if name else None


def _thousands(frame: Frame, random: Random) -> Frame | None:
    for more in range(6):
        name = measure(frame, more)
        column = frame.shape.column(name) if name else None
        if column and column.type == "integer" and column.quantiles and column.quantiles[3] >= 1_000 and column.format is None:
            return frame.with_cells(column.name, lambda _, cell: f"{int(cell):,}" if cell and cell.isdigit() else cell)
    return None


def _percent(frame: Frame, random: Random) -> Frame | None:
    name = measure(frame)
    column = frame.shape.column(name) if name else None
    if column is None or column.format:
        return None
    return frame.with_cells(column.name, lambda _, cell: f"{cell}%" if numbers(cell) else cell)


def _lose_zeros(frame: Frame, random: Random) -> Frame | None:
    """A spreadsheet opened the file: `007` became `7`."""
    names = [column.name for column in frame.shape.columns if column.format == "padded"]
    return frame.with_cells(names[0], lambda _, cell: cell.lstrip("0") or "0" if cell else cell) if names else None


def _dates(frame: Frame, random: Random) -> Frame | None:
    names = [column.name for column in frame.shape.columns if column.type == "date" and column.format == "Y-m-d"]

    def turned(_: int, cell: str | None) -> str | None:
        return f"{cell[8:10]}/{cell[5:7]}/{cell[:4]}" if cell and len(cell) == 10 else cell

    return frame.with_cells(names[0], turned) if names else None


def _double(frame: Frame, random: Random) -> Frame | None:
    name = measure(frame) or frame.columns[-1]
    return frame.with_column(name, [cell and cell + "1" for cell in frame.cells(name)])


def _long(frame: Frame, random: Random) -> Pair | None:
    wide = [name for more in range(6) if (name := measure(frame, more))]
    if len(wide) < 2 or not frame.shape.key:
        return None
    keep = [name for name in frame.columns if name not in frame.shape.measures]
    before = frame
    for name in frame.columns:
        if name in frame.shape.measures and name not in wide:
            before = before.without(name)
    rows = [(*(row[before.at(name)] for name in keep), name, row[before.at(name)]) for row in before.rows for name in wide]
    from dataclasses import replace

    return Pair(before, replace(frame, columns=(*keep, "indicator", "value"), rows=tuple(rows)))


MUTATIONS: tuple[Mutation, ...] = (
    mutation("a measure dropped", "column_removed", "breaking", _drop_measure),
    mutation("the column of the oldest year dropped", "period_removed", "warning", _drop_year(0)),
    mutation("the column of a middle year dropped", "period_removed", "warning", _drop_year(1)),
    mutation("an attribute dropped", "column_removed", "breaking", _drop_attribute),
    mutation("a filter dropped", "column_removed", "breaking", _drop_of_key),
    mutation("a header in another case", "column_renamed", "breaking", _rename_case),
    mutation("a measure renamed", "column_renamed", "breaking", _rename_measure),
    mutation("a filter renamed", "column_renamed", "breaking", _rename_category),
    mutation("the area column renamed", "column_renamed", "breaking", _rename_area),
    mutation("every column renamed", "column_renamed", "breaking", _rename_all),
    mutation("a header emptied", "column_renamed", "breaking", _unname),
    mutation("headers named for the next year", "geography_vintage_changed column_renamed", "breaking", _rename_year),
    mutation("a constant column added", "column_added", "warning", _add_constant),
    mutation("a column of numbers added", "column_added", "warning", _add_numbers),
    mutation("an empty column added", "column_added", "warning", _add_empty),
    mutation("first and last column swapped", "column_reordered", "info", _swap_places),
    mutation("columns rotated", "column_reordered", "info", _rotate),
    mutation("two headers swapped", "values_redefined|column_renamed|column_retyped|unit_rescaled", "breaking", _swap_headers),
    mutation("numbers became text", "column_retyped", "breaking", _retype),
    mutation("numbers became words", "column_retyped", "breaking", _retype_to_words),
    mutation("thousands separators", "column_retyped", "warning breaking", _thousands),
    mutation("per cent signs", "column_retyped", "warning breaking", _percent),
    mutation("leading zeros lost", "column_retyped|area_recoded|category_renamed", "warning breaking", _lose_zeros),
    mutation("dates in British order", "column_retyped", "warning", _dates),
    mutation("a column name twice", "column_duplicated", "breaking", _double),
    mutation("wide became long", "column_removed column_added", "breaking", _long),
)
