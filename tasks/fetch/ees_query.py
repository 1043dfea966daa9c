"""Part of an EES data set by query: labels to ids by the metadata of the same version, page by page, ids back to a table of labels.

Refuses any warning of the API: a condition that it does not know makes it answer 200 with fewer rows, and only the warning says so.
Several filters are fixed by `and` of one condition each: `filters.in` over options of different filters would be a union.
"""

from __future__ import annotations

import csv
import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from expectations.errors import EvidenceError
from expectations.sources import EesQuery
from tasks.fetch.answers import one_line
from tasks.fetch.choose import by_name
from tasks.fetch.ees_api import checked_page
from tasks.fetch.ees_names import IDENTIFIERS, LEVELS
from tasks.fetch.http import Http, Received
from tasks.fetch.parts import listed
from tasks.snapshot import Fetched

DATA = "data.csv"
ROWS_A_PAGE = 10_000  # the API's maximum


@dataclass(frozen=True)
class Codebook:
    """The metadata of one version, as a query needs it: what to call the columns and what each id stands for."""

    levels: Mapping[str, Mapping[str, Mapping[str, Any]]]  # level code -> location id -> location
    filters: Mapping[str, tuple[str, Mapping[str, str]]]  # filter id -> (column, option id -> label)
    indicators: Mapping[str, str]  # id -> column

    @classmethod
    def of(cls, meta: Mapping[str, Any], where: str = "metadata of the data set") -> Codebook:
        """Raises fetch.protocol where the metadata is not as documented."""
        try:
            return cls(
                {group["level"]["code"]: {place["id"]: place for place in group["options"]} for group in meta["locations"]},
                {item["id"]: (item["column"], {option["id"]: option["label"] for option in item["options"]}) for item in meta["filters"]},
                {item["id"]: item["column"] for item in meta["indicators"]},
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise EvidenceError("fetch.protocol", where=where, expected="EES metadata", found=f"no {error}") from None


def checked_meta(answer: Any, where: str) -> Mapping[str, Any]:
    """The metadata of a version as the API documents it: lists of filters and indicators. Raises fetch.protocol."""
    if not isinstance(answer, Mapping) or not all(isinstance(answer.get(name), list) for name in ("filters", "indicators")):
        raise EvidenceError("fetch.protocol", where=where, expected="lists of filters and indicators", found=one_line(str(answer), 160))
    return answer


def fetch(
    query: EesQuery,
    url: str,
    version: Mapping[str, str],
    meta: Mapping[str, Any],
    http: Http,
    labels: Mapping[str, str],
    max_bytes: int | None = None,
) -> tuple[list[Fetched], list[str]]:
    """`data.csv` in the columns of EES's own CSV, and the pages it was made from as they came (`page-0001.json`, ...). Also warnings."""
    book = Codebook.of(meta, url.removesuffix("query") + "meta")
    body = body_of(query, meta, book)
    pages: list[Received] = []
    http.scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", newline="", dir=http.scratch, suffix=".csv", delete=False) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns(book, body))
        for page, answer in each_page(http, url, version, body, max_bytes):
            pages.append(page)
            writer.writerows(row(record, book, body) for record in answer["results"])
    parts = [page.fetched(f"page-{number:04}.json", labels) for number, page in enumerate(pages, 1)]
    return [_made(Path(file.name), parts), *parts], [warning for page in pages for warning in page.warnings]


def body_of(query: EesQuery, meta: Mapping[str, Any], book: Codebook) -> dict[str, Any]:
    """The request: one condition for each filter, and a whole order (by the API's own, by period alone, pages overlap)."""
    conditions: list[dict[str, Any]] = []
    for column, wanted in query.filters.items():
        _, options = _by_column(column, book)
        ids = [by_name(label, list(options), options.__getitem__, f"the options of filter {column!r}") for label in wanted]
        conditions.append({"filters": {"eq": ids[0]} if len(ids) == 1 else {"in": ids}})
    if query.geographic_levels:
        conditions.append({"geographicLevels": {"in": list(query.geographic_levels)}})
    if query.locations:
        conditions.append({"locations": {"in": [_location(place, book) for place in query.locations]}})
    if query.time_periods:
        conditions.append({"timePeriods": {"in": [_period(period, meta) for period in query.time_periods]}})
    identified = list(book.indicators)
    indicators = [by_name(column, identified, book.indicators.__getitem__, "the indicators") for column in query.indicators] or identified
    fields = [
        "timePeriod",
        "geographicLevel",
        *(f"location|{level}" for level in book.levels),
        *(f"filter|{item}" for item in book.filters),
    ]
    return {
        **({"criteria": {"and": conditions}} if conditions else {}),
        "indicators": indicators,
        "sorts": [{"field": field, "direction": "Asc"} for field in fields],
    }


def each_page(
    http: Http, url: str, version: Mapping[str, str], body: Mapping[str, Any], max_bytes: int | None = None
) -> Iterator[tuple[Received, Mapping[str, Any]]]:
    """Page after page until all rows are there. Raises fetch.protocol (a warning, totals that move), fetch.truncated, fetch.empty."""
    rows, total, number, last = 0, None, 1, 1
    while number <= last:
        asked = {**body, "page": number, "pageSize": ROWS_A_PAGE}
        received = http.post_json(url, asked, params=version, name=f"page-{number:04}", repeatable=True, max_bytes=max_bytes)
        answer = checked_page(received.json(), url)
        _no_warnings(answer, url)
        total = answer["paging"]["totalResults"] if total is None else total
        if answer["paging"]["totalResults"] != total:
            found = f"{answer['paging']['totalResults']:,} on page {number}"
            raise EvidenceError("fetch.protocol", where=url, expected=f"{total:,} rows on every page", found=found)
        rows += len(answer["results"])
        last = answer["paging"]["totalPages"]
        yield received, answer
        number += 1
    if rows != total:
        raise EvidenceError("fetch.truncated", where=url, expected=f"{total:,} rows", found=f"{rows:,} on {last} pages")
    if not rows:
        raise EvidenceError("fetch.empty", where=url, expected="rows", found="a query that nothing fits")


def columns(book: Codebook, body: Mapping[str, Any]) -> list[str]:
    """The header: time, level, the columns of each level that the data set has, filters, the indicators asked for."""
    places = [column for level in book.levels for column, _ in LEVELS.get(level, (level, ()))[1]]
    filters = [column for column, _ in book.filters.values()]
    return [
        "time_period",
        "time_identifier",
        "geographic_level",
        *places,
        *filters,
        *(book.indicators[item] for item in body["indicators"]),
    ]


def row(record: Mapping[str, Any], book: Codebook, body: Mapping[str, Any]) -> list[str]:
    """One row of labels; a place or filter that the row does not have is an empty cell, as in EES's CSV. Raises fetch.protocol."""
    try:
        period, level = record["timePeriod"], record["geographicLevel"]
        if unknown := [*(set(record["filters"]) - set(book.filters)), *(set(record["locations"]) - set(book.levels))]:
            raise KeyError(", ".join(sorted(unknown)))  # read as blank cells, rows of a filter would look like rows without it
        cells = [_printed_period(period["period"]), IDENTIFIERS.get(period["code"], period["code"]), LEVELS.get(level, (level, ()))[0]]
        for code, places in book.levels.items():
            held = record["locations"].get(code)
            place = places[held] if held is not None else {}
            cells += [str(place.get(key) or "") for _, key in LEVELS.get(code, (code, ()))[1]]
        for identity, (_, options) in book.filters.items():
            chosen = record["filters"].get(identity)
            cells.append(options[chosen] if chosen is not None else "")
        return cells + [str(record["values"].get(item, "")) for item in body["indicators"]]
    except (KeyError, TypeError, AttributeError) as error:
        raise EvidenceError(
            "fetch.protocol", where="a row of the query", expected="ids of the version's metadata", found=f"{error}"
        ) from None


def _no_warnings(answer: Mapping[str, Any], url: str) -> None:
    warnings = answer.get("warnings") or []
    if warnings:
        told = [item for item in listed(warnings) if isinstance(item, Mapping)]
        said = "; ".join(f"{item.get('code')} at {item.get('path') or 'the query'}: {item.get('message')}" for item in told) or str(
            warnings
        )
        raise EvidenceError("fetch.protocol", where=url, expected="an answer without warnings", found=one_line(said))


def _by_column(column: str, book: Codebook) -> tuple[str, Mapping[str, str]]:
    identity = by_name(column, list(book.filters), lambda item: book.filters[item][0], "the filters of the data set")
    return book.filters[identity]


def _location(place: str, book: Codebook) -> dict[str, str]:
    """`LA E08000025` -> by its id, for a code can stand for several locations. Raises fetch.no_match, fetch.ambiguous."""
    level, code = place.split()
    options = book.levels.get(level, {})
    codes = [
        (identity, str(item[key]))
        for identity, item in options.items()
        for key in ("code", "oldCode", "urn", "laEstab", "ukprn")
        if item.get(key)
    ]
    identity, _ = by_name(code, codes, lambda pair: pair[1], f"the locations of level {level}")
    return {"level": level, "id": identity}


def _period(period: str, meta: Mapping[str, Any]) -> dict[str, str]:
    known = [f"{item['code']} {item['period']}" for item in meta["timePeriods"]]
    code, value = by_name(period, known, str, "the time periods of the data set").split()
    return {"code": code, "period": value}


def _printed_period(period: str) -> str:
    """`2023/2024` as the CSV prints it: 202324. A single year stands as it is."""
    start, _, end = period.partition("/")
    return start + end[-2:]


def _made(path: Path, pages: list[Fetched]) -> Fetched:
    """The table as a part: where it came from is its pages'."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    first = pages[0]
    return replace(
        first,
        name=DATA,
        path=path,
        sha256=digest.hexdigest(),
        size=path.stat().st_size,
        media_type="text/csv",
        charset="utf-8",
        headers={},
        labels={**first.labels, "made_from": f"page-0001.json to {pages[-1].name}"},
    )
