"""The arguments of each kind of source, as a declaration gives them under `source:`; the field descriptions are the documentation.

Refuses unknown keys and values of another type. Knows nothing of how a source is fetched (`tasks/fetch` does, one module per kind).
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

GUID = re.compile(r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")
Text = Annotated[str, Field(min_length=1)]


class Common(BaseModel):
    """What all kinds have in common."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    hosts: list[Text] = Field(
        default=[], description="Further hosts that redirects and links may lead to; `*.example.org` stands for all below it."
    )
    max_bytes: int | None = Field(
        default=None, gt=0, description="The most bytes that one part may have; without it, the setting for all sources."
    )


# -- ees ---------------------------------------------------------------------------------------------------------------------------


class EesQuery(BaseModel):
    """Part of a data set, for those whose whole CSV is too large.

    All conditions hold at once; several values of one condition are alternatives.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    indicators: list[Text] = Field(default=[], description="Column names of the indicators (`attainment8_average`); none means all.")
    filters: dict[str, list[Text]] = Field(
        default={}, description="Column name of a filter -> labels of the options wanted (`sex: [Total]`)."
    )
    geographic_levels: list[Text] = Field(default=[], description="Codes of the levels wanted: NAT, REG, LA, LAD, PCON, WARD, SCH.")
    locations: list[Text] = Field(default=[], description="Codes of the places wanted, as `LA E08000025` (level, then code).")
    time_periods: list[Text] = Field(default=[], description="Periods wanted, as `AY 2023/2024` (code, then period).")

    @field_validator("locations", "time_periods")
    @classmethod
    def _two_words(cls, value: list[str]) -> list[str]:
        for item in value:
            if len(item.split()) != 2:
                raise ValueError(f"{item!r} is not two words: a code, then a value (`LA E08000025`, `AY 2023/2024`)")
        return value


class Ees(Common):
    """DfE's Explore Education Statistics: a data set of its API as CSV, part of one by query, or a file of its data catalogue."""

    kind: Literal["ees"]
    publication: Text | None = Field(default=None, description="Title of the publication, as printed.")
    data_set: Text | None = Field(
        default=None, description="Title of the data set in the API, as printed; or its id (a GUID), which stays the same for life."
    )
    version: str = Field(
        default="*",
        pattern=r"^(\*|\d+(\.\d+){0,2}|\d+(\.\d+)?\.\*)$",
        description="`*` for the latest; `2.*` for the latest that breaks nothing since 2.0; `2.1` for exactly 2.1.0, without its patches.",
    )
    catalogue: Text | None = Field(
        default=None,
        description="For what is not in the API: the file's title in the data catalogue, or its id (a GUID; each release has another).",
    )
    query: EesQuery | None = Field(default=None, description="Only part of the data set, where the whole CSV is too large.")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.data_set is None) == (self.catalogue is None):
            raise ValueError("name either `data_set` (in the API) or `catalogue` (a file of the data catalogue)")
        wanted = self.data_set or self.catalogue or ""
        if self.publication is None and not GUID.match(wanted):
            raise ValueError(f"{wanted!r} is a title: name its `publication` too, for titles repeat over publications")
        if self.catalogue and (self.query or self.version != "*"):
            raise ValueError("a file of the data catalogue has no `version` and no `query`")
        return self


# -- file --------------------------------------------------------------------------------------------------------------------------


class FileItem(BaseModel):
    """One file: at an address that stays, or linked from a page that stays while the file's own address moves with each release."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.+-]*$", description="The part's name, stable from release to release: `imd.xlsx`.")
    url: Text | None = Field(default=None, description="Where the file is.")
    page: Text | None = Field(default=None, description="The page that links to the current file.")
    link: Text | None = Field(
        default=None,
        description="Regular expression that finds the link on the page, in its address or its text; it must find exactly one.",
    )
    days_back: int = Field(
        default=0,
        ge=0,
        le=31,
        description="Where `url` holds a date, as `{date:%Y%m%d}`: how many days before today to look for the newest file.",
    )
    media: list[Text] = Field(
        default=[], description="Media types that the file may have; without them, those that the ending of its name stands for."
    )
    labels: dict[str, str] = Field(default={}, description="What is known of the file and not printed in it: `period: 2019`.")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.url is None) == (self.page is None):
            raise ValueError("give either `url`, or `page` with `link`")
        if self.days_back and "{date:" not in (self.url or ""):
            raise ValueError("`days_back` needs a `url` that holds `{date:...}`")
        if (self.page is None) != (self.link is None):
            raise ValueError("`page` and `link` go together")
        if self.link is not None:
            try:
                re.compile(self.link)
            except re.error as error:
                raise ValueError(f"`link` is not a regular expression: {error}") from None
        return self


class PlainFile(Common):
    """Files at addresses of their own: gov.uk, ONS, council sites."""

    kind: Literal["file"]
    files: list[FileItem] = Field(min_length=1, description="The files, each one part of the snapshot.")

    @field_validator("files")
    @classmethod
    def _names_differ(cls, value: list[FileItem]) -> list[FileItem]:
        names = [item.name for item in value]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two files have the name {twice[0]!r}")
        return value


# -- nomis -------------------------------------------------------------------------------------------------------------------------


class _Arguments(BaseModel):
    """Some of the arguments of a source."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class NomisAreas(_Arguments):
    """Some of the areas of a query: all of one type, those of it within a parent, those of it with certain codes, or bare codes."""

    type: Text | None = Field(
        default=None, description="The type as Nomis describes it: 'local authorities: district / unitary (as of April 2023)'."
    )
    within: Text | None = Field(
        default=None, description="Only areas of the type within this one: a GSS code (with `within_type`) or a Nomis id, in quotes."
    )
    within_type: Text | None = Field(default=None, description="The type of the area in `within`: two areas can share one GSS code.")
    codes: list[Text] = Field(
        default=[], description="Only areas with these GSS codes or Nomis ids, in quotes; without `type` they are asked for as they stand."
    )

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.type is None and not self.codes:
            raise ValueError("areas need `type`, `codes` or both")
        if self.within and self.type is None:
            raise ValueError("`within` needs `type`: which areas within it")
        if self.within and not self.within.isdigit() and not self.within_type:
            raise ValueError("`within` with a GSS code needs `within_type`: two Nomis areas can share one GSS code")
        return self


