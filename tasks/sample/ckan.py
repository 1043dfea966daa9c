"""Figures served as a CKAN portal serves them: packages and resources, spreadsheets as files, tables of the datastore, and its errors.

Holds no figures: it reads a manifest and the tables beside it, and writes real workbooks of them. The manifest is JSON, `<dataset>.json`
under `tasks/sample/figures/<publisher>/`:

    {"protocol": "ckan", "source": "…", "licence": "…", "site": "https://data.birmingham.gov.uk",
     "packages": [{"name": "purchase-card-transactions", "title": "…", "modified": "2021-01-15T10:25:28",
         "resources": [{"name": "Purchase Card Transactions - August 2016", "format": "XLS",
                        "file": "publish-spend-august-2016.xls", "figures": "card_spend_2016_08.csv", "sheet": "Sheet1",
                        "types": {"TRANS DATE": "date", "ORIGINAL GROSS AMT": "number"},     how cells are written; without it, as text
                        "created": "2016-09-20T09:00:00", "hash": true, "datastore": false}]}]}

`site` is what addresses begin with in answers; without it, this server's own. Figures are CSV or Parquet; their columns are the header,
unless `header` gives one (with an empty or a repeated name). `file` may end in xls, xlsx or csv. Further keys of a resource (`url_type`,
`last_modified`, …) are printed as they stand, and `url` replaces the address.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import xlwt

from tasks.sample.plain_file import File, PlainFiles
from tasks.sample.server import Request, Response

MOST_ROWS = 32_000
_DATA_KEYS = frozenset(["file", "figures", "header", "sheet", "types", "hash", "datastore"])
_POSTGRES = {"number": "numeric", "date": "date", "integer": "int4"}


@dataclass(frozen=True)
class Resource:
    """One resource: what its manifest says, and its table as texts. The bytes are made when they are first asked for."""

    about: Mapping[str, Any]
    package: str
    folder: Path

    @property
    def id(self) -> str:
        return str(self.about.get("id") or uuid.uuid5(uuid.NAMESPACE_URL, f"{self.package}/{self.about['name']}/{self.about['file']}"))

    @property
    def path(self) -> str:
        return f"/dataset/{_package_id(self.package)}/resource/{self.id}/download/{self.about['file']}"

    @cached_property
    def table(self) -> tuple[list[str], list[tuple[str | None, ...]]]:
        """Header and rows."""
        path = self.folder / self.about["figures"]
        with duckdb.connect(":memory:") as connection:
            read = "read_parquet(?)" if path.suffix == ".parquet" else "read_csv(?, all_varchar = true, header = true, null_padding = true)"
            found = connection.execute(f"select columns(*)::varchar from {read}", [str(path)])
            names = [column[0] for column in found.description or []]
            return self.about.get("header") or names, found.fetchall()

    @cached_property
    def content(self) -> bytes:
        """The file, written anew from the figures (the same figures give the same xls and csv; an xlsx holds the time of writing)."""
        header, rows = self.table
        types = [self.about.get("types", {}).get(name, "text") for name in header]
        writers: dict[str, Callable[[str, Sequence[Sequence[Any]]], bytes]] = {"xls": _xls, "xlsx": _xlsx}
        typed = [header, *[[_typed(cell, kind) for cell, kind in zip(row, types, strict=True)] for row in rows]]
        writer = writers.get(self.about["file"].rpartition(".")[2].lower())
        return writer(self.about.get("sheet", "Sheet1"), typed) if writer else _csv(header, rows)


@dataclass(frozen=True)
class Package:
    """One package and its resources."""

    about: Mapping[str, Any]
    resources: tuple[Resource, ...] = field(default=())


class CkanResponder:
    """Answers under `/api/3/action`, `/dataset/…/download/…` and `/datastore/dump`. `most_rows` is where the datastore cuts a page."""

    def __init__(self, manifests: Iterable[Path], most_rows: int = MOST_ROWS) -> None:
        self._packages: dict[str, Package] = {}
        self._site = ""
        self._most = most_rows
        for manifest in manifests:
            about = json.loads(manifest.read_text(encoding="utf-8"))
            self._site = about.get("site", self._site)
            for each in about["packages"]:
                resources = tuple(Resource(resource, each["name"], manifest.parent) for resource in each["resources"])
                self._packages[each["name"]] = Package(each, resources)

    def respond(self, request: Request) -> Response | None:
        if request.path.startswith("/api/3/action/"):
            return self._action(request.path.removeprefix("/api/3/action/"), request)
        if request.path.startswith("/datastore/dump/"):
            return self._dump(request.path.removeprefix("/datastore/dump/"))
        resource = next((each for each in self._resources() if each.path == request.path), None)
        return PlainFiles({request.path: File(resource.content)}).respond(request) if resource else None

    def _resources(self) -> Iterable[Resource]:
        return (resource for package in self._packages.values() for resource in package.resources)

    def _action(self, name: str, request: Request) -> Response:
        actions = {"package_show": self._package_show, "package_search": self._package_search, "datastore_search": self._datastore_search}
        if name not in actions:
            return Response.of_json(f"Bad request: Action name not known: {name}", 400)
        try:
            status, key, value = 200, "result", actions[name](request)
        except _NotFound as error:
            status, key, value = 404, "error", {"__type": "Not Found Error", "message": str(error)}
        except _Invalid as error:
            status, key, value = 409, "error", {**error.fields, "__type": "Validation Error"}
        return Response.of_json(
            {"help": f"{request.base}/api/3/action/help_show?name={name}", "success": status == 200, key: value}, status
        )

    def _package_show(self, request: Request) -> dict[str, Any]:
        wanted = request.one("id")
        if not wanted:
            raise _Invalid({"name_or_id": ["Missing value"]})
        for package in self._packages.values():
            if wanted in (package.about["name"], _package_id(package.about["name"])):
                return self._printed(package, request)
        raise _NotFound("Not found")

    def _package_search(self, request: Request) -> dict[str, Any]:
        words = request.one("q").lower().split()
        found = [
            each for each in self._packages.values() if all(word in f"{each.about['name']} {each.about['title']}".lower() for word in words)
        ]
        found.sort(key=lambda package: str(package.about["name"]))
        start, rows = _number(request, "start", 0), _number(request, "rows", 10)
        shown = [self._printed(package, request) for package in found[start : start + rows]]
        return {"count": len(found), "sort": request.one("sort"), "facets": {}, "results": shown, "search_facets": {}}

    def _printed(self, package: Package, request: Request) -> dict[str, Any]:
        name, modified = package.about["name"], package.about["modified"]
        site = self._site or request.base
        resources = [self._printed_resource(resource, place, site) for place, resource in enumerate(package.resources)]
        return {
            "id": _package_id(name),
            "name": name,
            "title": package.about["title"],
            "license_id": "uk-ogl",
            "metadata_modified": modified,
            "num_resources": len(resources),
            "private": False,
            "state": "active",
            "type": "dataset",
            "resources": resources,
        }

    def _printed_resource(self, resource: Resource, place: int, site: str) -> dict[str, Any]:
        about = resource.about
        usual = {
            "id": resource.id,
            "package_id": _package_id(resource.package),
            "position": place,
            "state": "active",
            "url": site + resource.path,
            "url_type": "upload",
            "last_modified": None,
            "size": None,
            "mimetype": None,
            "description": "",
            "datastore_active": bool(about.get("datastore")),
            "hash": hashlib.md5(resource.content, usedforsecurity=False).hexdigest()
            if about.get("hash") is True
            else about.get("hash") or "",
        }
        return {**usual, **{name: value for name, value in about.items() if name not in _DATA_KEYS}}

    def _tabled(self, number: str) -> Resource:
        found = next((each for each in self._resources() if each.id == number and each.about.get("datastore")), None)
        if found is None:
            raise _NotFound(f'Not found: Resource "{number}" was not found.')
        return found

    def _datastore_search(self, request: Request) -> dict[str, Any]:
        resource = self._tabled(request.one("resource_id"))
        header, rows = resource.table
        limit, offset = min(_number(request, "limit", 100), self._most), _number(request, "offset", 0)
        numbered = list(enumerate(rows, 1))
        for name, value in json.loads(request.one("filters") or "{}").items():
            if name not in header:
                raise _Invalid({"filters": [f"Unknown field: {name}"]})
            numbered = [(number, row) for number, row in numbered if row[header.index(name)] == str(value)]
        if request.one("sort") != "_id":  # without an order, none that a client may rely on
            numbered = numbered[::-1]
        types = resource.about.get("types", {})
        return {
            "include_next_page": False,
            "include_total": True,
            "limit": limit,
            **({"offset": offset} if offset else {}),
            "records_format": "objects",
            "resource_id": resource.id,
            "records": [{"_id": number, **dict(zip(header, row, strict=True))} for number, row in numbered[offset : offset + limit]],
            "fields": [
                {"id": "_id", "type": "int"},
                *[{"id": name, "type": _POSTGRES.get(types.get(name, ""), "text")} for name in header],
            ],
            "total": len(numbered),
        }

    def _dump(self, number: str) -> Response:
        try:
            header, rows = self._tabled(number).table
        except _NotFound as error:
            return Response.of_text(f"<html><head><title>404 {error}</title></head></html>", 404)
        numbered = [(str(place), *row) for place, row in enumerate(rows, 1)]
        return Response(200, b"\xef\xbb\xbf" + _csv(["_id", *header], numbered), {"Content-Type": "text/csv; charset=utf-8"})


class _NotFound(Exception):
    """Nothing of that name."""


class _Invalid(Exception):
    """Parameters that CKAN's validators refuse: field -> what is wrong."""

    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        super().__init__(str(fields))
        self.fields = fields


def _package_id(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


def _number(request: Request, name: str, default: int) -> int:
    text = request.one(name, str(default))
    if not text.isdigit():
        raise _Invalid({name: ["Invalid integer", "Please enter an integer value"]})
    return int(text)


def _typed(cell: str | None, kind: str) -> Any:
    if cell is None or cell == "":
        return None
    if kind == "date":
        return date.fromisoformat(cell[:10])
    return float(cell) if kind == "number" else int(cell) if kind == "integer" else cell


def _xls(sheet: str, rows: Sequence[Sequence[Any]]) -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet(sheet)
    dated = xlwt.easyxf(num_format_str="DD/MM/YYYY")
    for place, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell is not None:
                page.write(place, column, *((cell, dated) if isinstance(cell, date) else (cell,)))
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _xlsx(sheet: str, rows: Sequence[Sequence[Any]]) -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None  # a new workbook has a sheet
    page.title = sheet
    for row in rows:
        page.append(list(row))
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _csv(header: Sequence[str], rows: Iterable[Sequence[str | None]]) -> bytes:
    written = io.StringIO()
    lines = csv.writer(written, lineterminator="\n")
    lines.writerow(header)
    lines.writerows(rows)
    return written.getvalue().encode()
