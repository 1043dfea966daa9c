"""Members of a zip as parts of their own: a publisher's zip holds several workbooks, whose names change with each release.

Refuses an encrypted member (`read.encrypted`), an archive that ends early (`read.truncated`), a member over the cap (`read.too_large`), and a
pattern that finds none or several. A member's name is only looked at and never written to.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
import zipfile
import zlib
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
    try:
        with zipfile.ZipFile(archive) as opened:
            return _unpacked(opened, _chosen(opened, wanted, where), where, scratch, max_bytes)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise EvidenceError("read.truncated", where=where, expected="a whole zip archive", found=str(error)) from error
    except (NotImplementedError, RuntimeError) as error:
        raise EvidenceError("read.unsupported", where=where, expected="a member stored or deflated", found=str(error)) from error


def _chosen(opened: zipfile.ZipFile, wanted: str, where: str) -> zipfile.ZipInfo:
    members = [member for member in opened.infolist() if not member.is_dir()][:MOST_MEMBERS]
    found = [member for member in members if re.search(wanted, member.filename)]
    if len(found) == 1:
        if found[0].flag_bits & 1:
            raise EvidenceError(
                "read.encrypted", where=f"{where}, {found[0].filename}", expected="an open archive", found="a password is needed"
            )
        return found[0]
    listed = "; ".join(member.filename for member in (found or members)[:8]) or "nothing"
    raise EvidenceError(
        "fetch.ambiguous" if found else "fetch.no_match", where=where, expected=f"one member that fits {wanted!r}", found=listed
    )


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
