"""Rules as Great Expectations' own expectations: as they are run here, and as they are exported for use elsewhere.

The two differ in one thing: uniqueness and queries are run here as one grouped query each (a window over ten million rows takes three
times as long), and exported under their own names.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import great_expectations as gx
import great_expectations.expectations as gxe
from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.row_conditions import AndCondition, Column, OrCondition

from expectations.rules import MAXIMUM_ROWS, UNEXPECTED_ROWS, Rule
from expectations.rules.sql import CHECKED_ROWS, identifier
from expectations.rules.vocabulary import TABLE
from expectations.rules.where import Comparison, Condition, Nullity, condition

ROWS_SHARING = "rows_sharing"  # in examples of a broken uniqueness: how many rows share the values
FETCHED_ROWS = 200  # Great Expectations fetches no more of a query
_UNIQUE = ("expect_column_values_to_be_unique", "expect_compound_columns_to_be_unique")


class ExpectNoRows(UnexpectedRowsExpectation):
    """Great Expectations' UnexpectedRowsExpectation at half the price: it runs each query twice, to fetch and to count.

    `observed_value` is the number of rows fetched: exact below FETCHED_ROWS.
    """

    metric_dependencies = ("unexpected_rows_query.table",)

    def _validate(self, metrics: dict[str, Any], runtime_configuration: Any = None, execution_engine: Any = None) -> dict[str, Any]:
        rows = metrics["unexpected_rows_query.table"]
        return {"success": not rows, "result": {"observed_value": len(rows), "details": {"unexpected_rows": rows[:MAXIMUM_ROWS]}}}


def is_query(rule: Rule) -> bool:
    """Whether the rule is run as one query: a query of its own, or a uniqueness that every row has to keep."""
    return rule.name == UNEXPECTED_ROWS or (rule.name in _UNIQUE and rule.arguments.get("mostly", 1) == 1)


def query(rule: Rule) -> str:
    """The SELECT, on a table `checked_rows`, of what breaks a rule that is run as a query."""
    if rule.name == UNEXPECTED_ROWS:
        return str(rule.arguments["query"]).replace(TABLE, CHECKED_ROWS).rstrip("; \t\r\n")
    keys = [identifier(column) for column in rule.columns]
    judged = [f"({rule.where}\n)"] if rule.where else []
    ignored = rule.arguments.get("ignore_row_if", "all_values_are_missing")
    if ignored != "never":
        word = " or " if ignored == "all_values_are_missing" else " and "
        judged.append(f"({word.join(f'{key} is not null' for key in keys)})")
    filtered = f" where {' and '.join(judged)}" if judged else ""
    listed = ", ".join(keys)
    return f"select {listed}, count(*) as {ROWS_SHARING} from {CHECKED_ROWS}{filtered} group by {listed} having count(*) > 1"


def as_run(rule: Rule, filtered: bool) -> Expectation:
    """The expectation that is run here; `filtered` says that the table it is run on already holds only the rows of its `where`."""
    if is_query(rule):
        limited = f"select * from ({query(rule)}\n) as found limit {FETCHED_ROWS}"
        return ExpectNoRows(unexpected_rows_query=_template(limited, "as not materialized"), **_about(rule))
    return _expectation(rule, None if filtered else rule.where)


def exported_suite(rules: Sequence[Rule], name: str) -> dict[str, Any]:
    """A suite as Great Expectations writes it."""
    told = [rule for rule in rules if rule.where is None or condition(rule.where) is not None]
    left = [rule.sentence for rule in rules if rule not in told]
    suite = gx.ExpectationSuite(name=name, expectations=[_exported(rule) for rule in told], meta={"not_exported": left} if left else {})
    written: dict[str, Any] = suite.to_json_dict()
    return written


def _exported(rule: Rule) -> Expectation:
    if rule.name == UNEXPECTED_ROWS:
        return UnexpectedRowsExpectation(unexpected_rows_query=_template(query(rule), "as"), **_about(rule))
    return _expectation(rule, rule.where)


def _expectation(rule: Rule, where: str | None) -> Expectation:
    kind: type[Expectation] = getattr(gxe, "".join(word.capitalize() for word in rule.name.split("_")))
    row_condition = _row_condition(condition(where)) if where else None
    return kind(**rule.arguments, **({"row_condition": row_condition} if row_condition is not None else {}), **_about(rule))


def _about(rule: Rule) -> dict[str, Any]:
    meta = {"rule": rule.id, "because": rule.because} if rule.because else {"rule": rule.id}
    return {"severity": rule.severity, "meta": meta, "description": rule.sentence}


def _template(select: str, word: str) -> str:
    """The query in Great Expectations' template language: its table, literal braces doubled, colons kept from being bound parameters."""
    plain = select.replace("{", "{{").replace("}", "}}").replace(":", "\\:")
    return f"with {CHECKED_ROWS} {word} (select * from {{batch}}) {plain}"


def _row_condition(found: Condition | None) -> Any:
    if found is None:
        raise AssertionError("a predicate without words in Great Expectations is run on a view")
    if isinstance(found, Nullity):
        return Column(found.column).is_null() if found.is_null else Column(found.column).is_not_null()
    if isinstance(found, Comparison):
        return _comparison(found)
    parts = [_row_condition(part) for part in found.parts]
    return AndCondition(conditions=parts) if found.word == "and" else OrCondition(conditions=parts)


def _comparison(found: Comparison) -> Any:
    column = Column(found.column)
    if found.operator == "IN":
        return column.is_in(found.value)
    if found.operator == "NOT_IN":
        return column.is_not_in(found.value)
    compare = {"==": column.__eq__, "!=": column.__ne__, "<": column.__lt__, "<=": column.__le__, ">": column.__gt__, ">=": column.__ge__}
    return compare[found.operator](found.value)
