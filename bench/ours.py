"""Our contender: one generated file through the whole pipeline, in a home of its own, from archive to landed Parquet and contract.

The dataset is declared here, with the same rules as by hand plus the grain; the file arrives as a live fetch would bring it.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from bench import census
from expectations.contract import Contract, path_of, text
from expectations.declaration import Dataset, load_file
from tasks.atomic import replace_text
from tasks.pipeline import Job, ingest
from tasks.record import new_run
from tasks.replay import from_files
from warehouse.home import Home

HERE = Path(__file__).parent
GRAIN_ROWS = 4000  # rows of the small file whose shape is the contract


def run(csv: Path, folder: Path) -> int:
    """Land the file; returns the rows landed. Prints where the time went to standard error."""
    dataset = load_file(HERE / "bench" / "census.yaml")
    home, accepted = Home(folder / "home"), folder / "accepted"
    _accept(dataset, home, accepted)
    outcome = ingest(dataset, Job(new_run(), home, from_files([csv]), accepted=accepted, sql=HERE))
    if outcome.status != "landed":
        raise SystemExit(f"{outcome.status}: {outcome.error} {outcome.changes}")
    steps = ", ".join(f"{step} {seconds:.2f} s" for step, seconds in outcome.steps.items())
    print(f"    {steps}", file=sys.stderr)  # noqa: T201  # for the person who reads the bench
    return outcome.rows or 0
