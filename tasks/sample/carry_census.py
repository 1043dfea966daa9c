"""Carry census and population figures over from ONS files into the layout that `tasks.sample.nomis` serves.

Refuses to invent: a category or level that no file holds is left out. The only arithmetic is addition of published counts, and each such
figure is named in `figures/README.md`. Nomis numbers its areas; where no file shows a number, the sample has numbers of its own (`9…`).
"""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

from tasks.sample.carrying import LICENCE, read_csv, write_parquet

POPULATION = "ons/nomis_api/NM_2002_1_mye2021_lad_single_age_jrf-insight.csv"
UNKNOWN_RELEASE = "2000-01-01 00:00:00"  # no file says when Nomis last updated the table; nobody can mistake this for a release
CITY = "Birmingham"
CITY_CODE = "E08000025"
TYPES_CENSUS = {
    "150": "2021 output areas",
    "151": "2021 super output areas - lower layer",
    "152": "2021 super output areas - middle layer",
    "154": "2022 local authorities: districts",
    "299": "2011 output areas",
    "298": "2011 super output areas - lower layer",
    "297": "2011 super output areas - middle layer",
    "464": "local authorities: district / unitary (prior to April 2015)",
}
ASIAN_2021 = "Asian, Asian British or Asian Welsh"
BLACK_2021 = "Black, Black British, Black Welsh, Caribbean or African"
MIXED_2021 = "Mixed or Multiple ethnic groups"
OTHER_2021 = "Other ethnic group"
GROUPS_2021 = {
    "0": "Total: All usual residents",
    "1001": ASIAN_2021,
    "10": f"{ASIAN_2021}: Indian",
    "11": f"{ASIAN_2021}: Pakistani",
    "12": f"{ASIAN_2021}: Bangladeshi",
    "13": f"{ASIAN_2021}: Chinese",
    "14": f"{ASIAN_2021}: Other Asian",
    "1002": BLACK_2021,
    "15": f"{BLACK_2021}: African",
    "16": f"{BLACK_2021}: Caribbean",
    "17": f"{BLACK_2021}: Other Black",
    "1003": MIXED_2021,
    "6": f"{MIXED_2021}: White and Asian",
    "7": f"{MIXED_2021}: White and Black African",
    "8": f"{MIXED_2021}: White and Black Caribbean",
    "9": f"{MIXED_2021}: Other Mixed or Multiple ethnic groups",
    "1004": "White",
    "1": "White: English, Welsh, Scottish, Northern Irish or British",
    "2": "White: Irish",
    "3": "White: Gypsy or Irish Traveller",
    "4": "White: Roma",
    "5": "White: Other White",
    "1005": OTHER_2021,
    "18": f"{OTHER_2021}: Arab",
    "19": f"{OTHER_2021}: Any other ethnic group",
}
MIXED_2011 = "Mixed/multiple ethnic groups"
ASIAN_2011 = "Asian/Asian British"
BLACK_2011 = "Black/African/Caribbean/Black British"
GROUPS_2011 = {
    "0": "All usual residents",
    "100": "White",
    "1": "White: English/Welsh/Scottish/Northern Irish/British",
    "2": "White: Irish",
    "3": "White: Gypsy or Irish Traveller",
    "4": "White: Other White",
    "200": MIXED_2011,
    "300": ASIAN_2011,
    "9": f"{ASIAN_2011}: Indian",
    "10": f"{ASIAN_2011}: Pakistani",
    "11": f"{ASIAN_2011}: Bangladeshi",
    "12": f"{ASIAN_2011}: Chinese",
    "13": f"{ASIAN_2011}: Other Asian",
    "400": BLACK_2011,
    "14": f"{BLACK_2011}: African",
    "15": f"{BLACK_2011}: Caribbean",
    "16": f"{BLACK_2011}: Other Black",
    "500": "Other ethnic group",
    "17": "Other ethnic group: Arab",
    "18": "Other ethnic group: Any other ethnic group",
}
# What each output area of 2011 has, by cell of KS201EW. The file leaves Gypsy or Irish Traveller out: it is what all other groups leave of the total.
CELLS_2011 = {
    "0": "persons",
    "100": "persons - mixed_all - asian_all - black_all - other_all",
    "1": "white_british",
    "2": "white_irish",
    "3": "persons - mixed_all - asian_all - black_all - other_all - white_british - white_irish - white_other",
    "4": "white_other",
    "200": "mixed_all",
    "300": "asian_all",
    "9": "asian_indian",
    "10": "asian_pakistani",
    "11": "asian_bangladeshi",
    "12": "asian_chinese",
    "13": "asian_other",
    "400": "black_all",
    "14": "black_african",
    "15": "black_caribbean",
    "16": "black_other",
    "500": "other_all",
    "17": "other_arab",
    "18": "other_any",
}
SMALL_AREA_CELLS_2011 = ("0", "100", "1", "200", "300", "400", "500")


