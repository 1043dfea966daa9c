"""The step check: what it says of a result, and that it leaves the decision to the pipeline."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from expectations.errors import EvidenceError
from expectations.rules import CheckResult, Rule, SuiteResult, parse
from tasks.check import check, failure, say

COLUMNS = ["area_code", "measure", "value", "source_row"]
RATE = Rule(
    "expect_column_values_to_be_between", {"column": "value", "min_value": 0, "max_value": 100}, "measure = 'rate'", because="it is a rate"
)


@pytest.fixture
def tidy(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    connection.execute(
        """create table tidy as from (values ('E08000025', 'rate', 105.5, 2), ('E08000026', 'rate', 4.0, 3), ('E08000026', 'count', 900.0, 4))
        as rows(area_code, measure, value, source_row)"""
    )
    return connection


def test_a_rule_that_does_not_hold_is_a_result_and_not_an_error(tidy: duckdb.DuckDBPyConnection) -> None:
    result = check(tidy, "tidy", [RATE], ["area_code", "measure"])
    assert not result.success
    assert [failed.rows for failed in result.failed] == [
        ({"area_code": "E08000025", "measure": "rate", "source_row": 2, "value": 105.5},),
    ]


def test_a_failed_warning_never_fails_the_run(tidy: duckdb.DuckDBPyConnection) -> None:
    raw: list[dict[str, Any]] = [{"expect_column_max_to_be_between": {"column": "value", "max_value": 1, "severity": "warning"}}]
    result = check(tidy, "tidy", parse(raw, COLUMNS), ["area_code", "measure"])
    assert result.success
    assert [say(warned) for warned in result.warnings] == ["the largest `value` is at most 1: found 900.0"]


def test_no_rule_and_no_grain_is_an_error(tidy: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(EvidenceError, match=r"check\.empty"):
        check(tidy, "tidy", [], [])


def test_a_failure_names_the_rule_the_extent_an_example_and_the_reason(tidy: duckdb.DuckDBPyConnection) -> None:
    error = failure(check(tidy, "tidy", [RATE], ["area_code", "measure"]), "dfe.absence")
    assert (error.code, error.dataset, error.where) == ("check.failed", "dfe.absence", "tidy")
    assert error.expected == "4 rules to hold"
    assert error.found == (
        "`value` is between 0 and 100 where measure = 'rate': 1 of 2 rows break it, "
        "such as area_code 'E08000025', measure 'rate', source_row 2, value 105.5, because it is a rate"
    )


def test_a_failure_names_a_few_rules_and_counts_the_rest() -> None:
    failed = tuple(
        CheckResult(Rule("expect_table_row_count_to_equal", {"value": number}), success=False, observed=7, rows_judged=7)
        for number in range(5)
    )
    assert failure(SuiteResult("tidy", 7, failed)).found == (
        "the number of rows is 0: found 7; the number of rows is 1: found 7; the number of rows is 2: found 7; and 2 more"
    )


@pytest.mark.parametrize(
    ("name", "arguments", "observed", "said"),
    [
        ("expect_column_to_exist", {"column": "value"}, None, "there is a column `value`: it is not so"),
        (
            "expect_column_distinct_values_to_equal_set",
            {"column": "measure", "value_set": ["rate"]},
            {"missing": ["rate"], "unexpected": ["count", "x"]},
            "`measure` holds exactly 'rate': missing 'rate'; unexpected 'count', 'x'",
        ),
    ],
)
def test_what_was_found_is_said_in_words(name: str, arguments: dict[str, Any], observed: Any, said: str) -> None:
    assert say(CheckResult(Rule(name, arguments), success=False, observed=observed)) == said


def test_a_rule_that_held_of_nothing_says_so() -> None:
    assert say(CheckResult(RATE, success=True, rows_judged=0)).endswith("(no row came under it)")
    assert say(CheckResult(RATE, success=True, rows_judged=3)) == RATE.sentence


def test_a_query_that_finds_rows_is_told_by_its_reason_and_not_by_its_sql(tidy: duckdb.DuckDBPyConnection) -> None:
    because = "a rate has a number or a reason"
    (rule,) = parse([{"unexpected_rows": {"query": "select area_code from {table} where value > 100", "because": because}}], ["value"])
    error = failure(check(tidy, "tidy", [rule], []), "dfe.absence")
    assert (
        error.found.startswith(f"{because}: not so in ") and "such as area_code 'E08000025'" in error.found and "select" not in error.found
    )
