"""`evidence export` and `evidence provenance indicators` print what a person can act on."""

from __future__ import annotations

import json

import duckdb
import pytest
from cli_said import Evidence

from tasks.publish import publish
from tests.landing import POPULATION, land_rows
from warehouse.home import Home


@pytest.fixture(autouse=True)
def published(home: Home, connection: duckdb.DuckDBPyConnection) -> None:
    """A small published file, with one indicator as the pipeline would have filled it in."""
    vintage = land_rows(connection, home, [("E08000025", "2021", 1142494.0, None)])
    publish(home, [POPULATION])
    home.database.chmod(0o644)
    with duckdb.connect(str(home.database)) as writing:
        writing.execute(
            f"""insert into mart.indicator_values by name select 'residents' as indicator, 'all' as breakdown, 'E08000025' as area_code,
                '2021' as period, 1142494.0 as value, 'people' as unit, '{vintage.id}' as vintages"""
        )
        writing.execute("update mart.indicators set datasets = 'ons.population' where indicator = 'residents'")


def test_an_export_says_what_it_wrote(evidence: Evidence, home: Home) -> None:
    said = evidence("export", "ons.population", "--format", "csv")
    assert said.code == 0
    assert str(home.root / "exports" / "ons.population.csv") in said.out
    assert "1 table, 1 rows." in said.out
    told = json.loads(evidence("export", "ons.population", "--json").out)
    assert told["tables"] == ["ons.population"] and told["rows"] == 1


def test_a_table_that_is_not_there_is_wrong_use(evidence: Evidence) -> None:
    said = evidence("export", "ons.populaton")
    assert said.code == 2 and "Did you mean ons.population?" in said.err


def test_the_provenance_of_an_indicator_names_dataset_vintage_and_release(evidence: Evidence) -> None:
    said = evidence("provenance", "indicators", "residents", "--area", "E08000025", "--period", "2021")
    assert said.code == 0, said.err
    assert "1,142,494 people" in said.out and "ons.population" in said.out
    assert json.loads(evidence("provenance", "indicators", "residents", "--json").out)[0]["from"][0]["dataset"] == "ons.population"
    assert "area_code=E08000025 period=2021 --cells" in " ".join(said.out.split()), "and how to reach the cells"


def test_an_indicator_that_is_not_there_is_named_with_the_nearest(evidence: Evidence) -> None:
    said = evidence("provenance", "indicators", "resident")
    assert said.code != 0 and "Did you mean residents?" in said.err
    assert evidence("provenance", "indicators").code == 2
