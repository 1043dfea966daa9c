"""The ONS's services as the fault suite asks them: its API in three ways, Explore Local Statistics, and files of its website in two."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow
from pyarrow import parquet

from tasks.fetch import SERVICES
from tasks.sample.explore_local_statistics import ExploreLocalStatisticsResponder
from tasks.sample.ons_api import OnsApi, OnsDownloads, OnsSample
from tasks.sample.ons_website import OnsWebsiteResponder
from tasks.sample.server import Responder
from tests.fault.ways import ARRIVES, Ask, Paging, Way, Wrong, of_bytes, of_json, put, says
from tests.fault.ways_of_nomis import records

API, DOWNLOADS = SERVICES["ons_api"], SERVICES["ons_downloads"]
EXPLORE, SITE = SERVICES["explore_local_statistics"], SERVICES["ons_website"]

# -- the API -----------------------------------------------------------------------------------------------------------------------------

_HEADER = "Regions Code,Regions,Sex (2 categories) Code,Sex (2 categories),Observation\n"
_FILTER = {"area_type": "rgn", "areas": ["E12000005"], "dimensions": {"sex": []}}
_QUERY: dict[str, Any] = {"population_type": "UR", "area_type": "rgn", "dimensions": ["sex"], "areas": ["E12000005", "E12000006"]}
_DATASET = Ask("dataset", f"{API}/datasets/TS008", "json", exact=True)
_VERSION = Ask("version", f"{API}/datasets/TS008/editions/2021/versions/1", "json")
_CSV = Ask("figures", f"{DOWNLOADS}/downloads/", "csv")
_OBSERVED = Ask(
    "observations",
    f"{API}/population-types/UR/census-observations",
    "json",
    asking="dimensions",
    differs={"403": "fetch.rejected"},  # the service's way of refusing a table that is too large
)


def _api(folder: Path, regions: int = 12) -> Mapping[str, Responder]:
    rows = [f"E120{number:05},Region {number},{code},{sex},{number}\n" for number in range(regions) for code, sex in ((1, "F"), (2, "M"))]
    (folder / "sex.csv").write_text(_HEADER + "".join(rows))
    version = {"version": 1, "release_date": "2022-11-10T00:00:00.000Z", "figures": "sex.csv"}
    dataset = {"id": "TS008", "title": "Sex", "is_based_on": {"@id": "UR"}, "editions": [{"edition": "2021", "versions": [version]}]}
    observations = {"population_type": "UR", "area_type": "rgn", "dimensions": ["sex"], "figures": "sex.csv"}
    (folder / "m.json").write_text(json.dumps({"datasets": [dataset], "observations": [observations]}))
    sample = OnsSample([folder / "m.json"])
    return {API: OnsApi(sample), DOWNLOADS: OnsDownloads(sample)}


def _listed_size(size: str) -> Any:
    return of_json(lambda answer: {**answer, "downloads": {"csv": {**answer["downloads"]["csv"], "size": size}}})


def _first(**changes: Any) -> Any:
    return of_json(lambda told: {**told, "observations": [{**told["observations"][0], **changes}, *told["observations"][1:]]})


def _without(rows: int) -> Any:
    return of_json(lambda told: {**told, "observations": told["observations"][rows:], "total_observations": 4 - rows})


_BLOCKED = {"observations": None, "blocked_areas": 2, "total_observations": 0}
_API_WAYS = (
    Way(
        "ons_api",
        "ons_api",
        {"dataset": "TS008"},
        _api,
        (_DATASET, _VERSION, _CSV),
        wrong=(
            Wrong("no such dataset", "fetch.gone", arguments={"dataset": "TS999"}, says="dataset not found"),
            Wrong("no such version", "fetch.gone", arguments={"edition": "2021", "version": 7}, says="version not found"),
            Wrong("a dataset that is a list", "fetch.protocol", "dataset", of_json(lambda told: [told]), says="list"),
            Wrong("a dataset without links", "fetch.protocol", "dataset", put("links", value={}), says="None"),
            Wrong("a link to no version", "fetch.protocol", "dataset", put("links", "latest_version", "href", value="x"), says="x"),
            Wrong("a dataset that is withdrawn", "fetch.withdrawn", "dataset", put("state", value="withdrawn"), says="withdrawn"),
            Wrong("a version without downloads", "fetch.no_match", "version", put("downloads", value=None), says="none"),
            Wrong("a CSV shorter than listed", "fetch.truncated", "version", _listed_size("99999"), says="bytes"),
            Wrong("a link to another host", "fetch.redirected", "version", put("downloads", "csv", "href", value="https://a.example/")),
            Wrong("a CSV of neither layout", "fetch.protocol", "figures", says(b"a,b\n1,2\n", media_type="text/csv"), says="a, b"),
            Wrong(
                "a CSV in another charset",
                "fetch.protocol",
                "figures",
                says("é,b\n".encode("latin-1"), media_type="text/csv"),
                says="decode",
            ),
        ),
    ),
    Way(
        "ons_api",
        "ons_api by filter",
        {"dataset": "TS008", "filter": _FILTER},
        _api,
        (
            Ask("making", f"{API}/filters", "json", method="POST", exact=True, differs={"a login page": "fetch.redirected"}),
            Ask(
                "handing in", f"{API}/filters/", "json", method="POST", where=f"{API}/filters", differs={"a login page": "fetch.redirected"}
            ),
            Ask("output", f"{API}/filter-outputs/", "json"),
            Ask("figures", f"{DOWNLOADS}/downloads/filter-outputs/", "csv"),
        ),
        wrong=(
            Wrong("an output that failed", "fetch.server_error", "output", says({"downloads": {}, "state": "failed"}), says="failed"),
            Wrong("an output with an error", "fetch.server_error", "output", says({"events": [{"type": "error"}]}), says="error"),
            Wrong("an output never made", "fetch.timeout", "output", put("downloads", value={}), says="none yet"),
            Wrong("an output under no id", "fetch.protocol", "handing in", says({"filter_output_id": "../../datasets"}, 202)),
            Wrong("a filter without an id", "fetch.protocol", "making", says({}, 201)),
            Wrong("an id that leads elsewhere", "fetch.protocol", "making", says({"filter_id": "../../datasets"}, 201)),
        ),
        patched={"tasks.fetch.ons_api_filter.PAUSE": 0.01, "tasks.fetch.ons_api_filter.PATIENCE": 0.03},
    ),
    Way(
        "ons_api",
        "ons_api by observations",
        {"observations": _QUERY},
        _api,
        (_OBSERVED,),
        always=True,
        wrong=(
            Wrong(
                "a table that is not made", "fetch.rejected", arguments={"observations": {**_QUERY, "dimensions": ["age"]}}, says="variable"
            ),
            Wrong("no observations", "fetch.protocol", "observations", says({"total_observations": 4}), says="total_observations"),
            Wrong("blocked in words", "fetch.protocol", "observations", put("blocked_areas", value="one")),
            Wrong("fewer than counted", "fetch.truncated", "observations", put("total_observations", value=9), says="4"),
            Wrong("an area short of a row", "fetch.truncated", "observations", _without(1), says="1 for E12000005"),
            Wrong("an area that did not come", "fetch.truncated", "observations", _without(2), says="without E12000005"),
            Wrong("every area blocked", "fetch.empty", "observations", says(_BLOCKED), says="blocked"),
            Wrong("a figure in words", "fetch.protocol", "observations", _first(observation="x")),
            Wrong("a row without its dimensions", "fetch.protocol", "observations", _first(dimensions=[{}])),
        ),
        paging=(
            Paging(
                "areas",
                "tasks.fetch.ons_api_observations.AREAS_A_REQUEST",
                100,
                _OBSERVED,
                _api,
                lambda delivery: records(delivery) // 2,
                lambda count: {"observations": {**_QUERY, "areas": [f"E120{number:05}" for number in range(count)]}},
            ),
        ),
    ),
)

# -- Explore Local Statistics ------------------------------------------------------------------------------------------------------------

_SLUG = "employment-rate"
_NONE = {"404": "fetch.no_match", "410": "fetch.no_match"}  # the service is then asked what it has instead
_ABOUT = Ask("metadata", f"{EXPLORE}/api/v1/metadata/indicators/{_SLUG}", "json", differs=_NONE)


def _explore(folder: Path) -> Mapping[str, Responder]:
    rows = [
        {"indicator": _SLUG, "areacd": f"E0800{area:04}", "areanm": f"Area {area}", "period": f"{year}-01-01/P1Y", "value": 60.5}
        for area in range(8)
        for year in range(2021, 2024)
    ]
    parquet.write_table(pyarrow.Table.from_pylist(rows), folder / "rate.parquet")
    indicator = {"slug": _SLUG, "label": "Employment rate", "unit": "%", "dataModified": "2026-01-12", "caveats": ["A note"]}
    (folder / "rate.json").write_text(json.dumps({"figures": "rate.parquet", "indicators": [indicator]}))
    return {EXPLORE: ExploreLocalStatisticsResponder([folder / "rate.json"])}


_EXPLORE_WAYS = (
    Way(
        "explore_local_statistics",
        "explore_local_statistics",
        {"indicators": [_SLUG]},
        _explore,
        (_ABOUT, Ask("figures", f"{EXPLORE}/api/v1/data.csv", "csv")),
        wrong=(
            Wrong("no such indicator", "fetch.no_match", arguments={"indicators": ["employment-rates"]}, says=_SLUG),
            Wrong("metadata that is a list", "fetch.protocol", "metadata", of_json(lambda told: [told])),
            Wrong("metadata without dimensions", "fetch.protocol", "metadata", put("dimensions", value={"areacd": {}})),
            Wrong("another header", "fetch.protocol", "figures", of_bytes(lambda body: body.replace(b"areacd", b"AREACD"))),
            Wrong("no UTF-8", "fetch.protocol", "figures", of_bytes(lambda body: body.replace(b"Area 3", b"Area \xff", 1)), says="decode"),
            Wrong("a header alone", "fetch.truncated", "figures", of_bytes(lambda body: body.partition(b"\n")[0]), says="0 rows"),
            Wrong("a record cut within", "fetch.truncated", "figures", of_bytes(lambda body: body.rpartition(b",")[0])),
            Wrong(
                "a period that did not come",
                "fetch.truncated",
                "figures",
                of_bytes(lambda body: b"\n".join(line for line in body.split(b"\n") if b"2023-" not in line)),
                says="2023",
            ),
        ),
    ),
)

# -- the website -------------------------------------------------------------------------------------------------------------------------

_PAGE = "/economy/datasets/businesses"
_CAP = "tasks.fetch.ons_website_page.MOST_OF_A_PAGE"
_LANDING = Ask("page", f"{SITE}{_PAGE}/data", "json", cap=_CAP, differs={"404": ARRIVES, "410": ARRIVES})  # the HTML is read in its place
_EDITION = Ask("edition", f"{SITE}{_PAGE}/current/data", "json", cap=_CAP)
_TABLE = "area,births\n" + "".join(f"E{number:08},{number}\n" for number in range(50))
_ONE = {"page": _PAGE, "files": [{"name": "births.csv", "match": "csv$"}]}
_MEMBER = {"page": _PAGE, "files": [{"name": "births.csv", "match": "zip$", "member": "births"}]}


def _website(folder: Path, editions: int = 1) -> Mapping[str, Responder]:
    zipped = {"name": "b.zip", "members": [{"name": "births 2023.csv", "text": _TABLE}]}
    files = [{"name": "b.csv", "text": _TABLE}, zipped]
    listed = [{"name": f"y{number}" if editions > 1 else "current", "files": files} for number in range(editions)]
    listed = [{**each, "title": "2023", "released": "2024-11-18T09:30:00.000Z"} for each in listed]
    (folder / "m.json").write_text(json.dumps({"page": _PAGE, "title": "Businesses", "editions": listed}))
    return {SITE: OnsWebsiteResponder([folder / "m.json"])}


def _zip(**members: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return written.getvalue()


def _locked(body: bytes) -> bytes:
    """The zip with its first member marked as encrypted."""
    flags = body.index(b"PK\x01\x02") + 8
    return body[:flags] + bytes([body[flags] | 1]) + body[flags + 1 :]


_SITE_WAYS = (
    Way(
        "ons_website",
        "ons_website",
        _ONE,
        _website,
        (_LANDING, _EDITION, Ask("file", f"{SITE}/file", "csv")),
        wrong=(
            Wrong("no such page", "fetch.gone", arguments={"page": "/economy/datasets/none"}),
            Wrong("no such file", "fetch.no_match", arguments={"files": [{"name": "x.csv", "match": "xls$"}]}, says="'b.csv'"),
            Wrong("several such files", "fetch.ambiguous", arguments={"files": [{"name": "x.csv", "match": "^b"}]}, says="'b.zip'"),
            Wrong("no such edition", "fetch.no_match", arguments={"editions": "2019"}, says="'current'"),
            Wrong("a page that is a list", "fetch.protocol", "page", of_json(lambda told: [told]), says="list"),
            Wrong("a page of no editions", "fetch.protocol", "page", put("datasets", value=[])),
            Wrong("an edition at no path", "fetch.protocol", "page", put("datasets", value=[{"uri": "javascript:alert(1)"}])),
            Wrong("an edition that is gone", "fetch.gone", "edition", says(b"", 404, "text/html")),
            Wrong("an edition without files", "fetch.protocol", "edition", put("downloads", value=[])),
            Wrong("an edition without a description", "fetch.protocol", "edition", put("description", value=None)),
            Wrong("files without names", "fetch.protocol", "edition", put("downloads", value=[{"url": "b.csv"}])),
        ),
    ),
    Way(
        "ons_website",
        "ons_website in a zip",
        _MEMBER,
        _website,
        (Ask("zip", f"{SITE}/file", "zip"),),
        wrong=(
            Wrong("no such member", "fetch.no_match", "zip", says(_zip(deaths=b"1"), media_type="application/zip"), says="deaths"),
            Wrong("several such members", "fetch.ambiguous", "zip", says(_zip(births=b"1", births2=b"2"), media_type="application/zip")),
            Wrong("a zip that is cut", "read.truncated", "zip", of_bytes(lambda body: body[:-30])),
            Wrong("a member that is encrypted", "read.encrypted", "zip", of_bytes(_locked), says="a password"),
        ),
        unpacks="births 2023.csv",
    ),
)

WAYS = (*_API_WAYS, *_EXPLORE_WAYS, *_SITE_WAYS)
