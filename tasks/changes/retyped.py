"""Columns that hold another type than before, or print the same otherwise: text for numbers, separators, per cent signs, days in another order.

Refuses to call a column retyped for a few odd cells, or for printing that no reader stumbles over (`5` and `5.0`).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from expectations.change import Change, Severity
from expectations.shape import Column, Shape
from tasks.changes.observed import Alignment
from tasks.changes.periods import holds_periods
from tasks.changes.words import listed, quoted
from tasks.shape import sql

_DRESSED = frozenset(sql.DRESSED)
_WHOLLY = _DRESSED - {"thousands in places"}  # a few odd cells are a slip, and no change of type
_CLASS = {"integer": "number", "number": "number", "date": "date", "boolean": "text", "text": "text"}


def retyped_changes(before: Shape, after: Shape, alignment: Alignment, relied_on: Collection[str] | None) -> list[Change]:
    """column_retyped: another type, or the same numbers or days printed otherwise."""
    changes = []
    for earlier, later in alignment.pairs:
        old, new = before.column(earlier), after.column(later)
        if old is None or new is None or "empty" in (old.type, new.type):
            continue
        evidence: dict[str, Any] = {
            "examples_before": examples(old),
            "examples_after": examples(new),
            "filled_before": old.filled,
            "filled_after": new.filled,
        }
        if (
            _CLASS[old.type] != _CLASS[new.type]
            and holds_periods(old)
            and holds_periods(new)
            and {old.type, new.type} <= {"text", "integer"}
        ):
            what = (
                f"The periods in {quoted(later)} were printed as {kind_of(old)} and are now {kind_of(new)}, such as "
                f"{listed(examples(new)[:3])}."
            )
            changes.append(Change("column_retyped", Severity.WARNING, what, earlier, old.type, new.type, evidence, earlier))
        elif _CLASS[old.type] != _CLASS[new.type]:
            what = f"{quoted(later)} held {kind_of(old)} and now holds {kind_of(new)}, such as {listed(examples(new)[:3])}."
            # Text that was mostly numbers and is now only numbers lost its strays: nothing that read it before fails.
            cleaner = old.type == "text" and _CLASS[new.type] == "number" and old.numbers >= 0.5 * old.filled
            severity = Severity.WARNING if cleaner else loud(earlier, relied_on)
            changes.append(Change("column_retyped", severity, what, earlier, old.type, new.type, evidence, earlier))
        elif _CLASS[old.type] == "number" and old.format != new.format and _tells(old, new):
            forms = {
                "thousands": "with thousands separators",
                "thousands in places": "with thousands separators in places",
                "percent": "with a percent sign",
                "currency": "with a currency sign",
                "padded": "with leading zeros",
                None: "plainly",
            }
            effect = f"a plain reader takes them for {'text' if new.format in _DRESSED else 'numbers again'}"
            if "padded" in (old.format, new.format) and not {old.format, new.format} & _DRESSED:
                effect = "a code with its zeros and one without do not join"
            what = (
                f"The numbers in {quoted(later)} were printed {forms.get(old.format, 'otherwise')} and are now "
                f"printed {forms.get(new.format, 'otherwise')} "
                f"({listed(examples(new)[:2])}): {effect}."
            )
            changes.append(
                Change(
                    "column_retyped",
                    # Whoever reads numbers plainly fails on the new print; the other way round nothing fails.
                    loud(earlier, relied_on) if new.format in _WHOLLY and old.format not in _DRESSED else Severity.WARNING,
                    what,
                    earlier,
                    old.format or "plain",
                    new.format or "plain",
                    evidence,
                    f"{earlier}\x1fformat",
                )
            )
        elif old.type == new.type == "date" and old.format != new.format and old.format and new.format:
            what = (
                f"The dates in {quoted(later)} were printed as {old.format} and are now printed as {new.format} "
                f"({listed(examples(new)[:2])})."
            )
            changes.append(
                Change("column_retyped", Severity.WARNING, what, earlier, old.format, new.format, evidence, f"{earlier}\x1fformat")
            )
    return changes


def _tells(old: Column, new: Column) -> bool:
    """Whether another print of numbers matters: dressed or plain; with leading zeros or without, where the codes are the same."""
    if {old.format, new.format} & _DRESSED:
        return True
    return "padded" in (old.format, new.format) and (old.minimum, old.maximum) == (new.minimum, new.maximum)


def loud(name: str, relied_on: Collection[str] | None) -> Severity:
    """Breaking where somebody reads the column, or nothing is known of who does."""
    return Severity.BREAKING if relied_on is None or name in relied_on else Severity.WARNING


def examples(column: Column) -> list[str]:
    """At most five values that stand in the column."""
    if column.categories:
        return list(column.categories[:5])
    return [value[:80] for value in dict.fromkeys((column.minimum, column.maximum)) if value is not None]


def kind_of(column: Column) -> str:
    """The type of a column in words."""
    return {"integer": "whole numbers", "number": "numbers", "date": "dates", "boolean": "yes or no", "text": "text", "empty": "nothing"}[
        column.type
    ]
