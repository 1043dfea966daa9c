"""Files of EES releases: the latest release by the content API or its page, files by title, amendments as announced changes. Over real HTTP."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from expectations.sources import EesFiles
from tasks.fetch import SERVICES, fetch, open_http
from tasks.fetch.ees_files import part_name
from tasks.fetch.http import HttpSettings
from tasks.sample.ees_files import EesPages, EesReleases, SampleFile, SampleRelease
from tasks.sample.server import SampleServer
from tasks.snapshot import Delivery, Snapshot
from tests.fetching import kept

SLUG, TITLE = "suspensions-in-england", "Suspensions by characteristic"
TABLE = b'time_period,la_name,rate\n202324,"Bristol, City of",4.2\n202324,Birmingham,c\n'
PUBLICATION = {"slug": SLUG, "title": "Suspensions in England"}


def release(slug: str = "2023-24", **different: Any) -> SampleRelease:
    files = [
        SampleFile(TITLE, "suspensions.csv", TABLE, b"col_name,col_type\nrate,Indicator\n"),
        SampleFile("Reasons", "reasons.csv", TABLE),
    ]
    facts = {"published": "2025-07-10T09:30:00+01:00", "updated": "2025-07-10T09:30:00+01:00", "files": files}
    return SampleRelease(PUBLICATION, slug, f"Academic year {slug.replace('-', '/')}", **{**facts, **different})


@pytest.fixture
def content() -> EesReleases:
    return EesReleases([release("2022-23", published="2024-07-18T09:30:00+01:00", updated="2024-07-18T09:30:00+01:00"), release()])


@pytest.fixture
def server(content: EesReleases) -> Iterator[SampleServer]:
    with SampleServer({"/api": content, "/site": EesPages(content)}) as running:
        yield running


def fetched(server: SampleServer, folder: Path, previous: Snapshot | None = None, content: str = "/api", **arguments: Any) -> Delivery:
    source = EesFiles(**{"publication": SLUG, "files": [TITLE], **arguments})
    reroute = {SERVICES["ees_content"]: server.at(content), SERVICES["ees_site"]: server.at("/site")}
    server.requests.clear()
    with open_http(source, HttpSettings(allow_loopback=True, retries=0, reroute=reroute), folder / "scratch", None) as http:
        return fetch("ees_files", source, http, previous)


def test_the_files_of_the_latest_release_are_found_by_their_titles(server: SampleServer, tmp_path: Path) -> None:
    delivery = fetched(server, tmp_path, files=["reasons", TITLE.upper()])
    assert [part.name for part in delivery.parts] == ["reasons.csv", "suspensions-by-characteristic.csv"]
    assert all(part.path is not None and part.path.read_bytes() == TABLE for part in delivery.parts)
    assert delivery.release == "Academic year 2023/24 2025-07-10T09:30:00+01:00"
    assert delivery.parts[0].labels["release"] == "2023-24" and delivery.parts[0].labels["title"] == "Reasons"
    assert delivery.warnings == () and delivery.announced == ()
    assert delivery.parts[0].url.startswith(SERVICES["ees_content"] + "/releases/")


def test_a_declared_release_is_kept_to_and_said_to_be_an_older_one(server: SampleServer, tmp_path: Path) -> None:
    delivery = fetched(server, tmp_path, release="2022-23")
    assert delivery.release.startswith("Academic year 2022/23")
    assert "no longer the latest release" in delivery.warnings[0]


def test_without_the_content_api_the_page_of_the_release_says_the_same(server: SampleServer, tmp_path: Path) -> None:
    by_api = fetched(server, tmp_path)
    with SampleServer({"/site": EesPages(EesReleases([release()])), "/api/releases": _Below(EesReleases([release()]))}) as other:
        by_page = fetched(other, tmp_path)
        assert [request.path for request in other.requests][:3] == [
            f"/api/publications/{SLUG}",
            f"/site/find-statistics/{SLUG}",
            f"/site/find-statistics/{SLUG}/2023-24",
        ]
    assert [(part.name, part.sha256, part.url) for part in by_page.parts] == [(part.name, part.sha256, part.url) for part in by_api.parts]


class _Below:
    """The files alone, at the content API's address."""

    def __init__(self, content: EesReleases) -> None:
        self.content = content

    def respond(self, request: Any) -> Any:
        return self.content.respond(replace(request, path="/releases" + request.path))


