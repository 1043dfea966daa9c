"""Locks that all processes on a home see: one landing of a dataset at a time, one publish at a time.

Refuses locks that outlive their holder: the operating system holds them, so that a crash releases them at once. Where a file system has no such
locks, taking one is an error and never a file that a dead machine left behind.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from expectations.errors import EvidenceError
from warehouse.home import Home

WAIT = 900.0  # seconds: longer than the longest landing or publish of one machine, shorter than a night


@contextmanager
def lock(home: Home, name: str, what: str, wait: float | None = None) -> Iterator[None]:
    """Hold the lock `name` while the block runs; `what` tells others who it is that they wait for.

    Waits at most `wait` seconds (default: `WAIT`; 0: not at all). Raises `lock.busy`, naming the holder.
    """
    path = home.lock(name)
    wait = WAIT if wait is None else wait
    path.parent.mkdir(parents=True, exist_ok=True)
    # fallback_to_soft: a soft lock is a file that stays after a crash. thread_local off: a lock serves whoever holds the object.
    held = FileLock(path, timeout=wait, fallback_to_soft=False, thread_local=False)
    try:
        held.acquire(poll_interval=0.05)
    except Timeout as error:
        raise EvidenceError("lock.busy", where=str(path), expected=f"the lock within {wait:g} s", found=_holder(path)) from error
    try:
        _note(path).write_text(_description(what), encoding="utf-8")
        yield
    finally:
        _note(path).unlink(missing_ok=True)
        held.release()


def _note(path: Path) -> Path:
    """Who holds the lock, for people; the lock itself is the operating system's."""
    return path.with_suffix(".holder")


def _description(what: str) -> str:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return json.dumps({"what": what, "pid": os.getpid(), "host": socket.gethostname(), "since": now})


def _holder(path: Path) -> str:
    with suppress(OSError, ValueError, KeyError):
        note = json.loads(_note(path).read_text(encoding="utf-8"))
        return f"held for {note['what']} by process {note['pid']} on {note['host']} since {note['since']}"
    return "held by another process"
