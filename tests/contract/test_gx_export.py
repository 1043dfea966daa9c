"""A suite that is exported gives the same verdicts elsewhere: read back by Great Expectations and run on pandas, rule by rule."""

from __future__ import annotations

import json
from typing import Any

import duckdb
import great_expectations as gx
import pytest
from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation

from expectations.gx import suite_json, validate
from expectations.rules import parse

COLUMNS = ["area_code", "period", "measure", "value"]
GRAIN = ["area_code", "period", "measure"]
RULES: list[dict[str, dict[str, Any]]] = [
    {"expect_column_values_to_match_regex": {"column": "area_code", "regex": r"^E\d{8}$"}},
    {"expect_column_values_to_match_regex": {"column": "area_code", "regex": r"^(?:E\d+|Birmingham1)$"}},
    {"expect_column_values_to_match_regex": {"column": "period", "regex": r"^20\d\d$"}},
    {"expect_column_values_to_be_between": {"column": "value", "min_value": 0, "max_value": 100, "where": "measure = 'rate'"}},
    {
        "expect_column_values_to_be_between": {
            "column": "value",
            "min_value": 0,
            "max_value": 100,
            "where": "measure in ('count', 'x') and value > 0",
        }
    },
    {
        "expect_column_values_to_be_between": {
            "column": "value",
            "min_value": 0,
            "max_value": 40,
            "where": "measure = 'rate' and period = '2020' or value is null",
        }
    },
    {"expect_column_values_to_be_in_set": {"column": "measure", "value_set": ["rate", "count"]}},
    {"expect_column_values_to_be_in_set": {"column": "measure", "value_set": ["rate"], "mostly": 0.4}},
    {"expect_column_values_to_not_be_null": {"column": "value", "severity": "warning"}},
    {"expect_column_distinct_values_to_contain_set": {"column": "period", "value_set": ["2020", "2031"]}},
    {"expect_column_sum_to_be_between": {"column": "value", "min_value": 1, "where": "measure = 'rate'"}},
    {"expect_column_mean_to_be_between": {"column": "value", "max_value": 3}},
    {"expect_table_row_count_to_be_between": {"min_value": 10}},
    {"expect_table_columns_to_match_set": {"column_set": COLUMNS}},
]


@pytest.fixture
def tidy(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    connection.execute(
        """create table tidy as
        select 'E0800' || lpad((i % 20)::varchar, 4, '0') as area_code, (2020 + i // 20)::varchar as period,
               case when i // 20 % 2 = 0 then 'rate' else 'count' end as measure, (i % 50)::double as value
        from range(100) as numbers(i)
        union all select 'Birmingham1', '2020', 'rate', 120 union all select 'E08000001', '2020', 'rate', null"""
    )
    return connection


def test_verdicts_are_the_same_on_pandas(tidy: duckdb.DuckDBPyConnection) -> None:
    rules = parse(RULES, COLUMNS)
    here = {result.rule.id: result.success for result in validate(tidy, "tidy", rules, GRAIN).results}
    exported = gx.ExpectationSuite(**json.loads(json.dumps(suite_json(rules, "tidy", GRAIN))))
    context = gx.get_context(mode="ephemeral")
    frames = context.data_sources.add_pandas("frames").add_dataframe_asset("tidy").add_batch_definition_whole_dataframe("all")
    definition = gx.ValidationDefinition(name="tidy", data=frames, suite=context.suites.add(exported))
    result = context.validation_definitions.add(definition).run(batch_parameters={"dataframe": tidy.table("tidy").df()})
    elsewhere = {one["expectation_config"]["meta"]["rule"]: one["success"] for one in result.to_json_dict()["results"]}  # type: ignore[no-untyped-call]
    assert elsewhere == here
    assert set(here.values()) == {True, False}


def test_an_exported_rule_keeps_its_name_its_reason_and_its_severity() -> None:
    rule = {"expect_column_values_to_not_be_null": {"column": "value", "severity": "warning", "because": "few are suppressed"}}
    (told,) = suite_json(parse([rule], COLUMNS), "ons.tidy")["expectations"]
    assert (told["type"], told["severity"], told["kwargs"]) == ("expect_column_values_to_not_be_null", "warning", {"column": "value"})
    assert told["meta"]["because"] == "few are suppressed"
    assert told["description"] == "`value` is never empty"


def test_uniqueness_is_exported_under_its_own_name() -> None:
    assert [one["type"] for one in suite_json((), "tidy", GRAIN)["expectations"]][-1] == "expect_compound_columns_to_be_unique"


def test_an_exported_query_names_the_batch_and_keeps_its_braces_and_colons() -> None:
    query = "select value::int from {table} t where regexp_matches(area_code, '^E.{8}$') and period <> '10:30';"
    suite = suite_json(parse([{"unexpected_rows": {"query": query}}], COLUMNS), "tidy")
    (told,) = suite["expectations"]
    assert told["type"] == "unexpected_rows_expectation"
    assert UnexpectedRowsExpectation(**told["kwargs"]).unexpected_rows_query == (
        "with checked_rows as (select * from {batch}) "
        r"select value\:\:int from checked_rows t where regexp_matches(area_code, '^E.{{8}}$') and period <> '10\:30'"
    )


def test_a_rule_whose_where_has_no_words_there_is_named_as_left_out() -> None:
    rule = {"expect_column_values_to_not_be_null": {"column": "value", "where": "lower(measure) = 'rate'"}}
    suite = suite_json(parse([rule], COLUMNS), "tidy", ["area_code"])
    assert suite["meta"]["not_exported"] == ["`value` is never empty where lower(measure) = 'rate'"]
    assert len(suite["expectations"]) == 2
