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

from expectations.errors import EvidenceError
from tasks.fetch import SERVICES
from tasks.sample.server import Request, Responder, Response, SampleServer

FIGURES = Path(__file__).parent / "figures"
NOMIS = "https://www.nomisweb.co.uk/api/v01"
COUNCIL = "https://data.birmingham.gov.uk"
FINGERTIPS = "https://fingertips.phe.org.uk/api"
OBSERVATORY = "https://cityobservatory.birmingham.gov.uk"
GIAS = "https://ea-edubase-api-prod.azurewebsites.net/edubase/downloads/public"
PERFORMANCE_TABLES = "https://www.compare-school-performance.service.gov.uk"
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
    found: dict[str, list[Responder]] = {}
    for protocol, group in manifests.items():
        for address, responder in _PROTOCOLS[protocol](group).items():
            found.setdefault(address, []).append(responder)
    return {address: each[0] if len(each) == 1 else _InTurn(each) for address, each in found.items()}


def refuse_without_figures(dataset: str, figures: Path = FIGURES) -> None:
    """Raises `run.no_figures` where the sample ships nothing of a dataset: nobody may be asked in its place."""
    publisher, name = dataset.split(".")
    if not (figures / publisher / f"{name}.json").exists():
        raise EvidenceError(
            "run.no_figures", where=str(figures), expected="figures that ship with the project", found="none", dataset=dataset
        )


class _InTurn:
    """Responders of two protocols that one publisher serves at one address: the first that has something there answers."""

    def __init__(self, responders: Sequence[Responder]) -> None:
        self._responders = responders

    def respond(self, request: Request) -> Response | None:
        missing: Response | None = None
        for responder in self._responders:
            response = responder.respond(request)
            if response is not None and response.status != 404:
                return response
            missing = missing or response
        return missing


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


def _ees_files(manifests: Sequence[Path]) -> dict[str, Responder]:
    from tasks.sample import ees_files

    content = lru_cache(maxsize=1)(lambda: ees_files.EesReleases(ees_files.releases(manifests)))
    return {
        SERVICES["ees_content"]: _WhenAsked(content),
        SERVICES["ees_site"]: _WhenAsked(lambda: ees_files.EesPages(content())),
    }


def _gias(manifests: Sequence[Path]) -> dict[str, Responder]:
    from tasks.sample.gias import gias_extracts

    return {GIAS: _WhenAsked(lambda: gias_extracts(manifests))}


def _performance_tables(manifests: Sequence[Path]) -> dict[str, Responder]:
    from tasks.sample.performance_tables import downloads

    return {PERFORMANCE_TABLES: _WhenAsked(lambda: downloads(manifests))}


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


def _ons_api(manifests: Sequence[Path]) -> dict[str, Responder]:
    from tasks.sample import ons_api

    sample = ons_api.OnsSample(manifests)
    return {SERVICES["ons_api"]: ons_api.OnsApi(sample), SERVICES["ons_downloads"]: ons_api.OnsDownloads(sample)}


def _explore_local_statistics(manifests: Sequence[Path]) -> dict[str, Responder]:
    from tasks.sample.explore_local_statistics import ExploreLocalStatisticsResponder

    return {SERVICES["explore_local_statistics"]: ExploreLocalStatisticsResponder(manifests)}


def _ons_website(manifests: Sequence[Path]) -> dict[str, Responder]:
    from tasks.sample.ons_website import OnsWebsiteResponder

    return {SERVICES["ons_website"]: OnsWebsiteResponder(manifests)}


def _opendatasoft(manifests: Sequence[Path]) -> dict[str, Responder]:
    from tasks.sample.opendatasoft import OpendatasoftPortal

    return {OBSERVATORY: _WhenAsked(lambda: OpendatasoftPortal(manifests))}


def _fingertips(manifests: Sequence[Path]) -> dict[str, Responder]:
    from tasks.sample.fingertips import FingertipsApi

    return {FINGERTIPS: _WhenAsked(lambda: FingertipsApi(manifests))}


_PROTOCOLS: dict[str, Callable[[Sequence[Path]], dict[str, Responder]]] = {
    "nomis": _nomis,
    "feature_server": _feature_server,
    "ees": _ees,
    "ees_files": _ees_files,
    "gias": _gias,
    "performance_tables": _performance_tables,
    "ons_api": _ons_api,
    "explore_local_statistics": _explore_local_statistics,
    "ons_website": _ons_website,
    "file": _file,
    "ckan": _ckan,
    "opendatasoft": _opendatasoft,
    "fingertips": _fingertips,
}
