"""The delivery itself: a file that ends within a word, and days that are only printed in another order."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tasks.changes.files import compare_files
from tests.unit.changes.tables import Row
from tests.unit.changes.test_mutations import compared

HEADER = "name,code,jobs,share\n"
ROWS = [
    f"{'North' if place % 2 else 'South'} Borough {place:02d},E08{place:06d},{place * 31 % 400},{place % 37}.5\n" for place in range(60)
]
ROWS[5] = "South Borough 05,,,\n"  # where one row lacks its figures, a last one that lacks them shows nothing by that alone


def kinds(tmp_path: Path, after: str) -> set[str]:
    (tmp_path / "before.csv").write_text(HEADER + "".join(ROWS))
    (tmp_path / "after.csv").write_text(after)
    return {change.kind for change in compare_files(tmp_path / "before.csv", tmp_path / "after.csv").changes}


@pytest.mark.parametrize("end", ["Nor", "North Borough 4", "North Borough 41,E08", "North Borough 41,E08000041,4"])
def test_a_file_that_ends_within_a_word_is_cut(tmp_path: Path, end: str) -> None:
    assert "truncated" in kinds(tmp_path, HEADER + "".join(ROWS[:40]) + end)


@pytest.mark.parametrize("end", ["Figures are rounded to ten jobs\n", "United Kingdom\n", "North Borough 01\n"])
def test_a_short_last_line_of_other_words_is_no_cut(tmp_path: Path, end: str) -> None:
    assert "truncated" not in kinds(tmp_path, HEADER + "".join(ROWS) + end)


def events(printed: str) -> list[Row]:
    days = [(2024, 9, place % 28 + 1) for place in range(120)]
    return [
        {"paid on": printed.format(*day), "supplier": f"Supplier {place % 41}", "amount": f"{place * 7.25:.2f}"}
        for place, day in enumerate(days)
    ]


def test_the_same_days_in_british_order_are_no_repeated_release(connection: duckdb.DuckDBPyConnection) -> None:
    result = compared(connection, events("{0}-{1:02d}-{2:02d}"), events("{2:02d}/{1:02d}/{0}"))
    assert [change.kind for change in result.changes] == ["column_retyped"] and result.verdict.word == "warning"
