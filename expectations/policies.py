"""What a declaration says is to be done about changes: the policy for a kind of change, and the errors of a source that are known.

Refuses to discard where there are no rows to point at, to ignore without an end, two policies for one column, and a known error that could be
recognised in two ways.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from expectations.change import KINDS, WITH_ROWS
from expectations.rules.rule import Rule

DISCARD_AT_MOST = 0.01  # share of a snapshot's rows that may be discarded, where the declaration says nothing


class Policy(BaseModel):
    """What to do with one kind of change, where it differs from the default. `reason` is shown with every change it touches."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    do: Literal["evolve", "hold", "ignore", "discard_rows"] = Field(
        description="evolve: land and tell; hold: keep the last good table; ignore: no alarm until a day; discard_rows: land the rest of the rows."
    )
    reason: str
    columns: tuple[str, ...] = Field((), description="Only for these raw columns; () for all.")
    until: str | None = Field(None, description="ISO date, the last day of an `ignore`; an `ignore` needs one.")

    @field_validator("until", mode="before")
    @classmethod
    def _as_text(cls, value: Any) -> Any:
        return iso_day(value)

    @model_validator(mode="after")
    def _ignore_expires(self) -> Policy:
        if self.do == "ignore" and not self.until:
            raise ValueError("policy `ignore` needs `until`, the date on which it ends")
        return self


class KnownError(BaseModel):
    """A known error of the source: what is wrong, until when we live with it, and how it is recognised.

    Recognised by a kind of change (in `columns`, where given), by a rule of the dataset or of its rule sets (its `because`), or by a query over
    the tidy table that finds the wrong rows. Without any of these it is a note for those who read the data.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    what: str
    until: str = Field(description="ISO date: the last day on which it is no alarm.")
    kind: str | None = Field(None, description="The kind of change by which it shows.")
    columns: tuple[str, ...] = Field((), description="Only in these raw columns; with `kind`.")
    rule: str | None = Field(None, description="The `because` of the rule that it breaks, one of the dataset or of its rule sets.")
    query: str | None = Field(None, description="A SELECT over {table}, the tidy table, that finds its rows while it lasts.")

    @field_validator("until", mode="before")
    @classmethod
    def _as_text(cls, value: Any) -> Any:
        return iso_day(value)

    @model_validator(mode="after")
    def _one_sign(self) -> KnownError:
        if sum(sign is not None for sign in (self.kind, self.rule, self.query)) > 1:
            raise ValueError("a known error is recognised in one way: `kind`, `rule` or `query`")
        if self.columns and not self.kind:
            raise ValueError("`columns` stands beside `kind`")
        if self.kind and self.kind not in KINDS:
            raise ValueError(f"{self.kind!r} is no kind of change: one of {', '.join(KINDS)}")
        return self

    def expired(self, today: date) -> bool:
        """Whether it is an alarm again."""
        return date.fromisoformat(self.until) < today

    def breaks(self, because: str) -> bool:
        """Whether this is the rule that it breaks, by the rule's `because` as declared or as softened."""
        return self.rule is not None and because in (self.rule, self._softened(self.rule))

    def softens(self, rule: Rule) -> Rule:
        """The rule as it is judged while the error is known: it fails nothing, and says why."""
        return replace(rule, severity="info", because=self._softened(rule.because)) if rule.because == self.rule else rule

    def _softened(self, because: str) -> str:
        return f"{because} (a known error of the source until {self.until})"


def softened(rules: Iterable[Rule], errors: Iterable[KnownError], today: date) -> tuple[Rule, ...]:
    """The rules; one that a known error breaks is judged, told, and fails nothing until the day of that error."""
    known = [error for error in errors if error.rule and not error.expired(today)]
    return tuple(next((error.softens(rule) for error in known if error.rule == rule.because), rule) for rule in rules)


def as_lists(policy: Any) -> Any:
    """`policy` with a list for each kind: one mapping stands for a list of one."""
    if not isinstance(policy, dict):
        return policy
    return {kind: [given] if isinstance(given, dict) else given for kind, given in policy.items()}


def refuse_contradictions(policy: dict[str, tuple[Policy, ...]]) -> None:
    """Raises ValueError for policies of one kind that contradict each other, and for rows that cannot be pointed at."""
    for kind, entries in policy.items():
        if any(entry.do == "discard_rows" for entry in entries) and kind not in WITH_ROWS:
            raise ValueError(
                f"{kind!r} has no rows to point at, so that none can be discarded; these kinds have: {', '.join(sorted(WITH_ROWS))}"
            )
        if sum(not entry.columns for entry in entries) > 1:
            raise ValueError(f"{kind!r} has two policies for all columns")
        named = [column for entry in entries for column in entry.columns]
        twice = sorted({column for column in named if named.count(column) > 1})
        if twice:
            raise ValueError(f"{kind!r} has two policies for {', '.join(twice)}")


def chosen(entries: Sequence[Policy], columns: Collection[str]) -> Policy | None:
    """The policy of a change of these columns: the one that names them all, else the one that names none."""
    naming = (entry for entry in entries if entry.columns and columns and set(columns) <= set(entry.columns))
    return next(naming, None) or next((entry for entry in entries if not entry.columns), None)


def iso_day(value: Any) -> Any:
    """A day as ISO text: YAML reads one without quotation marks as a date. Raises ValueError for what is no day."""
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, str):
        try:
            date.fromisoformat(value)
        except ValueError as error:
            raise ValueError(f"{value!r} is no day: write it as 2026-12-31") from error
    return value
