"""Real releases of the ONS's local figures through the whole pipeline: a year that is added lands, a series that is redefined in place does not."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import duckdb
from replaying import Replay, kinds, said

from expectations.declaration import Dataset, load
from warehouse.lake import paths, vintages

Start = Callable[[Dataset], Replay]
BUSINESSES = ("ons/ons_web/businessdemography2022.xlsx", "ons/ons_web/businessdemography2023.xlsx")
CLAIMANTS = ("ons/els_data/history/claimant-count_2024-11-15_0d1448fd.csv", "ons/els_data/history/claimant-count_2024-12-16_bdb8a544.csv")


def test_the_next_year_of_business_deaths_lands_with_its_revisions(replay: Start) -> None:
    """The edition of 2023 adds a column, prints other footnote marks behind names, and revises 2022."""
    series = replay(load("ons.business_deaths"))
    names = {Path(file).name: "business-demography.xlsx" for file in BUSINESSES}
    series.first([BUSINESSES[0]], names=names)
    assert series.landed == 844
    outcome = series.arrive([BUSINESSES[1]], names=names)
    assert outcome.status == "landed", said(outcome)
    assert series.landed == 1266
    assert {"period_added", "history_revised"} <= kinds(outcome, "evolve")
    newest = vintages(series.home, "ons.business_deaths")[-1]
    files = [str(path) for path in paths(series.home, newest)]
    found = duckdb.execute("select period, value from read_parquet(?) where area_code = 'E08000025' order by period", [files]).fetchall()
    assert found == [("2021", 5710.0), ("2022", 6200.0), ("2023", 5885.0)], "2022 was 6,175 a year before"


def test_a_series_that_is_redefined_in_place_is_held(replay: Start, tmp_path: Path) -> None:
    """December 2024: the same columns, areas and years, and 8,001 of 9,407 figures are others. Nothing in the file says so."""
    series = replay(load("ons.local_claimants"))
    old, new = (_as_served(series.files / file, tmp_path / str(number)) for number, file in enumerate(CLAIMANTS))
    labels = {old.name: {"indicator": "claimant-count", "unit": "%"}}
    series.first([old], labels)
    before = series.landed
    outcome = series.arrive([new], labels)
    assert outcome.status == "held", said(outcome)
    assert "values_redefined" in kinds(outcome)
    assert series.landed == before, "the last good table stays"


def _as_served(file: Path, folder: Path) -> Path:
    """The publisher's own file in the columns in which its service gives it."""
    folder.mkdir()
    target = folder / "claimant-count.csv"
    with file.open(encoding="utf-8-sig", newline="") as source, target.open("w", encoding="utf-8", newline="") as copy:
        lines = csv.writer(copy, lineterminator="\n")
        lines.writerow(["areacd", "areanm", "period", "value", "status"])
        for row in csv.DictReader(source):
            # The service leaves out what has neither a figure nor a reason.
            if row["Observation"] or row["Observation Status"]:
                lines.writerow([row["AREACD"], row["AREANM"], f"{row['Period']}-01-01/P1Y", row["Observation"], row["Observation Status"]])
    return target
