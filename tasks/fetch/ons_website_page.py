"""A dataset page of the ONS website: its editions and their files, from the page's own JSON (`…/data`) or, where that is gone, its HTML.

Refuses a page whose JSON is not as it was and a page of HTML on which no file is linked: then the site has changed its shape, and a person
must look. Superseded files (below `…/previous/`) are no part of an edition.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from expectations.errors import EvidenceError
from expectations.sources import OnsWebsite
from tasks.fetch.answers import one_line
from tasks.fetch.http import Http
from tasks.fetch.next_release import next_release
from tasks.fetch.parts import discard
from tasks.fetch.plain_file import MOST_OF_A_PAGE, links_of

MOST_EDITIONS = 80
_SHOWN = 8
_PREVIOUS = "/previous/"
_JSON = ("application/json",)
_HTML = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True)
class Listed:
    """One file as an edition offers it: its name, and the path of the edition's folder that holds it."""

    name: str
    folder: str

    @property
    def uri(self) -> str:
        return f"{self.folder}/{self.name}"


@dataclass(frozen=True)
class Edition:
    """One edition. `version` stands for its state (release, corrections so far); '' where only HTML could be read."""

    name: str
    title: str
    released: str
    files: tuple[Listed, ...]
    version: str = ""
    corrections: tuple[tuple[str, str], ...] = ()  # day, what was corrected
    next_release: str = ""  # the label of the release to come, as the edition or else the page announces it


def editions(source: OnsWebsite, http: Http) -> tuple[list[Edition], list[str]]:
    """The editions that the declaration means, with what is to be said of the page. Raises EvidenceError of the area `fetch`."""
    landing, moved = _page(source, source.page, http)
    warnings = [moved] if moved else []
    if landing is None:
        found = _from_html(source, http)
        warnings.append("the page has no JSON any more: its HTML was read, which tells no dates of release and no corrections")
        return _chosen(found, source, known_dates=False), warnings
    addresses = _addresses(landing, source)
    if source.editions is not None:
        addresses = _fitting(addresses, source)
    # The page lists the newest first, so that the one released last is among the first in any case.
    found = [_edition(address, source, http, warnings) for address in addresses[:MOST_EDITIONS]]
    about = landing.get("description")
    announced = next_release(about.get("nextRelease")) if isinstance(about, Mapping) else ""
    found = [replace(edition, next_release=edition.next_release or announced) for edition in found]
    return _chosen(found, source, known_dates=True), warnings


def the_file(listed: Sequence[Listed], wanted: str, where: str) -> Listed:
    """The one file whose name the pattern finds. Raises fetch.no_match, fetch.ambiguous, each with what there is."""
    found = [file for file in listed if re.search(wanted, file.name)]
    if len(found) == 1:
        return found[0]
    code = "fetch.ambiguous" if found else "fetch.no_match"
    raise EvidenceError(code, where=where, expected=f"one file that fits {wanted!r}", found=_some([file.name for file in found or listed]))


# -- by JSON -------------------------------------------------------------------------------------------------------------------------


def _page(source: OnsWebsite, path: str, http: Http) -> tuple[Mapping[str, Any] | None, str]:
    """A page's own JSON and a warning where it moved; no JSON where the site does not serve it."""
    url = f"{source.url.rstrip('/')}{path}/data"
    try:
        received = http.get(url, media=_JSON, name="page", max_bytes=MOST_OF_A_PAGE)
    except EvidenceError as error:
        if error.code == "fetch.gone":
            return None, ""
        raise
    try:
        answer = received.json()
    finally:
        discard([received])
    if not isinstance(answer, Mapping):
        raise EvidenceError("fetch.protocol", where=url, expected="a JSON object", found=type(answer).__name__)
    landed = urlsplit(received.final_url).path
    moved = f"the page {path} has moved to {landed.removesuffix('/data')}" if not landed.endswith(f"{path}/data") else ""
    return answer, "; ".join([*([moved] if moved else []), *received.warnings])


