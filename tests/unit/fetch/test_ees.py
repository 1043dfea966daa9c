"""EES: found by title, pinned by version, whole by count, told by changelog. Over real HTTP on this machine, in DfE's wire format."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from expectations.errors import EvidenceError
from expectations.sources import Ees
from tasks.fetch import SERVICES, fetch
from tasks.fetch.ees import count_records
from tasks.fetch.ees_api import Version
from tasks.fetch.http import Http, HttpSettings
from tasks.sample.ees import EesApi, EesCatalogue, EesContent
from tasks.sample.ees_data import DataSet, data_sets
from tasks.sample.server import SampleServer
from tasks.snapshot import Delivery, Snapshot
from tests.fetching import kept

PUBLICATION = {
    "id": "cbbd299f-8297-44bc-92ac-558bcf51f8ad",
    "title": "Pupil absence in schools",
    "slug": "pupil-absence",
    "summary": "Absence.",
}
ABSENCE = "0191a8a1-0000-7000-8000-000000000001"
META = """col_name,col_type,label,indicator_grouping,indicator_unit,indicator_dp,filter_hint,filter_grouping_column
sex,Filter,Sex,,,,,
phase,Filter,Phase,,,,,
rate,Indicator,Absence rate,,%,1,,
"""
HEAD = "time_period,time_identifier,geographic_level,country_code,country_name,old_la_code,new_la_code,la_name,sex,phase,rate\n"
LA = "Local authority,E92000001,England,{0},{1},{2}"
BIRMINGHAM, BRISTOL = LA.format("330", "E08000025", "Birmingham"), LA.format("801", "E06000023", '"Bristol, City of"')


def table(periods: tuple[str, ...] = ("202223", "202324"), phases: tuple[str, ...] = ("Primary", "Secondary")) -> str:
    """A row for each period, authority, sex and phase; one value is suppressed."""
    lines = [
        f"{period},Academic year,{place},{sex},{phase},{'c' if (sex, place) == ('Girls', BRISTOL) else f'{number}.5'}"
        for period in periods
        for place in (BIRMINGHAM, BRISTOL)
        for sex in ("Boys", "Girls", "Total")
        for number, phase in enumerate(phases)
    ]
    return "\ufeff" + HEAD + "".join(line + "\n" for line in lines)


def version(number: str, text: str, status: str = "Published", **facts: Any) -> tuple[dict[str, Any], str]:
    told = {"version": number, "type": "Minor", "status": status, "published": f"2025-01-{len(number):02}T09:30:00Z", "notes": ""}
    return {**told, "release": {"title": f"Release {number}", "slug": number}, **facts}, text


def data_set(folder: Path, *versions: tuple[dict[str, Any], str], name: str = "absence", **facts: Any) -> DataSet:
    """A data set as the sample's manifests describe it."""
    folder.mkdir(parents=True, exist_ok=True)
    listed = []
    for told, text in versions:
        file = f"{name}-{told['version']}.csv"
        (folder / file).write_bytes(text.encode())
        listed.append({**told, "csv": file})
    (folder / f"{name}.meta.csv").write_text(META)
    about = {"id": ABSENCE, "file_id": ABSENCE.replace("0191", "f11e"), "title": "Absence by sex", "publication": PUBLICATION}
    manifest = folder / f"{name}.json"
    manifest.write_text(json.dumps({"protocol": "ees", **about, "meta": f"{name}.meta.csv", "versions": listed, **facts}))
    return data_sets([manifest])[0]


Fetch = Callable[..., Delivery]


