"""The EES query: conditions that mean what the declaration says, pages that add up, ids read back into the CSV's own columns and labels."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from expectations.errors import EvidenceError
from tasks.fetch import SERVICES, ees_query, fetch
from tasks.fetch.http import Http, HttpSettings
from tasks.sample import ees_query as service
from tasks.sample.ees import EesApi
from tasks.sample.ees_data import data_sets
from tasks.sample.server import Request, Response, SampleServer
from tasks.snapshot import Delivery

DATA_SET = "0191a8a1-0000-7000-8000-000000000001"


OWN_META = """col_name,col_type,label,indicator_unit,indicator_dp
enrolments,Indicator,Enrolments,,0
sess_possible,Indicator,Number of possible sessions,,0
school_type,Filter,School type,,
ncyear,Filter,National Curriculum year,,
"""
PLACES = [
    "National,E92000001,England,,,,,,,,,",
    "Regional,E92000001,England,E12000005,West Midlands,,,,,,,",
    "Local authority,E92000001,England,E12000005,West Midlands,330,E08000025,Birmingham,,,,",
    'Local authority,E92000001,England,E12000009,South West,801,E06000023,"Bristol, City of",,,,',
    "School,E92000001,England,E12000005,West Midlands,330,E08000025,Birmingham,139994,3304246,Yardleys School,",
    "School,E92000001,England,E12000009,South West,838,E06000059,Dorset,138716,8387008,Wyvern Academy,",
]


def own_files(folder: Path) -> tuple[Path, Path]:
    """Six places at four levels, one row in three without a school type."""
    head = "time_period,time_identifier,geographic_level,country_code,country_name,region_code,region_name,old_la_code,new_la_code,la_name,"
    lines = [head + "school_urn,school_laestab,school_name,school_type,ncyear,enrolments,sess_possible"]
    number = 0
    for period in ("202021", "202122", "202223"):
        for place in PLACES:
            for kind in ("Total", "State-funded primary", ""):
                for year in ("Year 4", "Year 6", "Year 8", "Year 10"):
                    number += 1
                    lines.append(f"{period},Academic year,{place}{kind},{year},{number},{'c' if number % 7 == 0 else number * 100}")
    (folder / "own.csv").write_text("\n".join(lines) + "\n")
    (folder / "own.meta.csv").write_text(OWN_META)
    return folder / "own.csv", folder / "own.meta.csv"


@pytest.fixture(params=["own", "dfe"])
def api(request: pytest.FixtureRequest, tmp_path: Path) -> EesApi:
    """A data set of several levels with blank places and filters: one of our own, and DfE's own test file of absence by school."""
    if request.param == "own":
        figures, meta = own_files(tmp_path)
    else:
        samples = request.getfixturevalue("real_files") / "dfe" / "ees_api_samples"
        figures, meta = samples / "absence_school.csv", samples / "absence_school.meta.csv"
    publication = {"id": DATA_SET.replace("0191", "aaaa"), "title": "Absence", "slug": "absence", "summary": ""}
    facts = {"version": "1.0", "type": "Major", "status": "Published", "published": "2025-01-01T09:30:00Z", "notes": ""}
    versions = [{**facts, "release": {"title": "2022/23", "slug": "2022-23"}, "csv": str(figures)}]
    about = {"id": DATA_SET, "file_id": DATA_SET, "title": "Absence", "publication": publication, "versions": versions}
    manifest = tmp_path / "absence.json"
    manifest.write_text(json.dumps({**about, "protocol": "ees", "meta": str(meta)}))
    return EesApi(data_sets([manifest]))


@pytest.fixture
def server(api: EesApi) -> Iterator[SampleServer]:
    with SampleServer({"/api": api}) as running:
        yield running


@pytest.fixture
def http(server: SampleServer, tmp_path: Path) -> Iterator[Http]:
    settings = HttpSettings(allow_loopback=True, retries=1, backoff=0.01, jitter=0, reroute={SERVICES["ees"]: server.at("/api")})
    with Http(settings, tmp_path / "scratch") as opened:
        yield opened


def queried(http: Http, **query: Any) -> Delivery:
    return fetch("ees", {"data_set": DATA_SET, "query": query}, http)


def table(delivery: Delivery) -> list[dict[str, str]]:
    path = next(part.path for part in delivery.parts if part.name == "data.csv")
    assert path is not None
    return list(csv.DictReader(io.StringIO(path.read_text())))


def original(api: EesApi) -> list[dict[str, str]]:
    return api.data_sets[0].latest.rows


def in_order(rows: list[dict[str, str]], columns: list[str]) -> list[tuple[str, ...]]:
    return sorted(tuple(row[column] for column in columns) for row in rows)


def test_an_open_query_gives_the_table_that_the_csv_holds(http: Http, api: EesApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ees_query, "ROWS_A_PAGE", 47)
    delivery = queried(http)
    columns = list(original(api)[0])
    assert in_order(table(delivery), columns) == in_order(original(api), columns)
    assert [part.name for part in delivery.parts] == ["data.csv", *(f"page-{n:04}.json" for n in range(1, 6)), "meta.json"]
    made, first = delivery.parts[0], delivery.parts[1]
    assert made.labels["made_from"] == "page-0001.json to page-0005.json"
    assert first.path is not None and len(json.loads(first.path.read_bytes())["results"]) == 47, "the pages are kept as they came"
    assert first.request["body"]["page"] == 1


