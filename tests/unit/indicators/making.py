"""Makes indicators from hand-made rows: a database, a folder of definitions, and the build over both."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from tests.landing import table
from warehouse.home import Home
from warehouse.indicators import Result, values
from warehouse.table import DatasetTable

HEAD = {
    "title": "Something counted",
    "meaning": "What is counted.",
    "unit": "percent",
    "better": "lower",
    "levels": "local_authority, ward",
    "sources": "ons.population",
    "informs": "mainstream, deprivation",
    "interval": "none",
}
KEYS = "area_code, area_name, area_level, area_vintage, period, period_start, period_end"
SELECT = f"select {KEYS}, numerator, denominator from ons.population"


def define(folder: Path, name: str = "shares", sql: str = SELECT, more: Sequence[str] = (), **head: str) -> Path:
    """Write a definition; `head` replaces what HEAD says."""
    path = folder / "population" / f"{name}.sql"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"-- {key}: {text}" for key, text in {**HEAD, **head}.items()] + list(more)
    path.write_text("\n".join(lines) + f"\n\n{sql}\n", encoding="utf-8")
    return path


def rows_of(connection: duckdb.DuckDBPyConnection, listed: Sequence[tuple[Any, ...]], name: str = "ons.population") -> None:
    """A landed table with rows of (area_code, period, numerator, denominator): of an authority, or of a ward where the code is one."""
    connection.execute("create schema if not exists ons")
    connection.execute("create schema if not exists mart")
    connection.execute(
        f"""create or replace table {name} (area_code varchar, area_name varchar, area_level varchar, area_vintage varchar, period varchar,
        period_start date, period_end date, numerator double, denominator double)"""
    )
    for code, period, numerator, denominator in listed:
        level = "ward" if code.startswith("E05") else "local_authority"
        days = f"date '{period[:4]}-01-01', date '{period[:4]}-12-31'"
        counted = "null" if numerator is None else numerator
        area = f"'{code}', 'Area {code}', '{level}', '2021'"
        connection.execute(f"insert into {name} values ({area}, '{period}', {days}, {counted}, {denominator})")


def build(
    connection: duckdb.DuckDBPyConnection, home: Home, folder: Path, landed: Sequence[str] = ("ons.population",)
) -> dict[str, Result]:
    """Build the indicators of `folder`; what became of each."""
    tables: list[DatasetTable] = [table(id=dataset) for dataset in landed]
    results, _ = values.build(connection, home, tables, landed, folder=folder)
    return {result.indicator.name: result for result in results}
