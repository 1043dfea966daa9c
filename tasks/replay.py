"""Bytes that are here already, as a delivery: an archived snapshot, or files of this machine. Nothing is asked of any publisher."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from expectations.declaration import Dataset
from tasks.snapshot import Delivery, Fetched, Snapshot

_CHUNK = 1 << 20


def from_archive(snapshot: Snapshot) -> Callable[[Dataset, Snapshot | None, Path], Delivery]:
    """A `Job.fetch` that brings an archived snapshot again, byte for byte and with its own provenance."""
    parts = tuple(
        Fetched(
            name=part.name,
            url=part.url,
            path=None,
            sha256=part.sha256,
            size=part.size,
            status=part.status,
            fetched_at=part.fetched_at,
            final_url=part.final_url,
            media_type=part.media_type,
            charset=part.charset,
            headers=part.headers,
            request=part.request,
            labels=part.labels,
        )
        for part in snapshot.parts
    )
    delivery = Delivery(parts, snapshot.release, snapshot.warnings, snapshot.announced)
    return lambda dataset, previous, scratch: delivery


def from_files(
    files: Sequence[Path], labels: Mapping[str, Mapping[str, str]] | None = None, names: Mapping[str, str] | None = None, release: str = ""
) -> Callable[[Dataset, Snapshot | None, Path], Delivery]:
    """A `Job.fetch` that brings files of this machine. `labels` and `names` are by file name: what is said of a part, and what it is called."""
    fetched_at = datetime.now(UTC).isoformat(timespec="seconds")
    parts = tuple(
        Fetched(
            name=(names or {}).get(path.name, path.name),
            url=path.resolve().as_uri(),
            path=path,
            sha256=_sha256(path),
            size=path.stat().st_size,
            status=200,
            fetched_at=fetched_at,
            final_url=path.resolve().as_uri(),
            labels=dict((labels or {}).get(path.name, {})),
        )
        for path in files
    )
    return lambda dataset, previous, scratch: Delivery(parts, release)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
