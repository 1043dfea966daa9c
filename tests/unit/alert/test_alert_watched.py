"""A late release and trouble of the pipeline: one alert each until it is over, the end is said, and runs in between change nothing of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from expectations.declaration import Dataset, Release, load
from tasks import health, watching
from tasks.alert import outbox
from tasks.alert.book import read_book
from tasks.alert.message import Message
from tasks.alert.telling import tell
from tasks.atomic import replace_json
from tasks.record import DatasetOutcome, RunRecord
from tasks.snapshot import Part, Snapshot
from warehouse.home import Home

DATASET = "ons.population"
LATE = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Message]:
    """What the channel took."""
    taken: list[Message] = []
    listen(monkeypatch, taken)
    return taken


def listen(monkeypatch: pytest.MonkeyPatch, taken: list[Message]) -> None:
    """A channel that takes everything."""

    def send(message: Message, channel: object) -> str:
        taken.append(message)
        return ""

    monkeypatch.setenv("EVIDENCE_ALERTS", "json://localhost")
    monkeypatch.setattr(outbox, "send", send)


@pytest.fixture
def dataset(home: Home) -> Dataset:
    """A dataset of which the release of October has come, and that of 17 November is awaited."""
    fetched(home, "2026-10-20")
    release = Release(due="third Tuesday of the month", late_after_days=3)
    return load(DATASET).model_copy(update={"release": release})


def fetched(home: Home, on: str) -> None:
    part = Part("data.csv", "00" * 32, 1, "", "", 200, "")
    home.part(part.sha256).parent.mkdir(parents=True, exist_ok=True)
    replace_json(home.manifest(DATASET, f"s{on}"), Snapshot(f"s{on}", DATASET, (part,), f"{on}T12:00:00+00:00", "run").as_dict())


@pytest.fixture(autouse=True)
def _no_other_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    """The archive of these tests holds no bytes."""
    monkeypatch.setattr(health, "_examined", lambda part, home: ("", ""))


def record(status: str = "unchanged", snapshot: str = "s2026-10-20") -> RunRecord:
    time = LATE.isoformat(timespec="seconds")
    outcome = DatasetOutcome(DATASET, status, snapshot=snapshot, steps={"fetch": 1, "examine": 1})  # type: ignore[arg-type]
    return RunRecord("run", time, time, "live", "direct", (DATASET,), (outcome,))


def test_a_late_release_is_told_once_and_its_coming_too(home: Home, dataset: Dataset, told: list[Message]) -> None:
    assert not watching.watch(home, [dataset], LATE - timedelta(days=4)).late
    for days in range(3):
        assert [one.dataset for one in watching.watch(home, [dataset], LATE + timedelta(days=days)).late] == [DATASET]
    assert [message.title for message in told] == [f"Late: {DATASET}: The release due 17 Nov 2026 has not come"]
    assert told[0].owner == dataset.owner
    for said in ("it counts as late since 20 Nov 2026", "evidence run ons.population"):
        assert said in " ".join(told[0].text.split())

    fetched(home, "2026-11-26")
    watching.watch(home, [dataset], LATE + timedelta(days=4))
    watching.watch(home, [dataset], LATE + timedelta(days=5))
    assert [message.title for message in told[1:]] == [f"Resolved: {DATASET}: the release that was late has come"]


def test_a_run_that_brings_nothing_new_leaves_it_late(home: Home, dataset: Dataset, told: list[Message], tmp_path: Path) -> None:
    watching.watch(home, [dataset], LATE)
    tell(record(), [dataset], home, tmp_path)
    assert watching.after_run(record(), [dataset], home, LATE) == ()
    assert [alert.kind for alert in read_book(home).of(DATASET)] == ["late"]
    assert len(told) == 1


def test_the_run_that_brings_it_says_that_it_is_over(home: Home, dataset: Dataset, told: list[Message], tmp_path: Path) -> None:
    watching.watch(home, [dataset], LATE)
    fetched(home, "2026-11-23")
    tell(record("landed", "s2026-11-23"), [dataset], home, tmp_path)
    (closed,) = watching.after_run(record("landed", "s2026-11-23"), [dataset], home, LATE)
    assert (closed.kind, closed.state) == ("late", "resolved")
    assert [message.event for message in told] == ["late", "resolved"]


def test_a_date_that_was_moved_ends_the_alert_and_says_so(home: Home, dataset: Dataset, told: list[Message]) -> None:
    watching.watch(home, [dataset], LATE)
    moved = dataset.model_copy(update={"release": Release(due="2026-12-08", late_after_days=3)})
    seen = watching.watch(home, [moved], LATE + timedelta(days=1))
    assert [change.kind for change in seen.changes[DATASET]] == ["release_moved"]
    assert seen.changes[DATASET][0].severity.word == "info"
    assert [message.title for message in told[1:]] == [f"Resolved: {DATASET}: its day was moved"]


def test_trouble_of_the_pipeline_is_told_once_until_it_is_over(home: Home, dataset: Dataset, told: list[Message]) -> None:
    home.database.write_bytes(b"no database" * 1000)
    early = LATE - timedelta(days=5)
    assert [one.code for one in watching.watch(home, [dataset], early).troubles] == ["pipeline.database_unreadable"]
    watching.watch(home, [dataset], early + timedelta(hours=6))
    home.database.unlink()
    assert watching.watch(home, [dataset], early + timedelta(hours=12)).troubles == ()
    assert [message.event for message in told] == ["pipeline", "resolved"]
    assert told[0].owner == "*"
    assert "Publish anew" in told[0].text


def test_what_only_a_server_knows_is_not_over_because_none_was_asked(home: Home, dataset: Dataset, told: list[Message]) -> None:
    early = LATE - timedelta(days=5)
    crashed = health.Trouble("pipeline.run_crashed", DATASET, "its run crashed", DATASET)
    watching.watch(home, [dataset], early, of_server=[crashed])
    watching.watch(home, [dataset], early + timedelta(hours=6), of_server=None)
    assert [message.event for message in told] == ["pipeline"]
    watching.watch(home, [dataset], early + timedelta(hours=12), of_server=())
    assert [message.event for message in told] == ["pipeline", "resolved"]


def test_without_a_channel_it_waits_and_the_first_look_that_has_one_tells(
    home: Home, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EVIDENCE_ALERTS", raising=False)
    monkeypatch.delenv("EVIDENCE_ALERTS_FILE", raising=False)
    watching.watch(home, [dataset], LATE)
    taken: list[Message] = []
    listen(monkeypatch, taken)
    watching.watch(home, [dataset], LATE + timedelta(days=1))
    watching.watch(home, [dataset], LATE + timedelta(days=2))
    assert [message.event for message in taken] == ["late"]