class World:
    """A server of data sets, and a client whose requests it lists."""

    def __init__(self, server: SampleServer, folder: Path) -> None:
        self.server, self.folder = server, folder

    def fetch(self, previous: Snapshot | None = None, **arguments: Any) -> Delivery:
        self.server.requests.clear()
        given = arguments or {"publication": "Pupil absence in schools", "data_set": "Absence by sex"}
        mounts = {"ees": "/api", "ees_content": "/content", "ees_catalogue": "/catalogue"}
        reroute = {SERVICES[name]: self.server.at(mount) for name, mount in mounts.items()}
        settings = HttpSettings(allow_loopback=True, retries=1, backoff=0.01, jitter=0, reroute=reroute)
        with Http(settings, self.folder / "scratch") as http:
            return fetch("ees", given, http, previous)

    @property
    def asked(self) -> list[str]:
        return [request.path.removeprefix("/api") for request in self.server.requests]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., World]]:
    servers: list[SampleServer] = []

    def start(*sets: DataSet) -> World:
        server = SampleServer({"/api": EesApi(sets), "/content": EesContent(sets), "/catalogue": EesCatalogue(sets)})
        servers.append(server.__enter__())
        return World(server, tmp_path)

    yield start
    for server in servers:
        server.__exit__()


def part(delivery: Delivery, name: str) -> bytes:
    path = next(each.path for each in delivery.parts if each.name == name)
    assert path is not None
    return path.read_bytes()


def rows(delivery: Delivery) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(part(delivery, "data.csv").decode("utf-8-sig"))))


def refused(world: World, **arguments: Any) -> EvidenceError:
    with pytest.raises(EvidenceError) as caught:
        world.fetch(**arguments)
    return caught.value


# -- found --------------------------------------------------------------------------------------------------------------------------


def test_a_data_set_is_found_by_its_titles_and_comes_with_its_metadata(serve: Callable[..., World], tmp_path: Path) -> None:
    world = serve(data_set(tmp_path / "f", version("1.0", table())))
    delivery = world.fetch()
    assert delivery.release == "1.0"
    assert [each.name for each in delivery.parts] == ["data.csv", "meta.json"]
    assert part(delivery, "data.csv") == table().encode(), "the analyst's file, byte for byte, unpacked"
    assert {item["column"] for item in json.loads(part(delivery, "meta.json"))["filters"]} == {"sex", "phase"}
    first = delivery.parts[0]
    assert first.url == f"{SERVICES['ees']}/data-sets/{ABSENCE}/csv?dataSetVersion=1.0"
    assert first.labels["version"] == "1.0" and first.labels["data_set"] == ABSENCE
    assert delivery.warnings == ()


def test_a_data_set_is_found_by_its_id_in_one_request(serve: Callable[..., World], tmp_path: Path) -> None:
    world = serve(data_set(tmp_path / "f", version("1.0", table())))
    assert world.fetch(data_set=ABSENCE).release == "1.0"
    assert world.asked[0] == f"/data-sets/{ABSENCE}"


def test_titles_are_compared_without_regard_to_case_and_spaces(serve: Callable[..., World], tmp_path: Path) -> None:
    world = serve(data_set(tmp_path / "f", version("1.0", table())))
    assert world.fetch(publication="pupil  absence in Schools", data_set="ABSENCE by sex").release == "1.0"


def test_two_data_sets_of_one_title_are_ambiguous_unless_only_one_is_published(serve: Callable[..., World], tmp_path: Path) -> None:
    other = ABSENCE.replace("0001", "0002")
    first = data_set(tmp_path / "f", version("1.0", table()))
    second = data_set(tmp_path / "g", version("1.0", table()), id=other)
    assert refused(serve(first, second)).code == "fetch.ambiguous"
    second = data_set(tmp_path / "h", version("1.0", table()), id=other, status="Deprecated", superseded_by=ABSENCE)
    assert serve(first, second).fetch().parts[0].labels["data_set"] == ABSENCE


# -- which version ------------------------------------------------------------------------------------------------------------------


def test_versions_are_no_decimal_numbers() -> None:
    assert Version.of("3.10") > Version.of("3.9") > Version.of("v3.2.1") > Version.of("3.2")
    assert Version.of("2.1").fits("2.*") and Version.of("2.1.1").fits("2.1.*") and not Version.of("2.1.1").fits("2.1")
    with pytest.raises(EvidenceError, match=r"fetch\.protocol"):
        Version.of("2.x")
    assert Version.of("2").fits("2.0") and not Version.of("20.1").fits("2.*")


