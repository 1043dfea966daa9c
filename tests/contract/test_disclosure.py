"""No table or view of ours gives away a count that a publisher suppressed: what can be had by subtraction from them is tried, cell by cell.

A suppressed cell is rebuilt where a shown total less the shown other parts leaves it alone: the total of a category less its other categories, or a
parent area less its other areas. What a publisher's own table already allows is its own; what the indicators and views would add must be nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from warehouse.home import Home
from warehouse.table import identifier, literal

pytestmark = [pytest.mark.xdist_group("sample"), pytest.mark.timeout(300)]
COUNTS = ("people", "persons", "pupils", "children", "households", "students", "learners", "entrants")
WHOLES = ("total", "all", "all pupils", "all persons", "persons", "all ages", "all categories", "any")
APART = {"period", "period_start", "period_end", "measure", "unit", "source_part", "source_row", "vintage", "snapshot_id"}
HIDDEN = ("suppressed", "withheld")
PARTS_OF = {"region": "country", "local_authority": "region", "ward": "local_authority"}


def by_category(connection: duckdb.DuckDBPyConnection, table: str, dimension: str, others: list[str], value: str, where: str) -> int:
    """How many hidden cells are the shown total of a dimension less its shown other categories."""
    whole = f"lower({identifier(dimension)}) in ({', '.join(literal(word) for word in WHOLES)})"
    keys = ", ".join(identifier(name) for name in others)
    hidden = f"status in ({', '.join(literal(word) for word in HIDDEN)}) and {value} is null"
    found = connection.execute(
        f"""select count(*) from (
            select {keys} from {table} where {where} group by {keys}
            having count(*) filter (where {whole}) = 1 and count({value}) filter (where {whole}) = 1 and count(*) filter (where not {whole}) >= 2
                and count(*) filter (where not {whole} and {hidden}) = 1
                and count({value}) filter (where not {whole}) = count(*) filter (where not {whole}) - 1
                and max({value}) filter (where {whole}) >= sum({value}) filter (where not {whole}))"""
    ).fetchone()
    return int(found[0]) if found else 0


def by_area(connection: duckdb.DuckDBPyConnection, table: str, others: list[str], value: str, where: str) -> int:
    """How many hidden cells are the figure of a parent level less the shown areas of the level below, where one parent holds all of them."""
    keys = ", ".join(identifier(name) for name in others)
    hidden = f"status in ({', '.join(literal(word) for word in HIDDEN)}) and {value} is null"
    total = 0
    for level, parent in PARTS_OF.items():
        found = connection.execute(
            f"""select count(*) from (
                select {keys} from {table} where {where} and area_level in ({literal(level)}, {literal(parent)}) group by {keys}
                having count(*) filter (where area_level = {literal(parent)}) = 1 and count({value}) filter (where area_level = {literal(parent)}) = 1
                    and count(*) filter (where area_level = {literal(level)}) >= 2
                    and count(*) filter (where area_level = {literal(level)} and {hidden}) = 1
                    and count({value}) filter (where area_level = {literal(level)}) = count(*) filter (where area_level = {literal(level)}) - 1
                    and max({value}) filter (where area_level = {literal(parent)}) >= sum({value}) filter (where area_level = {literal(level)}))"""
        ).fetchone()
        total += int(found[0]) if found else 0
    return total


def rebuilt(connection: duckdb.DuckDBPyConnection, table: str, grain: list[str], value: str = "value", where: str = "true") -> int:
    """How many hidden cells of a table follow from what it shows."""
    areas = {"area_code", "area_name", "area_level", "area_vintage", "area_dfe_code"}
    dimensions = [name for name in grain if name not in APART | areas]
    total = sum(
        by_category(connection, table, dimension, [name for name in grain if name != dimension] or ["1"], value, where)
        for dimension in dimensions
    )
    columns = {row[0] for row in connection.execute(f"describe {table}").fetchall()}
    if "area_level" in columns:
        total += by_area(connection, table, [name for name in grain if name not in areas], value, where)
    return total


@pytest.fixture(scope="module")
def sample(sample_home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(sample_home.database), read_only=True) as connection:
        yield connection


def test_the_attempt_finds_a_count_that_can_be_rebuilt(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        """create table planted as select * from (values
            ('E08000025', 'local_authority', '2021', 'Total', 100.0, null), ('E08000025', 'local_authority', '2021', 'Girls', 97.0, null),
            ('E08000025', 'local_authority', '2021', 'Boys', null, 'suppressed'),
            ('E08000026', 'local_authority', '2021', 'Total', 50.0, null), ('E08000026', 'local_authority', '2021', 'Girls', null, 'suppressed'),
            ('E08000026', 'local_authority', '2021', 'Boys', null, 'suppressed')) as planted(area_code, area_level, period, sex, value, status)"""
    )
    assert rebuilt(connection, "planted", ["area_code", "period", "sex"]) == 1, "where a second cell is hidden too, neither is given away"
    connection.execute(
        """create table areas as select * from (values ('E12000005', 'region', 10.0, null), ('E08000025', 'local_authority', 7.0, null),
            ('E08000026', 'local_authority', null, 'suppressed')) as areas(area_code, area_level, value, status)"""
    )
    assert rebuilt(connection, "(select *, '2021' as period from areas)", ["area_code", "period"]) == 1


def test_indicators_give_away_nothing_that_is_suppressed(sample: duckdb.DuckDBPyConnection) -> None:
    shown = "select count(*) from mart.indicator_values where status in ('suppressed', 'withheld') and (value is not null or numerator is not null)"
    assert sample.execute(shown).fetchall() == [(0,)]
    grain = ["indicator", "breakdown", "area_code", "area_vintage", "period"]
    for value in ("numerator", "value"):
        counted = "true" if value == "numerator" else f"unit in ({', '.join(literal(unit) for unit in COUNTS)})"
        assert rebuilt(sample, "mart.indicator_values", grain, value, counted) == 0


def test_no_change_or_comparison_shows_a_suppressed_value(sample: duckdb.DuckDBPyConnection) -> None:
    """A suppressed value may not come back as a change from the period before, or as a place among cities."""
    hidden = """select indicator, breakdown, area_code, area_vintage, period from mart.indicator_values where status in ('suppressed', 'withheld')"""
    changes = f"""select count(*) from mart.indicator_changes as changes semi join ({hidden}) as hidden on hidden.indicator = changes.indicator
        and hidden.breakdown = changes.breakdown and hidden.area_code = changes.area_code
        and (hidden.period = changes.period and changes.value is not null
            or hidden.period = changes.previous_period and changes.previous_value is not null)"""
    assert sample.execute(changes).fetchall() == [(0,)]


def test_what_the_publishers_own_tables_allow_is_known(sample: duckdb.DuckDBPyConnection) -> None:
    """The finding of docs/disclosure.md: cells that a reader of one publisher's table alone can rebuild. More would be news to look at."""
    counted = f"unit in ({', '.join(literal(unit) for unit in COUNTS)})"
    found = {}
    tables = sample.execute(
        """select dataset, list(column_name) filter (where in_grain) as grain, list(column_name) as columns from meta.columns
        where dataset in (select dataset from meta.datasets where rows is not null) group by dataset
        having list_contains(columns, 'status') and list_contains(columns, 'unit') and list_contains(columns, 'value') order by dataset"""
    ).fetchall()
    assert len(tables) > 30
    for dataset, grain, _ in tables:
        count = rebuilt(sample, dataset, [name for name in grain if name not in ("source_part", "source_row")] or ["period"], where=counted)
        if count:
            found[dataset] = count
    assert found == {"dfe.pupil_attendance": 3}
