"""The arguments of `kind: ons_api`: datasets of the ONS API and custom tables of the census."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from expectations.sources.address import listed, taken_apart
from expectations.sources.common import Arguments, Common, Text

_Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]


class OnsFilter(Arguments):
    """Part of a census dataset, made by the service on request: some areas of one kind, some categories of each dimension."""

    area_type: _Name = Field(description="The kind of area, by id: ltla, msoa, rgn.")
    areas: list[_Name] = Field(min_length=1, description="GSS codes of the areas wanted.")
    dimensions: dict[_Name, list[str]] = Field(
        min_length=1, description="Dimension, by id -> codes of the categories wanted; an empty list means all."
    )


class OnsObservations(Arguments):
    """A table of the census made to measure: any dimensions of one population, for areas of one kind."""

    population_type: _Name = Field(
        default="UR", description="The population: UR usual residents, HH households, HRP their reference persons."
    )
    area_type: _Name = Field(description="The kind of area, by id: ltla, msoa, rgn.")
    areas: list[_Name] = Field(default=[], description="GSS codes of the areas wanted; none means all of the kind.")
    dimensions: list[_Name] = Field(min_length=1, description="The dimensions, by id: sex, ethnic_group_tb_20b.")


class OnsApi(Common):
    """The ONS API: one version of a dataset as CSV, part of a census dataset by filter, or a census table made to measure."""

    kind: Literal["ons_api"] = "ons_api"
    url: Text = Field(default="https://api.beta.ons.gov.uk/v1", description="The API.")
    dataset: _Name | None = Field(default=None, description="The dataset, by id: TS021, wellbeing-local-authority.")
    edition: _Name | None = Field(default=None, description="The edition (2021, time-series); without it, that of the latest version.")
    version: int | None = Field(default=None, ge=1, description="Exactly this version; without it, the latest of the edition.")
    filter: OnsFilter | None = Field(default=None, description="Only part of a census dataset, where the whole CSV is too large.")
    observations: OnsObservations | None = Field(default=None, description="A census table made to measure, in place of a `dataset`.")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.dataset is None) == (self.observations is None):
            raise ValueError("name either a `dataset` or the `observations` wanted")
        if self.observations and (self.edition or self.version or self.filter):
            raise ValueError("`observations` have no `edition`, `version` or `filter`")
        if self.version is not None and self.edition is None:
            raise ValueError("a `version` is one of an `edition`: name that too")
        return self

    @classmethod
    def from_address(cls, address: str) -> Self | None:
        """A dataset, an edition or a version: of the API, of its downloads, or its page on the site. The latest version is meant."""
        at = taken_apart(address)
        if at is None or not at.ends_in("ons.gov.uk") or "explore-local-statistics" in at.steps:
            return None
        if at.after("population-types") and at.asked.get("dimensions") and at.asked.get("area-type"):
            kind, _, areas = at.asked["area-type"].partition(",")
            wanted = OnsObservations(
                population_type=at.after("population-types"), area_type=kind, areas=listed(areas), dimensions=listed(at.asked["dimensions"])
            )
            return cls(observations=wanted)
        on_the_site = at.host == "www.ons.gov.uk" and at.steps[:1] != ("datasets",)  # elsewhere `datasets` is a page of files
        dataset = "" if on_the_site or at.after("datasets") == "create" else at.after("datasets")  # `create` is a form of the site
        return cls(dataset=dataset, edition=at.after("editions") or None) if dataset else None
