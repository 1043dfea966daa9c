"""What the pages say, read from the published file in a few queries over everything.

Refuses to compute: a value, a comparison, a change or a verdict is the mart's own. A table that a publication does not have (nothing landed yet, or a
definition that could not be read) is read as empty.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import duckdb

from expectations.place import home_place
from warehouse.pages.series import Break, Figure
from warehouse.table import literal

Row = Mapping[str, Any]
CORE_CITY, NEIGHBOUR, COUNTRY, REGION = "core_city", "statistical_neighbour", "country", "region"
_ROLES = {COUNTRY: "country", REGION: "region", CORE_CITY: "core city", NEIGHBOUR: "similar authority"}
# The figures of the home area and of everyone it is compared with.
_FIGURES = """
    with shown as (
        select area_code from mart.comparators
        union select area_code from mart.statistical_neighbours
        union select {home}
    )
    select found.indicator, found.breakdown, found.area_code, found.area_name, found.period, found.period_start, found.period_end, found.value,
        found.lower_ci, found.upper_ci, found.status, found.marker, found.area_vintage
    from mart.indicator_values as found
    semi join shown using (area_code)
    order by found.indicator, found.breakdown, found.area_code, found.period_end, found.period_start"""
# The newest figures of the home area's own wards, as the official lookups name them, in the newest boundaries that have them.
_WARDS = """
    select found.indicator, found.breakdown, found.area_code, found.area_name, found.period, found.period_start, found.period_end, found.value,
        found.lower_ci, found.upper_ci, found.status, found.marker, found.area_vintage
    from mart.indicator_values as found
    where found.area_level = 'ward' and found.area_code in (select to_code from ons.area_lookup where to_level = 'ward')
    qualify dense_rank() over (partition by found.indicator order by found.period_end desc, found.area_vintage desc nulls last) = 1
    order by found.indicator, found.breakdown, found.value desc nulls last, found.area_name"""
_SHAPES = """
    select area_code, geometry from ons.boundaries where area_level = 'ward' and geometry is not null
    qualify area_vintage = max(area_vintage) over (partition by area_code)"""
_FIFTHS = """
    select area_code, cast(right(fifth, 1) as integer) as fifth from mart.ward_deprivation
    qualify edition = max(edition) over (partition by area_code)"""


@dataclass(frozen=True)
class Area:
    """An area that the home area is set beside, and as what: country, region, core_city, statistical_neighbour."""

    code: str
    name: str
    roles: frozenset[str]

    @property
    def is_country(self) -> bool:
        return COUNTRY in self.roles


@dataclass(frozen=True)
class Facts:
    """All that pages are made from. Mappings are by indicator, by dataset or by both, as their names say."""

    home_code: str
    home_name: str
    areas: Mapping[str, Area]
    indicators: Sequence[Row]
    breaks: Mapping[str, Sequence[Break]]
    figures: Mapping[str, Sequence[Figure]]  # of the home area and its comparators
    comparisons: Mapping[str, Sequence[Row]]
    changes: Mapping[str, Sequence[Row]]
    wards: Mapping[str, Sequence[Figure]]
    fifths: Mapping[str, int]  # ward -> fifth of deprivation, 1 the most deprived
    shapes: Mapping[str, Mapping[str, Any]]  # ward -> its boundary, GeoJSON
    inequality: Mapping[str, Sequence[Row]]
    sources: Mapping[str, Sequence[Row]]
    revisions: Mapping[str, Sequence[Row]]  # by dataset, of the home area
    strategy: Sequence[Row]
    aims: Sequence[Row]
    datasets: Sequence[Row]
    columns: Mapping[str, Sequence[Row]]
    checks: Mapping[str, Sequence[Row]]
    dataset_changes: Mapping[str, Sequence[Row]]
    vintages: Mapping[str, Sequence[Row]]
    parts: Mapping[str, Sequence[Row]]
    known_errors: Mapping[str, Sequence[Row]]
    withheld: Mapping[str, int]
    outcomes: Mapping[str, Row]  # the newest of each dataset
    runs: Sequence[Row]
    publication: Row = field(default_factory=dict)

    def codes_of(self, role: str) -> list[str]:
        """The areas in a role."""
        return [code for code, area in self.areas.items() if role in area.roles]

    def name_of(self, figure: Figure) -> str:
        """The usual name of a figure's area: publishers print it in several ways."""
        if figure.area_code == self.home_code:
            return self.home_name
        area = self.areas.get(figure.area_code)
        return area.name if area else figure.area_name

    def kind_of(self, code: str) -> str:
        """How an area is drawn: ours, country, region, core_city or neighbour."""
        if code == self.home_code:
            return "ours"
        roles = self.areas[code].roles if code in self.areas else frozenset()
        return next((role for role in (COUNTRY, REGION, CORE_CITY) if role in roles), "neighbour")

    def roles_of(self, code: str) -> str:
        """'core city, similar authority'."""
        roles = self.areas[code].roles if code in self.areas else frozenset()
        return ", ".join(words for role, words in _ROLES.items() if role in roles)


