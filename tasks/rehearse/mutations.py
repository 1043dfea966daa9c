"""The library of mutations, and the rehearsal of one: write a table, write what became of it, and compare the two files as they would arrive.

Refuses nothing that a publisher has been seen to do. A mutation without room in a table gives None.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random

from expectations.change import Change
from tasks.changes.files import FileComparison, compare_files
from tasks.rehearse import of_areas, of_columns, of_domains, of_files, of_rows
from tasks.rehearse.frame import Frame
from tasks.rehearse.mutation import Mutation, Pair
from tasks.rehearse.writing import write

MUTATIONS: tuple[Mutation, ...] = (
    *of_files.MUTATIONS,
    *of_columns.MUTATIONS,
    *of_domains.MUTATIONS,
    *of_areas.MUTATIONS,
    *of_rows.MUTATIONS,
)


@dataclass(frozen=True)
class Rehearsed:
    """What was said of one mutation of one table."""

    mutation: Mutation
    result: FileComparison

    @property
    def kinds(self) -> set[str]:
        """The kinds that were told."""
        return {change.kind for change in self.result.changes}

    @property
    def right_kinds(self) -> bool:
        """Whether every expected kind was told."""
        return all(set(kind.split("|")) & self.kinds for kind in self.mutation.kinds)

    @property
    def right_verdict(self) -> bool:
        """Whether the verdict is the expected one."""
        return self.result.verdict.word in self.mutation.verdicts

    @property
    def loudest(self) -> list[Change]:
        """The changes that made the verdict."""
        return [change for change in self.result.changes if change.severity == self.result.verdict]


def rehearse(frame: Frame, mutation: Mutation, folder: Path, seed: int = 0) -> Rehearsed | None:
    """Mutate a table and compare the two files; None where the table has no room for the mutation. The same seed gives the same files."""
    altered = mutation.alter(frame, Random(f"{mutation.name}:{seed}"))
    if altered is None or altered == frame:
        return None  # no room, or nothing that it would alter
    pair = altered if isinstance(altered, Pair) else Pair(frame, altered)
    (folder / "before").mkdir(parents=True, exist_ok=True)
    (folder / "after").mkdir(parents=True, exist_ok=True)
    after = pair.after(folder / "after") if callable(pair.after) else write(pair.after, folder / "after" / "table.csv")
    # What changes within a workbook is held against a workbook, all else against a plain CSV.
    name = "table.xlsx" if after.suffix == ".xlsx" else "table.csv"
    before = pair.before(folder / "before") if callable(pair.before) else write(pair.before, folder / "before" / name)
    return Rehearsed(mutation, compare_files(before, after, delivery=pair.delivery))
