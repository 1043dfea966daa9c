"""The place: the one authority whose evidence base this is, by the one setting `EVIDENCE_AREA` (a GSS code).

Declarations say `${area_code}` and `${area_name}` where they mean it. Names and DfE numbers of authorities are in `reference/authorities.csv`
(Department for Education, Pupil attendance in schools, release of 25 September 2025; Open Government Licence v3.0).
Refuses a setting that is no GSS code; a code that the reference does not know stands for itself.
"""

from __future__ import annotations

import csv
import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from expectations.errors import EvidenceError

BIRMINGHAM = "E08000025"
_AUTHORITIES = Path(__file__).parent / "reference" / "authorities.csv"
_GSS = re.compile(r"^[EWSN][0-9]{8}$")


@dataclass(frozen=True)
class Place:
    """The authority whose own rows are named first in every piece of evidence."""

    code: str = BIRMINGHAM
    name: str = "Birmingham"
    other_codes: tuple[str, ...] = ("330",)  # what it is called in older code lists (the education departments' LA number)

    @property
    def words(self) -> tuple[str, ...]:
        return (self.code, self.name, *self.other_codes)

    def fill(self, text: str) -> str:
        """The text with `${area_code}` and `${area_name}` replaced."""
        return text.replace("${area_code}", self.code).replace("${area_name}", self.name)


def home_place() -> Place:
    """The place that `EVIDENCE_AREA` names; Birmingham where it is not set. Raises `setting.area`."""
    code = os.environ.get("EVIDENCE_AREA", "").strip() or BIRMINGHAM
    if not _GSS.match(code):
        raise EvidenceError("setting.area", where="EVIDENCE_AREA", expected="a GSS code such as E08000025", found=repr(code))
    name, number = _authorities().get(code, (code, ""))
    return Place(code, name, (number,) if number else ())


@cache
def _authorities() -> dict[str, tuple[str, str]]:
    with _AUTHORITIES.open(encoding="utf-8", newline="") as file:
        return {row["code"]: (row["name"], row["dfe_number"]) for row in csv.DictReader(file)}
