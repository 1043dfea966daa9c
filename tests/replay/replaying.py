"""A replay: the publishers' real releases, in the order in which they came, through the whole pipeline into a home of the test's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from expectations.declaration import Dataset
from tasks.accept import accept
from tasks.pipeline import Job, ingest
from tasks.record import DatasetOutcome, read_hold
from tasks.replay import from_files
from warehouse.home import Home
from warehouse.lake import vintages


class Replay:
    """One dataset as its releases arrive. `landed` is what analysts have: the rows of the newest vintage, None before the first."""

    def __init__(self, dataset: Dataset, files: Path, home: Home, accepted: Path) -> None:
        self.dataset, self.files, self.home, self.accepted = dataset, files, home, accepted
        self._runs = 0

    def arrive(
        self, files: Sequence[str], labels: Mapping[str, Mapping[str, str]] | None = None, names: Mapping[str, str] | None = None
    ) -> DatasetOutcome:
        """A release comes in. `labels` and `names` are by file name."""
        return self.arrive_from([self.files / file for file in files], labels, names)

    def arrive_from(
        self, files: Sequence[Path], labels: Mapping[str, Mapping[str, str]] | None = None, names: Mapping[str, str] | None = None
    ) -> DatasetOutcome:
        return ingest(self.dataset, self.job(files, labels, names))

    def accept(self, reason: str = "read and understood") -> DatasetOutcome:
        """A person accepts what is held."""
        _, record = accept(self.dataset, self.job([]), reason, "an engineer")
        return record.outcomes[0]

    def first(self, files: Sequence[str], **more: Mapping[str, Mapping[str, str]] | Mapping[str, str]) -> DatasetOutcome:
        """The first release: without a contract nothing lands, and a person accepts it."""
        outcome = self.arrive(files, **more)  # type: ignore[arg-type]
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

    def job(
        self, files: Sequence[Path], labels: Mapping[str, Mapping[str, str]] | None = None, names: Mapping[str, str] | None = None
    ) -> Job:
        self._runs += 1
        return Job(f"run-{self._runs}", self.home, from_files(files, labels, names), "replay", accepted=self.accepted)


def kinds(outcome: DatasetOutcome, action: str = "hold") -> set[str]:
    """The kinds of the changes with this action."""
    return {str(change["kind"]) for change in outcome.changes if change["action"] == action}


def said(outcome: DatasetOutcome) -> str:
    """All that is said of the changes, as one text."""
    return "\n".join(str(change["what"]) for change in outcome.changes)
