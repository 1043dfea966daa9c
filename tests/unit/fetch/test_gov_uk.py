"""The current file of a gov.uk publication, the newest edition of a collection: by what people read, exactly one or a list. Over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from expectations.errors import EvidenceError
from expectations.sources import PlainFile
from tasks.fetch import fetch, open_http
from tasks.fetch.http import HttpSettings
from tasks.sample.plain_file import File, PlainFiles
from tasks.sample.server import SampleServer
from tasks.snapshot import Delivery, Snapshot
from tests.fetching import kept

SITE = "https://www.gov.uk"
ASSETS = "https://assets.publishing.service.gov.uk"
COLLECTION = f"{SITE}/government/collections/homelessness-statistics"
AUTUMN = "/government/statistics/statutory-homelessness-in-england-july-to-september-2022"
WINTER = "/government/statistics/statutory-homelessness-in-england-october-to-december-2022"
TABLES = f"{ASSETS}/media/64be88f4/Detailed_LA_202212.ods"
ITEM = {"name": "detailed.ods", "page": f"{SITE}{WINTER}", "attachment": "^Detailed local authority"}
NEWEST = {"name": "detailed.ods", "page": COLLECTION, "edition": "^Statutory homelessness in England", "attachment": "^Detailed"}


def page(**answer: Any) -> File:
    return File(json.dumps(answer).encode(), "application/json", modified=None, etag=False)


@pytest.fixture
def site() -> PlainFiles:
    attachments = [
        {"title": "Detailed local authority level tables", "url": TABLES, "filename": "Detailed_LA_202212.ods"},
        {"title": "Main tables", "url": f"{ASSETS}/media/64be/Main_202212.ods"},
        {"title": "Notes"},
    ]
    documents = [
        {
            "base_path": AUTUMN,
            "title": "Statutory homelessness in England: July to September 2022",
            "public_updated_at": "2023-02-28T09:30:00Z",
        },
        {
            "base_path": WINTER,
            "title": "Statutory homelessness in England: October to December 2022",
            "public_updated_at": "2023-05-30T09:30:00Z",
        },
        {"base_path": "/government/statistics/rough-sleeping", "title": "Rough sleeping", "public_updated_at": "2026-02-26T09:30:00Z"},
    ]
    return PlainFiles(
        {
            f"/api/content{WINTER}": page(public_updated_at="2023-05-30T09:30:00Z", details={"attachments": attachments}),
            f"/api/content{AUTUMN}": page(details={"attachments": []}),
            "/api/content/government/collections/homelessness-statistics": page(links={"documents": documents}),
            "/api/content/government/list": page(details=[]),
            "/media/64be88f4/Detailed_LA_202212.ods": File(b"PK\x03\x04 detailed"),
        }
    )


@pytest.fixture
def server(site: PlainFiles) -> Iterator[SampleServer]:
    with SampleServer({"/gov": site, "/assets": site}) as running:
        yield running


def fetched(server: SampleServer, folder: Path, *items: dict[str, Any], previous: Snapshot | None = None) -> Delivery:
    source = PlainFile.model_validate({"kind": "file", "hosts": ["assets.publishing.service.gov.uk"], "files": list(items)})
    settings = HttpSettings(allow_loopback=True, retries=0, interval=0, reroute={SITE: server.at("/gov"), ASSETS: server.at("/assets")})
    server.requests.clear()
    with open_http(source, settings, folder / "scratch", None) as http:
        return fetch("file", source, http, previous)


def test_the_attachment_is_found_by_its_title(server: SampleServer, tmp_path: Path) -> None:
    part = fetched(server, tmp_path, ITEM).parts[0]
    assert part.url == TABLES and part.path is not None and part.path.read_bytes() == b"PK\x03\x04 detailed"
    assert dict(part.labels) == {
        "page": f"{SITE}{WINTER}",
        "link": "Detailed local authority level tables",
        "updated": "2023-05-30T09:30:00Z",
    }


def test_an_attachment_is_also_found_by_its_file_name(server: SampleServer, tmp_path: Path) -> None:
    assert fetched(server, tmp_path, {**ITEM, "attachment": "^Detailed_LA_"}).parts[0].url == TABLES


def test_of_a_collection_the_edition_that_was_updated_last_is_taken(server: SampleServer, tmp_path: Path) -> None:
    part = fetched(server, tmp_path, NEWEST).parts[0]
    assert part.labels["page"] == f"{SITE}{WINTER}"
    assert [request.path for request in server.requests] == [
        "/gov/api/content/government/collections/homelessness-statistics",
        f"/gov/api/content{WINTER}",
        "/assets/media/64be88f4/Detailed_LA_202212.ods",
    ]


def test_a_file_that_stands_is_not_brought_again(server: SampleServer, tmp_path: Path) -> None:
    first = kept(fetched(server, tmp_path, NEWEST))
    again = fetched(server, tmp_path, NEWEST, previous=first).parts[0]
    assert again.status == 304 and again.path is None and again.sha256 == first.parts[0].sha256


@pytest.mark.parametrize(
    ("item", "code", "named"),
    [
        ({**ITEM, "attachment": "tables"}, "fetch.ambiguous", "'Main tables'"),
        ({**ITEM, "attachment": "^Rough"}, "fetch.no_match", "'Main tables'"),
        ({**ITEM, "page": f"{SITE}{AUTUMN}"}, "fetch.no_match", "none"),
        ({**ITEM, "page": f"{SITE}/government/list"}, "fetch.no_match", "none"),
        ({**NEWEST, "edition": "^Temporary"}, "fetch.no_match", "'Rough sleeping'"),
        ({**ITEM, "page": f"{SITE}/government/nothing"}, "fetch.gone", ""),
    ],
)
def test_what_is_not_exactly_one_is_told_with_what_there_is(
    server: SampleServer, tmp_path: Path, item: dict[str, Any], code: str, named: str
) -> None:
    with pytest.raises(EvidenceError) as caught:
        fetched(server, tmp_path, item)
    assert caught.value.code == code and named in caught.value.found


def test_two_editions_of_one_moment_are_not_chosen_between(server: SampleServer, site: PlainFiles, tmp_path: Path) -> None:
    twins = [{"base_path": path, "title": "Statutory homelessness in England", "public_updated_at": "2023"} for path in (AUTUMN, WINTER)]
    site.files["/api/content/government/collections/homelessness-statistics"] = page(links={"documents": twins})
    with pytest.raises(EvidenceError) as caught:
        fetched(server, tmp_path, NEWEST)
    assert caught.value.code == "fetch.ambiguous"


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ({"name": "a.csv", "page": "https://x.example/page", "attachment": "a"}, "pages of https://www.gov.uk"),
        ({"name": "a.csv", "page": f"{SITE}/a", "attachment": "a", "link": "a"}, "not both"),
        ({"name": "a.csv", "page": f"{SITE}/a", "link": "a", "edition": "b"}, "needs `attachment`"),
        ({"name": "a.csv", "page": f"{SITE}/a", "attachment": "("}, "regular expression"),
    ],
)
def test_a_source_that_makes_no_sense_is_refused_before_anything_is_fetched(item: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        PlainFile.model_validate({"kind": "file", "files": [item]})
