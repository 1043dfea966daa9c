"""The arguments of `kind: fingertips`: indicators of OHID's Fingertips."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from expectations.sources.common import Common, Text


class Fingertips(Common):
    """Indicators of public health, for one kind of area. Indicators are named as printed: their numbers differ from list to list."""

    kind: Literal["fingertips"] = "fingertips"
    url: Text = Field(default="https://fingertips.phe.org.uk/api", description="The API.")
    indicators: dict[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]*$")], Text] = Field(
        min_length=1, description="Our name of each indicator -> its name as printed, looked up in the service's own list at run time."
    )
    area_type: int = Field(description="The service's number of the kind of area. It is one vintage of boundaries: 502 is not 402.")
    expect_area_type: Text = Field(description="What the column `Area Type` must print for that number, so that a wrong one is seen.")
    parent_area_type: int = Field(default=15, description="The service's number of the kind of parent: 15 is England.")
    withdrawn: list[Text] = Field(
        default=[],
        description="Our names of indicators that OHID has withdrawn: what is archived of them stands, and they are not asked for.",
    )

    @model_validator(mode="after")
    def _withdrawn_are_declared(self) -> Self:
        for name in self.withdrawn:
            if name not in self.indicators:
                raise ValueError(f"`withdrawn` names {name!r}, which is not among `indicators`")
        return self
