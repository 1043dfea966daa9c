"""Members of a zip as parts of their own: a publisher's zip holds several workbooks, whose names change with each release.

Refuses an encrypted member (`read.encrypted`), an archive that ends early (`read.truncated`), a member over the cap (`read.too_large`), and a
pattern that finds none, or several where one is meant. A member's name is only looked at and never written to.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from expectations.errors import EvidenceError

MOST_MEMBERS = 5_000
_BLOCK = 1 << 20
_RATIO_FROM, _RATIO = 64 << 20, 250  # beyond 64 MB, no table unpacks to more than 250 times its size


@dataclass(frozen=True)
class Member:
    """One member, unpacked into a scratch file."""

    name: str
    path: Path
    sha256: str
    size: int


def member_of(archive: Path, wanted: str, where: str, scratch: Path, max_bytes: int) -> Member:
    """The one member whose name the pattern finds. Raises fetch.no_match, fetch.ambiguous, and codes of the area `read`."""
    with _opened(archive, where) as opened:
        found = _chosen(opened, wanted, where)
        if len(found) > 1:
            raise EvidenceError("fetch.ambiguous", where=where, expected=f"one member that fits {wanted!r}", found=_some(found))
        return _unpacked(opened, found[0], where, scratch, max_bytes)


def members_of(archive: Path, wanted: str, where: str, scratch: Path, max_bytes: int) -> list[Member]:
    """Every member whose name the pattern finds, in the archive's order. Raises fetch.no_match, and codes of the area `read`."""
    unpacked: list[Member] = []
    with _opened(archive, where) as opened:
        try:
            for member in _chosen(opened, wanted, where):
                unpacked.append(_unpacked(opened, member, where, scratch, max_bytes))
        except BaseException:
            for done in unpacked:
                done.path.unlink(missing_ok=True)
            raise
    return unpacked


@contextmanager
def _opened(archive: Path, where: str) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(archive) as opened:
            yield opened
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise EvidenceError("read.truncated", where=where, expected="a whole zip archive", found=str(error)) from error
    except (NotImplementedError, RuntimeError) as error:
        raise EvidenceError("read.unsupported", where=where, expected="a member stored or deflated", found=str(error)) from error


def _chosen(opened: zipfile.ZipFile, wanted: str, where: str) -> list[zipfile.ZipInfo]:
    members = [member for member in opened.infolist() if not member.is_dir()][:MOST_MEMBERS]
    found = [member for member in members if re.search(wanted, member.filename)]
    if not found:
        raise EvidenceError("fetch.no_match", where=where, expected=f"a member that fits {wanted!r}", found=_some(members))
    locked = next((member.filename for member in found if member.flag_bits & 1), None)
    if locked:
        raise EvidenceError("read.encrypted", where=f"{where}, {locked}", expected="an open archive", found="a password is needed")
    return found


def _some(members: list[zipfile.ZipInfo]) -> str:
    return "; ".join(member.filename for member in members[:8]) or "nothing"


def _unpacked(opened: zipfile.ZipFile, member: zipfile.ZipInfo, where: str, scratch: Path, max_bytes: int) -> Member:
    digest, size = hashlib.sha256(), 0
    with opened.open(member) as source, tempfile.NamedTemporaryFile(dir=scratch, suffix=".member", delete=False) as file:
        target = Path(file.name)
        try:
            while block := source.read(_BLOCK):
                size += len(block)
                if size > max_bytes:
                    raise EvidenceError(
                        "read.too_large", where=f"{where}, {member.filename}", expected=f"at most {max_bytes:,} bytes", found="more"
                    )
                if size > _RATIO_FROM and size > _RATIO * max(member.compress_size, 1):
                    raise EvidenceError(
                        "read.bomb",
                        where=f"{where}, {member.filename}",
                        expected=f"at most {_RATIO} times the packed size",
                        found=f"{size:,} bytes",
                    )
                digest.update(block)
                file.write(block)
        except BaseException:
            target.unlink(missing_ok=True)
            raise
    return Member(member.filename, target, digest.hexdigest(), size)
