"""Rules are read offline: what is refused, what is suggested, and how a rule reads in words. Great Expectations is never imported here."""

from __future__ import annotations

import datetime
import subprocess
import sys
from typing import Any

import pytest

from expectations.errors import EvidenceError
from expectations.rules import EXPECTATIONS, Rule, grain_rules, parse, suite
from expectations.rules.arguments import unanchored

COLUMNS = {
    "area_code": "VARCHAR",
    "period": "VARCHAR",
    "period_start": "DATE",
    "measure": "VARCHAR",
    "value": "DOUBLE",
    "status": "VARCHAR",
}


def one(name: str, **arguments: Any) -> Rule:
    (rule,) = parse([{name: arguments}], COLUMNS)
    return rule


def refused(name: str, **arguments: Any) -> EvidenceError:
    with pytest.raises(EvidenceError) as caught:
        one(name, **arguments)
    assert caught.value.code == "declaration.invalid"
    return caught.value


@pytest.mark.parametrize(
    ("name", "arguments", "sentence"),
    [
        ("expect_column_values_to_be_between", {"min_value": 0, "max_value": 100}, "`value` is between 0 and 100"),
        ("expect_column_values_to_be_between", {"min_value": 0, "strict_min": True}, "`value` is above 0"),
        ("expect_column_values_to_be_between", {"min_value": 0, "max_value": 1, "strict_max": True}, "`value` is at least 0 and below 1"),
        ("expect_column_sum_to_be_between", {"min_value": 1142494, "max_value": 1142494}, "the sum of `value` is exactly 1142494"),
        ("expect_column_values_to_not_be_null", {"mostly": 0.95}, "`value` is never empty in at least 95 % of rows"),
        ("expect_column_values_to_be_of_type", {"type_": "DOUBLE"}, "`value` is of type DOUBLE"),
    ],
)
def test_a_rule_says_in_words_what_it_checks(name: str, arguments: dict[str, Any], sentence: str) -> None:
    assert one(name, column="value", **arguments).sentence == sentence


def test_a_sentence_names_the_rows_that_are_judged() -> None:
    rule = one("expect_column_values_to_be_between", column="value", min_value=0, max_value=100, where="measure  =\n 'absence_rate'")
    assert rule.sentence == "`value` is between 0 and 100 where measure = 'absence_rate'"


def test_a_long_set_is_counted_in_the_sentence_and_not_spelt_out() -> None:
    rule = one("expect_column_values_to_be_in_set", column="measure", value_set=[f"m{number}" for number in range(40)])
    assert rule.sentence.endswith("'m11' and 28 more")


def test_every_expectation_has_a_sentence_and_checked_arguments() -> None:
    samples: dict[str, Any] = {
        **dict.fromkeys(("column", "column_A", "column_B"), "value"),
        **{key: ["area_code", "period"] for key in ("column_list", "column_set")},
        **dict.fromkeys(("min_value", "max_value", "value", "sum_total", "column_index"), 1),
        **dict.fromkeys(("strict_min", "strict_max", "or_equal", "exact_match"), False),
        "value_set": ["a"],
        "value_pairs_set": [["a", "b"]],
        "regex": "^a$",
        "regex_list": ["^a$"],
        "match_on": "any",
        "mostly": 0.5,
        "like_pattern": "a%",
        "type_": "DOUBLE",
        "type_list": ["DOUBLE"],
        "query": "select * from {table}",
    }
    for name, signature in EXPECTATIONS.items():
        arguments = {key: samples[key] for key in signature.arguments if key in samples}
        if "ignore_row_if" in signature.arguments:
            arguments["ignore_row_if"] = "never" if "column_list" in arguments else "neither"
        assert len(one(name, **arguments).sentence) > 10


def test_a_mistyped_expectation_is_an_error_that_names_the_nearest() -> None:
    error = refused("expect_column_value_to_be_betwen", column="value", min_value=0)
    assert "expect_column_value_to_be_betwen" in error.found
    assert "`expect_column_values_to_be_between`" in error.expected
    assert error.where == "rule 1"


