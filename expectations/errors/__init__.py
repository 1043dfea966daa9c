"""The coded errors: one class, one catalogue, so that every failure says what was expected, what was found and what to do.

Refuses free-form failures: a code that is not in the catalogue cannot be raised, and `docs/errors.md` is generated from the catalogue.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from expectations.errors import declaring, fetching, keeping, reading, running
from expectations.errors.kind import ErrorKind

__all__ = ["CATALOGUE", "ErrorKind", "EvidenceError"]

CATALOGUE: dict[str, ErrorKind] = {**declaring.CODES, **fetching.CODES, **reading.CODES, **keeping.CODES, **running.CODES}


@dataclass
class EvidenceError(Exception):
    """A failure that a person can act on.

    `where` names file, sheet, row or column; `expected` and `found` are short facts; `todo` is the next act (default: the catalogue's).
    """

    code: str
    found: str
    expected: str = ""
    where: str = ""
    dataset: str = ""
    todo: str = ""

    def __post_init__(self) -> None:
        if self.code not in CATALOGUE:
            raise KeyError(f"no error code {self.code!r} in expectations/errors")
        self.todo = self.todo or CATALOGUE[self.code].remedy
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """The whole error in one paragraph, for logs and records."""
        head = f"[{self.code}] {CATALOGUE[self.code].title}"
        facts = [
            f"dataset: {self.dataset}" if self.dataset else "",
            f"where: {self.where}" if self.where else "",
            f"expected: {self.expected}" if self.expected else "",
            f"found: {self.found}" if self.found else "",
            f"to do: {self.todo}",
        ]
        return "\n  ".join([head, *[fact for fact in facts if fact]])

    def __str__(self) -> str:
        return self.message

    def of(self, dataset: str) -> EvidenceError:
        """The same error, naming its dataset (steps below the pipeline do not know which dataset they serve)."""
        return replace(self, dataset=self.dataset or dataset)

    def as_dict(self) -> dict[str, str]:
        """For run records and `--json`."""
        return {
            "code": self.code,
            "title": CATALOGUE[self.code].title,
            "dataset": self.dataset,
            "where": self.where,
            "expected": self.expected,
            "found": self.found,
            "to_do": self.todo,
        }
