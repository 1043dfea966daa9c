"""DfE's datasets against one another and against the real files: a figure that two of DfE's own products print is the same in both of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from expectations.declaration import load
from expectations.rules import SuiteResult
from expectations.rules.sets import RuleSet
from tasks.archive import keep
from tasks.check import check
from tasks.check_source import check_source
from tasks.examine import read_parts
from tasks.read import ReadOptions, read
from tasks.replay import from_files
from tasks.snapshot import Delivery
from tasks.tidy import assemble, transform
from warehouse.home import Home

Query = Callable[[str], list[tuple[object, ...]]]


def tidied(dataset: str, delivery: Delivery, folder: Path) -> duckdb.DuckDBPyConnection:
    """A connection with the dataset's tables `arrived` and `tidy`."""
    declared, home, connection = load(dataset), Home(folder / "home"), duckdb.connect(":memory:")
    snapshot = keep(delivery, dataset, "test", home)
    assemble(connection, list(read_parts(declared, snapshot, home, connection, folder / "scratch").values()), "arrived")
    transform(declared, connection)
    return connection


@pytest.fixture(scope="module")
def query(sample_home: Home) -> Iterator[Query]:
    """Ask the sample's tables of DfE, under their own names."""
    with duckdb.connect(str(sample_home.database), read_only=True) as published:
        published.execute("use dfe")
        yield lambda text: published.execute(text).fetchall()


def test_sums_of_key_stage_4_give_the_averages_that_the_interactive_tool_prints(query: Query) -> None:
    found = query(
        """
        with averages as (
            select area_code, category,
                round(max(value) filter (where measure = 'attainment_8_points') / max(value) filter (where measure = 'pupils'), 1) as average
            from key_stage_4_characteristics
            where sex = 'Total' and characteristic in ('disadvantage', 'ethnic_major') and area_level = 'local_authority'
            group by all
        )
        select category, count(*), count(*) filter (where abs(average - value) < 0.1001) from averages
        join local_authority_measures using (area_code)
        where period = '2018' and measure = map {'disadvantaged': 'DAP_KS4_ATT8', 'disadvantaged_Total_other': 'NonDAP_KS4_ATT8',
            'ASIAN': 'AVG_Attain8_Score_Asian', 'BLACK': 'AVG_Attain8_Score_Black', 'WHITE': 'AVG_Attain8_Score_White'}[category]
        and value is not null group by category order by category"""
    )
    assert len(found) == 5
    assert all(compared == agreeing == 15 for _, compared, agreeing in found), found


def test_key_stage_2_of_looked_after_children_is_the_same_in_both_products(query: Query) -> None:
    found = query(
        """
        select subject, count(*), count(*) filter (where ours.value = tool.value) from looked_after_key_stage_2 as ours
        join local_authority_measures as tool on tool.area_code = ours.area_code and tool.period = (left(ours.period, 4)::integer + 1)::varchar
        where ours.measure = 'expected_standard' and ours.social_care_group = 'CLA 12 months at 31 March'
        and tool.measure = map {'reading_writing_mathematics': 'LAC_KS2_ExpStd_RWM', 'reading': 'LAC_KS2_ExpStd_R',
            'mathematics': 'LAC_KS2_ExpStd_M', 'writing': 'LAC_KS2_ExpStd_W'}[subject]
        and ours.value is not null and tool.value is not null group by subject order by subject"""
    )
    assert found == [("mathematics", 83, 83), ("reading", 84, 84), ("reading_writing_mathematics", 80, 80), ("writing", 83, 83)]


def test_a_good_level_of_development_is_the_same_in_both_products(query: Query) -> None:
    found = query(
        """
        select count(*), count(*) filter (where abs(profile.value - tool.value) > 0.0501) from early_years_profile as profile
        join local_authority_measures as tool on tool.area_code = profile.area_code and tool.period_start = profile.period_start
        where profile.measure = 'good_development' and profile.sex = 'Total' and tool.measure = 'FSP_NEW_GOODDEV' and tool.value is not null"""
    )
    assert found == [(51, 0)], "seventeen areas, three school years"


def test_absence_of_primary_schools_is_the_same_in_both_products(query: Query) -> None:
    found = query(
        """
        select count(*), count(*) filter (where abs(absence.value - tool.value) > 0.0501) from absence_by_term as absence
        join local_authority_measures as tool on tool.area_code = absence.area_code and tool.period_start = absence.period_start
        where absence.measure = 'absence_rate' and term = 'Total' and school_type = 'State-funded primary' and tool.measure = 'PriTotAbs'
        and tool.value is not null"""
    )
    assert found == [(34, 0)], "seventeen areas, two school years"


def test_provisional_tables_are_near_the_final_figures(query: Query) -> None:
    found = query(
        """
        select count(*), max(abs(tables.value - tool.value)) from key_stage_4_provisional as tables
        join local_authority_measures as tool on tool.area_code = tables.area_code
        where tables.measure = 'attainment_8' and tables.coverage = 'local_authority' and tool.measure = 'AVG_Attain8_Score'
        and tool.period = '2019'"""
    )
    compared, furthest = found[0]
    assert compared == 15 and isinstance(furthest, float) and 0 < furthest <= 0.51


