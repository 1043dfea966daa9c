"""The ONS API: a filter is waited for, a list is what it counts, and a CSV larger than listed is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from expectations.errors import EvidenceError
from tasks.fetch import SERVICES
from tasks.fetch.http import Http
from tasks.fetch.ons_api_calls import Api
from tests.fault.source_kinds import WAYS
from tests.fault.ways import Ask, of_json, says
from tests.fault.world import World

BY_FILTER = WAYS["ons_api by filter"]
DATASETS = Ask("datasets", f"{SERVICES['ons_api']}/datasets", "json")


def test_a_filter_is_waited_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.fetch.ons_api_filter.PAUSE", 0.02)
    looks: list[int] = []

    def later(answer: Any) -> Any:
        looks.append(1)
        return answer if len(looks) > 2 else {**answer, "downloads": {}}

    world.answers(BY_FILTER, BY_FILTER.ask("output"), of_json(later))
    delivery = world.fetch(BY_FILTER)
    assert len(looks) == 3 and delivery.parts[0].path is not None
    assert delivery.parts[0].path.read_text().splitlines()[1:] == ["E12000005,Region 5,1,F,5", "E12000005,Region 5,2,M,5"]


def test_a_larger_csv_than_listed_is_a_warning(world: World) -> None:
    way = WAYS["ons_api"]
    smaller = of_json(lambda answer: {**answer, "downloads": {"csv": {**answer["downloads"]["csv"], "size": "10"}}})
    world.answers(way, way.ask("version"), smaller)
    delivery = world.fetch(way)
    assert delivery.warnings == (f"the CSV has {delivery.parts[0].size:,} bytes, the API lists 10",)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"items": None, "total_count": 1}, "fetch.protocol"),
        ({"items": [{}], "total_count": "1"}, "fetch.protocol"),
        ({"items": ["x"], "total_count": 1}, "fetch.protocol"),
        ({"items": [], "total_count": 5}, "fetch.truncated"),
        ({"items": [{}], "total_count": 0}, "fetch.truncated"),
    ],
)
def test_a_list_that_is_not_what_it_counts_is_a_failure(answer: Any, code: str, world: World, client: Callable[..., Http]) -> None:
    way = WAYS["ons_api"]
    world.answers(way, DATASETS, says(answer))
    with pytest.raises(EvidenceError) as caught:
        Api(client(reroute=world.reroute(way)), SERVICES["ons_api"]).items("datasets", "datasets")
    assert caught.value.code == code
