"""A daily register is thinned as its declaration says; what is in force, held, or named by a decision stays, and so do tombstones."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import duckdb
import pytest
from pydantic import ValidationError

from expectations import contract as contracts
from expectations.contract import Acceptance
from expectations.declaration import Dataset, load
from expectations.retention import Retention
from flows.cli.doctor import findings_of
from tasks import retention
from tasks.archive import keep
from tasks.atomic import replace_json
from tasks.decisions import remember
from tasks.locks import lock
from tasks.pipeline import Job, conclude
from tasks.publish import Published
from tasks.record import DatasetOutcome, write_hold
from tasks.snapshot import Delivery, Fetched, Snapshot
from tasks.tombstone import Tombstone, bury, tombstones
from tests.landing import POPULATION, land_rows, table
from warehouse.home import Home
from warehouse.lake import Vintage, vintages

DATASET = POPULATION.id
NOW = datetime(2024, 11, 22, 6, 0, tzinfo=UTC)
MONTHLY = Retention(keep="monthly", after_days=60)
RULE = "one state a month of what is older than 60 days"


def _declared(rule: Retention = MONTHLY, delivery: str = "full") -> Dataset:
    return load(DATASET).model_copy(update={"retention": rule, "delivery": delivery})


def _kept(home: Home, day: date, *texts: str) -> Snapshot:
    """What was fetched on a day: a part for each text."""
    parts = []
    for number, text in enumerate(texts):
        path = home.root / f"incoming-{number}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        parts.append(Fetched(f"{number}.csv", "https://x.example", path, sha256, len(text), 200, f"{day}T09:30:00+00:00"))
    return keep(Delivery(tuple(parts)), DATASET, "run-1", home)


def _landed(connection: duckdb.DuckDBPyConnection, home: Home, day: date, value: float, **given: object) -> Vintage:
    """A state that was known from a day on."""
    period = str(given.pop("period", "2023"))
    what = table(delivery=given.pop("delivery", "full"))
    known = datetime.combine(day, datetime.min.time(), UTC)
    kept = _kept(home, day, f"{day}", "the same in all")
    return land_rows(connection, home, [("E08000025", period, value, None)], what, snapshot=kept, known_from=known)


def _days(*days: str) -> list[date]:
    return [date.fromisoformat(f"2024-{day}") for day in days]


@pytest.fixture
def register(home: Home, connection: duckdb.DuckDBPyConnection) -> tuple[Vintage, ...]:
    """Six states of a register: three of July, two of August, one of November."""
    for number, day in enumerate(_days("07-01", "07-15", "07-31", "08-02", "08-30", "11-20")):
        _landed(connection, home, day, float(number))
    return vintages(home, DATASET)


def _stay(home: Home) -> list[str]:
    return [vintage.known_from[5:10] for vintage in vintages(home, DATASET)]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("all", "every state"),
        ({"keep": "monthly", "after_days": 400}, "one state a month of what is older than 400 days"),
        ({"keep": "weekly", "after_days": 90}, "one state a week of what is older than 90 days"),
    ],
)
def test_a_declaration_says_it_in_a_word_or_a_line(given: object, said: str) -> None:
    assert Retention.model_validate(given).said == said


@pytest.mark.parametrize(
    "given", ["some", "monthly", {"keep": "monthly"}, {"keep": "all", "after_days": 90}, {"keep": "monthly", "after_days": 7}]
)
def test_a_retention_that_leaves_something_open_is_refused(given: object) -> None:
    with pytest.raises(ValidationError):
        Retention.model_validate(given)


def test_the_register_of_schools_is_thinned_and_other_datasets_keep_everything() -> None:
    assert load("dfe.schools").retention.thins and not load(DATASET).retention.thins


def test_the_newest_of_each_month_stays_with_its_bytes_and_the_others_go(home: Home, register: tuple[Vintage, ...], tmp_path: Path) -> None:
    (done,) = retention.thin([_declared()], home, tmp_path, NOW)
    assert _stay(home) == ["07-31", "08-30", "11-20"]
    assert len(done.vintages) == len(done.snapshots) == 3 and done.bytes > 0 and RULE in done.said
    gone = register[0]
    assert not home.manifest(DATASET, gone.snapshot).exists() and not (home.lake(DATASET) / gone.id).exists()
    assert home.part(hashlib.sha256(b"the same in all").hexdigest()).exists(), "a part that kept snapshots have too"
    assert not home.part(hashlib.sha256(b"2024-07-01").hexdigest()).exists()
    stones = tombstones(home, DATASET)
    assert [stone["person"] for stone in stones] == ["the declaration"] * 3 and RULE in stones[0]["reason"]
    assert {part["name"]: part["removed"] for part in stones[0]["parts"]} == {"0.csv": True, "1.csv": False}
    assert retention.thin([_declared()], home, tmp_path, NOW) == (), "nothing is left to thin"
    assert _kept(home, date(2024, 7, 1), "2024-07-01", "the same in all").id == gone.snapshot, "what was thinned may come again"


def test_what_is_young_held_or_named_by_a_decision_stays(home: Home, register: tuple[Vintage, ...], tmp_path: Path) -> None:
    july_1, july_15, _, august_2, *_ = register
    write_hold(home, DATASET, july_1.snapshot, "run-1", [])
    remember(home, DATASET, [Acceptance("a", "column_added", "warning", "It came.", "Ada", "2024-07-15", "right", july_15.snapshot)])
    path = contracts.path_of(DATASET, tmp_path)
    accepted = contracts.load(DATASET)
    assert accepted
    replace_json(path, replace(accepted, snapshot=august_2.snapshot).as_dict())
    assert retention.thin([_declared()], home, tmp_path, NOW) == ()
    assert retention.thin([_declared(Retention(keep="yearly", after_days=3000))], home, tmp_path, NOW) == (), "all are young"


def test_a_snapshot_that_never_landed_goes_when_it_is_old(home: Home, register: tuple[Vintage, ...], tmp_path: Path) -> None:
    old, young = _kept(home, date(2024, 7, 3), "unchanged"), _kept(home, date(2024, 11, 1), "unchanged too")
    (done,) = retention.thin([_declared(Retention(keep="weekly", after_days=60))], home, tmp_path, NOW)
    assert [vintage.known_from[5:10] for vintage in done.vintages] == ["07-31"], "of one week with the second of August"
    assert {one.id for one in done.snapshots} == {old.id, done.vintages[0].snapshot}
    assert home.manifest(DATASET, young.id).exists()


def test_of_a_rolling_delivery_what_the_current_table_is_made_of_stays(
    home: Home, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    for day, period in zip(_days("07-01", "07-02", "07-03", "11-20"), ("2021", "2022", "2022", "2023"), strict=True):
        _landed(connection, home, day, float(day.day), period=period, delivery="increment")
    (done,) = retention.thin([_declared(delivery="increment")], home, tmp_path, NOW)
    assert [vintage.known_from[5:10] for vintage in done.vintages] == ["07-02"]
    assert _stay(home) == ["07-01", "07-03", "11-20"], "2021 is in no later state"


def test_a_dataset_that_another_process_is_at_waits(home: Home, register: tuple[Vintage, ...], tmp_path: Path) -> None:
    with lock(home, f"ingest.{DATASET}", "a run"):
        assert retention.thin([_declared()], home, tmp_path, NOW) == ()
    assert len(_stay(home)) == 6


def test_a_process_that_dies_between_leaves_less_and_the_next_finishes(home: Home, register: tuple[Vintage, ...], tmp_path: Path) -> None:
    class Killed(BaseException):
        pass

    with patch("tasks.retention.seen.forget", side_effect=Killed), pytest.raises(Killed):
        retention.thin([_declared()], home, tmp_path, NOW)
    assert len(_stay(home)) == 3 and len(tombstones(home, DATASET)) == 3
    (done,) = retention.thin([_declared()], home, tmp_path, NOW)
    assert (len(done.vintages), len(done.snapshots)) == (0, 3)
    assert len(list((home.archive / "manifests" / DATASET).glob("*.json"))) == 3


def test_what_a_person_ordered_forgotten_keeps_its_tombstone(home: Home, register: tuple[Vintage, ...], tmp_path: Path) -> None:
    ordered = Tombstone(DATASET, "f" * 32, "2024-01-01T00:00:00+00:00", "Ada Marsh", "withdrawn", "2024-01-01", "", (), ())
    bury(home, ordered)
    retention.thin([_declared()], home, tmp_path, NOW)
    assert "Ada Marsh" in [stone["person"] for stone in tombstones(home, DATASET)]


def test_the_end_of_a_run_thins_and_the_doctor_says_so_before(
    home: Home, register: tuple[Vintage, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    declared = _declared()
    monkeypatch.setattr("flows.cli.doctor._declarations", lambda: ([declared], next(findings_of(home))))
    (found,) = [one for one in findings_of(home) if one.name == "retention"]
    days = (datetime.now(UTC).date() - date(2024, 8, 30)).days
    assert days > 60 and found.state == "note" and f"{DATASET}: 3 landed states and 3 archived snapshots" in found.found
    job = Job("run-2", home, lambda *_: None, "live")  # type: ignore[arg-type,return-value]
    with patch("tasks.pipeline.publish_all", return_value=Published(home.database, "", False)):
        record = conclude([declared], job, (DatasetOutcome(DATASET, "unchanged"),), (NOW - timedelta(hours=1)).isoformat())
    assert record.outcomes[0].notes[0].startswith("taken out, as declared: 3 landed states")
    (after,) = [one for one in findings_of(home) if one.name == "retention"]
    assert after.state == "ok" and "1 of 1 datasets are thinned" in after.found
