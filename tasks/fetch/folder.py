"""Fetch files that were dropped into a folder, or under a prefix of an object store: each matching file is a part, in order of its name.

Refuses a file that changes while it is read (someone is still writing it), an empty one, one over the cap, and a link that leads out of the
folder. Lock files and half-written uploads are passed over. Nothing is moved or deleted: the folder is the colleague's.
Object stores are spoken to by Arrow's own file systems, with credentials of the environment.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from datetime import UTC, datetime
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

from expectations.errors import EvidenceError
from expectations.sources import Folder
from tasks.fetch.http import Http
from tasks.fetch.parts import labelled, standing
from tasks.snapshot import Delivery, Fetched, Snapshot
from warehouse.home import Home

if TYPE_CHECKING:
    from pyarrow import fs

INBOX = "EVIDENCE_INBOX"
_BLOCK = 1 << 20
_UNFINISHED = re.compile(r"^(\.|~\$|~)|(\.(tmp|part|partial|crdownload|filepart|lock)|~)$", re.IGNORECASE)


def fetch(source: Folder, http: Http, previous: Snapshot | None) -> Delivery:
    """One part a file, named as the file. Labels: `modified`, and the named groups of the declared patterns. Raises errors of the area `fetch`."""
    system, root = _opened(source)
    chosen = _files(system, root, source)
    before = {part.name: part for part in (previous.parts if previous else ())}
    cap = source.max_bytes if source.max_bytes is not None else http.settings.max_bytes
    parts: list[Fetched] = []
    for info in chosen:
        part = _copied(system, info, _labels(info, source), cap, http.scratch)
        known = before.get(part.name)
        if known is not None and known.sha256 == part.sha256 and part.path is not None:
            part.path.unlink()
            part = standing(known)
        parts.append(part)
    gone = sorted(set(before) - {part.name for part in parts})
    warnings = (f"no longer in the folder: {', '.join(gone)}",) if gone else ()
    return Delivery(tuple(parts), max(part.labels["modified"] for part in parts), warnings)


def _opened(source: Folder) -> tuple[fs.FileSystem, str]:
    """The file system and the path of the folder in it. A folder of this machine is taken where it really is."""
    from pyarrow import fs

    if "://" in source.path:
        try:
            system, root = fs.FileSystem.from_uri(source.path)
        except (OSError, ValueError) as error:
            raise EvidenceError("fetch.unreachable", where=source.path, expected="an object store", found=_said(error)) from None
        return system, root
    inbox = Path(os.environ[INBOX]) if os.environ.get(INBOX) else Home.from_environment().root / "inbox"
    return fs.LocalFileSystem(), str((inbox / source.path).expanduser().resolve())


def _files(system: fs.FileSystem, root: str, source: Folder) -> list[Any]:
    """The matching files, by name. Raises fetch.gone, fetch.unreachable, fetch.no_match."""
    from pyarrow import fs

    try:
        listed = system.get_file_info(fs.FileSelector(root, recursive=False))
    except FileNotFoundError:
        raise EvidenceError("fetch.gone", where=root, expected="a folder", found="none", todo=f"Make the folder, or set {INBOX}.") from None
    except OSError as error:
        raise EvidenceError("fetch.unreachable", where=root, expected="a folder that can be listed", found=_said(error)) from None
    names = [info for info in listed if info.type == fs.FileType.File and not _UNFINISHED.search(info.base_name)]
    chosen = [info for info in names if any(fnmatch(info.base_name, wanted) for wanted in source.files)]
    if not chosen:
        seen = ", ".join(sorted(info.base_name for info in names)[:8]) or "no file"
        raise EvidenceError("fetch.no_match", where=root, expected=f"a file that fits {' or '.join(source.files)}", found=seen)
    if isinstance(system, fs.LocalFileSystem):
        for info in chosen:
            if Path(info.path).resolve().parent != Path(root):
                raise EvidenceError("fetch.refused", where=info.path, expected="a file of the folder", found="a link that leads out of it")
    return sorted(chosen, key=lambda info: str(info.base_name))


def _copied(system: fs.FileSystem, info: Any, labels: dict[str, str], cap: int, scratch: Path) -> Fetched:
    """The file's bytes in a scratch file of their own, hashed on the way."""
    if info.size is not None and info.size > cap:
        raise EvidenceError("fetch.too_large", where=info.path, expected=f"at most {cap:,} bytes", found=f"{info.size:,} bytes")
    scratch.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    handle, name = tempfile.mkstemp(dir=scratch, prefix="folder-")
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as target, system.open_input_stream(info.path, compression=None) as stream:
            while block := stream.read(_BLOCK):
                size += len(block)
                if size > cap:
                    raise EvidenceError("fetch.too_large", where=info.path, expected=f"at most {cap:,} bytes", found=f"more than {size:,}")
                digest.update(block)
                target.write(block)
        _refuse_unfinished(system, info, size)
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise EvidenceError("fetch.unreachable", where=info.path, expected="a file that can be read", found=_said(error)) from None
        raise
    return Fetched(
        name=info.base_name,
        url=info.path if "://" in info.path else Path(info.path).as_uri() if info.path.startswith("/") else info.path,
        path=path,
        sha256=digest.hexdigest(),
        size=size,
        status=200,
        fetched_at=datetime.now(UTC).isoformat(timespec="seconds"),
        labels=labels,
    )


def _refuse_unfinished(system: fs.FileSystem, info: Any, size: int) -> None:
    now = system.get_file_info(info.path)
    if not size:
        raise EvidenceError("fetch.empty", where=info.path, expected="a file with something in it", found="0 bytes")
    if (now.size, now.mtime) != (info.size, info.mtime) or (now.size is not None and now.size != size):
        raise EvidenceError(
            "fetch.truncated",
            where=info.path,
            expected="a file that stands still",
            found=f"{info.size:,} bytes when it was listed, {size:,} when it was read",
            todo="Wait until it is written; write under another name and rename it when it is whole.",
        )


def _labels(info: Any, source: Folder) -> dict[str, str]:
    modified = info.mtime.astimezone(UTC).isoformat(timespec="seconds") if info.mtime else ""
    found = {
        name: value or ""
        for expression in source.labels
        if (match := re.search(expression, info.base_name))
        for name, value in match.groupdict().items()
    }
    return {**labelled(**found), "modified": modified}


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
