"""`evidence forget`: remove what a publisher has withdrawn, and leave a tombstone."""

from __future__ import annotations

import getpass
import os
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.output import EXIT_FAILED, AsJson, console, escaped, print_json
from flows.cli.progress import waiting
from warehouse.home import Home

if TYPE_CHECKING:
    from tasks.forget import Forgotten, Plan

EXAMPLES = """\
[bold]Examples[/bold]

  evidence sql "select dataset, snapshot_id, fetched_at from meta.snapshots"

  evidence forget 5d41402abc4b --reason "The council withdrew the file of 3 May: it named card holders"

  evidence forget 5d41402abc4b --reason "…" --shared      the same file in other snapshots too
"""


def forget(
    snapshot: Annotated[str, typer.Argument(help="The snapshot's id, or its first letters.", metavar="SNAPSHOT")],
    reason: Annotated[str, typer.Option(help="Why it must go; kept in the tombstone.")],
    person: Annotated[str, typer.Option("--as", help="Who orders it; default: EVIDENCE_PERSON, or the name you are logged in by.")] = "",
    shared: Annotated[bool, typer.Option("--shared", help="Forget the snapshots too that have the same bytes.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Even where it is all that has landed of the dataset.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove a snapshot's bytes from archive, lake and quarantine, and publish without it.

    A tombstone stays: who, when, why, and the hashes of what went. Bytes that another snapshot has too are named and stay,
    unless --shared. There is no way back.
    """
    from tasks.forget import forget as forget_snapshot
    from tasks.forget import plan

    home = Home.from_environment()
    chosen = plan(home, snapshot, shared)
    gone = forget_snapshot(home, chosen, reason, person or os.environ.get("EVIDENCE_PERSON") or getpass.getuser(), yes)
    with waiting() as tell:
        tell("Publishing without it")
        published = _publish(home)
    if as_json:
        print_json({**asdict(gone), "shared": chosen.shared, "published": published})
    else:
        _print(chosen, gone, published, home)
    if "error" in published:
        raise typer.Exit(EXIT_FAILED)


def _publish(home: Home) -> dict[str, Any]:
    """The database without it, entered in a run record of its own."""
    from flows.jobs import job_of
    from tasks.pipeline import conclude

    started = datetime.now(UTC).isoformat(timespec="seconds")
    with job_of(home, sample=False, engine="direct") as job:
        record = conclude([], job, (), started)
    return dict(record.published or {})


def _in_service(home: Home, dataset: str) -> str:
    """What analysts have of the dataset now."""
    from warehouse.lake import vintages

    left = vintages(home, dataset)
    if not left:
        return "nothing; the dataset has no table until its next release lands"
    release = f", release {left[-1].release}" if left[-1].release else ""
    return escaped(f"{left[-1].rows:,} rows, landed {left[-1].landed_at[:10]}{release} ({left[-1].id})")


def _print(chosen: Plan, gone: Forgotten, published: dict[str, Any], home: Home) -> None:
    out = console()
    for tombstone in gone.tombstones:
        vintages = f"{len(tombstone.vintages)} vintage{'' if len(tombstone.vintages) == 1 else 's'}"
        removed = sum(part["removed"] for part in tombstone.parts)
        of_parts = f"{removed} of {len(tombstone.parts)} parts"
        out.print(f"[bold]{tombstone.dataset}[/bold]  snapshot {tombstone.snapshot} is forgotten, with {vintages} and {of_parts}")
        out.print(f"  [dim]tombstone:[/dim] {home.tombstone(tombstone.dataset, tombstone.snapshot)}", soft_wrap=True)
        if tombstone.vintages:
            out.print(f"  [dim]in service:[/dim] {_in_service(home, tombstone.dataset)}", soft_wrap=True)
    quoted = "1 run record quotes it" if gone.records_blanked == 1 else f"{gone.records_blanked} run records quote it"
    out.print(f"\n{gone.bytes_removed:,} bytes are gone from the archive; {quoted} no more.")
    if chosen.shared:
        out.print(
            f"\n[yellow]These bytes stay[/yellow], because other snapshots have them too ({len(chosen.shared)} parts); --shared takes those as well:"
        )
        for sha, names in list(chosen.shared.items())[:10]:
            out.print(f"  {sha[:16]}…  in {escaped(', '.join(names[:4]))}")
    if "error" in published:
        out.print(
            f"\n[red]not published[/red]: {escaped(published['error'].get('found', ''))}; readers keep a database that still holds it"
        )
    else:
        out.print(f"\n[bold]database[/bold]  {home.database}  [dim]published without it[/dim]", soft_wrap=True)
    out.print("[dim]Readers that had the old file open keep it until they close it. Copies outside this home are not known here.[/dim]")
