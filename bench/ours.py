"""Our contenders: one generated file through the pipeline, in a home of its own, from archived bytes to landed, checked Parquet.

`land` is the whole pipeline; `land(observe=False)` is the same without observing and comparing the shape, so that the difference is what these
cost. The dataset is declared in bench/bench, with the same rules as by hand; the file arrives as a live fetch would bring it. The contract is
accepted first, from a small file of the same kind, as it would be in life: a run never accepts.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench import census
from expectations.contract import Contract, load, path_of, text
from expectations.declaration import Dataset, load_file
from tasks import archive
from tasks.atomic import replace_text
from tasks.examine import Inspection, examine, read_parts
from tasks.pipeline import Job, Steps, ingest
from tasks.record import DatasetOutcome, new_run
from tasks.replay import from_files
from tasks.tidy import assemble
from warehouse.engine import engine
from warehouse.home import Home

HERE = Path(__file__).parent
FIRST_ROWS = 20_000  # of the small file whose shape is the contract
NAME = "census.csv"  # of the part, whatever the file is called: the same part, delivered again


def land(csv: Path, folder: Path, observe: bool = True) -> int:
    """Land the file for the first time; returns the rows landed. `observe`: whether the shape is observed and compared."""
    dataset, job = _job(csv, folder)
    _accept(dataset, job, folder)
    return _landed(dataset, job, Steps() if observe else Steps(examine=_read_only), "landed")


def land_again(csv: Path, folder: Path) -> int:
    """The same bytes in the home where they landed: a quiet night."""
    return _landed(*_job(csv, folder), Steps(), "unchanged")


def land_revised(csv: Path, folder: Path) -> int:
    """A revised file in the home where the first one landed: it is observed and held against what was seen of that one."""
    return _landed(*_job(csv, folder), Steps(), "landed")


def _job(csv: Path, folder: Path) -> tuple[Dataset, Job]:
    dataset = load_file(HERE / "bench" / "census.yaml")
    fetch = from_files([csv], names={csv.name: NAME})
    return dataset, Job(new_run(), Home(folder / "home"), fetch, accepted=folder / "accepted", sql=HERE)


def _landed(dataset: Dataset, job: Job, steps: Steps, status: str) -> int:
    """Ingest, say on standard error where the time went, and return the rows."""
    outcome: DatasetOutcome = ingest(dataset, job, steps)
    if outcome.status != status:
        raise SystemExit(f"{outcome.status}: {outcome.error} {[change['what'] for change in outcome.changes]}")
    sys.stderr.write("    " + ", ".join(f"{step} {seconds:.2f} s" for step, seconds in outcome.steps.items()) + "\n")
    return outcome.rows or 0


def _read_only(dataset: Dataset, home: Home, snapshot: Any, last: Any, contract: Contract, connection: Any, scratch: Path) -> Inspection:
    """In place of `examine`: read the snapshot and look no further."""
    parts = read_parts(dataset, snapshot, home, connection, scratch)
    assemble(connection, list(parts.values()), "arrived")
    return Inspection(replace(contract.shape, content=snapshot.id), ())


def _accept(dataset: Dataset, job: Job, folder: Path) -> None:
    first = folder / "first.csv"
    census.write(first, FIRST_ROWS)
    fetched = from_files([first], names={first.name: NAME})(dataset, None, folder)
    snapshot = archive.keep(fetched, dataset.id, job.run, job.home)
    with engine(job.home) as connection:
        shape = examine(dataset, job.home, snapshot, None, None, connection, folder / "scratch").shape
    replace_text(path_of(dataset.id, job.accepted), text(Contract(dataset.id, shape, snapshot.id, "the bench", "2026-01-01", "generated")))
    assert load(dataset.id, job.accepted)
