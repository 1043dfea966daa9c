"""From parts as read to the tidy table: assemble `arrived` and `raw`, run the dataset's own SELECT, hold it to the declared columns.

A SELECT that takes each row as it comes (projections and filters, as nearly all do) and is cheap becomes a view: the two steps that follow read it
once each, which costs less than to write and read a second copy of the table (3 million rows: 0.4 s of processor a pass, 2.5 s to write).
Every value is computed here all the same, so that one that does not fit is this step's error.
Refuses a result whose columns are not the declared ones; a value that does not fit its declared type is an error that names the column.
"""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from expectations.declaration import PROVENANCE_COLUMNS, Dataset
from expectations.errors import EvidenceError
from expectations.rules import DISCARD_ROWS
from expectations.shape import Layout
from warehouse.home import PROJECT
from warehouse.table import identifier, literal

SQL = PROJECT / "warehouse" / "tidy"
MACROS = PROJECT / "warehouse" / "macros.sql"
ROW_BY_ROW = frozenset({"PROJECTION", "FILTER", "SEQ_SCAN", "TABLE_SCAN"})  # operators that hold no rows back
TRIED_ROWS = 100_000  # on which it is tried how dear the SELECT is; a table that has no more is written down
CHEAP = 1e-6  # seconds of processor a row, up to which it costs less to compute a row three times than to write it once


@dataclass(frozen=True)
class PartTable:
    """One part that was read: its table in the connection, how it was laid out, and what the declaration says of it."""

    name: str
    table: str
    layout: Layout
    labels: Mapping[str, str]


def canonical_columns(dataset: Dataset, layout: Layout) -> dict[str, str]:
    """Column of the part's table -> name in `arrived`: our own name for a header that the declaration knows, else the header's.

    The first of two headers that mean one column wins; the other keeps its own name. A column that we do not rely on and whose header is our name
    of another (`visits: Total`, beside a column `Visits`) steps aside as a repeated header does, `Visits__2`: SQL tells no letter cases apart.
    """
    ours: dict[str, str] = {}
    for column, header in zip(layout.columns, layout.headers, strict=True):
        known = dataset.canonical(header)
        if known and known not in ours.values():
            ours[column] = known
    ours |= {column: column for column in layout.columns if column in dataset.raw.columns and column not in (*ours, *ours.values())}
    taken = {name.casefold() for name in (*ours.values(), *dataset.raw.labels, "_part")}
    names: dict[str, str] = {}
    for column in layout.columns:
        names[column] = ours.get(column) or _aside(column, taken)
        taken.add(names[column].casefold())
    return names


def _aside(column: str, taken: Collection[str]) -> str:
    """The column's name, with a number where that name is taken."""
    candidate, repeat = column, 1
    while candidate.casefold() in taken:
        repeat += 1
        candidate = f"{column}__{repeat}"
    return candidate


def name_columns(connection: duckdb.DuckDBPyConnection, dataset: Dataset, part: PartTable) -> None:
    """Give the part's table our names of its columns, the declared labels as columns, and `_part`. In place: no value is copied."""
    table = identifier(part.table)
    moved = {column: name for column, name in canonical_columns(dataset, part.layout).items() if column != name}
    for place, column in enumerate(moved):  # by way of a name that no column has: two columns may swap names
        connection.execute(f"alter table {table} rename column {identifier(column)} to {identifier(f'__moving_{place}')}")
    for place, name in enumerate(moved.values()):
        connection.execute(f"alter table {table} rename column {identifier(f'__moving_{place}')} to {identifier(name)}")
    for label in dataset.raw.labels:
        value = literal(part.labels[label]) if label in part.labels else "null"
        connection.execute(f"alter table {table} add column {identifier(label)} varchar default {value}")
    connection.execute(f"alter table {table} add column _part varchar default {literal(part.name)}")


def assemble(connection: duckdb.DuckDBPyConnection, parts: Sequence[PartTable], name: str) -> str:
    """Make `name`: all parts (with our names) under one another. Returns the table that holds the rows: `name`, or the only part's own."""
    if len(parts) == 1:
        connection.execute(f"create or replace view {identifier(name)} as from {identifier(parts[0].table)}")
        return parts[0].table
    union = "\nunion all by name\n".join(f"from {identifier(part.table)}" for part in parts)
    connection.execute(f"create or replace table {identifier(name)} as {union}")
    return name


def transform(dataset: Dataset, connection: duckdb.DuckDBPyConnection, folder: Path = SQL) -> int:
    """Run the dataset's tidy SQL over `raw`; the result is `tidy`, a table or a view. Returns its number of rows. Raises `tidy.failed`.

    `raw` is `arrived` with the declared columns and labels alone (a column that is not there is empty), `_part` and `_row`.
    """
    columns = _columns_of(connection, "arrived")
    wanted = [*dataset.raw.columns, *dataset.raw.labels]
    chosen = [identifier(name) if name in columns else f"null::varchar as {identifier(name)}" for name in wanted]
    connection.execute(f"create or replace view raw as select {', '.join(chosen)}, _part, _row from arrived")
    path = sql_of(dataset.id, folder)
    try:
        connection.execute(MACROS.read_text(encoding="utf-8"))
        connection.execute(f"create or replace view tidied as {_statement(path)}")
        found = _columns_of(connection, "tidied")
        _hold_to_declaration(dataset, found, path)
        typed = ", ".join(f"cast({identifier(name)} as {kind}) as {identifier(name)}" for name, kind in _types(dataset).items())
        return _made(dataset, connection, f"select {typed} from tidied")
    except duckdb.Error as error:
        raise EvidenceError(
            "tidy.failed", where=str(path), expected="a SELECT that runs over raw", found=str(error), dataset=dataset.id
        ) from error


