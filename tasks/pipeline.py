"""The one sequence from a publisher's service to a published table, in plain Python.

    collect (fetch, archive) -> examine (read, observe, compare) -> transform (tidy) -> check -> land -> publish

Refuses to reach back: each step takes what the one before it gave. A live run, the sample, a replay and a rehearsal differ only
in `Job.fetch`, where the bytes come from; `flows/` replaces each step by its Prefect task, `--direct` runs them as they stand.
"""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from expectations.change import Severity
from expectations.contract import ACCEPTED, Contract, path_of
from expectations.contract import load as load_contract
from expectations.declaration import Dataset, all_ids, load
from expectations.errors import EvidenceError
from expectations.policies import softened
from expectations.rules import SuiteResult
from tasks import acceptance, archive, discard, known, retention, seen
from tasks.alert import telling
from tasks.check import check, failure, warm_up
from tasks.check_source import with_rule_sets
from tasks.decisions import keep_only
from tasks.examine import Inspection, examine
from tasks.land import land
from tasks.lateness_announced import note
from tasks.locks import lock
from tasks.proposal import clear_proposal, keep_shape, propose
from tasks.publish import Published, publish
from tasks.record import DatasetOutcome, RunRecord, clear_hold, write_hold, write_record
from tasks.snapshot import Delivery, Snapshot
from tasks.tables import table_of
from tasks.tidy import SQL, transform
from warehouse.engine import engine
from warehouse.home import Home
from warehouse.lake import Vintage, vintages
from warehouse.table import DatasetTable

Fetch = Callable[[Dataset, Snapshot | None, Path], Delivery]
Tell = Callable[[str, str], None]  # dataset id, what happens now
STEPS = ("fetch", "examine", "tidy", "check", "land")
_LOG = logging.getLogger("evidence")


@dataclass(frozen=True)
class Job:
    """What one run needs to know, the same for every dataset. `fetch` gets the dataset, its last snapshot and a scratch folder."""

    run: str
    home: Home
    fetch: Fetch
    origin: str = "live"  # live, sample, replay
    engine: str = "direct"  # direct, prefect
    accepted: Path = ACCEPTED  # folder of contracts
    sql: Path = SQL  # folder of tidy SQL


def collect(dataset: Dataset, job: Job, scratch: Path) -> Snapshot:
    """Fetch and archive. Raises `fetch.*`, `archive.*`."""
    delivery = job.fetch(dataset, _last_snapshot(dataset, job), scratch)
    snapshot = archive.keep(delivery, dataset.id, job.run, job.home, job.origin)
    if job.origin == "live":
        note(dataset.id, delivery.parts, job.home)
    return snapshot


def check_tidy(dataset: Dataset, connection: duckdb.DuckDBPyConnection) -> SuiteResult:
    """Run the dataset's rules and its grain on the table `tidy`, and on what is left of it where rules discard the rows that break them.

    Raises `check.broken_rule`, `check.empty`.
    """
    rules = softened(dataset.rules, dataset.known_errors, datetime.now(UTC).date())
    result = check(connection, "tidy", rules, dataset.tidy.grain)
    if discard.reject(connection, "tidy", result, dataset.discard_at_most):
        result = check(connection, "tidy", rules, dataset.tidy.grain)
    return with_rule_sets(dataset, connection, result)


def land_tidy(
    dataset: Dataset, job: Job, snapshot: Snapshot, contract: Contract, content: str, connection: duckdb.DuckDBPyConnection
) -> Vintage:
    """Keep what was discarded, then land the table `tidy`. Raises `discard.not_written`, `land.*`, `lake.damaged`, `lock.busy`."""
    aside = job.home.discarded(dataset.id, job.run)
    discard.keep(connection, aside, dataset.id, snapshot.id, job.run)
    vintage = land(connection, "tidy", table_of(dataset, contract, job.sql), snapshot, job.home, job.run, content)
    if vintage.run != job.run:
        discard.forget(aside)  # the same rows landed before, with what was discarded then
    return vintage


@dataclass(frozen=True)
class Steps:
    """The steps as functions, so that an orchestrator can put its own around each."""

    collect: Callable[[Dataset, Job, Path], Snapshot] = collect
    examine: Callable[..., Inspection] = examine
    transform: Callable[..., int] = transform
    check: Callable[[Dataset, duckdb.DuckDBPyConnection], SuiteResult] = check_tidy
    land: Callable[..., Vintage] = land_tidy


