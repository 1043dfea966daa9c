"""The one flow, `ingest`: the pipeline's steps as Prefect tasks, datasets side by side, one publish at the end.

Refuses to know how a step works: `tasks/pipeline.py` has the sequence. What Prefect adds is here: names, retries, time limits, states, an artifact
and events. A dataset that fails or is held shows as such and holds back no other.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from prefect import flow, get_run_logger, runtime, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.events import emit_event
from prefect.futures import wait
from prefect.states import Completed, Failed
from prefect.task_runners import ThreadPoolTaskRunner
from prefect.tasks import Task, exponential_backoff

from expectations.declaration import all_ids, load
from expectations.errors import EvidenceError
from flows.jobs import job_of
from flows.report import markdown, summary
from flows.settings import DATASETS_AT_ONCE, TIMEZONE
from flows.watch import current
from tasks import pipeline
from tasks.record import DatasetOutcome, RunRecord
from warehouse.home import Home

# What may be well again in a few minutes; any other failure is the same at the next try.
TRANSIENT = {"fetch.unreachable", "fetch.timeout", "fetch.truncated", "fetch.rate_limited", "fetch.server_error"}
RETRIES = 3
RETRY_SECONDS = 60  # then 120, then 240, each with jitter; the short retries are the HTTP client's
SECONDS = {"fetch": 3600, "examine": 3600, "tidy": 3600, "check": 3600, "land": 3600, "publish": 3600}
EVENTS = {"landed": "evidence.dataset.landed", "held": "evidence.dataset.held", "failed": "evidence.dataset.failed"}
