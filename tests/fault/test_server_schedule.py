"""A real server, a real worker and a real clock: a deployment fires by its schedule, its dataset is landed and published, the automations are there
once, each of them fires and what it sends arrives, and nothing is left."""

from __future__ import annotations

import json
import re
import shutil
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import psutil
import pytest
import yaml

from flows import processes, server
from flows.automations import FOLDER, apply
from flows.deployments import ENTRYPOINT, ON_DEMAND, watch_deployment
from flows.events import of_record
from flows.settings import TAG, WORK_POOL
from tests.alerting import Hook, change, declared, held, hook, record
from warehouse.home import Home

pytestmark = pytest.mark.timeout(420)
DATASET = "ons.population"
DATASET_HELD = "dfe.pupil_attendance"
# A person's machine asks every ten seconds; a test need not wait for that.
IMPATIENT = {
    "PREFECT_WORKER_QUERY_SECONDS": "1",
    "PREFECT_SERVER_SERVICES_SCHEDULER_RECENT_DEPLOYMENTS_LOOP_SECONDS": "1",
    "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "5",
}
PATIENCE = 200  # seconds; a quiet machine needs 30


@pytest.fixture
def deployments(tmp_path: Path) -> Path:
    """A `prefect.yaml` with one deployment of a sample dataset, every twenty seconds."""
    path = tmp_path / "prefect.yaml"
    entry = {
        "name": "often",
        "tags": [TAG],
        "entrypoint": ENTRYPOINT,
        "parameters": {"datasets": [DATASET], "sample": True},
        "work_pool": {"name": WORK_POOL},
        "schedules": [{"interval": 20, "timezone": "Europe/London", "active": True}],
    }
    watching = {**watch_deployment(), "tags": [TAG, ON_DEMAND], "schedules": []}
    path.write_text(yaml.safe_dump({"deployments": [entry, watching]}), encoding="utf-8")
    return path


@pytest.fixture
def automations(tmp_path: Path) -> Path:
    """The automations of the project, with a late release noticed after ten seconds, the least that Prefect takes."""
    folder = tmp_path / "automations"
    shutil.copytree(FOLDER, folder)
    late = folder / "late.yaml"
    late.write_text(re.sub(r"within: \d+", "within: 10", late.read_text(encoding="utf-8")), encoding="utf-8")
    return folder


@pytest.fixture
def hooks() -> Iterator[tuple[Hook, Hook]]:
    """Where Prefect's automations send to, on this machine: the notification and the webhook."""
    with hook() as notified, hook() as posted:
        yield notified, posted


