"""Every kind of source with one small table, served at the publishers' own addresses from this machine."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from tasks.sample.server import Request, Response, SampleServer
from tasks.sample.serving import serving

CITIES = (
    ("E08000025", "Birmingham"),
    ("E08000026", "Coventry"),
    ("E08000035", "Leeds"),
    ("E08000003", "Manchester"),
    ("E06000023", "Bristol"),
)
GROUPS = ("Asian", "Black", "Mixed", "White")
POLICE = "https://data.police.uk"
FILES = "https://files.example.org"
DATA_SET, CATALOGUE_FILE = "00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"
MEDIA = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xls": "application/vnd.ms-excel",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "zip": "application/zip",
    "parquet": "application/vnd.apache.parquet",
    "json": "application/json",
    "geojson": "application/geo+json",
}
HEADER = ["Area code", "Area name", "Year", "Visits"]
ROWS = [[code, name, year, (place + 1) * 100 + year - 2000] for place, (code, name) in enumerate(CITIES) for year in (2021, 2022, 2023)]


@contextmanager
def publishers(folder: Path) -> Iterator[Mapping[str, str]]:
    """Serve them while the block runs. Gives `reroute` for `HttpSettings`."""
    figures = folder / "figures"
    for made in (_nomis, _ons, _dfe, _portals, _health, _pages):
        for path, content in made().items():
            target = figures / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(json.dumps(content) if isinstance(content, dict) else content, encoding="utf-8")
    _local_statistics(figures / "ons")
    with serving(figures) as reroute, SampleServer({"/police": _Police(), "/files": _Files(folder)}) as more:
        yield {**reroute, POLICE: more.at("/police"), FILES: more.at("/files")}


def plain_files(folder: Path) -> dict[str, Path]:
    """The table of ROWS in every form of file, by its ending."""
    folder.mkdir(parents=True, exist_ok=True)
    made = {ending: folder / f"library-visits.{ending}" for ending in MEDIA}
    made["csv"].write_text(_csv(HEADER, ROWS), encoding="utf-8")
    _workbooks(made)
    with zipfile.ZipFile(made["zip"], "w") as zipped:
        zipped.writestr("library-visits.csv", _csv(HEADER, ROWS))
    with duckdb.connect(":memory:") as opened:
        opened.from_csv_auto(str(made["csv"])).write_parquet(str(made["parquet"]))
    records = [dict(zip(HEADER, row, strict=True)) for row in ROWS]
    made["json"].write_text(json.dumps(records), encoding="utf-8")
    features = [
        {"type": "Feature", "properties": each, "geometry": {"type": "Point", "coordinates": [-1.9, 52.4 + number / 100]}}
        for number, each in enumerate(records)
    ]
    made["geojson"].write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return made


def _workbooks(made: Mapping[str, Path]) -> None:
    import openpyxl
    import xlwt

    from tasks.sample.open_document import spreadsheet

    book = openpyxl.Workbook()
    for row in (HEADER, *ROWS):
        book.active.append(row)
    book.save(made["xlsx"])
    old = xlwt.Workbook()
    sheet = old.add_sheet("Visits")
    for place, row in enumerate((HEADER, *ROWS)):
        for column, cell in enumerate(row):
            sheet.write(place, column, cell)
    old.save(str(made["xls"]))
    made["ods"].write_bytes(spreadsheet([("Visits", [HEADER, *ROWS], ())]))


class _Police:
    """Dates, forces and one archive."""

    def respond(self, request: Request) -> Response | None:
        if request.path == "/api/crimes-street-dates":
            return Response.of_json([{"date": "2024-03"}, {"date": "2024-02"}])
        if request.path == "/api/forces":
            return Response.of_json(
                [{"id": "west-midlands", "name": "West Midlands Police"}, {"id": "west-mercia", "name": "West Mercia Police"}]
            )
        if request.path == "/api/crimes-street/all-crime":
            month = request.one("date")
            listed = [
                {"category": kind, "month": month, "id": number, "location": {"latitude": f"52.4{number}", "longitude": "-1.9"}}
                for number, kind in enumerate(("burglary", "drugs", "robbery", "shoplifting"))
            ]
            return Response.of_json(listed)
        return Response(200, self._archive(), {"Content-Type": "application/zip"}) if request.path == "/data/archive/2024-03.zip" else None

    @staticmethod
    def _archive() -> bytes:
        header = ["Crime ID", "Month", "Reported by", "Longitude", "Latitude", "LSOA code", "Crime type"]
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w") as zipped:
            for month in ("2024-02", "2024-03"):
                rows = [[f"{month}{n:03}", month, "West Midlands Police", -1.9, f"52.4{n}", f"E010088{n:02}", "Burglary"] for n in range(9)]
                zipped.writestr(f"{month}/{month}-west-midlands-street.csv", _csv(header, rows))
        return written.getvalue()


class _Files:
    """Every form of file, and a page that links to some."""

    def __init__(self, folder: Path) -> None:
        self._files = plain_files(folder / "plain")

    def respond(self, request: Request) -> Response | None:
        if request.path == "/libraries":
            return Response.of_text(
                '<!DOCTYPE html><html><body><a href="/library-visits.csv">CSV</a><a href="/a.pdf">PDF</a></body></html>'
            )
        name = request.path.rpartition("/")[2]
        found = next((path for path in self._files.values() if path.name == name), None)
        return Response(200, found.read_bytes(), {"Content-Type": MEDIA[found.suffix[1:]]}) if found else None


def _csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows([header, *rows])
    return written.getvalue()


def _nomis() -> dict[str, Any]:
    areas = [[f"18{place:04}", code, name, "424", ""] for place, (code, name) in enumerate(CITIES)]
    cells = [["2021", area[0], group, "20100", 1000 + 7 * place] for area in areas for place, group in enumerate(map(str, range(1, 5)))]
    about = {
        "protocol": "nomis",
        "types": {"424": "local authorities: district / unitary (as of April 2023)"},
        "areas": "groups.areas.csv",
        "tables": [
            {
                "dataset": "NM_2041_1",
                "name": "TS021 - Ethnic group",
                "figures": "groups.csv",
                "dates": {"2021": "2021"},
                "dimensions": {"C2021_ETH_20": {"name": "Ethnic group", "codes": dict(zip("1234", GROUPS, strict=True))}},
                "measures": {"20100": "Value"},
            }
        ],
    }
    return {
        "ons/groups.json": about,
        "ons/groups.areas.csv": _csv(["id", "code", "name", "type", "parents"], areas),
        "ons/groups.csv": _csv(["date", "area", "c2021_eth_20", "measure", "value"], cells),
    }


def _ons() -> dict[str, Any]:
    """The ONS API, a page of its website, a layer of the Open Geography Portal."""
    census = [[code, name, group, label, 500 + 3 * group] for code, name in CITIES for group, label in enumerate(GROUPS, 1)]
    version = {"version": 3, "release_date": "2023-03-28T00:00:00.000Z", "figures": "census.csv", "dimensions": []}
    api = {
        "protocol": "ons_api",
        "datasets": [
            {
                "id": "TS021",
                "title": "Ethnic group",
                "is_based_on": {"@id": "UR", "@type": "cantabular_flexible_table"},
                "editions": [{"edition": "2021", "versions": [version]}],
            }
        ],
        "observations": [],
    }
    births = [
        ["Table 1.1 - Births of enterprises"],
        [],
        ["Area code", "Area name", "Births"],
        *[[c, n, 40 + 9 * p] for p, (c, n) in enumerate(CITIES)],
    ]
    deaths = [
        ["Table 2.1 - Deaths of enterprises"],
        [],
        ["Area code", "Area name", "Deaths"],
        *[[c, n, 30 + 7 * p] for p, (c, n) in enumerate(CITIES)],
    ]
    book = {"name": "businessdemography2023.xlsx", "sheets": [{"name": "Table 1.1", "rows": births}, {"name": "Table 2.1", "rows": deaths}]}
    edition = {"name": "current", "title": "2023", "released": "2024-11-18T09:30:00.000Z", "files": [book]}
    page = {
        "protocol": "ons_website",
        "page": "/businessindustryandtrade/business/datasets/businessdemography",
        "title": "Business demography, UK",
        "editions": [edition],
    }
    layer = {
        "protocol": "feature_server",
        "services": [
            {
                "name": "LAD23_RGN23_EN_LU",
                "layers": [
                    {"id": 0, "figures": "lookup.csv", "object_id": "ObjectId", "max_record_count": 3, "edited": "2023-01-31T09:30:00Z"}
                ],
            }
        ],
    }
    return {
        "ons/api.json": api,
        "ons/census.csv": _csv(
            [
                "Lower tier local authorities Code",
                "Lower tier local authorities",
                "Ethnic group (4 categories) Code",
                "Ethnic group (4 categories)",
                "Observation",
            ],
            census,
        ),
        "ons/website.json": page,
        "ons/layer.json": layer,
        "ons/lookup.csv": _csv(["LAD23CD", "LAD23NM", "RGN23CD", "RGN23NM"], [[c, n, "E12000005", "West Midlands"] for c, n in CITIES]),
    }


def _local_statistics(folder: Path) -> None:
    rows = [
        ("employment-rate", code, name, str(year), 70 + place, 68 + place, 72 + place)
        for place, (code, name) in enumerate(CITIES)
        for year in (2022, 2023)
    ]
    with duckdb.connect(":memory:") as opened:
        opened.execute(
            "create table t (indicator varchar, areacd varchar, areanm varchar, period varchar, value double, lci_95 double, uci_95 double)"
        )
        opened.executemany("insert into t values (?, ?, ?, ?, ?, ?, ?)", rows)
        opened.table("t").write_parquet(str(folder / "local.parquet"))
    indicator = {"slug": "employment-rate", "label": "Employment rate", "unit": "%", "measure": "Percentage", "dataModified": "2026-01-12"}
    about = {"protocol": "explore_local_statistics", "figures": "local.parquet", "indicators": [indicator]}
    (folder / "local.json").write_text(json.dumps(about), encoding="utf-8")


def _dfe() -> dict[str, Any]:
    header = [
        "time_period",
        "time_identifier",
        "geographic_level",
        "country_code",
        "country_name",
        "region_code",
        "region_name",
        "old_la_code",
        "new_la_code",
        "la_name",
        "phase",
        "sess_overall_perc",
    ]
    rows = [
        [
            year,
            "Academic year",
            "Local authority",
            "E92000001",
            "England",
            "E12000005",
            "West Midlands",
            330 + place,
            code,
            name,
            phase,
            5 + place / 10,
        ]
        for year in (202223, 202324)
        for place, (code, name) in enumerate(CITIES)
        for phase in ("Primary", "Secondary")
    ]
    publication = {
        "id": "00000000-0000-4000-8000-00000000000c",
        "title": "Pupil absence in schools",
        "slug": "pupil-absence",
        "summary": "",
    }
    version = {
        "version": "1.0",
        "type": "Major",
        "status": "Published",
        "published": "2025-03-20T09:30:00Z",
        "notes": "",
        "release": {"title": "2023/24", "slug": "2023-24"},
        "csv": "absence.csv",
    }
    api = {
        "protocol": "ees",
        "id": DATA_SET,
        "file_id": CATALOGUE_FILE,
        "title": "Absence by phase",
        "summary": "",
        "status": "Published",
        "in_api": True,
        "publication": publication,
        "meta": "absence.meta.csv",
        "versions": [version],
    }
    files = {
        "protocol": "ees_files",
        "publication": {"slug": "school-workforce", "title": "School workforce"},
        "release": {"slug": "2023-24", "title": "2023/24", "published": "2025-07-10T09:30:00+01:00"},
        "files": [
            {"title": "Teachers by phase", "name": "teachers.csv", "csv": "absence.csv"},
            {"title": "Vacancies", "name": "vacancies.csv", "csv": "absence.csv"},
        ],
    }
    schools = [[103000 + 7 * n, 4000 + n, f"School {n}", "Primary" if n % 2 else "Secondary", "Open", f"B{n} 1AA"] for n in range(12)]
    results = [[330, 4000 + 3 * n, f"School {n % 5}", 40 + n * n % 13, "SUPP" if n == 3 else 50 + n * n % 7] for n in range(12)]
    return {
        "dfe/absence.json": api,
        "dfe/absence.csv": _csv(header, rows),
        "dfe/absence.meta.csv": _csv(
            ["col_name", "col_type", "label", "indicator_unit", "indicator_dp"],
            [["phase", "Filter", "Phase", "", ""], ["sess_overall_perc", "Indicator", "Overall absence", "%", "1"]],
        ),
        "dfe/files.json": files,
        "dfe/schools.json": {"protocol": "gias", "extracts": {"edubasealldata": "schools.csv"}},
        "dfe/schools.csv": _csv(
            ["URN", "EstablishmentNumber", "EstablishmentName", "PhaseOfEducation (name)", "EstablishmentStatus (name)", "Postcode"],
            schools,
        ),
        "dfe/results.json": {"protocol": "performance_tables", "table": "KS4", "region": "england", "years": {"2018-2019": "results.csv"}},
        "dfe/results.csv": _csv(["LEA", "ESTAB", "SCHNAME", "PTL2BASICS", "ATT8SCR"], results),
    }


def _portals() -> dict[str, Any]:
    resource = {"name": "Visits 2023", "format": "CSV", "file": "visits.csv", "figures": "visits.csv", "created": "2024-05-01T09:00:00"}
    package = {
        "name": "library-visits",
        "title": "Visits to libraries",
        "license_id": "uk-ogl",
        "modified": "2024-05-01T09:00:00",
        "resources": [resource],
    }
    wards = [[f"E0501{n:04}", f"Ward {n}", f"{n / 2}", "2024-01-01", "E08000025"] for n in range(1, 20)]
    dataset = {
        "dataset_id": "fuel-poverty-wards",
        "title": "Households in fuel poverty",
        "data_processed": "2025-03-01T09:10:00+00:00",
        "modified": "2024-12-24",
        "types": {"value": "double"},
        "figures": "wards.csv",
    }
    return {
        "council/libraries.json": {"protocol": "ckan", "site": "https://data.birmingham.gov.uk", "packages": [package]},
        "council/visits.csv": _csv(HEADER, ROWS),
        "council/observatory.json": {"protocol": "opendatasoft", "datasets": [dataset]},
        "council/wards.csv": _csv(["areaidentifier", "arealabel", "value", "date", "local_authority_code"], wards),
    }


def _health() -> dict[str, Any]:
    header = [
        "Indicator ID",
        "Indicator Name",
        "Area Code",
        "Area Name",
        "Area Type",
        "Sex",
        "Time period",
        "Value",
        "Lower CI 95.0 limit",
        "Upper CI 95.0 limit",
    ]
    rows = [
        [90366, "Life expectancy at birth", code, name, "Counties & UAs (from Apr 2023)", sex, "2021 - 23", 77 + place / 10, 76, 79]
        for place, (code, name) in enumerate(CITIES)
        for sex in ("Female", "Male")
    ]
    indicator = {"id": 90366, "name": "Life expectancy at birth", "updated": "10/12/2025", "area_type": 502, "figures": "life.csv"}
    return {"ohid/life.json": {"protocol": "fingertips", "indicators": [indicator]}, "ohid/life.csv": _csv(header, rows)}


def _pages() -> dict[str, Any]:
    """A publication of gov.uk, whose file stands on another host."""
    asset = "https://assets.publishing.service.gov.uk/media/0123456789abcdef01234567/indices-2025.csv"
    page = {
        "url": "https://www.gov.uk/government/statistics/indices-2025",
        "title": "Indices of 2025",
        "attachments": [{"title": "File 1: ranks", "url": asset}],
    }
    return {
        "mhclg/page.json": {"protocol": "file", "files": [{"url": asset, "figures": "ranks.csv"}], "pages": [page]},
        "mhclg/ranks.csv": _csv(HEADER, ROWS),
    }
