"""What must hold of landing and publishing for any sequence of deliveries: a plain model in Python says which rows are current."""

from __future__ import annotations

import tempfile
from pathlib import Path

import duckdb
import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from tests.landing import land_rows, publish, table
from warehouse.home import Home
from warehouse.lake import vintages
from warehouse.table import DatasetTable

AREAS, PERIODS = ("E08000025", "E08000026", "E06000060"), ("2019", "2020", "2021", "2022")
Delivered = dict[tuple[str, str], float | None]

deliveries = st.lists(
    st.dictionaries(
        st.tuples(st.sampled_from(AREAS), st.sampled_from(PERIODS)),
        st.one_of(st.none(), st.integers(0, 3).map(float)),
        min_size=1,
        max_size=8,
    ),
    min_size=1,
    max_size=5,
)


def current_of(history: list[Delivered], delivery: str) -> Delivered:
    """The model: a full delivery replaces everything, any other replaces whole periods."""
    current: Delivered = {}
    for delivered in history:
        periods = {period for _, period in delivered}
        kept = {} if delivery == "full" else {key: value for key, value in current.items() if key[1] not in periods}
        current = {**kept, **delivered}
    return current


def published(home: Home, what: DatasetTable) -> tuple[Delivered, int, int]:
    publish(home, [what])
    with duckdb.connect(str(home.database), read_only=True) as connection:
        rows = connection.execute("select area_code, period, value from ons.population").fetchall()
        every, in_force = connection.execute(
            "select count(*), count(*) filter (known_until is null) from ons.population_vintages"
        ).fetchall()[0]
    assert len({row[:2] for row in rows}) == len(rows), "no key stands twice"
    return {(area, period): value for area, period, value in rows}, every, in_force


@pytest.mark.parametrize("delivery", ["full", "window", "increment"])
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=deliveries)
def test_the_current_table_is_by_whole_period_what_was_delivered_last(delivery: str, history: list[Delivered]) -> None:
    what = table(delivery=delivery)
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        home = Home(Path(folder))
        for delivered in history:
            rows = [(area, period, value, None if value is not None else "not_available") for (area, period), value in delivered.items()]
            vintage = land_rows(connection, home, rows, what)
            assert vintage.rows == len(rows)
        current, every, in_force = published(home, what)
        assert current == current_of(history, delivery)
        assert in_force == len(current)
        assert every == sum(vintage.rows for vintage in vintages(home, what.id)), "no landed row is lost"


@settings(max_examples=12, deadline=None)
@given(
    values=st.lists(st.floats(allow_nan=False), min_size=1, max_size=20),
    texts=st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12), min_size=1, max_size=20),
)
def test_what_lands_is_what_is_published_to_the_last_bit(values: list[float], texts: list[str]) -> None:
    what = table(grain=("area_code", "period"))
    count = min(len(values), len(texts))
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        home = Home(Path(folder))
        rows = [(f"E{number:08}", texts[number], values[number], texts[number]) for number in range(count)]
        connection.execute("create table arrived (area_code varchar, period varchar, value double, status varchar)")
        connection.executemany("insert into arrived values (?, ?, ?, ?)", rows)
        connection.execute("create table tidy as select *, 'p.csv' as source_part, 1::bigint as source_row from arrived")
        from tasks.land import land
        from tests.landing import snapshot

        land(connection, "tidy", what, snapshot(), home, "run-1", "content")
        publish(home, [what])
        with duckdb.connect(str(home.database), read_only=True) as reader:
            assert reader.execute("select area_code, period, value, status from ons.population order by area_code").fetchall() == rows
