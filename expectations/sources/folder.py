"""The arguments of `kind: folder`: files that a colleague drops into a folder, or under a prefix of an object store."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, field_validator

from expectations.sources.common import Common, Text, pattern

OBJECT_STORES = ("s3://", "gs://", "gcs://", "abfs://", "abfss://")  # of which Arrow has file systems


EVERY_FILE = "*"


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
        if "://" in value and not value.startswith(OBJECT_STORES):
            raise ValueError(f"an object store is one of {', '.join(OBJECT_STORES)}; any other path is a folder of this machine")
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
        if "://" in address and not address.startswith("file://"):
            place, separator, options = address.partition("?")
            folder, _, name = place.rpartition("/")
            if not place.startswith(OBJECT_STORES) or folder.endswith(":/"):
                return None
            if "." not in name:  # a prefix: what ends alike is chosen once its objects are listed
                folder, name = place.rstrip("/"), ""
            return cls(path=folder + separator + options, files=[_literally(name) if name else EVERY_FILE])
        path = Path(address.removeprefix("file://")).expanduser().resolve()
        if path.is_file():
            return cls(path=str(path.parent), files=[_literally(path.name)])
        endings = Counter(each.suffix for each in path.iterdir() if each.is_file() and each.suffix) if path.is_dir() else Counter()
        return cls(path=str(path), files=[f"*{endings.most_common(1)[0][0]}"]) if endings else None


def _literally(name: str) -> str:
    """A pattern that this name alone fits."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)
