"""The states of a dataset that can be laid side by side: a landed vintage, what was known on a day, the held snapshot, any archived snapshot.

What has not landed is tidied as it would land. Refuses to guess: a name that fits no state, or several, is an error that lists them.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from expectations.contract import load as load_contract
from expectations.declaration import Dataset
from expectations.errors import EvidenceError
from tasks import archive
from tasks.examine import examine
from tasks.record import read_hold
from tasks.tidy import transform
from warehouse.home import Home
from warehouse.lake import Vintage, paths, vintages
from warehouse.table import literal

HELD = "held"
_SHORTEST = 6  # letters of an id that may stand for the whole
_Connection = duckdb.DuckDBPyConnection


@dataclass(frozen=True)
class Edition:
    """One state of a dataset, as a table of the connection. `name` is a vintage's id, or a snapshot's."""

    name: str
    table: str
    said: str  # for a person: 'landed 2025-09-25', 'held'
    snapshot: str
    known_from: str = ""
    release: str = ""


def editions(dataset: Dataset, home: Home, first: str, second: str, connection: _Connection) -> tuple[Edition, Edition]:
    """The two states to compare; '' and '' are the last two that landed, or the last landed and the held one where one alone has landed.

    Raises `diff.no_such_state`, `diff.nothing_to_compare`.
    """
    listed = vintages(home, dataset.id)
    hold = read_hold(home, dataset.id)
    if not second:
        second = HELD if hold and (first or len(listed) < 2) and first != HELD else (listed[-1].id if listed else HELD)
    if not first:
        earlier = [vintage.id for vintage in listed if vintage.id != second]
        if not earlier:
            found = f"{len(listed)} vintage{'' if len(listed) == 1 else 's'}, {'and a held snapshot' if hold else 'nothing held'}"
            raise EvidenceError("diff.nothing_to_compare", found=found, expected="two states", dataset=dataset.id)
        first = earlier[-1]
    return _edition(dataset, home, listed, first, "before", connection), _edition(dataset, home, listed, second, "after", connection)


def _edition(dataset: Dataset, home: Home, listed: Sequence[Vintage], name: str, side: str, connection: _Connection) -> Edition:
    hold = read_hold(home, dataset.id)
    if name == HELD:
        if hold is None:
            raise _no_such(dataset, listed, name, "nothing is held")
        return _tidied(dataset, home, hold.snapshot, listed, side, "held", connection)
    vintage = _vintage(dataset, listed, name)
    if vintage:
        files = ", ".join(literal(str(path)) for path in paths(home, vintage))
        table = f"diff_{side}"
        connection.execute(f"create or replace temp view {table} as from read_parquet([{files}], hive_partitioning = false)")
        return Edition(vintage.id, table, f"landed {vintage.landed_at[:10]}", vintage.snapshot, vintage.known_from, vintage.release)
    known = [path.stem for path in home.manifest(dataset.id, "any").parent.glob("*.json")]
    fitting = [snapshot for snapshot in known if snapshot.startswith(name)]
    if len(fitting) != 1 or len(name) < _SHORTEST:
        raise _no_such(dataset, listed, name, f"{len(fitting)} snapshots begin so" if fitting and len(name) >= _SHORTEST else "")
    return _tidied(dataset, home, fitting[0], listed, side, "not landed", connection)


def _vintage(dataset: Dataset, listed: Sequence[Vintage], name: str) -> Vintage | None:
    """The vintage of this id, of this snapshot (or the beginning of either), or the newest known on this day."""
    fitting = [vintage for vintage in listed if vintage.id == name] or [
        vintage for vintage in listed if len(name) >= _SHORTEST and (vintage.id.startswith(name) or vintage.snapshot.startswith(name))
    ]
    if not fitting:
        try:
            day = date.fromisoformat(name).isoformat()
        except ValueError:
            return None
        fitting = [vintage for vintage in listed if vintage.known_from[:10] <= day]
        if not fitting:
            raise _no_such(dataset, listed, name, "nothing was known on that day")
    return fitting[-1]


def _tidied(
    dataset: Dataset, home: Home, snapshot: str, listed: Sequence[Vintage], side: str, said: str, connection: _Connection
) -> Edition:
    """An archived snapshot, tidied as it would land."""
    manifest = archive.load(dataset.id, snapshot, home)
    scratch = home.scratch / f"diff-{uuid.uuid4().hex}"
    try:
        last = listed[-1] if listed else None
        examine(dataset, home, manifest, last, load_contract(dataset.id), connection, scratch)
        transform(dataset, connection)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    table = f"diff_{side}"
    connection.execute(f"create or replace temp table {table} as select *, {literal(snapshot)} as snapshot_id, '' as vintage from tidy")
    return Edition(snapshot, table, said, snapshot, release=manifest.release)


def _no_such(dataset: Dataset, listed: Sequence[Vintage], name: str, why: str) -> EvidenceError:
    there = ", ".join(vintage.id for vintage in listed[-6:]) or "none has landed"
    expected = f"a vintage ({there}), a day, a snapshot or `{HELD}`"
    return EvidenceError("diff.no_such_state", found=f"{name}{f': {why}' if why else ''}", expected=expected, dataset=dataset.id)
