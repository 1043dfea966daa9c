"""Fetch layers and tables of an ArcGIS FeatureServer, page by page, in the order of their object ids.

Without geometry a part is a page of Esri JSON (`features[].attributes`), for not every table speaks GeoJSON; with geometry it is a page of
GeoJSON in WGS 84, or in the system that is declared. Refuses errors that come with status 200, a page that brings what an earlier one
brought, and a sum that is not the count: a server may cut a page with or without saying so, ignore the offset, or answer an offset past the
end with all from the start.
Rules: https://developers.arcgis.com/rest/services-reference/enterprise/query-feature-service-layer/
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from expectations.errors import EvidenceError
from expectations.sources import FeatureLayer, FeatureServer
from tasks.fetch.answers import one_line
from tasks.fetch.choose import by_pattern, fingerprint, only
from tasks.fetch.feature_layer import check_system, last_edit, system_of
from tasks.fetch.http import Http
from tasks.fetch.parts import discard, labelled, named_release, unchanged
from tasks.fetch.parts import listed as as_list
from tasks.fetch.received import Received
from tasks.snapshot import Delivery, Fetched, Snapshot

ROWS_A_PAGE = 2_000  # the most that is asked for, whatever a server offers
SHAPES_A_PAGE = 500  # shapes in full detail run to a hundred kilobytes each, and a page is checked in memory
EVERYTHING = "1=1"
ATTEMPTS = 2  # a layer that is edited while it is being paged is begun once more
_JSON = ("application/json",)
_GEOJSON = ("application/geo+json", "application/json")
_REFUSED = (401, 403, 498, 499)  # the last two are Esri's own: a token that is invalid, a token that is missing
_MEANINGS = {**dict.fromkeys(_REFUSED, "fetch.refused"), 404: "fetch.gone", 429: "fetch.rate_limited"}


class _Moved(Exception):
    """The layer changed while it was being paged."""


@dataclass(frozen=True)
class Layer:
    """What the server says of a layer. `release` is when it was last edited (ISO 8601, UTC), '' where that is not said."""

    service: str
    url: str
    object_id: str
    fields: tuple[str, ...]
    page: int
    pages: bool  # whether the server understands offsets
    geojson: bool
    release: str
    crs: str  # the layer's own reference system, as 'EPSG:27700'; '' where that is not said


def fetch(source: FeatureServer, http: Http, previous: Snapshot | None) -> Delivery:
    """All pages of every layer, in order: parts `page-0001.json` (or `.geojson`), after the layer's name where the source names several.

    A layer that was not edited since `previous` comes back as its unchanged parts. Raises EvidenceError of the area `fetch`.
    """
    parts: list[Fetched] = []
    warnings: list[str] = []
    releases: dict[str, str] = {}
    listed: list[str] = []
    for name, wanted in source.each().items():
        if wanted.service_matching and not listed:
            listed = _services(source.url.rstrip("/"), http)
        service = wanted.service or by_pattern(wanted.service_matching or "", listed, str, source.url)
        releases[name], arrived, said = _layer(source, name, service, wanted, http, previous)
        parts += arrived
        warnings += said
    return Delivery(tuple(parts), named_release(releases), tuple(dict.fromkeys(warnings)))


def _layer(
    source: FeatureServer, name: str, service: str, wanted: FeatureLayer, http: Http, previous: Snapshot | None
) -> tuple[str, tuple[Fetched, ...], list[str]]:
    url = f"{source.url.rstrip('/')}/{service}/FeatureServer/{wanted.layer}"
    reason = ""
    for _ in range(ATTEMPTS):
        layer = _described(service, url, wanted, http)
        labels = labelled(query=name or service, service=service, release=layer.release, asked=fingerprint(wanted), crs=layer.crs)
        stands = unchanged(previous, labels) if layer.release else ()
        if stands:
            return layer.release, stands, []
        pages: list[Received] = []
        try:
            _pages(layer, wanted, http, source.max_bytes, pages)
            if len(pages) > 1 and _described(service, url, wanted, http).release != layer.release:
                raise _Moved("the layer was edited between the first page and the last")
        except _Moved as moved:
            discard(pages)
            reason = str(moved)
            continue
        except EvidenceError:
            discard(pages)
            raise
        prefix, suffix = (f"{name}-" if name else ""), ("geojson" if wanted.geometry else "json")
        parts = tuple(page.fetched(f"{prefix}page-{number:04}.{suffix}", labels) for number, page in enumerate(pages, 1))
        return layer.release, parts, [warning for page in pages for warning in page.warnings]
    raise EvidenceError("fetch.truncated", where=url, expected="pages that add up to the count", found=f"{reason} (in {ATTEMPTS} attempts)")


def _services(url: str, http: Http) -> list[str]:
    """The names of the feature services that are listed."""
    answer = _document(http, url, {"f": "json"}, "services")
    listed = answer.get("services")
    if not isinstance(listed, list):
        raise EvidenceError("fetch.protocol", where=url, expected="a list of services", found=", ".join(answer) or "an empty object")
    return [str(each.get("name")) for each in listed if isinstance(each, Mapping) and each.get("type") == "FeatureServer"]


def _described(service: str, url: str, wanted: FeatureLayer, http: Http) -> Layer:
    """The layer's own description. Raises fetch.no_match where a declared field is not in it."""
    answer = _document(http, url, {"f": "json"}, f"layer-{wanted.layer}")
    number = answer.get("id", wanted.layer)
    if number != wanted.layer:  # Koop answers any number with its first layer
        raise EvidenceError(
            "fetch.protocol", where=url, expected=f"layer {wanted.layer}", found=f"an answer that says it is layer {number}"
        )
    fields = [field for field in as_list(answer.get("fields")) if isinstance(field, Mapping)]
    names = tuple(str(field.get("name")) for field in fields)
    object_id = answer.get("objectIdField") or next(
        (field.get("name") for field in fields if field.get("type") == "esriFieldTypeOID"), None
    )
    if not names or not object_id:
        raise EvidenceError(
            "fetch.protocol", where=url, expected="a layer with fields and an object id", found=", ".join(answer) or "an empty object"
        )
    for field in wanted.fields:
        if field != "*":
            only([name for name in names if name == field], field, names, url)
    capabilities = answer.get("advancedQueryCapabilities")
    capable = capabilities if isinstance(capabilities, Mapping) else answer
    formats = str(answer.get("supportedQueryFormats") or "geojson").lower()
    most = answer.get("maxRecordCount")
    offered = most if isinstance(most, int) and most > 0 else 1_000
    return Layer(
        service=service,
        url=url,
        object_id=str(object_id),
        fields=names,
        page=min(offered, SHAPES_A_PAGE if wanted.geometry else ROWS_A_PAGE),
        pages=capable.get("supportsPagination") is True,
        geojson="geojson" in formats,
        release=last_edit(answer.get("editingInfo")),
        crs=system_of(answer) if wanted.geometry else "",
    )


