"""What the adapter relies on in Great Expectations and duckdb-engine, one fact a test: these fail when either changes under it."""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Iterator
from typing import Any

import duckdb
import great_expectations as gx
import pytest
from great_expectations.constants import MAX_RESULT_RECORDS
from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext
from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation

from expectations.errors import EvidenceError
from expectations.gx import validate
from expectations.gx.borrowed import DuckDBExecutionEngine
from expectations.gx.translation import FETCHED_ROWS
from expectations.rules import Rule, SuiteResult, parse

COLUMNS = ["area_code", "period", "measure", "value"]
GRAIN = ["area_code", "period", "measure"]


@pytest.fixture
def tidy(connection: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    connection.execute(
        """create table tidy as
        select 'E0800' || lpad((i % 50)::varchar, 4, '0') as area_code, (2000 + i // 50)::varchar as period,
               'absence_rate' as measure, (i % 100)::double as value from range(1000) as numbers(i)"""
    )
    yield connection


def rules(*raw: dict[str, dict[str, Any]]) -> tuple[Rule, ...]:
    return parse(list(raw), COLUMNS)


SOME = (
    {"expect_column_values_to_match_regex": {"column": "area_code", "regex": r"^E\d{8}$"}},
    {"expect_column_values_to_be_between": {"column": "value", "min_value": 0, "max_value": 100}},
    {"expect_column_values_to_be_in_set": {"column": "measure", "value_set": ["absence_rate"]}},
    {"expect_column_values_to_not_be_null": {"column": "value"}},
    {"expect_column_mean_to_be_between": {"column": "value", "min_value": 0, "max_value": 100}},
)


def check(connection: duckdb.DuckDBPyConnection, *raw: dict[str, dict[str, Any]]) -> SuiteResult:
    return validate(connection, "tidy", rules(*raw), GRAIN)


def test_a_suite_that_holds_costs_few_statements_however_many_rules_it_has(tidy: duckdb.DuckDBPyConnection) -> None:
    few = check(tidy, *SOME)
    more = [{"expect_column_values_to_be_between": {"column": "value", "min_value": -bound, "max_value": 100}} for bound in range(1, 20)]
    many = check(tidy, *SOME, *more)
    assert few.success
    assert many.success
    assert few.statements <= 8
    assert many.statements == few.statements


def test_the_table_is_never_copied_and_nothing_stays_behind(tidy: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []
    execute = DuckDBExecutionEngine.execute_query

    def overheard(engine: DuckDBExecutionEngine, query: Any) -> Any:
        heard.append(str(query))
        return execute(engine, query)

    monkeypatch.setattr(DuckDBExecutionEngine, "execute_query", overheard)
    check(tidy, *SOME)
    assert heard
    assert not [sql for sql in heard if "create" in sql.lower()]
    left = "select table_name from duckdb_tables() where temporary union all select view_name from duckdb_views() where not internal"
    assert tidy.execute(left).fetchall() == []


def test_the_connection_stays_open_and_its_transaction_is_left_alone(tidy: duckdb.DuckDBPyConnection) -> None:
    tidy.execute("begin")
    tidy.execute("insert into tidy values ('E08000025', '2024', 'absence_rate', 500)")
    result = check(tidy, SOME[1])
    assert [failed.rows[0]["value"] for failed in result.failed] == [500]  # what is not committed is seen
    tidy.execute("rollback")
    assert tidy.execute("select count(*) from tidy").fetchone() == (1000,)
    assert check(tidy, SOME[1]).success


def test_a_rule_that_breaks_inside_the_owners_transaction_is_still_named(tidy: duckdb.DuckDBPyConnection) -> None:
    tidy.execute("begin")
    with pytest.raises(EvidenceError, match="no_such_function"):
        check(tidy, *SOME, {"unexpected_rows": {"query": "select no_such_function(value) from {table}"}})
    tidy.execute("rollback")
    assert check(tidy, *SOME).success


def test_a_temporary_table_of_the_connection_can_be_checked(tidy: duckdb.DuckDBPyConnection) -> None:
    tidy.execute("create temporary table aside as from tidy limit 10")
    assert validate(tidy, "aside", rules(*SOME), GRAIN).rows == 10


def test_a_table_of_a_read_only_database_can_be_checked(tmp_path: Any) -> None:
    with duckdb.connect(str(tmp_path / "a.duckdb")) as made:
        made.execute("create schema ons")
        made.execute("create table ons.tidy as select 'E08000025' as area_code, '2024' as period, 'absence_rate' as measure, 5.0 as value")
    with duckdb.connect(str(tmp_path / "a.duckdb"), read_only=True) as opened:
        assert validate(opened, "ons.tidy", rules(*SOME), GRAIN).success


def test_patterns_take_the_whole_value_as_elsewhere(tidy: duckdb.DuckDBPyConnection) -> None:
    tidy.execute("update tidy set area_code = 'abc1' where period = '2000' and area_code = 'E08000001'")
    result = check(tidy, {"expect_column_values_to_match_regex": {"column": "area_code", "regex": r"^\w?\d+$"}})
    assert [failed.unexpected_count for failed in result.failed] == [1]


@pytest.mark.parametrize(("declared", "holds"), [("DOUBLE", True), ("float8", True), ("VARCHAR", False), ("DECIMAL(10,2)", False)])
def test_types_are_those_of_duckdb_under_any_of_their_names(tidy: duckdb.DuckDBPyConnection, declared: str, holds: bool) -> None:
    result = check(tidy, {"expect_column_values_to_be_of_type": {"column": "value", "type_": declared}})
    assert result.success == holds
    assert result.results[-1].observed == "DOUBLE"


def test_great_expectations_fetches_as_many_rows_of_a_query_as_we_count_on() -> None:
    assert FETCHED_ROWS == MAX_RESULT_RECORDS
    assert UnexpectedRowsExpectation.metric_dependencies == ("unexpected_rows_query.table", "unexpected_rows_query.row_count")


def test_nothing_is_printed_or_logged(
    tidy: duckdb.DuckDBPyConnection, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    broken = {"expect_column_values_to_match_regex": {"column": "value", "regex": "^a$"}}
    check(tidy, *SOME, {"unexpected_rows": {"query": "select * from {table} where value > 98"}})
    with pytest.raises(EvidenceError):
        check(tidy, *SOME, broken)
    assert capfd.readouterr() == ("", "")
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_checks_in_several_threads_do_not_mix(tidy: duckdb.DuckDBPyConnection) -> None:
    found: dict[int, float] = {}

    def of(number: int) -> None:
        with duckdb.connect(":memory:") as own:
            own.execute(f"create table tidy as select 'E' as area_code, '1' as period, 'm' as measure, {number}.0 as value")
            result = check(own, {"expect_column_max_to_be_between": {"column": "value", "max_value": 0}})
            found[number] = result.failed[0].observed

    threads = [threading.Thread(target=of, args=(number,)) for number in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: float(number) for number in range(1, 5)}


def test_many_checks_in_one_process_keep_nothing(tidy: duckdb.DuckDBPyConnection) -> None:
    """Counted in objects: what a process takes of memory moves with everything that ran in it before."""
    kept = (DuckDBExecutionEngine, gx.ExpectationSuite, gx.ValidationDefinition, EphemeralDataContext)
    objects, alive = [], []
    for number in range(1, 81):
        validate(tidy, "tidy", rules(SOME[1]), [])
        if number in (20, 80):
            gc.collect()
            every = gc.get_objects()
            objects.append(len(every))
            alive.append(sum(type(thing) in kept for thing in every))
            del every
    assert alive[1] <= alive[0]
    assert alive[1] <= 2 * len(kept)
    assert (objects[1] - objects[0]) / 60 < 20  # objects a check
