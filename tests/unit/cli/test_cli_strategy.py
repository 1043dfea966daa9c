"""`evidence show strategy`: every figure with its verdict and reason, on a wide terminal, a narrow one, and as JSON."""

from __future__ import annotations

import json

import duckdb
import pytest
from cli_said import fill_declared

from flows.cli.strategy import show_strategy
from warehouse.home import Home
from warehouse.indicators import values


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A published file in which no dataset has landed but the deprivation of three LSOAs."""
    home = Home(tmp_path_factory.mktemp("strategy"))
    with duckdb.connect(str(home.database)) as connection:
        for schema in ("mart", "mhclg", "ons"):
            connection.execute(f"create schema {schema}")
        fill_declared(
            connection,
            "mhclg.deprivation",
            """select 'E0100000' || number as area_code, 'E08000025' as district_code, 'Birmingham' as district_name, '2015' as period,
            'imd_rank' as measure, number::double as value from range(1, 41) as lsoas(number)""",
        )
        fill_declared(connection, "ons.area_lookup")
        values.build(connection, home, (), ("mhclg.deprivation", "ons.area_lookup"))
    return home


def printed(published: Home, width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    monkeypatch.setenv("COLUMNS", str(width))
    show_strategy(published, as_json=False)
    said = capsys.readouterr().out
    assert max(map(len, said.splitlines())) <= width
    return said


def test_a_wide_terminal_gets_a_table(published: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    said = printed(published, 150, monkeypatch, capsys)
    row = next(line for line in said.splitlines() if line.startswith("LSOAs among the 5% most deprived"))
    # 5 % of 40 LSOAs are two, all of them Birmingham's.
    assert "21.3 % 2015" in row and "5.0 %" in row and row.rstrip().endswith("differs")
    assert "61 figures" in said


def test_a_narrow_terminal_gets_paragraphs(published: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    said = "\n".join(line.rstrip() for line in printed(published, 72, monkeypatch, capsys).splitlines())
    assert "  LSOAs among the 5% most deprived in England\n    printed 21.3 % 2015  differs\n    open data 5.0 %\n" in said


def test_every_verdict_but_a_reproduction_has_its_reason(
    published: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = printed(published, 400, monkeypatch, capsys)
    assert "Waits for ons.ethnic_group, ons.area_lookup" in said or "Waits for ons.ethnic_group, which has not landed here" in said
    assert "DfE publishes none by ward. Nearest: Results by school" in said
    assert "1 differs" in said and " not open" in said


def test_a_program_gets_every_column(published: Home, capsys: pytest.CaptureFixture[str]) -> None:
    show_strategy(published, as_json=True)
    rows = json.loads(capsys.readouterr().out)
    assert len(rows) == 61
    assert rows[20] | {"reason": ""} == {
        "figure": "imd_lsoa_top5", "theme": "deprivation", "what_it_says": "LSOAs among the 5% most deprived in England", "published": "21.3 %",
        "published_period": "2015", "published_comparator": None, "verdict": "differs", "reason": "", "recomputed_period": "2015",
        "recomputed_text": "5.0 %", "latest_period": "2015", "latest_text": "5.0 %", "change_since": None, "comparable": None,
        "datasets": "mhclg.deprivation, ons.area_lookup", "nearest": None,
    }  # fmt: skip
