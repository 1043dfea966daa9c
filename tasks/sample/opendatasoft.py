"""Figures served as an Opendatasoft portal serves them (Explore API v2.1): its catalogue, a dataset's metadata, records, CSV exports, errors.

Holds no figures: it reads manifests and the tables beside them. A manifest is JSON, `<dataset>.json` under `tasks/sample/figures/<publisher>/`:

    {"protocol": "opendatasoft", "source": "…", "licence": "…", "site": "https://cityobservatory.birmingham.gov.uk",
     "datasets": [{"dataset_id": "households-in-fuel-poverty-wards", "title": "…", "modified": "2025-03-01T09:00:00+00:00",
                   "data_processed": "2025-03-01T09:10:00+00:00", "types": {"value": "double"}, "figures": "fuel_poverty.csv"}]}

Figures are CSV or Parquet, all columns as text; `types` are Opendatasoft's own names of field types, text where none is given.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from tasks.sample.server import Request, Response

ROOT = "/api/explore/v2.1/catalog/datasets"
MOST_RECORDS = 100
PAST_PAGING = 10_000


@dataclass(frozen=True)
class Table:
    """One dataset: what its manifest says, and its table as texts."""

    about: Mapping[str, Any]
    folder: Path

    @property
    def id(self) -> str:
        return str(self.about["dataset_id"])

    @cached_property
    def rows(self) -> tuple[list[str], list[tuple[str | None, ...]]]:
        """Header and rows."""
        path = self.folder / self.about["figures"]
        with duckdb.connect(":memory:") as connection:
            read = "read_parquet(?)" if path.suffix == ".parquet" else "read_csv(?, all_varchar = true, header = true)"
            found = connection.execute(f"select columns(*)::varchar from {read}", [str(path)])
            return [column[0] for column in found.description or []], found.fetchall()

    def described(self) -> dict[str, Any]:
        """The dataset as the catalogue prints it."""
        header, rows = self.rows
        types = self.about.get("types", {})
        fields = [
            {"name": name, "label": name.replace("_", " ").title(), "type": types.get(name, "text"), "annotations": {}} for name in header
        ]
        told = {name: self.about[name] for name in ("title", "modified", "data_processed", "publisher") if name in self.about}
        return {
            "dataset_id": self.id,
            "dataset_uid": f"da_{self.id}",
            "has_records": True,
            "data_visible": True,
            "features": ["analyze"],
            "attachments": [],
            "metas": {"default": {**told, "records_count": len(rows)}},
            "fields": fields,
        }


class OpendatasoftPortal:
    """Answers below a portal's root. `where` knows one condition, `field = 'value'`, which is all that declarations here ask."""

    def __init__(self, manifests: Iterable[Path]) -> None:
        self._tables: dict[str, Table] = {}
        for manifest in manifests:
            about = json.loads(manifest.read_text(encoding="utf-8"))
            self._tables |= {each["dataset_id"]: Table(each, manifest.parent) for each in about["datasets"]}

    def respond(self, request: Request) -> Response | None:
        if not request.path.startswith(ROOT):
            return None
        steps = [step for step in request.path.removeprefix(ROOT).split("/") if step]
        if not steps:
            return self._catalogue(request)
        table = self._tables.get(steps[0])
        if table is None:
            return _error(404, "UnknownDataset", f"Dataset {steps[0]} does not exist.")
        if len(steps) == 1:
            return Response.of_json(table.described())
        try:
            if steps[1:] == ["records"]:
                return self._records(table, request)
            if steps[1:] == ["exports", "csv"]:
                return _export(table, request)
        except ValueError as error:
            return _error(400, "ODSQLError", str(error))
        return _error(404, "NotFound", request.path)

    def _catalogue(self, request: Request) -> Response:
        names = sorted(self._tables)
        page = _page(names, request)
        if isinstance(page, Response):
            return page
        if request.one("select") == "dataset_id":
            return Response.of_json({"total_count": len(names), "results": [{"dataset_id": name} for name in page]})
        return Response.of_json({"total_count": len(names), "results": [self._tables[name].described() for name in page]})

    def _records(self, table: Table, request: Request) -> Response:
        header, rows = _filtered(table, request)
        page = _page(rows, request)
        if isinstance(page, Response):
            return page
        return Response.of_json({"total_count": len(rows), "results": [dict(zip(header, row, strict=True)) for row in page]})


def _export(table: Table, request: Request) -> Response:
    header, rows = _filtered(table, request)
    wanted = [name for name in request.one("select").split(",") if name] or header
    places = [header.index(name) for name in wanted]
    written = io.StringIO()
    writer = csv.writer(written, delimiter=request.one("delimiter", ";"), lineterminator="\r\n")
    writer.writerow(wanted)
    writer.writerows([row[place] for place in places] for row in rows)
    mark = "" if request.one("with_bom", "true") == "false" else "\ufeff"
    return Response(200, (mark + written.getvalue()).encode(), {"Content-Type": "text/csv; charset=utf-8"})


def _filtered(table: Table, request: Request) -> tuple[list[str], list[tuple[str | None, ...]]]:
    """The table under `where`. Raises ValueError for another condition than `field = 'value'`."""
    header, rows = table.rows
    where = request.one("where")
    if not where:
        return header, rows
    name, _, value = (part.strip() for part in where.partition("="))
    if name not in header or value[:1] not in "'\"" or len(value) < 2:
        raise ValueError(f"ODSQL query is malformed: Unknown field: {name}.")
    place = header.index(name)
    return header, [row for row in rows if row[place] == value[1:-1]]


def _page(listed: Sequence[Any], request: Request) -> Sequence[Any] | Response:
    limit, offset = int(request.one("limit", "10")), int(request.one("offset", "0"))
    if not 0 <= limit <= MOST_RECORDS or offset + limit > PAST_PAGING:
        return _error(
            400,
            "InvalidRESTParameterError",
            f"Invalid value for limit API parameter: {limit} was found but -1 <= limit <= 100 is expected.",
        )
    return listed[offset : offset + limit]


def _error(status: int, code: str, message: str) -> Response:
    return Response.of_json({"error_code": code, "message": message}, status)
