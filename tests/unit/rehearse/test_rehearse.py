"""A rehearsal writes real files, is the same for the same seed, and is told as what it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from expectations.change import KINDS
from tasks.rehearse import MUTATIONS, REWRITINGS, Frame, read_frame, rehearse, write
from tests.unit.changes.tables import panel

_NAMES = ["time_period", "new_la_code", "la_name", "sex", "version", "pupils", "rate"]


@pytest.fixture(scope="module")
def frame(tmp_path_factory: pytest.TempPathFactory) -> Frame:
    path = tmp_path_factory.mktemp("panel") / "panel.csv"
    places = [(f"E08{25 + place:06d}", f"Place {chr(65 + place)}") for place in range(12)]
    rows = panel(("202122", "202223", "202324"), places, ("Girls at school", "Boys at school", "Total"))
    path.write_text("\n".join([",".join(_NAMES), *(",".join(str(row[name]) for name in _NAMES) for row in rows)]) + "\n")
    return read_frame(path)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_a_mutation_is_told_in_its_kinds_and_with_its_verdict(frame: Frame, mutation: object, tmp_path: Path) -> None:
    done = rehearse(frame, mutation, tmp_path)  # type: ignore[arg-type]
    if done is None:
        pytest.skip("the table has no room for it")
    assert done.right_kinds, (sorted(done.kinds), [change.what for change in done.loudest])
    assert done.right_verdict, [change.what for change in done.loudest]


@pytest.mark.parametrize("rewriting", REWRITINGS, ids=lambda rewriting: rewriting.name)
def test_the_same_content_written_again_raises_no_alarm(frame: Frame, rewriting: object, tmp_path: Path) -> None:
    from tasks.changes.files import compare_files

    (tmp_path / "again").mkdir()
    again = rewriting.write(frame, tmp_path / "again")  # type: ignore[attr-defined]
    result = compare_files(write(frame, tmp_path / "table.csv"), again)
    assert result.verdict.word in ("same", "info"), [change.what for change in result.changes]


def test_the_library_covers_every_kind_with_distinct_names() -> None:
    names = [mutation.name for mutation in MUTATIONS]
    assert len(names) == len(set(names)) >= 40
    told = {kind for mutation in MUTATIONS for expected in mutation.kinds for kind in expected.split("|")}
    assert told == set(KINDS)


def test_the_same_seed_gives_the_same_file(frame: Frame, tmp_path: Path) -> None:
    mutation = next(mutation for mutation in MUTATIONS if mutation.name == "a measure redefined")
    written = []
    for run in ("one", "two"):
        rehearse(frame, mutation, tmp_path / run)
        written.append((tmp_path / run / "after" / "table.csv").read_bytes())
    assert written[0] == written[1]
