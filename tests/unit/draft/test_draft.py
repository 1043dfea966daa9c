"""A draft is made of files that nobody has seen: it is short, passes the check, lands through the pipeline, and says nothing that nobody said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from drafting import LIBRARIES, Drafted, drafted

from expectations.declaration import load_file
from expectations.errors import EvidenceError
from expectations.sources import source_of
from tasks.declared import contract_problems, data_problems, declaration_problems, tidy_problems
from tasks.draft import Wanted, write
from tasks.fetch.http import HttpSettings
from tasks.sample.ckan import CkanResponder
from tasks.sample.server import SampleServer
from warehouse.lake import paths, vintages

OPEN = Wanted(licence="OGL-UK-3.0", theme="community")


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Drafted:
    """A made CSV under a preamble, with markers and percentages, as a person drops it; drafted, not landed."""
    folder = tmp_path_factory.mktemp("libraries")
    file = folder / "library-visits.csv"
    file.write_text(LIBRARIES, encoding="utf-8")
    return drafted(str(file), folder, wanted=Wanted(id="council.library_visits", licence="OGL-UK-3.0"))


def right(made: Drafted) -> None:
    """The draft is short and passes every check, its contract apart, which nobody has accepted yet."""
    dataset, checkout = made.made.id, made.checkout
    assert len(made.yaml.splitlines()) < 25, made.yaml
    assert declaration_problems(dataset, checkout) == []
    assert tidy_problems(dataset, checkout) == []


def lands(made: Drafted) -> None:
    """The draft lands through the whole pipeline, and its grain holds of more than the place in the file."""
    right(made)
    outcome = made.land()
    assert outcome.status == "landed", outcome.error
    assert outcome.rows == made.made.rows
    assert contract_problems(made.made.id, made.checkout) == []


def test_a_csv_with_a_preamble_becomes_a_long_table_that_lands(libraries: Drafted) -> None:
    import duckdb

    lands(libraries)
    assert libraries.made.grain == ("library", "period", "measure")
    landed = [str(path) for path in paths(libraries.home, vintages(libraries.home, libraries.made.id)[-1])]
    with duckdb.connect(":memory:") as opened:
        rows = opened.from_parquet(landed).filter("library = 'Central' and period = '2024'").select("measure, value, status, marker, unit")
        found = sorted(rows.fetchall())
    assert found == [("loans_per_cent", 52.0, None, None, "percent"), ("visits", None, "suppressed", "c", "count")]


def test_a_draft_holds_of_what_it_was_made_of(libraries: Drafted) -> None:
    libraries.arrive()
    assert data_problems(libraries.made.id, libraries.checkout, libraries.home, sample=False) == []


def test_a_draft_is_never_written_over_a_file(libraries: Drafted) -> None:
    with pytest.raises(EvidenceError) as caught:
        write(libraries.made, libraries.checkout)
    assert caught.value.code == "draft.exists"
    assert str(libraries.checkout.tidy(libraries.made.id)) in caught.value.found


def test_a_licence_that_nobody_said_is_left_for_a_person_and_the_check_asks_for_it(tmp_path: Path) -> None:
    file = tmp_path / "library-visits.csv"
    file.write_text(LIBRARIES, encoding="utf-8")
    made = drafted(str(file), tmp_path)
    assert made.made.undecided == ("licence",)
    with pytest.raises(EvidenceError, match="missing key 'licence'"):
        declaration_problems(made.made.id, made.checkout)


def test_headers_of_any_kind_reach_sql_only_as_quoted_names(tmp_path: Path) -> None:
    file = tmp_path / "odd names.csv"
    header = ['"a""b; drop table x"', "2021", "2022", "[note 1]", "select", "Ward, code"]
    rows = [f'k{n},{n * 3},{n * 5 + 1},"n""ote",s{n},w{n}' for n in range(1, 9)]
    file.write_text("\n".join([",".join(f'"{one}"' if "," in one else one for one in header), *rows]) + "\n", encoding="utf-8")
    made = drafted(str(file), tmp_path, wanted=OPEN)
    right(made)
    assert made.made.plan.into == "period"  # 2021 and 2022 are years in the header
    assert made.made.rows == 16


def test_a_register_stays_one_row_a_thing(tmp_path: Path) -> None:
    file = tmp_path / "licences.csv"
    lines = [f"L{n:04},{n} High Street,Owner {n},{n % 28 + 1:02}/03/2024,{n % 5 + 2}" for n in range(60)]
    file.write_text("Licence number,Address,Holder,Expiry date,Occupants\n" + "\n".join(lines) + "\n", encoding="utf-8")
    made = drafted(str(file), tmp_path, wanted=OPEN)
    right(made)
    assert made.made.grain == ("licence_number",)
    assert load_file(made.checkout.declaration(made.made.id)).tidy.columns["expiry_date"].type == "DATE"
    assert made.made.rows == 60


def test_of_several_sheets_the_one_that_a_person_names_is_read(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for sheet, factor in (("Births", 1), ("Deaths", 10)):
        table = book.create_sheet(sheet)
        table.append(["Area code", "Area name", "Number"])
        for code, name in (("E08000025", "Birmingham"), ("E08000026", "Coventry"), ("E08000027", "Dudley")):
            table.append([code, name, factor * int(code[-2:])])
    del book["Sheet"]
    book.save(tmp_path / "events.xlsx")
    with pytest.raises(EvidenceError, match="'Births'; 'Deaths'") as caught:
        drafted(str(tmp_path / "events.xlsx"), tmp_path, part="Marriages", wanted=OPEN)
    assert caught.value.code == "draft.several_parts"
    made = drafted(str(tmp_path / "events.xlsx"), tmp_path, part="deaths", wanted=OPEN)
    right(made)
    assert made.found.read == {"sheet": "Deaths"}


def test_a_package_of_a_portal_says_its_title_publisher_and_licence(tmp_path: Path) -> None:
    (tmp_path / "visits.csv").write_text("\n".join(LIBRARIES.splitlines()[3:]) + "\n", encoding="utf-8")
    resources = [{"name": "Visits 2024", "format": "CSV", "file": "visits.csv", "figures": "visits.csv", "created": "2024-05-01T09:00:00"}]
    about = {
        "name": "library-visits",
        "title": "Visits to libraries",
        "license_id": "uk-ogl",
    }
    package = {**about, "modified": "2024-05-01T09:00:00", "resources": resources}
    (tmp_path / "ckan.json").write_text(json.dumps({"protocol": "ckan", "packages": [package]}), encoding="utf-8")
    with SampleServer({"": CkanResponder([tmp_path / "ckan.json"])}) as server:
        made = drafted(f"{server.url}/dataset/library-visits", tmp_path, settings=HttpSettings(allow_loopback=True))
        right(made)
        assert (made.made.id, made.made.facts.licence, made.made.undecided) == ("council.visits_libraries", "OGL-UK-3.0", ())
        assert "Open Government Licence" in made.made.facts.attribution


@pytest.mark.parametrize(
    ("address", "kind", "says"),
    [
        ("https://www.nomisweb.co.uk/api/v01/dataset/NM_2041_1.data.csv?date=latest&geography=1778385164", "nomis", "NM_2041_1"),
        ("https://www.ons.gov.uk/datasets/TS021/editions/2021/versions/3", "ons_api", "TS021"),
        ("https://api.beta.ons.gov.uk/v1/datasets/wellbeing-local-authority", "ons_api", "wellbeing-local-authority"),
        ("https://www.ons.gov.uk/explore-local-statistics/indicators/employment-rate", "explore_local_statistics", "employment-rate"),
        (
            "https://www.ons.gov.uk/businessindustryandtrade/business/datasets/businessdemography/current",
            "ons_website",
            "businessdemography",
        ),
        ("https://www.ons.gov.uk/file?uri=/a/datasets/earnings/2024/ashe8.xlsx", "ons_website", "/a/datasets/earnings"),
        (
            "https://services1.arcgis.com/ESMARspQHYMw9BZ9/arcgis/rest/services/WD22/FeatureServer/0/query?where=1%3D1",
            "feature_server",
            "WD22",
        ),
        ("https://explore-education-statistics.service.gov.uk/find-statistics/pupil-absence/2023-24", "ees_files", "pupil-absence"),
        (
            "https://explore-education-statistics.service.gov.uk/data-catalogue/data-set/3a1b2c3d-1111-2222-3333-444455556666",
            "ees",
            "3a1b2c3d-1111-2222-3333-444455556666",
        ),
        (
            "https://ea-edubase-api-prod.azurewebsites.net/edubase/downloads/public/links_edubasealldata20260101.csv",
            "gias",
            "links_edubasealldata",
        ),
        (
            "https://www.compare-school-performance.service.gov.uk/download-data?download=true&regions=330&filters=KS4&year=2017-2018",
            "performance_tables",
            "KS4",
        ),
        ("https://data.birmingham.gov.uk/dataset/libraries/resource/33eff69b-f7e7-48af-ad93-0324d9f4ca1c", "ckan", "33eff69b"),
        ("https://cityobservatory.birmingham.gov.uk/explore/dataset/fuel-poverty-wards/table/", "opendatasoft", "fuel-poverty-wards"),
        ("https://fingertips.phe.org.uk/profile/x/data#page/4/gid/1/ati/502/iid/93014", "fingertips", "502"),
        ("https://data.police.uk/api/crimes-street/all-crime?poly=52.1,-1.9:52.2,-1.8:52.0,-1.7", "police", "52.1,-1.9"),
        ("https://www.gov.uk/government/statistics/english-indices-of-deprivation-2025", "file", "attachment"),
        ("https://www.example.org/files/imd.csv", "file", "imd.csv"),
    ],
)
def test_an_address_is_recognised_by_its_service(address: str, kind: str, says: str) -> None:
    source = source_of(address)
    assert source is not None
    assert source.kind == kind
    assert says in repr(source)


def test_what_is_neither_an_address_nor_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError) as caught:
        drafted(str(tmp_path / "nothing.csv"), tmp_path)
    assert caught.value.code == "draft.unknown_address"


REAL = [
    ("dfe/ees_csv_2018_testdata/level_2_3_national.zip", ""),
    ("ons/nomis_api/interactive_xlsx/aps_emprate_T01_jan2023.xlsx", ""),
    ("ons/ons_web/businessdemography2023.xlsx", "Table 5.1a"),
    ("ons/geoportal/birmingham_wards_2019vintage_c109936e.geojson", ""),
    ("council/child_poverty/2_AHC_Relative_LA.csv", ""),
]


@pytest.mark.parametrize(("name", "part"), REAL)
def test_a_real_file_is_drafted_and_lands(real_files: Path, tmp_path: Path, name: str, part: str) -> None:
    lands(drafted(str(real_files / name), tmp_path, part, OPEN))


def test_a_real_spreadsheet_of_a_ministry_is_drafted(real_files: Path, tmp_path: Path) -> None:
    right(drafted(str(real_files / "council/homelessness/Detailed_LA_202212.ods"), tmp_path, "^A1$", OPEN))


def test_a_councils_real_spending_is_drafted_from_its_portal(real_files: Path, tmp_path: Path) -> None:
    lines = (real_files / "council/spend_leeds/2010-12.csv").read_bytes().splitlines(keepends=True)[:1500]
    (tmp_path / "spend.csv").write_bytes(b"".join(lines).decode("cp1252").encode())
    resources = [{"name": "Spending December 2010", "format": "CSV", "file": "2010-12.csv", "figures": "spend.csv"}]
    package = {"name": "council-spending", "title": "Council spending", "modified": "2011-01-01T09:00:00", "resources": resources}
    (tmp_path / "ckan.json").write_text(json.dumps({"protocol": "ckan", "packages": [package]}), encoding="utf-8")
    with SampleServer({"": CkanResponder([tmp_path / "ckan.json"])}) as server:
        made = drafted(f"{server.url}/dataset/council-spending", tmp_path, "", OPEN, HttpSettings(allow_loopback=True))
        lands(made)
    assert made.made.facts.theme == "community"
    assert made.made.rows == 1499
