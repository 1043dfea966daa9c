"""ArcGIS FeatureServer: pages that add up to the count, whatever the server does with offsets and limits. Over real HTTP on this machine."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations.errors import EvidenceError
from expectations.sources import FeatureServer
from tasks.fetch import feature_server
from tasks.fetch.feature_layer import system_of
from tasks.fetch.http import Http, HttpSettings
from tasks.read import read
from tasks.sample.feature_server import FeatureServerResponder
from tasks.sample.server import Request, Response, SampleServer
from tasks.snapshot import Delivery, Snapshot
from tests.fetching import kept

LOOKUP = "LAD22_RGN22_EN_LU"
SQUARE = [[[-1.9, 52.4], [-1.8, 52.4], [-1.8, 52.5], [-1.9, 52.4]]]


def figures(folder: Path, rows: int = 7, *, shapes: bool = False, **about: Any) -> Path:
    """A manifest with two services, the wanted one of so many rows; its object ids have gaps, as those of edited layers have."""
    folder.mkdir(parents=True, exist_ok=True)
    if shapes:
        features = [
            {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": SQUARE}, "properties": {"FID": 3 * n, "LAD22CD": f"E{n:08}"}}
            for n in range(1, rows + 1)
        ]
        (folder / "rows.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    else:
        with (folder / "rows.csv").open("w", newline="") as file:
            csv.writer(file).writerows([("FID", "LAD22CD", "RGN22NM"), *[(3 * n, f"E{n:08}", "West Midlands") for n in range(1, rows + 1)]])
    layer = {"id": 0, "figures": "rows.geojson" if shapes else "rows.csv", "object_id": "FID", "max_record_count": 3, **about}
    services = [{"name": LOOKUP, "layers": [layer]}, {"name": "LAD23_RGN23_EN_LU_v2", "layers": [layer]}]
    (folder / "lookups.json").write_text(json.dumps({"protocol": "feature_server", "services": services}))
    return folder / "lookups.json"


@pytest.fixture
def http(tmp_path: Path) -> Iterator[Http]:
    with Http(HttpSettings(allow_loopback=True, retries=1, backoff=0.01, jitter=0), tmp_path / "scratch") as opened:
        yield opened


def fetched(server: SampleServer, http: Http, previous: Snapshot | None = None, **arguments: Any) -> Delivery:
    given = arguments if {"layers", "service_matching"} & set(arguments) else {"service": LOOKUP, **arguments}
    return feature_server.fetch(FeatureServer(url=server.at("/services"), **given), http, previous)


def rows(delivery: Delivery, holder: str = "attributes") -> list[dict[str, Any]]:
    found = []
    for part in delivery.parts:
        assert part.path is not None
        found += [feature[holder] for feature in json.loads(part.path.read_bytes())["features"]]
    return found


def serving(manifest: Path, **options: Any) -> SampleServer:
    return SampleServer({"/services": FeatureServerResponder([manifest], **options)})


@pytest.mark.parametrize(("count", "pages"), [(2, 1), (3, 1), (4, 2), (6, 2), (7, 3)])
def test_every_row_comes_once_in_the_order_of_the_object_id(tmp_path: Path, http: Http, count: int, pages: int) -> None:
    with serving(figures(tmp_path, count)) as server:
        delivery = fetched(server, http)
    assert [part.name for part in delivery.parts] == [f"page-{number:04}.json" for number in range(1, pages + 1)]
    assert [row["FID"] for row in rows(delivery)] == [3 * n for n in range(1, count + 1)]


@pytest.mark.parametrize(
    "options",
    [
        {"pagination": False},  # servers before 10.3
        {"cap": 2},  # pages are cut below the announced maximum
        {"cap": 2, "flags": False},  # … and do not say so, as before 10.3.1
        {"wraps": True},  # an offset past the end brings everything from the start, as Koop does
        {"wraps": True, "flags": False},
    ],
    ids=lambda options: ", ".join(f"{name}={value}" for name, value in options.items()),
)
def test_every_row_comes_once_whatever_the_server_makes_of_pages(tmp_path: Path, http: Http, options: dict[str, Any]) -> None:
    with serving(figures(tmp_path), **options) as server:
        delivery = fetched(server, http)
        assert len(server.requests) < 15
    assert [row["FID"] for row in rows(delivery)] == [3 * n for n in range(1, 8)]


def test_a_server_that_ignores_the_offset_is_caught_and_not_asked_for_ever(tmp_path: Path, http: Http) -> None:
    with serving(figures(tmp_path), ignores_offset=True) as server:
        with pytest.raises(EvidenceError) as error:
            fetched(server, http)
        assert len(server.requests) < 15
    assert error.value.code == "fetch.truncated"
    assert "brings rows that have come before" in error.value.found
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_server_that_cuts_pages_and_knows_no_offsets_is_caught(tmp_path: Path, http: Http) -> None:
    with serving(figures(tmp_path), pagination=False, cap=2) as server, pytest.raises(EvidenceError) as error:
        fetched(server, http)
    assert error.value.code == "fetch.truncated"
    assert "5 rows, where 7 were counted" in error.value.found


def test_shapes_come_as_geojson_in_wgs_84(tmp_path: Path, http: Http) -> None:
    with serving(figures(tmp_path, shapes=True)) as server:
        delivery = fetched(server, http, geometry=True, precision=6)
        asked = next(request for request in server.requests if request.one("f") == "geojson")
    assert (asked.one("outSR"), asked.one("geometryPrecision")) == ("4326", "6")
    assert [part.name for part in delivery.parts] == ["page-0001.geojson", "page-0002.geojson", "page-0003.geojson"]
    assert [shape["coordinates"] for shape in rows(delivery, "geometry")] == [SQUARE] * 7


@pytest.mark.parametrize("geometry", [False, True])
def test_pages_are_read_as_tables_of_the_layers_own_fields(
    tmp_path: Path, http: Http, connection: duckdb.DuckDBPyConnection, geometry: bool
) -> None:
    with serving(figures(tmp_path, 3, shapes=geometry)) as server:
        part = fetched(server, http, geometry=geometry).parts[0]
    assert part.path is not None
    layout = read(part.path, connection, "page")
    assert layout.format == ("geojson" if geometry else "json")
    assert connection.execute('select "FID", "LAD22CD" from page order by _row').fetchall() == [(str(3 * n), f"E{n:08}") for n in (1, 2, 3)]


def test_only_the_fields_and_rows_that_are_declared_come_with_the_object_id(tmp_path: Path, http: Http) -> None:
    with serving(figures(tmp_path)) as server:
        found = rows(fetched(server, http, fields=["LAD22CD"], where="LAD22CD IN ('E00000002', 'E00000005')"))
    assert found == [{"LAD22CD": "E00000002", "FID": 6}, {"LAD22CD": "E00000005", "FID": 15}]


def test_a_service_is_found_by_a_pattern_that_fits_exactly_one(tmp_path: Path, http: Http) -> None:
    with serving(figures(tmp_path)) as server:
        delivery = fetched(server, http, service_matching=r"LAD23_RGN23_EN_LU(_v\d+)?")
        assert delivery.parts[0].labels["service"] == "LAD23_RGN23_EN_LU_v2"
        with pytest.raises(EvidenceError) as several:
            fetched(server, http, service_matching=r"LAD\d\d_RGN\d\d_EN_LU.*")
        with pytest.raises(EvidenceError) as none:
            fetched(server, http, service_matching=r"LAD24_RGN24_EN_LU")
    assert several.value.code == "fetch.ambiguous"
    assert LOOKUP in several.value.found
    assert none.value.code == "fetch.no_match"


def test_several_layers_make_several_lists_of_parts(tmp_path: Path, http: Http) -> None:
    layers = {"y2022": {"service": LOOKUP, "where": "FID <= 6"}, "y2023": {"service_matching": r"LAD23_.*"}}
    with serving(figures(tmp_path, edited="2023-01-31T09:30:00Z")) as server:
        delivery = fetched(server, http, layers=layers)
    assert [part.name for part in delivery.parts] == ["y2022-page-0001.json", *[f"y2023-page-000{n}.json" for n in (1, 2, 3)]]
    assert delivery.release == "y2022: 2023-01-31T09:30:00.000+00:00, y2023: 2023-01-31T09:30:00.000+00:00"


def test_a_layer_that_was_not_edited_is_not_downloaded_again(tmp_path: Path, http: Http) -> None:
    with serving(figures(tmp_path / "a", edited="2023-01-31T09:30:00Z")) as server:
        first = fetched(server, http)
        server.requests.clear()
        second = fetched(server, http, kept(first))
        assert len(server.requests) == 1
        assert fetched(server, http, kept(first), fields=["LAD22CD"]).parts[0].path is not None  # another question is asked
    assert [(part.path, part.sha256) for part in second.parts] == [(None, part.sha256) for part in first.parts]
    with serving(figures(tmp_path / "b", edited="2023-02-01T09:30:00Z")) as server:
        assert fetched(server, http, kept(first)).parts[0].path is not None


def test_a_layer_that_does_not_say_when_it_was_edited_is_always_downloaded(tmp_path: Path, http: Http) -> None:
    with serving(figures(tmp_path)) as server:
        first = fetched(server, http)
        assert fetched(server, http, kept(first)).parts[0].path is not None
    assert first.release == ""


def test_a_field_that_the_layer_does_not_have_is_named_with_the_nearest(tmp_path: Path, http: Http) -> None:
    with serving(figures(tmp_path)) as server, pytest.raises(EvidenceError) as error:
        fetched(server, http, fields=["LAD23CD"])
    assert error.value.code == "fetch.no_match"
    assert "nearest: 'LAD22CD'" in error.value.found


def test_a_condition_that_fits_nothing_is_an_error_and_not_an_empty_table(tmp_path: Path, http: Http) -> None:
    with serving(figures(tmp_path)) as server, pytest.raises(EvidenceError) as error:
        fetched(server, http, where="LAD22CD = 'E99'")
    assert error.value.code == "fetch.no_match"
    with serving(figures(tmp_path, 0)) as server, pytest.raises(EvidenceError) as empty:
        fetched(server, http)
    assert empty.value.code == "fetch.empty"


def test_a_layer_that_cannot_speak_geojson_is_not_asked_for_shapes(tmp_path: Path, http: Http) -> None:
    with serving(figures(tmp_path, shapes=True), formats="JSON") as server, pytest.raises(EvidenceError) as error:
        fetched(server, http, geometry=True)
    assert (error.value.code, error.value.found) == ("fetch.protocol", "one that cannot")


class _Failing:
    """A responder that answers every question with one error and status 200, the first `times` times."""

    def __init__(self, inner: FeatureServerResponder, error: dict[str, Any], times: int) -> None:
        self._inner, self._error, self._times = inner, error, times

    def respond(self, request: Request) -> Response | None:
        self._times -= 1
        return Response.of_json({"error": self._error}) if self._times >= 0 else self._inner.respond(request)


def test_an_error_with_status_200_that_may_heal_is_asked_again(tmp_path: Path, http: Http) -> None:
    responder = _Failing(FeatureServerResponder([figures(tmp_path)]), {"code": 503, "message": "An error occurred.", "details": []}, 1)
    with SampleServer({"/services": responder}) as server:
        assert len(rows(fetched(server, http))) == 7


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "give `service` or `service_matching`"),
        ({"service": "a", "service_matching": "b"}, "and not both"),
        ({"service_matching": "("}, "no regular expression"),
        ({"layers": {"a": {"servce": "x"}}}, "layers.a.servce: is no argument"),
        ({"service": "a", "layer": -1}, "greater than or equal to 0"),
    ],
)
def test_a_wrong_argument_is_refused_before_anything_is_asked(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        FeatureServer(url="https://example.org/rest/services", **arguments)


@pytest.mark.parametrize(
    ("told", "crs"),
    [
        ({"extent": {"spatialReference": {"wkid": 27700, "latestWkid": 27700}}}, "EPSG:27700"),
        ({"extent": {"spatialReference": {"wkid": 102100, "latestWkid": 3857}}}, "EPSG:3857"),
        (
            {"sourceSpatialReference": {"wkid": 27700}, "extent": {"spatialReference": {"wkid": 4326}}},
            "EPSG:27700",
        ),
        ({"extent": {"spatialReference": {"wkt": "PROJCS[…]"}}}, ""),
        ({}, ""),
    ],
)
def test_the_layers_own_reference_system_is_told_in_one_way(told: dict[str, Any], crs: str) -> None:
    assert system_of(told) == crs


def test_shapes_come_in_wgs_84_and_the_part_says_in_which_system_the_layer_is_kept(tmp_path: Path, http: Http) -> None:
    with serving(figures(tmp_path, rows=2, shapes=True, crs=27700)) as server:
        part = fetched(server, http, geometry=True, precision=5).parts[0]
        asked = next(request for request in server.requests if request.one("f") == "geojson")
        table = fetched(server, http).parts[0]
    assert part.labels["crs"] == "EPSG:27700" and "crs" not in table.labels
    assert (asked.one("outSR"), asked.one("geometryPrecision")) == ("4326", "5")


def test_shapes_come_in_the_declared_system(tmp_path: Path, http: Http) -> None:
    with serving(figures(tmp_path, rows=2, shapes=True, shapes_in=27700)) as server:
        part = fetched(server, http, geometry=True, crs=27700).parts[0]
    assert part.path is not None
    with duckdb.connect(":memory:") as connection:
        assert read(part.path, connection, "t").crs == "EPSG:27700"


@pytest.mark.parametrize(("kept_in", "asked"), [({}, 27700), ({"shapes_in": 27700}, 4326)])
def test_a_server_that_ignores_the_system_asked_for_is_refused(
    tmp_path: Path, http: Http, monkeypatch: pytest.MonkeyPatch, kept_in: dict[str, int], asked: int
) -> None:
    responder = FeatureServerResponder([figures(tmp_path, rows=2, shapes=True, **kept_in)])
    answer = responder.respond

    def ignoring(request: Request) -> Response | None:
        return answer(replace(request, query={**request.query, "outSR": [str(kept_in.get("shapes_in", 4326))]}))

    monkeypatch.setattr(responder, "respond", ignoring)
    with SampleServer({"/services": responder}) as server, pytest.raises(EvidenceError) as caught:
        fetched(server, http, geometry=True, crs=asked)
    assert caught.value.code == "fetch.protocol" and f"EPSG:{asked}" in caught.value.expected


def test_a_server_that_answers_with_another_layer_is_refused(tmp_path: Path, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    responder = FeatureServerResponder([figures(tmp_path)])
    answer = responder.respond

    def first_layer(request: Request) -> Response | None:
        return answer(replace(request, path=request.path.replace("/FeatureServer/7", "/FeatureServer/0")))  # as Koop does

    monkeypatch.setattr(responder, "respond", first_layer)
    with SampleServer({"/services": responder}) as server, pytest.raises(EvidenceError) as caught:
        fetched(server, http, layer=7)
    assert (caught.value.code, caught.value.expected) == ("fetch.protocol", "layer 7")
    assert "layer 0" in caught.value.found
