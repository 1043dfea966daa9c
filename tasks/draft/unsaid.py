"""Addresses of services that we know which lead to no table: what is missing, and which address to copy in its place.

Such a page is never read as if its links were the data. What is no page of a known service is none of this module's business.
"""

from __future__ import annotations

from dataclasses import dataclass

from expectations.errors import EvidenceError
from expectations.sources import Common
from expectations.sources.address import Address, taken_apart
from expectations.sources.plain_file import PlainFile


@dataclass(frozen=True)
class Guide:
    """Where a service is, the address that names one of its tables, and how a person comes by it. `path` is how the address goes on."""

    hosts: tuple[str, ...]
    expected: str
    todo: str
    path: str = ""
    marks: tuple[str, ...] = ()  # in any part of the address, of a service that has no hosts of its own

    def is_for(self, at: Address) -> bool:
        on_host = any(at.host.endswith(host) for host in self.hosts) if self.hosts else True
        return (
            on_host and f"/{'/'.join(at.steps)}".startswith(self.path) and (not self.marks or any(mark in at.text for mark in self.marks))
        )


GUIDES = (
    Guide(
        ("nomisweb.co.uk",),
        "the page of a table (…/datasets/c2021ts021) or the address of a query's data (…/api/v01/dataset/NM_2041_1.data.csv?…)",
        "Choose the table on nomisweb.co.uk and copy the address of its page; or query it, and copy the address under `Nomis API`.",
    ),
    Guide(
        ("explore-education-statistics.service.gov.uk", "education.gov.uk"),
        "the page of a publication (…/find-statistics/pupil-absence) or of a data set (…/data-catalogue/data-set/…)",
        "In the data catalogue open the data set itself, or open the publication's page, and copy that address.",
    ),
    Guide(
        ("www.ons.gov.uk",),
        "the page of an indicator (…/explore-local-statistics/indicators/employment-rate)",
        "Choose the indicator on the page, and copy the address of the indicator.",
        path="/explore-local-statistics",
    ),
    Guide(
        ("www.ons.gov.uk",),
        "the page of one dataset (…/datasets/TS021/editions/2021/versions/3)",
        "Open the dataset's own page and copy its address: a table that was made to measure has none that stays.",
        path="/datasets",
    ),
    Guide(
        ("fingertips.phe.org.uk",),
        "an address that names an indicator and a kind of area (…/iid/90366… with …/ati/502)",
        "On the profile choose the indicator and `Area type`, so that the address holds `iid` and `ati`, and copy it again.",
    ),
    Guide(
        ("school-performance.service.gov.uk",),
        "the address of a download (…/download-data?download=true&regions=330&filters=KS4&fileformat=csv&year=2022-2023)",
        "On `Download data` choose area, year, type and format, and copy the address of the `Download` button.",
    ),
    Guide(
        ("data.police.uk",),
        "a page of the data (https://data.police.uk/data/) with --part and the force, or a query (…/api/crimes-street/all-crime?poly=…)",
        "Give https://data.police.uk/data/ and --part west-midlands, or the address of the query.",
    ),
    Guide(
        ("geoportal.statistics.gov.uk", "arcgis.com"),
        "the address of a layer (https://services1.arcgis.com/…/arcgis/rest/services/…/FeatureServer/0)",
        "On the page choose `I want to use this`, `View API resources`, and copy the address under `GeoService` up to `/FeatureServer/0`.",
    ),
    Guide(
        (),
        "the address of a layer of a FeatureServer (…/FeatureServer/0)",
        "Change MapServer to FeatureServer where the publisher offers both; else take the layer's file.",
        marks=("/MapServer",),
    ),
    Guide(
        ("data.birmingham.gov.uk", "data.gov.uk"),
        "the page of one dataset (…/dataset/libraries)",
        "Open the dataset's own page on the portal, and copy its address.",
    ),
    Guide(
        ("cityobservatory.birmingham.gov.uk",),
        "the page of one dataset (…/explore/dataset/fuel-poverty-wards/)",
        "Open the dataset's own page on the portal, and copy its address.",
    ),
)


def refuse_unsaid(address: str, source: Common) -> None:
    """Raises `draft.incomplete` for a page of a known service that names no table; `source` is as what it was recognised."""
    at = taken_apart(address)
    if at is None or not isinstance(source, PlainFile) or source.files[0].url is not None:
        return
    guide = next((each for each in GUIDES if each.is_for(at)), None)
    if guide is not None:
        raise EvidenceError("draft.incomplete", where=address, expected=guide.expected, found="a page that names no table", todo=guide.todo)
