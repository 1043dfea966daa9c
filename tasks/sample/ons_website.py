"""Dataset pages of the ONS website and their files: the page and its JSON, editions, `/file?uri=…`, zips with workbooks in them.

Holds no figures: it reads manifests and the tables beside them. A manifest is JSON, `<dataset>.json` under `tasks/sample/figures/<publisher>/`:

    {"protocol": "ons_website", "source": "…", "licence": "…", "page": "/…/datasets/slug", "title": "…", "next_release": "May 2026",
     "editions": [{"name": "current", "title": "2023", "released": "2024-11-18T09:30:00.000Z", "versions": [],
                   "files": [{"name": "businessdemography2023.xlsx",
                              "sheets": [{"name": "Table 1.1d", "rows": [["Table 1.1d - …"]], "figures": "births.parquet", "below": [["a note"]]}]},
                             {"name": "x.zip", "members": [{"name": "Table 7.xls", "sheets": […]}]}]}]}

A sheet is `rows` as they stand, then the figures without a header (`rows` end with it), then `below`. Manifests
of one page and one workbook each carry a sheet of it.
"""

from __future__ import annotations

import csv
import html
import io
import json
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from tasks.sample.server import Request, Response

_EPOCH = (2020, 1, 1, 0, 0, 0)
_TYPES = {
    "csv": "text/csv",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}
_DATA = "/data"


class OnsWebsiteResponder:
    """The pages of all manifests. The site's validators were never seen, so that its files have none here."""

    def __init__(self, manifests: Iterable[Path]) -> None:
        self._manifests = list(manifests)
        self._made: dict[str, bytes] = {}

    def respond(self, request: Request) -> Response | None:
        if request.path == "/file":
            return self._file(request.one("uri"))
        if request.path.endswith(_DATA):
            return self._json(request.path.removesuffix(_DATA))
        return self._html(request.path)

    @cached_property
    def _pages(self) -> dict[str, dict[str, Any]]:
        pages: dict[str, dict[str, Any]] = {}
        for path in self._manifests:
            told = json.loads(path.read_text(encoding="utf-8"))
            if told["page"] in pages:
                _merge(pages[told["page"]], told)
            else:
                pages[told["page"]] = {**told, "folder": path.parent}
        return pages

    def _edition(self, path: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
        stem, _, name = path.rpartition("/")
        page = self._pages.get(stem)
        edition = next((each for each in page["editions"] if each["name"] == name), None) if page else None
        return (page, edition) if page and edition else None

    def _json(self, path: str) -> Response | None:
        if path in self._pages:
            page = self._pages[path]
            listed = [{"uri": f"{path}/{edition['name']}"} for edition in page["editions"]]
            about = {"title": page["title"], "releaseDate": max(edition["released"] for edition in page["editions"])}
            about |= {"nextRelease": page.get("next_release", "")}
            return Response.of_json({"type": "dataset_landing_page", "uri": path, "description": about, "datasets": listed})
        found = self._edition(path)
        if found is None:
            return None
        page, edition = found
        described = {"title": page["title"], "edition": edition.get("title", ""), "releaseDate": edition["released"]}
        downloads = [{"title": file["name"], "file": file["name"]} for file in edition["files"]]
        versions = edition.get("versions", [])
        return Response.of_json({"type": "dataset", "uri": path, "description": described, "downloads": downloads, "versions": versions})

    def _html(self, path: str) -> Response | None:
        page = self._pages.get(path)
        if page is None:
            return None
        title = html.escape(page["title"])
        links = [
            f'<a class="btn btn--primary" href="/file?uri={path}/{edition["name"]}/{file["name"]}">{file["name"].rpartition(".")[2]}</a>'
            for edition in page["editions"]
            for file in edition["files"]
        ]
        return Response.of_text(
            f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1>{''.join(links)}</body></html>"
        )

    def _file(self, uri: str) -> Response | None:
        folder, _, name = uri.rpartition("/")
        found = self._edition(folder)
        told = next((file for file in found[1]["files"] if file["name"] == name), None) if found else None
        if found is None or told is None:
            return None
        if uri not in self._made:
            self._made[uri] = _made(told, found[0]["folder"])
        media_type = _TYPES.get(name.rpartition(".")[2].lower(), "application/octet-stream")
        return Response(200, self._made[uri], {"Content-Type": media_type, "Content-Disposition": f'attachment; filename="{name}"'})


def _merge(page: Mapping[str, Any], other: Mapping[str, Any]) -> None:
    """Add the sheets of another manifest to the workbook of the same page, edition and name: one dataset carries one sheet."""
    for edition, more in zip(page["editions"], other["editions"], strict=True):
        for file, further in zip(edition["files"], more["files"], strict=True):
            known = {sheet["name"] for sheet in file["sheets"]}
            file["sheets"] += [sheet for sheet in further["sheets"] if sheet["name"] not in known]


def _made(told: Mapping[str, Any], folder: Path) -> bytes:
    """A file or a member: a zip of its members, a workbook of its sheets, or its text."""
    if "members" in told:
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
            for member in told["members"]:
                archive.writestr(zipfile.ZipInfo(member["name"], _EPOCH), _made(member, folder), zipfile.ZIP_DEFLATED)
        return written.getvalue()
    if "text" in told:
        return str(told["text"]).encode()
    sheets = [(sheet["name"], list(_rows(sheet, folder))) for sheet in told["sheets"]]
    ending = told["name"].rpartition(".")[2].lower()
    if ending == "csv":
        text = io.StringIO()
        csv.writer(text, lineterminator="\r\n").writerows(sheets[0][1])
        return text.getvalue().encode()
    return _xls(sheets) if ending == "xls" else _xlsx(sheets)


def _rows(sheet: Mapping[str, Any], folder: Path) -> Iterable[Sequence[Any]]:
    yield from sheet.get("rows", ())
    if "figures" in sheet:
        from pyarrow import parquet

        table = parquet.read_table(folder / sheet["figures"], use_threads=False)
        for batch in table.to_batches():
            for record in zip(*batch.to_pydict().values(), strict=True):
                yield [_number(cell) for cell in record]
    yield from sheet.get("below", ())


def _number(cell: Any) -> Any:
    """Text that a column of numbers and markers holds, as the cell it was: a number or a text."""
    if isinstance(cell, str) and re.fullmatch(r"-?\d+(\.\d+)?", cell):
        return float(cell)
    return cell


def _xls(sheets: Sequence[tuple[str, Sequence[Sequence[Any]]]]) -> bytes:
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    for name, rows in sheets:
        page = book.add_sheet(name)
        for place, row in enumerate(rows):
            for column, cell in enumerate(row):
                if cell not in (None, ""):
                    page.write(place, column, cell)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _xlsx(sheets: Sequence[tuple[str, Sequence[Sequence[Any]]]]) -> bytes:
    """A workbook; the same figures give the same bytes, without the time of day that the library stamps on it."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for name, rows in sheets:
        page = book.create_sheet(name)
        for row in rows:
            page.append([None if cell == "" else cell for cell in row])
    written, steady = io.BytesIO(), io.BytesIO()
    book.properties.created = book.properties.modified = datetime(2020, 1, 1)
    book.save(written)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(steady, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.infolist():
            content = re.sub(rb">\d{4}-\d\d-\d\dT[\d:]+Z<", b">2020-01-01T00:00:00Z<", source.read(member))
            target.writestr(zipfile.ZipInfo(member.filename, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return steady.getvalue()
