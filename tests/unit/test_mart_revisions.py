"""mart.revisions has every figure that a newer vintage changed, in one table over all datasets, and shows none that was suppressed since."""

from __future__ import annotations

from dataclasses import replace

import duckdb

from tasks.land import land
from tasks.publish import publish
from tests.landing import POPULATION, land_rows, snapshot
from warehouse.home import Home
from warehouse.table import TableColumn


def asked(home: Home, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(home.database), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_revisions_of_all_datasets_stand_in_one_table(home: Home, connection: duckdb.DuckDBPyConnection) -> None:
    land_rows(connection, home, [("E08000025", "2021", 100.0, None), ("E08000026", "2021", 3.0, None)], name="a")
    land_rows(connection, home, [("E08000025", "2021", 110.0, None), ("E08000026", "2021", None, "suppressed")], name="b")
    publish(home, [POPULATION])
    told = asked(
        home,
        """select dataset, key, area_code, period, measure, value_before, value_after, moved, round(share_moved, 3), status_before, status_after,
            vintage_before <> vintage_after, revised_at is not null from mart.revisions order by area_code""",
    )
    assert told == [
        ("ons.population", "", "E08000025", "2021", None, 100.0, 110.0, 10.0, 0.1, None, None, True, True),
        ("ons.population", "", "E08000026", "2021", None, None, None, None, None, "withheld", "suppressed", True, True),
    ]
    assert asked(home, "select count(*) from duckdb_columns() where table_name = 'revisions' and comment is null") == [(0,)]


def test_a_file_without_revisions_has_the_table_all_the_same(home: Home, connection: duckdb.DuckDBPyConnection) -> None:
    land_rows(connection, home, [("E08000025", "2021", 100.0, None)])
    publish(home, [POPULATION])
    assert asked(home, "select count(*) from mart.revisions") == [(0,)]
    assert asked(home, "select count(*) from duckdb_functions() where function_name = 'indicator_provenance'") == [(1,)]


def test_the_rest_of_the_key_is_told_in_words_and_nothing_is_no_share(home: Home, connection: duckdb.DuckDBPyConnection) -> None:
    what = replace(
        POPULATION, columns=(TableColumn("borough", "VARCHAR", "Its name"), *POPULATION.columns[1:]), grain=("borough", "period")
    )
    for name, value in (("a", 0.0), ("b", 5.0)):
        row = f"'Sutton' as borough, '2021' as period, {value}::double as value, null::varchar as status, 'population.csv' as source_part"
        connection.execute(f"create or replace table tidy as select {row}, 2::bigint as source_row")
        land(connection, "tidy", what, snapshot(name), home, "run-1", name)
    publish(home, [what])
    assert asked(home, "select key, area_code, moved, share_moved from mart.revisions") == [("borough: Sutton", None, 5.0, None)]
