"""Files of EES releases when the service fails: what heals is not seen, what stays is a coded error that names the publisher's own address."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from expectations.errors import EvidenceError
from tasks.fetch import SERVICES, fetch
from tasks.fetch.http import Http
from tasks.sample.ees_files import EesPages, EesReleases, SampleFile, SampleRelease
from tasks.sample.faults import Fault
from tasks.sample.server import Request, Response, SampleServer
from tasks.snapshot import Delivery

SLUG, TITLE = "absence", "Absence by term"
TABLE = b"time_period,rate\n" + b"".join(b"20%02d%02d,%d.5\n" % (year, year + 1, year) for year in range(10, 24))


def content() -> EesReleases:
    note = {"date": "2025-03-27T00:00:00", "summary": "Two authorities amended."}
    when = "2025-03-20T09:30:00+00:00"
    files = [SampleFile(TITLE, "absence.csv", TABLE)]
    return EesReleases([SampleRelease({"slug": SLUG, "title": "Absence"}, "2023-24", "Academic year 2023/24", when, when, [note], files)])


@pytest.fixture
def server() -> Iterator[SampleServer]:
    served = content()
    with SampleServer({"/api": served, "/site": EesPages(served), "/elsewhere": served}) as running:
        yield running


def fetched(server: SampleServer, client: Callable[..., Http], hosts: tuple[str, ...] = (), **settings: Any) -> Delivery:
    reroute = {SERVICES["ees_content"]: server.at("/api"), SERVICES["ees_site"]: server.at("/site")}
    return fetch("ees_files", {"publication": SLUG, "files": [TITLE]}, client(hosts, reroute=reroute, **settings))


def failed(server: SampleServer, client: Callable[..., Http], **settings: Any) -> EvidenceError:
    with pytest.raises(EvidenceError) as caught:
        fetched(server, client, **settings)
    return caught.value


PUBLICATION, SUMMARY = f"/api/publications/{SLUG}", f"/api/publications/{SLUG}/releases/2023-24/version-summary"
LISTED, NOTES = (f"/api/publications/{SLUG}/releases/2023-24/{name}" for name in ("data-content", "updates"))
FILES = "/api/releases"


@pytest.mark.parametrize("path", [PUBLICATION, SUMMARY, LISTED, NOTES, FILES])
@pytest.mark.parametrize(("kind", "status"), [("server_error", 504), ("too_many", 429), ("reset", 0), ("short_body", 0), ("stall", 0)])
def test_a_failure_that_heals_is_not_seen(kind: str, status: int, path: str, server: SampleServer, client: Callable[..., Http]) -> None:
    server.inject(Fault(kind, path=path, times=1, status=status, retry_after="0", seconds=1.0))
    assert [part.name for part in fetched(server, client, read_timeout=0.15).parts] == ["absence-by-term.csv"]


@pytest.mark.parametrize(
    ("path", "kind", "code"),
    [
        (PUBLICATION, "server_error", "fetch.server_error"),
        (PUBLICATION, "html", "fetch.not_data"),
        (PUBLICATION, "empty", "fetch.empty"),
        (SUMMARY, "login", "fetch.not_data"),
        (LISTED, "too_many", "fetch.rate_limited"),
        (FILES, "html", "fetch.not_data"),
        (FILES, "empty", "fetch.empty"),
        (FILES, "cut_gzip", "fetch.truncated"),
        (FILES, "reset", "fetch.truncated"),
        (FILES, "short_body", "fetch.truncated"),
        (FILES, "stall_body", "fetch.timeout"),
        (FILES, "login", "fetch.gone"),
    ],
)
def test_a_failure_that_stays_is_a_coded_error(path: str, kind: str, code: str, server: SampleServer, client: Callable[..., Http]) -> None:
    target = "/site/find-statistics/absence/2023-24/sign-in" if code == "fetch.gone" else "/site/find-statistics/absence/2023-24"
    server.inject(Fault(kind, path=path, retry_after="0", seconds=0.6, target=target))
    error = failed(server, client, retries=1, read_timeout=0.15)
    assert error.code == code
    assert "explore-education-statistics.service.gov.uk" in error.where, "the publisher's own address is named"


def test_a_status_that_refuses_is_not_taken_for_a_release_that_is_gone(server: SampleServer, client: Callable[..., Http]) -> None:
    server.inject(Fault("server_error", path=PUBLICATION, status=403))
    assert failed(server, client).code == "fetch.refused"
    assert not [request for request in server.requests if request.path.startswith("/site")], (
        "the page is asked only where there is no such address"
    )


def test_a_slow_body_is_waited_for_and_a_body_over_its_cap_is_refused(server: SampleServer, client: Callable[..., Http]) -> None:
    server.inject(Fault("slow", path=FILES, times=1, seconds=0.2))
    assert fetched(server, client).parts[0].size == len(TABLE)
    for fault in (Fault("huge", path=FILES, times=1, size=5000), Fault("bomb", path=FILES, times=1, size=1 << 20)):
        server.inject(fault)
        assert failed(server, client, max_bytes=4000, retries=0).code == "fetch.too_large"


def test_a_redirect_is_followed_within_the_publishers_hosts_and_no_further(server: SampleServer, client: Callable[..., Http]) -> None:
    file = next(request.path for request in [*_asked(server, client)] if "/files/" in request.path)
    server.inject(Fault("redirect", path=FILES, times=1, target=server.url + file.replace("/api", "/elsewhere")))
    assert fetched(server, client).parts[0].final_url.startswith(server.at("/elsewhere"))
    server.inject(Fault("redirect", path=FILES, target="https://files.example.org/absence.csv"))
    assert failed(server, client).code == "fetch.redirected"


def _asked(server: SampleServer, client: Callable[..., Http]) -> list[Request]:
    fetched(server, client)
    return list(server.requests)


def test_another_media_type_charset_or_compression_than_announced_is_told_or_undone(
    server: SampleServer, client: Callable[..., Http]
) -> None:
    server.inject(Fault("media_type", path=FILES, times=1, target="application/pdf"))
    assert "calls this application/pdf" in fetched(server, client).warnings[0]
    server.inject(Fault("unannounced_gzip", path=FILES, times=1))
    changed = fetched(server, client)
    assert changed.parts[0].size == len(TABLE) and "no header announced" in changed.warnings[0]
    server.inject(Fault("wrong_charset", path=FILES, times=1), Fault("no_length", path=FILES, times=1))
    assert fetched(server, client).parts[0].charset == "utf-8"
    assert fetched(server, client).parts[0].size == len(TABLE)
    server.inject(Fault("deprecated", path=FILES, times=1))
    assert any("deprecated" in warning for warning in fetched(server, client).warnings)


class Changed:
    """The content API, with one answer changed on the way."""

    def __init__(self, path: str, change: Callable[[Any], Any]) -> None:
        self.content, self.path, self.change = content(), path, change

    def respond(self, request: Request) -> Response | None:
        response = self.content.respond(request)
        if response is None or not request.path.endswith(self.path):
            return response
        return Response.of_json(self.change(json.loads(response.body)))


@pytest.mark.parametrize(
    ("path", "change", "code"),
    [
        (f"/{SLUG}", lambda answer: [answer], "fetch.protocol"),
        (f"/{SLUG}", lambda answer: {**answer, "latestRelease": None}, "fetch.protocol"),
        ("/version-summary", lambda answer: {**answer, "id": "../../secret"}, "fetch.protocol"),
        ("/data-content", lambda answer: {**answer, "dataSets": None}, "fetch.protocol"),
        ("/data-content", lambda answer: {**answer, "dataSets": [{"title": "Absence by term"}]}, "fetch.protocol"),
        ("/data-content", lambda answer: {**answer, "dataSets": answer["dataSets"] * 2}, "fetch.ambiguous"),
        ("/updates", lambda answer: {**answer, "results": []}, "fetch.truncated"),
        ("/updates", lambda answer: {"results": answer["results"]}, "fetch.protocol"),
    ],
)
def test_an_answer_that_contradicts_itself_or_its_documentation_is_a_failure(
    path: str, change: Callable[[Any], Any], code: str, client: Callable[..., Http]
) -> None:
    with SampleServer({"/api": Changed(path, change), "/site": EesPages(content())}) as server:
        assert failed(server, client).code == code


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("<html><body>Release</body></html>", "a page without"),
        ('<script id="__NEXT_DATA__" type="application/json">{"props": </script>', "Expecting value"),
        ('<script id="__NEXT_DATA__">{"props": {"pageProps": {}}}</script>', "none"),
    ],
)
def test_a_page_that_does_not_tell_its_files_is_a_failure(page: str, said: str, client: Callable[..., Http]) -> None:
    class Page:
        def respond(self, request: Request) -> Response | None:
            return Response.of_text(page)

    with SampleServer({"/site": Page()}) as server:
        error = failed(server, client)
    assert error.code == "fetch.protocol" and said in error.found


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{NOTES}?pageSize=101", 400),
        (f"{NOTES}?page=0", 400),
        ("/api/publications/none", 404),
        (f"/api/publications/{SLUG}/releases/none/updates", 404),
    ],
)
def test_a_wrong_request_is_answered_as_the_services_own_source_says(
    path: str, status: int, server: SampleServer, client: Callable[..., Http]
) -> None:
    with pytest.raises(EvidenceError) as caught:
        client().get(server.url + path, name="x")
    assert f"HTTP {status}" in caught.value.found
