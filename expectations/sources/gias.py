"""The arguments of `kind: gias`: daily extracts of DfE's register of schools, Get Information About Schools."""

from __future__ import annotations

import re
from typing import Literal, Self, get_args

from pydantic import Field, field_validator

from expectations.sources.address import taken_apart
from expectations.sources.common import Common, Text

Extract = Literal[
    "edubasealldata",
    "edubaseallstatefunded",
    "edubaseallacademiesandfree",
    "links_edubasealldata",
    "links_edubaseallstatefunded",
    "links_edubaseallacademiesandfree",
    "allgroupsdata",
    "alllinksdata",
    "academiesmatmembership",
]


class Gias(Common):
    """The newest daily extract of the register, or several of one day."""

    kind: Literal["gias"] = "gias"
    url: Text = Field(
        default="https://ea-edubase-api-prod.azurewebsites.net/edubase/downloads/public", description="The folder of daily extracts."
    )
    extracts: list[Extract] = Field(min_length=1, description="The extracts, each one part: edubasealldata (every establishment), links_….")
    days_back: int = Field(default=4, ge=0, le=31, description="How many days before today to look: today's file comes during the day.")

    @field_validator("extracts")
    @classmethod
    def _extracts_differ(cls, value: list[str]) -> list[str]:
        if twice := next((name for name in value if value.count(name) > 1), None):
            raise ValueError(f"the extract {twice!r} stands twice")
        return value

    @classmethod
    def from_address(cls, address: str) -> Self | None:
        """A daily extract; the folder itself means the register of establishments."""
        at = taken_apart(address)
        if at is None or not (at.host.startswith("ea-edubase-api") or at.ends_in("get-information-schools.service.gov.uk")):
            return None
        named = re.match(r"[a-z_]+", at.steps[-1] if at.steps else "")
        known: tuple[Extract, ...] = get_args(Extract)
        return cls(extracts=[next((extract for extract in known if named and extract == named.group()), "edubasealldata")])
