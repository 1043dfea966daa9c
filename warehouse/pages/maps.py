"""The map of wards as a Vega-Lite specification: each ward in one of five shades, from its fifth of lowest to its fifth of highest figures.

A ward without a figure has no shade. Refuses to draw a city with holes: where one ward has no boundary there is no map.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import Any

from warehouse.pages.charts import WIDTH, Specification, framed, layer
from warehouse.pages.series import Figure

SHADES = 5
_HEIGHT = 520
_NONE = "none"


@dataclass(frozen=True)
class Shade:
    """One class of the map: its number from 1, the lowest, and the lowest and highest figure in it."""

    number: int
    low: float
    high: float


def shades(wards: Sequence[Figure]) -> list[Shade]:
    """Classes of about as many wards each; wards of one figure share a class, so that there may be fewer than five."""
    numbers = sorted(ward.value for ward in wards if ward.value is not None)
    found: dict[int, tuple[float, float]] = {}
    for number in numbers:
        place = _place(number, numbers)
        low, _ = found.get(place, (number, number))
        found[place] = (low, number)
    return [Shade(place, low, high) for place, (low, high) in sorted(found.items())]


def ward_map(wards: Sequence[Figure], shapes: Mapping[str, Mapping[str, Any]]) -> Specification | None:
    """The map; None where a ward has no boundary. Shapes are GeoJSON, longitude before latitude."""
    if not wards or any(ward.area_code not in shapes for ward in wards):
        return None
    numbers = sorted(ward.value for ward in wards if ward.value is not None)
    rows = [
        {
            "type": "Feature",
            "geometry": _flat(shapes[ward.area_code]),
            "k": _NONE if ward.value is None else str(_place(ward.value, numbers)),
        }
        for ward in wards
    ]
    names = [_NONE, *(str(place) for place in range(1, SHADES + 1))]
    colours = ["var(--paper)", *(f"var(--shade-{place})" for place in range(1, SHADES + 1))]
    encoding = {"color": {"field": "k", "type": "nominal", "legend": None, "scale": {"domain": names, "range": colours}}}
    shape = {"type": "geoshape", "stroke": "var(--muted)", "strokeWidth": 0.6}
    one = layer("map", rows, shape, encoding)
    return framed({"width": WIDTH, "height": _HEIGHT, "padding": 3, "projection": {"type": "identity", "reflectY": True}, **one})


def _place(value: float, numbers: Sequence[float]) -> int:
    """The class of a figure, 1 to 5, by how many of the sorted figures lie below it."""
    return bisect_left(numbers, value) * SHADES // len(numbers) + 1


def _flat(shape: Mapping[str, Any]) -> dict[str, Any]:
    """Degrees as they lie on paper: a degree of longitude is shorter than one of latitude. Good enough for one city."""
    return {"type": shape["type"], "coordinates": _scaled(shape["coordinates"])}


def _scaled(given: Any) -> Any:
    if given and isinstance(given[0], int | float):
        return [round(given[0] * cos(radians(_LATITUDE)), 5), round(given[1], 5)]
    return [_scaled(one) for one in given]


_LATITUDE = 52.5  # the middle of England; a degree north or south of it moves a border by one part in fifty
