"""What must hold of a comparison whatever the table: nothing for the same rows, one kind for one mutation, ids that do not collide."""

from __future__ import annotations

import random

import duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expectations.change import KINDS, Severity
from expectations.shape import shape_from_dict
from tasks.changes import Comparison, Observed, against_contract, compare
from tasks.shape import observe

Rows = list[dict[str, "str | None"]]
CELL = st.one_of(
    st.none(),
    st.integers(-999, 99999).map(str),
    st.sampled_from(["c", "z", "..", "1,234", "12%", "Yes", "No", "E08000025", "2021/22", "it's", 'a "b"', " x "]),
)
NAMES = st.lists(
    st.sampled_from(["code", "area_code", "time_period", "value", 'q"t', "Ä", "select", "rate %", "x y"]),
    min_size=2,
    max_size=5,
    unique=True,
)
SETTINGS = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def tables(draw: st.DrawFn) -> Rows:
    names = draw(NAMES)
    rows = draw(st.lists(st.lists(CELL, min_size=len(names), max_size=len(names)), min_size=1, max_size=25))
    return [dict(zip(names, row, strict=True)) for row in rows]


def look(connection: duckdb.DuckDBPyConnection, table: str, rows: Rows) -> Observed:
    columns = ['"' + name.replace('"', '""') + '"' for name in rows[0]]
    connection.execute(f"create or replace table {table} ({', '.join(f'{column} varchar' for column in columns)}, _row bigint)")
    connection.executemany(
        f"insert into {table} values ({', '.join('?' * (len(columns) + 1))})",
        [[*row.values(), place + 2] for place, row in enumerate(rows)],
    )
    return Observed(observe(connection, table, {}), table)


def compared(connection: duckdb.DuckDBPyConnection, before: Rows, after: Rows) -> Comparison:
    return compare(connection, look(connection, "earlier", before), look(connection, "later", after))


@SETTINGS
@given(rows=tables(), order=st.randoms(use_true_random=False))
def test_the_same_rows_in_any_order_are_the_same(connection: duckdb.DuckDBPyConnection, rows: Rows, order: random.Random) -> None:
    shuffled = list(rows)
    order.shuffle(shuffled)
    assert compared(connection, rows, shuffled).changes == ()


@SETTINGS
@given(before=tables(), after=tables())
def test_any_two_tables_can_be_compared_and_every_change_is_well_formed(
    connection: duckdb.DuckDBPyConnection, before: Rows, after: Rows
) -> None:
    result = compared(connection, before, after)
    assert len({change.id for change in result.changes}) == len(result.changes)
    for change in result.changes:
        assert change.kind in KINDS and change.what.endswith(".") and change.severity > Severity.SAME
    severities = [change.severity for change in result.changes]
    assert severities == sorted(severities, reverse=True)


@SETTINGS
@given(rows=tables(), place=st.integers(0, 4))
def test_a_dropped_column_is_always_breaking(connection: duckdb.DuckDBPyConnection, rows: Rows, place: int) -> None:
    gone = list(rows[0])[place % len(rows[0])]
    result = compared(connection, rows, [{name: value for name, value in row.items() if name != gone} for row in rows])
    assert (gone, Severity.BREAKING) in {(change.column, change.severity) for change in result.changes if change.kind == "column_removed"}


@SETTINGS
@given(rows=tables())
def test_a_table_breaks_no_contract_that_was_accepted_of_it(connection: duckdb.DuckDBPyConnection, rows: Rows) -> None:
    seen = look(connection, "seen", rows)
    accepted = shape_from_dict(seen.shape.as_dict())
    assert against_contract(accepted, None, None, seen, connection=connection).changes == ()
    assert against_contract(accepted, set(), None, seen).changes == ()
