"""The pipeline itself: each trouble is seen, named by its code, and gone when it is mended."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pyarrow as pa
import pytest

from expectations.calendar import LONDON, Due
from tasks import health
from tasks.atomic import replace_json
from tasks.lateness import Standing
from tasks.locks import lock
from tasks.record import DatasetOutcome, RunRecord, write_record
from tasks.snapshot import Part, Snapshot
from warehouse.home import Home
from warehouse.lake import Vintage, pointer

DATASET = "ons.population"
NOW = datetime(2026, 11, 18, 17, 0, tzinfo=UTC)  # a Wednesday
GOOD, OTHER = b"area,value\nE08000025,1\n", b"area,value\nE08000025,2\n"


def kept(home: Home, *contents: bytes) -> list[str]:
    """Parts of one landed snapshot; their hashes."""
    hashes = []
    for content in contents:
        sha256 = hashlib.sha256(content).hexdigest()
        home.part(sha256).parent.mkdir(parents=True, exist_ok=True)
        with pa.output_stream(str(home.part(sha256)), compression="zstd") as stream:
            stream.write(content)
        hashes.append(sha256)
    parts = tuple(Part(f"part-{number}.csv", sha256, 1, "", "", 200, "") for number, sha256 in enumerate(hashes))
    replace_json(home.manifest(DATASET, "abc"), Snapshot("abc", DATASET, parts, "2026-11-01T00:00:00+00:00", "run").as_dict())
    vintage = Vintage("v1", DATASET, "abc", "c", "2026-11-01", "2026-11-01", "2026-11-01", "run", 1, {}, ())
    replace_json(pointer(home, DATASET), {"vintages": [vintage.as_dict()]})
    return hashes


def ran(home: Home, finished: datetime, origin: str = "live") -> None:
    time = finished.isoformat(timespec="seconds")
    write_record(RunRecord(f"run-{finished:%d%H}", time, time, origin, "direct", (DATASET,), (DatasetOutcome(DATASET, "unchanged"),)), home)


def test_a_whole_archive_has_no_trouble(home: Home) -> None:
    kept(home, GOOD, OTHER)
    assert list(health.damaged(home, health.archive_parts(home))) == []


def test_an_altered_part_is_named_with_the_vintages_that_rest_on_it(home: Home) -> None:
    _, other = kept(home, GOOD, OTHER)
    with pa.output_stream(str(home.part(other)), compression="zstd") as stream:
        stream.write(b"area,value\nE08000025,9\n")
    (trouble,) = health.damaged(home, health.archive_parts(home))
    assert (trouble.code, trouble.dataset, trouble.subject) == ("archive.damaged", DATASET, other[:12])
    for said in ("part-1.csv", "snapshot abc", f"{DATASET} v1"):
        assert said in trouble.found


@pytest.mark.parametrize(("ruin", "code"), [("cut", "archive.damaged"), ("gone", "archive.missing")])
def test_a_part_that_cannot_be_read_is_damaged_and_one_that_is_gone_missing(home: Home, ruin: str, code: str) -> None:
    (good,) = kept(home, GOOD * 100)
    path = home.part(good)
    path.unlink() if ruin == "gone" else path.write_bytes(path.read_bytes()[:20])
    assert [trouble.code for trouble in health.damaged(home, health.archive_parts(home))] == [code]


def test_a_sample_hashes_only_so_many(home: Home) -> None:
    kept(home, *(b"%d" % number for number in range(8)))
    told: list[str] = []
    assert list(health.damaged(home, health.archive_parts(home), most=3, tell=told.append)) == []
    assert len(told) == 3


def test_a_disk_without_room_for_a_publish_is_told(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.root.mkdir(parents=True)
    monkeypatch.setattr("tasks.health.shutil.disk_usage", lambda path: SimpleNamespace(free=health.LEAST_FREE - 1))
    assert [trouble.code for trouble in health.disk(home)] == ["pipeline.disk_nearly_full"]
    monkeypatch.setattr("tasks.health.shutil.disk_usage", lambda path: SimpleNamespace(free=health.LEAST_FREE))
    assert list(health.disk(home)) == []


def test_a_file_that_is_no_database_is_told(home: Home) -> None:
    home.root.mkdir(parents=True)
    assert list(health.database(home)) == []
    home.database.write_bytes(b"no database" * 1000)
    assert [trouble.code for trouble in health.database(home)] == ["pipeline.database_unreadable"]


def test_a_lock_of_a_process_that_died_is_told_and_one_in_use_is_not(home: Home) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    with lock(home, "publish", "a publish"):
        assert list(health.locks(home, datetime.now(UTC))) == []
        note = home.lock("publish").with_suffix(".holder")
        left = {**json.loads(note.read_text(encoding="utf-8")), "pid": ended.pid}
    note.write_text(json.dumps(left), encoding="utf-8")
    (trouble,) = health.locks(home, datetime.now(UTC))
    assert trouble.code == "pipeline.lock_abandoned"
    assert "a publish" in trouble.found
    assert "the lock itself is free" in trouble.found


def test_a_lock_that_is_held_for_half_a_day_is_told(home: Home) -> None:
    with lock(home, "publish", "a publish"):
        (trouble,) = health.locks(home, datetime.now(UTC) + timedelta(hours=12))
    assert trouble.code == "pipeline.lock_held_long"
    assert str(os.getpid()) in trouble.found


def test_a_message_that_waits_for_hours_is_told_once_a_channel(home: Home) -> None:
    from tasks.alert import outbox
    from tasks.alert.channels import Channel
    from tasks.alert.message import notice

    for number in range(3):
        outbox.put(
            notice("test", f"m{number}", "Title", "Text"), [Channel("team", "json://localhost")], home, NOW - timedelta(hours=number)
        )
    (trouble,) = health.waiting(home, NOW)
    assert (trouble.code, trouble.subject) == ("pipeline.outbox_stuck", "team")
    assert trouble.found.startswith("1 for channel team")


AWAITED = Standing(DATASET, True, Due(date(2026, 11, 17), date(2026, 11, 17)), date(2026, 11, 27), date(2026, 10, 20))


@pytest.mark.parametrize(
    ("one", "days_ago", "missing"),
    [
        (AWAITED, 0.1, False),
        (AWAITED, 1.0, True),  # the release is awaited since yesterday: this morning there should have been a look
        (Standing(DATASET, True, Due(date(2026, 12, 15), date(2026, 12, 15)), date(2026, 12, 18), date(2026, 11, 17)), 6, False),
        (Standing(DATASET, True, Due(date(2026, 12, 15), date(2026, 12, 15)), date(2026, 12, 18), date(2026, 11, 17)), 9, True),
        (Standing(DATASET, False, arrived=date(2026, 10, 20)), 9, True),
    ],
)
def test_a_dataset_that_was_not_looked_at_when_its_calendar_wanted_it_is_told(
    home: Home, one: Standing, days_ago: float, missing: bool
) -> None:
    ran(home, NOW - timedelta(days=days_ago))
    assert [trouble.code for trouble in health.not_looked_at(home, [one], NOW)] == (["pipeline.run_missing"] if missing else [])


def test_what_ran_from_the_sample_alone_is_not_expected_to_run(home: Home) -> None:
    ran(home, NOW - timedelta(days=30), origin="sample")
    assert list(health.not_looked_at(home, [AWAITED], NOW)) == []


def test_on_a_monday_the_look_of_friday_was_the_last_that_was_wanted() -> None:
    sunday = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    assert health.wanted_since(AWAITED, sunday) == datetime(2026, 11, 20, 9, 30, tzinfo=LONDON)


def test_dates_that_are_over_are_told() -> None:
    over = Standing(DATASET, True, None, None, date(2026, 10, 1))
    assert [trouble.code for trouble in health.ended_calendars([over, AWAITED])] == ["pipeline.calendar_over"]


def test_when_no_schedule_is_served_that_is_one_trouble_and_not_forty(home: Home) -> None:
    names = [f"ons.thing_{number}" for number in range(5)]
    time = (NOW - timedelta(days=30)).isoformat(timespec="seconds")
    outcomes = tuple(DatasetOutcome(name, "landed") for name in names)
    write_record(RunRecord("old", time, time, "live", "prefect", tuple(names), outcomes), home)
    (trouble,) = health.not_looked_at(home, [Standing(name, False) for name in names], NOW)
    assert trouble.found.startswith("5 datasets: ons.thing_0: last look 2026-10-19 18:00")
