"""What the community cohesion strategy aims at: its eight guiding principles and its ten challenges, by the short names that indicators use.

The words are the strategy's own (`expectations/reference/strategy_aims.csv`). Refuses nothing: the table ships with the project.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from warehouse.home import PROJECT

REFERENCE = PROJECT / "expectations" / "reference"


@dataclass(frozen=True)
class Aim:
    """One guiding principle or challenge: `kind` is principle or challenge, `number` its place in the strategy."""

    key: str
    kind: str
    number: int
    title: str


@cache
def aims() -> Mapping[str, Aim]:
    """Every principle and challenge by its short name, in the strategy's order."""
    with (REFERENCE / "strategy_aims.csv").open(encoding="utf-8", newline="") as file:
        rows = [Aim(row["aim"], row["kind"], int(row["number"]), row["title"]) for row in csv.DictReader(file)]
    return {aim.key: aim for aim in rows}
