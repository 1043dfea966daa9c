"""Gzip and zip around a file: take out the one table, bounded, without trusting a name or a size that the archive states.

Refuses: a zip with several tables unless `member` names one (`read.several_tables`, listing them), a member whose name leads out of the
folder (`read.unsafe_member`), an encrypted member (`read.encrypted`), more than `max_bytes` (`read.too_large`), a ratio of compression
that no table has (`read.bomb`), an archive that ends early or fails its checksum (`read.truncated`). Members are written under a fixed
name, never under their own.
A `name.meta.csv` beside `name.csv` is the description that DfE's statistics service requires with each data file, not a second table.
"""

from __future__ import annotations

import gzip
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from expectations.errors import EvidenceError
from tasks.read.options import ReadOptions

CHUNK = 4 << 20
RATIO_FROM = 64 << 20  # bytes: below this size no ratio is dangerous
RATIO = 250  # times: text tables compress 5 to 100 times

GZIP = b"\x1f\x8b"
ZIP = b"PK\x03\x04"
EMPTY_ZIP = b"PK\x05\x06"

_TABLES = re.compile(r"\.(csv|tsv|txt|tab|dat|psv|xls|xlsx|xlsm|xlsb|ods|parquet|json|ndjson|jsonl|geojson)(\.gz)?$", re.IGNORECASE)
_NOT_TABLES = re.compile(r"(^|/)(__MACOSX/|\.|read[ _-]?me|licen[cs]e|thumbs\.db)", re.IGNORECASE)


@dataclass(frozen=True)
class Contents:
    """A file ready to be read: where its bytes are, the name it bears, and what it was taken out of."""

    path: Path
    name: str
    compression: str | None = None
    member: str | None = None


def unwrap(path: Path, scratch: Path, options: ReadOptions) -> Contents:
    """The file itself, or the table within a gzip or zip, taken out into `scratch`. Workbooks are zips too, and stay as they are."""
    size = path.stat().st_size
    if size == 0:
        raise EvidenceError("read.empty", where=path.name, expected="data", found="a file of 0 bytes")
    if size > options.max_bytes:
        raise _too_large(path.name, options.max_bytes)
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith(GZIP):
        return _gunzip(Contents(path, path.name), scratch, options)
    if start in (ZIP, EMPTY_ZIP):
        return _unzip(path, scratch, options)
    return Contents(_plainly_named(path, scratch), path.name)


def _plainly_named(path: Path, scratch: Path) -> Path:
    """The path, or a link to it: DuckDB takes `spend[1].csv` for a pattern of names, and would read other files or none."""
    if not any(mark in str(path) for mark in "*?[]{}"):
        return path
    link = scratch / "linked"
    link.symlink_to(path.resolve())
    return link


def _gunzip(packed: Contents, scratch: Path, options: ReadOptions) -> Contents:
    name = re.sub(r"\.gz(ip)?$", "", packed.name, flags=re.IGNORECASE)
    target = scratch / "gunzipped"
    with packed.path.open("rb") as raw:
        _copy(lambda: gzip.GzipFile(fileobj=raw), target, packed.name, packed.path.stat().st_size, options)
    return Contents(target, name, "gzip", packed.member)


def _unzip(path: Path, scratch: Path, options: ReadOptions) -> Contents:
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise EvidenceError("read.truncated", where=path.name, expected="a whole zip archive", found=str(error)) from error
    with archive:
        names = set(archive.namelist())
        if "[Content_Types].xml" in names or "mimetype" in names:
            return Contents(path, path.name)
        member = _member(archive, path.name, options)
        if member.flag_bits & 1:
            raise EvidenceError(
                "read.encrypted", where=f"{path.name}, {member.filename}", expected="an open archive", found="a password is needed"
            )
        target = scratch / "unzipped"
        _copy(lambda: archive.open(member), target, f"{path.name}, {member.filename}", max(member.compress_size, 1), options)
    contents = Contents(target, PurePosixPath(member.filename).name, "zip", member.filename)
    with target.open("rb") as file:
        zipped_gzip = file.read(2) == GZIP
    if target.stat().st_size == 0:
        raise EvidenceError("read.empty", where=f"{path.name}, {member.filename}", expected="data", found="a member of 0 bytes")
    return _gunzip(contents, scratch, options) if zipped_gzip else contents


def _member(archive: zipfile.ZipFile, name: str, options: ReadOptions) -> zipfile.ZipInfo:
    members = [member for member in archive.infolist() if not member.is_dir()]
    unsafe = [
        m.filename for m in members if m.filename.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", m.filename) or ":" in m.filename[:3]
    ]
    if unsafe:
        raise EvidenceError("read.unsafe_member", where=name, expected="members within the archive's own folder", found=repr(unsafe[0]))
    tables = tables_among([member.filename for member in members])
    if options.member is not None:
        named = [m for m in members if options.member in (m.filename, PurePosixPath(m.filename).name)]
        if not named:
            raise EvidenceError(
                "read.unknown_member", where=name, expected=f"one of {', '.join(map(repr, tables))}", found=repr(options.member)
            )
        return named[0]
    if not tables:
        raise EvidenceError(
            "read.not_a_table",
            where=name,
            expected="a member that is a table",
            found=", ".join(m.filename for m in members[:8]) or "nothing",
        )
    if len(tables) > 1:
        raise EvidenceError("read.several_tables", where=name, expected="one table, or `member`", found="; ".join(tables))
    return archive.getinfo(tables[0])


def tables_among(names: list[str]) -> list[str]:
    """The members that are tables, by name, without the descriptions that go with them."""
    tables = [name for name in names if _TABLES.search(name) and not _NOT_TABLES.search(name)]
    described = {re.sub(r"\.csv$", "", name, flags=re.IGNORECASE).casefold() for name in tables}
    return [name for name in tables if not (name.casefold().endswith(".meta.csv") and name[: -len(".meta.csv")].casefold() in described)]


def _copy(unpacked: Callable[[], gzip.GzipFile | IO[bytes]], target: Path, where: str, packed_size: int, options: ReadOptions) -> None:
    """Stream the unpacked bytes into `target`, counting, and stop at the first sign of a bomb."""
    written = 0
    try:
        with unpacked() as source, target.open("wb") as file:
            while chunk := source.read(CHUNK):
                written += len(chunk)
                if written > options.max_bytes:
                    raise _too_large(where, options.max_bytes)
                if written > RATIO_FROM and written > RATIO * packed_size:
                    raise EvidenceError(
                        "read.bomb",
                        where=where,
                        expected=f"at most {RATIO} times the packed size",
                        found=f"{written:,} bytes and more out of {packed_size:,}",
                    )
                file.write(chunk)
    except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile) as error:
        raise EvidenceError(
            "read.truncated", where=where, expected="a whole archive", found=f"{error} (after {written:,} bytes)"
        ) from error
    except (NotImplementedError, RuntimeError) as error:
        raise EvidenceError("read.unsupported", where=where, expected="a member stored or deflated", found=str(error)) from error


def _too_large(where: str, limit: int) -> EvidenceError:
    return EvidenceError("read.too_large", where=where, expected=f"at most {limit:,} bytes", found="more")
