"""A revision says how far values moved; a part of the table that moved by one ratio is an alarm, and a withdrawn cell is said."""

from __future__ import annotations

import duckdb

from expectations.change import Change
from tasks.changes import Observed, compare
from tasks.shape import observe
from tests.unit.changes.tables import Row, panel, put


def told(connection: duckdb.DuckDBPyConnection, before: list[Row], after: list[Row], kind: str) -> Change:
    sides = []
    for name, rows in (("earlier", before), ("later", after)):
        put(connection, name, rows)
        sides.append(Observed(observe(connection, name, {}), name))
    (change,) = [one for one in compare(connection, *sides).changes if one.kind == kind]
    return change


def test_one_area_in_another_unit_is_no_revision_like_others(connection: duckdb.DuckDBPyConnection) -> None:
    rows = panel()
    after = [{**row, "pupils": f"{row['pupils']}000" if row["la_name"] == "Walsall" else row["pupils"]} for row in rows]
    change = told(connection, rows, after, "history_revised")
    assert change.severity.word == "warning"
    assert "‘pupils’ of ‘Walsall’" in change.what and "1,000 times larger" in change.what


def test_a_spread_revision_has_its_quartiles_and_is_no_alarm(connection: duckdb.DuckDBPyConnection) -> None:
    rows = panel()
    after = [
        {**row, "pupils": str(int(row["pupils"] or 0) + place % 7) if place % 6 == 0 else row["pupils"]} for place, row in enumerate(rows)
    ]
    change = told(connection, rows, after, "history_revised")
    assert change.severity.word == "info"
    (spread,) = [one for one in change.evidence["moves"] if one["column"] == "pupils"]
    low, middle, high = spread["quartiles_of_move"]
    assert 0 < low <= middle <= high <= 6


def test_a_cell_that_was_printed_and_is_hidden_now_is_said_though_it_is_one(connection: duckdb.DuckDBPyConnection) -> None:
    rows = panel()
    after = [{**row, "pupils": "c" if place == 3 else row["pupils"]} for place, row in enumerate(rows)]
    change = told(connection, rows, after, "suppression_moved")
    assert change.severity.word == "info" and change.evidence["hidden"] == 1


def test_the_citys_own_share_of_hidden_values_is_said(connection: duckdb.DuckDBPyConnection) -> None:
    rows = panel()
    after = [{**row, "pupils": "c" if row["la_name"] == "Birmingham" else row["pupils"]} for row in rows]
    change = told(connection, rows, after, "suppression_moved")
    assert "In Birmingham 0% were without a number and 100% are now" in change.what
    assert change.evidence["home_touched"] is True
