"""What passes between the steps fetch, archive and read: parts as they came, and the snapshot they make.

Plain frozen values; no step's behaviour lives here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Validators:
    """What a service said of a part the last time, to ask 'only if changed' the next."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True)
class Fetched:
    """One part as it came: bytes in a scratch file, and where, when and how they came.

    `path` is None when the service said that the part has not changed; `sha256` and `size` are then those of the part it said so about.
    """

    name: str  # stable within the dataset: 'page-0001.csv', 'publish-spend-august-2016.xls'
    url: str  # as requested, secrets removed
    path: Path | None
    sha256: str
    size: int
    status: int
    fetched_at: str  # ISO 8601, UTC
    final_url: str = ""  # after redirects
    media_type: str = ""
    charset: str | None = None  # as the service declared it
    headers: Mapping[str, str] = field(
        default_factory=dict
    )  # those worth keeping: etag, last-modified, content-*, deprecation, sunset, link
    request: Mapping[str, Any] = field(default_factory=dict)  # method, params, body
    labels: Mapping[str, str] = field(default_factory=dict)  # what the declaration or the service says of this part: period, edition, title

    @property
    def validators(self) -> Validators:
        return Validators(self.headers.get("etag"), self.headers.get("last-modified"))


@dataclass(frozen=True)
class Delivery:
    """What one fetch brought: the parts, in order, and the publisher's own name for the release where there is one."""

    parts: tuple[Fetched, ...]
    release: str = ""  # the publisher's version or date of release: '3.16', '2025-09-25', 'LastRevised 2025-10-01'
    warnings: tuple[str, ...] = ()  # what a person should know and no step stops for: a Sunset header, a clamped limit
    announced: tuple[Mapping[str, Any], ...] = ()  # changes that the publisher itself announces


@dataclass(frozen=True)
class Part:
    """One archived part of a snapshot: the facts of `Fetched` without its scratch file."""

    name: str
    sha256: str
    size: int
    url: str
    final_url: str
    status: int
    fetched_at: str
    media_type: str = ""
    charset: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    request: Mapping[str, Any] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def validators(self) -> Validators:
        return Validators(self.headers.get("etag"), self.headers.get("last-modified"))


@dataclass(frozen=True)
class Snapshot:
    """A manifest of parts. `id` is the SHA-256 of the parts' names and hashes: the same bytes are the same snapshot."""

    id: str
    dataset: str
    parts: tuple[Part, ...]
    fetched_at: str
    run: str
    release: str = ""
    warnings: tuple[str, ...] = ()
    announced: tuple[Mapping[str, Any], ...] = ()
    origin: str = "live"  # live, sample (the figures that ship with the project), replay (files of a machine)

    def part(self, name: str) -> Part | None:
        return next((part for part in self.parts if part.name == name), None)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def snapshot_from_dict(stored: Mapping[str, Any]) -> Snapshot:
    """The snapshot that `Snapshot.as_dict` wrote."""
    fields = dict(stored)
    fields["parts"] = tuple(Part(**part) for part in stored["parts"])
    fields["warnings"] = tuple(stored["warnings"])
    fields["announced"] = tuple(stored["announced"])
    return Snapshot(**fields)
