"""Explore Local Statistics: each indicator with all its periods as CSV, and what the service says of it.

Refuses an indicator of another layout than its metadata states, and one that lacks a period which the metadata lists. Slugs are renamed now
and then: the API knows the new ones alone, the site's pages lead from an old one to the new one; that is followed once, and said. What
changed is asked of the metadata (`dataModified`), since the API sends no validators. Code: github.com/ONSdigital/explore-local-statistics-app
"""

from __future__ import annotations

import csv
import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from expectations.errors import EvidenceError
from expectations.sources import ExploreLocalStatistics
from tasks.fetch.answers import one_line
from tasks.fetch.choose import fingerprint
from tasks.fetch.http import Http, Received
from tasks.fetch.parts import discard, labelled, standing
from tasks.snapshot import Delivery, Fetched, Part, Snapshot

API = "api/v1"
_CSV = ("text/csv", "text/plain")
_JSON = ("application/json",)
_PAGE = ("text/html",)
_MEASURES = ("value", "lci_95", "uci_95", "status")


def fetch(source: ExploreLocalStatistics, http: Http, previous: Snapshot | None) -> Delivery:
    """For each indicator `{slug}.csv` and its metadata `{slug}.json`, under the slugs of the declaration.

    Labels: indicator (the slug declared), label, unit, measure_name, modified, source_date. Raises EvidenceError of the area `fetch`.
    """
    parts: list[Fetched] = []
    warnings: list[str] = []
    announced: list[Mapping[str, Any]] = []
    for slug in source.indicators:
        found, about, said = _metadata(slug, source, http)
        warnings += said
        labels = _labels(slug, found, about, fingerprint([source.url, source.areas]))
        before = previous.part(f"{slug}.csv") if previous else None
        announced += _announced(slug, about, before)
        archived = previous.part(f"{slug}.json") if previous else None
        if before is not None and archived is not None and before.labels == labels:
            parts += [standing(before), standing(archived)]
            continue
        data = _data(found, about, source, http, slug)
        warnings += data.warnings
        parts += [data.fetched(f"{slug}.csv", labels), _kept(found, slug, source, http, labels)]
    release = max((part.labels.get("modified", "") for part in parts), default="")
    return Delivery(tuple(parts), release, tuple(dict.fromkeys(warnings)), tuple(announced))


# -- what the service says of an indicator -------------------------------------------------------------------------------------------


def _metadata(slug: str, source: ExploreLocalStatistics, http: Http) -> tuple[str, Mapping[str, Any], list[str]]:
    """The slug under which the service knows the indicator now, its metadata, and what is to be said of both."""
    try:
        about, said = _about(slug, source, http)
        return slug, about, said
    except EvidenceError as error:
        if error.code != "fetch.gone":
            raise
        found = _renamed(slug, source, http)
        if found is None:
            raise _unknown(slug, source, http) from None
    about, said = _about(found, source, http)
    return found, about, [f"the indicator {slug!r} is now called {found!r}: put that into the declaration", *said]


def _about(slug: str, source: ExploreLocalStatistics, http: Http) -> tuple[Mapping[str, Any], list[str]]:
    received = _asked(slug, source, http)
    try:
        answer = received.json()
    finally:
        discard([received])
    dimensions = answer.get("dimensions") if isinstance(answer, Mapping) else None
    if (
        not isinstance(dimensions, Mapping)
        or not {"areacd", "period", "measure"} <= set(dimensions)
        or not all(isinstance(each, Mapping) and isinstance(each.get("order", 0), int) for each in dimensions.values())
    ):
        raise EvidenceError(
            "fetch.protocol", where=received.url, expected="dimensions areacd, period and measure", found=one_line(str(answer), 160)
        )
    return answer, list(received.warnings)


def _kept(found: str, slug: str, source: ExploreLocalStatistics, http: Http, labels: Mapping[str, str]) -> Fetched:
    return _asked(found, source, http).fetched(f"{slug}.json", labels)


def _asked(slug: str, source: ExploreLocalStatistics, http: Http) -> Received:
    url = f"{source.url.rstrip('/')}/{API}/metadata/indicators/{slug}"
    return http.get(url, params={"fullDims": "true"}, media=_JSON, name=f"{slug}.json")


def _renamed(slug: str, source: ExploreLocalStatistics, http: Http) -> str | None:
    """The slug to which the site's page of an old one leads; None where it leads nowhere."""
    try:
        page = http.get(f"{source.url.rstrip('/')}/indicators/{slug}", media=_PAGE, name=f"{slug}-page")
    except EvidenceError as error:
        if error.code == "fetch.gone":
            return None
        raise
    discard([page])
    found = urlsplit(page.final_url).path.rstrip("/").rpartition("/")[2]
    return found if found != slug and found.replace("-", "").isalnum() else None


