"""Whatever address a person copies from a browser, of any kind of source: the draft is short, right and lands; or it says what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb
import pytest
from drafting import drafted
from publishers import CATALOGUE_FILE, DATA_SET, FILES, MEDIA, POLICE, plain_files, publishers

from expectations.errors import EvidenceError
from expectations.sources import SOURCES
from tasks.declared import declaration_problems
from tasks.draft import Wanted
from tasks.draft.look import look
from tasks.fetch.http import HttpSettings

OPEN = Wanted(licence="OGL-UK-3.0", theme="community")
NOMIS, ONS, EES = "https://www.nomisweb.co.uk", "https://www.ons.gov.uk", "https://explore-education-statistics.service.gov.uk"
ARCGIS = "https://services1.arcgis.com/ESMARspQHYMw9BZ9/arcgis/rest/services"
SCHOOLS = "https://www.compare-school-performance.service.gov.uk"
COUNCIL, OBSERVATORY, FINGERTIPS = (
    "https://data.birmingham.gov.uk",
    "https://cityobservatory.birmingham.gov.uk",
    "https://fingertips.phe.org.uk",
)
BUSINESS = "/businessindustryandtrade/business/datasets/businessdemography"
GOV_UK = "https://www.gov.uk"

# Of each kind the first lands; the others say the same in another way.
LANDS = [
    # kind, address, --part, rows of the tidy table, its grain
    ("nomis", f"{NOMIS}/datasets/c2021ts021", "", 20, ("period", "area_code", "c2021_eth_20_name", "measure")),
    ("ons_api", f"{ONS}/datasets/TS021/editions/2021/versions/3", "", 20, ("area_code", "ethnic_group_4_categories")),
    ("explore_local_statistics", f"{ONS}/explore-local-statistics/indicators/employment-rate", "", 10, ("area_code", "period")),
    ("ons_website", f"{ONS}{BUSINESS}", "Table 2", 5, ("area_code",)),
    ("feature_server", f"{ARCGIS}/LAD23_RGN23_EN_LU/FeatureServer/0", "", 5, ("area_code",)),
    ("ees", f"{EES}/data-catalogue/data-set/{CATALOGUE_FILE}", "", 20, ("period", "area_code", "phase")),
    ("ees_files", f"{EES}/find-statistics/school-workforce", "Vacancies", 20, ("period", "area_code", "phase")),
    ("gias", "https://get-information-schools.service.gov.uk/Downloads", "", 12, ("urn",)),
    ("performance_tables", f"{SCHOOLS}/download-data?download=true&regions=0&filters=KS4&year=2018-2019", "", 24, ("estab", "measure")),
    ("opendatasoft", f"{OBSERVATORY}/explore/dataset/fuel-poverty-wards/table/?sort=value", "", 19, ("area_code", "period")),
    ("ckan", f"{COUNCIL}/dataset/library-visits", "", 15, ("area_code", "period")),
    ("fingertips", f"{FINGERTIPS}/profile/x/data#page/4/gid/1/pat/15/ati/502/are/E08000025/iid/90366/age/1", "", 10, ("area_code", "sex", "measure")),
    ("police", f"{POLICE}/data/", "west-midlands", 18, ("crime_id",)),
    ("file", f"{FILES}/library-visits.csv", "", 15, ("area_code", "period")),
]  # fmt: skip
SAME = [
    ("nomis", f"{NOMIS}/api/v01/dataset/NM_2041_1.data.csv?date=latest&geography=TYPE424&c2021_eth_20=1...4&measures=20100", "", 20),
    ("nomis", f"{NOMIS}/query/construct/summary.asp?mode=construct&version=0&dataset=2041", "", 20),
    ("ons_api", "https://api.beta.ons.gov.uk/v1/datasets/TS021", "", 20),
    ("ons_website", f"{ONS}{BUSINESS}/current", "Table 2", 5),
    ("ons_website", f"{ONS}/file?uri={BUSINESS}/current/businessdemography2023.xlsx", "Table 2", 5),
    ("feature_server", f"{ARCGIS}/LAD23_RGN23_EN_LU/FeatureServer/0/query?where=1%3D1&outFields=*&outSR=4326&f=json", "", 5),
    ("ees", f"https://api.education.gov.uk/statistics/v1/data-sets/{DATA_SET}/csv", "", 20),
    ("ees_files", f"{EES}/find-statistics/school-workforce/2023-24/explore", "Teachers", 20),
    ("gias", "https://ea-edubase-api-prod.azurewebsites.net/edubase/downloads/public/edubasealldata20260101.csv", "", 12),
    ("opendatasoft", f"{OBSERVATORY}/api/explore/v2.1/catalog/datasets/fuel-poverty-wards/records?limit=20", "", 19),
    ("ckan", f"{COUNCIL}/api/3/action/package_show?id=library-visits", "", 15),
    ("fingertips", f"{FINGERTIPS}/api/all_data/csv/by_indicator_id?indicator_ids=90366&child_area_type_id=502&parent_area_type_id=15", "", 10),
    ("police", "https://www.police.uk/pu/your-area/west-midlands-police/", "", 18),
    ("police", f"{POLICE}/api/crimes-street/all-crime?poly=52.1,-1.9:52.2,-1.8:52.0,-1.7&date=2024-01", "", 8),
    ("file", f"{FILES}/libraries", "", 15),
    ("file", f"{GOV_UK}/government/statistics/indices-2025", "", 15),
    *[("file", f"{FILES}/library-visits.{ending}", "", 15) for ending in ("xlsx", "zip", "json")],
]  # fmt: skip
WRONG = [
    # address, --part, code of the error, what it says to do or has found
    (f"{NOMIS}/sources/census_2021", "", "draft.incomplete", "copy the address of its page"),
    (f"{NOMIS}/datasets/nosuchtable", "", "draft.incomplete", "`Nomis API`"),
    (f"{NOMIS}/api/v01/dataset/NM_9_1.data.csv?geography=E08000025", "", "fetch.no_match", "one dataset of this id"),
    (f"{ONS}/datasets/create/filter-outputs/1234", "", "draft.incomplete", "dataset's own page"),
    (f"{ONS}/datasets/TS999", "", "fetch.gone", "404"),
    (f"{ONS}/explore-local-statistics/areas/E08000025-birmingham/indicators", "", "draft.incomplete", "address of the indicator"),
    (f"{ONS}/explore-local-statistics/indicators/employment-rte", "", "fetch.no_match", "employment-rate"),
    (f"{ONS}{BUSINESS}", "Table 9", "draft.several_parts", "'Table 1.1'; 'Table 2.1'"),
    (f"{ONS}/business/datasets/nosuchpage", "", "fetch.gone", "404"),
    ("https://geoportal.statistics.gov.uk/datasets/ons::wards-december-2022-boundaries-gb-bgc/explore", "", "draft.incomplete", "GeoService"),
    (f"{ARCGIS}/NoSuchService/FeatureServer/0", "", "fetch.", "NoSuchService"),
    (f"{ARCGIS}/LAD23_RGN23_EN_LU/MapServer/0", "", "draft.incomplete", "FeatureServer"),
    (f"{EES}/data-catalogue?themeId=1", "", "draft.incomplete", "open the data set itself"),
    (f"{EES}/data-catalogue/data-set/00000000-0000-4000-8000-0000000000ff", "", "fetch.gone", "404"),
    (f"{EES}/find-statistics/no-such-publication", "", "fetch.gone", "404"),
    (f"{EES}/find-statistics/school-workforce", "", "draft.several_parts", "'Teachers by phase'; 'Vacancies'"),
    (f"{SCHOOLS}/download-data", "", "draft.incomplete", "`Download` button"),
    (f"{COUNCIL}/dataset/no-such-package", "", "fetch.gone", "404"),
    (f"{COUNCIL}/organization/birmingham", "", "draft.incomplete", "dataset's own page"),
    (f"{OBSERVATORY}/explore/dataset/no-such-dataset/", "", "fetch.gone", "404"),
    (f"{OBSERVATORY}/explore/", "", "draft.incomplete", "dataset's own page"),
    (f"{FINGERTIPS}/profile/public-health-outcomes-framework", "", "draft.incomplete", "`iid` and `ati`"),
    (f"{FINGERTIPS}/profile/x/data#page/4/ati/502/iid/1", "", "fetch.no_match", "indicator 1"),
    (f"{FINGERTIPS}/profile/x/data#page/4/ati/999/iid/90366", "", "fetch.empty", "kind of area"),
    (f"{POLICE}/data/", "", "draft.several_parts", "'west-midlands'"),
    (f"{POLICE}/api/forces", "", "draft.incomplete", "--part west-midlands"),
    (f"{GOV_UK}/government/statistics/no-such-publication", "", "fetch.gone", "404"),
    (f"{FILES}/nothing.csv", "", "fetch.gone", "404"),
    ("ftp://files.example.org/library-visits.csv", "", "draft.unknown_address", "https://"),
    ("www.ons.gov.uk/datasets/TS021", "", "draft.unknown_address", "https://"),
]  # fmt: skip


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpSettings]:
    with publishers(tmp_path_factory.mktemp("publishers")) as reroute:
        yield HttpSettings(allow_loopback=True, reroute=reroute, retries=0, interval=0)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    return plain_files(tmp_path_factory.mktemp("plain"))


@pytest.mark.parametrize(("kind", "address", "part", "rows", "grain"), LANDS, ids=[each[0] for each in LANDS])
def test_an_address_of_every_kind_becomes_a_dataset_that_lands(
    settings: HttpSettings, tmp_path: Path, kind: str, address: str, part: str, rows: int, grain: tuple[str, ...]
) -> None:
    made = drafted(address, tmp_path, part, OPEN, settings)
    assert made.found.source.kind == kind
    assert len(made.yaml.splitlines()) < 25, made.yaml
    assert declaration_problems(made.made.id, made.checkout) == []
    assert (made.made.rows, made.made.grain) == (rows, grain), made.made.sql
    outcome = made.land()
    assert (outcome.status, outcome.rows) == ("landed", rows), outcome.error


@pytest.mark.parametrize(("kind", "address", "part", "rows"), SAME, ids=[f"{each[0]} {each[1].rpartition('/')[2][:40]}" for each in SAME])
def test_another_address_of_the_same_table_is_understood_too(
    settings: HttpSettings, tmp_path: Path, kind: str, address: str, part: str, rows: int
) -> None:
    with duckdb.connect(":memory:") as connection:
        found = look(address, part, connection, settings, tmp_path)
    assert (found.source.kind, found.shape.rows) == (kind, rows)


@pytest.mark.parametrize(("address", "part", "code", "says"), WRONG, ids=[each[0].partition("//")[2][:60] for each in WRONG])
def test_an_address_that_leads_to_no_table_says_what_is_wrong(
    settings: HttpSettings, tmp_path: Path, address: str, part: str, code: str, says: str
) -> None:
    with pytest.raises(EvidenceError) as caught:
        drafted(address, tmp_path, part, OPEN, settings)
    error = caught.value
    assert error.code.startswith(code), str(error)
    assert says in f"{error.found} {error.expected} {error.todo} {error.where}", str(error)
    assert not (tmp_path / "checkout").exists()


@pytest.mark.parametrize("ending", MEDIA)
def test_a_file_of_this_machine_is_drafted_in_every_form(plain: Mapping[str, Path], tmp_path: Path, ending: str) -> None:
    made = drafted(str(plain[ending]), tmp_path, wanted=OPEN)
    assert (made.found.source.kind, made.made.rows, made.made.grain) == ("folder", 15, ("area_code", "period"))


def test_every_kind_of_source_is_tried() -> None:
    assert {each[0] for each in LANDS} | {"folder"} == set(SOURCES)
