"""What a CKAN portal lists: packages, their resources, and which of them a declaration means.

Refuses an answer that is not one of CKAN's action API: errors of it come as `success: false`, as a status with `error.__type`, or as a bare
JSON text. Takes nothing on trust: formats are left blank, hashes are missing or no MD5, and names repeat.
Rules: https://docs.ckan.org/en/latest/api/
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from expectations.errors import EvidenceError
from expectations.sources import Ckan
from tasks.fetch.answers import one_line
from tasks.fetch.choose import fingerprint
from tasks.fetch.http import Http
from tasks.fetch.parts import discard
from tasks.fetch.parts import listed as as_list

PACKAGES_A_PAGE = 100
_JSON = ("application/json",)
_ANSWERED = frozenset([400, 403, 404, 409])  # CKAN says in the body what was wrong
_LISTED = ("url", "hash", "size", "last_modified", "metadata_modified", "revision_id", "format")
_MOST_OF_A_NAME = 120


@dataclass(frozen=True)
class Resource:
    """One resource of a package, with the name of its part. `listed` is a hash of what the portal says of it, '' where that has no date."""

    id: str
    part: str
    title: str
    package: str
    url: str
    form: str  # the ending of the file's name, or else the format as the portal prints it; lower case
    md5: str
    uploaded: bool  # kept by the portal itself, and not only linked
    listed: str
    tabled: bool  # the portal's datastore has it as a table
    labels: Mapping[str, str]


def action(site: str, name: str, params: Mapping[str, Any], http: Http) -> Mapping[str, Any]:
    """The result of an action. Raises fetch.gone, fetch.refused, fetch.rejected or fetch.protocol with what CKAN says."""
    url = f"{site.rstrip('/')}/api/3/action/{name}"
    received = http.get(url, params=params, media=_JSON, accept=_ANSWERED, name=name)
    try:
        answer = received.json()
    except EvidenceError:
        if received.status == 200:
            raise
        answer = None
    finally:
        discard([received])
    result = answer.get("result") if isinstance(answer, Mapping) else None
    if received.status == 200 and isinstance(answer, Mapping) and answer.get("success") is True and isinstance(result, Mapping):
        return result
    code = {403: "fetch.refused", 404: "fetch.gone", 200: "fetch.protocol"}.get(received.status, "fetch.rejected")
    asked = ", ".join(f"{key} {value}" for key, value in params.items())
    raise EvidenceError(
        code, where=f"{url} ({asked})", expected="success: true with a result", found=f"HTTP {received.status}: {_said(answer)}"
    )


def packages(source: Ckan, http: Http) -> list[Mapping[str, Any]]:
    """The declared packages and those that are found by search, each once. Raises fetch.no_match where the search finds none."""
    found = [action(source.site, "package_show", {"id": package}, http) for package in source.packages]
    if source.search is not None:
        fitting = [each for each in _search(source, http) if re.fullmatch(source.search.package, str(each.get("name")))]
        if not fitting:
            raise EvidenceError(
                "fetch.no_match",
                where=source.site,
                expected=f"packages that fit {source.search.package!r}",
                found=f"none for {source.search.query!r}",
            )
        found += fitting
    return list({str(each.get("id")): each for each in found}.values())


def resources(source: Ckan, listed: Sequence[Mapping[str, Any]]) -> tuple[list[Resource], list[str]]:
    """The resources that the declaration means, oldest first, and warnings. Raises fetch.no_match where there are none."""
    pairs = [
        (package, each)
        for package in listed
        for each in as_list(package.get("resources"))
        if isinstance(each, Mapping) and _meant(source, each)
    ]
    if not pairs:
        every = [str(each.get("name")) for package in listed for each in as_list(package.get("resources")) if isinstance(each, Mapping)]
        shown = ", ".join(repr(name) for name in every[:8])
        raise EvidenceError(
            "fetch.no_match", where=source.site, expected="at least one resource that fits", found=f"none of {len(every)}: {shown}"
        )
    # By age and not by the portal's order, which editors change: so that of two files with one name the same one keeps it.
    pairs.sort(key=lambda pair: (str(pair[1].get("created") or ""), str(pair[1].get("id"))))
    chosen: list[Resource] = []
    warnings: list[str] = []
    for package, each in pairs:
        if str(each.get("id")) in source.withdrawn:
            warnings.append(f"{one_line(str(each.get('name')))!r} is passed over, as `withdrawn` says")
            continue
        labels = _labels(source.labels, package, each)
        taken = {resource.part.casefold() for resource in chosen}
        chosen.append(_resource(package, each, taken, labels))
        if source.labels and not labels:
            warnings.append(f"{chosen[-1].part}: no pattern of `labels` fits {str(each.get('name'))!r}")
    return chosen, warnings


def _search(source: Ckan, http: Http) -> list[Mapping[str, Any]]:
    assert source.search is not None
    asked = {
        "q": source.search.query,
        "rows": PACKAGES_A_PAGE,
        "sort": "name asc",
        **({"fq": source.search.filter} if source.search.filter else {}),
    }
    found: dict[str, Mapping[str, Any]] = {}
    start = 0
    while True:
        result = action(source.site, "package_search", {**asked, "start": start}, http)
        page, count = result.get("results"), result.get("count")
        if not isinstance(page, list) or not isinstance(count, int):
            raise EvidenceError(
                "fetch.protocol", where=source.site, expected="results and their count", found=", ".join(result) or "an empty object"
            )
        found.update({str(each.get("id")): each for each in page if isinstance(each, Mapping)})
        start += len(page)
        if start >= count:
            break
        if not page:
            raise EvidenceError(
                "fetch.truncated", where=f"{source.site}, package_search", expected=f"{count:,} packages", found=f"{start:,}"
            )
    return list(found.values())


def _meant(source: Ckan, resource: Mapping[str, Any]) -> bool:
    if str(resource.get("state") or "active") != "active":
        return False
    name, url = str(resource.get("name") or ""), str(resource.get("url") or "")
    if source.resources and not (re.search(source.resources, name, re.IGNORECASE) or re.search(source.resources, url, re.IGNORECASE)):
        return False
    if source.datastore and resource.get("datastore_active") is not True:
        return False
    # The format is blank on some resources and wrong on others, so the ending of the file's name counts too.
    wanted = {form.lower().lstrip(".") for form in source.formats}
    return not wanted or bool(wanted & {str(resource.get("format") or "").lower().lstrip("."), _ending(url)})


def _resource(package: Mapping[str, Any], each: Mapping[str, Any], taken: set[str], labels: Mapping[str, str]) -> Resource:
    url, number = str(each.get("url") or ""), str(each.get("id"))
    said = {name: each.get(name) for name in _LISTED}
    if not said["metadata_modified"]:  # portals before 2.10 date only the package
        said["metadata_modified"] = package.get("metadata_modified")
    claimed = str(each.get("hash") or "").removeprefix("md5:").lower()
    return Resource(
        id=number,
        part=_part_name(url, number, taken),
        title=one_line(str(each.get("name") or "")),
        package=str(package.get("name")),
        url=url,
        form=_ending(url) or str(each.get("format") or "").lower().lstrip("."),
        md5=claimed if re.fullmatch(r"[0-9a-f]{32}", claimed) else "",
        uploaded=each.get("url_type") == "upload",
        listed=fingerprint(said) if said["metadata_modified"] else "",
        tabled=each.get("datastore_active") is True,
        labels=labels,
    )


def _part_name(url: str, number: str, taken: set[str]) -> str:
    """The file's own name, safe for a file system; with the beginning of the resource's id where another part has it."""
    name = re.sub(r"[^A-Za-z0-9_.+-]+", "-", unquote(PurePosixPath(urlsplit(url).path).name)).strip("-.")[-_MOST_OF_A_NAME:].lstrip("-._+")
    name = name or number
    if name.casefold() not in taken:
        return name
    stem, dot, ending = name.rpartition(".")
    return f"{stem}-{number[:8]}.{ending}" if dot else f"{name}-{number[:8]}"


def _labels(patterns: Sequence[str], package: Mapping[str, Any], each: Mapping[str, Any]) -> dict[str, str]:
    """The named groups of each pattern in the first of name, file name and package title that it fits; earlier patterns go first."""
    texts = [
        str(each.get("name") or ""),
        unquote(PurePosixPath(urlsplit(str(each.get("url") or "")).path).name),
        str(package.get("title") or ""),
    ]
    found: dict[str, str] = {}
    for pattern in patterns:
        match = next((match for text in texts if (match := re.search(pattern, text, re.IGNORECASE))), None)
        for name, value in (match.groupdict() if match else {}).items():
            if value and name not in found:
                found[name] = value.strip()
    return found


def _ending(url: str) -> str:
    return PurePosixPath(urlsplit(url).path).suffix.lower().lstrip(".")


def _said(answer: Any) -> str:
    """What CKAN says of an error: a type and a message, or a type and the fields that are wrong; or the whole answer is a text."""
    if isinstance(answer, str):
        return one_line(answer)
    error = answer.get("error") if isinstance(answer, Mapping) else None
    if not isinstance(error, Mapping):
        return one_line(str(error)) if error else "no reason"
    kind = str(error.get("__type") or "error")
    facts = [
        f"{name}: {', '.join(map(str, value)) if isinstance(value, list) else value}"
        for name, value in error.items()
        if not name.startswith("__")
    ]
    return one_line(f"{kind}; {'; '.join(facts)}")
