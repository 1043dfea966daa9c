"""Datasets of Nomis, Open Geography and files: figures known from elsewhere, and the publishers' real files read by the same declarations.

The sample shows that a declaration works; a real file shows that the sample looks as the publisher's does: the same columns, the same figures.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations.declaration import load
from tasks.read import ReadOptions, read
from tasks.tidy import PartTable, assemble, name_columns, transform
from warehouse.home import Home

CITY = "area_code = 'E08000025'"
EDITION = "https://www.gov.uk/government/statistics/statutory-homelessness-in-england-october-to-december-2022"


@dataclass(frozen=True)
class Known:
    """A figure of the sample: which cell it is, and what it must be."""

    dataset: str
    where: str
    figure: float
    of: str = "sum(value)"


KNOWN = [
    Known("ons.religion", "religion = 'Sikh'", 33131),
    Known("ons.english_proficiency", "proficiency_kind = 'speaks_not_well'", 51000),
    Known("ons.unpaid_care", "care_kind = 'some'", 91445),
    Known("ons.qualifications_2011", "qualification = 'Level 4 qualifications and above'", 190335),
    Known("ons.household_type_2011", f"{CITY} and household_type like 'Lone parent%With dep%'", 47578),
    Known("ons.tenure_2011", f"{CITY} and tenure = 'Owned: Total'", 226616),
    Known("ons.accommodation_type_2011", f"{CITY} and accommodation_type = 'Shared dwelling'", 1758),
    Known("ons.census_age", f"{CITY} and age_band = 'All ages'", 1144916),
    Known("ons.census_age", "area_code = 'W92000004' and age_band = 'All ages'", 3107492),
    Known("ons.business_counts", f"{CITY} and period = '2018' and size_band = 'Large (250+)'", 160),
    Known("ons.annual_population_survey", f"{CITY} and category = 'Inactive' and period = 'Jan 2022-Dec 2022'", 213200),
    Known("ons.annual_population_survey", f"{CITY} and category = 'None' and period = 'Jan 2017-Dec 2017'", 103600, "sum(upper_ci)"),
    Known("ons.boundaries", "area_level = 'ward' and area_name = 'Acocks Green'", 383, "round(sum(area_hectares))"),
    Known("ons.boundaries", "area_level = 'oa' and area_vintage = '2011'", 3223, "count(*)"),
    Known("ons.former_wards", "area_name = 'Sutton New Hall'", 1972, "round(sum(area_hectares))"),
    Known("ons.code_changes", "area_level = 'lsoa' and change = 'split'", 861, "count(distinct from_code)"),
    Known("ons.code_changes", "area_level = 'lsoa' and change = 'split' and authority_code = 'E08000025'", 42, "count(distinct to_code)"),
    Known("ons.code_changes", "to_vintage = '2025' and evidence = 'same name'", 2, "count(*)"),  # Barnsley and Sheffield
    Known("ons.code_changes", "to_code = 'E06000060'", 4, "count(from_code)"),  # Buckinghamshire's districts
    Known("ons.authority_boundaries", "crs = 'EPSG:27700' and source_crs = crs and vertices > 3", 309, "count(*)"),
    Known("ons.area_lookup", "lookup = 'ltla22_utla22' and from_code = 'E08000025' and to_code = 'E08000025'", 1, "count(*)"),
    Known("ons.area_lookup", "lookup = 'lad25_cauth25' and to_code = 'E47000007'", 7, "count(*)"),
    Known("mhclg.deprivation_summary", f"{CITY} and domain = 'imd' and measure = 'rank_of_average_score'", 7),
    Known(
        "mhclg.deprivation_domains", "district_code = 'E08000025' and domain = 'imd' and measure = 'decile' and value = 1", 264, "count(*)"
    ),
    Known("mhclg.homelessness", f"{CITY} and measure = 'relief_duty'", 861),
    Known("mhclg.homelessness", "area_code = 'E08000031' and status = 'not_available' and marker = '..'", 8, "count(*)"),
    Known("dwp.low_income_families", f"{CITY} and period = '2024-25' and unit = 'percent'", 44.4),
    Known("dwp.low_income_families", "area_code = 'E05011120' and period = '2024-25' and unit = 'percent'", 66.0),
]


@pytest.fixture(scope="module")
def published(sample_home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published database of the whole sample; read it, never write to it."""
    with duckdb.connect(str(sample_home.database), read_only=True) as connection:
        yield connection


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: f"{known.dataset}-{known.figure:g}")
def test_a_figure_is_the_published_one(known: Known, published: duckdb.DuckDBPyConnection) -> None:
    assert published.execute(f"select {known.of} from {known.dataset} where {known.where}").fetchone() == (known.figure,)


def test_an_area_that_stands_in_two_tables_is_counted_once(published: duckdb.DuckDBPyConnection) -> None:
    wales = "select count(*) from ons.census_age where area_code = 'W92000004' and age_kind = 'all_ages'"
    london = "select count(*) from mhclg.homelessness where area_code = 'E12000007' and measure = 'assessed'"
    assert [published.execute(query).fetchone() for query in (wales, london)] == [(1,), (1,)]


def test_an_estimate_without_an_interval_says_why(published: duckdb.DuckDBPyConnection) -> None:
    told = (
        "select status, count(value) > 0, count(lower_ci) from ons.annual_population_survey where status is not null group by 1 order by 1"
    )
    found = published.execute(told).fetchall()
    assert found == [("low_reliability", True, 0), ("rounds_to_zero", False, 0), ("suppressed", False, 0)]


