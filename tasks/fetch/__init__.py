"""Fetching: one polite HTTP client (`http`) and one module per protocol, found by the `kind` of a declaration's source.

Refuses unknown kinds. Importing this package imports no HTTP library: the declaration's checks run without one.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from expectations.errors import EvidenceError
from expectations.sources import SOURCES, Common
from tasks.snapshot import Delivery, Snapshot

if TYPE_CHECKING:
    from tasks.fetch.http import Http, HttpSettings

# Where each service lives that a declaration need not name. The sample and the tests reroute them by `HttpSettings.reroute`.
SERVICES: dict[str, str] = {
    "ees": "https://api.education.gov.uk/statistics/v1",
    "ees_catalogue": "https://explore-education-statistics.service.gov.uk/data-catalogue",
    "ees_site": "https://explore-education-statistics.service.gov.uk",
    "ees_content": "https://content.explore-education-statistics.service.gov.uk/api",
    "ons_api": "https://api.beta.ons.gov.uk/v1",
    "ons_downloads": "https://download.beta.ons.gov.uk",
    "explore_local_statistics": "https://www.ons.gov.uk/explore-local-statistics",
    "ons_website": "https://www.ons.gov.uk",
}
# Hosts to which a service's own redirects lead, beside those that a declaration names.
_EES = frozenset({"explore-education-statistics.service.gov.uk", "content.explore-education-statistics.service.gov.uk"})
_ONS = frozenset({"download.beta.ons.gov.uk", "download.ons.gov.uk", "static.ons.gov.uk"})
_HOSTS = {"ees": _EES, "ees_files": _EES, "ons_api": _ONS, "ons_website": _ONS}
KINDS = {  # kind of source -> its module
    "nomis": "nomis",
    "feature_server": "feature_server",
    "ees": "ees",
    "ees_files": "ees_files",
    "gias": "gias",
    "performance_tables": "performance_tables",
    "ckan": "ckan",
    "opendatasoft": "opendatasoft",
    "ons_api": "ons_api",
    "explore_local_statistics": "explore_local_statistics",
    "ons_website": "ons_website",
    "file": "plain_file",
    "folder": "folder",
    "fingertips": "fingertips",
    "police": "police",
}


class _Module(Protocol):
    """What each protocol module offers."""

    def fetch(self, source: Any, http: Http, previous: Snapshot | None) -> Delivery: ...


def open_http(source: Common, settings: HttpSettings, scratch: Path, state: Path | None) -> Http:
    """The client for one source, with the hosts that it may be led to. Use it as a context manager."""
    from tasks.fetch.http import Http

    kind = str(getattr(source, "kind", ""))
    return Http(settings, scratch, frozenset(source.hosts) | _HOSTS.get(kind, frozenset()), state)


def fetch(kind: str, arguments: Mapping[str, Any] | Common, http: Http, previous: Snapshot | None = None) -> Delivery:
    """Bring what a source now holds.

    `arguments` are those of the declaration (its model, or a mapping that is held against it); `previous` is the last snapshot, to ask only
    for what changed. Raises EvidenceError of the area `fetch`.
    """
    if kind not in KINDS:
        raise EvidenceError("fetch.unknown_service", where="source.kind", expected=" or ".join(sorted(KINDS)), found=repr(kind))
    source = arguments if isinstance(arguments, Common) else SOURCES[kind].model_validate({"kind": kind, **arguments})
    from tasks.fetch.guard import guarded

    module: _Module = importlib.import_module(f"tasks.fetch.{KINDS[kind]}")
    return guarded(lambda: module.fetch(source, http, previous), http)
