"""The ONS API in its own wire format: datasets, editions, versions, filters, census observations, and the host of its downloads.

Holds no figures: it reads manifests and the tables beside them. A manifest is JSON, `<dataset>.json` under `tasks/sample/figures/<publisher>/`:

    {"protocol": "ons_api", "source": "…", "licence": "…",
     "datasets": [{"id": "TS021", "title": "Ethnic group", "is_based_on": {"@id": "UR", "@type": "cantabular_flexible_table"},
                   "editions": [{"edition": "2021", "versions": [{"version": 3, "release_date": "2023-03-28T00:00:00.000Z", "alerts": [],
                                 "latest_changes": [], "usage_notes": [], "dimensions": [{"id": "ltla", "label": "…", "is_area_type": true}],
                                 "figures": "ts021.parquet"}]}]}],
     "observations": [{"population_type": "UR", "area_type": "ltla", "dimensions": ["sex"], "figures": "x.parquet", "blocked": ["E06000053"]}]}

Figures are in the layout of the service's CSV: code and name of the area, code and label of each category, Observation.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from tasks.sample.ees_data import csv_of
from tasks.sample.server import Request, Response

DOWNLOADS = "https://download.beta.ons.gov.uk"
_API = "https://api.beta.ons.gov.uk/v1"
_VERSION = re.compile(r"/datasets/([^/]+)/editions/([^/]+)/versions/(\d+)")
_OBSERVATIONS = re.compile(r"/population-types/([^/]+)/census-observations")
_MOST_CELLS = 500_000

Table = tuple[list[str], list[list[str]]]


class OnsSample:
    """What the manifests hold, and the filters that have been asked for. Two responders share it: the API and its downloads."""

    def __init__(self, manifests: Iterable[Path]) -> None:
        self._manifests = list(manifests)
        self.filters: dict[str, Mapping[str, Any]] = {}

    @cached_property
    def _told(self) -> list[tuple[Mapping[str, Any], Path]]:
        return [(json.loads(path.read_text(encoding="utf-8")), path.parent) for path in self._manifests]

    @cached_property
    def datasets(self) -> dict[str, dict[str, Any]]:
        return {item["id"]: {**item, "folder": folder} for told, folder in self._told for item in told.get("datasets", [])}

    @cached_property
    def observations(self) -> list[dict[str, Any]]:
        return [{**item, "folder": folder} for told, folder in self._told for item in told.get("observations", [])]

    def editions(self, dataset: str) -> Sequence[Mapping[str, Any]]:
        return list(self.datasets.get(dataset, {}).get("editions", []))

    def versions(self, dataset: str, edition: str) -> list[Mapping[str, Any]]:
        found = next((each for each in self.editions(dataset) if each["edition"] == edition), None)
        return list(found["versions"]) if found else []

    def version(self, dataset: str, edition: str, number: int) -> Mapping[str, Any] | None:
        return next((each for each in self.versions(dataset, edition) if each["version"] == number), None)

    def csv(self, dataset: str, edition: str, number: int) -> bytes | None:
        told = self.version(dataset, edition, number)
        return _csv_of(self.datasets[dataset]["folder"] / told["figures"]) if told else None


class OnsApi:
    """`https://api.beta.ons.gov.uk/v1`."""

    def __init__(self, sample: OnsSample) -> None:
        self._sample = sample

    def respond(self, request: Request) -> Response | None:
        if request.method == "POST":
            return self._post(request)
        if found := _OBSERVATIONS.fullmatch(request.path):
            return self._observations(found[1], request)
        if request.path.startswith("/filter-outputs/"):
            return self._output(request.path.rpartition("/")[2])
        return self._catalogue(request)

    # -- datasets ------------------------------------------------------------------------------------------------------------------

    def _catalogue(self, request: Request) -> Response | None:
        steps = request.path.strip("/").split("/")
        if steps == ["datasets"]:
            return _list([self._dataset(name) for name in self._sample.datasets], request)
        if steps[0] != "datasets" or steps[1] not in self._sample.datasets:
            return _not_found("dataset not found")
        if len(steps) == 2:
            return Response.of_json(self._dataset(steps[1]))
        editions = {each["edition"]: each for each in self._sample.editions(steps[1])}
        if len(steps) == 3:
            return _list([self._edition(steps[1], name) for name in editions], request)
        if steps[3] not in editions:
            return _not_found("edition not found")
        if len(steps) == 4:
            return Response.of_json(self._edition(steps[1], steps[3]))
        if len(steps) == 5:
            listed = sorted(self._sample.versions(steps[1], steps[3]), key=lambda each: -each["version"])
            return _list([self._version(steps[1], steps[3], each) for each in listed], request)
        told = self._sample.version(steps[1], steps[3], int(steps[5])) if steps[5].isdigit() else None
        return _not_found("version not found") if told is None else Response.of_json(self._version(steps[1], steps[3], told))

    def _dataset(self, name: str) -> dict[str, Any]:
        told = self._sample.datasets[name]
        latest = self._edition(name, told["editions"][0]["edition"])["links"]["latest_version"]
        about = {key: value for key, value in told.items() if key not in ("folder", "editions")}
        return {"state": "published", **about, "links": {"latest_version": latest, "self": {"href": f"{_API}/datasets/{name}"}}}

    def _edition(self, dataset: str, edition: str) -> dict[str, Any]:
        number = max(each["version"] for each in self._sample.versions(dataset, edition))
        stem = f"{_API}/datasets/{dataset}/editions/{edition}"
        links = {"latest_version": {"href": f"{stem}/versions/{number}", "id": str(number)}, "self": {"href": stem}}
        return {"edition": edition, "state": "published", "links": links}

    def _version(self, dataset: str, edition: str, told: Mapping[str, Any]) -> dict[str, Any]:
        stem = f"/datasets/{dataset}/editions/{edition}/versions/{told['version']}"
        content = self._sample.csv(dataset, edition, told["version"]) or b""
        return {
            "alerts": [],
            "latest_changes": [],
            "usage_notes": [],
            "state": "published",
            "edition": edition,
            "is_based_on": self._sample.datasets[dataset].get("is_based_on"),
            "downloads": {"csv": {"href": f"{DOWNLOADS}/downloads{stem}.csv", "size": str(len(content))}},
            "links": {"self": {"href": f"{_API}{stem}"}},
            **{key: value for key, value in told.items() if key != "figures"},
        }

    # -- filters -------------------------------------------------------------------------------------------------------------------

    def _post(self, request: Request) -> Response | None:
        if request.path == "/filters":
            body = request.json()
            dataset = body["dataset"]
            if self._sample.version(dataset["id"], dataset["edition"], dataset["version"]) is None:
                return _not_found("version not found")
            made = str(uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(body, sort_keys=True)))
            self._sample.filters[made] = body
            return Response.of_json({"filter_id": made, "dataset": dataset, "population_type": body["population_type"]}, 201)
        if (found := re.fullmatch(r"/filters/([0-9a-f-]+)/submit", request.path)) and found[1] in self._sample.filters:
            return Response.of_json({"filter_output_id": found[1], "dataset": self._sample.filters[found[1]]["dataset"]}, 202)
        return _not_found("filter not found")

    def _output(self, output: str) -> Response:
        if output not in self._sample.filters:
            return _not_found("filter output not found")
        size = len(filtered(self._sample, output))
        downloads = {"csv": {"href": f"{DOWNLOADS}/downloads/filter-outputs/{output}.csv", "size": str(size), "skipped": False}}
        return Response.of_json({"id": output, "downloads": downloads, "events": [], "published": True})

    # -- observations --------------------------------------------------------------------------------------------------------------

    def _observations(self, population: str, request: Request) -> Response:
        area_type, *areas = request.one("area-type").split(",")
        dimensions = request.one("dimensions").split(",")
        told = next(
            (
                each
                for each in self._sample.observations
                if (each["population_type"], each["area_type"], each["dimensions"]) == (population, area_type, dimensions)
            ),
            None,
        )
        if told is None:
            return Response.of_json({"errors": ["failed to get query dimensions: variable not found"]}, 400)
        header, rows = table(_csv_of(told["folder"] / told["figures"]))
        blocked = [area for area in told.get("blocked", []) if not areas or area in areas]
        rows = [row for row in rows if (not areas or row[0] in areas) and row[0] not in blocked]
        if len(rows) > told.get("most", _MOST_CELLS):
            return Response.of_json({"errors": ["Too many rows returned, please refine your query by requesting specific areas."]}, 403)
        names = header[1:-1:2]
        listed = [
            {
                "dimensions": [
                    {"dimension": name, "dimension_id": key, "option": row[2 * at + 1], "option_id": row[2 * at]}
                    for at, (name, key) in enumerate(zip(names, [area_type, *dimensions], strict=True))
                ],
                "observation": int(row[-1]),
            }
            for row in rows
        ]
        answer = {"observations": listed or None, "total_observations": len(listed), "blocked_areas": len(blocked)}
        return Response.of_json({**answer, "areas_returned": len({row[0] for row in rows}), "total_areas": len(areas)})


class OnsDownloads:
    """`https://download.beta.ons.gov.uk`."""

    def __init__(self, sample: OnsSample) -> None:
        self._sample = sample

    def respond(self, request: Request) -> Response | None:
        path = request.path.removesuffix(".csv")
        if found := _VERSION.fullmatch(path.removeprefix("/downloads")):
            content = self._sample.csv(found[1], found[2], int(found[3]))
        else:
            output = path.rpartition("/")[2]
            content = filtered(self._sample, output) if output in self._sample.filters else None
        return None if content is None else Response(200, content, {"Content-Type": "text/csv"})


def filtered(sample: OnsSample, output: str) -> bytes:
    """The CSV of a filter: the rows of its areas and categories."""
    body = sample.filters[output]
    dataset = body["dataset"]
    header, rows = table(sample.csv(dataset["id"], dataset["edition"], dataset["version"]) or b"")
    for at, dimension in enumerate(body["dimensions"]):
        if options := dimension.get("options"):
            rows = [row for row in rows if row[2 * at] in options]
    return "".join(",".join(_quoted(cell) for cell in row) + "\n" for row in [header, *rows]).encode()


def table(content: bytes) -> Table:
    """Header and rows of a CSV."""
    import csv
    import io

    header, *rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    return header, rows


@lru_cache(maxsize=8)
def _csv_of(figures: Path) -> bytes:
    return csv_of(figures)


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in ',"\n') else cell


def _list(items: Sequence[Mapping[str, Any]], request: Request) -> Response:
    limit, offset = min(int(request.one("limit", "20")), 1000), int(request.one("offset", "0"))
    page = list(items)[offset : offset + limit]
    return Response.of_json({"count": len(page), "items": page, "limit": limit, "offset": offset, "total_count": len(items)})


def _not_found(what: str) -> Response:
    return Response(404, what.encode(), {"Content-Type": "text/plain; charset=utf-8"})
