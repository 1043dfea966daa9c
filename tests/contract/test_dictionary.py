"""The published file explains itself: every table, view, macro and column has a comment, caveats travel with tables, a measure has one unit."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from expectations.declaration import all_ids, load
from warehouse.home import Home


@pytest.fixture(scope="module")
def sample(sample_home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(sample_home.database), read_only=True) as connection:
        yield connection


def asked(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[object, ...]]:
    return connection.execute(query).fetchall()


def test_nothing_in_the_file_is_without_a_comment(sample: duckdb.DuckDBPyConnection) -> None:
    assert asked(sample, "select schema_name, table_name from duckdb_tables() where not internal and coalesce(comment, '') = ''") == []
    assert asked(sample, "select schema_name, view_name from duckdb_views() where not internal and coalesce(comment, '') = ''") == []
    assert (
        asked(sample, "select schema_name, table_name, column_name from duckdb_columns() where not internal and coalesce(comment, '') = ''")
        == []
    )
    assert (
        asked(sample, "select schema_name, function_name from duckdb_functions() where not internal and coalesce(comment, '') = ''") == []
    )


def test_caveats_and_attribution_are_in_the_comment_of_every_table(sample: duckdb.DuckDBPyConnection) -> None:
    comments = dict(asked(sample, "select schema_name || '.' || table_name, comment from duckdb_tables() where not internal"))
    landed = [dataset for dataset in all_ids() if dataset in comments]
    assert len(landed) > 30
    for dataset in landed:
        declared = load(dataset)
        assert declared.attribution in str(comments[dataset]), dataset
        for caveat in declared.caveats:
            assert caveat.strip().rstrip(".") in str(comments[dataset]), dataset


def test_a_measure_has_one_unit_wherever_it_is_measured(sample: duckdb.DuckDBPyConnection) -> None:
    tables = asked(
        sample,
        """select dataset from meta.columns where dataset in (select dataset from meta.datasets where rows is not null)
        group by dataset having bool_or(column_name = 'measure') and bool_or(column_name = 'unit') order by dataset""",
    )
    union = " union all ".join(
        f"select distinct '{name}' as dataset, measure, unit from {name} where unit is not null" for (name,) in tables
    )
    told = asked(
        sample,
        f"""select measure from ({union}) where dataset <> 'council.card_spend' -- an amount is in the currency of the purchase
        group by measure having count(distinct unit) > 1 order by measure""",
    )
    assert told == []
