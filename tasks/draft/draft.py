"""From what was found to the two files of a dataset: plan, run the SELECT, count the grain, propose rules, write.

Refuses to write over a file that is there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from expectations.declaration import THEMES
from expectations.errors import EvidenceError
from tasks.atomic import replace_text
from tasks.checkout import Checkout
from tasks.draft import words
from tasks.draft.look import ARRIVED, Found
from tasks.draft.plan import Plan, plan
from tasks.draft.rules import proposed
from tasks.draft.texts import Aside, Facts, declaration_text, tidy_text
from tasks.tidy import MACROS
from warehouse.table import identifier

TIDY = "draft_tidy"
_MOST_LETTERS = 200
_NAMED = 6  # of a longer list
_NOT_SAID = "Not said yet."
_LICENCES = {
    "OGL-UK-3.0": " Licensed under the Open Government Licence v3.0.",
    "CC-BY-4.0": " Licensed under the Creative Commons Attribution 4.0 International licence.",
}


@dataclass(frozen=True)
class Wanted:
    """What a person said; '' where they did not."""

    id: str = ""
    title: str = ""
    theme: str = ""
    licence: str = ""


@dataclass(frozen=True)
class Draft:
    """The draft of one dataset. `undecided`: keys of the declaration that are left out until a person knows them."""

    id: str
    declaration: str
    sql: str
    facts: Facts
    plan: Plan
    grain: tuple[str, ...]
    rows: int  # of the tidy table
    undecided: tuple[str, ...]
    notes: tuple[str, ...]


def draft(found: Found, wanted: Wanted, connection: duckdb.DuckDBPyConnection) -> Draft:
    """The draft of what was found, whose rows are in the connection. Raises `draft.no_table`, `declaration.invalid` for an id or a theme."""
    connection.execute(MACROS.read_text(encoding="utf-8"))
    facts = _facts(found, wanted)
    planned = plan(found, connection, facts.id.split(".")[0])
    _make_raw(connection, planned)
    planned, grain = _with_grain(connection, planned, facts)
    rules = proposed(connection, TIDY, planned.columns, grain)
    shape = found.shape
    key = [planned.names[name] for name in shape.key] if shape.key and not shape.key_duplicates else []
    text = declaration_text(
        facts, found.source, found.read, planned, _raw(found, planned), key, grain, rules, Aside(found.skipped, found.labels)
    )
    undecided = tuple(name for name in ("theme", "licence") if not getattr(facts, name))
    rows = connection.execute(f"select count(*) from {TIDY}").fetchone()
    notes = _without_unit([name for name, unit in planned.units.items() if not unit])
    if len(found.layouts[0].sheets) > 1 and "sheet" in found.read:
        notes.append(f"of {len(found.layouts[0].sheets)} sheets {found.read['sheet']!r} was read; --part names another")
    if grain[:1] == ("source_part",):
        notes.append("nothing tells the rows apart but their place in the file")
    return Draft(
        facts.id,
        text,
        tidy_text(facts, planned, grain),
        facts,
        planned,
        grain,
        int(rows[0]) if rows else 0,
        undecided,
        (*found.about.notes, *shape.notes, *notes, *found.delivery.warnings),
    )


def write(made: Draft, checkout: Checkout) -> tuple[Path, Path]:
    """Write the declaration and the SQL. Raises `draft.exists`, and then nothing is written."""
    paths = checkout.declaration(made.id), checkout.tidy(made.id)
    there = [str(path) for path in (*paths, checkout.contract(made.id)) if path.exists()]
    if there:
        raise EvidenceError("draft.exists", where=made.id, expected="an id that is free", found=", ".join(there), dataset=made.id)
    for path, text in zip(paths, (made.declaration, made.sql), strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_text(path, text)
    return paths


def _facts(found: Found, wanted: Wanted) -> Facts:
    about = found.about
    title = wanted.title or " ".join(about.title.split()) or words.humanised(found.delivery.parts[0].name)
    publisher = words.publisher_of(found.address, about.publisher)
    identity = wanted.id or f"{publisher}.{words.name_of(title)}"
    parts = identity.split(".")
    if len(parts) != 2 or any(words.snake(part) != part for part in parts):
        raise EvidenceError("declaration.invalid", where="--id", expected="publisher.name in lower_snake_case", found=repr(identity))
    if wanted.theme and wanted.theme not in THEMES:
        raise EvidenceError("declaration.invalid", where="--theme", expected=f"one of {', '.join(THEMES)}", found=repr(wanted.theme))
    licence = wanted.licence or about.licence
    headers = " ".join(header for layout in found.layouts for header in layout.headers)
    said = " ".join(about.description.split())
    why = said if said and len(said) <= _MOST_LETTERS and "<" not in said else _NOT_SAID
    credit = f"{about.publisher}, {title}." if about.publisher else f"{title}."
    return Facts(
        id=identity,
        title=title,
        why=why,
        theme=wanted.theme or words.theme_of([title, said, headers.replace("_", " ")]),
        owner=f"{parts[0].replace('_', '-')}-data",
        licence=licence,
        attribution=credit + _LICENCES.get(licence, ""),
    )


def _without_unit(names: Sequence[str]) -> list[str]:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return [f"no unit is said of {', '.join(names[:_NAMED])}{more}"] if names else []


def _make_raw(connection: duckdb.DuckDBPyConnection, planned: Plan) -> None:
    """The view `raw`, as the pipeline makes it: our names, all text."""
    chosen = ", ".join(f"{identifier(column)} as {identifier(ours)}" for column, ours in planned.names.items())
    connection.execute(f"create or replace view raw as select {chosen}, _part, _row from {identifier(ARRIVED)}")


def _with_grain(connection: duckdb.DuckDBPyConnection, planned: Plan, facts: Facts) -> tuple[Plan, tuple[str, ...]]:
    """The plan whose SELECT has been run into TIDY, and the first grain that holds of it."""
    for grain in planned.grains:
        tried = _run(connection, planned, facts, grain)
        empty = [name for name in grain if _count(connection, f"select count(*) from {TIDY} where {identifier(name)} is null")]
        texts = {one.name for one in planned.columns if one.type == "VARCHAR"} - {"area_code", "period", "measure"}
        if set(empty) - texts:
            continue
        if empty:  # a dimension that is left empty, as for a total: as printed, and yet a key
            filled = [replace(one, sql=f"coalesce({one.sql}, '')") if one.name in empty else one for one in planned.columns]
            tried = replace(planned, columns=tuple(filled))
            _run(connection, tried, facts, grain)
        keys = ", ".join(map(identifier, grain))
        if not _count(connection, f"select count(*) from (select 1 from {TIDY} group by {keys} having count(*) > 1)"):
            return tried, grain
    raise EvidenceError("draft.no_table", where=facts.id, expected="rows that can be told apart", found="none of the ways tells them apart")


def _run(connection: duckdb.DuckDBPyConnection, planned: Plan, facts: Facts, grain: Sequence[str]) -> Plan:
    try:
        connection.execute(f"create or replace table {TIDY} as {tidy_text(facts, planned, grain)}")
    except duckdb.Error as error:
        raise EvidenceError("tidy.failed", where=facts.id, expected="a SELECT that runs over what came", found=str(error)) from error
    return planned


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    counted = connection.execute(query).fetchone()
    return int(counted[0]) if counted else 0


def _raw(found: Found, planned: Plan) -> list[tuple[str, str | None, bool]]:
    """(our name, the header where it is another, whether some part is without it) of each column."""
    return [
        (ours, _header(found, column, ours), any(column not in layout.columns for layout in found.layouts))
        for column, ours in planned.names.items()
        if column not in found.labels
    ]


def _header(found: Found, column: str, ours: str) -> str | None:
    headers: Mapping[str, str] = {name: header for one in found.layouts for name, header in zip(one.columns, one.headers, strict=True)}
    return None if ours == column else headers.get(column, column)


def summary(found: Found, made: Draft) -> dict[str, Any]:
    """What was found, for people and programs."""
    shape = found.shape
    return {
        "id": made.id,
        "title": made.facts.title,
        "kind": getattr(found.source, "kind", ""),
        "parts": [part.name for part in found.delivery.parts],
        "format": found.layouts[0].format,
        "rows": shape.rows,
        "columns": len(shape.columns),
        "preamble_rows": len(found.layouts[0].preamble),
        "sheet": found.layouts[0].sheet,
        "key": list(shape.key),
        "period_column": shape.period_column,
        "periods": [shape.periods[0], shape.periods[-1]] if shape.periods else [],
        "areas": [{"column": one.column, "level": one.level, "count": one.count, "vintage": one.vintage} for one in shape.areas],
        "measures": list(made.plan.units),
        "markers": sorted({marker for column in shape.columns for marker in column.markers}),
        "tidy_rows": made.rows,
        "grain": list(made.grain),
        "licence": made.facts.licence,
        "theme": made.facts.theme,
        "undecided": list(made.undecided),
        "notes": list(made.notes),
    }
