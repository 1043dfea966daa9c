"""Alerts arrive: exactly once through repeated runs and restarts, at least once and with one id through kills, and a dead channel is noticed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tasks.alert import outbox
from tasks.alert.book import open_alerts, read_book
from tasks.alert.channels import load_channels
from tests.alerting import DATASET, Hook, Mailbox, change, end, failed, held, hook, landed, mailbox, unchanged
from warehouse.home import PROJECT, Home

# The end of a run, in a process of its own.
ONE_RUN = """
import sys
from pathlib import Path
from tests.alerting import end, held, unchanged
from warehouse.home import Home
end(Home(Path(sys.argv[1])), {"held": held, "unchanged": unchanged}[sys.argv[2]](), run=sys.argv[3])
"""

# The end of a run, killed after the receiver has taken the message and before anything is written of it.
KILLED_AFTER_SENDING = """
import os, signal, sys
from pathlib import Path
from tasks.alert import outbox
outbox.record_told = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
from tests.alerting import end, held
from warehouse.home import Home
end(Home(Path(sys.argv[1])), held())
"""

# The end of a run in home after home; in the n-th it dies right before its n-th call that changes a folder, and is then run again.
# Ends with the first home in which there are no more such calls, and prints how many runs died.
DIES_AT_EACH = """
import os, signal, sys
from pathlib import Path
import apprise
from tests.alerting import end, held
from warehouse.home import Home
def counted(call, budget):
    def maybe(*given, **named):
        budget[0] -= 1
        if budget[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*given, **named)
    return maybe
apprise.Apprise.instantiate("json://127.0.0.1")  # loads its services once, before the forks
number = 0
while True:
    home = Home(Path(sys.argv[1]) / str(number))
    os.environ["EVIDENCE_ALERTS"] = f"{sys.argv[2]}/{number}"
    for attempt, budget in enumerate(([number], [10**6])):
        child = os.fork()
        if not child:
            for name in ("replace", "unlink"):
                setattr(os, name, counted(getattr(os, name), budget))
            end(home, held(), run=f"run-{attempt}")
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        assert attempt == 0 or status == 0
        if attempt == 0:
            died = os.WIFSIGNALED(status)
    if not died:
        break
    number += 1
print(number)
"""


@pytest.fixture(autouse=True)
def _no_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVIDENCE_ALERTS", raising=False)
    monkeypatch.delenv("EVIDENCE_ALERTS_FILE", raising=False)
    monkeypatch.setattr(outbox, "PAUSES", ())


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hook]:
    with hook() as kept:
        monkeypatch.setenv("EVIDENCE_ALERTS", f"{kept.address}/hook")
        yield kept


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    with mailbox() as kept:
        monkeypatch.setenv("EVIDENCE_ALERTS", kept.address)
        yield kept


def python(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A process of its own, with this test's channels."""
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    return subprocess.run([sys.executable, "-c", script, *arguments], env=environment, capture_output=True, text=True, check=False)


def two_channels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str, second: str) -> None:
    """Channels `mail` and `hook`: everything goes to `mail`."""
    monkeypatch.delenv("EVIDENCE_ALERTS", raising=False)
    path = tmp_path / "alerts.toml"
    path.write_text(f'[channels]\nmail = "{first}"\nhook = "{second}"\n[routes]\n"*" = ["mail"]\nothers = ["hook"]\n', encoding="utf-8")
    monkeypatch.setenv("EVIDENCE_ALERTS_FILE", str(path))


def test_a_mail_comes_once_as_text_and_as_html(home: Home, box: Mailbox) -> None:
    for number in range(4):
        end(home, held(change(what="The column ‘<b>value</b>’ is gone.")), run=f"run-{number}")
    (mail,) = box.mails
    assert mail["Subject"] == f"Held: {DATASET}: The column ‘<b>value</b>’ is gone"
    text, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))  # type: ignore[union-attr]
    assert "The column ‘<b>value</b>’ is gone." in text
    assert "‘&lt;b&gt;value&lt;/b&gt;’" in html
    assert f'evidence accept {DATASET} --reason "…"' in text
    assert mail["X-Evidence-Alert"] in text


