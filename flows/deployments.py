"""Deployments as code: `prefect.yaml` is generated from the declarations, one deployment a dataset, and wholly checked offline.

Refuses what Prefect would take in silence: its own YAML model drops keys that it does not know, and a schedule in the hour that the clock change
repeats or skips runs twice or never.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from expectations.declaration import DATASETS, Dataset, all_ids, load
from flows.polling import schedules
from flows.settings import TAG, TIMEZONE, WORK_POOL
from warehouse.home import PROJECT

PREFECT_YAML = PROJECT / "prefect.yaml"
ENTRYPOINT = "flows/ingest.py:ingest"
WATCH_ENTRYPOINT = "flows/watch.py:watch"
WATCH = "watch"
WATCH_CRON = "0 11,17 * * *"  # after the looks of the morning, and after the last of the day
ON_DEMAND = "on-demand"  # tag of a deployment without a schedule: its source was never seen
TOP_KEYS = {"name", "prefect-version", "build", "push", "pull", "deployments"}
DEPLOYMENT_KEYS = {"name", "description", "tags", "entrypoint", "parameters", "work_pool", "schedules", "paused", "pull", "version"}
WORK_POOL_KEYS = {"name", "work_queue_name", "job_variables"}
SCHEDULE_KEYS = {"cron", "interval", "rrule", "timezone", "active", "slug", "anchor_date", "day_or", "parameters"}
_HEADER = """\
# Generated from expectations/datasets by `evidence deployments --write`; `evidence deployments --check` says whether it is in step.
# One deployment a dataset, each on the days on which its publisher releases. The times are those of London, summer and winter.
# `evidence up` deploys all of them to a local server; `prefect deploy --all`, run from this folder, to any other.
"""


def render(datasets: Sequence[Dataset]) -> str:
    """The text of `prefect.yaml` for these datasets."""
    content = {"name": "city-evidence-base", "deployments": [*map(deployment, datasets), watch_deployment()]}
    return _HEADER + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=140)


def deployment(dataset: Dataset) -> dict[str, Any]:
    """One entry of `prefect.yaml`."""
    looks = schedules(dataset)
    return {
        "name": dataset.id,
        "description": f"{dataset.title}. Due: {dataset.release.said}."
        if looks
        else f"{dataset.title}. Only on demand: {dataset.unverified}",
        "tags": [TAG, dataset.publisher, *([] if looks else [ON_DEMAND])],
        "entrypoint": ENTRYPOINT,
        "parameters": {"datasets": [dataset.id]},
        "work_pool": {"name": WORK_POOL},
        "schedules": looks,
    }


def watch_deployment() -> dict[str, Any]:
    """The entry of the flow that looks for what is late and for what is wrong with the pipeline itself."""
    return {
        "name": WATCH,
        "description": "Says which releases are due, late or moved, and what is wrong with the pipeline itself; tells what is new.",
        "tags": [TAG],
        "entrypoint": WATCH_ENTRYPOINT,
        "parameters": {},
        "work_pool": {"name": WORK_POOL},
        "schedules": [{"cron": WATCH_CRON, "timezone": TIMEZONE, "active": True, "slug": "daily"}],
    }


def write(path: Path = PREFECT_YAML, folder: Path = DATASETS) -> bool:
    """Write `prefect.yaml` anew. True where its text changed."""
    text = render([load(dataset, folder) for dataset in all_ids(folder)])
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    path.write_text(text, encoding="utf-8")
    return True


def in_step(path: Path = PREFECT_YAML, folder: Path = DATASETS) -> bool:
    """Is the file exactly what the declarations give?"""
    return path.exists() and path.read_text(encoding="utf-8") == render([load(dataset, folder) for dataset in all_ids(folder)])


def problems(path: Path = PREFECT_YAML) -> tuple[str, ...]:
    """All that is wrong with a `prefect.yaml`, found without a server. () where nothing is."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict) or not isinstance(content.get("deployments"), list):
        return (f"{path.name} holds no list of deployments",)
    found = [f"unknown key {key!r} at the top" for key in content if key not in TOP_KEYS]
    names = [str(entry.get("name")) for entry in content["deployments"]]
    found += [f"{name}: the name stands twice" for name in sorted({name for name in names if names.count(name) > 1})]
    for entry in content["deployments"]:
        found += [f"{entry.get('name')}: {problem}" for problem in _entry_problems(entry)]
    return tuple(found)


def clock_problems(schedule: Mapping[str, Any], timezone: str = TIMEZONE, year: int = 2027) -> tuple[str, ...]:
    """Where a schedule goes wrong at the two clock changes of a year: runs lost, doubled or moved. By Prefect's own schedule class.

    The same schedule in UTC, where no clock changes, says what the local times ought to be.
    """

    rule, day_or = _rule(schedule), bool(schedule.get("day_or", True))
    wanted, given = _local_times(rule, day_or, "UTC", year), _local_times(rule, day_or, timezone, year)
    lost = sorted(set(wanted) - set(given))
    extra = sorted(set(given) - set(wanted))
    doubled = sorted({time for time in given if given.count(time) > 1}) if len(given) != len(set(given)) else []
    return tuple(
        f"{_rule(schedule)!r} in {timezone}: {what} {', '.join(f'{time:%Y-%m-%d %H:%M}' for time in times[:3])}"
        for what, times in (("never runs at", lost), ("runs at the wrong time", extra), ("runs twice at", doubled))
        if times
    )


