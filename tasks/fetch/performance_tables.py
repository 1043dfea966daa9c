"""DfE's school performance tables, as CSV in the layout before 2022/23: one file for each school year.

The service answers a download with the bare CSV, or with a zip where it packs the file into a folder of the year; it has no list of
versions, so that a change is known by its bytes. It is known to turn scripts away: that is `fetch.refused`, with what is left to do.
Refuses an answer that is neither CSV nor zip.
"""

from __future__ import annotations

from expectations.errors import EvidenceError
from expectations.sources import PerformanceTables
from tasks.fetch.http import Http
from tasks.fetch.parts import labelled
from tasks.fetch.received import Received
from tasks.snapshot import Delivery, Fetched, Snapshot

_MEDIA = (
    "text/csv",
    "application/csv",
    "text/plain",
    "application/octet-stream",
    "application/vnd.ms-excel",
    "application/zip",
    "application/x-zip-compressed",
)
_TURNED_AWAY = (
    "The service is known to turn scripts away. Open {page} in a browser; if it opens there, ask the publisher to let the User-Agent pass"
    " (EVIDENCE_CONTACT makes it known). From 2022/23 on the same figures are data sets of Explore Education Statistics."
)


def fetch(source: PerformanceTables, http: Http, previous: Snapshot | None) -> Delivery:
    """One part a school year (`2016-2017_england_ks4.csv`), labels `academic_year`, `region`, `table`. Raises EvidenceError of `fetch`.

    The release names the newest year that was asked for: the service says of none when it was last amended.
    """
    parts: list[Fetched] = []
    warnings: list[str] = []
    for year in source.years:
        name = part_name(source, year)
        before = previous.part(name) if previous else None
        received = _asked(source, year, name, http, previous)
        parts.append(received.fetched(name, labelled(academic_year=year, region=source.region, table=source.table), before))
        warnings += [f"{name}: {warning}" for warning in received.warnings]
    return Delivery(tuple(parts), max(source.years), tuple(dict.fromkeys(warnings)))


def part_name(source: PerformanceTables, year: str) -> str:
    """The name of a year's part, close to the name that the service gives its file."""
    return f"{year}_{source.region}_{source.table.lower()}.csv"


def download(source: PerformanceTables, year: str) -> dict[str, str]:
    """The parameters of a download, in the order in which the service's own pages make them."""
    region = "0" if source.region == "england" else source.region
    return {"download": "true", "regions": region, "filters": source.table, "fileformat": "csv", "year": year, "meta": "false"}


def _asked(source: PerformanceTables, year: str, name: str, http: Http, previous: Snapshot | None) -> Received:
    page = f"{source.site.rstrip('/')}/download-data"
    before = previous.part(name) if previous else None
    try:
        return http.get(
            page,
            params=download(source, year),
            media=_MEDIA,
            validators=before.validators if before else None,
            max_bytes=source.max_bytes,
            name=name,
        )
    except EvidenceError as error:
        if error.code == "fetch.refused":
            error.todo = _TURNED_AWAY.format(page=page)
        raise
