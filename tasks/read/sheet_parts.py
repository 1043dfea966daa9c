"""What the parts of a workbook's zip tell beside its cells: how large it will be in memory, and the errors that stand in cells.

The library that reads cells lays a sheet out as one dense rectangle and shows error cells as empty; so a cell at the far corner of a
sheet is looked for before it is asked, and `#N/A` and its like are looked up here. Only xlsx keeps errors where they can be looked up.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from xml.etree import ElementTree

from expectations.errors import EvidenceError
from tasks.read.container import RATIO, RATIO_FROM, Contents
from tasks.read.options import ReadOptions

CELLS = 60_000_000  # of one sheet, counted as a rectangle: about 2 GB in memory
UNPACKED = 2 << 30  # bytes of all parts
CHUNK = 4 << 20
OVERLAP = 4096

_ROW = re.compile(rb'<row [^>]*?\br="(\d+)"')
_WIDE_COLUMN = re.compile(rb'\br="([A-Z]{2,3})\d')
_ERROR = re.compile(rb'<c [^>]*?\br="([A-Z]{1,3})(\d+)"[^>]*?\bt="e"[^>]*>(?:<f[^>]*?(?:/>|>[^<]*</f>))?<v>([^<]{1,20})</v>')
_HIDDEN = re.compile(rb'<row (?=[^>]*\bhidden="(?:1|true)")[^>]*?\br="(\d+)"')


def refuse_bombs(contents: Contents, format: str, options: ReadOptions) -> None:
    """Raise `read.bomb` or `read.too_large` for a workbook that would not fit in memory."""
    if format == "xls":
        return  # at most 65,536 rows of 256 columns by its format
    with zipfile.ZipFile(contents.path) as archive:
        parts = archive.infolist()
        unpacked, packed = sum(part.file_size for part in parts), max(contents.path.stat().st_size, 1)
        limit = min(UNPACKED, options.max_bytes)
        if unpacked > limit:
            raise EvidenceError("read.too_large", where=contents.name, expected=f"at most {limit:,} bytes unpacked", found=f"{unpacked:,}")
        if unpacked > RATIO_FROM and unpacked > RATIO * packed:
            raise EvidenceError(
                "read.bomb",
                where=contents.name,
                expected=f"at most {RATIO} times the packed size",
                found=f"{unpacked:,} bytes out of {packed:,}",
            )
        for part in parts:
            if format == "xlsx" and part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml"):
                _refuse_stretched(archive, part.filename, contents.name)


def error_cells(path: Path, sheet: str) -> dict[tuple[int, int], str]:
    """The error cells of a sheet of an xlsx: (row from 1, column from 0) -> `#N/A`, `#REF!`, ..."""
    part = _part_of_sheet(path, sheet)
    if part is None:
        return {}
    found = {}
    with zipfile.ZipFile(path) as archive:
        for piece in _pieces(archive, part):
            for letters, row, text in _ERROR.findall(piece):
                found[(int(row), _column(letters))] = text.decode("utf-8", "replace").replace("&amp;", "&")
    return found


def hidden_rows(path: Path, sheet: str) -> frozenset[int]:
    """The hidden rows (from 0) at the top of a sheet of an xlsx: those in its first megabytes."""
    part = _part_of_sheet(path, sheet)
    if part is None:
        return frozenset()
    with zipfile.ZipFile(path) as archive:
        return frozenset(int(row) - 1 for row in _HIDDEN.findall(next(_pieces(archive, part), b"")))


def is_encrypted(path: Path) -> bool:
    """Whether an OLE file holds an encrypted xlsx (its stream names stand in UTF-16)."""
    with path.open("rb") as file:
        return "EncryptedPackage".encode("utf-16-le") in file.read(1 << 20)


def _refuse_stretched(archive: zipfile.ZipFile, part: str, name: str) -> None:
    rows, widest = 1, b"Z"
    for piece in _pieces(archive, part):
        numbers = _ROW.findall(piece)
        rows = max(rows, *map(int, numbers)) if numbers else rows
        columns = set(_WIDE_COLUMN.findall(piece))
        widest = max([widest, *columns], key=lambda letters: (len(letters), letters))
    columns_wide = _column(widest) + 1
    if rows * columns_wide > CELLS:
        raise EvidenceError(
            "read.bomb",
            where=f"{name}, {part}",
            expected=f"at most {CELLS:,} cells",
            found=f"{rows:,} rows of up to {columns_wide:,} columns",
        )


def _pieces(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """The bytes of a part in pieces that overlap, so that what stands across a seam is seen."""
    tail = b""
    with archive.open(part) as file:
        while chunk := file.read(CHUNK):
            yield tail + chunk
            tail = chunk[-OVERLAP:]


@lru_cache(maxsize=4)
def _parts_of_sheets(path: Path, changed: int) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
            return {}
        relations = {each.get("Id"): each.get("Target", "") for each in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))}
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
        parts = {}
        for element in book.iter():
            if element.tag.endswith("}sheet"):
                key = next((value for attribute, value in element.attrib.items() if attribute.endswith("}id")), None)
                target = relations.get(key) or ""
                part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
                if part in names:
                    parts[element.get("name", "")] = part
        return parts


def _part_of_sheet(path: Path, sheet: str) -> str | None:
    return _parts_of_sheets(path, path.stat().st_mtime_ns).get(sheet)


def _column(letters: bytes) -> int:
    """A -> 0, Z -> 25, AA -> 26."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
