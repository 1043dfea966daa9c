"""`evidence datasets`: which datasets there are."""

from __future__ import annotations

from flows.cli.output import AsJson, console, escaped, print_json, table
from warehouse.home import Home

EXAMPLES = """\
[bold]Examples[/bold]

  evidence datasets

  evidence datasets --json | jq -r '.[].dataset'

  evidence show dfe.pupil_attendance     all about one of them
"""


def datasets(as_json: AsJson = False) -> None:
    """List the declared datasets.

    What each is, when its publisher releases it, and what is landed of it here.
    """
    from expectations.declaration import all_ids, load
    from warehouse.lake import vintages

    home = Home.from_environment()
    listed = []
    for dataset in map(load, all_ids()):
        landed = vintages(home, dataset.id)
        listed.append(
            {
                "dataset": dataset.id,
                "title": dataset.title,
                "why": dataset.why,
                "released": dataset.release.rhythm,
                "schedule": dataset.release.schedule,
                "source": dataset.source.kind,
                "owner": dataset.owner,
                "licence": dataset.licence,
                "rows": landed[-1].rows if landed else None,
                "vintages": len(landed),
                "known_from": landed[-1].known_from if landed else None,
            }
        )
    if as_json:
        print_json(listed)
        return
    shown = table("dataset", "what it is", "released", "landed here")
    for one in listed:
        landed_here = f"{one['rows']:,} rows" if one["rows"] is not None else "[dim]nothing yet[/dim]"
        shown.add_row(f"[bold]{one['dataset']}[/bold]", escaped(one["title"]), escaped(one["released"]), landed_here)
    console().print(shown)
