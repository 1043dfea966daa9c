"""Exports carry what was published, its terms with it, and nothing that a spreadsheet program would run."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import duckdb
import pytest
from openpyxl import load_workbook

from expectations.errors import EvidenceError
from tasks.publish import publish
from tests.landing import POPULATION, land_rows
from warehouse.exports import Request, export, workbook
from warehouse.exports.cells import cell_value, in_place_of, number_format
from warehouse.home import Home

ROWS = [
    ("E08000025", "2021", 1142494.0, None),
    ("E08000026", "2021", None, "suppressed"),
    ('=HYPERLINK("http://example.org")', "2021", 1.0, None),
    ("-", "2020", 2.0, None),
    ("-2+3", "2020", 3.0, None),
    ("-2.5", "2020", -4.0, None),
]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with one small published dataset, and a view with names that need quoting. Its licence has no known name: it counts as not open."""
    home = Home(tmp_path_factory.mktemp("exports") / "home")
    with duckdb.connect(":memory:") as connection:
        land_rows(connection, home, ROWS)
    publish(home, [POPULATION])
    home.database.chmod(0o644)
    with duckdb.connect(str(home.database)) as writing:
        writing.execute("""create view mart.odd as select 1 as "a\""; drop table x; --", '=1+1' as "b" """)
    return home


def written(published: Home, folder: Path, **asked: object) -> Path:
    export(published, Request(names=("ons.population",), folder=folder, **asked))  # type: ignore[arg-type]
    return folder


def test_a_csv_holds_every_row_and_no_formula(published: Home, tmp_path: Path) -> None:
    text = (written(published, tmp_path, format="csv") / "ons.population.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert {(row["area_code"], row["value"], row["status"]) for row in rows if row["period"] == "2021"} == {
        ("E08000025", "1142494.0", ""),
        ("E08000026", "", "suppressed"),
        ('\'=HYPERLINK("http://example.org")', "1.0", ""),
    }
    assert {row["area_code"] for row in rows if row["period"] == "2020"} == {"-", "'-2+3", "-2.5"}, "a marker and a number stay"
    assert (tmp_path / "ons.population.csv-metadata.json").exists()
    assert "rounded to the nearest 100" in (tmp_path / "ons.population.README.txt").read_text(encoding="utf-8")


def test_a_byte_order_mark_is_written_where_it_is_asked_for(published: Home, tmp_path: Path) -> None:
    plain = (written(published, tmp_path / "plain", format="csv") / "ons.population.csv").read_bytes()
    marked = (written(published, tmp_path / "marked", format="csv", byte_order_mark=True) / "ons.population.csv").read_bytes()
    assert marked == b"\xef\xbb\xbf" + plain


