"""One file that holds several declared tables: fetched once, one part a table, each read from its own sheet or member. Over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from pyarrow import parquet

from expectations.sources import PlainFile
from tasks.fetch import fetch, open_http
from tasks.fetch.http import HttpSettings
from tasks.read import ReadOptions, read
from tasks.sample.plain_file import hosts
from tasks.sample.server import SampleServer
from tasks.snapshot import Delivery, Snapshot
from tests.fetching import kept

HOST = "https://assets.example.gov.uk"
ZIP, BOOK = f"{HOST}/media/ages.zip", f"{HOST}/media/detailed.ods"
ITEMS: list[dict[str, Any]] = [
    {"name": "ages-ltla.zip", "url": ZIP, "member": "ages-ltla.csv"},
    {"name": "ages-rgn.zip", "url": ZIP, "member": "ages-rgn.csv", "labels": {"level": "rgn"}},
    {"name": "detailed-a1.ods", "url": BOOK, "sheet": "A1"},
    {"name": "detailed-a2.ods", "url": BOOK, "sheet": "A2"},
]


@pytest.fixture
def figures(tmp_path: Path) -> Path:
    folder = tmp_path / "figures"
    folder.mkdir()
    parquet.write_table(pa.table({"area": ["E08000025"], "people": [1144916]}), folder / "ltla.parquet")
    parquet.write_table(pa.table({"area": ["E12000005"], "people": [5950756]}), folder / "rgn.parquet")
    parquet.write_table(pa.table({"c0": ["E08000025", "E08000026"], "c1": [538.0, None], "c2": ["861", ".."]}), folder / "a1.parquet")
    header = [["Table A1"], [], ["", "Owed a duty", ""], ["Area", "Prevention", "Relief"]]
    sheets = [
        {"name": "A1", "rows": header, "spans": [[2, 1, 2, 2]], "figures": "a1.parquet", "bare": True},
        {"name": "A2", "rows": [["Area", "Reason"], ["E08000025", "A <b> & c"], ["E08000026", None]]},
    ]
    members = [{"name": "ages-ltla.csv", "figures": "ltla.parquet"}, {"name": "ages-rgn.csv", "figures": "rgn.parquet"}]
    about = {"protocol": "file", "files": [{"url": ZIP, "members": members}, {"url": BOOK, "sheets": sheets}]}
    (folder / "tables.json").write_text(json.dumps(about))
    return folder


@pytest.fixture
def server(figures: Path) -> Iterator[SampleServer]:
    with SampleServer({"/assets": hosts([figures / "tables.json"])[HOST]}) as running:
        yield running


def fetched(server: SampleServer, folder: Path, previous: Snapshot | None = None, items: list[dict[str, Any]] | None = None) -> Delivery:
    source = PlainFile.model_validate({"kind": "file", "files": items or ITEMS})
    settings = HttpSettings(allow_loopback=True, retries=0, interval=0, reroute={HOST: server.at("/assets")})
    server.requests.clear()
    with open_http(source, settings, folder / "scratch", None) as http:
        return fetch("file", source, http, previous)


def rows(path: Path, labels: Mapping[str, str]) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    with duckdb.connect(":memory:") as connection:
        layout = read(path, connection, "t", ReadOptions(sheet=labels.get("sheet"), member=labels.get("member")))
        return layout.columns, connection.execute("select * exclude (_row) from t").fetchall()


def test_each_table_is_a_part_and_each_file_is_asked_for_once(server: SampleServer, tmp_path: Path) -> None:
    parts = fetched(server, tmp_path).parts
    assert [part.name for part in parts] == ["ages-ltla.zip", "ages-rgn.zip", "detailed-a1.ods", "detailed-a2.ods"]
    assert [request.path for request in server.requests] == ["/assets/media/ages.zip", "/assets/media/detailed.ods"]
    assert [dict(part.labels) for part in parts][:3] == [
        {"member": "ages-ltla.csv"},
        {"member": "ages-rgn.csv", "level": "rgn"},
        {"sheet": "A1"},
    ]


def test_each_part_is_read_from_its_own_sheet_or_member(server: SampleServer, tmp_path: Path) -> None:
    found = [rows(part.path, part.labels) for part in fetched(server, tmp_path).parts if part.path is not None]
    assert found == [
        (("area", "people"), [("E08000025", "1144916")]),
        (("area", "people"), [("E12000005", "5950756")]),
        (("Area", "Owed a duty Prevention", "Owed a duty Relief"), [("E08000025", "538", "861"), ("E08000026", None, "..")]),
        (("Area", "Reason"), [("E08000025", "A <b> & c"), ("E08000026", None)]),
    ]


def test_a_file_that_stands_lets_all_of_its_tables_stand(server: SampleServer, tmp_path: Path) -> None:
    first = kept(fetched(server, tmp_path))
    again = fetched(server, tmp_path, first)
    assert [(part.status, part.path) for part in again.parts] == [(304, None)] * 4
    assert [part.sha256 for part in again.parts] == [part.sha256 for part in first.parts]
    assert len(server.requests) == 2


def test_a_table_that_is_declared_later_is_brought_although_its_file_stands(server: SampleServer, tmp_path: Path) -> None:
    first = kept(fetched(server, tmp_path, items=ITEMS[:1]))
    again = fetched(server, tmp_path, first, items=ITEMS[:2])
    assert [part.status for part in again.parts] == [304, 200] and again.parts[1].path is not None


def test_a_spreadsheet_of_the_sample_has_the_same_bytes_whenever_it_is_made(figures: Path) -> None:
    from tasks.sample.server import Request

    made = []
    for _ in range(2):
        response = hosts([figures / "tables.json"])[HOST].respond(Request("GET", "/media/detailed.ods", {}, {}, b"", ""))
        assert response is not None
        made.append(response.body)
    assert made[0] == made[1]
