"""Processes that outlive the command that started them: started apart, known again, and ended with all their children.

Refuses to take another process for one of ours: a process counts as ours by pid and time of start together, or by the mark that all processes of
one start carry in their environment.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

MARK = "EVIDENCE_UP"
_END_SECONDS = 15.0
_LOG_LINES = 8


@dataclass(frozen=True)
class Process:
    """One process of ours; `created` (seconds since 1970) tells it from a later process with the same pid."""

    name: str
    pid: int
    created: float
    log: str

    @property
    def lives(self) -> bool:
        try:
            found = psutil.Process(self.pid)
            return abs(found.create_time() - self.created) < 1 and found.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    @property
    def last_lines(self) -> str:
        """The end of its log, for a message."""
        return last_lines(Path(self.log))


def start(name: str, command: Sequence[str], environment: Mapping[str, str], folder: Path, log: Path) -> Process:
    """Start a process in a session of its own, so that it outlives the terminal; all it prints goes to `log`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        started = subprocess.Popen(
            list(command),
            env=dict(environment),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Process(name, started.pid, psutil.Process(started.pid).create_time(), str(log))


def end(process: Process) -> bool:
    """End a process and all its children, gently and then not. False where it had ended already."""
    if not process.lives:
        return False
    try:
        parent = psutil.Process(process.pid)
        _end([parent, *parent.children(recursive=True)])
    except psutil.NoSuchProcess:
        return False
    return True


def end_marked(mark: str) -> tuple[int, ...]:
    """End whatever carries this mark and is still there: flow runs whose worker died, for one. Returns the pids."""
    left = list(_marked(mark))
    _end(left)
    return tuple(process.pid for process in left)


def last_lines(log: Path) -> str:
    """The last lines of a log."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return "no log"
    return "\n".join(line for line in lines[-_LOG_LINES:] if line.strip()) or "an empty log"


def _marked(mark: str) -> Iterator[psutil.Process]:
    """Never this process or one above it, which may have been started from within."""
    own = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    for process in psutil.process_iter():
        try:
            if process.pid not in own and process.environ().get(MARK) == mark:
                yield process
        except (psutil.Error, OSError):
            continue


def _end(processes: Sequence[psutil.Process]) -> None:
    """Ask each to end, parents first so that none is started anew, and kill those that have not after a while."""
    for process in processes:
        _quietly(process.terminate)
    _, alive = psutil.wait_procs(processes, timeout=_END_SECONDS)
    for process in alive:
        _quietly(process.kill)
    psutil.wait_procs(alive, timeout=5)


def _quietly(act: Callable[[], None]) -> None:
    try:
        act()
    except psutil.NoSuchProcess:
        return
