"""Geography: areas that came, went or were recoded, another vintage of areas, another reference system of coordinates.

A recoded area is recognised by its name, by the official register of code changes, or by the rows that carry its values under another code.
Refuses to alarm over small areas that come and go in a table of events, and to give a vintage that neither codes nor names show.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from expectations.change import Change, Severity
from expectations.shape import Shape
from tasks.changes.match import Match, Translation
from tasks.changes.observed import Alignment, Observed, Place
from tasks.changes.places import bare_name, difference, names_of, names_of_both, renamed_places
from tasks.changes.recode import recognise
from tasks.changes.redrawn import in_words
from tasks.changes.vintages import vintage_changes
from tasks.changes.words import counted, listed, quoted
from tasks.shape import areas

_DRAWN_ANEW = {"ward", "LSOA", "MSOA", "OA", "constituency"}


@dataclass(frozen=True)
class Recoded:
    """One area under its earlier and its later code, and what shows that it is the same."""

    before: str
    after: tuple[str, ...]
    name: str | None
    by: str
    after_name: str | None = None


def geography_columns(before: Shape, after: Shape, alignment: Alignment) -> list[tuple[str, str]]:
    """(earlier, later) names of the columns that hold area codes, the main one first."""
    coded = {level.column for level in before.areas} | {earlier for level in after.areas if (earlier := alignment.earlier(level.column))}
    main = before.area_column
    pairs = [(b, a) for b, a in alignment.pairs if b in coded]
    if not pairs and main and (later := alignment.later(main)):
        pairs = [(main, later)]
    return sorted(pairs, key=lambda pair: pair[0] != main)


def geography_changes(
    connection: duckdb.DuckDBPyConnection,
    before: Observed,
    after: Observed,
    alignment: Alignment,
    match: Match | None,
    calm: bool,
    place: Place,
) -> tuple[list[Change], Translation]:
    """(changes, what the earlier codes are now). `calm`: a table of events, where small areas come and go by chance."""
    changes: list[Change] = [*crs_changes(before.shape, after.shape), *vintage_changes(before, after, alignment)]
    changes = in_words(connection, before, after, alignment, changes, place)
    translations: dict[str, Mapping[str, str]] = {}
    told: set[tuple[str, ...]] = set()
    pairs = geography_columns(before.shape, after.shape, alignment)
    for index, pair in enumerate(pairs):
        gone, come = difference(connection, before, after, pair)
        if not calm:
            changes += renamed_places(connection, before, after, alignment, pair, place)
        if not gone and not come:
            continue
        moved = {change.evidence["level"] for change in changes if change.kind == "geography_vintage_changed" and change.column in pair}
        recoded = [] if calm else _recoded(connection, before, after, alignment, match, pair, gone, come, moved)
        translations[pair[0]] = {one.before: one.after[0] for one in recoded if len(one.after) == 1}
        if recoded and tuple(sorted(one.before for one in recoded)) not in told:
            told.add(tuple(sorted(one.before for one in recoded)))
            changes.append(_told_recoded(pair[1], recoded, place))
        known = {one.before for one in recoded}
        arrived = {code for one in recoded for code in one.after}
        # Lookups and registers carry areas of several levels; only the level that the rows are of is missed or added.
        if index == 0:
            names = names_of_both(connection, before, after, pair)
            changes += _missing(pair, [code for code in gone if code not in known], names, calm, before, place)
            changes += _added(pair, [code for code in come if code not in arrived], names)
    return changes, Translation({name: mapping for name, mapping in translations.items() if mapping})


def crs_changes(before: Shape, after: Shape) -> list[Change]:
    """crs_changed, between the reference systems that the files name; the ways to write longitude and latitude are one."""
    old = next((layout.crs for layout in before.layouts.values() if layout.crs), None)
    new = next((layout.crs for layout in after.layouts.values() if layout.crs), None)
    if not old or not new or _crs_name(old) == _crs_name(new):
        return []
    what = f"The coordinates are now in {new} instead of {old}: shapes drawn or measured together would lie in different places."
    return [Change("crs_changed", Severity.BREAKING, what, None, old, new, {"before": old, "after": new}, "crs")]


def _crs_name(crs: str) -> str:
    """One name per system: the three ways to write longitude and latitude are one."""
    bare = re.sub(r"[^a-z0-9]", "", crs.lower())
    if "crs84" in bare or bare.endswith("4326"):
        return "wgs84"
    digits = re.findall(r"\d{4,}", crs)
    return digits[-1] if digits else bare


def _recoded(
    connection: duckdb.DuckDBPyConnection,
    before: Observed,
    after: Observed,
    alignment: Alignment,
    match: Match | None,
    pair: tuple[str, str],
    gone: Sequence[str],
    come: Sequence[str],
    moved: set[str],
) -> list[Recoded]:
    found: dict[str, Recoded] = {}
    for code in gone:
        spelt = [new for new in come if new.strip().upper() == code.strip().upper()]
        if len(spelt) == 1:
            found[code] = Recoded(code, (spelt[0],), None, "the same code in other letters")
    if any(level.column in pair for level in (*before.shape.areas, *after.shape.areas)):
        # A word among codes (the column of names of a table whose small areas have none) is no code that an area had.
        gone, come = [code for code in gone if _is_code(code)], [code for code in come if _is_code(code)]
    all_gone, gone = gone, [code for code in gone if code not in found]
    old_names, new_names = names_of(connection, before, pair[0], gone), names_of(connection, after, pair[1], come)
    oldbare_name = Counter(bare_name(name) for name in old_names.values())
    by_name: dict[str, list[str]] = {}
    for code, word in new_names.items():
        by_name.setdefault(bare_name(word), []).append(code)
    for code in gone:
        name = old_names.get(code)
        same = by_name.get(bare_name(name), []) if name else []
        level = areas.level_of(code)
        # Small areas that were drawn anew keep their names and are other places.
        if (
            len(same) == 1
            and level is not None
            and oldbare_name[bare_name(name or "")] == 1
            and not (level in _DRAWN_ANEW and level in moved)
        ):
            found[code] = Recoded(code, (same[0],), name, "the same name")
            continue
        change = areas.split_or_merge(code)
        arrived = tuple(new for new in change[1] if new in come) if change else ()
        if change and arrived:
            found[code] = Recoded(
                code, arrived, name, f"the register of code changes ({change[0]})", listed([new_names.get(new, new) for new in arrived])
            )
    left = [code for code in gone if code not in found]
    if left:
        recode = recognise(
            connection, before, after, alignment, match, pair, left, come, to_any=pair[0] != before.shape.area_column, by_words=False
        )
        rows = {str(fact["before"]): fact for fact in recode.evidence}
        for code, new in recode.mapping.items():
            fact = rows.get(code, {})
            # Codes that merely resemble show nothing: only rows count here.
            if "rows" in fact and (new in come or fact["rows"] >= 3):
                found[code] = Recoded(
                    code, (new,), old_names.get(code), f"{fact['by']} on {fact['rows']} of {fact['of']} rows", new_names.get(new)
                )
    return [found[code] for code in all_gone if code in found]


def _is_code(value: str) -> bool:
    return re.fullmatch(areas.GSS, value) is not None or not re.search(r"[a-z ]", value)


def _told_recoded(column: str, recoded: Sequence[Recoded], place: Place) -> Change:
    shown = []
    for one in recoded[:3]:
        old = f"{one.name} ({one.before})" if one.name else one.before
        new = " and ".join(one.after)
        named = one.after_name if one.after_name and one.after_name not in (one.name, new) else None
        shown.append(f"{old} is now {new}{f' ({named})' if named else ''}")
    rest = f" and {len(recoded) - 3} more" if len(recoded) > 3 else ""
    home = any(one.before == place.code or place.code in one.after for one in recoded)
    touched = f" {place.name}'s own rows are touched." if home else f" {place.name}'s own code is not touched."
    what = f"{counted(len(recoded), 'area has', 'areas have')} another code in {quoted(column)}: {'; '.join(shown)}{rest}.{touched}"
    examples = [
        {"before": one.before, "after": list(one.after), "name": one.name, "after_name": one.after_name, "by": one.by}
        for one in recoded[:5]
    ]
    evidence = {
        "count": len(recoded),
        "examples": examples,
        "codes": {one.before: list(one.after) for one in recoded[:100]},
        "home_touched": home,
    }
    subject = "\x1f".join(one.before for one in recoded)
    return Change(
        "area_recoded",
        Severity.BREAKING,
        what,
        column,
        [one.before for one in recoded[:50]],
        [list(one.after) for one in recoded[:50]],
        evidence,
        subject,
    )


def _missing(
    pair: tuple[str, str], codes: Sequence[str], names: Mapping[str, str], calm: bool, before: Observed, place: Place
) -> list[Change]:
    if not codes:
        return []
    home = place.code in codes or place.name in codes
    severity = Severity.INFO if calm and not home else Severity.WARNING
    shown = [f"{names[code]} ({code})" if code in names else code for code in codes]
    of_home = f" {place.name} is among them." if home else ""
    column = before.shape.column(pair[0])
    total = f" of {column.distinct:,}" if column else ""
    what = f"{len(codes):,}{total} areas in {quoted(pair[1])} {'is' if len(codes) == 1 else 'are'} gone: {listed(shown, 4)}.{of_home}"
    evidence = {"count": len(codes), "areas": list(shown[:50]), "home_touched": home}
    return [Change("area_missing", severity, what, pair[0], list(codes[:50]), None, evidence, "\x1f".join(codes))]


def _added(pair: tuple[str, str], codes: Sequence[str], names: Mapping[str, str]) -> list[Change]:
    if not codes:
        return []
    shown = [f"{names[code]} ({code})" if code in names else code for code in codes]
    what = f"{counted(len(codes), 'area is', 'areas are')} new in {quoted(pair[1])}: {listed(shown, 4)}."
    return [
        Change(
            "area_added",
            Severity.INFO,
            what,
            pair[1],
            None,
            list(codes[:50]),
            {"count": len(codes), "areas": list(shown[:50])},
            "\x1f".join(codes),
        )
    ]
