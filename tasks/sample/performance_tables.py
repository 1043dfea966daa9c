"""DfE's school performance tables on this machine: CSV with a byte order mark, lines ended as in Windows, a page where there is no such table.

Holds no figures: it reads a manifest and the tables beside it. The manifest is JSON, `<dataset>.json` under `tasks/sample/figures/dfe/`:

    {"protocol": "performance_tables", "source": "…", "licence": "…",
     "table": "KS4", "region": "england", "years": {"2018-2019": "<dataset>_2018.csv.gz"}}

With several types of data in one request the service packs them into a zip, a folder for the year; with one it sends the bare file.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from tasks.sample.ees_data import csv_of
from tasks.sample.server import Request, Response

_NOTHING = "<!DOCTYPE html><html><head><title>Download data - Compare school and college performance</title></head><body></body></html>"


class PerformanceDownloads:
    """The download page. Tables are by (type of data, region, school year); region '0' is England."""

    def __init__(self, tables: Mapping[tuple[str, str, str], Path | bytes], always_zip: bool = False) -> None:
        self.tables = dict(tables)
        self.always_zip = always_zip

    def respond(self, request: Request) -> Response | None:
        if request.path != "/download-data":
            return None
        region, year, kinds = request.one("regions"), request.one("year"), request.one("filters").split(",")
        found = {kind: self.tables.get((kind, region, year)) for kind in kinds}
        files = {kind: as_download(table) for kind, table in found.items() if table is not None}
        if request.one("download") != "true" or request.one("fileformat") != "csv" or not files:
            return Response.of_text(_NOTHING)
        area = "england" if region == "0" else region
        names = {kind: f"{area}_{kind.lower()}.csv" for kind in files}
        if len(files) == 1 and not self.always_zip:
            kind, body = next(iter(files.items()))
            return Response(200, body, {"Content-Type": "text/csv", "Content-Disposition": f"attachment; filename={year}_{names[kind]}"})
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for kind, body in files.items():
                archive.writestr(zipfile.ZipInfo(f"{year}/{names[kind]}", (2020, 1, 1, 0, 0, 0)), body, zipfile.ZIP_DEFLATED)
        return Response(200, packed.getvalue(), {"Content-Type": "application/zip"})


def downloads(manifests: Iterable[Path]) -> PerformanceDownloads:
    """The tables of all manifests."""
    tables: dict[tuple[str, str, str], Path | bytes] = {}
    for manifest in manifests:
        told = json.loads(manifest.read_text(encoding="utf-8"))
        region = "0" if told["region"] == "england" else told["region"]
        tables |= {(told["table"], region, year): manifest.parent / name for year, name in told["years"].items()}
    return PerformanceDownloads(tables)


def as_download(table: Path | bytes) -> bytes:
    """A table as the service prints it."""
    content = table if isinstance(table, bytes) else csv_of(table)
    return b"\xef\xbb\xbf" + content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
