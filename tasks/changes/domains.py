"""Domains: categories that came, went, or have another name.

A renamed category is recognised by the rows it stands on: the same keys carry the new word, with the same values.
Refuses to call a word in a long or open list (suppliers, places, titles) a category.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import duckdb

from expectations.change import Change, Severity
from expectations.shape import Column
from tasks.changes.match import Match, Translation
from tasks.changes.observed import Alignment, Observed
from tasks.changes.periods import holds_periods
from tasks.changes.recode import Recode, recognise
from tasks.changes.words import counted, listed, quoted, share
from tasks.shape import sql

CLOSED = 60  # a longer list of categories is open: what comes and goes in it is recorded, and no alarm
_AREA = re.compile(
    r"(^|[^a-z])(la|lad|lea|region|country|ward|lsoa|msoa|oa|area|pcon|district|local "
    r"authority|geography|gor|county|laestab|school|provider|supplier|merchant)([^a-z].*)?(code|name|cd|nm|id|urn)\b|"
    r"^(areacd|areanm|la_name|lsoa.*|msoa.*|ward.*|lad.*|wd\d.*|rgn.*)$",
    re.IGNORECASE,
)


_FREE_TEXT = re.compile(
    r"address|street|town|post_?code|locality|telephone|telnum|phone|e_?mail|web|url|comment|note"
    r"|head(teacher)?_?name|first_?name|last_?name",
    re.IGNORECASE,
)
_LEVEL = re.compile(r"(^|[_\s])(level|geographic_level|geography|geography_?type|area_?type|tier)$", re.IGNORECASE)
_EDITION = re.compile(r"\s*(provisional|prov\.?|revised|draft|preliminary|first (release|estimate)|p|r)\s*", re.IGNORECASE)
_FINAL = re.compile(r"\s*(final|revised|official|r|f)\s*", re.IGNORECASE)
_STEM = re.compile(r"([_\s]?(name|code|type|typecode|sortorder|sort_order|label|desc|description|id|cd|nm))+(?=\s?\d*$)", re.IGNORECASE)


def domain_changes(
    connection: duckdb.DuckDBPyConnection | None,
    before: Observed,
    after: Observed,
    alignment: Alignment,
    match: Match | None,
    calm: bool,
    geography: Sequence[str] = (),
) -> tuple[list[Change], Translation]:
    """(changes, what the earlier categories are called now). `calm`: a new month of events, where categories come and go by chance."""
    changes: list[Change] = []
    severity = Severity.INFO if calm else Severity.WARNING
    translations: dict[str, Mapping[str, str]] = {}
    for earlier, later in alignment.pairs:
        old, new = before.shape.column(earlier), after.shape.column(later)
        if old is None or new is None or later in geography or not _is_domain(old, new):
            continue
        gone = sorted(set(old.categories or ()) - set(new.categories or ()))
        come = sorted(set(new.categories or ()) - set(old.categories or ()))
        if not gone and not come:
            continue
        recode = (
            recognise(connection, before, after, alignment, None if calm else match, (earlier, later), gone, come) if gone else Recode()
        )
        translations[earlier] = recode.mapping
        told = [_edition(change) for change in _told(old, new, gone, come, recode, severity)]
        changes += _explained_by_areas(connection, before, after, alignment, (earlier, later), told) if connection is not None else told
    if connection is not None and not calm:
        changes += _on_new_levels(connection, before, after, alignment)
    changes = _once_per_stem(changes)
    return changes, Translation({name: mapping for name, mapping in translations.items() if mapping})


def _is_domain(old: Column, new: Column) -> bool:
    if old.categories is None or new.categories is None or "measure" in (old.role, new.role):
        return False
    if "empty" in (old.type, new.type) or _AREA.search(old.name) or _AREA.search(new.name):
        return False
    if holds_periods(old) or holds_periods(new):
        return False
    words = [word for word in old.categories if word]
    if not words or sum(map(len, words)) / len(words) > 90 or _FREE_TEXT.search(old.name) or "row_number" in (old.role, new.role):
        return False
    once = old.filled < 2 * old.distinct or (old.filled < 4 * old.distinct and old.filled >= 20)
    if "key" not in (old.role, new.role) and (max(len(old.categories), len(new.categories)) > CLOSED or once):
        return False  # an open list, or words that hardly ever stand twice
    # An identifier, or a list that turns over: nearly every word is new, and there are many.
    gone = set(old.categories) - set(new.categories)
    come = set(new.categories) - set(old.categories)
    return not (
        len(old.categories) > 30 and old.role != "key" and len(gone) > 0.8 * len(old.categories) and len(come) > 0.8 * len(new.categories)
    )


def _told(old: Column, new: Column, gone: Sequence[str], come: Sequence[str], recode: Recode, severity: Severity) -> list[Change]:
    changes = []
    if recode.mapping:
        into: dict[str, list[str]] = {}
        for earlier, later in recode.mapping.items():
            into.setdefault(later, []).append(earlier)
        merged = {later: words for later, words in into.items() if len(words) > 1 or later in (old.categories or ())}
        shown = [f"{quoted(earlier)} is now {quoted(later)}" for earlier, later in recode.mapping.items() if later not in merged]
        shown = [f"{listed([quoted(word) for word in words], 3)} became one {quoted(later)}" for later, words in merged.items()] + shown
        what = (
            f"In {quoted(new.name)}, {counted(len(recode.mapping), 'category is', 'categories are')} "
            f"renamed{' or merged' if merged else ''}: {listed(shown, 2)}."
        )
        evidence = {
            "renamed": dict(list(recode.mapping.items())[:50]),
            "merged": dict(list(merged.items())[:20]),
            "shown_by": list(recode.evidence)[:5],
        }
        changes.append(
            Change(
                "category_renamed",
                severity,
                what,
                old.name,
                list(recode.mapping)[:50],
                list(into)[:50],
                evidence,
                "\x1f".join(sorted(recode.mapping)),
            )
        )
    removed = [word for word in gone if word not in recode.mapping]
    added = [word for word in come if word not in recode.mapping.values()]
    for kind, words, verb, column in (("category_removed", removed, "gone", old), ("category_added", added, "new", new)):
        if not words:
            continue
        what = (
            f"In {quoted(new.name)}, {listed([quoted(word) for word in words], 4)} "
            f"{'is' if len(words) == 1 else 'are'} {verb} ({share(len(words), len(column.categories or ()))} of its categories)."
        )
        evidence = {
            "categories": list(words)[:50],
            "count": len(words),
            "categories_before": len(old.categories or ()),
            "categories_after": len(new.categories or ()),
        }
        is_new = kind == "category_added"
        changes.append(
            Change(
                kind,
                severity,
                what,
                old.name,
                None if is_new else list(words)[:50],
                list(words)[:50] if is_new else None,
                evidence,
                "\x1f".join(words),
            )
        )
    return changes


def _edition(change: Change) -> Change:
    """Provisional figures that became final on the same rows: what the publisher said would happen, and no alarm."""
    renamed = change.evidence.get("renamed", {}) if change.kind == "category_renamed" else {}
    if not renamed or not all(_EDITION.fullmatch(old) and _FINAL.fullmatch(new) for old, new in renamed.items()):
        return change
    what = f"{change.what} The same rows went from provisional to final: revisions of them are to be expected."
    return replace(change, severity=min(change.severity, Severity.INFO), what=what, evidence={**change.evidence, "edition": "final"})


def _explained_by_areas(
    connection: duckdb.DuckDBPyConnection,
    before: Observed,
    after: Observed,
    alignment: Alignment,
    pair: tuple[str, str],
    told: Sequence[Change],
) -> list[Change]:
    """Categories that stand only on areas that are new (or gone) are told by the areas: said, and no alarm of their own."""
    area = before.shape.area_column
    later = alignment.later(area) if area else None
    if not area or not later or pair[0] == area:
        return list(told)
    kept = []
    for change in told:
        if change.kind not in ("category_added", "category_removed") or change.severity == Severity.INFO:
            kept.append(change)
            continue
        here, other, column, code, other_code = (
            (after, before, pair[1], later, area) if change.kind == "category_added" else (before, after, pair[0], area, later)
        )
        words = change.evidence["categories"]
        found = connection.execute(
            f"select count(*), count(*) filter ({sql.text(sql.identifier(code))} not in (select "
            f"{sql.text(sql.identifier(other_code))} from {sql.identifier(other.table)} "
            f"where {sql.text(sql.identifier(other_code))} is not null)) from {sql.identifier(here.table)} where "
            f"{sql.text(sql.identifier(column))} in {sql.literals(words)}"
        ).fetchone()
        rows, of_areas = found or (0, 0)
        if rows and rows == of_areas:
            side = "new" if change.kind == "category_added" else "gone"
            change = replace(
                change,
                severity=Severity.INFO,
                what=f"{change.what} They stand only on areas that are {side} themselves.",
                evidence={**change.evidence, "only_on_areas": side},
            )
        kept.append(change)
    return kept


def _on_new_levels(connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, alignment: Alignment) -> list[Change]:
    """category_added, where a known category now stands on a level of geography on which it never stood: sums over that level count more."""
    levels = [(b, a) for b, a in alignment.pairs if _LEVEL.search(b) and _few(before, b, 12) and _few(after, a, 12)]
    changes = []
    for earlier, later in alignment.pairs:
        if (
            (earlier, later) in levels
            or not _few(before, earlier, CLOSED)
            or not _few(after, later, CLOSED)
            or later not in after.shape.key
        ):
            continue
        for level_before, level_after in levels[:1]:
            old = (
                f"select distinct {sql.text(sql.identifier(level_before))}, {sql.text(sql.identifier(earlier))} "
                f"from {sql.identifier(before.table)}"
            )
            known = (
                f"select {sql.text(sql.identifier(earlier))} from {sql.identifier(before.table)} where "
                f"{sql.text(sql.identifier(earlier))} is not null"
            )
            level, word = sql.text(sql.identifier(level_after)), sql.text(sql.identifier(later))
            rows = connection.execute(
                f"with old as ({old}) select {level}, {word}, count(*) from {sql.identifier(after.table)} where "
                f"{word} in ({known}) and ({level}, {word}) not in (select * from old) "
                f"and {level} in (select {sql.text(sql.identifier(level_before))} from "
                f"{sql.identifier(before.table)}) group by all having count(*) >= 5 order by 3 desc"
            ).fetchall()
            if not rows:
                continue
            shown = [
                f"{quoted(category)} now stands on {counted(int(number), 'row')} of {quoted(place)}" for place, category, number in rows
            ]
            what = f"In {quoted(later)}, {listed(shown, 3)}, where it never stood before: a sum over these rows counts more than it did."
            evidence = {
                "level_column": level_after,
                "new": [{"level": place, "category": category, "rows": int(number)} for place, category, number in rows[:10]],
            }
            subject = "\x1f".join(f"{place}/{category}" for place, category, _ in rows)
            changes.append(
                Change(
                    "category_added", Severity.WARNING, what, earlier, None, [category for _, category, _ in rows][:10], evidence, subject
                )
            )
    return changes


def _few(observed: Observed, name: str, most: int) -> bool:
    column = observed.shape.column(name)
    return column is not None and column.categories is not None and 1 < len(column.categories) <= most


def _once_per_stem(changes: Sequence[Change]) -> list[Change]:
    """One change for columns that say the same in words and in codes (`C_AGE_NAME`, `C_AGE_CODE`): the words are told, the others named."""
    groups: dict[tuple[str, str, int], list[Change]] = {}
    for change in changes:
        stem = _STEM.sub("", change.column or "").lower() if change.column else ""
        size = int(change.evidence.get("count", len(change.evidence.get("renamed", ()))))
        groups.setdefault((change.kind, stem, size), []).append(change)
    kept = []
    for group in groups.values():
        best = max(group, key=lambda change: sum(map(len, map(str, change.evidence.get("categories", change.evidence.get("renamed", ()))))))
        others = [change.column for change in group if change is not best]
        if others:
            best = replace(
                best,
                what=f"{best.what} The same in {listed([quoted(name) for name in others], 4)}.",
                evidence={**best.evidence, "same_in": others},
            )
        kept.append(best)
    return kept
