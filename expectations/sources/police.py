"""The arguments of `kind: police`: street-level crime of data.police.uk."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from expectations.sources.address import taken_apart
from expectations.sources.common import Common, Text

ANY_FORCE = "any-force"  # stands for the force that an address of the service's pages does not name
LONGEST_ADDRESS = 4_094  # characters of a request that the service takes
_REST_OF_ADDRESS = 120  # what stands beside the polygon


class Police(Common):
    """Street-level crime: months of a force from the monthly archive, or crimes within areas from the API."""

    kind: Literal["police"] = "police"
    url: Text = Field(default="https://data.police.uk", description="The service.")
    forces: list[Annotated[str, Field(pattern=r"^[a-z][a-z-]+$")]] = Field(
        default=[], description="Forces as the archive names them: west-midlands."
    )
    areas: dict[Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")], Text] = Field(
        default={}, description="In place of `forces`: a name or GSS code -> its outline, 'lat,lng:lat,lng:…'."
    )
    category: Text = Field(default="all-crime", description="Of the API: the category of crime.")
    months: int = Field(default=36, ge=1, le=36, description="How many months to take, back from the newest. An archive holds 36.")

    @field_validator("areas")
    @classmethod
    def _short_enough(cls, value: dict[str, str]) -> dict[str, str]:
        for name, outline in value.items():
            if len(outline) > LONGEST_ADDRESS - _REST_OF_ADDRESS:
                raise ValueError(
                    f"the outline of {name} has {len(outline):,} characters, of which the service takes fewer than 4,000: simplify it"
                )
        return value

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if bool(self.forces) == bool(self.areas):
            raise ValueError("give `forces` (from the archive) or `areas` (from the API), and not both")
        return self

    @classmethod
    def from_address(cls, address: str) -> Self | None:
        """A query of the API within an outline (`poly`), one that names a force, a page of the data or an archive; a force's own page."""
        at = taken_apart(address)
        if at is not None and at.ends_in("police.uk") and at.host != "data.police.uk" and at.after("your-area"):
            return cls(forces=[at.after("your-area").removesuffix("-police").removesuffix("-constabulary")], months=12)
        if at is None or at.host != "data.police.uk":
            return None
        category = at.after("crimes-street") or "all-crime"
        if at.asked.get("poly"):
            return cls(areas={"area": at.asked["poly"]}, category=category, months=12)
        if at.asked.get("force"):
            return cls(forces=[at.asked["force"]], months=12)
        return cls(forces=[ANY_FORCE], months=12) if at.steps[:1] in ((), ("data",), ("about",), ("docs",)) else None
