"""What charts draw: a break for every break in range and no line across one, no point where there is no number, names as text and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import duckdb
import pytest

from warehouse.home import Home
from warehouse.pages import charts, dots, facts, maps, sections
from warehouse.pages.charts import Line
from warehouse.pages.dots import Dot
from warehouse.pages.rendering import Charts
from warehouse.pages.series import Break, Figure, letter_of, marks, segments
from warehouse.pages.view import View, view_of

pytestmark = [pytest.mark.xdist_group("sample"), pytest.mark.timeout(300)]
REFORM = Break(date(2018, 9, 1), "the count was reformed")
LINES = ("ours", "country", "region", "core_cities_median", "neighbours_median")
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>&amp;]]>"


def figure(year: int, value: float | None, **different: Any) -> Figure:
    """A figure of a school year that ends in `year`."""
    given = {"breakdown": "all", "area_code": "E08000025", "area_name": "Birmingham", "period": f"{year - 1}/{year % 100}"}
    return Figure(**{**given, "start": date(year - 1, 9, 1), "end": date(year, 8, 31), "value": value, **different})


@pytest.fixture(scope="module")
def drawing(tmp_path_factory: pytest.TempPathFactory) -> Charts:
    return Charts(tmp_path_factory.mktemp("charts"))


@pytest.fixture(scope="module")
def sample(sample_home: Home) -> Iterator[facts.Facts]:
    with duckdb.connect(str(sample_home.database), read_only=True) as connection:
        yield facts.read(connection)


def drawn(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def group(svg: str, name: str) -> list[ElementTree.Element]:
    """The marks of the groups that the specification gave this name, or this name and the number of a small chart."""
    return [mark for one in drawn(svg).iter("g") if re.fullmatch(rf"{name}(_\d+)?", one.get("class", "")) for mark in one]


def places(element: ElementTree.Element) -> list[float]:
    """Where an element stands from left to right: the x of its translation, or of every point of its path."""
    if moved := re.match(r"translate\(([-\d.]+)", element.get("transform", "")):
        return [float(moved[1])]
    return [float(x) for x in re.findall(r"[ML]([-\d.]+),", element.get("d", ""))]


def lines_of(svg: str) -> list[list[float]]:
    """The x of the points of every line and every band's edge, piece by piece."""
    pieces = [piece for name in (*LINES, "band") for mark in group(svg, name) for piece in re.findall(r"M[^M]*", mark.get("d", ""))]
    return [[float(x) for x in re.findall(r"[ML]([-\d.]+),", piece)] for piece in pieces]


def test_a_break_is_drawn_for_every_break_in_range_and_no_line_crosses_it(sample: facts.Facts, drawing: Charts) -> None:
    checked = 0
    for definition in sample.indicators:
        view = view_of(sample, definition)
        expected = in_range(view)
        if not expected:
            continue
        section = sections.over_time(sample, view, drawing) or sections.panels(sample, view, drawing)
        assert section is not None, definition["indicator"]
        assert {(mark.since, mark.reason) for mark in section["marks"]} == expected, definition["indicator"]
        rules = [place for rule in group(section["svg"], "breaks") for place in places(rule)]
        letters = {letter.text for letter in group(section["svg"], "break_letters")}
        assert letters == {letter_of(place) for place in range(len(expected))}, definition["indicator"]
        if "rows" in section:  # one chart: small ones each have an axis of their own
            assert len(rules) == len(expected), definition["indicator"]
            for rule in rules:
                crossing = [piece for piece in lines_of(section["svg"]) if min(piece) < rule < max(piece)]
                assert not crossing, f"{definition['indicator']}: a line crosses the break at {rule}"
            assert sum("mark" in row for row in section["rows"]) == len(expected), "and the table behind it has a row for each"
        checked += len(expected)
    assert checked >= 20