@pytest.mark.parametrize(
    ("given", "suggested"),
    [("colum", "`column`"), ("row_condition", "`where`"), ("min", "`min_value`"), ("notes", "`because`")],
)
def test_an_unknown_argument_is_an_error_that_names_the_right_one(given: str, suggested: str) -> None:
    assert suggested in refused("expect_column_values_to_be_between", **{"column": "value", "min_value": 0, given: "x"}).expected


@pytest.mark.parametrize(
    ("name", "arguments", "found"),
    [
        ("expect_column_values_to_be_between", {"column": "value"}, "hold of everything"),
        ("expect_column_values_to_be_between", {"min_value": 0}, "argument column is missing"),
        ("expect_column_values_to_be_between", {"column": "vlaue", "min_value": 0}, "no column vlaue"),
        ("expect_column_values_to_be_between", {"column": "value", "min_value": 5, "max_value": 1}, "above"),
        ("expect_column_values_to_be_between", {"column": "value", "min_value": "a", "max_value": 1}, "min_value 'a'"),
        ("expect_column_values_to_be_between", {"column": "value", "min_value": True}, "min_value: True"),
        ("expect_column_values_to_not_be_null", {"column": "value", "mostly": 95}, "mostly: 95"),
        ("expect_column_values_to_not_be_null", {"column": "value", "mostly": 0}, "mostly: 0"),
        ("expect_column_values_to_not_be_null", {"column": "value", "severity": "fatal"}, "severity: 'fatal'"),
        ("expect_column_values_to_be_in_set", {"column": "measure", "value_set": []}, "value_set: []"),
        ("expect_column_values_to_be_in_set", {"column": "measure", "value_set": [1, "1"]}, "value_set"),
        ("expect_column_values_to_be_in_set", {"column": "measure", "value_set": "absence"}, "value_set: 'absence'"),
        ("expect_column_values_to_be_of_type", {"column": "value", "type_": "FLOATY"}, "type_: 'FLOATY'"),
        ("expect_column_values_to_be_of_type", {"column": "value", "type_": "DOUBLE", "where": "value > 0"}, "takes no `where`"),
        ("expect_compound_columns_to_be_unique", {"column_list": ["period"]}, "column_list: ['period']"),
        ("expect_compound_columns_to_be_unique", {"column_list": ["period", "period"]}, "column_list"),
        ("unexpected_rows", {"query": "select * from tidy"}, "select * from tidy"),
        ("unexpected_rows", {"query": "drop table {table}"}, "Only SELECT"),
        ("unexpected_rows", {"query": "select 1 from {table}; select 2"}, "2 statements"),
        ("unexpected_rows", {"query": "select valeu from {table}"}, "no column valeu"),
        ("unexpected_rows", {"query": "selekt * from {table}"}, "syntax error"),
        ("unexpected_rows", {"query": "select * from {table}", "where": "value > 0"}, "takes no `where`"),
    ],
)
def test_what_a_rule_may_not_be(name: str, arguments: dict[str, Any], found: str) -> None:
    error = refused(name, **arguments)
    assert found in error.found
    assert error.where.startswith("rule 1")


@pytest.mark.parametrize("pattern", [r"(?m)^a$", r"\d+", r"^\d+", r"\d+$", r"^\d+\$", r"^a|b$", r"^(a)|(b)$", r"^E[|]\d|x$"])
def test_a_pattern_that_may_match_a_part_of_a_value_is_refused(pattern: str) -> None:
    assert unanchored(pattern)
    assert "anchored" in refused("expect_column_values_to_match_regex", column="area_code", regex=pattern).expected


