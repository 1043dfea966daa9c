"""What the arguments of all kinds of source have in common."""

from __future__ import annotations

import re
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

GUID = re.compile(r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")
Text = Annotated[str, Field(min_length=1)]


class Arguments(BaseModel):
    """Some of the arguments of a source: strict, so that a misspelt key is an error and never ignored."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Common(Arguments):
    """What all kinds have in common."""

    hosts: list[Text] = Field(
        default=[], description="Further hosts that redirects and links may lead to; `*.example.org` stands for all below it."
    )
    max_bytes: int | None = Field(
        default=None, gt=0, description="The most bytes that one part may have; without it, the setting for all sources."
    )


_Model = TypeVar("_Model", bound=BaseModel)


def whole(model: type[_Model], where: str, arguments: dict[str, Any]) -> _Model:
    """The model of these arguments; what is wrong with them in one line, with its place."""
    try:
        return model(**arguments)
    except ValidationError as error:
        first = min(error.errors(), key=lambda each: each["type"] != "extra_forbidden")  # a misspelt name explains the one that is missing
        place = ".".join(str(step) for step in ([where] if where else []) + list(first["loc"]))
        what = {"missing": "is missing", "extra_forbidden": "is no argument of this source"}.get(
            first["type"], first["msg"].removeprefix("Value error, ")
        )
        raise ValueError(f"{place}: {what}" if place else what) from None


def pattern(value: str) -> str:
    """A regular expression, as it is. Raises ValueError for what is none."""
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"{value!r} is no regular expression: {error}") from None
    return value
