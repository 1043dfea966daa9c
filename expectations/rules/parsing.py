"""Read the rules of a declaration, offline and without Great Expectations, and add those that follow from the grain.

Refuses a mistyped name (the nearest right one is suggested), an argument that the expectation does not take or lacks, a column that is
not declared, a predicate that is no SQL, the same rule twice, and a suite that would check nothing.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from expectations.errors import EvidenceError
from expectations.rules.arguments import Wrong, checked
from expectations.rules.failing import failing_rows
from expectations.rules.rule import DISCARD_ROWS, SEVERITIES, Rule
from expectations.rules.sql import CHECKED_ROWS, query_fault
from expectations.rules.vocabulary import EXPECTATIONS
from expectations.rules.where import NotAPredicate, condition

_OURS = ("where", "severity", "because", "on_failure")
_INSTEAD = {
    "row_condition": "where",
    "condition_parser": "where",
    "unexpected_rows_query": "query",
    "meta": "because",
    "notes": "because",
    "description": "because",
}


def parse(raw: object, columns: Collection[str]) -> tuple[Rule, ...]:
    """The rules of a declaration: a list whose items are one `expectation: arguments` each.

    `columns` are the names of the tidy columns (a mapping from name to type will do). Raises EvidenceError `declaration.invalid`.
    """
    if raw is None:
        return ()
    if not isinstance(raw, Sequence) or isinstance(raw, str):
        raise _invalid("expectations", f"{type(raw).__name__}: {raw!r}", "a list of rules")
    rules = tuple(_rule(number, item, columns) for number, item in enumerate(raw, start=1))
    seen: dict[str, int] = {}
    for number, rule in enumerate(rules, start=1):
        if rule.id in seen:
            raise _invalid(f"rule {number} ({rule.name})", f"the same as rule {seen[rule.id]}: {rule.sentence}", "each rule once")
        seen[rule.id] = number
    return rules


def grain_rules(grain: Sequence[str]) -> tuple[Rule, ...]:
    """What the declared grain implies: its columns are filled, and no two rows share them."""
    if not grain:
        return ()
    because = "it is part of the grain, which names one row"
    filled = [Rule("expect_column_values_to_not_be_null", {"column": column}, because=because) for column in grain]
    unique = Rule("expect_compound_columns_to_be_unique", {"column_list": list(grain)}, because="it is the grain, which names one row")
    if len(grain) == 1:
        unique = replace(unique, name="expect_column_values_to_be_unique", arguments={"column": grain[0]})
    return (*filled, unique)


def suite(rules: Iterable[Rule], grain: Sequence[str]) -> tuple[Rule, ...]:
    """All that is checked of a table: the rules of the grain, then those declared. Raises EvidenceError `check.empty` for nothing."""
    declared = tuple(rules)
    known = {rule.id for rule in declared}
    together = (*(rule for rule in grain_rules(grain) if rule.id not in known), *declared)
    if not together:
        raise EvidenceError("check.empty", found="no rule and no grain", expected="a grain or at least one rule")
    return together


def _rule(number: int, item: object, columns: Collection[str]) -> Rule:
    where = f"rule {number}"
    if not isinstance(item, Mapping) or len(item) != 1:
        raise _invalid(where, repr(item), "one expectation with its arguments: {expect_...: {column: ..., ...}}")
    name, given = next(iter(item.items()))
    if name not in EXPECTATIONS:
        raise _invalid(where, f"unknown expectation {name}", _nearest(str(name), EXPECTATIONS))
    where = f"{where} ({name})"
    if not isinstance(given, Mapping):
        raise _invalid(where, f"arguments {given!r}", "a mapping of arguments")
    _check_names(where, name, given)
    try:
        arguments = checked({key: value for key, value in given.items() if key not in _OURS and value is not None}, columns)
    except Wrong as wrong:
        raise _invalid(where, str(wrong), wrong.expected) from wrong
    _check_shape(where, name, arguments)
    severity, because = given.get("severity", "critical"), given.get("because", "")
    if severity not in SEVERITIES:
        raise _invalid(where, f"severity: {severity!r}", f"one of {', '.join(SEVERITIES)}")
    if not isinstance(because, str):
        raise _invalid(where, f"because: {because!r}", "text")
    rule = Rule(name, arguments, _where(where, name, given.get("where"), columns), severity, because.strip(), given.get("on_failure") or "")
    return _discardable(where, rule)


def _discardable(where: str, rule: Rule) -> Rule:
    """The rule, if what it says of its failing rows can be done."""
    if rule.on_failure not in ("", DISCARD_ROWS):
        raise _invalid(where, f"on_failure: {rule.on_failure!r}", f"`{DISCARD_ROWS}`, or nothing: then nothing lands")
    if rule.on_failure and failing_rows(rule) is None:
        raise _invalid(where, f"on_failure: {DISCARD_ROWS}", "a rule that judges each row by itself: this one has no rows to point at")
    return rule


def _check_names(where: str, name: str, given: Mapping[str, Any]) -> None:
    signature = EXPECTATIONS[name]
    allowed = (*signature.arguments, *_OURS)
    for key in given:
        if key not in allowed:
            instead = f"`{_INSTEAD[key]}`" if _INSTEAD.get(key) in allowed else _nearest(str(key), allowed)
            raise _invalid(where, f"unknown argument {key}", instead)
    if missing := [key for key in signature.required if given.get(key) is None]:
        raise _invalid(where, f"argument {missing[0]} is missing", f"arguments {', '.join(signature.required)}")


def _check_shape(where: str, name: str, arguments: Mapping[str, Any]) -> None:
    """What concerns an expectation's arguments together."""
    if "min_value" in EXPECTATIONS[name].optional and not {"min_value", "max_value"} & set(arguments):
        raise _invalid(where, "neither min_value nor max_value: it would hold of everything", "min_value, max_value or both")
    single = name == "expect_table_columns_to_match_ordered_list"
    if "column_list" in arguments and len(arguments["column_list"]) < 2 and not single:
        raise _invalid(where, f"column_list: {arguments['column_list']!r}", "two columns or more")


def _where(where: str, name: str, predicate: object, columns: Collection[str]) -> str | None:
    if predicate is None:
        return None
    if not EXPECTATIONS[name].where:
        todo = "put it into the query" if name == "unexpected_rows" else "leave it out: the expectation judges the table, not rows"
        raise _invalid(where, "it takes no `where`", todo)
    if not isinstance(predicate, str) or not predicate.strip():
        raise _invalid(where, f"where: {predicate!r}", "an SQL predicate, such as: measure = 'absence_rate'")
    text = predicate.strip()
    try:
        condition(text)
    except NotAPredicate as error:
        raise _invalid(where, f"where: {text} ({error})", "one SQL predicate, such as: measure = 'absence_rate'") from error
    if fault := query_fault(f"select 1 from {CHECKED_ROWS} where ({text}\n)", columns):
        raise _invalid(where, f"where: {text} ({fault})", f"columns out of {', '.join(columns)}")
    return text


def _nearest(name: str, known: Iterable[str]) -> str:
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    return f"`{near[0]}`, perhaps" if near else f"one of {', '.join(names)}"


def _invalid(where: str, found: str, expected: str) -> EvidenceError:
    return EvidenceError("declaration.invalid", found=found, expected=expected, where=where)
