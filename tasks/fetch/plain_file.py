"""Plain files: at addresses that stay, or linked from a page that stays while the file's own address moves with each release.

On gov.uk the page is asked as the site's content API describes it (`gov_uk`), elsewhere as HTML. A file that holds several declared tables
is fetched once. Refuses to guess which link is meant: the pattern must find exactly one. Each file is asked for only if it has changed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

from expectations.errors import EvidenceError
from expectations.sources import FileItem, PlainFile
from tasks.fetch import gov_uk
from tasks.fetch.call import prepared_url
from tasks.fetch.http import Http, Received
from tasks.fetch.parts import labelled
from tasks.fetch.safety import redacted_url
from tasks.snapshot import Delivery, Fetched, Snapshot

MOST_OF_A_PAGE = 16 << 20  # bytes of HTML
_SHOWN = 8
_DATE = re.compile(r"\{date:([^}]+)\}")
_CSV = ("text/csv", "application/csv", "text/plain", "application/vnd.ms-excel", "application/octet-stream")
_ZIP = ("application/zip", "application/x-zip-compressed", "application/octet-stream")
MEDIA: dict[str, tuple[str, ...]] = {
    "csv": _CSV,
    "tsv": ("text/tab-separated-values", *_CSV),
    "txt": _CSV,
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/octet-stream"),
    "xls": ("application/vnd.ms-excel", "application/octet-stream"),
    "ods": ("application/vnd.oasis.opendocument.spreadsheet", "application/octet-stream"),
    "json": ("application/json",),
    "geojson": ("application/geo+json", "application/json"),
    "zip": _ZIP,
    "gz": ("application/gzip", "application/x-gzip", "application/octet-stream"),
    "parquet": ("application/vnd.apache.parquet", "application/octet-stream"),
}


@dataclass(frozen=True)
class Link:
    """A link of a page: its absolute address and what a reader sees."""

    address: str
    text: str


@dataclass
class _Asked:
    """What one fetch has asked already: the links of pages, and the answer of each address."""

    pages: dict[str, tuple[Link, ...]] = field(default_factory=dict)
    files: dict[str, Received] = field(default_factory=dict)


def fetch(source: PlainFile, http: Http, previous: Snapshot | None) -> Delivery:
    """One part for each item, in the declared order. Raises EvidenceError of the area `fetch`."""
    asked = _Asked()
    parts: list[Fetched] = []
    warnings: list[str] = []
    for item in source.files:
        received, part = _file(item, source, http, previous, asked)
        parts.append(part)
        warnings += [f"{item.name}: {warning}" for warning in received.warnings]
    return Delivery(tuple(parts), _release(parts), tuple(dict.fromkeys(warnings)))


def links_of(html: str, page: str) -> tuple[Link, ...]:
    """The links of a page, in order; a `<base>` is honoured, the same address under the same text is one link."""
    collector = _Links(page)
    collector.feed(html)
    collector.close()
    return tuple(dict.fromkeys(collector.links))


def the_link(item: FileItem, links: tuple[Link, ...]) -> Link:
    """The one link whose address or text the pattern finds. Raises fetch.no_match, fetch.ambiguous, each with the candidates."""
    pattern = re.compile(item.link or "")
    found = [link for link in links if pattern.search(link.address) or pattern.search(link.text)]
    if len({link.address for link in found}) == 1:
        return found[0]
    if found:
        raise EvidenceError("fetch.ambiguous", where=str(item.page), expected=f"one link that fits {item.link!r}", found=_some(found))
    files = [link for link in links if urlsplit(link.address).path.rpartition(".")[2].lower() in MEDIA]
    shown = f"none; links to files there: {_some(files)}" if files else f"none of {len(links)} links, and none of them is to a file"
    raise EvidenceError("fetch.no_match", where=str(item.page), expected=f"one link that fits {item.link!r}", found=shown)


def _file(item: FileItem, source: PlainFile, http: Http, previous: Snapshot | None, asked: _Asked) -> tuple[Received, Fetched]:
    if item.page is None:
        *later, earliest = _dated(str(item.url), item.days_back)
        for address in later:
            try:
                return _get(item, address, {}, source, http, previous, asked)
            except EvidenceError as error:
                if error.code != "fetch.gone":  # today's file may not be there yet
                    raise
        return _get(item, earliest, {}, source, http, previous, asked)
    if item.attachment is not None:
        page = gov_uk.newest(item.page, item.edition, http) if item.edition else item.page
        found = gov_uk.attachment(page, item.attachment, http)
        labels = labelled(page=page, link=found.title, updated=found.updated)
        return _get(item, found.address, labels, source, http, previous, asked)
    if item.page not in asked.pages:
        asked.pages[item.page] = _links_on(item.page, item.name, http)
    link = the_link(item, asked.pages[item.page])
    return _get(item, link.address, labelled(page=item.page, link=link.text), source, http, previous, asked)


def _get(
    item: FileItem, address: str, labels: Mapping[str, str], source: PlainFile, http: Http, previous: Snapshot | None, asked: _Asked
) -> tuple[Received, Fetched]:
    """One file, if it has changed. What an address said of its file holds for that address only: another release's file has another."""
    part = previous.part(item.name) if previous else None
    same_address = part is not None and part.url == redacted_url(prepared_url(address))
    labels = {**labels, **labelled(sheet=item.sheet or "", member=item.member or ""), **item.labels}
    known = asked.files.get(address)
    if known is not None and (same_address or not known.not_modified):
        return known, known.fetched(item.name, labels, part)
    received = asked.files[address] = http.get(
        address,
        name=item.name,
        media=item.media or _media(address, item.name),
        validators=part.validators if part and same_address else None,
        linked_from=item.page,
        max_bytes=source.max_bytes,
    )
    return received, received.fetched(item.name, labels, part)