def test_restarts_and_repeated_runs_tell_one_change_once(home: Home, receiver: Hook) -> None:
    for number in range(3):
        done = python(ONE_RUN, str(home.root), "held", f"run-{number}")
        assert done.returncode == 0, done.stderr
    assert len(receiver.posted) == 1
    for number in range(3, 5):
        assert python(ONE_RUN, str(home.root), "unchanged", f"run-{number}").returncode == 0
    assert [body["event"] for body in receiver.bodies] == ["held", "resolved"]


def test_a_kill_between_sending_and_writing_it_down_sends_again_with_the_same_id(home: Home, receiver: Hook) -> None:
    assert python(KILLED_AFTER_SENDING, str(home.root)).returncode == -9
    assert len(receiver.posted) == 1
    end(home, unchanged(dataset="ons.population"), run="run-2")
    assert len(receiver.posted) == 2
    assert receiver.bodies[0] == receiver.bodies[1]
    end(home, held(), run="run-3")
    assert len(receiver.posted) == 2
    assert next(iter(read_book(home).alerts.values())).told


def test_a_kill_at_any_instant_loses_no_message_and_makes_no_second_one(tmp_path: Path, receiver: Hook) -> None:
    done = python(DIES_AT_EACH, str(tmp_path / "homes"), receiver.address)
    assert done.returncode == 0, done.stderr
    kills = int(done.stdout)
    assert kills >= 8
    got = defaultdict(list)
    for path, body in receiver.posted:
        got[path].append(body["id"])
    assert set(got) == {f"/{number}" for number in range(kills + 1)}, "every run that died was made good"
    assert all(len(set(ids)) == 1 for ids in got.values()), "and a receiver can tell what it has already"
    assert Counter(map(len, got.values()))[1] > kills / 2


def test_runs_that_end_at_the_same_moment_tell_each_change_once(home: Home, receiver: Hook) -> None:
    datasets = [DATASET, "ons.population", "ons.ethnic_group", "council.card_spend"]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda numbered: end(home, held(dataset=numbered[1]), run=f"run-{numbered[0]}"), enumerate(datasets * 2)))
    assert sorted(body["dataset"] for body in receiver.bodies) == sorted(datasets)
    assert outbox.entries(home) == []


def test_a_retry_that_heals_is_silent(home: Home, receiver: Hook) -> None:
    # Retries are within a run: its record holds the last try alone.
    end(home, landed())
    assert receiver.posted == []


def test_a_failure_is_told_once_and_its_end_once(home: Home, receiver: Hook) -> None:
    for number, outcome in enumerate((failed(), failed("fetch.unreachable"), failed(), unchanged(), unchanged())):
        end(home, outcome, run=f"run-{number}")
    assert [body["event"] for body in receiver.bodies] == ["failed", "resolved"]


def test_a_publish_that_fails_is_told_and_its_end_too(home: Home, receiver: Hook) -> None:
    error = {"code": "publish.failed", "title": "The database could not be published", "found": "no room", "to_do": "Make room."}
    end(home, landed(), published={"error": error})
    end(home, unchanged("s2"), published={"error": error}, run="run-2")
    end(home, unchanged("s2"), published={"path": "x"}, run="run-3")
    assert [body["title"] for body in receiver.bodies] == [
        "Failed: the published database: The database could not be published",
        "Resolved: the published database: all is well again",
    ]


def test_a_sample_or_a_replay_tells_nobody(home: Home, receiver: Hook) -> None:
    end(home, held(), origin="sample")
    end(home, failed(), origin="replay")
    assert receiver.posted == []
    assert not (home.state / "alerts.json").exists()


