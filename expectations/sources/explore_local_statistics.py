"""The arguments of `kind: explore_local_statistics`: indicators of the ONS service Explore Local Statistics."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

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
