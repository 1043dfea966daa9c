"""Figures served as Nomis serves them: SDMX metadata in JSON, tables as CSV in pages, and its silences.

As the real service does, it cuts at 25,000 records without a word, drops codes that it does not know, answers nothing at all where nothing
is left, and says its errors as text with status 200. Holds no figures: it reads a manifest and the tables beside it.

The manifest is JSON, `<dataset>.json` under `tasks/sample/figures/<publisher>/`:

    {"protocol": "nomis", "source": "…", "licence": "…",
     "types": {"432": "local authorities: district / unitary (as of April 2021)"},     number -> description
     "areas": "population.areas.csv",                                                   columns id, code, name, type, parents ("id id")
     "tables": [{"dataset": "NM_2002_1", "name": "…", "units": "Persons", "figures": "population.csv",
                 "last_updated": "2022-12-21 09:30:00", "revision": 3,
                 "dates": {"2021": "2021"},                                             code -> name, oldest first
                 "dimensions": {"C_AGE": {"name": "Age", "codes": {"200": "All Ages"}}},  code -> name, in Nomis's order
                 "measures": {"20100": "Value"}}]}

Figures are CSV or Parquet with the columns date, area (Nomis id), one for each dimension (its concept in lower case), measure, value, and
where needed status (the reason in words why a value is missing). `measure` may be left out where there is one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from tasks.sample.server import Request, Response

CELLS = 25_000
CELLS_WITH_KEY = 100_000
_AREA_COLUMNS = ("id", "code", "name", "type", "parents")
_SUFFIXES = ("", "_NAME", "_CODE", "_TYPE", "_TYPECODE", "_SORTORDER")
_LAST = ("OBS_VALUE", "OBS_STATUS", "OBS_STATUS_NAME", "OBS_CONF", "OBS_CONF_NAME", "URN", "RECORD_OFFSET", "RECORD_COUNT")
_CONTROLS = frozenset(["geography", "date", "time", "measures", "select", "recordlimit", "recordoffset", "excludemissingvalues", "uid"])


@dataclass(frozen=True)
class Area:
    """One area: Nomis's own id, its GSS code, and the ids of the areas it lies in."""

    id: str
    code: str
    name: str
    type: str
    parents: frozenset[str]


@dataclass(frozen=True)
class Table:
    """One dataset: its description, its code lists (in order) and its figures as rows (date, area, *dimensions, measure, value, status)."""

    dataset: str
    name: str
    about: Mapping[str, Any]
    dates: Mapping[str, str]
    dimensions: Mapping[str, Mapping[str, Any]]
    measures: Mapping[str, str]
    types: Mapping[str, str]
    areas: Mapping[str, Area]
    rows: Sequence[tuple[str, ...]]


