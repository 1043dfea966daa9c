"""The first page (what needs a person, what was published, every indicator by theme) and the list of datasets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from expectations.declaration import THEMES
from warehouse.pages.attention import Attention, most_pressing_first
from warehouse.pages.facts import COUNTRY, Facts, Row
from warehouse.pages.templating import Templates
from warehouse.pages.view import view_of


def page(facts: Facts, templates: Templates, attention: Sequence[Attention], now: datetime | None) -> str:
    """The first page as HTML. `now` is when datasets stood as `attention` says."""
    return templates.render(
        "index.html",
        "",
        facts=facts,
        now=now,
        attention=most_pressing_first(attention),
        counts={
            "landed": sum(row["rows"] is not None for row in facts.datasets),
            "held": sum(row["held_since"] is not None for row in facts.datasets),
            "waiting": sum(row["rows"] is None for row in facts.datasets),
            "computed": sum(row["state"] == "computed" for row in facts.indicators),
            "late": sum(item.kind == "late" for item in attention),
            "failed": sum(item.kind == "failed" for item in attention),
        },
        themes=_themes(facts),
    )


def datasets_page(facts: Facts, templates: Templates) -> str:
    """The list of datasets as HTML."""
    publishers: dict[str, list[Row]] = {}
    for row in facts.datasets:
        publishers.setdefault(row["dataset"].split(".")[0], []).append(row)
    return templates.render("datasets.html", "", facts=facts, publishers=publishers)


def _themes(facts: Facts) -> list[tuple[str, list[dict[str, Any]]]]:
    """Themes in the order of the declarations, each with a line an indicator: its newest figure here, and the country's of the same period."""
    found: dict[str, list[dict[str, Any]]] = {theme: [] for theme in THEMES}
    for definition in facts.indicators:
        view = view_of(facts, definition)
        line = {"definition": definition, "view": view, "country": view.of_role(facts, COUNTRY)}
        found.setdefault(definition["theme"], []).append(line)
    return [(theme, rows) for theme, rows in found.items() if rows]
