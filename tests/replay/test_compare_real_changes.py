"""Every real shape change known of the publishers' files is seen, in its kind and severity; nothing is seen where nothing changed."""

from __future__ import annotations

import csv
import io
from functools import cache
from pathlib import Path

import pytest

from tasks.changes.files import FileComparison, compare_files, look_at_file
from tests.replay.real_changes import FURTHER, REAL_CHANGES

pytestmark = pytest.mark.xdist_group("real changes")  # one process compares each pair once


@cache
def _compared(folder: Path, before: str, after: str, sheet: str | None) -> FileComparison:
    return compare_files(folder / before, folder / after, sheet=sheet)


@pytest.mark.parametrize(
    ("row", "before", "after", "sheet", "kinds", "verdict"), REAL_CHANGES, ids=[f"row {change[0]}" for change in REAL_CHANGES]
)
def test_a_real_change_is_told_in_its_kinds_and_with_its_severity(
    real_files: Path, row: str, before: str, after: str, sheet: str | None, kinds: str, verdict: str
) -> None:
    result = _compared(real_files, before, after, sheet)
    told = {change.kind for change in result.changes}
    assert set(kinds.split()) <= told, sorted(told)
    assert result.verdict.word == verdict, [change.what for change in result.changes if change.severity == result.verdict]


def _row(row: str) -> tuple[str, str, str | None]:
    return next((before, after, sheet) for number, before, after, sheet, _, _ in REAL_CHANGES if number == row)


def _told(real_files: Path, row: str, kind: str) -> str:
    """What is said of a kind in a row's comparison, all changes of the kind together."""
    result = _compared(real_files, *_row(row))
    return " ".join(change.what for change in result.changes if change.kind == kind)


@pytest.mark.parametrize(
    ("row", "kind", "words"),
    [
        ("1", "column_removed", ["AREANM", "stood twice"]),
        ("2", "column_added", ["Geography", "place 2"]),
        ("3", "encoding_changed", ["windows-1252"]),
        ("4", "category_renamed", ["became one", "Local Authority District"]),
        ("5", "values_redefined", ["7,853 of 9,275", "Birmingham, 2020: 6.5 before, 9.7 now"]),
        ("6", "column_removed", ["wide to long"]),
        ("7", "area_added", ["16 areas"]),
        ("8", "area_doubled", ["In both files", "twice under one code"]),
        ("9", "period_added", ["no value can be held against an earlier one"]),
        ("11", "geography_vintage_changed", ["2020 instead of 2019", "All 69 codes are the same"]),
        ("11", "unit_rescaled", ["Shape__Area", "2.69", "times smaller"]),
        ("11.1", "crs_changed", ["27700"]),
        ("13", "area_recoded", ["E13000001", "E12000007", "Buckinghamshire (E10000002) is now E06000060"]),
        ("14", "marker_added", ["NA", "seems to replace", "z"]),
        ("14", "history_revised", ["still filling"]),
        ("15", "area_recoded", ["Cumbria (E10000006) is now E06000063 and E06000064", "North Yorkshire (E10000023) is now E06000065"]),
        ("16", "column_renamed", ["school_type", "education_phase"]),
        ("17", "period_removed", ["rolling window", "must be kept"]),
        ("21", "test_rows", ["LA demo"]),
        ("23.1", "area_recoded", ["Barnsley", "Hull"]),
        ("26", "column_retyped", ["thousands separators"]),
        ("27", "geography_vintage_changed", ["ward"]),
    ],
)
def test_what_changed_is_said_in_words(real_files: Path, row: str, kind: str, words: list[str]) -> None:
    said = _told(real_files, row, kind)
    for word in words:
        assert word in said


def test_the_first_sight_of_nomis_shows_that_unitary_areas_stand_twice(real_files: Path) -> None:
    _, told = look_at_file(real_files / "ons/nomis_api/NM_2002_1_mye2021_lad_bands_only_earlier_commit.csv")
    assert ("area_doubled", "breaking") in {(change.kind, change.severity.word) for change in told}


def test_the_first_sight_of_pupils_by_ethnicity_shows_the_break_in_coverage(real_files: Path) -> None:
    _, told = look_at_file(real_files / "dfe/ees_csv/spc_pupils_ethnicity_and_language.csv.gz")
    (change,) = [change for change in told if change.kind == "coverage_break"]
    assert change.severity.word == "warning"
    assert (change.before, change.after) == (174230.0, 204019.0)
    assert "201617" in change.what and "201718" in change.what and "Birmingham" in change.what


FILES = sorted({name for _, before, after, _, _, _ in REAL_CHANGES for name in (before, after)})


@pytest.mark.parametrize("name", FILES)
def test_a_file_compared_with_itself_is_the_same(real_files: Path, name: str) -> None:
    sheet = next(sheet for _, before, after, sheet, _, _ in REAL_CHANGES if name in (before, after))
    assert compare_files(real_files / name, real_files / name, sheet=sheet).changes == ()


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".csv")][::3])
def test_noise_in_the_bytes_of_a_file_is_at_most_info(real_files: Path, tmp_path: Path, name: str) -> None:
    raw = (real_files / name).read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(csv.reader(io.StringIO(text, newline="")))
    noisy = tmp_path / Path(name).name
    noisy.write_bytes(b"\xef\xbb\xbf" + written.getvalue().encode())
    result = compare_files(real_files / name, noisy)
    assert result.verdict.word in ("same", "info"), [change.what for change in result.changes]
    assert {change.kind for change in result.changes} <= {"encoding_changed"}


def test_row_21_names_the_renamed_persistent_absence_column(real_files: Path) -> None:
    assert "enrolments_pa_10_exact_percent" in _told(real_files, "21", "column_renamed")


def test_row_10_tells_only_2017_as_gone(real_files: Path) -> None:
    result = _compared(real_files, *_row("10"))
    assert [change.before for change in result.changes if change.kind == "period_removed"] == [["2017"]]


def test_row_24_tells_every_column_of_2020_as_renamed(real_files: Path) -> None:
    result = _compared(real_files, *_row("24.3"))
    assert not [change.before for change in result.changes if change.kind == "column_removed"]


@pytest.mark.parametrize(("before", "after", "kinds", "verdict"), FURTHER, ids=[Path(pair[1]).stem[:40] for pair in FURTHER])
def test_a_further_pair_is_told_as_a_careful_person_would(real_files: Path, before: str, after: str, kinds: str, verdict: str) -> None:
    result = _compared(real_files, before, after, None)
    assert set(kinds.split()) <= {change.kind for change in result.changes}
    assert result.verdict.word == verdict, [change.what for change in result.changes if change.severity == result.verdict]


def test_a_line_of_totals_under_a_table_is_no_cut_file(real_files: Path) -> None:
    result = _compared(real_files, "council/spend_leeds/2011-02.csv", "council/spend_leeds/2012-12.csv", None)
    assert "truncated" not in {change.kind for change in result.changes}


def test_a_register_of_another_census_day_is_not_redefined(real_files: Path) -> None:
    result = _compared(real_files, "dfe/gias/2021_936_gias.csv", "dfe/gias/20220420_gias.csv", None)
    assert "values_redefined" not in {change.kind for change in result.changes}
    assert "CensusDate" in " ".join(change.what for change in result.changes if change.kind == "history_revised")
