"""The shipped indicators: each binds to its datasets' declared columns, gives true figures on the sample, and together they cover the strategy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from expectations.declaration import THEMES, all_ids, load
from warehouse import meta_rows
from warehouse.home import Home
from warehouse.indicators import load_all, values
from warehouse.indicators.aims import aims
from warehouse.mart_files import mart_files
from warehouse.table import identifier

INDICATORS = load_all()
BIRMINGHAM = "E08000025"
pytestmark = pytest.mark.xdist_group("sample")
PROVENANCE = {"snapshot_id": "varchar", "source_part": "varchar", "source_row": "bigint", "vintage": "varchar"}


@pytest.fixture(scope="module")
def declared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database with every declared table, empty, and the indicators' own tables on them."""
    with duckdb.connect(":memory:") as connection:
        connection.execute("create schema mart")
        meta_rows.create(connection)
        for dataset in all_ids():
            publisher, name = dataset.split(".")
            columns = {**{name: column.type for name, column in load(dataset).tidy.columns.items()}, **PROVENANCE}
            connection.execute(f"create schema if not exists {publisher}")
            connection.execute(f"create table {publisher}.{name} ({', '.join(f'{identifier(c)} {kind}' for c, kind in columns.items())})")
        _, left_out = values.build(connection, Home(tmp_path_factory.mktemp("home")), (), all_ids())
        assert left_out == {}
        yield connection


