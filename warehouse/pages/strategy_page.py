"""The page of the strategy: each figure that it printed, beside what the open data give then and now, with a verdict and its reason."""

from __future__ import annotations

from warehouse.pages.facts import Facts, Row
from warehouse.pages.templating import Templates

VERDICTS = {
    "reproduced": "the open data give the printed figure",
    "near": "close to it, not equal",
    "differs": "the open data give another figure",
    "definition unclear": "the strategy does not say which of several measures it means",
    "not landed": "the data is open and not held here for that period",
    "not open": "no one publishes the data",
}


def page(facts: Facts, templates: Templates) -> str:
    """The page as HTML."""
    grouped: dict[str, list[Row]] = {}
    for row in facts.strategy:
        grouped.setdefault(row["theme"], []).append(row)
    counted = {verdict: sum(row["verdict"] == verdict for row in facts.strategy) for verdict in VERDICTS}
    known = {row["indicator"] for row in facts.indicators}
    return templates.render("strategy.html", "", facts=facts, themes=grouped, counted=counted, says=VERDICTS, known=known)
