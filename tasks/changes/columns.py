"""Columns: gone, new, renamed, retyped, doubled, in another order.

A rename is recognised by values (equal at the same keys, or shared by the two columns) and only then by name.
Refuses to call two columns one on the strength of their names alone, unless they differ in case, blanks or punctuation only.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any

from expectations.change import Change, Severity
from expectations.shape import Column, Shape
from tasks.changes.observed import Alignment, Rename
from tasks.changes.words import listed, quoted
from tasks.shape import sql
from tasks.shape.periods import names_a_period

RETYPE_SHARE = 0.05  # of the cells must be of the other class; below it they are strays
_DRESSED = frozenset(sql.DRESSED)
_WHOLLY = _DRESSED - {"thousands in places"}  # a few odd cells are a slip, and no change of type
_CLASS = {"integer": "number", "number": "number", "date": "date", "boolean": "text", "text": "text"}


def column_changes(before: Shape, after: Shape, alignment: Alignment, relied_on: Collection[str] | None) -> list[Change]:
    """Every change of the columns themselves. `relied_on`: earlier column names that somebody uses; None for all of them."""
    return [
        *_removed(before, alignment, relied_on),
        *_added(after, alignment),
        *_renamed(before, after, alignment),
        *_retyped(before, after, alignment, relied_on),
        *_duplicated(before, after, relied_on),
        *_reordered(before, after, alignment),
    ]


def _loud(name: str, relied_on: Collection[str] | None) -> Severity:
    return Severity.BREAKING if relied_on is None or name in relied_on else Severity.WARNING


def _removed(before: Shape, alignment: Alignment, relied_on: Collection[str] | None) -> list[Change]:
    changes = []
    for name in alignment.removed:
        column = before.column(name)
        if column is None:
            continue
        twin = _twin(before, name)
        if twin:
            what = f"The column {quoted(twin)} stood twice; the second is gone. The first is still there."
            changes.append(
                Change(
                    "column_removed", Severity.WARNING, what, name, name, None, {"stood_twice": twin, "position": column.position + 1}, name
                )
            )
            continue
        severity = _loud(name, relied_on)
        held = _holds(column)
        evidence = {
            "position": column.position + 1,
            "type": column.type,
            "filled": column.filled,
            "examples": _examples(column),
            "relied_on": severity == Severity.BREAKING,
        }
        title = quoted(name) if _headed(before, name) else f"without a header (number {column.position + 1})"
        changes.append(Change("column_removed", severity, f"The column {title} is gone; it held {held}.", name, name, None, evidence, name))
    return changes


def _added(after: Shape, alignment: Alignment) -> list[Change]:
    changes = []
    for name in alignment.added:
        column = after.column(name)
        if column is None:
            continue
        evidence = {"position": column.position + 1, "type": column.type, "filled": column.filled, "examples": _examples(column)}
        title = quoted(name) if _headed(after, name) else "without a header"
        what = f"A new column {title} stands at place {column.position + 1}; it holds {_holds(column)}."
        changes.append(Change("column_added", Severity.WARNING, what, name, None, name, evidence, name))
    return changes


def _renamed(before: Shape, after: Shape, alignment: Alignment) -> list[Change]:
    changes = []
    for rename in alignment.renamed:
        place = next((column.position + 1 for column in after.columns if column.name == rename.after), 0)
        old = quoted(rename.before) if _headed(before, rename.before) else "without a header"
        now = (
            f"is now called {quoted(rename.after)}"
            if _headed(after, rename.after)
            else f"has no header any more (it stands at place {place})"
        )
        what = f"The column {old} {now}: {rename.evidence['because']}."
        evidence = {**rename.evidence, "patch": {"rename": {rename.after: rename.before}}}
        changes.append(
            Change(
                "column_renamed",
                Severity.BREAKING,
                what,
                rename.before,
                rename.before,
                rename.after,
                evidence,
                f"{rename.before}\x1f{rename.after}",
            )
        )
    return changes


def _retyped(before: Shape, after: Shape, alignment: Alignment, relied_on: Collection[str] | None) -> list[Change]:
    changes = []
    for earlier, later in alignment.pairs:
        old, new = before.column(earlier), after.column(later)
        if old is None or new is None or "empty" in (old.type, new.type):
            continue
        evidence: dict[str, Any] = {
            "examples_before": _examples(old),
            "examples_after": _examples(new),
            "filled_before": old.filled,
            "filled_after": new.filled,
        }
        if _CLASS[old.type] != _CLASS[new.type] and names_a_period(earlier) and {old.type, new.type} <= {"text", "integer"}:
            what = (
                f"The periods in {quoted(later)} were printed as {_kind(old)} and are now {_kind(new)}, such as "
                f"{listed(_examples(new)[:3])}."
            )
            changes.append(Change("column_retyped", Severity.WARNING, what, earlier, old.type, new.type, evidence, earlier))
        elif _CLASS[old.type] != _CLASS[new.type]:
            what = f"{quoted(later)} held {_kind(old)} and now holds {_kind(new)}, such as {listed(_examples(new)[:3])}."
            # Text that was mostly numbers and is now only numbers lost its strays: nothing that read it before fails.
            cleaner = old.type == "text" and _CLASS[new.type] == "number" and old.numbers >= 0.5 * old.filled
            severity = Severity.WARNING if cleaner else _loud(earlier, relied_on)
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
                f"({listed(_examples(new)[:2])}): {effect}."
            )
            changes.append(
                Change(
                    "column_retyped",
                    # Whoever reads numbers plainly fails on the new print; the other way round nothing fails.
                    _loud(earlier, relied_on) if new.format in _WHOLLY and old.format not in _DRESSED else Severity.WARNING,
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
                f"({listed(_examples(new)[:2])})."
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


def _duplicated(before: Shape, after: Shape, relied_on: Collection[str] | None) -> list[Change]:
    changes = []
    twice_before, twice_after = _repeated_headers(before), _repeated_headers(after)
    for header in sorted(twice_after - twice_before):
        severity = _loud(header, relied_on)
        what = f"The column name {quoted(header)} now stands more than once: whoever reads by name gets one of them by chance."
        changes.append(
            Change(
                "column_duplicated", severity, what, header, 1, 2, {"headers": [h for h in _headers(after) if h.strip() == header]}, header
            )
        )
    return changes


def _reordered(before: Shape, after: Shape, alignment: Alignment) -> list[Change]:
    place = {column.name: column.position for column in after.columns}
    there = [(earlier, place[later]) for earlier, later in alignment.pairs if later in place]
    # Both columns of a pair stand in their shapes: neither is None.
    there.sort(key=lambda pair: before.column(pair[0]).position)  # type: ignore[union-attr]
    order = [position for _, position in there]
    if order == sorted(order):
        return []
    moved = _moved([name for name, _ in there], order)
    what = (
        f"{len(moved)} column{'s stand' if len(moved) > 1 else ' stands'} at another place "
        f"({listed([quoted(name) for name in moved[:4]])}): reading by position goes wrong."
    )
    return [
        Change(
            "column_reordered",
            Severity.INFO,
            what,
            None,
            [c.name for c in before.columns][:40],
            [c.name for c in after.columns][:40],
            {"moved": moved[:40], "count": len(moved)},
            "order",
        )
    ]


def _moved(names: Sequence[str], order: Sequence[int]) -> list[str]:
    """The fewest columns whose move explains the order: those outside the longest rising run."""
    best: list[list[int]] = [[]]
    for index, position in enumerate(order):
        runs = [run for run in best if not run or order[run[-1]] < position]
        best.append([*max(runs, key=len), index])
    longest: list[int] = max(best, key=len)
    still = set(longest)
    return [name for index, name in enumerate(names) if index not in still]


def _twin(shape: Shape, name: str) -> str | None:
    """The header that a column repeats, when it is not the first to bear it."""
    for layout in shape.layouts.values():
        for header, column in zip(layout.headers, layout.columns, strict=False):
            if column == name and header.strip() and header != name and layout.headers.count(header) > 1:
                return header.strip()
    return None


def _headers(shape: Shape) -> list[str]:
    return [header for layout in shape.layouts.values() for header in layout.headers]


def _repeated_headers(shape: Shape) -> set[str]:
    twice = set()
    for layout in shape.layouts.values():
        headers = [header.strip() for header in layout.headers if header.strip()]
        twice |= {header for header in headers if headers.count(header) > 1}
    return twice


def _headed(shape: Shape, name: str) -> bool:
    """Whether a column has a header of its own (the reader names those that have none)."""
    for layout in shape.layouts.values():
        for header, column in zip(layout.headers, layout.columns, strict=False):
            if column == name:
                return bool(header.strip())
    return True


def _examples(column: Column) -> list[str]:
    """At most five values that stand in the column."""
    if column.categories:
        return list(column.categories[:5])
    return [value[:80] for value in dict.fromkeys((column.minimum, column.maximum)) if value is not None]


def _kind(column: Column) -> str:
    return {"integer": "whole numbers", "number": "numbers", "date": "dates", "boolean": "yes or no", "text": "text", "empty": "nothing"}[
        column.type
    ]


def _holds(column: Column) -> str:
    if column.type == "empty":
        return "nothing" if not column.markers else f"only the marker {listed([quoted(m) for m in list(column.markers)[:3]])}"
    if column.type in ("integer", "number"):
        return f"{_kind(column)} from {column.minimum} to {column.maximum}"
    if column.categories and len(column.categories) <= 4:
        return listed([quoted(value[:60]) for value in column.categories])
    return f"{column.distinct:,} different values, such as {listed([quoted(value[:60]) for value in _examples(column)[:2]])}"


def normal_name(name: str) -> str:
    """A name without case, blanks and punctuation."""
    return re.sub(r"[^a-z0-9]+", "", name.lower())


def unpaired(before: Shape, after: Shape, renamed: Sequence[Rename]) -> Alignment:
    """The alignment that follows from exact names and the given renames."""
    later = {column.name for column in after.columns}
    earlier = {column.name for column in before.columns}
    gone = {rename.before for rename in renamed}
    come = {rename.after for rename in renamed}
    return Alignment(
        tuple(column.name for column in before.columns if column.name in later),
        tuple(renamed),
        tuple(column.name for column in before.columns if column.name not in later and column.name not in gone),
        tuple(column.name for column in after.columns if column.name not in earlier and column.name not in come),
    )
