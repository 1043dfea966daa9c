"""A person accepts or declines change by change: the contract moves with the last one, and what was decided lasts while the source shows the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from expectations.change import Change, Severity
from expectations.contract import Acceptance
from expectations.contract import load as load_contract
from expectations.errors import EvidenceError
from tasks.accept import find, waiting
from tasks.decisions import accepted_parts, covers, keep_only, remember
from tasks.record import read_hold
from tests.arriving import DATASET, Visits, acted, rows
from warehouse.home import Home

HOLD = 'policy: {category_added: {do: hold, reason: "look at kinds"}, column_added: {do: hold, reason: "look at columns"}}'
WIDER = "library,kind,year,visits,loans"
CHANGED = [(*row[:1], "mobile" if row[0] == "Library 007" else row[1], *row[2:], str(number % 7)) for number, row in enumerate(rows())]


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Visits:
    """A release held for two changes, of which a person accepts one; then a newer release that shows the same two."""
    visits = Visits(tmp_path_factory.mktemp("parts"), HOLD)
    visits.first(rows())
    visits.held = visits.arrive(CHANGED, WIDER)  # type: ignore[attr-defined]
    visits.ids = {str(change["kind"]): str(change["id"]) for change in visits.held.changes if change["action"] == "hold"}  # type: ignore[attr-defined]
    visits.contract = load_contract(DATASET, visits.folder / "accepted")  # type: ignore[attr-defined]
    visits.part = visits.accept_part(visits.ids["column_added"], reason="loans are new")  # type: ignore[attr-defined]
    return visits


def test_the_rest_still_holds_and_the_contract_is_as_it_was(parts: Visits) -> None:
    part = parts.part  # type: ignore[attr-defined]
    assert [change["kind"] for change in part.rest] == ["category_added"] and part.record is None
    assert load_contract(DATASET, parts.folder / "accepted") == parts.contract  # type: ignore[attr-defined]
    hold = read_hold(parts.home, DATASET)
    assert hold and {change["kind"]: change["action"] for change in hold.changes if change["action"] != "evolve"} == {
        "category_added": "hold",
        "column_added": "accepted",
    }


def test_an_id_is_found_and_one_that_waits_nowhere_is_refused(parts: Visits) -> None:
    assert find(parts.home, [parts.ids["category_added"]]) == {DATASET: (parts.ids["category_added"],)}  # type: ignore[attr-defined]
    with pytest.raises(EvidenceError) as refused:
        find(parts.home, ["0000000000"])
    assert refused.value.code == "accept.unknown_change"
    with pytest.raises(EvidenceError) as refused:
        parts.accept_part("0000000000")
    assert refused.value.code == "accept.unknown_change"


def test_a_newer_snapshot_keeps_the_acceptance_and_the_last_one_writes_every_reason(parts: Visits) -> None:
    newer = parts.arrive([*CHANGED, ("Library 200", "branch", "2024", "1234567", "3")], WIDER)
    assert newer.status == "held" and acted(newer) == {"column_added": "accepted", "category_added": "hold"}
    part = parts.accept_part(parts.ids["category_added"], reason="a van since May")  # type: ignore[attr-defined]
    assert part.record and part.record.outcomes[0].status == "landed" and not part.rest
    contract = load_contract(DATASET, parts.folder / "accepted")
    assert contract and contract.reason == "loans are new; a van since May"
    assert [(change.kind, change.person, change.reason) for change in contract.changes] == [
        ("column_added", "Ada Marsh", "loans are new"),
        ("category_added", "Ada Marsh", "a van since May"),
    ]
    assert accepted_parts(parts.home, DATASET) == {} and read_hold(parts.home, DATASET) is None


def test_what_the_publisher_takes_back_is_asked_about_again(home: Home) -> None:
    seen, gone = (Acceptance(id, "column_added", "warning", "It came.", "Ada", "2026-01-01", "right", "s1") for id in ("a", "b"))
    remember(home, DATASET, [seen, gone])
    keep_only(home, DATASET, {"a", "c"})
    assert accepted_parts(home, DATASET) == {"a": seen}


@pytest.mark.parametrize(
    ("kind", "severity", "what", "covered"),
    [
        ("column_added", Severity.WARNING, "Said in other words.", True),
        ("column_added", Severity.BREAKING, "It came.", False),
        ("rows_fell", Severity.WARNING, "It came.", True),
        ("rows_fell", Severity.WARNING, "Many more are gone.", False),
    ],
)
def test_an_acceptance_covers_what_a_person_saw(kind: str, severity: Severity, what: str, covered: bool) -> None:
    accepted = Acceptance("a", kind, "warning", "It came.", "Ada", "2026-01-01", "right", "s1")
    assert covers(accepted, Change(kind, severity, what)) is covered


def test_a_warning_that_landed_waits_to_be_accepted_and_then_is_no_news(tmp_path: Path) -> None:
    visits = Visits(tmp_path)
    visits.first(rows())
    wider = [(*row, str(number)) for number, row in enumerate(rows())]
    assert acted(visits.arrive(wider, WIDER)) == {"column_added": "evolve"}
    found = waiting(visits.home, DATASET)
    assert found and not found.held and [change["kind"] for change in found.changes] == ["column_added"]
    assert visits.accept().outcomes[0].status == "unchanged"
    assert waiting(visits.home, DATASET) is None
    assert "examine" not in visits.arrive(wider, WIDER).steps, "the same bytes under the contract that they landed under"
    assert acted(visits.arrive([*wider, ("Library 200", "branch", "2024", "1234567", "3")], WIDER)) == {}
