"""A release that never came goes through the whole pipeline in a scratch home: the verdict, and the alert that would have been sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from expectations.declaration import Dataset, load
from expectations.errors import EvidenceError
from tasks.rehearse.performance import UNREACHABLE, Rehearsal, chosen, kinds_covered, rehearse_mutations
from tasks.rehearse.stage import sampled
from tasks.snapshot import Delivery

PLAYED = ("a measure times 1,000", "an HTML page", "a byte order mark came")


@pytest.fixture(scope="module")
def attendance() -> Dataset:
    return load("dfe.pupil_attendance")


@pytest.fixture(scope="module")
def delivery(attendance: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Delivery]:
    yield sampled(attendance, tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="module")
def played(attendance: Dataset, delivery: Delivery, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rehearsal]:
    wanted = [one for one in chosen("") if one.name in PLAYED]
    return {one.name: one for one in rehearse_mutations(attendance, delivery, wanted, tmp_path_factory.mktemp("rehearsal"))}


def test_a_breaking_change_is_held_and_its_alert_says_what_stays_in_service(played: dict[str, Rehearsal]) -> None:
    done = played["a measure times 1,000"]
    assert (done.played.outcome.status, done.verdict, done.seen) == ("held", "breaking", True)
    assert done.played.message is not None
    assert "last good table" in done.played.message.text and "evidence accept dfe.pupil_attendance" in done.played.message.text


def test_a_page_in_place_of_the_data_fails_and_is_told(played: dict[str, Rehearsal]) -> None:
    done = played["an HTML page"]
    assert (done.played.outcome.status, done.told[0], done.seen) == ("failed", "not_data", True)
    assert done.played.message is not None


def test_another_wrapping_lands_nothing_new_and_tells_nobody(played: dict[str, Rehearsal]) -> None:
    done = played["a byte order mark came"]
    assert (done.played.outcome.status, done.verdict) == ("unchanged", "info")
    assert done.played.message is None


def test_a_publisher_that_does_not_answer_is_an_alert_too(played: dict[str, Rehearsal]) -> None:
    done = played[UNREACHABLE]
    assert done.told == ("fetch.unreachable",) and done.played.message is not None


def test_an_area_alone_in_another_unit_is_an_alarm(attendance: Dataset, delivery: Delivery, tmp_path: Path) -> None:
    wanted = [one for one in chosen("unit_rescaled") if one.name == "a measure divided by 100"]
    (done,) = rehearse_mutations(attendance, delivery, wanted, tmp_path, strength="area", unreachable=False)
    assert done.seen and done.verdict == "warning"


def test_a_mutation_that_there_is_not_is_refused() -> None:
    with pytest.raises(EvidenceError) as error:
        chosen("column_vanished")
    assert error.value.code == "rehearse.unknown_mutation"


def test_every_kind_has_a_mutation() -> None:
    assert [kind for kind, names in kinds_covered().items() if not names] == []
