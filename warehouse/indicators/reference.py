"""The reference tables that ship with the project: the strategy's aims, comparators, and small areas whose ward was found by polygon.

They are small, in git, and each says where it comes from. Refuses nothing: a test holds them to their columns.
"""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb

from expectations.place import home_place
from warehouse.indicators.aims import REFERENCE, aims

_ENGLAND = ("country", "E92000001", "England", "The nation that the strategy compares the city with")
_REGIONS = "local_authority_regions.csv"


def reference_files() -> list[Path]:
    """Every reference file that indicators and figures are made with."""
    names = ("strategy_aims.csv", "areas_by_polygon.csv", "comparators.csv", "strategy_figures.csv", "strategy_sources.toml")
    return [REFERENCE / name for name in names]


def fill_reference(connection: duckdb.DuckDBPyConnection) -> None:
    """Fill the reference tables of the mart."""
    connection.executemany("insert into mart.strategy_aims values (?, ?, ?, ?)", [(aim.key, aim.kind, aim.number, aim.title) for aim in aims().values()])
    home = home_place()
    listed = _rows("comparators.csv")
    comparators = [("home", home.code, home.name, "The authority whose evidence base this is"), _ENGLAND]
    comparators += [(row["role"], row["area_code"], row["area_name"], row["reason"]) for row in listed]
    connection.executemany("insert into mart.comparators values (?, ?, ?, ?)", comparators)
    polygons = _rows("areas_by_polygon.csv")
    columns = ("from_code", "from_vintage", "to_vintage", "to_code", "share_of_area")
    # One statement: a row at a time would take half a second.
    values = ", ".join("(" + ", ".join(_quoted(row[name]) for name in columns) + ")" for row in polygons)
    connection.execute(f"insert into mart.areas_by_polygon values {values}")


def _rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
