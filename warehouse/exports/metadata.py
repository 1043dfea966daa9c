"""Metadata in the words of four standards: Data Package, CSVW, DCAT and schema.org, made from what the declarations say of each table.

Sources of the rules: specs.frictionlessdata.io (v1), www.w3.org/TR/tabular-metadata, DCAT-AP 3 (mandatory and recommended terms),
schema.org/Dataset with the properties that search engines ask for. Refuses no table; what is not known of it is left out, never invented.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from expectations.place import home_place
from warehouse.exports.contents import ExportColumn, ExportTable, Terms
from warehouse.exports.licences import Licence, is_open, licences_of
from warehouse.exports.terms import MARKERS, citation, maker

Document = dict[str, Any]
DATAPACKAGE, CSVW, DCAT, SCHEMA_ORG = "datapackage.json", "csv-metadata.json", "dcat.jsonld", "schema.jsonld"
_SAME_TYPES = {"VARCHAR": "string", "BIGINT": "integer", "INTEGER": "integer", "DATE": "date", "BOOLEAN": "boolean"}
_PACKAGE_TYPES = {**_SAME_TYPES, "DOUBLE": "number", "TIMESTAMP": "datetime"}
_CSVW_TYPES = {**_SAME_TYPES, "DOUBLE": "double", "TIMESTAMP": "dateTime"}
_CSV_MEDIA = "text/csv"
_DCAT_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "prov": "http://www.w3.org/ns/prov#",
}
_GEOGRAPHY = "http://statistics.data.gov.uk/id/statistical-geography/"  # the address of a GSS code
_BLOCK = 1 << 20


def package_documents(tables: Sequence[ExportTable], exported_on: str, folder: Path) -> dict[str, Document]:
    """Every metadata document of a package, by file name. `folder` holds its CSV files, whose size and hash are written down."""
    return {
        DATAPACKAGE: datapackage(tables, exported_on, folder),
        CSVW: csvw_group(tables, exported_on),
        DCAT: dcat(tables, exported_on),
        SCHEMA_ORG: schema_org(tables, exported_on),
    }


def datapackage(tables: Sequence[ExportTable], exported_on: str, folder: Path) -> Document:
    """A Tabular Data Package of the CSV files in a folder."""
    return {
        "profile": "tabular-data-package",
        "name": "evidence-base",
        "title": maker(),
        "description": f"{MARKERS} How to cite: {citation(tables, exported_on)}",
        "created": f"{exported_on}T00:00:00Z",
        "licenses": [_package_licence(one) for one in licences_of(_terms(tables))],
        "sources": _sources(_terms(tables)),
        "contributors": [{"title": maker(), "role": "publisher"}],
        "resources": [_resource(table, folder / f"{table.name}.csv") for table in tables],
    }


def csvw(table: ExportTable, exported_on: str) -> Document:
    """CSVW metadata of one CSV file, for beside it."""
    return {"@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}], **_csvw_table(table), "dc:date": _day(exported_on)}


def csvw_group(tables: Sequence[ExportTable], exported_on: str) -> Document:
    """CSVW metadata of several CSV files."""
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "dc:title": maker(),
        "dc:date": _day(exported_on),
        "tables": [_csvw_table(table) for table in tables],
    }


def dcat(tables: Sequence[ExportTable], exported_on: str) -> Document:
    """A DCAT catalogue in JSON-LD: one dataset and one distribution a table."""
    return {
        "@context": _DCAT_CONTEXT,
        "@id": "#catalogue",
        "@type": "dcat:Catalog",
        "dct:title": _english(maker()),
        "dct:description": _english(f"The tables of the {maker()}, each as its publisher gave it, and what was computed from them."),
        "dct:publisher": _agent(maker()),
        "dct:modified": _day(exported_on),
        "dct:language": {"@id": "http://publications.europa.eu/resource/authority/language/ENG"},
        "dcat:dataset": [_dcat_dataset(table) for table in tables],
    }


def schema_org(tables: Sequence[ExportTable], exported_on: str) -> Document:
    """A schema.org DataCatalog in JSON-LD. Its context is written out, so that it can be read without a network."""
    return {
        "@context": {"@vocab": "https://schema.org/"},
        "@id": "#catalogue",
        "@type": "DataCatalog",
        "name": maker(),
        "dateModified": exported_on,
        "dataset": [_schema_dataset(table, exported_on) for table in tables],
    }


def _resource(table: ExportTable, path: Path) -> Document:
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "title": table.title,
        "description": _description(table),
        "path": path.name,
        "format": "csv",
        "mediatype": _CSV_MEDIA,
        "encoding": "utf-8",
        "bytes": path.stat().st_size,
        "hash": f"sha256:{_sha256(path)}",
        "licenses": [_package_licence(one) for one in licences_of(table.terms)],
        "sources": _sources(table.terms, table.addresses),
        "schema": {
            "fields": [_field(column) for column in table.columns],
            "missingValues": [""],
            **({"primaryKey": list(table.key)} if table.key else {}),
        },
    }


def _field(column: ExportColumn) -> Document:
    kind = "number" if column.type.startswith("DECIMAL") else _PACKAGE_TYPES.get(column.type, "string")
    unit = {"unit": column.unit} if column.unit else {}
    return {"name": column.name, "type": kind, "description": column.meaning, **unit}


def _package_licence(licence: Licence) -> Document:
    return {"name": licence.name, "title": licence.title, **({"path": licence.url} if licence.url else {})}


def _sources(terms: Sequence[Terms], addresses: Sequence[str] = ()) -> list[Document]:
    if len(terms) == 1 and addresses:
        return [{"title": terms[0].attribution, "path": address} for address in addresses]
    return [{"title": one.attribution} for one in terms]


def _csvw_table(table: ExportTable) -> Document:
    licences = [one.url for one in licences_of(table.terms) if one.url]
    return {
        "url": f"{table.name}.csv",
        "dc:title": table.title,
        "dc:description": _description(table),
        "dc:rights": "\n".join(one.attribution for one in table.terms),
        **({"dc:license": {"@id": licences[0]}} if licences else {}),
        **({"dc:modified": _day(table.known_on)} if table.known_on else {}),
        "dialect": {"header": True, "encoding": "utf-8"},
        "tableSchema": {
            "columns": [_csvw_column(column) for column in table.columns],
            **({"primaryKey": list(table.key)} if table.key else {}),
        },
    }


def _csvw_column(column: ExportColumn) -> Document:
    kind = "decimal" if column.type.startswith("DECIMAL") else _CSVW_TYPES.get(column.type, "string")
    meaning = f"{column.meaning.rstrip('.')}. Unit: {column.unit}." if column.unit else column.meaning
    return {"name": column.name, "titles": column.name, "datatype": kind, **({"dc:description": meaning} if meaning else {})}


def _dcat_dataset(table: ExportTable) -> Document:
    publishers = list(dict.fromkeys(one.publisher for one in table.terms)) or [maker()]
    return {
        "@id": f"#{table.name}",
        "@type": "dcat:Dataset",
        "dct:identifier": table.name,
        "dct:title": _english(table.title),
        "dct:description": _english(_description(table)),
        "dct:publisher": [_agent(name) for name in publishers],
        "dct:rights": [{"@type": "dct:RightsStatement", "dct:description": one.attribution} for one in table.terms],
        "dct:spatial": {"@id": _GEOGRAPHY + home_place().code},
        **_dcat_times(table),
        **({"prov:wasDerivedFrom": [{"@id": address} for address in table.addresses]} if table.addresses else {}),
        "dcat:distribution": {
            "@id": f"{table.name}.csv",
            "@type": "dcat:Distribution",
            "dct:title": _english(f"{table.title}, CSV"),
            "dcat:accessURL": {"@id": f"{table.name}.csv"},
            "dcat:downloadURL": {"@id": f"{table.name}.csv"},
            "dcat:mediaType": {"@id": "https://www.iana.org/assignments/media-types/text/csv"},
            "dct:conformsTo": {"@id": "https://www.w3.org/TR/tabular-data-model/"},
            "dct:license": [_dcat_licence(one) for one in licences_of(table.terms)],
        },
    }


def _dcat_licence(licence: Licence) -> Document:
    return {"@id": licence.url} if licence.url else {"@type": "dct:LicenseDocument", "dct:title": licence.title}


def _dcat_times(table: ExportTable) -> Document:
    period = {"@type": "dct:PeriodOfTime", "dcat:startDate": _day(table.first_day), "dcat:endDate": _day(table.last_day)}
    return {
        **({"dct:modified": _day(table.known_on)} if table.known_on else {}),
        **({"dct:temporal": period} if table.first_day and table.last_day else {}),
    }


def _schema_dataset(table: ExportTable, exported_on: str) -> Document:
    publishers = list(dict.fromkeys(one.publisher for one in table.terms)) or [maker()]
    place = home_place()
    licences = [one.url or one.title for one in licences_of(table.terms)]
    return {
        "@id": f"#{table.name}",
        "@type": "Dataset",
        "identifier": table.name,
        "name": table.title,
        "description": _description(table),
        "creator": [{"@type": "Organization", "name": name} for name in publishers],
        "publisher": {"@type": "Organization", "name": maker()},
        "license": licences,
        "creditText": "\n".join(one.attribution for one in table.terms),
        "isAccessibleForFree": is_open(table.terms),
        "citation": citation([table], exported_on),
        "spatialCoverage": {"@type": "Place", "name": place.name, "identifier": place.code},
        **({"dateModified": table.known_on} if table.known_on else {}),
        **({"temporalCoverage": f"{table.first_day}/{table.last_day}"} if table.first_day and table.last_day else {}),
        **({"isBasedOn": list(table.addresses)} if table.addresses else {}),
        "variableMeasured": [_variable(column) for column in table.columns],
        "distribution": {"@type": "DataDownload", "contentUrl": {"@id": f"{table.name}.csv"}, "encodingFormat": _CSV_MEDIA},
    }


def _variable(column: ExportColumn) -> Document:
    unit = {"unitText": column.unit} if column.unit else {}
    return {"@type": "PropertyValue", "name": column.name, "description": column.meaning, **unit}


def _description(table: ExportTable) -> str:
    """What the table is, with what to bear in mind: search engines want 50 characters or more."""
    return " ".join([table.about, *(f"Caveat: {caveat.rstrip('.')}." for caveat in table.caveats)])


def _terms(tables: Sequence[ExportTable]) -> list[Terms]:
    return list(dict.fromkeys(one for table in tables for one in table.terms))


def _agent(name: str) -> Document:
    return {"@type": "foaf:Agent", "foaf:name": name}


def _english(text: str) -> Mapping[str, str]:
    return {"@value": text, "@language": "en"}


def _day(day: str) -> Mapping[str, str]:
    return {"@value": day, "@type": "xsd:date"}


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
