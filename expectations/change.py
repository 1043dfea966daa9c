"""A change: one difference between what arrived and what it is held against, with a kind, a severity and evidence.

The kinds and their default severities are the project's vocabulary; nothing else in the project names a kind that is not here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any


class Severity(IntEnum):
    """How much a change matters. An alarm is `WARNING` or `BREAKING`; `INFO` is recorded and not sent."""

    SAME = 0
    INFO = 1
    WARNING = 2
    BREAKING = 3

    @property
    def word(self) -> str:
        return self.name.lower()


_S = Severity
KINDS: dict[str, tuple[str, Severity]] = {
    # kind: (what it says, default severity)
    # the delivery
    "not_data": ("an HTML page, a login or an error text came instead of data", _S.BREAKING),
    "truncated": ("the file ends before its data does", _S.BREAKING),
    "empty": ("there are no rows", _S.BREAKING),
    "test_rows": ("rows that look like tests or placeholders", _S.BREAKING),
    "repeated_release": ("an earlier release was posted again as new", _S.BREAKING),
    "table_repeated": ("the table stands twice in the file", _S.BREAKING),
    "layout_moved": ("header row, sheet or preamble moved", _S.WARNING),
    "encoding_changed": ("byte order mark, charset, delimiter, quoting or line ends changed; the content reads the same", _S.INFO),
    # columns
    "column_removed": ("a column is gone", _S.BREAKING),
    "column_added": ("a column came", _S.WARNING),
    "column_renamed": ("a column has another name", _S.BREAKING),
    "column_retyped": ("a column holds another type", _S.BREAKING),
    "column_duplicated": ("a column name stands twice", _S.BREAKING),
    "column_reordered": ("columns stand in another order", _S.INFO),
    # domains
    "category_added": ("a category came", _S.WARNING),
    "category_removed": ("a category is gone", _S.WARNING),
    "category_renamed": ("a category has another name", _S.WARNING),
    "marker_added": ("a marker came", _S.WARNING),
    "marker_removed": ("a marker is gone", _S.WARNING),
    "unit_rescaled": ("a measure moved by a steady ratio", _S.BREAKING),
    "geography_vintage_changed": ("areas are of another vintage", _S.BREAKING),
    "area_recoded": ("the same place has another code", _S.BREAKING),
    "crs_changed": ("coordinates are in another reference system", _S.BREAKING),
    "suppression_moved": ("more or fewer values are suppressed", _S.WARNING),
    # keys and volume
    "key_duplicated": ("rows share one key", _S.BREAKING),
    "area_doubled": ("an area stands twice under one code", _S.BREAKING),
    "area_missing": ("an area is gone", _S.WARNING),
    "area_added": ("an area came", _S.INFO),
    "rows_fell": ("fewer rows", _S.WARNING),
    "rows_rose": ("more rows than new periods explain", _S.INFO),
    "period_removed": ("a period is gone", _S.WARNING),
    "period_added": ("a period came", _S.INFO),
    # values
    "history_revised": ("values already published were revised", _S.INFO),
    "values_redefined": ("most values already published moved", _S.BREAKING),
    "coverage_break": ("a step in level while the rates hold", _S.WARNING),
}

# Kinds that concern rows which can be pointed at: only these rows can be discarded while the rest lands.
WITH_ROWS = frozenset(
    {
        "test_rows", "table_repeated", "repeated_release", "category_added", "marker_added", "key_duplicated",
        "area_doubled", "area_added", "period_added",
    }
)  # fmt: skip

# Kinds held against the last landed table, not against the contract: they tell of one release, and are over when it has landed.
AGAINST_LANDED = frozenset(
    {
        "empty", "test_rows", "repeated_release", "table_repeated", "truncated", "not_data", "layout_moved", "encoding_changed", "rows_fell",
        "rows_rose", "period_added", "period_removed", "area_missing", "area_added", "area_doubled", "history_revised", "values_redefined",
        "coverage_break", "suppression_moved", "rows_rejected",
    }
)  # fmt: skip

# What a run itself finds, beside what the comparison finds: no policy is declared for these.
OF_A_RUN: dict[str, tuple[str, Severity]] = {
    "rows_rejected": ("rows that break a rule were kept aside, and the rest landed", _S.WARNING),
    "source_mended": ("a known error of the source is gone", _S.INFO),
}

# What the calendar shows, with nothing having arrived (`evidence watch`).
OF_TIME: dict[str, tuple[str, Severity]] = {
    "late": ("a release did not come by the day on which it was due, and the days allowed after it", _S.WARNING),
    "release_moved": ("the publisher, or the declaration, moved the day of a release", _S.INFO),
}


@dataclass(frozen=True)
class Change:
    """One difference. `what` is a sentence for a person; `evidence` holds counts, examples, old and new, as plain JSON values."""

    kind: str
    severity: Severity
    what: str
    column: str | None = None
    before: Any = None
    after: Any = None
    evidence: Mapping[str, Any] = field(default_factory=dict)
    subject: str = ""  # what makes this change itself over runs, beside kind and column (a category, an area, a period)

    @property
    def id(self) -> str:
        """Stable over runs: the same change of the same thing has the same id."""
        identity = "\x1f".join([self.kind, self.column or "", self.subject])
        return hashlib.sha256(identity.encode()).hexdigest()[:10]

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "kind": self.kind,
            "severity": self.severity.word,
            "what": self.what,
            "column": self.column,
            "before": self.before,
            "after": self.after,
            "evidence": dict(self.evidence),
        }


def verdict(changes: Iterable[Change]) -> Severity:
    """The highest severity among the changes; `SAME` where there is none."""
    return max((change.severity for change in changes), default=Severity.SAME)
