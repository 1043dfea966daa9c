"""What accepting would write, for a person: a first contract as a table of its columns, a later one as the lines that would read otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.cli.output import console, escaped, joined, table
from warehouse.home import Home

if TYPE_CHECKING:
    from tasks.contract_difference import Proposed

_MOST_LINES = 40
_COLOURS = {"+": "green", "-": "red", "~": "yellow"}


def proposed_of(home: Home, dataset: str) -> Proposed | None:
    """The contract that would be accepted of what waits of a dataset, beside the one that is. None where nothing waits."""
    from expectations.contract import load
    from tasks.accept import waiting
    from tasks.contract_difference import proposed

    found = waiting(home, dataset)
    return proposed(home, dataset, load(dataset), found.snapshot) if found else None


def print_first(home: Home, dataset: str) -> None:
    """The contract that the first run proposes: what came, and where it is not what the declaration assumed."""
    from tasks.proposal import path_of, read_proposal

    proposal, out = read_proposal(home, dataset), console()
    if proposal is None:
        return
    shape = proposal.shape
    out.print(f"\n[bold]Proposed contract of {dataset}[/bold]: {shape.rows:,} rows, {len(shape.columns)} columns")
    shown = table("column", "type", "role", "empty", "markers", "values", right=["empty"])
    for column in shape.columns:
        values = joined(column.categories, 4) if column.categories else f"{column.minimum} to {column.maximum}" if column.minimum else ""
        markers = joined(list(column.markers), 4)
        cells = (column.name, column.type, column.role, f"{column.empty:,}" if column.empty else "", markers, values)
        shown.add_row(*(escaped(cell) for cell in cells))
    out.print(shown)
    out.print(f"[dim]key[/dim]      {escaped(joined(shape.key) or 'none')}")
    if shape.periods:
        out.print(
            f"[dim]periods[/dim]  {escaped(' to '.join(dict.fromkeys([shape.periods[0], shape.periods[-1]])))} ({len(shape.periods)})"
        )
    for areas in shape.areas:
        vintage = f", boundaries of {areas.vintage}" if areas.vintage else ""
        out.print(f"[dim]areas[/dim]    {areas.count:,} {areas.level} in {escaped(areas.column)}{escaped(vintage)}")
    for difference in proposal.differences:
        out.print(f"[yellow]not as declared[/yellow]  {escaped(difference)}")
    out.print(f"[dim]kept in[/dim]  {path_of(home, dataset)}", soft_wrap=True)


def print_difference(found: Proposed) -> None:
    """What accepting would change in the contract, a line each."""
    out = console()
    accepted = f", accepted {found.since[:10]} by {escaped(found.by)}" if found.since else ""
    if not found.lines:
        out.print(f"\n[bold]The contract[/bold]{accepted} would read as it does; it would name the changes and their reason.")
        return
    out.print(f"\n[bold]What accepting writes into the contract[/bold]{accepted}:")
    shown = table("", "", "")
    shown.show_header = False
    for line in found.lines[:_MOST_LINES]:
        shown.add_row(f"  [{_COLOURS[line.sign]}]{line.sign}[/{_COLOURS[line.sign]}]", escaped(line.named), escaped(line.said))
    out.print(shown)
    if len(found.lines) > _MOST_LINES:
        out.print(f"  [dim]and {len(found.lines) - _MOST_LINES} more: evidence changes {found.dataset} --json[/dim]")
