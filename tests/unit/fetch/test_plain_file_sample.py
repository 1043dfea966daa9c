"""The sample's server: the publishers' addresses, served from figures; workbooks that are the same whenever they are made."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from expectations.sources import PlainFile
from tasks.fetch import fetch, open_http
from tasks.fetch.http import HttpSettings
from tasks.sample import serving
from tasks.sample.plain_file import hosts
from tasks.sample.server import Request

URL = "https://assets.example.gov.uk/media/File_1_-_IMD.xlsx"


@pytest.fixture
def figures(tmp_path: Path) -> Path:
    folder = tmp_path / "figures"
    (folder / "mhclg").mkdir(parents=True)
    table = pa.table({"LSOA code": ["E01008881", "E01008882"], "IMD Rank": [1, 2], "Score": [80.5, None]})
    parquet.write_table(table, folder / "mhclg" / "imd.parquet")
    sheets = [{"name": "Notes", "rows": [["Carried over"]]}, {"name": "IMD2019", "rows": [["Table 1"], []], "figures": "imd.parquet"}]
    about = {"protocol": "file", "source": "MHCLG", "licence": "OGL-UK-3.0", "files": [{"url": URL, "sheets": sheets}]}
    (folder / "mhclg" / "deprivation.json").write_text(json.dumps(about))
    return folder


def test_a_workbook_is_served_at_the_publishers_address(figures: Path, tmp_path: Path) -> None:
    import openpyxl

    source = PlainFile(kind="file", files=[{"name": "imd.xlsx", "url": URL}])
    with serving(figures) as reroute:
        settings = HttpSettings(allow_loopback=True, reroute=reroute)
        with open_http(source, settings, tmp_path / "scratch", None) as http:
            part = fetch("file", source, http).parts[0]
    assert part.url == URL and part.path is not None
    book = openpyxl.load_workbook(io.BytesIO(part.path.read_bytes()))
    assert book.sheetnames == ["Notes", "IMD2019"]
    assert [tuple(cell.value for cell in row) for row in book["IMD2019"]] == [
        ("Table 1", None, None),
        (None, None, None),
        ("LSOA code", "IMD Rank", "Score"),
        ("E01008881", 1, 80.5),
        ("E01008882", 2, None),
    ]


def test_a_workbook_has_the_same_bytes_whenever_it_is_made(figures: Path) -> None:
    made = []
    for _ in range(2):
        files = hosts([figures / "mhclg" / "deprivation.json"])["https://assets.example.gov.uk"]
        response = files.respond(Request("GET", "/media/File_1_-_IMD.xlsx", {}, {}, b"", ""))
        assert response is not None
        made.append(response.body)
    assert made[0] == made[1]
    with zipfile.ZipFile(io.BytesIO(made[0])) as archive:
        assert {member.date_time for member in archive.infolist()} == {(2020, 1, 1, 0, 0, 0)}
        assert b"2020-01-01T00:00:00Z" in archive.read("docProps/core.xml")


def test_a_manifest_of_a_protocol_that_nobody_speaks_is_refused(figures: Path) -> None:
    (figures / "mhclg" / "other.json").write_text(json.dumps({"protocol": "gopher"}))
    with pytest.raises(ValueError, match="gopher"), serving(figures):
        pass
