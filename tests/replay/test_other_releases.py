"""Real releases of the other datasets through the whole pipeline: what grows lands, what doubles or breaks does not, neighbours are not disturbed."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from replaying import Replay, kinds, said

from expectations.declaration import Dataset, load
from expectations.errors import EvidenceError
from tasks.pipeline import ingest, publish_all
from warehouse.lake import paths, vintages

SPEND = "council/spend_birmingham"
MONTHS = {
    "purchasecardtransactionsapril2014.xls": {"month": "April", "year": "2014"},
    "publishspendpurchasecardsfebruary.xls": {"month": "February", "year": "2015"},
    "publish-spend-august-2016.xls": {"month": "August", "year": "2016"},
    "publish-spend-september-2016.xls": {"month": "September", "year": "2016"},
    "cusersfinainmndesktoppublish-spend-august-2017-all-directorates.xls": {"month": "August", "year": "2017"},
}
PUPILS = "dfe/ees_csv/spc_pupils_ethnicity_and_language.csv.gz"
IMD_2015 = "council/imd/2015_File_1_ID_2015_Index_of_Multiple_Deprivation.xlsx"
IMD_2019 = "council/imd/2019_File_1_-_IMD2019_Index_of_Multiple_Deprivation.csv.gz"
EDITIONS = {Path(IMD_2015).name: {"edition": "2015"}, Path(IMD_2019).name: {"edition": "2019"}}
Start = Callable[[Dataset], Replay]


def test_card_spending_lands_month_by_month_whatever_the_month_looks_like(replay: Start) -> None:
    """12, 11, 11, 11 and 14 columns, an empty header, `Directorates`: none of it keeps a month from landing, none of it is silent."""
    series = replay(load("council.card_spend"))
    files = [f"{SPEND}/{name}" for name in MONTHS]
    series.first(files[:1], MONTHS)
    for count, rows in ((2, 6649), (3, 9183), (4, 14367), (5, 16673)):
        outcome = series.arrive(files[:count], MONTHS)
        assert outcome.status == "landed", said(outcome)
        assert series.landed == rows
    assert "column_added" in kinds(outcome, "evolve") and "BILLING GROSS AMT" in said(outcome)

    # A month that the council takes down is told.
    outcome = series.arrive([files[0], *files[2:]], MONTHS)
    assert {"period_removed", "rows_fell"} & (kinds(outcome, "evolve") | kinds(outcome)) and "2015" in said(outcome)


def test_a_workbook_with_a_whole_card_number_never_lands(replay: Start, tmp_path: Path) -> None:
    """As if the council forgot its mask in one row of a month."""
    import openpyxl
    from python_calamine import CalamineWorkbook

    series = replay(load("council.card_spend"))
    name = "publish-spend-august-2016.xls"
    series.first([f"{SPEND}/{name}"], MONTHS)
    rows = CalamineWorkbook.from_path(str(series.files / SPEND / name)).get_sheet_by_index(0).to_python()
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for number, row in enumerate(rows):
        sheet.append(["4929000000005770" if number == 7 and place == 4 else cell for place, cell in enumerate(row)])
    unmasked = tmp_path / "publish-spend-august-2016.xlsx"
    book.save(unmasked)
    outcome = series.arrive([unmasked], {unmasked.name: MONTHS[name]})
    assert outcome.status in ("failed", "held")
    assert series.vintages == 1, "only the masked month is there"


def test_a_query_that_doubles_areas_never_lands(replay: Start) -> None:
    """Nomis gave each unitary authority twice, under two ids: held on first sight, and no acceptance gets it past the grain."""
    series = replay(load("ons.population"))
    file = "NM_2002_1_mye2021_lad_single_age_jrf-insight.csv"
    outcome = series.arrive([f"ons/nomis_api/{file}"], names={file: "page-0001.csv"})
    assert outcome.status in ("held", "failed")
    assert "area_doubled: 193 areas" in series.held_for
    with pytest.raises(EvidenceError) as refused:
        series.accept()
    assert refused.value.code == "accept.not_landed"
    assert series.landed is None


def test_deprivation_gains_an_edition_whose_ranks_are_printed_with_commas(replay: Start) -> None:
    series = replay(load("mhclg.deprivation"))
    series.first([IMD_2015], EDITIONS)
    outcome = series.arrive([IMD_2015, IMD_2019], EDITIONS)
    assert outcome.status == "held" and "column_retyped" in kinds(outcome)
    assert series.landed == 65688
    assert series.accept().status == "landed"
    assert series.landed == 131376

    # An edition that vanishes does not replace the table.
    assert series.arrive([IMD_2019], EDITIONS).status in ("failed", "held")
    assert series.landed == 131376


def test_the_pupils_of_2017_18_come_with_a_warning_that_coverage_changed(replay: Start, tmp_path: Path) -> None:
    """The release as it stood up to 2016/17, then with the years in which more children were counted."""
    series = replay(load("dfe.pupils_ethnicity_language"))
    lines = gzip.decompress((series.files / PUPILS).read_bytes()).decode().splitlines(keepends=True)
    for name, last in (("until.csv", "201617"), ("more.csv", "201819")):
        (tmp_path / name).write_text("".join([lines[0], *(line for line in lines[1:] if line[:6] <= last)]), encoding="utf-8")
    names = {"until.csv": "data.csv", "more.csv": "data.csv"}
    series.first([tmp_path / "until.csv"], names=names)
    outcome = series.arrive([tmp_path / "more.csv"], names=names)
    assert outcome.status == "landed", said(outcome)
    assert {"period_added", "coverage_break"} <= kinds(outcome, "evolve")
    with duckdb.connect(":memory:") as connection:
        files = [str(path) for path in paths(series.home, vintages(series.home, series.dataset.id)[-1])]
        found = connection.execute(
            "select value from read_parquet(?) where area_code = 'E08000025' and period in ('2016/17', '2017/18') and school_type = 'Total'"
            " and characteristic = 'all' and measure = 'pupils' order by period",
            [files],
        ).fetchall()
    assert found == [(174230,), (204019,)]


def test_a_breaking_change_holds_one_dataset_and_disturbs_no_other(replay: Start, tmp_path: Path) -> None:
    """Attendance loses a column that we rely on; deprivation lands and is published, and attendance stays as it was last good."""
    attendance, deprivation = replay(load("dfe.pupil_attendance")), replay(load("mhclg.deprivation"))
    release = "attendance_EES_ytd_data__2025-09-25.csv"
    attendance.first([f"dfe/ees_csv_vintages/{release}"], names={release: "data.csv"})
    broken = tmp_path / "broken.csv"
    with duckdb.connect(":memory:") as connection:
        source = str(attendance.files / "dfe/ees_csv_vintages" / release)
        connection.execute(
            f"copy (select * exclude (overall_absence_perc) from read_csv('{source}', all_varchar = true)) to '{broken}' (format csv, header true)"
        )
    held = attendance.arrive([broken], names={"broken.csv": "data.csv"})
    assert held.status == "held" and "column_removed" in kinds(held) and "overall_absence_perc" in said(held)
    assert deprivation.first([IMD_2015], EDITIONS).status == "landed"
    assert attendance.landed == 5823 and attendance.holds and not deprivation.holds

    publish_all(deprivation.job([]))
    with duckdb.connect(str(attendance.home.root / "evidence.duckdb"), read_only=True) as published:
        counted = published.execute(
            "select (select count(*) from dfe.pupil_attendance), (select count(*) from mhclg.deprivation)"
        ).fetchone()
    assert counted == (5823, 65688)

    # The publisher puts the column back: nothing to accept, the hold is over.
    assert (
        ingest(attendance.dataset, attendance.job([f"dfe/ees_csv_vintages/{release}"], names={release: "data.csv"})).status == "unchanged"
    )
    assert not attendance.holds
