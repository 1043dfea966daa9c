"""DfE's services as the fault suite asks them: Explore Education Statistics in four ways, the register of schools, the performance tables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tasks.fetch import SERVICES
from tasks.fetch.gias import today_in_london
from tasks.sample.ees import EesApi, EesCatalogue, EesContent
from tasks.sample.ees_data import data_sets
from tasks.sample.gias import GiasExtracts, as_extract
from tasks.sample.performance_tables import PerformanceDownloads
from tasks.sample.server import Responder
from tasks.sample.serving import GIAS, PERFORMANCE_TABLES
from tests.fault.ways import ARRIVES, Ask, Paging, Way, Wrong, of_json, put, says
from tests.fault.ways_of_nomis import records

API, CATALOGUE = SERVICES["ees"], SERVICES["ees_catalogue"]
CONTENT, SITE = SERVICES["ees_content"], SERVICES["ees_site"]

# -- the API and the data catalogue ------------------------------------------------------------------------------------------------------

_ID = "0191a8a1-0000-7000-8000-{:012}"
_SET = f"{API}/data-sets/{_ID.format(0)}"
_NAMED = {"publication": "Absence", "data_set": "Absence by sex"}
_FALLS_BACK = {"404": ARRIVES, "410": ARRIVES}  # what has gone is looked for elsewhere, or is nothing that must be there
_PUBLICATIONS = Ask("publications", f"{API}/publications", "json", exact=True)
_DATA_SETS = Ask("data sets", f"{API}/publications/{_ID.format(100)}/data-sets", "json")
_META = Ask("metadata", f"{_SET}/meta", "json")
_CHANGES = Ask("changes", f"{_SET}/versions/", "json", differs={**_FALLS_BACK, "401": ARRIVES, "403": ARRIVES})
_QUERY = Ask("query", f"{_SET}/query", "json", method="POST", differs={"a login page": "fetch.redirected"})
_FILES = Ask("catalogue", f"{CONTENT}/data-set-files", "json", asking="searchTerm")


def _ees(folder: Path, sets: int = 1, publications: int = 1, versions: int = 2, rows: int = 6) -> Mapping[str, Responder]:
    """A data set of several versions; further ones of its publication, and further publications with one each."""
    head = "time_period,time_identifier,geographic_level,country_code,country_name,sex,rate\n"
    (folder / "absence.csv").write_text(
        head + "".join(f"{_year(n)},Academic year,National,E92000001,England,Girls,{n}\n" for n in range(rows))
    )
    (folder / "absence.meta.csv").write_text("col_name,col_type,label\nsex,Filter,Sex\nrate,Indicator,Rate\n")
    facts: dict[str, Any] = {"type": "Major", "status": "Published", "published": "2025-01-01T09:30:00Z", "notes": "", "csv": "absence.csv"}
    facts = {**facts, "release": {"title": "2024/25", "slug": "2024-25"}}
    manifests = []
    for number in range(max(sets, publications)):
        of = 0 if sets > 1 else number
        about = {
            "id": _ID.format(number),
            "file_id": _ID.format(number),
            "title": f"Absence by {'sex' if number == 0 else number}",
            "publication": {"id": _ID.format(100 + of), "title": "Absence" + (f" {of}" if of else ""), "slug": "absence", "summary": ""},
            "meta": "absence.meta.csv",
            "versions": [{**facts, "version": f"1.{minor}"} for minor in range(versions if number == 0 else 1)],
        }
        manifests.append(folder / f"absence{number:03}.json")
        manifests[-1].write_text(json.dumps(about))
    found = data_sets(manifests)
    return {API: EesApi(found), CONTENT: EesContent(found), CATALOGUE: EesCatalogue(found)}


def _year(number: int) -> str:
    return f"{2000 + number}{(number + 1) % 100:02}"


def _counted(total: int) -> Any:
    return of_json(lambda told: {**told, "latestVersion": {**told["latestVersion"], "totalResults": total}})


def _paged(**changes: Any) -> Any:
    return of_json(lambda told: {**told, "paging": {**told["paging"], **changes}})


_API_WAYS = (
    Way(
        "ees",
        "ees",
        _NAMED,
        _ees,
        (_PUBLICATIONS, _DATA_SETS, _META, _CHANGES, Ask("csv", f"{_SET}/csv", "csv")),
        wrong=(
            Wrong("no such publication", "fetch.no_match", arguments={"publication": "Attendance"}, says="'Absence'"),
            Wrong("no such data set", "fetch.no_match", arguments={"data_set": "Absence by age"}, says="'Absence by sex'"),
            Wrong("no such version", "fetch.no_match", arguments={"version": "7.*"}, says="1.1"),
            Wrong("a data set that is withdrawn", "fetch.withdrawn", "data sets", put("results", 0, "status", value="Withdrawn")),
            Wrong(
                "two data sets of one title",
                "fetch.ambiguous",
                "data sets",
                of_json(lambda told: {**told, "results": told["results"] * 2, "paging": {**told["paging"], "totalResults": 2}}),
            ),
            Wrong("a list without paging", "fetch.protocol", "publications", of_json(lambda told: {"results": told["results"]})),
            Wrong("a list of nothing", "fetch.protocol", "publications", put("results", value=None)),
            Wrong("fewer than counted", "fetch.truncated", "publications", _paged(totalResults=9), says="1 on 1 pages"),
            Wrong("pages without end", "fetch.protocol", "publications", _paged(totalPages=10_000), says="more"),
            Wrong("no latest version", "fetch.protocol", "data sets", put("results", 0, "latestVersion", value=None)),
            Wrong("a version in words", "fetch.protocol", "data sets", put("results", 0, "latestVersion", "version", value="one")),
            Wrong(
                "fewer rows than counted",
                "fetch.truncated",
                "data sets",
                put("results", 0, "latestVersion", "totalResults", value=7),
                says="6 rows",
            ),
            Wrong("metadata of another form", "fetch.protocol", "metadata", says({"error": "x"})),
            Wrong("a changelog of another form", "fetch.protocol", "changes", says(["x"])),
        ),
        paging=(
            Paging(
                "publications",
                "tasks.fetch.ees._PUBLICATIONS_A_PAGE",
                40,
                _PUBLICATIONS,
                lambda folder, count: _ees(folder, publications=count),
                None,
            ),
            Paging("data sets", "tasks.fetch.ees._OTHERS_A_PAGE", 20, _DATA_SETS, lambda folder, count: _ees(folder, sets=count), None),
            Paging(
                "versions",
                "tasks.fetch.ees._OTHERS_A_PAGE",
                20,
                Ask("versions", f"{_SET}/versions", "json", exact=True),
                lambda folder, count: _ees(folder, versions=count),
                None,
                lambda count: {"version": "1.*"},
            ),
        ),
    ),
    Way(
        "ees",
        "ees by id",
        {"data_set": _ID.format(0)},
        _ees,
        (Ask("data set", _SET, "json", exact=True), Ask("csv", f"{_SET}/csv", "csv")),
        wrong=(
            Wrong("no such id", "fetch.gone", arguments={"data_set": _ID.format(404)}, says="HTTP 404"),
            Wrong("a data set that is a list", "fetch.protocol", "data set", of_json(lambda told: [told]), says="list"),
        ),
    ),
    Way(
        "ees",
        "ees by query",
        {**_NAMED, "query": {"filters": {"sex": ["Girls"]}}},
        _ees,
        (_META, _QUERY),
        wrong=(
            Wrong("no such filter", "fetch.no_match", arguments={"query": {"filters": {"age": ["4"]}}}, says="'sex'"),
            Wrong("no such option", "fetch.no_match", arguments={"query": {"filters": {"sex": ["Boys"]}}}, says="'Girls'"),
            Wrong("metadata without indicators", "fetch.protocol", "metadata", says({"locations": [], "filters": []}), says="filters"),
            Wrong(
                "an answer with a warning",
                "fetch.protocol",
                "query",
                put("warnings", value=[{"code": "FiltersNotFound"}]),
                says="FiltersNotFound",
            ),
            Wrong("fewer rows than counted", "fetch.truncated", "query", _paged(totalResults=9), says="6 on 1 pages"),
            Wrong(
                "a query that nothing fits",
                "fetch.empty",
                "query",
                of_json(lambda told: {**told, "results": [], "paging": {**told["paging"], "totalResults": 0}}),
            ),
            Wrong("a row of other ids", "fetch.protocol", "query", put("results", 0, "filters", value={"x": "y"}), says="x"),
            Wrong("no results", "fetch.protocol", "query", put("results", value=None)),
        ),
        paging=(
            Paging("rows", "tasks.fetch.ees_query.ROWS_A_PAGE", 10_000, _QUERY, lambda folder, count: _ees(folder, rows=count), records),
        ),
    ),
    Way(
        "ees",
        "ees from the catalogue",
        {"publication": "Absence", "catalogue": "Absence by sex"},
        _ees,
        (_FILES, Ask("file", f"{CONTENT}/data-set-files/", "json"), Ask("csv", f"{CATALOGUE}/data-set/", "csv")),
        wrong=(
            Wrong("no such file", "fetch.no_match", arguments={"catalogue": "Absence by age"}, says="'Absence by sex'"),
            Wrong("a file of another publication", "fetch.no_match", arguments={"publication": "Attendance"}, says="files of Absence"),
            Wrong("a file that is a list", "fetch.protocol", "file", of_json(lambda told: [told]), says="list"),
            Wrong("fewer than counted", "fetch.truncated", "catalogue", _paged(totalResults=9)),
        ),
        paging=(Paging("files", "tasks.fetch.ees_catalogue._A_PAGE", 40, _FILES, lambda folder, count: _ees(folder, sets=count), None),),
    ),
)

# -- the register of schools and the performance tables ----------------------------------------------------------------------------------

_SCHOOLS = as_extract(b"URN,EstablishmentName\n" + b"".join(b"%d,School %d\n" % (number, number) for number in range(100000, 100040)))
_TABLE_OF_SCHOOLS = b"RECTYPE,URN,TPUP\n" + b"".join(b"1,%d,%d\n" % (number, number % 200) for number in range(100000, 100040))


def _register(folder: Path) -> Mapping[str, Responder]:
    return {GIAS: GiasExtracts({"edubasealldata": _SCHOOLS}, {today_in_london(): ["edubasealldata"]})}


def _tables(folder: Path) -> Mapping[str, Responder]:
    return {PERFORMANCE_TABLES: PerformanceDownloads({("KS4", "0", "2017-2018"): _TABLE_OF_SCHOOLS})}


_OTHER_WAYS = (
    Way(
        "gias",
        "gias",
        {"extracts": ["edubasealldata"]},
        _register,
        (Ask("extract", f"{GIAS}/edubasealldata", "csv", differs={"404": "fetch.gone", "410": "fetch.gone"}),),
        wrong=(Wrong("no such extract on any day", "fetch.gone", arguments={"extracts": ["links_edubasealldata"]}),),
    ),
    Way(
        "performance_tables",
        "performance_tables",
        {"table": "KS4", "years": ["2017-2018"]},
        _tables,
        (Ask("table", f"{PERFORMANCE_TABLES}/download-data", "csv"),),
        always=True,
        wrong=(Wrong("a table that is not there", "fetch.not_data", arguments={"years": ["2009-2010"]}, says="Download data"),),
    ),
)

WAYS = (*_API_WAYS, *_OTHER_WAYS)
