"""Plain files: only what has changed, found on its page where the address moves, exactly one or a list of candidates. Over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from expectations.errors import EvidenceError
from expectations.sources import PlainFile
from tasks.fetch import fetch, open_http
from tasks.fetch.http import HttpSettings
from tasks.fetch.plain_file import links_of
from tasks.sample.plain_file import File, PlainFiles
from tasks.sample.server import SampleServer
from tasks.snapshot import Delivery, Snapshot
from tests.fetching import kept

SITE = "https://www.gov.uk"
ASSETS = "https://assets.publishing.service.gov.uk"
PAGE = f"""<!DOCTYPE html><html><head><title>English indices of deprivation 2019</title></head><body>
<nav><a href="/">Home</a> <a href="#content">Skip</a> <a href="mailto:x@example.org">Mail</a></nav>
<a class="govuk-link" href="{ASSETS}/media/5d8b/File_1_-_IMD2019.xlsx"><span>File 1:</span>
  index of multiple deprivation</a>
<a href="{ASSETS}/media/5d8b/File_2_-_Domains.xlsx">File 2: domains</a>
<a href="{ASSETS}/media/5d8b/File_1_-_IMD2019.xlsx#again">File 1, again</a>
<a href="/government/statistics/notes.csv">Notes &amp; caveats</a>
<a href="https://elsewhere.example/IMD.csv">A copy elsewhere</a>
</body></html>""".encode()


@pytest.fixture
def files() -> PlainFiles:
    return PlainFiles(
        {
            "/page": File(PAGE),
            "/government/statistics/notes.csv": File(b"note\n1\n"),
            "/media/5d8b/File_1_-_IMD2019.xlsx": File(b"PK\x03\x04 one"),
            "/media/5d8b/File_2_-_Domains.xlsx": File(b"PK\x03\x04 two", modified=datetime(2026, 1, 5, tzinfo=UTC)),
        }
    )


@pytest.fixture
def server(files: PlainFiles) -> Iterator[SampleServer]:
    with SampleServer({"/gov": files, "/assets": files}) as running:
        yield running


def fetched(server: SampleServer, folder: Path, *items: dict[str, Any], previous: Snapshot | None = None, hosts: Any = None) -> Delivery:
    source = PlainFile(
        kind="file", files=list(items), hosts=hosts if hosts is not None else ["127.0.0.1", "assets.publishing.service.gov.uk"]
    )
    reroute = {SITE: server.at("/gov"), ASSETS: server.at("/assets")}
    settings = HttpSettings(allow_loopback=True, retries=0, reroute=reroute)
    server.requests.clear()
    with open_http(source, settings, folder / "scratch", None) as http:
        return fetch("file", source, http, previous)


NOTES = {"name": "notes.csv", "url": f"{SITE}/government/statistics/notes.csv", "labels": {"period": "2019"}}
ONE = {"name": "imd.xlsx", "page": f"{SITE}/page", "link": "File 1: index"}


def test_each_file_is_a_part_with_its_labels(server: SampleServer, tmp_path: Path) -> None:
    two = {"name": "domains.xlsx", "url": f"{ASSETS}/media/5d8b/File_2_-_Domains.xlsx"}
    delivery = fetched(server, tmp_path, NOTES, two)
    assert [(part.name, part.url, part.labels) for part in delivery.parts] == [
        ("notes.csv", NOTES["url"], {"period": "2019"}),
        ("domains.xlsx", two["url"], {}),
    ]
    assert delivery.release == "2026-01-05", "when the newest of them was last modified"


def test_only_what_has_changed_is_sent_again(server: SampleServer, files: PlainFiles, tmp_path: Path) -> None:
    two = {"name": "domains.xlsx", "url": f"{ASSETS}/media/5d8b/File_2_-_Domains.xlsx"}
    before = kept(fetched(server, tmp_path, NOTES, two))
    assert [part.path for part in fetched(server, tmp_path, NOTES, two, previous=before).parts] == [None, None]
    assert len(server.requests) == 2
    files.files["/government/statistics/notes.csv"] = File(b"note\n2\n")
    again = fetched(server, tmp_path, NOTES, two, previous=before)
    assert again.parts[0].path is not None and again.parts[0].path.read_bytes() == b"note\n2\n"
    assert again.parts[1].path is None and again.parts[1].sha256 == before.parts[1].sha256


@pytest.mark.parametrize("file", [File(b"a\n1\n", etag=False), File(b"a\n1\n", modified=None), File(b"a\n1\n", etag=False, modified=None)])
def test_one_validator_is_enough_and_none_means_sending_again(file: File, server: SampleServer, files: PlainFiles, tmp_path: Path) -> None:
    files.files["/government/statistics/notes.csv"] = file
    before = kept(fetched(server, tmp_path, NOTES))
    again = fetched(server, tmp_path, NOTES, previous=before).parts[0]
    assert (again.path is None) is (file.etag or file.modified is not None)
    assert again.sha256 == before.parts[0].sha256


def test_the_current_file_is_found_on_its_page_by_what_a_reader_sees(server: SampleServer, tmp_path: Path) -> None:
    part = fetched(server, tmp_path, ONE).parts[0]
    assert part.url == f"{ASSETS}/media/5d8b/File_1_-_IMD2019.xlsx"
    assert part.labels == {"page": f"{SITE}/page", "link": "File 1: index of multiple deprivation"}
    by_address = fetched(server, tmp_path, {**ONE, "link": r"File_1_.*\.xlsx$"}).parts[0]
    assert by_address.url == part.url, "two links to one address are one"


def test_validators_of_another_release_are_not_sent_to_the_new_address(server: SampleServer, files: PlainFiles, tmp_path: Path) -> None:
    before = kept(fetched(server, tmp_path, ONE))
    assert fetched(server, tmp_path, ONE, previous=before).parts[0].path is None
    files.files["/media/9999/File_1_-_IMD2025.xlsx"] = files.files["/media/5d8b/File_1_-_IMD2019.xlsx"]
    files.files["/page"] = File(PAGE.replace(b"media/5d8b/File_1_-_IMD2019", b"media/9999/File_1_-_IMD2025"))
    assert fetched(server, tmp_path, ONE, previous=before).parts[0].path is not None
    assert "if-none-match" not in server.requests[-1].headers


def test_a_page_is_read_once_for_all_its_files(server: SampleServer, tmp_path: Path) -> None:
    fetched(server, tmp_path, ONE, {"name": "domains.xlsx", "page": f"{SITE}/page", "link": "File 2"})
    assert sum(request.path == "/gov/page" for request in server.requests) == 1


def test_no_link_and_several_links_are_errors_that_list_the_candidates(server: SampleServer, tmp_path: Path) -> None:
    with pytest.raises(EvidenceError) as caught:
        fetched(server, tmp_path, {**ONE, "link": "File 7"})
    assert caught.value.code == "fetch.no_match"
    assert "'File 2: domains' -> https://assets.publishing.service.gov.uk/media/5d8b/File_2_-_Domains.xlsx" in caught.value.found
    assert "Home" not in caught.value.found
    with pytest.raises(EvidenceError) as caught:
        fetched(server, tmp_path, {**ONE, "link": r"\.xlsx$"})
    assert caught.value.code == "fetch.ambiguous" and "File 2: domains" in caught.value.found


def test_a_link_to_a_host_that_the_source_does_not_name_is_refused(server: SampleServer, tmp_path: Path) -> None:
    with pytest.raises(EvidenceError) as caught:
        fetched(server, tmp_path, {"name": "imd.csv", "page": f"{SITE}/page", "link": "A copy elsewhere"})
    assert caught.value.code == "fetch.redirected" and "elsewhere.example" in caught.value.todo


def test_a_file_that_holds_a_date_in_its_address_is_looked_for_on_the_days_before(
    server: SampleServer, files: PlainFiles, tmp_path: Path
) -> None:
    day = datetime.now(ZoneInfo("Europe/London")).date() - timedelta(days=2)
    files.files[f"/edubasealldata{day:%Y%m%d}.csv"] = File(b"URN\n100000\n")
    item = {"name": "gias.csv", "url": SITE + "/edubasealldata{date:%Y%m%d}.csv", "days_back": 3}
    assert fetched(server, tmp_path, item).parts[0].url == f"{SITE}/edubasealldata{day:%Y%m%d}.csv"
    with pytest.raises(EvidenceError, match=r"fetch\.gone"):
        fetched(server, tmp_path, {**item, "days_back": 1})


def test_links_are_read_as_a_browser_reads_them() -> None:
    html = '<base href="/data/"><A HREF=one.csv>One</a><a>none</a><a href="two.csv">Two<a href="//cdn.example/3.csv">&pound;3'
    assert [(link.address, link.text) for link in links_of(html, "https://x.example/page")] == [
        ("https://x.example/data/one.csv", "One"),
        ("https://x.example/data/two.csv", "Two"),
        ("https://cdn.example/3.csv", "£3"),
    ]


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ({"name": "a.csv"}, "either `url`"),
        ({"name": "a.csv", "url": "https://x.example", "page": "https://x.example"}, "either `url`"),
        ({"name": "a.csv", "page": "https://x.example"}, "go together"),
        ({"name": "a.csv", "page": "https://x.example", "link": "("}, "regular expression"),
        ({"name": "../a.csv", "url": "https://x.example"}, "pattern"),
        ({"name": "a.csv", "url": "https://x.example", "days_back": 2}, "days_back"),
        ({"name": "a.csv", "url": "https://x.example", "colour": "red"}, "colour"),
    ],
)
def test_a_source_that_makes_no_sense_is_refused_before_anything_is_fetched(item: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        PlainFile(kind="file", files=[item])
    with pytest.raises(ValueError, match="two files have the name"):
        PlainFile(kind="file", files=[{"name": "a.csv", "url": "https://x.example"}] * 2)
