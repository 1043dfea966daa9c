"""The ONS website: the current file found on its page, an edition chosen, members of a zip as parts of their own. Over real HTTP."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from expectations.errors import EvidenceError
from expectations.sources import OnsWebsite
from tasks.fetch import SERVICES, fetch
from tasks.fetch.http import Http, HttpSettings
from tasks.fetch.members import member_of
from tasks.sample.faults import Fault
from tasks.sample.ons_website import OnsWebsiteResponder
from tasks.sample.server import SampleServer
from tasks.snapshot import Delivery, Snapshot
from tests.fetching import kept

PAGE = "/employment/pay/datasets/livingwage"
ITEM = {"name": "jobs.csv", "match": r"^jobs(?P<year>\d{4})\.csv$"}


def edition(name: str, released: str, *files: dict[str, Any], versions: list[dict[str, str]] | None = None) -> dict[str, Any]:
    return {"name": name, "title": name, "released": f"{released}T09:30:00.000Z", "versions": versions or [], "files": list(files)}


def text(name: str, content: str = "a\n1\n") -> dict[str, Any]:
    return {"name": name, "text": content}


class World:
    """The site on this machine, and what was asked of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server: SampleServer | None = None

    def serve(self, *editions: dict[str, Any]) -> None:
        self.stop()
        (self.folder / "m.json").write_text(json.dumps({"page": PAGE, "title": "Jobs", "editions": list(editions)}))
        self.server = SampleServer({"/ons": OnsWebsiteResponder([self.folder / "m.json"])}).__enter__()

    def fetch(self, *items: dict[str, Any], previous: Snapshot | None = None, **arguments: Any) -> Delivery:
        assert self.server is not None
        self.server.requests.clear()
        settings = HttpSettings(allow_loopback=True, retries=0, reroute={SERVICES["ons_website"]: self.server.at("/ons")})
        with Http(settings, self.folder / "scratch") as http:
            return fetch("ons_website", {"page": PAGE, "files": list(items or [ITEM]), **arguments}, http, previous)

    def failed(self, *items: dict[str, Any], **arguments: Any) -> EvidenceError:
        with pytest.raises(EvidenceError) as caught:
            self.fetch(*items, **arguments)
        return caught.value

    @property
    def asked(self) -> list[str]:
        assert self.server is not None
        return [request.path.removeprefix("/ons") + (f" {request.one('uri')}" if request.query else "") for request in self.server.requests]

    def stop(self) -> None:
        if self.server is not None:
            self.server.__exit__()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.stop()


def content(delivery: Delivery) -> list[bytes]:
    return [part.path.read_bytes() if part.path else b"unchanged" for part in delivery.parts]


def test_the_file_of_the_edition_released_last_is_a_part_with_labels(world: World) -> None:
    world.serve(edition("2022", "2023-10-26", text("jobs2022.csv")), edition("2023", "2024-10-29", text("jobs2023.csv", "b\n")))
    delivery = world.fetch()
    assert delivery.release == "2024-10-29" and content(delivery) == [b"b\n"]
    labels = delivery.parts[0].labels
    assert {name: labels[name] for name in ("edition", "file", "year", "released")} == {
        "edition": "2023", "file": "jobs2023.csv", "year": "2023", "released": "2024-10-29",
    }  # fmt: skip
    assert delivery.parts[0].url == f"https://www.ons.gov.uk/file?uri={PAGE.replace('/', '%2F')}%2F2023%2Fjobs2023.csv"


def test_editions_that_fit_a_pattern_come_each_under_its_name(world: World) -> None:
    world.serve(*(edition(year, f"{year}-11-01", text(f"jobs{year}.csv", year)) for year in ("2021", "2022", "2023")))
    delivery = world.fetch(editions="202[23]")
    assert [part.name for part in delivery.parts] == ["2022-jobs.csv", "2023-jobs.csv"]
    error = world.failed(editions="1999")
    assert error.code == "fetch.no_match" and "'2021', '2022', '2023'" in error.found


def test_nothing_is_fetched_until_the_page_says_that_the_edition_changed(world: World) -> None:
    world.serve(edition("current", "2024-10-29", text("jobs2023.csv")))
    before = kept(world.fetch())
    again = world.fetch(previous=before)
    assert content(again) == [b"unchanged"] and world.asked == [f"{PAGE}/data", f"{PAGE}/current/data"]
    notice = {"updateDate": "2999-11-05T09:30:00.000Z", "correctionNotice": "A formula was wrong in **two** cells", "uri": "x"}
    world.serve(edition("current", "2024-10-29", text("jobs2023.csv", "a\n2\n"), versions=[notice]))
    corrected = world.fetch(previous=before)
    assert content(corrected) == [b"a\n2\n"]
    assert [(entry["kind"], entry["said"]) for entry in corrected.announced] == [
        ("history_revised", "A formula was wrong in **two** cells")
    ]


