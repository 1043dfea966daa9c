"""From landed rows to values: what is computed, what says why it is not, and what is not computed twice. On rows made by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.unit.indicators.making import KEYS, SELECT, build, define, rows_of
from warehouse.home import Home
from warehouse.indicators import values

HERE, THERE = "E08000025", "E08000026"
Connection = duckdb.DuckDBPyConnection


def asked(connection: Connection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query).fetchall()


def in_force(monkeypatch: pytest.MonkeyPatch, **vintages: str) -> None:
    """The lake says that these vintages are in force."""
    monkeypatch.setattr(values, "_vintages", lambda home, table: (vintages[table.id.replace(".", "_")],))


def test_a_share_is_computed_with_its_parts_and_interval(connection: Connection, home: Home, tmp_path: Path) -> None:
    rows_of(connection, [(HERE, "2020", 65, 100), (HERE, "2021", 0, 0)])
    define(tmp_path, interval="wilson", numerator="Some", denominator="All")
    assert build(connection, home, tmp_path)["shares"].state == "computed"
    found = asked(
        connection, "select value, round(lower_ci, 2), round(upper_ci, 2), status, breakdown, unit, datasets from mart.indicator_values"
    )
    assert found == [
        (65.0, 55.25, 73.64, None, "all", "percent", "ons.population"),
        (None, None, None, "not_available", "all", "percent", "ons.population"),
    ]


def test_a_rate_has_byars_interval_in_its_own_unit(connection: Connection, home: Home, tmp_path: Path) -> None:
    rows_of(connection, [(HERE, "2020", 65, 1000)])
    define(tmp_path, interval="byar", unit="per 1,000 residents", more=["-- per: 1000"])
    build(connection, home, tmp_path)
    assert asked(connection, "select value, round(lower_ci, 3), round(upper_ci, 3) from mart.indicator_values") == [(65.0, 50.163, 82.849)]


def test_the_publishers_own_interval_is_kept(connection: Connection, home: Home, tmp_path: Path) -> None:
    rows_of(connection, [(HERE, "2020", 65, 100)])
    define(tmp_path, sql=f"select {KEYS}, numerator as value, 60 as lower_ci, 70 as upper_ci from ons.population", interval="published")
    build(connection, home, tmp_path)
    assert asked(connection, "select value, lower_ci, upper_ci, interval_method from mart.indicator_values") == [
        (65.0, 60.0, 70.0, "published")
    ]


def test_a_suppressed_figure_stays_suppressed(connection: Connection, home: Home, tmp_path: Path) -> None:
    rows_of(connection, [(HERE, "2020", None, 100)])
    define(tmp_path, sql=f"select {KEYS}, numerator, denominator, 'suppressed' as status, 'c' as marker from ons.population")
    build(connection, home, tmp_path)
    assert asked(connection, "select value, status, marker from mart.indicator_values") == [(None, "suppressed", "c")]


def test_an_indicator_without_its_dataset_says_so_and_holds_back_nothing_else(connection: Connection, home: Home, tmp_path: Path) -> None:
    rows_of(connection, [(HERE, "2020", 1, 2)])
    define(tmp_path)
    define(tmp_path, "waits", SELECT.replace("ons.population", "ons.nowhere"), sources="ons.nowhere, ons.population")
    build(connection, home, tmp_path)
    told = asked(connection, "select indicator, state, reason, rows from mart.indicators order by 1")
    assert told == [("shares", "computed", "", 1), ("waits", "not landed", "waits for ons.nowhere, which has not landed here", None)]


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        (f"{SELECT} union all {SELECT}", "2 rows more; expected one row per breakdown, area, boundaries and period"),
        (SELECT.replace("area_code,", "null as area_code,"), "2 rows without; expected an area and a period in every row"),
        (SELECT.replace("area_level,", "'region' as area_level,"), "region; expected levels local_authority, ward"),
        (SELECT.replace(", denominator", ""), "expected a value, or numerator and denominator"),
        (SELECT.replace("denominator", "denominator, 1 as weight"), "expected columns area_code"),
        (SELECT.replace("numerator", "numerater"), 'Binder Error: Referenced column "numerater" not found'),
        ("select * from ons.population where area_code = 'nowhere'", "its datasets have landed, and hold no row for it"),
    ],
)
def test_rows_that_may_not_be_are_no_values(connection: Connection, home: Home, tmp_path: Path, sql: str, said: str) -> None:
    rows_of(connection, [(HERE, "2020", 1, 2), (THERE, "2020", 1, 2)])
    define(tmp_path, "faulty", sql)
    define(tmp_path)
    results = build(connection, home, tmp_path)
    assert said in results["faulty"].reason
    assert results["faulty"].state == ("empty" if "no row" in said else "failed")
    assert asked(connection, "select distinct indicator from mart.indicator_values") == [("shares",)]


def test_a_definition_that_cannot_be_read_holds_back_itself_alone(connection: Connection, home: Home, tmp_path: Path) -> None:
    rows_of(connection, [(HERE, "2020", 1, 2)])
    define(tmp_path)
    define(tmp_path, "faulty", untit="percent")
    results, left_out = values.build(connection, home, (), ("ons.population",), folder=tmp_path)
    assert [result.indicator.name for result in results] == ["shares"]
    assert "key 'untit' (did you mean 'unit'?)" in left_out["indicators/population/faulty.sql"]


def test_only_what_a_changed_dataset_touches_is_computed_again(
    connection: Connection, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    landed = ("ons.population", "ons.other")
    define(tmp_path)
    define(tmp_path, "others", SELECT.replace("ons.population", "ons.other"), sources="ons.other")

    def kept(value: float, **vintages: str) -> dict[str, bool]:
        connection.execute("drop schema if exists mart cascade")
        rows_of(connection, [(HERE, "2020", 1, 2)])
        rows_of(connection, [(HERE, "2020", value, 2)], "ons.other")
        in_force(monkeypatch, **vintages)
        return {name: result.kept for name, result in build(connection, home, tmp_path, landed).items()}

    assert kept(1, ons_population="a", ons_other="a") == {"shares": False, "others": False}
    assert kept(1, ons_population="a", ons_other="a") == {"shares": True, "others": True}
    assert kept(2, ons_population="a", ons_other="b") == {"shares": True, "others": False}
    assert asked(connection, "select indicator, value, vintages from mart.indicator_values order by 1") == [
        ("others", 100.0, "b"),
        ("shares", 50.0, "a"),
    ]
    define(tmp_path, "others", SELECT.replace("ons.population", "ons.other") + " where true", sources="ons.other")
    assert kept(2, ons_population="a", ons_other="b") == {"shares": True, "others": False}, "another SELECT is another indicator"
    assert len(list((home.state / "indicators").glob("*"))) == 2, "what no indicator uses any more is gone"


def test_what_cannot_be_read_back_is_computed_again(
    connection: Connection, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    define(tmp_path)
    in_force(monkeypatch, ons_population="a")
    for _ in range(2):
        connection.execute("drop schema if exists mart cascade")
        rows_of(connection, [(HERE, "2020", 1, 2)])
        result = build(connection, home, tmp_path)["shares"]
        for path in (home.state / "indicators").glob("*"):
            path.write_bytes(b"torn")
    assert (result.state, result.kept) == ("computed", False)
    assert asked(connection, "select value from mart.indicator_values") == [(50.0,)]


def test_a_table_carried_over_is_computed_and_not_kept(connection: Connection, home: Home, tmp_path: Path) -> None:
    rows_of(connection, [(HERE, "2020", 1, 2)])
    define(tmp_path)
    assert build(connection, home, tmp_path)["shares"].state == "computed"
    assert not (home.state / "indicators").exists(), "no vintage names what it was computed from"


def test_a_change_is_never_told_across_a_break(connection: Connection, home: Home, tmp_path: Path) -> None:
    rows_of(connection, [(HERE, str(year), value, 100) for year, value in ((2017, 10), (2018, 30), (2019, 20))])
    define(tmp_path, more=["-- break: 2018-01-01 nurseries came in"])
    build(connection, home, tmp_path)
    told = asked(connection, "select previous_period, period, change, judged, not_comparable from mart.indicator_changes order by period")
    assert told == [("2017", "2018", None, None, "2018-01-01: nurseries came in"), ("2018", "2019", -10.0, "better", None)]


def test_a_change_within_the_intervals_is_no_clear_change(connection: Connection, home: Home, tmp_path: Path) -> None:
    rows_of(connection, [(HERE, "2018", 30, 100), (HERE, "2019", 33, 100), (HERE, "2020", 80, 100)])
    define(tmp_path, interval="wilson", numerator="Some", denominator="All")
    build(connection, home, tmp_path)
    assert asked(connection, "select direction, judged from mart.indicator_changes order by period") == [
        ("no clear change", None),
        ("rose", "worse"),
    ]


def test_the_home_area_stands_beside_its_comparators(connection: Connection, home: Home, tmp_path: Path) -> None:
    rows_of(connection, [(HERE, "2020", 40, 100), ("E08000003", "2020", 50, 100), ("E08000035", "2020", 10, 100), (THERE, "2020", 99, 100)])
    define(tmp_path)
    build(connection, home, tmp_path)
    told = asked(
        connection, "select value, core_cities, core_cities_median, place_among_core_cities, region from mart.indicator_comparisons"
    )
    assert told == [(40.0, 3, 40.0, 2, None)]


def test_inequality_between_wards_is_the_slope_over_their_places(connection: Connection, home: Home, tmp_path: Path) -> None:
    codes = [f"E0501{number:04d}" for number in range(10)]
    rows_of(connection, [(code, "2020", 100 - 10 * place, 100) for place, code in enumerate(codes)])
    define(tmp_path)
    build(connection, home, tmp_path)
    connection.execute(
        """create or replace table mart.ward_deprivation as select 'E0501' || lpad(place::varchar, 4, '0') as area_code, 100.0 as residents,
        (place + 0.5) / 10 as place, 'fifth ' || (1 + place // 2) as fifth from range(10) as wards(place)"""
    )
    connection.execute((Path(values.MART) / "indicators" / "80_inequality.sql").read_text(encoding="utf-8"))
    told = asked(
        connection,
        "select wards, most_deprived_fifth, least_deprived_fifth, gap, round(ratio, 4), round(slope_index, 9) from mart.ward_inequality",
    )
    assert told == [(10, 95.0, 15.0, 80.0, 6.3333, -100.0)], "values fall by 10 from ward to ward: by 100 over the whole city"
