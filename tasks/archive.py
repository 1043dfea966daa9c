"""The archive: every fetch kept by SHA-256 with its provenance, append-only and deduplicated by content.

Refuses to overwrite: bytes that are already kept are not written again, a manifest that exists is not changed.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import fields
from pathlib import Path

import pyarrow as pa

from expectations.errors import EvidenceError
from tasks.atomic import aside, flush, move_into_place, replace_json
from tasks.snapshot import Delivery, Fetched, Part, Snapshot, snapshot_from_dict
from tasks.tombstone import tombstones
from warehouse.home import Home

_CHUNK = 1 << 20
_PART_FIELDS = [field.name for field in fields(Part)]


def keep(delivery: Delivery, dataset: str, run: str, home: Home, origin: str = "live") -> Snapshot:
    """Keep what a fetch brought: bytes first, the manifest last. The same parts again give the snapshot that is already kept.

    Raises `archive.missing` where a service calls a part unchanged whose bytes are not kept, `archive.forgotten` for bytes that were ordered gone.
    """
    _refuse_forgotten(delivery, dataset, home)
    for fetched in delivery.parts:
        if fetched.path is not None:
            _keep_bytes(fetched, home)
        elif not home.part(fetched.sha256).exists():
            raise EvidenceError(
                "archive.missing",
                where=fetched.name,
                expected=f"bytes of SHA-256 {fetched.sha256[:12]}… in {home.archive}",
                found="none",
                dataset=dataset,
            )
    parts = tuple(Part(**{name: getattr(fetched, name) for name in _PART_FIELDS}) for fetched in delivery.parts)
    snapshot = Snapshot(
        id=_identity(parts),
        dataset=dataset,
        parts=parts,
        fetched_at=max((part.fetched_at for part in parts), default=""),
        run=run,
        release=delivery.release,
        warnings=delivery.warnings,
        announced=delivery.announced,
        origin=origin,
    )
    manifest = home.manifest(dataset, snapshot.id)
    if manifest.exists():
        return load(dataset, snapshot.id, home)
    replace_json(manifest, snapshot.as_dict())
    return snapshot


def load(dataset: str, snapshot: str, home: Home) -> Snapshot:
    """The snapshot of this id. Raises `archive.missing`."""
    manifest = home.manifest(dataset, snapshot)
    if not manifest.exists():
        raise EvidenceError(
            "archive.missing", where=str(manifest), expected=f"the manifest of snapshot {snapshot}", found="no file", dataset=dataset
        )
    return snapshot_from_dict(json.loads(manifest.read_text(encoding="utf-8")))


def open_part(part: Part, home: Home, into: Path) -> Path:
    """The part's bytes, as they came, in a file under `into`; checked against the hash. Raises `archive.missing`, `archive.damaged`."""
    source = home.part(part.sha256)
    if not source.exists():
        raise EvidenceError("archive.missing", where=part.name, expected=f"bytes of SHA-256 {part.sha256[:12]}…", found=f"no file {source}")
    into.mkdir(parents=True, exist_ok=True)
    target = into / f"{part.sha256[:16]}-{Path(part.name).name}"
    digest = hashlib.sha256()
    try:
        with pa.input_stream(str(source), compression="zstd") as stream, target.open("wb") as file:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
                file.write(chunk)
    except (OSError, pa.ArrowException) as error:
        raise EvidenceError("archive.damaged", where=str(source), expected="readable bytes", found=str(error)) from error
    if digest.hexdigest() != part.sha256:
        raise EvidenceError("archive.damaged", where=str(source), expected=f"SHA-256 {part.sha256}", found=digest.hexdigest())
    return target


def _refuse_forgotten(delivery: Delivery, dataset: str, home: Home) -> None:
    """Bytes that a person ordered forgotten do not come back by the next fetch."""
    ordered = [stone for stone in tombstones(home, dataset) if not stone.get("may_return")]
    gone = {part["sha256"]: stone for stone in ordered for part in stone["parts"] if part["removed"]}
    for fetched in delivery.parts:
        if stone := gone.get(fetched.sha256):
            raise EvidenceError(
                "archive.forgotten",
                where=str(home.tombstone(dataset, stone["snapshot"])),
                expected=f"other bytes than those that {stone['person']} ordered forgotten on {stone['forgotten_at'][:10]}",
                found=f"{fetched.name}, SHA-256 {fetched.sha256[:12]}…",
                dataset=dataset,
            )


def _keep_bytes(fetched: Fetched, home: Home) -> None:
    assert fetched.path is not None
    target = home.part(fetched.sha256)
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with aside(target) as written:
        with fetched.path.open("rb") as file, pa.output_stream(str(written), compression="zstd") as stream:
            shutil.copyfileobj(file, stream, _CHUNK)
        flush(written)
        move_into_place(written, target)


def _identity(parts: tuple[Part, ...]) -> str:
    listed = "\n".join(f"{part.name}\t{part.sha256}" for part in sorted(parts, key=lambda part: part.name))
    return hashlib.sha256(listed.encode()).hexdigest()[:32]
