"""`evidence changes`: what changed at a source, what is done about it, and what waits for a person."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

import typer

from expectations.errors import EvidenceError
from flows.cli.output import AsJson, console, escaped, joined, print_json, styled, table
from warehouse.home import Home

EXAMPLES = """\
[bold]Examples[/bold]

  evidence changes                         what is held, and what the last runs found

  evidence changes dfe.pupil_attendance    one dataset, every change with its evidence

  evidence changes 3f9a1c20b7              one change, by its id; evidence show has all of its evidence
"""
WAITS = ("held", "to be accepted")  # states that wait for a person
_RUNS_LOOKED_AT = 50


def changes(
    which: Annotated[
        str, typer.Argument(help="A dataset, or the id of a change; all that is open where not given.", metavar="[DATASET|CHANGE]")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Show what changed at a source, with the evidence.

    Each change has the sentence, the evidence for it, what is done about it and why: held, landed, landed and to be accepted,
    rows discarded, accepted, declined.
    """
    home = Home.from_environment()
    found = latest(home)
    if which:
        found = [one for one in found if which in (one["dataset"], one["id"])]
        if not found:
            _refuse_unknown(which)
    first = [dataset for dataset in _without_contract(home) if which in ("", dataset)]
    if as_json:
        print_json(found)
    elif not found and not first:
        console().print(f"No change of {which} is recorded: its last runs found it as before." if which else "Nothing has changed.")
    elif which and found:
        _print_whole(found)
    elif found:
        _print_list(found)
    for dataset in first if not as_json else ():
        if which:
            _print_proposal(home, dataset)
        console().print(f'\n[bold]{dataset}[/bold] waits for its first contract: evidence accept {dataset} --reason "…"')


def _without_contract(home: Home) -> list[str]:
    """The datasets that are held for no change: nobody has accepted a first contract."""
    from tasks.record import read_holds

    return [hold.dataset for hold in read_holds(home) if not any(change.get("action") in ("hold", "accepted") for change in hold.changes)]


def _print_proposal(home: Home, dataset: str) -> None:
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


def latest(home: Home) -> list[dict[str, Any]]:
    """The changes of each dataset's newest run that looked at it, with `state` and, where a person decided, `decision`."""
    from tasks.alert.book import read_book, said_of

    declined = {alert.key: said_of(alert) for alert in read_book(home).alerts.values() if alert.state == "declined"}
    return [_with_state(one, declined.get(f"{one['dataset']}/{one['id']}", "")) for one in _found(home)]


def _found(home: Home) -> Iterator[dict[str, Any]]:
    from tasks.record import read_holds, read_records

    held = {hold.dataset: hold for hold in read_holds(home)}
    for hold in held.values():
        for change in hold.changes:
            yield {"dataset": hold.dataset, "held_since": hold.since, "run": hold.run, "snapshot": hold.snapshot, **change}
    seen = set(held)
    for record in read_records(home, limit=_RUNS_LOOKED_AT):
        for outcome in record.outcomes:
            # A run that found the very bytes of the last one, or did not come to look, says nothing new of changes.
            if outcome.dataset in seen or "examine" not in outcome.steps:
                continue
            seen.add(outcome.dataset)
            for change in outcome.changes:
                yield {"dataset": outcome.dataset, "held_since": "", "run": record.run, "snapshot": outcome.snapshot, **change}


def _with_state(change: dict[str, Any], declined: str) -> dict[str, Any]:
    """The change with what has become of it, in a word or three."""
    from tasks.accept import to_be_accepted

    action, held = change.get("action", ""), bool(change["held_since"])
    decision = str(change.get("because", "")) if action == "accepted" else declined if held else ""
    rows = (change.get("evidence") or {}).get("rows_discarded")
    state = (
        "accepted, waits for the rest"
        if action == "accepted" and held
        else "declined"
        if decision and held
        else "held"
        if action == "hold"
        else "noted"
        if held
        else f"landed without {rows:,} row{'' if rows == 1 else 's'}"
        if action == "discard_rows" and rows
        else "landed, to be accepted"
        if to_be_accepted(change)
        else "landed"
    )
    return {**change, "state": state, "decision": decision}


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
    out = console()
    shown = table("id", "dataset", "severity", "state", "what")
    loud = [one for one in found if one["severity"] != "info" or waits(one) or one["kind"] == "source_mended"]
    for one in loud:
        since = f" since {one['held_since'][:10]}" if one["state"] == "held" else ""
        state = f"[yellow]{one['state']}{since}[/yellow]" if waits(one) else one["state"]
        shown.add_row(one["id"], f"[bold]{one['dataset']}[/bold]", styled(one["severity"]), state, escaped(one["what"]))
    out.print(shown if loud else "Nothing that needs a look has changed.")
    if len(found) > len(loud):
        out.print(f"[dim]and {len(found) - len(loud)} of the ordinary kind (info): evidence changes DATASET[/dim]")
    waiting = [one for one in found if waits(one)]
    if waiting:
        out.print(f'\nOf these {len(waiting)} wait{"s" if len(waiting) == 1 else ""} for a decision: evidence accept ID --reason "…"')


def waits(change: Mapping[str, Any]) -> bool:
    """Whether a person has something to decide about a change."""
    return str(change["state"]).endswith(WAITS)


def _print_whole(found: Sequence[Mapping[str, Any]]) -> None:
    from flows.cli.compare import print_change

    out = console()
    held, dataset = found[0]["held_since"], found[0]["dataset"]
    if held:
        from tasks.alert.book import declined, said_of

        out.print(f"[bold]{dataset}[/bold] is held since {held[:16].replace('T', ' ')} UTC; its last good table stays in place.")
        decided = declined(Home.from_environment(), [dataset]).get(dataset)
        if decided:
            out.print(f"It was {escaped(said_of(decided))}")
    for one in found:
        out.print()
        print_change(one)
        decision = f", {escaped(one['decision'])}" if one["decision"] else ""
        out.print(f"    [dim]state:[/dim] {escaped(one['state'])}{decision}")
        if one.get("because") and one["because"] != one["decision"]:
            out.print(f"    [dim]because:[/dim] {escaped(one['because'])}")
    _print_commands(found, dataset, bool(held))


def _print_commands(found: Sequence[Mapping[str, Any]], dataset: str, held: bool) -> None:
    out = console()
    ids = " ".join(str(one["id"]) for one in found if waits(one))
    if held and ids:
        out.print(f'\nAccept and land it:        evidence accept {dataset} --reason "…"')
        out.print(f'Accept a part:             evidence accept {ids} --reason "…"')
        out.print(f'Keep the last good table:  evidence decline {dataset} --reason "…"')
    elif held:
        out.print(f'\nAccept and land it: evidence accept {dataset} --reason "…"')
    elif ids:
        out.print(f'\nIt has landed; write it into the contract: evidence accept {ids} --reason "…"')
    if any(str(one["state"]).startswith("landed without") for one in found):
        out.print(f"\nThe rows: evidence sql \"from meta.discarded_rows where dataset = '{dataset}'\"", markup=False)
