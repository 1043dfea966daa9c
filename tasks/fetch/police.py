"""Fetch street-level crime of data.police.uk: a force's months from the monthly archive, or the crimes within areas from the API.

Each archive publishes 36 months anew, so a month's rows and outcomes change between archives: the archive of the newest month is the release.
Refuses an archive without a declared force and month, an answer of the API that is no list, and one with crimes of another month. The API
answers 503 where an area has over 10,000 crimes: that is told as such, for waiting does not heal it.
Rules: https://data.police.uk/docs/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from expectations.errors import EvidenceError
from expectations.sources import Police
from tasks.fetch.answers import one_line
from tasks.fetch.choose import fingerprint
from tasks.fetch.http import Http
from tasks.fetch.members import members_of
from tasks.fetch.parts import discard, document, labelled, unchanged
from tasks.fetch.plain_file import MEDIA
from tasks.snapshot import Delivery, Fetched, Snapshot

MOST_CRIMES = 10_000  # within one area and month
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def fetch(source: Police, http: Http, previous: Snapshot | None) -> Delivery:
    """Parts `<month>-<force>-street.csv`, or `<area>-<month>.json`, oldest month first. Raises EvidenceError of the area `fetch`."""
    months = _months(source, http)
    stands = unchanged(previous, _labels(source, months))
    if stands:
        return Delivery(stands, months[-1])
    parts, warnings = _from_archive(source, months, http) if source.forces else _from_api(source, months, http)
    return Delivery(tuple(parts), months[-1], tuple(dict.fromkeys(warnings)))


def _months(source: Police, http: Http) -> list[str]:
    """The newest months that are published, oldest first."""
    url = f"{source.url.rstrip('/')}/api/crimes-street-dates"
    answer = document(http, url, "dates")
    dates = sorted(str(each.get("date")) for each in answer if isinstance(each, Mapping)) if isinstance(answer, list) else []
    if not dates or not all(_MONTH.fullmatch(date) for date in dates):
        raise EvidenceError("fetch.protocol", where=url, expected="a list of months", found=one_line(str(answer), 120))
    return dates[-source.months :]


def _labels(source: Police, months: list[str]) -> dict[str, str]:
    return labelled(newest=months[-1], asked=fingerprint(source))


# -- the archive ---------------------------------------------------------------------------------------------------------------------


def _from_archive(source: Police, months: list[str], http: Http) -> tuple[list[Fetched], list[str]]:
    url = f"{source.url.rstrip('/')}/data/archive/{months[-1]}.zip"
    received = http.get(url, media=MEDIA["zip"], max_bytes=source.max_bytes, name=f"{months[-1]}.zip")
    cap = source.max_bytes if source.max_bytes is not None else http.settings.max_bytes
    parts: list[Fetched] = []
    try:
        assert received.path is not None  # no validators were sent, so there is a body
        wanted = rf"(^|/)({'|'.join(months)})-({'|'.join(source.forces)})-street\.csv$"
        for member in members_of(received.path, wanted, url, http.scratch, cap):
            name = member.name.rpartition("/")[2]
            labels = {**_labels(source, months), "month": name[:7], "force": name[8:].removesuffix("-street.csv"), "member": member.name}
            part = received.fetched(name, labels)
            parts.append(
                Fetched(**{**vars(part), "path": member.path, "sha256": member.sha256, "size": member.size, "media_type": "text/csv"})
            )
        found = {(part.labels["month"], part.labels["force"]) for part in parts}
        lacking = [f"{month} of {force}" for force in source.forces for month in months if (month, force) not in found]
        # A force that could not deliver a month has no file for it; that a force has none at all, or not the newest, is another matter.
        if any((months[-1], force) not in found for force in source.forces):
            raise EvidenceError(
                "fetch.no_match", where=url, expected=f"a file of {months[-1]} for each force", found=f"none of {', '.join(lacking[:6])}"
            )
    except EvidenceError:
        for part in parts:
            if part.path is not None:
                part.path.unlink(missing_ok=True)
        raise
    finally:
        discard([received])
    said = [f"the archive has no file of {', '.join(lacking)}"] if lacking else []
    return sorted(parts, key=lambda part: part.name), [*received.warnings, *said]


# -- the API -------------------------------------------------------------------------------------------------------------------------


def _from_api(source: Police, months: list[str], http: Http) -> tuple[list[Fetched], list[str]]:
    url = f"{source.url.rstrip('/')}/api/crimes-street/{source.category}"
    parts: list[Fetched] = []
    warnings: list[str] = []
    for month in months:
        for area, outline in source.areas.items():
            try:
                received = http.get(
                    url,
                    params={"poly": outline, "date": month},
                    media=MEDIA["json"],
                    max_bytes=source.max_bytes,
                    name=f"{area}-{month}.json",
                )
            except EvidenceError as error:
                raise _too_many(error, area, month) from None
            crimes = received.json()
            if not isinstance(crimes, list) or not all(isinstance(each, Mapping) and each.get("month") == month for each in crimes):
                discard([received])
                raise EvidenceError("fetch.protocol", where=url, expected=f"a list of crimes of {month}", found=_shown(crimes))
            if not crimes:
                discard([received])
                warnings.append(f"{area}: no crime in {month}")
                continue
            parts.append(received.fetched(f"{area}-{month}.json", {**_labels(source, months), "month": month, "area_code": area}))
    if not parts:
        raise EvidenceError("fetch.empty", where=url, expected=f"crimes within {', '.join(source.areas)}", found="none in any month")
    return parts, warnings


def _too_many(error: EvidenceError, area: str, month: str) -> EvidenceError:
    if error.code == "fetch.server_error" and "503" in error.found:
        error.todo = f"Where {area} had over {MOST_CRIMES:,} crimes in {month}, divide it into smaller areas, or use `forces`."
    return error


def _shown(crimes: Any) -> str:
    if isinstance(crimes, list):
        months = sorted({str(each.get("month")) if isinstance(each, Mapping) else type(each).__name__ for each in crimes})
        return f"{len(crimes):,} of {', '.join(months[:4])}"
    return one_line(str(crimes), 120)
