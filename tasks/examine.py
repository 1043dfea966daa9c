"""Read a snapshot, observe its shape, and hold it against what a person accepted and against what landed last.

Refuses to compare with a held snapshot: the contract moves by a person's hand, the landed state by a landing, and nothing else counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fnmatch import fnmatch
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb

from expectations.change import Change
from expectations.contract import Contract
from expectations.declaration import Dataset
from expectations.errors import EvidenceError
from expectations.place import home_place
from expectations.shape import Layout, Shape
from tasks import archive, seen
from tasks.changes import Observed, against_contract, against_landed, first_sight
from tasks.changes.announced import PUBLISHERS, weigh
from tasks.changes.match import remembered
from tasks.changes.parts import ReadPart, part_changes, summed
from tasks.decisions import accepted_parts
from tasks.discard import sift, without
from tasks.policy import Graded, grade, together
from tasks.read import ReadOptions, read
from tasks.shape import ROW, column_names, observe
from tasks.snapshot import Part, Snapshot
from tasks.tidy import PartTable, assemble, canonical_columns, name_columns
from warehouse.engine import hasten, settle
from warehouse.home import Home
from warehouse.lake import Vintage
from warehouse.table import identifier, literal

SIFTINGS = 3  # times that rows are set aside and the rest is looked at again; what still shows then is held


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
    """Make the table `arrived` of every part of the snapshot, grade its changes, and set aside what is to be discarded.

    Raises `read.*`, `archive.*`.
    """
    parts, table = _arrive(dataset, snapshot, home, connection, scratch)
    arrived = _seen(connection, dataset, table, {part.name: part.layout for part in parts.values()})
    recalled = seen.recall(dataset, home, last.snapshot, connection) if last and contract else None
    before = _landed(dataset, home, last, connection, scratch, parts, recalled) if contract else None
    of_parts = _of_parts(dataset, home, last, connection, scratch, parts, recalled) if before is not None and len(parts) > 1 else []
    accepted = f"accepted by {contract.accepted_by}: {contract.reason}" if contract and contract.snapshot == snapshot.id else ""
    asked = partial(grade, dataset=dataset, today=datetime.now(UTC).date(), accepted=accepted, parts=accepted_parts(home, dataset.id))
    discarded: tuple[Graded, ...] = ()
    for at_most in (*[dataset.discard_at_most] * (SIFTINGS - 1), 0.0):
        changes, notes = _compared(dataset, snapshot, contract, before, arrived, connection, of_parts)
        sifted = sift(connection, asked(changes), arrived.table, arrived.shape, at_most)
        if not sifted.table:
            break
        # What is left is compared anew: what was said of the rows that are gone holds no more.
        discarded = (*discarded, *[one for one in sifted.graded if one.action == "discard_rows"])
        arrived = _seen(connection, dataset, sifted.table, arrived.shape.layouts)
    found = tuple(replace(one, action="evolve", because=accepted) if accepted and one.action == "hold" else one for one in sifted.graded)
    return Inspection(arrived.shape, together(found, discarded), notes)


@remembered()  # both halves rest on the same tables
def _compared(
    dataset: Dataset,
    snapshot: Snapshot,
    contract: Contract | None,
    before: Observed | None,
    arrived: Observed,
    connection: duckdb.DuckDBPyConnection,
    of_parts: Sequence[Change] = (),
) -> tuple[tuple[Change, ...], tuple[str, ...]]:
    """(each change once, what a person should know): against the contract, and against what landed last."""
    place = home_place()
    if contract is None:
        return tuple(first_sight(connection, arrived, place)), ()
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
    said = {(change.kind, change.column) for change in changes}
    changes += [change for change in of_parts if (change.kind, change.column) not in said]  # what the whole shows is said of the whole
    unique = {change.id: change for change in changes}
    weighed = weigh(list(unique.values()), snapshot.announced, PUBLISHERS.get(dataset.source.kind, "the publisher"))
    return tuple(weighed.changes), tuple(dict.fromkeys([*notes, *weighed.notes]))


def read_parts(
    dataset: Dataset,
    snapshot: Snapshot,
    home: Home,
    connection: duckdb.DuckDBPyConnection,
    scratch: Path,
    known: Mapping[str, PartTable] | None = None,
) -> dict[str, PartTable]:
    """Read each part that is a table, by its hash; parts in `known` (by hash and name) are not read again. Raises `read.*`."""
    hasten(connection)
    tables: dict[str, PartTable] = {}
    for part in snapshot.parts:
        if not _is_table(dataset, part):
            continue
        identity = _identity(part)
        tables[identity] = (known or {}).get(identity) or _read(dataset, part, home, connection, scratch)
    if not tables:
        raise EvidenceError("read.empty", where=dataset.id, expected="at least one part that is a table", found="none", dataset=dataset.id)
    return tables


def _read(dataset: Dataset, part: Part, home: Home, connection: duckdb.DuckDBPyConnection, scratch: Path) -> PartTable:
    table = _part_table(part)
    said = {name: part.labels[name] for name in ("sheet", "member") if name in part.labels}
    path = archive.open_part(part, home, scratch)
    try:
        layout = read(path, connection, table, ReadOptions(**{**dataset.read.model_dump(), **said}))
    except EvidenceError as error:
        error.where = f"{part.name}: {error.where}" if error.where else part.name
        raise
    finally:
        path.unlink(missing_ok=True)
    read_part = PartTable(part.name, table, layout, part.labels)
    name_columns(connection, dataset, read_part)
    settle(connection)  # before anyone notes a row's id
    return read_part


def _arrive(
    dataset: Dataset, snapshot: Snapshot, home: Home, connection: duckdb.DuckDBPyConnection, scratch: Path
) -> tuple[dict[str, PartTable], str]:
    """Make `arrived`. Returns the parts, and the table that holds all rows: the only one in a file that can be kept as what was seen."""
    hasten(connection)
    if sum(_is_table(dataset, part) for part in snapshot.parts) == 1:
        with seen.to_be_kept(connection, scratch):
            parts = read_parts(dataset, snapshot, home, connection, scratch)
        return parts, assemble(connection, list(parts.values()), "arrived")
    parts = read_parts(dataset, snapshot, home, connection, scratch)
    with seen.to_be_kept(connection, scratch):
        return parts, assemble(connection, list(parts.values()), "arrived")


def _is_table(dataset: Dataset, part: Part) -> bool:
    return not any(fnmatch(part.name, pattern) for pattern in dataset.raw.skip_parts)


def _seen(connection: duckdb.DuckDBPyConnection, dataset: Dataset, table: str, layouts: Mapping[str, Layout]) -> Observed:
    key = dataset.raw.key
    if key and not set(key) <= set(column_names(connection, table)):
        key = None  # a key column is gone: that is a change to be named, and no reason to stop looking
    return Observed(observe(connection, table, layouts, key=key), table)


def _identity(part: Part) -> str:
    """By its name too: two parts may be two tables of one file."""
    return f"{part.sha256}:{part.name}"


def _part_table(part: Part) -> str:
    return f"part_{sha256(_identity(part).encode()).hexdigest()[:12]}"


def _of_parts(
    dataset: Dataset,
    home: Home,
    last: Vintage | None,
    connection: duckdb.DuckDBPyConnection,
    scratch: Path,
    now: Mapping[str, PartTable],
    recalled: seen.Seen | None,
) -> list[Change]:
    """What changed in single parts; those that did not change are not read again."""
    if last is None:
        return []
    snapshot = archive.load(dataset.id, last.snapshot, home)
    known = {identity: part for identity, part in now.items() if any(identity == _identity(old) for old in snapshot.parts)}
    if len(known) == len(now):
        return []
    if recalled is not None and recalled.whole:
        known |= _recalled_parts(dataset, snapshot, connection, recalled, known)
    then = read_parts(dataset, snapshot, home, connection, scratch, known)
    sides = [
        [ReadPart(part.name, identity, part.table, tuple(_columns(connection, part)), part.layout) for identity, part in tables.items()]
        for tables in (then, now)
    ]
    return summed(part_changes(connection, sides[0], sides[1], dataset.relied_on))


def _recalled_parts(
    dataset: Dataset, snapshot: Snapshot, connection: duckdb.DuckDBPyConnection, recalled: seen.Seen, known: Mapping[str, PartTable]
) -> dict[str, PartTable]:
    """The parts that are not known, each cut out of the table that landed."""
    cut = {}
    for part in snapshot.parts:
        layout = recalled.shape.layouts.get(part.name)
        if layout is None or _identity(part) in known:
            continue
        table, columns = _part_table(part), [*canonical_columns(dataset, layout).values(), *dataset.raw.labels, "_part", ROW]
        chosen = ", ".join(map(identifier, columns))
        connection.execute(
            f"create or replace table {table} as select {chosen} from {identifier(recalled.table)} where _part = {literal(part.name)}"
        )
        cut[_identity(part)] = PartTable(part.name, table, layout, part.labels)
    return cut


def _columns(connection: duckdb.DuckDBPyConnection, part: PartTable) -> list[str]:
    return [name for name in column_names(connection, part.table) if not name.startswith("_")]


def _landed(
    dataset: Dataset,
    home: Home,
    last: Vintage | None,
    connection: duckdb.DuckDBPyConnection,
    scratch: Path,
    known: Mapping[str, PartTable],
    recalled: seen.Seen | None,
) -> Observed | None:
    """What landed last, as it was read then, less what was discarded then: both sides are seen through the same eyes.

    `recalled`: as it was kept, if it was; else the archive is read.
    """
    if last is None:
        return None
    if recalled is not None:
        return Observed(recalled.shape, recalled.table)
    parts = read_parts(dataset, archive.load(dataset.id, last.snapshot, home), home, connection, scratch, known)
    table = without(connection, assemble(connection, list(parts.values()), "landed"), home.discarded(dataset.id, last.run), "landed_rest")
    return _seen(connection, dataset, table, {part.name: part.layout for part in parts.values()})
