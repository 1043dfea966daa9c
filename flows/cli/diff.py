"""`evidence diff`: what differs between two states of a dataset, cell by cell."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.output import AsJson, console, escaped, joined, print_json, table
from flows.cli.progress import waiting
from warehouse.home import Home
from warehouse.table import identifier

if TYPE_CHECKING:
    import duckdb

    from tasks.difference import Difference

EXAMPLES = """\
[bold]Examples[/bold]

  evidence diff dfe.pupil_attendance                                     the last two vintages

  evidence diff dfe.pupil_attendance --to held                           what is held, before you accept it

  evidence diff ons.population --from 2025-01-31 --to 2025-09-30         as known on two days

  evidence diff ons.population --area E08000025 --csv > revised.csv      every difference of one area
"""
_FETCH = 10_000
_FORMULA = re.compile(r"^[=+\-@\t\r]")
_NUMBER = re.compile(r"^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$")
_WORDS = {"suppressed": "suppressed now", "printed": "printed now", "revised": ""}


def diff(
    dataset: Annotated[str, typer.Argument(help="The dataset.")],
    first: Annotated[
        str, typer.Option("--from", help="A vintage, a day, a snapshot or held; the one before the other where not given.")
    ] = "",
    second: Annotated[str, typer.Option("--to", help="The same; the last that landed where not given.")] = "",
    area: Annotated[str, typer.Option(help="Only this area, by its GSS code.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="Differences to show.")] = 20,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print every difference as CSV.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say what differs between two states of a dataset.

    Rows that came and went, and each cell that changed with old, new and the difference: the home area's own first, then the
    largest moves. Figures that are suppressed now, or printed now, are said as that.
    """
    from expectations.declaration import load

    declared, home = load(dataset), Home.from_environment()
    with waiting() as tell:
        tell(f"Comparing two states of {dataset}")
        from expectations.place import home_place
        from tasks.difference import difference
        from tasks.editions import editions
        from warehouse.engine import engine
    place = home_place()
    with engine(home) as connection:
        before, after = editions(declared, home, first, second, connection)
        found = difference(declared, before, after, connection, area, place.code)
        if as_csv:
            _print_csv(found, connection)
        elif as_json:
            print_json(
                {
                    "dataset": dataset,
                    **asdict(found),
                    "cells": list(_cells(connection, found, limit)),
                    "rows": list(_rows(connection, found, limit)),
                }
            )
        else:
            _print(dataset, found, connection, limit, place.name)


def _print(dataset: str, found: Difference, connection: duckdb.DuckDBPyConnection, limit: int, place: str) -> None:
    out, counts = console(), found.counts
    out.print(f"[bold]{dataset}[/bold]")
    for word, edition in (("from", found.before), ("to", found.after)):
        release = f", release {edition.release}" if edition.release else ""
        out.print(f"  {word:<5}{edition.name}  [dim]{escaped(edition.said)}{escaped(release)}[/dim]", soft_wrap=True)
    facts = [
        f"{counts.same:,} rows are the same",
        f"{counts.changed_rows:,} changed",
        f"{counts.added:,} came",
        f"{counts.removed:,} went",
    ]
    out.print(f"\n{', '.join(facts)}.")
    for number, said in ((counts.suppressed, "suppressed now"), (counts.printed, "printed now that was not before")):
        if number:
            out.print(f"{number:,} figure{'s are' if number > 1 else ' is'} {said}.")
    _print_shapes(found)
    if not found.key:
        out.print("[dim]No key tells its rows apart: whole rows are counted.[/dim]")
    cells, rows = list(_cells(connection, found, limit)), list(_rows(connection, found, limit))
    if found.key and cells:
        own = connection.execute("select count(*) from diff_cells where home").fetchall()[0][0]
        out.print(f"\n[bold]Changed[/bold] ({counts.changed_cells:,} cells, {own:,} of {place})")
        _print_cells((*found.key, *found.labels), cells)
        _print_more(len(cells), counts.changed_cells)
    if rows:
        out.print(f"\n[bold]Came and went[/bold] ({counts.added + counts.removed:,} rows)")
        names = [name for name in rows[0] if name not in ("change", "home", "rows")]
        names = [name for name in names if name != "value" or not found.key or any(row[name] is not None for row in rows)]
        shown = table("", *names)
        for row in rows:
            times = f" × {row['rows']}" if row["rows"] > 1 else ""
            sign = "[green]came[/green]" if row["change"] == "added" else "[red]went[/red]"
            shown.add_row(sign + times, *[_figure(row[name]) if name == "value" else _shown(row[name]) for name in names])
        out.print(shown)
        _print_more(sum(row["rows"] for row in rows), counts.added + counts.removed)


