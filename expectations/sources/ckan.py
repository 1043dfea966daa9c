"""The arguments of `kind: ckan`: resources of a CKAN portal."""

from __future__ import annotations

import re
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from expectations.sources.address import taken_apart
from expectations.sources.common import Arguments, Common, Text, pattern


class CkanSearch(Arguments):
    """Packages found by the portal's own search, where a publisher makes a new package for every release."""

    query: Text = Field(description="What to search for, as in the portal's search box.")
    package: Text = Field(description="A regular expression that the whole name of a package must fit.")
    filter: Text | None = Field(default=None, description="A filter in the portal's own words: organization:birmingham-city-council.")

    @field_validator("package")
    @classmethod
    def _compiles(cls, value: str) -> str:
        return pattern(value)


class Ckan(Common):
    """Resources of a CKAN portal: files, or tables of its datastore."""

    kind: Literal["ckan"] = "ckan"
    site: Text = Field(description="The portal: https://data.birmingham.gov.uk.")
    packages: list[Text] = Field(default=[], description="The packages, by name or id.")
    search: CkanSearch | None = Field(default=None, description="Further packages, found by search.")
    resources: Text | None = Field(
        default=None,
        description="A regular expression that is looked for in a resource's name and in its address; without it, every resource.",
    )
    formats: list[Text] = Field(
        default=[], description="Formats to take, as the portal prints them or as the file's name ends: xls, csv. Without it, every format."
    )
    labels: list[Text] = Field(
        default=[],
        description="Patterns with named groups (?P<month>...) to find in a resource's name, file name and package title: labels.",
    )
    datastore: Literal["search", "dump"] | None = Field(
        default=None, description="Take the portal's table of a resource and not its file: by pages of JSON, or as one CSV."
    )
    withdrawn: list[Text] = Field(default=[], description="Ids of resources that are broken or wrong: passed over, with a warning.")

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if not self.packages and self.search is None:
            raise ValueError("give `packages`, `search` or both")
        for expression in [*([self.resources] if self.resources else []), *self.labels]:
            pattern(expression)
        if nameless := next((each for each in self.labels if not re.compile(each).groupindex), None):
            raise ValueError(f"the pattern {nameless!r} of `labels` has no named group (?P<name>...)")
        return self

    @classmethod
    def from_address(cls, address: str) -> Self | None:
        """The page of a package, of one of its resources, or `package_show` of the API."""
        at = taken_apart(address)
        if at is None or (at.ends_in("gov.uk") and at.host.startswith(("www.ons.", "www.gov."))):
            return None
        package = at.asked.get("id", "") if at.after("action") == "package_show" else at.after("dataset")
        return cls(site=at.site, packages=[package], resources=at.after("resource") or None) if package else None
