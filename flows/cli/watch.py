"""`evidence watch`: which releases are due, late or moved, and is the pipeline itself well?"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from flows.cli.output import EXIT_FAILED, AsJson, console, escaped, joined, print_json, table
from flows.cli.progress import waiting
from warehouse.home import Home

if TYPE_CHECKING:
    from tasks.health import Trouble
    from tasks.watching import Seen

EXAMPLES = """\
[bold]Examples[/bold]

  evidence watch                   look once, and tell the owners what is new

  evidence watch --json | jq -r '.datasets[] | select(.late) | .dataset'

`evidence up` has it run twice a day. Without a server, a line of cron does: 0 11,17 * * * evidence watch
"""


def watch(as_json: AsJson = False) -> None:
    """Say what is due, late or moved, and tell what is new.

    Looks at the declared calendars and at the pipeline itself; fetches nothing. One alert a late release until it comes, and
    one a trouble until it is over. Exit code 1 where something is late or wrong.
    """
    from flows.jobs import scheduled_datasets
    from tasks.watching import watch as look

    home, now = Home.from_environment(), datetime.now(UTC)
    with waiting() as tell:
        tell("Loading the declarations")
        seen = look(home, scheduled_datasets(), now, server_troubles(home, now), tell)
    if as_json:
        print_json(seen.as_dict())
    else:
        _print(seen, home)
    if seen.late or seen.troubles or seen.problem or seen.settled.failed:
        raise typer.Exit(EXIT_FAILED)


def server_troubles(home: Home, now: datetime) -> tuple[Trouble, ...] | None:
    """What the server says that is configured or up; None where there is none that answers."""
    from flows import server
    from flows.scheduled import troubles_of
    from flows.settings import TAG

    state = server.running(home)
    api = os.environ.get("PREFECT_API_URL") or (state.api if state else "")
    return troubles_of(api, now, TAG) if api else None


def _print(seen: Seen, home: Home) -> None:
    from expectations.calendar import LONDON
    from tasks.record import read_holds

    today = seen.now.astimezone(LONDON).date()
    out = console()
    shown = table("dataset", "stands", "last release", "late from", "")
    ordered = sorted(seen.standings, key=lambda one: (not one.late(today), one.due is None, one.due.by if one.due else today, one.dataset))
    for one in [one for one in ordered if one.announced]:
        said = f"[yellow]{one.said(today)}[/yellow]" if one.late(today) or one.ended else one.said(today)
        moved = f"moved: was due {one.moved_from.said}" if one.moved_from else ""
        announced = "[dim]announced by the publisher[/dim]" if one.by_publisher else ""
        never = announced if one.arrived else "[dim]nothing live here yet[/dim]"
        shown.add_row(f"[bold]{one.dataset}[/bold]", said, str(one.arrived or ""), str(one.late_from or ""), moved or never)
    out.print(shown)
    without = sum(not one.announced for one in ordered)
    if without:
        out.print(f"[dim]and {without} dataset{'s' if without != 1 else ''} without a calendar: looked at once a week, never late[/dim]")
    for trouble in seen.troubles:
        out.print(
            f"\n[red]wrong[/red]  {escaped(trouble.title)}: {escaped(trouble.found)}\n       {escaped(trouble.to_do)}", soft_wrap=True
        )
    out.print(f"\n{seen.summary.capitalize()}.")
    held = [hold.dataset for hold in read_holds(home)]
    if held:
        out.print(f"{len(held)} dataset{' is' if len(held) == 1 else 's are'} held: {joined(held, 3)} (evidence changes)")
    told = len(seen.settled.opened), len(seen.settled.closed)
    if any(told):
        out.print(f"New: {told[0]}, over: {told[1]} (evidence alerts)")
    if seen.problem:
        out.print(f"[red]Nobody could be told[/red]: {escaped(seen.problem)}", soft_wrap=True)
    for channel, error in seen.settled.failed.items():
        out.print(f"[red]Not delivered[/red] through {channel}: {escaped(error)}", soft_wrap=True)
