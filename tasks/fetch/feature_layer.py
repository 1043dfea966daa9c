"""What an ArcGIS layer tells of itself and of its shapes: when it was last edited, and in which reference system coordinates are.

Refuses shapes in another system than was asked for: a server that ignores the question answers with status 200 all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from expectations.errors import EvidenceError
from expectations.sources.feature_server import WGS_84
from tasks.read.geojson import DEFAULT_CRS, crs


def check_system(answer: Mapping[str, Any], wanted: int, url: str) -> None:
    """The coordinates are in the system that was asked for. GeoJSON without a `crs` is in WGS 84. Raises fetch.protocol."""
    named = crs(answer.get("crs"))
    if named not in ({DEFAULT_CRS, f"EPSG:{WGS_84}"} if wanted == WGS_84 else {f"EPSG:{wanted}"}):
        raise EvidenceError("fetch.protocol", where=url, expected=f"shapes in EPSG:{wanted}", found=f"shapes in {named}")


def system_of(answer: Mapping[str, Any]) -> str:
    """The reference system in which the layer is kept, whatever it is asked in: Esri's numbers are EPSG's where the latest is given."""
    extent = answer.get("extent")
    for told in (answer.get("sourceSpatialReference"), extent.get("spatialReference") if isinstance(extent, Mapping) else None):
        number = told.get("latestWkid") or told.get("wkid") if isinstance(told, Mapping) else None
        if isinstance(number, int):
            return f"EPSG:{number}"
    return ""


def last_edit(info: Any) -> str:
    """The latest of the dates of editing, in ISO 8601; '' where none is told. Esri counts milliseconds since 1970 in UTC."""
    dates = [info.get(name) for name in ("lastEditDate", "dataLastEditDate", "schemaLastEditDate")] if isinstance(info, Mapping) else []
    known = [date for date in dates if isinstance(date, int) and 0 < date < 253_402_300_800_000]
    return datetime.fromtimestamp(max(known) / 1000, UTC).isoformat(timespec="milliseconds") if known else ""
