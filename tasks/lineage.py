"""Lineage: from a published value back to the fetch, the file and the row it came from, and to the printed cells of that row.

Reads the published file and the archive; asks nothing of any publisher. Refuses a question that the dataset cannot answer (an unknown dataset or
column) with the nearest right name, and an archive whose bytes have changed since.
"""

from __future__ import annotations

import difflib
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from expectations.errors import EvidenceError
from expectations.shape import Layout
from tasks import archive
from tasks.read import ReadOptions, read
from warehouse.engine import engine
from warehouse.home import Home
from warehouse.table import PROVENANCE, identifier, literal

LIMIT = 100  # rows that one question answers with; a person asks for a value, not for a table


@dataclass(frozen=True)
class Origin:
    """Where one published row came from. `record` is the row as published, without its provenance; `value` its figure, where it has one."""

    dataset: str
    record: Mapping[str, Any]
    value: Any
    vintage: str
    snapshot: str
    release: str
    part: str
    row: int  # within the part, from 1, as a person sees it on opening the file
    url: str
    final_url: str
    fetched_at: str
    sha256: str
    origin: str = "live"  # live, sample, replay

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class SourceRecord:
    """The record of the archived file that a published row was made from, cell by cell as printed."""

    part: str
    member: str | None
    sheet: str | None
    row: int
    cells: Mapping[str, str | None] = field(
        default_factory=dict
    )  # header -> cell; a header that is empty or repeats goes by its column name
    value_in: tuple[str, ...] = ()  # the headers of the cells that hold the value, or its marker: one, but where a figure stands twice


def provenance(home: Home, dataset: str, where: Mapping[str, Any], limit: int = LIMIT) -> list[Origin]:
    """The origin of every published row of `dataset` whose columns have these values (text is cast to the column's type), at most `limit`.

    Raises `lineage.not_found` for what the published file does not hold.
    """
    if not home.database.exists():
        raise EvidenceError("lineage.not_found", where=str(home.database), expected="a published file", found="none", dataset=dataset)
    with closing(duckdb.connect(str(home.database), read_only=True)) as connection:
        types = _columns(connection, dataset)
        _known(where, types, dataset)
        rows = _rows(connection, _query(dataset, types, where, limit), dataset)
    return [_origin(dataset, row) for row in rows]


def reopen(home: Home, origin: Origin, options: ReadOptions | None = None) -> SourceRecord:
    """The record in the archived bytes that a published row came from; `options` are those of the declaration.

    Raises `archive.missing`, `archive.damaged`, `read.*`, and `lineage.not_found` where the file has no such row.
    """
    snapshot = archive.load(origin.dataset, origin.snapshot, home)
    part = snapshot.part(origin.part)
    if part is None:
        raise EvidenceError(
            "lineage.not_found", where=snapshot.id, expected=f"a part {origin.part!r}", found="none", dataset=origin.dataset
        )
    home.scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.scratch) as folder, closing(engine(home)) as connection:
        layout = read(archive.open_part(part, home, Path(folder)), connection, "opened", options)
        found = _rows(connection, f"select * from opened where _row = {origin.row}", origin.dataset)
    if not found:
        raise EvidenceError("lineage.not_found", where=origin.part, expected=f"a row {origin.row}", found="none", dataset=origin.dataset)
    cells = _cells(layout, found[0])
    return SourceRecord(part.name, layout.member, layout.sheet, origin.row, cells, _holding(origin, cells))


def _columns(connection: duckdb.DuckDBPyConnection, dataset: str) -> dict[str, str]:
    """The columns of a published dataset, by name. Raises `lineage.not_found`, naming the nearest dataset."""
    named = f"schema_name || '.' || table_name = {literal(dataset)}"
    types = dict(connection.execute(f"select column_name, data_type from duckdb_columns() where {named} order by column_index").fetchall())
    if not types or dataset.startswith(("meta.", "mart.", "history.")):
        known = [row[0] for row in connection.execute("select dataset from meta.datasets where rows is not null order by all").fetchall()]
        raise EvidenceError(
            "lineage.not_found",
            expected=f"one of {len(known)} published datasets",
            found=repr(dataset),
            dataset=dataset,
            todo=_nearest(dataset, known),
        )
    return types


