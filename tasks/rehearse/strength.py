"""The same mutation, done to less: one row, one column or one area instead of everything.

What a weak mutation is told as can differ: one area in another unit is no change of unit but a revision of that area. Refuses mutations that
move rows or columns, which have no weaker form.
"""

from __future__ import annotations

from collections.abc import Callable

from tasks.rehearse.frame import Frame, Row
from tasks.rehearse.mutation import Mutation

STRENGTHS = ("row", "area", "column", "all")
# What the kind is told as when it is done to one row or one area.
_WEAKER = {
    "unit_rescaled": "history_revised|unit_rescaled",
    "values_redefined": "history_revised|values_redefined",
    "history_revised": "history_revised",
    "category_renamed": "category_renamed|category_added",
    "category_added": "category_added",
    "marker_added": "marker_added",
    "marker_removed": "marker_removed|marker_added|suppression_moved|history_revised",
    "suppression_moved": "suppression_moved|marker_added|history_revised",
    "column_retyped": "column_retyped|marker_added|suppression_moved|history_revised|category_added",
    "area_recoded": "area_recoded|area_added|area_missing|key_duplicated",
    "geography_vintage_changed": "area_recoded|area_added|area_missing|geography_vintage_changed",
}


def at_strength(frame: Frame, altered: Frame, strength: str, mutation: Mutation) -> tuple[Frame, tuple[str, ...]] | None:
    """(the weaker form, the kinds it must be told as); None where the mutation has none, or would not differ from another strength."""
    if altered.columns != frame.columns or len(altered.rows) != len(frame.rows) or mutation.kind not in _WEAKER:
        return None
    differing = [index for index, (old, new) in enumerate(zip(frame.rows, altered.rows, strict=True)) if old != new]
    if len(differing) < 2:
        return None
    if strength == "column":
        return _one_column(frame, altered, differing[0], mutation)
    if strength == "row":
        chosen = differing[len(differing) // 2]
        return _mixed(frame, altered, lambda index: index == chosen), (_WEAKER[mutation.kind],)
    column = frame.shape.area_column
    if column is None:
        return None
    place = frame.at(column)
    area = frame.rows[differing[len(differing) // 2]][place]
    if all(frame.rows[index][place] == area for index in differing):
        return None
    return _mixed(frame, altered, lambda index: frame.rows[index][place] == area), (_WEAKER[mutation.kind],)


def _one_column(frame: Frame, altered: Frame, row: int, mutation: Mutation) -> tuple[Frame, tuple[str, ...]] | None:
    """Of a mutation of several columns, the first of them; its kinds are the whole one's."""
    places = [
        place for place in range(len(frame.columns)) if any(a[place] != b[place] for a, b in zip(frame.rows, altered.rows, strict=True))
    ]
    if len(places) < 2:
        return None
    first = next((place for place in places if frame.rows[row][place] != altered.rows[row][place]), places[0])
    rows = [(*old[:first], new[first], *old[first + 1 :]) for old, new in zip(frame.rows, altered.rows, strict=True)]
    return frame.with_rows(rows), mutation.kinds


def _mixed(frame: Frame, altered: Frame, taken: Callable[[int], bool]) -> Frame:
    rows: list[Row] = [new if taken(index) else old for index, (old, new) in enumerate(zip(frame.rows, altered.rows, strict=True))]
    return frame.with_rows(rows)
