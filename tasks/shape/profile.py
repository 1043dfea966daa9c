"""Profile the columns of a table: what is filled, of which type, which markers, which values where there are few.

Small tables are counted exactly, value by value. A large table is counted in one pass, and value by value only where a column has few values.
Refuses to call a column a number because most of it looks like one: what is not a number must be a marker, or rare.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import duckdb

from expectations.shape import MARKERS
from tasks.shape import sql
from tasks.shape.counts import STRAY_SHARE, STRAY_WORDS, Profile, settle_strays

EXACT_CELLS = 1_500_000  # up to here every distinct value of every column is counted
FEW_VALUES = 2_000  # above it, only columns with about this many distinct values or fewer are
CATEGORIES = 300  # a column with more distinct values lists none
LONG_TEXT = 200  # characters; longer cells (geometries, notes) are not kept as values
SAMPLE_ROWS = 100_000  # for quantiles
CHUNK = 60  # columns in one query
QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)


def profile(connection: duckdb.DuckDBPyConnection, table: str, names: Sequence[str], rows: int) -> list[Profile]:
    """One profile per column, in order."""
    count = _exact if rows * len(names) <= EXACT_CELLS else _in_one_pass
    profiles = count(connection, table, names)
    for one in profiles:
        settle_strays(one)
    _quantiles(connection, table, profiles, rows)
    return profiles


def _exact(connection: duckdb.DuckDBPyConnection, table: str, names: Sequence[str]) -> list[Profile]:
    """Count every distinct value of every column, then look at each distinct value once."""
    profiles = {name: Profile(name) for name in names}
    if not names:
        return []
    columns = ", ".join(sql.identifier(name) for name in names)
    # `distinct` would split a value by its blanks: they are taken off first.
    connection.execute(
        f"create or replace temp table _values as select c, {sql.text('v')} as v, count(*) as n "
        f"from (unpivot (select {columns} from {sql.identifier(table)}) on columns(*) into name c value v) where "
        f"{sql.text('v')} is not null group by all"
    )
    for row in connection.execute(f"select c, {_measures('v', 'n')} from _values group by c").fetchall():
        _fill(profiles[row[0]], row[1:])
    _read_values(connection, profiles)
    connection.execute("drop table _values")
    return list(profiles.values())


def _in_one_pass(connection: duckdb.DuckDBPyConnection, table: str, names: Sequence[str]) -> list[Profile]:
    profiles = {name: Profile(name) for name in names}
    source = sql.identifier(table)
    for chunk in _chunks(names):
        found = (
            connection.execute(
                f"select {', '.join(f'approx_count_distinct({sql.identifier(name)})' for name in chunk)} from {source}"
            ).fetchone()
            or ()
        )
        for name, distinct in zip(chunk, found, strict=True):
            profiles[name].distinct = int(distinct)
    few = [name for name in names if profiles[name].distinct <= FEW_VALUES]
    many = [name for name in names if profiles[name].distinct > FEW_VALUES]
    # Blanks are taken off the distinct values, not off every cell.
    selects = [
        f"select {sql.literal(name)} as c, {sql.text('v')} as v, sum(n)::bigint as n "
        f"from (select {sql.identifier(name)} as v, count(*) as n from {source} where {sql.identifier(name)} is "
        f"not null group by 1) group by 2"
        for name in few
    ]
    connection.execute(f"create or replace temp table _values as {' union all '.join(selects) or _NO_VALUES}")
    for row in connection.execute(f"select c, {_measures('v', 'n')} from _values where v is not null group by c").fetchall():
        _fill(profiles[row[0]], row[1:])
    _read_values(connection, profiles)
    connection.execute("drop table _values")
    for name in many:
        distinct = profiles[name].distinct
        _fill(profiles[name], _cheap_measures(connection, source, name))
        profiles[name].distinct, profiles[name].sketched = distinct, True
        _markers_of_many(connection, source, profiles[name])
    return list(profiles.values())


_NO_VALUES = "select '' as c, '' as v, 0 as n where false"


def _measures(cell: str, weight: str) -> str:
    """The aggregates that tell a column's type, each weighted by how often the value stands."""
    number, plain, day = sql.number(cell), sql.plain_number(cell), sql.date(cell)
    in_range = f"length({cell}) between 6 and 30 and {sql.plain_number(cell)} is null and regexp_matches({cell}, '^[0-9]')"
    return f"""
        sum({weight}), count(*),
        sum({weight}) filter (({number}) is not null),
        sum({weight}) filter (({number}) = floor({number})),
        sum({weight}) filter (case when {in_range} then {day} end is not null),
        sum({weight}) filter (({plain}) is null and ({number}) is not null),
        sum({weight}) filter (ends_with({cell}, '%') and ({number}) is not null),
        sum({weight}) filter (regexp_matches({cell}, '^0[0-9]+$')), sum({weight}) filter (regexp_matches({cell}, '[£$€]') and ({number}) is not null),
        min({number}), max({number}), min(left({cell}, 100)), max(left({cell}, 100)), max(length({cell})),
        max(case when {in_range} then {_date_form(cell)} end)"""


def _date_form(cell: str) -> str:
    cases = " ".join(
        f"when try_strptime({cell}, {sql.literal(form)}) is not null then {sql.literal(form.replace('%', ''))}" for form in sql.DATE_FORMATS
    )
    return f"case when try_cast({cell} as date) is not null then 'Y-m-d' {cases} end"