@pytest.mark.parametrize(
    ("pattern", "served"), [("*", "3.10"), ("3.*", "3.10"), ("2.*", "2.1.1"), ("2.1", "2.1"), ("2.1.*", "2.1.1"), ("1.0", "1.0")]
)
def test_a_pattern_pins_a_version(pattern: str, served: str, serve: Callable[..., World], tmp_path: Path) -> None:
    numbers = ("1.0", "2.0", "2.1", "2.1.1", "3.9", "3.10")
    world = serve(data_set(tmp_path / "f", *(version(number, table(periods=("202223",))) for number in numbers)))
    delivery = world.fetch(data_set=ABSENCE, version=pattern)
    assert delivery.release == served
    told = [warning for warning in delivery.warnings if "3.10 is out" in warning]
    assert bool(told) is (not served.startswith("3.10")), "a pin that holds something back says so"


def test_withdrawn_is_an_error_and_deprecated_a_warning(serve: Callable[..., World], tmp_path: Path) -> None:
    world = serve(
        data_set(tmp_path / "f", version("1.0", table(), "Withdrawn"), version("1.1", table(), "Deprecated"), version("1.2", table()))
    )
    assert refused(world, data_set=ABSENCE, version="1.0").code == "fetch.withdrawn"
    assert "DfE calls version 1.1 deprecated" in world.fetch(data_set=ABSENCE, version="1.1").warnings
    successor = ABSENCE.replace("0001", "0009")
    old = data_set(tmp_path / "g", version("1.0", table()), status="Deprecated", superseded_by=successor)
    assert serve(old).fetch(data_set=ABSENCE).warnings == (f"DfE calls the data set 'Absence by sex' deprecated; {successor} replaces it",)
    gone = data_set(tmp_path / "h", version("1.0", table()), status="Withdrawn", superseded_by=successor)
    error = refused(serve(gone), data_set=ABSENCE)
    assert error.code == "fetch.withdrawn" and successor in error.found


# -- what is new --------------------------------------------------------------------------------------------------------------------


def test_a_version_that_is_kept_is_not_fetched_again_and_a_quiet_night_costs_one_request(
    serve: Callable[..., World], tmp_path: Path
) -> None:
    world = serve(data_set(tmp_path / "f", version("1.0", table())))
    first = world.fetch()
    again = world.fetch(kept(first))
    assert world.asked == [f"/data-sets/{ABSENCE}"]
    assert [each.path for each in again.parts] == [None, None]
    assert [each.sha256 for each in again.parts] == [each.sha256 for each in first.parts]
    assert again.release == "1.0"


def test_another_question_is_asked_anew_although_nothing_is_released(serve: Callable[..., World], tmp_path: Path) -> None:
    world = serve(data_set(tmp_path / "f", version("1.0", table())))
    before = kept(world.fetch())
    assert world.fetch(before, data_set=ABSENCE).parts[0].path is not None


def test_a_data_set_that_took_the_place_of_the_one_found_before_is_found(serve: Callable[..., World], tmp_path: Path) -> None:
    before = kept(serve(data_set(tmp_path / "f", version("1.0", table()))).fetch())
    other = ABSENCE.replace("0001", "0002")
    delivery = serve(data_set(tmp_path / "g", version("1.0", table(phases=("Primary",))), id=other)).fetch(before)
    assert delivery.parts[0].labels["data_set"] == other


def test_the_changelogs_of_all_versions_since_the_last_snapshot_are_told(serve: Callable[..., World], tmp_path: Path) -> None:
    one = version("1.0", table(periods=("202223",)))
    two = version("1.1", table(periods=("202223", "202324")))
    three = version(
        "2.0", table(periods=("202324",), phases=("Primary",)), type="Major", notes="Secondary schools moved to another data set."
    )
    before = kept(serve(data_set(tmp_path / "f", one)).fetch())
    delivery = serve(data_set(tmp_path / "g", one, two, three)).fetch(before)
    told = [(item["version"], item["major"], item["kind"], item.get("column"), item.get("subject")) for item in delivery.announced]
    assert ("1.1", False, "period_added", None, "2023/24") in told
    assert ("2.0", True, "period_removed", None, "2022/23") in told
    assert ("2.0", True, "category_removed", "phase", "Secondary") in told
    assert [item["said"] for item in delivery.announced if item["kind"] == "note"] == ["Secondary schools moved to another data set."]
    assert {item["version"] for item in delivery.announced} == {"1.1", "2.0"}


