"""Rules in words: one sentence for each expectation, made from its arguments. Nothing here is written by hand for a dataset."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

_Arguments = Mapping[str, Any]
_LISTED = 12  # values of a set that are spelt out; a longer one is counted


def sentence(name: str, arguments: _Arguments, where: str | None) -> str:
    """The rule in words: '`value` is between 0 and 100 where measure = 'absence_rate''."""
    words = _SENTENCES[name](arguments)
    mostly = arguments.get("mostly", 1)
    words += f" in at least {_number(mostly * 100)} % of rows" if mostly < 1 else ""
    return f"{words} where {' '.join(where.split())}" if where else words


def _column(arguments: _Arguments) -> str:
    return f"`{arguments['column']}`"


def _tuple(columns: Iterable[str]) -> str:
    return f"({', '.join(columns)})"


def _codes(columns: Iterable[str]) -> str:
    """`a`, `b` and `c`."""
    quoted = [f"`{column}`" for column in columns]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)


def _value(value: Any) -> str:
    if isinstance(value, float):
        return _number(value)
    return f"'{value}'" if isinstance(value, str) else str(value)


def _number(number: float) -> str:
    return f"{number:.10g}"


def _values(values: Iterable[Any]) -> str:
    listed = [_value(value) for value in values]
    if len(listed) <= _LISTED:
        return ", ".join(listed)
    return f"{', '.join(listed[:_LISTED])} and {len(listed) - _LISTED} more"


def _range(arguments: _Arguments) -> str:
    """'between 0 and 100', 'at least 0', 'below 5'."""
    low, high = arguments.get("min_value"), arguments.get("max_value")
    strict_low, strict_high = arguments.get("strict_min", False), arguments.get("strict_max", False)
    if low is not None and low == high:
        return f"exactly {_plain(low)}"
    if low is not None and high is not None and not strict_low and not strict_high:
        return f"between {_plain(low)} and {_plain(high)}"
    ends = [f"{'above' if strict_low else 'at least'} {_plain(low)}"] if low is not None else []
    ends += [f"{'below' if strict_high else 'at most'} {_plain(high)}"] if high is not None else []
    return " and ".join(ends)


def _plain(value: Any) -> str:
    return str(value) if isinstance(value, str) else _value(value)


def _figure(words: str) -> Callable[[_Arguments], str]:
    return lambda arguments: f"{words.format(_column(arguments))} is {_range(arguments)}"


def _ordered(arguments: _Arguments) -> str:
    word = "at least" if arguments.get("or_equal") else "greater than"
    return f"`{arguments['column_A']}` is {word} `{arguments['column_B']}`"


def _pairs(arguments: _Arguments) -> str:
    pairs = [f"({_values(pair)})" for pair in arguments["value_pairs_set"]]
    more = f" and {len(pairs) - _LISTED} more" if len(pairs) > _LISTED else ""
    return f"({arguments['column_A']}, {arguments['column_B']}) is one of {', '.join(pairs[:_LISTED])}{more}"


def _columns_set(arguments: _Arguments) -> str:
    only = "the table has the columns" if arguments.get("exact_match", True) else "the table has at least the columns"
    return f"{only} {_codes(arguments['column_set'])}"


def _exists(arguments: _Arguments) -> str:
    index = arguments.get("column_index")
    return f"there is a column {_column(arguments)}" + (f" at position {index}" if index is not None else "")


def _patterns(arguments: _Arguments) -> str:
    return f"{_column(arguments)} matches {arguments.get('match_on', 'any')} of {', '.join(arguments['regex_list'])}"


_SENTENCES: dict[str, Callable[[_Arguments], str]] = {
    "expect_column_values_to_not_be_null": lambda a: f"{_column(a)} is never empty",
    "expect_column_values_to_be_null": lambda a: f"{_column(a)} is empty",
    "expect_column_values_to_be_unique": lambda a: f"no two rows share {_column(a)}",
    "expect_column_values_to_be_between": lambda a: f"{_column(a)} is {_range(a)}",
    "expect_column_values_to_be_in_set": lambda a: f"{_column(a)} is one of {_values(a['value_set'])}",
    "expect_column_values_to_not_be_in_set": lambda a: f"{_column(a)} is none of {_values(a['value_set'])}",
    "expect_column_values_to_match_regex": lambda a: f"{_column(a)} matches {a['regex']}",
    "expect_column_values_to_not_match_regex": lambda a: f"{_column(a)} does not match {a['regex']}",
    "expect_column_values_to_match_regex_list": _patterns,
    "expect_column_values_to_match_like_pattern": lambda a: f"{_column(a)} is like {_value(a['like_pattern'])}",
    "expect_column_values_to_not_match_like_pattern": lambda a: f"{_column(a)} is not like {_value(a['like_pattern'])}",
    "expect_column_value_lengths_to_be_between": _figure("the length of {}"),
    "expect_column_value_lengths_to_equal": lambda a: f"the length of {_column(a)} is {_value(a['value'])}",
    "expect_column_pair_values_a_to_be_greater_than_b": _ordered,
    "expect_column_pair_values_to_be_equal": lambda a: f"`{a['column_A']}` equals `{a['column_B']}`",
    "expect_column_pair_values_to_be_in_set": _pairs,
    "expect_compound_columns_to_be_unique": lambda a: f"no two rows share {_tuple(a['column_list'])}",
    "expect_select_column_values_to_be_unique_within_record": lambda a: f"{_codes(a['column_list'])} differ within each row",
    "expect_multicolumn_sum_to_equal": lambda a: f"{_codes(a['column_list'])} sum to {_value(a['sum_total'])} in each row",
    "expect_multicolumn_values_to_be_equal": lambda a: f"{_codes(a['column_list'])} are equal within each row",
    "expect_column_min_to_be_between": _figure("the smallest {}"),
    "expect_column_max_to_be_between": _figure("the largest {}"),
    "expect_column_mean_to_be_between": _figure("the mean of {}"),
    "expect_column_median_to_be_between": _figure("the median of {}"),
    "expect_column_sum_to_be_between": _figure("the sum of {}"),
    "expect_column_stdev_to_be_between": _figure("the standard deviation of {}"),
    "expect_column_unique_value_count_to_be_between": _figure("the number of different values of {}"),
    "expect_column_proportion_of_unique_values_to_be_between": _figure("the share of different values among those of {}"),
    "expect_column_proportion_of_non_null_values_to_be_between": _figure("the filled share of {}"),
    "expect_column_distinct_values_to_be_in_set": lambda a: f"{_column(a)} holds no other value than {_values(a['value_set'])}",
    "expect_column_distinct_values_to_contain_set": lambda a: f"{_column(a)} holds each of {_values(a['value_set'])}",
    "expect_column_distinct_values_to_equal_set": lambda a: f"{_column(a)} holds exactly {_values(a['value_set'])}",
    "expect_table_row_count_to_be_between": lambda a: f"the number of rows is {_range(a)}",
    "expect_table_row_count_to_equal": lambda a: f"the number of rows is {_value(a['value'])}",
    "expect_table_column_count_to_be_between": lambda a: f"the number of columns is {_range(a)}",
    "expect_table_column_count_to_equal": lambda a: f"the number of columns is {_value(a['value'])}",
    "expect_table_columns_to_match_ordered_list": lambda a: f"the columns are, in this order, {_codes(a['column_list'])}",
    "expect_table_columns_to_match_set": _columns_set,
    "expect_column_to_exist": _exists,
    "expect_column_values_to_be_of_type": lambda a: f"{_column(a)} is of type {a['type_']}",
    "expect_column_values_to_be_in_type_list": lambda a: f"{_column(a)} is of type {' or '.join(a['type_list'])}",
    "unexpected_rows": lambda a: f"no row is found by: {' '.join(a['query'].replace('{table}', 'the table').split()).rstrip('; ')}",
}
