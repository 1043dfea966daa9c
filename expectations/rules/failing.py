"""Which rows break a rule, as an SQL predicate: for rules whose rows may be discarded while the rest lands.

Refuses (None) a rule that does not judge each row by itself: where a table, a figure or a set of rows is wrong, no row can be named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from expectations.rules.rule import Rule
from expectations.rules.sql import identifier, literal


def failing_rows(rule: Rule) -> str | None:
    """The predicate that is true of each row that breaks the rule; an empty cell passes, as in Great Expectations. None where no row can be named."""
    write = _WRITTEN.get(rule.name)
    if write is None or rule.arguments.get("mostly", 1) != 1:
        return None
    broken = write(rule.arguments)
    return f"(({rule.where}\n) and ({broken}))" if rule.where else f"({broken})"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value) if isinstance(value, int | float) else literal(str(value))


def _column(arguments: Mapping[str, Any], name: str = "column") -> str:
    return identifier(str(arguments[name]))


def _values(arguments: Mapping[str, Any]) -> str:
    return ", ".join(_value(value) for value in arguments["value_set"])


def _outside(cell: str, arguments: Mapping[str, Any]) -> str:
    below = "<=" if arguments.get("strict_min") else "<"
    above = ">=" if arguments.get("strict_max") else ">"
    ends = [f"{cell} {sign} {_value(arguments[end])}" for end, sign in (("min_value", below), ("max_value", above)) if end in arguments]
    return " or ".join(ends)


def _pair_not_greater(arguments: Mapping[str, Any]) -> str:
    return f"{_column(arguments, 'column_A')} {'<' if arguments.get('or_equal') else '<='} {_column(arguments, 'column_B')}"


_WRITTEN: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "expect_column_values_to_not_be_null": lambda given: f"{_column(given)} is null",
    "expect_column_values_to_be_null": lambda given: f"{_column(given)} is not null",
    "expect_column_values_to_be_between": lambda given: _outside(_column(given), given),
    "expect_column_values_to_be_in_set": lambda given: f"{_column(given)} not in ({_values(given)})",
    "expect_column_values_to_not_be_in_set": lambda given: f"{_column(given)} in ({_values(given)})",
    "expect_column_values_to_match_regex": lambda given: f"not regexp_matches({_column(given)}, {literal(str(given['regex']))})",
    "expect_column_values_to_not_match_regex": lambda given: f"regexp_matches({_column(given)}, {literal(str(given['regex']))})",
    "expect_column_values_to_match_like_pattern": lambda given: f"{_column(given)} not like {literal(str(given['like_pattern']))}",
    "expect_column_values_to_not_match_like_pattern": lambda given: f"{_column(given)} like {literal(str(given['like_pattern']))}",
    "expect_column_value_lengths_to_be_between": lambda given: _outside(f"length({_column(given)})", given),
    "expect_column_value_lengths_to_equal": lambda given: f"length({_column(given)}) <> {_value(given['value'])}",
    "expect_column_pair_values_a_to_be_greater_than_b": _pair_not_greater,
}
