"""What we send to the EES API is what its OpenAPI document allows, and what the document lets it answer is understood.

Where the server is known to differ from its own document, the difference is named in `DIFFERS`. The sample's answers are held to it too, so
that whatever is tested against the sample is tested against the document.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from jsonschema import Draft202012Validator

from expectations.sources import Ees, EesQuery
from tasks.fetch import SERVICES, fetch, open_http
from tasks.fetch.ees_api import Version, checked_page
from tasks.fetch.ees_changes import announced
from tasks.fetch.ees_names import IDENTIFIERS, LEVELS
from tasks.fetch.ees_query import Codebook, body_of, columns, row
from tasks.fetch.http import HttpSettings
from tasks.sample.ees import EesApi
from tasks.sample.ees_data import data_sets
from tasks.sample.server import Request, Response, SampleServer
from tasks.snapshot import Part, Snapshot

ID = "0191a8a1-0000-7000-8000-000000000001"
HEAD = (
    "time_period,time_identifier,geographic_level,country_code,country_name,region_code,region_name,old_la_code,new_la_code,la_name,"
    "sex,phase,rate,count\n"
)
PLACES = ("National,E92000001,England,,,,,", "Local authority,E92000001,England,E12000005,West Midlands,330,E08000025,Birmingham")
DIFFERS = {
    # schema -> keys that the document requires and the server, as recorded, does without
    "IndicatorViewModel": ["unit"],  # absent where there is none: no key is ever null
    "DataSetQueryRequest": ["indicators"],  # left out, it means all of them
}


def made(folder: Path) -> EesApi:
    """A data set of two versions, the second with an option more, a place less and figures withheld."""
    rows = [
        f"20{year}{year + 1},Academic year,{place},{sex},{phase},{'c' if sex == 'Girls' else year},{year * 10}\n"
        for year in (22, 23)
        for place in PLACES
        for sex in ("Total", "Girls")
        for phase in ("Total", "Primary")
    ]
    (folder / "one.csv").write_text(HEAD + "".join(rows))
    (folder / "two.csv").write_text(HEAD + "".join(line.replace("Girls", "Girls and women") for line in rows if "2223" not in line))
    meta = "col_name,col_type,label,indicator_unit\nsex,Filter,Sex,\nphase,Filter,School type,\nrate,Indicator,Rate,%\ncount,Indicator,Pupils,\n"
    (folder / "absence.meta.csv").write_text(meta)
    facts = {
        "type": "Major",
        "status": "Published",
        "notes": "Options renamed.",
        "release": {"title": "Academic year 2023/24", "slug": "2023-24"},
    }
    versions = [
        {**facts, "version": version, "csv": name, "published": f"202{number}-03-20T09:30:00+00:00"}
        for number, (version, name) in enumerate((("1.0", "one.csv"), ("2.0", "two.csv")), 4)
    ]
    about = {
        "id": ID,
        "file_id": ID.replace("0001", "0002"),
        "title": "Absence by sex",
        "summary": "Absence.",
        "publication": {"id": ID.replace("0191", "aaaa"), "title": "Absence", "slug": "absence", "summary": "Absence."},
        "meta": "absence.meta.csv",
        "versions": versions,
    }
    (folder / "absence.json").write_text(json.dumps(about))
    return EesApi(data_sets([folder / "absence.json"]))


@pytest.fixture(scope="session")
def document(real_files: Path) -> Mapping[str, Any]:
    return dict(json.loads((real_files / "dfe/ees_api/openapi-v1.json").read_text(encoding="utf-8-sig")))


def test_levels_and_time_codes_are_those_of_the_document(document: Mapping[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert set(schemas["GeographicLevelCode"]["enum"]) == set(LEVELS)
    assert set(schemas["TimePeriodCode"]["enum"]) == set(IDENTIFIERS)


# -- what we send --------------------------------------------------------------------------------------------------------------------


class _Kept:
    """The sample's API, its answers kept beside the requests."""

    def __init__(self, api: EesApi) -> None:
        self.api = api
        self.answers: list[tuple[Request, Response]] = []

    def respond(self, request: Request) -> Response | None:
        response = self.api.respond(request)
        if response is not None:
            self.answers.append((request, response))
        return response


def asked(folder: Path, *sources: Mapping[str, Any]) -> list[tuple[Request, Response]]:
    """All requests and answers of these fetches, each beginning from what the first version left."""
    kept = _Kept(made(folder))
    with SampleServer({"/v1": kept}) as server:
        settings = HttpSettings(allow_loopback=True, retries=0, reroute={SERVICES["ees"]: server.at("/v1")})
        for number, given in enumerate(sources):
            source = Ees(**given)
            with open_http(source, settings, folder / f"scratch{number}", None) as http:
                first = fetch("ees", source.model_copy(update={"version": "1.0"}), http)
                parts = tuple(Part(**{name: getattr(part, name) for name in Part.__dataclass_fields__}) for part in first.parts)
                fetch("ees", source, http, Snapshot("s", "dfe.absence", parts, "", "r"))
    return kept.answers


