"""Accept what is held: write the contract with the person and the reason, and land the held snapshot here at once.

Refuses to accept nothing, and to accept without a reason. Never commits: the contract is a file of the checkout that a person reviews in git.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from expectations import contract as contracts
from expectations.contract import Contract
from expectations.declaration import Dataset
from expectations.errors import EvidenceError
from tasks import archive
from tasks.atomic import replace_text
from tasks.examine import examine
from tasks.pipeline import Job, conclude, ingest
from tasks.record import RunRecord, read_hold
from tasks.replay import from_archive
from warehouse.engine import engine


def accept(dataset: Dataset, job: Job, reason: str, person: str) -> tuple[Path, RunRecord]:
    """Accept the held snapshot of a dataset as its contract and land it. Returns the contract's file and the record of the landing.

    Raises `accept.nothing_held`, `accept.no_reason`.
    """
    if not reason.strip() or not person.strip():
        raise EvidenceError(
            "accept.no_reason", found=f"reason {reason!r}, person {person!r}", expected="a reason and a person", dataset=dataset.id
        )
    hold = read_hold(job.home, dataset.id)
    if hold is None:
        raise EvidenceError("accept.nothing_held", found="nothing is held", expected="a held snapshot", dataset=dataset.id)
    snapshot = archive.load(dataset.id, hold.snapshot, job.home)
    scratch = job.home.scratch / f"{job.run}-accept-{dataset.id}"
    with engine(job.home) as connection:
        try:
            inspection = examine(dataset, job.home, snapshot, None, None, connection, scratch)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    path = contracts.path_of(dataset.id, job.accepted)
    replace_text(path, contracts.text(Contract(dataset.id, inspection.shape, snapshot.id, person.strip(), now, reason.strip())))
    landing = replace(job, fetch=from_archive(snapshot))
    outcome = ingest(dataset, landing)
    return path, conclude([dataset], landing, (outcome,), now)
