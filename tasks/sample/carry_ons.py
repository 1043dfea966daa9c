"""Carry figures of the ONS over: local indicators, jobs below the living wage, business demography, the census table of ethnic groups.

`python -m tasks.sample.carry_ons REAL_FILES [FIGURES]`. Refuses to fill in: an area or a period that no file holds is not in the sample, and
a marker is carried as it is printed. Areas: the city, its neighbours, the core cities, regions, combined authorities and countries.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow
from python_calamine import CalamineWorkbook

from tasks.sample.carrying import LICENCE, write_parquet

FIGURES = Path(__file__).resolve().parent / "figures"
ELS = "ons/els_data/current"
ELS_ABOUT = "ons/ons_api/els_api_v1/json-stat-metadata.json"
ELS_REDIRECTS = "ons/ons_api/els_api_v1/indicator_redirects.json"
# Dataset -> (file of the service's own data repository, its indicators).
INDICATORS: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "local_employment": (("employment-rate", ("employment-rate", "economic-inactivity-rate")),),
    "local_unemployment": (("modelled-unemployment", ("modelled-unemployment",)),),
    "local_claimants": (("claimant-count", ("claimant-count",)),),
    "local_qualifications": (
        ("qualifications-none-gb", ("no-qualifications-great-britain",)),
        ("qualifications-level-3-or-above", ("level-3-or-above-qualifications",)),
    ),
    "local_education": (
        ("early-years", ("early-years-communication-language", "early-years-literacy", "early-years-mathematics")),
        ("pupils-at-expected-standards-by-end-of-primary-school", ("pupils-at-expected-standards-end-primary-school",)),
        ("gcses-in-english-and-maths", ("gcses-equivalent-english-maths",)),
        ("persistent-absences-for-all-pupils", ("persistent-absences-all-pupils",)),
    ),
}
_ABOUT = (
    "topic", "subTopic", "description", "source", "slug", "dataModified", "metadataModified", "prefix", "suffix", "decimalPlaces",
    "subtitle", "frequency", "measure", "unit",
)  # fmt: skip
# Birmingham and the other boroughs of the West Midlands; the core cities of the United Kingdom.
CITIES = (
    "E08000025", "E08000026", "E08000027", "E08000028", "E08000029", "E08000030", "E08000031",
    "E06000018", "E06000023", "E08000003", "E08000012", "E08000019", "E08000039", "E08000021", "E08000035",
    "W06000015", "S12000049", "N09000003",
)  # fmt: skip
_WIDER = ("E12", "E47", "E92", "W92", "S92", "N92", "K02", "K03", "K04")

LIVING_WAGE = "ons/ons_web/ashe_living_wage_work_geog_table7_1a_2022prov.xls"
LIVING_WAGE_ZIP = "ons/ons_web/livingwagebyworkgeography2022provisional.zip"
LIVING_WAGE_PAGE = (
    "/employmentandlabourmarket/peopleinwork/earningsandworkinghours/datasets/"
    "numberandproportionofemployeejobswithhourlypaybelowthelivingwage"
)
LIVING_WAGE_MEMBER = "PROV - Work Geography LWF Table 7 LWF.1a   lwfmgx 2022.xls"
LIVING_WAGE_HEADER = 5  # rows, over the table of a sheet
BUSINESSES = "ons/ons_web/businessdemography2023.xlsx"
BUSINESSES_PAGE = "/businessindustryandtrade/business/activitysizeandlocation/datasets/businessdemographyreferencetable"
BUSINESS_SHEETS = {"Table 1.1d": "business_births", "Table 2.1d": "business_deaths", "Table 3.1d": "active_businesses"}
BUSINESS_HEADER = 4
SUBNATIONAL = "ons/ons_web/subnational_indicators/machine_readable_20220825_6c1bac1_cp1252.csv"
SUBNATIONAL_URL = (
    "https://raw.githubusercontent.com/ONSvisual/subnational-indicators/6c1bac1304935409adcf28cd4b01e4e2ff32ed25/R/machine_readable.csv"
)
SUBNATIONAL_COLUMNS = ("AREACD", "AREANM", "Geography", "Indicator", "Period", "Measure", "Unit", "Value")
Rows = list[list[Any]]


def carry(files: Path, out: Path) -> None:
    """Write the tables and manifests of every dataset below `out`/ons."""
    folder = out / "ons"
    folder.mkdir(parents=True, exist_ok=True)
    for dataset, sources in INDICATORS.items():
        _indicators(files, folder, dataset, sources)
    _living_wage(files, folder)
    _businesses(files, folder)
    _subnational(files, folder)


def main(arguments: Sequence[str] | None = None) -> None:
    """Carry from the folder of real files that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=Path)
    parser.add_argument("figures", type=Path, nargs="?", default=FIGURES)
    given = parser.parse_args(arguments)
    carry(given.files, given.figures)


