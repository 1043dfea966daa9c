"""`evidence accept`: accept what is held as the new contract."""

from __future__ import annotations

import getpass
import os
from typing import Annotated

import typer

from flows.cli.output import EXIT_FAILED, AsJson, console, print_json
from flows.cli.progress import waiting
from warehouse.home import Home

EXAMPLES = """\
[bold]Example[/bold]

  evidence changes dfe.pupil_attendance

  evidence accept dfe.pupil_attendance --reason "DfE renamed school_type to education_phase in release 3.0"

  git diff expectations/accepted                  review it, then commit
"""


def accept(
    dataset: Annotated[str, typer.Argument(help="The dataset that is held.")],
    reason: Annotated[str, typer.Option(help="Why the change is right; kept in the contract, for those who come after.")],
    person: Annotated[str, typer.Option("--as", help="Who accepts; default: EVIDENCE_PERSON, or the name you are logged in by.")] = "",
    as_json: AsJson = False,
) -> None:
    """Accept what is held as the new contract, and land it.

    The contract is a file of this checkout. Nothing is committed: a person reviews and commits it, and every other
    installation lands the held snapshot when it has the commit.
    """
    from expectations.declaration import load

    declared = load(dataset)
    home = Home.from_environment()
    with waiting() as tell:
        tell(f"Accepting and landing {dataset}")
        from flows.cli.run import print_record, unpublished
        from flows.jobs import job_of
        from tasks.accept import accept as accept_held

        with job_of(home, sample=False, engine="direct") as job:
            path, record = accept_held(declared, job, reason, person or os.environ.get("EVIDENCE_PERSON") or getpass.getuser())
    if as_json:
        print_json({**record.as_dict(), "good": record.good, "contract": str(path)})
    else:
        print_record(record, home)
        console().print(f"\n[bold]contract[/bold]  {path}\nReview and commit it: git diff {path.parent.parent}", soft_wrap=True)
    if not record.good or unpublished(record):
        raise typer.Exit(EXIT_FAILED)