def test_members_of_one_zip_are_parts_of_their_own_and_the_zip_is_fetched_once(world: World, tmp_path: Path) -> None:
    members = [text("Table 7.1a (2022).csv", "a"), text("Table 7.1b (2022) CV.csv", "b"), text("../../evil.csv", "c")]
    world.serve(edition("current", "2022-10-11", {"name": "pay2022.zip", "members": members}))
    items = [{"name": f"{letter}.csv", "match": "zip$", "member": rf"7\.1{letter} \((?P<year>\d+)\)"} for letter in "ab"]
    delivery = world.fetch(*items)
    assert content(delivery) == [b"a", b"b"] and sum(path.startswith("/file") for path in world.asked) == 1
    assert delivery.parts[0].labels["member"] == "Table 7.1a (2022).csv" and delivery.parts[0].labels["year"] == "2022"
    assert {path.name for path in (tmp_path / "scratch").iterdir()} == {part.path.name for part in delivery.parts if part.path}
    assert content(world.fetch(*items, previous=kept(delivery))) == [b"unchanged"] * 2
    more = world.fetch(*items, {"name": "c.csv", "match": "zip$", "member": "evil"}, previous=kept(delivery))
    assert content(more) == [b"unchanged", b"unchanged", b"c"], "a member's name is never a path"
    error = world.failed({"name": "x.csv", "match": "zip$", "member": "Table"})
    assert error.code == "fetch.ambiguous" and "7.1b" in error.found


def test_a_page_without_json_is_read_as_html_and_said(world: World) -> None:
    world.serve(edition("2023", "2024-10-29", text("jobs2023.csv", "b\n")), edition("2022", "2023-10-26", text("jobs2022.csv")))
    assert world.server is not None
    world.server.inject(Fault("server_error", f"/ons{PAGE}/data", status=404))
    delivery = world.fetch()
    assert content(delivery) == [b"b\n"] and delivery.parts[0].labels["edition"] == "2023"
    assert "its HTML was read" in delivery.warnings[0]
    assert [part.name for part in world.fetch(editions="2022").parts] == ["2022-jobs.csv"]


def test_as_many_editions_as_a_page_may_list_are_read_and_no_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.fetch.ons_website_page.MOST_EDITIONS", 3)
    world.serve(*(edition(f"e{number}", f"2024-01-{30 - number}", text(f"jobs202{number}.csv")) for number in range(3)))
    assert len(world.fetch(editions="e.").parts) == 3
    world.serve(*(edition(f"e{number}", f"2024-01-{30 - number}", text(f"jobs202{number}.csv")) for number in range(4)))
    assert world.failed(editions="e.").code == "fetch.ambiguous"
    assert world.fetch().parts[0].labels["edition"] == "e0", "the page lists the newest first"


def _zip(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return path


def test_a_zip_that_is_cut_or_too_large_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    archive = _zip(tmp_path / "x.zip", table=bytes(200_000))
    with pytest.raises(EvidenceError, match=r"read\.too_large"):
        member_of(archive, "table", "x.zip", tmp_path, 1000)
    (tmp_path / "cut.zip").write_bytes(archive.read_bytes()[:-30])
    with pytest.raises(EvidenceError, match=r"read\.truncated"):
        member_of(tmp_path / "cut.zip", "table", "cut.zip", tmp_path, 1000)
    assert {path.name for path in tmp_path.iterdir()} == {"x.zip", "cut.zip"}


def test_an_encrypted_member_and_one_with_a_wrong_checksum_are_refused(tmp_path: Path) -> None:
    content = bytearray(_zip(tmp_path / "x.zip", table=b"some text").read_bytes())
    spoilt = bytes(content).replace(b"table", b"t\x61ble")
    for place in (6, spoilt.index(b"PK\x01\x02") + 8):
        content[place] |= 1
    (tmp_path / "locked.zip").write_bytes(bytes(content))
    with pytest.raises(EvidenceError, match=r"read\.encrypted"):
        member_of(tmp_path / "locked.zip", "table", "locked.zip", tmp_path, 1000)
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as archive:
        archive.writestr("table", b"some text")
    (tmp_path / "wrong.zip").write_bytes(stored.getvalue().replace(b"some text", b"same text"))
    with pytest.raises(EvidenceError, match=r"read\.truncated"):
        member_of(tmp_path / "wrong.zip", "table", "wrong.zip", tmp_path, 1000)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"page": PAGE, "files": []}, "files"),
        ({"page": "https://www.ons.gov.uk/x", "files": [ITEM]}, "page"),
        ({"page": f"{PAGE}/current", "files": [ITEM]}, "page"),
        ({"page": PAGE, "files": [ITEM, ITEM]}, "two files have the name"),
        ({"page": PAGE, "files": [{"name": "a", "match": "("}]}, "regular expression"),
        ({"page": PAGE, "files": [ITEM], "editions": "("}, "regular expression"),
    ],
)
def test_a_source_that_makes_no_sense_is_refused(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        OnsWebsite(**arguments)
