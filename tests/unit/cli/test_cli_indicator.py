"""`evidence show INDICATOR`: its meaning, the home area's values, its comparators and its wards; and that other names are left to others."""

from __future__ import annotations

import json

import duckdb
import pytest
from cli_said import fill_declared

from flows.cli.indicator import show_indicator
from warehouse.home import Home
from warehouse.indicators import values


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A published file with twenty LSOAs of the home area in ten wards, of forty in England."""
    home = Home(tmp_path_factory.mktemp("indicator"))
    with duckdb.connect(str(home.database)) as connection:
        for schema in ("mart", "mhclg", "ons"):
            connection.execute(f"create schema {schema}")
        fill_declared(
            connection,
            "mhclg.deprivation",
            """select 'E01' || lpad(number::varchar, 6, '0') as area_code, if(number <= 20, 'E08000025', 'E08000035') as district_code,
            if(number <= 20, 'Birmingham', 'Leeds') as district_name, '2019' as period, 'imd_rank' as measure, number::double as value
            from range(1, 41) as lsoas(number)""",
        )
        fill_declared(
            connection,
            "ons.area_lookup",
            """select 'lsoa11_wd21' as lookup, 'E01' || lpad(number::varchar, 6, '0') as from_code, '2011' as from_vintage,
            'E0501118' || (number - 1) // 2 as to_code, 'Ward ' || (number - 1) // 2 as to_name, '2021' as to_vintage, 'ward' as to_level
            from range(1, 21) as lsoas(number)""",
        )
        values.build(connection, home, (), ("mhclg.deprivation", "ons.area_lookup"))
    return home


def test_an_indicator_is_shown_with_its_meaning_values_and_wards(
    published: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    assert show_indicator("lsoas_most_deprived_tenth", published, as_json=False)
    said = capsys.readouterr().out
    assert "Neighbourhoods among the 10 % most deprived of England" in said and "Ranks are relative" in said
    assert "2019    20.0" in said, "4 of 20 LSOAs are among the first 4 of 40"
    assert "1 of 2" in said, "no core city of the two has more"
    assert "10 wards, 2019: highest Ward 0 100.0, Ward 1 100.0, Ward 2 0.0; lowest" in said


def test_an_indicator_that_waits_says_for_what(
    published: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert show_indicator("residents", published, as_json=False)
    assert "waits for ons.population, which has not landed here" in capsys.readouterr().out


def test_a_program_gets_all_of_it(published: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert show_indicator("lsoas_most_deprived_tenth", published, as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert (found["state"], found["unit"], len(found["wards"]), found["breaks"][0]["since"]) == ("computed", "percent", 10, "2019-01-01")
    assert [row["value"] for row in found["values"]] == [20.0]


def test_another_name_is_left_to_others(published: Home, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert not show_indicator("no_such_indicator", published, as_json=False)
    assert not show_indicator("'; drop table x; --", published, as_json=False)
    assert not show_indicator("residents", Home(tmp_path_factory.mktemp("empty")), as_json=False)
