"""Lineage: from a published value to its file and row, and to the cells that the publisher printed there."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pytest

from expectations.errors import EvidenceError
from tasks.lineage import provenance, reopen
from tasks.snapshot import Snapshot
from tests.landing import POPULATION, archived, land_rows, publish, table
from warehouse.home import Home

CSV = '''Area,Year,Population,Note,
E08000025,2020,"1,140,000",,x
E08000025,2021,"1,144,900","says ""mid-year""",y
E08000026,2021,c,,z
'''


@pytest.fixture
def landed(connection: duckdb.DuckDBPyConnection, home: Home) -> Snapshot:
    """Population of two cities, landed from an archived CSV and published. Rows as in the file: the header is 1."""
    arrived = archived(home, CSV)
    rows = [("E08000025", "2020", 1_140_000.0, None), ("E08000025", "2021", 1_144_900.0, None), ("E08000026", "2021", None, "suppressed")]
    land_rows(connection, home, rows, snapshot=arrived)
    publish(home, [POPULATION])
    return arrived


def test_a_value_leads_to_its_snapshot_part_row_and_address(home: Home, landed: Snapshot) -> None:
    (origin,) = provenance(home, "ons.population", {"area_code": "E08000025", "period": 2020})
    assert origin.value == 1_140_000.0
    assert (origin.snapshot, origin.release, origin.part, origin.row) == (landed.id, "2025-01", "population.csv", 2)
    assert origin.url == "https://www.example.gov.uk/population.csv"
    assert origin.final_url == "https://files.example.gov.uk/population.csv"
    assert origin.fetched_at == "2025-01-31T09:30:00Z"
    assert origin.sha256 == landed.parts[0].sha256
    assert origin.record == {"area_code": "E08000025", "period": "2020", "value": 1_140_000.0, "status": None}


def test_the_archived_record_is_opened_as_the_publisher_printed_it(home: Home, landed: Snapshot) -> None:
    (origin,) = provenance(home, "ons.population", {"area_code": "E08000025", "period": "2020"})
    source = reopen(home, origin)
    assert (source.part, source.row, source.sheet) == ("population.csv", 2, None)
    assert source.cells["Population"] == "1,140,000"
    assert source.value_in == ("Population",)
    assert list(source.cells.values()) == ["E08000025", "2020", "1,140,000", None, "x"], "a column without a header is there too"
    assert not list((home.scratch).glob("tmp*")), "nothing is left in scratch"


def test_a_suppressed_value_leads_to_its_marker(home: Home, landed: Snapshot) -> None:
    (origin,) = provenance(home, "ons.population", {"status": "suppressed"})
    assert origin.value is None
    assert reopen(home, origin).cells["Population"] == "c"
    marked = replace(origin, record={**origin.record, "marker": "c"})
    assert reopen(home, marked).value_in == ("Population",)


def test_null_asks_for_rows_that_are_empty_there_and_the_answer_is_bounded(home: Home, landed: Snapshot) -> None:
    assert len(provenance(home, "ons.population", {"status": None})) == 2
    assert len(provenance(home, "ons.population", {}, limit=1)) == 1
    assert provenance(home, "ons.population", {"area_code": "E00000000"}) == []


@pytest.mark.parametrize(
    ("dataset", "where", "todo"),
    [
        ("ons.populaton", {}, "Did you mean ons.population?"),
        ("ons.population", {"area": "E08000025"}, "Did you mean area_code?"),
        ("meta.parts", {}, ""),
        ("ons.population", {"value": "many"}, ""),
        ("ons.population'; drop table x; --", {}, ""),
    ],
)
def test_a_question_that_cannot_be_answered_names_the_nearest_right_name(
    home: Home, landed: Snapshot, dataset: str, where: dict[str, str], todo: str
) -> None:
    with pytest.raises(EvidenceError) as refused:
        provenance(home, dataset, where)
    assert refused.value.code == "lineage.not_found"
    assert todo in refused.value.todo


def test_without_a_publication_there_is_nothing_to_ask(home: Home) -> None:
    with pytest.raises(EvidenceError, match="a published file"):
        provenance(home, "ons.population", {})


def test_damaged_or_missing_bytes_are_an_error_and_not_another_record(home: Home, landed: Snapshot) -> None:
    (origin,) = provenance(home, "ons.population", {"area_code": "E08000025", "period": "2020"})
    path = home.part(origin.sha256)
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(EvidenceError, match=r"archive\.damaged"):
        reopen(home, origin)
    path.unlink()
    with pytest.raises(EvidenceError, match=r"archive\.missing"):
        reopen(home, origin)


def test_a_row_that_the_file_has_not_is_said_to_be_missing(connection: duckdb.DuckDBPyConnection, home: Home) -> None:
    short = archived(home, "Area,Year,Population\nE08000025,2020,1\n", dataset="ons.short")
    what = table(id="ons.short")
    land_rows(connection, home, [("E08000025", "2020", 1.0, None), ("E08000025", "2021", 2.0, None)], what, snapshot=short)
    publish(home, [what])
    (origin,) = provenance(home, "ons.short", {"period": "2021"})
    with pytest.raises(EvidenceError, match="a row 3"):
        reopen(home, origin)
