"""Fetch resources of a CKAN portal: the files that its packages list, or the tables of its datastore.

Files are asked for only if changed: a file that the portal keeps itself stands while what the portal says of it stands; any other is asked
for with its validators. A file that can no longer be had keeps its archived bytes, with a warning. Refuses a listed file that cannot be had
and was never archived (nothing is lost unseen; `withdrawn` names those to pass over), and a table whose rows are not those counted.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from expectations.errors import EvidenceError
from expectations.sources import Ckan
from tasks.fetch.answers import one_line
from tasks.fetch.ckan_catalogue import Resource, action, packages, resources
from tasks.fetch.http import Http
from tasks.fetch.parts import discard, standing
from tasks.fetch.plain_file import MEDIA
from tasks.fetch.received import Received
from tasks.snapshot import Delivery, Fetched, Part, Snapshot

ROWS_A_PAGE = 32_000  # the most that a datastore gives; it cuts to its own maximum and says so in `limit`
FAILURES_IN_A_ROW = 3  # of a service that does not answer: the rest is then left for the next attempt
_MAY_HEAL = frozenset(["fetch.timeout", "fetch.unreachable", "fetch.server_error", "fetch.rate_limited"])
_FILE = ("application/octet-stream",)  # of an ending that says nothing: anything but a web page


def fetch(source: Ckan, http: Http, previous: Snapshot | None) -> Delivery:
    """A part for each file, named as the file, oldest first; or the pages of each table. Raises EvidenceError of the area `fetch`.

    Labels: resource (its id), title, package, and the named groups of the declared patterns.
    """
    listed = packages(source, http)
    chosen, warnings = resources(source, listed)
    release = max(str(package.get("metadata_modified") or "") for package in listed)
    if source.datastore:
        parts = [part for resource in chosen for part in _table(source, resource, http)]
    else:
        parts, said = _files(source, chosen, http, previous)
        warnings += said
        warnings += _no_longer_listed(chosen, source.withdrawn, previous)
    return Delivery(tuple(parts), release, tuple(dict.fromkeys(warnings)))


# -- files -------------------------------------------------------------------------------------------------------------------------


def _files(source: Ckan, chosen: list[Resource], http: Http, previous: Snapshot | None) -> tuple[list[Fetched], list[str]]:
    """Every file that can be had; those that cannot keep their archived bytes. Raises one error for all that were never archived."""
    archived = {part.labels.get("resource"): part for part in (previous.parts if previous else ())}
    parts: list[Fetched] = []
    warnings: list[str] = []
    lost: list[tuple[Resource, EvidenceError]] = []
    failures = 0
    for resource in chosen:
        before = archived.get(resource.id)
        try:
            part, said = _file(source, resource, http, before)
        except EvidenceError as error:
            failures = failures + 1 if error.code in _MAY_HEAL else 0
            if failures == FAILURES_IN_A_ROW:
                raise
            if before is not None:
                parts.append(standing(before))  # with its old labels, so that the next run asks again
                warnings.append(f"{before.name}: the archived file stands, for this one cannot be had: {error.code}, {error.found}")
            else:
                lost.append((resource, error))
            continue
        failures = 0
        parts.append(part)
        warnings += said
    if lost:
        _raise_for(lost, len(chosen))
    return parts, warnings


def _file(source: Ckan, resource: Resource, http: Http, before: Part | None) -> tuple[Fetched, list[str]]:
    labels = _labels(resource)
    if before is not None and resource.uploaded and resource.listed and before.labels.get("listed") == resource.listed:
        return replace(standing(before, labels), name=resource.part), []
    received = http.get(
        resource.url,
        validators=before.validators if before else None,
        media=MEDIA.get(resource.form, _FILE),
        linked_from=f"{source.site.rstrip('/')}/",
        max_bytes=source.max_bytes,
        name=resource.part,
    )
    part = received.fetched(resource.part, labels, previous=before)
    warnings = [f"{resource.part}: {warning}" for warning in received.warnings]
    if received.path is not None and resource.md5 and _md5(received.path) != resource.md5:
        # The portal's hash is a hint: it is of an older file as often as the file is broken. The shape will tell.
        warnings.append(f"{resource.part}: its MD5 is not the one that the portal lists")
    return part, warnings


def _raise_for(lost: list[tuple[Resource, EvidenceError]], of: int) -> None:
    first = lost[0][1]
    raise EvidenceError(
        first.code,
        where=", ".join(f"{resource.package}/{resource.part}" for resource, _ in lost[:8]),
        expected=f"every file that the portal lists ({of})",
        found=f"{len(lost)} that cannot be had and were never archived; the first: {first.found}",
        todo=f"{first.todo} Name those that are broken for good under `withdrawn` of the source: "
        + ", ".join(resource.id for resource, _ in lost[:8]),
    )


def _no_longer_listed(chosen: list[Resource], withdrawn: list[str], previous: Snapshot | None) -> list[str]:
    listed = {resource.id for resource in chosen} | set(withdrawn)
    gone = [
        part.name for part in (previous.parts if previous else ()) if part.labels.get("resource") and part.labels["resource"] not in listed
    ]
    return [f"no longer listed by the portal: {', '.join(gone)}"] if gone else []


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


# -- tables of the datastore -------------------------------------------------------------------------------------------------------


def _table(source: Ckan, resource: Resource, http: Http) -> list[Fetched]:
    """A table of the datastore, always anew: nothing that the portal lists says when the table was last filled."""
    counted = action(source.site, "datastore_search", {"resource_id": resource.id, "limit": 0}, http)
    total = _total(counted, source.site)
    return [_dump(source, resource, total, http)] if source.datastore == "dump" else _pages(source, resource, total, http)


def _dump(source: Ckan, resource: Resource, total: int, http: Http) -> Fetched:
    url = f"{source.site.rstrip('/')}/datastore/dump/{resource.id}"
    name = resource.part if resource.part.lower().endswith(".csv") else f"{resource.part}.csv"
    received = http.get(url, params={"format": "csv", "bom": "true"}, media=MEDIA["csv"], max_bytes=source.max_bytes, name=name)
    assert received.path is not None  # no validators were sent, so there is a body
    rows = _rows(received.path, url)
    if rows != total:
        discard([received])
        raise EvidenceError("fetch.truncated", where=url, expected=f"{total:,} rows, as the datastore counts them", found=f"{rows:,}")
    return received.fetched(name, _labels(resource))


def _pages(source: Ckan, resource: Resource, total: int, http: Http) -> list[Fetched]:
    """Pages by what came and not by what was asked: the datastore cuts to its own maximum. At least one page, for its columns."""
    url = f"{source.site.rstrip('/')}/api/3/action/datastore_search"
    pages: list[Received] = []
    rows, last = 0, 0  # ids begin at 1
    while not pages or rows < total:
        asked = {"resource_id": resource.id, "limit": ROWS_A_PAGE, "offset": rows, "sort": "_id"}
        page = http.get(url, params=asked, media=MEDIA["json"], max_bytes=source.max_bytes, name=f"{resource.part}-{len(pages) + 1:04}")
        pages.append(page)
        counted, arrived = _page(page, url)
        # Ids that rise from page to page are rows that come once; a table that is filled anew meanwhile breaks this or the total.
        if counted != total or any(later <= earlier for earlier, later in pairwise([last, *arrived])):
            raise EvidenceError(
                "fetch.truncated", where=url, expected=f"{total:,} rows in order", found=f"a table that changed after row {rows:,}"
            )
        if not arrived and total:
            raise EvidenceError("fetch.truncated", where=url, expected=f"{total:,} rows", found=f"{rows:,}, then an empty page")
        rows, last = rows + len(arrived), arrived[-1] if arrived else last
    return [page.fetched(f"{resource.part}-page-{number:04}.json", _labels(resource)) for number, page in enumerate(pages, 1)]


def _page(page: Received, url: str) -> tuple[int, list[int]]:
    """The total that a page states, and the ids of its rows."""
    answer = page.json()
    result = answer.get("result") if isinstance(answer, Mapping) and answer.get("success") is True else None
    records = result.get("records") if isinstance(result, Mapping) else None
    if not isinstance(result, Mapping) or not isinstance(records, list):
        raise EvidenceError("fetch.protocol", where=url, expected="success: true with records", found=one_line(page.text(), 160))
    ids = [record.get("_id") if isinstance(record, Mapping) else None for record in records]
    numbers = [number for number in ids if isinstance(number, int)]
    if len(numbers) != len(ids):
        raise EvidenceError("fetch.protocol", where=url, expected="a number _id in each record", found="a record without")
    return _total(result, url), numbers


def _total(result: Mapping[str, Any], url: str) -> int:
    total = result.get("total")
    if not isinstance(total, int) or isinstance(total, bool) or total < 0:
        raise EvidenceError("fetch.protocol", where=url, expected="a number 'total'", found=repr(total))
    return total


def _rows(path: Path, url: str) -> int:
    """The records of a CSV below its header, which stand on several lines where a cell holds a line end."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return sum(1 for record in csv.reader(file, strict=True) if record) - 1
    except (UnicodeDecodeError, csv.Error) as error:
        raise EvidenceError("fetch.protocol", where=url, expected="CSV in UTF-8", found=str(error)) from None


def _labels(resource: Resource) -> dict[str, str]:
    own = {"resource": resource.id, "title": resource.title, "package": resource.package, "listed": resource.listed}
    return {**resource.labels, **{name: value for name, value in own.items() if value}}
