"""`evidence down`: end the local Prefect server and everything that `evidence up` started."""

from __future__ import annotations

from flows.cli.output import AsJson, console, print_json
from flows.cli.progress import waiting
from warehouse.home import Home

EXAMPLES = """\
[bold]Example[/bold]

  evidence down
"""


def down(as_json: AsJson = False) -> None:
    """End the local Prefect server.

    Its worker too, and the runs that the worker has in hand. What has landed stays.
    """
    from flows import server

    home = Home.from_environment()
    with waiting() as tell:
        ended = server.down(home, tell)
    if as_json:
        print_json({"ended": list(ended)})
        return
    console().print("Ended: " + ", ".join(ended) if ended else "Nothing was running.")
