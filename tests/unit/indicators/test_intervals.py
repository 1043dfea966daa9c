"""Intervals agree with the published methods: values computed with SciPy 1.17 from the formulas of OHID's technical guide, and its worked cases."""

from __future__ import annotations

import duckdb
import pytest

from warehouse.mart_files import MART


@pytest.fixture
def asked(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    connection.execute("create schema mart")
    connection.execute((MART / "indicators" / "10_intervals.sql").read_text(encoding="utf-8"))
    return connection


def interval(asked: duckdb.DuckDBPyConnection, method: str, *numbers: float | None) -> tuple[float | None, float | None]:
    listed = ", ".join("null" if number is None else str(number) for number in numbers)
    row = asked.execute(f"select mart.{method}_lower({listed}), mart.{method}_upper({listed})").fetchone()
    assert row is not None
    return row


@pytest.mark.parametrize(
    ("events", "total", "lower", "upper"),
    [
        (65, 100, 0.5525444329688797, 0.7363575175690247),
        (136, 639, 0.18286120, 0.24623599),
        (0, 20, 0.0, 0.16113),
        (20, 20, 0.83887, 1.0),
        (1, 10, 0.01788, 0.40415),
    ],
)
def test_a_proportion_has_wilsons_interval(asked: duckdb.DuckDBPyConnection, events: int, total: int, lower: float, upper: float) -> None:
    assert interval(asked, "wilson", events, total) == pytest.approx((lower, upper), abs=1e-5)


@pytest.mark.parametrize(("events", "total"), [(5, 0), (-1, 10), (11, 10), (None, 10)])
def test_what_is_no_proportion_has_no_interval(asked: duckdb.DuckDBPyConnection, events: int | None, total: int) -> None:
    assert interval(asked, "wilson", events, total) == (None, None)


@pytest.mark.parametrize(
    ("events", "lower", "upper"),
    [
        (0, 0.0, 3.688879),  # exact Poisson
        (3, 0.618672, 8.767273),
        (9, 4.115373, 17.084803),
        (10, 4.78744991, 18.39145861),  # Byar from here on
        (65, 50.16318771, 82.84913855),
    ],
)
def test_a_count_has_byars_interval_and_exact_limits_below_ten(
    asked: duckdb.DuckDBPyConnection, events: int, lower: float, upper: float
) -> None:
    assert interval(asked, "byar", events) == pytest.approx((lower, upper), abs=1e-5)


def test_a_negative_count_has_none(asked: duckdb.DuckDBPyConnection) -> None:
    assert interval(asked, "byar", -1) == (None, None)


def test_a_share_of_a_survey_is_surer_than_its_part(asked: duckdb.DuckDBPyConnection) -> None:
    """Birmingham in 2022: 493,200 (34,700 either way) of 744,200 (42,600) in work; the ONS prints 66.3 % give or take 2.9."""
    row = asked.execute(
        """select mart.share_half_interval(493200, 34700, 744200, 42600), mart.share_half_interval(100, 1, 200, 50),
        mart.share_half_interval(493200, null, 744200, 42600), mart.share_half_interval(1, 1, 0, 0)"""
    ).fetchone()
    assert row is not None
    assert row[0] == pytest.approx(0.0271, abs=5e-5)
    assert row[1] == pytest.approx((1 + 25**2) ** 0.5 / 200), "where the whole is less sure than the part, the two are added"
    assert row[2:] == (None, None)
