"""What a check says of real breaches: the verdict and the count are those of plain SQL, and the failing rows come with their keys."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from expectations.errors import EvidenceError
from expectations.gx import validate
from expectations.rules import MAXIMUM_ROWS, CheckResult, SuiteResult, parse

GRAIN = ["area_code", "period", "measure"]
COLUMNS = [*GRAIN, "period_start", "value", "lower_ci", "status", "source_part", "source_row"]


@pytest.fixture
def tidy(connection: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """400 rows: rates and counts of 40 areas over 5 years, with faults of each kind put in by row."""
    connection.execute(
        """create table tidy as
        select 'E0800' || lpad((i % 40)::varchar, 4, '0') as area_code, (2020 + i // 80)::varchar as period,
               case when i // 40 % 2 = 0 then 'absence_rate' else 'pupils' end as measure,
               make_date(2020 + i // 80, 9, 1) as period_start,
               case when i // 40 % 2 = 0 then (i % 101)::double else 1000.0 + i end as value,
               case when i // 40 % 2 = 0 then (i % 101)::double - 1 end as lower_ci,
               null::varchar as status, 'absence.csv' as source_part, (i + 2)::bigint as source_row
        from range(400) as numbers(i)"""
    )
    connection.execute("update tidy set value = 140 where source_row = 4")
    connection.execute("update tidy set area_code = 'Birmingham' where source_row = 7")
    connection.execute("update tidy set value = null, status = 'c' where source_row in (10, 11)")
    connection.execute("update tidy set lower_ci = 200 where source_row = 12")
    connection.execute("insert into tidy select * replace (402 as source_row) from tidy where source_row = 20")
    connection.execute("insert into tidy select * replace (403 as source_row, null as period) from tidy where source_row = 30")
    yield connection


def check(connection: duckdb.DuckDBPyConnection, *raw: dict[str, dict[str, Any]], grain: list[str] | None = None) -> SuiteResult:
    return validate(connection, "tidy", parse(list(raw), COLUMNS), [] if grain is None else grain)


def one(connection: duckdb.DuckDBPyConnection, name: str, **arguments: Any) -> CheckResult:
    (result,) = check(connection, {name: arguments}).results
    return result


RATE = "measure = 'absence_rate'"
ROWS = [  # rule, arguments, the same thing as SQL: what breaks it
    (
        "expect_column_values_to_be_between",
        {"column": "value", "min_value": 0, "max_value": 100, "where": RATE},
        f"value not between 0 and 100 and {RATE}",
    ),
    ("expect_column_values_to_be_between", {"column": "value", "max_value": 1200, "strict_max": True}, "value >= 1200"),
    ("expect_column_values_to_be_between", {"column": "period_start", "min_value": "2021-01-01"}, "period_start < date '2021-01-01'"),
    ("expect_column_values_to_match_regex", {"column": "area_code", "regex": r"^E\d{8}$"}, "area_code = 'Birmingham'"),
    ("expect_column_values_to_not_match_regex", {"column": "area_code", "regex": r"^E\d{7}1$"}, r"area_code like 'E%1'"),
    ("expect_column_values_to_match_like_pattern", {"column": "area_code", "like_pattern": "E%"}, "area_code not like 'E%'"),
    ("expect_column_values_to_not_be_null", {"column": "value"}, "value is null"),
    ("expect_column_values_to_be_null", {"column": "status", "where": "value is null"}, "value is null"),
    ("expect_column_values_to_not_be_null", {"column": "status", "where": "value is null"}, "false"),
    ("expect_column_values_to_be_in_set", {"column": "measure", "value_set": ["pupils"]}, "measure <> 'pupils'"),
    (
        "expect_column_values_to_be_in_set",
        {"column": "value", "value_set": [1, 2, 3], "where": "value < 5"},
        "value < 5 and value not in (1, 2, 3)",
    ),
    ("expect_column_values_to_not_be_in_set", {"column": "period", "value_set": ["2020"]}, "period = '2020'"),
    ("expect_column_value_lengths_to_equal", {"column": "area_code", "value": 9}, "length(area_code) <> 9"),
    ("expect_column_value_lengths_to_be_between", {"column": "area_code", "max_value": 9}, "length(area_code) > 9"),
    (
        "expect_column_pair_values_a_to_be_greater_than_b",
        {"column_A": "value", "column_B": "lower_ci", "ignore_row_if": "either_value_is_missing"},
        "value <= lower_ci",
    ),
    (
        "expect_select_column_values_to_be_unique_within_record",
        {"column_list": ["value", "lower_ci"], "where": RATE},
        f"value = lower_ci and {RATE}",
    ),
    # predicates that Great Expectations has no words for are run on a view
    (
        "expect_column_values_to_be_between",
        {"column": "value", "max_value": 100, "where": "upper(measure) like 'ABS%'"},
        f"value > 100 and {RATE}",
    ),
    (
        "expect_column_values_to_be_between",
        {"column": "value", "max_value": 1200, "where": "(period = '2024' or period = '2020') and measure in ('pupils')"},
        "value > 1200 and period in ('2024', '2020') and measure = 'pupils'",
    ),
    (
        "expect_column_values_to_be_between",
        {"column": "value", "max_value": 1200, "where": "period_start >= date '2023-01-01' -- recent"},
        "value > 1200 and period >= '2023'",
    ),
    (
        "unexpected_rows",
        {"query": "select t.area_code, t.value from {table} as t where t.value > 1300 order by t.value desc;"},
        "value > 1300",
    ),
    (
        "unexpected_rows",
        {"query": "with big as (from {table} where value::int > 1300) select * from big where status is null and '10:30' <> ':x'"},
        "value > 1300",
    ),
    (
        "unexpected_rows",
        {"query": r"select a.* from {table} a join {table} b using (source_row) where regexp_matches(a.area_code, '^E\d{7}1$')"},
        "area_code like 'E%1'",
    ),
]


@pytest.mark.parametrize(("name", "arguments", "breaks"), ROWS)
def test_verdict_and_count_are_those_of_plain_sql(
    tidy: duckdb.DuckDBPyConnection, name: str, arguments: dict[str, Any], breaks: str
) -> None:
    (expected,) = tidy.execute(f"select count(*) from tidy where {breaks}").fetchone() or (None,)
    result = one(tidy, name, **arguments)
    assert result.unexpected_count == expected
    assert result.success == (expected == 0)
    assert len(result.rows) == min(expected, MAXIMUM_ROWS)


FIGURES = [
    ("expect_column_min_to_be_between", {"column": "value", "min_value": 0.5}, "min(value)"),
    ("expect_column_max_to_be_between", {"column": "period_start", "max_value": "2023-01-01"}, "max(period_start)::varchar"),
    (
        "expect_column_mean_to_be_between",
        {"column": "value", "max_value": 100, "where": "measure = 'pupils'"},
        "avg(value) filter (measure = 'pupils')",
    ),
    ("expect_column_median_to_be_between", {"column": "value", "max_value": 10}, "median(value)"),
    ("expect_column_sum_to_be_between", {"column": "value", "max_value": 10}, "sum(value)"),
    ("expect_column_stdev_to_be_between", {"column": "value", "max_value": 1}, "stddev_samp(value)"),
    ("expect_column_unique_value_count_to_be_between", {"column": "period", "max_value": 4}, "count(distinct period)"),
    ("expect_column_proportion_of_non_null_values_to_be_between", {"column": "lower_ci", "min_value": 0.9}, "count(lower_ci) / count(*)"),
    ("expect_table_row_count_to_be_between", {"max_value": 401}, "count(*)"),
    ("expect_table_row_count_to_equal", {"value": 5, "where": "period = '2020'"}, "count(*) filter (period = '2020')"),
]


@pytest.mark.parametrize(("name", "arguments", "figure"), FIGURES)
def test_a_figure_is_that_of_plain_sql(tidy: duckdb.DuckDBPyConnection, name: str, arguments: dict[str, Any], figure: str) -> None:
    (expected,) = tidy.execute(f"select {figure} from tidy").fetchone() or (None,)
    result = one(tidy, name, **arguments)
    assert result.observed == (pytest.approx(expected) if isinstance(expected, float) else expected)
    assert not result.success
    assert result.unexpected_count is None


def test_failing_rows_come_with_the_grain_the_column_and_the_source_row(tidy: duckdb.DuckDBPyConnection) -> None:
    rule = {"expect_column_values_to_be_between": {"column": "value", "min_value": 0, "max_value": 100, "where": RATE}}
    (failed,) = (result for result in check(tidy, rule, grain=GRAIN).failed if result.rule.name == "expect_column_values_to_be_between")
    assert failed.rows == (
        {
            "area_code": "E08000002",
            "period": "2020",
            "measure": "absence_rate",
            "source_part": "absence.csv",
            "source_row": 4,
            "value": 140.0,
        },
    )
    assert failed.rows_judged == 202


def test_rows_that_share_the_grain_are_named_with_their_source_rows(tidy: duckdb.DuckDBPyConnection) -> None:
    (filled, shared) = check(tidy, grain=GRAIN).failed
    assert (filled.sentence, filled.unexpected_count) == ("`period` is never empty", 1)
    assert (shared.sentence, shared.unexpected_count) == ("no two rows share (area_code, period, measure)", 2)
    assert shared.rows == (
        {"area_code": "E08000018", "period": "2020", "measure": "absence_rate", "rows_sharing": 2, "source_rows": [20, 402]},
    )


def test_many_groups_that_share_their_values_are_all_counted(tidy: duckdb.DuckDBPyConnection) -> None:
    tidy.execute("create table doubled as select * from tidy union all select * from tidy")
    results = validate(tidy, "doubled", (), GRAIN).results
    assert results[-1].unexpected_count == 804
    assert len(results[-1].rows) == MAXIMUM_ROWS


def test_more_rows_than_great_expectations_fetches_are_all_counted(tidy: duckdb.DuckDBPyConnection) -> None:
    result = one(tidy, "unexpected_rows", query="select * from {table} where area_code is not null")
    assert result.unexpected_count == 402
    assert len(result.rows) == MAXIMUM_ROWS


@pytest.mark.parametrize(("ignored", "count"), [("all_values_are_missing", 4), ("any_value_is_missing", 2), ("never", 6)])
def test_missing_values_count_as_alike_unless_they_are_to_be_ignored(
    connection: duckdb.DuckDBPyConnection, ignored: str, count: int
) -> None:
    rows = "('a', 'b'), ('a', 'b'), ('a', null), ('a', null), (null, null), (null, null), ('c', 'd')"
    connection.execute(f"create table tidy as from (values {rows}) as given(area_code, period)")
    result = one(connection, "expect_compound_columns_to_be_unique", column_list=["area_code", "period"], ignore_row_if=ignored)
    assert result.unexpected_count == count


def test_a_share_of_rows_may_break_a_rule_that_allows_it(tidy: duckdb.DuckDBPyConnection) -> None:
    result = one(tidy, "expect_column_values_to_not_be_null", column="value", mostly=0.99)
    assert result.success
    assert result.unexpected_count == 2
    assert result.unexpected_percent == pytest.approx(0.4975)
    assert not one(tidy, "expect_column_values_to_not_be_null", column="value", mostly=0.999).success


def test_of_a_set_the_missing_and_the_unexpected_are_named(tidy: duckdb.DuckDBPyConnection) -> None:
    result = one(tidy, "expect_column_distinct_values_to_equal_set", column="measure", value_set=["absence_rate", "enrolment"])
    assert result.observed == {"missing": ["enrolment"], "unexpected": ["pupils"]}


def test_only_a_critical_rule_fails_a_suite(tidy: duckdb.DuckDBPyConnection) -> None:
    breached = {"column": "value", "mostly": 1}
    rule = "expect_column_values_to_not_be_null"
    assert not check(tidy, {rule: breached}).success
    warned = check(tidy, {rule: {**breached, "severity": "warning", "because": "few are suppressed"}})
    assert warned.success
    assert [result.because for result in warned.warnings] == ["few are suppressed"]
    assert warned.warnings[0].raw["expectation_config"]["severity"] == "warning"
    assert len(check(tidy, {rule: {**breached, "severity": "info"}}).notes) == 1


def test_a_rule_under_which_no_row_came_says_so(tidy: duckdb.DuckDBPyConnection) -> None:
    arguments = {"column": "value", "max_value": 100}
    result = check(tidy, {"expect_column_values_to_be_between": {**arguments, "where": "measure = 'absense_rate'"}})
    assert result.success
    assert [empty.sentence for empty in result.judged_nothing] == ["`value` is at most 100 where measure = 'absense_rate'"]


def test_an_expectation_never_vanishes_from_the_results(tidy: duckdb.DuckDBPyConnection) -> None:
    raw = [{"expect_column_values_to_be_between": {"column": "value", "max_value": bound}} for bound in range(2000, 2040)]
    assert len(check(tidy, *raw, grain=GRAIN).results) == len(raw) + 4


def test_the_result_is_plain_json_and_keeps_what_great_expectations_said(tidy: duckdb.DuckDBPyConnection) -> None:
    told = json.loads(
        json.dumps(
            check(tidy, {"expect_column_max_to_be_between": {"column": "period_start", "max_value": "2020-01-01"}}, grain=GRAIN).as_dict()
        )
    )
    assert (told["rows"], told["checked"], told["failed"]) == (402, 5, 3)
    assert told["results"][-1]["result"]["result"]["observed_value"] == "2024-09-01"


BROKEN = [
    ({"expect_column_values_to_match_regex": {"column": "value", "regex": "^a$"}}, "regexp_full_match(DOUBLE"),
    ({"expect_column_values_to_be_between": {"column": "area_code", "min_value": 0}}, "Cannot compare values of type VARCHAR"),
    ({"unexpected_rows": {"query": "select no_such_function(value) from {table}"}}, "no_such_function"),
    ({"expect_column_values_to_not_be_null": {"column": "value", "where": "no_such_function(value)"}}, "no_such_function"),
    ({"expect_column_values_to_not_be_null": {"column": "status", "where": "area_code::int > 1"}}, "Could not convert string"),
]


@pytest.mark.parametrize(("raw", "message"), BROKEN)
def test_a_rule_that_cannot_run_is_named_among_those_that_can(tidy: duckdb.DuckDBPyConnection, raw: dict[str, Any], message: str) -> None:
    fine = [{"expect_column_values_to_not_be_null": {"column": column}} for column in COLUMNS]
    with pytest.raises(EvidenceError) as caught:
        check(tidy, *fine, raw, grain=GRAIN)
    assert caught.value.code == "check.broken_rule"
    assert caught.value.where == next(iter(raw))
    assert message in caught.value.found


def test_a_rule_for_a_column_that_the_table_lacks_cannot_run(tidy: duckdb.DuckDBPyConnection) -> None:
    tidy.execute("alter table tidy drop column status")
    with pytest.raises(EvidenceError, match=r"check\.broken_rule[\s\S]*status"):
        one(tidy, "expect_column_values_to_not_be_null", column="status")
