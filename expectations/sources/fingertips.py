"""The arguments of `kind: fingertips`: indicators of OHID's Fingertips."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from expectations.sources.address import TO_BE_FOUND, listed, taken_apart
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

    @classmethod
    def from_address(cls, address: str) -> Self | None:
        """A download of the API, or a page of the site that names an indicator (`iid`) and a kind of area (`ati`)."""
        at = taken_apart(address)
        if at is None or not at.ends_in("fingertips.phe.org.uk"):
            return None
        on_page = re.search(r"/iid/([0-9]+)", address), re.search(r"/ati/([0-9]+)", address)
        numbers = listed(at.asked.get("indicator_ids", "")) or ([on_page[0][1]] if on_page[0] else [])
        kind = at.asked.get("child_area_type_id", "") or (on_page[1][1] if on_page[1] else "")
        if not numbers or not kind.isdigit():
            return None
        return cls(indicators={f"indicator_{number}": number for number in numbers}, area_type=int(kind), expect_area_type=TO_BE_FOUND)
