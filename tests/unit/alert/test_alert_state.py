"""Which alerts a run opens and closes, and which of that people are told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tasks.alert.book import Alert, Book
from tasks.alert.state import FLAPPING, STAYS, News, follow
from tasks.record import DatasetOutcome
from tests.alerting import DATASET, EXAMINED, change, failed, held, landed, unchanged

MORNING = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)


class Days:
    """Runs of one dataset, one a day, with a channel that takes every message."""

    def __init__(self) -> None:
        self.book, self.now = Book(), MORNING

    def run(self, outcome: DatasetOutcome, days: float = 1, accepted: tuple[str, str] | None = None) -> News | None:
        self.now += timedelta(days=days)
        news = follow(self.book, outcome, "run", self.now, accepted)
        for alert in [one.alert for one in news.opened] if news else []:
            self.book.put(self._sent(alert))
        return news

    def state(self, subject: str) -> str:
        return self.book.alerts[f"{DATASET}/{subject}"].state

    def _sent(self, alert: Alert) -> Alert:
        from dataclasses import replace

        return replace(alert, message="sent")


@pytest.fixture
def days() -> Days:
    return Days()


def opened(news: News | None) -> dict[str, str]:
    """subject -> why it is told."""
    return {one.alert.subject: one.why for one in news.opened} if news else {}


def closed(news: News | None) -> list[str]:
    return [alert.subject for alert in news.closed] if news else []


GONE = change(id="gone")
CAME = change("column_added", "warning", id="came")
FELL = change("rows_fell", "warning", id="rows")


def test_a_change_is_told_once_however_often_it_is_seen(days: Days) -> None:
    assert opened(days.run(held(GONE))) == {"gone": "new"}
    assert [days.run(held(GONE, snapshot=f"s{day}")) for day in range(3, 8)] == [None] * 5


def test_a_change_of_severity_info_is_never_told(days: Days) -> None:
    assert days.run(landed(change("column_reordered", "info"), change("history_revised", "info", id="h"))) is None
    assert not days.book.alerts


def test_one_run_tells_all_its_changes_together(days: Days) -> None:
    assert opened(days.run(held(GONE, CAME, FELL))) == {"gone": "new", "came": "new", "rows": "new"}


def test_a_change_that_joins_a_hold_is_told_alone(days: Days) -> None:
    days.run(held(GONE))
    assert opened(days.run(held(GONE, CAME))) == {"came": "new"}


def test_the_publishers_fix_is_told_as_resolved_and_only_once(days: Days) -> None:
    days.run(held(GONE))
    assert closed(days.run(landed(snapshot="s3"))) == ["gone"]
    assert days.run(unchanged("s3")) is None
    assert days.state("gone") == "resolved"


def test_a_publisher_who_goes_back_to_what_had_landed_ends_the_hold(days: Days) -> None:
    days.run(landed(CAME, snapshot="s1"))
    days.run(held(GONE, CAME, snapshot="s2"))
    assert closed(days.run(unchanged("s1"))) == ["gone"]
    assert days.state("came") == "open", "it is in what had landed, too"


def test_a_run_that_did_not_look_resolves_nothing(days: Days) -> None:
    days.run(held(GONE))
    assert opened(days.run(failed())) == {"outage": "new"}
    assert closed(days.run(held(GONE))) == ["outage"]
    assert days.state("gone") == "open"
    days.run(failed("land.not_as_declared", steps=EXAMINED))
    assert days.state("gone") == "open", "a step that raised leaves no changes behind, and proves nothing"


def test_an_accepted_change_is_closed_as_accepted_with_the_reason(days: Days) -> None:
    days.run(held(GONE, CAME))
    just_accepted = change(id="gone", action="evolve", because="accepted by Ada: read")
    news = days.run(landed(just_accepted), accepted=("Ada", "read"))
    assert sorted(closed(news)) == ["came", "gone"]
    assert news and {(alert.state, alert.person, alert.reason) for alert in news.closed} == {("accepted", "Ada", "read")}


def test_what_was_told_of_one_release_is_over_when_it_has_landed_and_nobody_hears_of_its_end(days: Days) -> None:
    assert opened(days.run(landed(FELL))) == {"rows": "new"}
    assert days.state("rows") == "passed"
    assert days.run(landed(snapshot="s3")) is None


def test_a_standing_change_that_landed_stays_open_until_it_is_gone(days: Days) -> None:
    days.run(landed(CAME, snapshot="s2"))
    assert days.run(unchanged("s2")) is None
    assert days.state("came") == "open"
    assert closed(days.run(landed(snapshot="s3"))) == ["came"]


def test_a_change_that_becomes_a_hold_is_told_again(days: Days) -> None:
    days.run(landed(change("history_revised", "warning", id="h", action="evolve"), CAME))
    assert opened(days.run(held({**CAME, "action": "hold"}))) == {"came": "worse"}


def test_an_outage_that_shows_under_several_codes_is_one_trouble(days: Days) -> None:
    assert opened(days.run(failed("fetch.timeout"))) == {"outage": "new"}
    assert days.run(failed("fetch.unreachable")) is None
    assert days.run(failed("fetch.server_error")) is None
    assert closed(days.run(unchanged())) == ["outage"]


def test_a_failure_is_over_only_when_a_run_came_past_it(days: Days) -> None:
    days.run(failed("check.failed", steps=EXAMINED, checks={"results": []}))
    assert opened(days.run(failed("fetch.refused"))) == {"fetch.refused": "new"}
    assert days.state("check.failed") == "open"
    assert closed(days.run(held(GONE))) == ["fetch.refused"]
    assert days.state("check.failed") == "open", "a held snapshot was not checked"
    assert sorted(closed(days.run(landed()))) == ["check.failed", "gone"]


def test_what_comes_and_goes_is_told_twice_and_then_no_more(days: Days) -> None:
    assert opened(days.run(failed())) == {"outage": "new"}
    assert closed(days.run(unchanged())) == ["outage"]
    assert opened(days.run(failed())) == {"outage": "comes and goes"}
    for _ in range(6):
        assert days.run(unchanged()) is None
        assert days.run(failed()) is None


def test_what_came_and_went_is_told_again_when_it_stays(days: Days) -> None:
    for _ in range(3):
        days.run(held(GONE))
        days.run(unchanged())
    assert days.run(held(GONE)) is None
    assert days.run(held(GONE), days=1) is None
    assert opened(days.run(held(GONE), days=STAYS.days)) == {"gone": "stays"}
    assert days.run(held(GONE)) is None


def test_after_a_quiet_time_it_is_news_again(days: Days) -> None:
    for _ in range(4):
        days.run(failed())
        days.run(unchanged())
    assert opened(days.run(failed(), days=FLAPPING.days + 1)) == {"outage": "new"}


def test_a_declined_change_is_silent_in_every_snapshot_that_shows_it(days: Days) -> None:
    from dataclasses import replace

    days.run(held(GONE))
    alert = days.book.alerts[f"{DATASET}/gone"]
    days.book.put(replace(alert, state="declined", person="Ada", reason="wait"))
    assert days.run(held(GONE)) is None
    assert days.state("gone") == "declined"
    assert days.run(held(GONE, snapshot="s3")) is None
    assert days.state("gone") == "declined"


def test_a_declined_change_that_goes_away_is_over_without_a_word(days: Days) -> None:
    from dataclasses import replace

    days.run(held(GONE))
    days.book.put(replace(days.book.alerts[f"{DATASET}/gone"], state="declined", person="Ada", reason="wait"))
    assert days.run(unchanged()) is None
    assert days.state("gone") == "resolved"


def test_datasets_do_not_answer_for_each_other(days: Days) -> None:
    days.run(held(GONE))
    days.run(landed(dataset="ons.population"))
    assert days.state("gone") == "open"
