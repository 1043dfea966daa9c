"""Fetch an address once and look: what came, how it is laid out, what its columns are.

Refuses what no source recognises, and what holds no table. Nothing is archived: the first run of the dataset fetches for good.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from expectations.errors import EvidenceError
from expectations.shape import Layout, Shape
from expectations.sources import Common, source_of
from tasks.draft.complete import About, complete, one_of
from tasks.fetch import fetch, open_http
from tasks.read import ReadOptions, read
from tasks.shape import observe
from tasks.snapshot import Delivery
from warehouse.table import identifier, literal

if TYPE_CHECKING:
    from tasks.fetch.http import HttpSettings

_FILES = ("file", "folder")  # kinds whose `--part` can only mean a table within the file
ARRIVED = "drafted"  # the table of all that came, with the publisher's own columns, `_part` and `_row`


@dataclass(frozen=True)
class Found:
    """What an address holds. `read` is what had to be said for it to be read (`sheet`, `member`)."""

    address: str
    source: Common
    about: About
    delivery: Delivery
    layouts: tuple[Layout, ...]
    shape: Shape
    read: dict[str, str]


def look(
    address: str, part: str, connection: duckdb.DuckDBPyConnection, settings: HttpSettings, scratch: Path, state: Path | None = None
) -> Found:
    """Recognise, fetch, read and observe. The rows are then in the table ARRIVED of the connection.

    Raises `draft.*`, `fetch.*`, `read.*`.
    """
    recognised = source_of(address)
    if recognised is None:
        raise EvidenceError("draft.unknown_address", found=address, expected="an address beginning with https://, or a file that is here")
    scratch.mkdir(parents=True, exist_ok=True)
    with open_http(recognised, settings, scratch, state) as http:
        source, about = complete(recognised, part, http)
    with open_http(source, settings, scratch, state) as http:
        delivery = fetch(str(getattr(source, "kind", "")), source, http)
    layouts, options = _read_all(delivery, part, connection, str(getattr(source, "kind", "")) in _FILES)
    shape = observe(connection, ARRIVED, {one.name: layout for one, layout in zip(delivery.parts, layouts, strict=True)})
    if not shape.rows or not shape.columns:
        raise EvidenceError("draft.no_table", where=address, expected="a table with rows", found=f"{shape.rows} rows")
    return Found(address, source, about, delivery, layouts, shape, options)


def _read_all(
    delivery: Delivery, part: str, connection: duckdb.DuckDBPyConnection, strict: bool
) -> tuple[tuple[Layout, ...], dict[str, str]]:
    """Every part, under one another, as the table ARRIVED."""
    layouts: list[Layout] = []
    options: dict[str, str] = {}
    for number, one in enumerate(delivery.parts):
        table = f"draft_part_{number}"
        said = {name: one.labels[name] for name in ("sheet", "member") if name in one.labels}
        layout, options = _read(Path(str(one.path)), connection, table, part, {**options, **said}, strict)
        layouts.append(layout)
        connection.execute(f"alter table {identifier(table)} add column _part varchar default {literal(one.name)}")
    tables = [f"from {identifier(f'draft_part_{number}')}" for number in range(len(layouts))]
    connection.execute(f"create or replace table {identifier(ARRIVED)} as {' union all by name '.join(tables)}")
    return tuple(layouts), options


def _read(
    path: Path, connection: duckdb.DuckDBPyConnection, table: str, part: str, options: dict[str, str], strict: bool
) -> tuple[Layout, dict[str, str]]:
    """One file; where it is a zip or a workbook of several tables, the one that `part` means (`strict`: and nothing else can be meant by it)."""
    try:
        layout = read(path, connection, table, _options(options))
    except EvidenceError as error:
        if error.code != "read.several_tables" or "member" in options:
            raise
        chosen = {**options, "member": one_of(error.found.split("; "), part, error.where)}
        return read(path, connection, table, _options(chosen)), chosen
    sheet = _sheet(layout.sheets, part, strict) if part and len(layout.sheets) > 1 and "sheet" not in options else ""
    if sheet and sheet != layout.sheet:
        chosen = {**options, "sheet": sheet}
        return read(path, connection, table, _options(chosen)), chosen
    if layout.sheet and len(layout.sheets) > 1 and "sheet" not in options:
        options = {**options, "sheet": layout.sheet}  # said, so that another sheet that grows is not taken for it
    return layout, options


def _options(said: Mapping[str, str]) -> ReadOptions:
    return ReadOptions(sheet=said.get("sheet"), member=said.get("member"))


def _sheet(sheets: Sequence[str], part: str, strict: bool) -> str:
    if strict:
        return one_of(sheets, part, "the sheets of the workbook")
    fitting = [sheet for sheet in sheets if sheet == part] or [sheet for sheet in sheets if re.search(part, sheet, re.IGNORECASE)]
    return fitting[0] if len(fitting) == 1 else ""
