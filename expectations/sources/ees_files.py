"""The arguments of `kind: ees_files`: files of a release of Explore Education Statistics, for what DfE does not put into its API."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator

from expectations.sources.address import TO_BE_FOUND, taken_apart
from expectations.sources.common import Common, Text

Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class EesFiles(Common):
    """Data files of one release of a publication, found by their printed titles."""

    kind: Literal["ees_files"] = "ees_files"
    publication: Slug = Field(
        description="The publication as its page's address names it: suspensions-and-permanent-exclusions-in-england."
    )
    release: Slug | None = Field(
        default=None, description="The release as its page's address names it (2023-24, 2024-25-autumn-term); without it, the latest."
    )
    files: list[Text] = Field(min_length=1, description="Titles of the files, as the release prints them; each is one part.")
    zipped: bool = Field(
        default=False, description="Whether to take each file as DfE's zip, which holds its metadata or guidance too, and not as bare CSV."
    )

    @field_validator("files")
    @classmethod
    def _titles_differ(cls, value: list[str]) -> list[str]:
        folded = [" ".join(title.split()).casefold() for title in value]
        if twice := next((title for title in folded if folded.count(title) > 1), None):
            raise ValueError(f"the title {twice!r} stands twice")
        return value

    @classmethod
    def from_address(cls, address: str) -> Self | None:
        """The page of a publication or of one release; the titles of its files have to be asked for."""
        at = taken_apart(address)
        if at is None or not at.ends_in("explore-education-statistics.service.gov.uk") or not at.after("find-statistics"):
            return None
        # The address of a release names its year, and the next one has another: the latest is meant.
        return cls(publication=at.after("find-statistics"), files=[TO_BE_FOUND])
