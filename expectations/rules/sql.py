"""Questions about SQL that DuckDB answers without any data: is it one query, is it a pattern, is it a type, does it name what is there.

Refuses nothing itself: each function returns the fault in words, or None.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import duckdb

_MISSING = re.compile(r'Referenced column "(?P<column>[^"]+)" not found|does not have a column named "(?P<field>[^"]+)"')
CHECKED_ROWS = "checked_rows"  # what a rule's query calls the table it is run on


def literal(text: str) -> str:
    """The text as an SQL string. (A bound parameter would do, but the first one in a process costs DuckDB's client a second of imports.)"""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """The name as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def syntax_tree(query: str) -> Mapping[str, Any]:
    """DuckDB's own reading of the text: {'error': bool, 'error_message': ..., 'statements': [...]}. Only SELECTs have one."""
    with _parser().cursor() as cursor:
        answer = cursor.execute(f"select json_serialize_sql({literal(query)})").fetchone()
    return dict(json.loads(answer[0])) if answer else {"error": True, "error_message": "no answer"}


def query_fault(query: str, columns: Iterable[str]) -> str | None:
    """Why the query cannot run on a table `checked_rows` of these columns; None where nothing speaks against it.

    Types, other tables and macros are not known here, so an error about those is left to the run.
    """
    tree = syntax_tree(query)
    if tree["error"]:
        return str(tree["error_message"])
    if len(tree["statements"]) != 1:
        return f"{len(tree['statements'])} statements"
    with _parser().cursor() as cursor:
        listed = ", ".join(f"{identifier(column)} varchar" for column in columns)
        cursor.execute(f"create temp table {CHECKED_ROWS} ({listed})")  # a cursor's own: it goes with the cursor
        try:
            cursor.execute(f"explain {query}")
        except duckdb.Error as error:
            missing = _MISSING.search(str(error))
            return f"there is no column {missing['column'] or missing['field']}" if missing else None
    return None


@cache
def pattern_fault(pattern: str) -> str | None:
    """Why DuckDB's engine (RE2) refuses the pattern; None where it takes it."""
    try:
        with _parser().cursor() as cursor:
            cursor.execute(f"select regexp_full_match('', {literal(pattern)})").fetchone()
    except duckdb.Error as error:
        return str(error).splitlines()[0]
    return None


@cache
def type_name(written: str) -> str | None:
    """DuckDB's own name of a type ('text' -> 'VARCHAR'); None where there is no such type."""
    try:
        with _parser().cursor() as cursor:
            answer = cursor.execute(f"select typeof(cast(null as {written}))").fetchone()
    except duckdb.Error:
        return None
    return str(answer[0]) if answer else None


@cache
def _parser() -> duckdb.DuckDBPyConnection:
    """One empty database for the process; each question takes a cursor of its own, so that threads do not share one."""
    return duckdb.connect(":memory:", config={"threads": 1})
