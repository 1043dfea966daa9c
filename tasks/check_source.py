"""The part of the step check that holds the source's own table (`arrived`) to the rule sets that a declaration names.

Refuses to decide, as the step does: what does not hold joins the result of the tidy table, critical or not as the set says. Nothing is read
again: the table of the step examine is still there. Where it is not, as when landed data are checked anew, there is nothing to hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import duckdb

from expectations.declaration import Dataset
from expectations.policies import KnownError, softened
from expectations.rules import CheckResult, SuiteResult
from expectations.rules.sets import AREAS, RuleSet, rules_of
from tasks.check import check
from warehouse.table import literal

_AREAS = Path(__file__).resolve().parents[1] / "expectations" / "reference" / "ees_areas.csv"


def with_rule_sets(dataset: Dataset, connection: duckdb.DuckDBPyConnection, tidy: SuiteResult) -> SuiteResult:
    """The result of the tidy table with what came of the dataset's rule sets, but for its known errors. Raises `check.broken_rule`."""
    key, errors = dataset.raw.key or (), dataset.known_errors
    found = [result for each in dataset.rule_sets for result in check_source(connection, "arrived", each, key, errors)]
    return replace(tidy, results=(*tidy.results, *found)) if found else tidy


def check_source(
    connection: duckdb.DuckDBPyConnection, table: str, given: RuleSet, key: Sequence[str], errors: Sequence[KnownError] = ()
) -> tuple[CheckResult, ...]:
    """What came of each rule of a set, on a table of the source as it was read: every column text. A rule that one of these known errors breaks
    fails nothing until its day."""
    columns = [row[0] for row in connection.execute(f"describe {table}").fetchall()]
    connection.execute(f"create or replace temp table {AREAS} as {_known_areas()}")
    rules = softened(rules_of(given, columns, key), errors, datetime.now(UTC).date())
    return check(connection, table, rules, ()).results


@cache
def _known_areas() -> str:
    return f"from read_csv({literal(str(_AREAS))}, all_varchar = true, header = true)"