class NomisResponder:
    """Answers under `/dataset/...`. `cells` and `cells_with_key` are the caps; `bare_singles` prints a list of one as its item."""

    def __init__(
        self, manifests: Iterable[Path], cells: int = CELLS, cells_with_key: int = CELLS_WITH_KEY, bare_singles: bool = False
    ) -> None:
        self._tables = {table.dataset: table for manifest in manifests for table in tables(manifest)}
        self._cells = cells
        self._cells_with_key = cells_with_key
        self._bare = bare_singles

    def respond(self, request: Request) -> Response | None:
        if request.path == "/dataset/def.sdmx.json":
            return Response.of_json(self._found(request.one("search", "*")))
        match = re.fullmatch(r"/dataset/(NM_\d+_\d+)(/.+?)?\.(data\.csv|def\.sdmx\.json|overview\.json)", request.path)
        if match is None:
            return None
        dataset, below, form = match.groups()
        table = self._tables.get(dataset)
        if form == "data.csv":
            return self._data(table, request) if table else Response.of_text(f"Dataset {dataset} does not exist", media_type="text/csv")
        if form == "overview.json":
            return Response.of_json({"overview": _overview(table)} if table else {"error": "dataset not found"})
        if not below:
            return Response.of_json(_definition(table, self._many))
        return (
            Response.of_json(_code_list(table, below.strip("/"), self._many)) if table else Response.of_json(_definition(None, self._many))
        )

    def _found(self, wanted: str) -> dict[str, Any]:
        """The datasets whose names fit, with `*` for anything, as one list."""
        fitting = [table for table in self._tables.values() if fnmatch(table.name.lower(), wanted.lower())]
        families = [_definition(table, self._many)["structure"]["keyfamilies"]["keyfamily"] for table in fitting]
        listed = [each for family in families for each in (family if isinstance(family, list) else [family])]
        return {"structure": {"header": _header("none"), "keyfamilies": {"keyfamily": self._many(listed)} if listed else None}}

    def _many(self, items: Sequence[Any]) -> Any:
        return items[0] if self._bare and len(items) == 1 else list(items)

    def _data(self, table: Table, request: Request) -> Response:
        asked = {name.lower(): ",".join(values) for name, values in request.query.items()}
        unknown = [name for name in asked if name not in _CONTROLS and name.upper() not in table.dimensions]
        if unknown:
            return Response.of_text(f"Query parameter {unknown[0]} is not valid for this dataset", media_type="text/csv")
        found = _select(table, asked)
        if not found:
            return Response(200, b"", {"Content-Type": "text/csv"})
        limit = min(int(asked.get("recordlimit") or self._cells_with_key), self._cells_with_key if asked.get("uid") else self._cells)
        offset = int(asked.get("recordoffset") or 0)
        lines = _csv(table, found, offset, limit, asked.get("select", ""))
        return Response.of_text("\n".join(lines) + "\n", media_type="text/csv")


def tables(manifest: Path) -> list[Table]:
    """The tables of a manifest."""
    about = json.loads(manifest.read_text(encoding="utf-8"))
    areas = {area.id: area for area in (_area(*row) for row in rows(manifest.parent / about["areas"], _AREA_COLUMNS))}
    found = []
    for table in about["tables"]:
        dimensions = table.get("dimensions", {})
        only_measure = next(iter(table["measures"]))
        wanted = ("date", "area", *(concept.lower() for concept in dimensions), "measure", "value", "status")
        figures = rows(manifest.parent / table["figures"], wanted, {"measure": only_measure})
        orders = [
            _order(table["dates"]),
            _order(areas),
            *(_order(each["codes"]) for each in dimensions.values()),
            _order(table["measures"]),
        ]
        figures.sort(key=partial(_place, orders))
        found.append(
            Table(table["dataset"], table["name"], table, table["dates"], dimensions, table["measures"], about["types"], areas, figures)
        )
    return found


def rows(path: Path, columns: Sequence[str], defaults: Mapping[str, str] | None = None) -> list[tuple[str, ...]]:
    """These columns of a CSV or Parquet file as texts; a column that is not there holds its default, or ''."""
    with duckdb.connect(":memory:") as connection:
        connection.execute("set threads to 1")
        read = "read_parquet($path)" if path.suffix == ".parquet" else "read_csv($path, all_varchar = true, header = true)"
        present = {row[0] for row in connection.execute(f"describe select * from {read}", {"path": str(path)}).fetchall()}
        quoted = [
            f"coalesce(cast(\"{name}\" as varchar), '')" if name in present else f"'{(defaults or {}).get(name, '')}'" for name in columns
        ]
        return connection.execute(f"select {', '.join(quoted)} from {read}", {"path": str(path)}).fetchall()


def _area(number: str, code: str, name: str, kind: str, parents: str) -> Area:
    return Area(number, code, name, kind, frozenset(parents.split()))


def _place(orders: Sequence[Mapping[str, int]], row: tuple[str, ...]) -> tuple[int, ...]:
    """Where a row stands in Nomis's order: by date, area, each dimension, measure."""
    return tuple(order[code] for order, code in zip(orders, row, strict=False))


