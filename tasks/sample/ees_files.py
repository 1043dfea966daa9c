"""DfE's release files on this machine: the content API as far as a release's files go, and the release's page.

Holds no figures: it reads manifests and the tables beside them. The manifest is JSON, `<dataset>.json` under `tasks/sample/figures/dfe/`:

    {"protocol": "ees_files", "source": "…", "licence": "…",
     "publication": {"slug": "…", "title": "…", "next_release": {"year": 2026, "month": 7}},
     "release": {"slug": "2023-24", "title": "Academic year 2023/24", "published": "2025-07-10T09:30:00+01:00", "updated": "…",
                 "notes": [{"date": "2025-07-17T00:00:00", "summary": "…"}]},
     "files": [{"title": "…", "name": "exclusions.csv", "csv": "<dataset>.csv.gz", "meta": "<dataset>.meta.csv"}]}

Several manifests may hold files of one release. Ids are made of the names and are the sample's own.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import tempfile
import uuid
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from tasks.fetch.ees import count_records
from tasks.sample.ees import invalid, paged, problem
from tasks.sample.ees_data import csv_of
from tasks.sample.server import Request, Response

_SLUG, _GUID = r"([a-z0-9-]+)", r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
_PAGE = (
    "<!DOCTYPE html><html><head><title>{title}</title></head><body>"
    '<script id="__NEXT_DATA__" type="application/json">{data}</script></body></html>'
)


@dataclass(frozen=True)
class SampleFile:
    """A file of a release: its bytes, and those of its metadata."""

    title: str
    name: str
    figures: Path | bytes
    meta: bytes = b""
    counted: int | None = None  # rows that the release counts, where they are not those of the file

    @cached_property
    def content(self) -> bytes:
        return self.figures if isinstance(self.figures, bytes) else csv_of(self.figures)

    @property
    def rows(self) -> int:
        return _rows(self.content) if self.counted is None else self.counted


@dataclass
class SampleRelease:
    """A release with its files and notes; `updated` moves with each amendment, and the version's id with it."""

    publication: Mapping[str, Any]
    slug: str
    title: str
    published: str
    updated: str
    notes: list[Mapping[str, str]] = field(default_factory=list)
    files: list[SampleFile] = field(default_factory=list)

    @property
    def version(self) -> str:
        return _id(self.publication["slug"], self.slug, self.updated)

    def file_id(self, file: SampleFile) -> str:
        return _id(self.version, file.title)


class EesReleases:
    """The content API. `releases` may be changed while the server runs."""

    def __init__(self, releases: Sequence[SampleRelease]) -> None:
        self.releases = list(releases)

    def respond(self, request: Request) -> Response | None:
        if match := re.fullmatch(rf"/publications/{_SLUG}", request.path):
            return self._publication(match[1])
        if match := re.fullmatch(rf"/publications/{_SLUG}/releases/{_SLUG}/(version-summary|data-content|updates)", request.path):
            release = self._release(match[1], match[2])
            return problem(404) if release is None else getattr(self, f"_{match[3].replace('-', '_')}")(request, release)
        if match := re.fullmatch(rf"/releases/{_GUID}/files(?:/{_GUID})?", request.path):
            return self._file(request, match[1], match[2])
        return None

    def latest(self, publication: str) -> SampleRelease | None:
        mine = [release for release in self.releases if release.publication["slug"] == publication]
        return max(mine, key=lambda release: release.published, default=None)

    def _publication(self, slug: str) -> Response:
        latest = self.latest(slug)
        if latest is None:
            return problem(404)
        about = latest.publication
        newest = {"id": _id(slug, latest.slug), "slug": latest.slug, "title": latest.title}
        superseding = {"title": about["superseded_by"]} if "superseded_by" in about else None
        following = {"supersededByPublication": superseding, "nextReleaseDate": about.get("next_release")}
        return Response.of_json({"id": _id(slug), "slug": slug, "title": about["title"], "latestRelease": newest, **following})

    def _release(self, publication: str, slug: str) -> SampleRelease | None:
        mine = [release for release in self.releases if release.publication["slug"] == publication and release.slug == slug]
        return mine[-1] if mine else None

    def _version_summary(self, _: Request, release: SampleRelease) -> Response:
        return Response.of_json(
            {
                "id": release.version,
                "releaseId": _id(release.publication["slug"], release.slug),
                "isLatestRelease": release is self.latest(release.publication["slug"]),
                "lastUpdated": release.updated,
                "published": release.published,
                "slug": release.slug,
                "title": release.title,
                "updateCount": len(release.notes),
            }
        )

    def _data_content(self, _: Request, release: SampleRelease) -> Response:
        data_sets = [
            {
                "dataSetFileId": _id(release.publication["slug"], release.slug, file.title),
                "fileId": release.file_id(file),
                "title": file.title,
                "meta": {"numDataFileRows": file.rows},
            }
            for file in release.files
        ]
        return Response.of_json({"releaseVersionId": release.version, "dataSets": data_sets, "supportingFiles": []})

    def _updates(self, request: Request, release: SampleRelease) -> Response:
        return paged(request, sorted(release.notes, key=lambda note: note["date"], reverse=True), 10, 100)

    def _file(self, request: Request, version: str, identity: str | None) -> Response:
        release = next((each for each in self.releases if each.version == version), None)
        asked = [identity] if identity else request.query.get("fileIds", [])
        if len(asked) > 1:
            return invalid([{"message": "Providing multiple fileIds is deprecated.", "code": "fileIds"}])
        files = [file for file in (release.files if release else []) if not asked or (release and release.file_id(file) in asked)]
        if release is None or not files:
            return problem(404)
        if identity:
            return _with_validators(request, files[0].content, "text/csv", release)
        return _with_validators(request, _zip(files), "application/octet-stream", release)