def carry(files: Path, figures: Path) -> None:
    """Write `ons/population.*` and `ons/ethnic_group.*` below `figures`. Raises OSError or duckdb.Error where a file is not there."""
    with duckdb.connect(":memory:") as connection:
        _population(connection, files, figures / "ons")
        _areas(connection, files)
        _ethnic_group_2021(connection, files)
        _ethnic_group_2011(connection)
        _write_ethnic_group(connection, figures / "ons")


def _population(connection: duckdb.DuckDBPyConnection, files: Path, out: Path) -> None:
    connection.execute(f"create table population as {read_csv(files / POPULATION)}")
    types = dict(connection.execute("select distinct GEOGRAPHY_TYPECODE, GEOGRAPHY_TYPE from population order by 1").fetchall())
    ages = dict(connection.execute("select C_AGE, any_value(C_AGE_NAME) from population group by 1 order by C_AGE::int").fetchall())
    columns = "GEOGRAPHY as id, GEOGRAPHY_CODE as code, GEOGRAPHY_NAME as name, GEOGRAPHY_TYPECODE as type, '' as parents"
    areas = f"select distinct {columns} from population"
    write_parquet(connection, f"{areas} order by type, code, id", out / "population.areas.parquet")
    cells = "select DATE as date, GEOGRAPHY as area, GENDER as gender, C_AGE as c_age, OBS_VALUE as value from population"
    write_parquet(connection, f"{cells} order by area, c_age::int", out / "population.parquet")
    table = {
        "dataset": "NM_2002_1",
        "name": "Population estimates - local authority based by single year of age",
        "units": "Persons",
        "figures": "population.parquet",
        "last_updated": UNKNOWN_RELEASE,
        "revision": 1,
        "dates": {"2021": "2021"},
        "dimensions": {"GENDER": {"name": "Sex", "codes": {"0": "Total"}}, "C_AGE": {"name": "Age", "codes": ages}},
        "measures": {"20100": "Value"},
    }
    _manifest(out / "population.json", "Nomis, NM_2002_1, mid-year population estimates 2021", types, "population.areas.parquet", [table])


def _areas(connection: duckdb.DuckDBPyConnection, files: Path) -> None:
    """The areas of Birmingham by kind: id, code, name, type, parents."""
    geoportal = files / "ons/geoportal"
    connection.execute(f"create table oa as {read_csv(files / 'ons/census2011/KS201EW_oa11_birmingham_MLID.csv')}")
    connection.execute(
        f"create table lookup as {read_csv(geoportal / 'LSOA11_LSOA21_LAD22_EW_Exact_CHGIND.csv')} where LAD22CD = '{CITY_CODE}'"
    )
    connection.execute(f"create table middle as {read_csv(geoportal / 'MSOA11_MSOA21_LAD22_EW_CHNGIND.csv')} where LAD22CD = '{CITY_CODE}'")
    connection.execute(
        f"""
        create table area as
        with listed(code, name, type) as (
            select distinct LSOA21CD, LSOA21NM, '151' from lookup
            union all select distinct MSOA21CD, MSOA21NM, '152' from middle
            union all select '{CITY_CODE}', '{CITY}', '154'
            union all select OA, OA, '299' from oa
            union all select distinct LSOA11CD, LSOA11NM, '298' from lookup
            union all select distinct MSOA11CD, MSOA11NM, '297' from middle where MSOA11CD in (select MSOA from oa)
            union all select '{CITY_CODE}', '{CITY}', '464'
        )
        select '9' || type || code[2:] as id, code, name, type,
            case
                when type in ('151', '152') then '9154{CITY_CODE[1:]}'
                when type in ('297', '298', '299') then '9464{CITY_CODE[1:]}'
                else ''
            end as parents
        from listed
        """
    )


def _ethnic_group_2021(connection: duckdb.DuckDBPyConnection, files: Path) -> None:
    """TS021: five groups and their total for LSOAs and MSOAs, nineteen groups for the city."""
    census = files / "ons/census2021"
    connection.execute("create table group_2021 (code varchar, name varchar)")
    connection.executemany("insert into group_2021 values (?, ?)", list(GROUPS_2021.items()))
    connection.execute(f"create table lower_2021 as {read_csv(census / 'TS021_lsoa21_5groups_birmingham_demographr.csv')}")
    connection.execute(f"create table middle_2021 as {read_csv(census / 'TS021_msoa21_6groups_birmingham_demographr.csv')}")
    connection.execute(f"create table city_2021 as {read_csv(census / 'TS021_ltla_birmingham_19groups_demographr.csv')}")
    connection.execute(
        f"""
        create table figures_2021 as
        with leaf as (
            select trim(replace(ethnic_group, '(number)', '')) as name, value::double as value from city_2021 where ethnic_group like '%(number)'
        ),
        counted(area, type, name, value) as (
            select lsoa21_code, '151', ethnic_group, n::double from lower_2021
            union all
            select msoa21_code, '152', if(ethnic_group like 'Black%', '{BLACK_2021}', ethnic_group), sum(n::double) from middle_2021 group by all
            union all select '{CITY_CODE}', '154', name, value from leaf
            union all select '{CITY_CODE}', '154', split_part(name, ':', 1), sum(value) from leaf group by all
        ),
        everyone as (
            select area, type, '{GROUPS_2021["0"]}', sum(value) from counted where not contains(name, ':') group by all
        )
        select '2021' as date, '9' || type || area[2:] as area, code as c2021_eth_20, value::bigint as value
        from (from counted union all from everyone) join group_2021 using (name)
        """
    )


