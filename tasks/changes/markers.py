"""Markers: symbols in place of a number that came, went, or took each other's place.

Refuses to blame a symbol that only left with its column or came with one: that is told by the column.
"""

from __future__ import annotations

from collections.abc import Sequence

from expectations.change import Change, Severity
from expectations.shape import Column
from tasks.changes.observed import Alignment, Observed
from tasks.changes.words import counted, listed, quoted


def marker_changes(before: Observed, after: Observed, alignment: Alignment, calm: bool) -> list[Change]:
    """marker_added and marker_removed, one change per symbol, with the columns it came to or left."""
    pairs = [(old, new) for b, a in alignment.pairs if (old := before.shape.column(b)) and (new := after.shape.column(a))]
    # A symbol that only left with its column, or came with one, is told by the column.
    earlier = {marker for old, _ in pairs for marker in old.markers}
    later = {marker for _, new in pairs for marker in new.markers}
    changes = []
    severity = Severity.INFO if calm else Severity.WARNING
    for marker in sorted(later - earlier):
        where = {new.name: new.markers[marker] for _, new in pairs if marker in new.markers}
        cells = sum(where.values())
        what = (
            f"A new marker {quoted(marker)} stands in place of {counted(cells, 'value')}, in {listed([quoted(name) for name in where], 3)}."
        )
        instead = _replaced(pairs, earlier - later, marker)
        what += f" It seems to replace {quoted(instead)}." if instead else ""
        evidence = {"cells": cells, "columns": dict(list(where.items())[:20]), "markers_before": sorted(earlier), "replaces": instead}
        changes.append(
            Change("marker_added", severity, what, next(iter(where)) if len(where) == 1 else None, None, marker, evidence, marker)
        )
    for marker in sorted(earlier - later):
        where = {old.name: old.markers[marker] for old, _ in pairs if marker in old.markers}
        cells = sum(where.values())
        empty = sum(max(0, new.empty - old.empty) for old, new in pairs if marker in old.markers)
        turned = " Those cells are now empty." if empty >= 0.5 * cells else ""
        what = (
            f"The marker {quoted(marker)} is no longer used; it stood in place of {counted(cells, 'value')}, in "
            f"{listed([quoted(name) for name in where], 3)}.{turned}"
        )
        evidence = {"cells": cells, "columns": dict(list(where.items())[:20]), "markers_after": sorted(later), "newly_empty": empty}
        changes.append(
            Change("marker_removed", severity, what, next(iter(where)) if len(where) == 1 else None, marker, None, evidence, marker)
        )
    return changes


def _replaced(pairs: Sequence[tuple[Column, Column]], gone: set[str], marker: str) -> str | None:
    """The symbol that used to stand, about as often, in the columns where the new one stands."""
    for old_marker in sorted(gone):
        before = sum(old.markers.get(old_marker, 0) for old, new in pairs if marker in new.markers)
        after = sum(new.markers.get(marker, 0) for _, new in pairs)
        if before and 0.5 <= before / after <= 2:
            return old_marker
    return None
