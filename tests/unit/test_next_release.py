"""What publishers announce of their next release is carried as a label, kept while the data stay, and counts before the declared calendar."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from expectations.calendar import Due, parse
from expectations.declaration import Dataset, Release, load
from expectations.sources import EesFiles, Nomis, OnsApi, OnsWebsite
from tasks.fetch import SERVICES, open_http
from tasks.fetch import fetch as fetch_source
from tasks.fetch.http import HttpSettings
from tasks.fetch.next_release import next_release
from tasks.lateness import Arrival, Standing, arrival, look, standing
from tasks.lateness_announced import due_of, note
from tasks.pipeline import Job, collect
from tasks.sample import ons_api
from tasks.sample.ees_files import EesPages, EesReleases, SampleFile, SampleRelease
from tasks.sample.nomis import NomisResponder
from tasks.sample.ons_website import OnsWebsiteResponder
from tasks.sample.server import SampleServer
from tasks.snapshot import Delivery, Fetched, Part, Snapshot
from warehouse.home import Home

DATASET = "ons.population"


@pytest.mark.parametrize(
    ("said", "label"),
    [
        ("2026-11-24", "2026-11-24"),
        ("2026-11-24 09:30:00", "2026-11-24"),
        ("2026-06-16T23:30:00.000Z", "2026-06-17"),  # London's day, in summer
        ("24 November 2026", "2026-11-24"),
        ("Tuesday 24th November 2026, 9:30am (provisional)", "2026-11-24"),
        ("December 2022", "2022-12"),
        ("Sept 2026", "2026-09"),
        ({"year": 2026, "month": 3}, "2026-03"),
        ({"year": "2026", "month": "3", "day": "05"}, "2026-03-05"),
        ({"year": ""}, ""),
        ({"year": 2026}, ""),
        ({"year": 2026, "month": 2, "day": 30}, ""),
        ("TBA", ""),
        ("To be announced", ""),
        ("Autumn 2026", ""),
        ("2026", ""),
        ("October to November 2026", ""),
        ("2026-13-01", ""),
        (None, ""),
        (20261124, ""),
    ],
)
def test_a_publishers_words_give_a_day_a_month_or_nothing(said: Any, label: str) -> None:
    assert next_release(said) == label


@contextmanager
def _nomis(folder: Path, said: Any) -> Iterator[tuple[Any, SampleServer, dict[str, str]]]:
    (folder / "areas.csv").write_text("id,code,name,type,parents\n1,E08000025,Birmingham,432,\n")
    (folder / "a.csv").write_text("date,area,measure,value\n2021,1,20100,7\n")
    table = {"dataset": "NM_1_1", "name": "Claims", "figures": "a.csv", "last_updated": "2026-10-13 09:30:00", "next_update": said}
    table |= {"dates": {"2021": "2021"}, "dimensions": {}, "measures": {"20100": "Value"}}
    (folder / "m.json").write_text(json.dumps({"types": {"432": "districts"}, "areas": "areas.csv", "tables": [table]}))
    with SampleServer({"/api": NomisResponder([folder / "m.json"])}) as server:
        yield (
            Nomis(url=server.at("/api"), dataset="NM_1_1", expect_name="Claims", geography=[{"type": "districts"}], dimensions={}),
            server,
            {},
        )


@contextmanager
def _ees_content(folder: Path, said: Any, site_alone: bool = False) -> Iterator[tuple[Any, SampleServer, dict[str, str]]]:
    publication = {"slug": "suspensions", "title": "Suspensions", "next_release": said}
    facts: dict[str, Any] = {"published": "2025-07-10T09:30:00+01:00", "updated": "2025-07-10T09:30:00+01:00"}
    one = EesReleases([SampleRelease(publication, "2023-24", "2023/24", files=[SampleFile("A", "a.csv", b"a\n1\n")], **facts)])
    responders = {"/site": EesPages(one), "/api/releases" if site_alone else "/api": _Below(one) if site_alone else one}
    with SampleServer(responders) as server:
        reroute = {SERVICES["ees_content"]: server.at("/api"), SERVICES["ees_site"]: server.at("/site")}
        yield EesFiles(publication="suspensions", files=["A"]), server, reroute


class _Below:
    """The content API where it knows nothing but files: releases are then read from their pages."""

    def __init__(self, releases: EesReleases) -> None:
        self._releases = releases

    def respond(self, request: Any) -> Any:
        return self._releases.respond(replace(request, path=f"/releases{request.path}"))


@contextmanager
def _ees_page(folder: Path, said: Any) -> Iterator[tuple[Any, SampleServer, dict[str, str]]]:
    with _ees_content(folder, said, site_alone=True) as given:
        yield given


@contextmanager
def _ons_website(folder: Path, said: Any) -> Iterator[tuple[Any, SampleServer, dict[str, str]]]:
    edition = {
        "name": "current",
        "title": "2025",
        "released": "2025-10-29T09:30:00.000Z",
        "files": [{"name": "jobs.csv", "text": "a\n1\n"}],
    }
    page = {"page": "/a/datasets/jobs", "title": "Jobs", "next_release": said, "editions": [edition]}
    (folder / "m.json").write_text(json.dumps(page))
    with SampleServer({"/ons": OnsWebsiteResponder([folder / "m.json"])}) as server:
        files: Any = [{"name": "jobs.csv", "match": "jobs"}]
        yield OnsWebsite(page="/a/datasets/jobs", files=files), server, {SERVICES["ons_website"]: server.at("/ons")}


@contextmanager
def _ons_api(folder: Path, said: Any) -> Iterator[tuple[Any, SampleServer, dict[str, str]]]:
    (folder / "v4.csv").write_text("v4_0,yyyy,Time,administrative-geography,Geography\n21.3,2019,2019,E08000025,Birmingham\n")
    version = {"version": 2, "release_date": "2025-10-29T00:00:00.000Z", "figures": "v4.csv"}
    told = {"id": "ashe", "title": "Pay", "next_release": said, "editions": [{"edition": "time-series", "versions": [version]}]}
    (folder / "m.json").write_text(json.dumps({"datasets": [told]}))
    sample = ons_api.OnsSample([folder / "m.json"])
    with SampleServer({"/api": ons_api.OnsApi(sample), "/downloads": ons_api.OnsDownloads(sample)}) as server:
        yield OnsApi(dataset="ashe"), server, {SERVICES["ons_api"]: server.at("/api"), SERVICES["ons_downloads"]: server.at("/downloads")}


def _fetched(kind: str, given: tuple[Any, SampleServer, dict[str, str]], folder: Path, previous: Snapshot | None) -> Delivery:
    source, _, reroute = given
    settings = HttpSettings(allow_loopback=True, retries=0, interval=0, reroute=reroute)
    with open_http(source, settings, folder / "scratch", None) as http:
        return fetch_source(kind, source, http, previous)


def _kept(delivery: Delivery) -> Snapshot:
    parts = tuple(Part(**{name: getattr(part, name) for name in Part.__dataclass_fields__}) for part in delivery.parts)
    return Snapshot("s1", DATASET, parts, "2026-01-01T00:00:00+00:00", "r1", delivery.release)


@pytest.mark.parametrize(
    ("kind", "serve", "first", "then", "labels"),
    [
        ("nomis", _nomis, "2026-11-10 09:30:00", "2026-11-17 09:30:00", ("2026-11-10", "2026-11-17")),
        ("ees_files", _ees_content, {"year": 2026, "month": 7}, {"year": 2026, "month": 9, "day": 3}, ("2026-07", "2026-09-03")),
        ("ees_files", _ees_page, {"year": "2026", "month": "7"}, None, ("2026-07", "")),
        ("ons_website", _ons_website, "May 2026", "To be announced", ("2026-05", "")),
        ("ons_api", _ons_api, "To be announced", "24 November 2026", ("", "2026-11-24")),
    ],
)
def test_each_service_that_announces_its_next_release_is_heard_also_while_the_data_stay(
    tmp_path: Path, kind: str, serve: Any, first: Any, then: Any, labels: tuple[str, str]
) -> None:
    with serve(tmp_path, first) as given:
        one = _fetched(kind, given, tmp_path, None)
    assert {part.labels.get("next_release", "") for part in one.parts} == {labels[0]}
    with serve(tmp_path, then) as given:
        two = _fetched(kind, given, tmp_path, _kept(one))
    assert {part.labels.get("next_release", "") for part in two.parts} == {labels[1]}
    assert kind == "ons_website" or all(part.path is None for part in two.parts), "the data are the same"
    assert [part.sha256 for part in two.parts] == [part.sha256 for part in one.parts]


@pytest.mark.parametrize(
    ("announced", "due", "late_from"),
    [
        ("", "17 Nov 2026", date(2026, 11, 20)),
        ("2026-11-24", "24 Nov 2026", date(2026, 11, 27)),  # later than the rhythm
        ("2026-11-05", "5 Nov 2026", date(2026, 11, 8)),  # earlier
        ("2027-02", "Feb 2027", date(2027, 3, 3)),  # a release is left out
        ("2026-11", "17 Nov 2026", date(2026, 11, 20)),  # says less than the calendar
        ("2026-09", "17 Nov 2026", date(2026, 11, 20)),  # the page was not brought up to date: this one has come
    ],
)
def test_lateness_is_judged_by_the_announced_day(announced: str, due: str, late_from: date) -> None:
    arrived = Arrival(date(2026, 10, 20), due_of(announced))
    one = standing(DATASET, parse("third Tuesday of the month"), 3, arrived, date(2026, 11, 1))
    assert one.due and (one.due.said, one.late_from) == (due, late_from)


def _delivery(folder: Path, said: str) -> Delivery:
    path = folder / "data.csv"
    path.write_text("a\n1\n")
    labels = {"next_release": said} if said else {}
    return Delivery((Fetched("data.csv", "https://x.example", path, "ab" * 32, 4, 200, "2026-10-20T09:30:00+00:00", labels=labels),))


def test_a_day_that_moves_while_the_data_stay_is_a_moved_release_told_once(tmp_path: Path, home: Home) -> None:
    declared: Dataset = load(DATASET).model_copy(update={"release": Release(due="no calendar", late_after_days=3)})
    today = date(2026, 11, 1)

    def looked(said: str, origin: str = "live") -> Standing:
        collect(declared, Job(f"run-{said}", home, lambda *_: _delivery(tmp_path, said), origin), tmp_path)
        return look([declared], home, today)[0]

    assert looked("2026-11").said(today) == "due Nov 2026"
    assert looked("2026-11-24").moved_from is None, "a day of the month that was announced"
    moved = looked("2027-01-12")
    assert moved.said(today) == "due 12 Jan 2027" and moved.moved_from and moved.moved_from.said == "24 Nov 2026"
    assert looked("2027-01-12").moved_from is None
    assert looked("2027-06-01", origin="sample").moved_from is None, "the sample announces nothing"
    assert looked("").due is None, "what is announced no more is awaited no more"
    assert len(list((home.archive / "manifests" / DATASET).glob("*.json"))) == 1, "the snapshot is the same, and was not written again"


def test_what_was_noted_is_read_again_and_counts_before_the_manifest(tmp_path: Path, home: Home) -> None:
    part = _delivery(tmp_path, "2026-12-01").parts[0]
    declared = load(DATASET)
    collect(declared, Job("run-1", home, lambda *_: _delivery(tmp_path, "2026-11-24")), tmp_path)
    note(DATASET, [part], home)
    found = arrival(DATASET, home)
    assert found and found.next_release == Due(date(2026, 12, 1), date(2026, 12, 1))