def read(connection: duckdb.DuckDBPyConnection) -> Facts:
    """Read everything. Raises `duckdb.Error` where the file is not one of ours."""
    has = _Reader(connection)
    place = home_place()
    # The file says for whom it was published; one without indicators does not, and then the setting does.
    named = has.rows("mart.comparators", "select area_code, area_name from mart.comparators where role = 'home'")
    code, name = (named[0]["area_code"], named[0]["area_name"]) if named else (place.code, place.name)
    home = literal(code)
    return Facts(
        home_code=code,
        home_name=name,
        areas=_areas(has, home),
        indicators=has.rows("mart.indicators", "from mart.indicators order by theme, title, indicator"),
        breaks={
            name: [Break(row["since"], row["reason"]) for row in rows]
            for name, rows in _by("indicator", has.rows("mart.breaks", "from mart.breaks order by indicator, since")).items()
        },
        figures=_figures(has.rows("mart.statistical_neighbours", _FIGURES.format(home=home))),
        comparisons=_by("indicator", has.rows("mart.indicator_comparisons", "from mart.indicator_comparisons order by period_end")),
        changes=_by("indicator", has.rows("mart.indicator_changes", _CHANGES.format(home=home))),
        wards=_figures(has.rows("ons.area_lookup", _WARDS)) if has.table("mart.indicator_values") else {},
        fifths={row["area_code"]: row["fifth"] for row in has.rows("mart.ward_deprivation", _FIFTHS)},
        shapes={row["area_code"]: json.loads(row["geometry"]) for row in has.rows("ons.boundaries", _SHAPES)},
        inequality=_by("indicator", has.rows("mart.ward_inequality", "from mart.ward_inequality order by period_end desc")),
        sources=_by("indicator", has.rows("mart.indicator_sources", "from mart.indicator_sources order by dataset, known_from desc")),
        revisions=_by("dataset", has.rows("mart.revisions", _REVISIONS.format(home=home))),
        strategy=has.rows("mart.strategy_figures", "from mart.strategy_figures order by number"),
        aims=has.rows("mart.strategy_aims", "from mart.strategy_aims order by kind desc, number"),
        datasets=has.rows("meta.datasets", "from meta.datasets order by dataset"),
        columns=_by("dataset", has.rows("meta.columns", "from meta.columns order by dataset, position")),
        checks=_by("dataset", has.rows("meta.checks", _CHECKS)),
        dataset_changes=_by("dataset", has.rows("meta.changes", _DATASET_CHANGES)),
        vintages=_by("dataset", has.rows("meta.vintages", "from meta.vintages order by known_from desc")),
        parts=_by("dataset", has.rows("meta.parts", _PARTS)),
        known_errors=_by("dataset", has.rows("meta.known_errors", "from meta.known_errors order by dataset, position")),
        withheld={row["dataset"]: row["cells"] for row in has.rows("meta.withheld", _WITHHELD)},
        outcomes={row["dataset"]: row for row in has.rows("meta.outcomes", _OUTCOMES)},
        runs=has.rows("meta.runs", "from meta.runs order by started desc limit 1"),
        publication=next(iter(has.rows("meta.publication", "from meta.publication")), {}),
    )