class NomisMatching(_Arguments):
    """Categories of a dimension whose names fit a pattern, and how many there must be: Nomis drops what it does not know in silence."""

    matching: Text = Field(description="A regular expression that is looked for in the names of categories.")
    count: int = Field(gt=0, description="How many categories must fit.")

    @field_validator("matching")
    @classmethod
    def _compiles(cls, value: str) -> str:
        return _pattern(value)


def _categories(value: Any) -> Any:
    if value == "all" or isinstance(value, list | dict | NomisMatching):
        return value
    raise ValueError("give `all`, a list of categories, or `matching` and `count`")


NomisCategories = Annotated[Literal["all"] | list[str | int] | NomisMatching, BeforeValidator(_categories)]


class NomisQuery(_Arguments):
    """One question to one Nomis dataset; `Nomis` says what each argument is."""

    dataset: Annotated[str, Field(pattern=r"^NM_\d+_\d+$")]
    expect_name: Text
    geography: list[NomisAreas] = Field(min_length=1)
    dimensions: dict[str, NomisCategories] = {}
    date: list[str | int] = ["latest"]
    time: Text | None = None
    measures: list[str | int] = Field(default=["Value"], min_length=1)


class Nomis(Common):
    """Tables of Nomis. What stands beside `queries` holds for each query that does not say otherwise."""

    kind: Literal["nomis"] = "nomis"
    url: Text = Field(default="https://www.nomisweb.co.uk/api/v01", description="The API.")
    dataset: Annotated[str, Field(pattern=r"^NM_\d+_\d+$")] | None = Field(default=None, description="Nomis's id of the table: NM_2041_1.")
    expect_name: Text | None = Field(default=None, description="The table's name as Nomis prints it: ids are easily confused.")
    geography: list[NomisAreas] | None = Field(default=None, description="The areas: a list of `type`, `within`, `codes`.")
    dimensions: dict[str, NomisCategories] | None = Field(
        default=None,
        description="Every dimension but geography, time and measures: `all`, names or numeric codes, or `matching` and `count`.",
    )
    date: list[str | int] | None = Field(
        default=None, description="Points in time: latest, latestMINUS1, 2021, '2024-03'. Without `date` and `time`: latest."
    )
    time: Text | None = Field(default=None, description="A range of time in place of `date`: latestMINUS36-latest, first-latest.")
    measures: list[str | int] | None = Field(default=None, description="Measures by name or number; without it, Value.")
    queries: dict[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]*$")], dict[str, Any]] = Field(
        default={}, description="Several questions by name, each with the arguments that differ: 2011 and 2021 stand in different tables."
    )

    @model_validator(mode="after")
    def _whole_queries(self) -> Self:
        self.each()
        return self

    def each(self) -> dict[str, NomisQuery]:
        """Every query with all of its arguments; the only one is named ''."""
        shared = {name: value for name in NomisQuery.model_fields if (value := getattr(self, name)) is not None}
        if not self.queries:
            return {"": _whole(NomisQuery, "", shared)}
        return {name: _whole(NomisQuery, f"queries.{name}", _with_own_time(shared, own)) for name, own in self.queries.items()}


