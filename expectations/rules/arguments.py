"""What each argument of an expectation may be. Checks one value at a time and says, in words, what is wrong with it.

Refuses what Great Expectations would take and then judge otherwise than the reader thinks: a pattern without anchors (`\\d+` passes
`abc1`), an empty set, a range without ends, a share of rows above 1.
"""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from expectations.rules.sql import CHECKED_ROWS, pattern_fault, query_fault, type_name
from expectations.rules.vocabulary import TABLE

_FLAGS = re.compile(r"^\(\?[is]+\)")  # not m: then ^ and $ take a line, not the value
_IGNORE_ROW_IF = {
    "pair": ("both_values_are_missing", "either_value_is_missing", "neither"),
    "list": ("all_values_are_missing", "any_value_is_missing", "never"),
}


class Wrong(ValueError):
    """An argument is not what it has to be: `str(error)` says what was found, `expected` what was due."""

    def __init__(self, found: str, expected: str) -> None:
        super().__init__(found)
        self.expected = expected


def checked(arguments: Mapping[str, Any], columns: Collection[str]) -> dict[str, Any]:
    """The arguments as plain JSON values (dates as ISO text). Raises `Wrong` for the first that will not do."""
    plain = {key: _plain(value) for key, value in arguments.items()}
    for key, value in plain.items():
        _CHECKS[key](key, value, columns)
    _check_range(plain)
    if "ignore_row_if" in plain:
        _one_of("ignore_row_if", plain["ignore_row_if"], _IGNORE_ROW_IF["list" if "column_list" in plain else "pair"])
    return plain


def unanchored(pattern: str) -> str | None:
    """Why the pattern may match a part of a value only; None where it always takes the whole of it."""
    body = _FLAGS.sub("", pattern)
    if not body.startswith("^"):
        return "does not start with ^"
    if not body.endswith("$") or (len(body) - len(body[:-1].rstrip("\\"))) % 2 == 0:
        return "does not end with $"
    if _alternates(body):
        return "has an | outside brackets, so that ^ and $ bind to one side each; write ^(?:a|b)$"
    return None


def _plain(value: Any) -> Any:
    if isinstance(value, datetime.date):  # YAML reads 2024-01-31 as a date; Great Expectations and JSON want text
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(inner) for inner in value]
    return value


def _alternates(pattern: str) -> bool:
    """Whether an | stands outside every bracket."""
    bare = re.sub(r"\[\^?\]?(?:\\.|[^\]\\])*\]", "", re.sub(r"\\[^\[\]]", "", pattern))
    depth = 0
    for sign in bare:
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if sign == "|" and depth == 0:
            return True
    return False


def _check_range(arguments: Mapping[str, Any]) -> None:
    low, high = arguments.get("min_value"), arguments.get("max_value")
    if low is None or high is None:
        return
    if isinstance(low, str) != isinstance(high, str):
        raise Wrong(f"min_value {low!r} and max_value {high!r}", "two values of one kind")
    if low > high:
        raise Wrong(f"min_value {low!r} is above max_value {high!r}", "min_value at most max_value")


def _column(key: str, value: Any, columns: Collection[str]) -> None:
    if not isinstance(value, str):
        raise Wrong(f"{key}: {value!r}", "the name of a column")
    if value not in columns:
        near = difflib.get_close_matches(value, list(columns), n=1)
        asked = f" (did you mean {near[0]!r}?)" if near else ""
        raise Wrong(f"{key}: there is no column {value}{asked}", f"one of {', '.join(columns)}")


def _column_list(key: str, value: Any, columns: Collection[str]) -> None:
    if not isinstance(value, list) or not value or len({str(name) for name in value}) < len(value):
        raise Wrong(f"{key}: {value!r}", "a list of columns, each once")
    for name in value:
        _column(key, name, columns)


def _value_set(key: str, value: Any, _: Collection[str]) -> None:
    if not isinstance(value, list) or not value or not all(isinstance(one, str | int | float) for one in value):
        raise Wrong(f"{key}: {value!r}", "a list of one or more values, none of them empty")
    if len({type(one) is str for one in value}) > 1:
        raise Wrong(f"{key}: {value!r}", "values of one kind (quote those that are text)")


