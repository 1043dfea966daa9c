"""Segregation indices: on cities made by hand, where the answer is known, and on the census, where PySAL's `segregation` gives the same to 1e-9."""

from __future__ import annotations

import duckdb
import pytest

from warehouse.home import Home
from warehouse.mart_files import MART

Connection = duckdb.DuckDBPyConnection
# Dissim, Isolation and Interaction of PySAL's segregation 2.5.4 (scipy 1.17.1) on the same counts of Birmingham: residents of the first group against
# the second, for isolation and interaction out of all residents.
PYSAL = [
    ("2011", "oa", "2011", "as published", "Not White", 0.538510065028827, 0.6332823488483595, 0.36671765115164046),
    ("2011", "lsoa", "2011", "as published", "Not White", 0.5260341632106534, 0.6224631620357705, 0.37753683796422943),
    ("2011", "msoa", "2011", "as published", "Not White", 0.5125492091527131, 0.6102578386634295, 0.38974216133657047),
    ("2011", "ward", "2017", "output areas by polygon", "Not White", 0.4836634900276149, 0.5978059207078356, 0.4021940792921644),
    ("2011", "ward", "2017", "official best fit of LSOAs", "Not White", 0.4805074769050558, 0.5973129691462363, 0.40268703085376367),
    ("2011", "ward", "2021", "official best fit of LSOAs", "Not White", 0.49923077276623834, 0.6033659492520955, 0.3966340507479046),
    ("2021", "lsoa", "2021", "as published", "Not White", 0.4953649588640818, 0.6645215361850962, 0.33547846381490376),
    ("2021", "ward", "2017", "LSOAs by polygon", "Not White", 0.44979004057322847, 0.6436758630820756, 0.3563241369179245),
    ("2021", "ward", "2022", "official best fit of LSOAs", "Not White", 0.4604142438631274, 0.6467092361116373, 0.3532907638883627),
    ("2011", "lsoa", "2011", "as published", "Black", 0.5055161000186332, 0.16662438118894984, None),
    ("2021", "lsoa", "2021", "as published", "Black", 0.48381380871676705, 0.19113789499704228, None),
]


@pytest.mark.parametrize(("period", "level", "vintage", "method", "group", "dissimilarity", "isolation", "interaction"), PYSAL)
def test_indices_agree_with_pysal_on_the_census(
    sample_home: Home,
    period: str,
    level: str,
    vintage: str,
    method: str,
    group: str,
    dissimilarity: float,
    isolation: float,
    interaction: float | None,
) -> None:
    with duckdb.connect(str(sample_home.database), read_only=True) as connection:
        found = connection.execute(
            f"""select dissimilarity, isolation, exposure from mart.segregation where period = '{period}' and area_level = '{level}'
            and area_vintage = '{vintage}' and method = '{method}' and group_name = '{group}' and compared_with = 'White'"""
        ).fetchall()
    assert len(found) == 1
    assert found[0][0] == pytest.approx(dissimilarity, abs=1e-9)
    assert found[0][1] == pytest.approx(isolation, abs=1e-9)
    if interaction is not None:  # PySAL's other group is everyone else: the same where the two groups are everyone
        assert found[0][2] == pytest.approx(interaction, abs=1e-9)


@pytest.mark.parametrize(
    ("phase", "group", "schools", "dissimilarity"),
    [  # Dissim of PySAL's segregation 2.5.4 on the same counts
        ("Primary", "First language other than English", 297, 0.5351443723613779),
        ("Primary", "Free school meals", 297, 0.24595458092505657),
        ("Secondary", "First language other than English", 87, 0.4813515917912551),
        ("Secondary", "Free school meals", 87, 0.24925685404954867),
    ],
)
def test_indices_over_schools_agree_with_pysal(sample_home: Home, phase: str, group: str, schools: int, dissimilarity: float) -> None:
    with duckdb.connect(str(sample_home.database), read_only=True) as connection:
        if not connection.execute("select 1 from meta.vintages where dataset = 'dfe.school_census'").fetchall():
            pytest.skip("the sample lands no dfe.school_census yet")
        found = connection.execute(
            f"select schools, dissimilarity from mart.school_segregation where school_phase = '{phase}' and group_name = '{group}'"
        ).fetchall()
    assert found[0][0] == schools
    assert found[0][1] == pytest.approx(dissimilarity, abs=1e-9)


def test_pysal_itself_gives_the_recorded_values(sample_home: Home) -> None:
    singlegroup = pytest.importorskip(
        "segregation.singlegroup", reason="PySAL's segregation is not installed: the recorded values stand for it"
    )
    with duckdb.connect(str(sample_home.database), read_only=True) as connection:
        counts = connection.execute(
            """select residents, everyone from mart.segregation_contributions where period = '2011' and area_level = 'lsoa'
            and group_name = 'Not White' and compared_with = 'White'"""
        ).df()
    assert singlegroup.Dissim(counts, "residents", "everyone").statistic == pytest.approx(PYSAL[1][5], abs=1e-9)


def city(connection: Connection, areas: list[tuple[int, int]]) -> tuple[float, float, float]:
    """Dissimilarity, isolation and exposure of a city whose small areas have so many (not White, White) residents."""
    connection.execute("create schema mart")
    connection.execute(
        """create table mart.census_groups (period varchar, area_level varchar, area_vintage varchar, method varchar, area_code varchar,
        area_name varchar, group_name varchar, residents double)"""
    )
    for number, (first, second) in enumerate(areas):
        for group, residents in (("Not White", first), ("White", second), ("All", first + second)):
            connection.execute(
                f"insert into mart.census_groups values ('2011', 'lsoa', '2011', 'as published', 'E{number}', 'Area', '{group}', {residents})"
            )
    connection.execute((MART / "indicators" / "40_segregation.sql").read_text(encoding="utf-8"))
    found = connection.execute("select dissimilarity, isolation, exposure from mart.segregation").fetchall()
    assert len(found) == 1
    return found[0]


def test_a_city_that_is_mixed_alike_everywhere_has_none(connection: Connection) -> None:
    assert city(connection, [(10, 30), (20, 60), (5, 15)]) == pytest.approx((0.0, 0.25, 0.75))


def test_a_city_wholly_apart_has_all_of_it(connection: Connection) -> None:
    assert city(connection, [(10, 0), (0, 30)]) == pytest.approx((1.0, 1.0, 0.0))


def test_an_area_without_residents_adds_nothing(connection: Connection) -> None:
    # |60/100 - 20/100| / 2 + |40/100 - 80/100| / 2 = 0.4; 0.6 * 60/80 + 0.4 * 40/120 = 0.58333; the rest of it is exposure
    assert city(connection, [(60, 20), (40, 80), (0, 0)]) == pytest.approx((0.4, 0.583333333, 0.416666667))
