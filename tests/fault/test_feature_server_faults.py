"""FeatureServer: a layer that is edited while it is being paged is begun again, and never given as a mixture."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from expectations.errors import EvidenceError
from tasks.fetch import fetch
from tasks.fetch.http import Http
from tasks.sample.feature_server import FeatureServerResponder
from tasks.sample.server import Request, Response, SampleServer
from tasks.sample.serving import OPEN_GEOGRAPHY
from tasks.snapshot import Delivery

CODES = [f"E{n:08}" for n in range(1, 8)]


def layer(folder: Path, codes: list[str], edited: str = "2023-05-31T09:30:00Z") -> FeatureServerResponder:
    """Wards, three a page."""
    with (folder / "wards.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("FID", "WD23CD"), *enumerate(codes, 1)])
    about = {"id": 0, "figures": "wards.csv", "object_id": "FID", "max_record_count": 3, "edited": edited}
    path = folder / "wards.json"
    path.write_text(json.dumps({"protocol": "feature_server", "services": [{"name": "WD23", "layers": [about]}]}))
    return FeatureServerResponder([path])


def fetched(server: SampleServer, client: Callable[..., Http]) -> Delivery:
    http = client(reroute={OPEN_GEOGRAPHY: server.at("/services")})
    return fetch("feature_server", {"url": OPEN_GEOGRAPHY, "service": "WD23"}, http)


def codes(delivery: Delivery) -> list[str]:
    found: list[str] = []
    for part in delivery.parts:
        assert part.path is not None
        found += [feature["attributes"]["WD23CD"] for feature in json.loads(part.path.read_bytes())["features"]]
    return found


class Edited:
    """A responder that is replaced by another after every second answer to a page."""

    def __init__(self, *responders: FeatureServerResponder) -> None:
        self._responders = list(responders)
        self._pages = 0

    def respond(self, request: Request) -> Response | None:
        response = self._responders[0].respond(request)
        if request.one("resultOffset"):
            self._pages += 1
            if self._pages % 2 == 0 and len(self._responders) > 1:
                self._responders.pop(0)
        return response


@pytest.mark.parametrize(
    ("after", "edited"),
    [
        (["E00000000", *CODES], "2023-06-01T00:00:00Z"),  # a row more: the count shows it
        ([*CODES[:-1], "E00000099"], "2023-06-01T00:00:00Z"),  # as many rows: only the date of editing shows it
    ],
)
def test_a_layer_that_is_edited_between_pages_is_begun_again(
    client: Callable[..., Http], tmp_path: Path, after: list[str], edited: str
) -> None:
    before = layer(tmp_path, CODES)
    with SampleServer({"/services": Edited(before, layer(tmp_path, after, edited))}) as server:
        delivery = fetched(server, client)
    assert codes(delivery) == after
    assert delivery.release.startswith("2023-06-01")


def test_a_layer_that_is_edited_again_and_again_is_an_error_and_leaves_no_pages(client: Callable[..., Http], tmp_path: Path) -> None:
    versions = [layer(tmp_path, CODES + ["E1"] * extra, f"2023-06-0{extra + 1}T00:00:00Z") for extra in range(6)]
    with SampleServer({"/services": Edited(*versions)}) as server, pytest.raises(EvidenceError) as error:
        fetched(server, client)
    assert error.value.code == "fetch.truncated"
    assert list((tmp_path / "scratch").iterdir()) == []
