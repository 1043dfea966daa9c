"""Displaced values: figures that stand under another header, or on another row, than they did.

A revision gives a value of its own to each cell; where the new values are the old ones of another column or of the row beside, nothing was
revised: two headers changed places, or a column slid or was sorted apart from its keys. Everything computed from it is then wrong in silence.
Refuses to call equal values displaced where chance would make them equal (small counts, columns that hold the same).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import duckdb
import numpy as np

from expectations.change import Change, Severity
from expectations.shape import Column, Shape
from tasks.changes.cells import biggest_moves, first_of
from tasks.changes.moves import Held, Moves
from tasks.changes.observed import Alignment, Place
from tasks.changes.vectors import Vectors
from tasks.changes.words import listed, quoted, share
from tasks.shape import sql

SAMPLE = 20_000  # matched rows that are looked at
MOST_COLUMNS = 60
FEWEST = 8  # rows that tell two columns apart
FEWEST_SLID = 20  # cells
MOVED = 0.5  # share of a column's cells that differ, from which it may hold another's
SLID = 0.05  # or may have slid, in a part of the table
AGREE = 0.9  # beyond chance: share of telling rows on which a column holds what the other held
BESIDE = 0.75  # beyond chance: share of the moved cells that are those of the row beside
SORTED = 0.95  # share of values that stand in the column before and after, on whatever row
OWN = 0.5  # share of a column's values that must be different for that to tell something

Figures = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Displaced:
    """The changes to tell, and the measures (by their earlier names) that they explain."""

    changes: tuple[Change, ...] = ()
    measures: frozenset[str] = frozenset()


def displaced_measures(connection: duckdb.DuckDBPyConnection, held: Held, place: Place) -> Displaced:
    """values_redefined for measures whose values are the old ones of another measure or of another row."""
    suspects = [move for move in held.moves if move.moved >= FEWEST and move.share >= SLID][:MOST_COLUMNS]
    if not suspects or held.match is None or held.running:
        return Displaced()
    left, right, order = _figures(connection, held, suspects)
    swapped = _under_other_headers([move for move in suspects if move.share >= MOVED], suspects, left, right)
    told = [_with_cells(connection, held, [move for move, _, _ in swapped], place, _told_swapped(swapped))] if swapped else []
    explained = {move.before for move, _, _ in swapped}
    for at, move in enumerate(suspects):
        if move.before in explained:
            continue
        change = _on_other_rows(move, left[at], right[at], order, len(left[at]) == held.match.count)
        if change is not None:
            told.append(_with_cells(connection, held, [move], place, change))
            explained.add(move.before)
    return Displaced(tuple(told), frozenset(explained))


def swapped_words(before: Shape, after: Shape, alignment: Alignment) -> list[Change]:
    """values_redefined for two columns that are no measures and hold, value for value, what the other held: seen in the shapes alone."""
    pairs = [(old, new) for b, a in alignment.pairs if (old := before.column(b)) and (new := after.column(a))]
    odd = [(old, new) for old, new in pairs if "measure" not in (old.role, new.role) and _facts(old) != _facts(new)][:MOST_COLUMNS]
    found = [
        (one, other)
        for at, one in enumerate(odd)
        for other in odd[at + 1 :]
        if _facts(one[0]) == _facts(other[1]) and _facts(other[0]) == _facts(one[1]) and min(one[0].distinct, other[0].distinct) > 1
    ]
    changes = []
    for one, other in found:
        names = one[1].name, other[1].name
        what = (
            f"{quoted(names[0])} holds what {quoted(names[1])} held, and the other way round ({one[0].distinct:,} and {other[0].distinct:,} "
            "different values): their headers changed places."
        )
        evidence = {"swapped": list(names), "distinct": [one[0].distinct, other[0].distinct]}
        changes.append(Change("values_redefined", Severity.BREAKING, what, one[0].name, None, None, evidence, "\x1f".join(sorted(names))))
    return changes


def _facts(column: Column) -> tuple[object, ...]:
    return column.type, column.filled, column.distinct, column.minimum, column.maximum, column.categories


def _figures(connection: duckdb.DuckDBPyConnection, held: Held, moves: Sequence[Moves]) -> tuple[Figures, Figures, Figures]:
    """(earlier numbers, later numbers, a row per measure; the later table's rows), in the order of the earlier table; NaN for no number."""
    assert held.match is not None
    wanted = [sql.number(f"x.{sql.identifier(move.before)}") for move in moves]
    wanted += [sql.number(f"y.{sql.identifier(move.after)}") for move in moves]
    named = ", ".join(f"({cell})::double as c{place}" for place, cell in enumerate(wanted))
    found = connection.execute(
        f"select p.a as a, {named} from (select b, a from {held.match.pairs} order by b limit {SAMPLE}) as p "
        f"join {sql.identifier(held.before.table)} as x on x.rowid = p.b join {sql.identifier(held.after.table)} as y on y.rowid = p.a "
        "order by p.b"
    ).fetchnumpy()
    columns = [np.ma.filled(np.ma.asarray(found[f"c{place}"], dtype=np.float64), np.nan) for place in range(len(wanted))]
    return np.array(columns[: len(moves)]), np.array(columns[len(moves) :]), np.asarray(found["a"], dtype=np.float64)


def _under_other_headers(
    moved: Sequence[Moves], suspects: Sequence[Moves], left: Figures, right: Figures
) -> list[tuple[Moves, Moves, tuple[int, int]]]:
    """(measure, the measure that now holds its values, (rows that agree, rows that tell the two apart))."""
    found = []
    for one in moved:
        at = suspects.index(one)
        for other in moved:
            to = suspects.index(other)
            telling = np.isfinite(left[at]) & np.isfinite(right[to]) & (left[at] != left[to])
            agree = telling & (left[at] == right[to])
            if other is one or telling.sum() < FEWEST or agree.sum() < AGREE * telling.sum():
                continue
            if _beyond_chance(left[at][telling], right[to][telling]) >= AGREE:
                found.append((one, other, (int(agree.sum()), int(telling.sum()))))
                break
    return found


def _told_swapped(swapped: Sequence[tuple[Moves, Moves, tuple[int, int]]]) -> Change:
    into = {one.before: other.after for one, other, _ in swapped}
    agree, telling = (sum(counts[place] for _, _, counts in swapped) for place in (0, 1))
    if len(swapped) == 2 and len(set(into) & set(into.values())) == 2:
        what = f"{listed([quoted(name) for name in into])} hold each other's values now"
    else:
        what = listed([f"what stood under {quoted(old)} now stands under {quoted(new)}" for old, new in into.items()], 3)
        what = what[0].upper() + what[1:]
    what += f" ({agree:,} of {telling:,} values that tell them apart agree): the headers changed places, or the columns under them."
    evidence = {
        "now_under": into,
        "values_compared": telling,
        "values_equal": agree,
        "patch": {"rename": {new: old for old, new in into.items()}},
    }
    return Change("values_redefined", Severity.BREAKING, what, None, list(into), list(into.values()), evidence, "\x1f".join(sorted(into)))


def _on_other_rows(move: Moves, left: Figures, right: Figures, order: Figures, whole: bool) -> Change | None:
    """The change of a measure whose values are those of the row beside, or stand on other rows altogether; None where they are its own."""
    best = (0.0, 0, 0, "")
    for rows, where in ((np.arange(len(left)), "in the earlier file"), (np.argsort(order, kind="stable"), "in the later file")):
        old, new = left[rows], right[rows]
        for step, side in ((1, "above"), (-1, "below")):
            beside = np.roll(old, step)
            moved = np.isfinite(old) & np.isfinite(new) & np.isfinite(beside) & (old != new)
            equal = int((moved & (beside == new)).sum())
            if moved.sum() >= FEWEST_SLID and equal >= BESIDE * moved.sum():
                surely = _beyond_chance(beside[moved], new[moved])
                best = max(best, (surely, equal, int(moved.sum()), f"the row {side} it {where}"))
    if best[0] >= BESIDE:
        what = (
            f"{best[1]:,} of {best[2]:,} values of {quoted(move.after)} that differ ({share(best[1], best[2])}) are those of {best[3]}: "
            "the column slid by a row against its keys."
        )
        evidence = {"values_moved": best[2], "values_of_the_row_beside": best[1], "beside": best[3], "cells_compared": move.compared}
        return _redefined(move, what, evidence, "slid")
    if not whole or move.share < MOVED:
        return None
    both = np.isfinite(left) & np.isfinite(right)
    old_values, old_counts = np.unique(left[both], return_counts=True)
    new_values, new_counts = np.unique(right[both], return_counts=True)
    _, at_old, at_new = np.intersect1d(old_values, new_values, return_indices=True)
    kept = int(np.minimum(old_counts[at_old], new_counts[at_new]).sum())
    if both.sum() < FEWEST_SLID or len(old_values) < OWN * both.sum() or kept < SORTED * both.sum():
        return None
    what = (
        f"{quoted(move.after)} holds the values that it held, and {share(move.moved, move.compared)} of them on other rows: "
        "it seems to have been sorted apart from its keys."
    )
    return _redefined(move, what, {"values_moved": move.moved, "cells_compared": move.compared, "values_in_both": kept}, "sorted")


def _with_cells(connection: duckdb.DuckDBPyConnection, held: Held, moves: Sequence[Moves], place: Place, change: Change) -> Change:
    """The change with cells that a person can look up."""
    assert held.match is not None
    cells = biggest_moves(connection, held.before, held.after, held.match, moves, place)
    evidence = {
        **change.evidence,
        "examples": cells,
        "home_touched": any(cell["home"] for cell in cells),
        "key": list(held.match.before_key),
    }
    return replace(change, what=f"{change.what} {first_of(cells)}".strip(), evidence=evidence)


def _beyond_chance(one: Figures, other: Figures) -> float:
    """The agreement of two rows of numbers above what their values would give by chance, 1 where all are equal."""
    _, codes = np.unique(np.concatenate([one, other]), return_inverse=True)
    found = Vectors({"": codes[: len(one)]}, {"": codes[len(one) :]}, across_periods=False).equal("", "")
    return float(found["beyond_chance"]) if found else 0.0


def _redefined(move: Moves, what: str, evidence: dict[str, Any], how: str) -> Change:
    return Change("values_redefined", Severity.BREAKING, what, move.before, None, None, evidence, f"{move.before}\x1f{how}")
