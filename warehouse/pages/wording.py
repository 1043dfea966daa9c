"""The sentences of an indicator's page: its headline, and what each chart shows to someone who does not see it.

Refuses to say more than the figures do: a difference is told only where it shows in the figures as printed and
the country's lies outside the interval; no change is told across a break.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from warehouse.pages.numbers import figure, interval, missing, number
from warehouse.pages.series import ALL, Break, Figure, marks, segments

MOST_GROUPS = 3  # named in a headline


def headline(
    definition: Mapping[str, Any],
    home_name: str,
    ours: Figure | None,
    country: Figure | None,
    ward_range: Sequence[Figure] = (),
    groups: Sequence[Figure] = (),
) -> str:
    """What the newest figures say, after the title: '46.6 points in Birmingham, above England’s 46.0'. `groups` are those of one period, where none
    of them stands for all: the largest are named.
    """
    unit, decimals = definition["unit"], definition["decimals"]
    if len(groups) > 1:
        named = [f"{plain_breakdown(one.breakdown)} {figure(one.value, unit, decimals)}" for one in groups[:MOST_GROUPS]]
        more = "" if len(groups) <= MOST_GROUPS else f" and {len(groups) - MOST_GROUPS} more groups"
        return f"in {home_name}, {', '.join(named)}{more}"
    if ours is None:
        shown = [ward for ward in ward_range if ward.value is not None]
        if len(shown) < 2:
            return f"no figures for {home_name} yet"
        low, high = min(shown, key=lambda ward: ward.value or 0), max(shown, key=lambda ward: ward.value or 0)
        return f"from {figure(low.value, unit, decimals)} in {low.area_name} to {figure(high.value, unit, decimals)} in {high.area_name}"
    if ours.value is None:
        return f"{missing(ours.status)} for {home_name}"
    whom = "" if ours.breakdown == ALL else f", {plain_breakdown(ours.breakdown)},"
    said = f"{figure(ours.value, unit, decimals)}{whom} in {home_name}"
    if country is None or country.value is None:
        return said
    return f"{said}, {_relation(ours, country, decimals)}"


def plain_breakdown(name: str) -> str:
    """A breakdown's name for people: 'all' is everyone; underscores of codes become spaces."""
    return "everyone" if name == ALL else name.replace("_", " ")


def change_said(row: Mapping[str, Any] | None, unit: str, decimals: int) -> tuple[str, str]:
    """The change from the period before, and how it is judged: ('up 1.2 percentage points since 2023/24', 'worse')."""
    if not row:
        return "", ""
    if row["not_comparable"]:
        return f"no change can be told since {row['previous_period']}: the series breaks", ""
    if row["change"] is None:
        return "", ""
    shown = number(abs(row["change"]), decimals)
    if row["direction"] == "same" or not shown.strip("0.,"):
        return f"unchanged since {row['previous_period']}", ""
    in_points = "percentage points" if unit == "percent" else unit
    amount = figure(abs(row["change"]), in_points, decimals).replace("rank\u00a0", "") + (" places" if unit == "rank" else "")
    if row["direction"] == "no clear change":
        return f"no clear change since {row['previous_period']}: the intervals overlap", ""
    return f"{'up' if row['change'] > 0 else 'down'} {amount} since {row['previous_period']}", row["judged"] or ""


def over_time_said(home_name: str, ours: Sequence[Figure], breaks: Sequence[Break], decimals: int, unit: str, others: Sequence[str]) -> str:
    """The chart over time in words; movements are told within each unbroken part alone."""
    parts = []
    for run in segments(ours, breaks):
        first, last = run[0], run[-1]
        if len(run) == 1:
            parts.append(f"{figure(first.value, unit, decimals)} in {first.period}")
        else:
            parts.append(
                f"from {figure(first.value, unit, decimals)} in {first.period} to {figure(last.value, unit, decimals)} in {last.period}"
            )
    said = [f"Line chart of {home_name}: {'; '.join(parts)}."]
    if found := marks(ours, breaks):
        said.append("The line is cut where the series breaks: " + "; ".join(f"{one.letter}, {one.since:%B %Y}" for one in found) + ".")
    gaps = [one for one in ours if one.value is None]
    if gaps:
        said.append("No figure: " + ", ".join(f"{one.period} ({missing(one.status)})" for one in gaps) + ".")
    if others:
        said.append(f"Beside it: {', '.join(others)}.")
    return " ".join(said)


def ranked_said(kind: str, rows: Sequence[tuple[str, float | None]], ours: str, decimals: int) -> str:
    """A dot plot in words: its ends and our own place."""
    shown = [(name, value) for name, value in rows if value is not None]
    if not shown:
        return f"Dot plot of {kind}: no figure is shown."
    low, high = min(shown, key=lambda row: row[1]), max(shown, key=lambda row: row[1])
    said = f"Dot plot of {len(rows)} {kind}, from {low[0]} ({number(low[1], decimals)}) to {high[0]} ({number(high[1], decimals)})."
    mine = next((value for name, value in shown if name == ours), None)
    if mine is not None:
        said += f" {ours}: {number(mine, decimals)}."
    hidden = [name for name, value in rows if value is None]
    return said + (f" No figure is shown for {', '.join(hidden)}." if hidden else "")


def map_said(wards: Sequence[tuple[str, float | None]], decimals: int) -> str:
    """A map of wards in words: its ends."""
    shown = sorted(((value, name) for name, value in wards if value is not None), reverse=True)
    ends = [", ".join(f"{name} {number(value, decimals)}" for value, name in part) for part in (shown[:MOST_GROUPS], shown[-MOST_GROUPS:])]
    hidden = [name for name, value in wards if value is None]
    said = f"Map of {len(wards)} wards, shaded by their figures. Highest: {ends[0]}. Lowest: {ends[1]}."
    return said + (f" No figure is shown for {', '.join(hidden)}." if hidden else "")


def _relation(ours: Figure, country: Figure, decimals: int) -> str:
    assert ours.value is not None and country.value is not None  # both were looked at
    theirs = number(country.value, decimals)
    if number(ours.value, decimals) == theirs:
        return f"the same as in {country.area_name}"
    if ours.lower is not None and ours.upper is not None and ours.lower <= country.value <= ours.upper:
        return f"not clearly different from {country.area_name}’s {theirs} (interval {interval(ours.lower, ours.upper, decimals)})"
    return f"{'above' if ours.value > country.value else 'below'} {country.area_name}’s {theirs}"
