"""What one part of many lost is said of that part, though the whole still has it."""

from __future__ import annotations

import duckdb

from expectations.change import Change
from expectations.shape import Layout
from tasks.changes.parts import ReadPart, part_changes, summed


def part(
    connection: duckdb.DuckDBPyConnection, name: str, columns: tuple[str, ...], rows: int, version: str = "1", distinct: bool = True
) -> ReadPart:
    table = f"{name}_{version}"
    cells = ", ".join(f"'{column}' || {'i' if distinct else 'i // 2'} as {column}" for column in columns)
    connection.execute(f"create table {table} as select {cells} from range({rows}) as r(i)")
    return ReadPart(name, f"{version}:{name}", table, columns, Layout("csv", columns, columns))


def kinds(changes: list[Change]) -> list[tuple[str, str]]:
    return [(change.kind, change.severity.word) for change in changes]


def test_a_column_that_one_part_lost_is_gone_though_the_others_have_it(connection: duckdb.DuckDBPyConnection) -> None:
    january, february = part(connection, "january", ("amount", "supplier"), 9), part(connection, "february", ("amount", "supplier"), 9)
    later = part(connection, "february", ("amount",), 9, "2")
    told = part_changes(connection, [january, february], [january, later], ["supplier"])
    assert kinds(told) == [("column_removed", "breaking")]
    assert "february" in told[0].what and told[0].column == "supplier"


def test_a_new_part_is_held_to_the_columns_that_every_part_had(connection: duckdb.DuckDBPyConnection) -> None:
    january, february = part(connection, "january", ("amount", "supplier"), 9), part(connection, "february", ("amount", "extra"), 9)
    march = part(connection, "march", ("supplier", "extra"), 9)
    told = part_changes(connection, [january, february], [january, february, march], None)
    assert [change.column for change in told] == ["amount"]


def test_a_part_without_rows_and_a_part_that_stands_twice_are_told(connection: duckdb.DuckDBPyConnection) -> None:
    january, february = part(connection, "january", ("amount",), 8), part(connection, "february", ("amount",), 8)
    none, twice = part(connection, "january", ("amount",), 0, "2"), part(connection, "february", ("amount",), 16, "2", distinct=False)
    assert kinds(part_changes(connection, [january, february], [none, twice], None)) == [
        ("empty", "breaking"),
        ("table_repeated", "breaking"),
    ]


def test_one_months_file_under_another_months_name_is_an_earlier_release_again(connection: duckdb.DuckDBPyConnection) -> None:
    january = part(connection, "january", ("amount", "supplier"), 30)
    february = ReadPart("february", "2:february", january.table, january.columns, january.layout)
    (change,) = part_changes(connection, [january], [january, february], None)
    assert change.kind == "repeated_release" and "‘january’" in change.what and "‘february’" in change.what


def test_parts_that_did_not_change_and_a_single_part_say_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    january, february = part(connection, "january", ("amount",), 8), part(connection, "february", ("amount",), 8)
    assert part_changes(connection, [january, february], [january, february], None) == []
    assert part_changes(connection, [january], [part(connection, "january", ("other",), 8, "2")], None) == []


def test_the_same_loss_in_several_parts_is_said_once(connection: duckdb.DuckDBPyConnection) -> None:
    before = [part(connection, name, ("amount", "supplier"), 5) for name in ("january", "february")]
    after = [part(connection, name, ("amount",), 5, "2") for name in ("january", "february")]
    (change,) = summed(part_changes(connection, before, after, None))
    assert "The same in ‘february’" in change.what
