"""What waits to be a contract: the shape of a snapshot that is held or not accepted yet; of a first one, beside what its declaration assumed.

Kept in the home until a person accepts it or it waits no more. Refuses to accept by itself, and to judge: each difference is told with the nearest
name that came.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from expectations.declaration import Dataset
from expectations.errors import EvidenceError
from expectations.shape import Shape, shape_from_dict
from tasks.atomic import replace_json
from tasks.shape import column_names
from tasks.tidy import SQL, transform
from warehouse.home import Home
from warehouse.table import identifier

_NAMED = 12


@dataclass(frozen=True)
class Proposal:
    """The shape that would become the contract, and in words where it is not what the declaration assumed."""

    dataset: str
    snapshot: str
    shape: Shape
    differences: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        return {"dataset": self.dataset, "snapshot": self.snapshot, "differences": list(self.differences), "shape": self.shape.as_dict()}


@dataclass(frozen=True)
class Difference:
    """One thing that is not as declared; `place` is where the declaration says it, `wrong` whether the tidy table cannot be right by it."""

    what: str
    place: tuple[str, ...]
    wrong: bool = False


def path_of(home: Home, dataset: str) -> Path:
    """Where the proposal of a dataset is kept."""
    return home.state / "proposed" / f"{dataset}.json"


def propose(dataset: Dataset, home: Home, snapshot: str, shape: Shape, connection: duckdb.DuckDBPyConnection, sql: Path = SQL) -> Proposal:
    """Write what came as the proposal of a first contract. The rows are in the connection's table `arrived`."""
    found = differences(dataset, shape.rows, shape.key_duplicates, connection, sql)
    made = Proposal(dataset.id, snapshot, shape, tuple(one.what for one in found))
    replace_json(path_of(home, dataset.id), made.as_dict())
    return made


def keep_shape(home: Home, dataset: str, snapshot: str, shape: Shape) -> None:
    """Keep what was observed of a snapshot that a contract stands against, so that a person can see what accepting it would write."""
    replace_json(path_of(home, dataset), Proposal(dataset, snapshot, shape, ()).as_dict())


def read_proposal(home: Home, dataset: str) -> Proposal | None:
    """The proposal that waits; None where there is none."""
    try:
        stored: Mapping[str, Any] = json.loads(path_of(home, dataset).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return Proposal(stored["dataset"], stored["snapshot"], shape_from_dict(stored["shape"]), tuple(stored["differences"]))


def clear_proposal(home: Home, dataset: str) -> None:
    """Forget it: there is a contract now."""
    path_of(home, dataset).unlink(missing_ok=True)


def differences(
    dataset: Dataset, rows: int, key_duplicates: int, connection: duckdb.DuckDBPyConnection, sql: Path = SQL
) -> Iterator[Difference]:
    """Where what came, the connection's table `arrived`, is not what the declaration assumes."""
    came = [name for name in column_names(connection, "arrived") if not name.startswith("_")]
    unlisted = [name for name in came if name not in dataset.raw.columns and name not in dataset.raw.labels]
    for name, column in dataset.raw.columns.items():
        if name not in came:
            printed = " or ".join(repr(header) for header in column.headers)
            rest = "; it is optional" if column.optional else ", on which the declaration relies"
            near = _nearest([name, *column.headers], unlisted)
            what = f"no column has the header {printed} of raw column {name!r}{rest}{near}"
            yield Difference(what, ("raw", "columns", name), wrong=not column.optional)
    if unlisted:
        more = f" and {len(unlisted) - _NAMED} more" if len(unlisted) > _NAMED else ""
        yield Difference(f"columns that the declaration does not list: {', '.join(map(repr, unlisted[:_NAMED]))}{more}", ("raw", "columns"))
    for label in dataset.raw.labels:
        filled = connection.execute(f"select count({identifier(label)}) from arrived").fetchone() if label in came else (0,)
        if filled == (0,):
            yield Difference(f"no part carries the label {label!r}", ("raw", "labels"))
    key = dataset.raw.key or ()
    if key and set(key) <= set(came) and key_duplicates:
        what = f"{key_duplicates:,} of {rows:,} rows share the declared key ({', '.join(key)}) with another"
        yield Difference(what, ("raw", "key"), wrong=True)
    try:
        transform(dataset, connection, sql)
    except EvidenceError as error:
        yield Difference(f"the tidy SQL does not run over what came: {error.found}", ("tidy",), wrong=True)


def _nearest(wanted: list[str], there: list[str]) -> str:
    by_folded = {name.casefold(): name for name in there}
    for name in wanted:
        close = difflib.get_close_matches(name.casefold(), by_folded, n=1)
        if close:
            return f"; is it {by_folded[close[0]]!r}?"
    return ""
