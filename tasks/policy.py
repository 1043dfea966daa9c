"""From changes to a verdict: what each change means for this dataset, by default and by what its declaration says.

Refuses to soften in silence: every change that a policy, a known error or an acceptance touched says so, with the reason, and what has expired
counts no more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from expectations.change import Change, Severity
from expectations.contract import Acceptance
from expectations.declaration import Dataset
from expectations.policies import KnownError, chosen
from tasks.decisions import covers

Action = Literal["hold", "evolve", "discard_rows", "accepted"]  # accepted: by a person, in this home; the contract does not say so yet
_COMES_AND_GOES = {"column_added", "column_removed"}
_FIRST = ("hold", "accepted", "discard_rows", "evolve")


@dataclass(frozen=True)
class Graded:
    """One change, what is done about it, and why."""

    change: Change
    action: Action
    because: str = ""


def grade(
    changes: Sequence[Change], dataset: Dataset, today: date, accepted: str = "", parts: Mapping[str, Acceptance] | None = None
) -> tuple[Graded, ...]:
    """Each change with its action, most severe first. Breaking changes hold, others evolve, unless the declaration says otherwise.

    `accepted` says who accepted this very snapshot and why: then nothing of it is held. `parts` are changes that a person accepted while
    the snapshot waits for others.
    """
    graded = [_graded(change, dataset, today) for change in changes]
    if accepted:
        graded = [replace(one, action="evolve", because=accepted) if one.action == "hold" else one for one in graded]
    graded = [_by_a_person(one, (parts or {}).get(one.change.id)) for one in graded]
    return _ordered(graded)


def together(found: Sequence[Graded], discarded: Sequence[Graded]) -> tuple[Graded, ...]:
    """What is left to be said after rows were discarded, and what was discarded; a change that holds all the same is said as that."""
    held = {one.change.id for one in found if one.action == "hold"}
    done = {one.change.id: one for one in discarded if one.change.id not in held}
    return _ordered([*done.values(), *[one for one in found if one.change.id not in done]])


def known_error(change: Change, dataset: Dataset) -> KnownError | None:
    """The known error of the source that a change shows."""
    columns = set(columns_of(change))
    for error in dataset.known_errors:
        if error.kind == change.kind and (not error.columns or (columns and columns <= set(error.columns))):
            return error
    return None


def columns_of(change: Change) -> tuple[str, ...]:
    """The columns that a change is about; of a change that stands for many, all of them."""
    if change.column:
        return (change.column,)
    named = change.evidence.get("columns", ())
    return tuple(str(name) for name in named)


def _ordered(graded: Sequence[Graded]) -> tuple[Graded, ...]:
    return tuple(sorted(graded, key=lambda one: (_FIRST.index(one.action), -one.change.severity)))


def _graded(change: Change, dataset: Dataset, today: date) -> Graded:
    if _habit(change, dataset):
        return Graded(_calm(change), "evolve", "the declaration says that this column comes and goes")
    policy = chosen(dataset.policy.get(change.kind, ()), columns_of(change))
    error = known_error(change, dataset)
    known = error is not None and not error.expired(today)
    if policy and policy.do == "ignore" and date.fromisoformat(policy.until or "") >= today:
        return Graded(_calm(change), "evolve", f"{policy.reason} (ignored until {policy.until})")
    if error and known:
        action: Action = "discard_rows" if policy and policy.do == "discard_rows" else "evolve"
        return Graded(_calm(change), action, f"a known error of the source until {error.until}: {error.what}")
    if policy and policy.do != "ignore":
        return Graded(change, policy.do, policy.reason)
    expired = f"ignored until {policy.until}, which is over" if policy else ""
    expired = f"a known error of the source until {error.until}, which is over: {error.what}" if error else expired
    return Graded(change, "hold" if _breaks(change) else "evolve", expired)


def _by_a_person(graded: Graded, acceptance: Acceptance | None) -> Graded:
    if acceptance is None or graded.action not in ("hold", "evolve") or not covers(acceptance, graded.change):
        return graded
    return replace(graded, action="accepted", because=acceptance.said)


def _habit(change: Change, dataset: Dataset) -> bool:
    """Whether all the columns that came or went are declared to come and go."""
    if change.kind not in _COMES_AND_GOES or change.evidence.get("turned"):
        return False
    columns = [dataset.raw.columns.get(name) for name in columns_of(change)]
    return bool(columns) and all(column is not None and column.optional for column in columns)


def _breaks(change: Change) -> bool:
    """Whether a change breaks what is built on the table. An announcement makes it quieter, not safer: it is held all the same."""
    announced = change.evidence.get("announced")
    unannounced = announced.get("severity_unannounced") if isinstance(announced, Mapping) else None
    return change.severity is Severity.BREAKING or unannounced == Severity.BREAKING.word


def _calm(change: Change) -> Change:
    return replace(change, severity=Severity.INFO)
