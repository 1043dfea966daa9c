"""Which cells of a key may be held against each other as they are printed, and which only by their one canonical spelling.

Text as printed is quicker by far (3 million rows of six columns: 0.1 s of processor against 2.6 s), and gives the same pairs of rows wherever two
cells mean the same exactly when they are printed the same. The tables themselves show that: a column that repeats by its different values, another
one by its rows. Refuses to take it for granted: a column that prints `5` and `5.0`, or a name with and without a blank, is held by its spelling.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from tasks.changes.observed import Observed
from tasks.shape import sql

SMALL = 50_000  # rows, below which looking costs more than it saves
FEW = 1_000  # different values, up to which a column is looked through by its values
REPEATS = 10  # or so many rows a value


@dataclass(frozen=True)
class Cells:
    """SQL of the key cells of either table, comma separated."""

    before: str
    after: str
    as_printed: bool  # both are the text of the cells, and two texts never mean the same
    told_apart: tuple[bool, bool]  # whether two texts within the earlier table, within the later, never mean the same


def cells_of(
    connection: duckdb.DuckDBPyConnection,
    before: Observed,
    after: Observed,
    key: Sequence[tuple[str, str]],
    canonical: Sequence[tuple[str, str]],
) -> Cells:
    """How the cells of a key are best held against each other. `canonical`: SQL of the one spelling of each (earlier, later) column."""
    if max(before.own.rows, after.own.rows) < SMALL:
        return Cells(
            ", ".join(cell for cell, _ in canonical) or "0", ", ".join(cell for _, cell in canonical) or "0", False, (False, False)
        )
    chosen: list[tuple[str, str]] = []
    as_printed, told_apart = bool(key), (bool(key), bool(key))
    for pair, spelt in zip(key, canonical, strict=True):
        look = _by_values if _repeats(before, pair[0]) and _repeats(after, pair[1]) else _by_rows
        same, *each = look(connection, before, after, pair, spelt)
        chosen.append((_printed(pair[0]), _printed(pair[1])) if same else spelt)
        as_printed, told_apart = as_printed and same, (told_apart[0] and each[0], told_apart[1] and each[1])
    return Cells(", ".join(cell for cell, _ in chosen) or "0", ", ".join(cell for _, cell in chosen) or "0", as_printed, told_apart)


def _by_values(
    connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, pair: tuple[str, str], spelt: tuple[str, str]
) -> tuple[bool, bool, bool]:
    """Whether text and spelling go one with one: over both tables, within the earlier, within the later."""
    sides = [
        f"select {side} as side, {_printed(pair[side])} as printed, {spelt[side]} as spelt from "
        f"(select distinct {sql.identifier(pair[side])} from {sql.identifier(table)})"
        for side, table in enumerate((before.table, after.table))
    ]
    found = connection.execute(
        f"with cells as materialized (select distinct * from ({sides[0]} union all {sides[1]})), "
        "both_sides as (select distinct printed, spelt from cells) "
        "select (select count(*) = count(distinct printed) and count(*) = count(distinct spelt) from both_sides), "
        "(select count(*) = count(distinct spelt) from cells where side = 0), (select count(*) = count(distinct spelt) from cells where side = 1)"
    ).fetchone()
    return (bool(found[0]), bool(found[1]), bool(found[2])) if found else (False, False, False)


def _by_rows(
    connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, pair: tuple[str, str], spelt: tuple[str, str]
) -> tuple[bool, bool, bool]:
    """The same where every row may have a value of its own: sure only where all cells are printed as they are spelt, but for the `.0` of numbers."""
    forms = []
    for side, table in enumerate((before.table, after.table)):
        cells = f"select {_printed(pair[side])} as printed, {spelt[side]} as spelt from {sql.identifier(table)}"
        same = "coalesce(bool_and(spelt = printed), true), coalesce(bool_and(spelt = printed || '.0' or printed = ''), true)"
        forms.append(connection.execute(f"select {same} from ({cells})").fetchone() or (False, False))
    text, number = (all(form[which] for form in forms) for which in (0, 1))
    return text or number, any(forms[0]), any(forms[1])


def _repeats(observed: Observed, name: str) -> bool:
    column = observed.own.column(name)
    return column is not None and column.distinct <= max(FEW, observed.own.rows // REPEATS)


def _printed(name: str) -> str:
    return f"coalesce({sql.identifier(name)}, '')"