@pytest.fixture
def up(
    home: Home, deployments: Path, automations: Path, hooks: tuple[Hook, Hook], monkeypatch: pytest.MonkeyPatch
) -> Iterator[server.Running]:
    """Server and worker on a port that is free, ended after the test whatever happens."""
    for name in ("PREFECT_API_URL", "PREFECT_HOME", "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("EVIDENCE_PORT", "4711")
    # Slack's own host is fixed in Apprise; the block hands every other address to Apprise as it stands.
    monkeypatch.setenv("EVIDENCE_PREFECT_NOTIFY", hooks[0].address)
    monkeypatch.setenv("EVIDENCE_PREFECT_WEBHOOK", hooks[1].address.replace("json://", "http://") + "/evidence?token=secret")
    try:
        yield server.up(home, deployments=deployments, settings=IMPATIENT, automations=automations)
    finally:
        server.down(home)


def test_a_deployment_fires_by_its_schedule_and_lands(
    up: server.Running, home: Home, deployments: Path, automations: Path, hooks: tuple[Hook, Hook]
) -> None:
    _emit(up, "evidence.dataset.due", "council.nothing_came")
    outcome = held(change("column_renamed", what="The column ‘school_type’ is now called ‘education_phase’."))
    for event in of_record(record(outcome, run="run-7"), declared(outcome), home):
        _emit(up, event.name, DATASET_HELD, dict(event.resource), dict(event.payload))
    rows = _landed(home, up)
    assert rows > 0
    _pause(up, "often")
    scheduled = _scheduled_runs(up)
    assert scheduled
    assert all(run["auto_scheduled"] and run["name"].startswith(f"ingest {DATASET} ") for run in scheduled)

    watched = _runs(up, "COMPLETED", "watch")
    assert watched, "the late automation did not run the watch"
    assert {run["created_by"]["type"] for run in watched} == {"AUTOMATION"}

    _arrived(*hooks)

    once = {one["name"]: one["id"] for one in _asked(up, "automations/filter", {})}
    assert len(once) == len(list(automations.glob("*.yaml")))
    assert {done.done for done in apply(up.api, folder=automations)} == {"unchanged"}
    late = automations / "late.yaml"
    late.write_text(late.read_text(encoding="utf-8").replace("within: 10", "within: 20"), encoding="utf-8")
    (automations / "webhook.yaml").unlink()
    deployments.write_text(deployments.read_text(encoding="utf-8").replace("name: often", "name: other"), encoding="utf-8")
    again = server.up(home, deployments=deployments, settings=IMPATIENT, automations=automations)
    assert [process.pid for process in again.processes] == [process.pid for process in up.processes]
    twice = {one["name"]: one for one in _asked(up, "automations/filter", {})}
    assert {name: one["id"] for name, one in twice.items()} == {name: id for name, id in once.items() if name != "evidence: webhook"}
    assert twice["evidence: late"]["trigger"]["within"] == 20
    assert sorted(deployment["name"] for deployment in _asked(up, "deployments/filter", {})) == ["other", "watch"]

    listening = [
        connection.laddr.ip
        for process in up.processes
        for connection in psutil.Process(process.pid).net_connections()
        if connection.status == "LISTEN"
    ]
    assert listening
    assert set(listening) == {"127.0.0.1"}

    worker = up.process("worker")
    assert worker is not None
    psutil.Process(worker.pid).kill()  # a worker that dies leaves its flow runs behind; `down` finds them by their mark
    psutil.Process(worker.pid).wait(10)
    state = server.running(home)
    assert state is not None
    assert state.process("worker") is None

    server.down(home)
    assert server.running(home) is None
    assert not server.healthy(up.api)
    assert [process.pid for process in processes._marked(up.mark)] == []


def _arrived(notified: Hook, posted: Hook) -> None:
    """What the automations sent: one message of the dataset that is held, and every event as JSON, those of the real run among them."""
    wanted = {
        ("evidence.dataset.due", "council.nothing_came"),
        ("evidence.dataset.held", DATASET_HELD),
        ("evidence.dataset.changed", DATASET_HELD),
    }
    by_event: dict[tuple[str, str], Any] = {}

    def here() -> bool:
        by_event.update({(body["event"], body["dataset"]): body for body in list(posted.bodies)})
        return bool(notified.posted) and wanted <= set(by_event) and any(dataset == DATASET for _, dataset in by_event)

    _until(here)
    (message,) = notified.bodies  # held and changed are one message, and whichever comes first says that it is held
    assert message["title"] == f"{DATASET_HELD}: held"
    assert "The column ‘school_type’ is now called ‘education_phase’" in message["message"]
    assert "The last good table stays in place" in message["message"]
    assert f"evidence changes {DATASET_HELD}" in message["message"] and "Run run-7" in message["message"]
    assert wanted <= set(by_event)
    told = by_event["evidence.dataset.changed", DATASET_HELD]["payload"]
    assert (told["run"], told["changes"][0]["kind"], told["more"]) == ("run-7", "column_renamed", 0)
    # Of the real runs: the one that lands publishes longer than the next, which finds the same bytes.
    run = by_event.get(("evidence.dataset.landed", DATASET)) or by_event["evidence.dataset.unchanged", DATASET]
    assert run["payload"]["rows"] > 0 and run["payload"]["origin"] == "sample"
    assert datetime.fromisoformat(run["occurred"]).tzinfo
    assert {path for path, _ in posted.posted} == {"/evidence?token=secret"}
    assert {headers["Content-Type"] for headers in posted.headers} == {"application/json"}


def _until(done: Callable[[], bool]) -> None:
    """Wait for what comes by itself; what did not come is said by the assertions that follow."""
    deadline = time.monotonic() + 60
    while not done() and time.monotonic() < deadline:
        time.sleep(0.2)


def _landed(home: Home, up: server.Running) -> int:
    """Wait until the dataset is in the published file; the rows that it has there."""
    deadline = time.monotonic() + PATIENCE
    schema, table = DATASET.split(".")
    while time.monotonic() < deadline:
        if home.database.exists():
            with duckdb.connect(str(home.database), read_only=True) as connection:
                found = connection.execute(
                    "select estimated_size from duckdb_tables() where (schema_name, table_name) = (?, ?)", [schema, table]
                ).fetchone()
            if found:
                return int(found[0])
        time.sleep(0.5)
    logs = "\n".join(f"--- {process.name}\n{Path(process.log).read_text(encoding='utf-8')[-4000:]}" for process in up.processes)
    raise AssertionError(f"nothing landed in {timedelta(seconds=PATIENCE)}:\n{logs}")


def _scheduled_runs(up: server.Running) -> list[dict[str, Any]]:
    return _runs(up, "COMPLETED", "ingest")


def _runs(up: server.Running, state: str, flow: str) -> list[dict[str, Any]]:
    """The runs of a flow in this state; waits for the first."""
    query = {"flow_runs": {"state": {"type": {"any_": [state]}}}, "flows": {"name": {"any_": [flow]}}}
    for _ in range(120):
        runs = _asked(up, "flow_runs/filter", query)
        if runs:
            return runs
        time.sleep(0.5)
    return []


def _pause(up: server.Running, deployment: str) -> None:
    """End the schedule that has been seen to work: its further runs would only slow what follows."""
    for one in _asked(up, "deployments/filter", {"deployments": {"name": {"any_": [deployment]}}}):
        _post(up, f"deployments/{one['id']}/pause_deployment", {})


def _emit(up: server.Running, event: str, dataset: str, resource: dict[str, str] | None = None, payload: Any = None) -> None:
    about = resource or {"prefect.resource.id": f"evidence.dataset.{dataset}", "prefect.resource.name": dataset}
    sent = {"id": str(uuid.uuid4()), "occurred": datetime.now(UTC).isoformat(), "event": event, "resource": about}
    _post(up, "events", [{**sent, "payload": payload or {}}])


def _asked(up: server.Running, path: str, query: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(_post(up, path, query))
    return found


def _post(up: server.Running, path: str, body: object) -> bytes:
    request = urllib.request.Request(
        f"{up.api}/{path}", data=json.dumps(body).encode(), headers={"Content-Type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return bytes(answer.read())
