"""The difference of two states of a dataset: rows that came and went, cells that changed, what is suppressed now and what is printed now.

Exact, through the grain, and in DuckDB, whose memory is bounded. Refuses to pair rows that no key tells apart: then whole rows are counted on both
sides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from expectations.declaration import Dataset
from expectations.errors import EvidenceError
from tasks.editions import Edition
from warehouse.table import PROVENANCE, identifier, literal

_NUMERIC = ("DOUBLE", "BIGINT", "INTEGER", "DECIMAL")
_Connection = duckdb.DuckDBPyConnection
_Columns = Mapping[str, Mapping[str, str]]  # side -> column -> type


@dataclass(frozen=True)
class Counts:
    """How many rows came, went, changed and stayed; how many cells changed, and of these how many are suppressed now, or printed now."""

    added: int
    removed: int
    changed_rows: int
    changed_cells: int
    suppressed: int
    printed: int
    same: int


@dataclass(frozen=True)
class Difference:
    """What differs between two editions. The rows themselves are in the tables `diff_rows` and `diff_cells` of the connection.

    `diff_rows`: change (added, removed), rows, the columns compared by, their labels, home. `diff_cells`: the columns compared by, their labels,
    column, old, new, difference, change (revised, suppressed, printed), home.
    """

    before: Edition
    after: Edition
    key: tuple[str, ...]  # () where no key tells rows apart: whole rows are compared
    counts: Counts
    periods_only_before: tuple[str, ...] = ()
    periods_only_after: tuple[str, ...] = ()
    columns_only_before: tuple[str, ...] = ()
    columns_only_after: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()  # columns that name what the key codes: `area_name` beside `area_code`


def difference(
    dataset: Dataset, before: Edition, after: Edition, connection: _Connection, area: str = "", home_area: str = ""
) -> Difference:
    """Compare two editions; makes `diff_rows` and `diff_cells`. `area` restricts to rows of one area; `home_area` marks its rows."""
    columns = {side: _columns(connection, edition.table) for side, edition in (("before", before), ("after", after))}
    both = [name for name in columns["before"] if name in columns["after"] and name not in PROVENANCE]
    if area and "area_code" not in both:
        raise EvidenceError("diff.no_such_state", where=dataset.id, expected="a table with area_code", found="none", dataset=dataset.id)
    only = _periods(connection, dataset, before, after, both)
    for side, edition in (("before", before), ("after", after)):
        _side(connection, side, edition.table, both, dataset, area, only.get(side, ()))
    key = _key(connection, dataset, both)
    labels = _labels(key, both)
    counts = _by_key(connection, key, labels, both, columns, home_area) if key else _by_whole_rows(connection, both, home_area)
    gone = tuple(sorted(set(columns["before"]) - set(columns["after"])))
    come = tuple(sorted(set(columns["after"]) - set(columns["before"])))
    return Difference(before, after, key, counts, only.get("before", ()), only.get("after", ()), gone, come, labels)


def _columns(connection: _Connection, table: str) -> dict[str, str]:
    return {row[0]: row[1] for row in connection.execute(f"describe {identifier(table)}").fetchall()}


def _periods(connection: _Connection, dataset: Dataset, before: Edition, after: Edition, both: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Of a rolling delivery, the periods that one side alone has: they are told as periods, and not row by row."""
    period = dataset.tidy.period
    if dataset.delivery == "full" or not period or period not in both:
        return {}
    held = {}
    for side, edition in (("before", before), ("after", after)):
        rows = connection.execute(f"select distinct {identifier(period)}::varchar from {identifier(edition.table)} order by 1").fetchall()
        held[side] = [row[0] for row in rows if row[0] is not None]
    shared = set(held["before"]) & set(held["after"])
    return {side: tuple(label for label in labels if label not in shared) for side, labels in held.items()}


def _side(connection: _Connection, side: str, table: str, both: Sequence[str], dataset: Dataset, area: str, without: Sequence[str]) -> None:
    tests = [f"area_code = {literal(area)}"] if area else []
    if without:
        tests.append(f"{identifier(dataset.tidy.period or '')}::varchar not in ({', '.join(map(literal, without))})")
    chosen = ", ".join(identifier(name) for name in both)
    where = f" where {' and '.join(tests)}" if tests else ""
    connection.execute(f"create or replace temp view side_{side} as select {chosen} from {identifier(table)}{where}")


def _key(connection: _Connection, dataset: Dataset, both: Sequence[str]) -> tuple[str, ...]:
    """The grain, without the place in a file, where it tells rows apart on both sides."""
    key = tuple(name for name in dataset.tidy.grain if name not in PROVENANCE)
    if not key or not set(key) <= set(both):
        return ()
    listed = ", ".join(identifier(name) for name in key)
    for side in ("before", "after"):
        if connection.execute(f"select 1 from side_{side} group by {listed} having count(*) > 1 limit 1").fetchone():
            return ()
    return key


def _labels(key: Sequence[str], both: Sequence[str]) -> tuple[str, ...]:
    """The names that go with the codes of the key: a person knows the school and not its number."""
    names = [f"{name.removesuffix('_code')}_name" for name in key if name.endswith("_code")]
    return tuple(name for name in names if name in both and name not in key)


