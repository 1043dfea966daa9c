"""GeoJSON into a DuckDB table of text: one row a feature, its properties as columns, its geometry as JSON text in the column `geometry`.

The reference system is what the file's `crs` member names, as `EPSG:27700`; without one it is `CRS84` (RFC 7946). Streams: a feature is the
largest thing in memory. Refuses what holds no features (`read.not_a_table`).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb

from expectations.errors import EvidenceError
from expectations.shape import Layout
from tasks.read import encoding
from tasks.read.container import Contents
from tasks.read.json_stream import JsonStream
from tasks.read.options import ReadOptions
from tasks.read.records import Collected, compact, flattened

GEOMETRY = "geometry"
DEFAULT_CRS = "CRS84"

_URN = re.compile(r"(?:urn:ogc:def:crs:)?(?P<authority>[A-Za-z]+):(?:[\d.]*:)?(?P<code>\w+)$")


def read(contents: Contents, connection: duckdb.DuckDBPyConnection, table: str, options: ReadOptions, scratch: Path) -> Layout:
    """Read one GeoJSON file into `table`; `_row` is the feature's number from 1."""
    facts = encoding.examine(contents.path, options.encoding)
    path = encoding.transcode(contents.path, facts, scratch / "as-utf-8")
    stream = JsonStream(path, "utf-8-sig", ("features",), ())
    collected = Collected(connection, table)
    for at, record in enumerate(stream.records(), start=1):
        collected.add(_feature(record.value, f"{contents.name}, feature {at}"))
    if collected.rows == 0:
        collected.expect(GEOMETRY)
    headers, columns, numeric = collected.close(connection, table)
    if collected.rows == 0 and stream.beside.get("type") != "FeatureCollection":
        raise EvidenceError(
            "read.not_a_table", where=contents.name, expected="features", found=f"GeoJSON of type {stream.beside.get('type')!r}"
        )
    return Layout(
        format="geojson",
        headers=headers,
        columns=columns,
        header_row=None,
        header_rows=0,
        encoding=facts.encoding,
        bom=facts.bom,
        crs=crs(stream.beside.get("crs")),
        numeric=numeric,
    )


def crs(member: Any) -> str:
    """The `crs` member of GeoJSON as `EPSG:27700`; `CRS84` where there is none."""
    name = member.get("properties", {}).get("name") if isinstance(member, dict) else None
    if not name:
        return DEFAULT_CRS
    match = _URN.search(str(name))
    if not match:
        return str(name)
    return DEFAULT_CRS if match["code"].upper() == DEFAULT_CRS else f"{match['authority'].upper()}:{match['code']}"


def _feature(value: Any, where: str) -> dict[str, str | None]:
    if not isinstance(value, dict) or not {"geometry", "properties"} & set(value):
        raise EvidenceError("read.not_a_table", where=where, expected="a feature with properties and geometry", found=compact(value)[:80])
    row = flattened(value.get("properties") or {})
    geometry = value.get("geometry")
    name = GEOMETRY if GEOMETRY not in row else f"{GEOMETRY}__2"
    row[name] = None if geometry is None else compact(geometry)
    return row
