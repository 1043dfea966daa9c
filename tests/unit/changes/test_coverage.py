"""A break in coverage shows in rates of any size: what their printing resolves is what counts."""

from __future__ import annotations

import duckdb
import pytest

from tests.unit.changes.tables import Row
from tests.unit.changes.test_mutations import compared


def counted(year: int, more: float, scale: float, places: int) -> list[Row]:
    return [
        {
            "time_period": f"{year}{(year + 1) % 100:02d}",
            "group": f"Group {place:02d}",
            "headcount": str(round((2_000 + place * 311) * more * (1 + 0.004 * (year % 5)))),
            "excluded_rate": f"{(3.2 + place % 9) * scale:.{places}f}",
        }
        for place in range(40)
    ]


@pytest.mark.parametrize(("scale", "places"), [(1.0, 1), (0.1, 2), (0.01, 4)])
@pytest.mark.parametrize("more", [1.0, 1.25])
def test_a_quarter_more_counted_at_steady_rates_is_a_break(
    connection: duckdb.DuckDBPyConnection, scale: float, places: int, more: float
) -> None:
    before = [row for year in range(2016, 2020) for row in counted(year, 1.0, scale, places)]
    result = compared(connection, before, [*before, *counted(2020, more, scale, places)])
    assert ("coverage_break" in {change.kind for change in result.changes}) is (more > 1)
