"""The ONS API: one version of a dataset as CSV, part of a census dataset by filter, or a census table made to measure.

Refuses to fetch a version anew of which neither number nor notes have changed: the number is the release, and the archived parts stand.
The API's docs: https://developer.ons.gov.uk
"""

from __future__ import annotations

from collections.abc import Mapping

from expectations.sources import OnsApi
from tasks.fetch import ons_api_csv, ons_api_filter, ons_api_observations
from tasks.fetch.choose import fingerprint
from tasks.fetch.http import Http
from tasks.fetch.next_release import announcing
from tasks.fetch.ons_api_calls import Api
from tasks.fetch.ons_api_versions import Version, announced, wanted
from tasks.fetch.parts import labelled, standing
from tasks.snapshot import Delivery, Fetched, Snapshot

ABOUT = "version.json"


def fetch(source: OnsApi, http: Http, previous: Snapshot | None) -> Delivery:
    """`data.csv` and what the API says of its version (`version.json`); or, of `observations`, `data.csv` and the answers it is made from.

    Labels: dataset, title, edition, version, released. Raises EvidenceError of the area `fetch`.
    """
    api = Api(http, source.url)
    asked = fingerprint(source)
    if source.observations is not None:
        parts = ons_api_observations.fetch(source.observations, api, labelled(asked=asked), source.max_bytes)
        return Delivery(tuple(parts), "", tuple(api.warnings))
    version, said = wanted(source, api)
    before = _labels_before(previous, version, asked)
    number, notes = int(before.get("version", 0)), before.get("notes", "")
    told = announced(version, number, notes, api)
    release = f"{version.edition} version {version.number}"
    if previous is not None and (number, notes) == (version.number, version.notes):
        stands = announcing([standing(part) for part in previous.parts], version.next_release)
        return Delivery(stands, release, (*said, *api.warnings))
    labels = labelled(
        dataset=version.dataset,
        title=str(version.about.get("title") or ""),
        edition=version.edition,
        version=str(version.number),
        released=version.released,
        notes=version.notes,
        asked=asked,
    )
    about = api.ask(version.path, ABOUT).fetched(ABOUT, labels)
    data = _data(source, version, api, labels)
    return Delivery(announcing([data, about], version.next_release), release, tuple(dict.fromkeys([*said, *api.warnings])), tuple(told))


def _data(source: OnsApi, version: Version, api: Api, labels: Mapping[str, str]) -> Fetched:
    if source.filter is not None:
        return ons_api_filter.fetch(source.filter, version, api, labels, source.max_bytes)
    return ons_api_csv.fetch(version.about, api.at(version.path), api, labels, source.max_bytes)


def _labels_before(previous: Snapshot | None, version: Version, asked: str) -> Mapping[str, str]:
    """What the parts of the previous snapshot say of themselves; {} where they answer another question or are of another edition."""
    parts = previous.parts if previous else ()
    same = all(part.labels.get("asked") == asked and part.labels.get("edition") == version.edition for part in parts)
    return parts[0].labels if parts and same else {}
