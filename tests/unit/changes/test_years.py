"""Tables whose headers are years: a year that goes is a period; a header that goes, and a turn to long, are told as what they are."""

from __future__ import annotations

import duckdb

from expectations.change import Severity
from tasks.changes import Observed, against_contract
from tasks.shape import observe
from tests.unit.changes.tables import Row, put
from tests.unit.changes.test_displaced import years
from tests.unit.changes.test_mutations import compared


def test_the_oldest_year_that_goes_is_a_period(connection: duckdb.DuckDBPyConnection) -> None:
    result = compared(connection, years(), [{name: cell for name, cell in row.items() if name != "2021"} for row in years()])
    assert [(change.kind, change.severity) for change in result.changes] == [("period_removed", Severity.WARNING)]


def test_a_year_that_somebody_reads_by_its_name_is_missed_as_a_column_too(connection: duckdb.DuckDBPyConnection) -> None:
    put(connection, "earlier", years())
    put(connection, "later", [{name: cell for name, cell in row.items() if name != "2021"} for row in years()])
    before, after = (Observed(observe(connection, table, {}), table) for table in ("earlier", "later"))
    for connected in (connection, None):
        result = against_contract(before.shape, {"code", "2021"}, before, after, connection=connected)
        told = {change.kind: change for change in result.changes}
        assert told["column_removed"].severity == Severity.BREAKING and told["column_removed"].before == "2021"


def test_a_year_that_lost_its_header_is_a_renamed_column(connection: duckdb.DuckDBPyConnection) -> None:
    result = compared(
        connection, years(), [{"column_3" if name == "2021" else name: cell for name, cell in row.items()} for row in years()]
    )
    told = {change.kind: change for change in result.changes}
    assert (told["column_renamed"].before, told["column_renamed"].after) == ("2021", "column_3")


def test_a_new_year_in_place_of_the_oldest_is_no_renamed_column(connection: duckdb.DuckDBPyConnection) -> None:
    after: list[Row] = [
        {"2024" if name == "2021" else name: str(int(cell or 0) + 17) if name == "2021" else cell for name, cell in row.items()}
        for row in years()
    ]
    assert {change.kind for change in compared(connection, years(), after).changes} <= {
        "period_removed",
        "period_added",
        "column_reordered",
    }


def test_years_turned_into_rows_are_said_once_and_are_not_gone(connection: duckdb.DuckDBPyConnection) -> None:
    long: list[Row] = [
        {"code": row["code"], "name": row["name"], "label": year, "value": row[year]}
        for row in years()
        for year in ("2021", "2022", "2023")
    ]
    result = compared(connection, years(), long)
    assert "wide to long" in result.changes[0].what and result.changes[0].evidence["columns"] == ["2021", "2022", "2023"]
    assert {change.kind for change in result.changes} == {"column_removed", "column_added", "rows_rose"}
