"""From parts as read to the tidy table: assemble `arrived` and `raw`, run the dataset's own SELECT, hold it to the declared columns.

Refuses a result whose columns are not the declared ones; a value that does not fit its declared type is an error that names the column.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from expectations.declaration import PROVENANCE_COLUMNS, Dataset
from expectations.errors import EvidenceError
from expectations.shape import Layout
from warehouse.home import PROJECT
from warehouse.table import identifier, literal

SQL = PROJECT / "warehouse" / "tidy"
MACROS = PROJECT / "warehouse" / "macros.sql"


@dataclass(frozen=True)
class PartTable:
    """One part that was read: its table in the connection, how it was laid out, and what the declaration says of it."""

    name: str
    table: str
    layout: Layout
    labels: Mapping[str, str]


def canonical_columns(dataset: Dataset, layout: Layout) -> dict[str, str]:
    """Column of the part's table -> name in `arrived`: our own name for a header that the declaration knows, else the header's.

    The first of two headers that mean one column wins; the other keeps its own name.
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for column, header in zip(layout.columns, layout.headers, strict=True):
        known = dataset.canonical(header)
        name = known if known and known not in taken else column
        taken.add(name)
        names[column] = name
    return names


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
    """Run the dataset's tidy SQL over `raw`; the result is the table `tidy`. Returns its number of rows. Raises `tidy.failed`.

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
        connection.execute(f"create or replace table tidy as select {typed} from tidied")
    except duckdb.Error as error:
        raise EvidenceError(
            "tidy.failed", where=str(path), expected="a SELECT that runs over raw", found=str(error), dataset=dataset.id
        ) from error
    counted = connection.execute("select count(*) from tidy").fetchone()
    return int(counted[0]) if counted else 0


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
    return path.read_text(encoding="utf-8").rstrip().rstrip(";")


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
