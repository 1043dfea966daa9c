"""The figures of the 2018 strategy beside what the open data give: as published, recomputed for the same area and period, and as it stands now.

What was printed is in `expectations/reference/strategy_figures.csv` and is never replaced. How each is recomputed, or why it cannot be, is in
`strategy_sources.toml`. Refuses a source for a figure that is not in the list, an unknown key or way of comparing, and a figure without a source.

How a verdict comes about (`verdict_of`): rounded as printed the two are equal: reproduced; within `near` (1 percentage point, or 2 % of
other units, where nothing else is said): near; else differs. A figure printed as 'over' is reproduced where ours is at least that, and near
where it is within 2 %. A ranking is reproduced where the same wards are listed, in any order, and near where all but one are.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from expectations.errors import EvidenceError
from expectations.place import BIRMINGHAM
from warehouse.indicators.aims import REFERENCE

FIGURES, SOURCES = REFERENCE / "strategy_figures.csv", REFERENCE / "strategy_sources.toml"
REPRODUCED, NEAR, DIFFERS, UNCLEAR, CLOSED, NOT_LANDED = "reproduced", "near", "differs", "definition unclear", "not open", "not landed"
VERDICTS = (REPRODUCED, NEAR, DIFFERS, UNCLEAR, CLOSED, NOT_LANDED)
COMPARE = ("rounded", "at_least", "ranking")


@dataclass(frozen=True)
class Figure:
    """One figure as printed. `value` is None for a ranking."""

    figure: str
    number: int
    theme: str
    section: str
    what_it_says: str
    area_name: str
    period: str
    published: str
    value: float | None
    unit: str
    comparator: str
    source_named: str

    @property
    def decimals(self) -> int:
        """With how many decimals it was printed."""
        printed = next((word for word in self.published.replace(",", "").split() if word.lstrip("-£").replace(".", "").isdigit()), "")
        return len(printed.partition(".")[2])


@dataclass(frozen=True)
class FigureSource:
    """How a figure is recomputed: the indicator, of whom, where and when; or a fixed verdict with its reason and what comes nearest."""

    indicator: str = ""
    breakdown: str = "all"
    area_code: str = BIRMINGHAM
    area_level: str = ""
    area_vintage: str = ""
    period: str = ""
    compare: str = "rounded"
    near: float | None = None
    order: str = "highest"
    part: str = "value"  # or numerator, where the strategy prints the count behind a share
    verdict: str = ""
    reason: str = ""
    nearest: str = ""
    not_comparable: str = ""  # why the figure as it stands now may not be set beside the printed one
    latest: str = ""  # another indicator that says how it stands now
    latest_breakdown: str = "all"


@dataclass(frozen=True)
class Recomputed:
    """One value of an indicator, as people read it too."""

    period: str
    value: float | None
    text: str
    names: tuple[str, ...] = ()


@cache
def published() -> tuple[Figure, ...]:
    """Every figure as printed, in the order of the list."""
    with FIGURES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return tuple(_figure(row) for row in rows)


def _figure(row: Mapping[str, str]) -> Figure:
    texts = {name: text for name, text in row.items() if name not in ("number", "value")}
    return Figure(number=int(row["number"]), value=float(row["value"]) if row["value"] else None, **texts)


def load_sources(path: Path = SOURCES) -> dict[str, FigureSource]:
    """How each figure is recomputed, by its short name. Raises `indicator.invalid` with the figure and what is wrong."""
    listed = tomllib.loads(path.read_text(encoding="utf-8"))
    known, allowed = {figure.figure for figure in published()}, {field.name for field in fields(FigureSource)}
    for name, given in listed.items():
        wrong = (
            f"no figure {name!r}" if name not in known
            else f"unknown key {sorted(set(given) - allowed)[0]!r}" if set(given) - allowed
            else f"compare {given['compare']!r}" if given.get("compare", "rounded") not in COMPARE
            else f"part {given['part']!r}" if given.get("part", "value") not in ("value", "numerator")
            else f"verdict {given['verdict']!r}" if given.get("verdict") and given["verdict"] not in VERDICTS
            else "neither an indicator nor a verdict" if not given.get("indicator") and not given.get("verdict")
            else "a fixed verdict without a reason" if given.get("verdict") and not given.get("reason")
            else ""
        )  # fmt: skip
        if wrong:
            raise EvidenceError(
                "indicator.invalid", where=f"{path}, [{name}]", found=wrong, expected="a source of a figure of the strategy"
            )
    missing = sorted(known - set(listed))
    if missing:
        raise EvidenceError("indicator.invalid", where=str(path), found=f"no source for {missing[0]}", expected="a source for every figure")
    return {name: FigureSource(**given) for name, given in listed.items()}


def verdict_of(figure: Figure, source: FigureSource, found: Recomputed) -> str:
    """Whether our figure is the published one."""
    if source.compare == "ranking":
        printed = names_in(figure.published)
        missing = len(set(printed) - set(found.names))
        return REPRODUCED if not missing else NEAR if missing == 1 else DIFFERS
    if figure.value is None or found.value is None:
        return UNCLEAR
    difference = found.value - figure.value
    near = source.near if source.near is not None else 1.0 if "percent" in figure.unit else 0.02 * abs(figure.value)
    if source.compare == "at_least" and difference >= 0:
        return REPRODUCED
    if source.compare == "rounded" and abs(round(found.value, figure.decimals) - figure.value) < 1e-9:
        return REPRODUCED
    return NEAR if abs(difference) <= near else DIFFERS


def names_in(text: str) -> list[str]:
    """The areas that a ranking lists: 'Edgbaston 58.0; Harborne' -> Edgbaston, Harborne."""
    return [one.strip().rstrip("0123456789.-").strip() for one in text.split(";")]