@pytest.mark.parametrize("pattern", [r"^E\d{8}$", r"^(?:a|b)$", r"^[a|b]+$", r"^a\|b$", r"(?i)^e\d+$", r"^a\\$", r"^[]|]$", r"^\[(a|b)\]$"])
def test_a_pattern_that_takes_the_whole_value_is_taken(pattern: str) -> None:
    assert unanchored(pattern) is None


def test_a_pattern_that_duckdb_cannot_run_is_refused() -> None:
    assert "RE2" in refused("expect_column_values_to_match_regex", column="area_code", regex="^(?=E).*$").expected


@pytest.mark.parametrize(
    "where", ["measure = ", "1 = 1) union select (1", "measure = 'x' order by value", "true; drop table x", "measure = 'x') or (1 = 1"]
)
def test_a_where_that_is_not_one_predicate_is_refused(where: str) -> None:
    assert "predicate" in refused("expect_column_values_to_not_be_null", column="value", where=where).expected


def test_a_where_that_names_no_column_of_the_table_is_refused() -> None:
    error = refused("expect_column_values_to_not_be_null", column="value", where="mesure = 'absence_rate'")
    assert "no column mesure" in error.found


def test_dates_of_yaml_become_text() -> None:
    rule = one("expect_column_values_to_be_between", column="period_start", min_value=datetime.date(2020, 1, 31))
    assert rule.arguments["min_value"] == "2020-01-31"


@pytest.mark.parametrize(
    "raw",
    [
        {"expect_column_to_exist": {}},
        "expect_column_to_exist",
        [["expect_column_to_exist"]],
        [{"a": {}, "b": {}}],
        [{"expect_column_to_exist": "value"}],
    ],
)
def test_what_is_not_a_list_of_rules_is_refused(raw: object) -> None:
    with pytest.raises(EvidenceError, match=r"declaration\.invalid"):
        parse(raw, COLUMNS)


def test_the_same_rule_twice_is_an_error() -> None:
    rule = {"expect_column_values_to_not_be_null": {"column": "value"}}
    again = {"expect_column_values_to_not_be_null": {"column": "value", "severity": "warning"}}
    with pytest.raises(EvidenceError, match="the same as rule 1"):
        parse([rule, again], COLUMNS)


def test_a_grain_means_filled_and_unique() -> None:
    assert [rule.sentence for rule in grain_rules(["area_code", "period"])] == [
        "`area_code` is never empty",
        "`period` is never empty",
        "no two rows share (area_code, period)",
    ]
    assert grain_rules(["area_code"])[-1].sentence == "no two rows share `area_code`"


def test_a_declared_rule_stands_for_the_same_one_of_the_grain() -> None:
    declared = one("expect_column_values_to_not_be_null", column="period", severity="warning", because="older files lack it")
    together = suite([declared], ["area_code", "period"])
    assert [rule.severity for rule in together if rule.columns == ("period",)] == ["warning"]
    assert len(together) == 3


def test_a_suite_that_would_check_nothing_is_an_error() -> None:
    with pytest.raises(EvidenceError, match=r"check\.empty"):
        suite(parse(None, COLUMNS), [])


def test_a_rule_keeps_its_id_when_its_reason_changes_and_not_when_its_meaning_does() -> None:
    first = one("expect_column_values_to_be_between", column="value", min_value=0, because="a")
    assert first.id == one("expect_column_values_to_be_between", column="value", min_value=0, severity="info").id
    assert first.id != one("expect_column_values_to_be_between", column="value", min_value=1).id
    assert first.id != one("expect_column_values_to_be_between", column="value", min_value=0, where="measure = 'x'").id


def test_reading_rules_does_not_import_great_expectations() -> None:
    code = (
        "import sys; from expectations.rules import parse; import tasks.check\n"
        "parse([{'expect_column_values_to_match_regex': {'column': 'a', 'regex': '^a$', 'where': \"a = 'b'\"}}], ['a'])\n"
        "print([name for name in ('great_expectations', 'sqlalchemy', 'pandas') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
