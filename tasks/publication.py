"""What the published file holds: every dataset's tables, the schema `meta` of the pipeline's own state, and what `warehouse/mart/` builds on them.

Writes into the database that the connection uses, and nowhere else. A dataset whose lake cannot be read keeps the tables that were published before
(attached as `before`), and says so; it holds back nothing but what is built on it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import duckdb

from expectations.errors import EvidenceError
from tasks.record import read_holds, read_records
from tasks.tombstone import tombstones
from warehouse import build, indicators, meta_rows, revisions
from warehouse.dictionary import history_of, name_of
from warehouse.home import Home
from warehouse.lake import Vintage, vintages
from warehouse.table import DatasetTable, identifier, literal

RECORDS = 500  # run records that go into meta.runs
_Connection = duckdb.DuckDBPyConnection


@dataclass
class Contents:
    """What was put into the file."""

    rows: dict[str, int] = field(default_factory=dict)  # dataset -> rows of its current table
    kept: dict[str, str] = field(default_factory=dict)  # dataset -> why its table is carried over from before, or missing
    left_out: dict[str, str] = field(default_factory=dict)  # file of warehouse/mart -> why it is not there


def fill(connection: _Connection, home: Home, tables: Sequence[DatasetTable], mart: Path, before: bool) -> Contents:
    """Fill the empty database in use. `before` says that the last publication is attached under that name."""
    with _transaction(connection):
        for schema in ("history", "mart"):
            connection.execute(f"create schema {schema}")
        meta_rows.create(connection)
    contents = Contents()
    _datasets(connection, home, sorted(tables, key=lambda table: table.id), before, contents)
    _runs(connection, home)
    with _transaction(connection):
        revisions.make(connection)
    _mart(connection, mart, contents)
    _indicators(connection, home, tables, mart, contents)
    return contents


def _datasets(connection: _Connection, home: Home, tables: Sequence[DatasetTable], before: bool, contents: Contents) -> None:
    """Every dataset's tables, views and rows of `meta`."""
    holds = {hold.dataset: hold for hold in read_holds(home)}
    for table in tables:
        hold = holds.get(table.id)
        held_since = hold.since if hold else None
        built, listed, why = _one(connection, home, table, before, held_since)
        if built is not None:
            contents.rows[table.id] = built.rows
        if why:
            contents.kept[table.id] = why
        with _transaction(connection):
            meta_rows.insert(connection, "datasets", [meta_rows.dataset_row(table, listed, contents.rows.get(table.id), held_since, why)])
            meta_rows.insert(connection, "columns", meta_rows.column_rows(table))
            meta_rows.insert(connection, "known_errors", meta_rows.known_error_rows(table))
            _snapshots(connection, home, table.id, listed, hold.snapshot if hold else None)
            meta_rows.insert(connection, "forgotten", map(meta_rows.forgotten_row, tombstones(home, table.id)))
    with _transaction(connection):
        meta_rows.insert(connection, "licences", meta_rows.licence_rows(tables))
        meta_rows.insert(connection, "holds", [meta_rows.hold_row(asdict(hold)) for hold in holds.values()])


def _one(
    connection: _Connection, home: Home, table: DatasetTable, before: bool, held_since: str | None
) -> tuple[build.Built | None, Sequence[Vintage], str | None]:
    """One dataset's tables, whole or not at all: from the lake, or as they were published before and why."""
    try:
        listed = vintages(home, table.id)
        if not listed:
            return None, (), None
        with _transaction(connection):
            built = build.build(connection, table, listed, home)
            build.views(connection, table, held_since or "")
            meta_rows.insert(connection, "vintages", meta_rows.vintage_rows(listed, built.current))
            withheld = [{"dataset": table.id, "vintage": vintage, "cells": cells} for vintage, cells in built.withheld.items()]
            meta_rows.insert(connection, "withheld", withheld)
            _discarded(connection, home, table.id, listed)
        return built, listed, None
    except (EvidenceError, duckdb.Error) as error:
        return (_carried_over(connection, table, held_since) if before else None), (), str(error)


def _discarded(connection: _Connection, home: Home, dataset: str, listed: Sequence[Vintage]) -> None:
    """The rows that each vintage was landed without."""
    for vintage in listed:
        path = home.discarded(dataset, vintage.run)
        if path.exists():
            rows = f"select *, {literal(vintage.id)} as vintage from read_parquet({literal(str(path))})"
            connection.execute(f"insert into meta.discarded_rows by name {rows}")


