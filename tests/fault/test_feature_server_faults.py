"""FeatureServer under faults: what heals changes nothing, what does not is one coded error, and an edit in mid-paging is seen."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from expectations.errors import EvidenceError
from expectations.sources import FeatureServer
from tasks.fetch import feature_server
from tasks.fetch.http import Http, HttpSettings
from tasks.sample.faults import Fault
from tasks.sample.feature_server import FeatureServerResponder
from tasks.sample.server import Request, Response, SampleServer
from tasks.snapshot import Delivery

QUERY = "/services/WD23/FeatureServer/0/query"
CODES = [f"E{n:08}" for n in range(1, 8)]


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """Seven wards: three pages of up to three."""
    return written(tmp_path, CODES, "2023-05-31T09:30:00Z")


def written(folder: Path, codes: list[str], edited: str) -> Path:
    with (folder / "wards.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("FID", "WD23CD"), *enumerate(codes, 1)])
    layer = {"id": 0, "figures": "wards.csv", "object_id": "FID", "max_record_count": 3, "edited": edited}
    path = folder / "wards.json"
    path.write_text(json.dumps({"protocol": "feature_server", "services": [{"name": "WD23", "layers": [layer]}]}))
    return path


@pytest.fixture
def http(tmp_path: Path) -> Iterator[Http]:
    settings = HttpSettings(allow_loopback=True, retries=2, backoff=0.01, jitter=0, read_timeout=10, total_timeout=60, max_bytes=200_000)
    with Http(settings, tmp_path / "scratch") as opened:
        yield opened


def fetched(server: SampleServer, http: Http) -> Delivery:
    return feature_server.fetch(FeatureServer(url=server.at("/services"), service="WD23"), http, None)


def codes(delivery: Delivery) -> list[str]:
    found: list[str] = []
    for part in delivery.parts:
        assert part.path is not None
        found += [feature["attributes"]["WD23CD"] for feature in json.loads(part.path.read_bytes())["features"]]
    return found


@pytest.mark.parametrize("path", [QUERY, "/services/WD23/FeatureServer/0"])
@pytest.mark.parametrize("kind", ["reset", "short_body", "cut_gzip", "too_many", "server_error", "empty"])
def test_a_fault_that_passes_leaves_no_trace(manifest: Path, http: Http, kind: str, path: str) -> None:
    with SampleServer({"/services": FeatureServerResponder([manifest])}) as server:
        server.inject(Fault(kind, path, times=1, retry_after="0", status=503))
        delivery = fetched(server, http)
    assert codes(delivery) == CODES


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("reset", "fetch.truncated"),
        ("cut_gzip", "fetch.truncated"),
        ("too_many", "fetch.rate_limited"),
        ("server_error", "fetch.server_error"),
        ("empty", "fetch.empty"),
        ("html", "fetch.not_data"),
        ("bomb", "fetch.too_large"),
    ],
)
def test_a_fault_that_stays_is_one_coded_error(manifest: Path, http: Http, kind: str, code: str) -> None:
    with SampleServer({"/services": FeatureServerResponder([manifest])}) as server:
        server.inject(Fault(kind, QUERY, retry_after="0", size=5_000_000))
        with pytest.raises(EvidenceError) as error:
            fetched(server, http)
    assert error.value.code == code


class Edited:
    """A responder that is replaced by another after so many answers to pages, and perhaps by a third after so many more."""

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
    manifest: Path, http: Http, tmp_path: Path, after: list[str], edited: str
) -> None:
    before = FeatureServerResponder([manifest])
    with SampleServer({"/services": Edited(before, FeatureServerResponder([written(tmp_path, after, edited)]))}) as server:
        delivery = fetched(server, http)
    assert codes(delivery) == after
    assert delivery.release.startswith("2023-06-01")


def test_a_layer_that_is_edited_again_and_again_is_an_error_and_leaves_no_pages(manifest: Path, http: Http, tmp_path: Path) -> None:
    versions = [FeatureServerResponder([manifest])]
    for extra in range(1, 6):
        versions.append(FeatureServerResponder([written(tmp_path, CODES + ["E1"] * extra, f"2023-06-0{extra}T00:00:00Z")]))
    with SampleServer({"/services": Edited(*versions)}) as server, pytest.raises(EvidenceError) as error:
        fetched(server, http)
    assert error.value.code == "fetch.truncated"
    assert list((tmp_path / "scratch").iterdir()) == []


class Answering:
    """A responder that puts one answer in place of every answer to a kind of question."""

    def __init__(self, inner: FeatureServerResponder, question: str, answer: Any) -> None:
        self._inner, self._question, self._answer = inner, question, answer

    def respond(self, request: Request) -> Response | None:
        asked = request.path.endswith("/0") if self._question == "layer" else bool(request.one(self._question))
        return Response.of_json(self._answer) if asked else self._inner.respond(request)


@pytest.mark.parametrize(
    ("question", "answer", "code"),
    [
        ("layer", {"fields": []}, "fetch.protocol"),
        ("layer", ["a list"], "fetch.protocol"),
        ("returnCountOnly", {"count": "7"}, "fetch.protocol"),
        ("returnCountOnly", {}, "fetch.protocol"),
        ("returnCountOnly", {"count": 6}, "fetch.truncated"),  # one row fewer than come
        ("returnCountOnly", {"count": 8}, "fetch.truncated"),  # one more
        ("resultRecordCount", {"features": None}, "fetch.protocol"),
        ("resultRecordCount", {"features": [{"attributes": {"WD23CD": "E1"}}]}, "fetch.protocol"),  # a row that cannot be told from others
        ("resultRecordCount", {"features": []}, "fetch.truncated"),
    ],
)
def test_an_answer_that_breaks_the_contract_is_refused(manifest: Path, http: Http, question: str, answer: Any, code: str) -> None:
    with SampleServer({"/services": Answering(FeatureServerResponder([manifest]), question, answer)}) as server:
        with pytest.raises(EvidenceError) as error:
            fetched(server, http)
        assert len(server.requests) < 25
    assert error.value.code == code
