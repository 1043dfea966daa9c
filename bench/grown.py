"""The published sample, and the same a hundred times as large: as if the file held a hundred cities like this one.

Every row of every dataset is repeated under synthetic codes (`E08000025` becomes `E08000025#7`) and names (`#7 Birmingham`), alike in all
tables, so that a copy's small areas, wards and schools belong together as the city's own do. The figures are the sample's, and nothing here is
published. What is built on the datasets is built by the project's own SQL.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable

import duckdb

from tasks.publish import STORAGE
from warehouse import indicators, revisions
from warehouse.home import PROJECT, Home
from warehouse.indicators import Result
from warehouse.lake import POINTER, pointer
from warehouse.table import DatasetTable, identifier, literal

_OURS = ("mart", "meta", "history")  # schemas that hold no dataset
_MART = PROJECT / "warehouse" / "mart"
_Connection = duckdb.DuckDBPyConnection


def grow(sample: Home, home: Home, times: int) -> dict[str, int]:
    """Make the database of a home with the sample's datasets, `times` as large, and the pointers of its lake; the rows of each dataset."""
    for path in sample.root.glob(f"lake/**/{POINTER}"):
        target = home.root / path.relative_to(sample.root)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach {literal(str(sample.database))} as sample (read_only)")
        connection.execute(f"attach {literal(str(home.database))} as grown (storage_version {literal(STORAGE)})")
        connection.execute("copy from database sample to grown (schema)")
        connection.execute("drop schema grown.mart cascade")
        counts = {}
        for schema, table in connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'sample' and schema_name <> 'mart' order by all"
        ).fetchall():
            rows = _repeated(connection, schema, table, 1 if schema in _OURS else times)
            counted = connection.execute(f"insert into grown.{identifier(schema)}.{identifier(table)} {rows}").fetchone()
            if schema not in _OURS and counted and counted[0]:
                counts[f"{schema}.{table}"] = int(counted[0])
        return counts


def build(connection: _Connection, home: Home, tables: Iterable[DatasetTable], landed: Iterable[str]) -> list[Result]:
    """Build what `mart` holds in the database in use, anew; what became of each indicator."""
    connection.execute("drop schema if exists mart cascade; create schema mart")
    revisions.make(connection)
    for path in sorted(_MART.glob("*.sql")):
        connection.execute(path.read_text(encoding="utf-8"))
    results, left_out = indicators.build(connection, home, tables, landed)
    if left_out:
        raise SystemExit(f"left out: {left_out}")
    return results


def change(home: Home, dataset: str) -> None:
    """Say in the lake that a newer vintage of a dataset is in force: what was computed from the older one is not used."""
    path = pointer(home, dataset)
    stored = json.loads(path.read_text(encoding="utf-8"))
    stored["vintages"][-1]["id"] += "-changed"
    path.write_text(json.dumps(stored), encoding="utf-8")


def _repeated(connection: _Connection, schema: str, table: str, times: int) -> str:
    """SELECT of a table's rows, each so many times, the copies beside one another as rows that are sorted by area stand."""
    source = f"sample.{identifier(schema)}.{identifier(table)}"
    columns = [name for name, kind, *_ in connection.execute(f"describe {source}").fetchall() if kind == "VARCHAR"]
    codes = [name for name in columns if name.endswith("code")]
    beside = {name.removesuffix("code") for name in codes}
    names = [name for name in columns if name.endswith("_name") and name.removesuffix("name") in beside]
    replaced = [f"if(_copy = 0, {column}, {column} || '#' || _copy) as {column}" for column in map(identifier, codes)]
    replaced += [f"if(_copy = 0, {column}, '#' || _copy || ' ' || {column}) as {column}" for column in map(identifier, names)]
    replace = f"replace ({', '.join(replaced)})" if replaced else ""
    return f"select * exclude (_copy) {replace} from (select *, unnest(range({times})) as _copy from {source})"