def _addresses(landing: Mapping[str, Any], source: OnsWebsite) -> list[str]:
    """The editions' paths, in the order of the page. A page of one edition may be that edition itself."""
    listed = landing.get("datasets")
    if listed is None and isinstance(landing.get("downloads"), list):
        return [str(landing.get("uri") or source.page)]
    paths = [str(item.get("uri") or "") for item in listed if isinstance(item, Mapping)] if isinstance(listed, list) else []
    stem = str(landing.get("uri") or source.page)
    paths = [path.rstrip("/") for path in paths if re.fullmatch(r"(/[A-Za-z0-9_.-]+)+/?", path)]
    if not paths:
        raise EvidenceError(
            "fetch.protocol",
            where=f"{source.url.rstrip('/')}{stem}/data",
            expected="`datasets` with the path of each edition",
            found=one_line(str(landing), 160),
        )
    return paths


def _fitting(addresses: list[str], source: OnsWebsite) -> list[str]:
    pattern = re.compile(source.editions or "")
    found = [address for address in addresses if pattern.fullmatch(address.rpartition("/")[2])]
    if not found:
        names = _some([address.rpartition("/")[2] for address in addresses])
        raise EvidenceError("fetch.no_match", where=source.page, expected=f"editions that fit {source.editions!r}", found=names)
    if len(found) > MOST_EDITIONS:
        raise EvidenceError(
            "fetch.ambiguous", where=source.page, expected=f"at most {MOST_EDITIONS} editions", found=f"{len(found)} that fit"
        )
    return found


def _edition(address: str, source: OnsWebsite, http: Http, warnings: list[str]) -> Edition:
    answer, said = _page(source, address, http)
    warnings += [said] if said else []
    where = f"{source.url.rstrip('/')}{address}/data"
    if answer is None:
        raise EvidenceError("fetch.gone", where=where, expected="the edition that the page lists", found="HTTP 404")
    downloads, description = answer.get("downloads"), answer.get("description")
    listed = [item.get("file") for item in downloads if isinstance(item, Mapping)] if isinstance(downloads, list) else []
    files = [str(name) for name in listed if name]
    if not files or not isinstance(description, Mapping):
        raise EvidenceError("fetch.protocol", where=where, expected="`description` and `downloads`", found=one_line(str(answer), 160))
    folder = str(answer.get("uri") or address).rstrip("/")
    earlier = answer.get("versions")
    versions = [item for item in earlier if isinstance(item, Mapping)] if isinstance(earlier, list) else []
    corrections = [
        (str(item.get("updateDate") or "")[:10], one_line(str(item["correctionNotice"])))
        for item in versions
        if item.get("correctionNotice")
    ]
    released = str(description.get("releaseDate") or "")[:10]
    return Edition(
        name=address.rpartition("/")[2],
        title=str(description.get("edition") or description.get("title") or ""),
        released=released,
        files=tuple(Listed(name.rpartition("/")[2], folder) for name in files),
        version=f"{released}, {len(versions)} before" if released or versions else "",
        corrections=tuple(corrections),
        next_release=next_release(description.get("nextRelease")),
    )


def _chosen(found: list[Edition], source: OnsWebsite, known_dates: bool) -> list[Edition]:
    """All that a pattern asked for; else the one that was released last, the earlier on the page where dates are equal."""
    if source.editions is not None:
        return found
    return [max(found, key=lambda edition: edition.released)] if known_dates else found[:1]


# -- by HTML -------------------------------------------------------------------------------------------------------------------------


def _from_html(source: OnsWebsite, http: Http) -> list[Edition]:
    """The editions as far as the page links their files: the folder of a file is its edition, and the newest stands first."""
    url = f"{source.url.rstrip('/')}{source.page}"
    received = http.get(url, media=_HTML, name="page", max_bytes=MOST_OF_A_PAGE)
    try:
        links = links_of(received.text(), url)
    finally:
        discard([received])
    folders: dict[str, list[Listed]] = {}
    for link in links:
        split = urlsplit(link.address)
        uri = (parse_qs(split.query).get("uri") or [""])[0]
        if split.path == "/file" and "/datasets/" in uri and _PREVIOUS not in uri:
            folder, _, name = uri.rpartition("/")
            folders.setdefault(folder, []).append(Listed(name, folder))
    if not folders:
        raise EvidenceError(
            "fetch.no_match", where=url, expected="links to files (/file?uri=…)", found=f"none of {len(links)} links is to a file"
        )
    found = [Edition(folder.rpartition("/")[2], "", "", tuple(dict.fromkeys(files))) for folder, files in folders.items()]
    if source.editions is None:
        return found
    names = set(_fitting([edition.name for edition in found], source))
    return [edition for edition in found if edition.name in names]


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(repr(name) for name in names[:_SHOWN]) + more if names else "none"
