"""Files as the fault suite asks them: at an address, linked from a page, of gov.uk, in a folder; Fingertips, and street-level crime in two ways."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tasks.sample.fingertips import FingertipsApi
from tasks.sample.plain_file import GOV_UK, File, PlainFiles
from tasks.sample.server import Request, Responder, Response
from tasks.sample.serving import FINGERTIPS
from tests.fault.ways import Ask, Fixed, Way, Wrong, of_json, put, says

# -- files -------------------------------------------------------------------------------------------------------------------------------

HOST = "https://files.example.org"
_TABLE = b"area_code,value\n" + b"".join(b"E%08d,%d\n" % (number, number) for number in range(60))
_PAGE = b'<!DOCTYPE html><html><body><a href="/table.csv">The table</a><a href="/other.csv">Another table</a></body></html>'
_SIGNED = "?sig=s3cret-of-the-council"  # a key that stands in the address itself, as of a shared file
_STATISTICS = f"{GOV_UK}/government/statistics/deprivation"
_COLLECTION = f"{GOV_UK}/government/collections/deprivation"
_DESCRIBED = f"{GOV_UK}/api/content/government/statistics/deprivation"
_LISTED = Ask("collection", f"{GOV_UK}/api/content/government/collections/deprivation", "json")


def _files(folder: Path) -> Mapping[str, Responder]:
    return {HOST: PlainFiles({"/table.csv": File(_TABLE), "/other.csv": File(_TABLE), "/page": File(_PAGE)})}


def _gov_uk(folder: Path) -> Mapping[str, Responder]:
    when = "2025-10-30T09:30:00Z"
    edition = {"base_path": "/government/statistics/deprivation", "title": "Deprivation 2025", "public_updated_at": when}
    attached = {"title": "File 7", "filename": "file_7.csv", "url": f"{HOST}/table.csv"}
    described = {"title": "Deprivation", "public_updated_at": when, "details": {"attachments": [attached]}}
    answers = {
        "/api/content/government/statistics/deprivation": Response.of_json(described),
        "/api/content/government/collections/deprivation": Response.of_json({"links": {"documents": [edition]}}),
    }
    return {**_files(folder), GOV_UK: Fixed(answers)}


def _linked(**item: Any) -> dict[str, Any]:
    return {"hosts": ["files.example.org"], "files": [{"name": "table.csv", **item}]}


_FILE = Ask("file", f"{HOST}/table.csv", "csv")
_FILE_WAYS = (
    Way(
        "file",
        "file",
        {"files": [{"name": "table.csv", "url": f"{HOST}/table.csv{_SIGNED}"}]},
        _files,
        (_FILE,),
    ),
    Way(
        "file",
        "file linked from a page",
        _linked(page=f"{HOST}/page", link="The"),
        _files,
        (
            Ask(
                "page", f"{HOST}/page", "html", cap="tasks.fetch.plain_file.MOST_OF_A_PAGE", differs={"an error in JSON": "fetch.not_data"}
            ),
            _FILE,
        ),
        wrong=(
            Wrong("no such link", "fetch.no_match", arguments=_linked(page=f"{HOST}/page", link="Tables"), says="'The table' ->"),
            Wrong("two such links", "fetch.ambiguous", arguments=_linked(page=f"{HOST}/page", link="table"), says="'Another table' ->"),
            Wrong("a page without links", "fetch.no_match", "page", says(b"<html></html>", media_type="text/html"), says="none of 0 links"),
            Wrong(
                "a link to another host",
                "fetch.redirected",
                "page",
                says(b'<a href="https://a.example/x.csv">The</a>', media_type="text/html"),
            ),
        ),
    ),
    Way(
        "file",
        "file of gov_uk",
        _linked(page=_COLLECTION, edition="Deprivation", attachment="File 7"),
        _gov_uk,
        (_LISTED, Ask("page", _DESCRIBED, "json"), _FILE),
        wrong=(
            Wrong("no such attachment", "fetch.no_match", arguments=_linked(page=_STATISTICS, attachment="File 9"), says="'File 7'"),
            Wrong(
                "no such edition",
                "fetch.no_match",
                arguments=_linked(page=_COLLECTION, edition="Crime", attachment="7"),
                says="'Deprivation 2025'",
            ),
            Wrong(
                "two such attachments",
                "fetch.ambiguous",
                "page",
                put("details", "attachments", value=[{"title": f"File 7 {n}", "url": f"{HOST}/{n}.csv"} for n in "ab"]),
                says="'File 7 a'",
            ),
            Wrong("a page that is a list", "fetch.protocol", "page", of_json(lambda told: [told]), says="list"),
            Wrong("a page without attachments", "fetch.no_match", "page", put("details", value=None), says="none"),
        ),
    ),
)


def _folder(folder: Path) -> Mapping[str, Responder]:
    """No service: a folder of this machine, and others in which something is amiss."""
    for name in ("good", "empty", "linked"):
        (folder / name).mkdir()
    (folder / "good" / "survey.csv").write_bytes(_TABLE)
    (folder / "empty" / "survey.csv").write_bytes(b"")
    (folder / "linked" / "survey.csv").symlink_to(folder / "good" / "survey.csv")
    return {}


_FOLDER_WAYS = (
    Way(
        "folder",
        "folder",
        {"path": "{folder}/good", "files": ["survey*.csv"]},
        _folder,
        (),
        wrong=(
            Wrong("no such folder", "fetch.gone", arguments={"path": "{folder}/none"}),
            Wrong("no such file", "fetch.no_match", arguments={"files": ["*.xlsx"]}, says="survey.csv"),
            Wrong("an empty file", "fetch.empty", arguments={"path": "{folder}/empty"}, says="0 bytes"),
            Wrong("a link that leads out", "fetch.refused", arguments={"path": "{folder}/linked"}, says="leads out"),
            Wrong("a file over the cap", "fetch.too_large", arguments={"max_bytes": 10}, says="bytes"),
        ),
        elsewhere="tests/unit/fetch/test_folder.py",
    ),
)

# -- Fingertips --------------------------------------------------------------------------------------------------------------------------

_LIFE, _KIND = "Life expectancy at birth", "Counties & UAs (from Apr 2023)"
_OTHER = "Healthy life expectancy at birth"
_COLUMNS = ["Indicator ID", "Indicator Name", "Area Code", "Area Type", "Sex", "Time period", "Value"]
_INDICATORS = Ask("list", f"{FINGERTIPS}/indicator_metadata/csv/all", "csv")
_OF_ONE = Ask("rows", f"{FINGERTIPS}/all_data/csv/by_indicator_id", "csv")


def _fingertips(folder: Path) -> Mapping[str, Responder]:
    rows = [
        ["90366", "Life expectancy\nat birth", code, _KIND, sex, "2021 - 23", "77.1"] for code in ("E1", "E2") for sex in ("Male", "Female")
    ]
    with (folder / "rows.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([_COLUMNS, *rows])
    told = {"area_type": 502, "figures": "rows.csv", "updated": "10/12/2025"}
    names = {90366: _LIFE, 90362: _OTHER, 1: "Twice", 2: "Twice"}
    indicators = [{"id": number, "name": name, **told} for number, name in names.items()]
    (folder / "life.json").write_text(json.dumps({"protocol": "fingertips", "indicators": indicators}))
    return {FINGERTIPS: FingertipsApi([folder / "life.json"])}


_FINGERTIPS_WAYS = (
    Way(
        "fingertips",
        "fingertips",
        {"indicators": {"life_expectancy": _LIFE}, "area_type": 502, "expect_area_type": _KIND},
        _fingertips,
        (_INDICATORS, _OF_ONE),
        wrong=(
            Wrong("no such indicator", "fetch.no_match", arguments={"indicators": {"x": "Life expectancy"}}, says=_LIFE),
            Wrong("two such indicators", "fetch.ambiguous", arguments={"indicators": {"x": "Twice"}}, says="2 of that name"),
            Wrong("a number that it does not know", "fetch.empty", arguments={"area_type": 402}, says="a header alone"),
            Wrong("another kind of area", "fetch.no_match", arguments={"expect_area_type": "Districts & UAs"}, says=_KIND),
            Wrong("rows of another indicator", "fetch.protocol", arguments={"indicators": {"x": _OTHER}}, says="a row of 90366"),
            Wrong("an indicator that is withdrawn", "fetch.gone", arguments={"withdrawn": ["life_expectancy"]}, says="never archived"),
            Wrong(
                "a list of another form",
                "fetch.protocol",
                "list",
                says(b"Number,Title\n1,x\n", media_type="text/csv"),
                says="Number, Title",
            ),
            Wrong(
                "a list in another charset", "fetch.protocol", "list", says(b"Indicator ID,\xe9\n", media_type="text/csv"), says="decode"
            ),
            Wrong(
                "a table of another form",
                "fetch.protocol",
                "rows",
                says(b"Area Code,Value\nE1,1\n", media_type="text/csv"),
                says="Area Code",
            ),
            Wrong(
                "a table cut within a cell",
                "fetch.protocol",
                "rows",
                says(b'"Indicator ID","Area Type"\n"90366,x', media_type="text/csv"),
                says="unexpected end",
            ),
        ),
    ),
)

# -- street-level crime ------------------------------------------------------------------------------------------------------------------

POLICE = "https://data.police.uk"
_MONTHS = ["2024-02", "2024-03"]
_DATES = Ask("months", f"{POLICE}/api/crimes-street-dates", "json")
_ZIP = Ask("archive", f"{POLICE}/data/archive/", "zip")
_CRIMES = Ask("crimes", f"{POLICE}/api/crimes-street/", "json")
_STREET = "{0}/{0}-{1}-street.csv"


def _archive(*members: str) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in members:
            archive.writestr(zipfile.ZipInfo(member), "Crime ID,Month,LSOA code,Crime type\n1,2024-02,E01008881,Burglary\n")
    return written.getvalue()


def _police(folder: Path) -> Mapping[str, Responder]:
    def crimes(request: Request) -> Response:
        return Response.of_json([{"category": "burglary", "month": request.one("date"), "location": {"latitude": "52.4"}}])

    whole = _archive(*(_STREET.format(month, force) for month in _MONTHS for force in ("west-midlands", "warwickshire")))
    answers: dict[str, Any] = {
        "/api/crimes-street-dates": Response.of_json([{"date": month} for month in reversed(_MONTHS)]),
        f"/data/archive/{_MONTHS[-1]}.zip": Response(200, whole, {"Content-Type": "application/zip"}),
        "/api/crimes-street/all-crime": crimes,
    }
    return {POLICE: Fixed(answers)}


def _zipped(*members: str) -> Any:
    return says(_archive(*members), media_type="application/zip")


_POLICE_WAYS = (
    Way(
        "police",
        "police",
        {"forces": ["west-midlands"]},
        _police,
        (_DATES, _ZIP),
        wrong=(
            Wrong("no month", "fetch.protocol", "months", says([]), says="[]"),
            Wrong("months in an object", "fetch.protocol", "months", says({"error": "x"}), says="error"),
            Wrong("no such force", "fetch.no_match", arguments={"forces": ["kent"]}, says="west-midlands-street.csv"),
            Wrong(
                "an archive without the newest month",
                "fetch.no_match",
                "archive",
                _zipped(_STREET.format("2024-02", "west-midlands")),
                says="2024-03",
            ),
            Wrong(
                "an archive that is none",
                "read.truncated",
                "archive",
                says(b"PK\x03\x04 and no more", media_type="application/zip"),
                says="zip",
            ),
        ),
        unpacks=_STREET.format("2024-03", "west-midlands"),
    ),
    Way(
        "police",
        "police by areas",
        {"areas": {"E05011118": "52.5,-1.9:52.5,-1.8:52.4,-1.8"}, "months": 1},
        _police,
        (_DATES, _CRIMES),
        wrong=(
            Wrong("crimes in an object", "fetch.protocol", "crimes", says({"message": "x"}), says="message"),
            Wrong("crimes of another month", "fetch.protocol", "crimes", says([{"month": "2019-01"}]), says="1 of 2019-01"),
            Wrong("no crime in any month", "fetch.empty", "crimes", says([]), says="none in any month"),
            Wrong("too many crimes", "fetch.server_error", "crimes", says({}, 503), says="503"),
        ),
    ),
)

WAYS = (*_FILE_WAYS, *_FOLDER_WAYS, *_FINGERTIPS_WAYS, *_POLICE_WAYS)
