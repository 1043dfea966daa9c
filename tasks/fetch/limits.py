"""Politeness: how soon a host may be asked again, agreed between all processes of this machine.

Forty deployments due at 09:30 are forty processes; each reserves its place in a file of the home's state folder under a lock that a
crash releases. The lock is held while a place is reserved, never while waiting for it.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from filelock import FileLock, Timeout

LONGEST_QUEUE = 900.0  # seconds: a time further ahead was written by a clock that has since been set back, and is disregarded
LOCK_WAIT = 10.0  # seconds for a lock that others hold for microseconds; beyond it the request goes ahead


class Pace:
    """The least time between two requests to one host. `state` is a folder shared by all processes, or None for this process alone."""

    def __init__(
        self,
        interval: float,
        intervals: Mapping[str, float],
        state: Path | None,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._interval = interval
        self._intervals = {host.lower(): seconds for host, seconds in intervals.items()}
        self._folder = state / "hosts" if state is not None else None
        self._now = now
        self._sleep = sleep
        self._next: dict[str, float] = {}
        self._threads = threading.Lock()

    def wait(self, host: str, longest: float) -> float:
        """Sleep until it is this request's turn. Returns for how long; -1, without sleeping, where it would be over `longest` seconds."""
        interval = self._intervals.get(host, self._interval)
        turn = self._reserve(host, interval, longest)
        if turn is None:
            return -1.0
        seconds = max(0.0, turn - self._now())
        if seconds:
            self._sleep(seconds)
        return seconds

    def hold_off(self, host: str, seconds: float) -> None:
        """The host asked for a pause: nobody on this machine asks it again before then."""
        with self._locked(host):
            until = self._now() + min(seconds, LONGEST_QUEUE)
            self._write(host, max(self._read(host), until))

    def _reserve(self, host: str, interval: float, longest: float) -> float | None:
        if interval <= 0 and self._folder is None and host not in self._next:
            return self._now()
        with self._locked(host):
            now = self._now()
            turn = max(now, self._read(host))
            if turn - now > longest:
                return None
            if interval > 0:
                self._write(host, turn + interval)
            return turn

    def _locked(self, host: str) -> _Locked:
        return _Locked(self._threads, self._file(host, "lock") if self._folder else None)

    def _read(self, host: str) -> float:
        if self._folder is None:
            stored = self._next.get(host, 0.0)
        else:
            try:
                stored = float(self._file(host, "next").read_text())
            except (OSError, ValueError):  # never asked before, or a write that a crash cut short
                stored = 0.0
        return stored if stored - self._now() <= LONGEST_QUEUE else 0.0

    def _write(self, host: str, when: float) -> None:
        if self._folder is None:
            self._next[host] = when
        else:
            self._file(host, "next").write_text(f"{when:.6f}")

    def _file(self, host: str, suffix: str) -> Path:
        assert self._folder is not None
        return self._folder / f"{re.sub(r'[^a-z0-9.-]', '_', host)}.{suffix}"


class _Locked:
    """The threads of this process, then the processes of this machine."""

    def __init__(self, threads: threading.Lock, path: Path | None) -> None:
        self._threads = threads
        self._path = path
        self._file: FileLock | None = None

    def __enter__(self) -> None:
        self._threads.acquire()
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = FileLock(self._path, timeout=LOCK_WAIT)
            self._file.acquire()
        except (Timeout, OSError):  # politeness must not stop the work: a full disk or a stuck lock is reported elsewhere
            self._file = None

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.release()
        self._threads.release()
