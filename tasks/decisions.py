"""What persons have accepted of a snapshot that waits for more: remembered until its contract is written, or until the change is gone.

Refuses to carry an acceptance to what nobody has seen: a change that has become more severe, and one of values or volume whose figures are other
ones now, has to be accepted anew.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path

from expectations.change import AGAINST_LANDED, Change, Severity
from expectations.contract import Acceptance
from tasks.atomic import replace_json
from warehouse.home import Home


def accepted_parts(home: Home, dataset: str) -> dict[str, Acceptance]:
    """What was accepted of this dataset and stands in no contract yet, by the id of the change."""
    try:
        stored = json.loads(_path(home, dataset).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return {one["change"]: Acceptance(**one) for one in stored["accepted"]}


def remember(home: Home, dataset: str, acceptances: Iterable[Acceptance]) -> None:
    """Remember these beside what is remembered already."""
    together = {**accepted_parts(home, dataset), **{one.change: one for one in acceptances}}
    _write(home, dataset, together)


def keep_only(home: Home, dataset: str, seen: Collection[str]) -> None:
    """Forget what was accepted of changes that the publisher has taken back: should they come again, they are asked about again."""
    known = accepted_parts(home, dataset)
    kept = {change: acceptance for change, acceptance in known.items() if change in seen}
    if kept != known:
        _write(home, dataset, kept)


def covers(acceptance: Acceptance, change: Change) -> bool:
    """Whether what was accepted is what is here now."""
    worse = change.severity > Severity[acceptance.severity.upper()]
    return not worse and (change.kind not in AGAINST_LANDED or change.what == acceptance.what)


def _write(home: Home, dataset: str, accepted: Mapping[str, Acceptance]) -> None:
    path = _path(home, dataset)
    if accepted:
        replace_json(path, {"dataset": dataset, "accepted": [asdict(one) for one in accepted.values()]})
    else:
        path.unlink(missing_ok=True)


def _path(home: Home, dataset: str) -> Path:
    return home.accepted(dataset)
