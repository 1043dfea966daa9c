"""Fetch files that were dropped into a folder, or under a prefix of an object store: each matching file is a part, in order of its name.

Refuses a file that changes while it is read (someone is still writing it), an empty one, one over the cap, a link that leads out of the
folder, and an object store in clear text. Lock files and half-written uploads are passed over. Nothing is moved or deleted: the folder is the
colleague's. Object stores are spoken to by Arrow's own file systems, with credentials of the environment, which no message repeats.
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
from urllib.parse import parse_qs, urlsplit

from expectations.errors import EvidenceError
from expectations.sources import Folder
from tasks.fetch import safety
from tasks.fetch.http import Http
from tasks.fetch.parts import labelled, standing
from tasks.snapshot import Delivery, Fetched, Part, Snapshot
from warehouse.home import Home

if TYPE_CHECKING:
    from pyarrow import fs

INBOX = "EVIDENCE_INBOX"
ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")  # by which Arrow, as Amazon's own tools, is led to another store than Amazon's
SECRETS = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID")
_FEWEST_OF_SECRET = 8  # letters; no store gives out shorter ones, and a word would be cut out of the message
_BLOCK = 1 << 20
_BLOCK_OF_STORE = 16 << 20  # each is a request of its own
_UNFINISHED = re.compile(r"^(\.|~\$|~)|(\.(tmp|part|partial|crdownload|filepart|lock)|~)$", re.IGNORECASE)
_NO_BUCKET = re.compile(r"NO_SUCH_BUCKET|NoSuchBucket|specified bucket does not exist", re.IGNORECASE)
_NO_ACCESS = re.compile(
    r"ACCESS_DENIED|AccessDenied|INVALID_ACCESS_KEY|InvalidAccessKeyId|SIGNATURE_DOES_NOT_MATCH|SignatureDoesNotMatch|INVALID_CLIENT_TOKEN"
    r"|EXPIRED_TOKEN|HTTP status 40[13]|Forbidden",
    re.IGNORECASE,
)
_CREDENTIALS = (
    "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (or AWS_PROFILE) to those of an account that may list the bucket and read it."
)


def fetch(source: Folder, http: Http, previous: Snapshot | None) -> Delivery:
    """One part a file, named as the file. Labels: `modified`, of an object its `etag`, and the named groups of the declared patterns.

    An object of the same ETag as last time is not read again. Raises errors of the area `fetch`.
    """
    system, root = _opened(source, http)
    chosen = _fitting(_listed(system, root, source), root, source)
    before = {part.name: part for part in (previous.parts if previous else ())}
    cap = source.max_bytes if source.max_bytes is not None else http.settings.max_bytes
    parts: list[Fetched] = []
    try:
        for info in chosen:
            parts.append(_part(system, info, source, before.get(info.base_name), cap, http.scratch))
    except BaseException:
        for part in parts:
            if part.path is not None:
                part.path.unlink(missing_ok=True)
        raise
    gone = sorted(set(before) - {part.name for part in parts})
    warnings = (f"no longer in the folder: {', '.join(gone)}",) if gone else ()
    return Delivery(tuple(parts), max(part.labels["modified"] for part in parts), warnings)


def inbox() -> Path:
    """The folder below which a declaration's path lies: EVIDENCE_INBOX, or `inbox` of the home."""
    return Path(os.environ[INBOX]) if os.environ.get(INBOX) else Home.from_environment().root / "inbox"


def names_in(source: Folder, http: Http) -> list[str]:
    """The names of the files that are there, whole ones alone, whether they fit or not. Raises as `fetch`."""
    system, root = _opened(source, http)
    return sorted(str(info.base_name) for info in _listed(system, root, source))


def _opened(source: Folder, http: Http) -> tuple[fs.FileSystem, str]:
    """The file system and the path of the folder in it. A folder of this machine is taken where it really is."""
    from pyarrow import fs

    if "://" in source.path:
        _refuse_clear_text(source.path, http.settings.allow_loopback)
        try:
            system, root = fs.FileSystem.from_uri(source.path)
        except (OSError, ValueError) as error:
            raise _failed(error, _where(source), "an object store") from None
        return system, root
    return fs.LocalFileSystem(), str((inbox() / source.path).expanduser().resolve())


def _refuse_clear_text(path: str, allow_loopback: bool) -> None:
    """An object store is asked over https, but for one of this machine where the tests allow it."""
    asked = parse_qs(urlsplit(path).query)
    override = asked.get("endpoint_override", [""])[-1]
    named = next((os.environ[name] for name in ENDPOINTS if os.environ.get(name)), "")
    endpoint = f"{asked.get('scheme', ['https'])[-1]}://{override}" if override else named
    host = safety.host_of(endpoint) if endpoint else ""
    if endpoint.lower().startswith("http://") and not (allow_loopback and safety.is_loopback(host)):
        raise EvidenceError(
            "fetch.clear_text", where=path.partition("?")[0], expected="an endpoint that begins with https://", found=endpoint
        )


def _listed(system: fs.FileSystem, root: str, source: Folder) -> list[Any]:
    """The whole files of the folder. Raises fetch.gone, fetch.refused, fetch.unreachable."""
    from pyarrow import fs

    try:
        listed = system.get_file_info(fs.FileSelector(root, recursive=False))
    except FileNotFoundError:
        todo = "Put a file there, or correct `path`." if "://" in source.path else f"Make the folder, or set {INBOX}."
        raise EvidenceError("fetch.gone", where=_where(source, root), expected="a folder", found="none", todo=todo) from None
    except OSError as error:
        raise _failed(error, _where(source, root), "a folder that can be listed") from None
    return [info for info in listed if info.type == fs.FileType.File and not _UNFINISHED.search(info.base_name)]


