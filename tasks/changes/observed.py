"""What the comparison works on: an observed table, and the result.

Plain frozen values, no behaviour beyond looking things up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from expectations.change import Change, Severity, verdict
from expectations.place import Place
from expectations.shape import Shape

__all__ = ["Alignment", "Comparison", "Observed", "Place", "Rename"]


@dataclass(frozen=True)
class Observed:
    """A shape and the table (all VARCHAR) in the connection that it was observed in.

    `seen`: the table's own shape, where `shape` is not: a contract that is held against something by the values of the table that landed last.
    """

    shape: Shape
    table: str
    seen: Shape | None = None

    @property
    def own(self) -> Shape:
        return self.seen or self.shape


@dataclass(frozen=True)
class Rename:
    """A column of the earlier table that stands in the later under another name, and what shows it."""

    before: str
    after: str
    score: float
    evidence: Mapping[str, Any]


@dataclass(frozen=True)
class Alignment:
    """Which column of the earlier table is which of the later."""

    common: tuple[str, ...]
    renamed: tuple[Rename, ...] = ()
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()

    def later(self, name: str) -> str | None:
        """The later name of an earlier column."""
        if name in self.common:
            return name
        return next((rename.after for rename in self.renamed if rename.before == name), None)

    def earlier(self, name: str) -> str | None:
        """The earlier name of a later column."""
        if name in self.common:
            return name
        return next((rename.before for rename in self.renamed if rename.after == name), None)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """(earlier, later) names of every column that both tables have."""
        return [(name, name) for name in self.common] + [(rename.before, rename.after) for rename in self.renamed]


@dataclass(frozen=True)
class Comparison:
    """All changes, the most important first, and what had to be inferred to find them."""

    changes: tuple[Change, ...]
    delivery: str  # full, window, increment
    key: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    alignment: Alignment = field(default_factory=lambda: Alignment(()))

    @property
    def verdict(self) -> Severity:
        return verdict(self.changes)
