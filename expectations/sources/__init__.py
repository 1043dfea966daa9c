"""The arguments of each kind of source, as a declaration gives them under `source:`; the field descriptions are the documentation.

Refuses unknown keys and values of another type. Knows nothing of how a source is fetched (`tasks/fetch` does, one module per kind).
"""

from __future__ import annotations

from expectations.sources.ckan import Ckan, CkanSearch
from expectations.sources.common import GUID, Common
from expectations.sources.ees import Ees, EesQuery
from expectations.sources.feature_server import FeatureLayer, FeatureServer
from expectations.sources.nomis import Nomis, NomisAreas, NomisMatching, NomisQuery
from expectations.sources.plain_file import FileItem, PlainFile

__all__ = [
    "GUID",
    "SOURCES",
    "Ckan",
    "CkanSearch",
    "Common",
    "Ees",
    "EesQuery",
    "FeatureLayer",
    "FeatureServer",
    "FileItem",
    "Nomis",
    "NomisAreas",
    "NomisMatching",
    "NomisQuery",
    "PlainFile",
    "Source",
    "model_of",
]

Source = Nomis | FeatureServer | Ees | Ckan | PlainFile  # a declaration tells them apart by `kind`
SOURCES: dict[str, type[Common]] = {
    "nomis": Nomis,
    "feature_server": FeatureServer,
    "ees": Ees,
    "ckan": Ckan,
    "file": PlainFile,
}


def model_of(kind: str) -> type[Common] | None:
    """The model of a kind of source; None where there is no such kind."""
    return SOURCES.get(kind)
