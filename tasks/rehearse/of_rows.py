"""Mutations of the rows: keys, volume, periods, values, coverage, tests among the data."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from tasks.rehearse.frame import Frame
from tasks.rehearse.mutation import Mutation, Pair, areas_of, measure, moved, mutation, next_period, numbers, periods_of, restamped, scaled


def _keyed(frame: Frame) -> bool:
    return bool(frame.shape.key) and not frame.shape.key_duplicates


def _rows_twice(frame: Frame, random: Random) -> Frame | None:
    """Some keys once more with other values: which of the two is right?"""
    if not _keyed(frame) or not measure(frame):
        return None
    again = [row for row in frame.rows if random.random() < 0.05] or [frame.rows[0]]
    return frame.with_rows([*frame.rows, *moved(frame.with_rows(again), frame.shape.measures, 1, random, 1.1, 1.6).rows])


def _rows_copied(frame: Frame, random: Random) -> Frame | None:
    return frame.with_rows([*frame.rows, *frame.rows[: max(3, len(frame.rows) // 30)]]) if _keyed(frame) else None


def _area_twice(frame: Frame, random: Random) -> Pair | None:
    """As Nomis gives unitary authorities: a second id of the publisher's own for the same code, with the same values."""
    column = frame.shape.area_column
    codes = areas_of(frame)
    if column is None or len(codes) < 8 or not _keyed(frame) or not measure(frame) or column not in frame.shape.key:
        return None
    ids = {code: str(1_811_939_328 + index) for index, code in enumerate(codes)}
    before = frame.with_column("GEOGRAPHY", [ids.get(cell or "") for cell in frame.cells(column)], 0)
    place = before.at(column)
    twice = set(codes[::3])
    other = [("9" + str(row[0]), *row[1:]) for row in before.rows if row[place] in twice]
    return Pair(before, before.with_rows([*before.rows, *other]))


def _table_twice(frame: Frame, random: Random) -> Frame:
    return frame.with_rows([*frame.rows, *frame.rows])


def _cut(share: float) -> object:
    def alter(frame: Frame, random: Random) -> Frame | None:
        return frame.with_rows(frame.rows[: int(len(frame.rows) * share)]) if len(frame.rows) > 30 else None

    return alter


def _thinned(frame: Frame, random: Random) -> Frame | None:
    return frame.only(lambda row: random.random() > 0.1) if len(frame.rows) > 60 else None


def _one_row_lost(frame: Frame, random: Random) -> Frame | None:
    if not _keyed(frame) or len(frame.rows) < 60:
        return None
    chosen = random.randrange(len(frame.rows))
    return frame.with_rows([row for index, row in enumerate(frame.rows) if index != chosen])


def _one_row_twice(frame: Frame, random: Random) -> Frame | None:
    chosen = random.choice(frame.rows)
    return frame.with_rows([*frame.rows, chosen]) if _keyed(frame) else None


def _grown(frame: Frame, random: Random) -> Frame | None:
    """A register with a tenth more entries."""
    if len(frame.shape.key) != 1 or not _keyed(frame) or frame.shape.key[0] in (frame.shape.area_column, frame.shape.period_column):
        return None
    extra = frame.with_rows([row for row in frame.rows if random.random() < 0.1])
    if not extra.rows:
        return None
    return frame.with_rows(
        [*frame.rows, *extra.with_cells(frame.shape.key[0], lambda index, cell: f"{len(frame.rows) + index + 90_000_000}").rows]
    )


def _month_again(frame: Frame, random: Random) -> Pair | None:
    """Last month's events posted once more with dates of this month."""
    column = frame.shape.period_column
    seen = frame.shape.column(column) if column else None
    if (
        column is None
        or seen is None
        or seen.type != "date"
        or seen.format not in ("Y-m-d", "d/m/Y")
        or frame.shape.key
        or len(frame.rows) < 60
    ):
        return None
    pattern = "%Y-%m-%d" if seen.format == "Y-m-d" else "%d/%m/%Y"

    def later(_: int, cell: str | None) -> str | None:
        try:
            return (datetime.strptime(cell or "", pattern) + timedelta(days=31)).strftime(pattern)
        except ValueError:
            return cell

    return Pair(frame, frame.with_cells(column, later), "increment")


