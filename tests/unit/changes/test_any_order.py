"""Whatever order the rows of a release stand in, the same rows are matched, by each of the ways there are, and the same changes are told."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence

import duckdb
import pyarrow as pa
import pytest

from expectations.change import Change
from tasks.changes import Observed, compare, moves
from tasks.changes.match import Match, match, remembered
from tasks.changes.observed import Alignment
from tasks.shape import observe

Row = tuple[str | None, ...]
COLUMNS = ("year", "area", "sex", "people", "share")
KEY = ("year", "area", "sex")
MEASURES = (("people", "people"), ("share", "share"))
WAYS = {"by spelling": (50_000, 0), "as printed, looked through by rows": (0, 0), "as printed, looked through by values": (0, 1_000)}


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How it is found out which keys are the same: a small table as a large one is, or as a small one."""
    small, few = WAYS[request.param]
    monkeypatch.setattr("tasks.changes.spelling.SMALL", small)
    monkeypatch.setattr("tasks.changes.spelling.FEW", few)
    monkeypatch.setattr("tasks.changes.spelling.REPEATS", 10 if few else 100_000)
    return str(request.param)


def release(seed: int, years: Sequence[int] = (2019, 2020, 2021), areas: int = 40) -> list[Row]:
    """A table with markers and empty cells, whose keys are printed as most publishers do."""
    chance = random.Random(seed)
    return [
        (
            str(year),
            f"E0{8_000_000 + area}",
            sex,
            chance.choice([str(chance.randint(0, 900)), "c", None, "0"]),
            f"{chance.random() * 90:.1f}",
        )
        for year in years
        for area in range(areas)
        for sex in ("Girls", "Boys", None)
    ]


def revised(rows: Sequence[Row], seed: int, share: float = 0.03) -> list[Row]:
    """The next release: some figures are others, some are hidden now, some rows are gone, a year has come."""
    chance = random.Random(seed)
    kept = [row for row in rows if chance.random() > 0.002]
    changed = [
        (*row[:3], chance.choice(["7", "c", None, "8.0"]), f"{chance.random() * 90:.2f}") if chance.random() < share else row
        for row in kept
    ]
    return [*changed, *release(seed + 1, years=(2022,))] if seed % 2 else changed


def seen(connection: duckdb.DuckDBPyConnection, name: str, rows: Sequence[Row], key: Sequence[str] | None = KEY) -> Observed:
    """A table as it was read, with a hole in its row ids where blank rows were dropped."""
    numbered = [(place + 2, *row) for place, row in enumerate([(None,) * len(COLUMNS), *rows])]
    table = pa.table({column: [row[place] for row in numbered] for place, column in enumerate(("_row", *COLUMNS))})
    connection.register("given", table)
    connection.execute(
        f"create or replace table {name} as select _row, {', '.join(f'{column}::varchar as {column}' for column in COLUMNS)} from given"
    )
    connection.execute(f"delete from {name} where year is null and people is null and share is null")
    return Observed(observe(connection, name, {}, key), name)


def told(changes: Sequence[Change]) -> list[object]:
    return [change.as_dict() for change in changes]


@pytest.mark.parametrize("way", ["by spelling", "as printed, looked through by values"], indirect=True)
@pytest.mark.parametrize(("seed", "key"), [(0, KEY), (1, None)], ids=["the key is given", "a year has come, the key is inferred"])
def test_the_same_changes_are_told_in_any_order_of_the_rows(
    connection: duckdb.DuckDBPyConnection, way: str, seed: int, key: Sequence[str] | None
) -> None:
    first = release(seed)
    second = revised(first, seed)
    before, orders = seen(connection, "earlier", first, key), [second, second[::-1], random.Random(seed).sample(second, len(second))]
    results = []
    for place, rows in enumerate(orders):
        with remembered():
            results.append(compare(connection, before, seen(connection, f"later_{place}", rows, key), key=key))
    assert any(change.kind == "history_revised" for change in results[0].changes)
    assert told(results[0].changes) == told(results[1].changes) == told(results[2].changes)
    assert results[0].notes == results[1].notes == results[2].notes


