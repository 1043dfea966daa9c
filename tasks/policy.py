"""From changes to a verdict: what each change means for this dataset, by default and by its declared policy.

Refuses to soften in silence: every change that a policy touched says so, with the policy's reason, and an expired `ignore` counts no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from expectations.change import Change, Severity
from expectations.declaration import Dataset

_COMES_AND_GOES = {"column_added", "column_removed"}


@dataclass(frozen=True)
class Graded:
    """One change and what is done about it: `hold` or `evolve`."""

    change: Change
    action: str
    because: str = ""


def grade(changes: Sequence[Change], dataset: Dataset, today: date, accepted: str = "") -> tuple[Graded, ...]:
    """Each change with its action, most severe first. Breaking changes hold, others evolve, unless the declaration says otherwise.

    `accepted` says who accepted this very snapshot and why: then nothing of it is held.
    """
    graded = [_graded(change, dataset, today) for change in changes]
    if accepted:
        graded = [replace(one, action="evolve", because=accepted) if one.action == "hold" else one for one in graded]
    return tuple(sorted(graded, key=lambda one: (one.action != "hold", -one.change.severity)))


def _graded(change: Change, dataset: Dataset, today: date) -> Graded:
    raw = dataset.raw.columns.get(change.column or "")
    if raw and raw.optional and change.kind in _COMES_AND_GOES:
        habit = "the declaration says that this column comes and goes"
        return Graded(replace(change, severity=Severity.INFO), "evolve", habit)
    policy = dataset.policy.get(change.kind)
    if policy and (not policy.columns or change.column in policy.columns):
        if policy.do == "ignore" and date.fromisoformat(policy.until or "") >= today:
            return Graded(replace(change, severity=Severity.INFO), "evolve", f"{policy.reason} (ignored until {policy.until})")
        if policy.do in ("evolve", "hold"):
            return Graded(change, policy.do, policy.reason)
    return Graded(change, "hold" if change.severity is Severity.BREAKING else "evolve")
