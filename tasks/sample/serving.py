"""The whole sample on one server: every manifest under `figures/`, each served at its publisher's address.

Refuses a manifest of a protocol that nobody here speaks.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from tasks.fetch import SERVICES
from tasks.sample.server import Request, Responder, Response, SampleServer

FIGURES = Path(__file__).parent / "figures"
NOMIS = "https://www.nomisweb.co.uk/api/v01"
COUNCIL = "https://data.birmingham.gov.uk"
OPEN_GEOGRAPHY = "https://services1.arcgis.com/ESMARspQHYMw9BZ9/arcgis/rest/services"


@contextmanager
def serving(figures: Path = FIGURES) -> Iterator[Mapping[str, str]]:
    """Serve the sample while the block runs. Gives `reroute` for `HttpSettings`: a publisher's address -> ours."""
    speaking = responders(figures)
    mounts = {address: f"/{number:02}" for number, address in enumerate(sorted(speaking))}
    with SampleServer({mounts[address]: responder for address, responder in speaking.items()}) as server:
        yield {address: server.at(mount) for address, mount in mounts.items()}


def responders(figures: Path = FIGURES) -> dict[str, Responder]:
    """The responder of each publisher's address that the manifests have figures for; none reads its figures before it is asked."""
    manifests: dict[str, list[Path]] = {}
    for manifest in sorted(figures.glob("*/*.json")):
        protocol = str(json.loads(manifest.read_text(encoding="utf-8")).get("protocol"))
        if protocol not in _PROTOCOLS:
            raise ValueError(f"{manifest}: protocol {protocol!r}; there are {', '.join(_PROTOCOLS)}")
        manifests.setdefault(protocol, []).append(manifest)
    return {address: responder for protocol, group in manifests.items() for address, responder in _PROTOCOLS[protocol](group).items()}


class _WhenAsked:
    """A responder that is made by the first request."""

    def __init__(self, make: Callable[[], Responder]) -> None:
        self._make = make
        self._made: Responder | None = None
        self._lock = threading.Lock()

    def respond(self, request: Request) -> Response | None:
        with self._lock:
            self._made = self._made or self._make()
        return self._made.respond(request)


def _nomis(manifests: Sequence[Path]) -> dict[str, Responder]:
    def make() -> Responder:
        from tasks.sample.nomis import NomisResponder

        return NomisResponder(manifests)

    return {NOMIS: _WhenAsked(make)}


def _feature_server(manifests: Sequence[Path]) -> dict[str, Responder]:
    def make() -> Responder:
        from tasks.sample.feature_server import FeatureServerResponder

        return FeatureServerResponder(manifests)

    return {OPEN_GEOGRAPHY: _WhenAsked(make)}


def _ees(manifests: Sequence[Path]) -> dict[str, Responder]:
    from tasks.sample import ees
    from tasks.sample.ees_data import data_sets

    sets = lru_cache(maxsize=1)(lambda: data_sets(manifests))
    return {
        SERVICES["ees"]: _WhenAsked(lambda: ees.EesApi(sets())),
        SERVICES["ees_content"]: _WhenAsked(lambda: ees.EesContent(sets())),
        SERVICES["ees_catalogue"]: _WhenAsked(lambda: ees.EesCatalogue(sets())),
    }


def _file(manifests: Sequence[Path]) -> dict[str, Responder]:
    from tasks.sample.plain_file import hosts

    return dict(hosts(manifests))


def _ckan(manifests: Sequence[Path]) -> dict[str, Responder]:
    """One portal for each `site` that a manifest names."""
    portals: dict[str, list[Path]] = {}
    for manifest in manifests:
        site = json.loads(manifest.read_text(encoding="utf-8")).get("site", COUNCIL)
        portals.setdefault(site, []).append(manifest)

    def maker(group: Sequence[Path]) -> Callable[[], Responder]:
        def make() -> Responder:
            from tasks.sample.ckan import CkanResponder

            return CkanResponder(group)

        return make

    return {address: _WhenAsked(maker(group)) for address, group in portals.items()}


_PROTOCOLS: dict[str, Callable[[Sequence[Path]], dict[str, Responder]]] = {
    "nomis": _nomis,
    "feature_server": _feature_server,
    "ees": _ees,
    "file": _file,
    "ckan": _ckan,
}
