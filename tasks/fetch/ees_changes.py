"""The changelog of an EES version, in the project's own kinds of change, so that what DfE announces can be told from what it does not.

Refuses what is no changelog; a kind of entry that DfE adds one day is passed on as a note. A change of values alone is in no changelog.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from expectations.errors import EvidenceError

# The changelog's lists -> (our kinds for what went, what came, what is another, the key that names the thing)
_LISTS: dict[str, tuple[str, str, str]] = {
    "filters": ("column_removed", "column_added", "column_renamed"),
    "indicators": ("column_removed", "column_added", "column_renamed"),
    "filterOptions": ("category_removed", "category_added", "category_renamed"),
    "geographicLevels": ("category_removed", "category_added", "category_renamed"),
    "locationGroups": ("category_removed", "category_added", "category_renamed"),
    "locationOptions": ("area_missing", "area_added", "area_recoded"),
    "timePeriods": ("period_removed", "period_added", "period_added"),
}
_CODES = ("code", "urn", "ukprn", "id")


def announced(changelog: Mapping[str, Any], where: str = "the changelog of a version") -> list[Mapping[str, Any]]:
    """One entry for each change: `kind`, `column`, `subject`, `before`, `after` as in a Change, and `version`, `major`, `said`.

    Raises fetch.protocol for an answer without the number of its version, as an error within a status 200 is.
    """
    if "versionNumber" not in changelog:
        found = ", ".join(map(str, changelog)) or "an empty object"
        raise EvidenceError("fetch.protocol", where=where, expected="a changelog with its versionNumber", found=found)
    try:
        return _of_changelog(changelog)
    except (AttributeError, TypeError, ValueError) as error:
        raise EvidenceError("fetch.protocol", where=where, expected="a changelog as the API documents it", found=str(error)) from None


def _of_changelog(changelog: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    version = str(changelog.get("versionNumber", ""))
    entries: list[Mapping[str, Any]] = []
    if changelog.get("notes"):
        entries.append({"kind": "note", "said": str(changelog["notes"]), "version": version, "major": False})
    for group, major in (("majorChanges", True), ("minorChanges", False)):
        for name, items in (changelog.get(group) or {}).items():
            entries += [{**entry, "version": version, "major": major} for item in items or () for entry in _entries(name, item)]
    for patch in changelog.get("patchHistory") or ():
        entries += _of_changelog(patch)
    return entries


def _entries(name: str, item: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The entries of one item of a list; options stand a level deeper, below their filter or level."""
    if "options" not in item:
        yield _entry(name, item, "")
        return
    parent = item.get("filter") or item.get("level") or {}
    column = str(parent.get("column") or parent.get("label") or "")
    for option in item["options"] or ():
        yield _entry(name, option, column)


def _entry(name: str, item: Mapping[str, Any], column: str) -> dict[str, Any]:
    before, after = item.get("previousState"), item.get("currentState")
    thing = before or after or {}
    if name not in _LISTS:
        return {"kind": "note", "said": f"{name}: {item}"}
    went, came, other = _LISTS[name]
    kind = other if before and after else went if before else came
    if name == "locationOptions" and before and after and all(before.get(key) == after.get(key) for key in _CODES[:-1]):
        kind = "category_renamed"  # the code stands; the place is only called otherwise
    if name in ("geographicLevels", "locationGroups"):
        column = "geographic_level"
    if name in ("filters", "indicators"):
        column = str(thing.get("column") or "")
        if kind == "column_renamed" and (before or {}).get("column") == (after or {}).get("column"):
            kind = "note"  # another label, hint, unit or number of decimals; the CSV's column is the same
    return {
        "kind": kind,
        "column": column or None,
        "subject": _name(thing),
        "before": dict(before) if before else None,
        "after": dict(after) if after else None,
        "said": _said(name, before, after),
    }


def _name(thing: Mapping[str, Any]) -> str:
    inner = thing.get("level") if isinstance(thing.get("level"), Mapping) else thing
    for key in ("label", "period", "code", "column", "id"):
        if isinstance(inner, Mapping) and inner.get(key):
            return str(inner[key])
    return ""


def _said(name: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> str:
    what = {
        "filters": "filter",
        "indicators": "indicator",
        "filterOptions": "filter option",
        "geographicLevels": "geographic level",
        "locationGroups": "location group",
        "locationOptions": "location",
        "timePeriods": "time period",
    }[name]
    if before and after:
        differing = sorted(key for key in {*before, *after} if before.get(key) != after.get(key))
        moved = ", ".join(f"{key}: {before.get(key)!r} -> {after.get(key)!r}" for key in differing)
        return f"{what} {_name(before)!r} changed ({moved})"
    return f"{what} {_name(before or after or {})!r} {'removed' if before else 'added'}"
