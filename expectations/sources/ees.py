"""The arguments of `kind: ees`: DfE's Explore Education Statistics."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from expectations.sources.address import taken_apart
from expectations.sources.common import GUID, Arguments, Common, Text


class EesQuery(Arguments):
    """Part of a data set, for those whose whole CSV is too large.

    All conditions hold at once; several values of one condition are alternatives.
    """

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

    kind: Literal["ees"] = "ees"
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

    @classmethod
    def from_address(cls, address: str) -> Self | None:
        """A data set of the API, or a file's page in the data catalogue."""
        at = taken_apart(address)
        if at is None or not at.ends_in("education.gov.uk", "explore-education-statistics.service.gov.uk"):
            return None
        if GUID.match(at.after("data-sets")):
            return cls(data_set=at.after("data-sets"))
        return cls(catalogue=at.after("data-set")) if GUID.match(at.after("data-set")) else None