def _select(table: Table, asked: Mapping[str, str]) -> list[tuple[str, ...]]:
    """The rows that the parameters leave. What they do not name is not restricted; what they name and is not there is dropped."""
    wanted: list[set[str] | None] = [_dates(table, asked), _areas(table, asked.get("geography", ""))]
    wanted += [set(asked[concept.lower()].split(",")) if concept.lower() in asked else None for concept in table.dimensions]
    wanted.append(set(asked["measures"].split(",")) if "measures" in asked else None)
    return [row for row in table.rows if all(codes is None or code in codes for codes, code in zip(wanted, row, strict=False))]


def _dates(table: Table, asked: Mapping[str, str]) -> set[str] | None:
    codes = list(table.dates)
    if "time" in asked:
        first, last = _range(asked["time"])
        low, high = _point(first, codes), _point(last, codes)
        return set(codes[low : high + 1]) if low is not None and high is not None else set()
    if "date" not in asked:
        return None
    points = [_point(token, codes) for token in asked["date"].split(",")]
    return {codes[point] for point in points if point is not None}


def _range(text: str) -> tuple[str, str]:
    halves = re.fullmatch(r"([A-Za-z]\w*|\d{4}(?:-\d\d)?)-([A-Za-z]\w*|\d{4}(?:-\d\d)?)", text)
    return (halves[1], halves[2]) if halves else (text, text)


def _point(token: str, codes: Sequence[str]) -> int | None:
    """The place of a date in the list: `latest`, `previous`, `first`, with MINUSn, or the code itself."""
    match = re.fullmatch(r"(latest|previous|first)(?:MINUS(\d+))?", token, re.IGNORECASE)
    if not match:
        return codes.index(token) if token in codes else None
    start = {"latest": len(codes) - 1, "previous": len(codes) - 2, "first": 0}[match[1].lower()]
    place = start - int(match[2] or 0)
    return place if 0 <= place < len(codes) else None


def _areas(table: Table, asked: str) -> set[str] | None:
    if not asked:
        return None
    found: set[str] = set()
    for selector in asked.split(","):
        kind = re.fullmatch(r"(\d*)TYPE(\d+)", selector)
        if kind:
            found |= {area.id for area in table.areas.values() if area.type == kind[2] and (not kind[1] or kind[1] in area.parents)}
        else:
            found |= {area.id for area in table.areas.values() if selector in (area.id, area.code)}
    return found


def _csv(table: Table, found: Sequence[tuple[str, ...]], offset: int, limit: int, select: str) -> list[str]:
    header = [f"{concept}{suffix}" for concept in ("DATE", "GEOGRAPHY", *table.dimensions) for suffix in _SUFFIXES]
    header += ["MEASURES", "MEASURES_NAME", *_LAST]
    kept = [header.index(column) for column in select.upper().split(",") if column in header] if select else range(len(header))
    orders = {
        "DATE": _order(table.dates),
        "GEOGRAPHY": _order(table.areas),
        **{concept: _order(each["codes"]) for concept, each in table.dimensions.items()},
    }
    lines = [",".join(_quoted(header[place]) for place in kept)]
    for number, row in enumerate(found[offset : offset + limit], offset):
        cells = _record(table, row, number, len(found), orders)
        lines.append(",".join(cells[place] for place in kept))
    return lines


def _record(table: Table, row: tuple[str, ...], number: int, total: int, orders: Mapping[str, Mapping[str, int]]) -> list[str]:
    """One record: texts in quotes (numbers that are codes too), numbers bare, as Nomis prints them."""
    date, area_id, *codes, measure, value, status = row
    area = table.areas[area_id]
    cells = [_quoted(date), _quoted(table.dates[date]), _quoted(date), _quoted("date"), "0", str(orders["DATE"][date])]
    kind = table.types[area.type]
    cells += [_quoted(area.id), _quoted(area.name), _quoted(area.code), _quoted(kind), area.type, str(orders["GEOGRAPHY"][area.id])]
    for (concept, about), code in zip(table.dimensions.items(), codes, strict=True):
        cells += [_quoted(code), _quoted(about["codes"][code]), _quoted(code), _quoted(about["name"]), "1000", str(orders[concept][code])]
    missing = value == ""
    words = status or ("Missing value" if missing else "Normal Value")
    urn = "d".join([f"Nm-{table.dataset[3:].replace('_', 'd')}", date.replace("-", ""), area.id, *codes, measure])
    cells += [_quoted(measure), _quoted(table.measures[measure]), value, _quoted("Q" if missing else "A"), _quoted(words)]
    return [*cells, _quoted("F"), _quoted("Free (free for publication)"), _quoted(urn), str(number), str(total)]


