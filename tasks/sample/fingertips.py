"""Figures served as OHID's Fingertips serves them: the list of indicators with their dates, and one indicator's rows as CSV.

Holds no figures: it reads manifests and the tables beside them. A manifest is JSON, `<dataset>.json` under `tasks/sample/figures/<publisher>/`:

    {"protocol": "fingertips", "source": "…", "licence": "…",
     "indicators": [{"id": 90366, "name": "Life expectancy at birth", "updated": "2025-12-10", "area_type": 502, "figures": "life.parquet"}]}

Figures are CSV or Parquet with the service's own columns. An id or an area type that is not there gives the header alone, as the service does.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb

from tasks.sample.server import Request, Response

LIST_HEADER = ("Indicator ID", "Indicator", "Date updated")


class FingertipsApi:
    """Answers below the API's root."""

    def __init__(self, manifests: Iterable[Path]) -> None:
        self._indicators: list[tuple[Mapping[str, Any], list[str], list[tuple[str | None, ...]]]] = []
        for manifest in manifests:
            about = json.loads(manifest.read_text(encoding="utf-8"))
            self._indicators += [(each, *_table(manifest.parent / each["figures"])) for each in about["indicators"]]

    def respond(self, request: Request) -> Response | None:
        if request.path == "/indicator_metadata/csv/all":
            return _csv(LIST_HEADER, ((each["id"], each["name"], each["updated"]) for each, _, _ in self._indicators))
        if request.path == "/all_data/csv/by_indicator_id":
            return self._rows(request.one("indicator_ids"), request.one("child_area_type_id"))
        return None

    def _rows(self, wanted: str, area_type: str) -> Response:
        header: list[str] = []
        for each, header, rows in self._indicators:
            if str(each["id"]) == wanted and str(each["area_type"]) == area_type:
                return _csv(header, rows)
        return _csv(header, ())


def _table(path: Path) -> tuple[list[str], list[tuple[str | None, ...]]]:
    with duckdb.connect(":memory:") as connection:
        read = "read_parquet(?)" if path.suffix == ".parquet" else "read_csv(?, all_varchar = true, header = true)"
        found = connection.execute(f"select columns(*)::varchar from {read}", [str(path)])
        return [column[0] for column in found.description or []], found.fetchall()


def _csv(header: Iterable[str], rows: Iterable[Iterable[Any]]) -> Response:
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return Response(200, written.getvalue().encode(), {"Content-Type": "text/csv; charset=utf-8"})
