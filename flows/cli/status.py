"""`evidence status`: how every dataset stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import typer

from flows.cli.output import EXIT_FAILED, AsJson, console, escaped, print_json, styled, table
from warehouse.home import Home

if TYPE_CHECKING:
    from tasks.lateness import Standing
    from tasks.record import DatasetStatus

EXAMPLES = """\
[bold]Examples[/bold]

  evidence status

  evidence status --json | jq -r '.datasets[] | select(.status == "held") | .dataset'

Exit code 1 where something is held or failed: usable as a monitor's probe.
"""


def status(as_json: AsJson = False) -> None:
    """Say how every dataset stands.

    Landed, unchanged, held and since when, or failed and why; when its next release is due, or by how much it is late. Exit code 1 where
    something is held or failed.
    """
    from expectations.calendar import today_in_london
    from tasks.lateness import remembered
    from tasks.record import read_status

    home, today = Home.from_environment(), today_in_london()
    known = read_status(home)
    calendar = remembered(home, today)
    wrong = [one for one in known.values() if one.status not in ("landed", "unchanged")]
    if as_json:
        due = {name: one.as_dict(today) for name, one in calendar.items()}
        listed = [{**asdict(one), "calendar": due.get(one.dataset)} for one in known.values()]
        print_json({"home": str(home.root), "database": str(home.database), "good": not wrong, "datasets": listed})
    elif not known:
        console().print(f"Nothing has run in {home.root} yet.\nBegin with: evidence run --sample", soft_wrap=True)
    else:
        _print(home, known, {name: _due(one, today) for name, one in calendar.items()})
    if wrong:
        raise typer.Exit(EXIT_FAILED)


def _print(home: Home, known: Mapping[str, DatasetStatus], due: Mapping[str, str]) -> None:
    from tasks.alert.book import declined, said_of

    out = console()
    decided = declined(home, [one.dataset for one in known.values() if one.held_since])
    shown = table("dataset", "status", "rows", "last good", "", right=["rows"])
    for one in known.values():
        held = f"held since {one.held_since[:10]}" if one.held_since else ""
        held = ", ".join(part for part in (held, said_of(decided[one.dataset]) if one.dataset in decided else "") if part)
        alarms = ", ".join(f"{count} {severity}" for severity, count in one.changes.items() if severity != "info")
        shown.add_row(
            f"[bold]{one.dataset}[/bold]",
            styled(one.status),
            f"{one.rows:,}" if one.rows is not None else "",
            _ago(one.last_good) if one.last_good else "never",
            due.get(one.dataset, ""),
            escaped("; ".join(part for part in (held, one.error, alarms, _discarded(one)) if part)),
        )
    out.print(shown)
    made = "not published yet"
    if home.database.exists():
        made = f"published {_ago(datetime.fromtimestamp(home.database.stat().st_mtime, UTC).isoformat())}"
    out.print(f"\n[dim]{home.database}, {made}[/dim]", soft_wrap=True)


def _discarded(one: DatasetStatus) -> str:
    """'landed without 3 rows': a policy left them out, and meta.discarded_rows has them."""
    return f"landed without {one.discarded:,} row{'' if one.discarded == 1 else 's'}" if one.discarded else ""


def _due(one: Standing, today: date) -> str:
    """'due 24 Nov 2026', 'late by 3 days'; nothing is said where nothing is announced."""
    if one.due is None and not one.announced:
        return "[dim]no calendar[/dim]"
    return f"[yellow]{one.said(today)}[/yellow]" if one.late(today) or one.ended else one.said(today)


def _ago(time: str) -> str:
    """'3 hours ago' from ISO 8601."""
    seconds = (datetime.now(UTC) - datetime.fromisoformat(time)).total_seconds()
    for unit, size in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        count = int(seconds // size)
        if count >= 1:
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"
