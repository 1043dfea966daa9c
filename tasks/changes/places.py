"""Places: the names that go with codes, and codes that stand for another place or spell its name otherwise.

Refuses to call a council that took another name another place: only a name that is another place's own shows that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import duckdb

from expectations.change import Change, Severity
from expectations.shape import Shape
from tasks.changes.observed import Alignment, Observed, Place
from tasks.changes.words import counted, listed, quoted
from tasks.shape import areas, sql
from tasks.shape.authorities import known_as

MOST_CODES = 400_000


def difference(
    connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, pair: tuple[str, str]
) -> tuple[list[str], list[str]]:
    """(codes that only the earlier table has, codes that only the later has), without what stands in place of a code."""
    sets: list[set[str]] = []
    for observed, name in ((before, pair[0]), (after, pair[1])):
        cell = sql.text(sql.identifier(name))
        rows = connection.execute(
            # As printed first, and materialized: a condition would else be held against every row.
            f"with cells as materialized (select distinct {sql.identifier(name)} from {sql.identifier(observed.table)}) "
            f"select distinct {cell} from cells where {cell} is not null limit {MOST_CODES}"
        ).fetchall()
        column = observed.shape.column(name)
        sets.append({value for (value,) in rows} - set(column.markers if column else ()))
    return sorted(sets[0] - sets[1]), sorted(sets[1] - sets[0])


def renamed_places(
    connection: duckdb.DuckDBPyConnection,
    before: Observed,
    after: Observed,
    alignment: Alignment,
    pair: tuple[str, str],
    place: Place,
) -> list[Change]:
    """One code under another name: the place took that name (category_renamed), unless the name is another place's (area_recoded).

    It is another place's where the earlier table gave it to another code, or where it is the name of another authority.
    """
    columns = _name_columns(before.shape, after.shape, alignment, pair)
    if columns is None:
        return []
    old = _names(connection, before, pair[0], columns[0], None, one_name=True)
    new = _names(connection, after, pair[1], columns[1], None, one_name=True)
    other = {code: (old[code], new[code]) for code in sorted(old.keys() & new.keys()) if bare_name(old[code]) != bare_name(new[code])}
    owners: dict[str, set[str]] = {}
    for code, name in old.items():
        owners.setdefault(bare_name(name), set()).add(code)
    strange = {code: names for code, names in other.items() if _is_anothers(code, names[1], owners)}
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
        name_column = columns[1]
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
    """The names that go with the codes of either table; where both have one, the later."""
    return {**names_of(connection, before, pair[0], None), **names_of(connection, after, pair[1], None)}


def names_of(
    connection: duckdb.DuckDBPyConnection, observed: Observed, column: str, codes: Sequence[str] | None, one_name: bool = False
) -> dict[str, str]:
    """The name that stands beside each code; the column of names is the one whose own name goes with the code column's."""
    name_column = _names_beside(observed.shape, column)
    return _names(connection, observed, column, name_column, codes, one_name) if name_column else {}


def _names(
    connection: duckdb.DuckDBPyConnection, observed: Observed, column: str, name_column: str, codes: Sequence[str] | None, one_name: bool
) -> dict[str, str]:
    code, name = sql.text(sql.identifier(column)), sql.text(sql.identifier(name_column))
    condition = f" and {code} in {sql.literals(codes)}" if codes is not None else ""
    rows = connection.execute(
        # Few pairs stand on many rows: they are made distinct first, as printed.
        f"with cells as materialized (select distinct {sql.identifier(column)}, {sql.identifier(name_column)} "
        f"from {sql.identifier(observed.table)}) select {code}, min({name}), count(distinct {name}) from cells "
        f"where {code} is not null and {name} is not null{condition} group by 1 limit {MOST_CODES}"
    ).fetchall()
    return {value: str(word) for value, word, words in rows if words <= (1 if one_name else 3)}


def _names_beside(shape: Shape, column: str) -> str | None:
    name = shape.area_name_column if column == shape.area_column else _beside(shape, column)
    return name if name != column else None


def _name_columns(before: Shape, after: Shape, alignment: Alignment, pair: tuple[str, str]) -> tuple[str, str] | None:
    """The same column of names in both tables: names of two columns held against each other would differ by nature."""
    earlier, later = _names_beside(before, pair[0]), _names_beside(after, pair[1])
    if earlier and (same := alignment.later(earlier)) and same != pair[1]:
        return earlier, same
    if later and (same := alignment.earlier(later)) and same != pair[0]:
        return same, later
    return None


def _is_anothers(code: str, name: str, owners: Mapping[str, set[str]]) -> bool:
    """Whether a name that came to stand beside a code is the name of another place."""
    before = owners.get(bare_name(name), set())
    if before and code not in before:
        return True
    known = known_as(name) if areas.level_of(code) in ("LAD", "county") else frozenset()
    return bool(known) and code not in known


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
    """A place's name without case, punctuation and what only says that it is a city or a county."""
    bare = re.sub(
        r"\b(city of|county of|the|county ua|ua|, city of|, county of)\b", " ", name.lower().replace("&", "and").replace("st.", "st")
    )
    return re.sub(r"[^a-z0-9]+", "", bare)