@pytest.fixture(scope="module")
def sample(sample_home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published file of the shipped sample."""
    with duckdb.connect(str(sample_home.database), read_only=True) as connection:
        yield connection


def asked(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query).fetchall()


# -- every indicator -----------------------------------------------------------------------------------------------------------------


def test_every_indicator_reads_only_what_its_datasets_declare(declared: duckdb.DuckDBPyConnection) -> None:
    """On empty tables of the declared columns each is empty, and none fails for want of a column."""
    assert asked(declared, "select indicator, state, reason from mart.indicators where state <> 'empty'") == []
    assert asked(declared, "select count(*) from mart.indicators") == [(len(INDICATORS),)]


def test_every_indicator_says_what_a_reader_needs() -> None:
    datasets = set(all_ids())
    for indicator in INDICATORS:
        name = indicator.name
        assert set(indicator.sources) <= datasets, f"{name}: every source is a declared dataset"
        assert indicator.caveats, f"{name}: there is always something to bear in mind"
        assert len(indicator.meaning) >= 30 and indicator.meaning.endswith("."), name
        assert {aim.kind for aim in indicator.informs} == {"principle", "challenge"} or indicator.theme in ("spending", "geography"), name
        if indicator.interval == "wilson":
            assert indicator.unit == "percent" and indicator.numerator and indicator.denominator, name
        behind = {need for file in mart_files() if file.makes.keys() & indicator.reading.tables for need in file.needs}
        assert behind <= set(indicator.sources), f"{name}: what the mart's tables need is a source too"


def test_the_indicators_cover_the_strategy() -> None:
    informed = {aim.key for indicator in INDICATORS for aim in indicator.informs}
    assert informed == set(aims())
    assert {indicator.theme for indicator in INDICATORS} == set(THEMES)
    assert len(INDICATORS) >= 60


def test_names_are_spelt_out() -> None:
    shortened = re.compile(r"(^|_)(ks4|ks2|pct|num|neet|fsm|eal|imd|att8|p8|aps|la|bme|uc)(_|$)")
    assert [indicator.name for indicator in INDICATORS if shortened.search(indicator.name)] == []


# -- on the sample's real figures ----------------------------------------------------------------------------------------------------


def test_no_indicator_of_landed_data_fails(sample: duckdb.DuckDBPyConnection) -> None:
    assert asked(sample, "select indicator, reason from mart.indicators where state = 'failed'") == []
    empty = asked(sample, "select indicator from mart.indicators where state = 'empty'")
    assert empty in ([], [("persistent_absence_year_to_date",)]), "the publisher leaves it out in the first weeks of a school year"
    assert asked(sample, "select count(*) >= 45 from mart.indicators where state = 'computed'") == [(True,)]


def test_every_value_has_an_area_a_period_and_its_datasets(sample: duckdb.DuckDBPyConnection) -> None:
    faulty = """
        select count(*) from mart.indicator_values where area_code is null or period is null or period_start is null or period_end < period_start
        or datasets = '' or vintages = '' or (value is null) <> (status is not null and value is null) or lower_ci > value or upper_ci < value"""
    assert asked(sample, faulty) == [(0,)]


@pytest.mark.parametrize(
    ("indicator", "period", "breakdown", "expected", "digits"),
    [
        ("residents", "2021", "all", 1142494, 0),
        ("residents_not_white_share", "2011", "all", 42.07, 2),
        ("residents_not_white_british_share", "2011", "all", 46.86, 2),
        ("residents_not_white_british_share", "2021", "all", 57.10, 2),
        ("residents_not_white_share", "2021", "all", 51.38, 2),
        ("pupils_english_additional_language", "2017/18", "all", 42.0, 1),
        ("lsoas_most_deprived_twentieth", "2015", "all", 21.28, 2),
        ("lsoas_most_deprived_twentieth", "2019", "all", 21.60, 2),
        ("lsoas_most_deprived_tenth", "2015", "all", 39.59, 2),
        ("lsoas_most_deprived_tenth", "2019", "all", 41.31, 2),
        ("authority_rank_most_deprived_tenth", "2015", "all", 6, 0),
        ("dissimilarity_not_white_output_areas_2011", "2011", "all", 0.5385, 4),
        ("dissimilarity_not_white_lsoas_2011", "2011", "all", 0.5260, 4),
        ("dissimilarity_not_white_lsoas_2021", "2021", "all", 0.4954, 4),
        ("dissimilarity_not_white_msoas_2011", "2011", "all", 0.5125, 4),
        ("dissimilarity_not_white_msoas_2021", "2021", "all", 0.4776, 4),
        ("dissimilarity_not_white_40_wards_by_polygon", "2011", "all", 0.4837, 4),
        ("dissimilarity_not_white_40_wards_best_fit", "2011", "all", 0.4805, 4),
        ("dissimilarity_not_white_40_wards_from_lsoas", "2011", "all", 0.4832, 4),
        ("dissimilarity_not_white_40_wards_from_lsoas", "2021", "all", 0.4498, 4),
        ("dissimilarity_not_white_69_wards", "2011", "all", 0.4992, 4),
        ("dissimilarity_not_white_69_wards", "2021", "all", 0.4604, 4),
        ("dissimilarity_not_white_british_lsoas_2011", "2011", "all", 0.5172, 4),
        ("residents_moved_by_ward_fit", "2011", "lsoa11_wd17", 5.69, 2),
        ("residents_moved_by_ward_fit", "2011", "lsoa11_wd21", 8.87, 2),
        ("residents_moved_by_ward_fit", "2011", "lsoa21_wd22", 8.96, 2),  # without the LSOAs that were split
        ("religion_share", "2021", "Muslim", 29.86, 2),
        ("religious_diversity", "2021", "all", 0.7002, 4),
        ("unpaid_carers", "2021", "all", 8.55, 2),
        ("no_qualifications_2011", "2011", "all", 28.23, 2),
        ("attainment_8", "2016", "all", 49.4, 1),  # the strategy's own figure
        ("progress_8", "2016", "all", 0.0, 2),  # and this
        ("employment_rate", "2018", "all", 65.3, 1),
        ("unemployment_rate", "2018", "all", 7.3, 1),
        ("claimant_share", "2018", "all", 5.0, 1),  # redefined in December 2024; 4.2 before
        ("no_qualifications", "2022", "all", 11.1, 1),
        ("no_qualifications_survey", "Jan 2017-Dec 2017", "all", 12.54, 2),
        ("jobs_below_living_wage", "2022", "all", 12.1, 1),
        ("children_in_low_income_after_housing_costs", "2024-25", "all", 44.4, 1),
        ("households_owed_homelessness_duty", "2022 Q4", "all", 3.26, 2),  # 1,399 of 428,636 households
        ("not_in_education_16_17_by_need", "2025", "all", 6.4, 1),
        ("authority_deprivation_ranks", "2015", "average score", 7, 0),
        ("english_not_spoken_well", "2021", "all", 4.63, 2),  # 51,000 of 1,100,897 residents
        ("lone_parent_households", "2011", "all", 35.0, 1),  # 47,578 of 135,937 households
        ("social_rented_households", "2011", "all", 24.25, 2),
    ],
)
def test_birminghams_figures_are_the_known_ones(
    sample: duckdb.DuckDBPyConnection, indicator: str, period: str, breakdown: str, expected: float, digits: int
) -> None:
    state, reason = asked(sample, f"select state, reason from mart.indicators where indicator = '{indicator}'")[0]
    if state == "not landed":
        pytest.skip(f"the sample lands no such dataset yet: {indicator} {reason}")
    found = asked(
        sample,
        f"""select value from mart.indicator_values where indicator = '{indicator}' and period = '{period}' and breakdown = '{breakdown}'
        and area_code = '{BIRMINGHAM}'""",
    )
    assert [round(value, digits) for (value,) in found] == [expected]


def test_wards_add_up_to_the_index_and_to_the_city(sample: duckdb.DuckDBPyConnection) -> None:
    parts = asked(sample, "select round(sum(value), 10) from mart.indicator_values where indicator = 'ward_part_of_dissimilarity_40_wards'")
    whole = "select round(value, 10) from mart.indicator_values where indicator = 'dissimilarity_not_white_40_wards_by_polygon'"
    assert parts == asked(sample, whole)
    lsoas = """
        select area_vintage, count(*), sum(denominator) from mart.indicator_values
        where indicator = 'lsoas_most_deprived_tenth' and area_level = 'ward' group by all order by all"""
    assert asked(sample, lsoas) == [("2017", 40, 639.0), ("2021", 69, 639.0)]


@pytest.mark.parametrize(
    ("indicator", "breakdown", "area", "expected"),
    [  # recomputed from the publishers' files and the official best fit, apart from this project's SQL
        ("religion_share", "Muslim", "E05011171", 78.93888),  # Sparkhill
        ("religion_share", "Muslim", "E02001827", 3.82946),  # Birmingham 001, the sum of its LSOAs
        ("ethnic_group_share", "Asian", "E05011171", 77.86790),
        ("lsoas_most_deprived_twentieth", "all", "E05001216", 66.66667),  # Washwood Heath, one of the 40 wards until 2018
        ("children_in_low_income_after_housing_costs", "all", "E05011171", 59.7),
    ],
)
def test_wards_and_small_areas_have_the_known_figures(
    sample: duckdb.DuckDBPyConnection, indicator: str, breakdown: str, area: str, expected: float
) -> None:
    found = asked(
        sample,
        f"""select arg_max(value, period_end) from mart.indicator_values where indicator = '{indicator}' and breakdown = '{breakdown}'
        and area_code = '{area}'""",
    )
    assert found[0][0] == pytest.approx(expected, abs=1e-5)


def test_lsoas_nest_in_msoas_as_the_publishers_counts_show(sample: duckdb.DuckDBPyConnection) -> None:
    """Levels are perturbed apart: the sum of a MSOA's LSOAs is its own count to a few people, and of no other MSOA."""
    found = asked(
        sample,
        """with sums as (
            select fit.to_code as area_code, sum(lsoa.value) as residents from ons.ethnic_group as lsoa
            join mart.small_area_fit as fit
                on fit.from_code = lsoa.area_code and fit.from_vintage = lsoa.area_vintage and fit.to_level = 'msoa'
            where lsoa.area_level = 'lsoa' and lsoa.group_kind = 'total' and lsoa.period = '2021' group by all)
        select count(*), max(abs(sums.residents - msoa.value)) from sums join ons.ethnic_group as msoa using (area_code)
        where msoa.area_level = 'msoa' and msoa.group_kind = 'total' and msoa.period = '2021'""",
    )
    assert found == [(132, 20.0)]


def test_every_indicator_of_wards_has_its_inequality(sample: duckdb.DuckDBPyConnection) -> None:
    without = asked(
        sample,
        """select distinct indicator from mart.indicator_values where area_level = 'ward' and value is not null
        and indicator not in (select indicator from mart.ward_inequality)""",
    )
    assert without == []


def test_shares_of_the_survey_have_intervals_as_wide_as_the_publishers_own(sample: duckdb.DuckDBPyConnection) -> None:
    """The employment rate of 16 to 64 year olds, worked out from counts here and printed by the ONS with its interval in another product."""
    beside = asked(
        sample,
        """select count(*), min(ratio), max(ratio), max(abs(ours.value - theirs.value)) from (
            select *, (upper_ci - lower_ci) as width from mart.indicator_values
            where indicator = 'survey_employment_rate' and area_level = 'local_authority') as ours
        join (select *, upper_ci - lower_ci as width from mart.indicator_values where indicator = 'employment_rate') as theirs
            on theirs.area_code = ours.area_code and theirs.period = left(ours.period[-4:], 4),
        lateral (select ours.width / theirs.width as ratio)""",
    )
    [(areas, narrowest, widest, apart)] = beside
    assert areas == 80 and narrowest > 0.87 and widest < 1 and apart < 0.1


def test_the_strategys_figures_are_judged(sample: duckdb.DuckDBPyConnection) -> None:
    assert asked(sample, "select count(*), count(distinct figure), count(reason) from mart.strategy_figures") == [(61, 61, 61)]
    told = dict(asked(sample, "select figure, verdict from mart.strategy_figures"))
    assert told["ethnic_minority_share"] == told["imd_lsoa_top5"] == told["eal_pupils"] == told["dissimilarity_wards_low"] == "reproduced"
    assert told["dissimilarity_index"] == told["dissimilarity_wards_high"] == "near"
    assert told["imd_rank"] == "definition unclear"
    assert told["ks4_att8_top"] == "not open"
    kept = asked(
        sample,
        "select published, published_value, round(recomputed, 3), round(latest, 3) from mart.strategy_figures where figure = 'dissimilarity_index'",
    )
    assert kept == [("0.49", 0.49, 0.483, 0.45)], "the printed figure stays as printed"


def test_changes_of_pupils_stop_at_the_break_of_2018(sample: duckdb.DuckDBPyConnection) -> None:
    told = asked(
        sample,
        f"""select period, change is null, not_comparable is not null from mart.indicator_changes where area_code = '{BIRMINGHAM}'
        and indicator = 'pupils_english_additional_language' and breakdown = 'all' and period <= '2018/19' order by period""",
    )
    assert told == [("2016/17", False, False), ("2017/18", True, True), ("2018/19", False, False)]


def test_the_city_stands_beside_the_core_cities_and_its_neighbours(sample: duckdb.DuckDBPyConnection) -> None:
    told = asked(
        sample,
        """select core_cities, place_among_core_cities, neighbours, country is not null, region is not null from mart.indicator_comparisons
        where indicator = 'pupils_minority_ethnic_share' and breakdown = 'all' and period = '2021/22'""",
    )
    assert told == [(8, 1, 10, True, True)]
    neighbours = [name for (name,) in asked(sample, "select area_name from mart.statistical_neighbours order by rank")]
    assert len(neighbours) == 10 and {"Manchester", "Nottingham"} & set(neighbours)


def test_inequality_between_wards_runs_with_deprivation(sample: duckdb.DuckDBPyConnection) -> None:
    told = asked(
        sample,
        """select wards, most_deprived_fifth > 80, least_deprived_fifth < 10, slope_index < -90 from mart.ward_inequality
        where indicator = 'lsoas_most_deprived_tenth' and period = '2019'""",
    )
    assert told == [(69, True, True, True)]


def test_every_indicator_leads_back_to_its_fetches(sample: duckdb.DuckDBPyConnection) -> None:
    behind = """
        select count(distinct dataset), count(distinct snapshot_id), bool_and(licence <> '') from mart.indicator_sources
        where indicator = 'lsoas_most_deprived_tenth'"""
    assert asked(sample, behind) == [(2, 2, True)]
    lost = (
        "select indicator from mart.indicators where state = 'computed' and indicator not in (select indicator from mart.indicator_sources)"
    )
    assert asked(sample, lost) == []


def test_everything_in_the_mart_is_explained(sample: duckdb.DuckDBPyConnection) -> None:
    silent = "select table_name, column_name from duckdb_columns() where schema_name = 'mart' and comment is null and not internal"
    assert asked(sample, silent) == []
    assert asked(sample, "select function_name from duckdb_functions() where schema_name = 'mart' and comment is null") == []
