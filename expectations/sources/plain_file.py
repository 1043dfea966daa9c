"""The arguments of `kind: file`: files at addresses of their own, or found on the page that leads to the current one."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from expectations.sources.address import TO_BE_FOUND, plain_name, taken_apart
from expectations.sources.common import Arguments, Common, Text, pattern

GOV_UK = "https://www.gov.uk"
ENDINGS = frozenset(
    ["csv", "tsv", "txt", "xlsx", "xls", "xlsb", "ods", "json", "geojson", "zip", "gz", "parquet"]
)  # of files that hold tables


class FileItem(Arguments):
    """One table: a file at an address that stays, or one that a page leads to while the file's own address moves with each release.

    Several items may name one file that holds several tables (sheets of a workbook, members of a zip): it is fetched once.
    """

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.+-]*$", description="The part's name, stable from release to release: `imd.xlsx`.")
    url: Text | None = Field(default=None, description="Where the file is.")
    page: Text | None = Field(default=None, description="The page that links to the current file.")
    link: Text | None = Field(
        default=None,
        description="Regular expression that finds the link on the page, in its address or its text; it must find exactly one.",
    )
    attachment: Text | None = Field(
        default=None,
        description="On gov.uk, in place of `link`: regular expression that finds the attachment by its title or file name; exactly one.",
    )
    edition: Text | None = Field(
        default=None,
        description="On gov.uk, where `page` is a collection: regular expression that the titles of its editions fit; the newest is taken.",
    )
    sheet: Text | None = Field(default=None, description="The sheet of a workbook that is this table, where the file holds several.")
    member: Text | None = Field(default=None, description="The member of a zip that is this table, where the file holds several.")
    days_back: int = Field(
        default=0,
        ge=0,
        le=31,
        description="Where `url` holds a date, as `{date:%Y%m%d}`: how many days before today to look for the newest file.",
    )
    media: list[Text] = Field(
        default=[], description="Media types that the file may have; without them, those that the ending of its name stands for."
    )
    labels: dict[str, str] = Field(default={}, description="What is known of the file and not printed in it: `period: 2019`.")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.url is None) == (self.page is None):
            raise ValueError("give either `url`, or `page` with `link` or `attachment`")
        if self.days_back and "{date:" not in (self.url or ""):
            raise ValueError("`days_back` needs a `url` that holds `{date:...}`")
        if (self.page is None) != (self.link is None and self.attachment is None):
            raise ValueError("`page` and `link` (or `attachment`) go together")
        if self.link is not None and self.attachment is not None:
            raise ValueError("give `link` or `attachment`, and not both")
        if self.edition is not None and self.attachment is None:
            raise ValueError("`edition` needs `attachment`: which file of the newest edition")
        if self.attachment is not None and not str(self.page).startswith(f"{GOV_UK}/"):
            raise ValueError(f"`attachment` is for pages of {GOV_UK}; elsewhere give `link`")
        for expression in (self.link, self.attachment, self.edition):
            pattern(expression or "")
        return self


class PlainFile(Common):
    """Files at addresses of their own: gov.uk, ONS, council sites."""

    kind: Literal["file"] = "file"
    files: list[FileItem] = Field(min_length=1, description="The files, each one part of the snapshot.")

    @field_validator("files")
    @classmethod
    def _names_differ(cls, value: list[FileItem]) -> list[FileItem]:
        names = [item.name for item in value]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two files have the name {twice[0]!r}")
        return value

    @classmethod
    def from_address(cls, address: str) -> Self | None:
        """Any address: a file where its name ends as one, else a page whose link to the file has to be found."""
        at = taken_apart(address)
        if at is None:
            return None
        name = plain_name(at.steps[-1] if at.steps else at.host)
        if name.rpartition(".")[2].lower() in ENDINGS:
            return cls(files=[FileItem(name=name, url=at.text)])
        page, found_by_title = at.text.partition("#")[0], at.site == GOV_UK
        return cls(
            files=[
                FileItem(name=name, page=page, attachment=TO_BE_FOUND)
                if found_by_title
                else FileItem(name=name, page=page, link=TO_BE_FOUND)
            ]
        )
