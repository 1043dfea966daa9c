"""Explore Local Statistics as the ONS serves it: metadata of an indicator, its figures as CSV, pages that lead from an old slug to the new one.

Holds no figures: it reads manifests and the tables beside them. A manifest is JSON, `<dataset>.json` under `tasks/sample/figures/<publisher>/`:

    {"protocol": "explore_local_statistics", "source": "…", "licence": "…", "figures": "employment.parquet",
     "indicators": [{"slug": "employment-rate", "label": "…", "unit": "%", "measure": "Percentage", "dataModified": "2026-01-12", "caveats": […]}],
     "redirects": {"old-slug": "employment-rate"}}

The table has the columns indicator, areacd, areanm, period, value, and lci_95, uci_95, status where the indicator has them.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from pyarrow import parquet

from tasks.sample.server import Request, Response

_PARAMETERS = frozenset({"indicator", "geo", "time", "measure", "includeNames", "includeStatus"})
_ABOUT = frozenset({"indicator", "fullDims"})
_MEASURES = ("value", "lci_95", "uci_95")
_INDICATORS, _PAGES = "/api/v1/metadata/indicators", "/indicators/"

Row = Mapping[str, Any]


class ExploreLocalStatisticsResponder:
    """The service, without its maps: `/api/v1/metadata/indicators[/{slug}]`, `/api/v1/data.csv`, `/indicators/{slug}`."""

    def __init__(self, manifests: Iterable[Path]) -> None:
        self._manifests = list(manifests)

    def respond(self, request: Request) -> Response | None:
        if request.method != "GET":
            return _error(405, f"{request.method} method not allowed")
        if request.path == "/api/v1/data.csv":
            return self._data(request)
        if request.path == _INDICATORS:
            return Response.of_json([self._about(slug, full=False) for slug in self._indicators])
        if request.path.startswith(_INDICATORS + "/"):
            return self._one(request.path[len(_INDICATORS) + 1 :], request)
        if request.path.startswith(_PAGES):
            return self._page(request.path[len(_PAGES) :], request)
        return None

    @cached_property
    def _told(self) -> list[tuple[Mapping[str, Any], Path]]:
        return [(json.loads(path.read_text(encoding="utf-8")), path.parent) for path in self._manifests]

    @cached_property
    def _indicators(self) -> dict[str, Mapping[str, Any]]:
        return {item["slug"]: item for told, _ in self._told for item in told["indicators"]}

    @cached_property
    def _redirects(self) -> dict[str, str]:
        return {old: new for told, _ in self._told for old, new in told.get("redirects", {}).items()}

    @cached_property
    def _rows(self) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        for told, folder in self._told:
            for row in parquet.read_table(folder / told["figures"], use_threads=False).to_pylist():
                found.setdefault(row["indicator"], []).append(row)
        return found

    def _one(self, slug: str, request: Request) -> Response:
        if not _known_once(request, _ABOUT):
            return _error(400, "Request contained invalid or duplicate parameters.")
        if slug not in self._indicators:
            return _error(404, f'Indicator "{slug}" not found.')
        return Response.of_json(self._about(slug, full=request.one("fullDims") == "true"))

    def _about(self, slug: str, full: bool) -> dict[str, Any]:
        rows = self._rows.get(slug, [])
        codes = {
            "areacd": ("Area code", list(dict.fromkeys(row["areacd"] for row in rows))),
            "period": ("Period", sorted({row["period"] for row in rows})),
            "measure": ("Measure", self._measures(slug)),
        }
        dimensions = {
            name: {
                "id": name,
                "label": label,
                **({"category": {"index": {code: at for at, code in enumerate(listed)}}} if full else {}),
                "order": order,
            }
            for order, (name, (label, listed)) in enumerate(codes.items())
        }
        return {**self._indicators[slug], "dimensions": dimensions}

    def _measures(self, slug: str) -> list[str]:
        rows = self._rows.get(slug, [])
        return [name for name in _MEASURES if name == "value" or any(row.get(name) is not None for row in rows)]

    def _data(self, request: Request) -> Response:
        if not _known_once(request, _PARAMETERS):
            return _error(400, "Request contained invalid or duplicate parameters.")
        slug, time = request.one("indicator", "all"), request.one("time", "latest")
        if time not in ("all", "latest", "earliest") and not time[:4].isdigit():
            return _error(400, "Request contained invalid time period.")
        wanted = [code for code in request.one("geo").split(",") if code]
        rows = [row for row in self._rows.get(slug, []) if not wanted or row["areacd"] in wanted]
        if time == "latest":
            last = max((row["period"] for row in rows), default="")
            rows = [row for row in rows if row["period"] == last]
        if not rows:
            return _error(400, "No data available for the selected filters.")
        columns = ["areacd", "areanm", "period", *self._measures(slug)]
        if request.one("includeStatus", "false") == "true":
            columns.append("status")
        # SvelteKit's `text()` names no CSV.
        return Response(200, _csv(columns, rows), {"Content-Type": "text/plain;charset=UTF-8"})

    def _page(self, slug: str, request: Request) -> Response:
        if slug in self._redirects:
            return Response(301, b"", {"Location": f"{request.base}{_PAGES}{self._redirects[slug]}"})
        if slug not in self._indicators:
            return Response.of_text("<!DOCTYPE html><html><head><title>Page not found - ONS</title></head></html>", 404)
        label = self._indicators[slug]["label"]
        return Response.of_text(f"<!DOCTYPE html><html><head><title>{label} - ONS</title></head><body></body></html>")


def _csv(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    written = io.StringIO()
    lines = csv.writer(written, lineterminator="\n")
    lines.writerow(columns)
    lines.writerows([_printed(row.get(column)) for column in columns] for row in rows)
    return written.getvalue().removesuffix("\n").encode()


def _printed(cell: Any) -> str:
    """A cell as JavaScript prints it: no `.0` behind a whole number, nothing for null."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


def _known_once(request: Request, known: frozenset[str]) -> bool:
    return all(name in known and len(values) == 1 for name, values in request.query.items())


def _error(status: int, message: str) -> Response:
    return Response.of_json({"message": message}, status, "application/json")
