"""The engine of a step: its tables live in a file that has no name, and nothing is left of it."""

from __future__ import annotations

from pathlib import Path

from warehouse.engine import WORKSPACE, engine, hasten, settle
from warehouse.home import Home


def left_in(home: Home) -> list[Path]:
    return list(home.scratch.iterdir())


def test_tables_live_in_a_file_that_nobody_finds(home: Home) -> None:
    with engine(home) as connection:
        hasten(connection)
        connection.execute("create table large as select i, 'word ' || (i % 7) as word from range(300000) as t(i)")
        connection.execute("update large set i = i + 1")
        settle(connection)
        blocks = connection.execute(f"select total_blocks from pragma_database_size() where database_name = '{WORKSPACE}'").fetchone()
        assert blocks is not None and blocks[0] > 0
        assert connection.execute("select count(*), sum(i) from large").fetchone() == (300_000, 45_000_150_000)
        assert left_in(home) == []
    assert left_in(home) == []


def test_two_engines_of_a_home_do_not_meet(home: Home) -> None:
    with engine(home) as one, engine(home) as other:
        one.execute("create table t as select 1 as a")
        other.execute("create table t as select 2 as a")
        assert (one.execute("from t").fetchone(), other.execute("from t").fetchone()) == ((1,), (2,))
        folders = {connection.execute("select current_setting('temp_directory')").fetchone() for connection in (one, other)}
        assert len(folders) == 2


def test_what_does_not_fit_into_memory_spills_and_is_removed(home: Home) -> None:
    with engine(home) as connection:
        connection.execute("set memory_limit = '60MB'")
        connection.execute(
            "create temp table sorted as select hash(i) as h, 'text of some length ' || i as t from range(1000000) as r(i) order by 1"
        )
        assert connection.execute("select count(*) from sorted").fetchone() == (1_000_000,)
    assert left_in(home) == []
