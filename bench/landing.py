"""Land one generated file in every way there is, each in a process of its own, in turn: what the whole pipeline costs beside the limit and others.

Seconds of processor stand beside seconds of the clock, because a machine is rarely quiet; ratios of the former are the ones to quote from a busy one.
polars and dlt run by the interpreter that EVIDENCE_BENCH_PYTHON names (`make bench` makes it); where they are absent, a sentence says so.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import census
from bench.contenders import ALL

MOST_BY_HAND = 20_000_000  # rows: above, the frame and its checks need more memory than a small machine has
PEERS = ("polars", "dlt")
NEXT_NIGHTS = ("unchanged", "revised", "reordered")  # run in the home that `ours` left
ADDS_TO = {"ours": "bare", "revised": "bare", "reordered": "bare_reordered"}  # what observing and comparing add, to which bare landing
PYTHON = Path(os.environ.get("EVIDENCE_BENCH_PYTHON") or ".venv/bench/bin/python").absolute()


@dataclass(frozen=True)
class Timing:
    """One contender on one file: the median of its rounds."""

    name: str
    rows: int
    seconds: float
    processor: float  # seconds, user and system, of the process and its children
    peak_mb: float
    output_mb: float


def measure(sizes: Sequence[int], rounds: int, only: Sequence[str], console: Console) -> None:
    """Run the contenders on every size and print the tables; `only` some of them, by name."""
    names = _present([name for name in ALL if not only or name in only], console)
    timings: list[Timing] = []
    with tempfile.TemporaryDirectory(prefix="evidence-bench-") as folder:
        for rows in sizes:
            taken = [name for name in names if name != "by_hand" or rows <= MOST_BY_HAND]
            timings += _size(taken, rows, rounds, Path(folder), console)
    console.print(_against_others(timings))
    console.print(_growth(timings))


def _present(names: list[str], console: Console) -> list[str]:
    """Without the peers that are not installed, and with a sentence that says so."""
    for peer in [name for name in names if name in PEERS]:
        if not PYTHON.exists() or subprocess.run([PYTHON, "-c", f"import {peer}"], capture_output=True).returncode:
            console.print(f"{peer} is not measured: it is not installed for {PYTHON}. `make bench` installs it.", highlight=False)
            names = [name for name in names if name != peer]
    return names


def _size(names: Sequence[str], rows: int, rounds: int, folder: Path, console: Console) -> list[Timing]:
    """Every contender on a file of so many rows, in turn."""
    first, revised, reordered = (folder / f"{name}.csv" for name in ("first", "revised", "reordered"))
    size = census.write_aside(first, rows)
    files = dict.fromkeys(names, first) | {"revised": revised, "reordered": reordered, "bare_reordered": reordered}
    if "revised" in names:
        census.write_aside(revised, rows, release=1)
    if {"reordered", "bare_reordered"} & set(names):
        census.write_aside(reordered, rows, release=2, shuffled=True)
    console.print(f"{rows:,} rows, {size / 1e6:,.0f} MB of CSV; rounds: {rounds}", highlight=False)
    taken: dict[str, list[tuple[float, float, float, float]]] = {name: [] for name in names}
    for turn in range(rounds):
        home = folder / f"ours-{turn}"
        for name in names:
            into = home if name in ("ours", *NEXT_NIGHTS) else folder / name
            into.mkdir(exist_ok=True)
            taken[name].append(_time(name, files[name], rows, into))
            wall, processor, peak, _ = taken[name][-1]
            console.print(
                f"  round {turn + 1}: {name:<14} {wall:8.2f} s  {processor:8.2f} s of processor  {peak:7,.0f} MB", highlight=False
            )
            if into != home:
                shutil.rmtree(into)
        shutil.rmtree(home, ignore_errors=True)
    for file in (first, revised, reordered):
        file.unlink(missing_ok=True)
    return [Timing(name, rows, *(statistics.median(column) for column in zip(*taken[name], strict=True))) for name in names]


def _time(name: str, csv: Path, rows: int, into: Path) -> tuple[float, float, float, float]:
    """(seconds, seconds of processor, peak MB, MB of Parquet written) of one contender."""
    python = PYTHON if name in PEERS else Path(sys.executable)
    there = set(into.rglob("*.parquet"))
    started = time.perf_counter()
    process = subprocess.Popen([python, "-m", "bench.contenders", name, str(csv), str(into)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - started
    if process.returncode != 0 or int(printed.split()[-1]) != rows:
        raise SystemExit(f"{name} on {rows:,} rows: exit {process.returncode}, printed {printed!r}")
    parquet = sum(path.stat().st_size for path in set(into.rglob("*.parquet")) - there)
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, parquet / 1e6


def _against_others(timings: Sequence[Timing]) -> Table:
    """Each contender beside the limit (COPY) and the way by hand."""
    table = Table(title="Against the limit and against others")
    for column in ("rows", "contender", "seconds", "processor s", "peak MB", "Parquet MB", "time / limit", "processor / limit"):
        table.add_column(column, justify="left" if column == "contender" else "right")
    for column in ("time / by hand", "processor / by hand", "peak / by hand"):
        table.add_column(column, justify="right")
    for one in timings:
        limit, hand = _beside(timings, one, "copy"), _beside(timings, one, "by_hand")
        table.add_row(
            f"{one.rows:,}",
            one.name,
            f"{one.seconds:.2f}",
            f"{one.processor:.2f}",
            f"{one.peak_mb:,.0f}",
            f"{one.output_mb:.1f}",
            *([f"{one.seconds / limit.seconds:.2f}", f"{one.processor / limit.processor:.2f}"] if limit else ["", ""]),
            *(
                [f"{one.seconds / hand.seconds:.2f}", f"{one.processor / hand.processor:.2f}", f"{one.peak_mb / hand.peak_mb:.2f}"]
                if hand
                else [""] * 3
            ),
        )
    return table


def _growth(timings: Sequence[Timing]) -> Table:
    """What observing and comparing add to a bare landing, and how time and memory grow with the rows."""
    table = Table(title="What observing and comparing add, and growth with the rows")
    for column in (
        "rows",
        "contender",
        "more than bare, time",
        "more than bare, processor",
        "microseconds of processor a row",
        "peak / smallest",
    ):
        table.add_column(column, justify="left" if column == "contender" else "right")
    for one in timings:
        bare = _beside(timings, one, ADDS_TO[one.name]) if one.name in ADDS_TO else None
        smallest = min((other for other in timings if other.name == one.name), key=lambda other: other.rows)
        table.add_row(
            f"{one.rows:,}",
            one.name,
            f"{one.seconds / bare.seconds - 1:+.0%}" if bare else "",
            f"{one.processor / bare.processor - 1:+.0%}" if bare else "",
            f"{1e6 * one.processor / one.rows:.2f}",
            f"{one.peak_mb / smallest.peak_mb:.2f}",
        )
    return table


def _beside(timings: Sequence[Timing], one: Timing, name: str) -> Timing | None:
    return next((other for other in timings if other.name == name and other.rows == one.rows), None)
