"""The query of the sample's EES API: criteria, warnings, sorting, paging, in the service's own grammar and with its own semantics.

An unknown filter, location, level or period makes its condition false and adds a warning; an unknown indicator or sort field is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tasks.sample.ees_data import Version

MOST_ROWS = 10_000
_KNOWN = frozenset(["criteria", "indicators", "sorts", "page", "pageSize", "debug"])
_FACETS = frozenset(["filters", "geographicLevels", "locations", "timePeriods"])
_WARNINGS = {
    "filters": "FiltersNotFound",
    "geographicLevels": "GeographicLevelsNotFound",
    "locations": "LocationsNotFound",
    "timePeriods": "TimePeriodsNotFound",
}

Record = dict[str, Any]
Test = Callable[[Record], bool]


class Invalid(Exception):
    """A query that is answered with 400."""

    def __init__(self, code: str, path: str, message: str) -> None:
        super().__init__(message)
        self.errors = [{"message": message, "code": code, "path": path}]


def answer(body: Mapping[str, Any], version: Version) -> dict[str, Any]:
    """The answer to a query: `paging`, `results`, `warnings`. Raises Invalid."""
    for name in body:
        if name not in _KNOWN:
            raise Invalid("UnknownField", name, "Unknown field.")
    page, size = body.get("page", 1), body.get("pageSize", 1000)
    if not isinstance(size, int) or not 1 <= size <= MOST_ROWS:
        raise Invalid("InclusiveBetween", "pageSize", f"Must be between 1 and {MOST_ROWS}.")
    known = {item["id"]: item["column"] for item in version.meta["indicators"]}
    indicators = body.get("indicators") or list(known)
    if unknown := [item for item in indicators if item not in known]:
        raise Invalid("IndicatorsNotFound", "indicators", f"Not found: {', '.join(unknown)}.")
    warnings: list[dict[str, Any]] = []
    test = _criteria(body["criteria"], "criteria", version, warnings) if body.get("criteria") else lambda _: True
    found = [record for record in records(version) if test(record)]
    _sort(found, body.get("sorts") or [{"field": "timePeriod", "direction": "Desc"}], version)
    if not found:
        warnings.append({"message": "The query did not match any results.", "code": "QueryNoResults"})
    shown = [_shown(record, indicators, known) for record in found[(page - 1) * size : page * size]]
    paging = {"page": page, "pageSize": size, "totalResults": len(found), "totalPages": -(-len(found) // size)}
    return {"paging": paging, "results": shown, "warnings": warnings}


def records(version: Version) -> list[Record]:
    """Every row with ids in place of labels; what is blank in the CSV is left out."""
    columns = {
        item["column"]: (item["id"], {option["label"]: option["id"] for option in item["options"]}) for item in version.meta["filters"]
    }
    levels = {level["label"]: level["code"] for level in version.meta["geographicLevels"]}
    made = []
    for row in version.rows:
        period = version.period(row)
        made.append(
            {
                "timePeriod": {"code": period["code"], "period": period["period"]},
                "geographicLevel": levels[row["geographic_level"]],
                "places": version.places(row),
                "filters": {identity: options[row[column]] for column, (identity, options) in columns.items() if row[column]},
                "row": row,
            }
        )
    return made


def _shown(record: Record, indicators: Sequence[str], known: Mapping[str, str]) -> dict[str, Any]:
    return {
        "timePeriod": record["timePeriod"],
        "geographicLevel": record["geographicLevel"],
        "locations": {level: place["id"] for level, place in record["places"].items()},
        "filters": record["filters"],
        "values": {identity: record["row"][known[identity]] for identity in indicators},
    }


def _criteria(criteria: Mapping[str, Any], path: str, version: Version, warnings: list[dict[str, Any]]) -> Test:
    for word, combine in (("and", all), ("or", any)):
        if word in criteria:
            if len(criteria) > 1:
                raise Invalid("UnknownField", path, f"Unknown field beside {word}.")
            if not criteria[word]:
                raise Invalid("NotEmpty", f"{path}.{word}", "Must not be empty.")
            tests = [_criteria(inner, f"{path}.{word}[{i}]", version, warnings) for i, inner in enumerate(criteria[word])]
            return lambda record: combine(test(record) for test in tests)
    if "not" in criteria:
        inner = _criteria(criteria["not"], f"{path}.not", version, warnings)
        return lambda record: not inner(record)
    for facet in criteria:
        if facet not in _FACETS:
            raise Invalid("UnknownField", f"{path}.{facet}", "Unknown field.")
    facets = [
        _comparison(facet, word, wanted, f"{path}.{facet}.{word}", version, warnings)
        for facet, comparators in criteria.items()
        for word, wanted in comparators.items()
    ]
    return lambda record: all(test(record) for test in facets)


def _comparison(facet: str, word: str, wanted: Any, path: str, version: Version, warnings: list[dict[str, Any]]) -> Test:
    """One comparator. `in` over options of several filters is a union, as in the service."""
    if word not in ("eq", "notEq", "in", "notIn") and not (facet == "timePeriods" and word in ("gt", "gte", "lt", "lte")):
        raise Invalid("UnknownField", path, "Unknown comparator.")
    items = wanted if word in ("in", "notIn") else [wanted]
    if not items:
        raise Invalid("NotEmpty", path, "Must not be empty.")
    known = [item for item in items if _is_known(facet, item, version)]
    if len(known) < len(items):
        absent = [item for item in items if item not in known]
        warnings.append(
            {"message": "One or more items could not be found.", "code": _WARNINGS[facet], "path": path, "detail": {"items": absent}}
        )
    if word in ("gt", "gte", "lt", "lte"):
        return lambda record: bool(known) and _ordered(word, record["timePeriod"]["period"], str(wanted["period"]))
    hit: Test = lambda record: any(_fits(facet, item, record) for item in known)  # noqa: E731
    return hit if word in ("eq", "in") else lambda record: not hit(record)


def _is_known(facet: str, item: Any, version: Version) -> bool:
    if facet == "filters":
        return any(option["id"] == item for each in version.meta["filters"] for option in each["options"])
    if facet == "geographicLevels":
        return any(level["code"] == item for level in version.meta["geographicLevels"])
    if facet == "timePeriods":
        return any(period["code"] == item["code"] and period["period"] == item["period"] for period in version.meta["timePeriods"])
    places = [place for group in version.meta["locations"] if group["level"]["code"] == item["level"] for place in group["options"]]
    return any(_is_place(item, place) for place in places)


def _fits(facet: str, item: Any, record: Record) -> bool:
    if facet == "filters":
        return item in record["filters"].values()
    if facet == "geographicLevels":
        return bool(record["geographicLevel"] == item)
    if facet == "timePeriods":
        return bool(record["timePeriod"] == {"code": item["code"], "period": item["period"]})
    place = record["places"].get(item["level"])
    return place is not None and _is_place(item, place)


def _is_place(item: Mapping[str, str], place: Mapping[str, str]) -> bool:
    return all(place.get(key) == value for key, value in item.items() if key != "level")


def _ordered(word: str, held: str, wanted: str) -> bool:
    return {"gt": held > wanted, "gte": held >= wanted, "lt": held < wanted, "lte": held <= wanted}[word]


def _sort(found: list[Record], sorts: Sequence[Mapping[str, str]], version: Version) -> None:
    filters = {item["id"] for item in version.meta["filters"]}
    levels = {group["level"]["code"] for group in version.meta["locations"]}
    for sort in reversed(sorts):
        kind, _, name = sort["field"].partition("|")
        keys: dict[str, Callable[[Record], str]] = {
            "timePeriod": lambda record: str(record["timePeriod"]["period"]),
            "geographicLevel": lambda record: str(record["geographicLevel"]),
            "location": lambda record, level=name: str(record["places"].get(level, {}).get("label", "")),  # type: ignore[misc]
            "filter": lambda record, identity=name: str(record["filters"].get(identity, "")),  # type: ignore[misc]
        }
        if kind not in keys or (kind == "filter" and name not in filters) or (kind == "location" and name not in levels):
            raise Invalid("SortFieldsNotFound", "sorts", f"Not found: {sort['field']}.")
        found.sort(key=keys[kind], reverse=sort.get("direction", "Asc") == "Desc")
