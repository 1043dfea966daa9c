"""What accepting would write into a contract: the accepted shape beside the one that waits, a line for each thing that would read otherwise.

Only what a contract holds a source to is compared: columns, types, domains, markers, key, measures, areas, periods, layout of files. Refuses to
compare figures: those are held against what landed last, and `evidence diff` shows them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from expectations.contract import Contract
from expectations.shape import Areas, Column, Layout, Shape
from warehouse.home import Home

_OF_A_COLUMN = ("type", "role", "format")
_OF_A_LAYOUT = ("format", "sheet", "header_row", "header_rows", "footer_rows", "encoding", "delimiter", "member", "crs")
_NAMED = 6


@dataclass(frozen=True)
class Line:
    """One thing that would be otherwise in the contract. `place` is where: ('columns', 'kind', 'categories'). None: it is not there on that side."""

    place: tuple[str, ...]
    before: Any
    after: Any

    @property
    def sign(self) -> str:
        """'+' for what comes, '-' for what goes, '~' for what becomes another."""
        return "+" if self.before is None else "-" if self.after is None else "~"

    @property
    def named(self) -> str:
        """'column kind, categories', 'key'."""
        first, *rest = self.place
        if first in ("columns", "areas", "layouts") and rest:
            return ", ".join([f"{_ONE_OF[first]} {rest[0]}", *rest[1:]])
        return ", ".join(self.place).replace("_", " ")

    @property
    def said(self) -> str:
        """What becomes of it, in a line: '+ mobile; - central', 'integer -> text'."""
        if isinstance(self.before, list) and isinstance(self.after, list):
            came, went = (
                [one for one in these if one not in those] for these, those in ((self.after, self.before), (self.before, self.after))
            )
            if came or went:
                return "; ".join(f"{sign} {_joined(listed)}" for sign, listed in (("+", came), ("-", went)) if listed)
        if self.before is None or self.after is None:
            return _text(self.after if self.before is None else self.before)
        return f"{_text(self.before)} -> {_text(self.after)}"

    def as_dict(self) -> dict[str, Any]:
        return {"place": list(self.place), "before": self.before, "after": self.after, "said": f"{self.sign} {self.named}: {self.said}"}


_ONE_OF = {"columns": "column", "areas": "areas of", "layouts": "layout of"}


@dataclass(frozen=True)
class Proposed:
    """The contract that would be accepted, beside the one that is. `since` and `by` are of the accepted one; '' where there is none yet."""

    dataset: str
    snapshot: str
    lines: tuple[Line, ...]
    since: str = ""
    by: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {
            "dataset": self.dataset,
            "snapshot": self.snapshot,
            "accepted_at": self.since or None,
            "accepted_by": self.by or None,
            "diff": [line.as_dict() for line in self.lines],
        }


def proposed(home: Home, dataset: str, contract: Contract | None, snapshot: str) -> Proposed | None:
    """What accepting this snapshot would write; None where what was observed of it is not kept."""
    from tasks.proposal import read_proposal

    proposal = read_proposal(home, dataset)
    if proposal is None or proposal.snapshot != snapshot:
        return None
    lines = differences(contract.shape if contract else None, proposal.shape)
    if contract is None:
        return Proposed(dataset, snapshot, lines)
    return Proposed(dataset, snapshot, lines, contract.accepted_at, contract.accepted_by)


def differences(before: Shape | None, after: Shape) -> tuple[Line, ...]:
    """Every line in which a contract of `after` would differ from one of `before`; all that it would say where there is none."""
    return tuple(_lines(before or _NOTHING, after))


_NOTHING = Shape(rows=0, columns=(), layouts={})


def _lines(before: Shape, after: Shape) -> Iterator[Line]:
    yield from _columns(before.columns, after.columns)
    for name in ("key", "measures", "period_headers"):
        yield from _one((name,), list(getattr(before, name)) or None, list(getattr(after, name)) or None)
    for name in ("period_column", "area_column", "area_name_column"):
        yield from _one((name,), getattr(before, name), getattr(after, name))
    yield from _areas(before.areas, after.areas)
    yield from _one(("periods",), list(before.periods) or None, list(after.periods) or None)
    yield from _layouts(before.layouts, after.layouts)
    yield from _one(("rows",), before.rows or None, after.rows)


def _columns(before: Sequence[Column], after: Sequence[Column]) -> Iterator[Line]:
    old, new = ({column.name: column for column in columns} for columns in (before, after))
    for name in dict.fromkeys([*old, *new]):
        was, now = old.get(name), new.get(name)
        if was is None or now is None:
            yield Line(("columns", name), was and _of_column(was), now and _of_column(now))
            continue
        for fact in _OF_A_COLUMN:
            yield from _one(("columns", name, fact), getattr(was, fact), getattr(now, fact))
        yield from _one(("columns", name, "categories"), _listed(was.categories), _listed(now.categories))
        yield from _one(("columns", name, "markers"), sorted(was.markers) or None, sorted(now.markers) or None)


def _areas(before: Sequence[Areas], after: Sequence[Areas]) -> Iterator[Line]:
    old, new = ({f"{one.column}, {one.level}": one for one in areas} for areas in (before, after))
    for name in dict.fromkeys([*old, *new]):
        yield from _one(("areas", name), _of_areas(old.get(name)), _of_areas(new.get(name)))


def _layouts(before: Mapping[str, Layout], after: Mapping[str, Layout]) -> Iterator[Line]:
    """Of parts that both have: the names of others change with every release."""
    for part in before:
        if part in after:
            for fact in _OF_A_LAYOUT:
                yield from _one(("layouts", part, fact.replace("_", " ")), getattr(before[part], fact), getattr(after[part], fact))


def _one(place: tuple[str, ...], before: Any, after: Any) -> Iterator[Line]:
    if before != after:
        yield Line(place, before, after)


def _of_column(column: Column) -> dict[str, Any]:
    facts: dict[str, Any] = {"type": column.type, "role": column.role, "format": column.format}
    facts |= {"categories": _listed(column.categories), "markers": sorted(column.markers) or None}
    return {name: fact for name, fact in facts.items() if fact}


def _of_areas(areas: Areas | None) -> str | None:
    if areas is None:
        return None
    return f"{areas.count:,}" + (f", boundaries of {areas.vintage}" if areas.vintage else "")


def _listed(categories: Sequence[str] | None) -> list[str] | None:
    return list(categories) if categories else None


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(_text(fact) if name in ("type", "role") else f"{name} {_text(fact)}" for name, fact in value.items())
    if isinstance(value, list):
        return _joined(value)
    if isinstance(value, int):
        return f"{value:,}"
    return str(value) if value is not None else "none"


def _joined(words: Sequence[Any]) -> str:
    shown = ", ".join(map(str, words[:_NAMED]))
    return shown if len(words) <= _NAMED else f"{shown} and {len(words) - _NAMED} more"
