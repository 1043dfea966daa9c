"""The key is made of dimensions where the rows fill what they span, and of a serial number only where nothing else tells rows apart."""

from __future__ import annotations

import duckdb

from tasks.shape import observe
from tests.unit.changes.tables import Row, panel, put


def key_of(connection: duckdb.DuckDBPyConnection, rows: list[Row]) -> tuple[str, ...]:
    return observe(connection, put(connection, "seen", rows), {}).key


def test_a_serial_number_beside_the_dimensions_is_no_key(connection: duckdb.DuckDBPyConnection) -> None:
    rows: list[Row] = [{**row, "URN": f"Nm-{place:04d}d"} for place, row in enumerate(panel(["202122", "202223", "202324"]))]
    assert key_of(connection, rows) == ("time_period", "new_la_code", "sex")


def test_an_identifier_is_the_key_of_a_register(connection: duckdb.DuckDBPyConnection) -> None:
    rows: list[Row] = [
        {
            "urn": str(100_000 + 7 * place),
            "town": f"Town {place % 17}",
            "phase": ("Primary", "Special")[place % 2],
            "pupils": str(place * place),
        }
        for place in range(80)
    ]
    assert key_of(connection, rows) == ("urn",)


def test_an_identifier_stays_the_key_where_the_dimensions_happen_to_tell_rows_apart(connection: duckdb.DuckDBPyConnection) -> None:
    rows: list[Row] = [
        {
            "reference": f"T{place:05d}",
            "month": f"2024-{place * 5 // 84 % 12 + 1:02d}",
            "supplier": f"Supplier {place % 97}",
            "team": f"Team {place * place % 83}",
            "amount": f"{place * 1.5}",
        }
        for place in range(200)
    ]
    assert key_of(connection, rows) == ("reference",)


def test_words_as_many_as_numbers_are_no_markers(connection: duckdb.DuckDBPyConnection) -> None:
    words = ["7", "7", "7", "All primary", "All secondary"]
    rows: list[Row] = [{"area": f"E08{place:06d}", "nc_year_admission": words[place % 5], "n": str(place)} for place in range(50)]
    column = observe(connection, put(connection, "seen", rows), {}).column("nc_year_admission")
    assert column is not None and column.type == "text" and not column.markers
    assert column.categories == ("7", "All primary", "All secondary")
