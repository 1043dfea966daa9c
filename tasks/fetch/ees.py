"""DfE's Explore Education Statistics (EES): a data set of its API as CSV or by query, or a file of its data catalogue.

Refuses to guess: a publication, data set or file is found by its printed title, exactly one or a coded error that lists the nearest.
What changed is asked of the version, not of HTTP caching, which the API does not do. The API's docs: https://api.education.gov.uk/statistics/docs
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from expectations.errors import EvidenceError
from expectations.sources import GUID, Ees
from tasks.fetch import SERVICES, ees_catalogue, ees_query
from tasks.fetch.choose import by_name, fingerprint, folded
from tasks.fetch.ees_api import Version, identity, one, pages
from tasks.fetch.ees_changes import announced
from tasks.fetch.http import Http
from tasks.fetch.parts import labelled, standing
from tasks.snapshot import Delivery, Fetched, Snapshot

BASE = SERVICES["ees"]
DATA, META = "data.csv", "meta.json"
_CSV = ("text/csv",)
_PUBLICATIONS_A_PAGE, _OTHERS_A_PAGE = 40, 20  # the API's own maxima; one more is a 400
_SHORTEST_SEARCH = 3  # characters; a shorter search is a 400
_LONGEST_LINE = 1 << 20  # bytes of a line read at once
_MOST_VERSIONS_TOLD = 40  # changelogs read at once, after a long silence


def fetch(source: Ees, http: Http, previous: Snapshot | None) -> Delivery:
    """The whole CSV of one version with its metadata (`data.csv`, `meta.json`), or the unchanged parts where no version is new.

    With `query`, `data.csv` is made from the pages of the answer, which are kept beside it. Raises EvidenceError of the area `fetch`.
    """
    if source.catalogue is not None:
        return ees_catalogue.fetch(source, http, previous)
    asked = fingerprint(source)
    data_set = _data_set(source, http, _known_id(previous, asked))
    warnings = _status_warnings(data_set)
    versions: list[Mapping[str, Any]] = []
    if source.version == "*":
        chosen = _latest(data_set)
    else:
        versions = _versions(str(data_set["id"]), http)
        chosen = _pinned(source.version, data_set, versions)
        warnings += _version_warnings(source.version, chosen, _latest(data_set))
    version = str(chosen["version"])
    stands = _unchanged(previous, {"data_set": str(data_set["id"]), "version": version, "asked": asked})
    if stands:
        return Delivery(stands, version, tuple(warnings))
    labels = labelled(data_set=str(data_set["id"]), title=str(data_set["title"]), version=version, asked=asked)
    parts, said = _parts(source, http, data_set, chosen, labels)
    told = _announced(http, str(data_set["id"]), version, previous, versions)
    return Delivery(tuple(parts), version, tuple(dict.fromkeys([*warnings, *said])), told)


# -- which data set ------------------------------------------------------------------------------------------------------------------


def _data_set(source: Ees, http: Http, known: str) -> Mapping[str, Any]:
    """The data set, by id, by what was found the last time, or by publication and title. Raises fetch.withdrawn."""
    wanted = source.data_set or ""
    by_id = _one_by_id(http, wanted) if GUID.match(wanted) else _remembered(known, wanted, http)
    found = by_id or _found(source.publication or "", wanted, http)
    if found.get("status") == "Withdrawn":
        _withdrawn(f"data set {found.get('title')!r}", found)
    return found


def _one_by_id(http: Http, identity: str) -> Mapping[str, Any]:
    url = f"{BASE}/data-sets/{identity}"
    found = one(http, url, "data-set")
    if "title" not in found or "status" not in found:
        raise EvidenceError("fetch.protocol", where=url, expected="a data set with title and status", found=", ".join(found) or "nothing")
    return {"id": identity, **found}


def _remembered(known: str, title: str, http: Http) -> Mapping[str, Any] | None:
    """The data set found the last time, if it is still there under its title: one request instead of three or more."""
    if not known:
        return None
    try:
        found = _one_by_id(http, known)
    except EvidenceError as error:
        if error.code in ("fetch.gone", "fetch.refused"):
            return None
        raise
    return found if folded(found.get("title")) == folded(title) and found.get("status") == "Published" else None


def _found(publication: str, title: str, http: Http) -> Mapping[str, Any]:
    where = f"{BASE}/publications"
    candidates: list[Mapping[str, Any]] = []
    if len(publication) >= _SHORTEST_SEARCH:
        candidates = pages(http, where, _PUBLICATIONS_A_PAGE, {"search": publication})
    if not any(folded(item.get("title")) == folded(publication) for item in candidates):
        candidates = pages(http, where, _PUBLICATIONS_A_PAGE)  # the search has ways of its own; the whole list is short
    parent = by_name(publication, candidates, lambda item: str(item.get("title")), f"the publications at {where}")
    where = f"{BASE}/publications/{identity(parent, where)}/data-sets"
    data_sets = pages(http, where, _OTHERS_A_PAGE)
    current = [item for item in data_sets if item.get("status") == "Published"]
    names_one = any(folded(item.get("title")) == folded(title) for item in current)
    among = current if names_one else data_sets
    found = by_name(title, among, lambda item: str(item.get("title")), f"the data sets of {publication!r} at {where}")
    identity(found, where)
    return found


def _status_warnings(data_set: Mapping[str, Any]) -> list[str]:
    if data_set.get("status") != "Deprecated":
        return []
    successor = data_set.get("supersedingDataSetId")
    return [f"DfE calls the data set {data_set.get('title')!r} deprecated" + (f"; {successor} replaces it" if successor else "")]


def _withdrawn(what: str, thing: Mapping[str, Any]) -> NoReturn:
    successor = thing.get("supersedingDataSetId")
    raise EvidenceError(
        "fetch.withdrawn",
        where=what,
        expected="published data",
        found=f"withdrawn {thing.get('withdrawn') or ''}".strip() + (f"; {successor} replaces it" if successor else ""),
    )


# -- which version -------------------------------------------------------------------------------------------------------------------


def _latest(data_set: Mapping[str, Any]) -> Mapping[str, Any]:
    latest = data_set.get("latestVersion")
    if not isinstance(latest, Mapping) or "version" not in latest:
        where = f"{BASE}/data-sets/{data_set.get('id') or ''}".rstrip("/")
        raise EvidenceError("fetch.protocol", where=where, expected="a latestVersion", found="none")
    Version.of(str(latest["version"]))
    return latest


def _versions(data_set: str, http: Http) -> list[Mapping[str, Any]]:
    return pages(http, f"{BASE}/data-sets/{data_set}/versions", _OTHERS_A_PAGE)


def _pinned(pattern: str, data_set: Mapping[str, Any], versions: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The newest version that fits the pattern; a wildcard sees published ones alone, as the API's own do.

    Raises fetch.no_match, fetch.withdrawn.
    """
    fitting = [item for item in versions if Version.of(str(item["version"])).fits(pattern)]
    if pattern.endswith("*"):
        fitting = [item for item in fitting if item.get("status") == "Published"]
    if not fitting:
        listed = ", ".join(str(item["version"]) for item in versions[:12])
        raise EvidenceError(
            "fetch.no_match", where=f"versions of {data_set.get('title')!r}", expected=f"a published version {pattern}", found=listed
        )
    chosen = max(fitting, key=lambda item: Version.of(str(item["version"])))
    if chosen.get("status") == "Withdrawn":
        _withdrawn(f"version {chosen['version']} of {data_set.get('title')!r}", chosen)
    return chosen


