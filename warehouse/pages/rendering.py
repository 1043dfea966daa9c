"""From a Vega-Lite specification to inline SVG: drawn by vl-convert (Vega itself, without a browser), made small, and remembered.

A chart costs some 40 ms of CPU to draw and nothing to remember: drawings are kept under the hash of their specification, in a folder that may be
deleted at any time. Refuses data or pictures from elsewhere: a specification holds its data, and the renderer may load no address.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from markupsafe import Markup, escape

VERSION = 4  # of what is done to a drawing; part of its hash
_SVG = "{http://www.w3.org/2000/svg}"
_DRAWN = ("class", "d", "transform", "x", "y", "x2", "y2", "width", "height", "opacity")
_INHERITED = ("fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "text-anchor", "font-size", "font-weight")
_KEPT = frozenset([*_DRAWN, *_INHERITED])
_COORDINATES = ("d", "transform", "x", "y", "x2", "y2", "width", "height", "stroke-width")
_AS_IT_IS = {
    ("opacity", "1"),
    ("transform", "translate(0,0)"),
    ("font-weight", "normal"),
    ("text-anchor", "start"),
    ("x2", "0"),
    ("y2", "0"),
}
_MAP = "map"  # the marks of which outlines are drawn to whole pixels
_RING = re.compile(r"M[^M]*")
_POINT = re.compile(r"(-?[\d.]+),(-?[\d.]+)")
_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")


class Charts:
    """Draws specifications, each once. `drawn` and `remembered` say how many of either."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._used: set[str] = set()
        self.drawn = 0
        self.remembered = 0

    def svg(self, specification: Mapping[str, Any], says: str) -> Markup:
        """The drawing as inline SVG; `says` is what a reader hears who does not see it."""
        text = json.dumps(specification, sort_keys=True, default=str)
        name = hashlib.sha256(f"{VERSION} {_library()} {text}".encode()).hexdigest()[:32]
        self._used.add(f"{name}.svg")
        path = self._cache / f"{name}.svg"
        try:
            body = path.read_text(encoding="utf-8")
            self.remembered += 1
        except OSError:
            body = _drawn(text)
            self._remember(path, body)
            self.drawn += 1
        return Markup(body.replace("<svg ", f'<svg role="img" aria-label="{escape(says)}" ', 1))

    def forget_the_rest(self) -> None:
        """Remove the drawings that nothing asked for: of figures that changed, or that had to be forgotten."""
        for path in self._cache.glob("*.svg"):
            if path.name not in self._used:
                path.unlink(missing_ok=True)

    def _remember(self, path: Path, body: str) -> None:
        self._cache.mkdir(parents=True, exist_ok=True)
        aside = path.with_suffix(".part")
        aside.write_text(body, encoding="utf-8")
        aside.replace(path)


def small(svg: str) -> str:
    """The same drawing in a fraction of the bytes: nothing unseen, no attribute that says nothing, coordinates to a tenth of a pixel, and what all
    marks of a group have alike said once.
    """
    root = ElementTree.fromstring(svg)
    box = root.get("viewBox", "")
    _clean(root)
    root.attrib = {"class": "chart", "viewBox": box}
    return ElementTree.tostring(root, encoding="unicode")


def _clean(element: Element, outline: bool = False) -> bool:
    """Make an element small; whether anything of it can be seen. `outline`: it is an area of a map."""
    element.tag = element.tag.removeprefix(_SVG)
    element.tail = None
    element.attrib = dict(_attributes(element, outline))
    if element.tag in ("svg", "g"):
        element.text = None
        element[:] = [child for child in element if _clean(child, element.get("class") == _MAP)]
        if element.tag == "g":
            _say_once(element)
        return len(element) > 0
    if element.tag == "text":
        return bool((element.text or "").strip())
    return element.tag != "rect" and element.get("class") not in ("background", "foreground") and element.get("d") != ""


def _attributes(element: Element, outline: bool) -> Iterator[tuple[str, str]]:
    for name, value in element.attrib.items():
        if name not in _KEPT:
            continue
        if name == "d" and outline:
            value = _whole_pixels(value)
        elif name in _COORDINATES:
            value = _NUMBER.sub(_tenth, value)
        if name == "class":
            # The name that the specification gave the marks is all that is kept of a class: tests and styles go by it.
            value = next((word.removesuffix("_marks") for word in value.split() if word.endswith("_marks")), "")
        if value and (name, value) not in _AS_IT_IS:
            yield name, value


def _say_once(group: Element) -> None:
    """Move what all members say alike, and hand down to their own, up to the group."""
    for name in _INHERITED:
        said = {member.get(name) for member in group}
        if len(said) == 1 and None not in said and len(group) > 1:
            group.set(name, said.pop() or "")
            for member in group:
                del member.attrib[name]


def _whole_pixels(path: str) -> str:
    """The outline of an area to whole pixels, each point as a step from the one before: neighbours still meet, because they share their points."""
    rings = []
    for ring in _RING.findall(path):
        points = [(round(float(x)), round(float(y))) for x, y in _POINT.findall(ring)]
        kept = [point for place, point in enumerate(points) if place == 0 or point != points[place - 1]]
        steps = "".join(f"{x - left} {y - top}l" for (left, top), (x, y) in pairwise(kept))
        rings.append(f"M{kept[0][0]} {kept[0][1]}l{steps.removesuffix('l')}Z" if steps else "")
    return "".join(rings).replace(" -", "-")


def _tenth(found: re.Match[str]) -> str:
    shown = f"{float(found[0]):.1f}".removesuffix(".0")
    return "0" if shown == "-0" else shown


def _drawn(specification: str) -> str:
    import vl_convert

    return small(vl_convert.vegalite_to_svg(specification, allowed_base_urls=[]))


def _library() -> str:
    from importlib.metadata import version

    return version("vl-convert-python")
