"""Roles: which column holds the period, which the area and its name, which columns are measures and which dimensions.

Read from the values first and from the names second. Refuses to call codes and identifiers measures because they are printed as numbers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import duckdb

from expectations.shape import Areas
from tasks.shape import areas, periods, sql
from tasks.shape.counts import Profile

_CODE = re.compile(
    r"(^|[_\s.])(code|cd|id|ids|urn|ukprn|laestab|estab|uprn|number|no|ref|reference|key|gss|sort_?order|typecode"
    r"|postcode|phone|telephone|version)$"
    r"|^(urn|ukprn|laestab|estab|la|lea|reid|objectid|fid|id|objectid_1|globalid)$",
    re.IGNORECASE,
)
_COUNT = re.compile(r"(^|[_\s])(number|no|count|total|num|t|sum)[_\s]", re.IGNORECASE)
_ROW_NUMBER = re.compile(
    r"^(object_?id(_\d+)?|fid|record_?(offset|count)|row_?(id|number|no)?|index|unnamed.*|x|column_?0?1?|_c0|)$", re.IGNORECASE
)
_PLACE = re.compile(r"^(long|lat|longitude|latitude|easting|northing|bng_[en]|x|y|eastings|northings|shape|geometry)$", re.IGNORECASE)
_AREA_NAME = re.compile(
    r"(^|[^a-z])(area|areanm|la|lad|lea|local "
    r"authority|ward|region|lsoa|msoa|geography|district|county|country)([^a-z]?(name|nm))?([^a-z]|$)|areanm|la_name",
    re.IGNORECASE,
)
_DIMENSION_NUMBERS = re.compile(
    r"(^|[_\s])(age|ages|sex|gender|ncyear|year_?group|decile|quintile|band|stage|key_?stage|tier|level)$", re.IGNORECASE
)


@dataclass(frozen=True)
class Roles:
    """What the columns are for. Columns that are neither measure nor dimension are attributes of a row."""

    period_column: str | None
    periods: tuple[str, ...]
    period_headers: tuple[str, ...]
    area_column: str | None
    area_name_column: str | None
    areas: tuple[Areas, ...]
    measures: tuple[str, ...]
    dimensions: tuple[str, ...]
    row_numbers: tuple[str, ...]
    dated_rows: bool  # the period is a day on which something happened, one row per event


def roles(connection: duckdb.DuckDBPyConnection, table: str, profiles: Sequence[Profile], rows: int) -> Roles:
    """The roles of the profiled columns of a table."""
    by_name = {one.name: one for one in profiles}
    period_column, labels, dated = _period(profiles, rows)
    headers = tuple(one.name for one in profiles if _is_period_header(one))
    area_levels = _areas(connection, table, profiles)
    area_column = _main_area(area_levels, by_name)
    row_numbers = _row_numbers(connection, table, profiles, rows)
    lowered = frozenset(name.lower() for name in by_name)
    measures = [
        one.name for one in profiles if one.name not in row_numbers and one.name != period_column and _is_measure(one, lowered, rows)
    ]
    dimensions = [
        one.name
        for one in profiles
        if one.name not in row_numbers and one.name not in measures and one.type != "empty" and not one.long and not _PLACE.match(one.name)
    ]
    name_column = _area_name(connection, table, area_column, profiles)
    if area_column is None:
        area_column = name_column
    if labels and not period_column:
        labels = []
    return Roles(
        period_column,
        tuple(labels or headers),
        headers,
        area_column,
        name_column,
        tuple(area_levels),
        tuple(measures),
        tuple(dimensions),
        row_numbers,
        dated,
    )


def _period(profiles: Sequence[Profile], rows: int) -> tuple[str | None, list[str], bool]:
    """The period column, its labels (oldest first), and whether its rows are dated events."""
    best: tuple[float, Profile, list[periods.Period]] | None = None
    for place, one in enumerate(profiles):
        if one.values is None or not one.said or one.type == "number":
            continue
        few = [value for value in islice(one.values, 40) if value not in one.markers]
        if sum(periods.parse(value) is not None or periods.parse(value, True) is not None for value in few) < 0.9 * len(few):
            continue
        read = periods.parse_all([value for value in one.values if value not in one.markers], one.name)
        if not read:
            continue
        named = periods.names_a_period(one.name)
        years_only = all(period.form == "year" for period in read)
        if not named and (years_only or any(period.form in ("glued", *periods.DAYS) for period in read)):
            continue
        wholly = (
            1.0 if re.fullmatch(r"(time_?period|period|date|year|month|reporting_?year|academic_?year)", one.name, re.IGNORECASE) else 0.0
        )
        score = (
            2 * wholly
            + named
            + one.filled / max(rows, 1)
            - place / 1000
            - (0.5 if re.search(r"code|sort|type", one.name, re.IGNORECASE) else 0)
        )
        if best is None or score > best[0]:
            best = (score, one, read)
    if best is None:
        return None, [], False
    _, one, read = best
    if any(period.form in periods.DAYS for period in read):
        return _dated(one, read, rows)
    return one.name, list(dict.fromkeys(period.label for period in read)), False


def _dated(one: Profile, read: Sequence[periods.Period], rows: int) -> tuple[str | None, list[str], bool]:
    """Days as periods: whole days in a series, months where the days are those of events, nothing where events span many years."""
    weights: dict[str, int] = {}
    for period in read:
        weights[period.start[:7]] = weights.get(period.start[:7], 0) + (one.values or {}).get(period.label, 0)
    events = len(read) > 12 and rows / len(read) < 4000 and len(weights) * 4 < len(read)
    if not events and len(read) <= 400:
        return one.name, list(dict.fromkeys(period.label for period in read)), False
    if len(weights) > 24:
        return None, [], True
    # Events of a release straddle its edges: a month that holds a twentieth of the rows or less is an edge, not a period.
    return one.name, sorted(month for month, count in weights.items() if count > one.filled / 20), True


def _is_period_header(one: Profile) -> bool:
    return one.numeric and periods.parse(re.sub(r"\.0$", "", one.name)) is not None


def _areas(connection: duckdb.DuckDBPyConnection, table: str, profiles: Sequence[Profile]) -> list[Areas]:
    """The levels of geography per column of GSS codes, with their vintages; and of columns whose name states a vintage."""
    found: list[Areas] = []
    for one in profiles:
        if one.numeric or one.type in ("empty", "date") or one.long:
            continue
        if not re.match(rf"{areas.GSS}$", (one.first or "")) and not re.match(rf"{areas.GSS}$", (one.last or "")):
            continue
        codes = gss_codes(connection, table, one)
        if len(codes) < 0.6 * one.distinct:
            continue
        stated = areas.header_vintage(one.name)
        for level in sorted({level for code in codes if (level := areas.level_of(code))}):
            of_level = [code for code in codes if areas.level_of(code) == level]
            if len(of_level) < 0.02 * len(codes):
                continue
            # Counties and districts in one column are one list of authorities: a split county shows in its successors.
            authorities = [code for code in codes if areas.level_of(code) in ("LAD", "county")]
            vintage = areas.codes_vintage(level, authorities if level in ("LAD", "county") else of_level)
            by_name = stated[1] if stated and stated[0] == level else None
            found.append(
                Areas(
                    one.name,
                    level,
                    len(of_level),
                    by_name or (vintage.words if vintage else None),
                    "column name" if by_name else "codes" if vintage else None,
                )
            )
    return found


def gss_codes(connection: duckdb.DuckDBPyConnection, table: str, one: Profile) -> list[str]:
    """The distinct GSS codes of a column."""
    if one.values is not None:
        return [value for value in one.values if re.fullmatch(areas.GSS, value)]
    # Told apart here and not in SQL, where the pattern would be tried on every row.
    rows = connection.execute(f"select distinct {sql.identifier(one.name)} from {sql.identifier(table)}").fetchall()
    return sorted({value.strip() for (value,) in rows if value and re.fullmatch(areas.GSS, value.strip())})


def _main_area(levels: Sequence[Areas], by_name: Mapping[str, Profile]) -> str | None:
    """The column whose codes tell the rows apart: the one with most codes; of two as fine, the first."""
    counts: dict[str, int] = {}
    for level in levels:
        counts[level.column] = counts.get(level.column, 0) + level.count
    return max(counts, key=lambda name: (counts[name], -list(by_name).index(name))) if counts else None


def _area_name(connection: duckdb.DuckDBPyConnection, table: str, area_column: str | None, profiles: Sequence[Profile]) -> str | None:
    """The column of names that goes with the area codes one to one; or, without codes, a column that calls itself an area."""
    texts = [one for one in profiles if one.type in ("text", "boolean") and not one.long and one.name != area_column]
    if area_column is None:
        named = [one for one in texts if _AREA_NAME.search(one.name) and one.distinct > 2]
        return max(named, key=lambda one: one.distinct).name if named else None
    codes = next(one for one in profiles if one.name == area_column)
    near = [
        one
        for one in texts
        if 0.5 * codes.distinct <= one.distinct <= 1.5 * codes.distinct and (one.distinct > 1 or _AREA_NAME.search(one.name))
    ]
    best: tuple[float, str] | None = None
    code = sql.text(sql.identifier(area_column))
    for one in near[:8]:
        name = sql.text(sql.identifier(one.name))
        found = connection.execute(
            f"select count(*), count(distinct code), count(distinct name) from (select distinct {code} as code, {name} as name "
            f"from {sql.identifier(table)} where {code} is not null and {name} is not null)"
        ).fetchone()
        pairs, left, right = found or (0, 0, 0)
        if not pairs or min(left, right) < 0.7 * pairs:
            continue
        score = min(left, right) / pairs + (0.5 if _AREA_NAME.search(one.name) or re.search(r"name|nm$", one.name, re.IGNORECASE) else 0)
        if re.match(areas.GSS, one.first or "") or _CODE.search(one.name) or (one.first or "0")[0].isdigit():
            score -= 1
        if best is None or score > best[0]:
            best = (score, one.name)
    return best[1] if best else None


def _row_numbers(connection: duckdb.DuckDBPyConnection, table: str, profiles: Sequence[Profile], rows: int) -> tuple[str, ...]:
    """Columns that only count the rows: one number for each, rising by one from row to row."""
    found = []
    for one in profiles:
        if one.type != "integer" or one.maximum is None or one.minimum is None:
            continue
        if _ROW_NUMBER.match(one.name.strip()) and (one.distinct >= 0.98 * rows or one.distinct == 1):
            found.append(one.name)
        elif one.filled == rows and rows > 5 and one.maximum - one.minimum == rows - 1 and one.distinct >= 0.98 * rows:
            cell = sql.plain_number(sql.identifier(one.name))
            steps = connection.execute(
                f"select count(distinct {cell} - rowid) from (select rowid, * from {sql.identifier(table)} limit 20000)"
            ).fetchone()
            if steps and steps[0] == 1:
                found.append(one.name)
    return tuple(found)


def _is_measure(one: Profile, lowered: frozenset[str], rows: int) -> bool:
    if not one.numeric or _PLACE.match(one.name):
        return False
    if one.type == "number":
        return True
    if _DIMENSION_NUMBERS.search(one.name) or periods.names_a_period(one.name) or one.padded:
        return False
    if _CODE.search(one.name) and not _COUNT.search(one.name + " "):
        return False
    if any(f"{one.name.lower()}{ending}" in lowered for ending in ("_name", "_code", "_desc", "name", " name")):
        return False
    # Fixed-width identifiers: one number of the same length for every row.
    if (
        one.distinct == rows
        and rows > 20
        and one.first
        and one.last
        and len(one.first) == len(one.last) >= 5
        and one.minimum
        and one.maximum
    ):
        return len(str(int(one.minimum))) != len(str(int(one.maximum)))
    return True
