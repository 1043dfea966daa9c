"""What is measured is what it is said to be: the generated releases, and the sample grown under synthetic codes."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import duckdb
import pytest

from bench import census, grown
from warehouse.home import Home


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The first release, the next, and the one after in no order, of 5,000 rows."""
    folder = tmp_path_factory.mktemp("census")
    paths = [folder / name for name in ("first.csv", "revised.csv", "reordered.csv")]
    for release, path in enumerate(paths):
        census.write(path, 5_000, release=release, shuffled=release == 2)
    return paths


def test_of_each_release_one_figure_in_a_hundred_is_another_than_in_the_one_before(files: list[Path]) -> None:
    key = "area_code, sex, age_band, ethnic_group, tenure"
    for earlier, later in pairwise(files):
        found = duckdb.sql(
            f"select count(*), count(*) filter (x.people is distinct from y.people), count(*) filter (x.share <> y.share) "
            f"from read_csv('{earlier}', all_varchar = true) as x join read_csv('{later}', all_varchar = true) as y using ({key})"
        ).fetchone()
        assert found is not None
        assert found[0] == 5_000
        assert 0.005 < found[1] / 5_000 < 0.02
        assert found[2] == 0


def test_the_rows_of_the_last_release_stand_in_no_order(files: list[Path]) -> None:
    areas = [row[0] for row in duckdb.sql(f"select area_code from read_csv('{files[2]}')").fetchall()]
    assert areas != sorted(areas)
    assert sum(one == other for one, other in pairwise(areas)) < 0.2 * len(areas)


def test_a_grown_file_holds_the_sample_and_copies_that_belong_together(tmp_path: Path) -> None:
    sample, home = Home(tmp_path / "sample"), Home(tmp_path / "grown")
    sample.root.mkdir()
    home.root.mkdir()
    with duckdb.connect(str(sample.database)) as connection:
        connection.execute(
            "create schema ons; create schema meta; create schema mart; create table meta.datasets as select 'ons.people' as dataset"
        )
        connection.execute(
            "create table ons.people as select 'E05' as area_code, 'Acocks Green' as area_name, 'E08' as home_code, 7.0 as value"
        )
        connection.execute("create table ons.homes as select 'E08' as home_code, 'Birmingham' as home_name, 'council' as kind")
        connection.execute("create table mart.old as select 1 as one")
    assert grown.grow(sample, home, 3) == {"ons.homes": 3, "ons.people": 3}
    with duckdb.connect(str(home.database), read_only=True) as connection:
        rows = connection.execute(
            "select area_code, area_name, home_name, value, kind from ons.people join ons.homes using (home_code) order by 1"
        )
        assert rows.fetchall() == [
            ("E05", "Acocks Green", "Birmingham", 7.0, "council"),
            ("E05#1", "#1 Acocks Green", "#1 Birmingham", 7.0, "council"),
            ("E05#2", "#2 Acocks Green", "#2 Birmingham", 7.0, "council"),
        ]
        assert connection.execute("select count(*) from meta.datasets").fetchone() == (1,)
        assert connection.execute("select count(*) from duckdb_tables() where schema_name = 'mart'").fetchone() == (0,)
