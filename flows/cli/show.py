"""`evidence show`: what a dataset or a table of the published database holds and means."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Annotated, Any

import typer

from expectations.errors import EvidenceError
from flows.cli.change import show_change
from flows.cli.output import AsJson, console, escaped, facts_table, print_json, table
from warehouse.home import Home
from warehouse.table import literal

if TYPE_CHECKING:
    from expectations.declaration import Dataset

EXAMPLES = """\
[bold]Examples[/bold]

  evidence show                          every table and view of the published database

  evidence show dfe.pupil_attendance     columns, units, grain, caveats, source, schedule, vintages

  evidence show meta.vintages            a table of the published database

  evidence show attainment_8             an indicator: meaning, values, comparators, wards

  evidence show strategy                 the strategy's figures beside the open data

  evidence show 3f9a1c20b7               a change of a source, with all its evidence
"""
_EVERY_TABLE = "select schema_name || '.' || table_name from duckdb_columns() where not internal group by all order by 1"

_COMMENT = """
    select coalesce(comment, '') from duckdb_tables() where schema_name = {schema} and table_name = {name}
    union all select coalesce(comment, '') from duckdb_views() where schema_name = {schema} and view_name = {name}"""


def show(
    name: Annotated[
        str,
        typer.Argument(
            help="A dataset (dfe.pupil_attendance), a table (meta.vintages), an indicator (attainment_8), `strategy`, "
            "or a change (3f9a1c20b7); all tables where not given."
        ),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Show what a dataset or table holds and means, or a change with all its evidence.

    Columns with meaning and unit, grain, caveats, source, schedule, vintages.
    """
    from expectations.declaration import all_ids

    home = Home.from_environment()
    if not name:
        _tables(home, as_json)
    elif name == "strategy":
        from flows.cli.strategy import show_strategy

        show_strategy(home, as_json)
    elif name in all_ids():
        _dataset(name, home, as_json)
    elif ("." not in name and _is_indicator(name, home, as_json)) or (
        re.fullmatch(r"[0-9a-f]{10}", name) and show_change(name, home, as_json)
    ):
        return
    else:
        _table(name, home, as_json)


def _is_indicator(name: str, home: Home, as_json: bool) -> bool:
    """Show the indicator of this name, if there is one."""
    from flows.cli.indicator import show_indicator

    return show_indicator(name, home, as_json)


def _tables(home: Home, as_json: bool) -> None:
    from flows.cli.database import published

    query = """
        select schema_name || '.' || table_name as name, 'table' as kind, estimated_size as rows, comment from duckdb_tables() where not internal
        union all
        select schema_name || '.' || view_name, 'view', null, comment from duckdb_views() where not internal order by 1"""
    with published(home) as connection:
        rows = connection.execute(query).fetchall()
    if as_json:
        print_json([dict(zip(("name", "kind", "rows", "meaning"), row, strict=True)) for row in rows])
        return
    shown = table("table", "rows", "meaning", right=["rows"])
    for name, kind, count, comment in rows:
        shown.add_row(
            f"[bold]{escaped(name)}[/bold]", f"{count:,}" if kind == "table" else "[dim]view[/dim]", escaped(_first_sentence(comment or ""))
        )
    console().print(shown)


def _first_sentence(comment: str) -> str:
    """What a list has room for; `evidence show TABLE` and the comment in the database have the rest."""
    return re.split(r"(?<=[a-z)])[.:] (?=[A-Z])", comment, maxsplit=1)[0].removesuffix(".")


