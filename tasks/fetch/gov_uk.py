"""Pages of gov.uk as its content API describes them: the current file of a publication, the newest edition of a collection.

The address of a file holds a random number that changes with each release, and that of a publication often the year; titles stay.
Refuses to guess: a pattern must find exactly one file, and of a collection the edition that was updated last, which must be one.
The form of answers: https://content-api.publishing.service.gov.uk (`details.attachments`, `links.documents`, `public_updated_at`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from expectations.errors import EvidenceError
from expectations.sources.plain_file import GOV_UK
from tasks.fetch.http import Http
from tasks.fetch.parts import document, listed

CONTENT = f"{GOV_UK}/api/content"
_SHOWN = 8


@dataclass(frozen=True)
class Attachment:
    """A file of a publication. `updated` is when the publication last changed for readers, as gov.uk prints it."""

    address: str
    title: str
    file: str
    updated: str


def attachment(page: str, wanted: str, http: Http) -> Attachment:
    """The one attachment of the page whose title or file name the pattern finds. Raises fetch.no_match, fetch.ambiguous, fetch.protocol."""
    answer = _described(page, http)
    details = answer.get("details")
    told = details.get("attachments") if isinstance(details, Mapping) else None
    updated = str(answer.get("public_updated_at") or "")
    files = [_attachment(each, updated) for each in listed(told) if isinstance(each, Mapping) and each.get("url")]
    pattern = re.compile(wanted)
    found = [file for file in files if pattern.search(file.title) or pattern.search(file.file)]
    if len({file.address for file in found}) == 1:
        return found[0]
    raise EvidenceError(
        "fetch.ambiguous" if found else "fetch.no_match",
        where=page,
        expected=f"one attachment that fits {wanted!r}",
        found=_some([f"{file.title!r} ({file.file})" for file in found or files]),
    )


def newest(collection: str, wanted: str, http: Http) -> str:
    """The page of the collection's edition that was updated last, of those whose titles the pattern finds. Raises as `attachment`."""
    links = _described(collection, http).get("links")
    told = links.get("documents") if isinstance(links, Mapping) else None
    editions = [each for each in listed(told) if isinstance(each, Mapping) and str(each.get("base_path") or "").startswith("/")]
    pattern = re.compile(wanted)
    found = [each for each in editions if pattern.search(str(each.get("title") or ""))]
    latest = max((str(each.get("public_updated_at") or "") for each in found), default="")
    last = [each for each in found if str(each.get("public_updated_at") or "") == latest]
    if len(last) == 1:
        return GOV_UK + str(last[0]["base_path"])
    raise EvidenceError(
        "fetch.ambiguous" if last else "fetch.no_match",
        where=collection,
        expected=f"one newest edition whose title fits {wanted!r}",
        found=_some([repr(each.get("title")) for each in last or editions]),
    )


def _described(page: str, http: Http) -> Mapping[str, Any]:
    path = urlsplit(page).path
    url = f"{CONTENT}{path}"
    answer = document(http, url, f"page-{path.rpartition('/')[2]}")
    if not isinstance(answer, Mapping):
        raise EvidenceError("fetch.protocol", where=url, expected="a JSON object", found=f"a JSON {type(answer).__name__}")
    if "details" not in answer and "links" not in answer:
        found = ", ".join(map(str, answer)) or "an empty object"
        raise EvidenceError("fetch.protocol", where=url, expected="a page with its details and links", found=found)
    return answer


def _attachment(told: Mapping[str, Any], updated: str) -> Attachment:
    address = str(told["url"])
    return Attachment(
        address, str(told.get("title") or ""), str(told.get("filename") or urlsplit(address).path.rpartition("/")[2]), updated
    )


def _some(shown: Sequence[str]) -> str:
    more = f"; and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
    return "; ".join(shown[:_SHOWN]) + more if shown else "none"
