"""The arguments of `kind: nomis`: tables of Nomis."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from expectations.sources.address import TO_BE_FOUND, listed, taken_apart
from expectations.sources.common import Arguments, Common, Text, pattern, whole

NO_TABLE = "NM_0_0"  # stands for a table whose id a page's address does not say: then its short name stands as `expect_name`
_NOT_DIMENSIONS = frozenset(  # parameters of a query that choose no category of a dimension
    ["geography", "date", "time", "measures", "select", "uid", "recordlimit", "recordoffset", "signature", "rows", "cols", "exclude"]
)


class NomisAreas(Arguments):
    """Some of the areas of a query: all of one type, those of it within a parent, those of it with certain codes, or bare codes."""

    type: Text | None = Field(
        default=None, description="The type as Nomis describes it: 'local authorities: district / unitary (as of April 2023)'."
    )
    within: Text | None = Field(
        default=None, description="Only areas of the type within this one: a GSS code (with `within_type`) or a Nomis id, in quotes."
    )
    within_type: Text | None = Field(default=None, description="The type of the area in `within`: two areas can share one GSS code.")
    codes: list[Text] = Field(
        default=[], description="Only areas with these GSS codes or Nomis ids, in quotes; without `type` they are asked for as they stand."
    )

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.type is None and not self.codes:
            raise ValueError("areas need `type`, `codes` or both")
        if self.within and self.type is None:
            raise ValueError("`within` needs `type`: which areas within it")
        if self.within and not self.within.isdigit() and not self.within_type:
            raise ValueError("`within` with a GSS code needs `within_type`: two Nomis areas can share one GSS code")
        return self


class NomisMatching(Arguments):
    """Categories of a dimension whose names fit a pattern, and how many there must be: Nomis drops what it does not know in silence."""

    matching: Text = Field(description="A regular expression that is looked for in the names of categories.")
    count: int = Field(gt=0, description="How many categories must fit.")

    @field_validator("matching")
    @classmethod
    def _compiles(cls, value: str) -> str:
        return pattern(value)


def _categories(value: Any) -> Any:
    if value == "all" or isinstance(value, list | dict | NomisMatching):
        return value
    raise ValueError("give `all`, a list of categories, or `matching` and `count`")


NomisCategories = Annotated[Literal["all"] | list[str | int] | NomisMatching, BeforeValidator(_categories)]


class NomisQuery(Arguments):
    """One question to one Nomis dataset; `Nomis` says what each argument is."""

    dataset: Annotated[str, Field(pattern=r"^NM_\d+_\d+$")]
    expect_name: Text
    geography: list[NomisAreas] = Field(min_length=1)
    dimensions: dict[str, NomisCategories] = Field(default={})
    date: list[str | int] = Field(default=["latest"])
    time: Text | None = None
    measures: list[str | int] = Field(default=["Value"], min_length=1)


class Nomis(Common):
    """Tables of Nomis. What stands beside `queries` holds for each query that does not say otherwise."""

    kind: Literal["nomis"] = "nomis"
    url: Text = Field(default="https://www.nomisweb.co.uk/api/v01", description="The API.")
    dataset: Annotated[str, Field(pattern=r"^NM_\d+_\d+$")] | None = Field(default=None, description="Nomis's id of the table: NM_2041_1.")
    expect_name: Text | None = Field(default=None, description="The table's name as Nomis prints it: ids are easily confused.")
    geography: list[NomisAreas] | None = Field(default=None, description="The areas: a list of `type`, `within`, `codes`.")
    dimensions: dict[str, NomisCategories] | None = Field(
        default=None,
        description="Every dimension but geography, time and measures: `all`, names or numeric codes, or `matching` and `count`.",
    )
    date: list[str | int] | None = Field(
        default=None, description="Points in time: latest, latestMINUS1, 2021, '2024-03'. Without `date` and `time`: latest."
    )
    time: Text | None = Field(default=None, description="A range of time in place of `date`: latestMINUS36-latest, first-latest.")
    measures: list[str | int] | None = Field(default=None, description="Measures by name or number; without it, Value.")
    queries: dict[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]*$")], dict[str, Any]] = Field(
        default={}, description="Several questions by name, each with the arguments that differ: 2011 and 2021 stand in different tables."
    )

    @model_validator(mode="after")
    def _whole_queries(self) -> Self:
        self.each()
        return self

    def each(self) -> dict[str, NomisQuery]:
        """Every query with all of its arguments; the only one is named ''."""
        shared = {name: value for name in NomisQuery.model_fields if (value := getattr(self, name)) is not None}
        if not self.queries:
            return {"": whole(NomisQuery, "", shared)}
        return {name: whole(NomisQuery, f"queries.{name}", _with_own_time(shared, own)) for name, own in self.queries.items()}

    @classmethod
    def from_address(cls, address: str) -> Self | None:
        """A query of the API, a table's page, or a query begun on the site; its name has to be asked for, and numbers of kinds of area."""
        at = taken_apart(address)
        if at is None or not at.ends_in("nomisweb.co.uk"):
            return None
        named = re.search(r"NM_[0-9]+_[0-9]+", address)
        begun = re.fullmatch(r"[0-9]+", at.asked.get("dataset", "")) if "query" in at.steps else None
        page = at.after("datasets") if at.steps[:1] == ("datasets",) else ""
        if named is None and (begun or page):
            table, short = (f"NM_{begun.group()}_1", TO_BE_FOUND) if begun else (NO_TABLE, page)
            return cls(dataset=table, expect_name=short, geography=[NomisAreas(codes=[TO_BE_FOUND])], dimensions={})
        if named is None:
            return None
        own = {name: value for name, value in at.asked.items() if name not in _NOT_DIMENSIONS}
        return cls(
            dataset=named.group(),
            expect_name=TO_BE_FOUND,
            geography=[NomisAreas(codes=listed(at.asked.get("geography", "")) or [TO_BE_FOUND])],
            dimensions={name: [*listed(value)] for name, value in own.items()},
            date=[*listed(at.asked["date"])] if "date" in at.asked else None,
            time=at.asked.get("time") if "date" not in at.asked else None,
            measures=[int(each) for each in listed(at.asked.get("measures", "")) if each.isdigit()] or None,
        )


def _with_own_time(shared: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Shared arguments and a query's own; its own `date` or `time` takes the place of either."""
    if "date" in own or "time" in own:
        shared = {name: value for name, value in shared.items() if name not in ("date", "time")}
    return {**shared, **own}