def _cheap_measures(connection: duckdb.DuckDBPyConnection, source: str, name: str) -> tuple[Any, ...]:
    """The same aggregates over a whole large column, looking only for what a sample of it says that it holds."""
    cell = sql.identifier(name)
    sample = f"(select {cell} from {source} where {cell} is not null limit 5000)"
    plain, dressed, days, long = connection.execute(
        f"select count({sql.plain_number(cell)}), count({sql.dressed_number(cell)}), count(case when "
        f"{sql.plain_number(cell)} is null then {sql.date(cell)} end), "
        f"max(length({cell})) from {sample}"
    ).fetchone() or (0, 0, 0, 0)
    filled = f"count({cell}), 0"
    ends = f"min(left({cell}, 100)), max(left({cell}, 100))"
    if (plain and plain == dressed) or plain > dressed:
        number = sql.plain_number(cell)
        whole = f"count(*) filter ({number} = floor({number}))"
        query = (
            f"select {filled}, count({number}), {whole}, 0, 0, 0, 0, 0, min({number}), max({number}), {ends}, "
            f"{int(long)}, null from {source}"
        )
        found = connection.execute(query).fetchone() or ()
        if found and found[2] >= 0.5 * found[0]:
            return found
    if dressed or plain or days:
        return connection.execute(f"select {_measures(cell, '1')} from {source} where {cell} is not null").fetchone() or ()
    return (
        connection.execute(f"select {filled}, 0, 0, 0, 0, 0, 0, 0, null, null, {ends}, max(length({cell})), null from {source}").fetchone()
        or ()
    )


def _markers_of_many(connection: duckdb.DuckDBPyConnection, source: str, one: Profile) -> None:
    """In a large column of mostly numbers, count what stands in their place."""
    if not one.numbers or one.numbers == one.filled:
        return
    cell = sql.identifier(one.name)
    rows = connection.execute(
        f"select {sql.text(cell)}, count(*) from {source} where {cell} is not null and ({sql.number(cell)}) is "
        f"null group by 1 order by 2 desc limit {STRAY_WORDS + len(MARKERS)}"
    ).fetchall()
    strays = {value: count for value, count in rows if value is not None}
    one.markers = {value: count for value, count in strays.items() if value in MARKERS}
    rest = {value: count for value, count in strays.items() if value not in MARKERS}
    if rest and len(rest) <= STRAY_WORDS and sum(rest.values()) <= STRAY_SHARE * one.filled:
        one.markers |= rest


def _fill(one: Profile, found: Sequence[Any]) -> None:
    if not found:
        return
    counts = [int(value or 0) for value in found[:9]]
    one.filled, one.distinct, one.numbers, one.whole, one.dates, one.dressed, one.percents, one.padded, one.priced = counts
    one.minimum, one.maximum, one.first, one.last = found[9:13]
    one.long = int(found[13] or 0) > LONG_TEXT
    one.date_form = found[14]


def _read_values(connection: duckdb.DuckDBPyConnection, profiles: dict[str, Profile]) -> None:
    """The values of columns that have few, and of any column the markers."""
    listed = [name for name, one in profiles.items() if 0 < one.distinct <= FEW_VALUES and not one.long]
    rows = connection.execute(f"select c, v, n from _values where v is not null and c in {sql.literals(listed)}").fetchall()
    for name in listed:
        profiles[name].values = {}
    for name, value, count in rows:
        values = profiles[name].values
        if values is not None:
            values[value] = int(count)
    # What is not a number, in the columns that are mostly numbers; and the symbols that are markers anywhere.
    numeric = [name for name, one in profiles.items() if one.numbers]
    strays = connection.execute(
        f"select c, v, n from (select c, v, n, row_number() over (partition by c order by n desc) as place from _values "
        f"where c in {sql.literals(numeric)} and v is not null and ({sql.number('v')}) is null) where place <= 60 "
        f"or v in {sql.literals(sorted(MARKERS))}"
    ).fetchall()
    for name, value, count in strays:
        profiles[name].markers[value] = int(count)
    others = [name for name, one in profiles.items() if not one.numbers]
    for name, value, count in connection.execute(
        f"select c, v, n from _values where c in {sql.literals(others)} and v in {sql.literals(sorted(MARKERS))}"
    ).fetchall():
        profiles[name].markers[value] = int(count)


def quantile_step(rows: int) -> int:
    """Of the rows of a table, every how-manieth is looked at for quantiles."""
    return max(1, rows // SAMPLE_ROWS)


def _quantiles(connection: duckdb.DuckDBPyConnection, table: str, profiles: Sequence[Profile], rows: int) -> None:
    numeric = [one for one in profiles if one.numeric]
    step = quantile_step(rows)
    source = f"(select * from {sql.identifier(table)} where rowid % {step} = 0)" if step > 1 else sql.identifier(table)
    points = "[" + ", ".join(str(point) for point in QUANTILES) + "]"
    for chunk in _chunks([one.name for one in numeric]):
        wanted = ", ".join(f"quantile_disc({sql.number(sql.identifier(name))}, {points})" for name in chunk)
        found = connection.execute(f"select {wanted} from {source}").fetchone() or ()
        by_name = dict(zip(chunk, found, strict=True))
        for one in numeric:
            if by_name.get(one.name):
                one.quantiles = tuple(float(value) for value in by_name[one.name])


def _chunks(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), CHUNK):
        yield names[start : start + CHUNK]
