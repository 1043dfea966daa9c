"""A local Prefect server with a worker: started, recorded, found again and ended by `evidence up` and `evidence down`.

Refuses to listen beyond loopback, to start a second server for the same home, and to end a process that is not its own.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from expectations.errors import EvidenceError
from flows.processes import MARK, Process, end, end_marked, start
from flows.settings import DATASETS_AT_ONCE, START_TIMEOUT_SECONDS, WORK_POOL, child_environment, preferred_port
from tasks.atomic import replace_json
from tasks.locks import lock
from warehouse.home import PROJECT, Home

DEPLOYMENTS = PROJECT / "prefect.yaml"
_PORTS_TRIED = 50
_FIRST_START = "the first start makes its database: up to a minute"

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Running:
    """A server that is up: its address, the mark of its processes, and the processes that live."""

    url: str
    mark: str
    processes: tuple[Process, ...]
    deployed: str = ""  # fingerprint of the prefect.yaml that was deployed
    automated: str = ""  # fingerprint of the automations that were applied

    @property
    def api(self) -> str:
        return f"{self.url}/api"

    def process(self, name: str) -> Process | None:
        return next((process for process in self.processes if process.name == name), None)


def silent(_: str) -> None:
    """Say nothing."""


def running(home: Home) -> Running | None:
    """What `up` started on this home and still lives; None where the server does not."""
    recorded = _recorded(home)
    if recorded is None:
        return None
    living = tuple(process for process in recorded.processes if process.lives)
    found = replace(recorded, processes=living)
    return found if found.process("server") else None


def healthy(api: str, timeout: float = 2.0) -> bool:
    """Does a Prefect API answer at this address?"""
    try:
        with urllib.request.urlopen(f"{api}/health", timeout=timeout) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError, ValueError):
        return False


def up(
    home: Home,
    tell: Tell = silent,
    deployments: Path = DEPLOYMENTS,
    settings: Mapping[str, str] | None = None,
    automations: Path | None = None,
) -> Running:
    """Start what is not running yet: server, work pool, worker, deployments, automations. Run twice, it starts nothing twice.

    `tell` hears what is being waited for. `settings` are further environment variables for server and worker. `automations` is the folder of their
    files. Raises `server.failed`, `automation.invalid`.
    """
    from flows.automations import FOLDER, fingerprint
    from flows.automations import apply as apply_automations
    from flows.deploying import deploy

    with lock(home, "server", "starting the Prefect server"):
        state = running(home) or Running(f"http://127.0.0.1:{_free_port()}", secrets.token_hex(8), ())
        environment = {**child_environment(home), **(settings or {}), MARK: state.mark, "PREFECT_API_URL": state.api}
        if state.process("server") is None:
            down(home)  # what an ended server left behind: its worker
            state = _start_server(home, state, environment)
        _wait(f"the Prefect server at {state.url} ({_FIRST_START})", lambda: healthy(state.api), state, "server", tell)
        wanted, folder = hashlib.sha256(deployments.read_bytes()).hexdigest(), automations or FOLDER
        if state.process("worker") is None or state.deployed != wanted:
            _make_work_pool(state, tell)
        if state.process("worker") is None:
            state = _start(home, state, "worker", _worker_command(), environment)
        if state.deployed != wanted:
            tell(f"Deploying what {deployments} declares")
            deploy(deployments, state.api)
            state = _recorded_as(home, replace(state, deployed=wanted, automated=""))  # an automation may name a deployment that is new
        if state.automated != fingerprint(folder):
            apply_automations(state.api, tell, folder)
            state = _recorded_as(home, replace(state, automated=fingerprint(folder)))
        _wait("the worker's first sign of life", lambda: _worker_online(state), state, "worker", tell)
    return state


def down(home: Home, tell: Tell = silent) -> tuple[str, ...]:
    """End everything that `up` started, children too. Returns the names and pids of what was ended; () where nothing ran."""
    recorded = _recorded(home)
    if recorded is None:
        return ()
    ended: list[str] = []
    for name in ("worker", "server"):
        process = recorded.process(name)
        if process and process.lives:
            tell(f"Ending the {name} (process {process.pid})")
            end(process)
            ended.append(f"{name} (process {process.pid})")
    ended += [f"left-over process {pid}" for pid in end_marked(recorded.mark)]
    _record_path(home).unlink(missing_ok=True)
    return tuple(ended)


# -- starting -----------------------------------------------------------------------------------------------------------


def _start_server(home: Home, state: Running, environment: Mapping[str, str]) -> Running:
    port = state.url.rsplit(":", 1)[1]
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", port, "--analytics-off"]
    # The server is not its own client: with an API address set, its user interface and services would call themselves through it.
    own = {name: value for name, value in environment.items() if name != "PREFECT_API_URL"}
    # The page asks at port 4200 unless it is told where its server listens.
    own |= {"PREFECT_SERVER_API_PORT": port, "PREFECT_SERVER_UI_API_URL": state.api}
    return _start(home, state, "server", command, own)


def _worker_command() -> list[str]:
    limit = str(DATASETS_AT_ONCE)
    return [
        sys.executable,
        "-m",
        "prefect",
        "worker",
        "start",
        "--pool",
        WORK_POOL,
        "--type",
        "process",
        "--name",
        WORK_POOL,
        "--limit",
        limit,
    ]


def _start(home: Home, state: Running, name: str, command: list[str], environment: Mapping[str, str]) -> Running:
    process = start(name, command, environment, PROJECT, _log(home, name))
    return _recorded_as(home, replace(state, processes=(*state.processes, process)))


def _free_port() -> int:
    """The port asked for or the next that nothing listens on."""
    first = preferred_port()
    for port in range(first, min(first + _PORTS_TRIED, 65536)):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise EvidenceError(
        "server.failed", where=f"127.0.0.1, ports {first} to {first + _PORTS_TRIED - 1}", expected="a free port", found="none"
    )


def _wait(what: str, ready: Callable[[], bool], state: Running, name: str, tell: Tell) -> None:
    """Wait until `ready`, telling what for; stop at once when the process dies. Raises `server.failed` with the end of its log."""
    process = state.process(name)
    assert process is not None
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    tell(f"Waiting for {what}")
    while not ready():
        if not process.lives:
            raise EvidenceError(
                "server.failed", where=process.log, expected=f"the {name} to keep running", found=f"it ended:\n{process.last_lines}"
            )
        if time.monotonic() > deadline:
            raise EvidenceError(
                "server.failed", where=process.log, expected=f"{what} within {START_TIMEOUT_SECONDS} s", found=process.last_lines
            )
        time.sleep(0.25)


def _make_work_pool(state: Running, tell: Tell) -> None:
    """Make the process work pool where it is missing. Prefect is imported here, while its server has started already."""
    tell(f"Making the work pool {WORK_POOL!r}")
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.actions import WorkPoolCreate
    from prefect.exceptions import ObjectAlreadyExists
    from prefect.settings import PREFECT_API_URL, temporary_settings
    from prefect.workers.process import ProcessWorker

    pool = WorkPoolCreate(name=WORK_POOL, type="process", base_job_template=ProcessWorker.get_default_base_job_template())
    with temporary_settings({PREFECT_API_URL: state.api}), get_client(sync_client=True) as client:
        try:
            client.create_work_pool(pool)
        except ObjectAlreadyExists:
            return


def _worker_online(state: Running) -> bool:
    request = urllib.request.Request(
        f"{state.api}/work_pools/{WORK_POOL}/workers/filter", data=b"{}", headers={"Content-Type": "application/json"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return any(worker.get("status") == "ONLINE" for worker in json.load(answer))
    except (OSError, urllib.error.URLError, ValueError):
        return False


# -- the record ---------------------------------------------------------------------------------------------------------


def _log(home: Home, name: str) -> Path:
    return home.root / "prefect" / "logs" / f"{name}.log"


def _record_path(home: Home) -> Path:
    return home.state / "server.json"


def _recorded_as(home: Home, state: Running) -> Running:
    replace_json(_record_path(home), asdict(state))
    return state


def _recorded(home: Home) -> Running | None:
    try:
        stored = json.loads(_record_path(home).read_text(encoding="utf-8"))
        return Running(**{**stored, "processes": tuple(Process(**process) for process in stored["processes"])})
    except (OSError, ValueError, KeyError, TypeError):
        return None
