"""What the publisher announced is one step less severe, and only what it kept silent about is loud."""

from __future__ import annotations

from typing import Any

from expectations.change import Change, Severity
from tasks.changes.announced import weigh
from tasks.fetch.ees_changes import announced
from tasks.fetch.nomis_overview import announced as of_nomis

REMOVED = Change("column_removed", Severity.BREAKING, "The column ‘school_type’ is gone.", "school_type", "school_type")
CHANGELOG: dict[str, Any] = {
    "versionNumber": "2.0",
    "majorChanges": {
        "filters": [{"previousState": {"column": "school_type", "label": "School type", "id": "a1"}, "currentState": None}],
        "locationOptions": [
            {
                "level": {"code": "LA", "label": "Local authority"},
                "options": [
                    {
                        "previousState": {"label": "Barnsley", "code": "E08000016"},
                        "currentState": {"label": "Barnsley", "code": "E08000038"},
                    }
                ],
            }
        ],
        "timePeriods": [{"previousState": {"code": "AY", "label": "2016/17", "period": "2016/2017"}, "currentState": None}],
    },
}


def areas_recoded(codes: dict[str, list[str]]) -> Change:
    return Change(
        "area_recoded", Severity.BREAKING, "Areas have another code.", "new_la_code", evidence={"codes": codes, "count": len(codes)}
    )


def test_an_announced_removal_is_a_warning_and_says_who_announced_it_in_which_version() -> None:
    (change,) = weigh([REMOVED], announced(CHANGELOG), "DfE").changes
    assert change.severity == Severity.WARNING
    assert change.id == REMOVED.id
    assert "DfE announced in version 2.0: filter 'School type' removed" in change.what
    assert change.evidence["announced"]["severity_unannounced"] == "breaking"


def test_a_removal_that_nobody_announced_stays_breaking() -> None:
    silent = Change("column_removed", Severity.BREAKING, "The column ‘sex’ is gone.", "sex", "sex")
    assert weigh([silent], announced(CHANGELOG), "DfE").changes == (silent,)


def test_a_recoded_area_is_matched_by_its_codes() -> None:
    (change,) = weigh([areas_recoded({"E08000016": ["E08000038"]})], announced(CHANGELOG), "DfE").changes
    assert change.severity == Severity.WARNING


def test_of_two_recoded_areas_the_one_that_was_not_announced_keeps_the_change_loud() -> None:
    both = areas_recoded({"E08000016": ["E08000038"], "E08000019": ["E08000039"]})
    (change,) = weigh([both], announced(CHANGELOG), "DfE").changes
    assert change.severity == Severity.BREAKING
    assert "it did not announce ‘E08000019’" in change.what


def test_a_period_is_matched_by_what_it_means() -> None:
    gone = Change(
        "period_removed", Severity.WARNING, "The period ‘201617’ is gone.", "time_period", ["201617"], evidence={"periods": ["201617"]}
    )
    (change,) = weigh([gone], announced(CHANGELOG), "DfE").changes
    assert change.severity == Severity.INFO


def test_what_was_announced_and_not_seen_is_noted() -> None:
    weighed = weigh([REMOVED], announced(CHANGELOG), "DfE")
    assert any("Barnsley" in note for note in weighed.notes)


def test_without_announcements_nothing_changes() -> None:
    assert weigh([REMOVED], (), "DfE").changes == (REMOVED,)


def test_a_revision_that_nomis_states_is_announced_and_a_first_fetch_is_not_news() -> None:
    overview = {"lastrevised": "2025-10-01 09:30:00", "status": "Current (being actively updated)"}
    entries = of_nomis(overview, "lastupdated 2024-07-15 09:30:00; lastrevised 2024-07-15 09:30:00")
    assert [entry["kind"] for entry in entries] == ["history_revised"]
    assert of_nomis(overview, "") == []
    revised = Change("values_redefined", Severity.BREAKING, "Most values moved.", "OBS_VALUE")
    (change,) = weigh([revised], entries, "ONS (Nomis)").changes
    assert change.severity == Severity.WARNING and "figures revised on 2025-10-01" in change.what
