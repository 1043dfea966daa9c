"""Keys and volume: rows that share a key, areas that stand twice, rows that are fewer or more than the periods explain.

Refuses to blame a new period, or a dimension that had one value and now has several, for an inferred key that is too short.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import duckdb

from expectations.change import Change, Severity
from expectations.shape import Shape
from tasks.changes.delivery import repeated_rows
from tasks.changes.match import Match
from tasks.changes.observed import Alignment, Observed
from tasks.changes.words import counted, listed, quoted, share
from tasks.shape import sql

FEW = 0.005  # of the rows; fewer that share a guessed key show that the guess was wrong
FELL = 0.005  # of the rows of the shared periods; fewer are said, and no alarm
INCREMENT_FELL = 0.2  # a new month of events may be much smaller than the last, and is hardly ever a fifth of it


def key_changes(
    connection: duckdb.DuckDBPyConnection, before: Shape, after: Observed, alignment: Alignment, key: Sequence[str] | None
) -> list[Change]:
    """key_duplicated, when the key that held before no longer tells the rows apart."""
    wanted = list(key or before.key)
    later = [name for earlier in wanted if (name := alignment.later(earlier))]
    if not wanted or len(later) < len(wanted):
        return []
    if key is None:
        later += _grown(before, after.shape, alignment, later)
    if tuple(later) == after.shape.key and not after.shape.key_duplicates:
        return []
    cells = ", ".join(f"coalesce({sql.text(sql.identifier(name))}, '')" for name in later)
    source = sql.identifier(after.table)
    found = connection.execute(
        f"select count(*), coalesce(sum(n), 0) from (select count(*) as n from {source} group by {cells} having count(*) > 1)"
    ).fetchone()
    groups, rows = (int(found[0]), int(found[1])) if found else (0, 0)
    spare = rows - groups
    if spare <= before.key_duplicates or spare <= 0:
        return []
    examples = connection.execute(
        f"select {cells}, count(*) from {source} group by {cells} having count(*) > 1 order by count(*) desc, 1 limit 5"
    ).fetchall()
    shown = [dict(zip([*later, "rows"], [*row[:-1], row[-1]], strict=True)) for row in examples]
    before_words = "told every row apart" if not before.key_duplicates else f"left {counted(before.key_duplicates, 'row')} over"
    what = (
        f"{counted(groups, 'key')} of ({', '.join(later)}) now stand on more than one row ({counted(spare, 'row')} too many); "
        f"before, this key {before_words}. For example "
        f"{listed([f'{name} {quoted(shown[0][name])}' for name in later])} stands {shown[0]['rows']} times."
    )
    evidence = {"key": later, "keys": groups, "rows_too_many": spare, "examples": shown, "rows": after.shape.rows, "inferred": key is None}
    # A key that was guessed from words of a register, and fails on a few rows, was a wrong guess and not a break.
    guessed = key is None and before.key_inferred and before.area_column not in wanted and len(wanted) > 1
    if guessed and spare < FEW * after.shape.rows and repeated_rows(connection, after)[0] >= spare:
        guessed, what = False, f"{what} Those rows are copies in every column."  # whatever the key is, a row stands twice
    severity = Severity.INFO if guessed and spare < FEW * after.shape.rows else Severity.BREAKING
    return [Change("key_duplicated", severity, what, None, list(before.key), later, evidence, "\x1f".join(later))]


def _grown(before: Shape, after: Shape, alignment: Alignment, key: Sequence[str]) -> list[str]:
    """Dimensions that had one value before and have several now: the inferred key could not know that it needs them."""
    grown = []
    for name in after.key:
        earlier = alignment.earlier(name)
        column = before.column(earlier) if earlier else None
        if name not in key and column is not None and column.distinct <= 1:
            grown.append(name)
    return grown


def volume_changes(
    connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, alignment: Alignment, match: Match | None, delivery: str
) -> list[Change]:
    """rows_fell and rows_rose, counted in the periods that both tables hold."""
    old, new, within = _comparable_rows(connection, before, after, alignment, delivery)
    if old == new:
        return []
    evidence = {
        "rows_before": before.shape.rows,
        "rows_after": after.shape.rows,
        "compared_before": old,
        "compared_after": new,
        "within": within,
    }
    if match is not None:
        evidence |= {
            "keys_only_before": match.before_keys - match.count,
            "keys_only_after": match.after_keys - match.count,
            "keys_in_both": match.count,
        }
    where = f" in the {within}" if within else ""
    if new < old:
        if delivery == "increment":
            severity = Severity.WARNING if new < INCREMENT_FELL * old else Severity.INFO
        else:
            severity = Severity.WARNING if old - new > FELL * old else Severity.INFO
        what = f"There are fewer rows{where}: {old:,} before, {new:,} now ({share(old - new, old)} fewer)."
        return [Change("rows_fell", severity, what, None, old, new, evidence, "rows")]
    what = f"There are more rows{where}: {old:,} before, {new:,} now ({new - old:,} more)."
    return [Change("rows_rose", Severity.INFO, what, None, old, new, evidence, "rows")]


def _comparable_rows(
    connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, alignment: Alignment, delivery: str
) -> tuple[int, int, str]:
    """Rows of both tables in the periods they share; all rows where they share none or have none."""
    column = before.shape.period_column
    later = alignment.later(column) if column else None
    shared = set(before.shape.periods) & set(after.shape.periods)
    everything = before.shape.rows, after.shape.rows, ""
    if not column or not later or not shared or delivery == "increment":
        return everything
    if shared == set(before.shape.periods) == set(after.shape.periods):
        return everything
    counts = []
    for observed, name in ((before, column), (after, later)):
        cell = sql.text(sql.identifier(name))
        found = connection.execute(
            f"select count(*) from {sql.identifier(observed.table)} where {cell} in {sql.literals(sorted(shared))}"
        ).fetchone()
        counts.append(int(found[0]) if found else 0)
    if not all(counts):
        return everything
    return counts[0], counts[1], counted(len(shared), "period") + " that both hold"


def doubled_changes(connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed) -> list[Change]:
    """area_doubled in the later table; where the earlier had it too it is said, and is no change."""
    later = doubled_areas(connection, after)
    if later and doubled_areas(connection, before):
        return [
            replace(change, severity=Severity.INFO, what=f"In both files: {change.what[0].lower() + change.what[1:]}") for change in later
        ]
    return later


def given_key_fails(shape: Shape) -> list[Change]:
    """key_duplicated on first sight: rows that share the declared key, or nearly all of an inferred one."""
    if not shape.key_duplicates:
        return []
    what = f"{counted(shape.key_duplicates, 'row')} share their key ({', '.join(shape.key)}) with another."
    severity = Severity.WARNING if shape.key_inferred else Severity.BREAKING
    return [
        Change(
            "key_duplicated",
            severity,
            what,
            None,
            None,
            list(shape.key),
            {"key": list(shape.key), "rows_too_many": shape.key_duplicates},
            "\x1f".join(shape.key),
        )
    ]


def doubled_areas(connection: duckdb.DuckDBPyConnection, observed: Observed) -> list[Change]:
    """area_doubled: one GSS code under two of the publisher's own ids, with the same values, so that every sum counts it twice."""
    shape, source = observed.shape, sql.identifier(observed.table)
    if not shape.area_column or not shape.measures:
        return []
    codes = shape.column(shape.area_column)
    measure = max((shape.column(name) for name in shape.measures), key=lambda column: column.distinct if column else 0)
    if codes is None or measure is None:
        return []
    for column in shape.columns:
        ids_possible = (
            column.name != codes.name
            and column.role != "measure"
            and codes.distinct < column.distinct <= 2 * codes.distinct
            and not column.markers
        )
        if not ids_possible:
            continue
        code, identity, value = sql.identifier(codes.name), sql.identifier(column.name), sql.number(sql.identifier(measure.name))
        rows = connection.execute(
            f"with per_id as (select {code} as code, {identity} as id, count(*) as n, sum({value}) as total from "
            f"{source} where {code} is not null and {identity} is not null group by all) "
            f"select code, list(id order by id), count(distinct n), count(distinct round(total, 6)) from per_id "
            f"group by code having count(*) > 1"
        ).fetchall()
        ids = connection.execute(
            f"select count(distinct {identity}), count(*) from (select distinct {code}, {identity} from {source} "
            f"where {code} is not null and {identity} is not null)"
        ).fetchone()
        same = [(code_, list(ids_)) for code_, ids_, counts, totals in rows if counts == 1 and totals == 1]
        if not rows or not ids or ids[0] != ids[1] or len(same) < 0.9 * len(rows):
            continue
        example = sorted(same)[0]
        what = (
            f"{counted(len(same), 'area')} stand twice under one code: {example[0]} as {column.name} "
            f"{' and '.join(map(str, example[1]))}, with the same values. "
            "A sum over areas counts them twice."
        )
        evidence = {"areas": len(same), "by": column.name, "examples": [{"code": c, column.name: i} for c, i in sorted(same)[:5]]}
        return [Change("area_doubled", Severity.BREAKING, what, codes.name, None, len(same), evidence, column.name)]
    return []
