"""Carry census tables and surveys over from ONS files into the layout that `tasks.sample.nomis` serves, one manifest a dataset.

Refuses to invent: only categories, areas and years that a file holds. Nomis numbers its areas and categories; where no file or public code
shows a number, the sample has numbers of its own (`NUMBER`), and no declaration relies on them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from tasks.sample.carrying import LICENCE, read_csv, write_parquet

UNKNOWN_RELEASE = "2000-01-01 00:00:00"  # no file says when Nomis last updated the table; nobody can mistake this for a release
CITY_CODE = "E08000025"
DISTRICTS_2011 = "464"
LOWER_2021, MIDDLE_2021, DISTRICTS_2022, MIDDLE_2011 = "151", "152", "154", "297"
TYPES = {
    LOWER_2021: "2021 super output areas - lower layer",
    MIDDLE_2021: "2021 super output areas - middle layer",
    DISTRICTS_2022: "2022 local authorities: districts",
    MIDDLE_2011: "2011 super output areas - middle layer",
    DISTRICTS_2011: "local authorities: district / unitary (prior to April 2015)",
}
CENSUS_2021 = "ons/census2021"
BULK = "ons/nomis_bulk/census2011_"
# The sample's own number of an area: of its country, its kind and its code (E06000001 and W06000001 are two areas).
NUMBER = "case left(code, 1) when 'E' then '9' when 'W' then '8' else '7' end || type || code[2:]"
RURAL_URBAN = ("Rural Urban", {"0": "Total"})
RELIGIONS = ("No religion", "Christian", "Buddhist", "Hindu", "Jewish", "Muslim", "Sikh", "Other religion", "Not answered")
PROFICIENCY = (
    "Main language is English (English or Welsh in Wales)",
    "Main language is not English (English or Welsh in Wales): Can speak English very well",
    "Main language is not English (English or Welsh in Wales): Can speak English well",
    "Main language is not English (English or Welsh in Wales): Cannot speak English well",
    "Main language is not English (English or Welsh in Wales): Cannot speak English",
)
# Column of the file -> category as the census prints it; codes as public code has them.
CARE = {
    "total": ("0", "Total: All usual residents aged 5 and over"),
    "provides_no_unpaid_care": ("1", "Provides no unpaid care"),
    "provides_9_hours_or_less_unpaid_care_a_week": ("2", "Provides 9 hours or less unpaid care a week"),
    "provides_10_to_19_hours_unpaid_care_a_week": ("3", "Provides 10 to 19 hours unpaid care a week"),
    "provides_20_to_34_hours_unpaid_care_a_week": ("4", "Provides 20 to 34 hours unpaid care a week"),
    "provides_35_to_49_hours_unpaid_care_a_week": ("5", "Provides 35 to 49 hours unpaid care a week"),
    "provides_50_or_more_hours_unpaid_care_a_week": ("6", "Provides 50 or more hours unpaid care a week"),
}
QUALIFICATIONS_2011 = {
    "All levels": ("0", "All categories: Highest level of qualification"),
    "No qualifications": ("1", "No qualifications"),
    "Level 2 qualifications": ("3", "Level 2 qualifications"),
    "Level 3 qualifications": ("5", "Level 3 qualifications"),
    "Level 4 qualifications and above": ("6", "Level 4 qualifications and above"),
}


@dataclass(frozen=True)
class Table:
    """One Nomis table. `query` gives date, type, code, name, the table's own dimensions in lower case, measure, value, status."""

    dataset: str
    name: str
    units: str
    query: str
    dimensions: Mapping[str, tuple[str, Mapping[str, str]]]
    dates: Mapping[str, str]
    measures: Mapping[str, str] = field(default_factory=lambda: {"20100": "Value"})


def carry(files: Path, out: Path) -> None:
    """Write the census datasets below `out`. Raises OSError or duckdb.Error where a file is not there."""
    with duckdb.connect(":memory:") as connection:
        _small_areas_2021(connection, files, out)
        _qualifications_2011(connection, files, out)
        for name, dataset, title, file, prefix in (
            ("household_type_2011", "NM_516_1", "QS116EW - Household type", "household-type-lad.csv", "Household Type: "),
            ("tenure_2011", "NM_537_1", "QS405EW - Tenure - Households", "tenure-households-lad.csv", "Tenure: "),
            (
                "accommodation_type_2011",
                "NM_534_1",
                "QS402EW - Accommodation type - Households",
                "accommodation-type-lad.csv",
                "Dwelling Type: ",
            ),
        ):
            _bulk_2011(connection, files / f"{BULK}{file}", out, (name, dataset, title, prefix))


