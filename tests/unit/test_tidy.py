"""The step tidy: a SELECT that takes each row as it comes stays a view of a large table, and every value is computed all the same."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from expectations.declaration import Dataset, RawColumn, load_file
from expectations.errors import EvidenceError
from expectations.shape import Layout
from tasks import tidy
from warehouse.home import PROJECT

BENCH = PROJECT / "bench"
COLUMNS = "period, area_code, area_name, area_level, sex, age_band, ethnic_group, tenure, people, share"


@pytest.fixture
def dataset() -> Dataset:
    return load_file(BENCH / "bench" / "census.yaml")


@pytest.fixture
def arrived(connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch) -> duckdb.DuckDBPyConnection:
    cells = ", ".join(f"'{name} ' || i as {name}" for name in COLUMNS.split(", ")[:8])
    connection.execute(
        f"create table part as select {cells}, case when i = 7 then 'c' else i::varchar end as people, '1.5' as share, "
        "i + 2 as _row, 'a.csv' as _part from range(300) as t(i); create view arrived as from part"
    )
    monkeypatch.setattr(tidy, "TRIED_ROWS", 100)
    monkeypatch.setattr(tidy, "CHEAP", 1.0)
    return connection


def kind_of(connection: duckdb.DuckDBPyConnection) -> str:
    views = connection.execute("select count(*) from duckdb_views() where view_name = 'tidy'").fetchone()
    return "view" if views == (1,) else "table"


def test_a_cheap_select_of_a_large_table_is_not_written_down(arrived: duckdb.DuckDBPyConnection, dataset: Dataset) -> None:
    assert tidy.transform(dataset, arrived, BENCH) == 300
    assert kind_of(arrived) == "view"
    seen = arrived.execute("select * from tidy order by source_row").fetchall()
    arrived.execute("create or replace view arrived as from part limit 1000")  # a limit holds rows back
    assert tidy.transform(dataset, arrived, BENCH) == 300
    assert kind_of(arrived) == "table"
    assert arrived.execute("select * from tidy order by source_row").fetchall() == seen


def test_a_dear_select_is_written_down(arrived: duckdb.DuckDBPyConnection, dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tidy, "CHEAP", 0.0)
    tidy.transform(dataset, arrived, BENCH)
    assert kind_of(arrived) == "table"


def test_a_value_that_does_not_fit_is_an_error_of_this_step(arrived: duckdb.DuckDBPyConnection, dataset: Dataset) -> None:
    arrived.execute("update part set people = 'twelve' where _row = 290")
    with pytest.raises(EvidenceError) as refused:
        tidy.transform(dataset, arrived, BENCH)
    assert refused.value.code == "tidy.failed"
    assert "twelve" in str(refused.value)


def test_the_rows_of_a_dataset_that_discards_rows_are_written_down(arrived: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    declared = tmp_path / "bench" / "census.yaml"
    shutil.copytree(BENCH / "bench", declared.parent)
    rule = "expect_column_values_to_be_between: {column: value, min_value: 0"
    declared.write_text(declared.read_text(encoding="utf-8").replace(rule, f"{rule}, on_failure: discard_rows"), encoding="utf-8")
    tidy.transform(load_file(declared), arrived, BENCH)
    assert kind_of(arrived) == "table"


@pytest.mark.parametrize("headers", [("Visits", "Total"), ("Total", "Visits"), ("VISITS", "Total"), ("visits", "Total")])
def test_a_header_that_is_our_name_of_another_column_steps_aside(
    connection: duckdb.DuckDBPyConnection, dataset: Dataset, headers: tuple[str, ...]
) -> None:
    raw = dataset.raw.model_copy(update={"columns": {"visits": RawColumn(headers=("Total",))}, "labels": ()})
    other = next(header for header in headers if header != "Total")
    cells = ", ".join(f"'{'sum' if header == 'Total' else 'other'}' as \"{header}\"" for header in headers)
    connection.execute(f"create table part as select {cells}")
    part = tidy.PartTable("a.csv", "part", Layout(format="csv", headers=headers, columns=headers), {})
    tidy.name_columns(connection, dataset.model_copy(update={"raw": raw}), part)
    assert connection.execute(f'select visits, "{other}__2", _part from part').fetchall() == [("sum", "other", "a.csv")]


def test_a_header_that_is_our_own_name_is_the_column_where_no_declared_one_came(dataset: Dataset) -> None:
    raw = dataset.raw.model_copy(update={"columns": {"visits": RawColumn(headers=("Total",))}, "labels": ()})
    declared = dataset.model_copy(update={"raw": raw})
    assert tidy.canonical_columns(declared, Layout(format="csv", headers=("visits",), columns=("visits",))) == {"visits": "visits"}
    assert tidy.canonical_columns(declared, Layout(format="csv", headers=("Visits",), columns=("Visits",))) == {"Visits": "Visits"}