def ingest(dataset: Dataset, job: Job, steps: Steps = Steps(), tell: Tell = lambda dataset, step: None) -> DatasetOutcome:  # frozen
    """Take one dataset from its publisher to the lake.

    Never raises `EvidenceError`: a failure is the outcome, and the last good table stays.
    """
    clock = _Clock(dataset.id, tell)
    try:
        with _alone(dataset, job) as (scratch, connection):
            return _ingest(dataset, job, steps, clock, scratch, connection)
    except EvidenceError as error:
        return clock.failed(error)
    except Exception as error:  # whatever it is, it is this dataset's: the others go on
        _LOG.exception("%s: not foreseen", dataset.id)
        return clock.failed(EvidenceError("run.unforeseen", found=f"{type(error).__name__}: {error}"))


def run(datasets: Sequence[Dataset], job: Job, steps: Steps = Steps(), tell: Tell = lambda dataset, step: None) -> RunRecord:  # frozen
    """Ingest the datasets one after another, publish once, write the run record."""
    started = _now()
    outcomes = tuple(ingest(dataset, job, steps, tell) for dataset in datasets)
    tell("", "publish")
    return conclude(datasets, job, outcomes, started)


def conclude(datasets: Sequence[Dataset], job: Job, outcomes: tuple[DatasetOutcome, ...], started: str) -> RunRecord:
    """The end of every run: the record (which publishing puts into `meta`), one publish, the record with what was published,
    and the alerts."""
    names = tuple(dataset.id for dataset in datasets)
    outcomes = _thinned(datasets, job, outcomes)
    record = RunRecord(job.run, started, _now(), job.origin, job.engine, names, outcomes)
    write_record(record, job.home)
    try:
        published: dict[str, Any] = publish_all(job).as_dict()
    except EvidenceError as error:
        published = {"error": error.as_dict()}
    record = replace(record, finished=_now(), published=published)
    write_record(record, job.home)
    return telling.tell(record, datasets, job.home, job.accepted)


def _thinned(datasets: Sequence[Dataset], job: Job, outcomes: tuple[DatasetOutcome, ...]) -> tuple[DatasetOutcome, ...]:
    """Take out what the declarations no longer keep, and note it in the outcome of its dataset."""
    said = {done.dataset: f"taken out, as declared: {done.said}" for done in retention.thin(datasets, job.home, job.accepted)}
    return tuple(replace(one, notes=(*one.notes, said[one.dataset])) if one.dataset in said else one for one in outcomes)


def publish_all(job: Job, settle: float = 0.0) -> Published:
    """Publish what is landed of every declared dataset. Raises `publish.failed`, `lock.busy`."""
    declared = (load(dataset) for dataset in all_ids())
    return publish(job.home, [table_of(dataset, load_contract(dataset.id, job.accepted)) for dataset in declared], settle)


def _ingest(
    dataset: Dataset, job: Job, steps: Steps, clock: _Clock, scratch: Path, connection: duckdb.DuckDBPyConnection
) -> DatasetOutcome:
    with clock.step("fetch"):
        snapshot = steps.collect(dataset, job, scratch)
    outcome = DatasetOutcome(dataset.id, "unchanged", snapshot=snapshot.id, release=snapshot.release, warnings=snapshot.warnings)
    acceptance.recover(dataset, job.home, job.accepted, job.sql)
    contract = load_contract(dataset.id, job.accepted)
    last = _last_vintage(dataset, job.home)
    if last and contract and _is_landed(last, snapshot, table_of(dataset, contract, job.sql)):
        _nothing_waits(dataset, job)
        return replace(outcome, rows=last.rows, vintage=last.id, steps=clock.seconds)
    warm_up()
    with clock.step("examine"):
        inspection = steps.examine(dataset, job.home, snapshot, last, contract, connection, scratch)
    outcome = replace(outcome, changes=inspection.as_dicts(), notes=inspection.notes)
    shown = {one.change.id for one in inspection.graded}
    if inspection.held or contract is None:
        keep_only(job.home, dataset.id, shown)
        write_hold(job.home, dataset.id, snapshot.id, job.run, outcome.changes)
        first = _proposed(dataset, job, snapshot, inspection, connection) if contract is None else None
        if contract:
            keep_shape(job.home, dataset.id, snapshot.id, inspection.shape)
        return replace(outcome, status="held", error=first, steps=clock.seconds)
    with clock.step("tidy"):
        steps.transform(dataset, connection, job.sql)
    with clock.step("check"):
        checked = steps.check(dataset, connection)
    changes = (*outcome.changes, *discard.told(connection, checked.rows))
    outcome = replace(outcome, checks=checked.as_dict(), changes=changes, discarded=discard.count(connection), steps=clock.seconds)
    if not checked.success:
        too_many = discard.refused(checked, dataset.discard_at_most)
        warnings = (*outcome.warnings, *([too_many] if too_many else []))
        return replace(outcome, status="failed", error=failure(checked, dataset.id).as_dict(), warnings=warnings)
    with clock.step("land"):
        vintage = steps.land(dataset, job, snapshot, contract, inspection.shape.content, connection)
        if vintage.snapshot == snapshot.id:
            seen.keep(dataset, job.home, snapshot, inspection.shape, connection)
    keep_only(job.home, dataset.id, shown)
    _nothing_waits(dataset, job)
    if any(one.change.severity is not Severity.INFO for one in inspection.graded):  # a person may have to accept what has landed
        keep_shape(job.home, dataset.id, snapshot.id, inspection.shape)
    still = known.follow(dataset, job.home, inspection.graded, inspection.shape, checked, connection)
    outcome = replace(outcome, changes=(*outcome.changes, *still.mended), warnings=(*outcome.warnings, *still.overdue))
    return replace(outcome, status="landed" if vintage.new else "unchanged", rows=vintage.rows, vintage=vintage.id, steps=clock.seconds)


