"""What is exported: tables and views of the published file, each with all that has to travel with it (meaning, units, key, caveats, licence, dates).

Everything is read from the published file, which got it from the declarations, so that a file alone is enough to export from. Refuses a name that
is no table, naming the nearest.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from expectations.errors import EvidenceError
from warehouse.mart_files import mart_files
from warehouse.table import identifier, literal

Tell = Callable[[str], None]
INDICATORS = ("mart.indicators", "mart.indicator_values", "mart.breaks")
STRATEGY = ("mart.strategy_figures",)
GROUPS: Mapping[str, tuple[str, ...]] = {"indicators": INDICATORS, "strategy": STRATEGY}
ALL = "all"
_BESIDE = re.compile(r"_(vintages|revisions)$")  # views beside a dataset's table: under its terms
_MOST_ADDRESSES = 5
_TITLES = {
    "mart.indicators": "The indicators of the evidence base: what each means",
    "mart.indicator_values": "The indicators of the evidence base: values",
    "mart.breaks": "The indicators of the evidence base: where series break",
    "mart.strategy_figures": "The figures of the Community Cohesion Strategy (2018), beside what the open data give",
}


@dataclass(frozen=True)
class ExportColumn:
    """One column: its DuckDB type, what it means, in which unit (empty where none, or where it differs by row), and whether it is of the key."""

    name: str
    type: str
    meaning: str
    unit: str = ""
    key: bool = False


@dataclass(frozen=True)
class Terms:
    """A licence and the words to print with anything made from what is under it. `publisher` is who those words name first."""

    licence: str
    attribution: str

    @property
    def publisher(self) -> str:
        return self.attribution.split(",")[0].strip().rstrip(".")


@dataclass(frozen=True)
class ExportTable:
    """A table or view with all that travels with it. Days are ISO dates."""

    name: str
    title: str
    about: str
    columns: tuple[ExportColumn, ...]
    rows: int
    terms: tuple[Terms, ...]
    caveats: tuple[str, ...]
    datasets: tuple[str, ...]  # what it is, or is made from
    known_on: str  # the day on which the newest of its data counts as known
    vintages: tuple[str, ...]
    releases: tuple[str, ...] = ()  # the publisher's own names of them
    addresses: tuple[str, ...] = ()  # where they came from
    held_since: str = ""
    sample: bool = False  # made from the sample that ships with the project
    first_day: str = ""
    last_day: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.key)

    @property
    def sql_name(self) -> str:
        schema, _, name = self.name.partition(".")
        return f"{identifier(schema)}.{identifier(name)}"


def telling(table: ExportTable, place: int, many: int) -> str:
    """What whoever waits is told: 'Writing dfe.schools, 12 of 57 (1,204 rows)'."""
    return f"Writing {table.name}, {place} of {many} ({table.rows:,} rows)"


def chosen(connection: duckdb.DuckDBPyConnection, names: Sequence[str]) -> list[str]:
    """The tables that names and groups (`indicators`, `strategy`, `all`) stand for, each once. Raises `export.unknown_table`."""
    known = [row[0] for row in connection.execute(_EVERY_TABLE).fetchall()]
    datasets = [row[0] for row in connection.execute("select dataset from meta.datasets where rows is not null order by all").fetchall()]
    whole = [*(name for name in (*INDICATORS, *STRATEGY) if name in known), *datasets]
    found: list[str] = []
    for name in names or (ALL,):
        found += whole if name == ALL else GROUPS.get(name, (name,))
    for name in found:
        if name not in known:
            close = difflib.get_close_matches(name, [*known, *GROUPS], n=1)
            todo = f"Did you mean {close[0]}?" if close else "`evidence show` lists the tables."
            raise EvidenceError("export.unknown_table", expected="a table or view of the published file", found=name, todo=todo)
    return list(dict.fromkeys(found))


def described(connection: duckdb.DuckDBPyConnection, name: str) -> ExportTable:
    """A table with all that travels with it."""
    schema, _, plain = name.partition(".")
    facts = connection.execute(
        f"""select column_name, data_type, coalesce(comment, '') from duckdb_columns()
            where schema_name = {literal(schema)} and table_name = {literal(plain)} order by column_index"""
    ).fetchall()
    dataset = _BESIDE.sub("", name)
    datasets = _datasets_behind(connection, name, dataset, [row[0] for row in facts])
    known = _known(connection, datasets)
    own = next((one for one in known if one["dataset"] == name), None)
    columns = tuple(_column(connection, name, own, *row) for row in facts)
    comment = connection.execute(_COMMENT.format(schema=literal(schema), name=literal(plain))).fetchone()
    first, last = _span(connection, name, columns)
    return ExportTable(
        name=name,
        title=(own["title"] if own else _TITLES.get(name) or _sentence(comment[0] if comment else "") or name).rstrip("."),
        about=_about(own, comment[0] if comment else ""),
        columns=columns,
        rows=connection.execute(f"select count(*) from {identifier(schema)}.{identifier(plain)}").fetchall()[0][0],
        terms=tuple(dict.fromkeys(Terms(one["licence"], one["attribution"]) for one in known)),
        caveats=tuple(own["caveats"].split("\n")) if own and own["caveats"] else (),
        datasets=tuple(datasets),
        known_on=max((str(one["known_on"]) for one in known if one["known_on"]), default=""),
        vintages=tuple(one["vintage"] for one in known if one["vintage"]),
        releases=tuple(dict.fromkeys(one["release"] for one in known if one["release"])),
        addresses=_addresses(connection, datasets) if len(datasets) == 1 else (),
        held_since=", ".join(f"{one['dataset']} since {one['held_on']}" for one in known if one["held_on"]),
        sample=any(one["origin"] == "sample" for one in known),
        first_day=first,
        last_day=last,
    )


_EVERY_TABLE = """
    select schema_name || '.' || table_name from duckdb_tables() where not internal
    union all select schema_name || '.' || view_name from duckdb_views() where not internal order by 1"""
_COMMENT = """
    select coalesce(comment, '') from duckdb_tables() where schema_name = {schema} and table_name = {name}
    union all select coalesce(comment, '') from duckdb_views() where schema_name = {schema} and view_name = {name}"""


def _datasets_behind(connection: duckdb.DuckDBPyConnection, name: str, dataset: str, columns: Sequence[str]) -> list[str]:
    """The datasets that a table is made from: itself, what its rows or its SQL name, else every dataset that has landed."""
    landed = [row[0] for row in connection.execute("select dataset from meta.datasets where rows is not null order by all").fetchall()]
    if dataset in landed:
        return [dataset]
    if name.startswith("meta."):
        return []
    if "datasets" in columns and name.startswith("mart."):
        schema, _, plain = name.partition(".")
        named = connection.execute(
            f"select distinct datasets from {identifier(schema)}.{identifier(plain)} where datasets <> ''"
        ).fetchall()
        behind = {one for (text,) in named for one in text.split(", ")}
        return [one for one in landed if one in behind]
    needed = frozenset[str]().union(*(file.needs for file in mart_files() if name in file.makes))
    return [one for one in landed if one in needed] or landed


def _known(connection: duckdb.DuckDBPyConnection, datasets: Iterable[str]) -> list[dict[str, Any]]:
    """What `meta` says of datasets."""
    listed = ", ".join(literal(one) for one in datasets)
    found = connection.execute(
        f"""select datasets.*, known_from::date as known_on, held_since::date as held_on, snapshots.origin
            from meta.datasets as datasets
            left join meta.snapshots as snapshots on snapshots.dataset = datasets.dataset and snapshots.snapshot_id = datasets.snapshot_id
            where datasets.dataset in ({listed or "null"}) order by datasets.dataset"""
    )
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _column(
    connection: duckdb.DuckDBPyConnection, table: str, own: Mapping[str, Any] | None, name: str, kind: str, comment: str
) -> ExportColumn:
    """A column; unit and key are those declared, where the table is a dataset."""
    if not own:
        return ExportColumn(name, kind, comment, key=name in _primary_key(connection, table))
    declared = connection.execute(
        f"select coalesce(unit, ''), meaning, in_grain from meta.columns where dataset = {literal(table)} and column_name = {literal(name)}"
    ).fetchone()
    unit, meaning, in_grain = declared or ("", comment, False)
    return ExportColumn(name, kind, meaning, unit, bool(in_grain))


def _primary_key(connection: duckdb.DuckDBPyConnection, table: str) -> Sequence[str]:
    schema, _, plain = table.partition(".")
    found = connection.execute(
        f"""select constraint_column_names from duckdb_constraints()
            where schema_name = {literal(schema)} and table_name = {literal(plain)} and constraint_type = 'PRIMARY KEY'"""
    ).fetchone()
    return found[0] if found else ()


def _addresses(connection: duckdb.DuckDBPyConnection, datasets: Sequence[str]) -> tuple[str, ...]:
    """The addresses that the newest snapshot came from; the first few where there are many."""
    found = connection.execute(
        f"""select distinct parts.url from meta.parts as parts semi join meta.datasets as datasets
            on datasets.dataset = parts.dataset and datasets.snapshot_id = parts.snapshot_id
            where parts.dataset = {literal(datasets[0])} order by all limit {_MOST_ADDRESSES}"""
    ).fetchall()
    return tuple(row[0] for row in found)


def _span(connection: duckdb.DuckDBPyConnection, name: str, columns: Sequence[ExportColumn]) -> tuple[str, str]:
    """The first and last day that the rows are about, where they say it."""
    dates = {column.name for column in columns if column.type == "DATE"}
    if not {"period_start", "period_end"} <= dates:
        return "", ""
    schema, _, plain = name.partition(".")
    first, last = connection.execute(f"select min(period_start), max(period_end) from {identifier(schema)}.{identifier(plain)}").fetchall()[
        0
    ]
    return str(first or ""), str(last or "")


def _about(own: Mapping[str, Any] | None, comment: str) -> str:
    """What the table is and why it is kept, in sentences."""
    if not own:
        return comment
    return f"{own['title'].rstrip('.')}. {(own['why'] or '').strip()} One row per {own['grain']}.".replace("  ", " ")


def _sentence(comment: str) -> str:
    return re.split(r"(?<=[a-z)])[.:] (?=[A-Z])", comment, maxsplit=1)[0]
