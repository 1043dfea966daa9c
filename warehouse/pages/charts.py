"""Charts over time as Vega-Lite specifications: one series beside its comparators, and a small one for each group.

A break is drawn: a gap in every line, a vertical mark and its letter, which the key below the chart explains. A period without a number is a grey
band with the reason in it, never a point at zero. Colours are the page's own (custom properties of its style), so that a chart follows light, dark
and print.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from warehouse.pages.numbers import missing, number, short_period
from warehouse.pages.series import Break, Figure, Mark, marks, segments

Specification = dict[str, Any]
WIDTH = 430  # pixels of every drawing: a phone shows it at nine tenths, a wide page at five fourths
HEIGHT = 260
_LONGEST_TITLE = 28  # letters over a small chart
_FEW_TICKS = 3
_TICKS = 5
_LABELS = 6  # periods named below the time axis, at most
INK, MUTED, RULE, OURS = "var(--ink)", "var(--muted)", "var(--rule)", "var(--ours)"
LINES: Mapping[str, tuple[str, list[float], float]] = {  # comparator -> colour, dashes, width
    "country": (INK, [1, 0], 1.4),
    "region": (MUTED, [6, 3], 1.4),
    "core_cities_median": (MUTED, [1.5, 2.5], 1.6),
    "neighbours_median": (MUTED, [8, 3, 1.5, 3], 1.4),
}
TICK = "replace(format(datum.value, ',.3~f'), '-', '\u2212')"  # thousands separators, no needless decimals, a true minus
_CONFIG = {
    "aria": False,
    "background": "transparent",
    "view": {"stroke": None},
    "font": "sans-serif",
    "axis": {
        "labelColor": MUTED, "labelFontSize": 13, "labelPadding": 6, "domain": False, "ticks": False, "gridColor": RULE, "title": None,
    },
    "text": {"fontSize": 13, "color": INK},
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One comparator over time: which (a key of LINES), and its figures."""

    name: str
    figures: Sequence[Figure]


def over_time(ours: Sequence[Figure], others: Sequence[Line], breaks: Sequence[Break], decimals: int) -> Specification:
    """The home area's series with its interval as a band, and comparators as thin lines; cut at every break."""
    found = marks(ours, breaks)
    middles = [figure.middle for figure in ours]
    first, last = min(middles), max(middles)
    span = max(last - first, 0.5)
    newest = [figure.value for figure in ours if figure.value is not None][-1:]
    label = 14 + _letters(number(newest[0], decimals) if newest else "")
    x = {"field": "x", "type": "quantitative", "axis": None,
         "scale": {"domain": [first - 0.03 * span, last + span * label / (0.88 * WIDTH - label)], "nice": False}}  # fmt: skip
    layers = [*_gaps(ours, x), *_break_layers(found, x)]
    layers += [layer for line in others for layer in _comparator(line, breaks, x)]
    layers += _ours(ours, breaks, x, decimals)
    layers.append(_period_labels(ours, x))
    return framed(
        {
            "width": WIDTH,
            "height": HEIGHT,
            "padding": {"left": 3 + _slack(ours, decimals), "right": 3, "top": 3, "bottom": 3},
            "layer": layers,
        }
    )


def panels(
    home: Mapping[str, Sequence[Figure]],
    country: Mapping[str, Sequence[Figure]],
    breaks: Sequence[Break],
    lettered: Sequence[Mark],
    decimals: int,
) -> Specification:
    """One small chart a group over the same periods, two in a row: ours, and the country as a thin line; every one cut at every break.

    `lettered` gives each break the letter that it has in the key below all of them.
    """
    middles = [figure.middle for figures in home.values() for figure in figures]
    span = max(max(middles) - min(middles), 0.5)
    scale = {"domain": [min(middles) - 0.04 * span, max(middles) + 0.22 * span], "nice": False}
    x = {"field": "x", "type": "quantitative", "axis": None, "scale": scale}
    letters = {(mark.since, mark.reason): mark.letter for mark in lettered}
    small = []
    for place, (name, ours) in enumerate(home.items()):
        own = [replace(mark, letter=letters.get((mark.since, mark.reason), mark.letter)) for mark in marks(ours, breaks)]
        layers = [*_gaps(ours, x, words=False), *_break_layers(own, x)]
        layers += _comparator(Line("country", country.get(name, ())), breaks, x, _FEW_TICKS)
        layers += _ours(ours, breaks, x, decimals, _FEW_TICKS)
        small.append(_panel(name, place, layers))
    spacing = {"row": 14, "column": 26}
    return framed(
        {"concat": small, "columns": 2, "spacing": spacing, "padding": {"left": 2, "right": 10, "top": 2, "bottom": 4}}, fit=False
    )


def _panel(name: str, place: int, layers: Sequence[Specification]) -> Specification:
    for one in layers:
        one["name"] += f"_{place}"  # Vega-Lite takes data of one name for one data
    text = name if len(name) <= _LONGEST_TITLE else f"{name[: _LONGEST_TITLE - 1]}…"
    title = {"text": text, "anchor": "start", "fontSize": 12, "fontWeight": 600, "color": INK, "offset": 14}
    return {"title": title, "width": 186, "height": 62, "layer": list(layers)}


