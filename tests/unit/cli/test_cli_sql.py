"""`evidence sql` answers, and can be handed to anyone: it cannot write, read files, reach a network, or run for ever."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import duckdb
import pytest
from cli_said import Evidence

from warehouse.home import Home


@pytest.fixture(autouse=True)
def published(home: Home) -> Path:
    """A small published database."""
    home.root.mkdir(parents=True)
    with duckdb.connect(str(home.database)) as connection:
        connection.execute("create schema ons")
        connection.execute(
            "create table ons.population as select 'E08000025' as area_code, 2020 + i as year, 1.5 * i as value, date '2026-01-01' as day, "
            "case i when 3 then 'nan'::double end as odd from range(5) t(i)"
        )
        connection.execute("comment on column ons.population.value is 'people, mid-year'")
    return home.database


def test_a_question_is_answered(evidence: Evidence) -> None:
    said = evidence("sql", "select sum(value) as total from ons.population")
    assert (said.code, said.err) == (0, "")
    assert "total" in said.out
    assert "15.0" in said.out


def test_csv_is_csv(evidence: Evidence) -> None:
    said = evidence("sql", "select year, value from ons.population order by year", "--csv")
    assert list(csv.reader(io.StringIO(said.out)))[:2] == [["year", "value"], ["2020", "0.0"]]


def test_json_is_json_even_of_nan_and_dates(evidence: Evidence) -> None:
    rows = json.loads(evidence("sql", "select day, odd from ons.population order by year", "--json").out)
    assert rows[3] == {"day": "2026-01-01", "odd": None}


def test_rows_are_limited_and_it_is_said(evidence: Evidence) -> None:
    said = evidence("sql", "from ons.population", "--csv", "--limit", "2")
    assert len(said.out.splitlines()) == 3
    assert "first 2 rows" in said.err
    assert len(evidence("sql", "from ons.population", "--csv", "--limit", "0").out.splitlines()) == 6


@pytest.mark.parametrize(
    "query",
    [
        "create table ons.mine as select 1",
        "delete from ons.population",
        "drop table ons.population",
        "select 1; select 2",
        "",
        "attach ':memory:' as other",
        "set enable_external_access = true",
        "pragma enable_profiling",
        "copy ons.population to 'out.csv'",
        "install httpfs",
        "load httpfs",
        "select * from read_csv('/etc/passwd')",
        "from '/etc/passwd'",
        "select * from read_text('/etc/passwd')",
        "select * from glob('/etc/*')",
        "from read_parquet('https://example.org/a.parquet')",
        "explain analyze select * from read_text('/etc/passwd')",
        "explain analyze copy (select 1) to 'out.csv'",
        "explain analyze create table ons.mine as select 1",
        "with x as (select 1) insert into ons.population select * from x",
        "export database 'out'",
        "import database '/etc'",
        "select getenv('HOME')",
        "from query('select * from read_text(''/etc/passwd'')')",
        "from read_blob('/etc/passwd')",
        "from sniff_csv('/etc/passwd')",
        "from parquet_metadata('/etc/passwd')",
        "from duckdb_secrets()",
        "create secret mine (type s3)",
        "create temp macro mine() as 1",
        "from enable_logging(storage := 'file', storage_path := 'out.csv')",
        "from enable_profiling(format := 'json', save_location := 'out.csv')",
        "from checkpoint()",
        "detach evidence",
        "selct 1",
        "from ons.nowhere",
    ],
)
def test_what_is_no_question_to_this_database_is_refused(evidence: Evidence, query: str, published: Path, tmp_path: Path) -> None:
    before = published.read_bytes()
    said = evidence("sql", query)
    assert said.code == 2
    assert "[command.query_failed]" in said.err
    assert "root:" not in said.out + said.err
    assert published.read_bytes() == before
    assert not Path("out.csv").exists()


def test_a_query_writes_no_spill_beside_the_database_and_sees_no_variable_of_the_program(evidence: Evidence, published: Path) -> None:
    assert json.loads(evidence("sql", "select current_setting('temp_directory') as folder", "--json").out) == [{"folder": ""}]
    assert evidence("sql", "from statements").code == 2
    assert [path.name for path in published.parent.iterdir()] == [published.name]


def test_a_query_that_does_not_end_is_stopped(evidence: Evidence) -> None:
    said = evidence("sql", "select count(*) from range(1000000000) a, range(1000000000) b", "--seconds", "0.5")
    assert said.code == 2
    assert "within 0.5 s" in said.err


def test_a_question_from_standard_input(evidence: Evidence, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("select max(year) as newest from ons.population"))
    assert json.loads(evidence("sql", "-", "--json").out) == [{"newest": 2024}]


def test_a_home_without_a_database_says_what_to_do(evidence: Evidence, published: Path) -> None:
    published.unlink()
    said = evidence("sql", "select 1")
    assert said.code == 1
    assert "evidence run --sample" in said.err


def test_show_lists_tables_and_the_columns_of_one(evidence: Evidence) -> None:
    assert "ons.population" in evidence("show").out
    assert [row["name"] for row in json.loads(evidence("show", "--json").out)] == ["ons.population"]
    # A table that is no dataset is shown from the database, with the comments of its columns.
    with duckdb.connect(str(Home.from_environment().database)) as connection:
        connection.execute(
            "create schema meta; create table meta.vintages (vintage varchar); comment on column meta.vintages.vintage is 'its id'"
        )
    said = evidence("show", "meta.vintages")
    assert "its id" in said.out
    wrong = evidence("show", "meta.vintage")
    assert wrong.code == 2
    assert "Did you mean meta.vintages?" in wrong.err