QUERY = {
    "indicators": ["rate"],
    "filters": {"sex": ["Girls", "Total"], "phase": ["Total"]},
    "geographic_levels": ["LA", "NAT"],
    "locations": ["LA 330", "NAT E92000001"],
    "time_periods": ["AY 2023/2024"],
}
SOURCES: list[dict[str, Any]] = [
    {"publication": "Absence", "data_set": "Absence by sex"},
    {"data_set": ID, "version": "2.*"},
    {"data_set": ID, "version": "1.*", "query": QUERY},
    {"data_set": ID, "version": "1.0", "query": {"indicators": ["count"]}},
]


def test_every_request_is_one_that_the_document_allows(document: Mapping[str, Any], tmp_path: Path) -> None:
    told = asked(tmp_path, *SOURCES)
    for request, _ in told:
        operation, _, _ = _operation(document, request)
        known = {parameter["name"]: parameter.get("schema", {}) for parameter in operation.get("parameters", ())}
        for name, values in request.query.items():
            assert name in known, f"{request.path}?{name}"
            assert all(int(value) <= known[name].get("maximum", int(value)) for value in values if value.isdigit())
        if request.method == "POST":
            assert request.headers["content-type"].startswith("application/json")
            _valid(request.json(), operation["requestBody"]["content"]["application/json"]["schema"], document)
    seen = {_operation(document, request)[1] for request, _ in told}
    assert {re.sub(r"\{\w+\}", "{}", path.removeprefix("/v1")) for path in seen} == {
        "/publications", "/publications/{}/data-sets", "/data-sets/{}", "/data-sets/{}/meta", "/data-sets/{}/csv", "/data-sets/{}/query",
        "/data-sets/{}/versions", "/data-sets/{}/versions/{}/changes",
    }  # fmt: skip


def test_several_filters_hold_at_once_and_not_in_turn(tmp_path: Path) -> None:
    body = next(request.json() for request, _ in asked(tmp_path, SOURCES[2]) if request.method == "POST")
    conditions = body["criteria"]["and"]
    assert [sorted(condition) for condition in conditions] == [
        ["filters"],
        ["filters"],
        ["geographicLevels"],
        ["locations"],
        ["timePeriods"],
    ]
    assert set(conditions[0]["filters"]) == {"in"} and set(conditions[1]["filters"]) == {"eq"}


def test_every_answer_of_the_sample_is_one_that_the_document_allows(document: Mapping[str, Any], tmp_path: Path) -> None:
    checked = set()
    for request, response in asked(tmp_path, *SOURCES):
        operation, path, _ = _operation(document, request)
        content = operation["responses"][str(response.status)]["content"]
        media = response.headers["Content-Type"].partition(";")[0]
        assert media in content
        if media == "application/json":
            _valid(json.loads(response.body), content[media]["schema"], document)
        checked.add(path)
    assert len(checked) == 8


# -- what it may answer --------------------------------------------------------------------------------------------------------------


@pytest.fixture(params=range(12))
def invented(request: pytest.FixtureRequest, document: Mapping[str, Any]) -> Iterator[_Invented]:
    yield _Invented(document, random.Random(request.param))


