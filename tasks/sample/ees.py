"""DfE's Explore Education Statistics on this machine: its public API, its content API as far as the data catalogue goes, its CSV downloads.

Speaks the wire format of the service, with its traps: page sizes over the maximum and unknown parameters are 400, the CSV is gzip whatever
was asked for, an unknown filter is no error but a warning, options of two filters in one `in` are a union.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tasks.sample import ees_query
from tasks.sample.ees_data import DataSet, Version, changelog
from tasks.sample.server import Request, Response

_GUID = r"([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})"
_PROBLEM = "application/problem+json; charset=utf-8"
_NAMES = {400: "One or more validation errors occurred.", 403: "Forbidden", 404: "Not Found"}


class EesApi:
    """The public API: publications, data sets, versions, changelogs, metadata, CSV, queries."""

    def __init__(self, data_sets: Sequence[DataSet]) -> None:
        self.data_sets = [data_set for data_set in data_sets if data_set.in_api]

    def respond(self, request: Request) -> Response | None:
        routes: list[tuple[str, tuple[str, ...], Callable[..., Response]]] = [
            (r"/publications", ("search", "page", "pageSize"), self._publications),
            (rf"/publications/{_GUID}", (), self._publication),
            (rf"/publications/{_GUID}/data-sets", ("page", "pageSize"), self._of_publication),
            (rf"/data-sets/{_GUID}", (), self._data_set),
            (rf"/data-sets/{_GUID}/meta", ("types", "dataSetVersion"), self._meta),
            (rf"/data-sets/{_GUID}/csv", ("dataSetVersion",), self._csv),
            (rf"/data-sets/{_GUID}/query", ("dataSetVersion",), self._query),
            (rf"/data-sets/{_GUID}/versions", ("page", "pageSize"), self._versions),
            (rf"/data-sets/{_GUID}/versions/([^/]+)", (), self._version),
            (rf"/data-sets/{_GUID}/versions/([^/]+)/changes", ("includePatchHistory",), self._changes),
        ]
        for pattern, known, answer in routes:
            match = re.fullmatch(pattern, request.path)
            if match:
                unknown = [name for name in request.query if name not in known]
                if unknown:
                    return invalid([{"message": "Unknown field.", "code": "UnknownField", "path": unknown[0]}])
                return answer(request, *match.groups())
        return problem(404)

    def _publications(self, request: Request) -> Response:
        wanted = request.one("search")
        if wanted and len(wanted) < 3:
            return invalid([{"message": "Must be 3 or more characters.", "code": "MinimumLength", "path": "search"}])
        found = {each.publication["id"]: each.publication for each in self.data_sets}.values()
        words = wanted.lower().split()
        listed = [item for item in found if all(word in f"{item['title']} {item.get('summary', '')}".lower() for word in words)]
        return paged(request, [self._of(item) for item in listed], 20, 40)

    def _publication(self, _: Request, identity: str) -> Response:
        found = next((each.publication for each in self.data_sets if each.publication["id"] == identity), None)
        return Response.of_json(self._of(found)) if found else problem(404)

    def _of_publication(self, request: Request, identity: str) -> Response:
        mine = [each for each in self.data_sets if each.publication["id"] == identity]
        if not mine:
            return problem(404)
        newest = sorted(mine, key=lambda each: str(each.latest.facts["published"]), reverse=True)
        return paged(request, [each.described() for each in newest], 10, 20)

    def _data_set(self, _: Request, identity: str) -> Response:
        found = self._find(identity)
        return found if isinstance(found, Response) else Response.of_json(found.described())

    def _meta(self, request: Request, identity: str) -> Response:
        version = self._served(identity, request.one("dataSetVersion", "*"))
        return version if isinstance(version, Response) else Response.of_json(version.meta)

    def _csv(self, request: Request, identity: str) -> Response:
        version = self._served(identity, request.one("dataSetVersion", "*"))
        if isinstance(version, Response):
            return version
        name = f"{identity}_v{version.facts['version']}.csv"
        headers = {"Content-Type": "text/csv", "Content-Encoding": "gzip", "Content-Disposition": f"attachment; filename={name}"}
        return Response(200, gzip.compress(version.content, mtime=0), headers)

    def _query(self, request: Request, identity: str) -> Response:
        version = self._served(identity, request.one("dataSetVersion", "*"))
        if isinstance(version, Response):
            return version
        if request.method != "POST" or not request.headers.get("content-type", "").startswith("application/json"):
            return problem(415)
        try:
            answer = ees_query.answer(request.json() if request.body else {}, version)
        except ees_query.Invalid as error:
            return invalid(error.errors)
        return Response.of_json(answer)

    def _versions(self, request: Request, identity: str) -> Response:
        found = self._find(identity)
        if isinstance(found, Response):
            return found
        newest = sorted(found.versions, key=lambda version: version.number[:2], reverse=True)
        return paged(request, [{**version.summary(), "file": {"id": found.file_id}} for version in newest], 10, 20)

    def _version(self, _: Request, identity: str, number: str) -> Response:
        found = self._find(identity)
        version = found if isinstance(found, Response) else chosen(found, number)
        return version if isinstance(version, Response) else Response.of_json(version.summary()) if version else problem(404)

    def _changes(self, _: Request, identity: str, number: str) -> Response:
        found = self._find(identity)
        if isinstance(found, Response):
            return found
        version = chosen(found, number)
        if version is None:
            return problem(404)
        earlier = [each for each in found.versions if each.number < version.number]
        return Response.of_json(changelog(max(earlier, key=lambda each: each.number) if earlier else None, version))

    def _find(self, identity: str) -> DataSet | Response:
        return next((each for each in self.data_sets if each.id == identity), None) or problem(404)

    def _served(self, identity: str, number: str) -> Version | Response:
        found = self._find(identity)
        if isinstance(found, Response):
            return found
        version = chosen(found, number)
        if version is None:
            return problem(404)
        return problem(403) if "Withdrawn" in (version.facts["status"], found.status) else version

    def _of(self, publication: Mapping[str, str]) -> dict[str, str]:
        newest = max(str(each.latest.facts["published"]) for each in self.data_sets if each.publication["id"] == publication["id"])
        return {**publication, "lastPublished": newest}


class EesContent:
    """The content API, as far as it lists and describes the files of the data catalogue."""

    def __init__(self, data_sets: Sequence[DataSet]) -> None:
        self.data_sets = list(data_sets)

    def respond(self, request: Request) -> Response | None:
        if request.path == "/data-set-files":
            words = request.one("searchTerm").lower().split()
            found = [each for each in self.data_sets if any(word in each.title.lower() for word in words)]
            return paged(request, [self._listed(each) for each in found], 10, 40)
        match = re.fullmatch(rf"/data-set-files/{_GUID}", request.path)
        found_one = next((each for each in self.data_sets if match and each.file_id == match[1]), None)
        return Response.of_json(self._described(found_one)) if found_one else problem(404)

    def _listed(self, data_set: DataSet) -> dict[str, Any]:
        release = data_set.latest.facts["release"]
        publication = {name: data_set.publication[name] for name in ("id", "title", "slug")}
        facts = {"id": data_set.file_id, "title": data_set.title, "content": data_set.summary, "filename": "data.csv"}
        return {
            **facts,
            "publication": publication,
            "release": release,
            "latestData": True,
            "published": data_set.latest.facts["published"],
        }

    def _described(self, data_set: DataSet) -> dict[str, Any]:
        when = data_set.latest.facts["published"]
        release = {
            **data_set.latest.facts["release"],
            "isLatestPublishedRelease": data_set.status == "Published",
            "published": when,
            "lastUpdated": when,
        }
        return {"id": data_set.file_id, "title": data_set.title, "summary": data_set.summary, "release": release}


class EesCatalogue:
    """The site's data catalogue, as far as a file is downloaded there."""

    def __init__(self, data_sets: Sequence[DataSet]) -> None:
        self.data_sets = list(data_sets)

    def respond(self, request: Request) -> Response | None:
        match = re.fullmatch(rf"/data-set/{_GUID}/csv", request.path)
        found = next((each for each in self.data_sets if match and each.file_id == match[1]), None)
        if found is None:
            return None
        return Response(200, found.latest.content, {"Content-Type": "text/csv", "Content-Disposition": "attachment; filename=data.csv"})


