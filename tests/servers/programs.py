"""Programs that the tests start: a folder of their own, a log, a port of this machine, and an end by their process id.

Refuses a program that ends before it is ready, and one that is not ready in time; both with the end of its log.
"""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

READY_WITHIN = 180.0  # seconds: a portal takes ten on an idle machine
ENDS_WITHIN = 20.0  # seconds before a program that was asked to end is killed
LOG_SHOWN = 3_000  # characters of the log's end


class ProgramFailed(Exception):
    """A program did not start, or a step of setting it up failed."""


class Program:
    """A running program. As a context manager it is ended, whatever happened."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        folder: Path,
        *,
        environment: Mapping[str, str] | None = None,
        user: str | None = None,
        ends_on: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.name = name
        self._ends_on = ends_on
        self._log = folder / f"{name}.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [*_ends_with_us(ends_on), *map(str, command)],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                **as_user(user),
            )

    def __enter__(self) -> Program:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def log(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")

    def wait_until(self, ready: Callable[[], bool], seconds: float = READY_WITHIN) -> Program:
        """Wait until `ready` says so. Raises ProgramFailed, and ends the program, where it does not in time."""
        last = time.monotonic() + seconds
        while not ready():
            ended = self._process.poll()
            if ended is not None or time.monotonic() > last:
                self.stop()
                reason = f"ended with {ended}" if ended is not None else f"was not ready in {seconds:g} s"
                raise ProgramFailed(f"{self.name} {reason}:\n{self.log()[-LOG_SHOWN:]}")
            time.sleep(0.1)
        return self

    def stop(self) -> None:
        """End this process, by its id."""
        if self._process.poll() is None:
            self._process.send_signal(self._ends_on)
            try:
                self._process.wait(ENDS_WITHIN)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


def step(
    command: Sequence[str | Path], *, folder: Path, environment: Mapping[str, str] | None = None, user: str | None = None, given: str = ""
) -> str:
    """Run one step of setting up and return what it prints. Raises ProgramFailed with what it says where it fails."""
    done = subprocess.run(
        [str(each) for each in command],
        cwd=folder,
        env=environment,
        input=given,
        capture_output=True,
        text=True,
        check=False,
        **as_user(user),
    )
    if done.returncode:
        said = (done.stdout + done.stderr)[-LOG_SHOWN:]
        raise ProgramFailed(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{said}")
    return str(done.stdout)


def as_user(name: str | None) -> dict[str, Any]:
    """Arguments of a process that runs as someone else, with none of our groups."""
    return {} if name is None else {"user": name, "group": _group_of(name), "extra_groups": []}


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens at now, for programs that cannot choose one themselves."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def listens(port: int) -> bool:
    """Whether something takes connections at a port of this machine."""
    with socket.socket() as asking:
        asking.settimeout(1)
        return asking.connect_ex(("127.0.0.1", port)) == 0


def _group_of(user: str) -> int:
    import pwd

    return pwd.getpwnam(user).pw_gid


def _ends_with_us(ends_on: signal.Signals) -> list[str]:
    """Where the system can see to it: the program ends too when these tests are killed and can end nothing themselves."""
    program = shutil.which("setpriv")
    return [program, "--pdeathsig", ends_on.name.removeprefix("SIG"), "--"] if program else []
