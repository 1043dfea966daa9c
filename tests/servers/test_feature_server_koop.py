"""Our FeatureServer client against Koop, which we did not write and which keeps other manners than Esri's own server."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import requests

from expectations.declaration import load
from expectations.errors import EvidenceError
from expectations.sources import FeatureServer
from tasks.fetch import feature_server
from tasks.fetch.http import Http
from tasks.snapshot import Delivery
from tests.servers.feature_service import FeatureService
from tests.servers.landing import FIGURES, columns, landed

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]
PAGE = 3  # rows of a page of the small layers
CITY_CENTRE = (-1.8986, 52.4797)


def areas(count: int, shapes: bool = True) -> list[dict[str, Any]]:
    """So many areas, last first, as a layer has them that was edited; their ids have gaps."""
    west, south = CITY_CENTRE
    ring = [[west, south], [west + 0.01, south], [west + 0.01, south + 0.01], [west, south]]
    return [
        {
            "type": "Feature",
            "properties": {"FID": 3 * n, "WD22CD": f"E{5_011_117 + n:08}", "WD22NM": f"Ward {n}", "residents": 9_000 + 7 * n},
            "geometry": {"type": "Polygon", "coordinates": [ring]} if shapes else None,
        }
        for n in range(count, 0, -1)
    ]


def fetched(koop: FeatureService, http: Http, **arguments: Any) -> Delivery:
    return feature_server.fetch(FeatureServer(url=koop.url, **arguments), http, None)


def features(delivery: Delivery) -> list[Mapping[str, Any]]:
    return [each for part in delivery.parts if part.path is not None for each in json.loads(part.path.read_bytes())["features"]]


def column(delivery: Delivery, name: str, holder: str = "attributes") -> list[Any]:
    return [feature[holder][name] for feature in features(delivery)]


def refusal(koop: FeatureService, http: Http, **arguments: Any) -> EvidenceError:
    with pytest.raises(EvidenceError) as error:
        fetched(koop, http, **arguments)
    assert list(http.scratch.iterdir()) == [], "what was fetched is thrown away"
    return error.value


def ids_at(koop: FeatureService, service: str, offset: int, count: int | None) -> list[int]:
    """The object ids that Koop itself answers to an offset."""
    asked = {"where": "1=1", "outFields": "*", "orderByFields": "FID ASC", "f": "json", "resultOffset": str(offset)}
    asked |= {"resultRecordCount": str(count)} if count is not None else {}
    answer = requests.get(f"{koop.url}/{service}/FeatureServer/0/query", params=asked, timeout=30).json()
    return [each["attributes"]["FID"] for each in answer["features"]]


@pytest.mark.parametrize(("count", "pages"), [(1, 1), (PAGE, 1), (PAGE + 1, 2), (2 * PAGE, 2), (2 * PAGE + 1, 3)])
def test_every_row_comes_once_under_at_and_over_the_page(koop: FeatureService, http: Http, count: int, pages: int) -> None:
    koop.publish("paged", areas(count), "FID", PAGE)
    delivery = fetched(koop, http, service="paged")
    assert [part.name for part in delivery.parts] == [f"page-{number:04}.json" for number in range(1, pages + 1)]
    assert column(delivery, "FID") == [3 * n for n in range(1, count + 1)]
    assert column(delivery, "residents") == [9_000 + 7 * n for n in range(1, count + 1)]


@pytest.mark.parametrize("count", [2_000, 2_001, 5_000])
def test_every_row_of_a_large_table_comes_once(koop: FeatureService, http: Http, count: int) -> None:
    koop.publish("large", areas(count, shapes=False), "FID")
    delivery = fetched(koop, http, service="large")
    assert len(delivery.parts) == -(-count // 2_000)
    assert column(delivery, "FID") == [3 * n for n in range(1, count + 1)]


def test_koop_keeps_to_no_page_of_its_own_and_knows_no_offset_without_a_count(koop: FeatureService) -> None:
    """The manners that the client is held against: if these change, the tests above no longer show what they are there to show."""
    koop.publish("manners", areas(2 * PAGE + 1), "FID", PAGE)
    everything = [3 * n for n in range(1, 2 * PAGE + 2)]
    assert ids_at(koop, "manners", 0, None) == everything, "its own page is not kept to"
    assert ids_at(koop, "manners", PAGE, PAGE) == everything[PAGE : 2 * PAGE]
    assert ids_at(koop, "manners", PAGE, None) == everything, "an offset without a count is not understood"
    assert ids_at(koop, "manners", 1_000, None) == everything, "and so one past the end is answered with all from row 1"
    assert ids_at(koop, "manners", 1_000, PAGE) == []


def test_ids_that_the_server_makes_itself_are_as_good(koop: FeatureService, http: Http) -> None:
    koop.publish("unnumbered", areas(2 * PAGE + 1), page=PAGE)
    delivery = fetched(koop, http, service="unnumbered")
    assert sorted(column(delivery, "WD22CD")) == [f"E{5_011_117 + n:08}" for n in range(1, 2 * PAGE + 2)]
    assert len(set(column(delivery, "OBJECTID"))) == 2 * PAGE + 1


def test_shapes_without_an_object_id_are_refused_for_they_could_come_twice_unseen(koop: FeatureService, http: Http) -> None:
    """Koop leaves ids that it made itself out of GeoJSON."""
    koop.publish("unnumbered", areas(PAGE))
    error = refusal(koop, http, service="unnumbered", geometry=True)
    assert (error.code, error.expected) == ("fetch.protocol", "an object id OBJECTID in each feature")


def test_a_condition_brings_the_rows_that_fit_it(koop: FeatureService, http: Http) -> None:
    koop.publish("filtered", areas(20), "FID", PAGE)
    assert column(fetched(koop, http, service="filtered", where="WD22CD = 'E05011120'"), "WD22NM") == ["Ward 3"]
    assert column(fetched(koop, http, service="filtered", where="residents >= 9070 AND WD22NM LIKE 'Ward 1%'"), "FID") == [
        3 * n for n in range(10, 20)
    ]


def test_only_the_fields_that_are_asked_for_come_and_the_object_id(koop: FeatureService, http: Http) -> None:
    koop.publish("narrow", areas(PAGE + 1), "FID", PAGE)
    delivery = fetched(koop, http, service="narrow", fields=["WD22CD"])
    assert {frozenset(each["attributes"]) for each in features(delivery)} == {frozenset({"FID", "WD22CD"})}


def test_shapes_come_in_degrees_page_by_page(koop: FeatureService, http: Http) -> None:
    koop.publish("shapes", areas(2 * PAGE + 1), "FID", PAGE)
    delivery = fetched(koop, http, service="shapes", geometry=True)
    assert [part.name for part in delivery.parts] == [f"page-{number:04}.geojson" for number in (1, 2, 3)]
    assert column(delivery, "FID", "properties") == [3 * n for n in range(1, 2 * PAGE + 2)]
    assert all(each["geometry"]["coordinates"][0][0] == list(CITY_CENTRE) for each in features(delivery))
    assert {part.labels["crs"] for part in delivery.parts} == {"EPSG:4326"}


def test_shapes_in_another_system_than_the_answer_says_are_refused(koop: FeatureService, http: Http) -> None:
    """Koop projects and does not say so; GeoJSON that names no system is in degrees, so that metres would be taken for them."""
    koop.publish("projected", areas(PAGE), "FID")
    error = refusal(koop, http, service="projected", geometry=True, crs=27700)
    assert (error.code, error.expected) == ("fetch.protocol", "shapes in EPSG:27700")


def test_a_service_that_is_not_there_is_gone_though_the_status_is_200(koop: FeatureService, http: Http) -> None:
    error = refusal(koop, http, service="nowhere")
    assert error.code == "fetch.gone"
    assert "status 200" in error.found
    assert "nowhere" in error.found


def test_a_layer_that_is_not_there_is_refused_and_not_taken_from_another(koop: FeatureService, http: Http) -> None:
    """Koop answers any number with layer 0."""
    koop.publish("one_layer", areas(PAGE), "FID")
    error = refusal(koop, http, service="one_layer", layer=7)
    assert (error.code, error.expected) == ("fetch.protocol", "layer 7")


def test_a_field_that_is_not_there_is_refused_though_koop_would_leave_it_out(koop: FeatureService, http: Http) -> None:
    koop.publish("fields", areas(PAGE), "FID")
    error = refusal(koop, http, service="fields", fields=["WD22CD", "WD24CD"])
    assert error.code == "fetch.no_match"
    assert "WD24CD" in f"{error.expected} {error.found}"


def test_a_condition_that_cannot_be_read_is_an_error_within_status_200(koop: FeatureService, http: Http) -> None:
    koop.publish("conditions", areas(PAGE), "FID")
    error = refusal(koop, http, service="conditions", where="residents LIKE")
    assert error.code == "fetch.protocol"
    assert "400" in error.found
    assert "where" in error.found


def test_a_condition_that_no_row_fits_is_said(koop: FeatureService, http: Http) -> None:
    koop.publish("conditions", areas(PAGE), "FID")
    assert refusal(koop, http, service="conditions", where="WD22CD = 'W05000001'").code == "fetch.no_match"


def test_a_layer_without_rows_is_said(koop: FeatureService, http: Http) -> None:
    koop.publish("empty", [], "FID", fields=[{"name": "FID", "type": "Integer"}, {"name": "WD22CD", "type": "String"}])
    assert refusal(koop, http, service="empty").code == "fetch.empty"


def test_a_server_that_lists_no_services_cannot_be_searched(koop: FeatureService, http: Http) -> None:
    assert refusal(koop, http, service_matching="Wards.*").code == "fetch.gone"


def test_the_boundaries_land_through_the_whole_pipeline(koop: FeatureService, tmp_path: Path) -> None:
    declared = load("ons.boundaries")
    assert isinstance(declared.source, FeatureServer)
    manifest = json.loads((FIGURES / "ons" / "boundaries.json").read_text(encoding="utf-8"))
    files = [service["layers"][0]["figures"] for service in manifest["services"]]
    layers: dict[str, dict[str, Any]] = {}
    rows: dict[str, int] = {}
    for (name, wanted), file in zip(sorted(declared.source.layers.items()), _by_layer(files), strict=True):
        published = _figures(FIGURES / "ons" / file)
        # Koop lists no services, so each is named.
        layers[name] = {"service": koop.publish(name, published, "FID"), "where": wanted["where"]}
        rows[name] = len(published)
    source = FeatureServer(url=koop.url, geometry=True, precision=5, layers=layers)
    vintage = landed(declared.model_copy(update={"source": source}), tmp_path)
    counted = vintage.rows("select area_level || '_' || area_vintage, count(*) from tidy group by all")
    assert dict(counted) == rows
    assert vintage.rows("select distinct crs, source_crs from tidy") == [("CRS84", "EPSG:4326")]


def _by_layer(files: Sequence[str]) -> list[str]:
    """The figures of lsoa_2011, lsoa_2021, msoa_2011, msoa_2021, oa_2011 and ward_2022: the end of a file's name is the code's own name."""
    return [next(file for file in files if ending in file) for ending in ("lsoa11", "lsoa21", "msoa11", "msoa21", "_oa11", "wd22")]


def _figures(file: Path) -> list[dict[str, Any]]:
    """The areas of a table of figures as features."""
    rows = [(json.loads(row.pop("shape")), row) for row in columns(file)]
    return [{"type": "Feature", "properties": {"FID": number, **row}, "geometry": shape} for number, (shape, row) in enumerate(rows, 1)]
