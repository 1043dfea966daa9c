"""The sample's services refuse a wrong question as the publishers' own do: what a client's errors are tried against is no invention."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from expectations.errors import EvidenceError
from tasks.fetch import SERVICES
from tasks.fetch.http import Http
from tests.fault.source_kinds import WAYS
from tests.fault.world import World

ID = "0191a8a1-0000-7000-8000-000000000000"
EES, CONTENT, EXPLORE = SERVICES["ees"], SERVICES["ees_content"], SERVICES["explore_local_statistics"]
NOTES = f"{CONTENT}/publications/absence/releases/2023-24/updates"
INDICATOR = f"{EXPLORE}/api/v1/data.csv?indicator=employment-rate"


@pytest.mark.parametrize(
    ("way", "url", "status", "said"),
    [
        ("ees", f"{EES}/publications?search=ab", 400, "MinimumLength"),
        ("ees", f"{EES}/publications?pageSize=41", 400, "InclusiveBetween"),
        ("ees", f"{EES}/data-sets/{ID}/versions?pageSize=21", 400, "InclusiveBetween"),
        ("ees", f"{EES}/data-sets/{ID}?colour=red", 400, "UnknownField"),
        ("ees", f"{EES}/data-sets/{ID}/csv?dataSetVersion=latest", 404, "Not Found"),
        ("ees", f"{EES}/data-sets/not-a-guid", 404, "Not Found"),
        ("ees_files", f"{NOTES}?pageSize=101", 400, "InclusiveBetween"),
        ("ees_files", f"{NOTES}?page=0", 400, "InclusiveBetween"),
        ("ees_files", f"{CONTENT}/publications/none", 404, "Not Found"),
        ("ees_files", f"{CONTENT}/publications/absence/releases/none/updates", 404, "Not Found"),
        ("explore_local_statistics", f"{INDICATOR}&colour=red", 400, "invalid or duplicate parameters"),
        ("explore_local_statistics", f"{INDICATOR}&indicator=other", 400, "invalid or duplicate parameters"),
        ("explore_local_statistics", f"{INDICATOR}&time=yesterday", 400, "invalid time period"),
        ("explore_local_statistics", f"{EXPLORE}/api/v1/data.csv?indicator=no-such-thing", 400, "No data available"),
    ],
)
def test_a_wrong_request_is_answered_as_documented(
    way: str, url: str, status: int, said: str, world: World, client: Callable[..., Http]
) -> None:
    with pytest.raises(EvidenceError) as caught:
        client(reroute=world.reroute(WAYS[way])).get(url, name="x")
    assert f"HTTP {status}" in caught.value.found and said in caught.value.found
    assert caught.value.code == ("fetch.rejected" if status == 400 else "fetch.gone")
