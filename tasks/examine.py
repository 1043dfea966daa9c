"""Read a snapshot, observe its shape, and hold it against what a person accepted and against what landed last.

Refuses to compare with a held snapshot: the contract moves by a person's hand, the landed state by a landing, and nothing else counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import duckdb

from expectations.contract import Contract
from expectations.declaration import Dataset
from expectations.errors import EvidenceError
from expectations.place import home_place
from expectations.shape import Shape
from tasks import archive
from tasks.changes import Observed, against_contract, against_landed, first_sight
from tasks.policy import Graded, grade
from tasks.read import ReadOptions, read
from tasks.shape import column_names, observe
from tasks.snapshot import Part, Snapshot
from tasks.tidy import PartTable, assemble, name_columns
from warehouse.home import Home
from warehouse.lake import Vintage


@dataclass(frozen=True)
class Inspection:
    """What arrived and what it means: the shape, each change with its action, and what a person should know."""

    shape: Shape
    graded: tuple[Graded, ...]
    notes: tuple[str, ...] = ()

    @property
    def held(self) -> bool:
        return any(one.action == "hold" for one in self.graded)

    def as_dicts(self) -> tuple[dict[str, Any], ...]:
        """Each change as JSON, with what is done about it and why."""
        return tuple({**one.change.as_dict(), "action": one.action, "because": one.because} for one in self.graded)


def examine(
    dataset: Dataset,
    home: Home,
    snapshot: Snapshot,
    last: Vintage | None,
    contract: Contract | None,
    connection: duckdb.DuckDBPyConnection,
    scratch: Path,
) -> Inspection:
    """Make the table `arrived` of every part of the snapshot, and grade its changes. Raises `read.*`, `archive.*`."""
    parts = read_parts(dataset, snapshot, home, connection, scratch)
    arrived = _observed(connection, dataset, list(parts.values()), "arrived")
    shape = arrived.shape
    today, place = datetime.now(UTC).date(), home_place()
    if contract is None:
        return Inspection(shape, grade(first_sight(connection, arrived, place), dataset, today))
    before = _landed(dataset, home, last, connection, scratch, parts)
    key, kind = dataset.raw.key or None, dataset.delivery
    told = against_contract(
        contract.shape, dataset.relied_on, before, arrived, connection=connection, key=key, delivery_kind=kind, place=place
    )
    changes, notes = list(told.changes), list(told.notes)
    if before is not None:
        values = against_landed(connection, before, arrived, key=key, delivery_kind=kind, place=place)
        changes, notes = [*changes, *values.changes], [*notes, *values.notes]
    else:
        changes += first_sight(connection, arrived, place)
    unique = {change.id: change for change in changes}
    accepted = f"accepted by {contract.accepted_by}: {contract.reason}" if contract.snapshot == snapshot.id else ""
    return Inspection(shape, grade(list(unique.values()), dataset, today, accepted), tuple(dict.fromkeys(notes)))


def read_parts(
    dataset: Dataset,
    snapshot: Snapshot,
    home: Home,
    connection: duckdb.DuckDBPyConnection,
    scratch: Path,
    known: Mapping[str, PartTable] | None = None,
) -> dict[str, PartTable]:
    """Read each part that is a table, by its hash; parts in `known` (by hash and name) are not read again. Raises `read.*`."""
    tables: dict[str, PartTable] = {}
    for part in snapshot.parts:
        if any(fnmatch(part.name, pattern) for pattern in dataset.raw.skip_parts):
            continue
        identity = f"{part.sha256}:{part.name}"
        tables[identity] = (known or {}).get(identity) or _read(dataset, part, home, connection, scratch)
    if not tables:
        raise EvidenceError("read.empty", where=dataset.id, expected="at least one part that is a table", found="none", dataset=dataset.id)
    return tables


def _read(dataset: Dataset, part: Part, home: Home, connection: duckdb.DuckDBPyConnection, scratch: Path) -> PartTable:
    table = f"part_{part.sha256[:12]}"
    path = archive.open_part(part, home, scratch)
    try:
        layout = read(path, connection, table, ReadOptions(**dataset.read.model_dump()))
    except EvidenceError as error:
        error.where = f"{part.name}: {error.where}" if error.where else part.name
        raise
    finally:
        path.unlink(missing_ok=True)
    read_part = PartTable(part.name, table, layout, part.labels)
    name_columns(connection, dataset, read_part)
    return read_part


def _observed(connection: duckdb.DuckDBPyConnection, dataset: Dataset, parts: Sequence[PartTable], name: str) -> Observed:
    table = assemble(connection, parts, name)
    key = dataset.raw.key
    if key and not set(key) <= set(column_names(connection, table)):
        key = None  # a key column is gone: that is a change to be named, and no reason to stop looking
    return Observed(observe(connection, table, {part.name: part.layout for part in parts}, key=key), table)


def _landed(
    dataset: Dataset,
    home: Home,
    last: Vintage | None,
    connection: duckdb.DuckDBPyConnection,
    scratch: Path,
    known: Mapping[str, PartTable],
) -> Observed | None:
    """What landed last, as it was read then: from the archived bytes, so that both sides are seen through the same eyes."""
    if last is None:
        return None
    parts = read_parts(dataset, archive.load(dataset.id, last.snapshot, home), home, connection, scratch, known)
    return _observed(connection, dataset, list(parts.values()), "landed")
