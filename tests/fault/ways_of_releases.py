"""Files of releases of Explore Education Statistics as the fault suite asks them: by the content API, in a zip, by the release's page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from tasks.fetch import SERVICES
from tasks.sample.ees_files import EesPages, EesReleases, SampleFile, SampleRelease
from tasks.sample.server import Request, Responder, Response
from tests.fault.ways import ARRIVES, Ask, Paging, Way, Wrong, of_bytes, of_json, put, says

API, CATALOGUE = SERVICES["ees"], SERVICES["ees_catalogue"]
CONTENT, SITE = SERVICES["ees_content"], SERVICES["ees_site"]

_FALLS_BACK = {"404": ARRIVES, "410": ARRIVES}  # the page of the release is asked in its place

_SLUG, _TITLE = "absence", "Absence by term"
_TABLE = b"time_period,rate\n" + b"".join(b"20%02d%02d,%d.5\n" % (year, year + 1, year) for year in range(10, 24))
_ABOUT = f"{CONTENT}/publications/{_SLUG}"
_RELEASE = f"{_ABOUT}/releases/2023-24"
_ASKED = {"publication": _SLUG, "files": [_TITLE]}
_PUBLICATION = Ask("publication", _ABOUT, "json", differs=_FALLS_BACK)
_SUMMARY = Ask("summary", f"{_RELEASE}/version-summary", "json", differs=_FALLS_BACK)
_LISTED = Ask("files", f"{_RELEASE}/data-content", "json", differs=_FALLS_BACK)
_NOTES = Ask("notes", f"{_RELEASE}/updates", "json", differs=_FALLS_BACK)
_FILE = Ask("file", f"{CONTENT}/releases/", "csv")
_PAGE = Ask(
    "page",
    f"{SITE}/find-statistics/{_SLUG}/2023-24",
    "html",
    where=f"{SITE}/find-statistics/{_SLUG}",
    cap="tasks.fetch.ees_files_release.MOST_OF_A_PAGE",
    differs={"a web page": "fetch.protocol", "an error in JSON": "fetch.not_data"},
)


def _releases(folder: Path, notes: int = 1) -> EesReleases:
    told: list[Mapping[str, str]] = [
        {"date": "2025-03-27T00:00:00", "summary": f"Two authorities amended, {number}."} for number in range(notes)
    ]
    when = "2025-03-20T09:30:00+00:00"
    files = [SampleFile(_TITLE, "absence.csv", _TABLE)]
    return EesReleases([SampleRelease({"slug": _SLUG, "title": "Absence"}, "2023-24", "Academic year 2023/24", when, when, told, files)])


def _content(folder: Path, notes: int = 1) -> Mapping[str, Responder]:
    served = _releases(folder, notes)
    return {CONTENT: served, SITE: EesPages(served)}


def _pages_alone(folder: Path) -> Mapping[str, Responder]:
    """The site, and of the content API the files alone."""
    served = _releases(folder)

    class Files:
        def respond(self, request: Request) -> Response | None:
            return served.respond(replace(request, path="/releases" + request.path))

    return {f"{CONTENT}/releases": Files(), CONTENT: _Nothing(), SITE: EesPages(served)}


class _Nothing:
    """A service that has nothing."""

    def respond(self, request: Request) -> Response | None:
        return None


WAYS = (
    Way(
        "ees_files",
        "ees_files",
        _ASKED,
        _content,
        (_PUBLICATION, _SUMMARY, _LISTED, _NOTES, _FILE),
        wrong=(
            Wrong("no such publication", "fetch.gone", arguments={"publication": "none"}),
            Wrong("no such file", "fetch.no_match", arguments={"files": ["Absence by week"]}, says="'Absence by term'"),
            Wrong("a publication that is a list", "fetch.protocol", "publication", of_json(lambda told: [told]), says="list"),
            Wrong("a publication without releases", "fetch.protocol", "publication", put("latestRelease", value=None)),
            Wrong("an id that leads elsewhere", "fetch.protocol", "summary", put("id", value="../../secret"), says="secret"),
            Wrong("a release without files", "fetch.protocol", "files", put("dataSets", value=None)),
            Wrong("a file without an id", "fetch.protocol", "files", put("dataSets", value=[{"title": _TITLE}])),
            Wrong("two files of one title", "fetch.ambiguous", "files", of_json(lambda told: {**told, "dataSets": told["dataSets"] * 2})),
            Wrong(
                "fewer rows than counted", "fetch.truncated", "files", put("dataSets", 0, "meta", "numDataFileRows", value=99), says="14"
            ),
            Wrong("fewer notes than counted", "fetch.truncated", "notes", put("results", value=[])),
            Wrong("notes without paging", "fetch.protocol", "notes", of_json(lambda told: {"results": told["results"]})),
        ),
        paging=(Paging("notes", "tasks.fetch.ees_files_release.NOTES_A_PAGE", 100, _NOTES, _content, None),),
    ),
    Way(
        "ees_files",
        "ees_files in a zip",
        {**_ASKED, "zipped": True},
        _content,
        (
            Ask("zip", f"{CONTENT}/releases/", "zip", asking="fileIds", differs={"unannounced_gzip": "fetch.not_data"}),
        ),  # octet-stream may be gzip
        wrong=(Wrong("no zip", "fetch.not_data", "zip", says(_TABLE, media_type="text/csv"), says="text/csv"),),
    ),
    Way(
        "ees_files",
        "ees_files by page",
        _ASKED,
        _pages_alone,
        (_PAGE, replace(_FILE, url=f"{CONTENT}/releases/")),
        wrong=(
            Wrong("a page without its data", "fetch.protocol", "page", says(b"<html><body>Release</body></html>", media_type="text/html")),
            Wrong("data that is no JSON", "fetch.protocol", "page", of_bytes(lambda body: body.replace(b'{"props"', b'{"props')), says=""),
            Wrong(
                "data of another form",
                "fetch.protocol",
                "page",
                of_bytes(lambda body: body.replace(b"downloadFiles", b"files")),
                says="none",
            ),
        ),
    ),
)
