"""An .xls that was cut is refused by its own table of sectors, wherever the cut is."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from expectations.errors import EvidenceError
from tasks.read.ole import refuse_cut

END, TABLE, NONE = 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF


def container(sectors: int, unused: int = 0) -> bytes:
    """A container of one stream: the header, one sector of the table, the sectors of the stream, and unused ones at the end."""
    head = bytearray(512)
    head[:8] = bytes.fromhex("d0cf11e0a1b11ae1")
    struct.pack_into("<HHH", head, 26, 3, 0xFFFE, 9)
    struct.pack_into("<II", head, 44, 1, 1)
    struct.pack_into("<II", head, 68, END, 0)
    struct.pack_into("<109I", head, 76, 0, *[NONE] * 108)
    chain = [TABLE, *range(2, sectors + 1), END, *[NONE] * unused]
    return bytes(head) + struct.pack("<128I", *chain, *[NONE] * (128 - len(chain))) + bytes(512 * (sectors + unused))


@pytest.mark.parametrize("kept", [511, 512, 900, 1024, 1024 + 512 * 20, 1024 + 512 * 39])
def test_a_container_that_ends_before_a_sector_in_use_is_refused(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "book.xls"
    path.write_bytes(container(40)[:kept])
    with pytest.raises(EvidenceError) as refused:
        refuse_cut(path, "book.xls")
    assert refused.value.code == "read.truncated"


def test_a_whole_container_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "book.xls"
    path.write_bytes(container(40))
    refuse_cut(path, "book.xls")


def test_sectors_that_nothing_uses_may_be_missing(tmp_path: Path) -> None:
    path = tmp_path / "book.xls"
    path.write_bytes(container(40, unused=5)[: 1024 + 512 * 40])
    refuse_cut(path, "book.xls")


def test_a_chain_of_lists_that_bites_its_tail_is_followed_once(tmp_path: Path) -> None:
    content = bytearray(container(40))
    struct.pack_into("<I", content, 44, 10_000)
    struct.pack_into("<II", content, 68, 5, 1)
    struct.pack_into("<I", content, 512 * 7 - 4, 5)
    path = tmp_path / "book.xls"
    path.write_bytes(bytes(content))
    with pytest.raises(EvidenceError) as refused:
        refuse_cut(path, "book.xls")
    assert refused.value.code == "read.truncated"


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_publishers_workbook_that_was_cut_is_refused(real_files: Path, tmp_path: Path, share: float) -> None:
    whole = (real_files / "ons/ons_web/ashe_living_wage_work_geog_table7_1a_2022prov.xls").read_bytes()
    path = tmp_path / "book.xls"
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(EvidenceError) as refused:
        refuse_cut(path, "book.xls")
    assert refused.value.code == "read.truncated"
