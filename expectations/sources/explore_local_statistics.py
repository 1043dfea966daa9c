"""The arguments of `kind: explore_local_statistics`: indicators of the ONS service Explore Local Statistics."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator

from expectations.sources.address import listed, taken_apart
from expectations.sources.common import Common, Text

_Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class ExploreLocalStatistics(Common):
    """Explore Local Statistics: indicators for local areas with all their periods, each with its description."""

    kind: Literal["explore_local_statistics"] = "explore_local_statistics"
    url: Text = Field(default="https://www.ons.gov.uk/explore-local-statistics", description="The service; its API is below /api/v1.")
    indicators: list[_Slug] = Field(min_length=1, description="The indicators, as their addresses name them: employment-rate.")
    areas: list[Text] = Field(default=[], description="GSS codes or kinds of area (ltla, utla, rgn, ctry); none means every area.")

    @field_validator("indicators")
    @classmethod
    def _differ(cls, value: list[str]) -> list[str]:
        if twice := sorted({slug for slug in value if value.count(slug) > 1}):
            raise ValueError(f"the indicator {twice[0]!r} stands twice")
        return value

    @classmethod
    def from_address(cls, address: str) -> Self | None:
        """The page of an indicator, or an address of the API."""
        at = taken_apart(address)
        if at is None or "explore-local-statistics" not in at.steps:
            return None
        indicator = at.after("indicators") or at.asked.get("indicator", "")
        areas = at.asked.get("geo", "") or at.asked.get("areas", "")
        return cls(indicators=listed(indicator), areas=listed(areas) if areas != "all" else []) if indicator else None
