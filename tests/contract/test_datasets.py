"""Each shipped dataset as it is declared, on the sample's real figures: fetched in the publisher's wire format, made tidy, held to its rules.

The rules are then shown to bite: each table is spoilt in one way and the rule that is meant to see it must see it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from expectations.declaration import load, verified_ids
from expectations.rules import SuiteResult
from expectations.sources import SOURCES
from tasks.check import check
from tasks.record import read_records
from tasks.sample.serving import FIGURES
from tasks.tidy import sql_of
from tests.landing import landed_from_sample
from warehouse.home import PROJECT, Home

DATASETS = verified_ids()
BIRMINGHAM = "E08000025"


@pytest.fixture
def tidy(request: pytest.FixtureRequest, sample_home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """The tidy table of the dataset that the test is marked with, in a transaction that is undone afterwards."""
    connection = landed_from_sample(request.param, sample_home)
    connection.execute("begin")
    yield connection
    connection.execute("rollback")


def of(dataset: str) -> pytest.MarkDecorator:
    """Give the test the tidy table of this dataset."""
    return pytest.mark.parametrize("tidy", [dataset], indirect=True)


def _checked(connection: duckdb.DuckDBPyConnection, dataset: str) -> SuiteResult:
    declared = load(dataset)
    return check(connection, "tidy", declared.rules, declared.tidy.grain)


def _broken(connection: duckdb.DuckDBPyConnection, dataset: str) -> str:
    """The reasons of the rules that do not hold, as one text."""
    return " | ".join(f"{result.sentence}: {result.because}" for result in _checked(connection, dataset).results if not result.success)


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[object, ...]:
    row = connection.execute(query).fetchone()
    assert row is not None
    return tuple(row)


# -- every dataset -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dataset", DATASETS)
def test_a_declaration_says_what_a_reader_needs(dataset: str) -> None:
    declared = load(dataset)
    assert sql_of(dataset).read_text(encoding="utf-8").startswith("-- ")
    assert "Grain:" in sql_of(dataset).read_text(encoding="utf-8")
    assert declared.licence == "OGL-UK-3.0" and "Open Government Licence" in declared.attribution
    assert declared.caveats and declared.informs
    assert all(principle[0] in "12345678" for principle in declared.informs), "the strategy has eight principles"
    assert {"source_part", "source_row"}.isdisjoint(declared.tidy.columns), "provenance is added to every table"
    assert len(declared.rules) >= 5
    assert all(rule.because for rule in declared.rules), "a rule says why it must hold"


def test_the_sample_lands_and_holds_what_the_declarations_expect(sample_home: Home) -> None:
    (record,) = read_records(sample_home, 2)
    assert {outcome.dataset: outcome.status for outcome in record.outcomes} == dict.fromkeys(DATASETS, "landed")
    for outcome in record.outcomes:
        rules = outcome.checks["results"]
        assert len(rules) > len(load(outcome.dataset).rules), "every rule was asked, and the grain"
        assert [rule["sentence"] for rule in rules if not rule["success"] and rule["severity"] == "critical"] == []


@pytest.mark.parametrize(("tidy", "dataset"), [(name, name) for name in DATASETS], indirect=["tidy"])
def test_every_row_says_where_it_comes_from(tidy: duckdb.DuckDBPyConnection, dataset: str) -> None:
    rows, traced = _one(tidy, "select count(*), count(*) filter (where source_part <> '' and source_row >= 1) from tidy")
    assert rows == traced and rows > 0


@pytest.mark.parametrize(("tidy", "dataset"), [(name, name) for name in DATASETS], indirect=["tidy"])
def test_a_table_that_arrives_twice_breaks_the_grain(tidy: duckdb.DuckDBPyConnection, dataset: str) -> None:
    tidy.execute("insert into tidy select * from tidy limit 50")
    broken = [result.sentence for result in check(tidy, "tidy", (), load(dataset).tidy.grain).failed]
    assert any("two rows share" in sentence for sentence in broken)


# -- figures of the sample that are known from elsewhere -----------------------------------------------------------------------------


@of("ons.population")
def test_birmingham_has_1142494_people_in_2021_and_stands_once(tidy: duckdb.DuckDBPyConnection) -> None:
    found = tidy.execute(
        f"select value, area_level, area_vintage, sex from tidy where area_code = '{BIRMINGHAM}' and age_kind = 'all_ages'"
    ).fetchall()
    assert found == [(1142494, "local_authority", "April 2021", "all")]


@of("ons.population")
def test_ages_are_told_apart_by_kind_and_bounds(tidy: duckdb.DuckDBPyConnection) -> None:
    found = set(tidy.execute("select distinct age_band, age_kind, age_from, age_to from tidy").fetchall())
    assert {
        ("All Ages", "all_ages", 0, None),
        ("Age 0 - 4", "band", 0, 4),
        ("Aged 65+", "band", 65, None),
        ("Age 10", "single_year", 10, 10),
    } <= found
    assert len(found) == 18


@of("ons.ethnic_group")
def test_the_census_totals_of_each_level_are_the_published_ones(tidy: duckdb.DuckDBPyConnection) -> None:
    found = tidy.execute(
        "select period, area_level, area_vintage, count(*), sum(value)::bigint from tidy where group_kind = 'total' group by all order by all"
    ).fetchall()
    assert found == [
        ("2011", "local_authority", "before April 2015", 1, 1073045),
        ("2011", "lsoa", "2011", 639, 1073045),
        ("2011", "msoa", "2011", 132, 1073045),
        ("2011", "oa", "2011", 3223, 1073045),
        ("2021", "local_authority", "2022", 1, 1144922),
        ("2021", "lsoa", "2021", 659, 1144941),
        ("2021", "msoa", "2021", 132, 1144822),
    ]


@of("ons.ethnic_group")
def test_white_in_2011_includes_gypsy_or_irish_traveller(tidy: duckdb.DuckDBPyConnection) -> None:
    where = f"period = '2011' and area_code = '{BIRMINGHAM}'"
    assert _one(tidy, f"select value from tidy where {where} and ethnic_group = 'White'") == (621636,)
    assert _one(tidy, f"select sum(value) from tidy where {where} and broad_group = 'White' and group_kind = 'detailed'") == (621636,)
    assert _one(tidy, f"select value from tidy where {where} and ethnic_group like '%Gypsy%'") == (408,)


@of("ons.ethnic_group")
def test_nineteen_groups_of_the_city_in_2021_add_up(tidy: duckdb.DuckDBPyConnection) -> None:
    where = f"period = '2021' and area_code = '{BIRMINGHAM}' and group_kind = 'detailed'"
    assert _one(tidy, f"select count(*), sum(value) from tidy where {where}") == (19, 1144922)
    assert _one(tidy, f"select value from tidy where {where} and ethnic_group like 'White: English%'") == (491211,)


@of("ons.area_lookup")
def test_lookups_reach_the_wards_of_both_maps(tidy: duckdb.DuckDBPyConnection) -> None:
    found = dict(tidy.execute("select lookup, count(distinct to_code) from tidy where to_level = 'ward' group by 1").fetchall())
    assert found == {"lsoa11_wd17": 40, "lsoa11_wd21": 69, "lsoa21_wd22": 69}
    changes = dict(tidy.execute("select change, count(*) from tidy where lookup = 'lsoa11_lsoa21_exact' group by 1").fetchall())
    assert changes == {"unchanged": 616, "split": 42, "merged": 2}


@of("dfe.pupil_attendance")
def test_birmingham_missed_5_19_percent_of_sessions(tidy: duckdb.DuckDBPyConnection) -> None:
    where = f"area_code = '{BIRMINGHAM}' and period = '2025/26' and education_phase = 'Total'"
    assert _one(tidy, f"select round(value, 4) from tidy where {where} and measure = 'absence_rate'") == (5.1885,)
    assert _one(tidy, f"select value from tidy where {where} and measure = 'possible_sessions'") == (1647431,)


@of("dfe.pupil_attendance")
def test_a_suppressed_cell_stays_a_row_and_says_why(tidy: duckdb.DuckDBPyConnection) -> None:
    found = tidy.execute("select status, count(*), count(value) from tidy where status is not null group by 1").fetchall()
    assert found == [("suppressed", 56, 0)]


@of("dfe.pupils_ethnicity_language")
def test_the_break_in_coverage_is_carried_as_published(tidy: duckdb.DuckDBPyConnection) -> None:
    where = f"area_code = '{BIRMINGHAM}' and school_type = 'Total' and characteristic = 'all' and measure = 'pupils'"
    found = dict(tidy.execute(f"select period, value from tidy where {where}").fetchall())
    assert found == {
        "2015/16": 169548,
        "2016/17": 174230,
        "2017/18": 204019,
        "2018/19": 205681,
        "2019/20": 206428,
        "2020/21": 204858,
        "2021/22": 206369,
    }


@of("mhclg.deprivation")
def test_birmingham_has_136_of_639_lsoas_among_the_five_percent_most_deprived(tidy: duckdb.DuckDBPyConnection) -> None:
    found = tidy.execute(
        f"select period, count(*) filter (where value <= 0.05 * 32844), count(*) filter (where value <= 0.1 * 32844), count(*)"
        f" from tidy where district_code = '{BIRMINGHAM}' and measure = 'imd_rank' group by 1 order by 1"
    ).fetchall()
    assert found == [("2015", 136, 253, 639), ("2019", 138, 264, 639)]


@of("council.card_spend")
def test_each_month_comes_to_what_its_workbook_comes_to(tidy: duckdb.DuckDBPyConnection) -> None:
    found = tidy.execute(
        "select period, count(*), round(sum(value), 2), count(*) filter (where value < 0), count(directorate) from tidy group by 1 order by 1"
    ).fetchall()
    assert found == [
        ("2014-04", 2690, 526760.25, 41, 2690),
        ("2015-02", 3959, 735975.49, 81, 3959),
        ("2016-08", 2534, 692990.72, 77, 2534),
        ("2016-09", 5184, 778920.96, 161, 5184),
        ("2017-08", 2306, 905865.92, 121, 2306),
    ]


@of("council.card_spend")
def test_purchases_in_other_currencies_have_their_amount_in_pounds(tidy: duckdb.DuckDBPyConnection) -> None:
    found = tidy.execute(
        "select currency, count(*), count(billing_amount) from tidy where period = '2017-08' group by 1 order by 1"
    ).fetchall()
    assert found == [("CAD", 1, 1), ("CNY", 1, 1), ("EUR", 2, 2), ("GBP", 2298, 2298), ("USD", 4, 4)]
    assert _one(tidy, "select round(sum(billing_amount), 2) from tidy where period = '2017-08'") == (905017.59,)


# -- the rules bite ------------------------------------------------------------------------------------------------------------------

SPOILT = [
    ("ons.population", "update tidy set value = value + 1 where area_code = 'E06000001' and age_band = 'Aged 65+'", "the broad bands"),
    ("ons.population", "delete from tidy where area_code = 'E08000025'", "Birmingham is in every release"),
    (
        "ons.population",
        "insert into tidy select * replace ('E11000005' as area_code, 'county' as area_level) from tidy where area_code = 'E08000025'",
        "kinds of area",
    ),
    ("ons.population", "update tidy set value = value / 1000 where area_code = 'E08000025' and age_kind = 'all_ages'", "1,142,494"),
    (
        "ons.ethnic_group",
        "update tidy set value = value + 1 where area_code = 'E01008881' and period = '2021' and broad_group = 'White'",
        "add up to all residents of an area",
    ),
    ("ons.ethnic_group", "delete from tidy where area_code = 'E01008881' and period = '2021'", "659 LSOAs"),
    ("ons.ethnic_group", "update tidy set broad_group = 'Roma' where ethnic_group = 'White: Roma'", "outside the five groups"),
    ("ons.ethnic_group", "update tidy set area_vintage = null where area_level = 'msoa'", "without its boundaries"),
    (
        "ons.area_lookup",
        "insert into tidy select * replace ('E05011186' as to_code) from tidy where lookup = 'lsoa21_wd22' and to_code = 'E05011118' limit 1",
        "to one other",
    ),
    ("ons.area_lookup", "update tidy set to_code = 'E05001178' where lookup = 'lsoa21_wd22' and to_code = 'E05011118'", "the 69 wards are"),
    ("ons.area_lookup", "update tidy set change = 'Z' where lookup = 'lsoa11_lsoa21_exact' and change = 'split'", "another mark of change"),
    (
        "dfe.pupil_attendance",
        "update tidy set value = value / 100 where unit = 'percent' and measure = 'absence_rate'",
        "two parts of all possible sessions",
    ),
    ("dfe.pupil_attendance", "update tidy set status = 'withdrawn' where status = 'suppressed'", "must be understood first"),
    (
        "dfe.pupils_ethnicity_language",
        "update tidy set value = value + 1 where characteristic = 'language' and measure = 'pupils' and area_code = 'E08000025'",
        "the first languages",
    ),
    ("dfe.pupils_ethnicity_language", "update tidy set characteristic = 'crossed' where characteristic = 'language'", "never crossed"),
    ("dfe.pupils_ethnicity_language", "update tidy set value = value * 100 where unit = 'percent'", "share of pupils is a percentage"),
    (
        "mhclg.deprivation",
        "update tidy set value = value + 1 where measure = 'imd_rank' and period = '2019' and value > 30000",
        "a rank is one more",
    ),
    ("mhclg.deprivation", "update tidy set value = 11 - value where measure = 'imd_decile'", "a decile holds a tenth"),
    ("council.card_spend", "update tidy set card = '4929123456785804' where source_row = 2", "a whole number must never be landed"),
    ("council.card_spend", "update tidy set value = value * 100", "an error of the file"),
    (
        "council.card_spend",
        "update tidy set period = '2016-08', period_start = date '2016-08-01', period_end = date '2016-08-31' where period = '2016-09'",
        "each month is published once",
    ),
    ("council.card_spend", "update tidy set transaction_date = transaction_date + 366", "nothing is bought after"),
    ("council.card_spend", "delete from tidy where value < 0", "of which 41 are refunds"),
]


@pytest.mark.parametrize(
    ("tidy", "dataset", "spoil", "seen"), [(name, name, spoil, seen) for name, spoil, seen in SPOILT], indirect=["tidy"]
)
def test_a_spoilt_table_breaks_the_rule_that_is_meant_for_it(tidy: duckdb.DuckDBPyConnection, dataset: str, spoil: str, seen: str) -> None:
    changed = tidy.execute(spoil).fetchone()
    assert changed and changed[0] > 0, "nothing was spoilt"
    assert seen in _broken(tidy, dataset)


# -- the figures ---------------------------------------------------------------------------------------------------------------------


def test_the_sample_is_small_and_names_its_sources() -> None:
    sizes = {path: path.stat().st_size for path in FIGURES.rglob("*") if path.is_file()}
    assert sum(sizes.values()) < 15_000_000
    assert max(sizes.values()) < 600_000
    manifests = sorted(FIGURES.glob("*/*.json"))
    assert {f"{path.parent.name}.{path.stem}" for path in manifests} == set(DATASETS)
    for manifest in manifests:
        told = json.loads(manifest.read_text(encoding="utf-8"))
        assert told["source"] and told["licence"] == "OGL-UK-3.0"
        assert f"`{manifest.parent.name}.{manifest.stem}`" in (FIGURES / "README.md").read_text(encoding="utf-8")


def test_the_figures_are_those_of_the_publishers_files(real_files: Path, tmp_path: Path) -> None:
    from tasks.sample.carry_over import carry_over

    carry_over(real_files, tmp_path)
    made = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    shipped = {path.relative_to(FIGURES): path.read_bytes() for path in FIGURES.rglob("*") if path.is_file() and path.name != "README.md"}
    assert made.keys() == shipped.keys()
    assert [str(path) for path in sorted(made) if made[path] != shipped[path]] == []


def test_the_page_on_sources_tells_what_was_never_seen_live() -> None:
    page = (PROJECT / "docs/sources.md").read_text(encoding="utf-8").splitlines()
    for dataset in DATASETS:
        row = next((line for line in page if line.startswith(f"| `{dataset}`")), "")
        assert len([cell for cell in row.strip("|").split("|") if cell.strip()]) == 6, dataset


def test_the_page_on_sources_tells_what_each_service_promises() -> None:
    page = (PROJECT / "docs/sources.md").read_text(encoding="utf-8").splitlines()
    for kind in SOURCES:
        rows = [line for line in page if line.startswith("| ") and f" (`{kind}`) |" in line]
        assert [len([cell for cell in row.strip("|").split("|") if cell.strip()]) for row in rows] == [5], kind
