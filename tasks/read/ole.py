"""Whether an OLE2 file, the container of an .xls, is as long as its own table of sectors says (MS-CFB, sections 2.2 to 2.5).

The library that reads cells takes a file that was cut for a whole one and gives the rows that came. Refuses one whose sectors in use lie
beyond its end (`read.truncated`); a file that does not follow the format otherwise is left to the library to judge.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from expectations.errors import EvidenceError

HEADER = 512  # bytes, whatever the size of a sector
SECTORS = {9: 512, 12: 4096}  # the two sizes of a sector that the format has, by their power of two
LISTED = 109  # sectors of the table that the header itself lists
FREE = b"\xff"  # an unused entry of the table is four of these
LAST = 0xFFFFFFFA  # from here on a number is no sector but a mark


def refuse_cut(path: Path, name: str) -> None:
    """Raise `read.truncated` where the file ends before a sector that it uses."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(HEADER)
        if len(head) < HEADER:
            raise _truncated(name, f"{size:,} bytes, fewer than its header has")
        sector = SECTORS.get(struct.unpack_from("<H", head, 30)[0])
        if sector is None:
            return
        highest = 0
        for place, number in enumerate(_table(file, head, sector, size, name)):
            entries = _sector(file, number, sector, size, name).rstrip(FREE)
            if entries:
                highest = place * sector // 4 + (len(entries) - 1) // 4
    needed = (highest + 1) * sector
    if size <= needed:
        raise _truncated(name, f"{size:,} bytes, and a sector in use that begins at {needed:,}")


def _table(file: IO[bytes], head: bytes, sector: int, size: int, name: str) -> Iterator[int]:
    """The sectors that the table of sectors takes, in order: those that the header lists, then those of the chained lists."""
    count, following = struct.unpack_from("<I", head, 44)[0], struct.unpack_from("<I", head, 68)[0]
    listed = list(struct.unpack_from(f"<{LISTED}I", head, 76))
    seen: set[int] = set()
    while following < LAST and following not in seen and len(listed) < count:
        seen.add(following)
        *more, following = struct.unpack(f"<{sector // 4}I", _sector(file, following, sector, size, name))
        listed += more
    yield from (number for number in listed[:count] if number < LAST)


def _sector(file: IO[bytes], number: int, sector: int, size: int, name: str) -> bytes:
    begin = (number + 1) * sector
    if begin + sector > size:
        raise _truncated(name, f"{size:,} bytes, and a part of its table of sectors at {begin:,}")
    file.seek(begin)
    return file.read(sector)


def _truncated(name: str, found: str) -> EvidenceError:
    return EvidenceError("read.truncated", where=name, expected="a whole workbook", found=found)
