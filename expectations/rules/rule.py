"""The types of a check: a rule, what came of it, and what came of all of them. Plain frozen values that survive JSON."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from expectations.rules.sentences import sentence
from expectations.rules.vocabulary import EXPECTATIONS, Signature

SEVERITIES = ("critical", "warning", "info")  # Great Expectations' own; only a failed critical rule fails a suite
DISCARD_ROWS = "discard_rows"
MAXIMUM_ROWS = 20  # failing rows kept as examples; the count is always of all


@dataclass(frozen=True)
class Rule:
    """One thing that must hold of a table, in Great Expectations' name and arguments."""

    name: str  # 'expect_column_values_to_be_between', ..., 'unexpected_rows'
    arguments: Mapping[str, Any]  # plain JSON values
    where: str | None = None  # SQL predicate: only these rows are judged
    severity: str = "critical"
    because: str = ""  # why it must hold, for the person who reads the failure
    on_failure: str = ""  # DISCARD_ROWS: the rows that break it are kept aside, and the rest lands

    @property
    def sentence(self) -> str:
        """The rule in words, made from the rule itself, so that the two cannot differ."""
        return sentence(self.name, self.arguments, self.where)

    @property
    def id(self) -> str:
        """Stable over runs: the same rule has the same id, whatever its severity and reason."""
        identity = json.dumps([self.name, dict(self.arguments), self.where], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(identity.encode()).hexdigest()[:10]

    @property
    def signature(self) -> Signature:
        return EXPECTATIONS[self.name]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the rule's arguments name, in order."""
        named = [self.arguments[key] for key in ("column", "column_A", "column_B") if key in self.arguments]
        return tuple(dict.fromkeys([*named, *self.arguments.get("column_list", ())]))

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "arguments": dict(self.arguments),
            "where": self.where,
            "severity": self.severity,
            "because": self.because,
            "sentence": self.sentence,
            **({"on_failure": self.on_failure} if self.on_failure else {}),
        }


@dataclass(frozen=True)
class CheckResult:
    """What came of one rule. Counts are None where the expectation judges a figure or the table and not rows."""

    rule: Rule
    success: bool
    observed: Any = None  # the figure found, or for rows None
    unexpected_count: int | None = None  # rows that break the rule (of a uniqueness rule: rows that share a key)
    unexpected_percent: float | None = None  # of the rows judged
    rows_judged: int | None = None  # rows that the rule's `where` lets through
    rows: Sequence[
        Mapping[str, Any]
    ] = ()  # examples: the grain, the columns judged, the source row where there is one; at most MAXIMUM_ROWS
    raw: Mapping[str, Any] = field(default_factory=dict)  # Great Expectations' own result, as JSON values

    @property
    def sentence(self) -> str:
        return self.rule.sentence

    @property
    def severity(self) -> str:
        return self.rule.severity

    @property
    def because(self) -> str:
        return self.rule.because

    @property
    def judged_nothing(self) -> bool:
        """Whether no row came under the rule: it holds of nothing, perhaps since a category was renamed."""
        return self.rule.where is not None and self.rows_judged == 0

    def as_dict(self) -> dict[str, Any]:
        return {
            **self.rule.as_dict(),
            "success": self.success,
            "observed": self.observed,
            "unexpected_count": self.unexpected_count,
            "unexpected_percent": self.unexpected_percent,
            "rows_judged": self.rows_judged,
            "judged_nothing": self.judged_nothing,
            "rows": [dict(row) for row in self.rows],
            "result": dict(self.raw),
        }


@dataclass(frozen=True)
class SuiteResult:
    """What came of all rules of one table."""

    table: str
    rows: int
    results: tuple[CheckResult, ...]
    seconds: float = 0.0
    statements: int = 0  # SQL statements that the check sent to DuckDB

    @property
    def success(self) -> bool:
        """No critical rule failed. A failed warning or info never fails a suite."""
        return not self.failed

    @property
    def failed(self) -> tuple[CheckResult, ...]:
        """The failed critical rules."""
        return self._failed_as("critical")

    @property
    def warnings(self) -> tuple[CheckResult, ...]:
        """The failed rules of severity warning."""
        return self._failed_as("warning")

    @property
    def notes(self) -> tuple[CheckResult, ...]:
        """The failed rules of severity info."""
        return self._failed_as("info")

    @property
    def judged_nothing(self) -> tuple[CheckResult, ...]:
        """The rules whose `where` let no row through: they hold, of nothing."""
        return tuple(result for result in self.results if result.judged_nothing)

    def as_dict(self) -> dict[str, Any]:
        return {
            "table": self.table,
            "rows": self.rows,
            "success": self.success,
            "checked": len(self.results),
            "failed": len(self.failed),
            "warnings": len(self.warnings),
            "notes": len(self.notes),
            "seconds": round(self.seconds, 3),
            "statements": self.statements,
            "results": [result.as_dict() for result in self.results],
        }

    def _failed_as(self, severity: str) -> tuple[CheckResult, ...]:
        return tuple(result for result in self.results if not result.success and result.severity == severity)
