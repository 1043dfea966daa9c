"""Columns: gone, new, renamed, retyped, doubled, in another order.

A rename is recognised by values (equal at the same keys, or shared by the two columns) and only then by name.
Refuses to call two columns one on the strength of their names alone, unless they differ in case, blanks or punctuation only.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from expectations.change import Change, Severity
from expectations.shape import Column, Shape
from tasks.changes.observed import Alignment, Rename
from tasks.changes.retyped import examples, kind_of, loud, retyped_changes
from tasks.changes.words import listed, quoted


def column_changes(before: Shape, after: Shape, alignment: Alignment, relied_on: Collection[str] | None) -> list[Change]:
    """Every change of the columns themselves. `relied_on`: earlier column names that somebody uses; None for all of them."""
    return [
        *_removed(before, alignment, relied_on),
        *_added(after, alignment),
        *_renamed(before, after, alignment),
        *retyped_changes(before, after, alignment, relied_on),
        *_duplicated(before, after, relied_on),
        *_reordered(before, after, alignment),
    ]


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
        severity = loud(name, relied_on)
        held = _holds(column)
        evidence = {
            "position": column.position + 1,
            "type": column.type,
            "filled": column.filled,
            "examples": examples(column),
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
        evidence = {"position": column.position + 1, "type": column.type, "filled": column.filled, "examples": examples(column)}
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


def _duplicated(before: Shape, after: Shape, relied_on: Collection[str] | None) -> list[Change]:
    changes = []
    twice_before, twice_after = _repeated_headers(before), _repeated_headers(after)
    for header in sorted(twice_after - twice_before):
        severity = loud(header, relied_on)
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


def _holds(column: Column) -> str:
    if column.type == "empty":
        return "nothing" if not column.markers else f"only the marker {listed([quoted(m) for m in list(column.markers)[:3]])}"
    if column.type in ("integer", "number"):
        return f"{kind_of(column)} from {column.minimum} to {column.maximum}"
    if column.categories and len(column.categories) <= 4:
        return listed([quoted(value[:60]) for value in column.categories])
    return f"{column.distinct:,} different values, such as {listed([quoted(value[:60]) for value in examples(column)[:2]])}"


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