SPELLINGS: dict[str, Callable[[random.Random, str | None], str | None]] = {
    "plainly": lambda chance, cell: cell,
    "with blanks": lambda chance, cell: chance.choice([cell, f" {cell}", f"{cell} "]) if cell else cell,
    "numbers in two ways": lambda chance, cell: f"{cell}.0" if cell and cell.isdigit() and chance.random() < 0.5 else cell,
    "numbers in another way": lambda chance, cell: f"{cell}.0" if cell and cell.isdigit() else cell,
    "empty in two ways": lambda chance, cell: chance.choice(["", None]) if cell is None else cell,
}


@pytest.mark.parametrize("order", ["as before", "shuffled", "a row twice"])
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_rows_are_matched_by_what_their_keys_mean(connection: duckdb.DuckDBPyConnection, way: str, spelling: str, order: str) -> None:
    chance = random.Random(f"{spelling} {order}")
    first = release(7, areas=12)
    second = [(*[SPELLINGS[spelling](chance, cell) for cell in row[:3]], *row[3:]) for row in revised(first, 6, share=0.2)]
    second = {"as before": second, "shuffled": chance.sample(second, len(second)), "a row twice": [*second[:50], *second[49:]]}[order]
    before, after = seen(connection, "earlier", first), seen(connection, "later", second)
    found = match(connection, before, after, [(name, name) for name in KEY], alongside=MEASURES)
    pairs = connection.execute(
        f"select x._row, y._row, p.stayed from {found.pairs} as p join earlier as x on x.rowid = p.b join later as y on y.rowid = p.a"
    ).fetchall()
    assert sorted(pairs) == by_hand(first, second)
    assert (found.before_keys, found.after_keys) == (len(set(map(meant, first))), len(set(map(meant, second))))
    assert found.count == len(pairs)


def meant(row: Row) -> tuple[object, ...]:
    """The key of a row, as a person reads it."""
    year, area, sex = (cell.strip() if cell else "" for cell in row[:3])
    return float(year), area, sex


def by_hand(first: Sequence[Row], second: Sequence[Row]) -> list[tuple[int, int, bool]]:
    """(row of the one, row of the other, whether the measures are printed alike) of every key that stands once in both."""
    counts = [Counter(map(meant, rows)) for rows in (first, second)]
    places = {meant(row): (place, row) for place, row in enumerate(second)}
    return sorted(
        (place + 3, places[key][0] + 3, row[3:] == places[key][1][3:])
        for place, row in enumerate(first)
        if counts[0][key := meant(row)] == 1 and counts[1][key] == 1
    )


def held(connection: duckdb.DuckDBPyConnection, share: float) -> tuple[moves.Held, Match]:
    first = release(3)
    before, after = seen(connection, "earlier", first), seen(connection, "later", revised(first, 2, share=share)[::-1])
    found = match(connection, before, after, [(name, name) for name in KEY], alongside=MEASURES)
    return moves.hold(connection, before, after, Alignment(COLUMNS), found), found


def test_values_are_counted_exactly_however_large_the_table_while_few_rows_changed(
    connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, found = held(connection, share=0.05)
    monkeypatch.setattr("tasks.changes.moves.MOST_CELLS", 100)
    bounded, _ = held(connection, share=0.05)
    assert found.count * len(MEASURES) > 100
    assert bounded.every == 1
    assert bounded.moves == whole.moves


def test_of_too_many_changed_rows_every_nth_is_looked_at_and_the_number_is_known(
    connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, found = held(connection, share=0.9)
    monkeypatch.setattr("tasks.changes.moves.MOST_CELLS", 100)
    sampled, _ = held(connection, share=0.9)
    assert sampled.every == found.count * len(MEASURES) // 100 > 1
    for every, some in zip(whole.moves, sampled.moves, strict=True):
        assert 0 < some.compared <= every.compared / sampled.every * 1.5
        assert some.share == pytest.approx(every.share, abs=0.25)
