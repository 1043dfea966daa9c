"""Dot plots as Vega-Lite specifications: areas beside each other, groups, wards, each with its interval and its number.

Where there is no number there is no dot: the reason stands in the number's place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from warehouse.pages.charts import INK, OURS, TICK, WIDTH, Specification, framed, layer
from warehouse.pages.numbers import missing, number

ROW = 20  # height of one area or group, pixels
WARD_ROW = 15


@dataclass(frozen=True)
class Dot:
    """One row of a dot plot. `kind` gives its look: ours, country, region, core_city, neighbour, group, fifth-1 to fifth-5, ward."""

    name: str
    kind: str
    value: float | None
    lower: float | None = None
    upper: float | None = None
    status: str | None = None
    other: float | None = None  # the same of the country, where groups are shown


def dot_plot(dots: Sequence[Dot], decimals: int, height: int = ROW, reference: float | None = None) -> Specification:
    """Areas or groups in rows, in the order given: a dot, its interval, its number; `reference` is a vertical line (the whole city).

    Needs one number at least.
    """
    rows = [{"i": place, **_row(dot, decimals)} for place, dot in enumerate(dots)]
    numbers = [one for dot in dots for one in (dot.value, dot.lower, dot.upper, dot.other, reference) if one is not None]
    axis = {"orient": "top", "tickCount": 5, "labelExpr": TICK}
    x = {"field": "v", "type": "quantitative", "axis": axis, "scale": {"domain": _domain(numbers), "nice": False}}
    y = {"field": "i", "type": "ordinal", "axis": None, "scale": {"domain": list(range(len(rows))), "paddingOuter": 0.1}}
    layers = []
    if reference is not None:
        layers.append(layer("reference", [{"v": reference}], {"type": "rule", "color": OURS, "strokeDash": [4, 3]}, {"x": x}))
    if bars := [row for row in rows if "lo" in row]:
        ends = {"x": {**x, "field": "lo"}, "x2": {"field": "hi"}, "y": y, **_coloured("stroke")}
        layers.append(layer("intervals", bars, {"type": "rule", "strokeWidth": 2.5, "opacity": 0.45}, ends))
    if others := [row for row in rows if "o" in row]:
        diamond = {"type": "point", "shape": "diamond", "filled": False, "size": 38, "stroke": INK, "strokeWidth": 1.3}
        layers.append(layer("others", others, diamond, {"x": {**x, "field": "o"}, "y": y}))
    point = {"type": "point", "size": 62 if height >= ROW else 36, "opacity": 1, "strokeWidth": 1.5}
    colours = {**_coloured("fill", hollow="var(--paper)"), **_coloured("stroke")}
    layers.append(layer("dots", [row for row in rows if "v" in row], point, {"x": x, "y": y, **colours}))
    words = {
        "type": "text",
        "fontSize": 13 if height >= ROW else 12,
        "fontWeight": {"expr": "datum.k == 'ours' ? 700 : 400"},
        "color": {"expr": f"datum.k == 'ours' ? '{OURS}' : '{INK}'"},
    }
    layers.append(layer("names", rows, {**words, "align": "right", "x": -8}, {"y": y, "text": {"field": "n"}}))
    layers.append(layer("numbers", rows, {**words, "align": "left", "x": {"expr": "width + 8"}}, {"y": y, "text": {"field": "t"}}))
    return framed({"width": WIDTH, "height": height * len(rows) + 30, "padding": _room(rows), "layer": layers})


def _row(dot: Dot, decimals: int) -> dict[str, Any]:
    if dot.value is None:
        return {"n": dot.name, "k": dot.kind, "t": missing(dot.status)}
    row: dict[str, Any] = {"n": dot.name, "k": dot.kind, "v": dot.value, "t": number(dot.value, decimals)}
    if dot.lower is not None and dot.upper is not None:
        row |= {"lo": dot.lower, "hi": dot.upper}
    if dot.other is not None:
        row["o"] = dot.other
    return row


def _coloured(channel: str, hollow: str = "") -> Specification:
    """The colour of a row by its kind; with `hollow`, what fills those that are drawn as rings."""
    colours = {
        "ours": OURS, "country": INK, "region": "var(--region)", "core_city": "var(--city)", "neighbour": "var(--city)", "group": OURS,
        "ward": OURS, **{f"fifth-{place}": f"var(--fifth-{place})" for place in range(1, 6)},
    }  # fmt: skip
    if hollow:
        colours["neighbour"] = hollow
    return {channel: {"field": "k", "type": "nominal", "legend": None, "scale": {"domain": list(colours), "range": list(colours.values())}}}


def _domain(numbers: Sequence[float]) -> list[float]:
    low, high = (min(numbers), max(numbers)) if numbers else (0.0, 1.0)
    room = 0.04 * (high - low) or max(abs(high) * 0.1, 0.5)
    return [max(low - room, 0.0) if low >= 0 else low - room, high + room]


def _room(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Padding: a reader's font may be a sixth wider than the one that Vega measures with."""
    longest = {name: max((len(str(row[name])) for row in rows), default=0) for name in ("n", "t")}
    return {"left": 3 + longest["n"], "right": 3 + longest["t"], "top": 3, "bottom": 3}
