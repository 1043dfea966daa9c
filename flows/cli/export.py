"""`evidence export`: tables of the published database as files, with licence, attribution and caveats."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from flows.cli.output import AsJson, console, escaped, joined, print_json
from flows.cli.progress import waiting
from warehouse.home import Home

EXAMPLES = """\
[bold]Examples[/bold]

  evidence export strategy --format xlsx               the strategy's figures, for a meeting

  evidence export indicators --format xlsx             every indicator, its values and its meaning

  evidence export dfe.pupil_attendance --format csv    one table, its metadata beside it

  evidence export all --format datapackage --to open-data --open-only
"""


def export(
    tables: Annotated[
        list[str] | None,
        typer.Argument(help="Tables or views, or indicators, strategy, all; all where not given.", metavar="TABLE…", show_default=False),
    ] = None,
    format: Annotated[Literal["parquet", "csv", "xlsx", "datapackage"], typer.Option("--format", "-f", help="What to write.")] = "parquet",
    to: Annotated[
        Path | None, typer.Option(help="The folder to write into; exports in the home where not given.", metavar="FOLDER")
    ] = None,
    each: Annotated[bool, typer.Option("--each", help="Excel: one workbook a table, not one for all.")] = False,
    byte_order_mark: Annotated[bool, typer.Option("--bom", help="CSV: begin with a byte order mark, for Excel.")] = False,
    open_only: Annotated[bool, typer.Option("--open-only", help="Leave out what is not under an open licence.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write tables as Parquet, CSV, Excel or a data package.

    Licence, attribution, caveats, the date as known and how to cite travel with every file.
    """
    from warehouse.exports import Request
    from warehouse.exports import export as write

    with waiting() as tell:
        tell("Exporting")
        done = write(Home.from_environment(), Request(tuple(tables or ()), format, to, byte_order_mark, each, open_only), tell)
    if as_json:
        print_json(
            {
                "folder": str(done.folder),
                "files": [{"path": str(path), "bytes": path.stat().st_size} for path in done.files],
                "tables": list(done.tables),
                "rows": done.rows,
                "left_out": list(done.left_out),
            }
        )
        return
    out = console()
    for path in done.files if len(done.files) <= 12 else done.files[:10]:
        out.print(f"{escaped(str(path))}  [dim]{path.stat().st_size:,} bytes[/dim]", soft_wrap=True)
    if len(done.files) > 12:
        out.print(f"[dim]and {len(done.files) - 10} more files in[/dim] {escaped(str(done.folder))}", soft_wrap=True)
    out.print(f"{len(done.tables)} {'table' if len(done.tables) == 1 else 'tables'}, {done.rows:,} rows.")
    if done.left_out:
        out.print(f"[yellow]left out[/yellow], not under an open licence: {escaped(joined(done.left_out))}")