def in_range(view: View) -> set[tuple[date, str]]:
    """The breaks that lie between two figures of a drawn series, told by the rule of mart.indicator_changes and not by ours."""
    found = set()
    for figures in view.home.values():
        starts = sorted(one.start for one in figures if one.value is not None)
        if view.lead == "all" and figures is not view.home["all"]:
            continue
        found |= {(one.since, one.reason) for one in view.breaks for before, after in pairwise(starts) if before < one.since <= after}
    return found


def test_small_charts_are_cut_where_they_break_each_by_its_own_data(drawing: Charts) -> None:
    home = {name: [figure(year, base + year % 10) for year in range(2016, 2022)] for name, base in (("low", 1.0), ("high", 50.0))}
    lettered = marks(home["low"], [REFORM])
    svg = drawing.svg(charts.panels(home, {}, [REFORM], lettered, 1), "two groups")
    assert [mark.text for mark in group(svg, "newest")] == ["2.0", "51.0"], "each group has its own numbers"
    assert len(group(svg, "breaks")) == 2
    assert len(lines_of(svg)) == 4, "two pieces for each of two groups"


def test_where_a_figure_is_withheld_there_is_no_point_and_the_reason_stands_there(drawing: Charts) -> None:
    ours = [
        figure(2016, 12.0),
        figure(2017, 11.0),
        figure(2018, None, status="suppressed", marker="c"),
        figure(2019, 9.0),
        figure(2020, 8.0),
    ]
    svg = drawing.svg(charts.over_time(ours, [], [], 1), "a series")
    assert len(group(svg, "points")) == 4 and len(group(svg, "no_number")) == 1
    assert [mark.text for mark in group(svg, "no_number_why")] == ["withheld"]
    (gap,) = [place for mark in group(svg, "no_number") for place in places(mark)]
    assert not [piece for piece in lines_of(svg) if min(piece) < gap < max(piece)], "no line across it"
    assert not [point for point in group(svg, "points") if abs(places(point)[0] - gap) < 1]


def test_a_withheld_area_has_no_dot_and_says_so(drawing: Charts) -> None:
    rows = [
        Dot("Birmingham", "ours", 5.0, 4.0, 6.0),
        Dot("Leeds", "core_city", None, status="suppressed"),
        Dot("Bristol", "core_city", 0.0),
    ]
    svg = drawing.svg(dots.dot_plot(rows, 1), "areas")
    assert len(group(svg, "dots")) == 2 and len(group(svg, "intervals")) == 1
    assert [mark.text for mark in group(svg, "numbers")] == ["5.0", "withheld", "0.0"]


def test_names_that_arrive_are_text_in_a_drawing_and_in_what_it_says(drawing: Charts) -> None:
    rows = [Dot(HOSTILE, "ours", 5.0), Dot("${alert(1)}' + datum", "core_city", 4.0), Dot("Leeds", "core_city", 3.0)]
    svg = drawing.svg(dots.dot_plot(rows, 1), HOSTILE)
    assert [mark.text for mark in group(svg, "names")] == [HOSTILE, "${alert(1)}' + datum", "Leeds"]
    assert {element.tag for element in drawn(svg).iter()} <= {"svg", "g", "text", "path", "line"}
    assert drawn(svg).get("aria-label") == HOSTILE


def ward(place: int, value: float | None) -> Figure:
    return figure(2020, value, area_code=f"E0500000{place}", area_name=f"Ward {place}", status=None if value is not None else "suppressed")


def square(place: int) -> dict[str, Any]:
    west = -1.9 + place / 100
    return {"type": "Polygon", "coordinates": [[[west, 52.4], [west + 0.01, 52.4], [west + 0.01, 52.41], [west, 52.41], [west, 52.4]]]}


