"""Portals as the fault suite asks them: layers of a FeatureServer in three ways, an export of Opendatasoft in two."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tasks.sample.feature_server import FeatureServerResponder
from tasks.sample.opendatasoft import ROOT, OpendatasoftPortal
from tasks.sample.server import Responder
from tasks.sample.serving import OBSERVATORY, OPEN_GEOGRAPHY
from tasks.snapshot import Delivery
from tests.fault.ways import Ask, Change, Paging, Way, Wrong, of_bytes, of_json, put, says

# -- layers ------------------------------------------------------------------------------------------------------------------------------

_LAYER = f"{OPEN_GEOGRAPHY}/WD23/FeatureServer/0"
_DESCRIBED = Ask("layer", _LAYER, "json", exact=True)
_COUNT = Ask("count", f"{_LAYER}/query", "json", asking="returnCountOnly")
_PAGE = Ask("page", f"{_LAYER}/query", "json", asking="resultOffset")
_ENTIRE = {"url": OPEN_GEOGRAPHY, "service": "WD23"}


def _layers(folder: Path, wards: int = 5, a_page: int = 10, **options: Any) -> Mapping[str, Responder]:
    with (folder / "wards.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("FID", "WD23CD"), *((n, f"E{n:08}") for n in range(1, wards + 1))])
    shape = json.dumps({"type": "Point", "coordinates": [-1.9, 52.4]})
    with (folder / "shapes.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("FID", "WD23CD", "shape"), *((n, f"E{n:08}", shape) for n in range(1, wards + 1))])
    facts = {"id": 0, "object_id": "FID", "max_record_count": a_page, "edited": "2023-05-31T09:30:00Z"}
    services = [
        {"name": "WD23", "layers": [{**facts, "figures": "wards.csv"}]},
        {"name": "WD23_SHAPES", "layers": [{**facts, "figures": "shapes.csv", "shape": "shape"}]},
    ]
    (folder / "wards.json").write_text(json.dumps({"protocol": "feature_server", "services": services}))
    return {OPEN_GEOGRAPHY: FeatureServerResponder([folder / "wards.json"], **options)}


def _features(delivery: Delivery) -> int:
    return sum(len(json.loads(part.path.read_bytes())["features"]) for part in delivery.parts if part.path is not None)


def _error(code: int) -> Change:
    return says({"error": {"code": code, "message": "Not so", "details": ["by the server"]}})


_LAYER_WAYS = (
    Way(
        "feature_server",
        "feature_server",
        {"url": OPEN_GEOGRAPHY, "service_matching": "WD23"},
        _layers,
        (Ask("services", OPEN_GEOGRAPHY, "json", exact=True), _DESCRIBED, _COUNT, _PAGE),
        wrong=(
            Wrong("no such service", "fetch.no_match", arguments={"service_matching": "WD99"}, says="'WD23'"),
            Wrong("two such services", "fetch.ambiguous", arguments={"service_matching": "WD23.*"}, says="'WD23_SHAPES'"),
            Wrong("no such field", "fetch.no_match", arguments={"fields": ["WD99CD"]}, says="'WD23CD'"),
            Wrong("a condition that nothing fits", "fetch.no_match", arguments={"where": "WD23CD = 'x'"}, says="0"),
            Wrong("a condition that is none", "fetch.protocol", arguments={"where": "WD23CD ="}, says="400"),
            Wrong("services that are no list", "fetch.protocol", "services", put("services", value=None)),
            Wrong("a layer without fields", "fetch.protocol", "layer", says({"fields": []})),
            Wrong("a layer that is a list", "fetch.protocol", "layer", says(["a list"]), says="list"),
            Wrong("another layer", "fetch.protocol", "layer", put("id", value=3), says="layer 3"),
            Wrong("a count in words", "fetch.protocol", "count", says({"count": "5"})),
            Wrong("no count", "fetch.protocol", "count", says({}), says="an empty object"),
            Wrong("an empty layer", "fetch.empty", "count", says({"count": 0})),
            Wrong("one row fewer than counted", "fetch.truncated", "count", says({"count": 6}), says="5 of 6"),
            Wrong("one row more than counted", "fetch.truncated", "count", says({"count": 4})),
            Wrong("a page without features", "fetch.protocol", "page", put("features", value=None)),
            Wrong("a row without an object id", "fetch.protocol", "page", put("features", value=[{"attributes": {"WD23CD": "E1"}}])),
            Wrong("a page of no rows", "fetch.truncated", "page", put("features", value=[])),
            Wrong("rows that come twice", "fetch.truncated", "page", of_json(lambda told: {**told, "features": told["features"] * 2})),
            Wrong("a token that is missing", "fetch.refused", "page", _error(499), says="Not so"),
            Wrong("a service that is gone", "fetch.gone", "layer", _error(404), says="by the server"),
            Wrong("a service that is busy", "fetch.rate_limited", "page", _error(429)),
            Wrong("a service that fails", "fetch.server_error", "page", _error(504)),
            Wrong("a question it does not like", "fetch.protocol", "page", _error(400)),
            Wrong("an error without a code", "fetch.protocol", "page", says({"error": {"message": "no code"}}), says="no code"),
            Wrong("an error that is a text", "fetch.protocol", "page", says({"error": "a bare text"}), says="a bare text"),
        ),
        paging=(
            Paging(
                "rows",
                "tasks.fetch.feature_server.ROWS_A_PAGE",
                2_000,
                _PAGE,
                lambda folder, count: _layers(folder, count, 2_000),
                _features,
                lambda count: {"service": "WD23", "service_matching": None},
            ),
            Paging(
                "shapes",
                "tasks.fetch.feature_server.SHAPES_A_PAGE",
                500,
                Ask("shapes", f"{OPEN_GEOGRAPHY}/WD23_SHAPES/FeatureServer/0/query", "json", asking="resultOffset"),
                lambda folder, count: _layers(folder, count, 2_000),
                _features,
                lambda count: {"service": "WD23_SHAPES", "service_matching": None, "geometry": True},
            ),
        ),
        patched={"tasks.fetch.feature_server.time.sleep": lambda _: None},
    ),
    Way(
        "feature_server",
        "feature_server with shapes",
        {"url": OPEN_GEOGRAPHY, "service": "WD23_SHAPES", "geometry": True},
        _layers,
        (Ask("page", f"{OPEN_GEOGRAPHY}/WD23_SHAPES/FeatureServer/0/query", "json", asking="resultOffset"),),
        wrong=(
            Wrong(
                "another reference system",
                "fetch.protocol",
                "page",
                put("crs", value={"type": "name", "properties": {"name": "EPSG:27700"}}),
            ),
            Wrong("a system it cannot project to", "fetch.protocol", arguments={"crs": 27700}, says="Unable to project"),
        ),
    ),
    Way(
        "feature_server",
        "feature_server by ids",
        _ENTIRE,
        lambda folder: _layers(folder, pagination=False),
        (Ask("ids", f"{_LAYER}/query", "json", asking="returnIdsOnly"), Ask("span", f"{_LAYER}/query", "json", asking="outFields")),
        wrong=(Wrong("ids that are none", "fetch.protocol", "ids", put("objectIds", value=["a"])),),
    ),
)

# -- Opendatasoft ------------------------------------------------------------------------------------------------------------------------

_NAME = "fuel-poverty-wards"
_SET = f"{OBSERVATORY}{ROOT}/{_NAME}"
_CATALOGUE = Ask("catalogue", f"{OBSERVATORY}{ROOT}", "json", asking="offset")
_EXPORT = Ask(
    "export", f"{_SET}/exports/csv", "csv", differs={"an empty body": "fetch.truncated"}
)  # an empty export may be right: it is counted


def _observatory(folder: Path, sets: int = 1) -> Mapping[str, Responder]:
    with (folder / "rows.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["areaidentifier", "value"], *([f"E0501{number:04}", str(number)] for number in range(30))])
    told = {"title": "Fuel poverty", "data_processed": "2025-03-01T09:10:00+00:00", "figures": "rows.csv"}
    listed = [{**told, "dataset_id": _NAME + (f"-{number}" if number else "")} for number in range(sets)]
    (folder / "portal.json").write_text(json.dumps({"protocol": "opendatasoft", "datasets": listed}))
    return {OBSERVATORY: OpendatasoftPortal([folder / "portal.json"])}


_INTERRUPTED = b"\r\nStreaming interrupted due to the following error: timed out"
_ODS_WAYS = (
    Way(
        "opendatasoft",
        "opendatasoft",
        {"site": OBSERVATORY, "dataset_matching": _NAME},
        _observatory,
        (_CATALOGUE, Ask("dataset", _SET, "json", exact=True), Ask("records", f"{_SET}/records", "json"), _EXPORT),
        wrong=(
            Wrong("no such dataset", "fetch.no_match", arguments={"dataset_matching": "fuel-poverty-lsoas"}, says=_NAME),
            Wrong("no such field", "fetch.no_match", arguments={"select": ["area"]}, says="areaidentifier"),
            Wrong(
                "a catalogue that repeats itself",
                "fetch.protocol",
                "catalogue",
                of_json(lambda told: {**told, "total_count": 9}),
                says="1, then",
            ),
            Wrong("a dataset without fields", "fetch.protocol", "dataset", put("fields", value=[])),
            Wrong("a dataset that is a list", "fetch.protocol", "dataset", of_json(lambda told: [told])),
            Wrong("a count in words", "fetch.protocol", "records", put("total_count", value="30"), says="'30'"),
            Wrong("fewer rows than counted", "fetch.truncated", "export", of_bytes(lambda body: body.rpartition(b"\nE0501")[0]), says="29"),
            Wrong(
                "an export that says it broke off",
                "fetch.truncated",
                "export",
                of_bytes(lambda body: body + _INTERRUPTED),
                says="timed out",
            ),
            Wrong("an export in another charset", "fetch.protocol", "export", of_bytes(lambda body: body + b"\xe9,1\r\n"), says="decode"),
        ),
        paging=(Paging("datasets", "tasks.fetch.opendatasoft.DATASETS_A_PAGE", 100, _CATALOGUE, _observatory, None),),
    ),
    Way(
        "opendatasoft",
        "opendatasoft by id",
        {"site": OBSERVATORY, "dataset": _NAME},
        _observatory,
        (_EXPORT,),
        wrong=(Wrong("no such id", "fetch.gone", arguments={"dataset": "none"}, says="does not exist"),),
    ),
)

WAYS = (*_LAYER_WAYS, *_ODS_WAYS)
