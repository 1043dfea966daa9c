"""Places: the names that go with codes, and codes that stand for another place or spell its name otherwise.

Refuses to call a council that took another name another place, where the register says so.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

import duckdb

from expectations.change import Change, Severity
from expectations.shape import Shape
from tasks.changes.observed import Observed, Place
from tasks.changes.words import counted, listed, quoted
from tasks.shape import areas, sql

MOST_CODES = 400_000
ALIKE = 0.6  # resemblance of two names of one code; below it the code stands for another place


def renamed_places(
    connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, pair: tuple[str, str], place: Place
) -> list[Change]:
    """One code under another name: another place if the names have nothing in common (area_recoded), else another spelling (category_renamed)."""
    old, new = names_of(connection, before, pair[0], None, one_name=True), names_of(connection, after, pair[1], None, one_name=True)
    other = {code: (old[code], new[code]) for code in sorted(old.keys() & new.keys()) if bare_name(old[code]) != bare_name(new[code])}
    strange = {
        code: names for code, names in other.items() if _alike(*names) < ALIKE and not set(names) <= set(areas.OTHER_NAMES.get(code, ()))
    }
    spelt = {code: names for code, names in other.items() if code not in strange}
    changes = []
    if strange and len(strange) <= 0.3 * len(old):
        shown = [f"{code} was {names[0]} and is now {names[1]}" for code, names in strange.items()]
        home = place.code in strange
        what = f"{counted(len(strange), 'code stands', 'codes stand')} for another place in {quoted(pair[1])}: {listed(shown, 3)}."
        evidence = {
            "count": len(strange),
            "examples": [{"code": c, "before": n[0], "after": n[1]} for c, n in list(strange.items())[:5]],
            "by": "the names",
            "home_touched": home,
        }
        befores, afters = [names[0] for names in strange.values()][:50], [names[1] for names in strange.values()][:50]
        changes.append(
            Change("area_recoded", Severity.BREAKING, what, pair[1], befores, afters, evidence, "names\x1f" + "\x1f".join(strange))
        )
    if spelt:
        name_column = after.shape.area_name_column or pair[1]
        shown = [f"{quoted(names[0])} is now {quoted(names[1])}" for names in spelt.values()]
        what = (
            f"{counted(len(spelt), 'area has', 'areas have')} another name under the same code in "
            f"{quoted(name_column)}: {listed(shown, 3)}. A join on the name misses {'it' if len(spelt) == 1 else 'them'}."
        )
        evidence = {
            "renamed": {names[0]: names[1] for names in list(spelt.values())[:50]},
            "count": len(spelt),
            "home_touched": place.code in spelt,
        }
        changes.append(
            Change("category_renamed", Severity.WARNING, what, name_column, None, None, evidence, "names\x1f" + "\x1f".join(spelt))
        )
    return changes


def names_of_both(connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, pair: tuple[str, str]) -> dict[str, str]:
    return {**names_of(connection, before, pair[0], None), **names_of(connection, after, pair[1], None)}


def names_of(
    connection: duckdb.DuckDBPyConnection, observed: Observed, column: str, codes: Sequence[str] | None, one_name: bool = False
) -> dict[str, str]:
    """The name that stands beside each code; the column of names is the one whose own name goes with the code column's."""
    name_column = observed.shape.area_name_column if column == observed.shape.area_column else _beside(observed.shape, column)
    if not name_column or name_column == column:
        return {}
    code, name = sql.text(sql.identifier(column)), sql.text(sql.identifier(name_column))
    condition = f" and {code} in {sql.literals(codes)}" if codes is not None else ""
    rows = connection.execute(
        f"select {code}, min({name}), count(distinct {name}) from {sql.identifier(observed.table)} where {code} is "
        f"not null and {name} is not null{condition} group by 1 limit {MOST_CODES}"
    ).fetchall()
    return {value: str(word) for value, word, words in rows if words <= (1 if one_name else 3)}


def _beside(shape: Shape, column: str) -> str | None:
    """`region_name` for `region_code`, `LAD22NM` for `LAD22CD`."""
    wanted = [
        re.sub(r"code$", "name", column, flags=re.IGNORECASE),
        re.sub(r"CD$", "NM", column),
        re.sub(r"cd$", "nm", column),
        column.replace("_code", "_name").replace("new_", ""),
        column.replace(" code", " name"),
        column.replace("Code", "Name"),
    ]
    return next((name for name in wanted if name != column and shape.column(name)), None)


def bare_name(name: str) -> str:
    bare = re.sub(
        r"\b(city of|county of|the|county ua|ua|, city of|, county of)\b", " ", name.lower().replace("&", "and").replace("st.", "st")
    )
    return re.sub(r"[^a-z0-9]+", "", bare)


def _alike(one: str, other: str) -> float:
    first, second = bare_name(one), bare_name(other)
    if first in second or second in first:
        return 1.0
    return difflib.SequenceMatcher(None, first, second).ratio()