def test_conditions_on_several_filters_hold_at_once(http: Http, api: EesApi, server: SampleServer) -> None:
    found = table(queried(http, filters={"ncyear": ["Year 4"], "school_type": ["Total"]}, indicators=["enrolments"]))
    wanted = [row for row in original(api) if (row["ncyear"], row["school_type"]) == ("Year 4", "Total")]
    assert 0 < len(found) == len(wanted)
    assert [name for name in found[0] if name not in original(api)[0]] == [] and "sess_possible" not in found[0]
    body = next(request for request in server.requests if request.method == "POST").json()
    assert [list(condition["filters"]) for condition in body["criteria"]["and"]] == [["eq"], ["eq"]]


def test_options_of_two_filters_in_one_list_would_be_a_union(api: EesApi) -> None:
    version = api.data_sets[0].latest
    options = {option["label"]: option["id"] for item in version.meta["filters"] for option in item["options"]}
    union = service.answer({"criteria": {"filters": {"in": [options["Year 4"], options["State-funded primary"]]}}}, version)
    both = [row for row in version.rows if row["ncyear"] == "Year 4" or row["school_type"] == "State-funded primary"]
    assert union["paging"]["totalResults"] == len(both), "which is why a query never asks so"


def test_several_options_of_one_filter_are_alternatives(http: Http, api: EesApi) -> None:
    found = table(queried(http, filters={"ncyear": ["Year 4", "Year 6"]}))
    assert len(found) == sum(row["ncyear"] in ("Year 4", "Year 6") for row in original(api))


def test_levels_places_and_periods_are_conditions_too(http: Http, api: EesApi) -> None:
    place = next(row for row in original(api) if row["geographic_level"] == "Local authority")
    code, period = place["new_la_code"], place["time_period"]
    asked = f"AY {period[:4]}/{int(period[:4]) + 1}"
    found = table(queried(http, geographic_levels=["LA"], locations=[f"LA {code}"], time_periods=[asked]))
    kept = [
        row
        for row in original(api)
        if (row["geographic_level"], row["new_la_code"], row["time_period"]) == ("Local authority", code, period)
    ]
    assert in_order(found, list(place)) == in_order(kept, list(place))


@pytest.mark.parametrize(
    ("query", "nearest"),
    [
        ({"filters": {"ncyear": ["Year 44"]}}, "'Year 4'"),
        ({"filters": {"nc_year": ["Year 4"]}}, "'ncyear'"),
        ({"indicators": ["enrolment"]}, "'enrolments'"),
        ({"time_periods": ["AY 1999/2000"]}, "AY 20"),
        ({"locations": ["LA E99999999"]}, "nearest"),
    ],
)
def test_a_name_that_the_version_does_not_have_is_found_before_anything_is_asked(
    query: dict[str, Any], nearest: str, http: Http, server: SampleServer
) -> None:
    with pytest.raises(EvidenceError) as caught:
        queried(http, **query)
    assert caught.value.code == "fetch.no_match"
    assert nearest in caught.value.found or nearest == "nearest"
    assert not any(request.method == "POST" for request in server.requests)


class Warned:
    """The API, with one thing changed in each answer to a query."""

    def __init__(self, api: EesApi, change: dict[str, Any]) -> None:
        self.api, self.change = api, change

    def respond(self, request: Request) -> Response | None:
        response = self.api.respond(request)
        if request.method != "POST" or response is None:
            return response
        answer = json.loads(response.body)
        changes = {name: change(answer, request) if callable(change) else change for name, change in self.change.items()}
        return Response.of_json({**answer, **changes})


def broken(api: EesApi, tmp_path: Path, **change: Any) -> EvidenceError:
    with SampleServer({"/api": Warned(api, change)}) as server:
        settings = HttpSettings(allow_loopback=True, retries=0, reroute={SERVICES["ees"]: server.at("/api")})
        with Http(settings, tmp_path / "scratch") as http, pytest.raises(EvidenceError) as caught:
            queried(http)
    return caught.value


def test_pages_that_do_not_add_up_are_a_failure(api: EesApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ees_query, "ROWS_A_PAGE", 100)
    assert broken(api, tmp_path, results=lambda answer, _: answer["results"][:-1]).code == "fetch.truncated"
    grown = {"paging": lambda answer, request: {**answer["paging"], "totalResults": 200 + request.json()["page"]}}
    assert "rows on every page" in broken(api, tmp_path, **grown).expected
    assert broken(api, tmp_path, paging=None).code == "fetch.protocol"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"filter": {}}, "UnknownField"),
        ({"pageSize": 10_001}, "InclusiveBetween"),
        ({"indicators": ["zzzzz"]}, "IndicatorsNotFound"),
        ({"sorts": [{"field": "filter|zzzzz", "direction": "Asc"}]}, "SortFieldsNotFound"),
        ({"criteria": {"and": []}}, "NotEmpty"),
        ({"criteria": {"and": [{"filters": {"eq": "a"}}], "filters": {}}}, "UnknownField"),
    ],
)
def test_a_wrong_query_is_rejected_in_the_services_own_words(body: dict[str, Any], code: str, http: Http) -> None:
    with pytest.raises(EvidenceError) as caught:
        http.post_json(f"{SERVICES['ees']}/data-sets/{DATA_SET}/query", body, name="x")
    assert caught.value.code == "fetch.rejected" and code in caught.value.found
