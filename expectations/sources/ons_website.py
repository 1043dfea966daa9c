"""The arguments of `kind: ons_website`: files that a dataset page of the ONS website offers."""

from __future__ import annotations

import re
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from expectations.sources.address import TO_BE_FOUND, plain_name, taken_apart
from expectations.sources.common import Arguments, Common, Text, pattern


class OnsFile(Arguments):
    """One file of an edition, or one member of a zip. Named groups (?P<year>...) of both patterns become labels."""

    name: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_.+-]*$", description="The part's name, stable from release to release: `births.xlsx`."
    )
    match: Text = Field(
        description="A regular expression that is looked for in the names of the edition's files; it must find exactly one."
    )
    member: Text | None = Field(
        default=None,
        description="For a zip: a regular expression that is looked for in the names of its members; it must find exactly one.",
    )
    labels: dict[str, str] = Field(default={}, description="What is known of the file and not printed in it: `geography: workplace`.")

    @field_validator("match", "member")
    @classmethod
    def _compiles(cls, value: str | None) -> str | None:
        return None if value is None else pattern(value)


class OnsWebsite(Common):
    """Files of a dataset page of the ONS website: of its newest edition, or of every edition that a pattern finds."""

    kind: Literal["ons_website"] = "ons_website"
    url: Text = Field(default="https://www.ons.gov.uk", description="The site.")
    page: str = Field(
        pattern=r"^(/[a-z0-9_.-]+)*/datasets/[a-z0-9_.-]+$",
        description="The page's path, without an edition: /employmentandlabourmarket/…/datasets/emp17….",
    )
    editions: Text | None = Field(
        default=None,
        description="A regular expression that whole names of editions fit, as in their addresses (current, 2022): the files of all that "
        "fit, each with its edition before its name. Without it, the edition that was released last.",
    )
    files: list[OnsFile] = Field(min_length=1, description="The files, each one part of the snapshot.")

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.editions is not None:
            pattern(self.editions)
        names = [item.name for item in self.files]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two files have the name {twice[0]!r}")
        return self

    @classmethod
    def from_address(cls, address: str) -> Self | None:
        """A dataset page of the site, an edition of it, or a file: the file of that name, whatever numbers the next one has."""
        at = taken_apart(address)
        if at is None or at.host not in ("www.ons.gov.uk", "ons.gov.uk"):
            return None
        steps = tuple(step for step in at.asked["uri"].split("/") if step) if "uri" in at.asked else at.steps
        if "datasets" not in steps[1:] or steps[-1] == "datasets":
            return None
        place = steps.index("datasets", 1) + 2
        name = steps[place + 1] if len(steps) > place + 1 and "." in steps[place + 1] else ""
        match = f"^{re.sub('[0-9]+', '[0-9]+', re.escape(name))}$" if name else TO_BE_FOUND
        part = plain_name(re.sub(r"[0-9]+", "", name)) if name else plain_name(steps[place - 1])
        return cls(page=f"/{'/'.join(steps[:place])}".lower(), files=[OnsFile(name=part, match=match)])
