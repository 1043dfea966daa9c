"""What the tests of changing sources share: a small declared dataset, and its releases as they arrive, through the whole pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from unittest.mock import patch

from expectations.declaration import Dataset, load_file
from tasks.accept import Part, accept, accept_part
from tasks.pipeline import Job, ingest
from tasks.publish import Published
from tasks.record import DatasetOutcome, RunRecord, write_record
from tasks.replay import from_files
from warehouse.home import Home

DATASET = "council.visits"
DECLARATION = """
title: Visits
why: Libraries are among the places where neighbours meet.
owner: places-data
theme: community
licence: OGL-UK-3.0
attribution: Birmingham City Council
source: {{kind: file, files: [{{name: visits.csv, url: "https://data.example.gov.uk/visits.csv"}}]}}
release: {{schedule: "30 9 1 * *", rhythm: monthly, late_after_days: 45, due: no calendar}}
delivery: full
raw: {{key: [library, year], columns: [library, kind, year, visits, {{}}]}}
tidy:
  grain: [library_name, period]
  period: period
  columns:
    library_name: {{type: VARCHAR, meaning: Name of the library}}
    library_kind: {{type: VARCHAR, meaning: Kind of library}}
    period: {{type: VARCHAR, meaning: Year}}
    value: {{type: DOUBLE, meaning: Visits, unit: visits}}
    status: {{type: VARCHAR, meaning: Why there is no number}}
expectations:
  - expect_column_values_to_be_between: {{column: value, min_value: 0, because: a count is not negative{rule}}}
{more}
""".replace(", {{}}", "")
SQL = """
select library as library_name, kind as library_kind, year as period, number_of(visits) as value, marker_status(visits) as status,
    _part as source_part, _row as source_row
from raw
"""
Row = tuple[str, ...]  # library, kind, year, visits


def rows(libraries: int = 100, year: str = "2024") -> list[Row]:
    """So many libraries with one year's visits, each figure another."""
    return [(f"Library {number:03}", "branch" if number % 3 else "central", year, str(1000 + 37 * number)) for number in range(libraries)]


class Visits:
    """One dataset in a home of its own. `more` is YAML beside the declaration, `rule` arguments of its rule."""

    def __init__(self, folder: Path, more: str = "", rule: str = "") -> None:
        self.folder, self.home = folder, Home(folder / "home")
        self.declare(more, rule)
        (folder / "sql" / "council").mkdir(parents=True, exist_ok=True)
        (folder / "sql" / "council" / "visits.sql").write_text(SQL, encoding="utf-8")
        self.runs = 0

    def declare(self, more: str = "", rule: str = "") -> Dataset:
        """Declare the dataset, or declare it anew."""
        path = self.folder / "datasets" / "council" / "visits.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(DECLARATION.format(more=more, rule=rule), encoding="utf-8")
        self.dataset = load_file(path)
        return self.dataset

    def job(self, listed: Sequence[Row] = (), header: str = "library,kind,year,visits") -> Job:
        """A run of its own name that brings these rows."""
        self.runs += 1
        file = self.folder / f"release-{self.runs}.csv"
        file.write_text("\n".join([header, *(",".join(row) for row in listed)]) + "\n", encoding="utf-8")
        fetch = from_files([file], names={file.name: "visits.csv"})
        return Job(f"run-{self.runs}", self.home, fetch, "replay", accepted=self.folder / "accepted", sql=self.folder / "sql")

    def arrive(self, listed: Sequence[Row], header: str = "library,kind,year,visits") -> DatasetOutcome:
        """A release comes in; its run record is written."""
        job = self.job(listed, header)
        outcome = ingest(self.dataset, job)
        time = f"2026-01-01T09:{self.runs:02}:00+00:00"
        write_record(RunRecord(job.run, time, time, "replay", "direct", (DATASET,), (outcome,)), self.home)
        return outcome

    def first(self, listed: Sequence[Row]) -> DatasetOutcome:
        """The first release, and a person who accepts it."""
        self.arrive(listed)
        return self.accept().outcomes[0]

    def accept(self, reason: str = "understood") -> RunRecord:
        """A person accepts all that waits."""
        with _unpublished(self.home):
            return accept(self.dataset, self.job(), reason, "Ada Marsh")[1]

    def accept_part(self, *ids: str, reason: str = "understood") -> Part:
        """A person accepts single changes."""
        with _unpublished(self.home):
            return accept_part(self.dataset, self.job(), ids, reason, "Ada Marsh")


def _unpublished(home: Home) -> AbstractContextManager[object]:
    """Without publishing every declared dataset at the end of a run: that takes seconds, and is tested by itself."""
    return patch("tasks.pipeline.publish_all", return_value=Published(home.database, "", False))


def acted(outcome: DatasetOutcome) -> dict[str, str]:
    """kind -> what is done about it, of all alarms."""
    return {str(change["kind"]): str(change["action"]) for change in outcome.changes if change["severity"] != "info"}


def said(outcome: DatasetOutcome) -> str:
    """All that is said of the changes, as one text."""
    return "\n".join(str(change["what"]) for change in outcome.changes)