def chosen(data_set: DataSet, number: str) -> Version | None:
    """The version that `dataSetVersion` names: wildcards see published ones alone, `2` is 2.0.0, `2.1` is 2.1.0, bad strings find none."""
    text = number.lower().removeprefix("v")
    if not re.fullmatch(r"\*|\d+(\.\d+){0,2}|\d+(\.\d+)?\.\*", text):
        return None
    if text == "*":
        return data_set.latest
    if text.endswith("*"):
        fixed = tuple(int(part) for part in text.rstrip(".*").split("."))
        live = [each for each in data_set.versions if each.facts["status"] == "Published" and each.number[: len(fixed)] == fixed]
        return max(live, key=lambda each: each.number, default=None)
    exact = tuple([int(part) for part in text.split(".")] + [0, 0])[:3]
    return next((each for each in data_set.versions if (*each.number, 0, 0)[:3] == exact), None)


def paged(request: Request, items: Sequence[Any], default: int, most: int) -> Response:
    """A page of a list; 400 where the page or its size is out of bounds."""
    try:
        page, size = int(request.one("page", "1")), int(request.one("pageSize", str(default)))
    except ValueError:
        return invalid([{"message": "Must be a whole number.", "code": "InvalidValue", "path": "page"}])
    if page < 1 or not 1 <= size <= most:
        path = "page" if page < 1 else "pageSize"
        return invalid([{"message": f"Must be between 1 and {most}.", "code": "InclusiveBetween", "path": path}])
    paging = {"page": page, "pageSize": size, "totalResults": len(items), "totalPages": -(-len(items) // size)}
    return Response.of_json({"paging": paging, "results": items[(page - 1) * size : page * size]})


def problem(status: int) -> Response:
    """An error in the form of RFC 7807, as the API sends it."""
    return Response.of_json(
        {"title": _NAMES.get(status, "Error"), "type": f"https://httpstatuses.io/{status}", "status": status}, status, _PROBLEM
    )


def invalid(errors: Sequence[Mapping[str, Any]]) -> Response:
    """A 400 with what is wrong."""
    told = {"title": _NAMES[400], "type": "https://tools.ietf.org/html/rfc9110#section-15.5.1", "status": 400, "errors": list(errors)}
    return Response.of_json(told, 400, _PROBLEM)
