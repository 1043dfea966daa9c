"""What differs between two vintages, cell by cell, and what is left after a snapshot was ordered forgotten."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from expectations.contract import Acceptance
from expectations.errors import EvidenceError
from expectations.shape import Column, Shape
from tasks.archive import keep
from tasks.decisions import accepted_parts, remember
from tasks.difference import Counts, difference
from tasks.editions import Edition, editions
from tasks.forget import forget, plan
from tasks.proposal import keep_shape, read_proposal
from tasks.record import DatasetOutcome, RunRecord, read_record, write_record
from tasks.snapshot import Delivery, Fetched
from tasks.tombstone import buried
from tests.alerting import change
from tests.landing import POPULATION, archived, land_rows
from warehouse.home import Home
from warehouse.lake import vintages

BEFORE = [
    ("E08000025", "2023", 100.0, None),
    ("E08000026", "2023", 50.0, None),
    ("E08000027", "2023", 7.0, None),
    ("E08000028", "2023", 1.0, None),
]
AFTER = [
    ("E08000025", "2023", 104.0, None),
    ("E08000026", "2023", None, "suppressed"),
    ("E08000028", "2023", 1.0, None),
    ("E08000029", "2023", 2.0, None),
]


class _Dataset:
    """What the comparison asks of a declaration."""

    id = POPULATION.id
    delivery = "full"

    class tidy:
        grain = POPULATION.grain
        period = POPULATION.period


@pytest.fixture
def two(home: Home, connection: duckdb.DuckDBPyConnection) -> Home:
    for name, rows in (("a", BEFORE), ("b", AFTER)):
        land_rows(connection, home, rows, name=name)
    return home


def test_rows_cells_and_what_is_suppressed_are_told_apart(two: Home, connection: duckdb.DuckDBPyConnection) -> None:
    before, after = editions(_Dataset, two, "", "", connection)  # type: ignore[arg-type]
    found = difference(_Dataset, before, after, connection, "", "E08000025")  # type: ignore[arg-type]
    assert found.counts == Counts(added=1, removed=1, changed_rows=2, changed_cells=2, suppressed=1, printed=0, same=1)
    cells = connection.execute("select area_code, old, new, difference, change, home from diff_cells order by 1").fetchall()
    assert cells == [
        ("E08000025", "100.0", "104.0", 4.0, "revised", True),
        ("E08000026", "50.0", "[suppressed]", None, "suppressed", False),
    ]
    assert connection.execute("select change, area_code, value from diff_rows order by 1").fetchall() == [
        ("added", "E08000029", "2.0"),
        ("removed", "E08000027", "7.0"),
    ]


def test_without_a_key_whole_rows_are_counted(two: Home, connection: duckdb.DuckDBPyConnection) -> None:
    class Keyless(_Dataset):
        class tidy:
            grain = ("source_part", "source_row")
            period = None

    before, after = editions(Keyless, two, "", "", connection)  # type: ignore[arg-type]
    found = difference(Keyless, before, after, connection)  # type: ignore[arg-type]
    assert found.key == () and (found.counts.added, found.counts.removed, found.counts.same) == (3, 3, 1)


def test_of_a_rolling_delivery_periods_are_told_as_periods(home: Home, connection: duckdb.DuckDBPyConnection) -> None:
    class Rolling(_Dataset):
        delivery = "window"

    land_rows(connection, home, [("E1", "2022", 1.0, None), ("E1", "2023", 2.0, None)], name="a")
    land_rows(connection, home, [("E1", "2023", 3.0, None), ("E1", "2024", 4.0, None)], name="b")
    found = difference(Rolling, *editions(Rolling, home, "", "", connection), connection)  # type: ignore[arg-type]
    assert (found.periods_only_before, found.periods_only_after) == (("2022",), ("2024",))
    assert (found.counts.added, found.counts.removed, found.counts.changed_cells) == (0, 0, 1)


def test_a_state_is_named_by_day_snapshot_or_vintage_and_else_refused(two: Home, connection: duckdb.DuckDBPyConnection) -> None:
    listed = vintages(two, POPULATION.id)
    named = editions(_Dataset, two, listed[0].snapshot[:8], listed[1].known_from[:10], connection)  # type: ignore[arg-type]
    assert [one.name for one in named] == [vintage.id for vintage in listed]
    for wrong in ("held", "1999-01-01", "nonsense"):
        with pytest.raises(EvidenceError) as refused:
            editions(_Dataset, two, wrong, "", connection)  # type: ignore[arg-type]
        assert refused.value.code == "diff.no_such_state"


def _landed(home: Home, connection: duckdb.DuckDBPyConnection, text: str, value: float) -> str:
    snapshot = archived(home, text)
    land_rows(connection, home, [("E08000025", "2023", value, None)], snapshot=snapshot)
    return snapshot.id


def test_a_forgotten_snapshot_leaves_a_tombstone_and_nothing_else(home: Home, connection: duckdb.DuckDBPyConnection) -> None:
    first, second = _landed(home, connection, "name\nJane Doe\n", 1.0), _landed(home, connection, "name\n", 2.0)
    quoted = DatasetOutcome(POPULATION.id, "landed", snapshot=first, changes=(change(what="‘Jane Doe’ is new."),), steps={"examine": 1.0})
    write_record(
        RunRecord("run-1", "2026-01-01T00:00:00+00:00", "2026-01-01T00:00:01+00:00", "live", "direct", (POPULATION.id,), (quoted,)), home
    )
    gone = forget(home, plan(home, first[:8]), "withdrawn by the council", "Ada Marsh")
    assert [vintage.snapshot for vintage in vintages(home, POPULATION.id)] == [second]
    stone = buried(home, POPULATION.id, first)
    assert stone and (stone["person"], stone["reason"]) == ("Ada Marsh", "withdrawn by the council")
    assert gone.bytes_removed > 0 and gone.records_blanked == 1 and not home.manifest(POPULATION.id, first).exists()
    assert "Jane Doe" not in json.dumps(read_record("run-1", home).as_dict())  # type: ignore[union-attr]
    with pytest.raises(EvidenceError) as refused:
        archived(home, "name\nJane Doe\n")
    assert refused.value.code == "archive.forgotten"


def test_the_only_vintage_goes_only_when_asked(home: Home, connection: duckdb.DuckDBPyConnection) -> None:
    only = _landed(home, connection, "name\nJane Doe\n", 1.0)
    for reason, code in (("withdrawn", "forget.only_vintage"), (" ", "forget.no_reason")):
        with pytest.raises(EvidenceError) as refused:
            forget(home, plan(home, only), reason, "Ada")
        assert refused.value.code == code
    forget(home, plan(home, only), "withdrawn", "Ada", yes=True)
    assert vintages(home, POPULATION.id) == ()
    with pytest.raises(EvidenceError) as refused:
        plan(home, only)
    assert refused.value.code == "forget.no_such_snapshot"


def test_bytes_that_another_snapshot_has_stay_unless_asked(home: Home, tmp_path: Path) -> None:
    def part(name: str, letter: str) -> Fetched:
        path = tmp_path / letter
        path.write_text(letter, encoding="utf-8")
        return Fetched(name, "https://x.example", path, letter * 64, 1, 200, "2025-01-31T09:30:00+00:00")

    first = keep(Delivery((part("one.csv", "a"), part("two.csv", "b"))), POPULATION.id, "run-1", home)
    second = keep(Delivery((part("two.csv", "b"),)), POPULATION.id, "run-2", home)
    assert plan(home, first.id).shared == {"b" * 64: (f"{POPULATION.id} {second.id}",)}
    assert {one.id for one in plan(home, first.id, with_shared=True).snapshots} == {first.id, second.id}
    forget(home, plan(home, first.id), "withdrawn", "Ada")
    assert not home.part("a" * 64).exists() and home.part("b" * 64).exists()


def test_what_waits_of_a_forgotten_snapshot_quotes_it_no_more(home: Home, connection: duckdb.DuckDBPyConnection) -> None:
    first, second = _landed(home, connection, "name\nJane Doe\n", 1.0), _landed(home, connection, "name\n", 2.0)
    shape = Shape(1, (Column("name", 0, "text", 1, 0, 1, categories=("Jane Doe",)),), {})
    keep_shape(home, POPULATION.id, first, shape)
    parts = [Acceptance(one, "category_added", "warning", "‘Jane Doe’.", "Ada", "2026-01-01", "r", one) for one in (first, second)]
    remember(home, POPULATION.id, parts)
    forget(home, plan(home, first), "withdrawn", "Ada Marsh")
    assert read_proposal(home, POPULATION.id) is None and list(accepted_parts(home, POPULATION.id)) == [second]
    with pytest.raises(EvidenceError) as refused:
        plan(home, first[:8])
    assert "which Ada Marsh took out of ons.population on" in refused.value.found and "withdrawn" in refused.value.found


def test_a_row_is_named_as_a_person_knows_it(home: Home, connection: duckdb.DuckDBPyConnection) -> None:
    for name, rows in (
        ("before", "('1', 'Ash School', 92), ('2', 'Bee School', 5)"),
        ("after", "('1', 'Ash Academy', 92), ('3', 'Cob School', 7)"),
    ):
        connection.execute(f"create table {name} as from (values {rows}) as given(school_code, school_name, pupils)")

    class Register(_Dataset):
        class tidy:
            grain = ("school_code",)
            period = None

    sides = [Edition(name, name, "", "s", "2026-01-01", "") for name in ("before", "after")]
    found = difference(Register, *sides, connection)  # type: ignore[arg-type]
    assert found.labels == ("school_name",)
    cells = connection.execute('select school_code, school_name, "column", old, new from diff_cells').fetchall()
    assert cells == [("1", "Ash Academy", "school_name", "Ash School", "Ash Academy")]
    named = connection.execute("select change, school_name from diff_rows order by 1").fetchall()
    assert named == [("added", "Cob School"), ("removed", "Bee School")]
