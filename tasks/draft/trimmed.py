"""Columns that a service adds to each of its tables and that say nothing which another column does not say: left out of a draft.

Refuses to leave out what a row could be told apart by, or by which a value could be explained: a column goes only where what it holds follows from
one that stays. The contract holds every column that comes, so that nothing is lost from sight.
"""

from __future__ import annotations

import re
from dataclasses import replace

import duckdb

from expectations.shape import Layout
from warehouse.table import identifier

# Nomis prints six columns for each dimension (1.4 of its API's help); its names are what people read, and GSS codes what areas are joined by.
_NOMIS_SIDE = re.compile(
    r"^(?!GEOGRAPHY_CODE$).*_(CODE|TYPECODE|SORTORDER)$|^(MEASURES|OBS_STATUS|OBS_CONF|OBS_CONF_NAME|URN|RECORD_OFFSET|RECORD_COUNT)$"
)
# Layers of ArcGIS number their rows, and measure the shape that was not asked for.
_LAYER_SIDE = re.compile(r"^(objectid|fid|ogc_fid|globalid|shape__?(area|length|len|leng)|st_(area|length)\(shape\))$", re.IGNORECASE)


def trimmed(kind: str, connection: duckdb.DuckDBPyConnection, table: str, layouts: tuple[Layout, ...]) -> tuple[Layout, ...]:
    """The layouts without the columns that go, which are dropped from the table too."""
    columns = [str(row[0]) for row in connection.execute(f"describe {identifier(table)}").fetchall()]
    gone = _of_nomis(connection, table, columns) if kind == "nomis" else _of_layer(columns) if kind == "feature_server" else set()
    for column in sorted(gone):
        connection.execute(f"alter table {identifier(table)} drop column {identifier(column)}")
    return tuple(_without(layout, gone) for layout in layouts) if gone else layouts


def _of_nomis(connection: duckdb.DuckDBPyConnection, table: str, columns: list[str]) -> set[str]:
    gone = {column for column in columns if _NOMIS_SIDE.match(column)}
    gone |= {column for column in columns if f"{column}_NAME" in columns and f"{column}_SORTORDER" in columns and column != "DATE"}
    gone |= {column for column in columns if column.endswith("_TYPE") and column != "GEOGRAPHY_TYPE"}
    if "GEOGRAPHY_TYPE" in columns and _distinct(connection, table, "GEOGRAPHY_TYPE") <= 1:
        gone.add("GEOGRAPHY_TYPE")  # two kinds of area can share a code: then it tells rows apart
    if {"DATE", "DATE_NAME"} <= set(columns):  # a span of months ('Oct 2019-Sep 2020') says more than the month in which it ends
        spans = connection.execute(f"select count(*) from {identifier(table)} where DATE_NAME like '%-%' and DATE_NAME <> DATE").fetchone()
        gone.add("DATE" if spans and spans[0] else "DATE_NAME")
    return gone


def _of_layer(columns: list[str]) -> set[str]:
    return {column for column in columns if _LAYER_SIDE.match(column)}


def _distinct(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> int:
    counted = connection.execute(f"select count(distinct {identifier(column)}) from {identifier(table)}").fetchone()
    return int(counted[0]) if counted else 0


def _without(layout: Layout, gone: set[str]) -> Layout:
    kept = [(header, column) for header, column in zip(layout.headers, layout.columns, strict=True) if column not in gone]
    numeric = tuple(column for column in layout.numeric if column not in gone)
    return replace(layout, headers=tuple(header for header, _ in kept), columns=tuple(column for _, column in kept), numeric=numeric)