def _ours(ours: Sequence[Figure], breaks: Sequence[Break], x: Specification, decimals: int, ticks: int = _TICKS) -> list[Specification]:
    """Band, line, points, and the newest number."""
    runs = segments(ours, breaks)
    rows = [_point(figure, f"ours {place}") for place, run in enumerate(runs) for figure in run]
    y = _height(rows, ticks)
    layers = []
    banded = [row for row in rows if "lo" in row]
    if banded:
        area = {"type": "area", "color": OURS, "opacity": 0.18}
        layers.append(layer("band", banded, area, {"x": x, "y": {**y, "field": "lo"}, "y2": {"field": "hi"}, "detail": {"field": "run"}}))
    layers.append(
        layer(
            "ours",
            rows,
            {"type": "line", "color": OURS, "strokeWidth": 2.6, "strokeCap": "round"},
            {"x": x, "y": y, "detail": {"field": "run"}},
        )
    )
    layers.append(
        layer(
            "points", rows, {"type": "point", "shape": "circle", "filled": True, "color": OURS, "size": 34, "opacity": 1}, {"x": x, "y": y}
        )
    )
    if rows:
        newest = {**max(rows, key=lambda row: row["x"])}
        newest["t"] = number(newest["y"], decimals)
        text = {"type": "text", "align": "left", "dx": 7, "fontWeight": 700, "fontSize": 14, "color": OURS}
        layers.append(layer("newest", [newest], text, {"x": x, "y": y, "text": {"field": "t"}}))
    return layers


def _comparator(line: Line, breaks: Sequence[Break], x: Specification, ticks: int = _TICKS) -> list[Specification]:
    runs = segments(line.figures, breaks)
    rows = [_point(figure, f"{line.name} {place}") for place, run in enumerate(runs) for figure in run]
    if not rows:
        return []
    colour, dashes, width = LINES[line.name]
    y = _height(rows, ticks)
    mark = {"type": "line", "color": colour, "strokeDash": dashes, "strokeWidth": width}
    layers = [layer(line.name, rows, mark, {"x": x, "y": y, "detail": {"field": "run"}})]
    alone = [_point(run[0], "") for run in runs if len(run) == 1]
    if alone:  # a line of one point is none
        dot = {"type": "point", "filled": True, "size": 14, "color": colour, "opacity": 1, "shape": "circle"}
        layers.append(layer(f"{line.name}_alone", alone, dot, {"x": x, "y": y}))
    return layers


def _break_layers(found: Sequence[Mark], x: Specification) -> list[Specification]:
    """A dashed line from top to bottom for each break, and its letter above."""
    if not found:
        return []
    rows = [{"x": mark.at, "letter": mark.letter} for mark in found]
    rule = {"type": "rule", "color": "var(--break)", "strokeDash": [3, 3], "strokeWidth": 1.4}
    letter = {"type": "text", "y": -8, "fontWeight": 700, "fontSize": 13, "color": "var(--break)"}
    return [layer("breaks", rows, rule, {"x": x}), layer("break_letters", rows, letter, {"x": x, "text": {"field": "letter"}})]


def _gaps(ours: Sequence[Figure], x: Specification, words: bool = True) -> list[Specification]:
    """Periods without a number: a grey band, and why."""
    rows = [{"x": figure.middle, "why": missing(figure.status)} for figure in ours if figure.value is None]
    if not rows:
        return []
    band = {"type": "rule", "color": MUTED, "opacity": 0.16, "strokeWidth": 15 if words else 8}
    layers = [layer("no_number", rows, band, {"x": x})]
    if words:
        text = {"type": "text", "angle": -90, "y": {"expr": "height / 2"}, "fontSize": 12, "color": MUTED}
        layers.append(layer("no_number_why", rows, text, {"x": x, "text": {"field": "why"}}))
    return layers


def _period_labels(ours: Sequence[Figure], x: Specification) -> Specification:
    """The names of some periods below the chart, the newest always among them, none over another."""
    named = {figure.middle: short_period(figure.period, figure.end) for figure in ours}
    places = sorted(named)
    step = -(-(len(places) - 1) // (_LABELS - 1)) if len(places) > _LABELS else 1
    chosen = places[::-1][::step]
    far = (places[-1] - places[0]) / 8
    kept: list[float] = []
    for place in chosen:
        if not kept or kept[-1] - place >= far:
            kept.append(place)
    rows = [{"x": place, "t": named[place]} for place in kept]
    text = {"type": "text", "y": {"expr": "height + 15"}, "color": MUTED, "fontSize": 13}
    return layer("periods", rows, text, {"x": x, "text": {"field": "t"}})


def _point(figure: Figure, run: str) -> dict[str, Any]:
    row: dict[str, Any] = {"x": round(figure.middle, 3), "y": figure.value, "run": run}
    if figure.lower is not None and figure.upper is not None:
        row |= {"lo": figure.lower, "hi": figure.upper}
    return row


def _height(rows: Sequence[Mapping[str, Any]], ticks: int) -> Specification:
    return {"field": "y", "type": "quantitative", "axis": {"tickCount": ticks, "labelExpr": TICK}, "scale": {"zero": False, "nice": ticks}}


def _letters(text: str) -> int:
    """About how many pixels a text of 13 bold pixels takes, in a wide font."""
    return round(8.5 * len(text))


def _slack(figures: Iterable[Figure], decimals: int) -> int:
    """The same for the numbers of an axis."""
    return max((len(number(figure.value, decimals)) for figure in figures if figure.value is not None), default=0)


def layer(name: str, rows: Sequence[Mapping[str, Any]], mark: Specification, encoding: Specification) -> Specification:
    """One layer of marks with its own rows; the drawing keeps its name as the class of the group of marks."""
    return {"name": name, "data": {"values": list(rows)}, "mark": mark, "encoding": encoding}


def framed(specification: Specification, fit: bool = True) -> Specification:
    """The whole specification, in the look of all charts; with `fit`, as wide as it says with everything in it."""
    whole = {"$schema": "https://vega.github.io/schema/vega-lite/v6.json", "config": _CONFIG, **specification}
    if fit:
        whole["autosize"] = {"type": "fit", "contains": "padding"}
    return whole
