"""Every real shape change known of the publishers' files is seen, in its kind and severity; nothing is seen where nothing changed."""

from __future__ import annotations

import csv
import io
from functools import cache
from pathlib import Path

import pytest

from tasks.changes.files import FileComparison, compare_files, look_at_file

# Kinds and verdicts are those of the publishers' real changes, for two files and no declaration (so that every column counts as relied on).
# Where a row of the written list and the files differ, the files are right:
#  19   from 2016 to 2017 columns only came (290 -> 326); they went, and were renamed, from 2017 to 2018
#  21   the test rows stand in the earlier file: they are told as a warning about what was computed from it
#  8, 20 what is wrong with one file alone is told on first sight (`look_at_file`)
pytestmark = pytest.mark.xdist_group("real changes")  # one process compares each pair once

REAL_CHANGES = [
    # (row, earlier file, later file, sheet, kinds that must be told, verdict)
    (
        "1",
        "ons/ons_web/subnational_indicators/machine_readable_20220127_a620d8b.csv",
        "ons/ons_web/subnational_indicators/machine_readable_20220128_0b52e31.csv",
        None,
        "encoding_changed column_removed",
        "warning",
    ),
    (
        "2",
        "ons/ons_web/subnational_indicators/machine_readable_20220128_0b52e31.csv",
        "ons/ons_web/subnational_indicators/machine_readable_20220414_48bf08a.csv",
        None,
        "column_added category_renamed history_revised",
        "warning",
    ),
    (
        "3",
        "ons/ons_web/subnational_indicators/machine_readable_20220427_3ed8a85.csv",
        "ons/ons_web/subnational_indicators/machine_readable_20220825_6c1bac1_cp1252.csv",
        None,
        "encoding_changed category_renamed",
        "warning",
    ),
    (
        "4",
        "ons/ons_web/subnational_indicators/revised_data_20220414_48bf08a.csv",
        "ons/ons_web/subnational_indicators/revised_data_20231017_902cb1a.csv",
        None,
        "column_removed category_renamed",
        "breaking",
    ),
    (
        "5",
        "ons/ons_web/els_raw/claimant-count_20241118_d29f80de.csv",
        "ons/ons_web/els_raw/claimant-count_20241216_30c915c2.csv",
        None,
        "values_redefined",
        "breaking",
    ),
    (
        "6",
        "ons/ons_web/els_raw/employment-rate_20240222_f1ad1840_wide.csv",
        "ons/ons_web/els_raw/employment-rate_20241001_e026dac9_long.csv",
        None,
        "column_removed column_added",
        "breaking",
    ),
    (
        "7",
        "ons/ons_web/els_raw/no-qualifications_20240614_29b3d295.csv",
        "ons/ons_web/els_raw/no-qualifications_20240917_ee55ef79.csv",
        None,
        "area_added",
        "info",
    ),
    (
        "8",
        "ons/nomis_api/NM_2002_1_mye2021_lad_bands_only_earlier_commit.csv",
        "ons/nomis_api/NM_2002_1_mye2021_lad_single_age_jrf-insight.csv",
        None,
        "category_added rows_rose",
        "warning",
    ),
    (
        "9",
        "ons/nomis_api/interactive_xlsx/aps_emprate_nomis_2022_06_14_095314.xlsx",
        "ons/nomis_api/interactive_xlsx/aps_emprate_nomis_2022_10_31_103957.xlsx",
        None,
        "period_added period_removed",
        "warning",
    ),
    (
        "9.1",
        "ons/nomis_api/interactive_xlsx/aps_emprate_nomis_2022_06_14_095314.xlsx",
        "ons/nomis_api/interactive_xlsx/aps_emprate_T01_jan2023.xlsx",
        None,
        "period_added period_removed",
        "warning",
    ),
    ("10", "ons/ons_web/businessdemography2022.xlsx", "ons/ons_web/businessdemography2023.xlsx", "Table 1.1a", "period_removed", "warning"),
    ("10.1", "ons/ons_web/businessdemography2022.xlsx", "ons/ons_web/businessdemography2023.xlsx", "Table 1.1d", "period_added", "info"),
    (
        "11",
        "ons/geoportal/birmingham_wards_2019vintage_c109936e.geojson",
        "ons/geoportal/birmingham_wards_2020vintage_3f01f32.geojson",
        None,
        "geography_vintage_changed unit_rescaled",
        "breaking",
    ),
    (
        "11.1",
        "ons/geoportal/birmingham_wards_2020vintage_3f01f32.geojson",
        "ons/geoportal/birmingham_wards_2022vintage_EPSG27700_6fe4632.geojson",
        None,
        "geography_vintage_changed crs_changed",
        "breaking",
    ),
    (
        "12",
        "ons/geoportal/LSOA11_LSOA21_LAD22_EW_BestFit.csv",
        "ons/geoportal/LSOA11_LSOA21_LAD22_EW_Exact_CHGIND.csv",
        None,
        "column_added key_duplicated",
        "breaking",
    ),
    (
        "13",
        "dfe/ees_csv_vintages/attendance_EES_ytd_data__2022-09-28.csv",
        "dfe/ees_csv_vintages/attendance_EES_ytd_data__2022-10-13.csv",
        None,
        "column_removed column_added area_recoded",
        "breaking",
    ),
    (
        "14",
        "dfe/ees_csv_vintages/attendance_EES_ytd_data__2022-10-13.csv",
        "dfe/ees_csv_vintages/attendance_EES_ytd_data__2023-02-23.csv",
        None,
        "column_added marker_added",
        "warning",
    ),
    (
        "15",
        "dfe/ees_csv_vintages/attendance_EES_ytd_data__2023-02-23.csv",
        "dfe/ees_csv_vintages/attendance_EES_ytd_data__2023-09-28.csv",
        None,
        "column_removed area_recoded",
        "breaking",
    ),
    (
        "16",
        "dfe/ees_csv_vintages/attendance_EES_ytd_data__2025-01-23.csv",
        "dfe/ees_csv_vintages/attendance_EES_ytd_data__2025-09-25.csv",
        None,
        "column_renamed category_added marker_removed",
        "breaking",
    ),
    (
        "17",
        "dfe/ees_csv_vintages/cla_ks4_la__2024-04.csv",
        "dfe/ees_csv_vintages/cla_ks4_la__2025-04.csv",
        None,
        "period_removed period_added area_recoded",
        "breaking",
    ),
    (
        "18",
        "dfe/performance_tables/2016-2017_850_ks4final.csv",
        "dfe/performance_tables/2017-2018_850_ks4final.csv",
        None,
        "column_removed column_added",
        "breaking",
    ),
    ("19", "dfe/performance_tables/2016-850-ks2.csv", "dfe/performance_tables/2017-850-ks2.csv", None, "column_added", "breaking"),
    (
        "19.1",
        "dfe/performance_tables/2017-850-ks2.csv",
        "dfe/performance_tables/2018-850-ks2.csv",
        None,
        "column_removed column_renamed",
        "breaking",
    ),
    (
        "21",
        "dfe/neet/NEETNK_LA__2022-10-25.csv",
        "dfe/neet/NEETNK_LA__2024-10-24.csv",
        None,
        "test_rows column_removed geography_vintage_changed area_recoded",
        "breaking",
    ),
    (
        "21.1",
        "dfe/neet/NEETNK_LA__2024-10-24.csv",
        "dfe/neet/NEETNK_LA__2025-07-17.csv",
        None,
        "geography_vintage_changed area_recoded",
        "breaking",
    ),
    ("22", "dfe/gias/links_edubasealldata20230421.csv", "dfe/gias/links_edubasealldata20250422.csv", None, "rows_rose", "info"),
    (
        "23",
        "dfe/ees_api_samples/absence_school.csv",
        "dfe/ees_api_samples/absence_school_minor_manual.csv",
        None,
        "column_renamed category_renamed",
        "breaking",
    ),
    (
        "23.1",
        "dfe/ees_api_samples/absence_school.csv",
        "dfe/ees_api_samples/absence_school_patch_manual.csv",
        None,
        "area_recoded",
        "breaking",
    ),
    (
        "23.2",
        "dfe/ees_api_samples/absence_school.csv",
        "dfe/ees_api_samples/absence_school_major_auto.csv",
        None,
        "column_removed rows_fell",
        "breaking",
    ),
    ("24", "council/spend_leeds/2010-12.csv", "council/spend_leeds/2011-02.csv", None, "column_reordered column_renamed", "breaking"),
    ("24.1", "council/spend_leeds/2011-02.csv", "council/spend_leeds/2012-02.csv", None, "column_renamed", "breaking"),
    ("24.2", "council/spend_leeds/2012-02.csv", "council/spend_leeds/2012-12.csv", None, "column_renamed", "breaking"),
    ("24.3", "council/spend_leeds/2012-12.csv", "council/spend_leeds/2020-06.csv", None, "column_renamed", "breaking"),
    (
        "25",
        "council/spend_birmingham/purchasecardtransactionsapril2014.xls",
        "council/spend_birmingham/publishspendpurchasecardsfebruary.xls",
        None,
        "column_removed column_renamed layout_moved",
        "breaking",
    ),
    (
        "25.1",
        "council/spend_birmingham/publishspendpurchasecardsfebruary.xls",
        "council/spend_birmingham/publish-spend-august-2016.xls",
        None,
        "column_renamed",
        "breaking",
    ),
    (
        "25.2",
        "council/spend_birmingham/publish-spend-august-2016.xls",
        "council/spend_birmingham/publish-spend-september-2016.xls",
        None,
        "column_renamed",
        "breaking",
    ),
    (
        "25.3",
        "council/spend_birmingham/publish-spend-september-2016.xls",
        "council/spend_birmingham/cusersfinainmndesktoppublish-spend-august-2017-all-directorates.xls",
        None,
        "column_renamed column_added",
        "breaking",
    ),
    (
        "26",
        "council/imd/2015_File_1_ID_2015_Index_of_Multiple_Deprivation.xlsx",
        "council/imd/2019_File_1_-_IMD2019_Index_of_Multiple_Deprivation.csv.gz",
        None,
        "column_renamed column_retyped",
        "breaking",
    ),
    (
        "27",
        "council/geography/Wards_pre2018_wards.csv",
        "council/child_poverty/4_AHC_Relative_Ward.csv",
        None,
        "geography_vintage_changed",
        "breaking",
    ),
    (
        "28",
        "council/police/2017-01-city-of-london-street.csv",
        "council/police/2017-12-city-of-london-street.csv",
        None,
        "period_added",
        "info",
    ),
]


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


