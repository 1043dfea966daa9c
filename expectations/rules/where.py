"""Row conditions: the SQL predicate of a rule's `where`, read by DuckDB's own parser into the few comparisons Great Expectations knows.

Refuses what is not one predicate. A predicate that DuckDB runs and Great Expectations has no words for (a function, a cast, an `or`
inside an `and`) yields None: the caller then filters by a view, with the predicate as it was written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from expectations.rules.sql import syntax_tree

_COMPARISONS = {
    "COMPARE_EQUAL": "==",
    "COMPARE_NOTEQUAL": "!=",
    "COMPARE_LESSTHAN": "<",
    "COMPARE_LESSTHANOREQUALTO": "<=",
    "COMPARE_GREATERTHAN": ">",
    "COMPARE_GREATERTHANOREQUALTO": ">=",
}
_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_INTEGERS = frozenset(["TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UINTEGER", "UBIGINT"])
_MAXIMUM_CONDITIONS = 100  # Great Expectations' own limit


@dataclass(frozen=True)
class Comparison:
    """A column against a value. `operator` is one of ==, !=, <, <=, >, >=, IN, NOT_IN."""

    column: str
    operator: str
    value: Any


@dataclass(frozen=True)
class Nullity:
    """Whether a column is empty."""

    column: str
    is_null: bool


@dataclass(frozen=True)
class Together:
    """Conditions joined by `and` or `or`; an `or` may hold `and`s, never the reverse."""

    word: str
    parts: tuple[Condition, ...]


Condition = Comparison | Nullity | Together


class NotAPredicate(ValueError):
    """The text is not one SQL predicate."""


@cache
def condition(where: str) -> Condition | None:
    """The predicate in Great Expectations' terms, or None where it has none. Raises `NotAPredicate`."""
    found = _condition(_parsed(where))
    return found if found is not None and _fits(found) else None


def _parsed(where: str) -> Mapping[str, Any]:
    """DuckDB's syntax tree of the predicate."""
    # Bare, it has to be balanced; in brackets, it has to be all there is. The line break keeps a comment from swallowing the bracket.
    for written in (f"{where}\n", f"({where}\n)"):
        tree = syntax_tree(f"select 1 from checked_rows where {written}")
        if tree["error"]:
            raise NotAPredicate(tree["error_message"])
    node = tree["statements"][0]["node"]
    plain = len(tree["statements"]) == 1 and node["type"] == "SELECT_NODE" and not node["modifiers"] and not node["group_expressions"]
    if not plain or not node["where_clause"]:
        raise NotAPredicate("more than a predicate")
    return dict(node["where_clause"])


def _condition(tree: Mapping[str, Any]) -> Condition | None:
    kind, children = tree["type"], tree.get("children", [])
    if kind in ("CONJUNCTION_AND", "CONJUNCTION_OR"):
        parts = [_condition(child) for child in children]
        known = tuple(part for part in parts if part is not None)
        return Together(kind.removeprefix("CONJUNCTION_").lower(), known) if len(known) == len(parts) else None
    if kind in ("OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL"):
        column = _column(children[0])
        return Nullity(column, kind == "OPERATOR_IS_NULL") if column else None
    if kind in ("COMPARE_IN", "COMPARE_NOT_IN"):
        return _membership(children, "IN" if kind == "COMPARE_IN" else "NOT_IN")
    if kind == "COMPARE_BETWEEN":
        return _joined(_comparison(tree["input"], ">=", tree["lower"]), _comparison(tree["input"], "<=", tree["upper"]))
    if kind in _COMPARISONS:
        operator = _COMPARISONS[kind]
        return _comparison(tree["left"], operator, tree["right"]) or _comparison(tree["right"], _FLIPPED[operator], tree["left"])
    return None


def _joined(first: Condition | None, second: Condition | None) -> Condition | None:
    return Together("and", (first, second)) if first and second else None


def _comparison(left: Mapping[str, Any], operator: str, right: Mapping[str, Any]) -> Comparison | None:
    column, value = _column(left), _constant(right)
    return Comparison(column, operator, value) if column is not None and value is not None else None


def _membership(children: list[Mapping[str, Any]], operator: str) -> Comparison | None:
    column, values = _column(children[0]), [_constant(child) for child in children[1:]]
    one_sort = all(isinstance(value, str) for value in values) or all(type(value) in (int, float) for value in values)
    return Comparison(column, operator, values) if column is not None and values and one_sort else None


def _column(tree: Mapping[str, Any]) -> str | None:
    names = tree.get("column_names", []) if tree["type"] == "COLUMN_REF" else []
    return str(names[0]) if len(names) == 1 else None


def _constant(tree: Mapping[str, Any]) -> str | int | float | None:
    """The plain text or number of a literal; None for anything else (a date literal, a null, an expression)."""
    if tree["type"] != "VALUE_CONSTANT" or tree["value"]["is_null"]:
        return None
    kind, value = tree["value"]["type"], tree["value"]["value"]
    if kind["id"] == "VARCHAR":
        return str(value)
    if kind["id"] in _INTEGERS:
        return int(value)
    if kind["id"] == "DOUBLE":
        return float(value)
    if kind["id"] == "DECIMAL" and isinstance(value, int):
        return float(f"{value}e-{kind['type_info']['scale']}")
    return None


def _fits(found: Condition) -> bool:
    """Whether Great Expectations takes the condition: no `or` below an `and` or another `or`, and not too many."""
    return _count(found) <= _MAXIMUM_CONDITIONS and not _has_or_below(found)


def _has_or_below(found: Condition) -> bool:
    if not isinstance(found, Together):
        return False
    return any((isinstance(part, Together) and part.word == "or") or _has_or_below(part) for part in found.parts)


def _count(found: Condition) -> int:
    return sum(_count(part) for part in found.parts) if isinstance(found, Together) else 1
