"""The contract: the shape that a person has accepted for a dataset, kept in git beside the declaration.

Refuses to accept by itself: it is written by a person's command, with a name and a reason, and never by a run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from expectations.shape import Shape, shape_from_dict

ACCEPTED = Path(__file__).resolve().parent / "accepted"


@dataclass(frozen=True)
class Contract:
    """What was accepted, by whom, when and why. `snapshot` is the snapshot whose shape it is."""

    dataset: str
    shape: Shape
    snapshot: str
    accepted_by: str
    accepted_at: str  # ISO 8601, UTC
    reason: str

    def as_dict(self) -> dict[str, Any]:
        return {
            "dataset": self.dataset,
            "accepted_by": self.accepted_by,
            "accepted_at": self.accepted_at,
            "reason": self.reason,
            "snapshot": self.snapshot,
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
    return Contract(**{**stored, "shape": shape_from_dict(stored["shape"])})