def _fitting(listed: list[Any], root: str, source: Folder) -> list[Any]:
    """The matching files, by name. Raises fetch.no_match, fetch.refused."""
    chosen = [info for info in listed if any(fnmatch(info.base_name, wanted) for wanted in source.files)]
    if not chosen:
        seen = ", ".join(sorted(info.base_name for info in listed)[:8]) or "no file"
        raise EvidenceError(
            "fetch.no_match", where=_where(source, root), expected=f"a file that fits {' or '.join(source.files)}", found=seen
        )
    if "://" not in source.path:
        for info in chosen:
            if Path(info.path).resolve().parent != Path(root):
                raise EvidenceError("fetch.refused", where=info.path, expected="a file of the folder", found="a link that leads out of it")
    return sorted(chosen, key=lambda info: str(info.base_name))


def _part(system: fs.FileSystem, info: Any, source: Folder, before: Part | None, cap: int, scratch: Path) -> Fetched:
    """One file: its bytes in a scratch file of their own, hashed on the way; no bytes where they are those of last time."""
    where = _address(source, info)
    if info.size is not None and info.size > cap:
        raise EvidenceError("fetch.too_large", where=where, expected=f"at most {cap:,} bytes", found=f"{info.size:,} bytes")
    scratch.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=scratch, prefix="folder-")
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as target:
            tag = _tag(system, info)
            if tag and before is not None and before.labels.get("etag") == tag and before.size == info.size:
                path.unlink()
                return standing(before)
            digest, size = _copied(system, info, target, cap, where)
        labels = {**_labels(info, source), **({"etag": tag} if tag else {})}
        _refuse_unfinished(system, info, size, tag, where)
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, FileNotFoundError):
            raise EvidenceError("fetch.truncated", where=where, expected="a file that stays while it is read", found="it is gone") from None
        if isinstance(error, OSError):
            raise _failed(error, where, "a file that can be read") from None
        raise
    if before is not None and before.sha256 == digest and not tag:
        path.unlink()
        return standing(before)
    return Fetched(
        name=info.base_name,
        url=where,
        path=path,
        sha256=digest,
        size=size,
        status=200,
        fetched_at=datetime.now(UTC).isoformat(timespec="seconds"),
        labels=labels,
    )


def _copied(system: fs.FileSystem, info: Any, target: Any, cap: int, where: str) -> tuple[str, int]:
    """SHA-256 and size of what was copied. Raises fetch.too_large."""
    from pyarrow import fs

    block_size = _BLOCK if isinstance(system, fs.LocalFileSystem) else _BLOCK_OF_STORE
    digest, size = hashlib.sha256(), 0
    with system.open_input_stream(info.path, compression=None) as stream:
        while block := stream.read(block_size):
            size += len(block)
            if size > cap:
                raise EvidenceError("fetch.too_large", where=where, expected=f"at most {cap:,} bytes", found=f"more than {size:,}")
            digest.update(block)
            target.write(block)
    return digest.hexdigest(), size


def _tag(system: fs.FileSystem, info: Any) -> str:
    """The ETag that the store gives an object's content; '' where a file system has none."""
    from pyarrow import fs

    if isinstance(system, fs.LocalFileSystem):
        return ""
    with system.open_input_stream(info.path, compression=None) as stream:
        told = {str(name).lower(): value for name, value in (stream.metadata() or {}).items()}
    tag = told.get("etag", told.get(b"etag".decode(), ""))
    return (tag.decode() if isinstance(tag, bytes) else str(tag)).strip('"')


def _refuse_unfinished(system: fs.FileSystem, info: Any, size: int, tag: str, where: str) -> None:
    """Hold the file as it is now against what was listed and read. An object's time has whole seconds, so that its ETag is asked too."""
    if not size:
        raise EvidenceError("fetch.empty", where=where, expected="a file with something in it", found="0 bytes")
    now = system.get_file_info(info.path)
    same = (now.size, now.mtime) == (info.size, info.mtime) and (now.size is None or now.size == size)
    if not same or _tag(system, info) != tag:
        raise EvidenceError(
            "fetch.truncated",
            where=where,
            expected="a file that stands still",
            found=f"{info.size:,} bytes when it was listed, {size:,} when it was read" if not same else "other content after it was read",
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


def _where(source: Folder, root: str = "") -> str:
    """The folder as messages name it: an object store without its options."""
    return source.path.partition("?")[0] if "://" in source.path else root or source.path


def _address(source: Folder, info: Any) -> str:
    """The address of one file."""
    scheme, separator, _ = source.path.partition("://")
    return f"{scheme}{separator}{info.path}" if separator else Path(info.path).as_uri()


def _failed(error: Exception, where: str, expected: str) -> EvidenceError:
    """What Arrow says of a folder or a file, as an error of ours, without a secret of the environment."""
    said = " ".join(f"{type(error).__name__}: {error}".split())
    for name in SECRETS:
        if len(secret := os.environ.get(name, "")) >= _FEWEST_OF_SECRET:
            said = said.replace(secret, "…")
    if _NO_BUCKET.search(said):
        return EvidenceError(
            "fetch.gone", where=where, expected="a bucket", found=said, todo="Correct the bucket's name in `path`, or its region."
        )
    if ("://" in where and _NO_ACCESS.search(said)) or isinstance(error, PermissionError):
        todo = _CREDENTIALS if "://" in where else "Give the account that runs this the right to read the folder."
        return EvidenceError("fetch.refused", where=where, expected=expected, found=said, todo=todo)
    return EvidenceError("fetch.unreachable", where=where, expected=expected, found=said)