def _print_shapes(found: Difference) -> None:
    """Periods and columns that one of the two alone has."""
    said = {
        "periods only in the first": found.periods_only_before,
        "periods only in the second": found.periods_only_after,
        "columns only in the first": found.columns_only_before,
        "columns only in the second": found.columns_only_after,
    }
    for words, names in said.items():
        if names:
            console().print(f"{words}: {escaped(joined(names))}")


def _print_cells(key: Sequence[str], cells: Sequence[dict[str, Any]]) -> None:
    several = len({cell["column"] for cell in cells}) > 1
    names = [*key, *(["column"] if several else []), "old", "new", "difference"]
    shown = table(*names, "", right=["old", "new", "difference"])
    for cell in cells:
        shown.add_row(
            *[_figure(cell[name]) if name in ("old", "new") else _shown(cell[name]) for name in names], _WORDS.get(cell["change"], "")
        )
    console().print(shown)


def _print_more(shown: int, of: int) -> None:
    if of > shown:
        console().print(f"[dim]and {of - shown:,} more: --limit, or --csv for all[/dim]")


def _cells(connection: duckdb.DuckDBPyConnection, found: Difference, limit: int | None) -> Iterator[dict[str, Any]]:
    """The changed cells: the home area's own first, then what was hidden or shown, then the largest moves."""
    if not found.key:
        return iter(())
    keys = ", ".join(identifier(name) for name in (*found.key, "column"))
    order = f"home desc, change = 'revised', abs(difference) desc nulls last, {keys}"
    return _streamed(connection, f"from diff_cells order by {order}{_limit(limit)}")


def _rows(connection: duckdb.DuckDBPyConnection, found: Difference, limit: int | None) -> Iterator[dict[str, Any]]:
    return _streamed(connection, f"from diff_rows order by {_order_of_rows(connection, found)}{_limit(limit)}")


def _order_of_rows(connection: duckdb.DuckDBPyConnection, found: Difference) -> str:
    names = found.key or _names(connection)
    return ", ".join(["home desc", "change", *map(identifier, names)])


def _names(connection: duckdb.DuckDBPyConnection) -> list[str]:
    return [row[0] for row in connection.execute("describe side_after").fetchall()]


def _limit(limit: int | None) -> str:
    return f" limit {limit}" if limit else ""


def _streamed(connection: duckdb.DuckDBPyConnection, query: str) -> Iterator[dict[str, Any]]:
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description]
    while rows := cursor.fetchmany(_FETCH):
        for row in rows:
            yield dict(zip(names, row, strict=True))


def _print_csv(found: Difference, connection: duckdb.DuckDBPyConnection) -> None:
    """Every difference, a line each; a cell that a spreadsheet would run as a formula gets an apostrophe."""
    named = [*found.key, *found.labels] or _names(connection)
    heads = ["change", *named, *(["column", "old", "new", "difference"] if found.key else ["rows"])]
    writer = csv.DictWriter(sys.stdout, heads, extrasaction="ignore", restval="", lineterminator="\n")
    writer.writeheader()
    for cell in _cells(connection, found, None):
        writer.writerow({name: _safe(value) for name, value in cell.items()})
    for row in _rows(connection, found, None):
        side = {"new" if row["change"] == "added" else "old": row.get("value")} if found.key else {}
        writer.writerow({name: _safe(value) for name, value in {**row, **side}.items()})


def _safe(value: Any) -> Any:
    text = "" if value is None else str(value)
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.match(text) else text


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"
    return escaped(value)


def _figure(text: Any) -> str:
    """A figure as it was printed, its thousands told apart; what is no number as it stands."""
    shown = "" if text is None else str(text)
    if not _NUMBER.match(shown) or (shown.startswith("0") and not shown.startswith("0.") and shown != "0"):
        return escaped(shown)
    number = float(shown)
    return f"{number:,.0f}" if number.is_integer() else f"{number:,.10g}"