def _period_added(frame: Frame, random: Random) -> Frame | None:
    rows = _later(frame, random)
    return frame.with_rows([*frame.rows, *rows]) if rows else None


def _later(frame: Frame, random: Random, factor: tuple[float, float] = (0.95, 1.05)) -> list[tuple[str | None, ...]]:
    """The rows of the last period once more, for the next one, with values of their own."""
    labels, column = periods_of(frame), frame.shape.period_column
    new = next_period(labels[-1]) if labels else None
    if column is None or new is None or new in labels:
        return []
    place = frame.at(column)
    last = [row for row in frame.rows if (row[place] or "").strip() == labels[-1]]
    return list(moved(frame.with_rows(restamped(frame, last, column, new)), frame.shape.measures, 1, random, *factor).rows)


def _period_gone(frame: Frame, random: Random) -> Frame | None:
    labels, column = periods_of(frame), frame.shape.period_column
    if len(labels) < 2 or column is None:
        return None
    place = frame.at(column)
    return frame.only(lambda row: (row[place] or "").strip() != labels[0])


def _middle_period_gone(frame: Frame, random: Random) -> Frame | None:
    labels, column = periods_of(frame), frame.shape.period_column
    if len(labels) < 3 or column is None:
        return None
    place = frame.at(column)
    return frame.only(lambda row: (row[place] or "").strip() != labels[1])


def _window(frame: Frame, random: Random) -> Frame | None:
    labels = periods_of(frame)
    without = _period_gone(frame, random)
    rows = _later(frame, random)
    return without.with_rows([*without.rows, *rows]) if without is not None and rows and len(labels) >= 2 else None


def _increment(frame: Frame, random: Random) -> Pair | None:
    """A dataset that posts each period alone: the next one came."""
    labels, column = periods_of(frame), frame.shape.period_column
    if not labels or column is None:
        return None
    place = frame.at(column)
    rows = _later(frame, random)
    before = frame.only(lambda row: (row[place] or "").strip() == labels[-1])
    return Pair(before, before.with_rows(rows), "increment") if rows else None


def _again(frame: Frame, random: Random) -> Pair:
    return Pair(frame, frame, "increment")


def _again_as_new(frame: Frame, random: Random) -> Frame | None:
    """The last period's figures under the next period's label: nothing but the label is new."""
    labels, column = periods_of(frame), frame.shape.period_column
    new = next_period(labels[-1]) if labels else None
    if column is None or new is None or new in labels or not measure(frame) or not _keyed(frame):
        return None
    place = frame.at(column)
    last = [row for row in frame.rows if (row[place] or "").strip() == labels[-1]]
    return frame.with_rows([*frame.rows, *restamped(frame, last, column, new)])


def _revised(share: float, low: float, high: float) -> object:
    def alter(frame: Frame, random: Random) -> Frame | None:
        name = measure(frame)
        if name is None or not _keyed(frame) or frame.seen(name).numbers < 200:
            return None
        after = moved(frame, [name], share, random, low, high)
        return after if after.rows != frame.rows else None

    return alter


def _redefined(frame: Frame, random: Random) -> Frame | None:
    name = measure(frame)
    if name is None or not _keyed(frame) or frame.seen(name).distinct < 0.02 * frame.shape.rows:
        return None
    after = frame.with_cells(name, lambda _, cell: scaled(cell, random.uniform(1.2, 2.2)) if numbers(cell) else cell)
    differs = sum(a != b for a, b in zip(after.cells(name), frame.cells(name), strict=True))
    return after if differs > 0.7 * len(frame.rows) else None


def _redefined_whole(frame: Frame, random: Random) -> Frame | None:
    """Every measure of the table redefined, some up and some down."""
    names = [name for name in frame.shape.measures if frame.seen(name).numbers >= 50]
    if len(names) < 2 or not _keyed(frame):
        return None
    return moved(frame, names, 1, random, 0.4, 1.9)


