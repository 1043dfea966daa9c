"""The one flow, `ingest`: the pipeline's steps as Prefect tasks, datasets side by side, one publish at the end.

Refuses to know how a step works: `tasks/pipeline.py` has the sequence. What Prefect adds is here: names, retries, time limits, states, an artifact;
the events are made in `flows/events.py`. A dataset that fails or is held shows as such and holds back no other.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from prefect import flow, get_run_logger, runtime
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.futures import wait
from prefect.states import Completed, Failed
from prefect.task_runners import ThreadPoolTaskRunner
from prefect.tasks import Task, exponential_backoff
from prefect.transactions import CommitMode, transaction

from expectations.declaration import Dataset, load, verified_ids
from expectations.errors import EvidenceError
from flows import events
from flows.jobs import job_of, outcome_of, record_of, still_awaited, unforeseen
from flows.listening import current
from flows.report import markdown, reason, summary
from flows.settings import DATASETS_AT_ONCE, TIMEZONE
from tasks.pipeline import Job, Steps, conclude
from tasks.record import DatasetOutcome, RunRecord
from warehouse.home import Home

# What may be well again in a few minutes; any other failure is the same at the next try.
TRANSIENT = {"fetch.unreachable", "fetch.timeout", "fetch.truncated", "fetch.rate_limited", "fetch.server_error"}
RETRIES = 3
# Seconds before the first retry, doubled for each further one. These are the long retries: short ones are the HTTP client's own. A person who
# waits at a terminal is told soon; a schedule at night has time.
SCHEDULED_RETRY = 60.0
ATTENDED_RETRY = 2.0
JITTER = 0.5
STEP_SECONDS = 3600.0


def _not_a_known_limit(line: logging.LogRecord) -> bool:
    """Prefect warns at every task that its limit works less well in a thread: so it is, and is said above the code that decides it."""
    return not str(line.msg).startswith("Timeout of %s seconds configured")


logging.getLogger("prefect.task_runs").addFilter(_not_a_known_limit)


def _run_name() -> str:
    """'ingest dfe.pupil_attendance 2026-11-21 09:35', in London's time."""
    asked = runtime.flow_run.parameters.get("datasets") or []
    what = asked[0] if len(asked) == 1 else f"{len(asked) or 'all'} datasets"
    return f"ingest {what} {datetime.now(ZoneInfo(TIMEZONE)):%Y-%m-%d %H:%M}"


@flow(
    name="ingest",
    flow_run_name=_run_name,
    task_runner=ThreadPoolTaskRunner(max_workers=DATASETS_AT_ONCE),  # type: ignore[arg-type]  # Prefect's own annotation is too narrow
    persist_result=False,
)
def ingest(datasets: list[str], sample: bool = False, awaited: bool = False) -> State[Any]:
    """Fetch, check, land and publish datasets. All of them where `datasets` is empty; from the shipped sample where `sample` is true.

    `awaited`: only those whose release is due and has not come; nothing is asked of a publisher whose release is here.
    """
    declared = [load(dataset) for dataset in datasets or verified_ids()]
    log, home = get_run_logger(), Home.from_environment()
    if awaited:
        declared, said = still_awaited(declared, home)
        if not declared:
            log.info(said)
            return Completed(name="NotDue", message=said)
    with job_of(home, sample, engine="prefect") as job:
        started = datetime.now(UTC).isoformat(timespec="seconds")
        log.info("Run %s: %s, home %s", job.run, ", ".join(dataset.id for dataset in declared), job.home.root)
        outcomes = _side_by_side(declared, job)
        current().tell("", "publish")
        record = record_of(declared, job, outcomes, started, end=_as_task(conclude, "publish", "publish"))
    current().records.append(record)
    _tell(record, log)
    events.send(events.of_record(record, declared, home))
    return _final_state(record)


def worth_another_try(_task: Task[..., Any], _task_run: TaskRun, state: State[Any]) -> bool:
    """Whether a fetch that failed may do better in a while: only for codes in `TRANSIENT`."""
    try:
        state.result()
    except EvidenceError as error:
        return error.code in TRANSIENT
    except Exception:
        return False
    return False


