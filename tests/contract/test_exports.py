"""What a data package says of itself holds by the standards' own tools: Data Package, CSVW, DCAT-AP and schema.org."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from warehouse.exports import Request, export
from warehouse.exports.contents import INDICATORS, STRATEGY, chosen, described
from warehouse.exports.licences import is_open
from warehouse.home import Home

pytestmark = [pytest.mark.xdist_group("sample"), pytest.mark.timeout(300)]  # with the others that need the sample's home
TABLES = ("ons.population", "dfe.pupil_attendance", "ons.local_qualifications", "mart.indicators", "mart.breaks", "mart.strategy_figures")
SMALL = "ons.local_qualifications"  # the CSVW validator reads every cell: some 2,000 cells a second
BASE = "https://example.org/data/"
DATASET_NEEDS = {  # DCAT-AP 3: mandatory and recommended terms of a dataset that we know
    "http://purl.org/dc/terms/title",
    "http://purl.org/dc/terms/description",
    "http://purl.org/dc/terms/identifier",
    "http://purl.org/dc/terms/publisher",
    "http://purl.org/dc/terms/spatial",
    "http://purl.org/dc/terms/modified",
    "http://www.w3.org/ns/dcat#distribution",
}
SCHEMA_NEEDS = (
    "name",
    "description",
    "license",
    "creator",
    "creditText",
    "distribution",
    "variableMeasured",
    "dateModified",
    "spatialCoverage",
)


@pytest.fixture(scope="module")
def package(sample_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data package of some tables of the shipped sample: of the simple kind, with markers, of the mart."""
    folder = tmp_path_factory.mktemp("package")
    export(sample_home, Request(names=TABLES, format="datapackage", folder=folder))
    return folder


def test_the_data_package_is_valid_by_frictionless(package: Path) -> None:
    frictionless = pytest.importorskip("frictionless")
    report = frictionless.validate(str(package / "datapackage.json"), limit_rows=2000)
    assert report.valid, report.flatten(["title", "fieldName", "rowNumber", "message"])[:5]
    assert {task.name for task in report.tasks} == set(TABLES)


def test_frictionless_sees_a_file_that_is_not_what_the_package_says(package: Path, tmp_path: Path) -> None:
    frictionless = pytest.importorskip("frictionless")
    for path in package.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    csv = tmp_path / f"{SMALL}.csv"
    csv.write_text(csv.read_text(encoding="utf-8").replace("value", "valeu", 1), encoding="utf-8")
    assert not frictionless.validate(str(tmp_path / "datapackage.json"), limit_rows=50).valid


def test_the_csv_metadata_is_valid_by_a_csvw_validator(sample_home: Home, tmp_path: Path) -> None:
    csvw = pytest.importorskip("csvw")
    export(sample_home, Request(names=(SMALL,), format="csv", folder=tmp_path))
    checked = csvw.CSVW(str(tmp_path / f"{SMALL}.csv-metadata.json"), validate=True)
    assert checked.is_valid, checked.warnings
    assert not checked.warnings


def test_the_catalogue_has_what_dcat_asks_for(package: Path) -> None:
    rdflib = pytest.importorskip("rdflib")
    graph = rdflib.Graph().parse(package / "dcat.jsonld", format="json-ld", publicID=BASE)
    dcat, terms = rdflib.Namespace("http://www.w3.org/ns/dcat#"), rdflib.Namespace("http://purl.org/dc/terms/")
    [catalogue] = graph.subjects(rdflib.RDF.type, dcat.Catalog)
    assert graph.value(catalogue, terms.publisher) and graph.value(catalogue, terms.description)
    listed = set(graph.objects(catalogue, dcat.dataset))
    assert {str(graph.value(one, terms.identifier)) for one in listed} == set(TABLES)
    for one in listed:
        assert DATASET_NEEDS - {str(predicate) for predicate in graph.predicates(one)} == set(), one
        distribution = graph.value(one, dcat.distribution)
        assert str(graph.value(distribution, dcat.accessURL)).startswith(BASE)
        assert graph.value(distribution, terms.license), "under which licence"
        assert graph.value(one, terms.rights), "whom to attribute"


def test_every_dataset_has_what_search_engines_ask_for(package: Path) -> None:
    rdflib = pytest.importorskip("rdflib")
    graph = rdflib.Graph().parse(package / "schema.jsonld", format="json-ld", publicID=BASE)
    schema = rdflib.Namespace("https://schema.org/")
    listed = list(graph.subjects(rdflib.RDF.type, schema.Dataset))
    assert len(listed) == len(TABLES)
    for one in listed:
        for name in SCHEMA_NEEDS:
            assert graph.value(one, schema[name]) is not None, (one, name)
        assert 50 <= len(str(graph.value(one, schema.description))) <= 5000, one


def test_everything_is_exported_where_nothing_is_named(sample_home: Home) -> None:
    with closing(duckdb.connect(str(sample_home.database), read_only=True)) as connection:
        names = chosen(connection, ())
        landed = connection.execute("select dataset from meta.datasets where rows is not null").fetchall()
        assert {name for (name,) in landed} <= set(names) and {*INDICATORS, *STRATEGY} <= set(names)
        assert is_open(described(connection, "council.card_spend").terms)