def _definition(table: Table | None, many: Any) -> dict[str, Any]:
    if table is None:
        return {"structure": {"header": _header("def"), "keyfamilies": None}}
    listed = [
        {"codelist": f"CL_{table.dataset[3:]}_{concept}", "conceptref": concept} for concept in ("GEOGRAPHY", *table.dimensions, "MEASURES")
    ]
    listed.append({"codelist": "CL_FREQ", "conceptref": "FREQ", "isfrequencydimension": "true"})
    family = {
        "agencyid": "NOMIS",
        "annotations": {"annotation": many([{"annotationtext": "Current (being actively updated)", "annotationtitle": "Status"}])},
        "id": table.dataset,
        "components": {"dimension": many(listed), "timedimension": {"conceptref": "TIME"}, "primarymeasure": {"conceptref": "OBS_VALUE"}},
        "name": {"value": table.name, "lang": "en"},
        "uri": f"Nm-{table.dataset[3:].replace('_', 'd')}",
        "version": 1.0,
    }
    return {"structure": {"header": _header(table.dataset), "keyfamilies": {"keyfamily": many([family])}}}


def _code_list(table: Table, path: str, many: Any) -> dict[str, Any]:
    concept, _, selector = path.partition("/")
    listed = [_code(*code) for code in _codes(table, concept.upper(), selector)]
    lists = [
        {
            "agencyid": "NOMIS",
            "id": f"CL_{table.dataset[3:]}_{concept.upper()}",
            "code": many(listed),
            "name": {"value": concept, "lang": "en"},
        }
    ]
    return {"structure": {"header": _header(table.dataset), "codelists": {"codelist": many(lists)} if listed else None}}


def _codes(table: Table, concept: str, selector: str) -> list[tuple[str, str, list[tuple[str, Any]]]]:
    if concept == "GEOGRAPHY" and selector.upper() == "TYPE":
        return [(f"TYPE{number}", name, []) for number, name in table.types.items()]
    if concept == "GEOGRAPHY":
        found = _areas(table, selector) or set()
        listed = [area for area in table.areas.values() if area.id in found]
        return [
            (area.id, area.name, [("TypeName", table.types[area.type]), ("TypeCode", int(area.type)), ("GeogCode", area.code)])
            for area in listed
        ]
    if concept == "MEASURES":
        return [(code, name, []) for code, name in table.measures.items()]
    if concept in ("TIME", "DATE"):
        return [(code, name, []) for code, name in table.dates.items()]
    return [(code, name, []) for code, name in table.dimensions.get(concept, {"codes": {}})["codes"].items()]


def _code(value: str, name: str, notes: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    code: dict[str, Any] = {"description": {"value": name, "lang": "en"}, "value": int(value) if value.isdigit() else value}
    if notes:
        code["annotations"] = {"annotation": [{"annotationtext": note, "annotationtitle": title} for title, note in notes]}
    return code


def _overview(table: Table) -> dict[str, Any]:
    about = table.about
    revision = {"released": about.get("last_updated", ""), "status": "current", "version": about.get("revision", 1)}
    return {
        "id": table.dataset,
        "name": table.name,
        "status": "Current (being actively updated)",
        "units": about.get("units", ""),
        "lastupdated": about.get("last_updated", ""),
        "lastrevised": about.get("last_revised", ""),
        "nextupdate": about.get("next_update", ""),
        "dimensions": {"dimension": [{"concept": "time", "name": "date", "revisions": {"revision": revision}}]},
    }


def _header(name: str) -> dict[str, Any]:
    return {"id": name, "sender": {"id": "NOMIS"}, "test": "false"}


def _order(codes: Iterable[str]) -> dict[str, int]:
    return {code: place for place, code in enumerate(codes)}


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