# -- Explore Local Statistics --------------------------------------------------------------------------------------------------------


def _indicators(files: Path, folder: Path, dataset: str, sources: Sequence[tuple[str, Sequence[str]]]) -> None:
    told = json.loads((files / ELS_ABOUT).read_text(encoding="utf-8"))
    known = {item["extension"]["slug"]: item for item in told["link"]["item"]}
    redirects = json.loads((files / ELS_REDIRECTS).read_text(encoding="utf-8"))
    slugs = [slug for _, listed in sources for slug in listed]
    with duckdb.connect(":memory:") as connection:
        selects = [_select(files / ELS / f"{file}.csv", slug, known[slug]) for file, listed in sources for slug in listed]
        write_parquet(
            connection, f"{' union all by name '.join(selects)} order by indicator, areacd, period", folder / f"{dataset}.parquet"
        )
    manifest = {
        "protocol": "explore_local_statistics",
        "source": "Office for National Statistics, Explore Local Statistics, data of 26 June 2026",
        "licence": LICENCE,
        "figures": f"{dataset}.parquet",
        "indicators": [_about(known[slug]) for slug in slugs],
        "redirects": {old: new for old, new in redirects.items() if new in slugs},
    }
    _write(manifest, folder / f"{dataset}.json")


def _select(path: Path, slug: str, about: Mapping[str, Any]) -> str:
    """The rows of one indicator in the columns of the API; a row without value and status is not served, so it is not carried."""
    code = about["extension"]["code"].replace("'", "''")
    columns = "cast(observation as double) as value, cast(lci_95 as double) as lci_95, cast(uci_95 as double) as uci_95, status"
    areas = f"left(areacd, 3) in {_WIDER} or areacd in {CITIES}"
    return (
        f"(select '{slug}' as indicator, areacd, areanm, period, {columns} from read_csv('{path}', all_varchar = true) "
        f"where indicator = '{code}' and ({areas}) and (observation is not null or status is not null))"
    )


def _about(item: Mapping[str, Any]) -> dict[str, Any]:
    told = {"label": item["label"], **{key: item["extension"].get(key) for key in _ABOUT}}
    return {**told, "updated": item.get("updated"), "caveats": item.get("note", [])}


# -- files of the website ------------------------------------------------------------------------------------------------------------


def _living_wage(files: Path, folder: Path) -> None:
    """The sheet of all jobs, every area: the table is short and its suppressed cells are a fifth of it."""
    rows = _sheet(files / LIVING_WAGE, "All")
    body = [row[:4] for row in rows[LIVING_WAGE_HEADER:] if str(row[1]).strip()[:1] in "EWSNK" and str(row[1]).strip()]
    last = LIVING_WAGE_HEADER + len(body)
    _table(body, ("description", "code", "jobs", "percent"), folder / "jobs_below_living_wage.parquet")
    sheet = {
        "name": "All",
        "rows": [row[:4] for row in rows[:LIVING_WAGE_HEADER]],
        "figures": "jobs_below_living_wage.parquet",
        "below": [[cell for cell in row if cell] for row in rows[last:] if any(row)],
    }
    notes = [
        [
            "Figures of the Annual Survey of Hours and Earnings, carried over for the sample. The publisher's notes are in the publisher's file."
        ]
    ]
    member = {"name": LIVING_WAGE_MEMBER, "sheets": [{"name": "Notes", "rows": notes}, sheet]}
    manifest = {
        "protocol": "ons_website",
        "source": "Office for National Statistics, Annual Survey of Hours and Earnings, 2022 provisional, Table 7 LWF.1a",
        "licence": LICENCE,
        "page": LIVING_WAGE_PAGE,
        "title": "Number and proportion of employee jobs with hourly pay below the living wage",
        "editions": [
            {
                "name": "2022provisional",
                "title": "2022 provisional",
                "released": "2022-10-11T00:00:00.000Z",
                "versions": [],
                "files": [{"name": Path(LIVING_WAGE_ZIP).name, "members": [member]}],
            }
        ],
    }
    _write(manifest, folder / "jobs_below_living_wage.json")


