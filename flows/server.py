"""A local Prefect server with a worker: started, recorded, found again and ended by `evidence up` and `evidence down`.

Refuses to listen beyond loopback, to start a second server for the same home, and to end a process that is not its own: a process counts as
ours only by pid and time of start together, or by the mark that every process of one `up` carries in its environment.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from expectations.errors import EvidenceError
from flows.settings import DATASETS_AT_ONCE, START_TIMEOUT_SECONDS, WORK_POOL, child_environment, preferred_port
from tasks.atomic import replace_json
from tasks.locks import lock
from warehouse.home import PROJECT, Home

DEPLOYMENTS = PROJECT / "prefect.yaml"
MARK = "EVIDENCE_UP"
_PORTS_TRIED = 50
_END_SECONDS = 15.0
_LOG_LINES = 8

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Process:
    """One process that `up` started; `created` (seconds since 1970) tells it from a later process with the same pid."""

    name: str
    pid: int
    created: float
    log: str


@dataclass(frozen=True)
class Running:
    """A server that is up: its address, the mark of its processes, and the processes that live."""

    url: str
    mark: str
    processes: tuple[Process, ...]

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
    living = tuple(process for process in recorded.processes if _lives(process))
    found = Running(recorded.url, recorded.mark, living)
    return found if found.process("server") else None


def healthy(api: str, timeout: float = 2.0) -> bool:
    """Does a Prefect API answer at this address?"""
    try:
        with urllib.request.urlopen(f"{api}/health", timeout=timeout) as answer:  # noqa: S310 - our own loopback address, or the one set
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError, ValueError):
        return False


def up(home: Home, tell: Tell = silent, deployments: Path = DEPLOYMENTS, settings: Mapping[str, str] | None = None) -> Running:
    """Start what is not running yet: server, work pool, worker, deployments. Run twice, it starts nothing twice.

    `tell` hears what is being waited for. `settings` are further environment variables for server and worker. Raises `server.failed`.
    """
    with lock(home, "server", "starting the Prefect server"):
        state = running(home) or Running(f"http://127.0.0.1:{_free_port()}", secrets.token_hex(8), ())
        environment = {**child_environment(home), **(settings or {}), MARK: state.mark, "PREFECT_API_URL": state.api}
        if state.process("server") is None:
            down(home)  # what an ended server left behind: its worker
            state = _start_server(home, state, environment)
        _wait(f"the Prefect server at {state.url} (the first start makes its database: up to a minute)", lambda: healthy(state.api), state, "server", tell)
        _make_work_pool(state, tell)
        if state.process("worker") is None:
            state = _start(home, state, "worker", _worker_command(), environment)
        _deploy(deployments, environment, home, tell)
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
        if process and _lives(process):
            tell(f"Ending the {name} (process {process.pid})")
            _end(_family(process.pid))
            ended.append(f"{name} (process {process.pid})")
    left = list(_marked(recorded.mark))
    _end(left)
    ended += [f"left-over process {process.pid}" for process in left]
    _record_path(home).unlink(missing_ok=True)
    return tuple(ended)


# -- starting -----------------------------------------------------------------------------------------------------------


def _start_server(home: Home, state: Running, environment: Mapping[str, str]) -> Running:
    port = state.url.rsplit(":", 1)[1]
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", port, "--analytics-off"]
    # The server is not its own client: with an API address set, its user interface and services would call themselves through it.
    return _start(home, state, "server", command, {name: value for name, value in environment.items() if name != "PREFECT_API_URL"})


def _worker_command() -> list[str]:
    limit = str(DATASETS_AT_ONCE)
    return [sys.executable, "-m", "prefect", "worker", "start", "--pool", WORK_POOL, "--type", "process", "--name", WORK_POOL, "--limit", limit]


def _start(home: Home, state: Running, name: str, command: list[str], environment: Mapping[str, str]) -> Running:
    log = home.root / "prefect" / "logs" / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        started = subprocess.Popen(
            command, env=dict(environment), cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    process = Process(name, started.pid, psutil.Process(started.pid).create_time(), str(log))
    state = Running(state.url, state.mark, (*state.processes, process))
    replace_json(_record_path(home), asdict(state))
    return state


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
    raise EvidenceError("server.failed", where=f"127.0.0.1, ports {first} to {first + _PORTS_TRIED - 1}", expected="a free port", found="none")


def _wait(what: str, ready: Callable[[], bool], state: Running, name: str, tell: Tell) -> None:
    """Wait until `ready`, telling what for; stop at once when the process dies. Raises `server.failed` with the end of its log."""
    process = state.process(name)
    assert process is not None
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    tell(f"Waiting for {what}")
    while not ready():
        if not _lives(process):
            raise EvidenceError("server.failed", where=process.log, expected=f"the {name} to keep running", found=f"it ended:\n{_tail(process.log)}")
        if time.monotonic() > deadline:
            raise EvidenceError("server.failed", where=process.log, expected=f"{what} within {START_TIMEOUT_SECONDS} s", found=_tail(process.log))
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
    request = urllib.request.Request(  # noqa: S310 - our own loopback address
        f"{state.api}/work_pools/{WORK_POOL}/workers/filter", data=b"{}", headers={"Content-Type": "application/json"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - as above
            return any(worker.get("status") == "ONLINE" for worker in json.load(answer))
    except (OSError, urllib.error.URLError, ValueError):
        return False


def _deploy(deployments: Path, environment: Mapping[str, str], home: Home, tell: Tell) -> None:
    """Deploy all of `prefect.yaml` with Prefect's own command, from the project's folder: there the flows are found at run time."""
    tell(f"Deploying what {deployments} declares")
    command = [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all", "--prefect-file", str(deployments)]
    done = subprocess.run(command, env=dict(environment), cwd=PROJECT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    log = home.root / "prefect" / "logs" / "deploy.log"
    log.write_text(done.stdout + done.stderr, encoding="utf-8")
    if done.returncode != 0:
        raise EvidenceError("server.failed", where=str(log), expected=f"every deployment of {deployments.name} to be taken", found=_tail(str(log)))


# -- ending -------------------------------------------------------------------------------------------------------------


def _family(pid: int) -> list[psutil.Process]:
    """A process and its children, children last: the parent must not start new ones while its children end."""
    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _end(processes: list[psutil.Process]) -> None:
    """Ask each to end, and kill those that have not after a while."""
    for process in processes:
        _quietly(process.terminate)
    _, alive = psutil.wait_procs(processes, timeout=_END_SECONDS)
    for process in alive:
        _quietly(process.kill)
    psutil.wait_procs(alive, timeout=5)


def _marked(mark: str) -> Iterator[psutil.Process]:
    """Processes that carry the mark of this `up`: flow runs whose worker died, for one. Never this process or one above it."""
    own = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    for process in psutil.process_iter():
        try:
            if process.pid not in own and process.environ().get(MARK) == mark:
                yield process
        except (psutil.Error, OSError):
            continue


def _quietly(act: Callable[[], None]) -> None:
    try:
        act()
    except psutil.NoSuchProcess:
        return


# -- the record ---------------------------------------------------------------------------------------------------------


def _record_path(home: Home) -> Path:
    return home.state / "server.json"


def _recorded(home: Home) -> Running | None:
    try:
        stored = json.loads(_record_path(home).read_text(encoding="utf-8"))
        return Running(stored["url"], stored["mark"], tuple(Process(**process) for process in stored["processes"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _lives(process: Process) -> bool:
    try:
        found = psutil.Process(process.pid)
        return abs(found.create_time() - process.created) < 1 and found.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _tail(path: str) -> str:
    try:
        lines = Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return "no log"
    return "\n".join(line for line in lines[-_LOG_LINES:] if line.strip()) or "an empty log"
