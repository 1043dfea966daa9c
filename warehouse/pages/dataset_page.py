"""The page of one dataset: how it stands, what was fetched when, the contract, the rules and how they were judged, changes, vintages, columns."""

from __future__ import annotations

from pathlib import Path

from expectations.contract import Contract, load
from warehouse.pages.facts import Facts, Row
from warehouse.pages.templating import Templates

MOST_PARTS = 25  # files that are listed one by one
MOST_CHANGES = 25


def page(facts: Facts, row: Row, templates: Templates, accepted: Path) -> str:
    """The page as HTML; `accepted` is the folder of the contracts."""
    name = row["dataset"]
    used_by = [one for one in facts.indicators if name in (one["datasets"] or "").split(", ")]
    checks = facts.checks.get(name, ())
    return templates.render(
        "one_dataset.html",
        "../",
        facts=facts,
        row=row,
        contract=_contract(name, accepted),
        outcome=facts.outcomes.get(name),
        checks=checks,
        failed=sum(not check["success"] for check in checks),
        changes=facts.dataset_changes.get(name, ())[:MOST_CHANGES],
        more_changes=max(len(facts.dataset_changes.get(name, ())) - MOST_CHANGES, 0),
        vintages=facts.vintages.get(name, ()),
        parts_list=facts.parts.get(name, ())[:MOST_PARTS],
        more_parts=max(len(facts.parts.get(name, ())) - MOST_PARTS, 0),
        columns=facts.columns.get(name, ()),
        known_errors=facts.known_errors.get(name, ()),
        withheld=facts.withheld.get(name, 0),
        revisions=facts.revisions.get(name, ())[:MOST_CHANGES],
        used_by=used_by,
    )


def _contract(dataset: str, accepted: Path) -> Contract | None:
    """The accepted contract; None where there is none, or none that this version can read."""
    try:
        return load(dataset, accepted)
    except (ValueError, KeyError, TypeError):
        return None
