"""What the catalogue says of one code."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ErrorKind:
    """One entry of the catalogue: a headline, when it occurs, and what a person does about it."""

    title: str
    when: str
    remedy: str
