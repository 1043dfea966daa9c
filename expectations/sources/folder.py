"""The arguments of `kind: folder`: files that a colleague drops into a folder, or under a prefix of an object store."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, field_validator

from expectations.sources.common import Common, Text, pattern


class Folder(Common):
    """Files that are put somewhere by hand, such as an extract of a residents' survey: the same pipeline, the same checks."""

    kind: Literal["folder"] = "folder"
    path: Text = Field(
        description="The folder: below EVIDENCE_INBOX (`inbox` of the home where that is unset), an absolute path, or s3://bucket/prefix."
    )
    files: list[Text] = Field(min_length=1, description="Patterns of the names to take: survey_*.csv. Folders below are not searched.")
    labels: list[Text] = Field(default=[], description="Patterns with named groups (?P<wave>...) to find in a file's name: labels.")

    @field_validator("path")
    @classmethod
    def _holds_no_secret(cls, value: str) -> str:
        if re.match(r"[a-z0-9+]+://[^/]*@", value):
            raise ValueError("a path holds no credentials: they are taken from the environment")
        if ".." in value.split("/"):
            raise ValueError("a path does not step up with '..'")
        return value

    @field_validator("labels")
    @classmethod
    def _named_groups(cls, value: list[str]) -> list[str]:
        for expression in value:
            if not re.compile(pattern(expression)).groupindex:
                raise ValueError(f"the pattern {expression!r} of `labels` has no named group (?P<name>...)")
        return value

    @classmethod
    def from_address(cls, address: str) -> Self | None:
        """A file or a folder of this machine, or of an object store. The files of a folder are those of its commonest ending."""
        if re.match(r"(?!file:)[a-z0-9+]+://", address):
            folder, _, name = address.rpartition("/")
            return None if address.startswith(("http://", "https://")) or not name else cls(path=folder, files=[name])
        path = Path(address.removeprefix("file://")).expanduser().resolve()
        if path.is_file():
            return cls(path=str(path.parent), files=["".join(f"[{letter}]" if letter in "*?[" else letter for letter in path.name)])
        endings = Counter(each.suffix for each in path.iterdir() if each.is_file() and each.suffix) if path.is_dir() else Counter()
        return cls(path=str(path), files=[f"*{endings.most_common(1)[0][0]}"]) if endings else None
