"""Processes that outlive their command: ended with all their children, and never another's."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from flows import processes, server
from tasks.atomic import replace_json
from warehouse.home import Home

SLEEPS = "import time; time.sleep(60)"
HAS_A_CHILD = (
    f"import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-c', {SLEEPS!r}]); print(p.pid, flush=True); time.sleep(60)"
)
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"


@pytest.fixture
def started(tmp_path: Path) -> Iterator[list[processes.Process]]:
    """Processes that the test starts, ended after it whatever happens."""
    made: list[processes.Process] = []
    yield made
    for process in made:
        processes.end(process)


def _start(started: list[processes.Process], code: str, tmp_path: Path, mark: str = "") -> processes.Process:
    environment = {**os.environ, processes.MARK: mark}
    process = processes.start("one", [sys.executable, "-c", code], environment, tmp_path, tmp_path / "logs" / f"{len(started)}.log")
    started.append(process)
    return process


def _printed(process: processes.Process) -> str:
    for _ in range(200):
        text = Path(process.log).read_text(encoding="utf-8")
        if text.endswith("\n"):
            return text.strip()
        time.sleep(0.05)
    raise AssertionError(f"{process} printed nothing")


def test_a_process_is_ended_with_its_children(started: list[processes.Process], tmp_path: Path) -> None:
    process = _start(started, HAS_A_CHILD, tmp_path)
    child = int(_printed(process))
    assert process.lives
    assert processes.end(process)
    assert not process.lives
    assert not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE
    assert not processes.end(process)


def test_one_that_does_not_listen_is_killed(started: list[processes.Process], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_END_SECONDS", 0.5)
    process = _start(started, DEAF, tmp_path)
    _printed(process)
    assert processes.end(process)
    assert not process.lives


def test_a_later_process_with_the_same_pid_is_not_ours(started: list[processes.Process], tmp_path: Path) -> None:
    process = _start(started, SLEEPS, tmp_path)
    earlier = replace(process, created=process.created - 3600)
    assert not earlier.lives
    assert not processes.end(earlier)
    assert process.lives


def test_what_carries_the_mark_is_found_without_its_pid(started: list[processes.Process], tmp_path: Path) -> None:
    ours, others = _start(started, SLEEPS, tmp_path, "this-up"), _start(started, SLEEPS, tmp_path, "another")
    assert processes.end_marked("this-up") == (ours.pid,)
    assert others.lives


def test_a_log_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert processes.last_lines(tmp_path / "none.log") == "no log"


def test_the_next_free_port_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setenv("EVIDENCE_PORT", str(port))
        assert server._free_port() > port


def test_nothing_runs_where_nothing_was_started(home: Home) -> None:
    assert server.running(home) is None
    assert server.down(home) == ()


def test_a_record_of_processes_that_are_gone_is_no_server_and_is_cleared(home: Home) -> None:
    gone = {"name": "server", "pid": 2**22 - 1, "created": 1.0, "log": ""}
    replace_json(home.state / "server.json", {"url": "http://127.0.0.1:9", "mark": "x", "processes": [gone], "deployed": ""})
    assert server.running(home) is None
    assert server.down(home) == ()
    assert not (home.state / "server.json").exists()


@pytest.mark.parametrize("text", ["", "{", "[]", json.dumps({"url": 1})])
def test_a_record_that_is_none_counts_as_none(home: Home, text: str) -> None:
    home.state.mkdir(parents=True)
    (home.state / "server.json").write_text(text, encoding="utf-8")
    assert server.running(home) is None


def test_nothing_answers_at_a_port_that_nobody_has() -> None:
    assert not server.healthy("http://127.0.0.1:9/api", timeout=0.5)


def test_a_process_of_another_is_never_touched_by_down(home: Home) -> None:
    """A crash and a reboot: the recorded pid is someone else's now."""
    other = subprocess.Popen([sys.executable, "-c", SLEEPS])
    try:
        recorded = {"name": "server", "pid": other.pid, "created": psutil.Process(other.pid).create_time() - 1000, "log": ""}
        replace_json(home.state / "server.json", {"url": "http://127.0.0.1:9", "mark": "x", "processes": [recorded], "deployed": ""})
        assert server.down(home) == ()
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()