def _with_own_time(shared: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Shared arguments and a query's own; its own `date` or `time` takes the place of either."""
    if "date" in own or "time" in own:
        shared = {name: value for name, value in shared.items() if name not in ("date", "time")}
    return {**shared, **own}


# -- feature_server ----------------------------------------------------------------------------------------------------------------


class FeatureLayer(_Arguments):
    """One layer or table of one ArcGIS service; `FeatureServer` says what each argument is."""

    service: Text | None = None
    service_matching: Text | None = None
    layer: int = Field(default=0, ge=0)
    where: Text = "1=1"
    fields: list[Text] = Field(default=["*"], min_length=1)
    geometry: bool = False
    precision: int | None = Field(default=None, ge=0, le=15)

    @model_validator(mode="after")
    def _one_service(self) -> Self:
        if (self.service is None) == (self.service_matching is None):
            raise ValueError("give `service` or `service_matching`, and not both")
        if self.service_matching is not None:
            _pattern(self.service_matching)
        return self


class FeatureServer(Common):
    """Layers of an ArcGIS FeatureServer."""

    kind: Literal["feature_server"] = "feature_server"
    url: Text = Field(description="The folder of services: https://services1.arcgis.com/ESMARspQHYMw9BZ9/arcgis/rest/services.")
    service: Text | None = Field(default=None, description="The service's name, exactly, with its folder where it has one.")
    service_matching: Text | None = Field(default=None, description="In place of `service`: a pattern that one listed name must fit whole.")
    layer: int | None = Field(default=None, ge=0, description="The number of the layer or table in the service; without it, 0.")
    where: Text | None = Field(default=None, description="An SQL condition on the layer's fields; without it, every row.")
    fields: list[Text] | None = Field(default=None, description="The fields to ask for; without it, all. The object id is always added.")
    geometry: bool | None = Field(default=None, description="Whether to bring the shapes too: as GeoJSON in WGS 84, else as JSON records.")
    precision: int | None = Field(default=None, ge=0, le=15, description="Decimal places of coordinates, in degrees: 6 is about 10 cm.")
    layers: dict[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]*$")], dict[str, Any]] = Field(
        default={}, description="Several layers by name, each with the arguments that differ: one service per boundary vintage."
    )

    @model_validator(mode="after")
    def _whole_layers(self) -> Self:
        self.each()
        return self

    def each(self) -> dict[str, FeatureLayer]:
        """Every layer with all of its arguments; the only one is named ''."""
        shared = {name: value for name in FeatureLayer.model_fields if (value := getattr(self, name)) is not None}
        if not self.layers:
            return {"": _whole(FeatureLayer, "", shared)}
        return {name: _whole(FeatureLayer, f"layers.{name}", {**shared, **own}) for name, own in self.layers.items()}


# -- ckan --------------------------------------------------------------------------------------------------------------------------


class CkanSearch(_Arguments):
    """Packages found by the portal's own search, where a publisher makes a new package for every release."""

    query: Text = Field(description="What to search for, as in the portal's search box.")
    package: Text = Field(description="A regular expression that the whole name of a package must fit.")
    filter: Text | None = Field(default=None, description="A filter in the portal's own words: organization:birmingham-city-council.")

    @field_validator("package")
    @classmethod
    def _compiles(cls, value: str) -> str:
        return _pattern(value)


class Ckan(Common):
    """Resources of a CKAN portal: files, or tables of its datastore."""

    kind: Literal["ckan"] = "ckan"
    site: Text = Field(description="The portal: https://data.birmingham.gov.uk.")
    packages: list[Text] = Field(default=[], description="The packages, by name or id.")
    search: CkanSearch | None = Field(default=None, description="Further packages, found by search.")
    resources: Text | None = Field(
        default=None,
        description="A regular expression that is looked for in a resource's name and in its address; without it, every resource.",
    )
    formats: list[Text] = Field(
        default=[], description="Formats to take, as the portal prints them or as the file's name ends: xls, csv. Without it, every format."
    )
    labels: list[Text] = Field(
        default=[],
        description="Patterns with named groups (?P<month>...) to find in a resource's name, file name and package title: labels.",
    )
    datastore: Literal["search", "dump"] | None = Field(
        default=None, description="Take the portal's table of a resource and not its file: by pages of JSON, or as one CSV."
    )
    withdrawn: list[Text] = Field(default=[], description="Ids of resources known to be broken: passed over, with a warning.")

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if not self.packages and self.search is None:
            raise ValueError("give `packages`, `search` or both")
        for pattern in [*([self.resources] if self.resources else []), *self.labels]:
            _pattern(pattern)
        if nameless := next((pattern for pattern in self.labels if not re.compile(pattern).groupindex), None):
            raise ValueError(f"the pattern {nameless!r} of `labels` has no named group (?P<name>...)")
        return self


_Model = TypeVar("_Model", bound=BaseModel)


def _whole(model: type[_Model], where: str, arguments: dict[str, Any]) -> _Model:
    """The model of these arguments; what is wrong with them in one line, with its place."""
    try:
        return model(**arguments)
    except ValidationError as error:
        first = min(error.errors(), key=lambda each: each["type"] != "extra_forbidden")  # a misspelt name explains the one that is missing
        place = ".".join(str(step) for step in ([where] if where else []) + list(first["loc"]))
        what = {"missing": "is missing", "extra_forbidden": "is no argument of this source"}.get(
            first["type"], first["msg"].removeprefix("Value error, ")
        )
        raise ValueError(f"{place}: {what}" if place else what) from None


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"{value!r} is no regular expression: {error}") from None
    return value


# -- the kinds ---------------------------------------------------------------------------------------------------------------------

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
