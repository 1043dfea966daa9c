"""`evidence sql`: put a question to the published database."""

from __future__ import annotations

import csv
import os
import shutil
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.database import SECONDS, ask, limited, published
from flows.cli.output import PLAIN_WIDTH, AsJson, print_json
from warehouse.home import Home

if TYPE_CHECKING:
    import duckdb

EXAMPLES = """\
[bold]Examples[/bold]

  evidence sql "show all tables"

  evidence sql "describe dfe.pupil_attendance"

  evidence sql "from dfe.pupil_attendance where area_code = 'E08000025'" --csv > attendance.csv
"""
MOST_ROWS = 1000


def sql(
    query: Annotated[str, typer.Argument(help="One question in DuckDB's SQL; - reads it from standard input.", metavar="QUERY")],
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    as_json: AsJson = False,
    limit: Annotated[int, typer.Option(help="The most rows to print; 0 for all.", min=0)] = MOST_ROWS,
    seconds: Annotated[float, typer.Option(help="The longest the query may take.", min=0.1)] = SECONDS,
) -> None:
    """Put a question to the published database.

    Safe to hand to anyone: it opens evidence.duckdb read-only, and a query can reach no file, no network and no setting.
    """
    if as_csv and as_json:
        raise typer.BadParameter("--csv and --json exclude each other")
    query = sys.stdin.read() if query == "-" else query
    with published(Home.from_environment()) as connection:
        relation = ask(connection, query, seconds)
        if as_csv or as_json:
            with limited(connection, query, seconds):
                rows, more = _rows(relation, limit)
            if as_csv:
                writer = csv.writer(sys.stdout, lineterminator="\n")
                writer.writerow(relation.columns)
                writer.writerows(rows)
            else:
                print_json([dict(zip(relation.columns, row, strict=True)) for row in rows])
            if more:
                sys.stderr.write(f"These are the first {limit:,} rows; --limit 0 prints all.\n")
            return
        with limited(connection, query, seconds):
            relation.show(max_width=_width(), max_rows=limit or 2**31 - 1, null_value="")


def _rows(relation: duckdb.DuckDBPyRelation, limit: int) -> tuple[list[tuple[object, ...]], bool]:
    """The rows to print, and whether there are more."""
    if not limit:
        return relation.fetchall(), False
    rows = relation.fetchmany(limit + 1)
    return rows[:limit], len(rows) > limit


def _width() -> int:
    """The terminal's width; room for every column where the output goes to a file or a pipe."""
    if sys.stdout.isatty() or "COLUMNS" in os.environ:
        return shutil.get_terminal_size((PLAIN_WIDTH, 24)).columns
    return 10_000
