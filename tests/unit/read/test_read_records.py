"""JSON, GeoJSON and Parquet: one row a record, values as the file has them."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from expectations.errors import EvidenceError
from tasks.read import json_stream

SQUARE = {"type": "Polygon", "coordinates": [[[0.5, 1], [1, 1], [1, 2], [0.5, 1]]]}


@pytest.mark.parametrize(
    "text",
    [
        '[{"a": 1, "b": "x"}, {"a": 0.10, "b": null, "c": true}]',
        '{"total_count": 2, "results": [{"a": 1, "b": "x"}, {"a": 0.10, "b": null, "c": true}]}',
        '{"records": [{"a": 1, "b": "x"}, {"a": 0.10, "c": true}], "total": 2}',
        '{"success": true, "result": {"fields": [], "records": [{"a": 1, "b": "x"}, {"a": 0.10, "c": true}]}}',
        '{"features": [{"attributes": {"a": 1, "b": "x"}}, {"attributes": {"a": 0.10, "c": true}}]}',
        '{"a": 1, "b": "x"}\n{"a": 0.10, "c": true}\n',
    ],
)
def test_a_list_of_objects_is_a_table_however_it_is_wrapped(reading, text: str) -> None:
    got = reading("records.json", text)
    assert got.layout.columns == ("a", "b", "c")
    assert got.rows == [("1", "x", None), ("0.10", None, "true")]
    assert got.numbers == [1, 2]
    assert got.layout.numeric == ("a",)


def test_nested_objects_become_dotted_columns_and_lists_stay_json(reading) -> None:
    got = reading("nested.json", '[{"id": 1, "place": {"name": "A", "at": {"lat": 52.0}}, "tags": ["x", 1.50]}]')
    assert got.layout.columns == ("id", "place.name", "place.at.lat", "tags")
    assert got.rows == [("1", "A", "52.0", '["x",1.50]')]


def test_lists_take_their_header_from_the_first_or_from_the_fields(reading) -> None:
    assert reading("lists.json", '[["area", "n"], ["A", 1], ["B", 2]]').rows == [("A", "1"), ("B", "2")]
    got = reading("fields.json", '{"fields": [{"id": "area"}, {"id": "n"}], "records": [["A", 1], ["B", 2]]}')
    assert got.layout.columns == ("area", "n")


def test_records_longer_than_a_chunk_are_read_whole(reading, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "CHUNK", 7)
    records = [{"id": n, "text": "x" * n, "deep": {"value": n / 7}} for n in range(40)]
    got = reading("chunks.json", json.dumps({"results": records}))
    assert got.rows == [(str(n), "x" * n or None, repr(n / 7)) for n in range(40)]


def test_json_that_ends_early_is_reported(reading) -> None:
    whole = json.dumps([{"id": n, "text": "some text"} for n in range(50)])
    for end in (len(whole) - 1, len(whole) - 9, len(whole) // 2):
        with pytest.raises(EvidenceError) as refused:
            reading("cut.json", whole[:end])
        assert refused.value.code == "read.truncated"


@pytest.mark.parametrize(
    "text",
    [
        '{"error": "not found", "status": 404}',
        "[1, 2, 3]",
        '{"class": "dataset", "id": ["a"], "size": [1], "dimension": {}}',
        '{"results": [{"a": 1}], "items": [{"b": 2}]}',
        '[{"a": 1}, 2]',
    ],
)
def test_json_without_one_list_of_records_is_no_table(reading, text: str) -> None:
    with pytest.raises(EvidenceError) as refused:
        reading("other.json", text)
    assert refused.value.code == "read.not_a_table"


@pytest.mark.parametrize(
    ("member", "crs"),
    [
        (None, "CRS84"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "CRS84"),
        ("urn:ogc:def:crs:EPSG::27700", "EPSG:27700"),
        ("EPSG:4326", "EPSG:4326"),
    ],
)
def test_geojson_is_a_row_a_feature_with_its_reference_system(reading, member: str | None, crs: str) -> None:
    collection = {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": {"WD22CD": "E05011118", "n": 1.5}, "geometry": SQUARE}],
    }
    if member:
        collection = {"crs": {"type": "name", "properties": {"name": member}}, **collection}
    got = reading("wards.geojson", json.dumps(collection))
    assert got.layout.format == "geojson"
    assert got.layout.crs == crs
    assert got.layout.columns == ("WD22CD", "n", "geometry")
    assert got.rows == [("E05011118", "1.5", json.dumps(SQUARE, separators=(",", ":")))]


def test_a_geojson_without_features_is_an_empty_table_and_another_geojson_is_none(reading) -> None:
    none = reading("none.geojson", '{"type": "FeatureCollection", "features": []}')
    assert (none.rows, none.layout.columns) == ([], ("geometry",))
    with pytest.raises(EvidenceError) as refused:
        reading("point.geojson", '{"type": "Point", "coordinates": [0, 1]}')
    assert refused.value.code == "read.not_a_table"


def test_parquet_prints_its_values_and_keeps_its_order(reading, connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    connection.execute(
        f"COPY (SELECT i AS id, i / 4 AS share, 'E' || i AS code, DATE '2024-02-29' AS day, [i] AS list, nullif(i, 2) > 0 AS flag, "
        f"CAST(i AS DECIMAL(9, 2)) AS money FROM range(4) t(i)) TO '{path}' (FORMAT parquet)"
    )
    got = reading(path)
    assert got.layout.columns == ("id", "share", "code", "day", "list", "flag", "money")
    assert got.rows[1] == ("1", "0.25", "E1", "2024-02-29", "[1]", "true", "1.00")
    assert [row[1] for row in got.rows] == ["0", "0.25", "0.5", "0.75"]
    assert got.numbers == [1, 2, 3, 4]
    assert got.layout.numeric == ("id", "share", "money")


def test_a_parquet_that_ends_early_is_reported(reading, connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    connection.execute(f"COPY (SELECT * FROM range(9999)) TO '{path}' (FORMAT parquet)")
    with pytest.raises(EvidenceError) as refused:
        reading("cut.parquet", path.read_bytes()[:-100])
    assert refused.value.code == "read.truncated"


def test_geoparquet_prints_well_known_text_and_names_its_reference_system(reading, tmp_path: Path) -> None:
    point = struct.pack("<BIdd", 1, 1, 1.0, 2.0)
    crs = {"id": {"authority": "EPSG", "code": 27700}}
    column = {"encoding": "WKB", "geometry_types": ["Point"], "crs": crs}
    geo = json.dumps({"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}})
    table = pa.table({"id": [1], "geometry": pa.array([point], pa.binary())}).replace_schema_metadata({"geo": geo})
    pq.write_table(table, tmp_path / "points.parquet")
    got = reading(tmp_path / "points.parquet")
    assert got.rows == [("1", "POINT (1 2)")]
    assert got.layout.crs == "EPSG:27700"
