"""Gzip, zip, and what is no data at all: taken out bounded, or refused with a reason."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest

from expectations.errors import EvidenceError
from tasks.read import ReadOptions, container

CSV = b"area,value\nE08000025,1\nE08000026,2\n"


def _zip(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _code(reading, name: str, content: bytes, options: ReadOptions | None = None) -> EvidenceError:
    with pytest.raises(EvidenceError) as refused:
        reading(name, content, options)
    return refused.value


def test_a_gzip_is_read_as_what_it_holds(reading) -> None:
    got = reading("table.csv.gz", gzip.compress(CSV))
    assert got.rows == [("E08000025", "1"), ("E08000026", "2")]
    assert (got.layout.compression, got.layout.format) == ("gzip", "csv")


def test_the_bytes_tell_the_format_where_the_name_is_wrong(reading) -> None:
    assert reading("table.xlsx", CSV).layout.format == "csv"
    assert reading("table.csv", gzip.compress(CSV)).layout.compression == "gzip"
    assert reading("part-0001", b'[{"a": 1}]').layout.format == "json"


def test_the_one_table_of_a_zip_is_read(reading) -> None:
    content = _zip(
        **{"data/table.csv": CSV, "README.txt": b"About", "__MACOSX/._table.csv": b"x", "table.pdf": b"%PDF", "data/table.meta.csv": CSV}
    )
    got = reading("table.zip", content)
    assert len(got.rows) == 2
    assert (got.layout.compression, got.layout.member) == ("zip", "data/table.csv")


def test_a_zip_of_several_tables_lists_them_and_reads_the_named_one(reading) -> None:
    content = _zip(**{"a.csv": CSV, "b.csv": CSV + b"E3,3\n"})
    refused = _code(reading, "two.zip", content)
    assert refused.code == "read.several_tables"
    assert refused.found == "a.csv; b.csv"
    assert len(reading("two.zip", content, ReadOptions(member="b.csv")).rows) == 3
    assert _code(reading, "two.zip", content, ReadOptions(member="c.csv")).code == "read.unknown_member"


@pytest.mark.parametrize("name", ["../table.csv", "/etc/table.csv", "a/../../table.csv", "..\\table.csv", "C:\\table.csv"])
def test_a_member_that_leads_out_of_the_folder_is_refused(reading, name: str) -> None:
    assert _code(reading, "evil.zip", _zip(**{name: CSV})).code == "read.unsafe_member"


def test_a_zip_without_a_table_says_what_it_holds(reading) -> None:
    refused = _code(reading, "docs.zip", _zip(**{"guide.pdf": b"%PDF"}))
    assert (refused.code, refused.found) == ("read.not_a_table", "guide.pdf")


def test_an_encrypted_member_is_reported(reading) -> None:
    content = bytearray(_zip(**{"table.csv": CSV}))
    content[6] |= 1
    central = content.index(b"PK\x01\x02")
    content[central + 8] |= 1
    assert _code(reading, "locked.zip", bytes(content)).code == "read.encrypted"


@pytest.mark.parametrize("name", ["table.csv.gz", "table.zip"])
def test_an_archive_that_ends_early_is_reported(reading, name: str) -> None:
    body = b"area,value\n" + b"".join(b"E%d,%d\n" % (n, n * n) for n in range(5_000))
    whole = gzip.compress(body) if name.endswith("gz") else _zip(**{"table.csv": body})
    assert _code(reading, name, whole[: len(whole) * 2 // 3]).code == "read.truncated"


def test_an_archive_with_a_wrong_checksum_is_reported(reading) -> None:
    content = bytearray(gzip.compress(CSV))
    content[-8] ^= 0xFF
    assert _code(reading, "table.csv.gz", bytes(content)).code == "read.truncated"


@pytest.mark.parametrize("name", ["bomb.csv.gz", "bomb.zip"])
def test_a_bomb_is_refused(reading, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "RATIO_FROM", 1 << 20)
    zeros = b"0" * (12 << 20)
    assert _code(reading, name, gzip.compress(zeros) if name.endswith("gz") else _zip(**{"z.csv": zeros})).code == "read.bomb"


def test_a_file_beyond_the_limit_is_refused_packed_or_not(reading) -> None:
    body = b"area,value\n" + b"".join(b"E%d,%d\n" % (n, n) for n in range(500))
    limit = ReadOptions(max_bytes=1_000)
    assert _code(reading, "large.csv", body, limit).code == "read.too_large"
    assert _code(reading, "large.csv.gz", gzip.compress(b"area,value\n" + b"E1,1\n" * 1000), limit).code == "read.too_large"


@pytest.mark.parametrize(
    "page",
    [
        b"<!DOCTYPE html><html><head><title>Sign in</title></head></html>",
        b"\xef\xbb\xbf\n  <html lang=en><title>Sign in</title>",
        b"<!-- cache --><HTML><TITLE>Sign in</TITLE>",
        "<!doctype html><title>Sign in</title>".encode("utf-16"),
    ],
)
def test_a_web_page_in_place_of_data_is_named_by_its_title(reading, page: bytes) -> None:
    refused = _code(reading, "data.csv", page)
    assert refused.code == "read.html"
    assert "Sign in" in refused.found


def test_other_formats_are_named(reading) -> None:
    assert _code(reading, "data.csv", b"%PDF-1.7 ...").found == "a PDF"
    assert _code(reading, "data.csv", b"<?xml version='1.0'?><a/>").code == "read.unsupported"
    assert _code(reading, "data.bin", CSV, ReadOptions(format="dbf")).code == "read.unsupported"


def test_no_bytes_and_no_text_are_empty(reading) -> None:
    assert _code(reading, "none.csv", b"").code == "read.empty"
    assert _code(reading, "blank.csv", b"\n,,\n  \n").code == "read.empty"
    assert _code(reading, "none.csv.gz", gzip.compress(b"")).code == "read.empty"
