"""A declared dataset through the whole pipeline, into a home of its own, with its contract as it was accepted."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb

import tasks.sample
from expectations.contract import ACCEPTED
from expectations.declaration import Dataset, load_file
from tasks.accept import accept
from tasks.checkout import Checkout
from tasks.draft import Wanted, draft, write
from tasks.draft.look import look
from tasks.fetch import fetch, open_http
from tasks.fetch.http import HttpSettings
from tasks.pipeline import Job, ingest
from tasks.publish import Published
from tasks.record import DatasetOutcome
from tasks.snapshot import Delivery, Snapshot
from warehouse.home import Home
from warehouse.lake import paths, vintages

FIGURES = Path(tasks.sample.__file__).resolve().parent / "figures"


@dataclass(frozen=True)
class Landed:
    """What landed, and the outcome of the run that landed it."""

    files: tuple[Path, ...]
    outcome: DatasetOutcome

    def rows(self, question: str) -> list[tuple[Any, ...]]:
        """The answer to a question about the table `tidy`."""
        with duckdb.connect(":memory:") as connection:
            connection.read_parquet([str(file) for file in self.files]).create_view("tidy")
            return connection.execute(f"{question} order by all").fetchall()


def landed(dataset: Dataset, folder: Path) -> Landed:
    """Fetch a dataset from this machine's servers and take it to the lake. Fails the test where it does not land."""
    home = Home(folder / "home")
    accepted = folder / "accepted"
    if not accepted.exists():  # a copy, for a run may write to it
        shutil.copytree(ACCEPTED, accepted)

    def arrive(asked: Dataset, previous: Snapshot | None, scratch: Path) -> Delivery:
        with open_http(asked.source, HttpSettings(allow_loopback=True, retries=1, backoff=0.1), scratch, None) as http:
            return fetch(asked.source.kind, asked.source, http, previous)

    # Without publishing every declared dataset at the end, which other tests see to.
    with patch("tasks.pipeline.publish_all", return_value=Published(home.database, "", False)):
        outcome = ingest(dataset, Job("run-1", home, arrive, accepted=accepted))
    assert outcome.status == "landed", f"{outcome.status}: {outcome.error} {outcome.changes}"
    return Landed(tuple(paths(home, vintages(home, dataset.id)[-1])), outcome)


def landed_draft(address: str, folder: Path) -> tuple[str, int]:
    """Draft a dataset of an address, accept what came and land it. Returns the declaration and the rows that landed."""
    checkout, home = Checkout.below(folder / "checkout"), Home(folder / "home")
    with duckdb.connect(":memory:") as connection:
        found = look(address, "", connection, HttpSettings(allow_loopback=True, retries=1, backoff=0.1), folder / "scratch")
        made = draft(found, Wanted(licence="OGL-UK-3.0", theme="community"), connection)
    path, _ = write(made, checkout)
    job = Job("run-1", home, lambda *_: found.delivery, accepted=checkout.accepted, sql=checkout.sql)
    with patch("tasks.pipeline.publish_all", return_value=Published(home.database, "", False)):
        ingest(load_file(path), job)
        outcome = accept(load_file(path), job, "First contract", "Ada Marsh")[1].outcomes[0]
    assert outcome.status == "landed", f"{outcome.status}: {outcome.error}"
    return path.read_text(encoding="utf-8"), outcome.rows or 0


def columns(file: Path) -> list[dict[str, Any]]:
    """The rows of a table of figures, each as column -> value."""
    with duckdb.connect(":memory:") as connection:
        rows: list[dict[str, Any]] = connection.execute("from read_parquet(?)", [str(file)]).to_arrow_table().to_pylist()
        return rows
