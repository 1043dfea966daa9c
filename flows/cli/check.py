"""`evidence check`: is everything that people wrote right, before anything is fetched?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from expectations.errors import EvidenceError
from flows.cli.output import EXIT_FAILED, AsJson, console, escaped, print_json
from flows.cli.progress import Say, waiting
from warehouse.home import Home

if TYPE_CHECKING:
    from tasks.checkout import Checkout

EXAMPLES = """\
[bold]Examples[/bold]

  evidence check                                all that can be known offline

  evidence check dfe.pupil_attendance           one dataset

  evidence check dfe.pupil_attendance --landed  its rules on the table that is landed here
"""


@dataclass(frozen=True)
class Checked:
    """One thing that was looked at; `problem` is '' where it is right."""

    dataset: str
    what: str
    problem: str = ""


def check(
    datasets: Annotated[list[str] | None, typer.Argument(help="Datasets; all where none is given.", show_default=False)] = None,
    landed: Annotated[bool, typer.Option("--landed", help="Run the rules again on what is landed here.")] = False,
    into: Annotated[
        Path | None,
        typer.Option(help="Another checkout, as `evidence new --into` writes it; this one where not given.", show_default=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check declarations, tidy SQL, contracts and schedules, offline.

    A dataset that is named is also held against what came last: the snapshot that is archived
    here, else the sample's figures. Needs no network and no server. Exit code 1 where something is wrong.
    """
    from expectations.declaration import all_ids, load
    from tasks.checkout import Checkout

    checkout = Checkout.below(into) if into else Checkout()
    known = all_ids(checkout.datasets)
    names = list(dict.fromkeys(datasets or known))
    for name in names:
        if name not in known:
            load(name, checkout.datasets)  # raises, with the nearest name
    home = Home.from_environment()
    with waiting() as tell:
        found = list(_all(names, checkout, home, landed, whole=not datasets and into is None, tell=tell))
    wrong = [one for one in found if one.problem]
    if as_json:
        print_json({"good": not wrong, "checked": [asdict(one) for one in found]})
    else:
        _print(found, names)
    if wrong:
        raise typer.Exit(EXIT_FAILED)


def _all(names: Sequence[str], checkout: Checkout, home: Home, landed: bool, whole: bool, tell: Say) -> Iterator[Checked]:
    from tasks import declared
    from tasks.written import stray_problems

    tell("Checking declarations, tidy SQL and contracts")
    if whole:
        yield Checked("", "files of declarations", "\n".join(stray_problems(checkout.datasets)))
    for name in names:
        declaration = _tried(name, "declaration", declared.declaration_problems, checkout)
        yield declaration
        if declaration.problem and "[declaration." in declaration.problem:
            continue  # it cannot be read, so there is nothing to hold the rest against
        tidy = _tried(name, "tidy SQL", declared.tidy_problems, checkout)
        yield tidy
        yield _tried(name, "contract", declared.contract_problems, checkout)
        if not whole and not landed and not tidy.problem:
            tell(f"Holding {name} against what came last")
            yield from _data(name, checkout, home)
        if landed:
            tell(f"Running the rules of {name} on what is landed")
            yield _tried(name, "rules on the landed table", lambda name, _: _landed(name, home), checkout)
    if whole:
        tell("Checking prefect.yaml with Prefect's own classes")
        yield from _deployments(home)


def _tried(name: str, what: str, look: Callable[[str, Checkout], list[str]], checkout: Checkout) -> Checked:
    try:
        return Checked(name, what, "\n".join(look(name, checkout)))
    except EvidenceError as error:
        place = f"{error.where}: " if error.where else ""
        wanted = f", expected {error.expected}" if error.expected else ""
        return Checked(name, what, f"{place}{error.found}{wanted} [{error.code}]")


def _data(name: str, checkout: Checkout, home: Home) -> Iterator[Checked]:
    """What came last, archived here or in the sample; nothing where there is neither."""
    from tasks.declared import data_problems

    found = data_problems(name, checkout, home)
    if found is not None:
        yield Checked(name, "what came last", "\n".join(found))


def _landed(name: str, home: Home) -> list[str]:
    import duckdb

    from expectations.declaration import load
    from tasks.check import check as run_rules
    from tasks.check import say
    from warehouse.lake import paths, vintages

    dataset, found = load(name), vintages(home, name)
    if not found:
        return [f"nothing is landed in {home.root}"]
    with duckdb.connect(":memory:") as connection:
        connection.from_parquet([str(path) for path in paths(home, found[-1])]).create_view("tidy")
        result = run_rules(connection, "tidy", dataset.rules, dataset.tidy.grain)
    return [say(failed) for failed in result.failed]


def _deployments(home: Home) -> Iterator[Checked]:
    from flows.settings import prepare

    prepare(home, quiet=True)
    from flows import deployments as code

    try:
        in_step = code.in_step()
    except EvidenceError:
        return  # a declaration that is wrong is told already
    yield Checked("", "prefect.yaml is in step", "" if in_step else "not what the declarations give: run `evidence deployments --write`")
    if code.PREFECT_YAML.exists():
        yield Checked("", "Prefect takes prefect.yaml", "\n".join(code.problems()))


def _print(found: Sequence[Checked], names: Sequence[str]) -> None:
    out = console()
    for one in found:
        if one.problem:
            out.print(f"[red]wrong[/red]  [bold]{one.dataset}[/bold] {one.what}")
            for problem in one.problem.splitlines():
                out.print(f"         {escaped(problem)}")
    wrong = sum(bool(one.problem) for one in found)
    if wrong:
        out.print(f"\n[bold]{wrong} of {len(found)}[/bold] checks failed, over {len(names)} datasets.")
    else:
        out.print(f"[green]All {len(found)} checks hold[/green], over {len(names)} datasets.")
