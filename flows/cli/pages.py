"""`evidence pages`: the evidence base as pages to read, and the path of the first one."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli.output import AsJson, console, escaped, print_json
from flows.cli.progress import waiting
from warehouse.home import Home

EXAMPLES = """\
[bold]Examples[/bold]

  evidence pages           build them, and print where they begin

  evidence pages --open    and open them in the browser
"""


def pages(
    open_first: Annotated[bool, typer.Option("--open/--no-open", help="Open the first page in this machine's browser.")] = False,
    as_json: AsJson = False,
) -> None:
    """Build the pages beside the published database: one an indicator and a dataset, static, to be read without a network.

    From then on every publication brings them up to date.
    """
    from tasks.pages import publish_pages

    with waiting() as tell:
        tell("Building the pages")
        built = publish_pages(Home.from_environment(), tell)
    if as_json:
        print_json(built.as_dict())
    else:
        drawn = f"{built.drawn} charts drawn, {built.remembered} as before"
        console().print(
            f"{built.pages} pages, {built.bytes / 1e6:.1f} MB; {drawn}.\n\n[bold]pages[/bold]  {escaped(str(built.first))}", soft_wrap=True
        )
    if open_first:
        typer.launch(built.first.as_uri())
