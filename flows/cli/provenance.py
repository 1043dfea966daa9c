"""`evidence provenance`: from a value to where it came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.output import AsJson, console, escaped, facts_table, print_json
from flows.cli.progress import waiting
from warehouse.home import Home

if TYPE_CHECKING:
    from tasks.lineage import Origin, SourceRecord

_BROUGHT_BY = {
    "live": "",
    "sample": ", from the sample that ships with the project: the publisher's figures, not its bytes",
    "replay": ", from a file of this machine",
}

EXAMPLES = """\
[bold]Examples[/bold]

  evidence provenance dfe.pupil_attendance area_code=E08000025 period=2025/26 measure=absence_rate

  evidence provenance dfe.pupil_attendance area_code=E08000025 --cells     the row of the file, as printed

  evidence provenance dfe.pupil_attendance area_code=E08000025 --json | jq '.[].url'

  evidence provenance indicators residents --area E08000025 --period 2021
"""


def provenance(
    dataset: Annotated[str, typer.Argument(help="A dataset that is published; or indicators, and then the name of one.")],
    conditions: Annotated[
        list[str] | None,
        typer.Argument(
            help="Which rows: column=value, several together; first the name of the indicator, where it is one.",
            metavar="COLUMN=VALUE…",
            show_default=False,
        ),
    ] = None,
    area: Annotated[str | None, typer.Option(help="Short for area_code=…", show_default=False)] = None,
    period: Annotated[str | None, typer.Option(help="Short for period=…", show_default=False)] = None,
    limit: Annotated[int, typer.Option(help="The most rows to trace.", min=1)] = 10,
    cells: Annotated[bool, typer.Option("--cells", help="Open the archived file and show the row as printed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Trace a value back to where it came from.

    URL, time of the fetch, file, row and hash of the bytes that a published value was read from; with --cells the printed
    row itself, read again from the archive and held to its hash. For an indicator: the datasets, vintages and files it was computed from.
    """
    short = {"area_code": area, "period": period}
    given = [*(conditions or []), *(f"{name}={value}" for name, value in short.items() if value is not None)]
    if dataset == "indicators":
        from flows.cli.indicator_provenance import show_indicator

        if not given or "=" in given[0]:
            raise typer.BadParameter("name the indicator: evidence provenance indicators residents")
        show_indicator(Home.from_environment(), given[0], dict(_pair(condition) for condition in given[1:]), limit, as_json)
        return
    _of_dataset(dataset, dict(_pair(condition) for condition in given), limit, cells, as_json)


def _of_dataset(dataset: str, where: Mapping[str, str], limit: int, cells: bool, as_json: bool) -> None:
    from expectations.declaration import load
    from tasks import lineage
    from tasks.read import ReadOptions

    declared = load(dataset)
    home = Home.from_environment()
    with waiting() as tell:
        tell(f"Tracing {dataset}")
        found = lineage.provenance(home, dataset, where, limit)
        options = ReadOptions(**declared.read.model_dump())
        printed = [lineage.reopen(home, origin, options) for origin in found] if cells else []
    if as_json:
        shown = [origin.as_dict() for origin in found]
        print_json(
            [
                {**origin, "cells": dict(record.cells), "value_in": list(record.value_in)}
                for origin, record in zip(shown, printed, strict=True)
            ]
            if cells
            else shown
        )
    elif not found:
        console().print(f"No published row of {dataset} is like that.")
    else:
        _print(found, printed, limit)


def _pair(condition: str) -> tuple[str, str]:
    column, sign, value = condition.partition("=")
    if not sign or not column:
        raise typer.BadParameter(f"{condition!r} is not of the form column=value")
    return column.strip(), value


def _print(found: Sequence[Origin], printed: Sequence[SourceRecord], limit: int) -> None:
    out = console()
    for index, origin in enumerate(found):
        facts = facts_table()
        row = {"row": ", ".join(f"{name} {value}" for name, value in origin.record.items() if value is not None)}
        texts = {
            **row,
            "from": _place(origin, printed[index] if printed else None),
            "url": origin.url,
            "led to": origin.final_url if origin.origin == "live" and origin.final_url != origin.url else "",
            "fetched": f"{origin.fetched_at}{_BROUGHT_BY[origin.origin]}",
            "release": origin.release,
            "snapshot": origin.snapshot,
            "vintage": origin.vintage,
            "sha256": origin.sha256,
        }
        for name, text in texts.items():
            if text:
                facts.add_row(f"[dim]{name}[/dim]", escaped(text))
        for header, cell in printed[index].cells.items() if printed else ():
            if cell is not None:
                text = f"{escaped(header)}: {escaped(cell)}"
                facts.add_row("[dim]printed[/dim]", f"[bold]{text}[/bold]" if header in printed[index].value_in else text)
        out.print(facts)
        out.print()
    if len(found) == limit:
        out.print(f"[dim]These are the first {limit}; name more columns, or --limit.[/dim]")


def _place(origin: Origin, record: SourceRecord | None) -> str:
    """'schools.zip, member ks4.csv, row 148, column overall_absence_perc': as far as it is known."""
    steps = [origin.part]
    if record is not None:
        steps += [f"member {record.member}"] if record.member else []
        steps += [f"sheet {record.sheet}"] if record.sheet else []
    steps.append(f"row {origin.row:,}")
    if record is not None and record.value_in:
        steps.append(f"column {' or '.join(record.value_in)}")
    return ", ".join(steps)