def _nothing_waits(dataset: Dataset, job: Job) -> None:
    """What came has landed: nothing is held, and no first contract is proposed."""
    clear_hold(job.home, dataset.id)
    clear_proposal(job.home, dataset.id)


def _proposed(
    dataset: Dataset, job: Job, snapshot: Snapshot, inspection: Inspection, connection: duckdb.DuckDBPyConnection
) -> dict[str, str]:
    """Propose what came as the first contract; in words why the dataset is held."""
    proposal = propose(dataset, job.home, snapshot.id, inspection.shape, connection, job.sql)
    differs = f"; {len(proposal.differences)} differences from the declaration" if proposal.differences else ""
    return EvidenceError(
        "contract.missing",
        where=str(path_of(dataset.id, job.accepted)),
        expected="a contract that a person has accepted",
        found=f"none yet: {inspection.shape.rows:,} rows of {len(inspection.shape.columns)} columns came and are proposed as the first{differs}",
        dataset=dataset.id,
    ).as_dict()


def _is_landed(last: Vintage, snapshot: Snapshot, table: DatasetTable) -> bool:
    """Whether these bytes, tidied this way and under this contract, are what landed last."""
    return (last.snapshot, last.tidy, last.contract) == (snapshot.id, table.tidy, table.contract)


@contextmanager
def _alone(dataset: Dataset, job: Job) -> Iterator[tuple[Path, duckdb.DuckDBPyConnection]]:
    """One run of a dataset at a time, with a scratch folder and a bounded DuckDB of its own, both gone afterwards."""
    scratch = job.home.scratch / f"{job.run}-{dataset.id}"
    with lock(job.home, f"ingest.{dataset.id}", f"run {job.run}"):
        scratch.mkdir(parents=True, exist_ok=True)
        connection = engine(job.home)
        try:
            yield scratch, connection
        finally:
            connection.close()
            shutil.rmtree(scratch, ignore_errors=True)


def _last_vintage(dataset: Dataset, home: Home) -> Vintage | None:
    landed = vintages(home, dataset.id)
    return landed[-1] if landed else None


def _last_snapshot(dataset: Dataset, job: Job) -> Snapshot | None:
    """The snapshot to ask 'only if changed' against: that of the last landed vintage, never a held one, and never the sample's in a live run."""
    last = _last_vintage(dataset, job.home)
    snapshot = archive.load(dataset.id, last.snapshot, job.home) if last else None
    return snapshot if snapshot and snapshot.origin == job.origin else None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass
class _Clock:
    """How long each step took; tells which one begins."""

    dataset: str
    tell: Tell
    seconds: dict[str, float] = field(default_factory=dict)
    _running: tuple[str, float] | None = None

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        self.tell(self.dataset, name)
        self._running = (name, time.perf_counter())
        yield
        self.stop()

    def failed(self, error: EvidenceError) -> DatasetOutcome:
        """The outcome of a dataset whose step raised."""
        self.stop()
        return DatasetOutcome(self.dataset, "failed", error=error.of(self.dataset).as_dict(), steps=self.seconds)

    def stop(self) -> None:
        if self._running:
            name, began = self._running
            self.seconds[name] = round(time.perf_counter() - began, 3)
            self._running = None