# -- whole --------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "records"),
    [
        ("", 0),
        ("a,b", 0),
        ("a,b\n", 0),
        ("a,b\n1,2", 1),
        ("\ufeffa,b\r\n1,2\r\n", 1),
        ('a,b\n"line\nbreak",2\n3,4\n', 2),
        ("a,b\n1,2\n\n\n3,4\n", 2),
        ("a,b\n1,2,3\n4\n", 2),
        ('a,b\n"say ""so""",2\n', 1),
        (",b\n,2\n,3\n", 2),
    ],
)
def test_records_are_counted_as_a_reader_of_csv_counts_them(text: str, records: int, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(text.encode())
    assert count_records(path) == records


def test_a_latin_1_file_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes("school,n\nSt Ren\xe9,1\n".encode("latin-1"))
    assert count_records(path) == 1


# -- the catalogue ------------------------------------------------------------------------------------------------------------------


def test_a_file_that_is_not_in_the_api_is_found_in_the_catalogue(serve: Callable[..., World], tmp_path: Path) -> None:
    world = serve(data_set(tmp_path / "f", version("1.0", table()), in_api=False))
    delivery = world.fetch(publication="Pupil absence in schools", catalogue="Absence by sex")
    assert part(delivery, "data.csv") == table().encode()
    assert delivery.release == "Release 1.0 2025-01-03T09:30:00Z"
    again = world.fetch(kept(delivery), publication="Pupil absence in schools", catalogue="Absence by sex")
    assert again.parts[0].path is None and again.parts[0].sha256 == delivery.parts[0].sha256
    assert not any(path.endswith("/csv") for path in world.asked)


def test_a_catalogue_file_is_fetched_by_its_id_and_an_old_one_says_so(serve: Callable[..., World], tmp_path: Path) -> None:
    world = serve(data_set(tmp_path / "f", version("1.0", table()), in_api=False, status="Deprecated"))
    delivery = world.fetch(catalogue=ABSENCE.replace("0191", "f11e"))
    assert "no longer the latest release" in delivery.warnings[0]


# -- the publisher's own test files ------------------------------------------------------------------------------------------------


def test_dfes_own_files_come_whole_and_their_versions_tell_their_changes(
    serve: Callable[..., World], tmp_path: Path, real_files: Path
) -> None:
    samples = real_files / "dfe" / "ees_api_samples"
    names = {"1.0": "absence_school", "2.0": "absence_school_major_auto"}
    texts = {number: (samples / f"{name}.csv").read_text(encoding="utf-8-sig") for number, name in names.items()}
    folder = tmp_path / "f"
    data_set(folder, *(version(number, text) for number, text in texts.items()))
    (folder / "absence.meta.csv").write_bytes((samples / "absence_school.meta.csv").read_bytes())
    made = data_sets([folder / "absence.json"])[0]
    first = serve(made).fetch(data_set=ABSENCE, version="1.0")
    assert rows(first) == list(csv.DictReader(io.StringIO(texts["1.0"])))
    delivery = serve(made).fetch(kept(first), data_set=ABSENCE)
    removed: list[Mapping[str, Any]] = [item for item in delivery.announced if item["kind"] == "column_removed"]
    assert [(item["column"], item["version"], item["major"]) for item in removed] == [("school_type", "2.0", True)]


def test_a_source_names_its_publication_with_a_title() -> None:
    with pytest.raises(ValueError, match="publication"):
        Ees(kind="ees", data_set="Absence by sex")
    with pytest.raises(ValueError, match="either `data_set`"):
        Ees(kind="ees", publication="x")
    with pytest.raises(ValueError, match="version"):
        Ees(kind="ees", data_set=ABSENCE, version="latest")