def test_two_files_of_one_census_count_the_same_pupils_since_2017_18(query: Query) -> None:
    found = query(
        """
        select period, value from pupils_free_school_meals where area_code = 'E08000025' and school_type = 'Total' and characteristic_group = 'Total'
        and measure = 'pupils_of_group' and free_school_meals like 'Known%' order by period"""
    )
    # As `dfe.pupils_ethnicity_language` has them; in the two years before, that file leaves out most children under five and this one does not.
    by_language = {"2017/18": 204019.0, "2018/19": 205681.0, "2019/20": 206428.0, "2020/21": 204858.0, "2021/22": 206369.0}
    assert [(period, value) for period, value in found[2:]] == list(by_language.items())
    assert found[:2] == [("2015/16", 197222.0), ("2016/17", 202080.0)]


def test_the_strategys_own_figures_of_2016_are_in_the_interactive_tool(query: Query) -> None:
    found = query(
        """
        select measure, value, period_start::varchar, unit from local_authority_measures
        where area_code = 'E08000025' and period = '2016' and measure in ('AVG_Attain8_Score', 'AVG_Prog8_Score') order by measure"""
    )
    assert found == [("AVG_Attain8_Score", 49.4, "2015-09-01", "Score per pupil"), ("AVG_Prog8_Score", 0.0, "2015-09-01", found[1][3])]


def test_a_measure_without_a_figure_is_not_said_to_be_nil(query: Query) -> None:
    found = query("select status, count(value) from local_authority_measures where marker = '-' group by all")
    assert found == [("not_available", 0)]


# -- the real files ------------------------------------------------------------------------------------------------------------------

WHOLE = [
    # dataset, file, school year of the table where the file does not say, rows of the tidy table
    ("dfe.school_destinations", "performance_tables/england__england_ks4-pupdest.csv", "2018-2019", 81_417),
    ("dfe.key_stage_4_provisional", "performance_tables/england__england_ks4provisional.csv", "2018-2019", 56_520),
    ("dfe.school_absence", "performance_tables/england__england_abs.csv", "2018-2019", 42_434),
    ("dfe.school_links", "gias/links_edubasealldata20230421.csv", "", 31_274),
    ("dfe.schools", "gias/2021_936_gias.csv", "", 590),
    ("dfe.looked_after_key_stage_4", "ees_csv_vintages/cla_ks4_la__2024-03.csv", "", 23_568),
    ("dfe.young_people_not_in_education", "neet/NEETNK_LA__2024-10-24.csv", "", 2_400),
]


@pytest.mark.parametrize(("dataset", "file", "year", "rows"), WHOLE)
def test_the_rules_hold_for_whole_files_that_the_sample_was_not_made_of(
    dataset: str, file: str, year: str, rows: int, real_files: Path, tmp_path: Path
) -> None:
    path = real_files / "dfe" / file
    delivery = from_files([path], {path.name: {"academic_year": year}} if year else None)(load(dataset), None, tmp_path)
    with tidied(dataset, delivery, tmp_path) as connection:
        result = _checked(connection, dataset)
    assert [failed.because for failed in result.failed] == []
    assert result.rows == rows


def _checked(connection: duckdb.DuckDBPyConnection, dataset: str) -> SuiteResult:
    declared = load(dataset)
    return check(connection, "tidy", declared.rules, declared.tidy.grain)


# Real file -> what DfE's own rules find in it, but for its advice: documented errors of the file.
KNOWN = [
    ("ees_csv_vintages/cla_ks4_la__2025-04.csv", ("social_care_group",), ("version",), []),
    ("ees_csv_vintages/attendance_EES_ytd_data__2025-09-25.csv", ("education_phase",), (), []),
    ("ees_csv_2018_testdata/exclusions_by_characteristic.zip", ("school_type", "characteristic_group", "characteristic"), (), []),
    (
        "ees_csv_2018_testdata/level_2_3_sfla.zip",
        (
            "characteristic",
            "characteristic_group",
            "characteristic_gender",
            "characteristic_fsm_status",
            "characteristic_sen_provision_status",
        ),
        (),
        [
            "DfE knows these codes of level Local authority by these names",  # Durham, City of Kingston Upon Hull
            "a row is told from every other by its time, its place and its filters",  # three rows bear the name Total
            "no item of a filter has a blank before or after it",  # 'SEN Provision '
        ],
    ),
    (
        "neet/NEETNK_LA__2022-10-25.csv",
        ("Age",),
        (),
        [
            "a figure is a number or one of DfE's symbols, never blank, ~, : or NULL",  # empty quintiles
            "a row has the code and the name of its own level",  # 'LA demo', 'Region demo'
        ],
    ),
]


@pytest.mark.parametrize(("file", "key", "filters", "known"), KNOWN)
def test_real_files_pass_dfes_own_rules_but_for_documented_errors(
    file: str, key: tuple[str, ...], filters: tuple[str, ...], known: list[str], real_files: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    read(real_files / "dfe" / file, connection, "arrived", ReadOptions())
    found = check_source(connection, "arrived", RuleSet(name="ees", filters=filters), key)
    assert sorted(result.because for result in found if not result.success and result.severity != "info") == known