def test_a_map_shades_wards_by_their_figures_and_not_those_that_are_withheld(drawing: Charts) -> None:
    found = [ward(place, value) for place, value in enumerate([10.0, 20.0, 30.0, 40.0, 50.0, None])]
    shown = maps.ward_map(found, {one.area_code: square(place) for place, one in enumerate(found)})
    assert shown is not None
    fills = [mark.get("fill") for mark in group(drawing.svg(shown, "a map"), "map")]
    assert fills == [*(f"var(--shade-{place})" for place in range(1, 6)), "var(--paper)"]
    assert [(shade.low, shade.high) for shade in maps.shades(found)] == [(value, value) for value in (10.0, 20.0, 30.0, 40.0, 50.0)]


def test_wards_of_one_figure_share_a_shade_and_a_city_with_a_hole_is_not_drawn() -> None:
    same = [ward(place, 0.0 if place < 5 else 7.0) for place in range(6)]
    assert [(shade.low, shade.high) for shade in maps.shades(same)] == [(0.0, 0.0), (7.0, 7.0)]
    assert maps.ward_map(same, {one.area_code: square(0) for one in same[:-1]}) is None
    assert maps.shades([ward(0, None)]) == [] and maps.ward_map([], {}) is None


def test_two_areas_of_one_name_are_two_rows(drawing: Charts) -> None:
    svg = drawing.svg(dots.dot_plot([Dot("St Mary", "ward", 5.0), Dot("St Mary", "ward", 3.0)], 1, dots.WARD_ROW), "wards")
    assert len({mark.get("transform") for mark in group(svg, "dots")}) == 2


def test_a_line_of_one_point_is_a_dot(drawing: Charts) -> None:
    ours = [figure(year, float(year % 10)) for year in (2018, 2019, 2020)]
    country = Line("country", [figure(year, 5.0) for year in (2018, 2019, 2020)])
    svg = drawing.svg(charts.over_time(ours, [country], [REFORM], 1), "a series")
    assert len(group(svg, "country_alone")) == 1 and len(group(svg, "points")) == 3


@pytest.mark.parametrize(
    ("values", "pieces"),
    [
        ({2017: 1.0, 2018: 2.0, 2019: 3.0, 2020: 4.0}, [2, 2]),
        ({2017: 1.0, 2018: None, 2019: 3.0, 2020: 4.0}, [1, 2]),
        ({2017: 1.0, 2018: 2.0, 2019: None, 2020: 4.0}, [2, 1]),
        ({2019: 1.0, 2020: 2.0}, [2]),
        ({2018: None, 2019: None}, []),
    ],
)
def test_a_series_is_cut_at_breaks_and_at_periods_without_a_number(values: Mapping[int, float | None], pieces: list[int]) -> None:
    assert [len(run) for run in segments([figure(year, value) for year, value in values.items()], [REFORM])] == pieces


def test_a_mark_stands_between_the_periods_that_it_parts() -> None:
    census = [
        figure(2018, 1.0, start=date(2018, 1, 1), end=date(2018, 12, 31)),
        figure(2019, 2.0, start=date(2019, 1, 1), end=date(2019, 12, 31)),
    ]
    (early,) = marks(census, [Break(date(2018, 2, 1), "within the year before")])
    assert census[0].middle < early.at < census[1].middle
    assert not marks(census, [Break(date(2020, 1, 1), "later")]) and not marks(census, [Break(date(2018, 1, 1), "at its beginning")])


def test_a_chart_is_drawn_once_and_forgotten_when_nothing_asks_for_it(tmp_path: Path) -> None:
    first, again, less = Charts(tmp_path), Charts(tmp_path), Charts(tmp_path)
    one, two = (charts.over_time([figure(2018, 1.0), figure(2019, value)], [], [], 1) for value in (2.0, 3.0))
    shown = [first.svg(one, "one"), first.svg(two, "two")]
    assert (first.drawn, first.remembered) == (2, 0) and shown[0] != shown[1]
    assert [again.svg(one, "one"), again.svg(two, "two")] == shown
    assert (again.drawn, again.remembered) == (0, 2)
    less.svg(one, "one")
    less.forget_the_rest()
    assert len(list(tmp_path.iterdir())) == 1