def _dataset(name: str, home: Home, as_json: bool) -> None:
    from expectations.declaration import load
    from warehouse.lake import vintages

    dataset, landed = load(name), vintages(home, name)
    if as_json:
        declared = dataset.model_dump(mode="json", exclude={"raw", "read"})
        print_json({**declared, "vintages": [vintage.as_dict() for vintage in landed]})
        return
    out = console()
    out.print(f"[bold]{dataset.id}[/bold]  {escaped(dataset.title)}")
    out.print(f"{escaped(dataset.why)}\n")
    shown = table("column", "type", "unit", "meaning")
    for heading, column in dataset.tidy.columns.items():
        key = "*" if heading in dataset.tidy.grain else " "
        shown.add_row(f"{key} {heading}", f"[dim]{column.type}[/dim]", escaped(column.unit or ""), escaped(column.meaning))
    out.print(shown)
    out.print("[dim]* one row for each combination of these[/dim]\n")
    source = ", ".join(f"{name} {value}" for name, value in dataset.source.model_dump(exclude_defaults=True).items() if name != "kind")
    texts = {
        "source": f"{dataset.source.kind}: {source}",
        "released": _released(dataset, home),
        "delivery": dataset.delivery,
        "owner": dataset.owner,
        "licence": f"{dataset.licence}. {dataset.attribution}",
    }
    facts = facts_table()
    for caveat in dataset.caveats:
        facts.add_row("[yellow]caveat[/yellow]", escaped(caveat))
    for label, text in texts.items():
        facts.add_row(f"[dim]{label}[/dim]", escaped(text))
    out.print(facts)
    _vintages([vintage.as_dict() for vintage in landed])


def _released(dataset: Dataset, home: Home) -> str:
    """'every second Thursday at 09:30 in term time; due 3 Dec 2026'."""
    from expectations.calendar import today_in_london
    from tasks.lateness import stands

    today = today_in_london()
    said = stands(dataset, home, today).said(today)
    return dataset.release.said if said == dataset.release.said else f"{dataset.release.said}; {said}"


def _vintages(landed: list[dict[str, Any]]) -> None:
    out = console()
    if not landed:
        out.print("[dim]vintages[/dim]  none landed here yet: evidence run, or evidence run --sample")
        return
    out.print()
    shown = table("vintage", "known from", "rows", "periods", "release", right=["rows"])
    for vintage in reversed(landed):
        periods = [period for period in vintage["periods"] if period]
        span = periods[0] if len(periods) == 1 else f"{periods[0]} to {periods[-1]}" if periods else ""
        shown.add_row(
            vintage["id"], vintage["known_from"][:16].replace("T", " "), f"{vintage['rows']:,}", escaped(span), escaped(vintage["release"])
        )
    out.print(shown)


def _table(name: str, home: Home, as_json: bool) -> None:
    """A table or view of the database that is no dataset. Raises `declaration.unknown_dataset` with the nearest name."""
    from flows.cli.database import published

    schema, _, plain_name = name.rpartition(".")
    with published(home) as connection:
        columns = connection.execute(
            "select column_name, data_type, comment from duckdb_columns() where schema_name = ? and table_name = ? order by column_index",
            [schema or "main", plain_name],
        ).fetchall()
        every = connection.execute(_EVERY_TABLE).fetchall()
        told = connection.execute(_COMMENT.format(name=literal(plain_name), schema=literal(schema or "main"))).fetchone()
    if not columns:
        near = difflib.get_close_matches(name, [row[0] for row in every], n=1)
        todo = f"Did you mean {near[0]}?" if near else "`evidence show` lists the tables, `evidence datasets` the datasets."
        raise EvidenceError("declaration.unknown_dataset", where=str(home.database), expected="a dataset or a table", found=name, todo=todo)
    if as_json:
        print_json(
            {
                "name": name,
                "meaning": told[0] if told else "",
                "columns": [dict(zip(("name", "type", "meaning"), row, strict=True)) for row in columns],
            }
        )
        return
    shown = table("column", "type", "meaning")
    for column, kind, comment in columns:
        shown.add_row(escaped(column), f"[dim]{escaped(kind)}[/dim]", escaped(comment or ""))
    console().print(f"[bold]{escaped(name)}[/bold]")
    if told and told[0]:  # with caveats, source and licence, where it is made from a dataset
        console().print(f"{escaped(told[0])}\n")
    console().print(shown)
