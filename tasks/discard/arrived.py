"""Sift the table as it arrived: set aside the rows of the changes whose policy is `discard_rows`, before anything is compared with the rest.

Refuses to touch the tables of the parts, which may be those of the landed snapshot too: the rest is a table of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from expectations.change import Change
from expectations.shape import Shape
from tasks.changes.words import counted, share
from tasks.discard import kept
from tasks.discard.rows import rows_of
from tasks.policy import Graded
from tasks.shape import sql

_Connection = duckdb.DuckDBPyConnection


@dataclass(frozen=True)
class Sifted:
    """The changes as they are acted on; `table` holds the rows that are left, '' where none was set aside."""

    graded: tuple[Graded, ...]
    table: str = ""
    rows: int = 0


def sift(connection: _Connection, graded: Sequence[Graded], table: str, shape: Shape, at_most: float) -> Sifted:
    """Set aside the rows of `table` that changes to be discarded concern; `arrived` is then the rest.

    Where they are more than the share `at_most` of all rows, or cannot be named, nothing is set aside and these changes hold.
    """
    wanted = [one for one in graded if one.action == "discard_rows"]
    if not wanted:
        return Sifted(tuple(graded))
    selects = {one.change.id: rows_of(one.change, table, shape) for one in wanted}
    if None in selects.values():
        return Sifted(_held(graded, {id for id, select in selects.items() if select is None}, "its rows cannot be named"))
    union = " union all ".join(f"select id, {sql.literal(change)} as change_id from ({select})" for change, select in selects.items())
    connection.execute(f"create or replace temp table set_aside as {union}")
    total, by_change = _counted(connection)
    already = kept.count(connection, "arrived")
    if total + already > at_most * (shape.rows + already):
        why = f"{counted(total + already, 'row')} would be discarded, more than {share(at_most, 1)} of all {shape.rows + already:,}"
        return Sifted(_held(graded, set(selects), why))
    done = tuple(_told(one, by_change.get(one.change.id, 0), shape.rows) if one in wanted else one for one in graded)
    if not total:
        return Sifted(done)
    for one in wanted:
        kept.add(connection, _as_kept(one.change, table, shape))
    return Sifted(done, _rest(connection, table), total)


def without(connection: _Connection, table: str, path: Path, name: str) -> str:
    """`table` without the rows that its landing discarded, as the table `name`; the table itself where it discarded none."""
    if not path.exists():
        return table
    connection.execute(f"""
        create or replace table {sql.identifier(name)} as select t.* from {sql.identifier(table)} as t
        anti join (from read_parquet({sql.literal(str(path))}) where stage = 'arrived') as d on d.source_part = t._part and d.source_row = t._row""")
    return name


def _counted(connection: _Connection) -> tuple[int, dict[str, int]]:
    total = connection.execute("select count(distinct id) from set_aside").fetchone()
    by_change = connection.execute("select change_id, count(*) from set_aside group by all").fetchall()
    return int(total[0]) if total else 0, dict(by_change)


def _as_kept(change: Change, table: str, shape: Shape) -> str:
    """SELECT of the rows of one change as they are kept: their cells as JSON, as they arrived."""
    cells = ", ".join(f"{sql.literal(column.name)}: t.{sql.identifier(column.name)}" for column in shape.columns)
    given = {"stage": "arrived", "change_id": change.id, "kind": change.kind, "reason": change.what}
    constants = ", ".join(f"{sql.literal(value)} as {name}" for name, value in given.items())
    return f"""
        select {constants}, t._part as source_part, t._row as source_row, to_json({{{cells}}})::varchar as cells
        from {sql.identifier(table)} as t semi join (from set_aside where change_id = {sql.literal(change.id)}) as s on s.id = t.rowid"""


def _rest(connection: _Connection, table: str) -> str:
    """Make `arrived` the rows that are left. Returns the table that holds them."""
    name = "arrived_rest" if table != "arrived_rest" else "arrived_rest_again"
    connection.execute(
        f"create or replace table {name} as select t.* from {sql.identifier(table)} as t anti join set_aside as s on s.id = t.rowid"
    )
    kind = connection.execute("select count(*) from duckdb_views() where view_name = 'arrived'").fetchone()
    connection.execute(f"drop {'view' if kind and kind[0] else 'table'} if exists arrived")
    connection.execute(f"create view arrived as from {name}")
    return name


def _told(graded: Graded, rows: int, all_rows: int) -> Graded:
    """The change with what was done about its rows in its sentence, so that every view of it says so."""
    if not rows:
        return replace(graded, action="evolve", because="it concerns no row of this snapshot")
    change = graded.change
    done = f"{counted(rows, 'row is', 'rows are')} left out of what lands ({share(rows, all_rows)} of {all_rows:,}) and kept aside."
    evidence = {**change.evidence, "rows_discarded": rows, "rows_arrived": all_rows}
    return replace(graded, change=replace(change, what=f"{change.what} {done}", evidence=evidence))


def _held(graded: Sequence[Graded], changes: set[str], why: str) -> tuple[Graded, ...]:
    """The graded changes, those to be discarded held; of `changes` it is said why."""
    return tuple(
        replace(
            one, action="hold", because=f"{why}: held instead" if one.change.id in changes else "held with the rest: nothing was discarded"
        )
        if one.action == "discard_rows"
        else one
        for one in graded
    )
