"""The lake: which vintages of a dataset there are, in which files, and which of their periods are in force.

Reads the pointer `vintages.json` and nothing else: a folder that the pointer does not name is not there. Refuses a pointer whose files are gone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from expectations.errors import EvidenceError
from warehouse.home import Home
from warehouse.table import Delivery

POINTER = "vintages.json"


@dataclass(frozen=True)
class LakeFile:
    """One Parquet file of a vintage."""

    name: str
    bytes: int
    rows: int


@dataclass(frozen=True)
class Vintage:
    """One landed state of a dataset. Times are ISO 8601 in UTC with microseconds, so that they sort as text."""

    id: str
    dataset: str
    snapshot: str
    content: str  # fingerprint of the values that arrived
    known_from: str  # from when this state counts as known: the landing, or the release date of a backfill
    landed_at: str
    last_seen: str  # when the same content was last delivered
    run: str
    rows: int
    columns: Mapping[str, str]  # name -> type, as landed
    files: tuple[LakeFile, ...]
    periods: tuple[str | None, ...] = ()
    release: str = ""
    contract: str = ""
    tidy: str = ""
    new: bool = field(default=False, compare=False)  # True where this very landing wrote it; not kept

    @property
    def order(self) -> tuple[str, str]:
        return (self.known_from, self.id)

    def as_dict(self) -> dict[str, Any]:
        kept = asdict(self)
        del kept["new"]
        return kept


def pointer(home: Home, dataset: str) -> Path:
    """The file that says which vintages of a dataset count."""
    return home.lake(dataset) / POINTER


def vintages(home: Home, dataset: str) -> tuple[Vintage, ...]:
    """The vintages of a dataset, oldest first; () where nothing has landed. Raises `lake.damaged`."""
    path = pointer(home, dataset)
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        return tuple(sorted((_vintage(one) for one in stored["vintages"]), key=lambda vintage: vintage.order))
    except FileNotFoundError:
        return ()
    except (ValueError, KeyError, TypeError) as error:
        raise EvidenceError("lake.damaged", where=str(path), expected="the list of vintages", found=repr(error), dataset=dataset) from error


def paths(home: Home, vintage: Vintage) -> list[Path]:
    """The Parquet files of a vintage, looked at: there, and as long as when they landed. Raises `lake.damaged`."""
    found = [home.lake(vintage.dataset) / vintage.id / file.name for file in vintage.files]
    for path, file in zip(found, vintage.files, strict=True):
        size = path.stat().st_size if path.exists() else None
        if size != file.bytes:
            raise EvidenceError(
                "lake.damaged",
                where=str(path),
                expected=f"a file of {file.bytes:,} bytes",
                found="no file" if size is None else f"{size:,} bytes",
                dataset=vintage.dataset,
            )
    return found


def in_force(vintage: Vintage, later: Sequence[Vintage], delivery: Delivery) -> bool:
    """Whether no later vintage has replaced any period of this one (a `full` delivery replaces everything)."""
    if delivery == "full":
        return not later
    replaced = {period for other in later for period in other.periods}
    return replaced.isdisjoint(vintage.periods)


def _vintage(stored: Mapping[str, Any]) -> Vintage:
    fields = {**stored, "files": tuple(LakeFile(**file) for file in stored["files"]), "periods": tuple(stored["periods"])}
    return Vintage(**fields)
