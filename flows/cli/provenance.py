"""`evidence provenance`: from a value to where it came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from flows.cli.output import AsJson, console, escaped, facts_table, print_json
from warehouse.home import Home

EXAMPLES = """\
[bold]Examples[/bold]

  evidence provenance dfe.pupil_attendance area_code=E08000025 period=2025/26 measure=absence_rate

  evidence provenance dfe.pupil_attendance area_code=E08000025 --json | jq '.[].url'
"""


def provenance(
    dataset: Annotated[str, typer.Argument(help="A dataset that is published.")],
    conditions: Annotated[list[str] | None, typer.Argument(help="Which rows: column=value, several together.", metavar="COLUMN=VALUE…", show_default=False)] = None,
    limit: Annotated[int, typer.Option(help="The most rows to trace.", min=1)] = 20,
    as_json: AsJson = False,
) -> None:
    """Trace a value back to where it came from.

    URL, time of the fetch, file, row and hash of the bytes that a published value was read from.
    """
    from expectations.declaration import load

    load(dataset)
    wanted = [_pair(condition) for condition in conditions or []]
    found = _traced(dataset, dict(wanted), limit, Home.from_environment())
    if as_json:
        print_json(found)
    else:
        _print(found, dataset)


def _pair(condition: str) -> tuple[str, str]:
    column, sign, value = condition.partition("=")
    if not sign or not column:
        raise typer.BadParameter(f"{condition!r} is not of the form column=value")
    return column.strip(), value


def _traced(dataset: str, conditions: Mapping[str, str], limit: int, home: Home) -> list[dict[str, Any]]:
    from tasks import lineage

    return [dict(one) for one in lineage.provenance(home, dataset, conditions, limit)]


def _print(found: Sequence[Mapping[str, Any]], dataset: str) -> None:
    out = console()
    if not found:
        out.print(f"No row of {dataset} is like that.")
    for one in found:
        shown = facts_table()
        for name, value in one.items():
            if value not in (None, ""):
                shown.add_row(f"[dim]{escaped(name.replace('_', ' '))}[/dim]", escaped(value))
        out.print(shown)
        out.print()
