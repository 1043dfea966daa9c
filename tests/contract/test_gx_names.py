"""Our table of expectations is Great Expectations' own: names, arguments, and whether a row condition is taken, in the pinned version."""

from __future__ import annotations

from importlib.metadata import version

import great_expectations.expectations as gxe
import pytest
from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation
from great_expectations.expectations.expectation import (
    ColumnMapExpectation,
    ColumnPairMapExpectation,
    Expectation,
    MulticolumnMapExpectation,
)
from great_expectations.expectations.metadata_types import FailureSeverity

from expectations.rules import EXPECTATIONS, SEVERITIES, UNEXPECTED_ROWS
from expectations.rules.vocabulary import MAP

TYPES = ("expect_column_values_to_be_of_type", "expect_column_values_to_be_in_type_list")
# Great Expectations gives these a default that is no rule (a pattern that takes everything, no columns to hold the table against).
REQUIRED_BY_US = {
    "expect_column_values_to_match_regex": {"regex"},
    "expect_column_values_to_be_in_type_list": {"type_list"},
    "expect_table_columns_to_match_set": {"column_set"},
    "expect_table_columns_to_match_ordered_list": {"column_list"},
}
# Not taken, with the reason: `escape` is not in DuckDB's reading of the patterns that Great Expectations writes for PostgreSQL.
LEFT_OUT = {"expect_column_values_to_match_like_pattern": {"escape"}, "expect_column_values_to_not_match_like_pattern": {"escape"}}
COMMON = {"id", "meta", "notes", "result_format", "description", "catch_exceptions", "rendered_content", "severity", "windows", "batch_id"}
COMMON |= {"row_condition", "condition_parser", "library_metadata", "mostly"}


def class_of(name: str) -> type[Expectation]:
    found: type[Expectation] = getattr(gxe, "".join(word.capitalize() for word in name.split("_")))
    return found


def test_the_version_is_the_one_that_was_measured() -> None:
    assert version("great_expectations") == "1.24.1", (
        "measure again, then move this line: tests/contract/test_gx_*.py say what is relied on"
    )


@pytest.mark.parametrize("name", sorted(set(EXPECTATIONS) - {UNEXPECTED_ROWS}))
def test_an_expectation_takes_the_arguments_that_we_say(name: str) -> None:
    signature, fields = EXPECTATIONS[name], class_of(name).__fields__
    assert class_of(name).expectation_type == name
    assert set(fields) - COMMON - LEFT_OUT.get(name, set()) == {*signature.required, *signature.optional}
    assert {key for key, field in fields.items() if field.required} == set(signature.required) - REQUIRED_BY_US.get(name, set())


@pytest.mark.parametrize("name", sorted(set(EXPECTATIONS) - {UNEXPECTED_ROWS, *TYPES}))
def test_an_expectation_is_of_the_kind_that_we_say(name: str) -> None:
    of_rows = issubclass(class_of(name), ColumnMapExpectation | ColumnPairMapExpectation | MulticolumnMapExpectation)
    assert (EXPECTATIONS[name].kind == MAP) == of_rows
    assert EXPECTATIONS[name].where == ("row_condition" in class_of(name).__fields__)
    assert ("mostly" in class_of(name).__fields__) == of_rows


def test_unexpected_rows_is_a_query_without_a_row_condition() -> None:
    assert UnexpectedRowsExpectation.__fields__["unexpected_rows_query"].required
    assert "row_condition" not in UnexpectedRowsExpectation.__fields__


def test_severities_are_those_of_great_expectations() -> None:
    assert set(SEVERITIES) == {severity.value for severity in FailureSeverity}
