"""`evidence up`: start the local Prefect server, the worker and the deployments."""

from __future__ import annotations

from flows.cli.output import AsJson, console, print_json
from flows.cli.progress import waiting
from warehouse.home import Home

EXAMPLES = """\
[bold]Examples[/bold]

  evidence up                        start, or say where it runs already

  EVIDENCE_PORT=4300 evidence up     try this port first

  evidence down                      end it all
"""


def up(as_json: AsJson = False) -> None:
    """Start a local Prefect server with all schedules.

    Run it twice without harm. The server listens on this machine only, keeps its database in EVIDENCE_HOME/prefect, and sends nothing to anyone.
    From then on every dataset is looked for on its publisher's release days, `evidence watch` runs twice a day, Prefect's automations are those
    of flows/automations, and `evidence run` goes through this server.
    """
    from flows import server

    home = Home.from_environment()
    was_running = server.running(home) is not None
    with waiting() as tell:
        state = server.up(home, tell)
    if as_json:
        processes = [{"name": process.name, "pid": process.pid, "log": process.log} for process in state.processes]
        print_json({"url": state.url, "api": state.api, "was_running": was_running, "processes": processes})
        return
    out = console()
    out.print(f"[bold]{'Still up' if was_running else 'Up'}[/bold]: [link={state.url}]{state.url}[/link]")
    out.print(f"  schedules  {state.url}/deployments")
    out.print(f"  runs       {state.url}/runs")
    out.print(f"  automation {state.url}/automations")
    for process in state.processes:
        out.print(f"  {process.name:<9}  process {process.pid}, log {process.log}", soft_wrap=True)
    out.print("End it with: evidence down")
