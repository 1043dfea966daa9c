"""The register of codes: which areas each vintage had, authority by authority, and the official lookup that carries figures over.

Knows LSOAs and MSOAs of 2011 and 2021 and wards of 2017 and 2022 (`expectations/reference/code_sets.csv`); every count is computed from the
codes. Refuses to name a vintage for codes that it does not know: a set must lie in it (nearly) whole.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import expectations

_FOLDER = Path(expectations.__file__).parent / "reference"
WHOLE = 0.98  # of the codes must be of a vintage
NATIONS = {"E": "England", "W": "Wales", "S": "Scotland", "N": "Northern Ireland"}
COVERED = 0.9  # of a nation's codes must stand in a file before the nation's count is told of it


@dataclass(frozen=True)
class Vintage:
    """The codes of one level in one vintage: authority -> codes."""

    level: str
    year: str
    by_authority: Mapping[str, frozenset[str]]

    @property
    def codes(self) -> frozenset[str]:
        return frozenset().union(*self.by_authority.values())


@dataclass(frozen=True)
class Lookup:
    """The official table that carries figures from one vintage to another."""

    service: str
    words: str


@lru_cache(maxsize=1)
def vintages() -> Mapping[tuple[str, str], Vintage]:
    """Every vintage of the register, by level and year."""
    sets: dict[tuple[str, str], dict[str, set[str]]] = {}
    with (_FOLDER / "code_sets.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            codes = sets.setdefault((row["level"], row["vintage"]), {}).setdefault(row["authority"], set())
            for span in row["numbers"].split():
                first, _, last = span.partition("-")
                codes.update(f"{row['prefix']}{number:06}" for number in range(int(first), int(last or first) + 1))
    return {
        (level, year): Vintage(level, year, {authority: frozenset(codes) for authority, codes in by_authority.items()})
        for (level, year), by_authority in sets.items()
    }


def fitting(level: str, codes: Collection[str]) -> list[Vintage]:
    """The vintages of the register that the codes lie in best, oldest first; several where the codes are in them alike."""
    there = frozenset(codes)
    known = [vintage for (name, _), vintage in sorted(vintages().items()) if name == level]
    inside = [len(there & vintage.codes) for vintage in known]
    best = max(inside, default=0)
    return [vintage for vintage, count in zip(known, inside, strict=True) if there and count == best >= WHOLE * len(there)]


def moved(level: str, before: Collection[str], after: Collection[str]) -> tuple[Vintage, Vintage] | None:
    """The two vintages, where the codes of before lie in one alone and those of after in another alone; None where they do not show it."""
    old, new = fitting(level, before), fitting(level, after)
    if len(old) != 1 or len(new) != 1 or old[0].year == new[0].year:
        return None
    return old[0], new[0]


def told(old: Vintage, new: Vintage, there: Collection[str], authority: str, place: str) -> tuple[str, dict[str, dict[str, int]]]:
    """`in England 1,034 codes are gone and 1,945 new; in Birmingham 23 gone and 43 new`, for nations that a file covers; and the counts."""
    counts: dict[str, dict[str, int]] = {}
    parts = []
    for letter, nation in NATIONS.items():
        had, has = (frozenset(code for code in vintage.codes if code[0] == letter) for vintage in (old, new))
        if had and len(had & set(there)) >= COVERED * len(had):
            counts[nation] = {"gone": len(had - has), "new": len(has - had)}
            parts.append(f"in {nation} {len(had - has):,} codes are gone and {len(has - had):,} new")
    had, has = old.by_authority.get(authority, frozenset()), new.by_authority.get(authority, frozenset())
    if had and has:
        counts[place] = {"gone": len(had - has), "new": len(has - had)}
        parts.append(f"in {place} {len(had - has):,} {'codes are ' if not parts else ''}gone and {len(has - had):,} new")
    return "; ".join(parts), counts


@lru_cache(maxsize=1)
def lookups() -> Mapping[tuple[str, str, str], Lookup]:
    """(level, earlier year, later year) -> the official lookup."""
    with (_FOLDER / "lookups.csv").open(encoding="utf-8", newline="") as file:
        return {
            (row["level"], row["vintage_before"], row["vintage_after"]): Lookup(row["service"], row["words"])
            for row in csv.DictReader(file)
        }


def lookup(level: str, before: str, after: str) -> Lookup | None:
    """The official lookup between two vintages, in either direction; None where the register names none."""
    return lookups().get((level, before, after)) or lookups().get((level, after, before))
