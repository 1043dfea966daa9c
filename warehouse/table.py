"""The table of a dataset: the little of a declaration that landing, publishing and the dictionary need to know.

Refuses a table that cannot be landed: no columns, a grain or period that is no column, a rolling delivery without a period, a type that is not
one of the declared ones. Knows nothing of sources, schedules or checks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Delivery = Literal["full", "window", "increment"]

# Columns that every landed row carries beside the declared ones: from a value back to the byte.
PROVENANCE: Mapping[str, str] = {"snapshot_id": "VARCHAR", "source_part": "VARCHAR", "source_row": "BIGINT", "vintage": "VARCHAR"}
PROVENANCE_MEANING: Mapping[str, str] = {
    "snapshot_id": "The fetch that brought this row (meta.snapshots).",
    "source_part": "The file, page or member within that fetch (meta.parts).",
    "source_row": "The row within that part, counted from 1 as a person sees it on opening the file.",
    "vintage": "The landed state of the dataset that this row belongs to (meta.vintages).",
}
_TYPE = re.compile(r"^(VARCHAR|DOUBLE|BIGINT|INTEGER|DATE|BOOLEAN|TIMESTAMP|DECIMAL\(\d+,\d+\))$")
_ID = re.compile(r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")


@dataclass(frozen=True)
class TableColumn:
    """One declared column: its DuckDB type, what it means, in which unit."""

    name: str
    type: str
    meaning: str
    unit: str = ""

    @property
    def duckdb_type(self) -> str:
        """The type as DESCRIBE prints it."""
        return self.type.replace(", ", ",")


@dataclass(frozen=True)
class DatasetTable:
    """A dataset as the warehouse knows it. `grain` is the key; `period` is the column whose values are replaced whole."""

    id: str
    title: str
    columns: tuple[TableColumn, ...]
    grain: tuple[str, ...]
    delivery: Delivery
    period: str | None
    licence: str
    attribution: str
    why: str = ""
    owner: str = ""
    caveats: tuple[str, ...] = ()
    source: str = ""  # where it comes from, for people: a service and an address
    contract: str = ""  # fingerprint of the accepted contract
    known_errors: tuple[tuple[str, str], ...] = ()  # (what is wrong, ISO date until which we live with it)
    tidy: str = ""  # fingerprint of the tidy SQL: the same bytes tidied in another way are another vintage

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        wrong = [column.type for column in self.columns if not _TYPE.match(column.type)]
        absent = [name for name in (*self.grain, self.period) if name and name not in {*names, "source_part", "source_row"}]
        problem = (
            f"{self.id!r} is no dataset id"
            if not _ID.match(self.id)
            else f"types {wrong} are none of a tidy table"
            if wrong
            else f"grain or period columns {absent} are not declared"
            if absent
            else "columns are declared twice"
            if len(set(names)) != len(names)
            else f"columns {sorted(set(names) & set(PROVENANCE))} are the warehouse's own"
            if set(names) & set(PROVENANCE)
            else f"delivery {self.delivery!r} needs a period column"
            if self.delivery != "full" and not self.period
            else "there are no columns, or no grain"
            if not names or not self.grain
            else ""
        )
        if problem:
            raise ValueError(f"{self.id}: {problem}")

    @property
    def publisher(self) -> str:
        return self.id.split(".")[0]

    @property
    def name(self) -> str:
        return self.id.split(".")[1]

    @property
    def types(self) -> dict[str, str]:
        """Every column of a landed row, in order: the declared ones, then the provenance."""
        return {**{column.name: column.duckdb_type for column in self.columns}, **PROVENANCE}


def identifier(name: str) -> str:
    """A name as an SQL identifier; no name that arrived reaches SQL any other way."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
