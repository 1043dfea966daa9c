"""What was seen of the snapshot that landed last serves the next comparison, says the same as the archive would, and goes with the snapshot."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from tasks import archive, seen
from tasks.forget import forget, plan
from tasks.pipeline import ingest
from tasks.record import DatasetOutcome
from tasks.replay import from_files
from tests.arriving import DATASET, Visits, rows
from warehouse.lake import vintages

POLICY = """
policy: {test_rows: {do: discard_rows, reason: "the council leaves tests in"}}
discard_at_most: 0.03
"""
TEST_ROW = ("Dummy 1", "branch", "2024", "5")
FIRST = [*rows(), TEST_ROW]
REVISED = [(*rows()[0][:3], "7"), *rows()[1:-2], ("New library", "central", "2024", "12"), TEST_ROW]


def kept(visits: Visits) -> list[Path]:
    folder = visits.home.state / "seen" / DATASET
    return sorted(folder.iterdir()) if folder.is_dir() else []


def told(outcome: DatasetOutcome) -> tuple[object, ...]:
    assert outcome.status == "landed", outcome.error
    return outcome.changes, outcome.notes, outcome.rows, outcome.discarded


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Visits:
    """A home in which the first release has landed, for copies."""
    visits = Visits(tmp_path_factory.mktemp("first"), POLICY)
    visits.first(FIRST)
    return visits


def copied(first: Visits, folder: Path) -> Visits:
    """A home of its own with the first release landed."""
    shutil.copytree(first.folder, folder / "copy")
    visits = Visits(folder / "copy", POLICY)
    visits.runs = first.runs
    return visits


@pytest.fixture(scope="module")
def without(first: Visits, tmp_path_factory: pytest.TempPathFactory) -> tuple[object, ...]:
    """What the revised release says where nothing is kept and the archive is read."""
    visits = copied(first, tmp_path_factory.mktemp("without"))
    for path in kept(visits):
        path.unlink()
    return told(visits.arrive(REVISED))


def test_the_next_release_is_compared_without_reading_the_landed_one_again(
    tmp_path: Path, first: Visits, without: tuple[object, ...]
) -> None:
    visits = copied(first, tmp_path)
    for part in archive.load(DATASET, vintages(visits.home, DATASET)[-1].snapshot, visits.home).parts:
        visits.home.part(part.sha256).unlink()  # so that only what was kept can tell
    assert told(visits.arrive(REVISED)) == without
    assert {"history_revised", "rows_rejected"} & {change["kind"] for change in without[0]} == {"history_revised"}  # type: ignore[attr-defined]


def test_only_what_landed_last_is_kept_and_forgetting_removes_it(tmp_path: Path) -> None:
    visits = Visits(tmp_path)
    first = visits.first(rows())
    assert [path.suffix for path in kept(visits)] == [".duckdb", ".json"] and all(
        path.name.startswith(first.snapshot) for path in kept(visits)
    )
    second = visits.arrive(rows(101))
    assert len(kept(visits)) == 2 and all(path.name.startswith(second.snapshot) for path in kept(visits))
    forget(visits.home, plan(visits.home, second.snapshot), "withdrawn", "Ada")
    assert kept(visits) == [] and len(vintages(visits.home, DATASET)) == 1
    assert visits.arrive(rows(102)).status == "landed"


@pytest.mark.parametrize("harm", ["a byte of the table", "the end of the table", "the shape", "no shape", "another file"])
def test_what_is_damaged_is_not_used_and_the_archive_is_read(tmp_path: Path, first: Visits, without: tuple[object, ...], harm: str) -> None:
    visits = copied(first, tmp_path)
    table, shape = kept(visits)
    content = table.read_bytes()
    if harm == "a byte of the table":
        table.write_bytes(content[:-5000] + bytes([content[-5000] ^ 1]) + content[-4999:])
    elif harm == "the end of the table":
        table.write_bytes(content[: len(content) // 2])
    elif harm == "the shape":
        shape.write_text(shape.read_text(encoding="utf-8")[:100], encoding="utf-8")
    elif harm == "no shape":
        shape.unlink()
    else:
        table.write_bytes(b"library,visits\n")
    assert told(visits.arrive(REVISED)) == without


def test_a_changed_declaration_or_reader_does_not_see_through_old_eyes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    visits = Visits(tmp_path)
    snapshot = visits.first(rows()).snapshot
    with duckdb.connect() as connection:
        there = seen.recall(visits.dataset, visits.home, snapshot, connection)
        assert there and there.whole and there.shape.rows == 100
        assert connection.execute(f"select count(*), min(_row), max(_part) from {there.table}").fetchone() == (100, 2, "visits.csv")
        declared = visits.dataset.model_copy(update={"raw": visits.dataset.raw.model_copy(update={"key": ("library",)})})
        assert seen.recall(declared, visits.home, snapshot, connection) is None
        monkeypatch.setattr(seen, "_code", lambda: "another reader")
        assert seen.recall(visits.dataset, visits.home, snapshot, connection) is None


def test_single_parts_are_cut_out_of_what_was_kept(tmp_path: Path) -> None:
    assert (told := two_parts(tmp_path / "kept", True)) == two_parts(tmp_path / "read", False)
    assert "2024.csv" in str(told), "the part that lost its column is named"


def two_parts(folder: Path, use_kept: bool) -> tuple[object, ...]:
    """What is said of a release of two files, of which one has lost a column."""
    folder.mkdir()
    visits, files = Visits(folder), [folder / "2023.csv", folder / "2024.csv"]
    files[0].write_text("library,kind,year,visits\n" + "".join(f"Library {n},branch,2023,{n * 31}\n" for n in range(40)), encoding="utf-8")
    files[1].write_text("library,kind,year,visits\n" + "".join(f"Library {n},branch,2024,{n * 17}\n" for n in range(40)), encoding="utf-8")
    ingest(visits.dataset, replace(visits.job(), fetch=from_files(files)))
    assert visits.accept().outcomes[0].status == "landed" and len(kept(visits)) == 2
    for path in [] if use_kept else kept(visits):
        path.unlink()
    if use_kept:
        for part in archive.load(DATASET, vintages(visits.home, DATASET)[-1].snapshot, visits.home).parts[1:]:
            visits.home.part(part.sha256).unlink()
    files[1].write_text("library,year,visits\n" + "".join(f"Library {n},2024,{n * 17}\n" for n in range(40)), encoding="utf-8")
    outcome = ingest(visits.dataset, replace(visits.job(), fetch=from_files(files)))
    return outcome.status, outcome.changes, str(outcome.error)
