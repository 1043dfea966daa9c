"""Deploy what `prefect.yaml` declares to a running Prefect server, through Prefect's own client: sixty deployments in a few seconds.

What `prefect deploy --all` would make of the file, without its second of work for each entry. Refuses a file with anything wrong in it
before the first deployment is made (`flows.deployments.problems`), and removes those of ours that the file no longer has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from expectations.errors import EvidenceError
from flows.deployments import flow_of, problems
from flows.settings import TAG
from warehouse.home import PROJECT

_FROM_HERE = "prefect.deployments.steps.set_working_directory"


def deploy(path: Path, api: str) -> int:
    """Make or renew every deployment of the file, and remove the others of ours. How many there are. Raises `server.failed`."""
    wrong = problems(path)
    if wrong:
        raise EvidenceError("server.failed", where=str(path), expected="deployments that Prefect takes", found="; ".join(wrong[:4]))
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))["deployments"]
    with _client(api) as client:
        made: dict[str, tuple[Any, Any]] = {}  # entrypoint -> the flow's id and the schema of its parameters
        for entry in entries:
            entrypoint = entry["entrypoint"]
            if entrypoint not in made:
                made[entrypoint] = _flow(client, entrypoint)
            _one(client, entry, *made[entrypoint])
        _remove_others(client, {entry["name"] for entry in entries})
    return len(entries)


def _flow(client: Any, entrypoint: str) -> tuple[Any, Any]:
    from prefect.utilities.callables import parameter_schema

    flow = flow_of(entrypoint)
    return client.create_flow(flow), parameter_schema(flow).model_dump_for_openapi()


def _one(client: Any, entry: Mapping[str, Any], flow: Any, parameters: Any) -> None:
    client.create_deployment(
        flow_id=flow,
        name=entry["name"],
        description=entry.get("description"),
        tags=entry.get("tags") or [],
        entrypoint=entry["entrypoint"],
        parameters=entry.get("parameters") or {},
        parameter_openapi_schema=parameters,
        enforce_parameter_schema=True,
        work_pool_name=entry["work_pool"]["name"],
        schedules=[_schedule(one) for one in entry.get("schedules") or []],
        paused=bool(entry.get("paused", False)),
        # Where the flows are found at run time: in this checkout.
        pull_steps=[{_FROM_HERE: {"directory": str(PROJECT)}}],
    )


def _schedule(declared: Mapping[str, Any]) -> Any:
    from prefect.client.schemas.actions import DeploymentScheduleCreate
    from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule, RRuleSchedule

    timezone = declared.get("timezone")
    schedule: Any
    if "cron" in declared:
        schedule = CronSchedule(cron=declared["cron"], timezone=timezone, day_or=declared.get("day_or", True))
    elif "rrule" in declared:
        schedule = RRuleSchedule(rrule=declared["rrule"], timezone=timezone)
    else:
        schedule = IntervalSchedule(interval=timedelta(seconds=declared["interval"]), timezone=timezone)
    given = {name: declared[name] for name in ("active", "parameters", "slug") if name in declared}
    return DeploymentScheduleCreate(schedule=schedule, **given)


def _remove_others(client: Any, declared: set[str]) -> None:
    """Remove deployments of ours that the file no longer has: their schedules would go on running."""
    from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterTags

    ours = DeploymentFilter(tags=DeploymentFilterTags(all_=[TAG]))
    seen = 0
    while page := client.read_deployments(deployment_filter=ours, offset=seen):
        gone = [deployment for deployment in page if deployment.name not in declared]
        for deployment in gone:
            client.delete_deployment(deployment.id)
        seen += len(page) - len(gone)


@contextmanager
def _client(api: str) -> Iterator[Any]:
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_API_URL, temporary_settings

    with temporary_settings({PREFECT_API_URL: api}), get_client(sync_client=True) as client:
        yield client