def _side_by_side(declared: Sequence[Dataset], job: Job) -> tuple[DatasetOutcome, ...]:
    """Every dataset as one mapped task, its steps as tasks of their own below it. One outcome each, in order."""
    by_id = {dataset.id: dataset for dataset in declared}
    outcomes: dict[str, DatasetOutcome] = {}
    steps, watch = _steps(job), current()

    def one(dataset_id: str) -> State[Any]:
        outcomes[dataset_id] = outcome_of(by_id[dataset_id], job, steps, watch.tell, report=get_run_logger().error)
        return _state_of(outcomes[dataset_id])

    mapped = Task(one, name="dataset", task_run_name="{dataset_id}", cache_policy=NO_CACHE, persist_result=False)
    if len(by_id) == 1:
        # In the main thread a time limit interrupts whatever runs; in a thread it waits for the call in hand to return.
        mapped(declared[0].id, return_state=True)
    else:
        wait(mapped.map(list(by_id)))
    return tuple(outcomes.get(dataset) or unforeseen(dataset, "the task ended without an outcome") for dataset in by_id)


def _steps(job: Job) -> Steps:
    plain = Steps()
    delay = SCHEDULED_RETRY if runtime.deployment.id else ATTENDED_RETRY
    retries: dict[str, Any] = {
        "retries": RETRIES,
        "retry_delay_seconds": exponential_backoff(0.05 if job.origin == "sample" else delay),
        "retry_jitter_factor": JITTER,
        "retry_condition_fn": worth_another_try,
    }
    return Steps(
        collect=_as_task(plain.collect, "fetch", **retries),
        examine=_as_task(plain.examine, "examine"),
        transform=_as_task(plain.transform, "tidy"),
        check=_as_task(plain.check, "check"),
        land=_as_task(plain.land, "land"),
    )


def _as_task(step: Callable[..., Any], name: str, run_name: str = "", **options: Any) -> Callable[..., Any]:
    """A step as a Prefect task, named after its dataset (the step's first argument).

    The arguments stay in the closure: as parameters of the task, Prefect would walk through connections and whole contracts to find futures.
    """

    def call(first: Any, *rest: Any) -> Any:
        def act() -> Any:
            attempt = runtime.task_run.run_count or 1
            if attempt > 1:
                current().tell(first.id, f"{name}, attempt {attempt}")
            return step(first, *rest)

        named = run_name or f"{name} {first.id}"
        made: Task[[], Any] = Task(
            act, name=name, task_run_name=named, timeout_seconds=STEP_SECONDS, cache_policy=NO_CACHE, persist_result=False, **options
        )
        try:
            # Committed by itself: else a later step's failure would show the steps before it as rolled back, and nothing was.
            with transaction(commit_mode=CommitMode.EAGER):
                return made()
        except TimeoutError as error:
            raise EvidenceError("run.timeout", where=named, expected=f"an end within {STEP_SECONDS:g} s", found="none") from error

    return call


def _state_of(outcome: DatasetOutcome) -> State[Any]:
    """Landed, Unchanged, Held or Failed, with the reason where a person looks first."""
    if outcome.good:
        rows = f"{outcome.rows:,} rows" if outcome.rows is not None else ""
        return Completed(name=outcome.status.capitalize(), message=rows)
    return Failed(name=outcome.status.capitalize(), message=reason(outcome))


def _final_state(record: RunRecord) -> State[Any]:
    message = summary(record.outcomes)
    unpublished = bool(record.published and "error" in record.published)
    if record.good and not unpublished:
        return Completed(message=message)
    held = all(outcome.good or outcome.status == "held" for outcome in record.outcomes) and not unpublished
    return Failed(name="Held" if held else "Failed", message=message + ("; the database was not published" if unpublished else ""))


def _tell(record: RunRecord, log: logging.Logger | logging.LoggerAdapter[Any]) -> None:
    """The account of the run in Prefect: its log, and an artifact of the run."""
    for outcome in record.outcomes:
        level = logging.INFO if outcome.good else logging.WARNING if outcome.status == "held" else logging.ERROR
        log.log(level, "%s: %s %s", outcome.dataset, outcome.status, reason(outcome) or f"({outcome.rows or 0:,} rows)")
    key = f"run-{record.datasets[0].replace('.', '-').replace('_', '-')}" if len(record.datasets) == 1 else "run"
    create_markdown_artifact(markdown(record), key=key, description=summary(record.outcomes))
