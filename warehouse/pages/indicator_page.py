"""The page of one indicator: what it means, how it stands, its charts with the table behind each, its caveats, and where every number comes from."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from warehouse.home import PROJECT
from warehouse.pages import sections, wording
from warehouse.pages.facts import COUNTRY, Facts, Row
from warehouse.pages.rendering import Charts
from warehouse.pages.templating import Templates
from warehouse.pages.view import view_of


def page(facts: Facts, definition: Row, drawing: Charts, templates: Templates) -> str:
    """The page as HTML."""
    view = view_of(facts, definition)
    country = view.of_role(facts, COUNTRY)
    return templates.render(
        "one_indicator.html",
        "../",
        facts=facts,
        definition=definition,
        view=view,
        headline=wording.headline(definition, facts.home_name, view.newest, country, view.wards, view.largest_groups()),
        change=wording.change_said(view.change(facts), view.unit, view.decimals),
        comparison=view.comparisons.get(view.newest.period) if view.newest else None,
        over_time=sections.over_time(facts, view, drawing),
        panels=sections.panels(facts, view, drawing),
        beside=sections.beside(facts, view, drawing),
        groups=sections.groups(facts, view, drawing),
        wards=sections.wards(facts, view, drawing),
        breaks_outside=view.breaks_outside(),
        hidden=view.hidden(),
        sources=_sources(facts, definition),
        revisions=[row for dataset in _datasets(definition) for row in facts.revisions.get(dataset, ())],
        strategy=[row for row in facts.strategy if row["indicator"] == definition["indicator"]],
        aims=_aims(definition),
        query=_query(definition["indicator"]),
        computing=_computing(definition),
    )


def _sources(facts: Facts, definition: Row) -> list[dict[str, Any]]:
    """Each dataset that it is made from: its vintages here, its licence, its files."""
    states = {row["dataset"]: row for row in facts.datasets}
    used: dict[str, list[Row]] = defaultdict(list)
    for row in facts.sources.get(definition["indicator"], ()):
        used[row["dataset"]].append(row)
    return [
        {"dataset": name, "state": states.get(name), "vintages": used.get(name, []), "parts": facts.parts.get(name, ())}
        for name in _datasets(definition)
    ]


def _datasets(definition: Row) -> list[str]:
    return [name for name in (definition["datasets"] or "").split(", ") if name]


def _aims(definition: Row) -> list[tuple[str, str]]:
    """('principle', '3. Nurture and support …'), as the strategy words them."""
    return [
        (kind, aim.strip())
        for kind, text in (("Principle", definition["principles"]), ("Challenge", definition["challenges"]))
        for aim in (text or "").split(";")
        if aim.strip()
    ]


def _query(name: str) -> str:
    """The question that gives the home area's numbers on the page."""
    return (
        "select period, breakdown, value, lower_ci, upper_ci, status\n"
        "from mart.indicator_values\n"
        f"where indicator = '{name}' and area_code = mart.home_area()\n"
        "order by breakdown, period_end"
    )


def _computing(definition: Row) -> str:
    """The SQL that computes the indicator; '' where the checkout does not have it (pages of another version's file)."""
    folder = (PROJECT / "warehouse" / "indicators").resolve()
    path = (PROJECT / (definition["computed_with"] or "")).resolve()
    return path.read_text(encoding="utf-8").strip() if path.is_relative_to(folder) and path.suffix == ".sql" and path.is_file() else ""
