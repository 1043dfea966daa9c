"""Seven releases of DfE's attendance figures, 2022 to 2025, as they came: what lands, what is held, and what the person on call is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
from replaying import Replay, kinds, said

from expectations.declaration import Dataset, RawColumn, load
from tasks.tidy import sql_of
from warehouse.lake import paths, vintages

FOLDER = "dfe/ees_csv_vintages/attendance_EES_ytd_data__"
RELEASES = ("2022-09-28", "2022-10-13", "2023-02-23", "2023-09-28", "2024-01-25", "2025-01-23", "2025-09-25")
ROWS = {
    "2022-09-28": 4491,
    "2022-10-13": 4365,
    "2023-02-23": 4900,
    "2023-09-28": 4437,
    "2024-01-25": 4930,
    "2025-01-23": 4940,
    "2025-09-25": 5823,
}


def _release(day: str) -> dict[str, Any]:
    """One release, as the files and part names that `Replay.arrive` takes."""
    return {"files": [f"{FOLDER}{day}.csv"], "names": {f"attendance_EES_ytd_data__{day}.csv": "data.csv"}}


def test_seven_releases_in_order_land_or_wait_for_a_person(replay: Callable[[Dataset], Replay]) -> None:
    series = replay(load("dfe.pupil_attendance"))
    assert series.first(**_release("2022-09-28")).status == "landed"
    assert series.landed == ROWS["2022-09-28"]

    # Buckinghamshire and London were given other codes.
    outcome = series.arrive(**_release("2022-10-13"))
    assert outcome.status == "held" and "area_recoded" in kinds(outcome)
    assert "E10000002" in said(outcome) and "E06000060" in said(outcome)
    assert series.landed == ROWS["2022-09-28"], "the last good table stays"
    assert series.accept().status == "landed"
    assert series.landed == ROWS["2022-10-13"]

    # The first suppressed cells, another symbol for no code, and the column that comes each January: told, and landed.
    outcome = series.arrive(**_release("2023-02-23"))
    assert outcome.status == "landed" and not kinds(outcome)
    assert {"marker_added", "marker_removed", "column_added"} <= kinds(outcome, "evolve")
    assert series.landed == ROWS["2023-02-23"]

    # Cumbria, Somerset and North Yorkshire became other authorities.
    outcome = series.arrive(**_release("2023-09-28"))
    assert outcome.status == "held" and kinds(outcome) & {"geography_vintage_changed", "area_recoded"}
    assert series.landed == ROWS["2023-02-23"]
    assert series.accept().status == "landed"

    # The same school year half a year on: every figure moved, as figures of a year to date do.
    assert series.arrive(**_release("2024-01-25")).status == "landed"
    assert series.arrive(**_release("2025-01-23")).status == "landed"

    # `school_type` is printed as `education_phase`: the declaration knows both.
    outcome = series.arrive(**_release("2025-09-25"))
    assert outcome.status == "landed" and not kinds(outcome)
    assert series.landed == ROWS["2025-09-25"]


def test_a_rename_that_the_declaration_does_not_know_is_held_and_named(replay: Callable[[Dataset], Replay], tmp_path: Path) -> None:
    series = replay(_before_the_rename())
    series.sql = _its_sql(tmp_path / "sql")
    assert series.first(**_release("2025-01-23")).status == "landed"

    outcome = series.arrive(**_release("2025-09-25"))
    assert outcome.status == "held" and "column_renamed" in kinds(outcome)
    assert "school_type" in said(outcome) and "education_phase" in said(outcome)
    assert series.landed == ROWS["2025-01-23"], "the last good table stays"
    assert series.holds

    again = series.arrive(**_release("2025-09-25"))
    assert [change["id"] for change in again.changes] == [change["id"] for change in outcome.changes], (
        "one change, one id, until it is resolved"
    )


def test_a_rename_that_the_declaration_knows_lands(replay: Callable[[Dataset], Replay]) -> None:
    series = replay(load("dfe.pupil_attendance"))
    series.first(**_release("2025-01-23"))
    outcome = series.arrive(**_release("2025-09-25"))
    assert outcome.status == "landed"
    assert not kinds(outcome)
    assert series.landed == ROWS["2025-09-25"]


def test_the_same_release_again_is_no_news_and_lands_nothing(replay: Callable[[Dataset], Replay]) -> None:
    series = replay(load("dfe.pupil_attendance"))
    series.first(**_release("2025-09-25"))
    again = series.arrive(**_release("2025-09-25"))
    assert again.status == "unchanged" and again.changes == ()
    assert series.vintages == 1


def test_every_school_year_that_landed_is_still_there(replay: Callable[[Dataset], Replay]) -> None:
    """A release holds one school year; the vintages together hold them all, Birmingham's absence among them."""
    series = replay(load("dfe.pupil_attendance"))
    series.first(**_release("2024-01-25"))
    assert series.arrive(**_release("2025-01-23")).status == "landed"
    assert series.arrive(**_release("2025-09-25")).status == "landed"
    files = [str(file) for vintage in vintages(series.home, "dfe.pupil_attendance") for file in paths(series.home, vintage)]
    with duckdb.connect(":memory:") as connection:
        found = connection.execute(
            "select period, count(*) from read_parquet(?) where area_code = 'E08000025' and measure = 'absence_rate' group by 1 order by 1",
            [files],
        ).fetchall()
    assert found == [("2023/24", 3), ("2024/25", 3), ("2025/26", 4)]


def _before_the_rename() -> Dataset:
    """The declaration as it would have stood in January 2025, when DfE printed `school_type` and nobody knew of another name."""
    declared = load("dfe.pupil_attendance")
    columns = {name: column for name, column in declared.raw.columns.items() if name != "education_phase"}
    columns["school_type"] = RawColumn(headers=("school_type",))
    key = tuple("school_type" if name == "education_phase" else name for name in declared.raw.key)
    return declared.model_copy(update={"raw": declared.raw.model_copy(update={"columns": columns, "key": key})})


def _its_sql(folder: Path) -> Path:
    """The tidy SQL of that older declaration: the shipped one, with the column under the name that it knew."""
    text = sql_of("dfe.pupil_attendance").read_text(encoding="utf-8")
    older = text.replace("    education_phase,", "    school_type as education_phase,")
    assert older != text
    (folder / "dfe").mkdir(parents=True)
    (folder / "dfe/pupil_attendance.sql").write_text(older, encoding="utf-8")
    return folder