def _unknown(slug: str, source: ExploreLocalStatistics, http: Http) -> EvidenceError:
    url = f"{source.url.rstrip('/')}/{API}/metadata/indicators"
    received = http.get(url, media=_JSON, name="indicators")
    try:
        answer = received.json()
    finally:
        discard([received])
    known = [str(each.get("slug")) for each in answer if isinstance(each, Mapping)] if isinstance(answer, list) else []
    nearest = difflib.get_close_matches(slug, known, n=5, cutoff=0.4)
    listed = f"; nearest: {', '.join(nearest)}" if nearest else ""
    return EvidenceError("fetch.no_match", where=url, expected=f"the indicator {slug!r}", found=f"none among {len(known):,}{listed}")


def _labels(slug: str, found: str, about: Mapping[str, Any], asked: str) -> dict[str, str]:
    told = about.get("source")
    first = told[0] if isinstance(told, list) and told and isinstance(told[0], Mapping) else {}
    return labelled(
        indicator=slug,
        slug=found if found != slug else "",
        label=str(about.get("label") or ""),
        unit=str(about.get("unit") or about.get("suffix") or ""),
        measure_name=str(about.get("measure") or ""),
        modified=str(about.get("dataModified") or about.get("updated") or ""),
        described=str(about.get("metadataModified") or ""),
        source_name=str(first.get("name") or ""),
        source_date=str(first.get("date") or ""),
        caveats=fingerprint([about.get("caveats")]) if about.get("caveats") else "",
        asked=asked,
    )


def _announced(slug: str, about: Mapping[str, Any], before: Part | None) -> list[Mapping[str, Any]]:
    """The caveats, where they are others than those of the previous snapshot: redefinitions are told there and nowhere else."""
    caveats = about.get("caveats")
    if before is None or not caveats or before.labels.get("caveats") == fingerprint([caveats]):
        return []
    lines = caveats if isinstance(caveats, list) else [caveats]
    said = one_line(" ".join(str(line) for line in lines))
    entry = {"kind": "note", "column": None, "subject": slug, "before": None, "after": None, "said": said, "major": False}
    return [{**entry, "version": str(about.get("metadataModified") or "")}]


# -- the figures ---------------------------------------------------------------------------------------------------------------------


def _data(found: str, about: Mapping[str, Any], source: ExploreLocalStatistics, http: Http, slug: str) -> Received:
    """One indicator at a time and all its periods: without `time` the service gives the latest alone."""
    params = {"indicator": found, "time": "all", "includeStatus": "true", **({"geo": ",".join(source.areas)} if source.areas else {})}
    url = f"{source.url.rstrip('/')}/{API}/data.csv"
    received = http.get(url, params=params, media=_CSV, max_bytes=source.max_bytes, name=f"{slug}.csv")
    assert received.path is not None  # no validators were sent, so there is a body
    try:
        _completeness(received.path, about, bool(source.areas), received.url)
    except EvidenceError:
        discard([received])
        raise
    return received


def _completeness(path: Path, about: Mapping[str, Any], some_areas: bool, where: str) -> None:
    """The header against the metadata's dimensions and measures, the periods against those that it lists."""
    dimensions = about["dimensions"]
    keys = [key for key in sorted(dimensions, key=lambda key: dimensions[key].get("order", 0)) if key != "measure"]
    measures = [measure for measure in _MEASURES if measure in {*_codes(dimensions["measure"]), "status"}]
    expected = [name for key in keys for name in ((key, "areanm") if key == "areacd" else (key,))] + measures
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            records = csv.reader(file, strict=True)
            header = next(records, [])
            if header != expected:
                raise EvidenceError("fetch.protocol", where=where, expected=", ".join(expected), found=one_line(", ".join(header), 160))
            at, seen, rows = header.index("period"), set(), 0
            for record in records:
                if len(record) != len(header):
                    raise EvidenceError(
                        "fetch.truncated", where=where, expected=f"{len(header)} cells in a record", found=one_line(",".join(record), 120)
                    )
                seen.add(record[at])
                rows += 1
    except (UnicodeDecodeError, csv.Error) as error:
        raise EvidenceError("fetch.protocol", where=where, expected="CSV in UTF-8", found=str(error)) from None
    absent = sorted(set(_codes(dimensions["period"])) - seen)
    if not rows or (absent and not some_areas):
        raise EvidenceError(
            "fetch.truncated", where=where, expected="every period of the metadata", found=f"{rows:,} rows, without {', '.join(absent[:5])}"
        )


def _codes(dimension: Mapping[str, Any]) -> list[str]:
    category = dimension.get("category")
    index = category.get("index") if isinstance(category, Mapping) else None
    return [str(code) for code in index] if isinstance(index, Mapping | list) else []
