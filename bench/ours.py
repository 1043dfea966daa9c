"""Our contender: one generated file through the whole pipeline, in a home of its own, from archived bytes to landed, checked Parquet.

The dataset is declared in bench/bench, with the same rules as by hand; the file arrives as a live fetch would bring it. The contract is
accepted first, from a small file of the same kind, as it would be in life: a run never accepts.
"""

from __future__ import annotations

import sys
from pathlib import Path

from bench import census
from expectations.contract import Contract, path_of, text
from expectations.declaration import Dataset, load_file
from tasks import archive
from tasks.atomic import replace_text
from tasks.examine import examine
from tasks.pipeline import Job, ingest
from tasks.record import new_run
from tasks.replay import from_files
from warehouse.engine import engine
from warehouse.home import Home

HERE = Path(__file__).parent
FIRST_ROWS = 20_000  # of the small file whose shape is the contract


def land(csv: Path, folder: Path) -> int:
    """Land the file; returns the rows landed. Says on standard error where the time went."""
    dataset = load_file(HERE / "bench" / "census.yaml")
    job = Job(new_run(), Home(folder / "home"), from_files([csv]), accepted=folder / "accepted", sql=HERE)
    _accept(dataset, job, folder)
    outcome = ingest(dataset, job)
    if outcome.status != "landed":
        raise SystemExit(f"{outcome.status}: {outcome.error} {[change['what'] for change in outcome.changes]}")
    sys.stderr.write("    " + ", ".join(f"{step} {seconds:.2f} s" for step, seconds in outcome.steps.items()) + "\n")
    return outcome.rows or 0


def _accept(dataset: Dataset, job: Job, folder: Path) -> None:
    first = folder / "first.csv"
    census.write(first, FIRST_ROWS)
    snapshot = archive.keep(from_files([first])(dataset, None, folder), dataset.id, job.run, job.home)
    with engine(job.home) as connection:
        shape = examine(dataset, job.home, snapshot, None, None, connection, folder / "scratch").shape
    replace_text(path_of(dataset.id, job.accepted), text(Contract(dataset.id, shape, snapshot.id, "the bench", "2026-01-01", "generated")))