def _made(dataset: Dataset, connection: duckdb.DuckDBPyConnection, select: str) -> int:
    """Make `tidy`, and compute every value of it once. Returns its rows."""
    _forget(connection, "tidy")
    kind = "view" if _may_stay_a_view(dataset, connection, select) else "table"
    connection.execute(f"create {kind} tidy as {select}")
    if kind == "view":
        counts = ", ".join(f"count({identifier(name)})" for name in _types(dataset))
        connection.execute(f"select {counts} from tidy").fetchall()
    return _count(connection, "tidy")


def _may_stay_a_view(dataset: Dataset, connection: duckdb.DuckDBPyConnection, select: str) -> bool:
    """Whether the rows need not be written down: each is made of one row that arrived, cheaply, and none is to be deleted later."""
    if any(rule.on_failure == DISCARD_ROWS for rule in dataset.rules) or _count(connection, "arrived") <= TRIED_ROWS:
        return False
    plan = connection.execute(f"explain (format json) {select}").fetchall()[0][1]
    if not set(_operators(json.loads(plan))) <= ROW_BY_ROW:
        return False
    counts = ", ".join(f"count({identifier(name)})" for name in _types(dataset))
    trial = f"select count(*), {counts} from (from ({select}) limit {TRIED_ROWS})"
    return min(_seconds(connection, trial) for _ in range(2)) <= CHEAP * TRIED_ROWS  # the lesser: other threads may be busy


def _seconds(connection: duckdb.DuckDBPyConnection, query: str) -> float:
    began = time.process_time()
    connection.execute(query).fetchall()
    return time.process_time() - began


def _operators(plan: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for operator in plan:
        yield str(operator["name"]).strip()
        yield from _operators(operator.get("children", ()))


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    counted = connection.execute(f"select count(*) from {identifier(table)}").fetchone()
    return int(counted[0]) if counted else 0


def _forget(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Drop a table or view of an earlier run over this connection."""
    here = "database_name = current_database() and schema_name = current_schema() and"
    views = connection.execute(f"select count(*) from duckdb_views() where {here} view_name = {literal(name)}").fetchone()
    connection.execute(f"drop {'view' if views and views[0] else 'table'} if exists {identifier(name)}")


def sql_of(dataset: str, folder: Path = SQL) -> Path:
    """Where the tidy SQL of a dataset is. Raises `tidy.failed` where there is none."""
    publisher, name = dataset.split(".")
    path = folder / publisher / f"{name}.sql"
    if not path.exists():
        raise EvidenceError("tidy.failed", where=str(path), expected="one SELECT from raw", found="no file", dataset=dataset)
    return path


def _types(dataset: Dataset) -> dict[str, str]:
    return {**{name: column.type for name, column in dataset.tidy.columns.items()}, **PROVENANCE_COLUMNS}


def _columns_of(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    return [row[0] for row in connection.execute(f"describe {identifier(table)}").fetchall()]


def _statement(path: Path) -> str:
    """The one SELECT of a file. Raises `tidy.failed` for what is more, less or another statement, and for a file that is not in UTF-8."""
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        where = f"{path}, line {content[: error.start].count(bytes([10])) + 1}"
        raise EvidenceError(
            "tidy.failed", where=where, expected="a file that was saved as UTF-8", found="a character that is not"
        ) from None
    statements = duckdb.extract_statements(text)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        kinds = ", ".join(each.type.name for each in statements) or "no statement"
        wrong = next((each.query.strip() for each in statements if each.type != duckdb.StatementType.SELECT), "")
        wrong = wrong or (statements[1].query.strip() if len(statements) > 1 else "")
        line = text[: max(text.find(wrong), 0)].count("\n") + 1
        raise EvidenceError("tidy.failed", where=f"{path}, line {line}", expected="one SELECT from raw, and nothing else", found=kinds)
    return text.rstrip().rstrip(";")


def _hold_to_declaration(dataset: Dataset, found: Sequence[str], path: Path) -> None:
    declared = set(_types(dataset))
    missing, unknown = sorted(declared - set(found)), sorted(set(found) - declared)
    if missing or unknown:
        raise EvidenceError(
            "tidy.failed",
            where=str(path),
            expected=f"the declared tidy columns and {', '.join(PROVENANCE_COLUMNS)}",
            found=f"missing: {', '.join(missing) or 'none'}; not declared: {', '.join(unknown) or 'none'}",
            dataset=dataset.id,
        )
