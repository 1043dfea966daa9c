"""The contract: the shape that a person has accepted for a dataset, kept in git beside the declaration.

Refuses to accept by itself: it is written by a person's command, with a name and a reason, and never by a run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from expectations.shape import Shape, shape_from_dict

ACCEPTED = Path(__file__).resolve().parent / "accepted"


@dataclass(frozen=True)
class Acceptance:
    """One change that a person accepted: what it was, who, when (ISO 8601, UTC) and why."""

    change: str  # its id
    kind: str
    severity: str
    what: str
    person: str
    at: str
    reason: str
    snapshot: str  # the one that showed it

    @property
    def said(self) -> str:
        """'accepted by Ada on 2026-11-20: the reason'."""
        return f"accepted by {self.person} on {self.at[:10]}: {self.reason}"


@dataclass(frozen=True)
class Contract:
    """What was accepted, by whom, when and why. `snapshot` is the snapshot whose shape it is; `changes` are those that led to it."""

    dataset: str
    shape: Shape
    snapshot: str
    accepted_by: str
    accepted_at: str  # ISO 8601, UTC
    reason: str
    changes: tuple[Acceptance, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {
            "dataset": self.dataset,
            "accepted_by": self.accepted_by,
            "accepted_at": self.accepted_at,
            "reason": self.reason,
            "snapshot": self.snapshot,
            **({"changes": [asdict(change) for change in self.changes]} if self.changes else {}),
            "shape": self.shape.as_dict(),
        }


def path_of(dataset: str, folder: Path = ACCEPTED) -> Path:
    """Where the contract of a dataset is kept."""
    publisher, name = dataset.split(".")
    return folder / publisher / f"{name}.json"


def load(dataset: str, folder: Path = ACCEPTED) -> Contract | None:
    """The accepted contract of a dataset; None where no one has accepted one."""
    path = path_of(dataset, folder)
    return _from_dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def text(contract: Contract) -> str:
    """The contract as it is kept: indented JSON whose diff a person can review."""
    return json.dumps(contract.as_dict(), indent=1, ensure_ascii=False) + "\n"


def _from_dict(stored: Mapping[str, Any]) -> Contract:
    changes = tuple(Acceptance(**change) for change in stored.get("changes", ()))
    return Contract(**{**stored, "shape": shape_from_dict(stored["shape"]), "changes": changes})