def _pages(layer: Layer, wanted: FeatureLayer, http: Http, max_bytes: int | None, pages: list[Received]) -> None:
    """Fetch page after page into `pages` until every object id has come. Raises _Moved, fetch.empty, fetch.no_match, fetch.protocol."""
    if wanted.geometry and not layer.geojson:
        raise EvidenceError("fetch.protocol", where=layer.url, expected="a layer that can be asked for GeoJSON", found="one that cannot")
    count = _count(layer, wanted, http)
    if count == 0:
        code = "fetch.empty" if wanted.where == EVERYTHING else "fetch.no_match"
        raise EvidenceError(code, where=f"{layer.url}, where {wanted.where}", expected="at least one row", found="a count of 0")
    seen: set[Any] = set()
    requests = _by_offset(layer, wanted, seen) if layer.pages else _by_ids(layer, wanted, _ids(layer, wanted, http))
    for asked in requests:
        page, answer = _ask(
            http, f"{layer.url}/query", {**_query(layer, wanted), **asked}, f"page-{len(pages) + 1:04}", wanted.geometry, max_bytes
        )
        pages.append(page)
        if wanted.geometry:
            check_system(answer, wanted.crs, layer.url)
        ids = _object_ids(answer, layer, wanted.geometry)
        if not ids:
            raise _Moved(f"a page without rows after {len(seen):,} of {count:,}")
        if len(set(ids)) != len(ids) or seen.intersection(ids):
            raise _Moved(f"page {len(pages)} brings rows that have come before")
        seen.update(ids)
        if len(seen) >= count:
            if _exceeded(answer):
                raise _Moved(f"the server has more rows than the {count:,} it counted")
            break
    if len(seen) != count or _count(layer, wanted, http) != count:
        raise _Moved(f"{len(seen):,} rows, where {count:,} were counted")


def _by_offset(layer: Layer, wanted: FeatureLayer, seen: set[Any]) -> Iterator[dict[str, Any]]:
    """By what has come and not by what was asked: a server may cut a page below its own maximum."""
    while True:
        yield {"where": wanted.where, "resultOffset": len(seen), "resultRecordCount": layer.page}


def _by_ids(layer: Layer, wanted: FeatureLayer, ids: Sequence[int]) -> Iterator[dict[str, Any]]:
    """For servers that know no offsets: spans of object ids, which unlike lists of them fit into an address."""
    for start in range(0, len(ids), layer.page):
        span = ids[start : start + layer.page]
        yield {"where": f"({wanted.where}) AND {layer.object_id} >= {span[0]} AND {layer.object_id} <= {span[-1]}"}


