"""Which version of an ONS dataset is meant, and what the ONS itself says has changed in it.

Refuses a version that is not published. Numbers of versions are read from links (`…/editions/2021/versions/3`; some say `version`), for the
number is the publisher's release: a correction may be an alert on a version that stays, and then its notes tell.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from expectations.errors import EvidenceError
from expectations.sources import OnsApi
from tasks.fetch.answers import one_line
from tasks.fetch.choose import fingerprint
from tasks.fetch.next_release import next_release
from tasks.fetch.ons_api_calls import Api
from tasks.fetch.parts import listed

_LINK = re.compile(r"/editions/([^/?#]+)/versions?/(\d{1,6})(?:[/?#]|$)")
_MOST_VERSIONS_TOLD = 20
_OF_A_VERSION = frozenset(["downloads", "links", "version", "state"])
_NOTES = ("alerts", "latest_changes", "usage_notes")
_PUBLISHED = ("published", "", None)  # some answers do not say


@dataclass(frozen=True)
class Version:
    """One version: where it stands, its number, and the whole of what the API says of it."""

    dataset: str
    edition: str
    number: int
    about: Mapping[str, Any]
    next_release: str = ""  # the label of the dataset's release to come

    @property
    def path(self) -> str:
        return path_of(self.dataset, self.edition, self.number)

    @property
    def notes(self) -> str:
        """A fingerprint of its alerts and notes."""
        return fingerprint([self.about.get(name) or [] for name in _NOTES])

    @property
    def released(self) -> str:
        return str(self.about.get("release_date") or "")[:10]


def path_of(dataset: str, edition: str, number: int) -> str:
    """Where a version stands below the API."""
    return f"datasets/{dataset}/editions/{edition}/versions/{number}"


def wanted(source: OnsApi, api: Api) -> tuple[Version, list[str]]:
    """The version that the declaration means, with what is to be said of it. Raises fetch.gone, fetch.withdrawn, fetch.protocol."""
    dataset = str(source.dataset)
    where = f"datasets/{dataset}" + (f"/editions/{source.edition}" if source.edition else "")
    parent = api.one(where, "dataset" if source.edition is None else "edition")
    current = parent.get("current")
    parent = current if isinstance(current, Mapping) else parent
    if source.edition is None:
        _published(f"dataset {dataset}", parent)
    edition, latest = _latest(parent, source.edition, api.at(where))
    number = source.version or latest
    about = api.one(path_of(dataset, edition, number), "version")
    if not _OF_A_VERSION & set(about):
        found = ", ".join(about) or "an empty object"
        raise EvidenceError("fetch.protocol", where=api.at(path_of(dataset, edition, number)), expected="a version", found=found)
    announced = about.get("next_release") or parent.get("next_release")
    version = Version(dataset, edition, number, about, next_release(announced) if source.version is None else "")
    _published(f"version {number} of {dataset}", about)
    said = []
    if latest > number:
        said.append(f"version {latest} is out; the declaration keeps to version {number}")
    return version, said


def announced(version: Version, before: int, notes_before: str, api: Api) -> list[Mapping[str, Any]]:
    """What the ONS says of every version since number `before` (0: there was none); alerts that came to a version that stands are new."""
    if before == version.number:
        return [] if notes_before == version.notes else _told(version)
    told: list[Mapping[str, Any]] = []
    since = before + 1 if before else version.number
    for number in range(max(since, version.number - _MOST_VERSIONS_TOLD + 1), version.number):
        try:
            about = api.one(path_of(version.dataset, version.edition, number), "version")
        except EvidenceError as error:
            if error.code not in ("fetch.gone", "fetch.refused"):  # a version that was withdrawn meanwhile announces nothing
                raise
            continue
        told += _told(Version(version.dataset, version.edition, number, about))
    return told + _told(version)


def _latest(parent: Mapping[str, Any], edition: str | None, where: str) -> tuple[str, int]:
    links = parent.get("links")
    latest = links.get("latest_version") if isinstance(links, Mapping) else None
    found = _LINK.search(str(latest.get("href") or "")) if isinstance(latest, Mapping) else None
    if found is None or (edition is not None and found[1] != edition):
        raise EvidenceError(
            "fetch.protocol", where=where, expected="links.latest_version with …/editions/{edition}/versions/{n}", found=str(latest)[:160]
        )
    return found[1], int(found[2])


def _published(what: str, about: Mapping[str, Any]) -> None:
    if about.get("state") not in _PUBLISHED:
        raise EvidenceError("fetch.withdrawn", where=what, expected="published data", found=f"state {about.get('state')!r}")


def _told(version: Version) -> list[Mapping[str, Any]]:
    entries: list[Mapping[str, Any]] = []
    for name in _NOTES:
        for item in listed(version.about.get(name)):
            if not isinstance(item, Mapping):
                continue
            said = ": ".join(str(item[key]) for key in ("title", "name", "description", "note") if item.get(key))
            correction = name == "alerts" and "correct" in str(item.get("type") or item.get("description")).casefold()
            entries.append(
                {
                    "kind": "history_revised" if correction else "note",
                    "column": None,
                    "subject": name,
                    "before": None,
                    "after": None,
                    "said": one_line(said),
                    "version": str(version.number),
                    "major": False,
                }
            )
    return entries
