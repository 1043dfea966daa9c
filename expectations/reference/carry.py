"""Write `code_sets.csv` from the official lookups: `python -m expectations.reference.carry FOLDER`, FOLDER holding the lookups as published.

One row is the codes that one authority had of one kind of area in one vintage, as ranges of their numbers. The codes are those of ONS Open
Geography (Open Government Licence v3); counts are never carried, they are computed from the codes. Refuses a lookup without its columns.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("code_sets.csv")
FIELDS = ("level", "vintage", "authority", "prefix", "numbers")


@dataclass(frozen=True)
class Lookup:
    """A lookup as published, and which of its columns hold which codes."""

    file: str
    level: str
    authority: str
    vintages: tuple[tuple[str, str], ...]  # (column, vintage)


LOOKUPS = (
    Lookup("LSOA11_LSOA21_LAD22_EW_Exact_CHGIND.csv", "LSOA", "LAD22CD", (("LSOA11CD", "2011"), ("LSOA21CD", "2021"))),
    Lookup("MSOA11_MSOA21_LAD22_EW_CHNGIND.csv", "MSOA", "LAD22CD", (("MSOA11CD", "2011"), ("MSOA21CD", "2021"))),
    Lookup("LSOA11_WD17_lookup.csv", "ward", "LAD17CD", (("WD17CD", "2017"),)),
    Lookup("WD22_LAD22_CTY22_RGN22_CTRY22_UK_LU.csv", "ward", "LAD22CD", (("WD22CD", "2022"),)),
)


def main(folder: Path) -> None:
    """Read the lookups below `folder` and write the register."""
    sets: dict[tuple[str, str, str, str], set[int]] = {}
    for lookup in LOOKUPS:
        (path,) = sorted(folder.rglob(lookup.file))
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                for column, vintage in lookup.vintages:
                    code = row[column]
                    sets.setdefault((lookup.level, vintage, row[lookup.authority], code[:3]), set()).add(int(code[3:]))
    with FILE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(FIELDS)
        for key in sorted(sets):
            writer.writerow([*key, " ".join(_ranges(sets[key]))])


def _ranges(numbers: Iterable[int]) -> Iterator[str]:
    """`1-5 7` of 1, 2, 3, 4, 5 and 7."""
    first = last = None
    for number in sorted(numbers):
        if last is not None and number == last + 1:
            last = number
            continue
        if first is not None:
            yield str(first) if first == last else f"{first}-{last}"
        first = last = number
    if first is not None:
        yield str(first) if first == last else f"{first}-{last}"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
