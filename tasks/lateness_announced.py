"""What publishers announce of their next release: the label that a fetch brings, kept from fetch to fetch, for the day moves while the data stay.

Refuses to write an archived snapshot anew: what was last said stands beside it, in `state/announced/`. A label is an ISO day or an ISO month.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path

from expectations.calendar import Due
from tasks.atomic import replace_json
from tasks.snapshot import Fetched
from warehouse.home import Home

NEXT_RELEASE = "next_release"  # the label in which a fetch keeps what the publisher announces for the release to come


def note(dataset: str, parts: Iterable[Fetched], home: Home) -> None:
    """Keep what a fetch says of the next release, also that it says nothing any more."""
    said = earliest(part.labels for part in parts)
    if said != (noted(home, dataset) or ""):
        replace_json(_path(home, dataset), {"dataset": dataset, NEXT_RELEASE: said})


def noted(home: Home, dataset: str) -> str | None:
    """What the newest fetch said, '' for nothing; None where no fetch of this dataset has announced anything yet."""
    try:
        return str(json.loads(_path(home, dataset).read_text(encoding="utf-8"))[NEXT_RELEASE])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def earliest(labels: Iterable[Mapping[str, str]]) -> str:
    """The first release that several parts announce; '' where they announce none."""
    said = {str(one.get(NEXT_RELEASE, "")) for one in labels}
    return min((one for one in said if due_of(one)), default="")


def due_of(said: str) -> Due | None:
    """The release that a label announces: on a day, or on any day of a month. None for what is neither."""
    whole_month = len(said) == len("2026-11")
    try:
        first = date.fromisoformat(f"{said}-01" if whole_month else said)
    except ValueError:
        return None
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1) if whole_month else first
    return Due(first, last)


def _path(home: Home, dataset: str) -> Path:
    return home.state / "announced" / f"{dataset}.json"
