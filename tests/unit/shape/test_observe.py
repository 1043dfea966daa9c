"""What is observed of a table."""

from __future__ import annotations

from importlib import import_module

import duckdb
import pytest

from expectations.errors import EvidenceError
from expectations.shape import Shape, shape_from_dict
from tasks.shape import observe
from tests.unit.changes.tables import panel, put


def shape_of(connection: duckdb.DuckDBPyConnection, rows: list[dict[str, str | None]], key: list[str] | None = None) -> Shape:
    return observe(connection, put(connection, "seen", rows), {}, key)


def test_key_period_area_and_measures_are_found(connection: duckdb.DuckDBPyConnection) -> None:
    shape = shape_of(connection, panel())
    assert shape.key == ("time_period", "new_la_code", "sex")
    assert (shape.period_column, shape.area_column, shape.area_name_column) == ("time_period", "new_la_code", "la_name")
    assert shape.measures == ("pupils", "rate")
    assert shape.key_duplicates == 0 and shape.key_inferred


def test_a_marker_does_not_make_a_column_of_numbers_text(connection: duckdb.DuckDBPyConnection) -> None:
    rows = [{"code": f"E0{8000000 + i}", "value": "c" if i == 3 else "[low]" if i == 4 else str(i)} for i in range(30)]
    column = shape_of(connection, rows).column("value")
    assert column is not None and column.type == "integer" and dict(column.markers) == {"c": 1, "[low]": 1}


def test_an_unknown_word_among_numbers_is_a_marker_when_it_is_rare(connection: duckdb.DuckDBPyConnection) -> None:
    rows = [{"id": f"a{i}", "value": "withheld" if i % 10 == 0 else f"{i}.5"} for i in range(40)]
    column = shape_of(connection, rows).column("value")
    assert column is not None and column.type == "number" and dict(column.markers) == {"withheld": 4}


def test_a_letter_in_a_column_of_letters_is_a_category_and_no_marker(connection: duckdb.DuckDBPyConnection) -> None:
    rows = [{"id": f"a{i}", "flag": "xcm"[i % 3]} for i in range(30)]
    column = shape_of(connection, rows).column("flag")
    assert column is not None and not column.markers and column.categories == ("c", "m", "x")


@pytest.mark.parametrize(("printed", "form"), [("29,199", "thousands"), ("51%", "percent"), ("£5.20", "currency"), ("12", None)])
def test_numbers_are_numbers_however_they_are_printed(connection: duckdb.DuckDBPyConnection, printed: str, form: str | None) -> None:
    column = shape_of(connection, [{"id": f"a{i}", "value": printed} for i in range(8)]).column("value")
    assert column is not None and column.type in ("integer", "number") and column.format == form


def test_codes_and_row_numbers_are_not_measures(connection: duckdb.DuckDBPyConnection) -> None:
    rows = [{"ObjectId": str(i + 1), "old_la_code": str(300 + i), "URN": str(100000 + 7 * i), "value": str(i * i)} for i in range(40)]
    shape = shape_of(connection, rows)
    assert shape.measures == ("value",)
    assert shape.key == ("URN",) or shape.key == ("old_la_code",)
    assert shape.column("ObjectId") is not None and shape.column("ObjectId").role == "row_number"  # type: ignore[union-attr]


def test_a_table_of_events_has_no_key(connection: duckdb.DuckDBPyConnection) -> None:
    rows = [{"month": "2017-01", "crime": ["Burglary", "Robbery"][i % 2], "place": ["here", "there", "far"][i % 3]} for i in range(60)]
    assert shape_of(connection, rows).key == ()


def test_the_fingerprint_is_blind_to_order_and_to_float_dust_and_sees_a_value(connection: duckdb.DuckDBPyConnection) -> None:
    rows = panel()
    same = [
        {name: (f"{value}.0" if name == "pupils" and value else value) for name, value in reversed(row.items())} for row in reversed(rows)
    ]
    other = [dict(row) for row in rows]
    other[5]["pupils"] = "1"
    swapped = [dict(row) for row in rows]
    swapped[0]["pupils"], swapped[1]["pupils"] = swapped[1]["pupils"], swapped[0]["pupils"]
    prints = [shape_of(connection, table).content for table in (rows, same, other, swapped)]
    assert prints[0] == prints[1]
    assert len(set(prints)) == 3


def test_a_shape_survives_json(connection: duckdb.DuckDBPyConnection) -> None:
    shape = shape_of(connection, panel())
    assert shape_from_dict(shape.as_dict()) == shape


def test_a_key_that_names_no_column_is_refused(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(EvidenceError, match=r"shape\.no_such_column"):
        shape_of(connection, panel(), ["new_la_code", "gender"])


def test_an_empty_table_has_a_shape(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute('create table nothing ("a" varchar, "b" varchar, _row bigint)')
    shape = observe(connection, "nothing", {})
    assert shape.rows == 0 and [column.type for column in shape.columns] == ["empty", "empty"]


def test_header_text_never_reaches_sql_unquoted(connection: duckdb.DuckDBPyConnection) -> None:
    hostile = 'x"; drop table seen; --'
    shape = shape_of(connection, [{hostile: str(i), "it's": "a"} for i in range(5)])
    assert [column.name for column in shape.columns] == [hostile, "it's"]


def test_a_large_table_is_estimated_and_says_so(connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    profile, key = import_module("tasks.shape.profile"), import_module("tasks.shape.key")
    monkeypatch.setattr(profile, "EXACT_CELLS", 10)
    monkeypatch.setattr(profile, "SAMPLE_ROWS", 5_000)
    monkeypatch.setattr(key, "EXACT_KEYS", 3_000)
    source = "select 2 + i as _row, 'thing ' || (i // 2) as thing, (i % 977)::varchar as people from range(20000) as t(i)"
    connection.execute(f"create table large as {source}")
    shape = observe(connection, "large", {}, key=["thing"])
    thing, people = shape.columns
    assert thing.distinct == pytest.approx(10_000, rel=0.3)
    assert people.distinct == 977
    assert shape.key_duplicates == pytest.approx(10_000, rel=0.1)
    assert shape.notes[-3:] == (
        "different values estimated (HyperLogLog, may be a tenth off): thing",
        "quantiles from every 4th row",
        "rows that share a key estimated from one key in 7",
    )