def _query(layer: Layer, wanted: FeatureLayer) -> dict[str, Any]:
    fields = wanted.fields if "*" in wanted.fields or layer.object_id in wanted.fields else [*wanted.fields, layer.object_id]
    asked: dict[str, Any] = {"outFields": ",".join(fields), "orderByFields": f"{layer.object_id} ASC"}
    if not wanted.geometry:
        return {**asked, "returnGeometry": "false", "f": "json"}
    precision = {"geometryPrecision": wanted.precision} if wanted.precision is not None else {}
    return {**asked, "returnGeometry": "true", "outSR": wanted.crs, "f": "geojson", **precision}


def _count(layer: Layer, wanted: FeatureLayer, http: Http) -> int:
    answer = _document(http, f"{layer.url}/query", {"where": wanted.where, "returnCountOnly": "true", "f": "json"}, "count")
    count = answer.get("count")
    if not isinstance(count, int):
        raise EvidenceError("fetch.protocol", where=layer.url, expected="a number 'count'", found=", ".join(answer) or "an empty object")
    return count


def _ids(layer: Layer, wanted: FeatureLayer, http: Http) -> list[int]:
    answer = _document(http, f"{layer.url}/query", {"where": wanted.where, "returnIdsOnly": "true", "f": "json"}, "ids")
    ids = answer.get("objectIds")
    if not isinstance(ids, list) or not all(isinstance(number, int) for number in ids):
        raise EvidenceError(
            "fetch.protocol", where=layer.url, expected="a list of numbers 'objectIds'", found=", ".join(answer) or "an empty object"
        )
    return sorted(ids)


def _object_ids(answer: Mapping[str, Any], layer: Layer, geometry: bool) -> list[Any]:
    """The object id of each feature of a page. Raises fetch.protocol where one has none: rows could then come twice unseen."""
    features = answer.get("features")
    if not isinstance(features, list):
        raise EvidenceError("fetch.protocol", where=layer.url, expected="a list 'features'", found=", ".join(answer) or "an empty object")
    ids = []
    for feature in features:
        holder = feature.get("properties" if geometry else "attributes") if isinstance(feature, Mapping) else None
        number = holder.get(layer.object_id) if isinstance(holder, Mapping) else None
        number = feature.get("id") if number is None and isinstance(feature, Mapping) else number
        if not isinstance(number, int | str):
            raise EvidenceError(
                "fetch.protocol", where=layer.url, expected=f"an object id {layer.object_id} in each feature", found="a feature without"
            )
        ids.append(number)
    return ids


def _exceeded(answer: Mapping[str, Any]) -> bool:
    """Whether the server says that it holds more: at the top of Esri JSON, there or under `properties` in GeoJSON."""
    properties = answer.get("properties")
    inner = properties.get("exceededTransferLimit") if isinstance(properties, Mapping) else None
    return answer.get("exceededTransferLimit") is True or inner is True


def _document(http: Http, url: str, params: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    received, answer = _ask(http, url, params, name, False, None)
    discard([received])
    return answer


def _ask(
    http: Http, url: str, params: Mapping[str, Any], name: str, geometry: bool, max_bytes: int | None
) -> tuple[Received, Mapping[str, Any]]:
    """An answer that is no error; those within a status 200 that may heal are asked again, as HTTP's own are."""
    pause = http.settings.backoff
    for attempt in range(http.settings.retries + 1):
        received = http.get(url, params=params, media=_GEOJSON if geometry else _JSON, max_bytes=max_bytes, name=name)
        answer = received.json()
        error = answer.get("error") if isinstance(answer, Mapping) else {"message": f"a JSON {type(answer).__name__}"}
        if not error:
            return received, answer
        discard([received])
        failure = _failure(error, url)
        if failure.code not in ("fetch.server_error", "fetch.rate_limited") or attempt == http.settings.retries:
            break
        time.sleep(min(pause * 2**attempt, http.settings.backoff_most))
    raise failure


def _failure(error: Any, url: str) -> EvidenceError:
    """What an error within a status 200 means, by its own code."""
    facts: Mapping[str, Any] = error if isinstance(error, Mapping) else {"message": error}
    code = facts.get("code")
    details = facts.get("details")
    said = [str(facts.get("message") or ""), *(str(each) for each in (details if isinstance(details, list) else [details]) if each)]
    found = one_line(f"an error in an answer with status 200: {code if code is not None else ''} {'; '.join(dict.fromkeys(said))}")
    kind = "fetch.protocol"
    if isinstance(code, int) and code in _MEANINGS:
        kind = _MEANINGS[code]
    elif isinstance(code, int) and code >= 500:
        kind = "fetch.server_error"
    return EvidenceError(kind, where=url, expected="a layer's answer", found=found)
