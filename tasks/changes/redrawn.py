"""What another vintage of areas means, in words: how many codes went and came in the nation and in the city, and the lookup that carries over.

Refuses a count that is not computed from the codes, and to name two vintages where the register of codes fits neither or both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import duckdb

from expectations.change import Change
from tasks.changes import register
from tasks.changes.observed import Alignment, Observed, Place
from tasks.changes.places import MOST_CODES, bare_name, difference
from tasks.changes.vintages import vintage_by_codes
from tasks.changes.words import counted, listed, quoted
from tasks.shape import areas, sql


def in_words(
    connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, alignment: Alignment, changes: Sequence[Change], place: Place
) -> list[Change]:
    """The changes, those of vintage as the register of codes and the city's own areas put them; with those that only the register shows."""
    kept = [change for change in changes if not _only_more_or_fewer(connection, before, after, alignment, change)]
    kept += _by_register(connection, before, after, alignment, kept)
    kept = [_of_register(connection, before, after, alignment, change, place) for change in kept]
    return [_for_home(connection, before, after, alignment, change, place) for change in kept]


def _only_more_or_fewer(
    connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, alignment: Alignment, change: Change
) -> bool:
    """Whether a vintage that the codes seem to show is only areas that went, or only areas that came."""
    later = alignment.later(change.column) if change.column else None
    if change.kind != "geography_vintage_changed" or change.evidence.get("by") != "codes" or not change.column or not later:
        return False
    level = ("LAD", "county") if change.evidence.get("authorities") else (change.evidence["level"],)
    gone, come = difference(connection, before, after, (change.column, later))
    return not all(any(areas.level_of(code) in level for code in codes) for codes in (gone, come))


def _by_register(
    connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, alignment: Alignment, told: Sequence[Change]
) -> list[Change]:
    """geography_vintage_changed where only the register shows it: the codes of before lie in one of its vintages, those of after in another."""
    known = {(change.column, change.evidence.get("level")) for change in told if change.kind == "geography_vintage_changed"}
    stated = {change.evidence.get("level") for change in told if change.evidence.get("by") == "column name"}
    changes = []
    for old in before.shape.areas:
        later = alignment.later(old.column)
        new = next((level for level in after.shape.areas if level.column == later and level.level == old.level), None)
        if later is None or new is None or (old.column, old.level) in known or old.level in stated or old.vintage != new.vintage:
            continue
        if not any(level == old.level for level, _ in register.vintages()):
            continue
        sides = [_codes(connection, observed, name, old.level) for observed, name in ((before, old.column), (after, later))]
        if moved := register.moved(old.level, *sides):
            changes.append(vintage_by_codes(old, new, later, moved[0].year, moved[1].year))
    return changes


def _of_register(
    connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, alignment: Alignment, change: Change, place: Place
) -> Change:
    """A change of vintage with what the register says of it: how many codes, in the nation and in the city, and the lookup that carries over."""
    if change.kind != "geography_vintage_changed":
        return change
    if change.evidence.get("authorities"):
        return _reorganised(connection, before, after, alignment, change)
    level, by_name = str(change.evidence["level"]), change.evidence.get("by") == "column name"
    columns = [str(old) for old, _ in change.evidence["columns"]] if by_name else [change.column or ""]
    for column in columns:
        later = alignment.later(column)
        if later is None:
            continue
        sides = [_codes(connection, observed, name, level) for observed, name in ((before, column), (after, later))]
        moved = register.moved(level, *sides)
        if moved is None:
            continue
        words, counts = register.told(*moved, sides[0], place.code, place.name)
        found = register.lookup(level, moved[0].year, moved[1].year)
        head = (
            change.what
            if by_name
            else f"The {level} codes in {quoted(later)} were those of {moved[0].year} and are now those of {moved[1].year}"
        )
        counts_said = f" {words[0].upper()}{words[1:]}." if words and by_name else f": {words}." if words else "."
        what = f"{head}{counts_said} Figures on the two sides are not of the same places. {_carried(found) if found else ''}".strip()
        evidence = {**change.evidence, "counts": counts, "lookup": found.service if found else None}
        return replace(change, what=what, before=moved[0].year, after=moved[1].year, evidence=evidence)
    return change


