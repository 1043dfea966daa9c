"""`evidence accept`: accept what waits for a decision, as a whole or change by change."""

from __future__ import annotations

import getpass
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from expectations.errors import EvidenceError
from flows.cli.output import EXIT_FAILED, AsJson, console, escaped, print_error, print_json, styled
from flows.cli.progress import waiting
from warehouse.home import Home

if TYPE_CHECKING:
    from tasks.accept import Part
    from tasks.record import RunRecord

EXAMPLES = """\
[bold]Examples[/bold]

  evidence changes dfe.pupil_attendance

  evidence accept dfe.pupil_attendance --reason "DfE renamed school_type to education_phase in release 3.0"

  evidence accept 3f9a1c20b7 81bb0c4d2e --reason "Two changes of several: the snapshot stays held for the rest"

  git diff expectations/accepted                  review it, then commit
"""


def accept(
    which: Annotated[list[str], typer.Argument(help="A dataset, or the ids of changes.", metavar="DATASET|CHANGE…")],
    reason: Annotated[str, typer.Option(help="Why the change is right; kept in the contract, for those who come after.")],
    person: Annotated[str, typer.Option("--as", help="Who accepts; default: EVIDENCE_PERSON, or the name you are logged in by.")] = "",
    as_json: AsJson = False,
) -> None:
    """Accept what waits for a decision: the whole of a dataset, or changes by their ids.

    While others of its changes hold a snapshot it stays held; what you accepted is remembered. With the last one the snapshot
    lands and the contract is written, a file of this checkout: both, or neither where a rule fails. Nothing is committed: a
    person reviews and commits it, and every other installation lands the held snapshot when it has the commit.
    """
    home = Home.from_environment()
    person = person or os.environ.get("EVIDENCE_PERSON") or getpass.getuser()
    with waiting() as tell:
        tell(f"Accepting {', '.join(which)}")
        parts, refused = _accepted(home, which, reason, person)
    if as_json:
        print_json([_as_dict(part) for part in parts])
    else:
        for part in parts:
            _print(part, home)
    for error in refused:
        print_error(error)
    if refused or any(part.rest or (part.record and not _well(part.record)) for part in parts):
        raise typer.Exit(EXIT_FAILED)


def _accepted(home: Home, which: Sequence[str], reason: str, person: str) -> tuple[list[Part], list[EvidenceError]]:
    """What came of each dataset, and why others do not land: one that does not leaves the next to be accepted."""
    from expectations.declaration import load
    from flows.jobs import job_of
    from tasks.accept import Part, accept_part, find
    from tasks.accept import accept as accept_all

    parts, refused = [], []
    for dataset, ids in find(home, which).items():
        declared = load(dataset)
        with job_of(home, sample=False, engine="direct") as job:
            try:
                if ids:
                    parts.append(accept_part(declared, job, ids, reason, person))
                else:
                    path, record = accept_all(declared, job, reason, person)
                    parts.append(Part(dataset, (), (), path, record))
            except EvidenceError as error:
                if error.code != "accept.not_landed":
                    raise
                refused.append(error)
    return parts, refused


def _as_dict(part: Part) -> dict[str, Any]:
    record = {**part.record.as_dict(), "good": part.record.good} if part.record else None
    return {
        "dataset": part.dataset,
        "accepted": [asdict(one) for one in part.accepted],
        "still_waiting": list(part.rest),
        "contract": str(part.path) if part.path else None,
        "run": record,
    }


def _print(part: Part, home: Home) -> None:
    out = console()
    if part.record and part.path:
        from flows.cli.run import print_record

        print_record(part.record, home)
        out.print(f"\n[bold]contract[/bold]  {part.path}\nReview and commit it: git diff {part.path.parent.parent}", soft_wrap=True)
        return
    for one in part.accepted:
        out.print(f"[green]accepted[/green]  [bold]{part.dataset}[/bold]  {escaped(one.what)}")
    if not part.rest:
        out.print(f"\n[bold]{part.dataset}[/bold] has no contract yet; the first one is accepted as a whole:")
    else:
        out.print(f"\n[bold]{part.dataset}[/bold] still waits for a decision about {_changes(part.rest)}; its contract is as it was:")
        for change in part.rest:
            out.print(f"  {change['id']}  {styled(change['severity'])}  {escaped(change['what'])}")
    out.print(f'\nAccept the rest:           evidence accept {" ".join(_ids(part.rest)) or part.dataset} --reason "…"')
    if part.rest:
        out.print(f'Keep the last good table:  evidence decline {" ".join(_ids(part.rest))} --reason "…"')


def _changes(rest: Sequence[Mapping[str, Any]]) -> str:
    return "1 change" if len(rest) == 1 else f"{len(rest)} changes"


def _ids(rest: Sequence[Mapping[str, Any]]) -> list[str]:
    return [str(change["id"]) for change in rest]


def _well(record: RunRecord) -> bool:
    from flows.cli.run import unpublished

    return record.good and not unpublished(record)
