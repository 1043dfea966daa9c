"""The CSV of the ONS API: where it is listed, and which of the two layouts it has.

Refuses a CSV of neither layout, so that no column is taken for what it is not, and one shorter than the API lists.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from expectations.errors import EvidenceError
from tasks.fetch.answers import one_line
from tasks.fetch.ons_api_calls import Api
from tasks.snapshot import Fetched

DATA = "data.csv"
_CSV = ("text/csv",)
_V4 = re.compile(r"v4_(\d{1,2})$", re.IGNORECASE)
_OBSERVATION = "observation"


def fetch(about: Mapping[str, Any], where: str, api: Api, labels: Mapping[str, str], max_bytes: int | None) -> Fetched:
    """`data.csv` of a version or of a filter's output. Labels: those given, and `layout`. Raises EvidenceError of the area `fetch`."""
    listed = download(about, where)
    page = f"{api.url.rstrip('/')}/"
    received = api.heard(api.http.get(str(listed["href"]), media=_CSV, linked_from=page, max_bytes=max_bytes, name=DATA))
    assert received.path is not None  # no validators were sent, so there is a body
    layout = checked_layout(received.path, received.url)
    size = str(listed.get("size") or "")
    if size.isdigit() and received.size < int(size):
        received.path.unlink(missing_ok=True)
        raise EvidenceError(
            "fetch.truncated", where=received.url, expected=f"{int(size):,} bytes, as the API lists", found=f"{received.size:,} bytes"
        )
    if size.isdigit() and received.size > int(size):
        api.warnings.append(f"the CSV has {received.size:,} bytes, the API lists {int(size):,}")
    return received.fetched(DATA, {**labels, "layout": layout})


def download(about: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    """The CSV among the downloads of a version or a filter's output. Raises fetch.no_match, which lists what there is."""
    downloads = about.get("downloads")
    found = downloads.get("csv") if isinstance(downloads, Mapping) else None
    if not isinstance(found, Mapping) or not found.get("href") or found.get("skipped") is True:
        listed = ", ".join(sorted(downloads)) if isinstance(downloads, Mapping) and downloads else "none"
        raise EvidenceError("fetch.no_match", where=where, expected="a download 'csv'", found=f"downloads: {listed}")
    return found


def checked_layout(path: Path, where: str) -> str:
    """`v4` (a value, its markings, then code and label of each dimension) or `census` (areas, categories, Observation).

    Raises fetch.protocol for any other header, so that no column is taken for what it is not.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header = next(csv.reader(file, strict=True), [])
    except (UnicodeDecodeError, csv.Error) as error:
        raise EvidenceError("fetch.protocol", where=where, expected="CSV in UTF-8", found=str(error)) from None
    marked = _V4.match(header[0]) if header else None
    if marked and len(header) > 1 + int(marked[1]) and (len(header) - 1 - int(marked[1])) % 2 == 0:
        return "v4"
    folded = [name.casefold() for name in header]
    if len(folded) >= 3 and folded[-1] == _OBSERVATION and any(name.endswith(" code") for name in folded):
        return "census"
    raise EvidenceError(
        "fetch.protocol",
        where=where,
        expected="a header that begins with v4_N, then N markings and pairs; or one that ends with Observation",
        found=one_line(", ".join(header), 160) or "no header",
    )
