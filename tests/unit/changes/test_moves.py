"""How the measures moved is counted alike whether every matched row is looked at or only those that changed."""

from __future__ import annotations

import random

import duckdb
import pytest

from tasks.changes import Observed, moves
from tasks.changes.match import match, remembered
from tasks.shape import observe

MEASURES = [("people", "people"), ("share", "share")]


@pytest.fixture(autouse=True)
def _looked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables as small as these are otherwise matched by the spelling of their keys alone."""
    monkeypatch.setattr("tasks.changes.spelling.SMALL", 0)


def tables(connection: duckdb.DuckDBPyConnection, revised: float, seed: int, turned: bool = False) -> tuple[Observed, Observed]:
    """Two releases of one table; `turned`: the later one has its rows in another order."""
    chance = random.Random(seed)
    sides: tuple[list[tuple[object, ...]], list[tuple[object, ...]]] = ([], [])
    for number in range(300):
        figure: str | None = chance.choice([str(chance.randint(0, 900)), "c", None, "1,200", f"{chance.random() * 10:.2f}", "0"])
        share = f"{chance.randint(1, 99)}.{chance.randint(0, 9)}"
        sides[0].append((number + 2, f"area {number}", figure, share))
        later = [
            chance.choice([cell, "c", None, "7", f"{(cell or '1').replace(',', '')}.0", "0"]) if chance.random() < revised else cell
            for cell in (figure, share)
        ]
        sides[1].append((number + 2, f"area {number}", *later))
    if turned:
        sides[1].reverse()
    for name, rows in zip(("earlier", "later"), sides, strict=True):
        connection.execute(f"create table {name} (_row bigint, area varchar, people varchar, share varchar)")
        connection.executemany(f"insert into {name} values (?, ?, ?, ?)", rows)
    earlier, later_seen = (Observed(observe(connection, name, {}, ["area"]), name) for name in ("earlier", "later"))
    return earlier, later_seen


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("revised", [0.0, 0.03, 0.3])
def test_rows_that_stayed_need_not_be_looked_at(connection: duckdb.DuckDBPyConnection, revised: float, seed: int, turned: bool) -> None:
    before, after = tables(connection, revised, seed, turned)
    found = match(connection, before, after, [("area", "area")], alongside=MEASURES)
    assert found.in_order is not turned and found.count == 300
    quick = moves._counted_where_changed(connection, before, after, found, MEASURES)
    assert quick == moves._counted(connection, before, after, found.pairs, MEASURES, moves._MIDDLE)


def test_where_most_figures_moved_every_row_is_looked_at(connection: duckdb.DuckDBPyConnection) -> None:
    before, after = tables(connection, 1.0, 1)
    found = match(connection, before, after, [("area", "area")])
    assert moves._counted_where_changed(connection, before, after, found, MEASURES) is None


def test_the_same_rows_are_matched_once_where_that_is_remembered(connection: duckdb.DuckDBPyConnection) -> None:
    before, after = tables(connection, 0.03, 1)
    key = [("area", "area")]
    assert match(connection, before, after, key).pairs != match(connection, before, after, key).pairs
    with remembered():
        first, again = match(connection, before, after, key), match(connection, before, after, key)
        assert first == again
    assert match(connection, before, after, key).pairs != first.pairs
