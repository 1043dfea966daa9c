"""Census tables and ranks of neighbourhoods carried to wards, MSOAs and the city: on tables made by hand, where the answer is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
import pytest

from warehouse.indicators import load_all
from warehouse.mart_files import MART

CITY = "E08000025"
LOOKUP = [  # lookup, from_code, from_vintage, from_name, to_level, to_vintage, to_code, to_name
    ("lsoa21_wd22", "E01000001", "2021", "Birmingham 001A", "ward", "2022", "E05000001", "North"),
    ("lsoa21_wd22", "E01000002", "2021", "Birmingham 001B", "ward", "2022", "E05000002", "South"),
    ("lsoa21_wd22", "E01000003", "2021", "Birmingham 002A", "ward", "2022", "E05000002", "South"),
    ("msoa11_msoa21_exact", "E02000001", "2011", "Birmingham 001", "msoa", "2021", "E02000001", "Birmingham 001"),
    ("msoa11_msoa21_exact", "E02000002", "2011", "Birmingham 002", "msoa", "2021", "E02000002", "Birmingham 002"),
    ("lsoa11_wd21", "E01000001", "2011", "Birmingham 001A", "ward", "2021", "E05000001", "North"),
    ("lsoa11_wd21", "E01000002", "2011", "Birmingham 001B", "ward", "2021", "E05000002", "South"),
    ("wd22_lad22", "E05000001", "2022", "North", "local_authority", "2022", CITY, "Birmingham"),
]


@pytest.fixture
def mart(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    connection.execute("create schema ons")
    connection.execute("create schema mhclg")
    connection.execute("create schema mart")
    connection.execute(f"create macro mart.home_area() as '{CITY}'")
    columns = "lookup, from_code, from_vintage, from_name, to_level, to_vintage, to_code, to_name"
    _table(connection, "ons.area_lookup", columns, LOOKUP)
    connection.execute((MART / "indicators" / "35_small_areas.sql").read_text(encoding="utf-8"))
    return connection


def _table(connection: duckdb.DuckDBPyConnection, name: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
    held = ", ".join(f"({', '.join('null' if cell is None else repr(cell) for cell in row)})" for row in rows)
    connection.execute(f"create table {name} as select * from (values {held}) as given({columns})")


def _census(mart: duckdb.DuckDBPyConnection, rows: Sequence[tuple[str, str, str, str, float | None]]) -> dict[str, float | None]:
    """A census table of (code, level, vintage, tenure, households), and what its households come to in each area."""
    provenance = ("", "", "s", "p", 1, "v")  # each of which differs from row to row in a real table
    _table(
        mart,
        "ons.tenure_2021",
        "area_code, area_level, area_vintage, tenure, value, area_name, period, status, marker, snapshot_id, source_part, source_row, vintage",
        [(*row, row[0], "2021", *provenance[:4], at, "v") for at, row in enumerate(rows)],
    )
    return dict(mart.execute("select area_code, value from mart.census_levels('ons.tenure_2021') where tenure = 'Owned'").fetchall())


def test_small_areas_add_up_to_wards_msoas_and_the_city(mart: duckdb.DuckDBPyConnection) -> None:
    lsoas = [(f"E0100000{at}", "lsoa", "2021", "Owned", 10.0 * at) for at in (1, 2, 3)]
    assert _census(mart, lsoas) == {
        "E01000001": 10.0, "E01000002": 20.0, "E01000003": 30.0,
        "E05000001": 10.0, "E05000002": 50.0, "E02000001": 30.0, "E02000002": 30.0, CITY: 60.0,
    }  # fmt: skip


def test_what_the_table_has_itself_is_not_added_up(mart: duckdb.DuckDBPyConnection) -> None:
    """Levels are perturbed apart: the published count of the city stands, and so does that of a MSOA."""
    found = _census(mart, [("E01000001", "lsoa", "2021", "Owned", 10.0), (CITY, "local_authority", "2022", "Owned", 13.0)])
    assert found == {"E01000001": 10.0, CITY: 13.0, "E05000001": 10.0, "E02000001": 10.0}


def test_a_table_of_msoas_alone_has_the_city_and_no_wards(mart: duckdb.DuckDBPyConnection) -> None:
    found = _census(mart, [("E02000001", "msoa", "2021", "Owned", 4.0), ("E02000002", "msoa", "2021", "Owned", 5.0)])
    assert found == {"E02000001": 4.0, "E02000002": 5.0, CITY: 9.0}


def test_a_sum_with_a_withheld_part_is_withheld(mart: duckdb.DuckDBPyConnection) -> None:
    found = _census(mart, [("E01000002", "lsoa", "2021", "Owned", None), ("E01000003", "lsoa", "2021", "Owned", 30.0)])
    assert (found["E05000002"], found[CITY], found["E02000002"]) == (None, None, 30.0)


def test_neighbourhoods_are_counted_by_their_place_in_all_of_england(mart: duckdb.DuckDBPyConnection) -> None:
    """Of ten LSOAs the city has the first and the third; in the most deprived tenth there is one, in the fifth too."""
    rows = [(f"E010000{at:02}", "X", "Elsewhere", "imd_rank", "2019", float(at)) for at in range(1, 11)]
    rows[0], rows[2] = (rows[0][0], CITY, "Birmingham", *rows[0][3:]), ("E01000002", CITY, "Birmingham", "imd_rank", "2019", 3.0)
    rows[1] = ("E01000099", "X", "Elsewhere", "imd_rank", "2019", 2.0)
    _table(mart, "mhclg.deprivation", "area_code, district_code, district_name, measure, period, value", rows)
    asked = "select area_code, numerator, denominator from mart.neighbourhoods_by_rank('mhclg.deprivation', {}, {}) where area_code <> 'X' order by 1"
    assert mart.execute(asked.format(0, 0.1)).fetchall() == [("E05000001", 1, 1), ("E05000002", 0, 1), (CITY, 1, 2)]
    assert mart.execute(asked.format(0.2, 1)).fetchall() == [("E05000001", 0, 1), ("E05000002", 1, 1), (CITY, 1, 2)]


# The categories as the census of 2021 prints them (the tables' own names on Nomis), with counts made up so that each sum has one way to come about.
CATEGORIES = {
    "ons.country_of_birth": (
        "country_of_birth",
        [
            ("Total: All usual residents", "total", 100),
            ("Europe", "group", 80),
            ("Europe: United Kingdom", "detailed", 70),
            ("Europe: EU countries", "group", 8),
            ("Europe: EU countries: European Union EU14", "detailed", 5),
            ("Europe: EU countries: European Union EU8", "detailed", 3),
            ("Europe: Non-EU countries", "detailed", 2),
            ("Africa", "detailed", 20),
        ],
    ),
    "ons.household_composition_2021": (
        "household_composition",
        [
            ("Total: All households", "total", 100),
            ("One-person household", "group", 40),
            ("One-person household: Aged 66 years and over", "detailed", 13),
            ("One-person household: Other", "detailed", 27),
            ("Single family household: Lone parent family", "group", 17),
            ("Single family household: Lone parent family: With dependent children", "detailed", 11),
            ("Single family household: Lone parent family: All children non-dependent", "detailed", 6),
            ("Other household types: With dependent children", "detailed", 43),
        ],
    ),
    "ons.tenure_2021": (
        "tenure",
        [
            ("Total: All households", "total", 100),
            ("Owned", "group", 50),
            ("Owned: Owns outright", "detailed", 30),
            ("Owned: Owns with a mortgage or loan", "detailed", 20),
            ("Social rented", "group", 24),
            ("Social rented: Rents from council or Local Authority", "detailed", 14),
            ("Social rented: Other social rented", "detailed", 10),
            ("Private rented", "group", 25),
            ("Private rented: Private landlord or letting agency", "detailed", 23),
            ("Private rented: Other private rented", "detailed", 2),
            ("Lives rent free", "detailed", 1),
        ],
    ),
    "ons.accommodation_type_2021": (
        "accommodation_type",
        [
            ("Total: All households", "total", 100),
            ("Detached", "detailed", 70),
            ("In a purpose-built block of flats or tenement", "detailed", 20),
            ("Part of a converted or shared house, including bedsits", "detailed", 5),
            ("Part of another converted building, for example, former school, church or warehouse", "detailed", 2),
            ("In a commercial building, for example, in an office building, hotel or over a shop", "detailed", 1),
            ("A caravan or other mobile or temporary structure", "detailed", 2),
        ],
    ),
    "ons.economic_activity_2021": (
        "activity",
        [
            ("Total: All usual residents aged 16 years and over", "total", 100),
            ("Economically active (excluding full-time students)", "group", 57),
            ("Economically active (excluding full-time students): Unemployed", "detailed", 7),
            ("Economically active and a full-time student: Unemployed", "detailed", 2),
            ("Economically inactive: Looking after home or family", "detailed", 9),
            ("Economically inactive: Retired", "detailed", 25),
        ],
    ),
    "ons.occupation_2021": (
        "occupation",
        [
            ("Total: All usual residents aged 16 years and over in employment the week before the census", "total", 100),
            ("1. Managers, directors and senior officials", "detailed", 10),
            ("2. Professional occupations", "detailed", 21),
            ("3. Associate professional and technical occupations", "detailed", 12),
            ("4. Administrative and secretarial occupations", "detailed", 57),
        ],
    ),
}


@pytest.mark.parametrize(
    ("indicator", "share"),
    [
        ("born_outside_united_kingdom", 30),
        ("older_people_living_alone_2021", 13),
        ("lone_parent_households_2021", 11),
        ("owner_occupied_households_2021", 50),
        ("social_rented_households_2021", 24),
        ("private_rented_households_2021", 25),
        ("flats_share_2021", 28),
        ("unemployed_residents_2021", 9),
        ("inactive_looking_after_home_2021", 9),
        ("managers_and_professionals_2021", 43),
    ],
)
def test_a_census_indicator_counts_the_categories_that_it_names(mart: duckdb.DuckDBPyConnection, indicator: str, share: float) -> None:
    found = next(one for one in load_all() if one.name == indicator)
    dataset = next(name for name in found.sources if name in CATEGORIES)
    column, categories = CATEGORIES[dataset]
    rows = [
        ("E01000001", "North", "lsoa", "2021", "2021", name, kind, float(value), None, None, "s", "p", at, "v")
        for at, (name, kind, value) in enumerate(categories)
    ]
    names = f"area_code, area_name, area_level, area_vintage, period, {column}, {column}_kind, value"
    _table(mart, dataset, f"{names}, status, marker, snapshot_id, source_part, source_row, vintage", rows)
    mart.execute(f"alter table {dataset} add column period_start date")
    mart.execute(f"alter table {dataset} add column period_end date")
    counted = mart.execute(f"select area_level, numerator, denominator from ({found.sql}) order by area_level").fetchall()
    assert counted == [(level, share, 100) for level in ("local_authority", "lsoa", "msoa", "ward")]
