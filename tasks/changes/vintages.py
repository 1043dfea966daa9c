"""Vintages: areas of another year, by what the column names state and by what the codes show; needs no data.

Refuses to call two sets of codes of different vintages while one year fits both.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from expectations.change import Change, Severity
from expectations.shape import Areas, Shape
from tasks.changes.observed import Alignment, Observed
from tasks.changes.words import listed, quoted
from tasks.shape import areas


def vintage_changes(before: Observed, after: Observed, alignment: Alignment) -> list[Change]:
    """geography_vintage_changed, by what the column names state and by what the codes show; needs no data."""
    changes = []
    stated: dict[str, tuple[str, str, list[tuple[str, str]]]] = {}
    for rename in alignment.renamed:
        old, new = areas.header_vintage(rename.before), areas.header_vintage(rename.after)
        if old and new and old[0] == new[0] and old[1] != new[1]:
            stated.setdefault(old[0], (old[1], new[1], []))[2].append((rename.before, rename.after))
    for level, (old_year, new_year, columns) in stated.items():
        same = _same_codes(alignment, columns)
        words = (
            f" All {same} codes are the same, so the areas may well be too; but whatever reads the column by its name breaks."
            if same
            else ""
        )
        what = (
            f"The {level} columns are now named for {new_year} instead of {old_year} "
            f"({listed([f'{quoted(b)} became {quoted(a)}' for b, a in columns], 2)}).{words}"
        )
        evidence = {"level": level, "by": "column name", "columns": [list(pair) for pair in columns], "same_codes": same}
        changes.append(
            Change("geography_vintage_changed", Severity.BREAKING, what, columns[0][0], old_year, new_year, evidence, f"{level}\x1fname")
        )
    for earlier, later in alignment.pairs:
        changes += _vintage_by_codes(before.shape, after.shape, earlier, later, set(stated))
    return changes


def _vintage_by_codes(before: Shape, after: Shape, earlier: str, later: str, stated: set[str]) -> list[Change]:
    changes: list[Change] = []
    for old in before.areas:
        new = next((level for level in after.areas if level.column == later and level.level == old.level), None)
        if old.column != earlier or new is None or old.level in stated or not old.vintage or not new.vintage or old.vintage == new.vintage:
            continue
        if old.by != "codes" or new.by != "codes" or not _apart(old, new):
            continue
        authorities = old.level in ("LAD", "county")
        if authorities and any(change.evidence.get("authorities") for change in changes):
            continue  # counties and districts of one column are one list, told once
        changes.append(vintage_by_codes(old, new, later, old.vintage, new.vintage))
    return changes


def vintage_by_codes(old: Areas, new: Areas, later: str, was: str, now: str) -> Change:
    """geography_vintage_changed, as the codes show it. `was` and `now` are the vintages in words."""
    authorities = old.level in ("LAD", "county")
    whose = "authority" if authorities else old.level
    what = (
        f"The {whose} codes in {quoted(later)} were those {_of(was)} and are now those {_of(now)}: "
        "areas were split, merged or drawn anew, and figures on the two sides are not of the same places."
    )
    evidence = {"level": old.level, "authorities": authorities, "by": "codes", "areas_before": old.count, "areas_after": new.count}
    return Change("geography_vintage_changed", Severity.BREAKING, what, old.column, was, now, evidence, f"{whose}\x1fcodes\x1f{now}")


def _of(vintage: str) -> str:
    """`of 2021 to 2022`; `given out by 2017` where only the time of the newest code is known."""
    return vintage if "given out" in vintage else f"of {vintage}"


def _apart(old: Areas, new: Areas) -> bool:
    """Whether the two sets of codes cannot be of one vintage: the later has codes that the earlier's time did not know."""
    return _years(old)[0] != _years(new)[0] and not (
        _years(new)[0] <= _years(old)[1] and not _mixed(old) and not _mixed(new) and _years(old)[0] <= _years(new)[1] and _overlap(old, new)
    )


def _overlap(old: Areas, new: Areas) -> bool:
    (first, last), (start, end) = _years(old), _years(new)
    return max(first, start) <= min(last, end)


def _mixed(level: Areas) -> bool:
    return "mixture" in (level.vintage or "")


def _years(level: Areas) -> tuple[int, int]:
    words = level.vintage or ""
    years = [int(year) for year in re.findall(r"(?:19|20)\d\d", words)]
    if not years:
        return 0, 9999
    if "or earlier" in words or "up to" in words:
        return 0, years[0]
    if "given out" in words:
        return years[-1], years[-1]  # two bands never overlap: a code of the newer one was not there before
    if "or later" in words or "and later" in words:
        return years[0], 9999
    return years[-1] if _mixed(level) else years[0], years[-1]


def _same_codes(alignment: Alignment, columns: Sequence[tuple[str, str]]) -> int:
    """How many codes there are, when the earlier and the later column hold the very same; 0 otherwise."""
    for rename in alignment.renamed:
        facts = rename.evidence
        if (rename.before, rename.after) not in columns or not re.search(r"CD$|code", rename.before, re.IGNORECASE):
            continue
        if facts.get("values_in_both") and facts["values_in_both"] == facts["values_before"] == facts["values_after"]:
            return int(facts["values_in_both"])
        if facts.get("values_equal") and facts["values_equal"] == facts["values_compared"]:
            return int(facts["values_equal"])
    return 0
