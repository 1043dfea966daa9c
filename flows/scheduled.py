"""What a Prefect server knows of our schedules: runs that did not start, died, or never end.

Asks the server's own API over HTTP, so that a look need not import Prefect. Refuses to fail where the server does not answer: then nobody was asked.
"""

from __future__ import annotations

import base64
import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tasks.health import Trouble

START_WITHIN = timedelta(minutes=30)  # four datasets at once, forty at 09:30: the last of them start later
LONGEST_RUN = timedelta(hours=6)
_MOST = 200  # the server's own limit of one answer
_SECONDS = 5.0


def troubles_of(api: str, now: datetime, tag: str) -> tuple[Trouble, ...] | None:
    """What is wrong with the last due run of each deployment that carries `tag`; None where the server does not answer."""
    try:
        deployments = _asked(api, "deployments/filter", {"deployments": {"tags": {"all_": [tag]}}, "limit": _MOST})
        runs = _last_runs(api, [str(one["id"]) for one in deployments], now)
    except (OSError, urllib.error.URLError, ValueError, KeyError, TypeError):
        return None
    found = (_trouble(one, runs.get(str(one["id"])), now) for one in deployments)
    return tuple(trouble for trouble in found if trouble is not None)


def _last_runs(api: str, deployments: list[str], now: datetime) -> dict[str, Mapping[str, Any]]:
    """The newest run of each deployment that should have started by now."""
    last: dict[str, Mapping[str, Any]] = {}
    offset = 0
    while len(last) < len(deployments):
        query = {
            "flow_runs": {"expected_start_time": {"before_": now.isoformat()}, "deployment_id": {"any_": deployments}},
            "sort": "EXPECTED_START_TIME_DESC",
            "limit": _MOST,
            "offset": offset,
        }
        page = _asked(api, "flow_runs/filter", query)
        for run in page:
            last.setdefault(str(run["deployment_id"]), run)
        offset += _MOST
        if len(page) < _MOST or offset >= 10 * _MOST:
            break
    return last


def _trouble(deployment: Mapping[str, Any], run: Mapping[str, Any] | None, now: datetime) -> Trouble | None:
    if run is None or deployment.get("paused"):
        return None
    name, state = str(deployment["name"]), str(run.get("state_type"))
    waited = now - datetime.fromisoformat(str(run["expected_start_time"]).replace("Z", "+00:00"))
    about = f"{name}: run {run['name']}, due {run['expected_start_time'][:16]} UTC"
    dataset = name if "." in name else ""
    if state in ("SCHEDULED", "PENDING") and waited > START_WITHIN:
        return Trouble("pipeline.run_late", name, f"{about}, has not started", dataset)
    if state == "CRASHED":
        return Trouble("pipeline.run_crashed", name, f"{about}, crashed", dataset)
    if state == "RUNNING" and waited > LONGEST_RUN:
        return Trouble("pipeline.run_crashed", name, f"{about}, is said to run still", dataset)
    return None


def _asked(api: str, path: str, query: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    headers = {"Content-Type": "application/json", **_credentials()}
    request = urllib.request.Request(f"{api.rstrip('/')}/{path}", data=json.dumps(query).encode(), headers=headers, method="POST")
    with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
        found = json.load(answer)
    if not isinstance(found, list):
        raise ValueError(f"{path}: no list")
    return found


def _credentials() -> dict[str, str]:
    """Prefect's own two ways: a key of its cloud, a user and password of a server."""
    if os.environ.get("PREFECT_API_KEY"):
        return {"Authorization": f"Bearer {os.environ['PREFECT_API_KEY']}"}
    if os.environ.get("PREFECT_API_AUTH_STRING"):
        return {"Authorization": "Basic " + base64.b64encode(os.environ["PREFECT_API_AUTH_STRING"].encode()).decode()}
    return {}
