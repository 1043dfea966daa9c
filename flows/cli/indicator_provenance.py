"""`evidence provenance indicators NAME`: the datasets, vintages, fetches and files that a value of an indicator was computed from.

Refuses an indicator that is not there, naming the nearest, and a condition on anything but area, period and breakdown.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

import duckdb
import typer

from expectations.errors import EvidenceError
from flows.cli.output import console, escaped, facts_table, print_json
from warehouse.home import Home
from warehouse.table import identifier, literal

_PARAMETERS = {
    "area_code": "area",
    "period": "period_is",
    "breakdown": "breakdown_is",
}  # condition -> parameter of mart.indicator_provenance
_VALUE = ("breakdown", "area_code", "period", "value", "unit")
_MOST_FILES = 6  # of a vintage, that a person is shown; --json and SQL have all


def show_indicator(home: Home, name: str, where: Mapping[str, str], limit: int, as_json: bool) -> None:
    """Print where the values of an indicator come from. Raises `lineage.not_found`, `command.no_database`."""
    unknown = sorted(set(where) - set(_PARAMETERS))
    if unknown:
        raise typer.BadParameter(f"an indicator is looked up by {', '.join(_PARAMETERS)}, not by {unknown[0]}")
    rows = _rows(home, name, where)
    values = [list(group) for _, group in groupby(rows, key=lambda row: [row[column] for column in _VALUE])]
    if as_json:
        print_json([_as_dict(group) for group in values[:limit]])
        return
    if not values:
        console().print(f"The indicator {name} has no value like that.")
        return
    for group in values[:limit]:
        _print(group)
    if len(values) > limit:
        console().print(f"[dim]These are the first {limit} of {len(values):,} values; name the area and the period, or --limit.[/dim]")


def _rows(home: Home, name: str, where: Mapping[str, str]) -> list[dict[str, Any]]:
    from flows.cli.database import published

    given = "".join(f", {_PARAMETERS[column]} := {literal(value)}" for column, value in where.items())
    with published(home) as connection:
        known = [row[0] for row in connection.execute("select indicator from mart.indicators order by all").fetchall()]
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            todo = f"Did you mean {close[0]}?" if close else "`from mart.indicators` lists them."
            raise EvidenceError("lineage.not_found", where="mart.indicators", expected="an indicator", found=repr(name), todo=todo)
        found = connection.execute(f"from mart.indicator_provenance({literal(name)}{given})")
        names = [column[0] for column in found.description]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        return [{**row, "rows_of_area": _rows_of_area(connection, row["dataset"], row["area_code"], row["period"])} for row in rows]


def _rows_of_area(connection: duckdb.DuckDBPyConnection, dataset: str | None, area: str, period: str) -> int:
    """How many rows of an input are of that very area and period, and so can be traced to their cells one by one.

    0 where the value was built from smaller areas, from another period or by a lookup.
    """
    schema, _, table = (dataset or "").partition(".")
    columns = connection.execute(
        "select list(column_name) from duckdb_columns() where schema_name = ? and table_name = ?", [schema, table]
    ).fetchall()[0][0]
    if not {"area_code", "period"} <= set(columns or ()):
        return 0
    counted = connection.execute(
        f"select count(*) from {identifier(schema)}.{identifier(table)} where area_code = ? and period = ?", [area, period]
    ).fetchall()
    return int(counted[0][0])


def _as_dict(group: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One value, with its files."""
    own = ("indicator", *_VALUE, "computed_with")
    return {
        **{name: group[0][name] for name in own},
        "from": [{name: value for name, value in row.items() if name not in own} for row in group],
    }


def _print(group: Sequence[Mapping[str, Any]]) -> None:
    out = console()
    first = group[0]
    value = "no value" if first["value"] is None else f"{first['value']:,.10g} {first['unit']}"
    breakdown = "" if first["breakdown"] == "all" else f", {first['breakdown']}"
    out.print(f"[bold]{escaped(first['indicator'])}[/bold]  {escaped(first['area_code'])}, {escaped(first['period'] + breakdown)}: {value}")
    out.print(f"[dim]computed with {escaped(first['computed_with'])} from[/dim]")
    for (dataset, vintage), rows in groupby(group, key=lambda row: (row["dataset"], row["vintage"])):
        files = list(rows)
        facts = facts_table()
        facts.add_row("[dim]dataset[/dim]", f"[bold]{escaped(dataset or 'no longer published')}[/bold]")
        facts.add_row("[dim]vintage[/dim]", f"{escaped(vintage)}{_at(', known from', files[0]['known_from'])}")
        facts.add_row("[dim]release[/dim]", escaped(files[0]["release"] or ""))
        facts.add_row("[dim]snapshot[/dim]", escaped(files[0]["snapshot_id"] or ""))
        if of_area := files[0]["rows_of_area"]:
            facts.add_row(
                "[dim]rows[/dim]",
                f"{of_area:,} of this area and period; each to its cell: "
                f"evidence provenance {escaped(dataset)} area_code={escaped(first['area_code'])} period={escaped(first['period'])} --cells",
            )
        for file in files[:_MOST_FILES]:
            told = (
                f"{file['part']}{_at(', fetched', file['fetched_at'])} from {file['url']}"
                if file["part"]
                else "not in this archive any more"
            )
            facts.add_row("[dim]file[/dim]", escaped(told))
        if len(files) > _MOST_FILES:
            facts.add_row("", f"[dim]and {len(files) - _MOST_FILES} more files (--json has all)[/dim]")
        out.print(facts)
    out.print()


def _at(word: str, when: datetime | None) -> str:
    """', fetched 2026-11-22 00:24 UTC'; empty where the time is not known."""
    return f"{word} {when:%Y-%m-%d %H:%M} UTC" if when else ""
