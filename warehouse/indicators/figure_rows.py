"""The rows of mart.strategy_figures: each figure looked up among the indicators' values, judged, and put in words.

Asks nothing of an indicator that has no values, and says then what it waits for. How a figure is recomputed is in `figures`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from warehouse.indicators.figures import (
    CLOSED,
    NOT_LANDED,
    REPRODUCED,
    Figure,
    FigureSource,
    Recomputed,
    load_sources,
    names_in,
    published,
    verdict_of,
)
from warehouse.indicators.rows import insert
from warehouse.table import literal

_WHOLE = ("rank", "people", "jobs", "households", "places")  # units that are shown without decimals
_Connection = duckdb.DuckDBPyConnection


@dataclass(frozen=True)
class State:
    """What a figure needs to know of an indicator: its title, its datasets, and why it has no values (empty where it has)."""

    title: str
    datasets: str
    missing: str


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
    worked_out = verdict_of(figure, source, found)
    return source.verdict or worked_out, f"{_sentence(figure, found, worked_out)} {source.reason}".strip()


def _sentence(figure: Figure, found: Recomputed, verdict: str) -> str:
    if figure.value is None:
        return f"The open data list {'the same: ' if verdict == REPRODUCED else ''}{found.text}."
    if verdict == REPRODUCED:
        return f"The open data give {found.text}, the figure printed."
    return f"The open data give {found.text} where the strategy prints {figure.published}."


def _value(connection: _Connection, source: FigureSource, period: str, figure: Figure) -> Recomputed | None:
    """The indicator's value for the figure's area and period."""
    if not source.indicator or not period:
        return None
    row = connection.execute(f"{_select(source, source.indicator, source.breakdown)} and period = {literal(period)}").fetchone()
    return _as_text(row, source, figure)


def _latest(connection: _Connection, source: FigureSource, figure: Figure) -> Recomputed | None:
    """The value of the latest period; of a ranking only where its source names an indicator for it."""
    name, breakdown = (source.latest, source.latest_breakdown) if source.latest else (source.indicator, source.breakdown)
    if source.compare != "ranking":
        return _as_text(
            connection.execute(f"{_select(source, name, breakdown)} order by period_end desc limit 1").fetchone(), source, figure
        )
    if not source.latest:
        return None
    newest = f"select max_by(period, period_end) from mart.indicator_values where indicator = {literal(name)}"
    period = connection.execute(newest).fetchall()[0][0]
    return _listed(
        connection, {"indicator": name, "breakdown": breakdown, "period": period, "area_level": source.area_level}, source, figure
    )


def _select(source: FigureSource, indicator: str, breakdown: str) -> str:
    """SELECT of the values of an indicator that a figure is about."""
    wanted = {"indicator": indicator, "breakdown": breakdown, "area_code": source.area_code}
    wanted |= {name: given for name in ("area_level", "area_vintage") if (given := getattr(source, name)) and indicator == source.indicator}
    conditions = " and ".join(f"{name} = {literal(given)}" for name, given in wanted.items())
    return f"select period, {source.part} from mart.indicator_values where {source.part} is not null and {conditions}"


def _ranking(connection: _Connection, source: FigureSource, figure: Figure) -> Recomputed | None:
    """The areas that the indicator puts first in the figure's period."""
    wanted = {"indicator": source.indicator, "breakdown": source.breakdown, "period": source.period, "area_level": source.area_level}
    return _listed(connection, {**wanted, **({"area_vintage": source.area_vintage} if source.area_vintage else {})}, source, figure)


def _listed(connection: _Connection, wanted: Mapping[str, str], source: FigureSource, figure: Figure) -> Recomputed | None:
    """The areas with the highest or lowest values, as many as the strategy lists."""
    conditions = " and ".join(f"{name} = {literal(given)}" for name, given in wanted.items())
    direction = "desc" if source.order == "highest" else "asc"
    rows = connection.execute(
        f"""select area_name, value from mart.indicator_values where {conditions} and value is not null
        order by value {direction}, area_code limit {len(names_in(figure.published))}"""
    ).fetchall()
    if not rows:
        return None
    digits = 4 if all(abs(value) < 1 for _, value in rows) else 1
    text = "; ".join(f"{name} {value:.{digits}f}" for name, value in rows)
    return Recomputed(wanted["period"], None, text, tuple(name for name, _ in rows))


def _as_text(row: Sequence[Any] | None, source: FigureSource, figure: Figure) -> Recomputed | None:
    if row is None:
        return None
    value = float(row[1])
    # One more than printed where the figure was rounded to a whole number; three for an index.
    digits = 0 if figure.unit in _WHOLE else 3 if figure.unit == "index 0-1" else figure.decimals or 1
    words = {"percent": " %", "index 0-1": "", "rank": "", "score": " points"}.get(figure.unit, f" {figure.unit}")
    rank = {1: "1st", 2: "2nd", 3: "3rd"}.get(int(value), f"{int(value)}th") if figure.unit == "rank" else ""
    return Recomputed(str(row[0]), value, rank or f"{value:,.{digits}f}{words}")


def _comparable(
    connection: _Connection, source: FigureSource, found: Recomputed | None, latest: Recomputed | None, states: Mapping[str, State]
) -> str | None:
    """Why the latest figure may not be set beside the figure of then; None where it may, or where there is none."""
    if not latest:
        return None
    if source.not_comparable:
        return source.not_comparable
    if source.latest and source.latest != source.indicator:
        return f"The latest figure is another measure: {states[source.latest].title}."
    if not found or found.period == latest.period:
        return None
    started = f"(select max(period_start) from mart.indicator_values where indicator = {literal(source.indicator)} and period = "
    reasons = connection.execute(
        f"""select string_agg(reason, '; ' order by since) from mart.breaks where indicator = {literal(source.indicator)}
            and since > {started}{literal(found.period)}) and since <= {started}{literal(latest.period)})"""
    ).fetchone()
    return f"The series breaks in between: {reasons[0]}." if reasons and reasons[0] else None
