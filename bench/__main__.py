"""`python -m bench [ROWS …]`: time each contender in a process of its own, in turn, and print ratios to the limit and to the way by hand."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import census

ROWS = (1_000_000, 3_000_000)
ROUNDS = 3
MOST_BY_HAND = 3_000_000  # rows: above, the frame and its checks need more memory than a small machine has


@dataclass(frozen=True)
class Timing:
    """One contender on one file: the median of its rounds."""

    name: str
    rows: int
    seconds: float
    peak_mb: float
    output_mb: float


def main(arguments: list[str]) -> None:
    """Run every contender on every size and print the table."""
    sizes = tuple(int(float(argument)) for argument in arguments) or ROWS
    console = Console()
    timings: list[Timing] = []
    with tempfile.TemporaryDirectory(prefix="evidence-bench-") as folder:
        for rows in sizes:
            csv = Path(folder) / f"census-{rows}.csv"
            size = census.write(csv, rows)
            console.print(f"{rows:,} rows, {size / 1e6:,.0f} MB of CSV; {ROUNDS} rounds each, in turn")
            timings += _round(csv, rows, Path(folder), console)
            csv.unlink()
    console.print(_table(timings))
    console.print(f"on {os.cpu_count()} cores; whole processes, start of Python included; ratios are of medians of one run")


def _round(csv: Path, rows: int, folder: Path, console: Console) -> list[Timing]:
    names = ["copy", "ours"] + (["by_hand"] if rows <= MOST_BY_HAND else [])
    taken: dict[str, list[tuple[float, float, float]]] = {name: [] for name in names}
    for turn in range(ROUNDS):
        for name in names:
            into = folder / f"{name}-{rows}-{turn}"
            into.mkdir()
            taken[name].append(_time(name, csv, rows, into))
            console.print(f"  round {turn + 1}: {name:<8} {taken[name][-1][0]:7.2f} s  {taken[name][-1][1]:7,.0f} MB", highlight=False)
            subprocess.run(["rm", "-rf", str(into)], check=True)
    return [Timing(name, rows, *(statistics.median(column) for column in zip(*taken[name], strict=True))) for name in names]


def _time(name: str, csv: Path, rows: int, into: Path) -> tuple[float, float, float]:
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "bench.contenders", name, str(csv), str(into)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - started
    if process.returncode != 0 or int(printed.split()[-1]) != rows:
        raise SystemExit(f"{name} on {rows:,} rows: exit {process.returncode}, printed {printed!r}")
    parquet = sum(path.stat().st_size for path in into.rglob("*.parquet"))
    return seconds, usage.ru_maxrss / 1024, parquet / 1e6


def _table(timings: list[Timing]) -> Table:
    table = Table(title="The whole pipeline against the limit and against the way by hand")
    for column in ("rows", "contender", "seconds", "peak MB", "Parquet MB", "time / limit", "time / by hand", "memory / by hand"):
        table.add_column(column, justify="left" if column == "contender" else "right")
    for timing in timings:
        same = {other.name: other for other in timings if other.rows == timing.rows}
        limit, hand = same["copy"], same.get("by_hand")
        table.add_row(
            f"{timing.rows:,}",
            timing.name,
            f"{timing.seconds:.2f}",
            f"{timing.peak_mb:,.0f}",
            f"{timing.output_mb:.1f}",
            f"{timing.seconds / limit.seconds:.2f}",
            f"{timing.seconds / hand.seconds:.2f}" if hand else "",
            f"{timing.peak_mb / hand.peak_mb:.2f}" if hand else "",
        )
    return table


if __name__ == "__main__":
    main(sys.argv[1:])
