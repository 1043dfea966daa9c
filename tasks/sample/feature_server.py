"""Figures served as an ArcGIS FeatureServer serves them: layers, counts, pages that say whether there is more, and errors with status 200.

Holds no figures: it reads a manifest and the tables beside it. The manifest is JSON, `<dataset>.json` under
`tasks/sample/figures/<publisher>/`:

    {"protocol": "feature_server", "source": "…", "licence": "…",
     "services": [{"name": "LAD22_RGN22_EN_LU", "layers": [
         {"id": 0, "figures": "lad22_rgn22.csv", "object_id": "ObjectId",
          "types": {"POP": "Double"},          Esri's types without their beginning; without it, String
          "crs": 27700,                        the layer's own reference system, where it says so
          "shapes_in": 27700,                  the system of the shapes, which is not WGS 84; they are served in no other
          "shape": "geometry",                 the column that holds shapes as GeoJSON text, where there is one
          "max_record_count": 2000, "edited": "2023-01-31T09:30:00Z"}]}]}

Figures are CSV, Parquet or GeoJSON (which makes a layer with shapes). Where no column holds the object id, it is the number of the row.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from tasks.sample.server import Request, Response

_SHAPE = "__shape"
_KINDS = {
    "String": "VARCHAR",
    "Integer": "BIGINT",
    "SmallInteger": "BIGINT",
    "OID": "BIGINT",
    "Double": "DOUBLE",
    "Single": "DOUBLE",
    "Date": "BIGINT",
}


@dataclass(frozen=True)
class Layer:
    """One layer: where its rows are in the database, its fields (name -> Esri type without its beginning) and its limits."""

    table: str
    about: Mapping[str, Any]
    object_id: str
    fields: Mapping[str, str]
    shapes: bool
    most: int


class FeatureServerResponder:
    """Answers under `/` as `…/rest/services` does. The options make it differ as real servers do.

    `pagination`: whether offsets are understood; `ignores_offset`: they are claimed and not understood; `wraps`: an offset past the end
    brings everything from the start (as Koop does); `cap`: pages are cut at so many rows, whatever the layer says; `flags`: whether cut
    pages say so.
    """

    def __init__(
        self,
        manifests: Iterable[Path],
        *,
        pagination: bool = True,
        ignores_offset: bool = False,
        wraps: bool = False,
        cap: int | None = None,
        flags: bool = True,
        formats: str = "JSON, geoJSON, PBF",
    ) -> None:
        self._pagination, self._ignores_offset, self._wraps, self._cap = pagination, ignores_offset, wraps, cap
        self._flags, self._formats = flags, formats
        self._database = duckdb.connect(":memory:", config={"threads": 1})
        self._layers: dict[tuple[str, int], Layer] = {}
        for manifest in manifests:
            for service in json.loads(manifest.read_text(encoding="utf-8"))["services"]:
                for about in service["layers"]:
                    table = f"layer_{len(self._layers)}"
                    self._layers[service["name"], about["id"]] = _load(self._database, table, manifest.parent / about["figures"], about)
        # Conditions come from the network: they see the tables and nothing else of this machine.
        self._database.execute("set enable_external_access = false")
        self._database.execute("set lock_configuration = true")

    def respond(self, request: Request) -> Response | None:
        path = request.path.strip("/")
        if request.one("f") not in ("json", "pjson", "geojson"):
            return Response.of_text("<html><head><title>Folder: /</title></head><body></body></html>")
        if not path:
            names = dict.fromkeys(service for service, _ in self._layers)
            return Response.of_json(
                {"currentVersion": 11.3, "services": [_listed(name, request.base) for name in names]}, media_type="text/plain"
            )
        service, found, rest = path.partition("/FeatureServer/")
        number, _, action = rest.partition("/")
        layer = self._layers.get((service, int(number))) if found and number.isdigit() else None
        if layer is None:
            return _error(400, "Invalid URL", ["Invalid URL"])
        return self._query(layer, request) if action == "query" else Response.of_json(self._description(layer, int(number)))

    def _description(self, layer: Layer, number: int) -> dict[str, Any]:
        answer: dict[str, Any] = {
            "currentVersion": 11.3,
            "id": number,
            "name": layer.about.get("name", ""),
            "type": "Feature Layer" if layer.shapes else "Table",
            "objectIdField": layer.object_id,
            "fields": [{"name": name, "type": f"esriFieldType{kind}", "alias": name} for name, kind in layer.fields.items()],
            "maxRecordCount": layer.most,
            "supportedQueryFormats": self._formats,
            "advancedQueryCapabilities": {"supportsPagination": self._pagination, "supportsOrderBy": True},
        }
        if "crs" in layer.about:
            answer["extent"] = {"spatialReference": {"wkid": layer.about["crs"], "latestWkid": layer.about["crs"]}}
        if "edited" in layer.about:
            edited = int(datetime.fromisoformat(layer.about["edited"]).timestamp() * 1000)
            answer["editingInfo"] = {"lastEditDate": edited, "schemaLastEditDate": edited, "dataLastEditDate": edited}
        return answer

    def _query(self, layer: Layer, request: Request) -> Response:
        fields = list(layer.fields) if request.one("outFields", "*") == "*" else request.one("outFields").split(",")
        if request.one("returnGeometry") == "true" and request.one("outSR") != str(layer.about.get("shapes_in", 4326)):
            return _error(400, "Unable to complete operation.", ["Unable to project to the output spatial reference."])
        unknown = [field for field in fields if field not in layer.fields]
        if unknown:
            return _error(400, "Cannot perform query. Invalid query parameters.", [f"'Invalid field: {unknown[0]}' parameter is invalid"])
        try:
            shapes, ids, rows = _rows(self._database, layer, fields, request)
        except duckdb.Error:
            return _error(
                400, "Cannot perform query. Invalid query parameters.", ["Unable to perform query. Please check your parameters."]
            )
        if request.one("returnCountOnly") == "true":
            return Response.of_json({"count": len(ids)})
        if request.one("returnIdsOnly") == "true":
            return Response.of_json({"objectIdFieldName": layer.object_id, "objectIds": ids or None})
        return self._page(layer, request, fields, (shapes, ids, rows))

    def _page(
        self,
        layer: Layer,
        request: Request,
        fields: Sequence[str],
        found: tuple[Sequence[str | None], Sequence[int], Sequence[Sequence[Any]]],
    ) -> Response:
        shapes, ids, rows = found
        offset = 0 if self._ignores_offset else int(request.one("resultOffset", "0"))
        if offset and not self._pagination:
            return _error(400, "Pagination is not supported.", [])
        most = min(int(request.one("resultRecordCount", str(layer.most))), layer.most, self._cap or layer.most)
        if self._wraps and offset >= len(ids):
            offset, most = 0, len(ids)
        places = range(offset, min(offset + most, len(ids)))
        more = self._flags and offset + most < len(ids)
        attributes = [dict(zip(fields, rows[place], strict=True)) for place in places]
        drawn = [json.loads(shapes[place] or "null") if request.one("returnGeometry", "true") == "true" else None for place in places]
        if request.one("f") == "geojson":
            features = [
                {"type": "Feature", "id": ids[place], "geometry": shape, "properties": values}
                for place, shape, values in zip(places, drawn, attributes, strict=True)
            ]
            collection = {
                "type": "FeatureCollection",
                **({"crs": {"type": "name", "properties": {"name": f"EPSG:{kept}"}}} if (kept := layer.about.get("shapes_in")) else {}),
                "features": features,
                **({"properties": {"exceededTransferLimit": True}} if more else {}),
            }
            return Response.of_json(collection, media_type="application/geo+json")
        described = [{"name": name, "type": f"esriFieldType{layer.fields[name]}", "alias": name} for name in fields]
        features = [
            {"attributes": values} if shape is None else {"attributes": values, "geometry": _esri_shape(shape)}
            for shape, values in zip(drawn, attributes, strict=True)
        ]
        flagged = {"exceededTransferLimit": True} if more else {}
        return Response.of_json({"objectIdFieldName": layer.object_id, "fields": described, **flagged, "features": features})


def _load(database: duckdb.DuckDBPyConnection, table: str, path: Path, about: Mapping[str, Any]) -> Layer:
    """Make a table of the figures, its shapes as GeoJSON text in a column of their own."""
    shapes = path.suffix == ".geojson"
    if shapes:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        names = list(dict.fromkeys(name for feature in features for name in feature["properties"]))
        _create(database, table, names, about)
        rows = [[*(feature["properties"].get(name) for name in names), json.dumps(feature["geometry"])] for feature in features]
        database.executemany(f"insert into {table} values ({', '.join('?' * (len(names) + 1))})", rows)
    else:
        read = "read_parquet(?)" if path.suffix == ".parquet" else "read_csv(?, all_varchar = true, header = true)"
        shape = about.get("shape")
        shapes = shape is not None
        names = [row[0] for row in database.execute(f"describe select * from {read}", [str(path)]).fetchall() if row[0] != shape]
        _create(database, table, names, about)
        selected = ", ".join([*map(_quoted, names), _quoted(shape) if shape else "null"])
        database.execute(f"insert into {table} select {selected} from {read}", [str(path)])
    object_id = about.get("object_id", "ObjectId")
    fields = {name: about.get("types", {}).get(name, "String") for name in names if name != object_id}
    if object_id not in names:
        database.execute(f"alter table {table} add column {_quoted(object_id)} bigint")
        database.execute(f"update {table} set {_quoted(object_id)} = rowid + 1")
    return Layer(table, about, object_id, {object_id: "OID", **fields}, shapes, about.get("max_record_count", 2_000))


def _create(database: duckdb.DuckDBPyConnection, table: str, names: Sequence[str], about: Mapping[str, Any]) -> None:
    types = {about.get("object_id", "ObjectId"): "OID", **about.get("types", {})}
    columns = [f"{_quoted(name)} {_KINDS[types.get(name, 'String')]}" for name in names]
    database.execute(f"create table {table} ({', '.join([*columns, f'{_SHAPE} varchar'])})")


def _rows(
    database: duckdb.DuckDBPyConnection, layer: Layer, fields: Sequence[str], request: Request
) -> tuple[list[str | None], list[int], list[Sequence[Any]]]:
    """Shapes, object ids and rows that fit the condition, in the order asked for; without one, in no order that a client may rely on."""
    field, _, way = request.one("orderByFields").partition(" ")
    if field and field not in layer.fields:
        raise duckdb.BinderException(field)
    order = f"{_quoted(field)} {'desc' if way.strip().upper() == 'DESC' else 'asc'}" if field else f"hash({_quoted(layer.object_id)})"
    selected = ", ".join([_SHAPE, _quoted(layer.object_id), *map(_quoted, fields)])
    statement = f"select {selected} from {layer.table} where ({request.one('where', '1=1')}) order by {order}"
    found = database.cursor().execute(statement).fetchall()
    return [row[0] for row in found], [row[1] for row in found], [row[2:] for row in found]


def _esri_shape(shape: Mapping[str, Any]) -> dict[str, Any]:
    """A GeoJSON geometry in Esri's form: rings, paths or a point."""
    kind, coordinates = shape["type"], shape["coordinates"]
    if kind == "Point":
        return {"x": coordinates[0], "y": coordinates[1]}
    if kind == "MultiPolygon":
        return {"rings": [ring for polygon in coordinates for ring in polygon]}
    return {"rings": coordinates} if kind == "Polygon" else {"paths": coordinates if kind == "MultiLineString" else [coordinates]}


def _listed(name: str, base: str) -> dict[str, str]:
    return {"name": name, "type": "FeatureServer", "url": f"{base}/{name}/FeatureServer"}


def _error(code: int, message: str, details: Sequence[str]) -> Response:
    return Response.of_json({"error": {"code": code, "message": message, "details": list(details)}})


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
