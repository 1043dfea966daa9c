"""The ONS website when it fails, or is no longer what it was: no page in place of a file, and no guess at a page of another shape."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from expectations.errors import EvidenceError
from tasks.fetch import SERVICES, fetch
from tasks.fetch.http import Http
from tasks.sample.faults import KINDS, Fault
from tasks.sample.ons_website import OnsWebsiteResponder
from tasks.sample.server import Request, Response, SampleServer
from tasks.snapshot import Delivery

PAGE = "/economy/datasets/businesses"
TABLE = "area,births\n" + "".join(f"E{number:08},{number}\n" for number in range(500))
LANDING, EDITION, FILE = f"/ons{PAGE}/data", f"/ons{PAGE}/current/data", "/ons/file"
# Fault -> the code of its error where it stays; '' where the file comes all the same.
LASTING = {
    "stall": "fetch.timeout",
    "stall_body": "fetch.timeout",
    "slow": "",
    "reset": "fetch.truncated",
    "short_body": "fetch.truncated",
    "cut_gzip": "fetch.truncated",
    "too_many": "fetch.rate_limited",
    "server_error": "fetch.server_error",
    "html": "fetch.not_data",
    "empty": "fetch.empty",
    "wrong_charset": "",
    "login": "fetch.not_data",
    "redirect": "fetch.redirected",
    "media_type": "",
    "huge": "",  # by the cap of the file or as no JSON: see below
    "bomb": "",
    "unannounced_gzip": "",
    "deprecated": "",
    "no_length": "",
}
OVERSIZE = {LANDING: "fetch.protocol", EDITION: "fetch.protocol", FILE: "fetch.too_large"}


@pytest.fixture
def responder(tmp_path: Path) -> OnsWebsiteResponder:
    edition = {"name": "current", "title": "2023", "released": "2024-11-18T09:30:00.000Z", "files": [{"name": "b.csv", "text": TABLE}]}
    (tmp_path / "m.json").write_text(json.dumps({"page": PAGE, "title": "Businesses", "editions": [edition]}))
    return OnsWebsiteResponder([tmp_path / "m.json"])


@pytest.fixture
def server(responder: OnsWebsiteResponder) -> Iterator[SampleServer]:
    with SampleServer({"/ons": responder}) as running:
        yield running


def fetched(server: SampleServer, client: Callable[..., Http], **changes: Any) -> Delivery:
    http = client(**{"reroute": {SERVICES["ons_website"]: server.at("/ons")}, **changes})
    return fetch("ons_website", {"page": PAGE, "files": [{"name": "births.csv", "match": "csv$"}], "max_bytes": 100_000}, http)


def patience(kind: str) -> float:
    """A time-out that ends a stall soon and that no other answer ever meets, on a busy machine either."""
    return 0.3 if kind.startswith("stall") else 5.0


def test_every_fault_is_tried() -> None:
    assert set(LASTING) == set(KINDS)


@pytest.mark.parametrize("path", [LANDING, EDITION, FILE])
@pytest.mark.parametrize("kind", ["stall", "reset", "short_body", "cut_gzip", "too_many", "server_error", "empty"])
def test_a_fault_that_passes_leaves_no_trace(kind: str, path: str, server: SampleServer, client: Callable[..., Http]) -> None:
    server.inject(Fault(kind, path, times=1, retry_after="0", status=503, seconds=1.0))
    delivery = fetched(server, client, read_timeout=patience(kind))
    assert [part.size for part in delivery.parts] == [len(TABLE)] and delivery.warnings == ()


@pytest.mark.parametrize("path", [LANDING, EDITION, FILE])
@pytest.mark.parametrize(("kind", "code"), LASTING.items())
def test_a_fault_that_stays_is_one_coded_error_or_is_said(
    kind: str, code: str, path: str, server: SampleServer, client: Callable[..., Http]
) -> None:
    target = "https://elsewhere.example/x" if kind == "redirect" else "application/x-bad" if kind == "media_type" else ""
    seconds = 0.2 if kind == "slow" else 1.0
    server.inject(Fault(kind, path, retry_after="0", size=300_000, seconds=seconds, target=target), Fault("html", "/login"))
    expected = OVERSIZE[path] if kind in ("huge", "bomb") else code
    if expected:
        with pytest.raises(EvidenceError) as caught:
            fetched(server, client, retries=0, read_timeout=patience(kind))
        assert caught.value.code == expected
        return
    delivery = fetched(server, client, retries=0, read_timeout=patience(kind))
    assert delivery.parts[0].size == len(TABLE)
    said = " ".join(delivery.warnings)
    assert {"media_type": "x-bad", "deprecated": "ends on", "unannounced_gzip": "gzip"}.get(kind, "") in said


@pytest.mark.parametrize("status", [301, 308])
def test_a_page_that_moved_is_followed_and_said(status: int, server: SampleServer, client: Callable[..., Http]) -> None:
    server.inject(Fault("redirect", LANDING, times=1, status=status, target=server.at("/ons") + f"{PAGE}/data?moved=1"))
    assert fetched(server, client).warnings == (), "the same path under another query has not moved"
    server.inject(Fault("redirect", LANDING, times=1, status=status, target=server.at("/ons") + f"{PAGE}/current/data"))
    delivery = fetched(server, client)
    assert "has moved to" in delivery.warnings[0] and delivery.parts[0].size == len(TABLE)


def test_a_page_that_is_gone_as_a_whole_is_gone(server: SampleServer, client: Callable[..., Http]) -> None:
    server.inject(Fault("server_error", f"/ons{PAGE}", status=404))
    with pytest.raises(EvidenceError) as caught:
        fetched(server, client)
    assert caught.value.code == "fetch.gone" and f"{SERVICES['ons_website']}{PAGE}" in caught.value.where


def test_an_edition_that_the_page_lists_but_the_site_has_not_is_gone(server: SampleServer, client: Callable[..., Http]) -> None:
    server.inject(Fault("server_error", EDITION, status=404))
    with pytest.raises(EvidenceError, match=r"fetch\.gone"):
        fetched(server, client)


class Changed:
    """The site, with one of its answers changed on the way."""

    def __init__(self, inner: OnsWebsiteResponder, path: str, change: Callable[[Any], Any]) -> None:
        self.inner, self.path, self.change = inner, path, change

    def respond(self, request: Request) -> Response | None:
        response = self.inner.respond(request)
        if response is None or request.path != self.path:
            return response
        return Response.of_json(self.change(json.loads(response.body)))


@pytest.mark.parametrize(
    ("path", "change"),
    [
        (f"{PAGE}/data", lambda answer: [answer]),
        (f"{PAGE}/data", lambda answer: {**answer, "datasets": []}),
        (f"{PAGE}/data", lambda answer: {**answer, "datasets": None}),
        (f"{PAGE}/data", lambda answer: {**answer, "datasets": [{"uri": "javascript:alert(1)"}]}),
        (f"{PAGE}/data", lambda answer: {"type": answer["type"], "sections": answer["datasets"]}),
        (f"{PAGE}/current/data", lambda answer: {**answer, "downloads": []}),
        (f"{PAGE}/current/data", lambda answer: {**answer, "downloads": [{"url": "b.csv"}]}),
        (f"{PAGE}/current/data", lambda answer: {**answer, "description": None}),
    ],
)
def test_a_page_whose_json_has_another_shape_is_a_failure(
    path: str, change: Callable[[Any], Any], responder: OnsWebsiteResponder, client: Callable[..., Http]
) -> None:
    with SampleServer({"/ons": Changed(responder, path, change)}) as server, pytest.raises(EvidenceError) as caught:
        fetched(server, client)
    assert caught.value.code in ("fetch.protocol", "fetch.no_match")


def test_a_page_of_html_without_files_is_a_failure_that_says_so(server: SampleServer, client: Callable[..., Http]) -> None:
    server.inject(Fault("server_error", LANDING, status=404), Fault("html", f"/ons{PAGE}"))
    with pytest.raises(EvidenceError) as caught:
        fetched(server, client)
    assert caught.value.code == "fetch.no_match" and caught.value.found == "none of 0 links is to a file"