def test_a_channel_that_is_down_fails_no_run_and_gets_its_message_later(
    home: Home, receiver: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver.broken = True
    record = end(home, held())
    assert record.outcomes[0].status == "held"
    assert "waits: channel alerts did not take it" in record.outcomes[0].warnings[0]
    stored = json.loads(home.run("run-1").read_text(encoding="utf-8"))
    assert stored["outcomes"][0]["warnings"] == list(record.outcomes[0].warnings)
    assert open_alerts(home)[0].told == {}
    receiver.broken = False
    end(home, held(), run="run-2")
    assert receiver.posted == [], "not due yet: a channel that is down is not asked by every run"
    monkeypatch.setattr(outbox, "FIRST_WAIT", timedelta(0))
    outbox.flush(home, load_channels(), clock=lambda: datetime.now(UTC) + timedelta(hours=1))
    assert len(receiver.posted) == 1
    assert list(open_alerts(home)[0].told) == ["alerts"]


def test_tries_wait_longer_each_time(home: Home, receiver: Hook) -> None:
    receiver.broken = True
    end(home, held())
    waits, now = [], datetime.now(UTC)
    for _ in range(9):
        now = max(now, datetime.fromisoformat(outbox.health(home)["alerts"].next_try))
        outbox.flush(home, load_channels(), clock=lambda now=now: now)
        waits.append((datetime.fromisoformat(outbox.health(home)["alerts"].next_try) - now).total_seconds())
    assert waits == sorted(waits) and waits[0] < waits[-1] <= outbox.LONGEST_WAIT.total_seconds()


def test_a_dead_channel_is_reported_through_the_others_once_and_again_when_it_works(
    home: Home, receiver: Hook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hook() as dying:
        two_channels(tmp_path, monkeypatch, f"{dying.address}/secret-token", f"{receiver.address}/hook")
        dying.broken = True
        end(home, held())
        for _ in range(5):
            outbox.flush(home, load_channels(), force=True)
        (told,) = receiver.bodies
        assert told["title"] == "Alerts do not arrive through mail"
        assert "1 message waits for it" in told["message"] and "error=500" in told["message"]
        assert "secret-token" not in json.dumps(told)
        dying.broken = False
        for _ in range(2):
            outbox.flush(home, load_channels(), force=True)
        assert receiver.titles[1:] == ["Alerts arrive through mail again"]
        assert len(dying.posted) == 1
        assert outbox.health(home) == {}


def test_a_channel_that_is_not_set_any_more_keeps_its_messages(home: Home, receiver: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    receiver.broken = True
    end(home, held())
    monkeypatch.delenv("EVIDENCE_ALERTS")
    end(home, held(), run="run-2")
    assert [entry.channel for entry in outbox.entries(home)] == ["alerts"]


def test_settings_that_are_wrong_fail_no_run_and_are_made_good_by_the_next(
    home: Home, receiver: Hook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVIDENCE_ALERTS_FILE", str(tmp_path / "nowhere.toml"))
    record = end(home, held())
    assert "[alert.settings]" in record.outcomes[0].warnings[0]
    monkeypatch.delenv("EVIDENCE_ALERTS_FILE")
    end(home, held(), run="run-2")
    assert len(receiver.posted) == 1


def test_a_book_that_cannot_be_read_is_set_aside_and_stops_nothing(home: Home, receiver: Hook) -> None:
    home.state.mkdir(parents=True)
    (home.state / "alerts.json").write_text('{"format": 1, "alerts": {"cut of', encoding="utf-8")
    assert end(home, held()).outcomes[0].warnings == ()
    assert len(receiver.posted) == 1
    assert list(home.state.glob("alerts.unreadable-*.json"))


def test_a_fault_of_ours_fails_no_run_and_is_in_the_record(home: Home, receiver: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.alert.telling.compose", lambda *_: 1 / 0)
    record = end(home, held())
    assert record.outcomes[0].warnings == ("alerts: not foreseen: ZeroDivisionError",)
    monkeypatch.undo()
    monkeypatch.setenv("EVIDENCE_ALERTS", f"{receiver.address}/hook")
    end(home, held(), run="run-2")
    assert len(receiver.posted) == 1, "what could not be told then is told now"


def test_a_service_that_is_down_for_many_datasets_is_one_message_and_so_is_its_end(home: Home, receiver: Hook) -> None:
    datasets = ["ons.population", "ons.ethnic_group", "ons.area_lookup"]
    down = [failed(dataset=dataset) for dataset in datasets]
    waits = held(change(what="The column ‘value’ is gone."))
    end(home, *down, waits)
    end(home, *down, waits, run="run-2")
    end(home, *[unchanged(dataset=dataset) for dataset in datasets], waits, run="run-3")
    together = "Failed: 3 datasets: The service did not answer in time"
    assert sorted(receiver.titles[:2]) == [together, f"Held: {DATASET}: The column ‘value’ is gone"], "in whichever order"
    assert receiver.titles[2:] == ["Resolved: 3 datasets: all is well again"]
    told = receiver.bodies[receiver.titles.index(together)]["message"]
    assert all(dataset in told for dataset in datasets)
    assert f"evidence run {' '.join(datasets)}" in told
    assert open_alerts(home)[0].dataset == DATASET and len(open_alerts(home)) == 1
