"""A release of EES and what it lists: which version is out, its files, its notes. By the content API, or else from the release's page.

The content API is that of DfE's own site (its source: dfe-analytical-services/explore-education-statistics, Content.Api); where it does not
know these addresses, the page's own data (`__NEXT_DATA__`) say the same. Refuses a release without an id or a list of files, and a page
without such data.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from expectations.errors import EvidenceError
from tasks.fetch import SERVICES
from tasks.fetch.answers import one_line
from tasks.fetch.ees_api import one, pages
from tasks.fetch.http import Http
from tasks.fetch.next_release import next_release
from tasks.fetch.parts import discard
from tasks.fetch.parts import listed as as_list

CONTENT, SITE = SERVICES["ees_content"], SERVICES["ees_site"]
NOTES_A_PAGE = 100  # the API's own maximum; one more is a 400
MOST_OF_A_PAGE = 32 << 20  # bytes of HTML with the page's data in it
_DATA = re.compile(r"<script[^>]*\bid=[\"']__NEXT_DATA__[\"'][^>]*>(.*?)</script>", re.IGNORECASE | re.DOTALL)
_GUID = re.compile(r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")


@dataclass(frozen=True)
class ReleaseFile:
    """A file that a release lists. `rows` are those that DfE counts below the header; None where it says nothing."""

    id: str
    title: str
    rows: int | None = None


@dataclass(frozen=True)
class Release:
    """One version of a release. `id` is the version's own and changes with each amendment; `updated` says when that was."""

    id: str
    slug: str
    title: str
    updated: str  # ISO 8601, or '' where neither route says
    latest: bool
    files: tuple[ReleaseFile, ...]
    notes: tuple[tuple[str, str], ...]  # (date, what the publisher says was amended), newest first
    superseded_by: str = ""  # the title of the publication that takes this one's place
    next_release: str = ""  # the label of the publication's next release


def release_of(publication: str, release: str | None, http: Http) -> Release:
    """The release, or the latest one. Raises fetch.gone (no such publication or release), fetch.protocol, fetch.truncated."""
    try:
        return _by_content(publication, release, http)
    except EvidenceError as error:
        if error.code != "fetch.gone":
            raise
    return _by_page(publication, release, http)


# -- the content API -----------------------------------------------------------------------------------------------------------------


def _by_content(publication: str, release: str | None, http: Http) -> Release:
    address = f"{CONTENT}/publications/{publication}"
    about = one(http, address, "publication")
    latest = str(_mapping(about.get("latestRelease")).get("slug") or "")
    slug = release or latest
    if not slug:
        raise EvidenceError("fetch.protocol", where=address, expected="latestRelease with a slug", found="none")
    summary = one(http, f"{address}/releases/{slug}/version-summary", "release")
    listed = one(http, f"{address}/releases/{slug}/data-content", "release-files")
    data_sets, others = listed.get("dataSets"), listed.get("supportingFiles")
    where = f"{address}/releases/{slug}/data-content"
    if not isinstance(data_sets, list):
        raise EvidenceError("fetch.protocol", where=where, expected="a list dataSets", found="none")
    files = [ReleaseFile(_id(item, "fileId", where), _text(item, "title"), _rows(item)) for item in data_sets]
    files += [ReleaseFile(_id(item, "fileId", where), _text(item, "title")) for item in as_list(others)]
    return Release(
        id=_id(summary, "id", f"{address}/releases/{slug}/version-summary"),
        slug=slug,
        title=str(summary.get("title") or slug),
        updated=str(summary.get("lastUpdated") or summary.get("published") or ""),
        latest=summary.get("isLatestRelease") is not False,
        files=tuple(files),
        notes=_notes(f"{address}/releases/{slug}/updates", summary.get("updateCount"), http),
        superseded_by=str(_mapping(about.get("supersededByPublication")).get("title") or ""),
        next_release=next_release(about.get("nextReleaseDate") or summary.get("nextReleaseDate")),
    )


def _notes(url: str, count: Any, http: Http) -> tuple[tuple[str, str], ...]:
    """The release's notes; none is asked for where the release counts none."""
    if count == 0:
        return ()
    listed = pages(http, url, NOTES_A_PAGE, name="release-notes")
    return _newest_first((_text(item, "date"), _text(item, "summary")) for item in listed)


def _rows(item: Mapping[str, Any]) -> int | None:
    rows = _mapping(item.get("meta")).get("numDataFileRows")
    return rows if isinstance(rows, int) and not isinstance(rows, bool) else None


# -- the release's page --------------------------------------------------------------------------------------------------------------


def _by_page(publication: str, release: str | None, http: Http) -> Release:
    """The page of the latest release is where the publication's own address leads."""
    url = f"{SITE}/find-statistics/{publication}" + (f"/{release}" if release else "")
    received = http.get(url, media=("text/html",), max_bytes=MOST_OF_A_PAGE, name="release-page")
    try:
        told = _mapping(_mapping(_page_data(received.text(), url).get("props")).get("pageProps"))
    finally:
        discard([received])
    about = _mapping(told.get("releaseVersion") or told.get("release"))
    files = about.get("downloadFiles")
    if not about or not isinstance(files, list):
        raise EvidenceError("fetch.protocol", where=url, expected="props.pageProps.releaseVersion with downloadFiles", found="none")
    updates = as_list(about.get("updates"))
    return Release(
        id=_id(about, "id", url),
        slug=str(about.get("slug") or release or ""),
        title=str(about.get("title") or about.get("slug") or ""),
        updated=max([str(about.get("published") or ""), *(_text(item, "on") for item in updates)]),
        latest=about.get("latestRelease") is not False,
        files=tuple(ReleaseFile(_id(item, "id", url), _text(item, "name")) for item in files if _text(item, "id")),
        notes=_newest_first((_text(item, "on"), _text(item, "reason")) for item in updates),
        next_release=next_release(about.get("nextReleaseDate")),
    )


def _page_data(html: str, url: str) -> Mapping[str, Any]:
    found = _DATA.search(html)
    if not found:
        raise EvidenceError("fetch.protocol", where=url, expected="a page with its data (__NEXT_DATA__)", found="a page without")
    try:
        return _mapping(json.loads(found[1]))
    except (ValueError, RecursionError) as error:
        raise EvidenceError("fetch.protocol", where=url, expected="__NEXT_DATA__ in JSON", found=one_line(str(error), 120)) from None


# -- both ----------------------------------------------------------------------------------------------------------------------------


def _newest_first(notes: Any) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(((date, one_line(text, 600)) for date, text in notes if text), reverse=True))


def _id(thing: Any, key: str, where: str) -> str:
    """An id, which goes into an address and must therefore be one."""
    found = str(_mapping(thing).get(key) or "")
    if not _GUID.match(found):
        raise EvidenceError("fetch.protocol", where=where, expected=f"{key}: an id", found=repr(found[:60]))
    return found


def _text(thing: Any, key: str) -> str:
    return str(_mapping(thing).get(key) or "")


def _mapping(thing: Any) -> Mapping[str, Any]:
    return thing if isinstance(thing, Mapping) else {}
