"""What the publisher announced, held against what was observed: an announced change is one step less severe and says so.

An announcement is one entry of `Snapshot.announced` (the fetchers write them in the project's own kinds). It is matched by kind, column and
the things named: columns, categories, areas (by code, else by name), periods by what they mean. Refuses to soften a change of which a part
was not announced: that part is named in the sentence, and the severity stays. A note in free words is passed on and softens nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from expectations.change import Change, Severity
from tasks.changes.columns import normal_name
from tasks.changes.words import listed, quoted
from tasks.shape.periods import parse

Entry = Mapping[str, Any]
PUBLISHERS = {
    "ees": "DfE",
    "nomis": "ONS (Nomis)",
    "ons": "ONS",
    "ons_api": "ONS",
    "feature_server": "ONS Open Geography",
    "ckan": "the portal",
}
_WHOLE = frozenset(
    {"history_revised", "values_redefined", "coverage_break", "unit_rescaled"}
)  # announced of a dataset, not of a thing in it
_REVISED = frozenset({"history_revised", "values_redefined"})
# Kinds by which the same event may be announced: a rename is a removal and an addition to some, another code is another area.
_WENT = {
    "column_removed": ("column_removed", "column_renamed"),
    "column_renamed": ("column_removed", "column_renamed"),
    "category_removed": ("category_removed", "category_renamed"),
    "category_renamed": ("category_renamed", "category_removed"),
    "area_missing": ("area_missing", "area_recoded", "category_removed"),
    "area_recoded": ("area_recoded", "area_missing"),
    "period_removed": ("period_removed",),
}
_CAME = {
    "column_added": ("column_added", "column_renamed"),
    "category_added": ("category_added", "category_renamed"),
    "area_added": ("area_added", "area_recoded", "category_added"),
    "period_added": ("period_added",),
}
_NAMES = ("column", "label", "code", "oldCode", "name", "period", "id", "urn", "ukprn")
_STEP = {Severity.BREAKING: Severity.WARNING, Severity.WARNING: Severity.INFO}


@dataclass(frozen=True)
class Weighed:
    """The changes with the announced ones softened, and notes: free words of the publisher, and what it announced that was not seen."""

    changes: tuple[Change, ...]
    notes: tuple[str, ...] = ()


def weigh(changes: Sequence[Change], announced: Sequence[Entry], publisher: str) -> Weighed:
    """Hold each change against the announcements. `publisher`: who announced, in words (`DfE`)."""
    if not announced:
        return Weighed(tuple(changes))
    used: set[int] = set()
    told = tuple(_weighed(change, announced, publisher, used) for change in changes)
    notes = [
        f"{publisher} says{_version(entry)}: {entry.get('said')}"
        for entry in announced
        if entry.get("kind") == "note" and entry.get("said")
    ]
    unseen = [entry for index, entry in enumerate(announced) if index not in used and entry.get("kind") != "note"]
    if unseen:
        said = listed([str(entry.get("said") or entry.get("subject") or entry.get("kind")) for entry in unseen], 3)
        notes.append(f"{publisher} announced and it was not seen, or is no change of what we rely on: {said}")
    return Weighed(told, tuple(dict.fromkeys(notes)))


def _weighed(change: Change, announced: Sequence[Entry], publisher: str, used: set[int]) -> Change:
    things = _things(change)
    if not things:
        return change
    found: dict[str, int] = {}
    for thing in things:
        index = next((index for index, entry in enumerate(announced) if _says(entry, change, thing)), None)
        if index is not None:
            found["\x1f".join(thing)] = index
    if not found:
        return change
    used.update(index for index, entry in enumerate(announced) if any(_says(entry, change, thing) for thing in things))
    entries = [announced[index] for index in dict.fromkeys(found.values())]
    said = _said(entries, publisher)
    count = _count(change)
    facts: dict[str, Any] = {
        "by": publisher,
        "versions": sorted({str(e.get("version")) for e in entries if e.get("version")}),
        "said": [_words(e) for e in entries[:5]],
    }
    silent = [thing[0] for thing in things if "\x1f".join(thing) not in found]
    if silent or count > len(things):
        facts["not_announced"] = silent[:20]
        rest = listed([quoted(name) for name in silent], 3) if silent else f"the other {count - len(found)}"
        what = f"{change.what} {said}; it did not announce {rest}."
        return replace(change, what=what, evidence={**change.evidence, "announced": facts})
    facts["severity_unannounced"] = change.severity.word
    severity = _STEP.get(change.severity, change.severity)
    return replace(change, severity=severity, what=f"{change.what} Announced: {said}.", evidence={**change.evidence, "announced": facts})


def _things(change: Change) -> list[tuple[str, ...]]:
    """What a change is of, each with every name it may be announced under; the first is the one that people read."""
    facts = change.evidence
    if change.kind in _WHOLE or change.kind == "geography_vintage_changed":
        return [(change.column or change.kind,)]
    if change.kind in ("column_removed", "column_added", "column_renamed"):
        if facts.get("summary"):
            names = [str(name) for name in facts.get("columns", ())]
            return [tuple(name.split(" → ")) for name in names]
        return [tuple(str(name) for name in (change.before, change.after) if name)]
    if change.kind in ("category_added", "category_removed"):
        return [(str(word),) for word in facts.get("categories", ())] or [(str(word),) for word in change.after or change.before or ()]
    if change.kind == "category_renamed":
        return [(str(old), str(new)) for old, new in (facts.get("renamed") or {}).items()]
    if change.kind == "area_recoded":
        codes = facts.get("codes") or {one["code"]: [one["after"]] for one in facts.get("examples", ()) if "code" in one}
        return [(str(old), *map(str, new)) for old, new in codes.items()]
    if change.kind in ("area_missing", "area_added"):
        return [_area(str(shown)) for shown in facts.get("areas", ())]
    if change.kind in ("period_removed", "period_added"):
        return [(str(label),) for label in facts.get("periods", ())]
    return []


def _area(shown: str) -> tuple[str, ...]:
    """`Hull (E06000010)` as code and name; a code alone as itself."""
    found = re.fullmatch(r"(.*) \(([^()]+)\)", shown)
    return (found.group(2), found.group(1)) if found else (shown,)


def _count(change: Change) -> int:
    """Of how many things a change is, where its evidence lists only the first of them."""
    return (
        int(change.evidence.get("count") or 0)
        if change.kind in ("area_missing", "area_added", "area_recoded", "category_added", "category_removed")
        else 0
    )


def _says(entry: Entry, change: Change, thing: Sequence[str]) -> bool:
    """Whether an entry announces this thing of this change."""
    kind = str(entry.get("kind"))
    if change.kind in _WHOLE:
        return kind == change.kind or (kind in _REVISED and change.kind in _REVISED)
    if change.kind == "geography_vintage_changed":
        return kind == change.kind
    kinds = _WENT.get(change.kind) or _CAME.get(change.kind) or ()
    if kind not in kinds or not _same_column(entry, change):
        return False
    before, after = set(_names(entry.get("before"), entry, change)), set(_names(entry.get("after"), entry, change))
    if change.kind in ("column_renamed", "category_renamed", "area_recoded") and kind == change.kind and before and after:
        old, new = {_plain(thing[0], change)}, {_plain(name, change) for name in thing[1:]}
        return bool(old & before) and (not new or bool(new & after) or change.kind == "area_recoded")
    names = {
        _plain(name, change) for name in (thing[:1] if change.kind in ("column_renamed", "category_renamed", "area_recoded") else thing)
    }
    if change.kind in _CAME:
        return bool(names & after) or (not after and bool(names & before))
    return bool(names & before) or (not before and bool(names & after))


def _same_column(entry: Entry, change: Change) -> bool:
    """Categories are announced of a column; where the announcement names none, or another name of it, the word decides alone."""
    if not change.kind.startswith("category_") or not entry.get("column") or not change.column:
        return True
    return normal_name(str(entry["column"])) == normal_name(change.column)


def _names(state: Any, entry: Entry, change: Change) -> Iterator[str]:
    """The names by which an announced state goes, plainly; of a level or a filter, the inner names too."""
    if isinstance(state, str):
        yield _plain(state, change)
    if not isinstance(state, Mapping):
        return
    for key in _NAMES:
        value = state.get(key)
        if isinstance(value, Mapping):
            yield from _names(value, entry, change)
        elif value:
            yield _plain(str(value), change)
    for key in ("level", "filter"):
        if isinstance(state.get(key), Mapping):
            yield from _names(state[key], entry, change)


def _plain(name: str, change: Change) -> str:
    if change.kind.startswith("period_"):
        read = parse(name)
        return read.start[:4] if read and read.form in ("glued", "span", "year") else read.start if read else normal_name(name)
    return normal_name(name) or name


def _said(entries: Sequence[Entry], publisher: str) -> str:
    """`announced by DfE in version 2.0: filter 'School type' removed`."""
    versions = listed(sorted({str(entry["version"]) for entry in entries if entry.get("version")}), 3)
    number = "versions" if " and " in versions else "version"
    return f"{publisher} announced{f' in {number} {versions}' if versions else ''}: {listed([_words(entry) for entry in entries], 2)}"


def _words(entry: Entry) -> str:
    return str(entry.get("said") or entry.get("subject") or entry.get("kind"))


def _version(entry: Entry) -> str:
    return f" of version {entry['version']}" if entry.get("version") else ""
