"""Fetch tables of Nomis, the labour market and census service of ONS, page by page as CSV.

Asks first whether anything was released since; then resolves names to codes (`nomis_codes`), counts, pages, and proves that all of it came.
Refuses an answer that is short, mixed of two releases, or without a category or area that was asked for: Nomis answers all of these with
status 200. Limits: 25,000 cells a request without a key and, of the numbers that clients report, the least with one: 100,000.
A key is taken from the environment variable NOMIS_UID and is never written down.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from expectations.errors import EvidenceError
from expectations.sources import Nomis, NomisQuery
from tasks.fetch import nomis_codes, nomis_overview
from tasks.fetch.answers import one_line
from tasks.fetch.choose import fingerprint
from tasks.fetch.http import Http, Received
from tasks.fetch.next_release import announcing, next_release
from tasks.fetch.nomis_codes import Metadata, Plan
from tasks.fetch.parts import discard, labelled, named_release, unchanged
from tasks.snapshot import Delivery, Fetched, Snapshot

CELLS_A_PAGE = 25_000
CELLS_A_PAGE_WITH_KEY = 100_000
KEY = "NOMIS_UID"
ATTEMPTS = 2  # a table that changes while it is being paged is begun once more
_CSV = ("text/csv", "application/csv")
_COUNTED = ("OBS_VALUE", "RECORD_OFFSET", "RECORD_COUNT")
_AREA = ("GEOGRAPHY", "GEOGRAPHY_CODE")


class _Moved(Exception):
    """The table changed while it was being paged."""


@dataclass
class _Tally:
    """What the pages of a query have held so far: the one header, how many records, the total they state, the codes in watched columns, and
    the Nomis ids under which each GSS code stands."""

    url: str
    watched: tuple[str, ...]
    header: list[str] = field(default_factory=list)
    total: int = 0
    records: int = 0
    seen: dict[str, set[str]] = field(default_factory=dict)
    areas: dict[str, set[str]] = field(default_factory=dict)


def fetch(source: Nomis, http: Http, previous: Snapshot | None) -> Delivery:
    """All pages of every query, in order: parts `page-0001.csv`, or `<query>-page-0001.csv` where the source names several.

    A query whose dataset was not released since `previous` comes back as its unchanged parts. Raises EvidenceError of the area `fetch`.
    """
    parts: list[Fetched] = []
    warnings: list[str] = []
    releases: dict[str, str] = {}
    told: list[Mapping[str, Any]] = []
    metadata = Metadata(source.url, http)
    for name, query in source.each().items():
        releases[name], arrived, said = _query(source, name, query, metadata, http, previous)
        overview = metadata.document(f"{query.dataset}.overview.json").get("overview")
        parts += announcing(arrived, next_release(overview.get("nextupdate")) if isinstance(overview, Mapping) else "")
        warnings += said
        told += _announced(metadata, query.dataset, name, previous, releases[name])
    unique = tuple(entry for index, entry in enumerate(told) if entry not in told[:index])  # queries of one dataset are told the same
    return Delivery(tuple(parts), named_release(releases), tuple(dict.fromkeys(warnings)), unique)


def _announced(metadata: Metadata, dataset: str, name: str, previous: Snapshot | None, release: str) -> list[Mapping[str, Any]]:
    """What the overview says that is news since the previous snapshot; nothing where that holds this release."""
    labels = [part.labels for part in previous.parts if part.labels.get("query") == (name or dataset)] if previous else []
    before = labels[0].get("release", "") if labels else ""
    if not release or before == release:
        return []
    overview = metadata.document(f"{dataset}.overview.json").get("overview")
    return nomis_overview.announced(overview, before) if isinstance(overview, Mapping) else []


def _query(
    source: Nomis, name: str, query: NomisQuery, metadata: Metadata, http: Http, previous: Snapshot | None
) -> tuple[str, tuple[Fetched, ...], list[str]]:
    url = f"{metadata.base}/dataset/{query.dataset}.data.csv"
    plan: Plan | None = None
    reason = ""
    for attempt in range(ATTEMPTS):
        release = nomis_codes.release(metadata, query.dataset, fresh=attempt > 0)
        labels = labelled(query=name or query.dataset, release=release, asked=fingerprint(query))
        stands = unchanged(previous, labels) if release else ()
        if stands:
            return release, stands, []
        plan = plan or nomis_codes.plan(metadata, query)
        pages: list[Received] = []
        try:
            warnings = _pages(url, name, plan, http, source.max_bytes, pages)
            if len(pages) > 1 and nomis_codes.release(metadata, query.dataset, fresh=True) != release:
                raise _Moved("a release appeared between the first page and the last")
            prefix = f"{name}-" if name else ""
            parts = tuple(page.fetched(f"{prefix}page-{number:04}.csv", labels) for number, page in enumerate(pages, 1))
            return release, parts, warnings + [warning for page in pages for warning in page.warnings]
        except _Moved as moved:
            discard(pages)
            reason = str(moved)
    raise EvidenceError(
        "fetch.truncated", where=url, expected="pages of one state of the table", found=f"{reason} (in {ATTEMPTS} attempts)"
    )


def _pages(url: str, name: str, plan: Plan, http: Http, max_bytes: int | None, pages: list[Received]) -> list[str]:
    """Fetch page after page into `pages` until all records are there; returns warnings. Raises _Moved, fetch.truncated, fetch.protocol."""
    key = os.environ.get(KEY, "")
    limit = CELLS_A_PAGE_WITH_KEY if key else CELLS_A_PAGE
    secret = {"uid": key} if key else {}
    tally = _Tally(url, tuple({*plan.required, *plan.hoped}))
    probe = http.get(
        url, params={**plan.parameters, "RecordLimit": 1, "RecordOffset": 0, **secret}, media=_CSV, name=f"{name or 'page'}-count"
    )
    counted = _Tally(url, ())
    try:
        _read(probe, counted)
    finally:
        discard([probe])
    while tally.records < counted.total:
        # By what came and not by what was asked: a key that Nomis does not accept is cut to the smaller page without a word.
        offset = tally.records
        asked = {**plan.parameters, "RecordLimit": limit, "RecordOffset": offset, **secret}
        page = http.get(url, params=asked, media=_CSV, max_bytes=max_bytes, name=f"{name or 'page'}-{len(pages) + 1:04}")
        pages.append(page)
        _read(page, tally)
        if tally.records == offset:
            raise EvidenceError(
                "fetch.truncated", where=f"{url}, page {len(pages)}", expected=f"records from {offset:,} of {counted.total:,}", found="none"
            )
        if tally.total != counted.total:
            raise _Moved(f"{counted.total:,} records at first, {tally.total:,} on page {len(pages)}")
    return _completeness(plan, tally)


def _read(page: Received, tally: _Tally) -> None:
    """Add a page to the tally, record by record. Raises fetch.protocol for what is no CSV of Nomis, _Moved where pages do not agree."""
    assert page.path is not None  # no validators were sent, so there is a body
    records = _records(page.path, tally.url)
    header = next(records, [])
    if not header or header[0].upper() not in ("DATE", "TIME") or any(column not in header for column in _COUNTED):
        # Nomis prints its errors in place of the table, with status 200.
        raise EvidenceError("fetch.protocol", where=tally.url, expected="a table whose first column is DATE", found=_beginning(page.path))
    if tally.header and header != tally.header:
        raise _Moved("pages with different headers")
    tally.header = header
    places = {column: header.index(column) for column in (*_COUNTED, *_AREA, *tally.watched) if column in header}
    if absent := [column for column in tally.watched if column not in places]:
        raise EvidenceError("fetch.protocol", where=tally.url, expected=f"column {', '.join(absent)}", found=", ".join(header))
    for record in records:
        if len(record) != len(header):
            raise EvidenceError(
                "fetch.truncated",
                where=tally.url,
                expected=f"{len(header)} cells in a record",
                found=f"{len(record)}: {one_line(','.join(record), 120)}",
            )
        _add(record, places, tally)


def _add(record: list[str], places: Mapping[str, int], tally: _Tally) -> None:
    offset, total = record[places["RECORD_OFFSET"]], record[places["RECORD_COUNT"]]
    if not (offset.isdigit() and total.isdigit()):
        raise EvidenceError(
            "fetch.protocol", where=tally.url, expected="numbers in RECORD_OFFSET and RECORD_COUNT", found=f"{offset!r} and {total!r}"
        )
    if tally.total and int(total) != tally.total:
        raise _Moved(f"{tally.total:,} records, then {int(total):,}")
    if int(offset) != tally.records:
        raise _Moved(f"record number {int(offset):,} where {tally.records:,} should follow")
    tally.total = int(total)
    tally.records += 1
    for column in tally.watched:
        tally.seen.setdefault(column, set()).add(record[places[column]])
    if all(column in places for column in _AREA):
        tally.areas.setdefault(record[places[_AREA[1]]], set()).add(record[places[_AREA[0]]])


def _records(path: Path, url: str) -> Iterator[list[str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from csv.reader(file, strict=True)
    except (UnicodeDecodeError, csv.Error) as error:
        raise EvidenceError("fetch.protocol", where=url, expected="CSV in UTF-8", found=f"{error}; {_beginning(path)}") from None


def _completeness(plan: Plan, tally: _Tally) -> list[str]:
    """Every code that was asked for by name came back. Nomis drops those that it does not know, and sums then miss a part."""
    for column, wanted in plan.required.items():
        absent = sorted(wanted - tally.seen.get(column, set()))
        if absent:
            raise EvidenceError(
                "fetch.truncated",
                where=f"{tally.url}, {column}",
                expected=f"all {len(wanted):,} codes that were asked for",
                found=f"without {', '.join(absent[:8])}",
            )
    warnings = []
    for column, hoped in plan.hoped.items():
        missing = [name for code, name in hoped.items() if code not in tally.seen.get(column, set())]
        if missing:
            warnings.append(f"{column}: {len(missing):,} of {len(hoped):,} listed codes have no record: {', '.join(missing[:5])}")
    doubled = sorted(code for code, ids in tally.areas.items() if code and len(ids) > 1)
    if doubled:
        more = f" and {len(doubled) - 3:,} more" if len(doubled) > 3 else ""
        warnings.append(f"areas under two Nomis ids, which a sum counts twice: {', '.join(doubled[:3])}{more}; ask for one kind of area")
    return warnings


def _beginning(path: Path) -> str:
    with path.open("rb") as file:
        return f'it begins "{one_line(file.read(200).decode("utf-8", "replace"), 160)}"'
