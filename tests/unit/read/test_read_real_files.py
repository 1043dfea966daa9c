"""Publishers' real files with traps: how many records, which header, and the first and last cells as the file shows them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from expectations.errors import EvidenceError
from tasks.read import ReadOptions


@dataclass(frozen=True)
class Trap:
    """One real file, and what a person counts in it."""

    path: str
    rows: int
    columns: int
    header_row: int | None
    first: tuple[str | None, ...]  # the first cells of the first record
    last: tuple[str | None, ...]  # the first cells of the last record
    sheet: str | None = None
    footer_rows: int = 0
    ragged_rows: int = 0
    encoding: str | None = "utf-8"


TRAPS = [
    # nine rows over the header, two columns `Area Code`, line breaks within header cells, hundreds of rows of commas below
    Trap(
        "council/child_poverty/4_AHC_Relative_Ward.csv",
        8381,
        8,
        10,
        (None, None, "United Kingdom [note 4]"),
        ("Ards and North Down", "N09000011", "West Winds"),
    ),
    # records of two lines each; a header with one cell more than every record
    Trap(
        "council/fingertips/indicators-CountyUA.data.csv",
        852,
        26,
        1,
        ("93356", "Campylobacter incidence rate/100,000\n"),
        ("93356",),
        ragged_rows=852,
    ),
    Trap("dfe/gias/20220420_gias.csv", 1096, 114, 1, ("115850", "850", "Hampshire"), (), ragged_rows=69),
    Trap(
        "ons/ons_web/subnational_indicators/machine_readable_20220127_a620d8b.csv",
        7315,
        10,
        3,
        ("E06000001", "Hartlepool", "Hartlepool"),
        ("E09000033",),
    ),
    Trap(
        "ons/ons_web/subnational_indicators/machine_readable_20220825_6c1bac1_cp1252.csv",
        10758,
        10,
        3,
        ("E06000001",),
        ("TLN0",),
        encoding="windows-1252",
    ),
    # five lines and a blank one over the header, a blank one under it, four lines of notes below
    Trap(
        "ons/census2021/TS021_lsoa21_EW_PsychedPhalanx.csv",
        35672,
        13,
        7,
        ("E01011954 : Hartlepool 001A", "2284"),
        ("W01001898 : Merthyr Tydfil 008F", "1463"),
        footer_rows=4,
    ),
    # header over three rows with merged cells, a legend beside the table, notes below, first sheet is notes
    Trap(
        "ons/ons_web/ashe_living_wage_work_geog_table7_1a_2022prov.xls",
        412,
        4,
        5,
        ("United Kingdom ", "K02000001", "3495", "12.2"),
        ("Not Classified", None, ":"),
        "All",
        5,
        encoding=None,
    ),
    # hidden rows that disagree with the header, merged cells, phantom sheets, eleven lines of notes
    Trap(
        "council/homelessness/Detailed_LA_202212.ods", 321, 54, 5, ("E92000001", "ENGLAND"), ("E06000014", "York"), "A8", 11, encoding=None
    ),
    # five periods of 450 areas, one under the other
    Trap(
        "ons/nomis_api/interactive_xlsx/aps_emprate_T01_jan2023.xlsx",
        2250,
        23,
        8,
        ("country:England", "34707000"),
        ("lep:Leeds City Region", "1479400"),
        "Data",
        4,
        encoding=None,
    ),
    Trap(
        "ons/nomis_api/interactive_xlsx/ubc_nomis_2022_11_08_144046.xlsx",
        1980,
        7,
        8,
        ("ladu:Barnsley", "6325"),
        ("lep:Leeds City Region", "80580"),
        "Data",
        2,
        encoding=None,
    ),
    Trap("council/imd/2015_File_1_ID_2015_Index_of_Multiple_Deprivation.xlsx", 32844, 6, 1, ("E01031349",), (), "IMD 2015", encoding=None),
    Trap(
        "council/spend_birmingham/publishspendpurchasecardsfebruary.xls",
        3959,
        11,
        1,
        ("2015-02-24", "VR", "54.75"),
        ("2015-02-24",),
        "Sheet1",
        encoding=None,
    ),
    Trap("dfe/lait/bds_long_0.parquet", 641070, 7, None, (), (), encoding=None),
    Trap("dfe/ees_csv_2018_testdata/KS4_2018_Subject_Tables_S3_TestData.zip", 127, 50, 1, ("201718", "Academic year"), ("201718",)),
    Trap("council/spend_leeds/2020-06.csv", 16176, 15, 1, (), (), encoding="windows-1252"),
    Trap("ons/geoportal/birmingham_wards_2022vintage_EPSG27700_6fe4632.geojson", 69, 16, None, (), ()),
    Trap("council/police/api_crime_month_2018_06_area_E05000649_0.json", 1820, 14, None, (), ()),
]


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: Path(trap.path).name)
def test_a_file_with_traps_is_read_whole(reading, real_files: Path, trap: Trap) -> None:
    got = reading(real_files / trap.path)
    layout = got.layout
    assert (len(got.rows), len(layout.columns), layout.header_row) == (trap.rows, trap.columns, trap.header_row)
    assert (layout.sheet, layout.footer_rows, layout.ragged_rows, layout.encoding) == (
        trap.sheet,
        trap.footer_rows,
        trap.ragged_rows,
        trap.encoding,
    )
    assert got.rows[0][: len(trap.first)] == trap.first
    assert got.rows[-1][: len(trap.last)] == trap.last


def test_headers_of_the_traps_are_the_ones_a_person_sees(reading, real_files: Path) -> None:
    poverty = reading(real_files / "council/child_poverty/4_AHC_Relative_Ward.csv").layout
    assert poverty.columns[:5] == ("Local Authority [note 2]", "Area Code", "Ward [note 2]", "Area Code__2", "Number of children FYE 2024")
    wages = reading(real_files / "ons/ons_web/ashe_living_wage_work_geog_table7_1a_2022prov.xls").layout
    assert wages.columns[2:] == (
        "% earning below Living Wage Foundation rates Jobs (thousand)",
        "% earning below Living Wage Foundation rates Per cent",
    )
    homeless = reading(real_files / "council/homelessness/Detailed_LA_202212.ods", options=ReadOptions(sheet="A1")).layout
    assert homeless.columns[2:5] == (
        "Total initial assessments1,2",
        "Assessed as owed a duty Total owed a prevention or relief duty",
        "Assessed as owed a duty Threatened with homelessness within 56 days - Prevention duty owed",
    )
    births = reading(real_files / "ons/ons_web/businessdemography2022.xlsx", options=ReadOptions(sheet="Table 1.1a")).layout
    assert births.headers == ("", "", "2017", "2018")


def test_each_block_of_a_stacked_export_bears_its_own_period(reading, real_files: Path) -> None:
    for name, periods, areas in [
        ("aps_emprate_T01_jan2023", [f"Oct {year}-Sep {year + 1}" for year in range(2017, 2022)], 450),
        ("aps_empocc_T09a_jan2023", [f"Jan {year}-Dec {year}" for year in range(2017, 2022)], 449),
        ("ubc_nomis_2022_11_08_144046", [str(year) for year in range(2018, 2023)], 396),
    ]:
        got = reading(real_files / f"ons/nomis_api/interactive_xlsx/{name}.xlsx")
        assert got.layout.columns[-1] == "date"
        assert Counter(row[-1] for row in got.rows) == dict.fromkeys(periods, areas)


def test_a_reference_system_is_recorded(reading, real_files: Path) -> None:
    folder = real_files / "ons/geoportal"
    assert reading(folder / "birmingham_wards_2022vintage_EPSG27700_6fe4632.geojson").layout.crs == "EPSG:27700"
    assert reading(folder / "birmingham_wards_2022vintage_CRS84_d23350e.geojson").layout.crs == "CRS84"


def test_a_windows_dash_is_a_dash(reading, real_files: Path) -> None:
    got = reading(real_files / "ons/ons_web/subnational_indicators/machine_readable_20220825_6c1bac1_cp1252.csv")
    assert any("–" in (row[3] or "") for row in got.rows)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("ons/ons_web/snpp2018_readme.txt", "read.not_a_table"),
        ("ons/ons_web/snpp2022_readme_5yr_mig_var.txt", "read.not_a_table"),
        ("dfe/performance_tables/2016-2017__2016-2017_ks4_meta_methodology.csv", "read.not_a_table"),
        ("ons/ons_web/livingwagebyworkgeography2022provisional.zip", "read.several_tables"),
        ("dfe/ees_api/openapi-v1.json", "read.not_a_table"),
        ("ons/ons_api/els_api_v1/json-stat-metadata.json", "read.not_a_table"),
    ],
)
def test_what_is_no_table_is_refused(reading, real_files: Path, path: str, code: str) -> None:
    with pytest.raises(EvidenceError) as refused:
        reading(real_files / path)
    assert refused.value.code == code