def next_runs(looks: Sequence[Mapping[str, Any]], count: int, timezone: str = TIMEZONE) -> list[datetime]:
    """The next times at which any of these schedules runs, in their own timezone; in order, each once."""
    found: set[datetime] = set()
    for schedule in looks:
        dates = asyncio.run(_schedule_class(_rule(schedule), bool(schedule.get("day_or", True)), timezone).get_dates(n=count))
        found |= {date.astimezone(ZoneInfo(timezone)) for date in dates}
    return sorted(found)[:count]


@lru_cache(maxsize=8)
def flow_of(entrypoint: str) -> Any:
    """The flow at `flows/ingest.py:ingest`. Raises what Prefect raises where there is none."""
    from prefect.flows import load_flow_from_entrypoint

    path, _, name = entrypoint.rpartition(":")
    return load_flow_from_entrypoint(f"{PROJECT / path}:{name}", use_placeholder_flow=False)


def _rule(schedule: Mapping[str, Any]) -> str:
    return str(schedule.get("cron") or schedule.get("rrule"))


@lru_cache(maxsize=1024)  # forty datasets share most of their schedules
def _local_times(rule: str, day_or: bool, timezone: str, year: int) -> tuple[datetime, ...]:
    """The times at which a schedule runs in the weeks of the two clock changes, by the clock on the wall; elsewhere in a year nothing can go wrong.

    Raises ValueError, KeyError where Prefect does not take it.
    """
    zone, schedule = ZoneInfo(timezone), _schedule_class(rule, day_or, timezone)
    found: list[datetime] = []
    for first, last in (((3, 20), (4, 7)), ((10, 20), (11, 7))):
        start, end = (datetime(year, *day, tzinfo=zone) for day in (first, last))
        dates = asyncio.run(schedule.get_dates(n=10_000, start=start, end=end))
        found += [date.astimezone(zone).replace(tzinfo=None) for date in dates]
    return tuple(found)


def _schedule_class(rule: str, day_or: bool, timezone: str) -> Any:
    """Prefect's own class for a schedule of `prefect.yaml`. Raises ValueError where Prefect does not take it."""
    from prefect.server.schemas.schedules import CronSchedule, RRuleSchedule

    if rule.startswith("DTSTART"):
        return RRuleSchedule(rrule=rule, timezone=timezone)
    return CronSchedule(cron=rule, timezone=timezone, day_or=day_or)


def _entry_problems(entry: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"unknown key {key!r}" for key in entry if key not in DEPLOYMENT_KEYS)
    scheduled = () if ON_DEMAND in (entry.get("tags") or ()) else ("schedules",)
    yield from (f"missing key {key!r}" for key in ("name", "entrypoint", "work_pool", *scheduled) if not entry.get(key))
    yield from (f"unknown key {key!r} in work_pool" for key in entry.get("work_pool") or {} if key not in WORK_POOL_KEYS)
    for schedule in entry.get("schedules") or []:
        yield from (f"unknown key {key!r} in schedules" for key in schedule if key not in SCHEDULE_KEYS)
        yield from _schedule_problems(schedule)
    asked: list[Mapping[str, Any]] = [{}, *(schedule.get("parameters") or {} for schedule in entry.get("schedules") or [])]
    for parameters in {repr(sorted(one)): one for one in asked}.values():
        yield from _flow_problems(str(entry.get("entrypoint")), {**(entry.get("parameters") or {}), **parameters})


def _schedule_problems(schedule: Mapping[str, Any]) -> Iterator[str]:
    if "cron" not in schedule and "rrule" not in schedule:
        return
    if not schedule.get("timezone"):
        yield "the schedule names no timezone, and Prefect would take UTC"
        return
    try:
        yield from clock_problems(schedule, schedule["timezone"])
    except (ValueError, KeyError) as error:  # pydantic's ValidationError is the first, an unknown timezone the second
        yield f"Prefect does not take the schedule {_rule(schedule)!r}: {str(error).splitlines()[-1].strip()}"


def _flow_problems(entrypoint: str, parameters: Mapping[str, Any]) -> Iterator[str]:
    from prefect.exceptions import MissingFlowError, ParameterTypeError, ScriptError, SignatureMismatchError
    from prefect.utilities.callables import get_call_parameters

    try:
        flow = flow_of(entrypoint)
        flow.validate_parameters(get_call_parameters(flow.fn, (), dict(parameters)))
    except (MissingFlowError, ScriptError, OSError, ValueError) as error:
        yield f"the entrypoint {entrypoint} does not load: {error}"
    except (ParameterTypeError, SignatureMismatchError, TypeError) as error:
        yield f"the flow does not take its parameters: {error}"
