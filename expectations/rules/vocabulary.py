"""The expectations that a declaration may use, with their arguments, as Great Expectations 1.24.1 names them.

A table of our own, so that a declaration is checked without the seconds that importing Great Expectations takes; a test holds it against
the installed version. Refuses by absence: an expectation that cannot be pushed down to DuckDB, or whose verdict would hang on sampling or
row order, is not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

UNEXPECTED_ROWS = "unexpected_rows"  # Great Expectations' UnexpectedRowsExpectation; its query names the table as {table}
TABLE = "{table}"

MAP = "map"  # judges each row; failing rows can be shown
AGGREGATE = "aggregate"  # judges one figure of a column
TABLE_LEVEL = "table"  # judges the table as a whole
QUERY = "query"  # judges what a query returns


@dataclass(frozen=True)
class Signature:
    """One expectation: what it judges and the arguments it takes (`mostly`, `where`, `severity` and `because` apart)."""

    kind: str
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    where: bool = True  # whether Great Expectations takes a row condition for it

    @property
    def arguments(self) -> tuple[str, ...]:
        return (*self.required, *self.optional, *(("mostly",) if self.kind == MAP else ()))


_RANGE = ("min_value", "max_value", "strict_min", "strict_max")
_COLUMN = ("column",)
_PAIR = ("column_A", "column_B")
_LIST = ("column_list",)
_IGNORE = ("ignore_row_if",)


def _map(*required: str, optional: tuple[str, ...] = ()) -> Signature:
    return Signature(MAP, required, optional)


def _aggregate(*more: str, optional: tuple[str, ...] = ()) -> Signature:
    return Signature(AGGREGATE, (*_COLUMN, *more), optional)


EXPECTATIONS: Mapping[str, Signature] = MappingProxyType(
    {
        # each row of one column; an empty cell passes, but for the two that ask about emptiness
        "expect_column_values_to_not_be_null": _map(*_COLUMN),
        "expect_column_values_to_be_null": _map(*_COLUMN),
        "expect_column_values_to_be_unique": _map(*_COLUMN),
        "expect_column_values_to_be_between": _map(*_COLUMN, optional=_RANGE),
        "expect_column_values_to_be_in_set": _map(*_COLUMN, "value_set"),
        "expect_column_values_to_not_be_in_set": _map(*_COLUMN, "value_set"),
        "expect_column_values_to_match_regex": _map(*_COLUMN, "regex"),
        "expect_column_values_to_not_match_regex": _map(*_COLUMN, "regex"),
        "expect_column_values_to_match_regex_list": _map(*_COLUMN, "regex_list", optional=("match_on",)),
        "expect_column_values_to_match_like_pattern": _map(*_COLUMN, "like_pattern"),
        "expect_column_values_to_not_match_like_pattern": _map(*_COLUMN, "like_pattern"),
        "expect_column_value_lengths_to_be_between": _map(*_COLUMN, optional=_RANGE),
        "expect_column_value_lengths_to_equal": _map(*_COLUMN, "value"),
        # each row of several columns
        "expect_column_pair_values_a_to_be_greater_than_b": _map(*_PAIR, optional=("or_equal", *_IGNORE)),
        "expect_column_pair_values_to_be_equal": _map(*_PAIR, optional=_IGNORE),
        "expect_column_pair_values_to_be_in_set": _map(*_PAIR, "value_pairs_set", optional=_IGNORE),
        "expect_compound_columns_to_be_unique": _map(*_LIST, optional=_IGNORE),
        "expect_select_column_values_to_be_unique_within_record": _map(*_LIST, optional=_IGNORE),
        "expect_multicolumn_sum_to_equal": _map(*_LIST, "sum_total", optional=_IGNORE),
        "expect_multicolumn_values_to_be_equal": _map(*_LIST, optional=_IGNORE),
        # one figure of a column
        "expect_column_min_to_be_between": _aggregate(optional=_RANGE),
        "expect_column_max_to_be_between": _aggregate(optional=_RANGE),
        "expect_column_mean_to_be_between": _aggregate(optional=_RANGE),
        "expect_column_median_to_be_between": _aggregate(optional=_RANGE),
        "expect_column_sum_to_be_between": _aggregate(optional=_RANGE),
        "expect_column_stdev_to_be_between": _aggregate(optional=_RANGE),
        "expect_column_unique_value_count_to_be_between": _aggregate(optional=_RANGE),
        "expect_column_proportion_of_unique_values_to_be_between": _aggregate(optional=_RANGE),
        "expect_column_proportion_of_non_null_values_to_be_between": _aggregate(optional=_RANGE),
        "expect_column_distinct_values_to_be_in_set": _aggregate("value_set"),
        "expect_column_distinct_values_to_contain_set": _aggregate("value_set"),
        "expect_column_distinct_values_to_equal_set": _aggregate("value_set"),
        # the table
        "expect_table_row_count_to_be_between": Signature(TABLE_LEVEL, optional=_RANGE),
        "expect_table_row_count_to_equal": Signature(TABLE_LEVEL, ("value",)),
        "expect_table_column_count_to_be_between": Signature(TABLE_LEVEL, optional=("min_value", "max_value"), where=False),
        "expect_table_column_count_to_equal": Signature(TABLE_LEVEL, ("value",), where=False),
        "expect_table_columns_to_match_ordered_list": Signature(TABLE_LEVEL, _LIST, where=False),
        "expect_table_columns_to_match_set": Signature(TABLE_LEVEL, ("column_set",), ("exact_match",), where=False),
        "expect_column_to_exist": Signature(TABLE_LEVEL, _COLUMN, ("column_index",), where=False),
        # the declared type, as DuckDB names it; a fact of the table, so no row condition
        "expect_column_values_to_be_of_type": Signature(TABLE_LEVEL, (*_COLUMN, "type_"), where=False),
        "expect_column_values_to_be_in_type_list": Signature(TABLE_LEVEL, (*_COLUMN, "type_list"), where=False),
        # rows that a query finds and that must not be
        UNEXPECTED_ROWS: Signature(QUERY, ("query",), where=False),
    }
)
