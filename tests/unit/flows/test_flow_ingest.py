"""The flow as Prefect sees it: names, states, retries, limits, artifact. The steps are put on; the sequence, the record and the publish are real."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterFlowRunId,
    FlowRunFilter,
    FlowRunFilterId,
    LogFilter,
    LogFilterFlowRunId,
)
from prefect.client.schemas.objects import State
from prefect.testing.utilities import prefect_test_harness

from expectations.change import Change, Severity
from expectations.contract import Contract, path_of, text
from expectations.declaration import all_ids
from expectations.errors import EvidenceError
from expectations.rules import SuiteResult
from expectations.shape import Shape
from flows import ingest as module
from flows.listening import watching
from tasks import pipeline
from tasks.examine import Inspection
from tasks.pipeline import Job, Steps
from tasks.policy import Graded
from tasks.record import RunRecord, read_record
from tasks.snapshot import Snapshot
from warehouse.home import Home
from warehouse.lake import Vintage

pytestmark = [pytest.mark.timeout(240), pytest.mark.xdist_group("prefect")]
FIRST, SECOND, THIRD = all_ids()[:3]
NOTHING = Shape(rows=0, columns=(), layouts={})


@pytest.fixture(scope="module", autouse=True)
def prefect() -> Iterator[None]:
    """A Prefect server of its own, ended after the tests of this module."""
    with prefect_test_harness(server_startup_timeout=180):
        yield


class Puppet:
    """Steps that do what a test wants for a dataset: `acts[(step, dataset)]` is called in its place."""

    def __init__(self, home: Home, folder: Path) -> None:
        self.home, self.folder = home, folder
        self.acts: dict[tuple[str, str], Callable[[], Any]] = {}
        self.calls: list[tuple[str, str]] = []
        for dataset in (FIRST, SECOND, THIRD):
            path = path_of(dataset, folder)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text(Contract(dataset, NOTHING, "s", "a person", "2026-01-01T00:00:00+00:00", "a test")), encoding="utf-8")

    def steps(self) -> Steps:
        def step(name: str, default: Callable[[str], Any]) -> Callable[..., Any]:
            def act(dataset: Any, *rest: Any) -> Any:
                self.calls.append((name, dataset.id))
                put_on = self.acts.get((name, dataset.id))
                return put_on() if put_on else default(dataset.id)

            return act

        return Steps(
            collect=step("fetch", lambda dataset: Snapshot("5" * 32, dataset, (), "2026-01-01T00:00:00+00:00", "r")),
            examine=step("examine", lambda dataset: Inspection(NOTHING, ())),
            transform=step("tidy", lambda dataset: 3),
            check=step("check", lambda dataset: SuiteResult("tidy", 3, ())),
            land=step("land", _vintage),
        )

    @contextmanager
    def job_of(self, home: Home, sample: bool, engine: str) -> Iterator[Job]:
        def fetch(*_: Any) -> Any:
            raise AssertionError("the steps are put on: nothing is fetched")

        yield Job("20260101T000000Z-test", self.home, fetch, origin="sample", engine=engine, accepted=self.folder)

    def attempts(self, dataset: str) -> int:
        return self.calls.count(("fetch", dataset))


def _vintage(dataset: str) -> Vintage:
    now = "2026-01-01T00:00:00.000000+00:00"
    return Vintage("v", dataset, "s", "c", now, now, now, "r", rows=3, columns={}, files=(), new=True)


@pytest.fixture
def puppet(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Puppet:
    made = Puppet(home, tmp_path / "accepted")
    monkeypatch.setattr(module, "Steps", lambda **given: Steps(**given) if given else made.steps())
    monkeypatch.setattr(module, "job_of", made.job_of)
    monkeypatch.setenv("EVIDENCE_HOME", str(home.root))
    return made


def test_a_look_that_awaits_nothing_asks_nobody(puppet: Puppet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "still_awaited", lambda declared, home: ([], "ons.population: due 2032"))
    state = module.ingest(["ons.population"], sample=True, awaited=True, return_state=True)
    assert (state.type.name, state.name, state.message) == ("COMPLETED", "NotDue", "ons.population: due 2032")
    assert not list(puppet.home.root.glob("runs/*"))


def _raises(code: str) -> Callable[[], Any]:
    def act() -> Any:
        raise EvidenceError(code, found="a test of it")

    return act


def _held() -> Inspection:
    change = Change("column_removed", Severity.BREAKING, "The column `value` is gone", column="value")
    return Inspection(NOTHING, (Graded(change, "hold"),))


def _run(datasets: Sequence[str]) -> tuple[RunRecord, State[Any]]:
    with watching(lambda dataset, step: None) as watch:
        state = module.ingest(list(datasets), sample=True, return_state=True)
    return watch.records[0], state


def _runs_of(state: State[Any]) -> tuple[str, dict[str, State[Any]]]:
    """The name of the flow run, and the state of each task run by its name, as the server has them."""
    chosen = FlowRunFilter(id=FlowRunFilterId(any_=[state.state_details.flow_run_id]))
    with get_client(sync_client=True) as client:
        name = client.read_flow_runs(flow_run_filter=chosen)[0].name
        for _ in range(100):  # the server records task runs from events, a moment later
            states = {run.name: run.state for run in client.read_task_runs(flow_run_filter=chosen)}
            if states.get("publish") and all(one.is_final() for one in states.values()):
                return name, states
            time.sleep(0.1)
    raise AssertionError(f"task runs that never ended: {states}")


def _artifact(state: State[Any]) -> str:
    chosen = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[state.state_details.flow_run_id]))
    with get_client(sync_client=True) as client:
        return str(client.read_artifacts(artifact_filter=chosen)[0].data)


def test_one_failed_and_one_held_are_seen_and_hold_back_no_other(puppet: Puppet) -> None:
    puppet.acts = {("check", FIRST): _raises("tidy.failed"), ("examine", SECOND): _held}
    record, state = _run([FIRST, SECOND, THIRD])
    assert [outcome.status for outcome in record.outcomes] == ["failed", "held", "landed"]
    assert (state.name, state.is_failed(), state.message) == ("Failed", True, "1 failed, 1 held, 1 landed")
    name, states = _runs_of(state)
    assert re.fullmatch(r"ingest 3 datasets \d{4}-\d\d-\d\d \d\d:\d\d", name)
    assert {run: one.name for run, one in states.items()} == {
        **{f"fetch {dataset}": "Completed" for dataset in (FIRST, SECOND, THIRD)},
        **{f"examine {dataset}": "Completed" for dataset in (FIRST, SECOND, THIRD)},
        **{f"{step} {THIRD}": "Completed" for step in ("tidy", "check", "land")},
        f"tidy {FIRST}": "Completed",
        f"check {FIRST}": "Failed",
        FIRST: "Failed",
        SECOND: "Held",
        THIRD: "Landed",
        "publish": "Completed",
    }
    assert states[SECOND].message == "The column `value` is gone"
    assert "a test of it" in (states[FIRST].message or "")


def test_the_artifact_tells_a_failure_and_a_hold(puppet: Puppet) -> None:
    puppet.acts = {("check", FIRST): _raises("tidy.failed"), ("examine", SECOND): _held}
    page = _artifact(_run([FIRST, SECOND])[1])
    for said in ("1 failed, 1 held", "`tidy.failed`", "a test of it", "The column `value` is gone", f"evidence accept {SECOND}"):
        assert said in page


def test_a_run_where_all_landed_is_completed_and_recorded(puppet: Puppet, home: Home) -> None:
    record, state = _run([FIRST])
    assert (state.name, state.message) == ("Completed", "1 landed")
    assert record.good
    assert record.published
    assert "error" not in record.published
    assert read_record(record.run, home) == record
    assert record.engine == "prefect"
    assert _runs_of(state)[0].startswith(f"ingest {FIRST} 20")


def test_a_run_whose_worst_is_a_hold_ends_as_held(puppet: Puppet) -> None:
    puppet.acts = {("examine", FIRST): _held}
    state = _run([FIRST, SECOND])[1]
    assert (state.name, state.is_failed()) == ("Held", True)


def test_a_fetch_that_heals_is_tried_again(puppet: Puppet) -> None:
    answers = iter([_raises("fetch.timeout"), _raises("fetch.server_error")])
    snapshot = Snapshot("5" * 32, FIRST, (), "2026-01-01T00:00:00+00:00", "r")
    puppet.acts = {("fetch", FIRST): lambda: next(answers, lambda: snapshot)()}
    record, state = _run([FIRST])
    assert puppet.attempts(FIRST) == 3
    assert record.good
    assert state.is_completed()


@pytest.mark.parametrize(("code", "attempts"), [("fetch.unreachable", 1 + module.RETRIES), ("fetch.gone", 1), ("archive.missing", 1)])
def test_only_what_may_heal_is_tried_again(puppet: Puppet, code: str, attempts: int) -> None:
    puppet.acts = {("fetch", FIRST): _raises(code)}
    record, _ = _run([FIRST])
    assert puppet.attempts(FIRST) == attempts
    assert record.outcomes[0].error
    assert record.outcomes[0].error["code"] == code


@pytest.mark.parametrize("datasets", [[FIRST], [FIRST, SECOND]])
def test_a_step_that_does_not_end_is_ended(puppet: Puppet, monkeypatch: pytest.MonkeyPatch, datasets: list[str]) -> None:
    def endless() -> None:
        for _ in range(600):
            time.sleep(0.05)

    monkeypatch.setattr(module, "STEP_SECONDS", 1.0)
    puppet.acts = {("tidy", FIRST): endless}
    record, _ = _run(datasets)
    assert record.outcomes[0].error
    assert record.outcomes[0].error["code"] == "run.timeout"
    assert [outcome.status for outcome in record.outcomes[1:]] == ["landed"] * (len(datasets) - 1)


@pytest.mark.parametrize("datasets", [[FIRST], [FIRST, SECOND]])
def test_what_no_step_foresaw_is_one_datasets_failure(puppet: Puppet, datasets: list[str]) -> None:
    def broken() -> None:
        raise ZeroDivisionError("a fault of this program")

    puppet.acts = {("examine", FIRST): broken}
    record, state = _run(datasets)
    assert record.outcomes[0].error
    assert record.outcomes[0].error["code"] == "run.unforeseen"
    assert "ZeroDivisionError: a fault of this program" in record.outcomes[0].error["found"]
    assert [outcome.status for outcome in record.outcomes[1:]] == ["landed"] * (len(datasets) - 1)
    assert state.is_failed()


def test_a_publish_that_fails_fails_the_run(puppet: Puppet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "publish_all", lambda job: _raises("publish.failed")())
    record, state = _run([FIRST])
    assert record.good
    assert state.is_failed()
    assert "not published" in (state.message or "")
    assert "readers keep the last one" in _artifact(state).lower()


@pytest.mark.parametrize("fault", [OSError("no room on the disk"), EvidenceError("run.timeout", found="none")])
def test_a_publish_that_cannot_end_leaves_a_whole_record(
    puppet: Puppet, home: Home, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    def broken(job: Job) -> None:
        raise fault

    monkeypatch.setattr(pipeline, "publish_all", broken)
    record, state = _run([FIRST])
    assert state.is_failed()
    assert record.published
    assert record.published["error"]["code"] in ("publish.failed", "run.timeout")
    assert read_record(record.run, home) == record


def test_the_listener_hears_each_step_of_each_dataset(puppet: Puppet) -> None:
    heard: list[tuple[str, str]] = []
    with watching(lambda dataset, step: heard.append((dataset, step))):
        module.ingest([FIRST, SECOND], sample=True, return_state=True)
    for dataset in (FIRST, SECOND):
        assert [step for one, step in heard if one == dataset] == ["fetch", "examine", "tidy", "check", "land", "landed"]
    assert heard[-1] == ("", "publish")


def test_the_log_of_a_run_is_kept_by_the_server(puppet: Puppet) -> None:
    state = _run([FIRST])[1]
    chosen = LogFilter(flow_run_id=LogFilterFlowRunId(any_=[state.state_details.flow_run_id]))
    with get_client(sync_client=True) as client:
        for _ in range(100):
            lines = [line.message for line in client.read_logs(chosen, limit=200)]
            if any(f"{FIRST}: landed" in line for line in lines):
                break
            time.sleep(0.1)
    assert any(f"{FIRST}: landed" in line for line in lines)
    assert not any(line.startswith("Timeout of") for line in lines)
