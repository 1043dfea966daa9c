"""The reference tables that ship with the project: the strategy's aims, comparators, and small areas whose ward was found by polygon.

They are small, in git, and each says where it comes from. Refuses nothing: a test holds them to their columns.
"""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb

from expectations.place import home_place
from warehouse.indicators.aims import REFERENCE, aims
from warehouse.indicators.rows import insert

_ENGLAND = {
    "role": "country",
    "area_code": "E92000001",
    "area_name": "England",
    "reason": "The nation that the strategy compares the city with",
}


def reference_files() -> list[Path]:
    """Every reference file that indicators and figures are made with."""
    names = ("strategy_aims.csv", "areas_by_polygon.csv", "comparators.csv", "strategy_figures.csv", "strategy_sources.toml")
    return [REFERENCE / name for name in names]


def fill_reference(connection: duckdb.DuckDBPyConnection) -> None:
    """Fill the reference tables of the mart."""
    insert(
        connection,
        "mart.strategy_aims",
        [{"aim": aim.key, "kind": aim.kind, "number": aim.number, "title": aim.title} for aim in aims().values()],
    )
    home = home_place()
    here = {"role": "home", "area_code": home.code, "area_name": home.name, "reason": "The authority whose evidence base this is"}
    insert(connection, "mart.comparators", [here, _ENGLAND, *_rows("comparators.csv")])
    insert(connection, "mart.areas_by_polygon", _rows("areas_by_polygon.csv"))


def _rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
