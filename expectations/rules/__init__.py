"""Rules: what must hold of a tidy table, in Great Expectations' own names and arguments, known and checked without importing it.

Refuses, offline and by name: a mistyped expectation or argument, a column that is not declared, a pattern without anchors, a predicate
or query that is no SQL, and a suite that would check nothing.
"""

from __future__ import annotations

from expectations.rules.failing import failing_rows
from expectations.rules.parsing import grain_rules, parse, suite
from expectations.rules.rule import DISCARD_ROWS, MAXIMUM_ROWS, SEVERITIES, CheckResult, Rule, SuiteResult
from expectations.rules.vocabulary import EXPECTATIONS, UNEXPECTED_ROWS, Signature

__all__ = [
    "DISCARD_ROWS",
    "EXPECTATIONS",
    "MAXIMUM_ROWS",
    "SEVERITIES",
    "UNEXPECTED_ROWS",
    "CheckResult",
    "Rule",
    "Signature",
    "SuiteResult",
    "failing_rows",
    "grain_rules",
    "parse",
    "suite",
]
