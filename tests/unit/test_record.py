"""Run records, holds and the status: what is written comes back, the status is quick and is only ever a view."""

from __future__ import annotations

import json
import threading
import time
from datetime import UTC, datetime

from tasks.record import (
    DatasetOutcome,
    RunRecord,
    clear_hold,
    new_run,
    read_hold,
    read_holds,
    read_record,
    read_records,
    read_status,
    write_hold,
    write_record,
)
from warehouse.home import Home

CHANGE = {"id": "c1", "kind": "column_removed", "severity": "breaking", "what": "a column is gone"}
ERROR = {"code": "fetch.timeout", "title": "The service did not answer", "found": "no answer in 60 s"}


def record(run: str, finished: str, *outcomes: DatasetOutcome) -> RunRecord:
    return RunRecord(run, "2025-01-31T09:30:00+00:00", finished, "sample", "direct", tuple(one.dataset for one in outcomes), outcomes)


def test_a_record_comes_back_as_it_was_written(home: Home) -> None:
    outcome = DatasetOutcome(
        "ons.population", "held", rows=3, snapshot="a" * 32, release="2025", changes=(CHANGE,),
        checks={"success": True}, warnings=("a Sunset header",),
        steps={"fetch": 0.5, "examine": 1.25},
    )  # fmt: skip
    written = record("run-1", "2025-01-31T09:31:00+00:00", outcome)
    write_record(written, home)
    assert read_record("run-1", home) == written
    assert not written.good
    assert read_record("run-2", home) is None


def test_a_run_is_good_when_everything_asked_for_landed_or_was_unchanged() -> None:
    landed, unchanged = DatasetOutcome("a.a", "landed"), DatasetOutcome("b.b", "unchanged")
    assert record("run-1", "", landed, unchanged).good
    assert not record("run-1", "", landed, DatasetOutcome("b.b", "failed")).good
    assert not RunRecord("run-1", "", "", "live", "direct", ("a.a", "b.b"), (landed,)).good, "one asked for and not done"


def test_records_are_read_newest_first_and_no_more_than_asked_for(home: Home) -> None:
    for number in range(5):
        write_record(record(f"run-{number}", f"2025-01-0{number + 1}T00:00:00+00:00"), home)
    (home.runs / "broken.json").write_text("{")
    assert [each.run for each in read_records(home)] == ["run-4", "run-3", "run-2", "run-1", "run-0"]
    assert [each.run for each in read_records(home, 2)] == ["run-4"], "what is no record is passed over"
    assert read_records(Home(home.root / "nowhere")) == []


def test_the_status_tells_the_latest_outcome_and_when_it_was_last_good(home: Home) -> None:
    write_record(record("run-1", "2025-01-01T00:00:00+00:00", DatasetOutcome("ons.population", "landed", rows=3, vintage="v1")), home)
    write_record(record("run-2", "2025-01-02T00:00:00+00:00", DatasetOutcome("ons.population", "unchanged", rows=3, vintage="v1")), home)
    write_record(
        record("run-3", "2025-01-03T00:00:00+00:00", DatasetOutcome("ons.population", "failed", error=ERROR, changes=(CHANGE, CHANGE))),
        home,
    )
    status = read_status(home)["ons.population"]
    assert (status.status, status.run, status.error) == ("failed", "run-3", "fetch.timeout The service did not answer")
    assert (status.last_landed, status.last_good) == ("2025-01-01T00:00:00+00:00", "2025-01-02T00:00:00+00:00")
    assert status.changes == {"breaking": 2}
    assert status.held_since == ""


def test_a_record_that_is_written_late_does_not_hide_a_newer_one(home: Home) -> None:
    write_record(record("run-2", "2025-01-02T00:00:00+00:00", DatasetOutcome("ons.population", "failed", error=ERROR)), home)
    write_record(record("run-1", "2025-01-01T00:00:00+00:00", DatasetOutcome("ons.population", "landed", rows=3)), home)
    status = read_status(home)["ons.population"]
    assert (status.run, status.status) == ("run-2", "failed")
    assert status.last_landed == "2025-01-01T00:00:00+00:00"


