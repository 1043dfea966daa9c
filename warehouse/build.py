"""The tables of one dataset in the published file: current rows, superseded rows, and the views over both.

By whole period, the newest vintage that has the period is current; a `full` delivery replaces everything. Refuses to guess a type: every column
is cast to what is declared, and a vintage of other columns than today's gives NULL for those it did not have.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

import duckdb

from expectations.errors import EvidenceError
from warehouse import meta_rows
from warehouse.dictionary import comments, history_of, name_of, revision_comments
from warehouse.home import Home
from warehouse.lake import Vintage, paths
from warehouse.table import DatasetTable, identifier, literal

WITHHELD = "withheld"
_SUPPRESSED = "suppressed"
_Connection = duckdb.DuckDBPyConnection


@dataclass(frozen=True)
class State:
    """One period of one vintage, and the time in which it was the newest. `period` is None where everything is replaced together."""

    vintage: str
    period: str | None
    known_from: str
    known_until: str | None


@dataclass(frozen=True)
class Built:
    """What was built of a dataset: rows in force by vintage, and withheld cells by vintage."""

    current: dict[str, int]
    withheld: dict[str, int]

    @property
    def rows(self) -> int:
        return sum(self.current.values())


def states(table: DatasetTable, listed: Sequence[Vintage]) -> list[State]:
    """Every period of every vintage (oldest first) with the time in which it was the newest of its period."""
    found: list[State] = []
    newest: dict[str | None, int] = {}
    for vintage in listed:
        for period in (None,) if table.delivery == "full" else vintage.periods:
            if period in newest:
                before = found[newest[period]]
                found[newest[period]] = State(before.vintage, before.period, before.known_from, vintage.known_from)
            newest[period] = len(found)
            found.append(State(vintage.id, period, vintage.known_from, None))
    return found


def build(connection: _Connection, table: DatasetTable, listed: Sequence[Vintage], home: Home) -> Built:
    """Make a dataset's tables and views in the database in use (schemas and `meta.vintages` are there). Raises `lake.damaged`, `publish.failed`."""
    known = states(table, listed)
    _store_states(connection, known)
    connection.execute(f"create schema if not exists {identifier(table.publisher)}")
    connection.execute(f"create table {name_of(table)} as {_rows(table, _with(listed, known, current=True), home, current=True)}")
    connection.execute(f"create table {history_of(table)} as {_rows(table, _with(listed, known, current=False), home, current=False)}")
    built = Built(
        current=dict(connection.execute(f"select vintage, count(*) from {name_of(table)} group by all order by all").fetchall()),
        withheld=_withheld(connection, table),
    )
    superseded = connection.execute(f"select count(*) from {history_of(table)}").fetchall()[0][0]
    landed = sum(vintage.rows for vintage in listed)
    if built.rows + superseded != landed:
        found = f"{built.rows:,} current and {superseded:,} superseded rows"
        raise EvidenceError("publish.failed", where=table.id, expected=f"{landed:,} rows as landed", found=found, dataset=table.id)
    return built


def views(connection: _Connection, table: DatasetTable, held_since: str = "") -> None:
    """Make the views of vintages and revisions, and comment everything."""
    connection.execute(
        f"""create view {name_of(table, "_vintages")} as
            select current_rows.*, vintages.known_from, null::timestamp as known_until
            from {name_of(table)} as current_rows
            join meta.vintages as vintages on vintages.dataset = {literal(table.id)} and vintages.vintage = current_rows.vintage
            union all
            select * from {history_of(table)}"""
    )
    statements = list(comments(table, held_since))
    if _has_figures(table):
        connection.execute(_revisions(table))
        statements += revision_comments(table)
    for statement in statements:
        connection.execute(statement)


def _store_states(connection: _Connection, rows: Iterable[State]) -> None:
    types = {"vintage": "varchar", "period": "varchar", "known_from": "timestamp", "known_until": "timestamp", "in_force": "boolean"}
    listed = [{**asdict(state), "in_force": state.known_until is None} for state in rows]
    connection.execute(f"create or replace temp table states as {meta_rows.values(listed, types)}")


def _with(listed: Sequence[Vintage], known: Sequence[State], *, current: bool) -> Sequence[Vintage]:
    """Only the vintages that have rows in force (or superseded ones): the others' files are not opened. One at least, for the columns."""
    wanted = {state.vintage for state in known if (state.known_until is None) is current}
    return [vintage for vintage in listed if vintage.id in wanted] or listed[-1:]