def _carried_over(connection: _Connection, table: DatasetTable, held_since: str | None) -> build.Built | None:
    """The dataset's tables as they were published before; None where they were not, or had other columns than are declared now."""
    columns = ", ".join(identifier(name) for name in table.types)
    try:
        with _transaction(connection):
            connection.execute(f"create schema if not exists {identifier(table.publisher)}")
            connection.execute(f"create table {name_of(table)} as select {columns} from before.{name_of(table)}")
            connection.execute(
                f"create table {history_of(table)} as select {columns}, known_from, known_until from before.{history_of(table)}"
            )
            for name in _of_before(connection):
                connection.execute(f"insert into meta.{name} by name select * from before.meta.{name} where dataset = {literal(table.id)}")
            build.views(connection, table, held_since or "")
            current = dict(connection.execute(f"select vintage, count(*) from {name_of(table)} group by all").fetchall())
    except duckdb.Error:
        return None
    return build.Built(current=current, withheld={})


def _of_before(connection: _Connection) -> list[str]:
    """The tables of `meta` about vintages that the last publication has: one of an earlier version may lack the newest."""
    wanted = ["vintages", "snapshots", "parts", "withheld", "discarded_rows"]
    found = connection.execute("select table_name from duckdb_tables() where database_name = 'before' and schema_name = 'meta'").fetchall()
    return [name for name in wanted if (name,) in found]


def _snapshots(connection: _Connection, home: Home, dataset: str, listed: Sequence[Vintage], held: str | None) -> None:
    """What the archive says of the snapshots that are landed or held. One whose manifest was forgotten is left out."""
    for snapshot in dict.fromkeys([*[vintage.snapshot for vintage in listed], *([held] if held else [])]):
        path = home.manifest(dataset, snapshot)
        if path.exists():
            manifest = json.loads(path.read_text(encoding="utf-8"))
            meta_rows.insert(connection, "snapshots", [meta_rows.snapshot_row(manifest, snapshot == held)])
            meta_rows.insert(connection, "parts", meta_rows.part_rows(manifest))


def _runs(connection: _Connection, home: Home) -> None:
    """The newest run records, as the tables runs, outcomes, checks and changes."""
    records = [record.as_dict() for record in reversed(read_records(home, RECORDS))]
    outcomes = [(record["run"], outcome) for record in records for outcome in record["outcomes"]]
    with _transaction(connection):
        meta_rows.insert(connection, "runs", map(meta_rows.run_row, records))
        meta_rows.insert(connection, "outcomes", [meta_rows.outcome_row(run, outcome) for run, outcome in outcomes])
        meta_rows.insert(connection, "checks", [row for run, outcome in outcomes for row in meta_rows.check_rows(run, outcome)])
        meta_rows.insert(connection, "changes", [row for run, outcome in outcomes for row in meta_rows.change_rows(run, outcome)])


def _mart(connection: _Connection, mart: Path, contents: Contents) -> None:
    """Run the files of warehouse/mart in order. One that needs a dataset which is not here (`-- needs: a.b, c.d`), or that fails, is left out."""
    for path in sorted(mart.glob("*.sql")):
        text = path.read_text(encoding="utf-8")
        needs = {
            name.strip() for line in text.splitlines() if line.startswith("-- needs:") for name in line.removeprefix("-- needs:").split(",")
        }
        missing = sorted(needs - set(contents.rows))
        if missing:
            contents.left_out[path.name] = f"needs {', '.join(missing)}"
            continue
        try:
            with _transaction(connection):
                connection.execute(text)
        except duckdb.Error as error:
            contents.left_out[path.name] = str(error)


def _indicators(connection: _Connection, home: Home, tables: Sequence[DatasetTable], mart: Path, contents: Contents) -> None:
    """The indicators and the strategy's figures on what is in the file. Where a definition cannot be read, all of them are left out."""
    whole = [table for table in tables if table.id not in contents.kept]
    try:
        _, left_out = indicators.build(connection, home, whole, contents.rows, mart)
        contents.left_out.update(left_out)
    except (EvidenceError, duckdb.Error) as error:
        contents.left_out["indicators"] = str(error)


@contextmanager
def _transaction(connection: _Connection) -> Iterator[None]:
    """All of the block or nothing; one flush to disk for many statements."""
    connection.begin()
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()
