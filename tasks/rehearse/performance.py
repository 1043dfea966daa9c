"""Rehearsals of a dataset: every mutation that its baseline has room for, an archived snapshot or a file, through the whole pipeline.

One part of the baseline is altered; it and its altered self are written alike, so that only the mutation differs. Refuses a mutation that
stands on two releases of its own (the next increment): those are measured by `make detection`, where no contract and no lake are needed.
"""

from __future__ import annotations

import difflib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from random import Random
from typing import Any

from expectations.change import KINDS
from expectations.declaration import Dataset
from expectations.errors import EvidenceError
from tasks.rehearse.frame import Frame, read_frame
from tasks.rehearse.mutation import Mutation, Pair
from tasks.rehearse.mutations import MUTATIONS
from tasks.rehearse.stage import Played, Stage, largest, play, set_stage, with_part
from tasks.rehearse.strength import at_strength
from tasks.rehearse.writing import write
from tasks.snapshot import Delivery, Fetched

MOST_ROWS = 150_000  # of the part that is altered; a larger one is thinned to whole areas, in the baseline too
UNREACHABLE = "the publisher does not answer"
# Kinds that no alteration of a release can produce, and why.
NOT_BY_A_MUTATION = {"late": "it is told when nothing arrives by the day", "release_moved": "it is read from the publisher's calendar"}
# A later file that cannot be read is the same news as the change of that kind.
_CODES = {
    "read.html": "not_data",
    "read.not_a_table": "not_data",
    "read.unsupported": "not_data",
    "read.empty": "empty",
    "read.truncated": "truncated",
}


@dataclass(frozen=True)
class Rehearsal:
    """One release that was played. `expected` is empty where nothing was foreseen (a snapshot, a file)."""

    name: str
    kind: str
    strength: str
    expected: tuple[str, ...]
    played: Played

    @property
    def told(self) -> tuple[str, ...]:
        """The kinds that were told, and the kind that a failure to read stands for."""
        outcome = self.played.outcome
        code = str((outcome.error or {}).get("code", ""))
        kinds = [str(change["kind"]) for change in outcome.changes]
        return tuple(dict.fromkeys([*([_CODES.get(code, code)] if code else []), *kinds]))

    @property
    def verdict(self) -> str:
        """The highest severity that was told; `failure` where a step failed."""
        if self.played.outcome.status == "failed":
            return "failure"
        order = ["breaking", "warning", "info"]
        return min((str(change["severity"]) for change in self.played.outcome.changes), key=order.index, default="same")

    @property
    def seen(self) -> bool | None:
        """Whether every foreseen kind was told; None where none was foreseen."""
        if not self.expected:
            return None
        if self.kind == "repeated_release" and self.played.outcome.status == "unchanged":
            return True  # the very bytes that have landed: nothing lands twice
        return all(set(kind.split("|")) & set(self.told) for kind in self.expected)

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        outcome, message = self.played.outcome, self.played.message
        return {
            "mutation": self.name,
            "kind": self.kind,
            "strength": self.strength,
            "expected": list(self.expected),
            "told": list(self.told),
            "seen": self.seen,
            "verdict": self.verdict,
            "status": outcome.status,
            "changes": [dict(change) for change in outcome.changes],
            "error": outcome.error,
            "notes": list(outcome.notes),
            "alert": {"title": message.title, "text": message.text} if message else None,
            "seconds": round(self.played.seconds, 2),
        }


def chosen(wanted: str) -> list[Mutation]:
    """The mutations of a name or a kind; all for ''. Raises `rehearse.unknown_mutation`."""
    found = [one for one in MUTATIONS if wanted in ("", one.name, one.kind, one.slug)]
    if not found and wanted != "unreachable":
        near = difflib.get_close_matches(wanted.replace(" ", "-"), [one.slug for one in MUTATIONS], n=4, cutoff=0.4)
        raise EvidenceError(
            "rehearse.unknown_mutation",
            expected=f"a mutation of `evidence rehearse --list`{', such as ' + ', '.join(near) if near else ''}",
            found=wanted + (f" (a kind that no mutation produces: {NOT_BY_A_MUTATION[wanted]})" if wanted in NOT_BY_A_MUTATION else ""),
        )
    return found


def tables(dataset: Dataset, delivery: Delivery) -> list[Fetched]:
    """The parts of a delivery that are tables of the dataset."""
    skipped = dataset.raw.skip_parts
    return [part for part in delivery.parts if part.path is not None and not any(fnmatch(part.name, pattern) for pattern in skipped)]


def rehearse_mutations(
    dataset: Dataset,
    delivery: Delivery,
    wanted: Sequence[Mutation],
    folder: Path,
    strength: str = "all",
    part: str = "",
    unreachable: bool = True,
) -> Iterator[Rehearsal]:
    """Play each mutation that the baseline has room for, one after another. Raises `rehearse.*`, `read.*`."""
    altered = _part(tables(dataset, delivery), part, dataset)
    assert altered.path is not None
    frame = read_frame(altered.path, most_rows=MOST_ROWS)
    baseline = with_part(delivery, altered.name, write(frame, _fresh(folder, "baseline") / "table.csv"))
    stage = set_stage(dataset, baseline, _fresh(folder, "stage"))
    for mutation in wanted:
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            done = _mutated(stage, frame, altered.name, mutation, strength, Path(scratch))
        if done is not None:
            yield done
    if unreachable:
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            yield Rehearsal(UNREACHABLE, "unreachable", "all", ("fetch.unreachable",), play(stage, None, Path(scratch)))


def rehearse_release(dataset: Dataset, baseline: Delivery, release: Delivery, name: str, folder: Path) -> Rehearsal:
    """Play a whole release (an archived snapshot, a file in place of a part) after the baseline."""
    stage = set_stage(dataset, baseline, _fresh(folder, "stage"))
    return Rehearsal(name, "", "all", (), play(stage, release, _fresh(folder, "played")))


def kinds_covered() -> dict[str, list[str]]:
    """Every kind of change -> the mutations that produce it, alone or with another."""
    covered: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for mutation in MUTATIONS:
        for kinds in mutation.kinds:
            for kind in kinds.split("|"):
                covered[kind].append(mutation.name)
    return covered


def _mutated(stage: Stage, frame: Frame, part: str, mutation: Mutation, strength: str, folder: Path) -> Rehearsal | None:
    result = mutation.alter(frame, Random(f"{mutation.name}:0"))
    if result is None or result == frame or (isinstance(result, Pair) and result.before is not frame):
        return None
    after = result.after if isinstance(result, Pair) else result
    expected: tuple[str, ...] = mutation.kinds
    if strength != "all":
        weaker = at_strength(frame, after, strength, mutation) if isinstance(after, Frame) else None
        if weaker is None:
            return None
        after, expected = weaker
    into = _fresh(folder, "after")
    path = write(after, into / "table.csv") if isinstance(after, Frame) else after(into)
    played = play(stage, with_part(stage.delivery, part, path), folder)
    return Rehearsal(mutation.name, mutation.kind, strength, expected, played)


def _part(parts: Sequence[Fetched], name: str, dataset: Dataset) -> Fetched:
    found = [part for part in parts if name in ("", part.name)]
    if not found:
        raise EvidenceError(
            "rehearse.nothing_to_replay",
            where=dataset.id,
            expected=f"a part that is a table: {', '.join(part.name for part in parts[:8]) or 'there is none'}",
            found=name or "no part",
            dataset=dataset.id,
        )
    return largest(found)


def _fresh(folder: Path, name: str) -> Path:
    path = folder / name
    path.mkdir(parents=True, exist_ok=True)
    return path
