"""Files and pages as gov.uk, ONS and council sites serve them: ETag and Last-Modified on each file, 304 where nothing changed.

Holds no figures: it reads a manifest and the tables beside it. The manifest is JSON, `<dataset>.json` under
`tasks/sample/figures/<publisher>/`:

    {"protocol": "file", "source": "…", "licence": "…",
     "files": [{"url": "https://…/File_1.xlsx", "modified": "2019-09-26T08:30:00Z",
                "sheets": [{"name": "IMD2019", "rows": [["Index of Multiple Deprivation"], []], "figures": "imd_2019.parquet"}]},
               {"url": "https://…/table.csv", "rows": [["Table 2"]], "figures": "table.csv"},
               {"url": "https://…/tables.zip", "members": [{"name": "table-ltla.csv", "figures": "ltla.parquet"}]}],
     "pages": [{"url": "https://www.gov.uk/government/statistics/…", "title": "…", "attachments": [{"title": "File 1", "url": "https://…"}]},
               {"url": "https://www.gov.uk/government/collections/…", "title": "…", "documents": ["https://www.gov.uk/government/statistics/…"]}]}

Figures are CSV, packed or not, or Parquet. A sheet has `rows` as they stand, then the table of `figures`, with numbers as numbers where
their column is one of numbers; `bare` leaves the names of its columns out, for tables whose header stands in `rows`, and `spans` names the
merged cells of an .ods (top, left, bottom, right, from 0). A page of gov.uk is served as the site's content API describes it.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from tasks.sample.ees_data import csv_of
from tasks.sample.server import Request, Response

GOV_UK = "https://www.gov.uk"
PUBLISHED = "2020-01-01T09:30:00Z"  # no page that was read says when it was updated; nobody can mistake this for a release
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
        for address, content in _pages(json.loads(manifest.read_text(encoding="utf-8")).get("pages", ())):
            found.setdefault(GOV_UK, {})[address] = File(content, "application/json; charset=utf-8", etag=False)
    return {host: PlainFiles(files) for host, files in found.items()}


def _pages(told: Iterable[Mapping[str, Any]]) -> list[tuple[str, bytes]]:
    """Each page of gov.uk under the path of the content API, as it describes publications and collections."""
    titles = {page["url"]: page["title"] for page in told}
    found = []
    for page in told:
        path = urlsplit(page["url"]).path
        attachments = [
            {"attachment_type": "file", "filename": each["url"].rpartition("/")[2], **each} for each in page.get("attachments", ())
        ]
        documents = [
            {"base_path": urlsplit(url).path, "title": titles.get(url, url), "public_updated_at": PUBLISHED}
            for url in page.get("documents", ())
        ]
        answer = {
            "base_path": path,
            "title": page["title"],
            "public_updated_at": PUBLISHED,
            "details": {"attachments": attachments},
            "links": {"documents": documents},
        }
        found.append((f"/api/content{path}", json.dumps(answer, ensure_ascii=False).encode()))
    return found


def _made(told: Mapping[str, Any], folder: Path) -> bytes:
    if "sheets" in told and told["url"].endswith(".ods"):
        from tasks.sample.open_document import spreadsheet

        return spreadsheet([(sheet["name"], list(_rows(sheet, folder)), sheet.get("spans", ())) for sheet in told["sheets"]])
    if "sheets" in told:
        return _workbook(told["sheets"], folder)
    if "members" in told:
        return _zip(told["members"], folder)
    if told["url"].endswith(".parquet"):
        return (folder / str(told["figures"])).read_bytes()
    return _csv(told, folder)


def _csv(told: Mapping[str, Any], folder: Path) -> bytes:
    above = io.StringIO()
    csv.writer(above, lineterminator="\n").writerows(told.get("rows", ()))
    return b"".join([above.getvalue().encode(), csv_of(folder / str(told["figures"]))])


def _zip(members: Iterable[Mapping[str, Any]], folder: Path) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in members:
            archive.writestr(zipfile.ZipInfo(member["name"], (2020, 1, 1, 0, 0, 0)), _csv(member, folder), zipfile.ZIP_DEFLATED)
    return written.getvalue()


def _tag(told: Mapping[str, Any], folder: Path) -> str:
    """What stands for a file before it is made: its description and its figures."""
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode())
    for each in told.get("sheets", told.get("members", [told])):
        if "figures" in each:
            digest.update((folder / each["figures"]).read_bytes())
    return digest.hexdigest()[:20]


def _workbook(sheets: Iterable[Mapping[str, Any]], folder: Path) -> bytes:
    """An .xlsx with these sheets; the same figures give the same bytes, so that an unchanged file keeps its ETag."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for sheet in sheets:
        page = book.create_sheet(sheet["name"])
        for row in _rows(sheet, folder):
            page.append(row)
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


def _rows(sheet: Mapping[str, Any], folder: Path) -> Iterator[Sequence[Any]]:
    """The rows of a sheet: those that stand in the manifest, the header of its figures, the figures."""
    from pyarrow import csv as arrow_csv
    from pyarrow import parquet

    yield from sheet.get("rows", ())
    if "figures" in sheet:
        figures = folder / sheet["figures"]
        table = parquet.read_table(figures, use_threads=False) if figures.suffix == ".parquet" else arrow_csv.read_csv(figures)
        if not sheet.get("bare"):
            yield table.column_names
        for batch in table.to_batches():
            yield from zip(*batch.to_pydict().values(), strict=True)


def _undated(properties: bytes) -> bytes:
    import re

    return re.sub(rb">\d{4}-\d\d-\d\dT[\d:]+Z<", b">2020-01-01T00:00:00Z<", properties)