# Pairs that the detector was not tuned on: what a careful person expected was written down before the first run.
FURTHER: list[tuple[str, str, str, str]] = [
    (
        "dfe/ees_csv_vintages/attendance_EES_weekly_data__2022-09-30.csv",
        "dfe/ees_csv_vintages/attendance_EES_weekly_data__2023-09-28.csv",
        "column_removed area_recoded marker_added period_added",
        "breaking",
    ),
    (
        "dfe/ees_csv_vintages/attendance_EES_ytd_data__2023-09-28.csv",
        "dfe/ees_csv_vintages/attendance_EES_ytd_data__2024-01-25.csv",
        "column_added",
        "warning",
    ),
    (
        "dfe/ees_csv_vintages/cla_ks2_la__2024-03.csv",
        "dfe/ees_csv_vintages/cla_ks2_la__2024-04.csv",
        "period_added category_added",
        "warning",
    ),
    (
        "dfe/ees_csv_vintages/cla_ks2_la__2024-04.csv",
        "dfe/ees_csv_vintages/cla_ks2_la__2026-04.csv",
        "period_added period_removed area_recoded",
        "breaking",
    ),
    (
        "dfe/gias/2021_giaslinks.csv",
        "dfe/gias/links_edubasealldata20230421.csv",
        "rows_rose",
        "info",
    ),
    (
        "ons/els_data/history/claimant-count_2024-11-15_0d1448fd.csv",
        "ons/els_data/history/claimant-count_2024-12-16_bdb8a544.csv",
        "values_redefined",
        "breaking",
    ),
    (
        "ons/ons_web/els_raw/employment-rate_20240222_f1ad1840_wide.csv",
        "ons/els_data/history/employment-rate_2024-04-16_b610cbe6.csv",
        "area_added period_added period_removed",
        "warning",
    ),
    (
        "ons/nomis_api/interactive_xlsx/aps_emprate_nomis_2022_10_31_103957.xlsx",
        "ons/nomis_api/interactive_xlsx/aps_emprate_nomis_2023_04_24_143523.xlsx",
        "period_added period_removed area_added area_missing",
        "warning",
    ),
    (
        "ons/geoportal/LAD24_CAUTH24_EN_LU.csv",
        "ons/geoportal/LAD25_CAUTH25_EN_LU.csv",
        "geography_vintage_changed",
        "breaking",
    ),
    (
        "ons/geoportal/birmingham_wards_2022vintage_EPSG27700_6fe4632.geojson",
        "ons/geoportal/birmingham_wards_2022vintage_CRS84_d23350e.geojson",
        "crs_changed",
        "breaking",
    ),
    (
        "ons/lookups/LSOA01_WD03_birmingham.csv",
        "ons/lookups/LSOA01_WD04_birmingham.csv",
        "geography_vintage_changed column_renamed",
        "breaking",
    ),
    (
        "dfe/performance_tables/ks2__2016-2017__la_and_region_codes_meta.csv",
        "dfe/performance_tables/ks2__2018-2019__la_and_region_codes_meta.csv",
        "area_missing area_added",
        "warning",
    ),
    (
        "dfe/ees_api_samples/AbsenceSchool__data.csv",
        "dfe/ees_api_samples/AbsenceSchoolWithAmendments__data.csv",
        "column_renamed category_renamed",
        "breaking",
    ),
    (
        "ons/nomis_bulk/census2021-ts007-utla.csv",
        "ons/nomis_bulk/census2021-ts007-ltla.csv",
        "area_missing area_added",
        "warning",
    ),
    (
        "dfe/neet/NEETNK_LA__2022-10-25.csv",
        "dfe/neet/NEETNK_LA__2025-07-17.csv",
        "column_removed column_renamed area_recoded test_rows",
        "breaking",
    ),
    (
        "council/police/2017-12-city-of-london-street.csv",
        "council/police/2017-01-city-of-london-street.csv",
        "period_removed",
        "info",
    ),
    (
        "ons/ons_web/els_raw/claimant-count_20241118_d29f80de.csv",
        "ons/els_data/history/claimant-count_2024-11-15_0d1448fd.csv",
        "",
        "same",
    ),
]


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
