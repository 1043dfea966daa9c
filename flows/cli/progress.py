"""What a person sees while something takes longer than a second: what is done now, and for how many seconds.

On a terminal one live display that vanishes at the end; anywhere else plain lines with the time, so that a CI log reads as an account.
Everything goes to stderr: stdout is for results.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flows.cli.output import console, is_terminal, styled

if TYPE_CHECKING:
    from rich.table import Table

Say = Callable[[str], None]
_SAYINGS = {
    "fetch": "fetching",
    "examine": "reading and comparing",
    "tidy": "tidying",
    "check": "checking",
    "land": "landing",
    "publish": "publishing the database",
}


@contextmanager
def waiting() -> Iterator[Say]:
    """Tell what is being waited for, and for how long."""
    if not is_terminal():
        yield _line
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None)
        yield lambda text: progress.reset(task, description=text)


def now_and_then(tell: Say, seconds: float = 2.0) -> Say:
    """`tell`, at most once in so many seconds: for what has a thousand small steps, each of which would be a line of a log."""
    last = [-seconds]

    def told(text: str) -> None:
        if time.monotonic() - last[0] >= seconds:
            last[0] = time.monotonic()
            tell(text)

    return told


@dataclass
class _Row:
    step: str = "waiting"
    since: float = field(default_factory=time.monotonic)


class RunProgress:
    """The steps of a run as they happen; `tell` is called from the threads of the datasets, with '' for what concerns them all."""

    def __init__(self, datasets: Sequence[str]) -> None:
        self._rows = {dataset: _Row() for dataset in datasets}
        self._whole = _Row("")
        self._lock = threading.Lock()
        self._live = is_terminal()

    def tell(self, dataset: str, step: str) -> None:
        """A dataset has come to a step."""
        with self._lock:
            row = self._rows.setdefault(dataset, _Row()) if dataset else self._whole
            row.step, row.since = step, time.monotonic()
        if not self._live:
            _line(f"{dataset:<30} {step}" if dataset else _saying(step))

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show the live display while the block runs."""
        if not self._live:
            yield
            return
        from rich.live import Live

        with Live(get_renderable=self._render, console=console(stderr=True), refresh_per_second=5, transient=True):
            yield

    def _render(self) -> Table:
        from rich.table import Table

        now = time.monotonic()
        with self._lock:
            shown = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
            for dataset, row in self._rows.items():
                ended = row.step in ("landed", "unchanged", "held", "failed")
                shown.add_row(dataset, styled(row.step) if ended else _saying(row.step), "" if ended else f"{now - row.since:.0f} s")
            if self._whole.step:
                shown.add_row("", _saying(self._whole.step), f"{now - self._whole.since:.0f} s")
        return shown


def _saying(step: str) -> str:
    return _SAYINGS.get(step, step)


def _line(text: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')}  {text}\n")
    sys.stderr.flush()