_CHANGES = "from mart.indicator_changes where area_code = {home} order by period_end desc"
_REVISIONS = "from mart.revisions where area_code = {home} order by revised_at desc, abs(moved) desc nulls last"
# The rules as they were judged when each dataset was last judged.
_CHECKS = """
    select checks.* exclude (detail), cast(json_extract(detail, '$.unexpected_count') as bigint) as unexpected_count,
        json_extract_string(detail, '$.because') as because, json_extract_string(detail, '$.rows_judged') as rows_judged
    from meta.checks as checks
    qualify run = max(run) over (partition by dataset)
    order by dataset, success, position"""
_DATASET_CHANGES = """
    select changes.run, changes.dataset, changes.change_id, changes.kind, changes.severity, changes.what, runs.started
    from meta.changes as changes left join meta.runs as runs using (run)
    order by runs.started desc, changes.position"""
_PARTS = """
    select parts.*, snapshots.origin
    from meta.parts as parts
    join meta.datasets as datasets on datasets.dataset = parts.dataset and datasets.snapshot_id = parts.snapshot_id
    left join meta.snapshots as snapshots on snapshots.dataset = parts.dataset and snapshots.snapshot_id = parts.snapshot_id
    order by parts.dataset, parts.part"""
_WITHHELD = "select dataset, sum(cells)::bigint as cells from meta.withheld group by all"
_OUTCOMES = """
    select outcomes.*, runs.finished, runs.origin
    from meta.outcomes as outcomes join meta.runs as runs using (run)
    qualify row_number() over (partition by dataset order by runs.started desc) = 1"""


class _Reader:
    """Queries of a file that may lack a table."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        listed = connection.execute(
            """select schema_name || '.' || table_name from duckdb_tables() where not internal
               union all select schema_name || '.' || view_name from duckdb_views() where not internal"""
        )
        self._tables = {row[0] for row in listed.fetchall()}

    def table(self, name: str) -> bool:
        return name in self._tables

    def rows(self, needed: str, query: str) -> list[dict[str, Any]]:
        """The rows as mappings; none where the table is not there."""
        if needed not in self._tables:
            return []
        found = self._connection.execute(query)
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _areas(has: _Reader, home: str) -> dict[str, Area]:
    """Whom the home area is set beside; an area may be a core city and a statistical neighbour at once."""
    roles: dict[str, set[str]] = defaultdict(set)
    names: dict[str, str] = {}
    listed = has.rows("mart.comparators", f"from mart.comparators where role <> 'home' and area_code <> {home} order by role, area_name")
    neighbours = has.rows(
        "mart.statistical_neighbours", f"select {literal(NEIGHBOUR)} as role, * from mart.statistical_neighbours order by rank"
    )
    for row in [*listed, *neighbours]:
        roles[row["area_code"]].add(row["role"])
        names.setdefault(row["area_code"], row["area_name"])
    return {code: Area(code, names[code], frozenset(found)) for code, found in roles.items()}


def _figures(rows: Sequence[Row]) -> dict[str, list[Figure]]:
    """Figures by indicator. One without days cannot stand on a time axis and is left to the tables of the file."""
    found: dict[str, list[Figure]] = defaultdict(list)
    for row in rows:
        if isinstance(row["period_start"], date) and isinstance(row["period_end"], date):
            found[row["indicator"]].append(
                Figure(
                    breakdown=row["breakdown"],
                    area_code=row["area_code"],
                    area_name=row["area_name"] or row["area_code"],
                    period=row["period"],
                    start=row["period_start"],
                    end=row["period_end"],
                    value=row["value"],
                    lower=row["lower_ci"],
                    upper=row["upper_ci"],
                    status=row["status"],
                    marker=row["marker"],
                    area_vintage=row["area_vintage"] or "",
                )
            )
    return dict(found)


def _by(key: str, rows: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row[key]].append(row)
    return dict(found)