class EesPages:
    """The site, as far as a release has a page: for where the content API does not know a release."""

    def __init__(self, releases: EesReleases) -> None:
        self._releases = releases

    def respond(self, request: Request) -> Response | None:
        match = re.fullmatch(rf"/find-statistics/{_SLUG}(?:/{_SLUG})?", request.path)
        if not match:
            return None
        if match[2] is None:
            latest = self._releases.latest(match[1])
            return Response(302, b"", {"Location": f"{request.base}/find-statistics/{match[1]}/{latest.slug}"}) if latest else None
        release = next((each for each in self._releases.releases if (each.publication["slug"], each.slug) == match.groups()), None)
        if release is None:
            return None
        files = [
            {"id": release.file_id(file), "extension": "csv", "fileName": file.name, "name": file.title, "type": "Data"}
            for file in release.files
        ]
        notes = [{"on": note["date"], "reason": note["summary"]} for note in release.notes]
        about: dict[str, Any] = {"id": release.version, "slug": release.slug, "title": release.title, "published": release.published}
        about["nextReleaseDate"] = release.publication.get("next_release")
        told = {**about, "updates": notes, "downloadFiles": files, "latestRelease": release is self._releases.latest(match[1])}
        data = json.dumps({"props": {"pageProps": {"releaseVersion": told}}}).replace("<", "\\u003c")
        return Response.of_text(_PAGE.format(title=release.title, data=data))


def releases(manifests: Iterable[Path]) -> list[SampleRelease]:
    """The releases of the manifests, each with the files of all manifests that name it."""
    found: dict[tuple[str, str], SampleRelease] = {}
    for manifest in manifests:
        told = json.loads(manifest.read_text(encoding="utf-8"))
        about = told["release"]
        key = (told["publication"]["slug"], about["slug"])
        release = found.setdefault(
            key,
            SampleRelease(told["publication"], about["slug"], about["title"], about["published"], about.get("updated", about["published"])),
        )
        release.notes += about.get("notes", [])
        release.files += [_sample_file(file, manifest.parent) for file in told["files"]]
    return list(found.values())


def _sample_file(told: Mapping[str, Any], folder: Path) -> SampleFile:
    meta = (folder / told["meta"]).read_bytes() if "meta" in told else b""
    return SampleFile(told["title"], told["name"], folder / told["csv"], meta)


def _rows(content: bytes) -> int:
    """Rows below the header, counted as a fetch counts them."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        return count_records(Path(file.name))


def _with_validators(request: Request, content: bytes, media_type: str, release: SampleRelease) -> Response:
    tag = f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'
    headers = {"ETag": tag, "Last-Modified": format_datetime(datetime.fromisoformat(release.updated).astimezone(UTC), usegmt=True)}
    if request.headers.get("if-none-match") == tag:
        return Response(304, b"", headers)
    return Response(200, content, {"Content-Type": media_type, **headers})


def _zip(files: Iterable[SampleFile]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            for name, content in ((file.name, file.content), (file.name.removesuffix(".csv") + ".meta.csv", file.meta)):
                if content:
                    archive.writestr(zipfile.ZipInfo(f"data/{name}", (2020, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _id(*words: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(words)))
