"""Observe the shape of a table that was read: columns, types, categories, markers, key, areas and their vintage, periods, a fingerprint.

Refuses to interpret: everything here can be counted in the table, and what was inferred is said in the shape's notes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from expectations.errors import EvidenceError
from expectations.shape import Column, Layout, Shape
from tasks.shape import sql
from tasks.shape.content import fingerprint
from tasks.shape.counts import Profile
from tasks.shape.key import infer_key, key_duplicates, key_share
from tasks.shape.profile import CATEGORIES, profile, quantile_step
from tasks.shape.roles import Roles, roles

ROW = "_row"  # the reader's own column: where a record stands in its file
FEW_DRESSED = 0.05  # share of the numbers that are printed with separators; below it the column is as good as plain
OWN_COLUMNS = (ROW, "_part")


def observe(connection: duckdb.DuckDBPyConnection, table: str, layouts: Mapping[str, Layout], key: Sequence[str] | None = None) -> Shape:
    """The shape of `table` (all columns VARCHAR, plus the reader's `_row`). `key`: the declared grain in raw columns; inferred where None.

    Raises `shape.no_such_column` when the given key names a column that the table has not.
    """
    names = column_names(connection, table)
    if key is not None:
        _refuse_unknown(key, names, table)
    found = connection.execute(f"select count(*) from {sql.identifier(table)}").fetchone()
    rows = int(found[0]) if found else 0
    profiles = profile(connection, table, names, rows)
    played = roles(connection, table, profiles, rows)
    if key is None:
        chosen, duplicates = infer_key(connection, table, profiles, played, rows)
    else:
        chosen, duplicates = tuple(key), key_duplicates(connection, table, key, rows)
    return Shape(
        rows=rows,
        columns=tuple(_column(one, place, rows, played, chosen) for place, one in enumerate(profiles)),
        layouts=dict(layouts),
        key=chosen,
        key_duplicates=duplicates,
        measures=tuple(name for name in played.measures if name not in chosen),
        period_column=played.period_column,
        periods=played.periods,
        area_column=played.area_column,
        areas=played.areas,
        content=fingerprint(connection, table, profiles, rows),
        area_name_column=played.area_name_column,
        key_inferred=key is None,
        period_headers=played.period_headers,
        notes=(*_notes(chosen, duplicates, key is None, played), *_estimated(profiles, chosen, rows)),
    )


def column_names(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    """The publisher's columns of a table, in order, without the reader's own."""
    described = connection.execute(f"select * from {sql.identifier(table)} limit 0").description
    return [str(column[0]) for column in described if column[0] not in OWN_COLUMNS]


def _column(one: Profile, place: int, rows: int, played: Roles, key: Sequence[str]) -> Column:
    role = (
        "key"
        if one.name in key
        else "measure"
        if one.name in played.measures
        else "row_number"
        if one.name in played.row_numbers
        else "attribute"
    )
    return Column(
        name=one.name,
        position=place,
        type=one.type,
        filled=one.filled,
        empty=rows - one.filled,
        distinct=one.distinct,
        role=role,
        categories=_categories(one, rows),
        markers=dict(sorted(one.markers.items())),
        minimum=_end(one, one.minimum, one.first),
        maximum=_end(one, one.maximum, one.last),
        format=_format(one),
        quantiles=one.quantiles,
        decimals=one.type == "number",
        numbers=one.numbers,
    )


def _categories(one: Profile, rows: int) -> tuple[str, ...] | None:
    """Every value but the markers, of a column that has few and repeats them."""
    if one.values is None or one.type in ("number", "date", "empty"):
        return None
    values = sorted(value for value in one.values if value not in one.markers)
    few = len(values) <= CATEGORIES and (len(values) <= 12 or len(values) <= 0.5 * rows)
    return tuple(values) if few else None


def _end(one: Profile, number: float | None, word: str | None) -> str | None:
    if one.type == "text" and one.long:
        return None
    if one.numeric and number is not None:
        return f"{number:.15g}"
    return word


def _format(one: Profile) -> str | None:
    if one.type == "date":
        return one.date_form
    if one.numeric and one.dressed:
        if one.percents or one.priced:
            return "percent" if one.percents else "currency"
        return "thousands" if one.dressed >= FEW_DRESSED * one.numbers else "thousands in places"
    return "padded" if one.numeric and one.padded else None


def _notes(key: Sequence[str], duplicates: int, inferred: bool, played: Roles) -> tuple[str, ...]:
    notes = []
    if inferred:
        notes.append(f"key inferred: {', '.join(key)}" if key else "no key found: the rows are not told apart by their dimensions")
    if key and duplicates:
        notes.append(f"{duplicates} rows share a key with another")
    if played.period_column:
        notes.append(f"periods read from {played.period_column!r}")
    elif played.period_headers:
        notes.append("periods read from the header: " + ", ".join(played.period_headers[:6]))
    if played.measures:
        notes.append(f"{len(played.measures)} measures inferred")
    return tuple(notes)


def _estimated(profiles: Sequence[Profile], key: Sequence[str], rows: int) -> tuple[str, ...]:
    """What was not counted exactly, because the table is large."""
    notes = []
    sketched = [one.name for one in profiles if one.sketched]
    if sketched:
        notes.append(f"different values estimated (HyperLogLog, may be a tenth off): {', '.join(sketched)}")
    if quantile_step(rows) > 1 and any(one.quantiles for one in profiles):
        notes.append(f"quantiles from every {quantile_step(rows):,}th row")
    if key and key_share(rows) > 1:
        notes.append(f"rows that share a key estimated from one key in {key_share(rows):,}")
    return tuple(notes)


def _refuse_unknown(key: Sequence[str], names: Sequence[str], table: str) -> None:
    missing = [name for name in key if name not in names]
    if missing:
        raise EvidenceError(
            code="shape.no_such_column",
            where=f"table {table}",
            expected=f"key columns {', '.join(key)}",
            found=f"no column {', '.join(missing)}",
        )
