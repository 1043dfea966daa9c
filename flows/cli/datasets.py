"""`evidence datasets`: which datasets there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from flows.cli.output import AsJson, console, escaped, print_json, table
from warehouse.home import Home

if TYPE_CHECKING:
    from expectations.declaration import Dataset
    from warehouse.lake import Vintage

EXAMPLES = """\
[bold]Examples[/bold]

  evidence datasets

  evidence datasets --json | jq -r '.[].dataset'

  evidence show dfe.pupil_attendance     all about one of them
"""


def datasets(as_json: AsJson = False) -> None:
    """List the declared datasets.

    By theme: what each is, its grain and licence, how fresh it is here, when its next release is due. An unverified one runs only when it is named.
    """
    from expectations.calendar import today_in_london
    from expectations.declaration import all_ids, load
    from tasks.lateness import stands
    from warehouse.lake import vintages

    home, today = Home.from_environment(), today_in_london()
    listed = [_told(dataset, vintages(home, dataset.id), stands(dataset, home, today).said(today)) for dataset in map(load, all_ids())]
    if as_json:
        print_json(listed)
        return
    shown = table("dataset", "what it is", "one row per", "landed here", "licence")
    for theme, members in groupby(sorted(listed, key=lambda one: one["theme"]), key=lambda one: one["theme"]):
        shown.add_section()
        shown.add_row(f"[bold cyan]{theme}[/bold cyan]")
        for one in members:
            shown.add_row(f"[bold]{one['dataset']}[/bold]", escaped(one["title"]), ", ".join(one["grain"]), _landed(one), one["licence"])
    console().print(shown)


def _told(dataset: Dataset, landed: Sequence[Vintage], stands: str) -> dict[str, Any]:
    last = landed[-1] if landed else None
    return {
        "dataset": dataset.id,
        "title": dataset.title,
        "theme": dataset.theme,
        "state": dataset.state,
        "unverified": dataset.unverified,
        "publisher": dataset.publisher,
        "why": dataset.why,
        "grain": list(dataset.tidy.grain),
        "due": dataset.release.due,
        "stands": stands,
        "source": dataset.source.kind,
        "owner": dataset.owner,
        "licence": dataset.licence,
        "rows": last.rows if last else None,
        "vintages": len(landed),
        "known_from": last.known_from if last else None,
        "release": last.release if last else None,
    }


def _landed(one: Mapping[str, Any]) -> str:
    if one["state"] == "unverified" and one["rows"] is None:
        return "[yellow]unverified:\nonly on demand[/yellow]"
    here = f"{one['rows']:,} rows\n{str(one['known_from'])[:10]}" if one["rows"] is not None else "[dim]nothing yet[/dim]"
    stands = f"[yellow]{one['stands']}[/yellow]" if one["stands"].startswith("late") else f"[dim]{one['stands']}[/dim]"
    return here if one["stands"] == "no calendar" else f"{here}\n{stands}"