def test_nothing_is_fetched_again_while_the_version_of_the_release_stands(server: SampleServer, tmp_path: Path) -> None:
    before = kept(fetched(server, tmp_path))
    again = fetched(server, tmp_path, before)
    assert [part.path for part in again.parts] == [None] and again.parts[0].sha256 == before.parts[0].sha256
    assert not [request for request in server.requests if "/files/" in request.path]
    assert fetched(server, tmp_path, before, files=["Reasons"]).parts[0].path is not None, "another question is asked anew"


def test_an_amended_release_is_fetched_again_and_its_notes_are_what_is_announced(
    server: SampleServer, content: EesReleases, tmp_path: Path
) -> None:
    before = kept(fetched(server, tmp_path))
    notes = [
        {"date": "2025-07-10T00:00:00", "summary": "First published."},
        {"date": "2025-09-01T00:00:00", "summary": "Birmingham's suspensions corrected."},
    ]
    amended = TABLE.replace(b",c", b",4.1")
    files = [SampleFile(TITLE, "suspensions.csv", amended)]
    content.releases[1] = release(updated="2025-09-01T09:30:00+01:00", notes=notes, files=files)
    after = fetched(server, tmp_path, before)
    assert after.parts[0].path is not None and after.parts[0].path.read_bytes() == amended
    assert next((entry["kind"], entry["said"]) for entry in after.announced) == ("note", "Birmingham's suspensions corrected.")
    assert fetched(server, tmp_path, kept(after)).announced == (), "said once"


def test_a_new_release_in_place_of_an_amended_one_brings_its_own_notes_alone(
    server: SampleServer, content: EesReleases, tmp_path: Path
) -> None:
    before = kept(fetched(server, tmp_path))
    note = {"date": "2026-07-10T00:00:00", "summary": "Coverage: two authorities could not report."}
    content.releases.append(release("2024-25", published="2026-07-09T09:30:00+01:00", updated="2026-07-10T09:30:00+01:00", notes=[note]))
    after = fetched(server, tmp_path, before)
    assert after.release.startswith("Academic year 2024/25") and [entry["said"] for entry in after.announced] == [note["summary"]]


def test_a_file_can_be_had_as_the_zip_in_which_its_metadata_is(server: SampleServer, tmp_path: Path) -> None:
    part = fetched(server, tmp_path, zipped=True).parts[0]
    assert part.name == "suspensions-by-characteristic.zip" and part.path is not None
    with zipfile.ZipFile(io.BytesIO(part.path.read_bytes())) as archive:
        assert archive.namelist() == ["data/suspensions.csv", "data/suspensions.meta.csv"]


def test_a_publication_that_another_has_superseded_says_so(server: SampleServer, content: EesReleases, tmp_path: Path) -> None:
    content.releases[1] = replace(release(), publication={**PUBLICATION, "superseded_by": "Behaviour in schools"})
    assert fetched(server, tmp_path).warnings == ("DfE has superseded this publication by 'Behaviour in schools'",)


def test_the_name_of_a_part_follows_from_its_title_and_leads_nowhere() -> None:
    assert part_name("FSM, ethnicity: year group (LA)") == "fsm-ethnicity-year-group-la.csv"
    assert part_name("../../etc/passwd") == "etc-passwd.csv"
    assert part_name("…") == "data.csv"


def test_wrong_arguments_are_refused_offline() -> None:
    with pytest.raises(ValueError, match="should match pattern"):
        EesFiles(publication="https://explore-education-statistics.service.gov.uk/find-statistics/x", files=["A"])
    with pytest.raises(ValueError, match="stands twice"):
        EesFiles(publication=SLUG, files=["A  b", "a B"])
