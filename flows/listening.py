"""How a flow run tells the person at the terminal what it does: a listener that the command line sets and the flow finds.

Refuses to be a parameter of the flow: a deployment has no terminal, and Prefect would store the listener with the run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tasks.record import RunRecord

Tell = Callable[[str, str], None]


@dataclass
class Watch:
    """What listens to a run: `tell` hears each dataset and its step; `records` gets the run record at the end."""

    tell: Tell = field(default=lambda dataset, step: None)
    records: list[RunRecord] = field(default_factory=list)


_CURRENT: ContextVar[Watch | None] = ContextVar("watch", default=None)


@contextmanager
def watching(tell: Tell) -> Iterator[Watch]:
    """Listen to the runs that start in this block (Prefect hands the context on to its threads)."""
    watch = Watch(tell)
    token = _CURRENT.set(watch)
    try:
        yield watch
    finally:
        _CURRENT.reset(token)


def current() -> Watch:
    """The listener of this run; one that hears nothing where nobody listens."""
    return _CURRENT.get() or Watch()