def _shuffled_values(frame: Frame, random: Random) -> Frame | None:
    """One measure's values slid by a row against their keys, as a bad sort leaves them."""
    name = measure(frame)
    if name is None or not _keyed(frame):
        return None
    cells = frame.cells(name)
    slid = [*cells[1:], cells[0]]
    differs = sum(a != b for a, b in zip(slid, cells, strict=True))
    return frame.with_cells(name, lambda index, _: slid[index]) if differs > 0.8 * len(cells) else None


def _coverage(frame: Frame, random: Random) -> Frame | None:
    """A period more in which a quarter more is counted and the rates hold."""
    if len(periods_of(frame)) < 3 or not _keyed(frame):
        return None
    counts = [name for name in frame.shape.measures if frame.seen(name).type == "integer"]
    rates = [name for name in frame.shape.measures if frame.seen(name).decimals and "per" in name.lower()]
    if not counts or not rates:
        return None
    rows = _later(frame, random, (1.0, 1.0))
    added = frame.with_rows(rows)
    for name in counts:
        added = added.with_cells(name, lambda _, cell: scaled(cell, 1.25))
    return frame.with_rows([*frame.rows, *added.rows]) if rows else None


def _tests(words: str, rows: int) -> object:
    def alter(frame: Frame, random: Random) -> Frame | None:
        column = frame.shape.area_name_column
        if column is None or frame.seen(column).type != "text" or len(frame.rows) < 100:
            return None
        extra = restamped(frame, frame.rows[:rows], column, words)
        if frame.shape.area_column and frame.shape.area_column != column:
            extra = restamped(frame, extra, frame.shape.area_column, "E99999999")
        return frame.with_rows([*frame.rows, *extra])

    return alter


MUTATIONS: tuple[Mutation, ...] = (
    mutation("keys twice with other values", "key_duplicated", "breaking", _rows_twice),
    mutation("rows copied", "key_duplicated", "breaking", _rows_copied),
    mutation("areas under two ids", "area_doubled|key_duplicated", "breaking", _area_twice),
    mutation("the table appended to itself", "table_repeated", "breaking", _table_twice),
    mutation("the last third lost", "rows_fell|area_missing|period_removed", "warning", _cut(0.67)),  # type: ignore[arg-type]
    mutation("the last tenth lost", "rows_fell|area_missing|period_removed", "warning", _cut(0.9)),  # type: ignore[arg-type]
    mutation("a tenth of the rows lost", "rows_fell", "warning", _thinned),
    mutation("one row lost", "rows_fell|area_missing|period_removed|category_removed", "info warning", _one_row_lost),
    mutation("one row twice", "key_duplicated", "breaking", _one_row_twice),
    mutation("a register grew", "rows_rose", "info warning", _grown),
    mutation("last month's events with new dates", "repeated_release", "breaking", _month_again),
    mutation("a period added", "period_added", "info", _period_added),
    mutation("the oldest period gone", "period_removed", "warning", _period_gone),
    mutation("a middle period gone", "period_removed", "warning", _middle_period_gone),
    mutation("the window rolled on", "period_removed period_added", "info", _window),
    mutation("the next increment", "period_added", "info", _increment),
    mutation("the last increment again", "repeated_release", "breaking", _again),
    mutation("last period's figures as the next's", "repeated_release", "breaking", _again_as_new),
    mutation("2 % of values revised a little", "history_revised", "info", _revised(0.02, 0.97, 1.03)),  # type: ignore[arg-type]
    mutation("15 % of values revised", "history_revised", "info", _revised(0.15, 0.9, 1.1)),  # type: ignore[arg-type]
    mutation("45 % of values revised", "history_revised", "warning", _revised(0.45, 0.85, 1.15)),  # type: ignore[arg-type]
    mutation("a measure redefined", "values_redefined", "breaking", _redefined),
    mutation("every measure redefined", "values_redefined", "breaking", _redefined_whole),
    mutation("values slid by a row", "values_redefined", "breaking", _shuffled_values),
    mutation("a quarter more counted", "coverage_break", "warning", _coverage),
    mutation("one test row", "test_rows", "breaking", _tests("Test LA", 1)),  # type: ignore[arg-type]
    mutation("three dummy rows", "test_rows", "breaking", _tests("dummy", 3)),  # type: ignore[arg-type]
)