def _dated(url: str, days_back: int) -> list[str]:
    """The address, with the date of today and of the days before where it holds one. The publishers' days begin in London."""
    if "{date:" not in url:
        return [url]
    today = datetime.now(ZoneInfo("Europe/London")).date()
    days = [today - timedelta(days=back) for back in range(days_back + 1)]
    return [_on(day, url) for day in days]


def _on(day: date, url: str) -> str:
    return _DATE.sub(lambda form: day.strftime(form[1]), url)


def _release(parts: list[Fetched]) -> str:
    """When the newest of the files was last modified, as a date; '' where no server says."""
    said = [part.headers["last-modified"] for part in parts if part.headers.get("last-modified")]
    try:
        return max(parsedate_to_datetime(text).date() for text in said).isoformat() if said else ""
    except (ValueError, TypeError):
        return ""


def _links_on(page: str, name: str, http: Http) -> tuple[Link, ...]:
    received = http.get(page, name=f"{name}-page", media=("text/html", "application/xhtml+xml"), max_bytes=MOST_OF_A_PAGE)
    try:
        return links_of(received.text(), page)
    finally:
        if received.path is not None:
            received.path.unlink(missing_ok=True)


def _media(address: str, name: str) -> tuple[str, ...] | None:
    """The media types that a file of this ending may have; None where the ending says nothing."""
    for path in (urlsplit(address).path, name):
        ending = path.rpartition(".")[2].lower()
        if ending in MEDIA:
            return MEDIA[ending]
    return None


def _some(links: list[Link]) -> str:
    shown = "; ".join(f"{link.text or 'no text'!r} -> {link.address}" for link in links[:_SHOWN])
    return shown + (f"; and {len(links) - _SHOWN} more" if len(links) > _SHOWN else "")


class _Links(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self._base = page
        self._open: str | None = None
        self._text: list[str] = []
        self.links: list[Link] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        href = (given.get("href") or "").strip()
        if tag == "base" and href:
            self._base = urljoin(self._base, href)
        if tag == "a":
            self._finish()
            self._open = href or None
            self._text = []

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._finish()

    def close(self) -> None:
        super().close()
        self._finish()

    def _finish(self) -> None:
        if self._open is not None:
            address = urljoin(self._base, self._open)
            if urlsplit(address).scheme in ("http", "https"):
                self.links.append(Link(address.partition("#")[0], " ".join("".join(self._text).split())))
        self._open = None
