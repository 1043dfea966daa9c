"""`evidence check`: is everything that people wrote right, before anything is fetched?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Annotated

import typer

from expectations.errors import EvidenceError
from flows.cli.output import EXIT_FAILED, AsJson, console, escaped, print_json
from flows.cli.progress import Say, waiting
from warehouse.home import Home

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
    as_json: AsJson = False,
) -> None:
    """Check declarations, tidy SQL, contracts and schedules, offline.

    Needs no network and no server. Exit code 1 where something is wrong.
    """
    from expectations.declaration import all_ids

    names = list(dict.fromkeys(datasets or all_ids()))
    unknown = [name for name in names if name not in all_ids()]
    if unknown:
        from expectations.declaration import load

        load(unknown[0])  # raises, with the nearest name
    home = Home.from_environment()
    with waiting() as tell:
        found = list(_all(names, home, landed, whole=not datasets, tell=tell))
    wrong = [one for one in found if one.problem]
    if as_json:
        print_json({"good": not wrong, "checked": [asdict(one) for one in found]})
    else:
        _print(found, names)
    if wrong:
        raise typer.Exit(EXIT_FAILED)


def _all(names: Sequence[str], home: Home, landed: bool, whole: bool, tell: Say) -> Iterator[Checked]:
    tell("Checking declarations, tidy SQL and contracts")
    for name in names:
        declaration = _tried(name, "declaration", lambda name=name: _declaration(name))  # type: ignore[misc]
        yield declaration
        if declaration.problem:
            continue
        yield _tried(name, "tidy SQL", lambda name=name: _tidy(name))  # type: ignore[misc]
        yield _tried(name, "contract", lambda name=name: _contract(name))  # type: ignore[misc]
        if landed:
            tell(f"Running the rules of {name} on what is landed")
            yield _tried(name, "rules on the landed table", lambda name=name: _landed(name, home))  # type: ignore[misc]
    if whole:
        tell("Checking prefect.yaml with Prefect's own classes")
        yield from _deployments(home)


def _tried(name: str, what: str, look: Callable[[], str]) -> Checked:
    try:
        return Checked(name, what, look())
    except EvidenceError as error:
        place = f"{error.where}: " if error.where else ""
        wanted = f", expected {error.expected}" if error.expected else ""
        return Checked(name, what, f"{place}{error.found}{wanted} [{error.code}]")


def _declaration(name: str) -> str:
    from expectations.declaration import load

    return "" if load(name).rules else "no expectations are declared"


def _tidy(name: str) -> str:
    """Run the SELECT over an empty `raw`: syntax, names and the declared columns are all held to, and nothing has to be fetched."""
    import duckdb

    from expectations.declaration import load
    from tasks.tidy import transform

    dataset = load(name)
    columns = ", ".join(f'null::varchar as "{column}"' for column in dataset.raw.columns)
    with duckdb.connect(":memory:") as connection:
        connection.execute(
            f"create view arrived as select {columns}, null::varchar as _part, null::bigint as _row,"
            " map()::map(varchar, varchar) as _labels where false"
        )
        transform(dataset, connection)
    return ""


def _contract(name: str) -> str:
    from expectations.contract import load as load_contract
    from expectations.contract import path_of
    from expectations.declaration import load

    contract, dataset = load_contract(name), load(name)
    if contract is None and dataset.state == "unverified":
        return ""  # its first live run proposes one
    if contract is None:
        return f"no one has accepted a contract: no file {path_of(name)}"
    known = {dataset.canonical(column.name) or column.name for column in contract.shape.columns}
    missing = [column for column in dataset.relied_on if column not in known]
    return f"the contract has no column {', '.join(missing)}, on which the declaration relies" if missing else ""


def _landed(name: str, home: Home) -> str:
    import duckdb

    from expectations.declaration import load
    from tasks.check import check as run_rules
    from tasks.check import say
    from warehouse.lake import paths, vintages

    dataset, found = load(name), vintages(home, name)
    if not found:
        return f"nothing is landed in {home.root}"
    with duckdb.connect(":memory:") as connection:
        connection.from_parquet([str(path) for path in paths(home, found[-1])]).create_view("tidy")
        result = run_rules(connection, "tidy", dataset.rules, dataset.tidy.grain)
    return "; ".join(say(failed) for failed in result.failed)


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
        yield Checked("", "Prefect takes prefect.yaml", "; ".join(code.problems()))


def _print(found: Sequence[Checked], names: Sequence[str]) -> None:
    out = console()
    for one in found:
        if one.problem:
            out.print(f"[red]wrong[/red]  [bold]{one.dataset}[/bold] {one.what}")
            for problem in one.problem.split("; "):
                out.print(f"         {escaped(problem)}")
    wrong = sum(bool(one.problem) for one in found)
    if wrong:
        out.print(f"\n[bold]{wrong} of {len(found)}[/bold] checks failed, over {len(names)} datasets.")
    else:
        out.print(f"[green]All {len(found)} checks hold[/green], over {len(names)} datasets.")
