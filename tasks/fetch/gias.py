"""DfE's register of schools, Get Information About Schools: the newest daily extract, or several extracts of one day.

The publisher's day begins in London, and today's extract comes during the day: from there we step back, a day at a time and no further than
declared. Refuses extracts of different days in one delivery: a school and its links must be of one register.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from expectations.errors import EvidenceError
from expectations.sources import Gias
from tasks.fetch.call import prepared_url
from tasks.fetch.http import Http
from tasks.fetch.parts import labelled
from tasks.fetch.plain_file import MEDIA
from tasks.fetch.received import Received
from tasks.fetch.safety import redacted_url
from tasks.snapshot import Delivery, Fetched, Part, Snapshot


def fetch(source: Gias, http: Http, previous: Snapshot | None) -> Delivery:
    """One part an extract (`edubasealldata.csv`), with the label `date`; the release is that day. Raises EvidenceError of the area `fetch`.

    The day is the newest that has every extract: a day that lacks one is passed over whole.
    """
    *later, earliest = _days(source.days_back)
    for day in later:
        try:
            return _of(day, source, http, previous)
        except EvidenceError as error:
            if error.code != "fetch.gone":
                raise
    return _of(earliest, source, http, previous)


def address(source: Gias, extract: str, day: date) -> str:
    """Where an extract of a day is."""
    return f"{source.url.rstrip('/')}/{extract}{day:%Y%m%d}.csv"


def today_in_london() -> date:
    """The publisher's today."""
    return datetime.now(ZoneInfo("Europe/London")).date()


def _of(day: date, source: Gias, http: Http, previous: Snapshot | None) -> Delivery:
    """Every extract of one day. What came of a day that lacks one is removed."""
    parts: list[Fetched] = []
    warnings: list[str] = []
    try:
        for extract in source.extracts:
            before = previous.part(f"{extract}.csv") if previous else None
            received = _asked(source, extract, day, http, before)
            parts.append(received.fetched(f"{extract}.csv", labelled(date=day.isoformat()), before))
            warnings += [f"{extract}: {warning}" for warning in received.warnings]
    except EvidenceError:
        for part in parts:
            if part.path is not None:
                part.path.unlink(missing_ok=True)
        raise
    return Delivery(tuple(parts), day.isoformat(), tuple(dict.fromkeys(warnings)))


def _asked(source: Gias, extract: str, day: date, http: Http, before: Part | None) -> Received:
    """One extract, if it has changed: what a server said of its file holds for that day's address only."""
    url = address(source, extract, day)
    same = before is not None and before.url == redacted_url(prepared_url(url))
    return http.get(
        url,
        name=f"{extract}.csv",
        media=MEDIA["csv"],
        validators=before.validators if before and same else None,
        max_bytes=source.max_bytes,
    )


def _days(back: int) -> list[date]:
    today = today_in_london()
    return [today - timedelta(days=days) for days in range(back + 1)]