def test_a_record_that_is_written_again_replaces_itself(home: Home) -> None:
    first = record("run-1", "2025-01-01T00:00:00+00:00", DatasetOutcome("ons.population", "landed", rows=3))
    write_record(first, home)
    write_record(record("run-1", "2025-01-01T00:00:05+00:00", DatasetOutcome("ons.population", "landed", rows=3)), home)
    assert [each.finished for each in read_records(home)] == ["2025-01-01T00:00:05+00:00"]
    assert read_status(home)["ons.population"].finished == "2025-01-01T00:00:05+00:00"


def test_a_status_that_is_lost_or_broken_is_made_anew_from_the_records(home: Home) -> None:
    for number in range(1, 4):
        status = "landed" if number < 3 else "failed"
        write_record(
            record(f"run-{number}", f"2025-01-0{number}T00:00:00+00:00", DatasetOutcome("ons.population", status, rows=number)), home
        )  # type: ignore[arg-type]
    known = read_status(home)
    for spoil in (
        lambda path: path.unlink(),
        lambda path: path.write_text("{"),
        lambda path: path.write_text('{"format": 0, "datasets": {}}'),
    ):
        spoil(home.state / "status.json")
        assert read_status(home) == known


def test_the_status_of_five_hundred_runs_is_quick(home: Home) -> None:
    outcomes = [
        DatasetOutcome(f"ons.dataset_{number}", "landed", rows=number, changes=(CHANGE,) * 5, checks={"x": "y" * 2000})
        for number in range(40)
    ]
    newest = record("run-500", "2025-02-01T00:00:00+00:00", *outcomes)
    home.runs.mkdir(parents=True)
    text = json.dumps(newest.as_dict())
    for number in range(500):
        (home.runs / f"run-{number}.json").write_text(text.replace("run-500", f"run-{number}"))
    write_record(newest, home)
    seconds = []
    for _ in range(5):
        began = time.perf_counter()
        status = read_status(home)
        seconds.append(time.perf_counter() - began)
    assert len(status) == 40
    assert min(seconds) < 0.05


def test_a_hold_keeps_its_first_day_while_the_dataset_is_held(home: Home) -> None:
    first, later = datetime(2025, 1, 1, 9, tzinfo=UTC), datetime(2025, 1, 8, 9, tzinfo=UTC)
    write_record(record("run-1", "2025-01-01T00:00:00+00:00", DatasetOutcome("ons.population", "held", changes=(CHANGE,))), home)
    assert write_hold(home, "ons.population", "a" * 32, "run-1", [CHANGE], first).since == "2025-01-01T09:00:00+00:00"
    held = write_hold(home, "ons.population", "b" * 32, "run-2", [CHANGE, CHANGE], later)
    assert (held.since, held.snapshot, held.run, len(held.changes)) == ("2025-01-01T09:00:00+00:00", "b" * 32, "run-2", 2)
    assert read_hold(home, "ons.population") == held
    assert read_holds(home) == [held]
    assert read_status(home)["ons.population"].held_since == "2025-01-01T09:00:00+00:00"
    assert clear_hold(home, "ons.population")
    assert not clear_hold(home, "ons.population")
    assert read_hold(home, "ons.population") is None
    assert read_status(home)["ons.population"].held_since == ""
    assert write_hold(home, "ons.population", "b" * 32, "run-3", [], later).since == "2025-01-08T09:00:00+00:00"


def test_runs_that_end_together_all_stand_in_the_status(home: Home) -> None:
    def write(number: int) -> None:
        write_record(record(f"run-{number}", "2025-01-01T00:00:00+00:00", DatasetOutcome(f"ons.dataset_{number}", "landed")), home)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(read_status(home)) == 16


def test_run_ids_sort_by_time_and_are_never_the_same() -> None:
    earlier, later = new_run(datetime(2025, 1, 1, tzinfo=UTC)), new_run(datetime(2025, 1, 1, 0, 0, 1, tzinfo=UTC))
    assert earlier.startswith("20250101T000000Z-")
    assert earlier < later
    assert len({new_run(datetime(2025, 1, 1, tzinfo=UTC)) for _ in range(100)}) == 100
