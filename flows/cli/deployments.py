"""`evidence deployments`: the schedules as code, generated from the declarations and checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.output import EXIT_FAILED, AsJson, console, escaped, print_json, table
from flows.cli.progress import waiting
from warehouse.home import Home

if TYPE_CHECKING:
    from expectations.declaration import Dataset

EXAMPLES = """\
[bold]Examples[/bold]

  evidence deployments             every deployment, when its dataset is due, and the next three looks

  evidence deployments --write     generate prefect.yaml from the declarations

  evidence deployments --check     is prefect.yaml in step, and would Prefect take it? For CI
"""


def deployments(
    write: Annotated[bool, typer.Option("--write", help="Write prefect.yaml from the declarations.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Check prefect.yaml; exit 1 where it is out of step or wrong.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show, generate or check the schedules.

    One deployment a dataset. The days on which it looks follow from the declared release calendar. The check needs no server:
    keys, schedules over both clock changes of a year, entrypoints and parameters, by Prefect's own classes.
    """
    from flows.settings import prepare

    if write and check:
        raise typer.BadParameter("--write and --check exclude each other")
    prepare(Home.from_environment(), quiet=True)
    if write:
        _write(as_json)
    elif check:
        _check(as_json)
    else:
        _list(as_json)


def _write(as_json: bool) -> None:
    from flows import deployments as code

    changed = code.write()
    if as_json:
        print_json({"path": str(code.PREFECT_YAML), "changed": changed})
    else:
        console().print(f"{code.PREFECT_YAML}: {'written' if changed else 'was in step already'}", soft_wrap=True)


def _check(as_json: bool) -> None:
    from flows import deployments as code

    with waiting() as tell:
        tell("Checking the deployments with Prefect's own classes")
        found = [] if code.in_step() else ["prefect.yaml is not what the declarations give: run `evidence deployments --write`"]
        found += code.problems() if code.PREFECT_YAML.exists() else []
    if as_json:
        print_json({"path": str(code.PREFECT_YAML), "problems": found})
    else:
        for problem in found:
            console().print(f"[red]wrong[/red]  {escaped(problem)}")
        if not found:
            console().print("prefect.yaml is in step with the declarations, and Prefect takes every schedule, entrypoint and parameter.")
    if found:
        raise typer.Exit(EXIT_FAILED)


def _list(as_json: bool) -> None:
    from expectations.declaration import all_ids, load
    from flows import deployments as code

    with waiting() as tell:
        tell("Asking Prefect's schedule classes for the next runs")
        listed = [_listed(dataset) for dataset in map(load, all_ids())]
        watching = code.watch_deployment()
        listed.append(_entry(f"{code.WATCH}/{code.WATCH}", "twice a day", watching["schedules"]))
    if as_json:
        print_json(listed)
        return
    shown = table("deployment", "due", "next looks (London time)")
    for one in listed:
        shown.add_row(str(one["deployment"]), escaped(one["due"]), "\n".join(one["next"]) or "[dim]only on demand[/dim]")
    console().print(shown)


def _listed(dataset: Dataset) -> dict[str, Any]:
    from flows.polling import schedules

    return _entry(f"ingest/{dataset.id}", dataset.release.said, schedules(dataset))


def _entry(name: str, due: str, looks: list[dict[str, Any]]) -> dict[str, Any]:
    from flows import deployments as code

    return {"deployment": name, "due": due, "schedules": looks, "next": [f"{time:%a %d %b %Y %H:%M}" for time in code.next_runs(looks, 3)]}
