"""A real server, a real worker and a real clock: a deployment fires by its schedule, its dataset is landed and published, and nothing is left."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import psutil
import pytest
import yaml

from flows import processes, server
from flows.deployments import ENTRYPOINT, TAG
from flows.settings import WORK_POOL
from warehouse.home import Home

pytestmark = pytest.mark.timeout(420)
DATASET = "ons.population"
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
    path.write_text(yaml.safe_dump({"deployments": [entry]}), encoding="utf-8")
    return path


@pytest.fixture
def up(home: Home, deployments: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[server.Running]:
    """Server and worker on a port that is free, ended after the test whatever happens."""
    for name in ("PREFECT_API_URL", "PREFECT_HOME", "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("EVIDENCE_PORT", "4711")
    try:
        yield server.up(home, deployments=deployments, settings=IMPATIENT)
    finally:
        server.down(home)


def test_a_deployment_fires_by_its_schedule_and_lands(up: server.Running, home: Home, deployments: Path) -> None:
    rows = _landed(home, up)
    assert rows > 0
    scheduled = _scheduled_runs(up)
    assert scheduled
    assert all(run["auto_scheduled"] and run["name"].startswith(f"ingest {DATASET} ") for run in scheduled)

    again = server.up(home, deployments=deployments, settings=IMPATIENT)
    assert [process.pid for process in again.processes] == [process.pid for process in up.processes]

    deployments.write_text(deployments.read_text(encoding="utf-8").replace("name: often", "name: other"), encoding="utf-8")
    server.up(home, deployments=deployments, settings=IMPATIENT)
    assert [deployment["name"] for deployment in _asked(up, "deployments/filter", {})] == ["other"]

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
    """The flow runs that have completed."""
    for _ in range(60):
        runs = _asked(up, "flow_runs/filter", {"flow_runs": {"state": {"type": {"any_": ["COMPLETED"]}}}})
        if runs:
            return runs
        time.sleep(0.5)
    return []


def _asked(up: server.Running, path: str, query: dict[str, Any]) -> list[dict[str, Any]]:
    request = urllib.request.Request(
        f"{up.api}/{path}", data=json.dumps(query).encode(), headers={"Content-Type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        found: list[dict[str, Any]] = json.load(answer)
    return found
