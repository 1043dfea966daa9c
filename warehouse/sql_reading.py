"""What a SELECT reads: its tables and the names of its columns, by DuckDB's own parser.

Used to say what a dataset's change puts at risk. Names of columns are taken as written, without resolving aliases: a column counts as read
wherever its name is written. Refuses nothing: what DuckDB cannot parse comes back with the reason.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import duckdb

from warehouse.table import literal


@dataclass(frozen=True)
class Reading:
    """`tables` are `schema.name`, without common table expressions; `columns` every column name that is written; `stars` whether all are taken."""

    tables: frozenset[str]
    columns: frozenset[str]
    stars: bool = False
    error: str = ""


@cache
def read_sql(sql: str) -> Reading:
    """Parse one SELECT and list what it reads."""
    with _parser().cursor() as connection:
        row = connection.execute(f"select json_serialize_sql({literal(sql)})").fetchone()
    tree = json.loads(row[0]) if row else {"error": True}
    if tree.get("error"):
        return Reading(frozenset(), frozenset(), error=str(tree.get("error_message", "no SELECT")))
    nodes = list(_nodes(tree))
    tables = {
        f"{node['schema_name']}.{node['table_name']}" for node in nodes if node.get("type") == "BASE_TABLE" and node.get("schema_name")
    }
    columns = {node["column_names"][-1] for node in nodes if node.get("type") == "COLUMN_REF" and node.get("column_names")}
    using = {name for node in nodes for name in node.get("using_columns") or ()}
    return Reading(frozenset(tables), frozenset(columns | using), stars=any(node.get("type") == "STAR" for node in nodes))


@cache
def _parser() -> duckdb.DuckDBPyConnection:
    """One database for all: a new one for each SELECT takes longer than to parse it."""
    return duckdb.connect(":memory:")


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        yield tree
        for value in tree.values():
            yield from _nodes(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _nodes(value)
