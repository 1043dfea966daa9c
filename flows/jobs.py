"""The job of a run: where the bytes come from (the publishers, or the sample that ships with the project) and where they are kept.

The same for Prefect and for `--direct`, so that both do the same work.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from expectations.calendar import today_in_london
from expectations.declaration import Dataset, load, verified_ids
from expectations.errors import EvidenceError
from tasks.lateness import stands
from tasks.pipeline import Fetch, Job, Steps, Tell, conclude, ingest
from tasks.record import GOOD, DatasetOutcome, RunRecord, new_run, read_record, read_status, write_record
from tasks.snapshot import Delivery, Snapshot
from tasks.watching import after_run
from warehouse.home import Home

if TYPE_CHECKING:
    from tasks.fetch.http import HttpSettings

Conclude = Callable[[Sequence[Dataset], Job, tuple[DatasetOutcome, ...], str], RunRecord]


@contextmanager
def job_of(home: Home, sample: bool, engine: str) -> Iterator[Job]:
    """One run's job; the sample's server lives as long as the block. `engine` is direct or prefect, for the record."""
    with _sample(home) if sample else _live(home) as fetch:
        yield Job(new_run(), home, fetch, origin="sample" if sample else "live", engine=engine)


def outcome_of(dataset: Dataset, job: Job, steps: Steps, tell: Tell, report: Callable[[str], object]) -> DatasetOutcome:
    """Ingest one dataset, whatever happens: a fault of this program is one dataset's failure too. `report` gets its trace; `tell` the end."""
    try:
        outcome = ingest(dataset, job, steps, tell)
    except Exception as error:
        report(f"Not foreseen:\n{traceback.format_exc()}")
        outcome = unforeseen(dataset.id, f"{type(error).__name__}: {error}")
    tell(dataset.id, outcome.status)
    return outcome


def record_of(
    declared: Sequence[Dataset], job: Job, outcomes: tuple[DatasetOutcome, ...], started: str, end: Conclude = conclude
) -> RunRecord:
    """Publish and write the record, whatever happens: `end` writes it first, so that a publish that cannot end leaves one to complete.

    Then say which releases that were late have come.
    """
    record = _ended(declared, job, outcomes, started, end)
    after_run(record, declared, job.home, datetime.now(UTC))
    return record


def scheduled_datasets() -> list[Dataset]:
    """The datasets that run on a schedule: those whose source has been seen."""
    return [load(dataset) for dataset in verified_ids()]


def still_awaited(declared: Sequence[Dataset], home: Home) -> tuple[list[Dataset], str]:
    """The datasets that are worth a look today, and in words why the others are not.

    A look is worth it while a release is due and has not come, and where the last run held, failed, or never was.
    """
    today, known = today_in_london(), read_status(home)
    wanted, rest = [], []
    for dataset in declared:
        standing, status = stands(dataset, home, today), known.get(dataset.id)
        if standing.awaited(today) or status is None or status.status not in GOOD:
            wanted.append(dataset)
        else:
            rest.append(f"{dataset.id}: {standing.said(today)}")
    return wanted, "; ".join(rest)


def _ended(declared: Sequence[Dataset], job: Job, outcomes: tuple[DatasetOutcome, ...], started: str, end: Conclude) -> RunRecord:
    try:
        return end(declared, job, outcomes, started)
    except (EvidenceError, OSError) as error:
        written = read_record(job.run, job.home)
        if written is None:
            raise
        coded = (
            error if isinstance(error, EvidenceError) else EvidenceError("publish.failed", where=str(job.home.database), found=str(error))
        )
        record = replace(written, published={"error": coded.as_dict()})
        write_record(record, job.home)
        return record


def unforeseen(dataset: str, found: str) -> DatasetOutcome:
    """The outcome of a dataset that ended in a way that no step foresaw."""
    return DatasetOutcome(dataset, "failed", error=EvidenceError("run.unforeseen", found=found, dataset=dataset).as_dict())


@contextmanager
def _live(home: Home) -> Iterator[Fetch]:
    from tasks.fetch.http import HttpSettings

    yield _fetcher(HttpSettings.from_environment(), home)


@contextmanager
def _sample(home: Home) -> Iterator[Fetch]:
    from tasks.fetch.http import HttpSettings
    from tasks.sample import refuse_without_figures, serving

    with serving() as reroute:
        asked = _fetcher(HttpSettings.from_environment(allow_loopback=True, reroute=reroute), home)

        def fetcher(dataset: Dataset, previous: Snapshot | None, scratch: Path) -> Delivery:
            refuse_without_figures(dataset.id)
            return asked(dataset, previous, scratch)

        yield fetcher


def _fetcher(settings: HttpSettings, home: Home) -> Fetch:
    from tasks.fetch import fetch, open_http

    def fetcher(dataset: Dataset, previous: Snapshot | None, scratch: Path) -> Delivery:
        with open_http(dataset.source, settings, scratch, home.state / "pace") as http:
            return fetch(dataset.source.kind, dataset.source, http, previous)

    return fetcher
