"""One server for the whole fault suite: every way of asking every kind, each at its publishers' addresses, and a home that holds what came.

A fetch goes the way that a run goes: the client of the source, the module of its kind, the archive.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from expectations.sources import SOURCES
from tasks import archive
from tasks.fetch import fetch, open_http
from tasks.fetch.http import HttpSettings
from tasks.sample.faults import Fault
from tasks.sample.server import Request, Responder, Response, SampleServer
from tasks.snapshot import Delivery, Snapshot
from tests.fault.ways import Ask, Change, Way
from warehouse.home import Home

CAP = 200_000  # bytes that one answer may have here
SECRET = "s3cret-of-the-council"
QUICK: dict[str, Any] = {
    "allow_loopback": True,
    "retries": 1,
    "backoff": 0.001,
    "jitter": 0.0,
    "read_timeout": 5.0,
    "total_timeout": 10.0,
    "max_bytes": CAP,
}


@dataclass(frozen=True)
class Good:
    """What a way brings when nothing fails: the delivery, and its snapshot as archived."""

    delivery: Delivery
    snapshot: Snapshot
    contents: Mapping[str, str]  # part -> SHA-256

    @property
    def stale(self) -> Snapshot:
        """The snapshot as of another question: nothing of it answers for what is asked now, and no validators are sent."""
        parts = tuple(replace(part, headers={}, labels={"resource": part.labels.get("resource", "")}) for part in self.snapshot.parts)
        return replace(self.snapshot, parts=parts)


class World:
    """The server, the home, and how to fetch. Not for two tests at a time."""

    def __init__(self, folder: Path, ways: Mapping[str, Way]) -> None:
        self._folders: dict[str, Path] = {}
        self._mounts: dict[str, dict[str, str]] = {}
        self._through: dict[str, _Through] = {}
        self._good: dict[str, Good] = {}
        self.home = Home(folder / "home")
        for number, (name, way) in enumerate(ways.items()):
            self._folders[name] = folder / f"{number:02}"
            self._mounts[name] = self._mount(f"/{number:02}", self._folders[name], way)
        self.server = SampleServer(self._through)

    def _mount(self, prefix: str, folder: Path, way: Way) -> dict[str, str]:
        folder.mkdir(parents=True)
        mounts = {}
        for number, (address, responder) in enumerate(way.serve(folder).items()):
            mounts[address] = f"{prefix}/{number}"
            self._through[mounts[address]] = _Through(responder)
        return mounts

    # -- the service -----------------------------------------------------------------------------------------------------------------

    def quiet(self) -> None:
        """As if nothing had ever failed or been asked."""
        self.server.heal()
        self.server.requests.clear()
        for left in self.left_behind():
            (self.scratch / left).unlink()
        for through in self._through.values():
            through.changes.clear()

    def fails(self, way: Way, ask: Ask, kind: str, **given: Any) -> None:
        """Let the requests of a form fail from now on; `times` as in Fault."""
        self.server.inject(Fault(kind, self.path(way, ask.url), asking=ask.asking, method=ask.method, exact=ask.exact, **given))

    def answers(self, way: Way, ask: Ask, change: Change) -> None:
        """Let the answers to a request be others from now on."""
        path = self.path(way, ask.url)
        mount = next(mount for mount in self._through if path.startswith(mount))
        self._through[mount].changes.append((path.removeprefix(mount) or "/", ask, change))

    def path(self, way: Way, url: str) -> str:
        """Where the server has what the publisher has at `url`."""
        address = max((address for address in self._mounts[way.name] if url.startswith(address)), key=len)
        return self._mounts[way.name][address] + url[len(address) :]

    def asked(self, way: Way, ask: Ask) -> list[Request]:
        """The requests of a form that have come."""
        path = self.path(way, ask.url)
        return [request for request in self.server.requests if ask.fits(request, path)]

    @contextmanager
    def serving(self, responders: Mapping[str, Responder]) -> Iterator[tuple[SampleServer, dict[str, str]]]:
        """Another service for a while, for figures of another size; with how to reroute to it."""
        mounts = {address: f"/{number}" for number, address in enumerate(responders)}
        with SampleServer({mount: responders[address] for address, mount in mounts.items()}) as server:
            yield server, {address: server.at(mount) for address, mount in mounts.items()}

    # -- fetching --------------------------------------------------------------------------------------------------------------------

    def reroute(self, way: Way) -> dict[str, str]:
        return {address: self.server.at(mount) for address, mount in self._mounts[way.name].items()}

    def fetch(
        self,
        way: Way,
        previous: Snapshot | None = None,
        arguments: Mapping[str, Any] | None = None,
        hosts: tuple[str, ...] = (),
        **settings: Any,
    ) -> Delivery:
        """One fetch as a run makes it, with the scratch folder of the home. `hosts` are further ones that the source names."""
        given = {"kind": way.kind, **way.arguments, **(arguments or {})}
        if "{folder}" in str(given.get("path")):
            given["path"] = given["path"].replace("{folder}", str(self._folders[way.name]))
        source = SOURCES[way.kind].model_validate({**given, "hosts": [*given.get("hosts", []), *hosts]})
        chosen = HttpSettings(**{**QUICK, "reroute": self.reroute(way), **settings})
        with open_http(source, chosen, self.scratch, None) as http:
            return fetch(way.kind, source, http, previous)

    @property
    def scratch(self) -> Path:
        return self.home.scratch / "run"

    def good(self, way: Way) -> Good:
        """What the way brings when nothing fails, fetched once and archived."""
        if way.name not in self._good:
            delivery = self.fetch(way)
            dataset = f"fault.{way.name.replace(' ', '_').replace(':', '')}"
            snapshot = archive.keep(delivery, dataset.lower(), "run", self.home)
            self._good[way.name] = Good(delivery, snapshot, contents(delivery))
            self.quiet()
        return self._good[way.name]

    def kept(self) -> dict[str, tuple[int, int]]:
        """Every file of the home, with size and time: what a failed fetch must leave as it was."""
        found = {}
        for folder, _, names in os.walk(self.home.root):
            for name in names:
                about = os.stat(path := os.path.join(folder, name))
                found[path] = (about.st_size, about.st_mtime_ns)
        return found

    def left_behind(self) -> list[str]:
        """What the last fetch left in its scratch folder."""
        return sorted(path.name for path in self.scratch.glob("*"))


def contents(delivery: Delivery) -> dict[str, str]:
    """The hash of each part."""
    return {part.name: part.sha256 for part in delivery.parts}


class _Through:
    """A responder whose answers may be changed on the way."""

    def __init__(self, inner: Responder) -> None:
        self._inner = inner
        self._lock = threading.Lock()
        self.changes: list[tuple[str, Ask, Change]] = []

    def respond(self, request: Request) -> Response | None:
        with self._lock:
            response = self._inner.respond(request)
        if response is None:
            return None
        for path, ask, change in self.changes:
            if ask.fits(request, path):
                response = change(response)
        return response
