"""Values under another header or on another row are told as that, and not as a revision."""

from __future__ import annotations

from random import Random

import duckdb
import pytest

from expectations.change import Change, Severity
from tests.unit.changes.tables import Row
from tests.unit.changes.test_mutations import compared


def years(rows: int = 60) -> list[Row]:
    """A wide table of years whose columns resemble each other, so that one for another moves little."""
    chance = Random(11)
    table: list[Row] = []
    for place in range(rows):
        size = 40 * (place + 5) ** 2
        cells: Row = {"code": f"E08{place:06d}", "name": f"Area {place:03d} of the list"}
        table.append({**cells, **{year: str(round(size * chance.uniform(0.97, 1.03))) for year in ("2021", "2022", "2023")}})
    return table


def told(connection: duckdb.DuckDBPyConnection, before: list[Row], after: list[Row]) -> list[Change]:
    return [change for change in compared(connection, before, after).changes if change.kind == "values_redefined"]


def test_two_swapped_headers_are_no_revision_however_alike_the_columns_are(connection: duckdb.DuckDBPyConnection) -> None:
    names = {"2021": "2022", "2022": "2021"}
    (change,) = told(connection, years(), [{names.get(name, name): cell for name, cell in row.items()} for row in years()])
    assert change.severity == Severity.BREAKING and "each other's values" in change.what
    assert change.evidence["now_under"] == {"2021": "2022", "2022": "2021"}
    assert change.evidence["examples"]


def test_three_headers_in_a_ring_are_each_named(connection: duckdb.DuckDBPyConnection) -> None:
    names = {"2021": "2022", "2022": "2023", "2023": "2021"}
    (change,) = told(connection, years(), [{names.get(name, name): cell for name, cell in row.items()} for row in years()])
    assert change.evidence["now_under"] == names


@pytest.mark.parametrize("step", [1, -1])
def test_a_column_that_slid_by_a_row_is_no_revision(connection: duckdb.DuckDBPyConnection, step: int) -> None:
    rows = years()
    slid = [{**row, "2022": rows[(place + step) % len(rows)]["2022"]} for place, row in enumerate(rows)]
    (change,) = told(connection, rows, slid)
    assert change.column == "2022" and "slid by a row" in change.what


def test_a_column_that_slid_in_a_part_of_the_table_is_seen(connection: duckdb.DuckDBPyConnection) -> None:
    rows = years(100)
    slid = [{**row, "2022": rows[place + 1]["2022"] if 60 <= place < 99 else row["2022"]} for place, row in enumerate(rows)]
    (change,) = told(connection, rows, slid)
    assert "slid by a row" in change.what


def test_a_column_sorted_apart_from_its_keys_is_no_revision(connection: duckdb.DuckDBPyConnection) -> None:
    rows = years()
    shuffled = [row["2022"] for row in rows]
    for start in range(0, len(rows), 4):  # within fours, so that each value moves little
        shuffled[start : start + 4] = [shuffled[start + place] for place in (2, 3, 0, 1)]
    (change,) = told(connection, rows, [{**row, "2022": cell} for row, cell in zip(rows, shuffled, strict=True)])
    assert "sorted apart" in change.what


def test_a_revision_of_every_value_is_not_taken_for_one(connection: duckdb.DuckDBPyConnection) -> None:
    chance = Random(5)
    revised = [{**row, "2022": str(round(int(row["2022"] or 0) * chance.uniform(0.98, 1.02)) + 1)} for row in years()]
    assert not told(connection, years(), revised)


def test_small_counts_that_agree_by_chance_are_not_taken_for_one(connection: duckdb.DuckDBPyConnection) -> None:
    chance = Random(3)
    rows: list[Row] = [{"code": f"E08{place:06d}", "cases": str(chance.randint(0, 1)), "deaths": "0"} for place in range(200)]
    revised = [{**row, "cases": str(chance.randint(0, 1))} for row in rows]
    assert not [change for change in told(connection, rows, revised) if "slid" in change.what or "sorted" in change.what]


def test_two_swapped_headers_of_words_are_seen(connection: duckdb.DuckDBPyConnection) -> None:
    rows: list[Row] = [
        {
            "code": f"E08{place:06d}",
            "phase": ("Primary", "Secondary", "Special")[place % 3],
            "sex": ("Boys", "Girls")[place % 2],
            "pupils": str(place * 37),
        }
        for place in range(60)
    ]
    names = {"phase": "sex", "sex": "phase"}
    (change,) = told(connection, rows, [{names.get(name, name): cell for name, cell in row.items()} for row in rows])
    assert change.evidence["swapped"] == ["phase", "sex"] and change.severity == Severity.BREAKING
