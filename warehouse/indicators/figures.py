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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from expectations.errors import EvidenceError
from expectations.place import BIRMINGHAM
from warehouse.indicators.aims import REFERENCE
from warehouse.indicators.rows import insert
from warehouse.table import literal

FIGURES, SOURCES = REFERENCE / "strategy_figures.csv", REFERENCE / "strategy_sources.toml"
REPRODUCED, NEAR, DIFFERS, UNCLEAR, CLOSED, NOT_LANDED = "reproduced", "near", "differs", "definition unclear", "not open", "not landed"
VERDICTS = (REPRODUCED, NEAR, DIFFERS, UNCLEAR, CLOSED, NOT_LANDED)
COMPARE = ("rounded", "at_least", "ranking")
_Connection = duckdb.DuckDBPyConnection


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
    latest: str = ""  # another indicator that says how it stands now
    latest_breakdown: str = "all"


@dataclass(frozen=True)
class State:
    """What a figure needs to know of an indicator: its title, its datasets, and why it has no values (empty where it has)."""

    title: str
    datasets: str
    missing: str


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
        printed = _names(figure.published)
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


def fill(connection: _Connection, states: Mapping[str, State]) -> None:
    """Fill mart.strategy_figures from mart.indicator_values. `states` says of each indicator whether it was computed, and why not."""
    sources = load_sources()
    rows = [_row(connection, figure, sources[figure.figure], states) for figure in published()]
    insert(connection, "mart.strategy_figures", rows)


def _row(connection: _Connection, figure: Figure, source: FigureSource, states: Mapping[str, State]) -> dict[str, Any]:
    """One row of mart.strategy_figures."""
    found, latest = _looked_up(connection, figure, source, states)
    verdict, reason = _judged(figure, source, found, states)
    comparable = _comparable(connection, source, found, latest, states)
    later = found and latest and found.period != latest.period
    printed = {
        "figure": figure.figure,
        "number": figure.number,
        "theme": figure.theme,
        "section": figure.section,
        "what_it_says": figure.what_it_says,
        "area_name": figure.area_name,
        "published_period": figure.period,
        "published": figure.published,
        "published_value": figure.value,
        "published_unit": figure.unit,
        "published_comparator": figure.comparator or None,
        "source_named": figure.source_named or None,
    }
    ours = {"recomputed_period": found.period, "recomputed": found.value, "recomputed_text": found.text} if found else {}
    now = {"latest_period": latest.period, "latest": latest.value, "latest_text": latest.text} if latest else {}
    behind = {"indicator": source.indicator, "breakdown": source.breakdown, "area_code": source.area_code} if source.indicator else {}
    return {
        **printed,
        **ours,
        **now,
        **behind,
        "verdict": verdict,
        "reason": reason,
        "difference": _less(found.value if found else None, figure.value),
        "change_since": None if comparable or not later else _less(latest.value if latest else None, found.value if found else None),
        "comparable": comparable,
        "datasets": behind_it.datasets if (behind_it := states.get(source.indicator)) else None,
        "nearest": source.nearest or None,
    }


def _less(value: float | None, other: float | None) -> float | None:
    return None if value is None or other is None else value - other


def _looked_up(
    connection: _Connection, figure: Figure, source: FigureSource, states: Mapping[str, State]
) -> tuple[Recomputed | None, Recomputed | None]:
    """The figure recomputed, and as it stands now. Nothing is asked of an indicator that has no values."""
    has = {name for name in (source.indicator, source.latest) if name in states and not states[name].missing}
    found = latest = None
    if source.indicator in has:
        found = _ranking(connection, source, figure) if source.compare == "ranking" else _value(connection, source, source.period, figure)
    if (source.latest or source.indicator) in has:
        latest = _latest(connection, source, figure)
    return found, latest


def _judged(figure: Figure, source: FigureSource, found: Recomputed | None, states: Mapping[str, State]) -> tuple[str, str]:
    """The verdict and its reason in words."""
    if source.verdict and (source.verdict == CLOSED or not source.indicator):
        return source.verdict, source.reason
    if not found:
        state = states.get(source.indicator, State(title="", datasets="", missing=f"there is no indicator {source.indicator}"))
        if state.missing:
            return NOT_LANDED, f"{source.reason} {state.missing[:1].upper()}{state.missing[1:]}.".strip()
        return NOT_LANDED, f"{source.reason} The data held here have no figure for {source.period or figure.period}.".strip()
    verdict = source.verdict or verdict_of(figure, source, found)
    return verdict, f"{_sentence(figure, found, verdict)} {source.reason}".strip()