def _ethnic_group_2011(connection: duckdb.DuckDBPyConnection) -> None:
    """KS201EW: output areas as published; LSOAs, MSOAs and the city as the sums of their output areas (counts of 2011 add up)."""
    cells = " union all ".join(
        f"select OA, LSOA, MSOA, '{cell}' as cell, ({counted})::bigint as value from counted" for cell, counted in CELLS_2011.items()
    )
    small = ", ".join(f"'{cell}'" for cell in SMALL_AREA_CELLS_2011)
    connection.execute(
        f"""
        create table figures_2011 as
        with numbers as (
            select OA, LSOA, MSOA, Persons::int as persons,
                WhiteBrit::int as white_british, Irish::int as white_irish, OtherWhite::double::int as white_other, Mixed::int as mixed_all,
                Indian::int as asian_indian, Pakistani::int as asian_pakistani, Bangladeshi::int as asian_bangladeshi,
                Chinese::int as asian_chinese, OtherAsian::int as asian_other,
                BlkAfrican::int as black_african, BlkCaribbean::int as black_caribbean, OtherBlk::int as black_other,
                Arab::int as other_arab, Other::int as other_any
            from oa
        ),
        counted as (
            select *, asian_indian + asian_pakistani + asian_bangladeshi + asian_chinese + asian_other as asian_all,
                black_african + black_caribbean + black_other as black_all, other_arab + other_any as other_all
            from numbers
        ),
        celled as ({cells}),
        levels(area, type, cell, value) as (
            select OA, '299', cell, value from celled where cell in ({small})
            union all select LSOA, '298', cell, sum(value)::bigint from celled where cell in ({small}) group by all
            union all select MSOA, '297', cell, sum(value)::bigint from celled where cell in ({small}) group by all
            union all select '{CITY_CODE}', '464', cell, sum(value)::bigint from celled group by all
        )
        select '2011' as date, '9' || type || area[2:] as area, '0' as rural_urban, cell, value from levels
        """
    )


def _write_ethnic_group(connection: duckdb.DuckDBPyConnection, out: Path) -> None:
    write_parquet(connection, "select * from area order by type, code", out / "ethnic_group.areas.parquet")
    write_parquet(connection, "select * from figures_2021 order by area, c2021_eth_20::int", out / "ethnic_group_2021.parquet")
    write_parquet(connection, "select * from figures_2011 order by area, cell::int", out / "ethnic_group_2011.parquet")
    tables = [
        {
            "dataset": "NM_2041_1",
            "name": "TS021 - Ethnic group",
            "units": "Persons",
            "figures": "ethnic_group_2021.parquet",
            "last_updated": UNKNOWN_RELEASE,
            "revision": 1,
            "dates": {"2021": "2021"},
            "dimensions": {"C2021_ETH_20": {"name": "Ethnic group", "codes": GROUPS_2021}},
            "measures": {"20100": "Value"},
        },
        {
            "dataset": "NM_608_1",
            "name": "KS201EW - Ethnic group",
            "units": "Persons",
            "figures": "ethnic_group_2011.parquet",
            "last_updated": UNKNOWN_RELEASE,
            "revision": 1,
            "dates": {"2011": "2011"},
            "dimensions": {"RURAL_URBAN": {"name": "Rural Urban", "codes": {"0": "Total"}}, "CELL": {"name": "Cell", "codes": GROUPS_2011}},
            "measures": {"20100": "Value"},
        },
    ]
    _manifest(out / "ethnic_group.json", "Census 2021 TS021 and Census 2011 KS201EW", TYPES_CENSUS, "ethnic_group.areas.parquet", tables)


def _manifest(path: Path, source: str, types: dict[str, str], areas: str, tables: list[dict[str, object]]) -> None:
    about = {
        "protocol": "nomis",
        "source": f"Office for National Statistics, {source}",
        "licence": LICENCE,
        "types": types,
        "areas": areas,
        "tables": tables,
    }
    path.write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
