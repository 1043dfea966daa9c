"""Files of a release of Explore Education Statistics, for what DfE does not put into its API.

Refuses to guess: each file is the one of its printed title. A release is amended in place: its version's id then changes, the files are
asked for again, and the notes that DfE wrote since are what it announces. Refuses a CSV with fewer rows than DfE counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from expectations.errors import EvidenceError
from expectations.sources import EesFiles
from tasks.fetch.choose import by_name, fingerprint
from tasks.fetch.ees import count_records
from tasks.fetch.ees_files_release import CONTENT, Release, ReleaseFile, release_of
from tasks.fetch.http import Http
from tasks.fetch.next_release import announcing
from tasks.fetch.parts import discard, labelled, standing
from tasks.fetch.received import Received
from tasks.snapshot import Delivery, Fetched, Part, Snapshot

_ZIP = b"PK\x03\x04"
_MEDIA = (
    "text/csv",
    "application/csv",
    "application/octet-stream",
    "application/zip",
    "application/x-zip-compressed",
    "application/x-compressed",
)
_SOFT = re.compile(r"[^a-z0-9]+")


def fetch(source: EesFiles, http: Http, previous: Snapshot | None) -> Delivery:
    """One part a file, in the declared order, named after its title. Labels: publication, release, version (an id), file, title, updated.

    Where the version stands, nothing but the release itself is asked for. Raises EvidenceError of the area `fetch`.
    """
    release = release_of(source.publication, source.release, http)
    asked = fingerprint(source)
    name = " ".join(word for word in (release.title, release.updated) if word)
    shared = labelled(publication=source.publication, release=release.slug, version=release.id, updated=release.updated, asked=asked)
    warnings = _warnings(source, release)
    stands = _unchanged(previous, shared)
    announced = release.next_release if source.release is None else ""  # one that is declared is not followed by another
    if stands:
        return Delivery(announcing(stands, announced), name, tuple(warnings))
    parts: list[Fetched] = []
    for title in source.files:
        file = by_name(title, list(release.files), lambda item: item.title, f"the files of {source.publication} {release.slug}")
        part, said = _file(source, file, release, shared, http, previous)
        parts.append(part)
        warnings += said
    return Delivery(announcing(parts, announced), name, tuple(dict.fromkeys(warnings)), _amended(release, previous, source.publication))


def part_name(title: str, zipped: bool = False) -> str:
    """The name of a file's part, which stays while the file's id changes with each release."""
    return (_SOFT.sub("-", title.casefold()).strip("-")[:80] or "data") + (".zip" if zipped else ".csv")


def _file(
    source: EesFiles, file: ReleaseFile, release: Release, shared: Mapping[str, str], http: Http, previous: Snapshot | None
) -> tuple[Fetched, list[str]]:
    name = part_name(file.title, source.zipped)
    before = previous.part(name) if previous else None
    folder = f"{CONTENT}/releases/{release.id}/files"
    received = http.get(
        folder if source.zipped else f"{folder}/{file.id}",
        params={"fileIds": file.id} if source.zipped else None,
        media=_MEDIA,
        validators=before.validators if before and before.labels.get("file") == file.id else None,
        max_bytes=source.max_bytes,
        name=name,
    )
    warnings = [f"{name}: {warning}" for warning in (*received.warnings, *_complete(received, file, source.zipped, before))]
    return received.fetched(name, {**shared, **labelled(file=file.id, title=file.title)}, before), warnings


def _complete(received: Received, file: ReleaseFile, zipped: bool, before: Part | None) -> list[str]:
    """Whether the file is what was asked for, and whole. Raises fetch.not_data, fetch.truncated."""
    if received.path is None:
        return []
    is_zip = _begins_as_zip(received.path)
    if zipped and not is_zip:
        discard([received])
        raise EvidenceError("fetch.not_data", where=received.url, expected="a zip of the file", found=received.media_type or "no zip")
    if is_zip or file.rows is None:
        return []
    rows = count_records(received.path)
    if rows < file.rows:
        discard([received])
        raise EvidenceError(
            "fetch.truncated", where=received.url, expected=f"{file.rows:,} rows, as the release counts them", found=f"{rows:,}"
        )
    return [f"the file has {rows:,} rows, the release counts {file.rows:,}"] if rows > file.rows else []


def _begins_as_zip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == _ZIP


def _unchanged(previous: Snapshot | None, labels: Mapping[str, str]) -> tuple[Fetched, ...]:
    if previous is None or not all(part.labels.get(name) == value for part in previous.parts for name, value in labels.items()):
        return ()
    return tuple(standing(part) for part in previous.parts)


def _warnings(source: EesFiles, release: Release) -> list[str]:
    said = []
    if release.superseded_by:
        said.append(f"DfE has superseded this publication by {release.superseded_by!r}")
    if source.release is not None and not release.latest:
        said.append(f"{release.title} is no longer the latest release; the declaration keeps to it")
    return said


def _amended(release: Release, previous: Snapshot | None, publication: str) -> tuple[Mapping[str, Any], ...]:
    """What DfE has written of this release since the previous snapshot; all of its notes where that was of another release, none at first."""
    labels = previous.parts[0].labels if previous and previous.parts else {}
    if labels.get("publication") != publication:
        return ()
    since = labels.get("updated", "")[:10] if labels.get("release") == release.slug else ""
    # A note bears a day and an amendment the time of day: one of the same day may be new, and is told again rather than lost.
    return tuple({"kind": "note", "said": text, "version": date[:10], "major": False} for date, text in release.notes if date[:10] >= since)
