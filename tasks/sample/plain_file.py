"""Files and pages as gov.uk, ONS and council sites serve them: ETag and Last-Modified on each file, 304 where nothing changed.

Holds no figures: it reads a manifest and the tables beside it. The manifest is JSON, `<dataset>.json` under
`tasks/sample/figures/<publisher>/`:

    {"protocol": "file", "source": "…", "licence": "…",
     "files": [{"url": "https://…/File_1.xlsx", "modified": "2019-09-26T08:30:00Z",
                "sheets": [{"name": "IMD2019", "rows": [["Index of Multiple Deprivation"], []], "figures": "imd_2019.parquet"}]},
               {"url": "https://…/table.csv", "figures": "table.csv"}]}

Figures are CSV, packed or not, or Parquet. A sheet has `rows` as they stand, then the table of `figures`, with numbers as numbers where
their column is one of numbers.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from tasks.sample.ees_data import csv_of
from tasks.sample.server import Request, Response

_ENDINGS = {
    "csv": "text/csv",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}


@dataclass(frozen=True)
class File:
    """One file: its bytes, or what makes them when they are first asked for, under a `tag` that stands for them.

    The media type is by the ending of the path where none is given; without `modified` and `etag` the file has no validators.
    """

    content: bytes | Callable[[], bytes]
    media_type: str = ""
    modified: datetime | None = datetime(2025, 9, 25, 8, 30, tzinfo=UTC)
    etag: bool = True
    headers: Mapping[str, str] = field(default_factory=dict)
    tag: str = ""

    @cached_property
    def body(self) -> bytes:
        return self.content if isinstance(self.content, bytes) else self.content()

    @property
    def entity_tag(self) -> str:
        return f'"{self.tag or hashlib.sha256(self.body).hexdigest()[:20]}"'


class PlainFiles:
    """The files of one host, by path. `files` may be changed while the server runs: the next request sees it."""

    def __init__(self, files: Mapping[str, File]) -> None:
        self.files = dict(files)

    def respond(self, request: Request) -> Response | None:
        file = self.files.get(request.path)
        if file is None:
            return None
        headers = {"Content-Type": file.media_type or _ENDINGS.get(request.path.rpartition(".")[2], "text/html; charset=utf-8")}
        if file.etag:
            headers["ETag"] = file.entity_tag
        if file.modified:
            headers["Last-Modified"] = format_datetime(file.modified, usegmt=True)
        if self._has_it(request, headers, file):
            return Response(304, b"", {name: value for name, value in headers.items() if name != "Content-Type"})
        return Response(200, file.body, {**headers, **file.headers})

    def _has_it(self, request: Request, headers: Mapping[str, str], file: File) -> bool:
        """RFC 9110: If-None-Match is decisive where it is sent; else If-Modified-Since."""
        asked = request.headers.get("if-none-match")
        if asked is not None:
            return headers.get("ETag") in [tag.strip().removeprefix("W/") for tag in asked.split(",")]
        since = request.headers.get("if-modified-since")
        return bool(since and file.modified and file.modified <= parsedate_to_datetime(since))


def hosts(manifests: Iterable[Path]) -> dict[str, PlainFiles]:
    """The files of the manifests, by the beginning of their URLs (`https://host`)."""
    found: dict[str, dict[str, File]] = {}
    for manifest in manifests:
        for told in json.loads(manifest.read_text(encoding="utf-8"))["files"]:
            split = urlsplit(told["url"])
            modified = datetime.fromisoformat(told["modified"]) if told.get("modified") else None
            make = partial(_made, told, manifest.parent)
            file = File(make, told.get("media_type", ""), modified, tag=_tag(told, manifest.parent))
            found.setdefault(f"{split.scheme}://{split.netloc}", {})[unquote(split.path)] = file
    return {host: PlainFiles(files) for host, files in found.items()}


def _made(told: Mapping[str, Any], folder: Path) -> bytes:
    if "sheets" in told:
        return _workbook(told["sheets"], folder)
    return csv_of(folder / told["figures"])


def _tag(told: Mapping[str, Any], folder: Path) -> str:
    """What stands for a file before it is made: its description and its figures."""
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode())
    for each in told.get("sheets", [told]):
        if "figures" in each:
            digest.update((folder / each["figures"]).read_bytes())
    return digest.hexdigest()[:20]


def _workbook(sheets: Iterable[Mapping[str, Any]], folder: Path) -> bytes:
    """An .xlsx with these sheets; the same figures give the same bytes, so that an unchanged file keeps its ETag."""
    import zipfile

    from openpyxl import Workbook
    from pyarrow import csv, parquet

    book = Workbook(write_only=True)
    for sheet in sheets:
        page = book.create_sheet(sheet["name"])
        for row in sheet.get("rows", ()):
            page.append(row)
        if "figures" not in sheet:
            continue
        figures = folder / sheet["figures"]
        table = parquet.read_table(figures, use_threads=False) if figures.suffix == ".parquet" else csv.read_csv(figures)
        page.append(table.column_names)
        for batch in table.to_batches():
            for record in zip(*batch.to_pydict().values(), strict=True):
                page.append(record)
    written, steady = io.BytesIO(), io.BytesIO()
    book.properties.created = book.properties.modified = datetime(2020, 1, 1)
    book.save(written)
    # openpyxl stamps each member, and the file's properties on saving, with the time of day.
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(steady, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.infolist():
            if member.filename != "docProps/core.xml":
                target.writestr(zipfile.ZipInfo(member.filename, (2020, 1, 1, 0, 0, 0)), source.read(member), zipfile.ZIP_DEFLATED)
            else:
                target.writestr(
                    zipfile.ZipInfo(member.filename, (2020, 1, 1, 0, 0, 0)), _undated(source.read(member)), zipfile.ZIP_DEFLATED
                )
    return steady.getvalue()


def _undated(properties: bytes) -> bytes:
    import re

    return re.sub(rb">\d{4}-\d\d-\d\dT[\d:]+Z<", b">2020-01-01T00:00:00Z<", properties)
