"""`evidence changes`: what changed at a source, what is done about it, and what waits for a person."""

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
    rows discarded, accepted, declined. Of what waits for a person, also what accepting would write into the contract.

    --json gives a list of changes; of one dataset or change an object: dataset, held_since, changes, and proposal, the contract
    that would be accepted as a diff (null where nothing waits).
    """
    home = Home.from_environment()
    found = latest(home)
    if which:
        found = [one for one in found if which in (one["dataset"], one["id"])]
        if not found:
            _refuse_unknown(which)
    first = [dataset for dataset in _without_contract(home) if which in ("", dataset)]
    if as_json:
        print_json(_as_dict(home, which, found, first) if which else found)
    elif not found and not first:
        console().print(f"No change of {which} is recorded: its last runs found it as before." if which else "Nothing has changed.")
    elif which and found:
        _print_whole(found, home)
    elif found:
        _print_list(found)
    for dataset in first if not as_json else ():
        if which:
            from flows.cli.proposal import print_first

            print_first(home, dataset)
        console().print(f'\n[bold]{dataset}[/bold] waits for its first contract: evidence accept {dataset} --reason "…"')


def _without_contract(home: Home) -> list[str]:
    """The datasets that are held for no change: nobody has accepted a first contract."""
    from tasks.record import read_holds

    return [hold.dataset for hold in read_holds(home) if not any(change.get("action") in ("hold", "accepted") for change in hold.changes)]


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


def _as_dict(home: Home, which: str, found: Sequence[Mapping[str, Any]], first: Sequence[str]) -> dict[str, Any]:
    """One dataset's changes and what accepting would write, for programs."""
    from flows.cli.proposal import proposed_of

    dataset = str(found[0]["dataset"]) if found else first[0] if first else which
    proposed = proposed_of(home, dataset)
    since = str(found[0]["held_since"]) if found else ""
    return {"dataset": dataset, "held_since": since or None, "changes": found, "proposal": proposed.as_dict() if proposed else None}


def _print_whole(found: Sequence[Mapping[str, Any]], home: Home) -> None:
    from flows.cli.change_lines import print_change

    out = console()
    held, dataset = found[0]["held_since"], found[0]["dataset"]
    if held:
        from tasks.alert.book import declined, said_of

        out.print(f"[bold]{dataset}[/bold] is held since {held[:16].replace('T', ' ')} UTC; its last good table stays in place.")
        decided = declined(home, [dataset]).get(dataset)
        if decided:
            out.print(f"It was {escaped(said_of(decided))}")
    for one in found:
        out.print()
        print_change(one)
        state = "" if one["decision"].startswith(one["state"]) else escaped(one["state"])
        out.print(f"    [dim]state:[/dim] {', '.join(said for said in (state, escaped(one['decision'])) if said)}")
        if one.get("because") and one["because"] != one["decision"]:
            out.print(f"    [dim]because:[/dim] {escaped(one['because'])}")
    _print_what_would_be(found, dataset, home)
    _print_commands(found, dataset, bool(held))


def _print_what_would_be(found: Sequence[Mapping[str, Any]], dataset: str, home: Home) -> None:
    from flows.cli.proposal import print_difference, proposed_of

    proposed = proposed_of(home, dataset) if any(waits(one) or one["held_since"] for one in found) else None
    if proposed and proposed.since:  # a first contract is printed whole
        print_difference(proposed)


def _print_renames(found: Sequence[Mapping[str, Any]], dataset: str) -> None:
    """A column that is called otherwise needs a line in the declaration first: without it, what came cannot be made tidy."""
    from expectations.declaration import DATASETS, load

    renamed = [one for one in found if one["kind"] == "column_renamed" and one["held_since"]]
    if not renamed:
        return
    columns = load(dataset).raw.columns
    lines = []
    for one in renamed:
        name = next((name for name, column in columns.items() if one["before"] in (name, *column.headers)), None)
        if name:
            headers = dict.fromkeys([*columns[name].headers, str(one["after"])])
            lines.append(f"    {name}: [{', '.join(map(_quoted, headers))}]")
    if lines:
        path = DATASETS.joinpath(*dataset.split(".")).with_suffix(".yaml")
        console().print(f"\nTo follow the new name, write it beside the old under raw.columns of {path}", soft_wrap=True)
        console().print(*lines, sep="\n", markup=False, highlight=False)
        console().print(f"and fetch again: evidence run {dataset}")


def _quoted(header: str) -> str:
    return header if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_ ]*", header) else f'"{header}"'


def _print_commands(found: Sequence[Mapping[str, Any]], dataset: str, held: bool) -> None:
    out = console()
    _print_renames(found, dataset)
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
