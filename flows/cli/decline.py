"""`evidence decline`: keep the last good table, and say why."""

from __future__ import annotations

import getpass
import os
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from flows.cli.output import AsJson, console, escaped, print_json, styled
from warehouse.home import Home

EXAMPLES = """\
[bold]Examples[/bold]

  evidence decline dfe.pupil_attendance --reason "The publisher has said that it will be corrected on Thursday"

  evidence decline 3f9a1c20b7 81bb0c4d2e --reason "Two changes of several, by their ids"
"""


def decline(
    which: Annotated[list[str], typer.Argument(help="The dataset that is held, or the ids of changes.", metavar="DATASET|CHANGE…")],
    reason: Annotated[str, typer.Option(help="Why the last good table is kept; shown wherever the hold is.")],
    person: Annotated[str, typer.Option("--as", help="Who declines; default: EVIDENCE_PERSON, or the name you are logged in by.")] = "",
    as_json: AsJson = False,
) -> None:
    """Keep the last good table, and hear no more of what is held.

    The hold stays, and is marked as declined for as long as the publisher shows the same. You are asked again when it becomes
    worse, or when something else is held.
    """
    from tasks.alert.book import said_of
    from tasks.alert.decline import decline as decline_held

    home = Home.from_environment()
    declined = decline_held(which, home, reason, person or os.environ.get("EVIDENCE_PERSON") or getpass.getuser(), datetime.now(UTC))
    if as_json:
        print_json([asdict(alert) for alert in declined])
        return
    out = console()
    for alert in declined:
        out.print(f"{styled(alert.severity)}  [bold]{alert.dataset}[/bold]  {escaped(alert.what)}")
    out.print(f"\n{escaped(said_of(declined[0]))}")
    out.print("The last good table stays. You are asked again when this becomes worse, or when something else is held.")
    out.print(f'Another mind: evidence accept {" ".join(dict.fromkeys(alert.dataset for alert in declined))} --reason "…"')