def _version_warnings(pattern: str, chosen: Mapping[str, Any], latest: Mapping[str, Any]) -> list[str]:
    said = []
    if chosen.get("status") == "Deprecated":
        said.append(f"DfE calls version {chosen['version']} deprecated")
    if Version.of(str(latest["version"])) > Version.of(str(chosen["version"])):
        said.append(f"version {latest['version']} is out; the declaration keeps to {pattern}, so {chosen['version']} was fetched")
    return said


def _known_id(previous: Snapshot | None, asked: str) -> str:
    labels = next((part.labels for part in previous.parts if part.labels.get("asked") == asked), {}) if previous else {}
    return labels.get("data_set", "")


def _unchanged(previous: Snapshot | None, labels: Mapping[str, str]) -> tuple[Fetched, ...]:
    """The previous parts, where all of them are of this data set, this version and this question; else ()."""
    if previous is None or not all(part.labels.get(name) == value for part in previous.parts for name, value in labels.items()):
        return ()
    return tuple(standing(part) for part in previous.parts)


# -- the parts -----------------------------------------------------------------------------------------------------------------------


def _parts(
    source: Ees, http: Http, data_set: Mapping[str, Any], chosen: Mapping[str, Any], labels: Mapping[str, str]
) -> tuple[list[Fetched], list[str]]:
    """Data and metadata of one and the same version; with them what is to be said of the answers."""
    address, version = f"{BASE}/data-sets/{data_set['id']}", {"dataSetVersion": str(chosen["version"])}
    meta = http.get(f"{address}/meta", params=version, media=("application/json",), name=META)
    described = ees_query.checked_meta(meta.json(), meta.url)
    if source.query is not None:
        data, said = ees_query.fetch(source.query, f"{address}/query", version, described, http, labels, source.max_bytes)
        return [*data, meta.fetched(META, labels)], [*said, *meta.warnings]
    csv = http.get(f"{address}/csv", params=version, media=_CSV, name=DATA, max_bytes=source.max_bytes)
    assert csv.path is not None  # no validators were sent, so there is a body
    said = [*csv.warnings, *meta.warnings, *_completeness(csv.path, chosen.get("totalResults"), csv.url)]
    return [csv.fetched(DATA, labels), meta.fetched(META, labels)], said


