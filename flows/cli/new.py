"""`evidence new`: a first draft of a dataset, from an address or a file."""

from __future__ import annotations

import getpass
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from expectations.errors import EvidenceError
from flows.cli.output import EXIT_FAILED, AsJson, console, escaped, facts_table, joined, print_json
from flows.cli.progress import waiting
from warehouse.home import Home

if TYPE_CHECKING:
    from tasks.checkout import Checkout
    from tasks.draft.draft import Draft
    from tasks.draft.look import Found
    from tasks.record import RunRecord

EXAMPLES = """\
[bold]Examples[/bold]

  evidence new https://data.birmingham.gov.uk/dataset/libraries

  evidence new ~/Downloads/visits.xlsx --part "Table 2" --id council.visits --licence OGL-UK-3.0

  evidence new https://www.gov.uk/government/statistics/… --part "Table 100" --accept

  evidence new survey/residents_2024.csv          a file of the inbox

It fetches once, writes a declaration and a SELECT for you to read and correct, and never writes over a file.
"""


def new(
    address: Annotated[
        str,
        typer.Argument(
            help="The address of a page, file or query; or a file or folder of this machine, the inbox or an object store.",
            metavar="URL_OR_FILE",
        ),
    ],
    id: Annotated[str, typer.Option("--id", help="publisher.name; made from publisher and title where not given.")] = "",
    title: Annotated[str, typer.Option(help="The title, where the source's own is not the one.")] = "",
    theme: Annotated[str, typer.Option(help="What it is about, of the themes of the evidence base.")] = "",
    licence: Annotated[str, typer.Option(help="The licence by its SPDX name, as OGL-UK-3.0, where the service does not say it.")] = "",
    part: Annotated[str, typer.Option(help="Which file, sheet or member of several: its name, or a regular expression of it.")] = "",
    into: Annotated[Path | None, typer.Option(help="Another checkout to write into; this one where not given.", show_default=False)] = None,
    accept: Annotated[bool, typer.Option("--accept", help="Accept what came as the first contract, and land it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Draft a new dataset from an address or a file.

    Recognises the service by the address, fetches once, and looks: columns, key, markers, periods, areas. Writes the declaration
    (YAML) and the tidy SQL, with rules that hold of what came. What nobody said, such as a licence, is left for you.
    """
    from tasks.checkout import Checkout
    from tasks.draft.draft import Wanted

    checkout, home = Checkout.below(into) if into else Checkout(), Home.from_environment()
    with tempfile.TemporaryDirectory(prefix="evidence-new-") as folder:
        found, made = _drafted(address, part, Wanted(id, title, theme, licence), home, Path(folder))
        paths, record = _written(found, made, checkout, home, accept)
        shown = _summary(found, made)
    if as_json:
        print_json({**shown, "declaration": str(paths[0]), "sql": str(paths[1]), "run": record.as_dict() if record else None})
    else:
        _print(shown, paths, into)
        if record:
            from flows.cli.run import print_record

            print_record(record, home)
    if record and not record.good:
        raise typer.Exit(EXIT_FAILED)


def _drafted(address: str, part: str, wanted: Any, home: Home, scratch: Path) -> tuple[Found, Draft]:
    with waiting() as tell:
        tell(f"Fetching {address}")
        from tasks.draft.draft import draft
        from tasks.draft.look import look
        from tasks.fetch.http import HttpSettings
        from warehouse.engine import engine

        with engine(home) as connection:
            found = look(address, part, connection, HttpSettings.from_environment(), scratch, home.state / "pace")
            tell(f"Looking at {found.shape.rows:,} rows")
            return found, draft(found, wanted, connection)


def _written(found: Found, made: Draft, checkout: Checkout, home: Home, accept: bool) -> tuple[tuple[Path, Path], RunRecord | None]:
    """Write the two files; where the contract is to be accepted too, land what came."""
    from tasks.draft.draft import write

    if accept and made.undecided:
        raise EvidenceError(
            "draft.incomplete",
            where=made.id,
            expected=" and ".join(f"--{name}" for name in made.undecided),
            found="nothing that says it",
            todo="Give it with the same command; without --accept the draft is written all the same.",
            dataset=made.id,
        )
    paths = write(made, checkout)
    return paths, _accepted(found, made, checkout, home) if accept else None


def _accepted(found: Found, made: Draft, checkout: Checkout, home: Home) -> RunRecord:
    with waiting() as tell:
        tell(f"Accepting {made.id}")
        from expectations.declaration import load_file
        from tasks.accept import accept
        from tasks.pipeline import Job, ingest
        from tasks.record import new_run

        dataset = load_file(checkout.declaration(made.id))
        job = Job(new_run(), home, lambda *_: found.delivery, sql=checkout.sql, accepted=checkout.accepted)
        ingest(dataset, job)  # archives and holds: nobody has accepted a contract
        person = os.environ.get("EVIDENCE_PERSON") or getpass.getuser()
        return accept(dataset, job, f"First contract: drafted from {found.address}", person)[1]


def _summary(found: Found, made: Draft) -> dict[str, Any]:
    from tasks.draft.draft import summary

    return summary(found, made)


def _print(shown: dict[str, Any], paths: tuple[Path, Path], into: Path | None) -> None:
    out = console()
    out.print(f"[bold]{escaped(shown['title'])}[/bold]  ({shown['id']})\n")
    facts = facts_table()
    for name, fact in _facts(shown):
        facts.add_row(f"[dim]{name}[/dim]", escaped(fact))
    out.print(facts)
    for note in shown["notes"]:
        out.print(f"[dim]note: {escaped(note)}[/dim]")
    out.print(f"\n[bold]declaration[/bold]  {paths[0]}\n[bold]tidy SQL[/bold]     {paths[1]}", soft_wrap=True)
    for name in shown["undecided"]:
        out.print(f"[yellow]Nobody said the {name}[/yellow]: write the key `{name}:` into the declaration; `evidence check` asks for it.")
    out.print("\nRead both files, decide where a comment says so, then:")
    out.print(f"  evidence check {shown['id']}{f' --into {into}' if into else ''}")
    if into is None:
        out.print(f"  evidence run {shown['id']} --direct")
        out.print(f'  evidence accept {shown["id"]} --reason "First contract"')


def _facts(shown: dict[str, Any]) -> list[tuple[str, str]]:
    area = ", ".join(
        f"{one['count']:,} {one['level']} in {one['column']}" + (f" ({one['vintage']})" if one["vintage"] else "") for one in shown["areas"]
    )
    layout = "".join(
        [
            f", sheet {shown['sheet']!r}" if shown["sheet"] else "",
            f", {shown['preamble_rows']} rows above the header" if shown["preamble_rows"] else "",
        ]
    )
    facts = [
        ("source", f"{shown['kind']}: {joined(shown['parts'], 4)} ({shown['format']}{layout})"),
        ("rows", f"{shown['rows']:,} of {shown['columns']} columns; tidy {shown['tidy_rows']:,}"),
        ("key", joined(shown["key"])),
        (
            "periods",
            f"{' to '.join(dict.fromkeys(shown['periods']))}" + (f", from {shown['period_column']}" if shown["period_column"] else ""),
        ),
        ("areas", area),
        ("measures", joined(shown["measures"], 6)),
        ("markers", joined(shown["markers"], 12)),
        ("one tidy row per", joined(shown["grain"])),
        ("licence", shown["licence"]),
    ]
    return [(name, fact) for name, fact in facts if fact]