class _Invented:
    """Answers made of the document's schemas alone: every alternative, optional keys there or not, absent in place of null."""

    def __init__(self, document: Mapping[str, Any], chance: random.Random) -> None:
        self.document, self.chance = document, chance

    def of(self, schema: str | Mapping[str, Any]) -> Any:
        if isinstance(schema, str):
            return self.of(self.document["components"]["schemas"][schema])
        if "$ref" in schema:
            return self.of(schema["$ref"].rpartition("/")[2])
        for several in ("oneOf", "anyOf"):
            if several in schema:
                return self.of(self.chance.choice(schema[several]))
        if "allOf" in schema:
            parts = [self.of(part) for part in schema["allOf"]]
            return {key: value for part in parts for key, value in part.items()} if len(parts) > 1 else parts[0]
        if "enum" in schema:
            return self.chance.choice(schema["enum"])
        kind = schema.get("type")
        if kind == "object":
            return self._object(schema)
        if kind == "array":
            return [self.of(schema["items"]) for _ in range(self.chance.randint(1, 3))]
        if kind == "integer":
            return self.chance.randint(1, 9)
        if kind == "boolean":
            return self.chance.random() < 0.5
        return str(schema.get("example") or "".join(self.chance.choices("abcXYZ019", k=5)))

    def _object(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        inner = schema.get("additionalProperties")
        if isinstance(inner, Mapping) and "properties" not in schema:
            return {f"key{number}": self.of(inner) for number in range(2)}
        required = schema.get("required", ())
        return {
            name: self.of(each)
            for name, each in schema.get("properties", {}).items()
            if self.chance.random() < 0.6 or (name in required and not each.get("nullable"))
        }


def test_a_changelog_of_any_shape_is_told_in_our_kinds(invented: _Invented) -> None:
    changelog = invented.of("DataSetVersionChangesViewModel")
    entries = announced(changelog)
    counted = _changes(changelog)
    assert len([entry for entry in entries if "before" in entry]) == counted
    assert all(entry["version"] for entry in entries) and all(entry["kind"] for entry in entries)


def _changes(changelog: Mapping[str, Any]) -> int:
    """How many changes a changelog states: options one by one."""
    sets = [changelog.get("majorChanges") or {}, changelog.get("minorChanges") or {}]
    here = sum(len(item["options"]) if "options" in item else 1 for each in sets for items in each.values() for item in items)
    return here + sum(_changes(patch) for patch in changelog.get("patchHistory") or ())


def test_metadata_of_any_shape_make_a_query_and_read_its_rows(invented: _Invented, document: Mapping[str, Any]) -> None:
    meta = invented.of("DataSetMetaViewModel")
    for number, group in enumerate(meta.setdefault("locations", [])):  # ids are of one kind and level alone in the real service
        group["level"] = {"code": list(LEVELS)[number % len(LEVELS)], "label": "x"}
    for kind in ("filters", "indicators"):
        for number, item in enumerate(meta.setdefault(kind, [])):
            item |= {"id": f"{kind[0]}{number:04}", "column": f"{kind}_{number}"}
            item |= {"options": [{"id": f"o{place}", "label": f"Option {place}"} for place in range(3)]} if kind == "filters" else {}
    meta.setdefault("timePeriods", [])
    book = Codebook.of(meta)
    wanted = EesQuery(filters={item["column"]: ["Option 1"] for item in meta["filters"]})
    body = body_of(wanted, meta, book)
    _valid({**body, "page": 1, "pageSize": 10000}, "DataSetQueryRequest", document)
    record = invented.of("DataSetQueryResultViewModel")
    record["filters"] = {item["id"]: "o1" for item in meta["filters"]}
    record["locations"] = {group["level"]["code"]: group["options"][0]["id"] for group in meta["locations"]}
    record["values"] = {item["id"]: symbol for item, symbol in zip(meta["indicators"], ("c", "", "12.5"), strict=False)}
    cells = row(record, book, body)
    assert len(cells) == len(columns(book, body))
    shown = cells[len(cells) - len(meta["indicators"]) :]
    assert shown == ["c", "", "12.5"][: len(shown)], "a withheld value is kept as it came"
    places = [group["options"][0]["label"] for group in meta["locations"]]
    assert all(label in cells for label in places)
    assert not set(cells) & {item["id"] for item in [*meta["filters"], *meta["indicators"]]}, "no id is shown to people"


@pytest.mark.parametrize(
    "schema", ["PublicationPaginatedListViewModel", "DataSetPaginatedListViewModel", "DataSetVersionPaginatedListViewModel"]
)
def test_a_page_of_any_list_is_read(schema: str, invented: _Invented) -> None:
    page = invented.of(schema)
    page |= {"paging": invented.of("PagingViewModel"), "results": page.get("results", [])}
    assert checked_page(page, "x")["results"] == page["results"]
    for item in page["results"]:
        assert item["id"] if "id" in item else Version.of(item["version"])


# -- the document --------------------------------------------------------------------------------------------------------------------


def _operation(document: Mapping[str, Any], request: Request) -> tuple[Mapping[str, Any], str, str]:
    """What the document says of a request: the operation, its path, its method."""
    path = "/v1" + urlsplit(request.path).path.removeprefix("/v1")
    fitting = [each for each in document["paths"] if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", each), path)]
    assert len(fitting) == 1, path
    return document["paths"][fitting[0]][request.method.lower()], fitting[0], request.method


def _valid(value: Any, schema: str | Mapping[str, Any], document: Mapping[str, Any]) -> None:
    given = {"$ref": f"#/components/schemas/{schema}"} if isinstance(schema, str) else schema
    whole = {**_as_json_schema(given), "components": {"schemas": _schemas(document)}}
    errors = [f"{error.json_path}: {error.message}" for error in Draft202012Validator(whole).iter_errors(value)]
    assert errors == []


def _schemas(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document's schemas with what the server is known to do otherwise."""
    made = {name: _as_json_schema(schema) for name, schema in document["components"]["schemas"].items()}
    for name, schema in made.items():  # the document forbids in each part of these what the other part requires
        if re.fullmatch(r"Location\w*OptionViewModel", name):
            made[name] = {**_open(schema), "unevaluatedProperties": False} if "allOf" in schema else _open(schema)
    for name, differs in DIFFERS.items():
        made[name]["required"] = [key for key in made[name].get("required", ()) if key not in differs]
    return made


def _open(schema: Any) -> Any:
    """The schema without its refusal of further properties."""
    if isinstance(schema, list):
        return [_open(each) for each in schema]
    return {key: _open(value) for key, value in schema.items() if key != "additionalProperties"} if isinstance(schema, Mapping) else schema


def _as_json_schema(schema: Any) -> Any:
    """OpenAPI 3.0 as JSON Schema: what may be null says so by `nullable`; examples and formats bind nothing."""
    if isinstance(schema, list):
        return [_as_json_schema(each) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    plain = {key: _as_json_schema(value) for key, value in schema.items() if key not in ("nullable", "example", "format", "description")}
    return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") is True else plain