def _completeness(path: Path, announced_rows: Any, url: str) -> list[str]:
    """The rows of the file against the rows that the API counts: the end of a chunked answer is not always seen. Raises fetch.truncated."""
    if not isinstance(announced_rows, int):
        return []
    rows = count_records(path)
    if rows < announced_rows:
        raise EvidenceError(
            "fetch.truncated", where=url, expected=f"{announced_rows:,} rows, as the API counts them", found=f"{rows:,} rows"
        )
    return [f"the CSV has {rows:,} rows, the API counts {announced_rows:,}"] if rows > announced_rows else []


def count_records(path: Path) -> int:
    """Records of a CSV file below its header. A line break within quotes ends no record, an empty line is none. Streams, a line at a time."""
    records, quoted, begun = 0, False, False
    with path.open("rb") as file:
        while piece := file.readline(_LONGEST_LINE):
            quoted ^= piece.count(b'"') % 2 == 1
            begun = begun or piece.strip(b"\r\n") != b""
            if begun and not quoted and piece.endswith(b"\n"):
                records, begun = records + 1, False
    return max(0, records + begun - 1)


def _announced(
    http: Http, data_set: str, version: str, previous: Snapshot | None, versions: list[Mapping[str, Any]]
) -> tuple[Mapping[str, Any], ...]:
    """What DfE says has changed since the previous snapshot, over all versions that came between."""
    before = _version_before(previous, data_set)
    new = [version]
    if before is not None and before < Version.of(version):
        named = {Version.of(str(item["version"])): str(item["version"]) for item in versions or _versions(data_set, http)}
        new = [named[each] for each in sorted(named) if before < each <= Version.of(version)][-_MOST_VERSIONS_TOLD:] or new
    told: list[Mapping[str, Any]] = []
    for number in new:
        url = f"{BASE}/data-sets/{data_set}/versions/{number}/changes"
        try:
            told += announced(one(http, url, "changes"), url)
        except EvidenceError as error:
            if error.code not in ("fetch.gone", "fetch.refused"):  # a first version has no changelog, nor has one since withdrawn
                raise
    return tuple(told)


def _version_before(previous: Snapshot | None, data_set: str) -> Version | None:
    """The version of the previous snapshot; None where that was of another data set, or of another source before the declaration changed."""
    labels = previous.parts[0].labels if previous and previous.parts else {}
    return Version.of(labels["version"]) if labels.get("data_set") == data_set and "version" in labels else None
