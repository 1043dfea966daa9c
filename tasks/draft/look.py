"""Fetch an address once and look: what came, how it is laid out, what its columns are.

Refuses what no source recognises, and what holds no table. Nothing is archived: the first run of the dataset fetches for good.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from expectations.errors import EvidenceError
from expectations.shape import Layout, Shape
from expectations.sources import Common, Folder, source_of
from tasks.draft.about import About, one_of
from tasks.draft.complete import complete
from tasks.draft.trimmed import trimmed
from tasks.draft.unsaid import refuse_unsaid
from tasks.fetch import fetch, open_http
from tasks.fetch.folder import inbox
from tasks.read import ReadOptions, read
from tasks.shape import observe
from tasks.snapshot import Delivery, Fetched
from warehouse.table import identifier, literal

if TYPE_CHECKING:
    from tasks.fetch.http import HttpSettings

YEAR = "year"
_YEAR = rf"(?<![0-9])(?P<{YEAR}>(?:19|20)[0-9]{{2}})(?![0-9])"
ARRIVED = "drafted"  # the table of all that came, with the publisher's own columns, `_part` and `_row`


@dataclass(frozen=True)
class Found:
    """What an address holds. `read` is what had to be said for it to be read (`sheet`, `member`), `skipped` the parts that are no table."""

    address: str
    source: Common
    about: About
    delivery: Delivery
    layouts: tuple[Layout, ...]
    shape: Shape
    read: dict[str, str]
    skipped: tuple[str, ...] = ()  # patterns of their names
    labels: tuple[str, ...] = ()  # columns that the names of the files say


def look(
    address: str, part: str, connection: duckdb.DuckDBPyConnection, settings: HttpSettings, scratch: Path, state: Path | None = None
) -> Found:
    """Recognise, fetch, read and observe. The rows are then in the table ARRIVED of the connection.

    Raises `draft.*`, `fetch.*`, `read.*`.
    """
    recognised = source_of(address) or source_of(str(inbox() / address))
    if recognised is None:
        raise EvidenceError("draft.unknown_address", found=address, expected="an address beginning with https://, or a file that is here")
    refuse_unsaid(address, recognised)
    scratch.mkdir(parents=True, exist_ok=True)
    with open_http(recognised, settings, scratch, state) as http:
        source, about = complete(recognised, part, http)
    with open_http(source, settings, scratch, state) as http:
        delivery = fetch(str(getattr(source, "kind", "")), source, http)
    skipped = _described_by(delivery)
    tables = [one for one in delivery.parts if not any(fnmatch(one.name, pattern) for pattern in skipped)]
    layouts, options = _read_all(tables, about.left, connection)
    layouts = trimmed(str(getattr(source, "kind", "")), connection, ARRIVED, layouts)
    shape = observe(connection, ARRIVED, {one.name: layout for one, layout in zip(tables, layouts, strict=True)})
    labels: tuple[str, ...] = ()
    if isinstance(source, Folder) and shape.period_column is None and not shape.period_headers and _year_from_names(connection, tables):
        source, labels = source.model_copy(update={"labels": [_YEAR]}), (YEAR,)
        delivery = replace(delivery, parts=tuple(replace(one, labels={**one.labels, **_year_of(one.name)}) for one in delivery.parts))
        shape = observe(connection, ARRIVED, {one.name: layout for one, layout in zip(tables, layouts, strict=True)})
    if not shape.rows or not shape.columns:
        raise EvidenceError("draft.no_table", where=address, expected="a table with rows", found=f"{shape.rows} rows")
    return Found(address, source, about, delivery, layouts, shape, options, skipped, labels)


def _described_by(delivery: Delivery) -> tuple[str, ...]:
    """Patterns of the parts that only describe the others: services send JSON beside a CSV, and some of it could be read as a table."""
    endings = {one.name.rpartition(".")[2].lower() for one in delivery.parts}
    return ("*.json",) if {"csv", "json"} <= endings else ()


def _year_from_names(connection: duckdb.DuckDBPyConnection, tables: Sequence[Fetched]) -> bool:
    """Add the year that the name of each file says as a column, where each says one; whether it was added."""
    years = {one.name: said[YEAR] for one in tables if (said := _year_of(one.name))}
    columns = {str(row[0]).lower() for row in connection.execute(f"describe {identifier(ARRIVED)}").fetchall()}
    if len(years) < len(tables) or YEAR in columns:
        return False
    cases = " ".join(f"when {literal(name)} then {literal(year)}" for name, year in years.items())
    connection.execute(
        f"create or replace table {identifier(ARRIVED)} as select *, case _part {cases} end as {YEAR} from {identifier(ARRIVED)}"
    )
    return True


def _year_of(name: str) -> dict[str, str]:
    found = re.search(_YEAR, name)
    return {YEAR: found[YEAR]} if found else {}


def _read_all(tables: Sequence[Fetched], part: str, connection: duckdb.DuckDBPyConnection) -> tuple[tuple[Layout, ...], dict[str, str]]:
    """Every part, under one another, as the table ARRIVED."""
    layouts: list[Layout] = []
    options: dict[str, str] = {}
    for number, one in enumerate(tables):
        table = f"draft_part_{number}"
        said = {name: one.labels[name] for name in ("sheet", "member") if name in one.labels}
        layout, options = _read(Path(str(one.path)), connection, table, part, {**options, **said})
        layouts.append(layout)
        connection.execute(f"alter table {identifier(table)} add column _part varchar default {literal(one.name)}")
    each = [f"from {identifier(f'draft_part_{number}')}" for number in range(len(layouts))]
    connection.execute(f"create or replace table {identifier(ARRIVED)} as {' union all by name '.join(each)}")
    return tuple(layouts), options


def _read(
    path: Path, connection: duckdb.DuckDBPyConnection, table: str, part: str, options: dict[str, str]
) -> tuple[Layout, dict[str, str]]:
    """One file; where it is a zip or a workbook of several tables, the one that `part` means."""
    try:
        layout = read(path, connection, table, _options(options))
    except EvidenceError as error:
        if error.code != "read.several_tables" or "member" in options:
            raise
        chosen = {**options, "member": one_of(error.found.split("; "), part, error.where)}
        return read(path, connection, table, _options(chosen)), chosen
    sheet = one_of(layout.sheets, part, "the sheets of the workbook") if part and len(layout.sheets) > 1 and "sheet" not in options else ""
    if sheet and sheet != layout.sheet:
        chosen = {**options, "sheet": sheet}
        return read(path, connection, table, _options(chosen)), chosen
    if layout.sheet and len(layout.sheets) > 1 and "sheet" not in options:
        options = {**options, "sheet": layout.sheet}  # said, so that another sheet that grows is not taken for it
    return layout, options


def _options(said: Mapping[str, str]) -> ReadOptions:
    return ReadOptions(sheet=said.get("sheet"), member=said.get("member"))
