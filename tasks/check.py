"""The step check: hold a tidy table against what must be true of it, by Great Expectations on the pipeline's own DuckDB connection.

Refuses to decide: rules that do not hold are a result, and the pipeline says what follows (a failed critical rule lands nothing, a failed
warning is told and lands). Only a rule that cannot be run, or a suite without rules, is an error.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

import duckdb

from expectations.errors import EvidenceError
from expectations.gx import prepare, validate
from expectations.rules import UNEXPECTED_ROWS, CheckResult, Rule, SuiteResult

_NAMED = 3  # failed rules that an error names; the run record has them all
_SHOWN = 6  # columns of the example that a line shows


def check(connection: duckdb.DuckDBPyConnection, table: str, dataset_rules: Iterable[Rule], grain: Sequence[str]) -> SuiteResult:
    """What came of each rule, those of the grain (its columns filled, no two rows alike) first.

    `table` is a table or view of this connection ('tidy', 'ons.population'). Raises EvidenceError `check.empty` where neither rules nor a
    grain are declared, and `check.broken_rule` for a rule that fails with an error instead of a verdict.
    """
    return validate(connection, table, dataset_rules, grain)


@cache
def warm_up() -> None:
    """Begin, once a process, to load Great Expectations in the background: it takes seconds, and what has changed will be checked by it soon."""
    threading.Thread(target=prepare, name="load Great Expectations", daemon=True).start()


def failure(result: SuiteResult, dataset: str = "") -> EvidenceError:
    """The error `check.failed` for a suite that failed, for a pipeline that has decided to stop."""
    named = [say(failed) for failed in result.failed[:_NAMED]]
    more = len(result.failed) - len(named)
    found = "; ".join([*named, *([f"and {more} more"] if more else [])])
    return EvidenceError("check.failed", found=found, expected=f"{len(result.results)} rules to hold", where=result.table, dataset=dataset)


def say(result: CheckResult) -> str:
    """One result in one line: the rule, how far it fails, an example, and why it must hold, which stands in place of the SQL of a query."""
    if result.success:
        return f"{result.sentence}{' (no row came under it)' if result.judged_nothing else ''}"
    if result.rule.name == UNEXPECTED_ROWS and result.because:
        return ", ".join([f"{result.because}: {_how_far(result)}", *_example(result)])
    parts = [f"{result.sentence}: {_how_far(result)}", *_example(result)]
    return ", ".join([*parts, *([f"because {result.because}"] if result.because else [])])


def _example(result: CheckResult) -> list[str]:
    return ["such as " + ", ".join(f"{name} {value!r}" for name, value in list(result.rows[0].items())[:_SHOWN])] if result.rows else []


def _how_far(result: CheckResult) -> str:
    if result.unexpected_count is not None:
        share = f" of {result.rows_judged:,}" if result.unexpected_percent is not None else ""
        if result.rule.name == UNEXPECTED_ROWS:  # its query finds groups of rows as often as rows
            return "not so in 1 case" if result.unexpected_count == 1 else f"not so in {result.unexpected_count:,} cases"
        return f"{result.unexpected_count:,}{share} rows break it"
    if isinstance(result.observed, Mapping):  # of a set of values
        return "; ".join(f"{word} {', '.join(map(repr, values))}" for word, values in result.observed.items())
    return "it is not so" if result.observed is None else f"found {result.observed!r}"
