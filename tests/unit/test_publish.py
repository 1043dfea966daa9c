"""Publishing: which rows are current, what analysts find in the file, what is left alone, and what happens when a part of the lake is broken."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations.errors import EvidenceError
from tasks import publish as publish_module
from tasks.land import withdraw
from tasks.record import DatasetOutcome, RunRecord, write_hold, write_record
from tests.landing import POPULATION, archived, land_rows, publish, table
from warehouse.home import Home
from warehouse.lake import paths

Connection = duckdb.DuckDBPyConnection
BIRMINGHAM = "E08000025"


@contextmanager
def reader(home: Home) -> Iterator[Connection]:
    """The published file as an analyst opens it."""
    with duckdb.connect(str(home.database), read_only=True) as opened:
        yield opened


def query(home: Home, sql: str) -> list[tuple[Any, ...]]:
    with reader(home) as opened:
        return opened.execute(sql).fetchall()


def year(period: str, value: float | None, status: str | None = None, area: str = BIRMINGHAM) -> tuple[str, str, float | None, str | None]:
    return (area, period, value, status)


def test_a_full_delivery_replaces_everything(connection: Connection, home: Home) -> None:
    land_rows(connection, home, [year("2019", 1.0), year("2020", 2.0)])
    land_rows(connection, home, [year("2020", 3.0)], name="b")
    publish(home, [POPULATION])
    assert query(home, "select period, value from ons.population") == [("2020", 3.0)]


def test_a_rolling_window_never_loses_its_oldest_year(connection: Connection, home: Home) -> None:
    window = table(delivery="window")
    land_rows(connection, home, [year("2016", 1.0), year("2017", 2.0)], window)
    land_rows(connection, home, [year("2017", 2.5), year("2018", 3.0)], window, name="b")
    publish(home, [window])
    assert query(home, "select period, value, left(snapshot_id, 1) from ons.population order by period") == [
        ("2016", 1.0, "a"),
        ("2017", 2.5, "b"),
        ("2018", 3.0, "b"),
    ]


def test_recoded_areas_are_not_counted_twice(connection: Connection, home: Home) -> None:
    window = table(delivery="window")
    land_rows(connection, home, [year("2017", 5.0, area="E10000002"), year("2017", 7.0)], window)
    land_rows(connection, home, [year("2017", 5.0, area="E06000060"), year("2017", 7.0), year("2018", 8.0)], window, name="b")
    publish(home, [window])
    assert query(home, "select period, sum(value) from ons.population group by all order by all") == [("2017", 12.0), ("2018", 8.0)]


def test_an_increment_adds_its_period(connection: Connection, home: Home) -> None:
    increment = table(delivery="increment")
    for month, value in (("2025-01", 1.0), ("2025-02", 2.0), ("2025-03", 3.0), ("2025-02", 2.2)):
        land_rows(connection, home, [year(month, value)], increment)
    publish(home, [increment])
    assert query(home, "select period, value from ons.population order by period") == [("2025-01", 1.0), ("2025-02", 2.2), ("2025-03", 3.0)]


def test_rows_without_a_period_are_a_period_of_their_own(connection: Connection, home: Home) -> None:
    window = table(delivery="window")
    land_rows(connection, home, [(BIRMINGHAM, None, 1.0, None), year("2020", 2.0)], window)  # type: ignore[list-item]
    land_rows(connection, home, [(BIRMINGHAM, None, 5.0, None)], window, name="b")  # type: ignore[list-item]
    publish(home, [window])
    assert query(home, "select period, value from ons.population order by period nulls first") == [(None, 5.0), ("2020", 2.0)]


def test_a_dataset_can_be_asked_as_it_was_known_on_a_day(connection: Connection, home: Home) -> None:
    for month, value in ((1, 1.0), (3, 3.0), (5, 5.0)):
        land_rows(connection, home, [year("2020", value)], known_from=datetime(2024, month, 10, 12, tzinfo=UTC))
    publish(home, [POPULATION])
    for day, known in (
        ("2024-01-09", []),
        ("2024-01-10", [(1.0,)]),
        ("2024-03-09", [(1.0,)]),
        ("2024-04-01", [(3.0,)]),
        ("2025-01-01", [(5.0,)]),
    ):
        assert query(home, f"select value from mart.as_known_on('ons.population', date '{day}')") == known, day
    assert query(home, "select value, known_until is null from ons.population_vintages order by known_from") == [
        (1.0, False),
        (3.0, False),
        (5.0, True),
    ]


def test_revisions_say_what_moved_and_by_how_much(connection: Connection, home: Home) -> None:
    land_rows(connection, home, [year("2019", 1.0), year("2020", 6.5)])
    land_rows(connection, home, [year("2019", 1.0), year("2020", 9.7)], name="b")
    publish(home, [POPULATION])
    assert query(home, "select period, value_before, value_after, round(moved, 1) from ons.population_revisions") == [
        ("2020", 6.5, 9.7, 3.2)
    ]


def test_a_figure_suppressed_later_is_withheld_from_older_vintages_and_logged(connection: Connection, home: Home) -> None:
    first = land_rows(connection, home, [year("2019", 4.0), year("2020", 3.0)])
    land_rows(connection, home, [year("2019", 4.0), year("2020", None, "suppressed")], name="b")
    publish(home, [POPULATION])
    told = query(home, "select period, value, status from ons.population_vintages where known_until is not null order by period")
    assert told == [("2019", 4.0, None), ("2020", None, "withheld")]
    assert query(home, "from meta.withheld") == [("ons.population", first.id, 1)]
    assert "3.0" not in str(query(home, "from ons.population_revisions"))


def test_an_older_vintage_of_other_columns_is_read_in_todays(connection: Connection, home: Home) -> None:
    older = table(columns=POPULATION.columns[:3])
    connection.execute(
        "create table tidy as select 'E1' area_code, '2019' period, 1.0::double as value, 'p' source_part, 2::bigint source_row"
    )
    from tasks.land import land
    from tests.landing import snapshot

    land(connection, "tidy", older, snapshot(), home, "run-1", "older", known_from=datetime(2024, 1, 1, tzinfo=UTC))
    connection.execute("drop table tidy")
    land_rows(connection, home, [year("2020", 2.0, "provisional")])
    publish(home, [POPULATION])
    assert query(home, "select period, value, status from ons.population_vintages order by period") == [
        ("2019", 1.0, None),
        ("2020", 2.0, "provisional"),
    ]


def test_every_table_view_column_and_macro_is_explained(connection: Connection, home: Home) -> None:
    land_rows(connection, home, [year("2020", 1.0)])
    publish(home, [POPULATION, table(id="ons.not_landed")])
    assert query(home, "select schema_name, table_name from duckdb_tables() where comment is null") == []
    assert query(home, "select view_name from duckdb_views() where comment is null and not internal") == []
    assert query(home, "select table_name, column_name from duckdb_columns() where comment is null and not internal") == []
    assert query(home, "select function_name from duckdb_functions() where schema_name = 'mart' and comment is null") == []
    comment = query(home, "select comment from duckdb_tables() where table_name = 'population'")[0][0]
    for said in (
        "Population estimates.",
        "One row per area_code, period.",
        "Caveat: rounded to the nearest 100.",
        "Open Government Licence",
    ):
        assert said in comment
    value = "select comment from duckdb_columns() where table_name = 'population' and column_name = 'value'"
    assert query(home, value) == [("Usual residents at mid-year. Unit: persons.",)]


def test_meta_tells_the_pipelines_own_state(connection: Connection, home: Home) -> None:
    arrived = archived(home, "area,2020\nE08000025,1\n")
    vintage = land_rows(connection, home, [year("2020", 1.0)], snapshot=arrived)
    change = {
        "id": "c1",
        "kind": "column_added",
        "severity": "warning",
        "what": "a column came",
        "column": "x",
        "before": None,
        "after": "x",
        "evidence": {"n": 1},
    }
    checks = {
        "results": [{"name": "expect_column_values_to_not_be_null", "sentence": "value is filled", "severity": "critical", "success": True}]
    }
    outcome = DatasetOutcome(
        "ons.population", "landed", rows=1, vintage=vintage.id, snapshot=arrived.id, changes=(change,), checks=checks, steps={"land": 0.5}
    )
    write_record(
        RunRecord("run-1", "2025-01-31T09:30:00+00:00", "2025-01-31T09:31:00+00:00", "sample", "direct", ("ons.population",), (outcome,)),
        home,
    )
    write_hold(home, "ons.population", "f" * 32, "run-1", [change], datetime(2025, 2, 1, tzinfo=UTC))
    publish(home, [POPULATION, table(id="ons.not_landed", known_errors=(("a typo in a header", "2026-01-01"),))])
    assert query(home, "select dataset, rows, vintages, vintage, held_since::varchar from meta.datasets order by all") == [
        ("ons.not_landed", None, 0, None, None),
        ("ons.population", 1, 1, vintage.id, "2025-02-01 00:00:00"),
    ]
    assert query(home, "select unit from meta.columns where dataset = 'ons.population' and column_name = 'value'") == [("persons",)]
    assert query(home, "select release, parts, held from meta.snapshots") == [("2025-01", 1, False)]
    assert query(home, "select part, url, fetched_at::varchar from meta.parts") == [
        ("population.csv", "https://www.example.gov.uk/population.csv", "2025-01-31 09:30:00")
    ]
    assert query(home, "select vintage, rows, current_rows from meta.vintages") == [(vintage.id, 1, 1)]
    assert query(home, "select run, origin, landed, failed from meta.runs") == [("run-1", "sample", 1, 0)]
    assert query(home, "select status, seconds from meta.outcomes") == [("landed", 0.5)]
    assert query(home, "select rule, sentence, success from meta.checks") == [
        ("expect_column_values_to_not_be_null", "value is filled", True)
    ]
    assert query(home, "select change_id, kind, severity from meta.changes") == [("c1", "column_added", "warning")]
    assert query(home, "select dataset, since::varchar, changes from meta.holds") == [("ons.population", "2025-02-01 00:00:00", 1)]
    assert query(home, "select datasets from meta.licences") == [(["ons.not_landed", "ons.population"],)]
    assert query(home, "select dataset, what from meta.known_errors") == [("ons.not_landed", "a typo in a header")]
    assert query(home, "select datasets, rows from meta.publication") == [(1, 1)]
    assert "Held since 2025-02-01" in query(home, "select comment from duckdb_tables() where table_name = 'population'")[0][0]


def test_provenance_leads_from_a_value_to_its_address(connection: Connection, home: Home) -> None:
    land_rows(connection, home, [year("2019", 1.0), year("2020", 2.0)], snapshot=archived(home, "area,2020\nE08000025,1\n"))
    publish(home, [POPULATION])
    asked = "select value, source_part, source_row, url, release from mart.provenance('ons.population', area := 'E08000025', period_is := '2020')"
    assert query(home, asked) == [(2.0, "population.csv", 3, "https://www.example.gov.uk/population.csv", "2025-01")]
    assert len(query(home, "from mart.provenance('ons.population')")) == 2
    assert query(home, "select measure, unit from mart.provenance('ons.population') limit 1") == [(None, None)], (
        "columns it has not are NULL"
    )


def test_a_quiet_night_publishes_nothing(connection: Connection, home: Home) -> None:
    land_rows(connection, home, [year("2020", 1.0)])
    first = publish(home, [POPULATION])
    before = home.database.stat().st_ino
    land_rows(connection, home, [year("2020", 1.0)])  # delivered again: only last_seen moves
    second = publish(home, [POPULATION])
    assert (first.rebuilt, second.rebuilt) == (True, False)
    assert home.database.stat().st_ino == before
    assert second.tables == first.tables == {"ons.population": 1}


@pytest.mark.parametrize("what", ["a landing", "a hold", "another declaration", "the file is gone", "the file is another"])
def test_whatever_changes_what_analysts_see_publishes_again(connection: Connection, home: Home, what: str) -> None:
    land_rows(connection, home, [year("2020", 1.0)])
    publish(home, [POPULATION])
    declared = POPULATION
    if what == "a landing":
        land_rows(connection, home, [year("2020", 2.0)])
    elif what == "a hold":
        write_hold(home, "ons.population", "f" * 32, "run-2", [])
    elif what == "another declaration":
        declared = table(caveats=("rounded to the nearest 10",))
    elif what == "the file is gone":
        home.database.unlink()
    else:
        home.database.unlink()
        home.database.write_bytes(b"no database")
    assert publish(home, [declared]).rebuilt
    assert len(query(home, "from ons.population")) == 1


def test_datasets_that_land_together_are_published_once(home: Home) -> None:
    tables = [table(id=f"ons.dataset_{number}") for number in range(40)]
    results: list[publish_module.Published] = []

    def worker(mine: int) -> None:
        with duckdb.connect() as own:
            land_rows(own, home, [year("2020", float(mine))], tables[mine])
        results.append(publish(home, tables, settle=1.5))

    threads = [threading.Thread(target=worker, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 40
    assert sum(result.rebuilt for result in results) == 1
    assert query(home, "select count(*) from meta.datasets where rows = 1") == [(40,)]


def test_without_waiting_forty_requests_for_one_state_cause_one_publish(connection: Connection, home: Home) -> None:
    land_rows(connection, home, [year("2020", 1.0)])
    results: list[publish_module.Published] = []
    threads = [threading.Thread(target=lambda: results.append(publish(home, [POPULATION]))) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [result.rebuilt for result in results].count(True) == 1
    assert len(results) == 40


def test_nothing_is_left_beside_the_published_file(connection: Connection, home: Home) -> None:
    land_rows(connection, home, [year("2020", 1.0)])
    (home.root / ".aside-0123-publish").mkdir()
    (home.root / ".aside-0123-publish" / "evidence.duckdb").write_bytes(b"half")
    Path(f"{home.database}.wal").write_bytes(b"of someone who opened the live file to write")
    publish(home, [POPULATION])
    assert sorted(path.name for path in home.root.iterdir() if "evidence" in path.name or path.name.startswith(".")) == ["evidence.duckdb"]
    assert home.database.stat().st_mode & 0o222 == 0, "readers only"


def test_two_publications_of_one_state_hold_the_same_rows_in_the_same_order(connection: Connection, home: Home) -> None:
    window = table(delivery="window")
    rows = [(f"E{number:08}", str(2000 + number % 9), number / 7, None) for number in range(900)]
    land_rows(connection, home, rows, window)
    land_rows(connection, home, [row for row in rows if row[1] > "2004"], window, name="b", content="b")
    told = []
    for _ in range(2):
        publish(home, [window])
        tables = ["ons.population", 'history."ons.population"', "ons.population_vintages", "meta.columns", "meta.vintages"]
        told.append([query(home, f"from {name}") for name in tables])
        home.database.unlink()
    assert told[0] == told[1]


def test_a_dataset_whose_lake_is_damaged_keeps_its_published_table_and_holds_back_nothing_else(connection: Connection, home: Home) -> None:
    other = table(id="ons.households")
    vintage = land_rows(connection, home, [year("2020", 1.0)])
    land_rows(connection, home, [year("2020", 7.0)], other)
    publish(home, [POPULATION, other])
    paths(home, vintage)[0].unlink()
    land_rows(connection, home, [year("2020", 8.0)], other, name="b")
    published = publish(home, [POPULATION, other])
    assert "lake.damaged" in published.kept["ons.population"]
    assert published.tables == {"ons.population": 1, "ons.households": 1}
    assert query(home, "select value from ons.population_vintages") == [(1.0,)]
    assert query(home, "select value from ons.households") == [(8.0,)]
    assert "lake.damaged" in query(home, "select kept_because from meta.datasets where dataset = 'ons.population'")[0][0]
    assert not publish(home, [POPULATION, other]).rebuilt, "those who waited for the same state do not try again"


def test_a_damaged_dataset_without_an_earlier_table_is_told_and_left_out(connection: Connection, home: Home) -> None:
    vintage = land_rows(connection, home, [year("2020", 1.0)])
    paths(home, vintage)[0].unlink()
    published = publish(home, [POPULATION])
    assert published.tables == {}
    assert "lake.damaged" in published.kept["ons.population"]


def test_a_build_that_fails_leaves_the_published_file_as_it_was(
    connection: Connection, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    land_rows(connection, home, [year("2020", 1.0)])
    publish(home, [POPULATION])
    before = home.database.read_bytes()
    land_rows(connection, home, [year("2020", 2.0)])

    def disagree(path: Path, rows: object) -> None:
        raise EvidenceError("publish.failed", found="counts differ")

    monkeypatch.setattr(publish_module, "_check", disagree)
    with pytest.raises(EvidenceError, match=r"publish\.failed"):
        publish(home, [POPULATION])
    assert home.database.read_bytes() == before
    assert not list(home.root.glob(".aside-*"))


def test_the_check_sees_a_file_that_lacks_rows(connection: Connection, home: Home) -> None:
    land_rows(connection, home, [year("2020", 1.0)])
    publish(home, [POPULATION])
    alone = home.root / "alone"
    alone.mkdir()
    home.database.rename(alone / "evidence.duckdb")
    publish_module._check(alone / "evidence.duckdb", {"ons.population": 1})
    with pytest.raises(EvidenceError, match=r"publish\.failed"):
        publish_module._check(alone / "evidence.duckdb", {"ons.population": 2})


def test_sql_of_the_mart_runs_where_its_datasets_are_and_holds_back_nothing_else(
    connection: Connection, home: Home, tmp_path: Path
) -> None:
    mart = tmp_path / "mart"
    mart.mkdir()
    (mart / "a.sql").write_text("-- needs: ons.population\ncreate table mart.a as select count(*) as rows from ons.population;")
    (mart / "b.sql").write_text("-- needs: ons.population, ons.nowhere\ncreate table mart.b as from ons.nowhere;")
    (mart / "c.sql").write_text("create table mart.half as select 1 as one;\ncreate table mart.c as from no_such_table;")
    land_rows(connection, home, [year("2020", 1.0)])
    published = publish(home, [POPULATION], mart=mart)
    assert query(home, "from mart.a") == [(1,)]
    assert published.left_out["b.sql"] == "needs ons.nowhere"
    assert "no_such_table" in published.left_out["c.sql"]
    made = query(home, "select table_name from duckdb_tables() where schema_name = 'mart' order by all")
    assert made == [("a",), ("revisions",)], "half a file is none; the revisions are always there"


def test_a_withdrawn_snapshot_is_published_no_more(connection: Connection, home: Home) -> None:
    land_rows(connection, home, [year("2019", 1.0)], name="a")
    gone = land_rows(connection, home, [year("2020", 2.0)], name="b")
    publish(home, [POPULATION])
    withdraw(home, "ons.population", gone.snapshot)
    assert publish(home, [POPULATION]).rebuilt
    assert query(home, "select period from ons.population_vintages") == [("2019",)]


def test_the_file_reads_under_any_name_and_in_the_storage_that_older_clients_read(
    connection: Connection, home: Home, tmp_path: Path
) -> None:
    land_rows(connection, home, [year("2020", 1.0)])
    publish(home, [POPULATION])
    copy = tmp_path / "copy of it.duckdb"
    copy.write_bytes(home.database.read_bytes())
    with duckdb.connect(str(copy), read_only=True) as opened:
        assert opened.execute("select count(*) from ons.population_vintages").fetchall() == [(1,)]
        assert opened.execute("select count(*) from mart.as_known_on('ons.population', current_date)").fetchall() == [(1,)]
    # The storage version stands in the file's header, after the checksum (8 bytes) and DUCK: 64 to 67 are what DuckDB 1.4 reads.
    assert int.from_bytes(copy.read_bytes()[12:20], "little") <= 67