def _businesses(files: Path, folder: Path) -> None:
    """Three sheets of one workbook, a dataset each, every area; codes with their trailing blanks, names with their footnote marks."""
    for name, dataset in BUSINESS_SHEETS.items():
        rows = _sheet(files / BUSINESSES, name)
        body = [row for row in rows[BUSINESS_HEADER:] if str(row[0]).strip()]
        years = [str(int(float(cell))) for cell in rows[BUSINESS_HEADER - 1][2:]]
        _table(body, ("code", "name", *years), folder / f"{dataset}.parquet")
        _write(_workbook({"name": name, "rows": rows[:BUSINESS_HEADER], "figures": f"{dataset}.parquet"}), folder / f"{dataset}.json")


def _workbook(sheet: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest of the workbook with one sheet of figures."""
    note = "Figures carried over for the sample; the publisher's notes are in the publisher's file."
    cover = {"name": "Cover", "rows": [["Business Demography 2023"], [note]]}
    edition = {
        "name": "current",
        "title": "2023",
        "released": "2024-11-18T09:30:00.000Z",
        "versions": [],
        "files": [{"name": "businessdemographyexceltables2023.xlsx", "sheets": [cover, sheet]}],
    }
    return {
        "protocol": "ons_website",
        "source": f"Office for National Statistics, Business demography, UK: 2023, {sheet['name']}",
        "licence": LICENCE,
        "page": BUSINESSES_PAGE,
        "title": "Business demography, UK",
        "editions": [edition],
    }


def _subnational(files: Path, folder: Path) -> None:
    """Every indicator of August 2022 for the carried areas, cells as printed. The publisher's file is in windows-1252."""
    lines = (files / SUBNATIONAL).read_text(encoding="windows-1252").splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith("AREACD,"))
    kept = [row for row in csv.DictReader(lines[start:]) if row["AREACD"] in CITIES or row["AREACD"].startswith(_WIDER)]
    rows = [[row[name] for name in SUBNATIONAL_COLUMNS] for row in kept]
    _table(rows, SUBNATIONAL_COLUMNS, folder / "subnational_indicators.parquet")
    manifest = {
        "protocol": "file",
        "source": "Office for National Statistics, Subnational Indicators Explorer, machine-readable table of 25 August 2022",
        "licence": LICENCE,
        "files": [{"url": SUBNATIONAL_URL, "figures": "subnational_indicators.parquet"}],
    }
    _write(manifest, folder / "subnational_indicators.json")


def _sheet(path: Path, name: str) -> Rows:
    return [list(row) for row in CalamineWorkbook.from_path(str(path)).get_sheet_by_name(name).to_python(skip_empty_area=False)]


def _table(rows: Rows, names: Sequence[str], target: Path) -> None:
    """Cells as text: numbers without the `.0` of a spreadsheet, markers and blanks as printed."""
    columns = {name: [_printed(row[place]) for row in rows] for place, name in enumerate(names)}
    with duckdb.connect(":memory:") as connection:
        connection.register("carried", pyarrow.table(columns))
        write_parquet(connection, "select * from carried", target)


def _printed(cell: Any) -> str | None:
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return None if cell == "" else str(cell)


def _write(manifest: Mapping[str, Any], path: Path) -> None:
    path.write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
