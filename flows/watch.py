"""The flow `watch`: one look at the calendar and at the pipeline itself, on a schedule of its own.

Refuses to judge: `tasks/watching.py` does, the same for the command `evidence watch`. What Prefect adds is here: the server's own knowledge of runs
that did not start, events, and an artifact.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.settings import get_current_settings
from prefect.states import Completed

from expectations.calendar import LONDON
from flows import events
from flows.jobs import scheduled_datasets
from flows.scheduled import troubles_of
from flows.settings import TAG
from tasks.watching import Seen
from tasks.watching import watch as look
from warehouse.home import Home


@flow(name="watch", persist_result=False)
def watch() -> State[Any]:
    """Say which releases are due, late or moved, and what is wrong with the pipeline itself; tell what is new."""
    home, now, log = Home.from_environment(), datetime.now(UTC), get_run_logger()
    datasets = scheduled_datasets()
    api = get_current_settings().api.url
    seen = look(home, datasets, now, troubles_of(api, now, TAG) if api else None, log.info)
    if seen.problem:
        log.error("Nobody could be told: %s", seen.problem)
    for channel, error in seen.settled.failed.items():
        log.error("Channel %s did not take what was to be told: %s", channel, error)
    create_markdown_artifact(markdown(seen), key="watch", description=seen.summary)
    events.send(events.of_look(seen, datasets))
    return Completed(name="Watched", message=seen.summary)


def markdown(seen: Seen) -> str:
    """The look as a page: what is late first, then what is wrong, then when each dataset is due."""
    today = seen.now.astimezone(LONDON).date()
    lines = [f"# {seen.summary.capitalize()}", ""]
    lines += [f"- **{trouble.title}** `{trouble.code}`: {_plain(trouble.found)}. {_plain(trouble.to_do)}" for trouble in seen.troubles]
    lines += ["", "| dataset | stands | last release |", "|---|---|---|"]
    ordered = sorted(seen.standings, key=lambda one: (not one.late(today), one.due is None, one.due.by if one.due else today, one.dataset))
    lines += [f"| `{one.dataset}` | {one.said(today)} | {one.arrived or 'none here'} |" for one in ordered]
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    return " ".join(text.split()).rstrip(".").replace("|", "\\|").replace("<", "&lt;")
