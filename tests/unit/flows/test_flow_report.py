"""The page of a run, from its record alone: everything a person needs, and nothing that arrived can become markup."""

from __future__ import annotations

from typing import Any

from expectations.errors import EvidenceError
from flows.report import markdown, reason, summary
from tasks.record import DatasetOutcome, RunRecord

CHANGE: dict[str, Any] = {
    "id": "0" * 10,
    "kind": "column_removed",
    "severity": "breaking",
    "what": "The column | `x` | is gone",
    "evidence": {},
}
LANDED = DatasetOutcome("ons.population", "landed", rows=7128, release="2026-07-01", steps={"fetch": 1.26})
HELD = DatasetOutcome("dfe.pupil_attendance", "held", changes=(CHANGE, {**CHANGE, "severity": "info", "what": "more rows"}))


def _failed(found: str) -> DatasetOutcome:
    return DatasetOutcome("mhclg.deprivation", "failed", error=EvidenceError("check.failed", found=found, where="tidy").as_dict())


def _record(*outcomes: DatasetOutcome, published: dict[str, Any] | None = None) -> RunRecord:
    names = tuple(outcome.dataset for outcome in outcomes)
    return RunRecord("r", "2026-07-01T08:35:00+00:00", "2026-07-01T08:36:00+00:00", "live", "prefect", names, outcomes, published)


def test_the_worst_is_counted_first() -> None:
    assert summary([LANDED, HELD, _failed("x")]) == "1 failed, 1 held, 1 landed"
    assert summary([]) == "nothing to do"


def test_the_reason_of_a_hold_is_its_breaking_changes() -> None:
    assert reason(HELD) == "The column | `x` | is gone"
    assert reason(LANDED) == ""
    assert reason(_failed("3 rows")) == "A rule of the declaration does not hold [check.failed]: 3 rows"


def test_the_page_has_one_row_a_dataset_the_worst_first() -> None:
    page = markdown(_record(LANDED, HELD, _failed("3 rows"), published={"seconds": 1.0}))
    rows = [line.split("|")[1].strip() for line in page.splitlines() if line.startswith("| `")]
    assert rows[:3] == ["`mhclg.deprivation`", "`dfe.pupil_attendance`", "`ons.population`"]
    assert "7,128" in page
    assert "fetch 1.3 s" in page


def test_times_are_those_of_london() -> None:
    assert "01 Jul 2026 09:35:00" in markdown(_record(LANDED))


def test_a_hold_says_what_stays_and_what_to_do() -> None:
    page = markdown(_record(HELD))
    assert "the last good table stays" in page
    assert 'evidence accept dfe.pupil_attendance --reason "…"' in page


def test_a_publish_that_failed_is_said() -> None:
    page = markdown(_record(LANDED, published={"error": EvidenceError("publish.failed", found="no room").as_dict()}))
    assert "not published" in page
    assert "no room" in page


def test_what_arrived_is_text_and_no_markup() -> None:
    page = markdown(
        _record(_failed("<script>alert(1)</script> [here](http://example.org) ![x](http://example.org/x.png)\n# a head | a cell"))
    )
    assert "<script>" not in page
    assert "](http" not in page.replace("\\](", "")
    assert "\n# a head" not in page


def test_many_changes_are_cut_and_counted() -> None:
    many = tuple({**CHANGE, "what": f"change {number}"} for number in range(40))
    page = markdown(_record(DatasetOutcome("ons.population", "held", changes=many)))
    assert "change 11 " in page
    assert "change 12 " not in page
    assert "and 28 more" in page


def test_failed_rules_are_listed_with_their_reason() -> None:
    checks = {
        "results": [
            {"sentence": "`value` is at least 0", "success": False, "severity": "critical", "unexpected_count": 3, "because": "a count"},
            {"sentence": "`unit` is filled", "success": True, "severity": "critical"},
        ]
    }
    page = markdown(_record(DatasetOutcome("ons.population", "failed", checks=checks)))
    assert "| `value` is at least 0 | critical | 3 | a count |" in page
    assert "`unit` is filled" not in page
