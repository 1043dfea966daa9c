"""What analysts ask (docs/cookbook.md), of the sample and of a file a hundred times as large; and building the indicators on both.

Building is measured twice at each size: all of them, and again with one dataset changed. It should grow no faster than the rows, and compute again
only what the changed dataset touches.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import grown
from expectations.declaration import all_ids, load
from flows.cli.database import published
from tasks.tables import table_of
from tests.docs.cookbook import PAGE, questions
from warehouse.engine import engine
from warehouse.home import Home
from warehouse.indicators import Result
from warehouse.table import literal

SIZES = {1: 100, 10: None, 100: 500}  # times the sample -> milliseconds that a question may take, warm, by the clock on a quiet machine
TIMES = 5
SLOWEST = 5
CHANGED = "ons.religion"
_COMPUTED = "computed"


@dataclass(frozen=True)
class Building:
    """Building the indicators once: seconds of the clock and of the processor, how many were computed, how many taken as they were kept."""

    times: int
    rows: int
    what: str
    seconds: float
    processor: float
    computed: int
    kept: int


@dataclass(frozen=True)
class Asked:
    """One question: medians in milliseconds, warm."""

    question: str
    clock: float
    processor: float


def measure(sample: Home, console: Console) -> None:
    """Grow the sample, build on it, ask it; print what took how long."""
    built: list[Building] = []
    for times, limit in SIZES.items():
        with tempfile.TemporaryDirectory(prefix="evidence-bench-grown-") as folder:
            home = Home(Path(folder))
            rows = grown.grow(sample, home, times)
            built += _build(home, rows, times)
            if limit is not None:
                console.print(_slowest(_ask(home), times, home.database.stat().st_size, limit))
    console.print(_building(built))


def _build(home: Home, rows: dict[str, int], times: int) -> list[Building]:
    """Build all, and again with one dataset changed."""
    tables = [table_of(load(dataset)) for dataset in all_ids() if dataset in rows]
    done: list[Building] = []
    with closing(engine(home)) as connection:
        connection.execute(f"attach {literal(str(home.database))} as evidence")
        connection.execute("use evidence")
        for what in ("all", f"{CHANGED} changed"):
            if done:
                grown.change(home, CHANGED)
            began, used = time.perf_counter(), time.process_time()
            results = grown.build(connection, home, tables, rows)
            taken = time.perf_counter() - began, time.process_time() - used
            done.append(Building(times, sum(rows.values()), what, *taken, *_counted(results)))
        connection.execute("use memory")
        connection.execute("detach evidence")
    return done


def _counted(results: Sequence[Result]) -> tuple[int, int]:
    known = [one for one in results if one.state == _COMPUTED]
    return sum(not one.kept for one in known), sum(one.kept for one in known)


def _ask(home: Home) -> list[Asked]:
    """Every question of the cookbook, as a reader's connection takes it."""
    asked = []
    with published(home) as connection:
        for question, query, _ in questions(PAGE.read_text(encoding="utf-8")):
            taken = []
            for _ in range(TIMES + 1):
                began, used = time.perf_counter(), time.process_time()
                connection.execute(query).fetchall()
                taken.append((1000 * (time.perf_counter() - began), 1000 * (time.process_time() - used)))
            clock, processor = (sorted(column)[TIMES // 2] for column in zip(*taken[1:], strict=True))
            asked.append(Asked(question, clock, processor))
    return asked


def _slowest(asked: Sequence[Asked], times: int, size: int, limit: int) -> Table:
    over = [one for one in asked if one.clock > limit]
    said = f"{len(over)} of {len(asked)} over {limit} ms" if over else f"all {len(asked)} within {limit} ms"
    table = Table(title=f"Questions of the cookbook, {times} times the sample ({size / 1e6:,.0f} MB): {said}. The slowest:")
    for column in ("question", "milliseconds", "processor ms"):
        table.add_column(column, justify="left" if column == "question" else "right")
    for one in sorted(asked, key=lambda one: -one.clock)[:SLOWEST]:
        table.add_row(one.question, f"{one.clock:.1f}", f"{one.processor:.1f}")
    return table


def _building(built: Sequence[Building]) -> Table:
    table = Table(title="Building the indicators")
    for column in (
        "times the sample",
        "rows",
        "what",
        "seconds",
        "processor s",
        "computed",
        "kept",
        "processor / smallest",
        "processor / all",
    ):
        table.add_column(column, justify="left" if column == "what" else "right")
    for one in built:
        smallest = next(other for other in built if other.what == one.what)
        whole = next(other for other in built if other.times == one.times)
        table.add_row(
            f"{one.times}",
            f"{one.rows:,}",
            one.what,
            f"{one.seconds:.1f}",
            f"{one.processor:.1f}",
            f"{one.computed}",
            f"{one.kept}",
            f"{one.processor / smallest.processor:.1f}",
            f"{one.processor / whole.processor:.2f}",
        )
    return table
