"""The first contract, proposed: what came of a dataset that nobody has accepted yet, beside what its declaration assumed.

Kept in the home until a person accepts it. Refuses to accept by itself, and to judge: each difference is told with the nearest name that came.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
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


def path_of(home: Home, dataset: str) -> Path:
    """Where the proposal of a dataset is kept."""
    return home.state / "proposed" / f"{dataset}.json"


def propose(dataset: Dataset, home: Home, snapshot: str, shape: Shape, connection: duckdb.DuckDBPyConnection, sql: Path = SQL) -> Proposal:
    """Write what came as the proposal of a first contract. The rows are in the connection's table `arrived`."""
    made = Proposal(dataset.id, snapshot, shape, tuple(_differences(dataset, shape, connection, sql)))
    path_of(home, dataset.id).parent.mkdir(parents=True, exist_ok=True)
    replace_json(path_of(home, dataset.id), made.as_dict())
    return made


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


def columns_of(proposal: Proposal) -> list[dict[str, Any]]:
    """The columns that came, for people and programs: name, type, role, how many are empty, markers, categories."""
    kept = ("name", "type", "role", "empty", "distinct", "markers", "categories", "minimum", "maximum")
    return [{name: value for name, value in asdict(column).items() if name in kept} for column in proposal.shape.columns]


def _differences(dataset: Dataset, shape: Shape, connection: duckdb.DuckDBPyConnection, sql: Path) -> Iterator[str]:
    came = [name for name in column_names(connection, "arrived") if not name.startswith("_")]
    unlisted = [name for name in came if name not in dataset.raw.columns and name not in dataset.raw.labels]
    for name, column in dataset.raw.columns.items():
        if name not in came:
            printed = " or ".join(repr(header) for header in column.headers)
            rest = " (it is optional)" if column.optional else ", on which the declaration relies"
            yield f"no column has the header {printed} of raw column {name!r}{rest}{_nearest([name, *column.headers], unlisted)}"
    if unlisted:
        more = f" and {len(unlisted) - _NAMED} more" if len(unlisted) > _NAMED else ""
        yield f"columns that the declaration does not list: {', '.join(map(repr, unlisted[:_NAMED]))}{more}"
    for label in dataset.raw.labels:
        filled = connection.execute(f'select count("{label}") from arrived').fetchone() if label in came else (0,)
        if filled == (0,):
            yield f"no part carries the label {label!r}"
    key = dataset.raw.key or ()
    if key and set(key) <= set(came) and shape.key_duplicates:
        yield f"{shape.key_duplicates:,} of {shape.rows:,} rows share the declared key ({', '.join(key)}) with another"
    try:
        transform(dataset, connection, sql)
    except EvidenceError as error:
        yield f"the tidy SQL does not run over what came: {error.found}"


def _nearest(wanted: list[str], there: list[str]) -> str:
    by_folded = {name.casefold(): name for name in there}
    for name in wanted:
        close = difflib.get_close_matches(name.casefold(), by_folded, n=1)
        if close:
            return f"; is it {by_folded[close[0]]!r}?"
    return ""
