"""Landing: what is written, what is refused, what counts as unchanged, and what the pointer says."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations.errors import EvidenceError
from tasks import land as land_module
from tasks.land import current, land, seen_again, withdraw
from tasks.locks import lock
from tests.landing import POPULATION, fill, land_rows, snapshot, table
from warehouse.home import Home
from warehouse.lake import paths, pointer, vintages
from warehouse.table import DatasetTable, TableColumn

ROWS = [("E08000026", "2021", 345_300.0, None), ("E08000025", "2021", 1_144_900.0, None), ("E08000025", "2020", None, "suppressed")]
Connection = duckdb.DuckDBPyConnection


def test_a_landed_vintage_holds_the_rows_sorted_by_grain_with_their_provenance(connection: Connection, home: Home) -> None:
    vintage = land_rows(connection, home, ROWS)
    rows = connection.execute(f"from read_parquet('{paths(home, vintage)[0]}')").fetchall()
    assert rows == [
        ("E08000025", "2020", None, "suppressed", "a" * 32, "population.csv", 4, vintage.id),
        ("E08000025", "2021", 1_144_900.0, None, "a" * 32, "population.csv", 3, vintage.id),
        ("E08000026", "2021", 345_300.0, None, "a" * 32, "population.csv", 2, vintage.id),
    ]


def test_the_file_is_zstd_and_typed_as_declared_and_says_what_it_is(connection: Connection, home: Home) -> None:
    vintage = land_rows(connection, home, ROWS, table(contract="c0ffee", tidy="f00d", licence="O'Brien's licence"))
    path = paths(home, vintage)[0]
    types = {row[0]: row[1] for row in connection.execute(f"describe from read_parquet('{path}')").fetchall()}
    assert types == dict(vintage.columns) == POPULATION.types
    assert set(connection.execute(f"select distinct compression from parquet_metadata('{path}')").fetchall()) == {("ZSTD",)}
    footer = {
        key.decode(): value.decode()
        for key, value in connection.execute(f"select key, value from parquet_kv_metadata('{path}')").fetchall()
    }
    assert footer["dataset"] == "ons.population"
    assert footer["snapshot_id"] == "a" * 32
    assert (footer["contract"], footer["tidy_sql"]) == ("c0ffee", "f00d")
    assert footer["licence"] == "O'Brien's licence"
    assert json.loads(footer["columns"])["value"] == {"type": "DOUBLE", "unit": "persons", "meaning": "Usual residents at mid-year"}


def test_the_same_content_is_written_once_and_seen_again(connection: Connection, home: Home) -> None:
    first = land_rows(connection, home, ROWS)
    before = {path: path.stat().st_mtime_ns for path in home.lake("ons.population").rglob("*.parquet")}
    again = land_rows(connection, home, ROWS, name="b")
    assert (first.new, again.new) == (True, False)
    assert again.id == first.id
    assert again.last_seen > first.last_seen
    assert {path: path.stat().st_mtime_ns for path in home.lake("ons.population").rglob("*.parquet")} == before
    assert vintages(home, "ons.population") == (again,)


def test_a_dataset_seen_again_without_a_landing_moves_only_last_seen(connection: Connection, home: Home) -> None:
    first = land_rows(connection, home, ROWS)
    again = seen_again(home, "ons.population")
    assert again is not None
    assert again.last_seen > first.last_seen
    assert (again.id, again.landed_at) == (first.id, first.landed_at)
    assert seen_again(home, "ons.nothing_yet") is None


def test_another_tidy_sql_lands_the_same_content_again(connection: Connection, home: Home) -> None:
    land_rows(connection, home, ROWS, table(tidy="one"))
    assert land_rows(connection, home, ROWS, table(tidy="two")).new
    assert len(vintages(home, "ons.population")) == 2


def test_content_that_returns_after_another_lands_again(connection: Connection, home: Home) -> None:
    for content, new in (("one", True), ("two", True), ("one", True), ("one", False)):
        assert land_rows(connection, home, ROWS, content=content).new is new
    assert [vintage.content for vintage in vintages(home, "ons.population")] == ["one", "two", "one"]


def test_an_increment_that_is_in_force_is_not_landed_again(connection: Connection, home: Home) -> None:
    increments = table(delivery="increment")
    january, february = [("E08000025", "2025-01", 1.0, None)], [("E08000025", "2025-02", 2.0, None)]
    assert land_rows(connection, home, january, increments).new
    assert land_rows(connection, home, february, increments).new
    assert not land_rows(connection, home, january, increments).new
    assert land_rows(connection, home, [("E08000025", "2025-01", 9.0, None)], increments).new
    assert land_rows(connection, home, january, increments).new, "January was replaced since: its old content is news again"


def test_a_vintage_id_sorts_by_time_and_names_its_snapshot(connection: Connection, home: Home) -> None:
    ids = [land_rows(connection, home, ROWS, content=str(number), name=name).id for number, name in enumerate("abc")]
    assert ids == sorted(ids)
    assert [identity.split("-")[1] for identity in ids] == ["aaaaaaaa", "bbbbbbbb", "cccccccc"]


def test_a_clock_set_back_does_not_make_the_newest_vintage_an_old_one(
    connection: Connection, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = land_rows(connection, home, ROWS, content="one")

    class Yesterday(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return datetime.now(UTC) - timedelta(days=1)

    monkeypatch.setattr(land_module, "datetime", Yesterday)
    second = land_rows(connection, home, ROWS, content="two")
    assert second.id > first.id
    assert current(home, "ons.population") == second


def test_a_backfill_takes_its_place_by_release_date(connection: Connection, home: Home) -> None:
    newest = land_rows(connection, home, ROWS, content="2025")
    older = land_rows(connection, home, ROWS, content="2024", known_from=datetime(2024, 6, 1, tzinfo=UTC))
    assert vintages(home, "ons.population") == (older, newest)
    assert current(home, "ons.population") == newest
    with pytest.raises(ValueError, match="future"):
        land_rows(connection, home, ROWS, content="2099", known_from=datetime(2099, 1, 1, tzinfo=UTC))


def _other_type(connection: Connection) -> None:
    connection.execute("alter table tidy alter value type varchar")


def _missing(connection: Connection) -> None:
    connection.execute("alter table tidy drop source_row")


def _surplus(connection: Connection) -> None:
    connection.execute("alter table tidy add column surprise varchar")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [(_other_type, "value is VARCHAR, declared DOUBLE"), (_missing, "source_row is missing"), (_surplus, "surprise is not declared")],
)
def test_a_table_that_is_not_the_declared_one_is_refused_and_leaves_nothing(
    connection: Connection, home: Home, spoil: Callable[[Connection], None], said: str
) -> None:
    fill(connection, ROWS)
    spoil(connection)
    with pytest.raises(EvidenceError) as refused:
        land(connection, "tidy", POPULATION, snapshot(), home, "run-1", "content")
    assert refused.value.code == "land.not_as_declared"
    assert said in refused.value.found
    assert not home.lake("ons.population").exists()


def test_a_file_that_does_not_read_back_is_not_landed(connection: Connection, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    good = land_rows(connection, home, ROWS, content="good")
    copy = land_module._copy

    def cut_short(connection: Connection, table: str, dataset: DatasetTable, vintage: Any, path: Path, filled: dict[str, int]) -> None:
        copy(connection, table, dataset, vintage, path, filled)
        path.write_bytes(path.read_bytes()[:-100])

    monkeypatch.setattr(land_module, "_copy", cut_short)
    with pytest.raises(EvidenceError) as refused:
        land_rows(connection, home, ROWS, content="bad")
    assert refused.value.code == "land.not_written"
    assert vintages(home, "ons.population") == (good,)
    assert sorted(path.name for path in home.lake("ons.population").iterdir()) == [good.id, "vintages.json"]


def test_what_dead_processes_left_is_swept_by_the_next_landing(connection: Connection, home: Home) -> None:
    good = land_rows(connection, home, ROWS, content="good")
    folder = home.lake("ons.population")
    for left in (".aside-0123-20250101T000000000000Z-deadbeef", "20250101T000000000000Z-deadbeef"):
        (folder / left).mkdir()
        (folder / left / "part-0000.parquet").write_bytes(b"PAR1 and no more")
    (folder / ".aside-4567-vintages.json").write_text("{")
    assert vintages(home, "ons.population") == (good,), "what no pointer names is not there"
    newer = land_rows(connection, home, ROWS, content="newer")
    assert sorted(path.name for path in folder.iterdir()) == [good.id, newer.id, "vintages.json"]


def test_landings_of_one_dataset_wait_for_each_other_and_name_the_holder(
    connection: Connection, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.locks.WAIT", 0.1)
    with lock(home, "ons.population", "landing ons.population"):
        with pytest.raises(EvidenceError) as busy:
            land_rows(connection, home, ROWS)
        assert busy.value.code == "lock.busy"
        assert "landing ons.population by process" in busy.value.found
        assert land_rows(connection, home, ROWS, table(id="ons.households")).new, "another dataset lands side by side"


def test_a_withdrawn_snapshot_is_gone_from_pointer_and_disk(connection: Connection, home: Home) -> None:
    kept = land_rows(connection, home, ROWS, name="a", content="a")
    gone = land_rows(connection, home, ROWS, name="b", content="b")
    assert withdraw(home, "ons.population", gone.snapshot) == (gone,)
    assert vintages(home, "ons.population") == (kept,)
    assert not (home.lake("ons.population") / gone.id).exists()
    assert withdraw(home, "ons.population", "c" * 32) == ()


def test_a_pointer_whose_file_is_gone_or_short_is_an_error_and_not_an_empty_table(connection: Connection, home: Home) -> None:
    vintage = land_rows(connection, home, ROWS)
    path = paths(home, vintage)[0]
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(EvidenceError, match=r"lake\.damaged"):
        paths(home, vintage)
    path.unlink()
    with pytest.raises(EvidenceError, match="no file"):
        paths(home, vintage)
    pointer(home, "ons.population").write_text("not JSON")
    with pytest.raises(EvidenceError, match=r"lake\.damaged"):
        vintages(home, "ons.population")


def test_an_empty_table_lands_as_an_empty_vintage(connection: Connection, home: Home) -> None:
    vintage = land_rows(connection, home, [])
    assert (vintage.rows, vintage.periods) == (0, ())
    assert connection.execute(f"select count(*) from read_parquet('{paths(home, vintage)[0]}')").fetchall() == [(0,)]


def test_a_column_name_with_a_quote_is_a_name_and_no_sql(connection: Connection, home: Home) -> None:
    name = 'area"; drop table tidy; --'
    odd = table(columns=(*POPULATION.columns, TableColumn(name, "VARCHAR", "an odd name")), grain=("area_code", "period", name))
    fill(connection, ROWS)
    connection.execute('alter table tidy add column "area""; drop table tidy; --" varchar')
    assert land(connection, "tidy", odd, snapshot(), home, "run-1", "content").rows == 3
    assert connection.execute("select count(*) from tidy").fetchall() == [(3,)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "Population"},
        {"columns": ()},
        {"grain": ()},
        {"grain": ("area",)},
        {"period": "year"},
        {"delivery": "window", "period": None},
        {"columns": (*POPULATION.columns, TableColumn("value", "DOUBLE", "again"))},
        {"columns": (*POPULATION.columns, TableColumn("vintage", "VARCHAR", "ours"))},
        {"columns": (*POPULATION.columns, TableColumn("extra", "VARCHAR) --", "no type"))},
    ],
)
def test_a_table_that_cannot_be_landed_is_refused_when_it_is_made(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        table(**wrong)