def write(
    connection: duckdb.DuckDBPyConnection, out: Path, name: str, source: str, tables: Sequence[Table], types: Mapping[str, str] = TYPES
) -> None:
    """The manifest `<name>.json`, its areas and one Parquet a table."""
    kinds: set[str] = set()
    areas, entries = [], []
    for number, table in enumerate(tables):
        held = f"carried_{number}"
        connection.execute(f"create or replace temp table {held} as {table.query}")
        areas.append(f"select distinct type, code, name from {held}")
        dimensions = [concept.lower() for concept in table.dimensions]
        more = [column for column in ("measure", "status") if column in _columns(connection, held)]
        kept = ", ".join([*dimensions, *more, "value"])
        file = f"{name}.parquet" if len(tables) == 1 else f"{name}_{table.dataset.lower()}.parquet"
        order = ", ".join(["date", "area", *dimensions, *more])
        write_parquet(connection, f"select date, {NUMBER} as area, {kept} from {held} order by {order}", out / file)
        kinds |= {row[0] for row in connection.execute(f"select distinct type from {held}").fetchall()}
        entries.append(_entry(table, file))
    listed = " union ".join(areas)
    if small := kinds & {LOWER_2021, MIDDLE_2021}:
        kinds.add(DISTRICTS_2022)
    elif small := kinds & {MIDDLE_2011}:
        kinds.add(DISTRICTS_2011)
    parent = DISTRICTS_2022 if DISTRICTS_2022 in kinds and small != {MIDDLE_2011} else DISTRICTS_2011
    if small:
        listed += f" union select '{parent}', '{CITY_CODE}', 'Birmingham'"
    within = ", ".join(f"'{kind}'" for kind in sorted(small)) or "''"
    query = f"""
        select {NUMBER} as id, code, name, type, if(type in ({within}), '9{parent}{CITY_CODE[1:]}', '') as parents
        from ({listed}) order by type, code"""
    write_parquet(connection, query, out / f"{name}.areas.parquet")
    about = {
        "protocol": "nomis",
        "source": f"Office for National Statistics, {source}",
        "licence": LICENCE,
        "types": {kind: types[kind] for kind in types if kind in kinds},
        "areas": f"{name}.areas.parquet",
        "tables": entries,
    }
    (out / f"{name}.json").write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def text(value: str) -> str:
    """A text as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    return [row[0] for row in connection.execute(f"describe {table}").fetchall()]


def _entry(table: Table, file: str) -> dict[str, Any]:
    return {
        "dataset": table.dataset,
        "name": table.name,
        "units": table.units,
        "figures": file,
        "last_updated": UNKNOWN_RELEASE,
        "revision": 1,
        "dates": dict(table.dates),
        "dimensions": {concept: {"name": name, "codes": dict(codes)} for concept, (name, codes) in table.dimensions.items()},
        "measures": dict(table.measures),
    }


def _small_areas_2021(connection: duckdb.DuckDBPyConnection, files: Path, out: Path) -> None:
    """TS030 by LSOA, TS029 and TS039 by MSOA: Birmingham's small areas, with their names from the lookups of 2022."""
    geoportal, census = files / "ons/geoportal", files / CENSUS_2021
    lower = f"select distinct LSOA21CD as code, LSOA21NM as name from ({read_csv(geoportal / 'LSOA21_WD22_LAD22_EW_LU_v3.csv')})"
    middle = f"select distinct MSOA21CD as code, MSOA21NM as name from ({read_csv(geoportal / 'MSOA11_MSOA21_LAD22_EW_CHNGIND.csv')})"
    codes = {"0": "Total: All usual residents", **{str(number): name for number, name in enumerate(RELIGIONS, 1)}}
    by_name = " ".join(f"when {text(name)} then '{code}'" for code, name in codes.items())
    counted = read_csv(census / "TS030_religion_lsoa21_birmingham_demographr.csv")
    query = f"""
        with counted as ({counted}), listed as (
            select lsoa21_code as code, religion, n from counted
            union all select distinct lsoa21_code, {text(codes["0"])}, total_residents from counted)
        select '2021' as date, '{LOWER_2021}' as type, code, areas.name, case religion {by_name} end as c2021_religion_10, n::double::int as value
        from listed join ({lower}) as areas using (code)"""
    table = Table("NM_2049_1", "TS030 - Religion", "Persons", query, {"C2021_RELIGION_10": ("Religion", codes)}, {"2021": "2021"})
    write(connection, out, "religion", "Census 2021 TS030", [table])
    pairs = {name: (str(number), name) for number, name in enumerate(PROFICIENCY, 1)}
    query = _unpivoted(
        read_csv(census / "TS029_proficiency_msoa21_birmingham_demographr.csv"), "msoa21_code", pairs, "c2021_engprf_6", middle
    )
    spoken = {"C2021_ENGPRF_6": ("Proficiency in English language", dict(pairs.values()))}
    table = Table("NM_2048_1", "TS029 - Proficiency in English", "Persons", query, spoken, {"2021": "2021"})
    write(connection, out, "english_proficiency", "Census 2021 TS029", [table])
    cared = f"{read_csv(census / 'msoa_provision_of_unpaid_care_2021_data.csv')} where msoa21nm like 'Birmingham %'"
    query = _unpivoted(cared, "msoa21cd", CARE, "c2021_carer_7", middle)
    given = {"C2021_CARER_7": ("Unpaid care", dict(CARE.values()))}
    table = Table("NM_2057_1", "TS039 - Provision of unpaid care", "Persons", query, given, {"2021": "2021"})
    write(connection, out, "unpaid_care", "Census 2021 TS039", [table])


