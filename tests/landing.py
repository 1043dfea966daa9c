"""What the tests of landing and publishing share: a small dataset, its tidy rows, a snapshot, a publication; a test says what is to differ."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from expectations.declaration import load
from tasks import publish as publishing
from tasks.archive import keep
from tasks.land import land
from tasks.snapshot import Delivery, Fetched, Snapshot
from warehouse.home import PROJECT, Home
from warehouse.lake import Vintage, paths, vintages
from warehouse.table import DatasetTable, TableColumn, literal

Row = tuple[str, str, float | None, str | None]  # area, period, value, status

POPULATION = DatasetTable(
    id="ons.population",
    title="Population estimates",
    columns=(
        TableColumn("area_code", "VARCHAR", "GSS code of the area"),
        TableColumn("period", "VARCHAR", "Calendar year"),
        TableColumn("value", "DOUBLE", "Usual residents at mid-year", "persons"),
        TableColumn("status", "VARCHAR", "Why there is no figure"),
    ),
    grain=("area_code", "period"),
    delivery="full",
    period="period",
    licence="Open Government Licence v3.0",
    attribution="Source: Office for National Statistics",
    caveats=("rounded to the nearest 100",),
)


def table(**different: Any) -> DatasetTable:
    """The population table, with some of its facts different."""
    return replace(POPULATION, **different)


def snapshot(name: str = "a", dataset: str = "ons.population", release: str = "") -> Snapshot:
    """A snapshot without parts, told apart by a letter."""
    return Snapshot(id=(name * 32)[:32], dataset=dataset, parts=(), fetched_at="2025-01-31T09:30:00+00:00", run="run-1", release=release)


def fill(connection: duckdb.DuckDBPyConnection, rows: Iterable[Row], name: str = "tidy") -> None:
    """Make the tidy table; rows are numbered as in a CSV with its header in row 1."""
    connection.execute(
        f"create or replace table {name} (area_code varchar, period varchar, value double, status varchar, source_part varchar, source_row bigint)"
    )
    for number, row in enumerate(rows, 2):
        values = ", ".join("null" if value is None else literal(value) if isinstance(value, str) else repr(value) for value in row)
        connection.execute(f"insert into {name} values ({values}, 'population.csv', {number})")


def land_rows(
    connection: duckdb.DuckDBPyConnection, home: Home, rows: Sequence[Row], what: DatasetTable = POPULATION, name: str = "a", **given: Any
) -> Vintage:
    """Land rows as a vintage; the content fingerprint is that of the rows unless given."""
    fill(connection, rows)
    arrived = given.pop("snapshot", snapshot(name, what.id))
    return land(connection, "tidy", what, arrived, home, "run-1", given.pop("content", repr(sorted(map(repr, rows)))), **given)


def publish(home: Home, tables: Sequence[DatasetTable], mart: Path | None = None, **given: Any) -> publishing.Published:
    """Publish these tables without the indicators, which are half of the time of a small publication: for the tests that do not ask for them."""
    return publishing.publish(home, tables, mart=mart or plain_mart(), **given)


@cache
def plain_mart() -> Path:
    """The folder of the mart without its indicators."""
    folder = Path(tempfile.mkdtemp(prefix="evidence-mart-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for path in (PROJECT / "warehouse" / "mart").glob("*.sql"):
        (folder / path.name).symlink_to(path)
    return folder


def archived(home: Home, text: str, name: str = "population.csv", dataset: str = "ons.population") -> Snapshot:
    """A snapshot of one CSV whose bytes are in the archive."""
    import hashlib

    path = home.root / "incoming.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    fetched = Fetched(
        name=name,
        url="https://www.example.gov.uk/population.csv",
        path=path,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        size=len(text.encode()),
        status=200,
        fetched_at="2025-01-31T09:30:00+00:00",
        final_url="https://files.example.gov.uk/population.csv",
    )
    return keep(Delivery(parts=(fetched,), release="2025-01"), dataset, "run-1", home)


@cache
def landed_from_sample(dataset: str, home: Home) -> duckdb.DuckDBPyConnection:
    """A connection with the table `tidy` of a dataset, as it landed from the shipped sample in this home."""
    connection = duckdb.connect(":memory:")
    (vintage,) = vintages(home, dataset)
    columns = ", ".join(f'"{name}"' for name in [*load(dataset).tidy.columns, "source_part", "source_row"])
    files = ", ".join(f"'{path}'" for path in paths(home, vintage))
    connection.execute(f"create table tidy as select {columns} from read_parquet([{files}])")
    return connection
