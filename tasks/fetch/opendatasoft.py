"""Fetch a dataset of an Opendatasoft portal (Explore API v2.1): its CSV export, held against the number of records that the portal counts.

Records by page end at 10,000 and have no stable order, so the export brings the table and the records only count it. Refuses an export
with fewer or more rows than were counted, one that says in its own last line that it was interrupted (with status 200), and a field that
the dataset does not have. A key is taken from the environment variable OPENDATASOFT_KEY and is never written down.
Rules: https://help.opendatasoft.com/apis/ods-explore-v2/
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from expectations.errors import EvidenceError
from expectations.sources import Opendatasoft
from tasks.fetch.answers import one_line
from tasks.fetch.choose import fingerprint, only
from tasks.fetch.http import Http
from tasks.fetch.parts import discard, labelled, listed, unchanged
from tasks.fetch.plain_file import MEDIA
from tasks.fetch.received import Received
from tasks.snapshot import Delivery, Fetched, Snapshot

KEY = "OPENDATASOFT_KEY"
DATASETS_A_PAGE = 100  # the most that the catalogue gives at once
MOST_LISTED = 10_000  # where the catalogue stops paging
ATTEMPTS = 2  # a dataset that is processed while it is exported is asked for once more
_JSON = ("application/json",)
_INTERRUPTED = b"Streaming interrupted due to the following error"
_TAIL = 4096  # bytes at the end of an export in which it says so
_YEAR = re.compile(r"(?<!\d)(19|20)\d{2}(?!\d)")


@dataclass(frozen=True)
class Described:
    """What the portal says of a dataset. `release` is when its data was last processed or modified, '' where neither is said."""

    id: str
    title: str
    fields: tuple[str, ...]
    release: str


def fetch(source: Opendatasoft, http: Http, previous: Snapshot | None) -> Delivery:
    """One part, `<dataset id>.csv`. A dataset that was not processed since `previous` comes back unchanged. Raises errors of the area `fetch`."""
    headers = _headers()
    name, warnings = _chosen(source, http, headers)
    url = f"{_catalog(source)}/{name}"
    found = 0
    for _ in range(ATTEMPTS):
        described = _described(name, url, source, http, headers)
        labels = labelled(dataset=name, title=described.title, release=described.release, asked=fingerprint(source))
        stands = unchanged(previous, labels) if described.release else ()
        if stands:
            return Delivery(stands, described.release, tuple(warnings))
        counted = _count(url, source, http, headers)
        export = _export(url, source, http, headers)
        found = _rows(export, url)
        if found == counted:
            part: Fetched = export.fetched(f"{name}.csv", labels)
            return Delivery((part,), described.release, tuple(dict.fromkeys([*warnings, *export.warnings])))
        discard([export])
    raise EvidenceError(
        "fetch.truncated", where=f"{url}/exports/csv", expected=f"{counted:,} rows, as the portal counts them", found=f"{found:,} rows"
    )


# -- which dataset -------------------------------------------------------------------------------------------------------------------


def _chosen(source: Opendatasoft, http: Http, headers: Mapping[str, str]) -> tuple[str, list[str]]:
    """The dataset's id, and a warning where the portal lists a later vintage of an id that the declaration names."""
    if source.dataset_matching is None:
        return str(source.dataset), _later(source, http, headers)
    wanted = re.compile(source.dataset_matching)
    listed = _listed(source, http, headers)
    fitting = [(match, name) for name in listed if (match := wanted.fullmatch(name))]
    if "vintage" in wanted.groupindex and fitting:
        newest = max(match["vintage"] or "" for match, _ in fitting)
        fitting = [(match, name) for match, name in fitting if (match["vintage"] or "") == newest]
    return only([name for _, name in fitting], source.dataset_matching, listed, _catalog(source)), []


def _later(source: Opendatasoft, http: Http, headers: Mapping[str, str]) -> list[str]:
    """An id holds the year of its boundaries: redrawn ones come under another id, and the one that is named is never updated again."""
    name = str(source.dataset)
    year = _YEAR.search(name)
    if not year:
        return []
    same = re.compile(re.escape(name[: year.start()]) + r"((?:19|20)\d{2})" + re.escape(name[year.end() :]))
    newer = sorted(each for each in _listed(source, http, headers) if (match := same.fullmatch(each)) and match[1] > year.group())
    return [f"the portal lists a later vintage of {name}: {', '.join(newer)}"] if newer else []