def _unpivoted(source: str, code: str, categories: Mapping[str, tuple[str, str]], concept: str, areas: str) -> str:
    rows = " union all ".join(
        f"select {code} as code, '{number}' as {concept}, replace(\"{column}\", ',', '')::double::int as value from printed"
        for column, (number, _) in categories.items()
    )
    return f"""with printed as ({source}), listed as ({rows})
        select '2021' as date, '{MIDDLE_2021}' as type, code, areas.name, {concept}, value from listed join ({areas}) as areas using (code)"""


def _qualifications_2011(connection: duckdb.DuckDBPyConnection, files: Path, out: Path) -> None:
    """QS501EW by MSOA: the five categories that the file holds."""
    printed = f"{read_csv(files / 'ons/census2011/msoa_education_2011_data.csv')} where Area like 'Birmingham %'"
    rows = " union all ".join(
        f"select MSOA11CD as code, Area as name, '{number}' as cell, replace(\"{column}\", ',', '')::int as value from printed"
        for column, (number, _) in QUALIFICATIONS_2011.items()
    )
    query = f"""with printed as ({printed}), listed as ({rows})
        select '2011' as date, '{MIDDLE_2011}' as type, code, name, '0' as rural_urban, cell, value from listed"""
    cells = ("Cell", dict(QUALIFICATIONS_2011.values()))
    title = "QS501EW - Highest level of qualification"
    table = Table("NM_554_1", title, "Persons", query, {"RURAL_URBAN": RURAL_URBAN, "CELL": cells}, {"2011": "2011"})
    write(connection, out, "qualifications_2011", "Census 2011 QS501EW", [table])


def _bulk_2011(connection: duckdb.DuckDBPyConnection, path: Path, out: Path, about: tuple[str, str, str, str]) -> None:
    """A wide bulk file of 2011: every authority of England and Wales, every category; a column's name is its category."""
    name, dataset, title, prefix = about
    connection.execute(f"create or replace temp table bulk as {read_csv(path)}")
    columns = [column for column in _columns(connection, "bulk") if column.endswith("; measures: Value")]
    codes = {str(number): column.removeprefix(prefix).removesuffix("; measures: Value") for number, column in enumerate(columns)}
    rows = " union all ".join(
        f'select geography, "geography code" as code, \'{number}\' as cell, "{column}"::int as value from bulk'
        for number, column in enumerate(columns)
    )
    query = f"""select '2011' as date, '{DISTRICTS_2011}' as type, code, geography as name, '0' as rural_urban, cell, value from ({rows})"""
    dimensions = {"RURAL_URBAN": RURAL_URBAN, "CELL": ("Cell", codes)}
    table = Table(dataset, title, "Households", query, dimensions, {"2011": "2011"})
    write(connection, out, name, f"Census 2011 {title.partition(' ')[0]}", [table])
