"""Mutations of the areas: gone, new, under other codes or names, in another vintage, in another unit."""

from __future__ import annotations

from random import Random

from tasks.changes import register
from tasks.rehearse.frame import Frame
from tasks.rehearse.mutation import Mutation, areas_of, measure, moved, mutation, numbers, restamped, scaled
from tasks.shape.areas import LAD_CHANGES, common_level


def _area_gone(frame: Frame, random: Random) -> Frame | None:
    codes = areas_of(frame)
    column = frame.shape.area_column
    if column is None or len(codes) < 8:
        return None
    gone, place = random.choice(codes), frame.at(column)
    return frame.only(lambda row: row[place] != gone)


def _home_gone(frame: Frame, random: Random) -> Frame | None:
    column = frame.shape.area_column
    if column is None or "E08000025" not in areas_of(frame):
        return None
    place = frame.at(column)
    return frame.only(lambda row: row[place] != "E08000025")


def _area_added(frame: Frame, random: Random) -> Frame | None:
    """A new area with a code of its own and figures of its own."""
    column = frame.shape.area_column
    codes = areas_of(frame)
    if column is None or len(codes) < 8 or not codes[0][-8:].isdigit():
        return None
    model = codes[len(codes) // 2]
    new = f"{model[:3]}{99_000_001:06d}"[:9] if len(model) == 9 else None
    if new is None:
        return None
    place = frame.at(column)
    rows = restamped(frame, [row for row in frame.rows if row[place] == model], column, f"{model[:3]}999901")
    if frame.shape.area_name_column:
        rows = restamped(frame, rows, frame.shape.area_name_column, "Newly Made Area")
    extra = moved(frame.with_rows(rows), frame.shape.measures, 1, random, 0.5, 1.5)
    own = [name for name in frame.shape.key if name != column and frame.seen(name).distinct == frame.shape.rows]
    for name in own:
        extra = extra.with_cells(name, lambda index, cell: f"9{index:07d}")
    return frame.with_rows([*frame.rows, *extra.rows])


def _area_recoded(frame: Frame, random: Random) -> Frame | None:
    """The same places, with the same names and figures, under new codes."""
    column = frame.shape.area_column
    codes = [code for code in areas_of(frame) if len(code) == 9 and code[3:].isdigit()]
    if column is None or len(codes) < 8:
        return None
    if not frame.shape.area_name_column and len(frame.shape.key) < 2 and not frame.shape.measures:
        return None
    chosen = {code: f"{code[:3]}9998{index:02d}" for index, code in enumerate(random.sample(codes, max(1, len(codes) // 20)))}
    return frame.with_cells(column, lambda _, cell: chosen.get(cell or "", cell))


def _vintage(frame: Frame, random: Random) -> Frame | None:
    """The register's own changes: Barnsley and Sheffield took new codes in 2025, and whatever came before."""
    column = frame.shape.area_column
    if column is None:
        return None
    there = set(areas_of(frame))
    changes: dict[str, str] = {}
    for year, old, new in LAD_CHANGES:
        if year >= 2025 and len(old) == len(new) == 1 and old[0] in there and new[0] not in there:
            changes[old[0]] = new[0]
    return frame.with_cells(column, lambda _, cell: changes.get(cell or "", cell)) if changes else None


def _next_census(frame: Frame, random: Random) -> Frame | None:
    """The areas of another vintage of the register: what it gave up goes, what it drew anew comes, with figures of its own."""
    column, codes = frame.shape.area_column, set(areas_of(frame))
    level = common_level(codes)
    fits = register.fitting(level, codes) if level and column else []
    others = [vintage for (name, _), vintage in sorted(register.vintages().items()) if name == level and vintage not in fits]
    if len(fits) != 1 or not others or column is None:
        return None
    old, new = fits[0], others[-1]
    authorities = [authority for authority, had in old.by_authority.items() if had & codes]
    gone = codes - new.codes
    come = sorted(set().union(*(new.by_authority.get(authority, frozenset()) for authority in authorities)) - old.codes)
    if len(gone) < 3 or len(come) < 3:
        return None
    place, named = frame.at(column), frame.shape.area_name_column
    model = [row for row in frame.rows if row[place] == min(gone)]
    rows = [row for row in frame.rows if row[place] not in gone]
    for code in come[: max(3, len(gone) * 2)]:
        drawn = frame.with_rows(restamped(frame, model, column, code))
        if named and named != column:
            drawn = drawn.with_cells(named, lambda _, cell, code=code: f"New {code}")  # type: ignore[misc]
        rows += moved(drawn, frame.shape.measures, 1, random, 0.5, 1.5).rows
    return frame.with_rows(rows)


def _names_swapped(frame: Frame, random: Random) -> Frame | None:
    """Two areas change names; codes and figures stay."""
    column, name = frame.shape.area_column, frame.shape.area_name_column
    codes = [code for code in areas_of(frame) if len(code) == 9 and code[1:].isdigit()]
    if column is None or name is None or name == column or len(codes) < 10:
        return None
    place, at = frame.at(column), frame.at(name)
    called = {row[place]: row[at] for row in frame.rows}
    pairs = {(row[place], row[at]) for row in frame.rows if row[place]}
    one, other = random.sample(codes, 2)
    if len(pairs) != len({code for code, _ in pairs}) or not called[one] or not called[other] or called[one] == called[other]:
        return None
    turn = {one: called[other], other: called[one]}
    return frame.with_cells(name, lambda index, cell: turn.get(frame.rows[index][place] or "", cell))


def _area_in_other_unit(frame: Frame, random: Random) -> Frame | None:
    """One area's figures typed in pounds where the others are in thousands."""
    name, column = measure(frame), frame.shape.area_column
    if name is None or column is None or not frame.shape.key or not frame.seen(name).quantiles or frame.seen(name).quantiles[0] <= 0:
        return None
    place, of_area = frame.at(column), dict.fromkeys(areas_of(frame), 0)
    for row in frame.rows:
        if (area := row[place]) and numbers(row[frame.at(name)]):
            of_area[area] += 1
    enough = sorted(area for area, cells in of_area.items() if cells >= 8)
    if len(of_area) < 10 or not enough:
        return None
    chosen = random.choice(enough)
    return frame.with_cells(name, lambda index, cell: scaled(cell, 1000) if frame.rows[index][place] == chosen else cell)


def _area_renamed(frame: Frame, random: Random) -> Frame | None:
    """A council takes another name and keeps its code."""
    column, name = frame.shape.area_column, frame.shape.area_name_column
    codes = areas_of(frame)
    if column is None or name is None or name == column or len(codes) < 8:
        return None
    place, chosen = frame.at(column), random.choice(codes)
    at = frame.at(name)
    shared = {row[at] for row in frame.rows if row[place] == chosen}
    if any(cell and cell[1:].isdigit() for cell in shared):
        return None  # codes stand where names would
    if len(shared) != 1 or sum(row[at] in shared for row in frame.rows) != sum(row[place] == chosen for row in frame.rows):
        return None
    return frame.with_cells(name, lambda index, cell: "Quillshire" if frame.rows[index][place] == chosen else cell)


MUTATIONS: tuple[Mutation, ...] = (
    mutation("an area gone", "area_missing", "warning", _area_gone),
    mutation("the home area gone", "area_missing", "warning", _home_gone),
    mutation("an area added", "area_added", "info", _area_added),
    mutation("areas recoded", "area_recoded", "breaking", _area_recoded),
    mutation("authorities of the next vintage", "area_recoded|geography_vintage_changed", "breaking", _vintage),
    mutation("areas of another census", "geography_vintage_changed", "breaking", _next_census),
    mutation("two areas change names", "area_recoded", "breaking", _names_swapped),
    mutation("one area in another unit", "history_revised|values_redefined", "warning breaking", _area_in_other_unit),
    mutation("an area renamed under its code", "category_renamed", "warning", _area_renamed),
)
