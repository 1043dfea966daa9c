"""Recognise renamed columns by where they stand: in the same gap between columns that are recognised, holding the same kind of values.

Refuses place alone while a table kept its names: there the names must share most of their words too. Where every column was renamed and most
were recognised by their values, what is left in one gap, of one kind and in one order, is taken to be the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from expectations.shape import Column, Shape
from tasks.changes.observed import Alignment, Rename

_CLASS = {"integer": "number", "number": "number", "date": "date", "boolean": "text", "text": "text", "empty": "empty"}
KEPT = 0.1  # share of names that may be as they were in a table that was renamed as a whole
KNOWN = 0.5  # share of its columns that must be recognised otherwise
WIDEST = 400  # pairs of columns in one gap
WORDS = 3  # words that two names must share
WORDS_SHARE = 0.75  # of the words of the shorter name


def by_place(before: Shape, after: Shape, alignment: Alignment, denied: Callable[[str, str], bool]) -> list[Rename]:
    """Renames that place and kind of values show beyond those of `alignment`. `denied`: whether values at the same keys say otherwise."""
    if not alignment.removed or not alignment.added:
        return []
    whole = len(alignment.common) <= KEPT * len(before.columns) and len(alignment.pairs) >= KNOWN * len(before.columns)
    found: list[Rename] = []
    for gone, come in _gaps(before, after, alignment):
        if not whole and len(gone) * len(come) > WIDEST:
            continue  # in a gap as wide as that, place says nothing
        pairs = _in_order(gone, come) if whole else [(old, new) for old in gone for new in come if _share_words(old.name, new.name)]
        for old, new in pairs:
            free = all(old.name != rename.before and new.name != rename.after for rename in found)
            if free and _CLASS[old.type] == _CLASS[new.type] and not denied(old.name, new.name):
                found.append(_rename(old, new, whole))
    return found


def _gaps(before: Shape, after: Shape, alignment: Alignment) -> list[tuple[list[Column], list[Column]]]:
    """(columns gone, columns new) between each two columns that are recognised and follow each other in both tables."""
    place = {column.name: column.position for column in after.columns}
    anchors = [(-1, -1)]
    # Both columns of a pair stand in their shapes: neither is None.
    for earlier, later in sorted(alignment.pairs, key=lambda pair: before.column(pair[0]).position):  # type: ignore[union-attr]
        at = before.column(earlier)
        if at is not None and place[later] > anchors[-1][1]:
            anchors.append((at.position, place[later]))
    anchors.append((len(before.columns), len(after.columns)))
    gaps = []
    for (low, first), (high, last) in pairwise(anchors):
        gone = [column for column in before.columns if low < column.position < high and column.name in alignment.removed]
        come = [column for column in after.columns if first < column.position < last and column.name in alignment.added]
        if gone and come:
            gaps.append((gone, come))
    return gaps


def _in_order(gone: Sequence[Column], come: Sequence[Column]) -> list[tuple[Column, Column]]:
    """Columns of one kind, paired in order where both sides have as many; else those whose name only lost or gained a word."""
    pairs: list[tuple[Column, Column]] = []
    for kind in sorted({_CLASS[column.type] for column in gone}):
        old = [column for column in gone if _CLASS[column.type] == kind]
        new = [column for column in come if _CLASS[column.type] == kind]
        if len(old) == len(new):
            pairs += list(zip(old, new, strict=True))
            continue
        for one in old:
            words = _words(one.name)
            within = [other for other in new if words and (words <= _words(other.name) or words >= _words(other.name))]
            pairs += [(one, within[0])] if len(within) == 1 else []
    return pairs


def _rename(old: Column, new: Column, whole: bool) -> Rename:
    because = "it stands in the same place between columns that are recognised, and holds the same kind of values"
    if not whole:
        shared = sorted(_words(old.name) & _words(new.name))
        because = (
            f"it stands in the same place, its name shares {len(shared)} words ({', '.join(shared)}), and it holds the same kind of values"
        )
    evidence = {"because": because, "position_before": old.position + 1, "position_after": new.position + 1, "values_compared": 0}
    return Rename(old.name, new.name, 0.6, evidence)


def _share_words(one: str, other: str) -> bool:
    left, right = _words(one), _words(other)
    both = left & right
    return len(both) >= WORDS and len(both) >= WORDS_SHARE * min(len(left), len(right))


def _words(name: str) -> set[str]:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return {word for word in re.split(r"[^a-z0-9]+", spaced.lower()) if word}