def _by_key(
    connection: _Connection, key: Sequence[str], labels: Sequence[str], both: Sequence[str], columns: _Columns, home_area: str
) -> Counts:
    keys = [identifier(name) for name in key]
    rest = [name for name in both if name not in key]
    figures = "value" in both and "status" in both
    listed = ", ".join(f"coalesce(a.{name}, b.{name}) as {name}" for name in [*keys, *map(identifier, labels)])
    sides = "".join(f", b.{identifier(name)} as {_before(name)}, a.{identifier(name)} as {_after(name)}" for name in rest)
    same = " and ".join(f"b.{name} is not distinct from a.{name}" for name in keys)
    connection.execute(f"""
        create or replace temp table diff_pairs as
        select {listed}{sides}, b._there is not null as _before, a._there is not null as _after, {_home(both, home_area)} as home
        from (select *, true as _there from side_before) as b full join (select *, true as _there from side_after) as a on {same}""")
    shown = f"case when _after then {_figure(_after)} else {_figure(_before)} end" if figures else "null::varchar"
    chosen = ", ".join([*keys, *map(identifier, labels)])
    connection.execute(f"""
        create or replace temp table diff_rows as
        select case when _after then 'added' else 'removed' end as change, 1 as rows, {chosen}, {shown} as value, home
        from diff_pairs where not (_before and _after)""")
    compared = [name for name in rest if not (figures and name in ("status", "marker"))]
    cells = [_cells(name, chosen, columns, figures) for name in compared] or [_cells_of(chosen, "", "''", "''", "null", "''", "false")]
    connection.execute(f"create or replace temp table diff_cells as {' union all '.join(cells)}")
    return _counts(connection, chosen)


def _counts(connection: _Connection, chosen: str) -> Counts:
    changed, suppressed, printed = connection.execute(
        "select count(*), count(*) filter (change = 'suppressed'), count(*) filter (change = 'printed') from diff_cells"
    ).fetchall()[0]
    changed_rows = connection.execute(f"select count(*) from (select distinct {chosen} from diff_cells)").fetchall()[0][0]
    added, removed, paired = connection.execute(
        "select count(*) filter (not _before), count(*) filter (not _after), count(*) filter (_before and _after) from diff_pairs"
    ).fetchall()[0]
    return Counts(added, removed, changed_rows, changed, suppressed, printed, paired - changed_rows)


def _home(both: Sequence[str], home_area: str) -> str:
    """Whether a row is the home area's own."""
    return f"coalesce(a.area_code, b.area_code) = {literal(home_area)}" if home_area and "area_code" in both else "false"


def _before(name: str) -> str:
    return identifier(f"b {name}")


def _after(name: str) -> str:
    return identifier(f"a {name}")


def _figure(side: Callable[[str], str]) -> str:
    """A figure as it was printed: the number, or in brackets why there is none."""
    return f"coalesce({side('value')}::varchar, '[' || {side('status')} || ']')"


def _cells(name: str, chosen: str, columns: _Columns, figures: bool) -> str:
    """SELECT of the changed cells of one column; of a figure its status is part."""
    old, new = _before(name), _after(name)
    moved = f"({new} - {old})::double" if all(columns[side][name].startswith(_NUMERIC) for side in columns) else "null"
    differs = f"{old} is distinct from {new}"
    if not figures or name != "value":
        return _cells_of(chosen, name, f"{old}::varchar", f"{new}::varchar", moved, "'revised'", differs)
    status = f"{_before('status')} is distinct from {_after('status')}"
    hidden = f"when {old} is not null and {new} is null then 'suppressed' when {old} is null and {new} is not null then 'printed'"
    return _cells_of(
        chosen, name, _figure(_before), _figure(_after), moved, f"case {hidden} else 'revised' end", f"({differs} or {status})"
    )


def _cells_of(chosen: str, name: str, old: str, new: str, moved: str, change: str, differs: str) -> str:
    values = f'{literal(name)} as "column", {old} as old, {new} as new, {moved}::double as difference, {change} as change'
    return f"select {chosen}, {values}, home from diff_pairs where _before and _after and {differs}"


def _by_whole_rows(connection: _Connection, both: Sequence[str], home_area: str) -> Counts:
    """Without a key a row is the same where all its cells are: how often each stands on either side."""
    chosen = ", ".join(identifier(name) for name in both)
    same = " and ".join(f"b.{identifier(name)} is not distinct from a.{identifier(name)}" for name in both)
    listed = ", ".join(f"coalesce(b.{identifier(name)}, a.{identifier(name)}) as {identifier(name)}" for name in both)
    sides = [f"(select {chosen}, count(*) as n from side_{side} group by all)" for side in ("before", "after")]
    connection.execute(f"""
        create or replace temp table diff_pairs as
        select {listed}, coalesce(b.n, 0) as b_n, coalesce(a.n, 0) as a_n, {_home(both, home_area)} as home
        from {sides[0]} as b full join {sides[1]} as a on {same}""")
    connection.execute(f"""
        create or replace temp table diff_rows as
        select case when a_n > b_n then 'added' else 'removed' end as change, abs(a_n - b_n) as rows, {chosen}, home
        from diff_pairs where a_n <> b_n""")
    connection.execute("create or replace temp table diff_cells as select '' as change, false as home where false")
    added, removed, stayed = connection.execute("""
        select coalesce(sum(greatest(a_n - b_n, 0)), 0), coalesce(sum(greatest(b_n - a_n, 0)), 0), coalesce(sum(least(a_n, b_n)), 0)
        from diff_pairs""").fetchall()[0]
    return Counts(int(added), int(removed), 0, 0, 0, 0, int(stayed))