def _pairs(key: str, value: Any, _: Collection[str]) -> None:
    if not isinstance(value, list) or not value or not all(isinstance(pair, list) and len(pair) == 2 for pair in value):
        raise Wrong(f"{key}: {value!r}", "a list of pairs of values")


def _pattern(key: str, value: Any, _: Collection[str]) -> None:
    if not isinstance(value, str):
        raise Wrong(f"{key}: {value!r}", "a regular expression")
    if fault := pattern_fault(value):
        raise Wrong(f"{key}: {value} ({fault})", "a regular expression that DuckDB takes (RE2: no look-around)")
    if fault := unanchored(value):
        raise Wrong(f"{key}: {value} {fault}", "a pattern anchored with ^ and $, which matches the whole value or nothing")


def _patterns(key: str, value: Any, columns: Collection[str]) -> None:
    if not isinstance(value, list) or not value:
        raise Wrong(f"{key}: {value!r}", "a list of one or more regular expressions")
    for pattern in value:
        _pattern(key, pattern, columns)


def _bound(key: str, value: Any, _: Collection[str]) -> None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Wrong(f"{key}: {value!r}", "a number or a date")


def _number(key: str, value: Any, _: Collection[str]) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Wrong(f"{key}: {value!r}", "a number")


def _count(key: str, value: Any, _: Collection[str]) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise Wrong(f"{key}: {value!r}", "a whole number from 0")


def _share(key: str, value: Any, columns: Collection[str]) -> None:
    _number(key, value, columns)
    if not 0 < value <= 1:
        raise Wrong(f"{key}: {value!r}", "a share of rows above 0 and up to 1 (0.95 is 95 %)")


def _flag(key: str, value: Any, _: Collection[str]) -> None:
    if not isinstance(value, bool):
        raise Wrong(f"{key}: {value!r}", "true or false")


def _text(key: str, value: Any, _: Collection[str]) -> None:
    if not isinstance(value, str) or not value:
        raise Wrong(f"{key}: {value!r}", "text")


def _type(key: str, value: Any, _: Collection[str]) -> None:
    if not isinstance(value, str) or type_name(value) is None:
        raise Wrong(f"{key}: {value!r}", "a type of DuckDB (VARCHAR, INTEGER, DOUBLE, DATE, ...)")


def _types(key: str, value: Any, columns: Collection[str]) -> None:
    if not isinstance(value, list) or not value:
        raise Wrong(f"{key}: {value!r}", "a list of one or more types of DuckDB")
    for one in value:
        _type(key, one, columns)


def _match_on(key: str, value: Any, _: Collection[str]) -> None:
    _one_of(key, value, ("any", "all"))


def _query(key: str, value: Any, columns: Collection[str]) -> None:
    if not isinstance(value, str) or TABLE not in value:
        raise Wrong(f"{key}: {value!r}", f"one SELECT of the rows that must not be, which names the table as {TABLE}")
    if fault := query_fault(value.replace(TABLE, CHECKED_ROWS), columns):
        raise Wrong(f"{key}: {fault}", "one SELECT that DuckDB can run on the tidy table")


def _one_of(key: str, value: Any, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise Wrong(f"{key}: {value!r}", f"one of {', '.join(allowed)}")


def _any(key: str, value: Any, columns: Collection[str]) -> None:
    """Checked with its companions."""


_CHECKS: dict[str, Callable[[str, Any, Collection[str]], None]] = {
    "column": _column,
    "column_A": _column,
    "column_B": _column,
    "column_list": _column_list,
    "column_set": _column_list,
    "column_index": _count,
    "value_set": _value_set,
    "value_pairs_set": _pairs,
    "regex": _pattern,
    "regex_list": _patterns,
    "match_on": _match_on,
    "like_pattern": _text,
    "min_value": _bound,
    "max_value": _bound,
    "strict_min": _flag,
    "strict_max": _flag,
    "or_equal": _flag,
    "exact_match": _flag,
    "value": _count,
    "sum_total": _number,
    "mostly": _share,
    "type_": _type,
    "type_list": _types,
    "ignore_row_if": _any,
    "query": _query,
}
