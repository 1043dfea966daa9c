"""`evidence automations`: Prefect's automations as code, listed and applied."""

from __future__ import annotations

import os
from typing import Annotated, Literal

import typer

from expectations.errors import EvidenceError
from flows.cli.output import AsJson, console, escaped, print_json, table
from flows.cli.progress import waiting
from warehouse.home import Home

EXAMPLES = """\
[bold]Examples[/bold]

  evidence automations             what is declared, and what the server has

  evidence automations apply       bring the server in line; `evidence up` does it too

PREFECT_API_URL names another server than the one that `evidence up` starts. EVIDENCE_PREFECT_NOTIFY and EVIDENCE_PREFECT_WEBHOOK
say where Prefect is to send to; without them those two automations stay off.
"""


def automations(
    do: Annotated[Literal["list", "apply"], typer.Argument(help="list, or apply to the server.")] = "list", as_json: AsJson = False
) -> None:
    """List or apply Prefect's automations.

    They are YAML files in flows/automations, found on the server by name and replaced: applied twice, there is one of each.
    """
    from flows.settings import prepare

    home = Home.from_environment()
    api = _api(home)
    if do == "apply" and not api:
        raise EvidenceError("server.failed", where=str(home.root), expected="a Prefect server", found="none is up", todo="evidence up")
    prepare(home, quiet=True)
    if do == "apply":
        _apply(api, as_json)
    else:
        _list(api, as_json)


def _api(home: Home) -> str:
    """The address of the server that is configured or up and answers; '' where none does."""
    from flows import server

    state = server.running(home)
    api = os.environ.get("PREFECT_API_URL") or (state.api if state else "")
    return api if api and server.healthy(api, timeout=10) else ""


def _apply(api: str, as_json: bool) -> None:
    from flows import automations as code

    with waiting() as tell:
        done = code.apply(api, tell)
    if as_json:
        print_json([one.as_dict() for one in done])
        return
    shown = table("automation", "", "")
    for one in done:
        shown.add_row(f"[bold]{escaped(one.name)}[/bold]", one.done, f"[yellow]off[/yellow]: {escaped(one.off)}" if one.off else "")
    console().print(shown)


def _list(api: str, as_json: bool) -> None:
    from flows import automations as code

    with waiting() as tell:
        tell("Checking the automations with Prefect's own classes")
        declared = code.declared()
        there = {str(one["name"]): bool(one["on"]) for one in (code.stored(api) if api else ())}
    listed = [
        {"name": one.name, "what": str(one.content.get("description", "")), "file": str(one.path), "on_server": one.name in there}
        | {"on": there.get(one.name)}
        for one in declared
    ]
    if as_json:
        print_json({"server": api or None, "automations": listed})
        return
    shown = table("automation", "what it does", "server")
    for one in listed:
        state = "not there" if not one["on_server"] else "on" if one["on"] else "[yellow]off[/yellow]"
        shown.add_row(f"[bold]{escaped(one['name'])}[/bold]", escaped(one["what"]), state if api else "[dim]no server is up[/dim]")
    console().print(shown)
