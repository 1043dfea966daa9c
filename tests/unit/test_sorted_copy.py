"""A large table is landed in the same order and with the same cells as a small one, though its repeated words are sorted as numbers."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from pyarrow import parquet

from tasks import sorted_copy
from tasks.sorted_copy import sorted_rows

TYPES = {"area": "VARCHAR", "sex": "VARCHAR", "name": "VARCHAR", "always": "VARCHAR", "value": "DOUBLE", "vintage": "VARCHAR"}
ORDER = ("always", "sex", "area", "name")
Rows = list[tuple[object, ...]]


@pytest.fixture
def rows(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    connection.execute(
        """
        create table tidy as select
            case when i % 11 = 0 then null else ['b', 'B', 'é', '', ' a', 'it''s'][1 + i % 6] end as area,
            case when i % 7 = 0 then null else ['Male', 'Female'][1 + i % 2] end as sex,
            'name ' || hash(i) as name, 'all' as always, i / 3 as value
        from range(1000) as t(i) order by hash(i)
        """
    )
    return connection


def filled(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    counts = connection.execute("select count(*), count(columns(*)) from tidy").fetchall()[0]
    return dict(zip(["*", *list(TYPES)[:5]], counts, strict=True))


def written(connection: duckdb.DuckDBPyConnection) -> Rows:
    with sorted_rows(connection, "tidy", TYPES, {"vintage": "v1"}, ORDER, filled(connection)) as select:
        return connection.execute(select).fetchall()


def test_words_sorted_as_numbers_give_the_same_rows_in_the_same_order(
    rows: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = written(rows)
    expected = rows.execute("select *, 'v1' from (select * from tidy order by always, sex, area, name)").fetchall()
    assert plain == expected
    monkeypatch.setattr(sorted_copy, "WORTH_CODING", 1)
    monkeypatch.setattr(sorted_copy, "FEW_IN_SAMPLE", 100)  # `name` has a thousand
    assert written(rows) == expected


def test_repeated_words_are_written_as_plain_text(rows: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sorted_copy, "WORTH_CODING", 1)
    expected = written(rows)
    with sorted_rows(rows, "tidy", TYPES, {"vintage": "v1"}, ORDER, filled(rows)) as select:
        rows.execute(f"copy ({select}) to '{tmp_path / 'out.parquet'}' (format parquet, compression zstd)")
    table = parquet.read_table(tmp_path / "out.parquet")
    assert [str(field.type) for field in table.schema] == ["string"] * 4 + ["double", "string"]
    assert [tuple(row.values()) for row in table.to_pylist()] == expected


def test_what_was_made_for_the_sorting_is_gone_afterwards(rows: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sorted_copy, "WORTH_CODING", 1)
    written(rows)
    assert rows.execute("select count(*) from duckdb_types() where type_name like 'words_%'").fetchone() == (0,)


def test_a_column_of_too_many_words_is_sorted_as_it_is(rows: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sorted_copy, "WORTH_CODING", 1)
    monkeypatch.setattr(sorted_copy, "MOST_WORDS", 1)
    assert written(rows) == rows.execute("select *, 'v1' from (select * from tidy order by always, sex, area, name)").fetchall()