def _rows(table: DatasetTable, listed: Sequence[Vintage], home: Home, *, current: bool) -> str:
    """SELECT of the rows in force, or of the superseded ones with the time in which they were known."""
    source = " union all ".join(_landed(table, vintage, home) for vintage in listed)
    names = ", ".join(f"landed.{identifier(name)}" for name in table.types)
    period = f"landed.{identifier(table.period)}::varchar" if table.period and table.delivery != "full" else "null"
    matched = f"states.vintage = landed.vintage and states.period is not distinct from {period}"
    if current:
        return f"select {names} from ({source}) as landed semi join (from states where in_force) as states on {matched}"
    select = f"select {names}, states.known_from, states.known_until from ({source}) as landed join states on {matched} where not states.in_force"
    return _withholding(table, select) if _has_figures(table) else select


def _landed(table: DatasetTable, vintage: Vintage, home: Home) -> str:
    """SELECT of one vintage's rows in today's columns and types."""
    columns = [_column(name, kind, vintage) for name, kind in table.types.items()]
    files = ", ".join(literal(str(path)) for path in paths(home, vintage))
    return f"select {', '.join(columns)} from read_parquet([{files}], hive_partitioning = false)"


def _column(name: str, kind: str, vintage: Vintage) -> str:
    landed = vintage.columns.get(name)
    if landed == kind:
        return identifier(name)
    return f"cast({identifier(name) if landed else 'null'} as {kind}) as {identifier(name)}"


def _has_figures(table: DatasetTable) -> bool:
    """Whether rows hold one figure each, with a status, under a key that lasts: only then can a figure be followed over vintages."""
    types = table.types
    return types.get("value") in ("DOUBLE", "BIGINT", "INTEGER") and types.get("status") == "VARCHAR" and bool(_stable_grain(table))


def _withholding(table: DatasetTable, select: str) -> str:
    """The superseded rows, less the figures that the publisher has suppressed since: once suppressed, an older print is shown no more."""
    figures = [
        column.name for column in table.columns if column.type == "DOUBLE" or column.name == "value" if column.name not in table.grain
    ]
    same = " and ".join(
        f"suppressed.{identifier(name)} is not distinct from superseded.{identifier(name)}" for name in _stable_grain(table)
    )
    replaced = ", ".join(
        [f"case when suppressed._found is null then {identifier(name)} end as {identifier(name)}" for name in figures]
        + [f"case when suppressed._found is null or superseded.value is null then status else {literal(WITHHELD)} end as status"]
    )
    keys = ", ".join(identifier(name) for name in _stable_grain(table))
    return f"""
        select superseded.* replace ({replaced})
        from ({select}) as superseded
        left join (select distinct {keys}, true as _found from {name_of(table)} where status = {literal(_SUPPRESSED)}) as suppressed on {same}"""


def _withheld(connection: _Connection, table: DatasetTable) -> dict[str, int]:
    if not _has_figures(table):
        return {}
    counted = f"select vintage, count(*) from {history_of(table)} where status = {literal(WITHHELD)} group by all order by all"
    return dict(connection.execute(counted).fetchall())


def _revisions(table: DatasetTable) -> str:
    """A figure before and after: the superseded row, and the row of the same key that counts as known from when the other ceased to."""
    keys = [identifier(name) for name in _stable_grain(table)]
    same = " and ".join(f"before.{key} is not distinct from after.{key}" for key in keys)
    return f"""create view {name_of(table, "_revisions")} as
        select
            {", ".join(f"before.{key}" for key in keys)},
            before.value as value_before,
            after.value as value_after,
            after.value - before.value as moved,
            before.status as status_before,
            after.status as status_after,
            before.vintage as vintage_before,
            after.vintage as vintage_after,
            after.known_from as revised_at
        from {history_of(table)} as before
        join {name_of(table, "_vintages")} as after on after.known_from = before.known_until and {same}
        where before.value is distinct from after.value or before.status is distinct from after.status"""


def _stable_grain(table: DatasetTable) -> list[str]:
    """The grain as it holds over vintages: where a row stands in its file says nothing about the next file."""
    return [name for name in table.grain if name not in ("source_part", "source_row")]
