"""Files of the ONS website: found on their dataset page, whose address stays while the files' names move with each release.

Refuses to guess: a pattern finds exactly one file of an edition, or one member of a zip. Where the page says that the edition has not
changed, nothing is fetched; else a file is asked for only if changed. A correction that the page tells of is passed on as announced.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from expectations.sources import OnsFile, OnsWebsite
from tasks.fetch.choose import fingerprint
from tasks.fetch.http import Http, Received
from tasks.fetch.members import member_of
from tasks.fetch.next_release import announcing
from tasks.fetch.ons_website_page import Edition, Listed, editions, the_file
from tasks.fetch.parts import discard, labelled, standing
from tasks.fetch.plain_file import MEDIA
from tasks.snapshot import Delivery, Fetched, Part, Snapshot

_FILE = ("application/octet-stream",)  # of an ending that says nothing: anything but a web page


def fetch(source: OnsWebsite, http: Http, previous: Snapshot | None) -> Delivery:
    """One part for each declared file of each edition wanted. Raises EvidenceError of the area `fetch`.

    Labels: edition, released, file, member, and the named groups of the patterns.
    """
    found, warnings = editions(source, http)
    parts: list[Fetched] = []
    announced: list[Mapping[str, Any]] = []
    for edition in found:
        fetched: dict[str, Received] = {}
        try:
            for item in source.files:
                part, said = _part(item, edition, source, http, previous, fetched)
                parts += announcing([part], edition.next_release)
                warnings += said
        finally:
            discard([received for received in fetched.values() if not any(part.path == received.path for part in parts)])
        announced += _announced(edition, previous)
    release = max((edition.released for edition in found), default="")
    return Delivery(tuple(parts), release, tuple(dict.fromkeys(warnings)), tuple(announced))


def _part(
    item: OnsFile, edition: Edition, source: OnsWebsite, http: Http, previous: Snapshot | None, fetched: dict[str, Received]
) -> tuple[Fetched, list[str]]:
    """One file, or one member; a zip is fetched once for all its members."""
    name = item.name if source.editions is None else f"{edition.name}-{item.name}"
    listed = the_file(edition.files, item.match, f"the files of edition {edition.name!r} at {source.page}")
    before = previous.part(name) if previous else None
    labels = _labels(item, listed, edition, fingerprint(item))
    if before is not None and edition.version and _same(before, labels):
        return standing(before), []
    same_file = before is not None and before.labels.get("file") == listed.name and before.labels.get("asked") == labels["asked"]
    if listed.uri not in fetched:
        fetched[listed.uri] = _file(listed, source, http, before if same_file else None, name)
    if fetched[listed.uri].not_modified and not same_file:  # asked for another member, which was there before
        fetched[listed.uri] = _file(listed, source, http, None, name)
    received = fetched[listed.uri]
    if received.not_modified and before is not None:
        return standing(before, {**before.labels, **labels}), list(received.warnings)
    if item.member is None:
        return received.fetched(name, labels), list(received.warnings)
    assert received.path is not None  # without validators there is a body
    member = member_of(received.path, item.member, listed.name, http.scratch, source.max_bytes or http.settings.max_bytes)
    groups = _groups(item.member, member.name)
    part = received.fetched(name, {**labels, "member": member.name, **groups})
    ending = member.name.rpartition(".")[2].lower()
    return replace(part, path=member.path, sha256=member.sha256, size=member.size, media_type=MEDIA.get(ending, ("",))[0]), list(
        received.warnings
    )


def _file(listed: Listed, source: OnsWebsite, http: Http, before: Part | None, name: str) -> Received:
    ending = listed.name.rpartition(".")[2].lower()
    return http.get(
        f"{source.url.rstrip('/')}/file",
        params={"uri": listed.uri},
        validators=before.validators if before else None,
        media=MEDIA.get(ending, _FILE),
        max_bytes=source.max_bytes,
        name=name,
    )


def _labels(item: OnsFile, listed: Listed, edition: Edition, asked: str) -> dict[str, str]:
    known = labelled(edition=edition.name, released=edition.released, file=listed.name, stands=edition.version, asked=asked)
    return {**known, **_groups(item.match, listed.name), **item.labels}


def _same(before: Part, labels: Mapping[str, str]) -> bool:
    """Whether the archived part is of this file, this state of its edition and this question."""
    return all(before.labels.get(name) == value for name, value in labels.items())


def _groups(pattern: str, name: str) -> dict[str, str]:
    match = re.search(pattern, name)
    return {group: text for group, text in match.groupdict().items() if text} if match else {}


def _announced(edition: Edition, previous: Snapshot | None) -> list[Mapping[str, Any]]:
    """Corrections of an edition since it was fetched last. A first fetch has nothing to compare."""
    before = [part for part in (previous.parts if previous else ()) if part.labels.get("edition") == edition.name]
    if not before or before[0].labels.get("stands") == edition.version:
        return []
    since = before[0].fetched_at[:10]
    return [
        {
            "kind": "history_revised",
            "column": None,
            "subject": edition.name,
            "before": None,
            "after": None,
            "said": said,
            "version": day,
            "major": False,
        }
        for day, said in edition.corrections
        if day >= since
    ]
