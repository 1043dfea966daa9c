"""The home: the one folder where everything is kept, and the path of each thing in it.

Refuses to hand out a path outside the home: dataset ids, snapshot ids and part names are checked before they become paths.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
_DATASET = re.compile(r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")
_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.+-]*$")


@dataclass(frozen=True)
class Home:
    """Paths under `EVIDENCE_HOME` (default: `home/` in the checkout)."""

    root: Path

    @classmethod
    def from_environment(cls) -> Home:
        return cls(Path(os.environ.get("EVIDENCE_HOME") or PROJECT / "home").expanduser().resolve())

    @property
    def archive(self) -> Path:
        return self.root / "archive"

    @property
    def quarantine(self) -> Path:
        return self.root / "quarantine"

    @property
    def state(self) -> Path:
        return self.root / "state"

    @property
    def runs(self) -> Path:
        return self.root / "runs"

    @property
    def scratch(self) -> Path:
        return self.root / "scratch"

    @property
    def database(self) -> Path:
        return self.root / "evidence.duckdb"

    def lake(self, dataset: str) -> Path:
        """The folder of a dataset's vintages: `lake/<publisher>/<name>`."""
        return self.root / "lake" / Path(*_checked(dataset, _DATASET).split("."))

    def part(self, sha256: str) -> Path:
        """Where the archive keeps bytes of this hash (compressed: `.zst`)."""
        return self.archive / sha256[:2] / f"{_checked(sha256, _NAME)}.zst"

    def manifest(self, dataset: str, snapshot: str) -> Path:
        return self.archive / "manifests" / _checked(dataset, _DATASET) / f"{_checked(snapshot, _NAME)}.json"

    def hold(self, dataset: str) -> Path:
        """The verdict of the held snapshot of a dataset, where there is one."""
        return self.quarantine / f"{_checked(dataset, _DATASET)}.json"

    def discarded(self, dataset: str, run: str) -> Path:
        """The rows that a landing of this run left out, each with its reason."""
        return self.quarantine / "discarded" / _checked(dataset, _DATASET) / f"{_checked(run, _NAME)}.parquet"

    def accepted(self, dataset: str) -> Path:
        """What persons accepted of a held snapshot that waits for more."""
        return self.state / "accepted" / f"{_checked(dataset, _DATASET)}.json"

    def known_errors(self, dataset: str) -> Path:
        """Which known errors of the source were there when its data was last looked at."""
        return self.state / "known_errors" / f"{_checked(dataset, _DATASET)}.json"

    def tombstone(self, dataset: str, snapshot: str) -> Path:
        """Who ordered a snapshot forgotten, when and why."""
        return self.archive / "forgotten" / _checked(dataset, _DATASET) / f"{_checked(snapshot, _NAME)}.json"

    def run(self, run: str) -> Path:
        return self.runs / f"{_checked(run, _NAME)}.json"

    def lock(self, name: str) -> Path:
        return self.state / "locks" / f"{_checked(name, _NAME)}.lock"


def _checked(name: str, pattern: re.Pattern[str]) -> str:
    if not pattern.match(name) or ".." in name:
        raise ValueError(f"{name!r} cannot name a thing in the home")
    return name
