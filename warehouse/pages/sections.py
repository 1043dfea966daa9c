"""The sections of an indicator's page that are drawn: each as the chart, what it says to someone who does not see it, and the rows behind it.

Refuses to draw what says nothing: a series of one period, a place beside nobody, a plot without a number are None or have no drawing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from warehouse.pages import charts, dots, maps, wording
from warehouse.pages.charts import Line
from warehouse.pages.dots import Dot
from warehouse.pages.facts import COUNTRY, REGION, Facts, Row
from warehouse.pages.rendering import Charts
from warehouse.pages.series import ALL, Figure, in_order, latest, marks
from warehouse.pages.view import View

MOST_PANELS = 8  # small charts on one page; the groups that are left are in the table
MOST_PERIODS = 8  # columns of the table of groups
_COMPARATORS = (
    ("country", "country"),
    ("region", "region"),
    ("core_cities_median", "core cities, median"),
    ("neighbours_median", "most similar authorities, median"),
)


def over_time(facts: Facts, view: View, drawing: Charts) -> dict[str, Any] | None:
    """The series of the lead breakdown where it has more than one period; none where no breakdown stands for all (then panels are drawn)."""
    if view.lead != ALL or len({figure.period for figure in view.ours}) < 2 or not any(figure.value is not None for figure in view.ours):
        return None
    lines = [line for line in (_line(facts, view, name) for name, _ in _COMPARATORS) if line.figures]
    words = [dict(_words(facts))[line.name] for line in lines]
    said = wording.over_time_said(facts.home_name, view.ours, view.breaks, view.decimals, view.unit, words)
    return {
        "svg": drawing.svg(charts.over_time(view.ours, lines, view.breaks, view.decimals), said),
        "marks": marks(view.ours, view.breaks),
        "lines": [(line.name, dict(_words(facts))[line.name]) for line in lines],
        "rows": _time_rows(view, lines),
        "banded": any(figure.lower is not None for figure in view.ours),
        "gaps": [figure for figure in view.ours if figure.value is None],
    }


def panels(facts: Facts, view: View, drawing: Charts) -> dict[str, Any] | None:
    """Small charts of groups over time, where no group stands for all; the largest groups first."""
    shown = {name: figures for name, figures in view.home.items() if any(figure.value is not None for figure in figures)}
    periods = {figure.period for figures in shown.values() for figure in figures}
    if view.lead == ALL or len(periods) < 2:
        return None
    order = sorted(shown, key=lambda name: -(_value(latest(shown[name])) or 0.0))[:MOST_PANELS]
    chosen = {wording.plain_breakdown(name): shown[name] for name in order}
    country = {
        wording.plain_breakdown(name): [figure for code in facts.codes_of(COUNTRY) for figure in view.others.get((code, name), ())]
        for name in order
    }
    said = [wording.over_time_said(name, figures, view.breaks, view.decimals, view.unit, []) for name, figures in chosen.items()]
    found = marks([figure for figures in chosen.values() for figure in figures], view.breaks)
    return {
        "svg": drawing.svg(charts.panels(chosen, country, view.breaks, found, view.decimals), " ".join(said)),
        "marks": found,
        "left": len(shown) - len(order),
        "country": any(country.values()),
    }


def beside(facts: Facts, view: View, drawing: Charts) -> dict[str, Any] | None:
    """The home area and everyone it is compared with, in the period of our newest figure, highest first."""
    if view.newest is None:
        return None
    found = [view.newest]
    found += [
        figure
        for (_, name), figures in view.others.items()
        if name == view.lead
        for figure in figures
        if figure.period == view.newest.period
    ]
    if len(found) < 2:
        return None
    found.sort(key=lambda figure: (figure.value is None, -(figure.value or 0.0), figure.area_name))
    rows = [
        Dot(facts.name_of(figure), facts.kind_of(figure.area_code), figure.value, figure.lower, figure.upper, figure.status)
        for figure in found
    ]
    return {
        "svg": _dot_plot(rows, view, drawing, "areas", facts.home_name),
        "rows": [(figure, facts.name_of(figure), facts.roles_of(figure.area_code)) for figure in found],
        "kinds": sorted({row.kind for row in rows}),
    }


def groups(facts: Facts, view: View, drawing: Charts) -> dict[str, Any] | None:
    """Every breakdown of the home area: the newest period as dots beside the country, and a table over periods."""
    if len(view.home) < 2:
        return None
    every = in_order(figure for figures in view.home.values() for figure in figures)
    periods = list(dict.fromkeys(figure.period for figure in every))[-MOST_PERIODS:]
    numbered = [figure.period for figure in every if figure.value is not None]
    newest = numbered[-1] if numbered else periods[-1]
    codes = facts.codes_of(COUNTRY)
    cells = {(name, figure.period): figure for name, figures in view.home.items() for figure in figures}
    order = sorted(view.home, key=lambda name: (name != ALL, -(_value(cells.get((name, newest))) or 0.0), name))
    rows = []
    for name in order:
        figure = cells.get((name, newest))
        if figure is not None:
            other = next((one.value for code in codes for one in view.others.get((code, name), ()) if one.period == newest), None)
            kind = "ours" if name == ALL else "group"
            rows.append(Dot(wording.plain_breakdown(name), kind, figure.value, figure.lower, figure.upper, figure.status, other))
    return {
        "svg": _dot_plot(rows, view, drawing, "groups") if len(rows) > 1 else "",
        "period": newest,
        "periods": periods[::-1],
        "rows": [(name, [cells.get((name, period)) for period in periods[::-1]]) for name in order],
        "country": any(row.other is not None for row in rows),
        "marks": marks(every, view.breaks),
    }


def wards(facts: Facts, view: View, drawing: Charts) -> dict[str, Any] | None:
    """The wards of the newest period, highest first, by fifth of deprivation, and how unlike the fifths are."""
    if len(view.wards) < 2:
        return None
    found = sorted(view.wards, key=lambda ward: (ward.value is None, -(ward.value or 0.0), ward.area_name))
    period = found[0].period
    whole = next((figure for figure in view.ours if figure.period == period), None)
    rows = [Dot(ward.area_name, _fifth(facts, ward), ward.value, ward.lower, ward.upper, ward.status) for ward in found]
    drawn = maps.ward_map(found, facts.shapes)
    listed = facts.inequality.get(view.definition["indicator"], ())
    return {
        "svg": _dot_plot(rows, view, drawing, "wards", height=dots.WARD_ROW, reference=_value(whole)),
        "rows": [(ward, facts.fifths.get(ward.area_code)) for ward in found],
        "map": drawing.svg(drawn, wording.map_said([(ward.area_name, ward.value) for ward in found], view.decimals)) if drawn else "",
        "shades": maps.shades(found),
        "attribution": next((row["attribution"] for row in facts.datasets if row["dataset"] == "ons.boundaries"), ""),
        "period": period,
        "whole": whole,
        "unlike": next((row for row in listed if _same_wards(row, found[0])), None),
        "vintage": found[0].area_vintage,
        "fifths": any(ward.area_code in facts.fifths for ward in found),
    }


def _dot_plot(
    rows: Sequence[Dot], view: View, drawing: Charts, kind: str, ours: str = "", height: int = dots.ROW, reference: float | None = None
) -> str:
    """The drawing; '' where there is not one number."""
    if all(row.value is None for row in rows):
        return ""
    said = wording.ranked_said(kind, [(row.name, row.value) for row in rows], ours, view.decimals)
    return drawing.svg(dots.dot_plot(rows, view.decimals, height, reference), said)


def _same_wards(row: Row, ward: Figure) -> bool:
    """Whether a row of mart.ward_inequality is about these wards."""
    return (row["breakdown"], row["period"], row["area_vintage"] or "") == (ward.breakdown, ward.period, ward.area_vintage)


def _fifth(facts: Facts, ward: Figure) -> str:
    """The look of a ward: its fifth by deprivation, 1 the most deprived."""
    return f"fifth-{facts.fifths[ward.area_code]}" if ward.area_code in facts.fifths else "ward"


def _words(facts: Facts) -> list[tuple[str, str]]:
    """What each comparator line is called."""
    named = {role: next((area.name for area in facts.areas.values() if role in area.roles), "") for role in (COUNTRY, REGION)}
    return [(name, named.get(name) or words) for name, words in _COMPARATORS]


def _line(facts: Facts, view: View, name: str) -> Line:
    """A comparator's figures over the periods of ours: an area's own, or a median as mart.indicator_comparisons has it."""
    if name in (COUNTRY, REGION):
        codes = facts.codes_of(name)
        periods = {figure.period for figure in view.ours}
        return Line(name, [figure for code in codes for figure in view.others.get((code, view.lead), ()) if figure.period in periods])
    found = []
    enough = "core_cities" if name == "core_cities_median" else "neighbours"
    for figure in view.ours:
        row = view.comparisons.get(figure.period)
        if row and row[enough] > 1:
            found.append(Figure(view.lead, "", name, figure.period, figure.start, figure.end, row[name]))
    return Line(name, found)


def _time_rows(view: View, lines: Sequence[Line]) -> list[dict[str, Any]]:
    """The table behind the chart, newest first; a break is a row of its own between the periods that it parts."""
    by_period = {line.name: {figure.period: figure for figure in line.figures} for line in lines}
    found: list[dict[str, Any]] = []
    numbered = marks(view.ours, view.breaks)
    left = list(numbered)
    before: Figure | None = None
    for figure in view.ours:
        for mark in [mark for mark in left if before is not None and before.start < mark.since <= figure.start]:
            found.append({"mark": mark})
            left.remove(mark)
        found.append({"figure": figure, "others": [by_period[line.name].get(figure.period) for line in lines]})
        before = figure
    return found[::-1]


def _value(figure: Figure | None) -> float | None:
    return figure.value if figure else None
