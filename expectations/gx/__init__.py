"""The adapter to Great Expectations: runs rules as its suites on the pipeline's own open DuckDB connection, and writes suites as JSON.

The one place that imports great_expectations, and only when a check runs (the import takes seconds). Refuses to load a table into pandas,
to copy it, to open a second connection, and to end a transaction that it did not begin.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from typing import Any

import duckdb

from expectations.gx.light import light
from expectations.rules import Rule, SuiteResult, suite

# Great Expectations keeps its current project in a global; two checks at once in one process would take each other's.
_ONE_AT_A_TIME = threading.Lock()


def validate(connection: duckdb.DuckDBPyConnection, table: str, rules: Iterable[Rule], grain: Sequence[str] = ()) -> SuiteResult:
    """Check a table or view of this connection against the rules and its grain (filled, and unique).

    A rule that does not hold is a result, not an error. Raises EvidenceError `check.empty` where there is nothing to check and
    `check.broken_rule` for a rule that cannot be run.
    """
    checked = suite(rules, grain)
    with _ONE_AT_A_TIME:
        with light():
            from expectations.gx.run import run

        return run(connection, table, checked, grain)


def prepare() -> None:
    """Load Great Expectations, so that the first check need not wait for it."""
    with _ONE_AT_A_TIME, light():
        from expectations.gx import run  # noqa: F401  # loading it is what is asked for


def suite_json(rules: Iterable[Rule], name: str, grain: Sequence[str] = ()) -> dict[str, Any]:
    """The same rules as a suite of Great Expectations, as JSON values, for those who use it elsewhere.

    A rule whose `where` Great Expectations has no words for is left out and named under `meta.not_exported`.
    """
    exported = suite(rules, grain)
    with _ONE_AT_A_TIME:
        with light():
            from expectations.gx.translation import exported_suite

        return exported_suite(exported, name)