def _reorganised(connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, alignment: Alignment, change: Change) -> Change:
    """Another set of authorities, with the years in which councils were reorganised and how many codes gave way to how many."""
    later = alignment.later(change.column) if change.column else None
    if not change.column or not later:
        return change
    gone, come = difference(connection, before, after, (change.column, later))
    events = [(year, set(old) & set(gone), set(new) & set(come)) for year, old, new in areas.LAD_CHANGES]
    events = [event for event in events if event[1] and event[2]]
    if not events:
        return change
    years = sorted({year for year, _, _ in events})
    old, new = set().union(*(event[1] for event in events)), set().union(*(event[2] for event in events))
    found = register.lookup("LAD", "2011", "2021") if years[-1] <= 2021 else None
    what = f"{change.what} By the reorganisation of {listed(years)}, {counted(len(old), 'code')} gave way to {len(new):,}."
    what += f" {_carried(found)}" if found else ""
    return replace(
        change, what=what, evidence={**change.evidence, "reorganised_in": years, "codes_given_up": len(old), "codes_new": len(new)}
    )


def _carried(found: register.Lookup) -> str:
    return f"What carries figures over: {found.words}, {found.service} of ONS Open Geography."


def _codes(connection: duckdb.DuckDBPyConnection, observed: Observed, column: str, level: str) -> set[str]:
    """The codes of one level in a column."""
    cell = sql.text(sql.identifier(column))
    rows = connection.execute(f"select distinct {cell} from {sql.identifier(observed.table)} where {cell} is not null limit {MOST_CODES}")
    return {code for (code,) in rows.fetchall() if areas.level_of(code) == level}


def _for_home(
    connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, alignment: Alignment, change: Change, place: Place
) -> Change:
    """What another vintage of small areas means for the city: how many it had and has, and how many names would join what is not the same."""
    later = alignment.later(change.column) if change.column else None
    if change.kind != "geography_vintage_changed" or change.evidence.get("by") != "codes" or not change.column or not later:
        return change
    old, new = _home_areas(connection, before, change.column, place), _home_areas(connection, after, later, place)
    if len(old) < 2 or len(new) < 2:
        return change
    codes, names = (
        len(old.keys() & new.keys()),
        len({bare_name(name) for name in old.values()} & {bare_name(name) for name in new.values()}),
    )
    if names <= codes and place.name in change.evidence.get("counts", {}):
        return replace(change, evidence={**change.evidence, "home_touched": codes < len(old)})  # the sentence has the counts
    words = f" {place.name} had {len(old)} of them and has {len(new)}: {codes} codes are in both, and {names} names"
    words += ", so that a join on the name is silently wrong." if names > codes else "."
    home = {"areas_before": len(old), "areas_after": len(new), "codes_in_both": codes, "names_in_both": names}
    return replace(change, what=change.what + words, evidence={**change.evidence, "home": home, "home_touched": codes < len(old)})


def _home_areas(connection: duckdb.DuckDBPyConnection, observed: Observed, column: str, place: Place) -> dict[str, str]:
    """The city's own areas in a column of codes (code -> name), by whichever other column names the city."""
    others = [one for one in observed.shape.columns if one.name != column and one.type == "text" and one.distinct <= 5_000]
    if not others:
        return {}
    source, code = sql.identifier(observed.table), sql.text(sql.identifier(column))
    hits = connection.execute(
        f"select "
        f"{', '.join(f'count(*) filter (trim({sql.identifier(one.name)}) = {sql.literal(place.name)})' for one in others)} from {source}"
    ).fetchone()
    by_hits = sorted(zip(hits or (), [one.name for one in others], strict=False), reverse=True)
    if not by_hits or not by_hits[0][0]:
        return {}
    name = sql.text(sql.identifier(observed.shape.area_name_column)) if observed.shape.area_name_column else "''"
    rows = connection.execute(
        f"select {code}, min({name}) from {source} where trim({sql.identifier(by_hits[0][1])}) = "
        f"{sql.literal(place.name)} and {code} is not null group by 1"
    ).fetchall()
    return {value: str(word or "") for value, word in rows}
