"""What fault tests share: a table served on this machine, and a client with short time-outs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tasks.fetch.http import Http, HttpSettings
from tasks.sample.plain_file import File, PlainFiles
from tasks.sample.server import SampleServer

TABLE = b"area_code,value\n" + b"".join(b"E%08d,%d\n" % (number, number) for number in range(2000))
QUICK: dict[str, Any] = {"allow_loopback": True, "retries": 2, "backoff": 0.01, "jitter": 0.01, "read_timeout": 0.4, "total_timeout": 5.0}


@pytest.fixture
def table() -> bytes:
    """A CSV of 2,000 rows."""
    return TABLE


@pytest.fixture
def files() -> PlainFiles:
    """One table at /table.csv."""
    return PlainFiles({"/table.csv": File(TABLE)})


@pytest.fixture
def server(files: PlainFiles) -> Iterator[SampleServer]:
    """The table's server; its files are below /files."""
    with SampleServer({"/files": files}) as running:
        yield running


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Callable[..., Http]]:
    """Clients with short time-outs, closed after the test: `client(retries=0)`, `client(hosts=["localhost"])`."""
    opened: list[Http] = []

    def make(hosts: tuple[str, ...] = (), state: Path | None = None, **changes: Any) -> Http:
        opened.append(Http(HttpSettings(**{**QUICK, **changes}), tmp_path / "scratch", frozenset(hosts), state))
        return opened[-1]

    yield make
    for http in opened:
        http.close()
