"""The difference of two states of a dataset: rows that came and went, cells that changed, what is suppressed now and what is printed now.

Exact, through the grain, and in DuckDB, whose memory is bounded. A state is a landed vintage, what was known on a day, the held snapshot, or any
archived snapshot, tidied as it would land. Refuses to guess: a name that fits no state, or several, is an error that lists them.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from expectations.contract import load as load_contract
from expectations.declaration import Dataset
from expectations.errors import EvidenceError
from tasks import archive
from tasks.examine import examine
from tasks.record import read_hold
from tasks.tidy import transform
from warehouse.home import Home
from warehouse.lake import Vintage, paths, vintages
from warehouse.table import PROVENANCE, identifier, literal

HELD = "held"
_Connection = duckdb.DuckDBPyConnection


@dataclass(frozen=True)
class Edition:
    """One state of a dataset, as a table of the connection. `name` is a vintage's id, or a snapshot's."""

    name: str
    table: str
    said: str  # for a person: 'landed 2025-09-25', 'held'
    snapshot: str
    known_from: str = ""
    release: str = ""


@dataclass(frozen=True)
class Difference:
    """What differs between two editions. The rows themselves are in the tables `diff_rows` and `diff_cells` of the connection.

    `diff_rows`: change (added, removed), rows, the columns compared by. `diff_cells`: the columns compared by, `column`, old, new, difference, change
    (revised, suppressed, printed), home.
    """

    before: Edition
    after: Edition
    key: tuple[str, ...]  # () where no key tells rows apart: whole rows are compared
    added: int
    removed: int
    changed_rows: int
    changed_cells: int
    suppressed: int
    printed: int
    same: int
    periods_only_before: tuple[str, ...] = ()
    periods_only_after: tuple[str, ...] = ()
    columns_only_before: tuple[str, ...] = ()
    columns_only_after: tuple[str, ...] = ()


def editions(dataset: Dataset, home: Home, first: str, second: str, connection: _Connection) -> tuple[Edition, Edition]:
    """The two states to compare; '' and '' are the last two that landed, or the last landed and the held one where one alone has landed.

    Raises `diff.no_such_state`, `diff.nothing_to_compare`.
    """
    listed = vintages(home, dataset.id)
    hold = read_hold(home, dataset.id)
    if not second:
        second = HELD if hold and (first or len(listed) < 2) and first != HELD else (listed[-1].id if listed else HELD)
    if not first:
        earlier = [vintage.id for vintage in listed if vintage.id != second]
        if not earlier:
            found = f"{len(listed)} vintage{'' if len(listed) == 1 else 's'}, {'and a held snapshot' if hold else 'nothing held'}"
            raise EvidenceError("diff.nothing_to_compare", found=found, expected="two states", dataset=dataset.id)
        first = earlier[-1]
    return _edition(dataset, home, listed, first, "before", connection), _edition(dataset, home, listed, second, "after", connection)


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
    counts = _by_key(connection, key, both, columns, home_area) if key else _by_whole_rows(connection, both, home_area)
    gone = tuple(sorted(set(columns["before"]) - set(columns["after"])))
    come = tuple(sorted(set(columns["after"]) - set(columns["before"])))
    return Difference(before, after, key, *counts, only.get("before", ()), only.get("after", ()), gone, come)


def _edition(dataset: Dataset, home: Home, listed: Sequence[Vintage], name: str, side: str, connection: _Connection) -> Edition:
    hold = read_hold(home, dataset.id)
    if name == HELD:
        if hold is None:
            raise _no_such(dataset, listed, name, "nothing is held")
        return _tidied(dataset, home, hold.snapshot, listed, side, "held", connection)
    vintage = _vintage(dataset, listed, name)
    if vintage:
        files = ", ".join(literal(str(path)) for path in paths(home, vintage))
        table = f"diff_{side}"
        connection.execute(f"create or replace temp view {table} as from read_parquet([{files}], hive_partitioning = false)")
        return Edition(vintage.id, table, f"landed {vintage.landed_at[:10]}", vintage.snapshot, vintage.known_from, vintage.release)
    known = [path.stem for path in home.manifest(dataset.id, "any").parent.glob("*.json")]
    fitting = [snapshot for snapshot in known if snapshot.startswith(name)]
    if len(fitting) != 1 or len(name) < 6:
        raise _no_such(dataset, listed, name, f"{len(fitting)} snapshots begin so" if fitting and len(name) >= 6 else "")
    return _tidied(dataset, home, fitting[0], listed, side, "not landed", connection)


def _vintage(dataset: Dataset, listed: Sequence[Vintage], name: str) -> Vintage | None:
    """The vintage of this id, of this snapshot (or the beginning of either), or the newest known on this day."""
    fitting = [vintage for vintage in listed if vintage.id == name] or [
        vintage for vintage in listed if len(name) >= 6 and (vintage.id.startswith(name) or vintage.snapshot.startswith(name))
    ]
    if not fitting:
        try:
            day = date.fromisoformat(name).isoformat()
        except ValueError:
            return None
        fitting = [vintage for vintage in listed if vintage.known_from[:10] <= day]
        if not fitting:
            raise _no_such(dataset, listed, name, "nothing was known on that day")
    return fitting[-1]


def _tidied(
    dataset: Dataset, home: Home, snapshot: str, listed: Sequence[Vintage], side: str, said: str, connection: _Connection
) -> Edition:
    """An archived snapshot, tidied as it would land."""
    manifest = archive.load(dataset.id, snapshot, home)
    scratch = home.scratch / f"diff-{uuid.uuid4().hex}"
    try:
        last = listed[-1] if listed else None
        examine(dataset, home, manifest, last, load_contract(dataset.id), connection, scratch)
        transform(dataset, connection)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    table = f"diff_{side}"
    connection.execute(f"create or replace temp table {table} as select *, {literal(snapshot)} as snapshot_id, '' as vintage from tidy")
    return Edition(snapshot, table, said, snapshot, release=manifest.release)


def _no_such(dataset: Dataset, listed: Sequence[Vintage], name: str, why: str) -> EvidenceError:
    there = ", ".join(vintage.id for vintage in listed[-6:]) or "none has landed"
    expected = f"a vintage ({there}), a day, a snapshot or `{HELD}`"
    return EvidenceError("diff.no_such_state", found=f"{name}{f': {why}' if why else ''}", expected=expected, dataset=dataset.id)


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


def _by_key(
    connection: _Connection, key: Sequence[str], both: Sequence[str], columns: dict[str, dict[str, str]], home_area: str
) -> tuple[int, ...]:
    """(added, removed, changed rows, changed cells, suppressed, printed, same)."""
    keys = [identifier(name) for name in key]
    same = " and ".join(f"b.{name} is not distinct from a.{name}" for name in keys)
    figures = "value" in both and "status" in both
    compared = [name for name in both if name not in key and not (figures and name in ("status", "marker"))]
    listed = ", ".join(f"coalesce(b.{name}, a.{name}) as {name}" for name in keys)
    sides = ", ".join(
        f"b.{identifier(name)} as {identifier('b ' + name)}, a.{identifier(name)} as {identifier('a ' + name)}"
        for name in both
        if name not in key
    )
    connection.execute(f"""
        create or replace temp table diff_pairs as
        select {listed}{", " + sides if sides else ""}, b._there is not null as _before, a._there is not null as _after
        from (select *, true as _there from side_before) as b full join (select *, true as _there from side_after) as a on {same}""")
    home = f"area_code = {literal(home_area)}" if home_area and "area_code" in both else "false"
    chosen = ", ".join(keys)
    shown = _figure("coalesce") if figures else "null"
    connection.execute(f"""
        create or replace temp table diff_rows as
        select case when _after then 'added' else 'removed' end as change, 1 as rows, {chosen}, {shown} as value, {_home(home, "area_code" in key)} as home
        from diff_pairs where not (_before and _after)""")
    cells = [_cells(name, key, columns, figures, home) for name in compared]
    connection.execute(f"create or replace temp table diff_cells as {' union all '.join(cells) if cells else _no_cells(key)}")
    changed = connection.execute(
        "select count(*), count(*) filter (change = 'suppressed'), count(*) filter (change = 'printed') from diff_cells"
    ).fetchall()[0]
    changed_rows = connection.execute(f"select count(*) from (select distinct {chosen} from diff_cells)").fetchall()[0][0]
    counts = connection.execute(
        "select count(*) filter (not _before), count(*) filter (not _after), count(*) filter (_before and _after) from diff_pairs"
    ).fetchall()[0]
    return counts[0], counts[1], changed_rows, changed[0], changed[1], changed[2], counts[2] - changed_rows


def _home(home: str, in_key: bool) -> str:
    if home == "false" or in_key:
        return home
    return home.replace("area_code", 'coalesce("b area_code", "a area_code")')


def _figure(which: str) -> str:
    """A figure as it was printed: the number, or its marker or status in brackets."""
    if which == "coalesce":
        return f"case when _after then {_figure('a')} else {_figure('b')} end"
    value, status = (identifier(f"{which} {name}") for name in ("value", "status"))
    return f"coalesce({value}::varchar, '[' || {status} || ']')"


def _cells(name: str, key: Sequence[str], columns: dict[str, dict[str, str]], figures: bool, home: str) -> str:
    """SELECT of the changed cells of one column; of a figure its status is part."""
    old, new = identifier(f"b {name}"), identifier(f"a {name}")
    numeric = all(columns[side][name].startswith(("DOUBLE", "BIGINT", "INTEGER", "DECIMAL")) for side in columns)
    change, differs, shown = "'revised'", f"{old} is distinct from {new}", (f"{old}::varchar", f"{new}::varchar")
    if figures and name == "value":
        status_before, status_after = '"b status"', '"a status"'
        differs = f"({differs} or {status_before} is distinct from {status_after})"
        change = f"case when {old} is not null and {new} is null then 'suppressed' when {old} is null and {new} is not null then 'printed' else 'revised' end"
        shown = (_figure("b"), _figure("a"))
    moved = f"({new} - {old})::double" if numeric else "null::double"
    chosen = ", ".join(identifier(one) for one in key)
    return (
        f'select {chosen}, {literal(name)} as "column", {shown[0]} as old, {shown[1]} as new, {moved} as difference, {change} as change, '
        f"{_home(home, 'area_code' in key)} as home from diff_pairs where _before and _after and {differs}"
    )


def _no_cells(key: Sequence[str]) -> str:
    chosen = ", ".join(identifier(name) for name in key)
    return f"select {chosen}, '' as \"column\", '' as old, '' as new, null::double as difference, '' as change, false as home from diff_pairs where false"


def _by_whole_rows(connection: _Connection, both: Sequence[str], home_area: str) -> tuple[int, ...]:
    """Without a key a row is the same where all its cells are: how often each stands on either side."""
    chosen = ", ".join(identifier(name) for name in both)
    same = " and ".join(f"b.{identifier(name)} is not distinct from a.{identifier(name)}" for name in both)
    home = f"area_code = {literal(home_area)}" if home_area and "area_code" in both else "false"
    listed = ", ".join(f"coalesce(b.{identifier(name)}, a.{identifier(name)}) as {identifier(name)}" for name in both)
    connection.execute(f"""
        create or replace temp table diff_pairs as
        select {listed}, coalesce(b.n, 0) as b_n, coalesce(a.n, 0) as a_n
        from (select {chosen}, count(*) as n from side_before group by all) as b
        full join (select {chosen}, count(*) as n from side_after group by all) as a on {same}""")
    connection.execute(f"""
        create or replace temp table diff_rows as
        select case when a_n > b_n then 'added' else 'removed' end as change, abs(a_n - b_n) as rows, {chosen}, {home} as home
        from diff_pairs where a_n <> b_n""")
    connection.execute("create or replace temp table diff_cells as select '' as change, false as home where false")
    counts = connection.execute(
        "select coalesce(sum(greatest(a_n - b_n, 0)), 0), coalesce(sum(greatest(b_n - a_n, 0)), 0), coalesce(sum(least(a_n, b_n)), 0) from diff_pairs"
    ).fetchall()[0]
    return int(counts[0]), int(counts[1]), 0, 0, 0, 0, int(counts[2])
