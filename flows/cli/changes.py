"""`evidence changes`: what changed at a source, with the evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

import typer

from expectations.errors import EvidenceError
from flows.cli.output import AsJson, console, escaped, print_json, styled, table
from warehouse.home import Home

EXAMPLES = """\
[bold]Examples[/bold]

  evidence changes                         what is held, and what the last runs found

  evidence changes dfe.pupil_attendance    one dataset, every change with its evidence

  evidence changes 3f9a1c20b7              one change, by its id
"""
_RUNS_LOOKED_AT = 50


def changes(
    which: Annotated[
        str, typer.Argument(help="A dataset, or the id of a change; all that is open where not given.", metavar="[DATASET|ID]")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Show what changed at a source, with the evidence.

    Each change has the sentence, the evidence for it, what is done about it and why.
    """
    home = Home.from_environment()
    found = list(_latest(home))
    if which:
        found = [one for one in found if which in (one["dataset"], one["id"])]
        if not found:
            _refuse_unknown(which)
    if as_json:
        print_json(found)
    elif not found:
        console().print(f"No change of {which} is recorded: its last runs found it as before." if which else "Nothing has changed.")
    elif which:
        _print_whole(found)
    else:
        _print_list(found)


def _latest(home: Home) -> Iterator[dict[str, Any]]:
    """The changes of each dataset's newest run that looked at it, those of held snapshots marked."""
    from tasks.record import read_holds, read_records

    held = {hold.dataset: hold for hold in read_holds(home)}
    for hold in held.values():
        for change in hold.changes:
            yield {"dataset": hold.dataset, "held_since": hold.since, "run": hold.run, **change}
    seen = set(held)
    for record in read_records(home, limit=_RUNS_LOOKED_AT):
        for outcome in record.outcomes:
            # A run that found the very bytes of the last one, or did not come to look, says nothing new of changes.
            if outcome.dataset in seen or "examine" not in outcome.steps:
                continue
            seen.add(outcome.dataset)
            for change in outcome.changes:
                yield {"dataset": outcome.dataset, "held_since": "", "run": record.run, **change}


def _refuse_unknown(which: str) -> None:
    from expectations.declaration import load

    if re.fullmatch(r"[0-9a-f]{6,12}", which):
        raise EvidenceError(
            "declaration.unknown_dataset",
            found=which,
            expected="a dataset, or the id of a recorded change",
            todo="`evidence changes` lists the ids.",
        )
    load(which)  # raises for a name that is no dataset, with the nearest


def _print_list(found: Sequence[Mapping[str, Any]]) -> None:
    shown = table("id", "dataset", "severity", "what", "")
    for one in found:
        state = f"held since {one['held_since'][:10]}" if one["held_since"] else one.get("action", "")
        shown.add_row(one["id"], f"[bold]{one['dataset']}[/bold]", styled(one["severity"]), escaped(one["what"]), state)
    console().print(shown)


def _print_whole(found: Sequence[Mapping[str, Any]]) -> None:
    from flows.cli.compare import print_change

    out = console()
    held = found[0]["held_since"]
    if held:
        from tasks.alert.book import declined, said_of

        dataset = found[0]["dataset"]
        out.print(f"[bold]{dataset}[/bold] is held since {held[:16].replace('T', ' ')} UTC; its last good table stays in place.")
        decided = declined(Home.from_environment(), [dataset]).get(dataset)
        if decided:
            out.print(f"It was {escaped(said_of(decided))}")
    for one in found:
        out.print()
        print_change(one)
        if one.get("because"):
            out.print(f"    [dim]because:[/dim] {escaped(one['because'])}")
    if held:
        out.print(f'\nAccept and land it: evidence accept {found[0]["dataset"]} --reason "…"')
        if not decided:
            out.print(f'Keep the last good table: evidence decline {found[0]["dataset"]} --reason "…"')
