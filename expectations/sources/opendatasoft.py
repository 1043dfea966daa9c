"""The arguments of `kind: opendatasoft`: datasets of an Opendatasoft portal, such as Birmingham's City Observatory."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from expectations.sources.address import taken_apart
from expectations.sources.common import Common, Text, pattern


class Opendatasoft(Common):
    """One dataset of an Opendatasoft portal, whole or filtered, as its CSV export."""

    kind: Literal["opendatasoft"] = "opendatasoft"
    site: Text = Field(description="The portal: https://cityobservatory.birmingham.gov.uk.")
    dataset: Text | None = Field(default=None, description="The dataset's id, as its address ends: gross-value-added-birmingham-wards.")
    dataset_matching: Text | None = Field(
        default=None,
        description="In place of `dataset`: a pattern that one listed id must fit whole. An id carries its geography and vintage (-wards-2025), so "
        "that redrawn boundaries are another id; a named group `vintage` takes the newest of several.",
    )
    where: Text | None = Field(default=None, description="A condition in ODSQL: local_authority_code = 'E08000025'.")
    select: list[Text] = Field(default=[], description="The fields to ask for; without it, all.")

    @model_validator(mode="after")
    def _one_dataset(self) -> Self:
        if (self.dataset is None) == (self.dataset_matching is None):
            raise ValueError("give `dataset` or `dataset_matching`, and not both")
        if self.dataset_matching is not None:
            pattern(self.dataset_matching)
        return self

    @classmethod
    def from_address(cls, address: str) -> Self | None:
        """A dataset's page, or an address of the API below it."""
        at = taken_apart(address)
        if at is None or not (at.steps[:1] == ("explore",) or at.steps[:2] in (("api", "explore"), ("api", "records"))):
            return None
        dataset = at.after("datasets") or at.after("dataset") or at.asked.get("dataset", "")
        return cls(site=at.site, dataset=dataset, where=at.asked.get("where") or None) if dataset else None
