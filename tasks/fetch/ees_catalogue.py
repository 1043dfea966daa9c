"""A file of the EES data catalogue, for what DfE publishes there and not in its API. No versions, no metadata, no changelog.

Refuses to guess: a title must fit exactly one current file of the publication.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from expectations.errors import EvidenceError
from expectations.sources import GUID, Ees
from tasks.fetch import SERVICES
from tasks.fetch.choose import by_name, fingerprint, folded
from tasks.fetch.ees_api import identity, one, pages
from tasks.fetch.http import Http
from tasks.fetch.parts import labelled, standing
from tasks.snapshot import Delivery, Snapshot

CATALOGUE, CONTENT = SERVICES["ees_catalogue"], SERVICES["ees_content"]
DATA = "data.csv"
_A_PAGE = 40


def fetch(source: Ees, http: Http, previous: Snapshot | None) -> Delivery:
    """The file as part `data.csv`; the release is the title of DfE's release and when the file was last updated."""
    wanted = source.catalogue or ""
    file = wanted if GUID.match(wanted) else _found(source.publication or "", wanted, http)
    details = one(http, f"{CONTENT}/data-set-files/{file}", "data-set-file")
    release_of = details.get("release")
    about = release_of if isinstance(release_of, Mapping) else {}
    if not about and "title" not in details:
        found = ", ".join(details) or "an empty object"
        raise EvidenceError(
            "fetch.protocol", where=f"{CONTENT}/data-set-files/{file}", expected="a file with title and release", found=found
        )
    when = about.get("lastUpdated") or about.get("published") or ""
    release = " ".join(str(word) for word in (about.get("title"), when) if word)
    warnings = []
    if about.get("isLatestPublishedRelease") is False:
        warnings.append(
            f"{details.get('title')!r} of {about.get('title')!r} is no longer the latest release; the newer file has another id"
        )
    asked = fingerprint(source)
    labels = labelled(file=file, title=str(details.get("title") or ""), release=release, asked=asked)
    part = previous.part(DATA) if previous else None
    if part is not None and when and part.labels == labels:
        return Delivery((standing(part),), release, tuple(warnings))
    url = f"{CATALOGUE}/data-set/{file}/csv"
    same_file = part is not None and part.labels.get("file") == file
    received = http.get(
        url, media=("text/csv",), name=DATA, validators=part.validators if part and same_file else None, max_bytes=source.max_bytes
    )
    return Delivery((received.fetched(DATA, labels, part),), release, (*warnings, *received.warnings))


def _found(publication: str, title: str, http: Http) -> str:
    """The id of the current file of this title. The search is by words; the title and the publication are held against it in full."""
    where = f"{CONTENT}/data-set-files"
    listed = pages(http, where, _A_PAGE, {"searchTerm": title, "latestOnly": "true"}, "data-set-files")
    mine = [item for item in listed if folded(_title(item.get("publication"))) == folded(publication)]
    if listed and not mine:
        others = sorted({_title(item.get("publication")) for item in listed})
        raise EvidenceError(
            "fetch.no_match", where=where, expected=f"a file {title!r} of {publication!r}", found=f"files of {', '.join(others[:5])}"
        )
    return identity(by_name(title, mine, _title, f"the data catalogue's files of {publication!r} at {where}"), where)


def _title(thing: Any) -> str:
    return str(thing.get("title")) if isinstance(thing, Mapping) else ""