def test_shapes_are_whole_and_their_sizes_agree_with_each_other(published: duckdb.DuckDBPyConnection) -> None:
    query = "select area_level, area_vintage, sum(area_hectares), min(vertices) from ons.boundaries group by all"
    found = published.execute(query).fetchall()
    assert len(found) == 6 and all(abs(hectares / 26778 - 1) < 0.002 and least >= 4 for _, _, hectares, least in found)


# -- the publishers' own files -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Real:
    """A real file as a part: its path below the real files, how it is read, and what the declaration would say of it."""

    path: str
    labels: Mapping[str, str]
    suffix: str = ""


SHEETS = {
    "IMD": "imd", "Income": "income", "Employment": "employment", "Education": "education", "Health": "health", "Crime": "crime",
    "Barriers": "barriers_to_housing", "Living": "living_environment", "IDACI": "income_children", "IDAOPI": "income_older_people",
}  # fmt: skip
SUMMARY = "council/imd/2015_File_10_ID2015_Local_Authority_District_Summaries.xlsx"
# The domains of 2019, half a million cells, are held to their file by the test of whole authorities below.
REAL = {
    "mhclg.homelessness": [Real("council/homelessness/Detailed_LA_202212.ods", {"page": EDITION, "sheet": "A1"})],
    "mhclg.deprivation_summary": [Real(SUMMARY, {"edition": "2015", "domain": domain, "sheet": sheet}) for sheet, domain in SHEETS.items()],
    "dwp.low_income_families": [
        Real("council/child_poverty/2_AHC_Relative_LA.csv", {"area_level": "local_authority"}),
        Real("council/child_poverty/4_AHC_Relative_Ward.csv", {"area_level": "ward"}),
    ],
    "ons.census_age": [Real(f"ons/nomis_bulk/census2021-ts007-{level}.csv", {"level": level}) for level in ("ctry", "rgn", "ltla")],
}


@pytest.mark.parametrize("dataset", REAL)
def test_a_real_file_gives_the_sample_row_by_row(
    dataset: str, real_files: Path, sample_home: Home, connection: duckdb.DuckDBPyConnection
) -> None:
    """Every row of the sample is a row of the publisher's file, read by the same declaration; the sample may hold fewer areas."""
    declared, parts = load(dataset), []
    for number, real in enumerate(REAL[dataset]):
        path, table = real_files / real.path, f"part_{number}"
        layout = read(path, connection, table, ReadOptions(sheet=real.labels.get("sheet")))
        part = PartTable(path.name, table, layout, real.labels)
        name_columns(connection, declared, part)
        parts.append(part)
    assemble(connection, parts, "arrived")
    transform(declared, connection)
    connection.execute(f"attach '{sample_home.database}' as published (read_only)")
    columns = ", ".join(declared.tidy.columns)
    rows = connection.execute(f"select count(*) from published.{dataset}").fetchone()
    missing = connection.execute(f"select {columns} from published.{dataset} except all select {columns} from tidy").fetchall()
    assert missing == [] and rows is not None and rows[0] > 1000


def test_sizes_of_shapes_agree_with_those_in_the_national_grid(real_files: Path, published: duckdb.DuckDBPyConnection) -> None:
    """The same wards as ONS keeps them, in metres of the National Grid: within a tenth of a percent, which is the grid's own scale."""
    document = json.loads((real_files / "ons/geoportal/birmingham_wards_2022vintage_EPSG27700_6fe4632.geojson").read_text(encoding="utf-8"))
    in_grid = {each["properties"]["WD22CD"]: _hectares(each["geometry"]) for each in document["features"]}
    computed = dict(published.execute("select area_code, area_hectares from ons.boundaries where area_level = 'ward'").fetchall())
    assert computed.keys() == in_grid.keys()
    assert max(abs(computed[code] / in_grid[code] - 1) for code in in_grid) < 0.002


def test_every_area_of_the_real_low_income_tables_is_kept(real_files: Path) -> None:
    """What the sample leaves out is wards of other places and nothing else."""
    with (real_files / "council/child_poverty/2_AHC_Relative_LA.csv").open(encoding="utf-8-sig", newline="") as file:
        codes = {row[1] for row in csv.reader(file) if row[1][1:].isdigit()}
    table = Path(__file__).parents[2] / "tasks/sample/figures/dwp/low_income_families_authority.parquet"
    assert {row[0] for row in duckdb.sql(f"select c01 from '{table}'").fetchall()} == codes


def test_the_domains_of_the_sample_are_whole_authorities(real_files: Path, published: duckdb.DuckDBPyConnection) -> None:
    with gzip.open(real_files / "council/imd/2019_File_2_-_IoD2019_Domains_of_Deprivation.csv.gz", "rt", encoding="utf-8-sig") as file:
        districts = [row["Local Authority District code (2019)"] for row in csv.DictReader(file)]
    held = dict(published.execute("select district_code, count(distinct area_code) from mhclg.deprivation_domains group by 1").fetchall())
    assert len(held) == 14 and {code: districts.count(code) for code in held} == held


def _hectares(geometry: Mapping[str, Any]) -> float:
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return sum(_ring(polygon[0]) - sum(map(_ring, polygon[1:])) for polygon in polygons) / 10_000


def _ring(points: list[list[float]]) -> float:
    return abs(sum(x * y_next - x_next * y for (x, y), (x_next, y_next) in pairwise(points))) / 2