def test_the_terms_are_in_the_footer_of_a_parquet_file(published: Home, tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    path = written(published, tmp_path, format="parquet") / "ons.population.parquet"
    footer = dict(connection.execute(f"select decode(key), decode(value) from parquet_kv_metadata('{path}')").fetchall())
    assert footer["attribution"] == "Source: Office for National Statistics"
    assert footer["caveats"] == "rounded to the nearest 100"
    assert footer["citation"].startswith("Source: Office for National Statistics: Population estimates, as known on ")
    assert connection.execute(f"select count(*), sum(value) from '{path}'").fetchall() == [(6, 1142496.0)]


def test_a_workbook_says_what_it_is_and_shows_what_stands_for_a_number(published: Home, tmp_path: Path) -> None:
    book = load_workbook(written(published, tmp_path, format="xlsx") / "ons.population.xlsx")
    assert book.sheetnames == ["Cover", "Notes", "ons.population"]
    cover = {row[0]: row[1] for row in book["Cover"].iter_rows(values_only=True) if row[0]}
    assert {"What it is", "As known on", "Licence", "Attribution", "How to cite", "Bear in mind", "Symbols", "Vintage"} <= set(cover)
    sheet = book["ons.population"]
    assert sheet.freeze_panes == "A2"
    cells = {row[0].value: row for row in sheet.iter_rows(min_row=2)}
    assert cells["E08000025"][2].value == 1142494 and cells["E08000025"][2].number_format == "#,##0"
    assert cells["E08000026"][2].value == "[suppressed]", "never empty without a word, never zero"
    formula = cells['=HYPERLINK("http://example.org")'][0]
    assert formula.data_type == "s" and formula.quotePrefix


def test_more_rows_than_a_sheet_holds_are_refused_and_csv_is_named(
    published: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 5)
    with pytest.raises(EvidenceError) as refused:
        written(published, tmp_path, format="xlsx")
    assert refused.value.code == "export.too_many_rows" and "--format csv" in refused.value.message
    assert list(tmp_path.iterdir()) == [], "nothing is left half-written"


def test_a_table_that_is_not_there_is_named_with_the_nearest(published: Home) -> None:
    with pytest.raises(EvidenceError) as refused:
        export(published, Request(names=("ons.populaton",)))
    assert refused.value.code == "export.unknown_table" and "ons.population" in refused.value.message


def test_what_is_not_open_is_marked_and_can_be_left_out(published: Home, tmp_path: Path) -> None:
    done = export(published, Request(names=("ons.population",), format="csv", folder=tmp_path / "open", open_only=True))
    assert done.left_out == ("ons.population",) and done.files == ()
    written(published, tmp_path / "all", format="csv")
    assert "Do not publish or pass on: ons.population" in (tmp_path / "all" / "ons.population.README.txt").read_text(encoding="utf-8")


def test_a_package_says_the_same_as_the_declaration(published: Home, tmp_path: Path) -> None:
    written(published, tmp_path, format="datapackage")
    package = json.loads((tmp_path / "datapackage.json").read_text(encoding="utf-8"))
    [resource] = package["resources"]
    assert resource["schema"]["primaryKey"] == ["area_code", "period"]
    assert resource["bytes"] == (tmp_path / resource["path"]).stat().st_size
    value = next(field for field in resource["schema"]["fields"] if field["name"] == "value")
    assert value == {"name": "value", "type": "number", "description": "Usual residents at mid-year", "unit": "persons"}


@pytest.mark.parametrize(
    ("unit", "decimals", "shown"),
    [
        ("people", None, "#,##0"),
        ("percent", None, "0.0"),
        ("percent", 2, "#,##0.00"),
        ("pounds", None, '"£"#,##0.00'),
        ("index 0 to 1", None, "0.000"),
        ("per 1,000 households", None, "#,##0.0"),
        ("people", 0, "#,##0"),
        (None, None, "#,##0.##########"),
    ],
)
def test_a_number_is_shown_by_its_unit(unit: str | None, decimals: int | None, shown: str) -> None:
    assert number_format(unit, decimals) == shown


def test_a_cell_holds_what_a_workbook_can_hold() -> None:
    assert cell_value(float("nan")) is None and cell_value(float("inf")) is None
    assert cell_value(12345678901234567) == "12345678901234567", "a spreadsheet program would round it"
    assert cell_value("a\x00b") == "ab"
    assert len(str(cell_value("x" * 40_000))) == 32_767
    assert cell_value(["a", "b"]) == "a; b"
    assert (
        in_place_of("c", "suppressed") == "c" and in_place_of(None, "not_available") == "[not available]" and in_place_of(None, None) == ""
    )


def test_sheet_names_are_short_and_told_apart() -> None:
    names = workbook.sheet_names(["dfe.a_very_long_name_of_a_table_one", "dfe.a_very_long_name_of_a_table_two", "ons.population"])
    assert len(set(names)) == 3 and all(len(name) <= 31 for name in names)


def test_a_column_with_a_hostile_name_is_exported_as_it_is(published: Home, tmp_path: Path) -> None:
    export(published, Request(names=("mart.odd",), format="csv", folder=tmp_path))
    assert (tmp_path / "mart.odd.csv").read_text(encoding="utf-8").splitlines()[1] == "1,'=1+1"