def _known(where: Mapping[str, Any], types: Mapping[str, str], dataset: str) -> None:
    for name in where:
        if name not in types:
            raise EvidenceError(
                "lineage.not_found",
                where="the question",
                expected=f"columns among {', '.join(types)}",
                found=f"{name!r}",
                dataset=dataset,
                todo=_nearest(name, list(types)),
            )


def _query(dataset: str, types: Mapping[str, str], where: Mapping[str, Any], limit: int) -> str:
    schema, name = dataset.split(".")
    conditions = [f"rows_asked.{identifier(column)} is not distinct from {_given(value, types[column])}" for column, value in where.items()]
    return f"""
        select
            rows_asked.*, snapshots.release as _release, snapshots.origin as _origin,
            parts.url as _url, parts.final_url as _final_url, parts.sha256 as _sha256,
            strftime(parts.fetched_at, '%Y-%m-%dT%H:%M:%SZ') as _fetched_at
        from {identifier(schema)}.{identifier(name)} as rows_asked
        left join meta.parts as parts
            on parts.dataset = {literal(dataset)} and parts.snapshot_id = rows_asked.snapshot_id and parts.part = rows_asked.source_part
        left join meta.snapshots as snapshots on snapshots.dataset = {literal(dataset)} and snapshots.snapshot_id = rows_asked.snapshot_id
        where {" and ".join(conditions) or "true"}
        order by rows_asked.vintage, rows_asked.source_part, rows_asked.source_row
        limit {int(limit)}"""


def _given(value: Any, kind: str) -> str:
    return "null" if value is None else f"cast({literal(str(value))} as {kind})"


def _rows(connection: duckdb.DuckDBPyConnection, query: str, dataset: str) -> list[dict[str, Any]]:
    try:
        result = connection.execute(query)
    except duckdb.ConversionException as error:
        raise EvidenceError(
            "lineage.not_found", where="the question", expected="values of the columns' types", found=str(error), dataset=dataset
        ) from error
    names: Sequence[str] = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _origin(dataset: str, row: Mapping[str, Any]) -> Origin:
    record = {name: value for name, value in row.items() if name not in PROVENANCE and not name.startswith("_")}
    return Origin(
        dataset=dataset,
        record=record,
        value=record.get("value"),
        vintage=row["vintage"],
        snapshot=row["snapshot_id"],
        release=row["_release"] or "",
        part=row["source_part"],
        row=row["source_row"],
        url=row["_url"] or "",
        final_url=row["_final_url"] or "",
        fetched_at=row["_fetched_at"] or "",
        sha256=row["_sha256"] or "",
        origin=row["_origin"] or "live",
    )


def _cells(layout: Layout, row: Mapping[str, Any]) -> dict[str, str | None]:
    once = {header for header in layout.headers if header and layout.headers.count(header) == 1}
    return {header if header in once else column: row[column] for header, column in zip(layout.headers, layout.columns, strict=True)}


def _holding(origin: Origin, cells: Mapping[str, str | None]) -> tuple[str, ...]:
    """The headers whose cell is the row's value, however it was printed (1,234 and 12.5% too), or its marker where it has no value."""
    if origin.value is None:
        marker = origin.record.get("marker")
        return tuple(header for header, cell in cells.items() if marker and cell is not None and cell.strip() == marker)
    numbers = {header: number for header, cell in cells.items() if cell is not None and (number := _number(cell)) is not None}
    as_printed = tuple(header for header, number in numbers.items() if number == origin.value)
    return as_printed or tuple(header for header, number in numbers.items() if number * 1_000 == origin.value)  # a column in thousands


def _number(cell: str) -> float | None:
    try:
        return float(cell.strip().lstrip("£").rstrip("%").replace(",", ""))
    except ValueError:
        return None


def _nearest(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"Did you mean {close[0]}?" if close else ""
