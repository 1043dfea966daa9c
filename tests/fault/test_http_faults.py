"""The client alone: statuses, redirects, pauses, proxies, certificates, encodings. What each kind of source makes of faults: `test_source_faults`."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from expectations.errors import EvidenceError
from tasks.fetch.http import Http
from tasks.sample.faults import Fault
from tasks.sample.plain_file import File, PlainFiles
from tasks.sample.server import SampleServer

Client = Callable[..., Http]
CSV = ("text/csv",)


def failure(http: Http, server: SampleServer, path: str = "/files/table.csv", **wanted: object) -> EvidenceError:
    with pytest.raises(EvidenceError) as caught:
        http.get(server.url + path, **{"name": "table.csv", "media": CSV, **wanted})  # type: ignore[arg-type]
    assert caught.value.where.endswith(server.url + path), "an error says which address"
    assert caught.value.found and caught.value.expected and caught.value.todo
    return caught.value


def left_behind(tmp_path: Path) -> list[str]:
    return [path.name for path in (tmp_path / "scratch").glob("*")]


@pytest.mark.parametrize(
    ("kind", "code"), [("html", "fetch.not_data"), ("huge", "fetch.too_large"), ("bomb", "fetch.too_large"), ("login", "fetch.not_data")]
)
def test_what_asking_again_cannot_heal_is_asked_once(
    kind: str, code: str, server: SampleServer, files: PlainFiles, client: Client, tmp_path: Path
) -> None:
    files.files["/login"] = File(b"<!DOCTYPE html><html><head><title>Sign in &amp; continue</title></head></html>")
    server.inject(Fault(kind, path="/files/table.csv", size=3_000_000, target="/files/login"))
    error = failure(client(), server, max_bytes=1_000_000)
    assert error.code == code
    assert "attempts" not in error.found
    assert left_behind(tmp_path) == []


def test_a_web_page_in_place_of_data_is_named_by_its_title(server: SampleServer, client: Client) -> None:
    server.inject(Fault("html"))
    assert "Sorry, the service is unavailable" in failure(client(), server).found


def test_a_redirect_to_a_login_page_is_no_data_even_where_any_type_would_do(
    server: SampleServer, files: PlainFiles, client: Client
) -> None:
    files.files["/login"] = File(b"<!DOCTYPE html><html><head><title>Sign in &amp; continue</title></head></html>")
    server.inject(Fault("login", path="/files/table.csv", target="/files/login"))
    error = failure(client(), server, media=None)
    assert error.code == "fetch.not_data"
    assert 'a login page: "Sign in & continue"' in error.found


@pytest.mark.parametrize(
    ("status", "code", "asked"),
    [
        (400, "fetch.rejected", 1),
        (401, "fetch.refused", 1),
        (403, "fetch.refused", 1),
        (404, "fetch.gone", 1),
        (410, "fetch.gone", 1),
        (408, "fetch.timeout", 3),
        (451, "fetch.refused", 1),
        (500, "fetch.server_error", 3),
        (501, "fetch.server_error", 1),
        (502, "fetch.server_error", 3),
        (503, "fetch.server_error", 3),
        (504, "fetch.server_error", 3),
    ],
)
def test_each_status_has_its_code_and_only_those_that_may_heal_are_asked_again(
    status: int, code: str, asked: int, server: SampleServer, client: Client
) -> None:
    server.inject(Fault("server_error", status=status))
    error = failure(client(), server)
    assert error.code == code
    assert f"HTTP {status}" in error.found and "Internal server error" in error.found
    assert len(server.requests) == asked


def test_a_gzip_bomb_stops_at_the_cap_and_not_in_memory(server: SampleServer, client: Client, tmp_path: Path) -> None:
    server.inject(Fault("bomb", size=30_000_000))
    error = failure(client(read_timeout=5), server, max_bytes=500_000)
    assert error.code == "fetch.too_large" and "more than 500,000 bytes" in error.found
    assert left_behind(tmp_path) == []


def test_a_body_over_the_cap_is_refused_before_it_is_read_where_its_length_is_announced(
    server: SampleServer, client: Client, table: bytes
) -> None:
    assert failure(client(), server, max_bytes=100).found == f"{len(table):,} bytes announced"


def test_a_slow_body_that_keeps_coming_arrives(server: SampleServer, client: Client, table: bytes) -> None:
    server.inject(Fault("slow", seconds=0.5))
    assert client().get(server.at("/files") + "/table.csv", name="table.csv").size == len(table)


def test_a_body_that_drips_without_end_is_given_up_at_the_total_time_out(server: SampleServer, client: Client) -> None:
    server.inject(Fault("slow", seconds=3))
    started = time.monotonic()
    assert failure(client(total_timeout=0.6), server).code == "fetch.timeout"
    assert time.monotonic() - started < 2.5


def test_a_service_that_asks_to_wait_is_waited_for(server: SampleServer, client: Client) -> None:
    server.inject(Fault("too_many", times=1, retry_after="1"))
    started = time.monotonic()
    assert client().get(server.at("/files") + "/table.csv", name="table.csv").attempts == 2
    assert time.monotonic() - started >= 1.0


def test_a_service_that_asks_to_wait_too_long_is_left_alone(server: SampleServer, client: Client) -> None:
    server.inject(Fault("too_many", retry_after="3600", headers={"X-RateLimit-Reset": "1790000000"}))
    error = failure(client(total_timeout=10_000), server)
    assert error.code == "fetch.rate_limited"
    assert "wait 3600 s" in error.found
    assert len(server.requests) == 1


def test_a_service_that_asks_one_run_to_wait_is_left_alone_by_all(server: SampleServer, client: Client, tmp_path: Path) -> None:
    server.inject(Fault("too_many", retry_after="3600", times=1))
    assert failure(client(state=tmp_path / "state", retries=0), server).code == "fetch.rate_limited"
    error = failure(client(state=tmp_path / "state"), server)
    assert error.code == "fetch.rate_limited" and "asked for a pause" in error.found
    assert len(server.requests) == 1


def test_a_rate_limit_without_retry_after_says_when_it_resets(server: SampleServer, client: Client) -> None:
    server.inject(Fault("too_many", retry_after="", headers={"X-RateLimit-Reset": "1790000000"}))
    assert "resets at 1790000000" in failure(client(retries=0), server).found


def test_a_retry_after_that_is_a_date_is_understood(server: SampleServer, client: Client) -> None:
    server.inject(Fault("too_many", retry_after="Wed, 21 Oct 2099 07:28:00 GMT"))
    assert failure(client(), server).code == "fetch.rate_limited"
    assert len(server.requests) == 1


def test_a_post_is_repeated_only_where_that_is_declared_safe(server: SampleServer, client: Client) -> None:
    server.inject(Fault("server_error"))
    for repeatable, asked in ((False, 1), (True, 3)):
        server.requests.clear()
        with pytest.raises(EvidenceError, match=r"fetch\.server_error"):
            client().post_json(server.url + "/files/query", {"a": 1}, name="query", repeatable=repeatable)
        assert [request.method for request in server.requests] == ["POST"] * asked


def test_a_redirect_to_a_host_that_nobody_named_is_refused(server: SampleServer, client: Client) -> None:
    target = server.url.replace("127.0.0.1", "localhost") + "/files/table.csv"
    server.inject(Fault("redirect", times=1, target=target))
    error = failure(client(), server)
    assert error.code == "fetch.redirected"
    assert target in error.found and "add localhost to `hosts`" in error.todo


def test_a_redirect_to_a_host_that_the_declaration_names_is_followed(server: SampleServer, client: Client, table: bytes) -> None:
    target = server.url.replace("127.0.0.1", "localhost") + "/files/table.csv"
    server.inject(Fault("redirect", times=1, target=target))
    received = client(hosts=("localhost",)).get(server.at("/files") + "/table.csv", name="table.csv", headers={"X-App-Token": "s3cret"})
    assert received.size == len(table)
    assert received.final_url == target
    assert "x-app-token" in server.requests[0].headers
    assert "x-app-token" not in server.requests[1].headers, "what was sent to one host is not for another"


def test_redirects_that_do_not_end_are_given_up(server: SampleServer, client: Client) -> None:
    server.inject(Fault("redirect", target="/files/table.csv"))
    assert failure(client(), server).code == "fetch.redirected"
    assert len(server.requests) == 9


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("http://169.254.169.254/latest/meta-data", "fetch.private_address"),
        ("http://[::ffff:10.0.0.1]/", "fetch.private_address"),
        ("http://example.org/table.csv", "fetch.clear_text"),
        ("ftp://example.org/table.csv", "fetch.bad_address"),
        ("file:///etc/passwd", "fetch.redirected"),
    ],
)
def test_a_redirect_cannot_lead_to_a_private_address_or_another_scheme(
    target: str, code: str, server: SampleServer, client: Client
) -> None:
    server.inject(Fault("redirect", target=target))
    hosts = ("169.254.169.254", "::ffff:10.0.0.1", "example.org")
    assert failure(client(hosts=hosts), server).code == code


def test_loopback_is_refused_unless_a_setting_allows_it(server: SampleServer, client: Client) -> None:
    for url in (server.url, server.url.replace("127.0.0.1", "localhost")):
        with pytest.raises(EvidenceError, match=r"fetch\.private_address"):
            client(allow_loopback=False).get(url + "/files/table.csv", name="table.csv")
    assert server.requests == []


def test_a_name_that_leads_to_a_private_address_is_refused_before_a_byte_is_sent(
    server: SampleServer, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(server.url.rpartition(":")[2])
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))])
    with pytest.raises(EvidenceError) as caught:
        client(allow_loopback=False).get(f"https://figures.example:{port}/table.csv", name="table.csv")
    assert caught.value.code == "fetch.private_address"
    assert "figures.example leads to 127.0.0.1" in caught.value.found
    assert server.requests == []


def test_a_refused_connection_and_an_unknown_name_are_unreachable(client: Client) -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]  # bound and not listening: nobody answers there
        for url in (f"http://127.0.0.1:{port}/", "https://no-such-host.invalid/"):
            with pytest.raises(EvidenceError) as caught:
                client(retries=0).get(url, name="x")
            assert caught.value.code == "fetch.unreachable"


def test_a_proxy_that_does_not_answer_is_unreachable_and_its_password_is_not_shown(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HTTPS_PROXY", f"http://someone:hunter2@127.0.0.1:{listening.getsockname()[1]}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        with pytest.raises(EvidenceError) as caught:
            client(retries=0).get("https://example.org/table.csv", name="x")
    assert caught.value.code == "fetch.unreachable"
    assert "proxy" in caught.value.found
    assert "hunter2" not in str(caught.value)


def test_a_service_without_a_certificate_that_can_be_trusted_is_not_asked_again(server: SampleServer, client: Client) -> None:
    with pytest.raises(EvidenceError) as caught:
        client().get(server.url.replace("http://", "https://") + "/files/table.csv", name="x")
    assert caught.value.code == "fetch.untrusted"
    assert "attempts" not in caught.value.found


def test_secrets_are_in_no_error(server: SampleServer, client: Client) -> None:
    server.inject(Fault("server_error"))
    with pytest.raises(EvidenceError) as caught:
        client(retries=0).get(server.url + "/files/table.csv", name="x", params={"uid": "0xsecret", "time": "latest"})
    assert "0xsecret" not in str(caught.value)
    assert "uid=HIDDEN" in caught.value.where and "time=latest" in caught.value.where


def test_an_unannounced_media_type_is_told_and_the_content_decides(server: SampleServer, client: Client, table: bytes) -> None:
    server.inject(Fault("media_type", target="application/x-surprise"))
    received = client().get(server.url + "/files/table.csv", name="x", media=CSV)
    assert received.size == len(table)
    assert received.warnings == ("the service calls this application/x-surprise; text/csv was expected",)


def test_a_wrong_charset_changes_no_byte(server: SampleServer, files: PlainFiles, client: Client) -> None:
    content = "name,pay\nSt John’s,£10\n".encode("windows-1252")
    files.files["/pay.csv"] = File(content)
    server.inject(Fault("wrong_charset"))
    received = client().get(server.url + "/files/pay.csv", name="x", media=CSV)
    assert received.charset == "utf-8"
    assert received.path is not None and received.path.read_bytes() == content
    assert "£10" in received.text()


def test_gzip_that_no_header_announces_is_unpacked_where_text_was_promised(server: SampleServer, client: Client, table: bytes) -> None:
    server.inject(Fault("unannounced_gzip"))
    received = client().get(server.url + "/files/table.csv", name="x", media=CSV)
    assert received.path is not None and received.path.read_bytes() == table
    assert received.warnings == ("the body was gzip that no header announced; it was unpacked",)


def test_an_address_that_will_end_is_a_warning(server: SampleServer, client: Client) -> None:
    server.inject(Fault("deprecated"))
    received = client().get(server.url + "/files/table.csv", name="x", media=CSV)
    assert received.warnings == (
        "the service calls this address deprecated since 2023-06-30",
        "the service says that this address ends on Sun, 30 Jun 2030 23:59:59 GMT",
    )
    assert received.headers["sunset"] == "Sun, 30 Jun 2030 23:59:59 GMT"


def test_a_body_whose_end_is_the_end_of_the_connection_is_read_whole(server: SampleServer, client: Client, table: bytes) -> None:
    server.inject(Fault("no_length"))
    assert client().get(server.url + "/files/table.csv", name="x").size == len(table)


def test_an_encoding_that_nobody_asked_for_is_refused(server: SampleServer, files: PlainFiles, client: Client) -> None:
    files.files["/packed.csv"] = File(b"\x1b\x00", headers={"Content-Encoding": "br"})
    error = failure(client(), server, "/files/packed.csv")
    assert error.code == "fetch.protocol" and "Content-Encoding: br" in error.found


@pytest.mark.parametrize(
    "content", [b'{"error":{"code":400,"message":"Invalid URL"}}', b"<?xml version='1.0'?><ServiceException>no layer</ServiceException>"]
)
def test_an_error_text_with_a_good_status_is_no_data(content: bytes, server: SampleServer, files: PlainFiles, client: Client) -> None:
    files.files["/answer"] = File(content, "application/json" if content.startswith(b"{") else "text/xml")
    assert failure(client(), server, "/files/answer").code == "fetch.not_data"
