"""A replay: the publishers' real releases, in the order in which they came, through the whole pipeline into a home of the test's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from expectations.declaration import Dataset
from tasks.accept import accept
from tasks.pipeline import Job, ingest
from tasks.record import DatasetOutcome, read_hold
from tasks.replay import from_files
from tasks.tidy import SQL
from warehouse.home import Home
from warehouse.lake import vintages

Labels = Mapping[str, Mapping[str, str]]
Names = Mapping[str, str]


class Replay:
    """One dataset as its releases arrive. `landed` is what analysts have: the rows of the newest vintage, None before the first."""

    def __init__(self, dataset: Dataset, files: Path, home: Home, accepted: Path) -> None:
        self.dataset, self.files, self.home, self.accepted = dataset, files, home, accepted
        self.sql = SQL  # a replay of an older declaration has a folder of tidy SQL of its own
        self._runs = 0

    def arrive(self, files: Sequence[str | Path], labels: Labels | None = None, names: Names | None = None) -> DatasetOutcome:
        """A release comes in: files below the folder of real files, or paths of their own. `labels` and `names` are by file name."""
        return ingest(self.dataset, self.job(files, labels, names))

    def accept(self, reason: str = "read and understood") -> DatasetOutcome:
        """A person accepts what is held."""
        _, record = accept(self.dataset, self.job([]), reason, "an engineer")
        return record.outcomes[0]

    def first(self, files: Sequence[str | Path], labels: Labels | None = None, names: Names | None = None) -> DatasetOutcome:
        """The first release: without a contract nothing lands, and a person accepts it."""
        outcome = self.arrive(files, labels, names)
        assert (outcome.error or {})["code"] == "contract.missing"
        assert self.landed is None
        return self.accept("the first release")

    @property
    def landed(self) -> int | None:
        kept = vintages(self.home, self.dataset.id)
        return kept[-1].rows if kept else None

    @property
    def vintages(self) -> int:
        return len(vintages(self.home, self.dataset.id))

    @property
    def holds(self) -> bool:
        return read_hold(self.home, self.dataset.id) is not None

    @property
    def held_for(self) -> str:
        """The kinds of what is held, and all that is said of it, as one text."""
        hold = read_hold(self.home, self.dataset.id)
        return "\n".join(f"{change['kind']}: {change['what']}" for change in hold.changes) if hold else ""

    def job(self, files: Sequence[str | Path], labels: Labels | None = None, names: Names | None = None) -> Job:
        """A run of its own name that brings these files."""
        self._runs += 1
        fetch = from_files([self.files / file for file in files], labels, names)
        return Job(f"run-{self._runs}", self.home, fetch, "replay", accepted=self.accepted, sql=self.sql)


def kinds(outcome: DatasetOutcome, action: str = "hold") -> set[str]:
    """The kinds of the changes with this action."""
    return {str(change["kind"]) for change in outcome.changes if change["action"] == action}


def said(outcome: DatasetOutcome) -> str:
    """All that is said of the changes, as one text."""
    return "\n".join(str(change["what"]) for change in outcome.changes)
