"""How long a command takes that people wait for: whole processes, start of Python included."""

from __future__ import annotations

import os
import statistics
import subprocess
import time

from rich.console import Console
from rich.table import Table

from bench.sample import PROGRAM
from warehouse.home import Home

TIMES = 7
LIMITS = {"--help": 0.3, "status": 0.5}  # seconds by the clock on a quiet machine


def measure(home: Home, console: Console) -> None:
    """Run each command, once unmeasured and then `TIMES` times, and print the medians."""
    table = Table(title=f"Commands, median of {TIMES}")
    for column in ("command", "seconds", "processor s", "limit, seconds"):
        table.add_column(column, justify="left" if column == "command" else "right")
    for command, limit in LIMITS.items():
        taken = [_once(command, home) for _ in range(TIMES + 1)][1:]
        wall, processor = (statistics.median(column) for column in zip(*taken, strict=True))
        table.add_row(f"evidence {command}", f"{wall:.2f}", f"{processor:.2f}", f"{limit:.1f}{'' if wall <= limit else ': over'}")
    console.print(table)


def _once(command: str, home: Home) -> tuple[float, float]:
    """(seconds, seconds of processor) of one run."""
    environment = {**os.environ, "EVIDENCE_HOME": str(home.root)}
    began = time.perf_counter()
    process = subprocess.Popen([PROGRAM, command], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"evidence {command}: exit {process.returncode}")
    return time.perf_counter() - began, usage.ru_utime + usage.ru_stime
