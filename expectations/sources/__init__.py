"""The arguments of each kind of source, as a declaration gives them under `source:`; the field descriptions are the documentation.

Refuses unknown keys and values of another type. Knows nothing of how a source is fetched (`tasks/fetch` does, one module per kind).
"""

from __future__ import annotations

from expectations.sources.ckan import Ckan, CkanSearch
from expectations.sources.common import GUID, Common
from expectations.sources.ees import Ees, EesQuery
from expectations.sources.ees_files import EesFiles
from expectations.sources.explore_local_statistics import ExploreLocalStatistics
from expectations.sources.feature_server import FeatureLayer, FeatureServer
from expectations.sources.fingertips import Fingertips
from expectations.sources.folder import Folder
from expectations.sources.gias import Gias
from expectations.sources.nomis import Nomis, NomisAreas, NomisMatching, NomisQuery
from expectations.sources.ons_api import OnsApi, OnsFilter, OnsObservations
from expectations.sources.ons_website import OnsFile, OnsWebsite
from expectations.sources.opendatasoft import Opendatasoft
from expectations.sources.performance_tables import PerformanceTables
from expectations.sources.plain_file import FileItem, PlainFile
from expectations.sources.police import Police

__all__ = [
    "GUID",
    "SOURCES",
    "Ckan",
    "CkanSearch",
    "Common",
    "Ees",
    "EesFiles",
    "EesQuery",
    "ExploreLocalStatistics",
    "FeatureLayer",
    "FeatureServer",
    "FileItem",
    "Fingertips",
    "Folder",
    "Gias",
    "Nomis",
    "NomisAreas",
    "NomisMatching",
    "NomisQuery",
    "OnsApi",
    "OnsFile",
    "OnsFilter",
    "OnsObservations",
    "OnsWebsite",
    "Opendatasoft",
    "PerformanceTables",
    "PlainFile",
    "Police",
    "Source",
    "model_of",
    "source_of",
]

Source = (
    Nomis
    | FeatureServer
    | Ees
    | EesFiles
    | Gias
    | PerformanceTables
    | Ckan
    | Opendatasoft
    | OnsApi
    | ExploreLocalStatistics
    | OnsWebsite
    | PlainFile
    | Folder
    | Fingertips
    | Police
)  # a declaration tells them apart by `kind`
SOURCES: dict[str, type[Common]] = {
    "nomis": Nomis,
    "feature_server": FeatureServer,
    "ees": Ees,
    "ees_files": EesFiles,
    "gias": Gias,
    "performance_tables": PerformanceTables,
    "ckan": Ckan,
    "opendatasoft": Opendatasoft,
    "ons_api": OnsApi,
    "explore_local_statistics": ExploreLocalStatistics,
    "ons_website": OnsWebsite,
    "file": PlainFile,
    "folder": Folder,
    "fingertips": Fingertips,
    "police": Police,
}


def model_of(kind: str) -> type[Common] | None:
    """The model of a kind of source; None where there is no such kind."""
    return SOURCES.get(kind)


def source_of(address: str) -> Source | None:
    """The source that an address is of, as far as the address says; None for what is neither an address nor a file of this machine.

    What has to be asked for stands as `address.TO_BE_FOUND`. The kinds that know their own hosts come before those that know a form of address.
    """
    models = (
        *(Nomis, ExploreLocalStatistics, OnsApi, OnsWebsite, Ees, EesFiles, Gias, PerformanceTables, Fingertips, Police),
        *(FeatureServer, Opendatasoft, Ckan, PlainFile, Folder),
    )
    return next((source for model in models if (source := model.from_address(address)) is not None), None)
