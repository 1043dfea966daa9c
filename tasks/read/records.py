"""JSON records into a DuckDB table of text: a list of objects or of lists, alone or within a wrapper (`results`, `records`, `data`, ...).

Nested objects become columns with dotted names (`location.street.name`); lists within a record stay JSON text. Columns stand in the order
in which records first show them. Lists of lists take the first list as header where all of it is text, or the wrapper's `fields`.

Refuses JSON-stat, documents that hold no list of records, and lists of bare values (`read.not_a_table`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb

from expectations.errors import EvidenceError
from expectations.shape import Layout
from tasks.read import encoding
from tasks.read.container import Contents
from tasks.read.json_stream import JsonStream, Number, Record
from tasks.read.names import printed, quoted, unique
from tasks.read.options import ReadOptions
from tasks.read.sink import Sink, provisional

WRAPPERS = ("results", "records", "features", "data", "rows", "items", "value", "values", "observations", "observation", "obs")
DEPTH = 20


class Collected:
    """Records as they come, spread over columns by key; counts which columns hold numbers alone."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, table: str) -> None:
        self.sink = Sink(connection, table, 0)
        self.keys: dict[str, int] = {}
        self.others: set[str] = set()
        self.numbers: set[str] = set()
        self.rows = 0

    def expect(self, key: str) -> None:
        """A column that is there even if no record has it."""
        self.keys.setdefault(key, len(self.keys))

    def add(self, record: Mapping[str, Any]) -> None:
        """One record: key -> text, `Number` or None."""
        self.rows += 1
        for key, value in record.items():
            self.keys.setdefault(key, len(self.keys))
            if value is not None:
                (self.numbers if isinstance(value, Number) else self.others).add(key)
        cells: list[str | None] = [None] * len(self.keys)
        for key, value in record.items():
            cells[self.keys[key]] = value
        self.sink.add(self.rows, cells)

    def close(self, connection: duckdb.DuckDBPyConnection, table: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """Write the rest and name the columns: headers as in the file, column names, and those that hold numbers alone."""
        self.sink.close(len(self.keys))
        headers = tuple(printed(key) for key in self.keys)
        columns = unique(headers)
        for place, column in enumerate(columns):
            connection.execute(f"ALTER TABLE {quoted(table)} RENAME COLUMN {provisional(place)} TO {quoted(column)}")
        numeric = tuple(column for key, column in zip(self.keys, columns, strict=True) if key in self.numbers and key not in self.others)
        return headers, columns, numeric


def read(contents: Contents, connection: duckdb.DuckDBPyConnection, table: str, options: ReadOptions, scratch: Path) -> Layout:
    """Read one JSON file into `table`; `_row` is the record's number from 1."""
    facts = encoding.examine(contents.path, options.encoding)
    path = encoding.transcode(contents.path, facts, scratch / "as-utf-8")
    stream = JsonStream(path, "utf-8-sig", WRAPPERS)
    collected = Collected(connection, table)
    for record in _as_objects(stream, contents.name):
        collected.add(flattened(record))
    headers, columns, numeric = collected.close(connection, table)
    if collected.rows == 0 and not _empty_list(stream):
        raise _no_records(contents.name, stream)
    return Layout(
        format="json",
        headers=headers,
        columns=columns,
        header_row=None,
        header_rows=0,
        encoding=facts.encoding,
        bom=facts.bom,
        numeric=numeric,
    )


def flattened(record: Mapping[str, Any], prefix: str = "", depth: int = 0) -> dict[str, str | None]:
    """A record with its nested objects spread into dotted keys; each value as text, lists as JSON text."""
    flat: dict[str, str | None] = {}
    for key, value in record.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and value and depth < DEPTH:
            flat.update(flattened(value, f"{name}.", depth + 1))
        else:
            flat[name] = text(value)
    return flat


def text(value: Any) -> str | None:
    """A JSON value as text: strings and numbers as they are, `true`, `false`, nothing for null, lists and objects as compact JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return compact(value)


def compact(value: Any) -> str:
    """Compact JSON text, with the numbers as they stand in the file."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key, ensure_ascii=False)}:{compact(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(compact(each) for each in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def _as_objects(stream: JsonStream, name: str) -> Iterator[Mapping[str, Any]]:
    records = stream.records()
    first = next(records, None)
    if first is None:
        return
    everything = _of_one_list(chain([first], records), first.path, name)
    if isinstance(first.value, dict):
        for at, record in enumerate(everything, start=1):
            if not isinstance(record.value, dict):
                raise EvidenceError(
                    "read.not_a_table", where=f"{name}, record {at}", expected="an object", found=compact(record.value)[:80]
                )
            yield record.value.get("attributes", record.value) if set(record.value) <= {"attributes", "geometry"} else record.value
    elif isinstance(first.value, list):
        yield from _lists(everything, first.value, stream, name)
    else:
        raise EvidenceError(
            "read.not_a_table", where=name, expected="records", found=f"a list of bare values, {compact(first.value)[:40]} first"
        )


def _of_one_list(records: Iterator[Record], path: tuple[str, ...], name: str) -> Iterator[Record]:
    for record in records:
        if record.path != path:
            lists = f"{'.'.join(path)!r} and {'.'.join(record.path)!r}"
            raise EvidenceError("read.not_a_table", where=name, expected="one list of records", found=f"several: {lists}")
        yield record


def _lists(records: Iterator[Record], first: list[Any], stream: JsonStream, name: str) -> Iterator[Mapping[str, Any]]:
    """Rows as lists: named by the first row if that is text, or by the wrapper's `fields` or `columns` where they come before the rows."""
    declared = stream.beside.get("fields") or stream.beside.get("columns")
    if declared:
        header = [each.get("id") or each.get("name") or "" if isinstance(each, dict) else str(each) for each in declared]
    elif all(isinstance(cell, str) and not isinstance(cell, Number) for cell in first):
        header = [str(cell) for cell in first]
        next(records)
    else:
        header = []
    for at, record in enumerate(records, start=1):
        if not isinstance(record.value, list):
            raise EvidenceError("read.not_a_table", where=f"{name}, record {at}", expected="a list", found=compact(record.value)[:80])
        names = unique([*header, *[""] * (len(record.value) - len(header))])
        yield dict(zip(names, record.value, strict=False))


def _empty_list(stream: JsonStream) -> bool:
    return not stream.beside


def _no_records(name: str, stream: JsonStream) -> EvidenceError:
    found = f"an object with {', '.join(map(repr, list(stream.beside)[:8]))}"
    if {"dimension", "id", "size"} <= set(stream.beside) or stream.beside.get("class") in ("dataset", "collection"):
        found = "JSON-stat"
    return EvidenceError(
        "read.not_a_table", where=name, expected=f"a list of records, alone or as one of {', '.join(WRAPPERS)}", found=found
    )
