"""The arguments of `kind: performance_tables`: CSV downloads of DfE's school performance tables, in the layout before 2022/23."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator

from expectations.sources.address import taken_apart
from expectations.sources.common import Common, Text

_YEAR = re.compile(r"^(\d{4})-(\d{4})$")
WITHOUT_TABLES = ("2019-2020", "2020-2021")  # no school-level tables were made of the years of the pandemic


class PerformanceTables(Common):
    """One table of the school performance tables, of all England or of one authority, for each of several school years."""

    kind: Literal["performance_tables"] = "performance_tables"
    site: Text = Field(default="https://www.compare-school-performance.service.gov.uk", description="The service.")
    table: Annotated[str, Field(pattern=r"^[A-Z0-9-]+$")] = Field(
        description="The type of data as the download names it: KS2, KS4, KS4PROV, CENSUS, PUPILABSENCE, KS4DESTINATION."
    )
    region: Annotated[str, Field(pattern=r"^(england|\d{3})$")] = Field(
        default="england", description="england, or the three-digit number by which DfE knows an authority ('330' for Birmingham)."
    )
    years: list[str] = Field(min_length=1, description="School years, each one part: ['2016-2017', '2017-2018'].")

    @field_validator("years")
    @classmethod
    def _school_years(cls, value: list[str]) -> list[str]:
        for year in value:
            parts = _YEAR.match(year)
            if not parts or int(parts[2]) != int(parts[1]) + 1:
                raise ValueError(f"{year!r} is no school year: '2017-2018'")
            if year in WITHOUT_TABLES:
                raise ValueError(f"{year}: no school performance tables were made of that year")
            if value.count(year) > 1:
                raise ValueError(f"{year!r} stands twice")
        return value

    @classmethod
    def from_address(cls, address: str) -> Self | None:
        """A download: the type of data, the region and the year that it names."""
        at = taken_apart(address)
        if at is None or not at.host.endswith("school-performance.service.gov.uk") or "download-data" not in at.steps:
            return None
        region = at.asked.get("regions", "0")
        table, year = at.asked.get("filters", "").upper(), at.asked.get("year", "")
        return cls(table=table, region="england" if region == "0" else region, years=[year]) if table and year else None