def _sentence(figure: Figure, found: Recomputed, verdict: str) -> str:
    if verdict == REPRODUCED:
        return f"The open data give {found.text}, the figure printed."
    if figure.value is None:
        return f"The open data list {found.text}."
    return f"The open data give {found.text} where the strategy prints {figure.published}."


def _value(connection: _Connection, source: FigureSource, period: str, figure: Figure) -> Recomputed | None:
    """The indicator's value for the figure's area and period."""
    if not source.indicator or not period:
        return None
    row = connection.execute(f"{_select(source, source.indicator, source.breakdown)} and period = {literal(period)}").fetchone()
    return _as_text(row, source, figure)


def _latest(connection: _Connection, source: FigureSource, figure: Figure) -> Recomputed | None:
    """The value of the latest period. A ranking has none of its own unless it names an indicator for it."""
    name, breakdown = (source.latest, source.latest_breakdown) if source.latest else (source.indicator, source.breakdown)
    if not name or (source.compare == "ranking" and not source.latest):
        return None
    return _as_text(connection.execute(f"{_select(source, name, breakdown)} order by period_end desc limit 1").fetchone(), source, figure)


def _select(source: FigureSource, indicator: str, breakdown: str) -> str:
    """SELECT of the values of an indicator that a figure is about."""
    wanted = {"indicator": indicator, "breakdown": breakdown, "area_code": source.area_code}
    wanted |= {name: given for name in ("area_level", "area_vintage") if (given := getattr(source, name)) and indicator == source.indicator}
    conditions = " and ".join(f"{name} = {literal(given)}" for name, given in wanted.items())
    return f"select period, {source.part} from mart.indicator_values where {source.part} is not null and {conditions}"


def _ranking(connection: _Connection, source: FigureSource, figure: Figure) -> Recomputed | None:
    """The areas with the highest or lowest values, as many as the strategy lists."""
    listed = _names(figure.published)
    direction = "desc" if source.order == "highest" else "asc"
    wanted = {"indicator": source.indicator, "breakdown": source.breakdown, "period": source.period, "area_level": source.area_level}
    if source.area_vintage:
        wanted["area_vintage"] = source.area_vintage
    rows = connection.execute(
        f"""select area_name, value from mart.indicator_values where {" and ".join(f"{name} = {literal(is_)}" for name, is_ in wanted.items())}
            and value is not null order by value {direction}, area_code limit {len(listed)}"""
    ).fetchall()
    if not rows:
        return None
    small = all(abs(value) < 1 for _, value in rows)
    text = "; ".join(f"{name} {value:.{4 if small else 1}f}" for name, value in rows)
    return Recomputed(source.period, None, text, tuple(name for name, _ in rows))


def _as_text(row: Sequence[Any] | None, source: FigureSource, figure: Figure) -> Recomputed | None:
    if row is None:
        return None
    value = float(row[1])
    digits = max(figure.decimals, 0 if abs(value) >= 1000 else 1 if abs(value) >= 1 else 3)
    if figure.unit in ("rank", "people", "jobs", "households", "places"):
        digits = 0
    elif figure.unit == "index 0-1":
        digits = 3
    words = {"percent": " %", "index 0-1": "", "rank": "", "score": " points"}.get(figure.unit, f" {figure.unit}")
    rank = {1: "1st", 2: "2nd", 3: "3rd"}.get(int(value), f"{int(value)}th") if figure.unit == "rank" else ""
    return Recomputed(str(row[0]), value, rank or f"{value:,.{digits}f}{words}")


def _comparable(
    connection: _Connection, source: FigureSource, found: Recomputed | None, latest: Recomputed | None, states: Mapping[str, State]
) -> str | None:
    """Why the latest figure may not be set against the recomputed one; None where it may, or where there are no two."""
    if not found or not latest or found.period == latest.period:
        return None
    if source.latest and source.latest != source.indicator:
        return f"The latest figure is another measure: {states[source.latest].title}."
    started = f"(select max(period_start) from mart.indicator_values where indicator = {literal(source.indicator)} and period = "
    reasons = connection.execute(
        f"""select string_agg(distinct reason, '; ') from mart.breaks where indicator = {literal(source.indicator)}
            and since > {started}{literal(found.period)}) and since <= {started}{literal(latest.period)})"""
    ).fetchone()
    return f"The series breaks in between: {reasons[0]}." if reasons and reasons[0] else None


def _names(text: str) -> list[str]:
    """The areas that a ranking lists: 'Edgbaston 58.0; Harborne' -> Edgbaston, Harborne."""
    return [one.strip().rstrip("0123456789.-").strip() for one in text.split(";")]