def _listed(source: Opendatasoft, http: Http, headers: Mapping[str, str]) -> list[str]:
    """The ids of every dataset of the portal, page by page."""
    names: list[str] = []
    total = None
    while total is None or len(names) < total:
        asked = {"select": "dataset_id", "order_by": "dataset_id", "limit": DATASETS_A_PAGE, "offset": len(names), "lang": "en"}
        answer = _document(http, _catalog(source), asked, "catalogue", headers)
        total, page = _total(answer, _catalog(source)), answer.get("results")
        arrived = (
            [str(each["dataset_id"]) for each in page if isinstance(each, Mapping) and "dataset_id" in each]
            if isinstance(page, list)
            else []
        )
        if (not arrived and len(names) < total) or total > MOST_LISTED or set(arrived) & set(names):
            raise EvidenceError(
                "fetch.protocol",
                where=_catalog(source),
                expected=f"{total:,} datasets, each once, in pages",
                found=f"{len(names):,}, then {len(arrived)}",
            )
        names += arrived
    return names


# -- one dataset ---------------------------------------------------------------------------------------------------------------------


def _described(name: str, url: str, source: Opendatasoft, http: Http, headers: Mapping[str, str]) -> Described:
    answer = _document(http, url, {"lang": "en"}, name, headers)
    fields = tuple(str(field["name"]) for field in listed(answer.get("fields")) if isinstance(field, Mapping) and "name" in field)
    if not fields:
        raise EvidenceError("fetch.protocol", where=url, expected="a dataset with fields", found=", ".join(answer) or "an empty object")
    for wanted in source.select:
        if wanted not in fields:
            raise EvidenceError("fetch.no_match", where=url, expected=f"a field {wanted!r}", found=", ".join(fields))
    metas = answer.get("metas")
    default = metas.get("default") if isinstance(metas, Mapping) else None
    about = default if isinstance(default, Mapping) else {}
    # `modified` may be set by hand, `data_processed` is the platform's own: either that moves is news.
    release = max(str(about.get("data_processed") or ""), str(about.get("modified") or ""))
    return Described(name, str(about.get("title") or ""), fields, release)


def _count(url: str, source: Opendatasoft, http: Http, headers: Mapping[str, str]) -> int:
    asked = {"limit": 1, "lang": "en", **({"where": source.where} if source.where else {})}
    return _total(_document(http, f"{url}/records", asked, "count", headers), f"{url}/records")


def _export(url: str, source: Opendatasoft, http: Http, headers: Mapping[str, str]) -> Received:
    asked = {
        "delimiter": ",",  # ';' by default
        "with_bom": "true",
        "lang": "en",  # French by default
        "timezone": "Europe/London",
        **({"where": source.where} if source.where else {}),
        **({"select": ",".join(source.select)} if source.select else {}),
    }
    return http.get(
        f"{url}/exports/csv",
        params=asked,
        headers=headers,
        media=MEDIA["csv"],
        max_bytes=source.max_bytes,
        name=url.rpartition("/")[2],
        allow_empty=True,  # a filter that nothing fits may export nothing at all; the count tells
    )


def _rows(export: Received, url: str) -> int:
    """The records below the header. Raises fetch.truncated where the export itself says that it was interrupted."""
    where = f"{url}/exports/csv"
    if export.path is None or not export.size:
        return 0
    with export.path.open("rb") as file:
        file.seek(max(0, export.size - _TAIL))
        tail = file.read()
    if _INTERRUPTED in tail:
        said = one_line(tail[tail.index(_INTERRUPTED) :].decode("utf-8", "replace"), 200)
        discard([export])
        raise EvidenceError("fetch.truncated", where=where, expected="a whole export", found=said)
    try:
        with export.path.open(encoding="utf-8-sig", newline="") as file:
            return sum(1 for record in csv.reader(file, strict=True) if record) - 1
    except (UnicodeDecodeError, csv.Error) as error:
        discard([export])
        raise EvidenceError("fetch.protocol", where=where, expected="CSV in UTF-8", found=str(error)) from None


def _document(http: Http, url: str, params: Mapping[str, Any], name: str, headers: Mapping[str, str]) -> Mapping[str, Any]:
    received = http.get(url, params=params, headers=headers, media=_JSON, name=name)
    try:
        answer = received.json()
    finally:
        discard([received])
    if not isinstance(answer, Mapping):
        raise EvidenceError("fetch.protocol", where=url, expected="a JSON object", found=one_line(str(answer), 120))
    return answer


def _total(answer: Mapping[str, Any], url: str) -> int:
    total = answer.get("total_count")
    if not isinstance(total, int) or isinstance(total, bool) or total < 0:
        raise EvidenceError("fetch.protocol", where=url, expected="a number 'total_count'", found=repr(total))
    return total


def _catalog(source: Opendatasoft) -> str:
    return f"{source.site.rstrip('/')}/api/explore/v2.1/catalog/datasets"


def _headers() -> dict[str, str]:
    key = os.environ.get(KEY, "")
    return {"Authorization": f"Apikey {key}"} if key else {}
