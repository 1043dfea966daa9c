"""What a message says: the consequence first, then what changed, then the commands; and that no publisher's text can break out of it."""

from __future__ import annotations

from dataclasses import replace

from tasks.alert.book import Book
from tasks.alert.message import Background, Message, compose
from tasks.alert.state import follow
from tasks.record import DatasetOutcome
from tests.alerting import DATASET, change, failed, held, landed, unchanged
from tests.unit.alert.test_alert_state import MORNING

BACKGROUND = Background(
    title="Pupil attendance",
    why="Attendance shows early where young people are losing their start.",
    owner="education-data",
    last_landed="2025-09-25T08:40:00+00:00",
    last_rows=5823,
    last_release="2.0",
)


def message(*outcomes: DatasetOutcome, background: Background = BACKGROUND, accepted: tuple[str, str] | None = None) -> Message:
    """The message of the last of these outcomes, each told before the next came."""
    book = Book()
    for outcome in outcomes:
        news = follow(book, outcome, "run-1", MORNING, accepted if outcome is outcomes[-1] else None)
        for alert in [one.alert for one in news.opened] if news else []:
            book.put(replace(alert, message="sent"))
    assert news
    return compose(news, background, "run-1")


def test_a_hold_opens_with_what_stays_in_service_and_ends_with_the_commands() -> None:
    said = message(held(change(what="The column ‘value’ is gone.", evidence={"home_touched": True}, id="3f9a1c20b7")))
    lines = said.text.splitlines()
    assert said.title == f"Held: {DATASET}: The column ‘value’ is gone"
    assert lines[0].startswith("The last good table (landed 25 Sep 2025, 5,823 rows, release 2.0) stays in service")
    text = " ".join(said.text.split())
    order = [
        "waits for your decision",
        "Birmingham's own rows are touched",
        "What it is for",
        "What changed:",
        "breaking: The column ‘value’ is gone",
    ]
    order += ["evidence changes 3f9a1c20b7", f'evidence accept {DATASET} --reason "…"', f'evidence decline {DATASET} --reason "…"']
    places = [text.index(part) for part in order]
    assert places == sorted(places)


def test_a_home_area_that_the_evidence_clears_is_said_to_be_clear() -> None:
    assert "Birmingham's own rows are not touched" in " ".join(message(held(change(evidence={"home_touched": False}))).text.split())
    assert "does not show whether Birmingham" in " ".join(message(held(change())).text.split())


def test_the_most_severe_comes_first_and_the_rest_is_counted() -> None:
    warnings = [change("column_added", "warning", id=f"w{number}", what=f"A new column ‘c{number}’.") for number in range(20)]
    said = message(held(*warnings, change(id="b", what="The key is gone.")))
    assert said.title == f"Held: {DATASET}: The key is gone (and 20 more)"
    items = [line for line in said.text.splitlines() if line.startswith("  - ")]
    assert items[0] == "  - breaking: The key is gone. [b]"
    assert len(items) == 9
    assert items[-1] == "  - and 13 more"
    assert len(said.facts["changes"]) == 21, "programs get all of them"
    assert said.chat.count("<li>") == 4, "chat gets three and a count"


def test_a_failure_says_what_was_found_and_what_to_do() -> None:
    said = message(failed("fetch.timeout", found="nothing in 4 attempts"))
    assert said.title == f"Failed: {DATASET}: The service did not answer in time"
    for part in (
        "stays in service; nothing new was landed",
        "found: nothing in 4 attempts",
        "where: https://",
        "To do:",
        f"evidence run {DATASET}",
    ):
        assert part in " ".join(said.text.split())
    assert "accept" not in said.text


def test_a_failed_check_names_the_rules_that_do_not_hold() -> None:
    results = [
        {
            "success": False,
            "sentence": "value is between 0 and 100",
            "because": "it is a percentage",
            "unexpected_count": 17,
            "severity": "critical",
        },
        {"success": True, "sentence": "period is never empty"},
    ]
    said = " ".join(message(failed("check.failed", found="1 rule", steps={"examine": 1.0}, checks={"results": results})).text.split())
    assert "critical: value is between 0 and 100, because it is a percentage (17 rows break it)" in said
    assert "never empty" not in said


def test_a_dataset_that_never_landed_promises_no_table() -> None:
    nothing = Background("Pupil attendance")
    assert message(held(), background=nothing).text.startswith("Nothing of this dataset is in service yet.")
    assert "Nothing of this dataset is in service yet" in message(failed(), background=nothing).text


def test_a_warning_that_landed_asks_for_no_decision() -> None:
    said = message(landed(change("marker_added", "warning", what="A new marker ‘c’.")))
    assert said.title == f"Changed: {DATASET}: A new marker ‘c’"
    assert "nothing waits for you" in said.text
    assert "accept" not in said.text and "decline" not in said.text


def test_the_end_of_a_hold_says_that_all_is_well() -> None:
    said = message(held(change(what="The column ‘value’ is gone.")), unchanged())
    assert (said.event, said.title) == ("resolved", f"Resolved: {DATASET}: all is well again")
    assert "nothing is left to do" in said.text
    assert "The column ‘value’ is gone." in said.text


def test_an_acceptance_names_the_person_and_the_reason() -> None:
    said = message(held(), landed(), accepted=("Ada Marsh", "renamed in 3.0"))
    assert (said.event, said.title) == ("accepted", f"Accepted: {DATASET}: what was held is in service")
    assert "Ada Marsh accepted what was held: “renamed in 3.0”." in " ".join(said.text.split())


def test_what_a_publisher_wrote_is_text_in_html_and_one_line_in_a_subject() -> None:
    nasty = "A column ‘<img src=x onerror=alert(1)>’ \r\nBcc: all@example.org & <!channel> came."
    said = message(held(change(what=nasty)))
    assert "<img" not in said.html and "<!channel>" not in said.chat
    assert "&lt;img src=x onerror=alert(1)&gt;" in said.html
    assert "\n" not in said.title and "\r" not in said.title
    assert "\nBcc" not in said.text


def test_the_id_is_the_same_for_the_same_news_and_another_for_other_news() -> None:
    first, again, other = message(held()), message(held()), message(held(change(id="other")))
    assert first.id == again.id
    assert first.id != other.id
    assert message(held(), unchanged()).id != first.id


def test_what_rests_on_the_dataset_stands_before_what_changed() -> None:
    rests = (("indicator", "School absence"), ("indicator", "Attendance"), ("table", "mart.x"), ("strategy figure", "pupils absent: 5"))
    said = message(held(change(what="The column ‘value’ is gone.")), background=replace(BACKGROUND, rests_on_it=rests))
    text = " ".join(said.text.split())
    assert "On it rest 2 indicators, 1 table, 1 strategy figure (first: School absence; Attendance)." in text
    assert text.index("On it rest") < text.index("What changed:")
    assert said.facts["rests_on_it"][0] == {"kind": "indicator", "title": "School absence"}
