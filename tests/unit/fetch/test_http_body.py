"""The body, streamed: counted against what was announced, unpacked block by block, bounded, and gone from the disk where it fails."""

from __future__ import annotations

import gzip
import hashlib
import time
import tracemalloc
import zlib
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tasks.fetch import body
from tasks.fetch.answers import Failure
from tasks.fetch.body import Body


class Pieces:
    """A connection that gives its bytes in pieces, and then nothing."""

    def __init__(self, content: bytes, size: int) -> None:
        self.content, self.size = content, size

    def read1(self, amt: int | None = None, decode_content: bool | None = None) -> bytes:
        piece, self.content = self.content[: self.size], self.content[self.size :]
        return piece


def stream(content: bytes, headers: Mapping[str, str], folder: Path, size: int = 1000, cap: int = 10_000_000) -> Body:
    return body.stream(Pieces(content, size), headers, folder, "part", cap, time.monotonic() + 30)


@settings(max_examples=60, deadline=None)
@given(
    content=some.binary(max_size=5000), size=some.integers(1, 700), layers=some.integers(0, 2), form=some.sampled_from(["gzip", "deflate"])
)
def test_any_body_in_any_pieces_under_any_layers_comes_out_as_it_went_in(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, size: int, layers: int, form: str
) -> None:
    packed = content
    for _ in range(layers):
        packed = gzip.compress(packed) if form == "gzip" else zlib.compress(packed)
    headers = {
        "content-encoding": ", ".join([form] * layers),
        "content-length": str(len(packed)),
        "content-type": "application/octet-stream",
    }
    received = stream(packed, headers, tmp_path_factory.mktemp("body"), size)
    assert received.path.read_bytes() == content
    assert (received.size, received.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert received.head == content[:4096]


@settings(max_examples=40, deadline=None)
@given(content=some.binary(min_size=1, max_size=5000), cut=some.integers(1, 20), size=some.integers(1, 700))
def test_a_gzip_body_that_is_cut_anywhere_is_never_taken_for_whole(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, cut: int, size: int
) -> None:
    packed = gzip.compress(content)[:-cut]
    folder = tmp_path_factory.mktemp("body")
    with pytest.raises(Failure) as caught:
        stream(packed, {"content-encoding": "gzip", "content-length": str(len(packed))}, folder, size)
    assert caught.value.code == "fetch.truncated" and caught.value.retry
    assert list(folder.iterdir()) == []


def test_fewer_bytes_than_announced_are_a_short_body(tmp_path: Path) -> None:
    with pytest.raises(Failure) as caught:
        stream(b"a,b\n1,2\n", {"content-length": "9"}, tmp_path)
    assert (caught.value.code, caught.value.found, caught.value.retry) == ("fetch.truncated", "8 bytes", True)
    assert list(tmp_path.iterdir()) == []


def test_bytes_that_do_not_unpack_are_a_failure(tmp_path: Path) -> None:
    with pytest.raises(Failure) as caught:
        stream(b"a,b\n1,2\n", {"content-encoding": "gzip"}, tmp_path)
    assert caught.value.code == "fetch.protocol" and "do not unpack" in caught.value.found
    assert list(tmp_path.iterdir()) == []


def test_memory_is_flat_whatever_the_size_of_the_body(tmp_path: Path) -> None:
    packed = gzip.compress(bytes(40_000_000), compresslevel=1)
    tracemalloc.start()
    try:
        received = stream(packed, {"content-encoding": "gzip"}, tmp_path, size=len(packed), cap=50_000_000)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert received.size == 40_000_000
    assert most < 3_000_000, "blocks of 64 KB, never the whole"


def test_text_that_was_packed_twice_is_unpacked_twice(tmp_path: Path) -> None:
    twice = gzip.compress(gzip.compress(b"a,b\n1,2\n"))
    received = stream(twice, {"content-encoding": "gzip", "content-type": "text/csv"}, tmp_path, size=1)
    assert received.path.read_bytes() == b"a,b\n1,2\n" and received.unpacked
