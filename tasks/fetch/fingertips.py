"""Fetch indicators of OHID's Fingertips as CSV, one part an indicator.

An indicator is found by its printed name in the service's own list, whose `Date updated` is the only sign of a release. Refuses a name that
the list does not have or has twice, an answer without rows (which is how the service answers a number that it does not know), rows of
another indicator, and a kind of area that is not the declared one.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from expectations.errors import EvidenceError
from expectations.sources import Fingertips
from tasks.fetch.choose import by_name, fingerprint
from tasks.fetch.http import Http
from tasks.fetch.parts import discard, labelled, standing, unchanged
from tasks.fetch.plain_file import MEDIA
from tasks.fetch.received import Received
from tasks.snapshot import Delivery, Fetched, Part, Snapshot

# The list's own headers have been spelt in several ways; each must find exactly one column.
_ID = re.compile(r"indicator[ _]?id", re.IGNORECASE)
_NAME = re.compile(r"(indicator|indicator[ _]?(full )?name|name)", re.IGNORECASE)
_UPDATED = re.compile(r"(date|data|last)[ _]?updated", re.IGNORECASE)
_DATES = ("%Y-%m-%d", "%d/%m/%Y", "%d %b %Y", "%d %B %Y", "%d/%m/%Y %H:%M:%S")


@dataclass(frozen=True)
class Indicator:
    """One indicator of the service's list. `updated` is ISO where its form is known, else as printed."""

    id: str
    name: str
    updated: str


def fetch(source: Fingertips, http: Http, previous: Snapshot | None) -> Delivery:
    """One part for each indicator, `<our name>.csv`; label `indicator` is its printed name. Raises EvidenceError of the area `fetch`."""
    listed = listed_indicators(source, http)
    parts: list[Fetched] = []
    warnings: list[str] = []
    for ours, printed in source.indicators.items():
        before = previous.part(f"{ours}.csv") if previous else None
        if ours in source.withdrawn:
            parts.append(_archived(ours, printed, before, source))
            warnings.append(f"{ours}: withdrawn by the publisher; the archived series stands and will not be updated")
            continue
        indicator = by_name(printed, listed, lambda each: each.name, f"{source.url}/indicator_metadata")
        part, said = _indicator(source, ours, indicator, http, previous)
        parts.append(part)
        warnings += said
    return Delivery(tuple(parts), max(part.labels.get("updated", "") for part in parts), tuple(warnings))


def listed_indicators(source: Fingertips, http: Http) -> list[Indicator]:
    """Every indicator of the service, from its metadata."""
    url = f"{source.url.rstrip('/')}/indicator_metadata/csv/all"
    received = http.get(url, media=MEDIA["csv"], name="indicators")
    try:
        with _records(received, url) as records:
            header = list(records.fieldnames or [])
            id_column, name_column, updated = (_column(header, wanted, url) for wanted in (_ID, _NAME, _UPDATED))
            return [Indicator(each[id_column], each[name_column], _iso(each[updated] or "")) for each in records]
    finally:
        discard([received])


def area_types_of(source: Fingertips, number: str, http: Http) -> list[str]:
    """What the column `Area Type` prints for the source's number of a kind of area, in the order of an indicator's rows."""
    url = f"{source.url.rstrip('/')}/all_data/csv/by_indicator_id"
    asked = {"indicator_ids": number, "child_area_type_id": source.area_type, "parent_area_type_id": source.parent_area_type}
    received = http.get(url, params=asked, media=MEDIA["csv"], max_bytes=source.max_bytes, name="area-types")
    try:
        with _records(received, url) as records:
            return list(dict.fromkeys(str(record.get("Area Type") or "") for record in records))
    finally:
        discard([received])


def _indicator(source: Fingertips, ours: str, indicator: Indicator, http: Http, previous: Snapshot | None) -> tuple[Fetched, list[str]]:
    labels = labelled(name=ours, indicator=indicator.name, updated=indicator.updated, asked=fingerprint([source.area_type, indicator.id]))
    stands = unchanged(previous, labels) if indicator.updated else ()
    if stands:
        return stands[0], []
    url = f"{source.url.rstrip('/')}/all_data/csv/by_indicator_id"
    asked = {"indicator_ids": indicator.id, "child_area_type_id": source.area_type, "parent_area_type_id": source.parent_area_type}
    received = http.get(url, params=asked, media=MEDIA["csv"], max_bytes=source.max_bytes, name=f"{ours}.csv")
    try:
        _refuse_others(received, indicator, source, url)
    except EvidenceError:
        discard([received])
        raise
    return received.fetched(f"{ours}.csv", labels), [f"{ours}: {warning}" for warning in received.warnings]


def _refuse_others(received: Received, indicator: Indicator, source: Fingertips, url: str) -> None:
    """One pass over the rows: there are some, all are of this indicator, and some are of the declared kind of area."""
    rows, kinds = 0, set()
    with _records(received, url) as records:
        header = records.fieldnames or []
        if "Indicator ID" not in header or "Area Type" not in header:
            raise EvidenceError(
                "fetch.protocol", where=url, expected="columns Indicator ID and Area Type", found=", ".join(header) or "nothing"
            )
        for record in records:
            rows += 1
            kinds.add(record["Area Type"])
            if record["Indicator ID"] != indicator.id:
                raise EvidenceError(
                    "fetch.protocol", where=url, expected=f"rows of indicator {indicator.id}", found=f"a row of {record['Indicator ID']}"
                )
    if not rows:
        raise EvidenceError(
            "fetch.empty", where=url, expected=f"rows of {indicator.name!r} for area type {source.area_type}", found="a header alone"
        )
    if source.expect_area_type not in kinds:
        raise EvidenceError(
            "fetch.no_match",
            where=url,
            expected=f"area type {source.area_type} to be {source.expect_area_type!r}",
            found=", ".join(sorted(kinds)),
        )


def _archived(ours: str, printed: str, before: Part | None, source: Fingertips) -> Fetched:
    if before is None:
        raise EvidenceError(
            "fetch.gone",
            where=source.url,
            expected=f"{printed!r} in the archive",
            found="an indicator that is withdrawn and was never archived",
            todo=f"Take {ours} out of `indicators`: what the publisher has withdrawn can no longer be had.",
        )
    return standing(before)


@contextmanager
def _records(received: Received, url: str) -> Iterator[csv.DictReader[str]]:
    """The records of a CSV answer, which hold line ends within quotes."""
    path = received.path if isinstance(received.path, Path) else Path("/dev/null")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield csv.DictReader(file, strict=True)
    except (UnicodeDecodeError, csv.Error) as error:
        raise EvidenceError("fetch.protocol", where=url, expected="CSV in UTF-8", found=str(error)) from None


def _column(header: Sequence[str], wanted: re.Pattern[str], url: str) -> str:
    found = [name for name in header if wanted.fullmatch(name.strip())]
    if not found:
        raise EvidenceError(
            "fetch.protocol", where=url, expected=f"a column that reads {wanted.pattern}", found=", ".join(header) or "nothing"
        )
    return found[0]


def _iso(printed: str) -> str:
    for form in _DATES:
        try:
            return datetime.strptime(printed.strip(), form).date().isoformat()
        except ValueError:
            continue
    return printed.strip()
