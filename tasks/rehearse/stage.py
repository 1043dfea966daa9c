"""The stage: a scratch home in which a dataset's baseline has landed, and a release that is played on it through the whole pipeline.

Everything happens in a temporary folder, with contracts of its own: no archive, lake, book of alerts or contract of the real home is written,
no publisher is asked and nobody is told. Refuses a dataset of which nothing has been archived and that is not in the shipped sample.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from expectations import contract as contracts
from expectations.contract import ACCEPTED, Contract
from expectations.declaration import Dataset
from expectations.errors import EvidenceError
from tasks import archive
from tasks.alert.book import keeping
from tasks.alert.message import Message, compose
from tasks.alert.state import follow
from tasks.alert.telling import background_of
from tasks.examine import examine
from tasks.pipeline import Job, ingest
from tasks.record import DatasetOutcome, new_run, read_hold
from tasks.snapshot import Delivery, Fetched, Snapshot
from warehouse.engine import engine
from warehouse.home import Home

ACCEPTED_BY, BECAUSE = "rehearsal", "the baseline of a rehearsal"
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Stage:
    """A home in which the baseline stands. `delivery` is what landed; its parts' files are in `folder`."""

    dataset: Dataset
    folder: Path
    delivery: Delivery
    outcome: DatasetOutcome  # of the baseline

    @property
    def home(self) -> Home:
        return Home(self.folder / "home")

    @property
    def accepted(self) -> Path:
        return self.folder / "accepted"


@dataclass(frozen=True)
class Played:
    """What the pipeline did with a release, and the message that would have been sent; None where nobody would have been told."""

    outcome: DatasetOutcome
    message: Message | None
    seconds: float


def archived(snapshot: Snapshot, home: Home, into: Path) -> Delivery:
    """An archived snapshot as a delivery whose parts are files under `into`. Raises `archive.*`."""
    parts = []
    for number, part in enumerate(snapshot.parts):
        path = archive.open_part(part, home, into / f"{number:04}")
        facts = {name: getattr(part, name) for name in ("name", "url", "sha256", "size", "status", "fetched_at", "final_url", "media_type")}
        more = {name: getattr(part, name) for name in ("charset", "headers", "request", "labels")}
        parts.append(Fetched(path=path, **facts, **more))
    return Delivery(tuple(parts), snapshot.release, snapshot.warnings, snapshot.announced)


def sampled(dataset: Dataset, into: Path) -> Delivery:
    """The sample's figures of a dataset, fetched from the shipped sample on this machine. Raises `rehearse.nothing_to_replay`, `fetch.*`."""
    from tasks.fetch import fetch, open_http
    from tasks.fetch.http import HttpSettings
    from tasks.sample import refuse_without_figures, serving

    into.mkdir(parents=True, exist_ok=True)
    with serving() as reroute:
        settings = HttpSettings.from_environment(allow_loopback=True, reroute=reroute)
        try:
            refuse_without_figures(dataset.id)
            with open_http(dataset.source, settings, into, None) as http:
                delivery = fetch(dataset.source.kind, dataset.source, http, None)
        except EvidenceError as error:
            raise EvidenceError(
                "rehearse.nothing_to_replay",
                where=dataset.id,
                expected="a snapshot in the archive of this home, or figures in the shipped sample",
                found=f"neither ({error.found} [{error.code}])",
                dataset=dataset.id,
            ) from error
    return delivery


def with_part(delivery: Delivery, name: str, file: Path) -> Delivery:
    """The delivery with the bytes of one part replaced by those of a file; it keeps the part's name and labels."""
    parts = []
    for part in delivery.parts:
        if part.name == name:
            now = datetime.now(UTC).isoformat(timespec="seconds")
            part = replace(part, path=file, sha256=_sha256(file), size=file.stat().st_size, fetched_at=now, headers={}, media_type="")
        parts.append(part)
    return Delivery(tuple(parts), delivery.release, delivery.warnings)


def set_stage(dataset: Dataset, delivery: Delivery, folder: Path, accepted: Path = ACCEPTED) -> Stage:
    """Land the baseline in a scratch home under `folder`. Where the accepted contract does not let it land, the baseline becomes the contract.

    Raises `rehearse.baseline` where the baseline cannot land even so.
    """
    stage = Stage(dataset, folder, delivery, DatasetOutcome(dataset.id, "failed"))
    contract = contracts.path_of(dataset.id, accepted)
    if contract.exists():
        ours = contracts.path_of(dataset.id, stage.accepted)
        ours.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(contract, ours)
    job = _job(stage.home, stage.accepted, delivery)
    outcome = ingest(dataset, job)
    if not outcome.good and read_hold(stage.home, dataset.id):
        _accept(stage, job)
        outcome = ingest(dataset, job)
    if not outcome.good:
        error = outcome.error or {}
        raise EvidenceError(
            "rehearse.baseline",
            where=dataset.id,
            expected="a baseline that lands",
            found=f"{outcome.status}: {error.get('found') or error.get('title') or 'held'}",
            dataset=dataset.id,
        )
    return replace(stage, outcome=outcome)


def play(stage: Stage, delivery: Delivery | None, folder: Path) -> Played:
    """Take one release through the pipeline on a copy of the stage under `folder`. None: the publisher does not answer."""
    begun = datetime.now(UTC)
    home = Home(folder / "home")
    shutil.copytree(stage.home.root, home.root, dirs_exist_ok=True)
    job = _job(home, stage.accepted, delivery)
    outcome = ingest(stage.dataset, job)
    now = datetime.now(UTC)
    with keeping(home, now) as book:
        news = follow(book, outcome, job.run, now)
    message = compose(news, background_of(stage.dataset, home), job.run) if news else None
    return Played(outcome, message, (now - begun).total_seconds())


def _job(home: Home, accepted: Path, delivery: Delivery | None) -> Job:
    return Job(new_run(), home, _bringing(delivery), origin="replay", engine="direct", accepted=accepted)


def _bringing(delivery: Delivery | None) -> Callable[[Dataset, Snapshot | None, Path], Delivery]:
    def bring(dataset: Dataset, previous: Snapshot | None, scratch: Path) -> Delivery:
        if delivery is None:
            raise EvidenceError("fetch.unreachable", where=dataset.id, expected="an answer", found="no connection", dataset=dataset.id)
        return delivery

    return bring


def _accept(stage: Stage, job: Job) -> None:
    """Make the held baseline the contract of the stage."""
    hold = read_hold(stage.home, stage.dataset.id)
    assert hold is not None
    snapshot = archive.load(stage.dataset.id, hold.snapshot, stage.home)
    with engine(stage.home) as connection:
        shape = examine(stage.dataset, stage.home, snapshot, None, None, connection, stage.folder / "accepting").shape
    contract = Contract(stage.dataset.id, shape, snapshot.id, ACCEPTED_BY, datetime.now(UTC).isoformat(timespec="seconds"), BECAUSE)
    path = contracts.path_of(stage.dataset.id, job.accepted)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(contracts.text(contract), encoding="utf-8")


def largest(parts: Sequence[Fetched]) -> Fetched:
    """The part with most bytes: of several tables, the one that a rehearsal alters."""
    return max(parts, key=lambda part: part.size)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
