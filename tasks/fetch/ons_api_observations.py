"""A census table made to measure: any dimensions of one population by the ONS API's census observations, some areas at a time.

Refuses an answer with fewer observations than it counts, areas of different width, and an area that is neither there nor blocked.
Disclosure control withholds whole areas (`blocked_areas`): they are named in a warning, and no figure is made up for them.
"""

from __future__ import annotations

import csv
import hashlib
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from expectations.errors import EvidenceError
from expectations.sources import OnsObservations
from tasks.fetch.answers import one_line, service_message
from tasks.fetch.http import Received
from tasks.fetch.ons_api_calls import Api
from tasks.fetch.parts import discard
from tasks.snapshot import Fetched

DATA = "data.csv"
AREAS_A_REQUEST = 100  # the service refuses a table that is too large, and addresses must not grow beyond what servers take
_REFUSALS = frozenset({400, 403, 413})

Row = list[str]


def fetch(wanted: OnsObservations, api: Api, labels: Mapping[str, str], max_bytes: int | None) -> list[Fetched]:
    """`data.csv` in the layout of the API's own census CSV, and the answers it is made from (`answer-0001.json`, …).

    Columns: code and name of the area, code and label of each dimension's category, Observation. Raises EvidenceError of the area `fetch`.
    """
    header: Row = []
    rows: list[Row] = []
    answers: list[Received] = []
    for areas in _groups(wanted.areas):
        received = _asked(wanted, areas, api, max_bytes)
        answers.append(received)
        names, found = table_of(received.json(), wanted, areas, received.url, api.warnings)
        if header and names != header:
            raise EvidenceError("fetch.protocol", where=received.url, expected=", ".join(header), found=", ".join(names))
        header = names
        rows += found
    if not rows:
        discard(answers)
        raise EvidenceError("fetch.empty", where=answers[0].url, expected="observations", found="every area is blocked")
    parts = [answer.fetched(f"answer-{number:04}.json", labels) for number, answer in enumerate(answers, 1)]
    return [_made(header, rows, parts, api.http.scratch, {**labels, "layout": "census"}), *parts]


def table_of(answer: Any, wanted: OnsObservations, areas: list[str], where: str, warnings: list[str]) -> tuple[Row, list[Row]]:
    """Header and rows of one answer, held to what it counts and to the areas asked for. Raises fetch.protocol, fetch.truncated."""
    observations = answer.get("observations") if isinstance(answer, Mapping) else None
    blocked = answer.get("blocked_areas") or 0 if isinstance(answer, Mapping) else None
    if observations is None and blocked:
        observations = []
    if not isinstance(observations, list) or not isinstance(blocked, int):
        raise EvidenceError("fetch.protocol", where=where, expected="`observations` and `blocked_areas`", found=one_line(str(answer), 160))
    total = answer.get("total_observations")
    if isinstance(total, int) and total != len(observations):
        raise EvidenceError("fetch.truncated", where=where, expected=f"{total:,} observations", found=f"{len(observations):,}")
    header: Row = []
    rows: list[Row] = []
    for item in observations:
        names, row = _row(item, wanted, where)
        header = header or names
        rows.append(row)
    seen: dict[str, int] = {}
    for row in rows:
        seen[row[0]] = seen.get(row[0], 0) + 1
    if len(set(seen.values())) > 1:
        short = min(seen, key=lambda area: seen[area])
        raise EvidenceError(
            "fetch.truncated",
            where=where,
            expected=f"{max(seen.values()):,} observations for each area",
            found=f"{seen[short]:,} for {short}",
        )
    absent = [area for area in areas if area not in seen]
    if len(absent) > blocked:
        raise EvidenceError(
            "fetch.truncated",
            where=where,
            expected=f"all {len(areas):,} areas but {blocked:,} blocked",
            found=f"without {', '.join(absent[:8])}",
        )
    if blocked:
        which = f": {', '.join(absent[:8])}" if absent else ""
        warnings.append(f"disclosure control withholds {blocked:,} areas{which}")
    return header, rows


def _row(item: Any, wanted: OnsObservations, where: str) -> tuple[Row, Row]:
    dimensions = item.get("dimensions") if isinstance(item, Mapping) else None
    value = item.get("observation") if isinstance(item, Mapping) else None
    keys = ("dimension", "dimension_id", "option", "option_id")
    good = isinstance(dimensions, list) and all(isinstance(each, Mapping) and set(keys) <= set(each) for each in dimensions)
    if not good or isinstance(value, bool) or not isinstance(value, int | float) or not isinstance(dimensions, list):
        raise EvidenceError("fetch.protocol", where=where, expected="dimensions and an observation", found=one_line(str(item), 160))
    found = [str(each["dimension_id"]) for each in dimensions]
    if found != [wanted.area_type, *wanted.dimensions]:
        raise EvidenceError(
            "fetch.protocol", where=where, expected=", ".join([wanted.area_type, *wanted.dimensions]), found=", ".join(found)
        )
    header = [name for each in dimensions for name in (f"{each['dimension']} Code", str(each["dimension"]))]
    return [*header, "Observation"], [
        *(str(cell) for each in dimensions for cell in (each["option_id"], each["option"])),
        f"{value:g}" if isinstance(value, float) else str(value),
    ]


def _asked(wanted: OnsObservations, areas: list[str], api: Api, max_bytes: int | None) -> Received:
    path = f"population-types/{wanted.population_type}/census-observations"
    params = {"area-type": ",".join([wanted.area_type, *areas]), "dimensions": ",".join(wanted.dimensions)}
    received = api.http.get(
        api.at(path), params=params, media=("application/json",), accept=_REFUSALS, max_bytes=max_bytes, name="observations"
    )
    if received.status in _REFUSALS:
        said = service_message(received.bytes()[:4096], received.media_type)
        discard([received])
        raise EvidenceError(
            "fetch.rejected",
            where=received.url,
            expected="a table that the service makes",
            found=f"HTTP {received.status}" + (f": {said}" if said else ""),
            todo="Ask for fewer dimensions or fewer areas; the names of both are listed below /population-types.",
        )
    return api.heard(received)


def _groups(areas: list[str]) -> list[list[str]]:
    return [areas[at : at + AREAS_A_REQUEST] for at in range(0, len(areas), AREAS_A_REQUEST)] or [[]]


def _made(header: Row, rows: list[Row], answers: list[Fetched], folder: Path, labels: Mapping[str, str]) -> Fetched:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", newline="", dir=folder, suffix=".csv", delete=False) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    path = Path(file.name)
    content = path.read_bytes()
    return Fetched(
        name=DATA,
        url=answers[0].url,
        path=path,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        status=answers[0].status,
        fetched_at=datetime.now(UTC).isoformat(timespec="seconds"),
        media_type="text/csv",
        charset="utf-8",
        request={"made_from": [part.name for part in answers]},
        labels=dict(labels),
    )
