"""The polite client when all goes well: who it says it is, what it asks again, what it keeps, how it takes its turn."""

from __future__ import annotations

import gzip
import hashlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from expectations.errors import EvidenceError
from tasks.fetch.http import Http, HttpSettings
from tasks.fetch.limits import Pace
from tasks.sample.plain_file import File, PlainFiles
from tasks.sample.server import Request, Response, SampleServer
from tasks.snapshot import Part, Validators
from warehouse.home import PROJECT

TABLE = b"a,b\n1,2\n"


class Echo:
    """Answers with what was asked, as JSON."""

    def respond(self, request: Request) -> Response | None:
        if request.path == "/304":
            return Response(304)
        if request.path == "/gzip":
            return Response(200, gzip.compress(TABLE), {"Content-Type": "text/csv", "Content-Encoding": "gzip"})
        return Response.of_json({"query": dict(request.query), "headers": dict(request.headers), "body": request.body.decode()})


@pytest.fixture
def files() -> PlainFiles:
    return PlainFiles({"/table.csv": File(TABLE), "/page": File(b"<html><head><title>A page</title></head></html>")})


@pytest.fixture
def server(files: PlainFiles) -> Iterator[SampleServer]:
    with SampleServer({"/files": files, "/echo": Echo()}) as running:
        yield running


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    return tmp_path / "scratch"


def client(scratch: Path, **changes: Any) -> Http:
    return Http(HttpSettings(**{"allow_loopback": True, "retries": 1, "backoff": 0.01, "jitter": 0, **changes}), scratch)


def test_an_answer_is_a_file_with_its_hash_and_its_provenance(server: SampleServer, scratch: Path) -> None:
    with client(scratch) as http:
        received = http.get(server.at("/files") + "/table.csv", name="table.csv", media=("text/csv",))
    assert received.path is not None and received.path.parent == scratch and received.path.read_bytes() == TABLE
    assert (received.sha256, received.size) == (hashlib.sha256(TABLE).hexdigest(), len(TABLE))
    assert (received.status, received.attempts, received.not_modified) == (200, 1, False)
    assert received.url == received.final_url == server.at("/files") + "/table.csv"
    assert received.media_type == "text/csv"
    assert received.headers["last-modified"] == "Thu, 25 Sep 2025 08:30:00 GMT"
    assert received.fetched_at.endswith("+00:00")
    fetched = received.fetched("table.csv", {"period": "2025"})
    assert fetched.validators == Validators(received.headers["etag"], "Thu, 25 Sep 2025 08:30:00 GMT")
    assert (fetched.path, fetched.sha256, fetched.labels) == (received.path, received.sha256, {"period": "2025"})


def test_the_client_says_who_it_is_and_how_to_reach_whoever_runs_it(
    server: SampleServer, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVIDENCE_CONTACT", "evidence@example.org\r\nX-Injected: 1")
    settings = HttpSettings.from_environment(allow_loopback=True)
    with Http(settings, scratch) as http:
        headers = http.get(server.at("/echo") + "/", name="echo").json()["headers"]
    assert headers["user-agent"].startswith("city-evidence-base/")
    assert "(+evidence@example.org X-Injected: 1)" in headers["user-agent"], "a line break in a setting makes no header"
    assert headers["accept-encoding"] == "gzip"
    assert "x-injected" not in headers


def test_what_a_netrc_holds_is_sent_to_nobody(server: SampleServer, scratch: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password hunter2\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with client(scratch) as http:
        assert "authorization" not in http.get(server.at("/echo") + "/", name="echo").json()["headers"]


def test_loopback_needs_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVIDENCE_ALLOW_LOOPBACK", raising=False)
    assert not HttpSettings.from_environment().allow_loopback
    monkeypatch.setenv("EVIDENCE_ALLOW_LOOPBACK", "1")
    assert HttpSettings.from_environment().allow_loopback


def test_an_unchanged_file_is_not_sent_again(server: SampleServer, scratch: Path) -> None:
    with client(scratch) as http:
        first = http.get(server.at("/files") + "/table.csv", name="table.csv").fetched("table.csv", {"period": "2025"})
        part = Part(**{name: getattr(first, name) for name in Part.__dataclass_fields__})
        again = http.get(server.at("/files") + "/table.csv", name="table.csv", validators=part.validators)
    assert again.not_modified and again.status == 304 and again.path is None
    kept = again.fetched("table.csv", previous=part)
    assert kept.path is None
    assert (kept.sha256, kept.size, kept.media_type, kept.labels) == (first.sha256, len(TABLE), "text/csv", {"period": "2025"})
    assert kept.validators == part.validators


def test_a_changed_file_is_sent_although_validators_were(server: SampleServer, files: PlainFiles, scratch: Path) -> None:
    with client(scratch) as http:
        first = http.get(server.at("/files") + "/table.csv", name="table.csv").fetched("table.csv")
        files.files["/table.csv"] = File(TABLE + b"3,4\n")
        again = http.get(server.at("/files") + "/table.csv", name="table.csv", validators=first.validators)
    assert not again.not_modified and again.size == len(TABLE) + 4


def test_a_304_that_nobody_asked_for_breaks_the_contract(server: SampleServer, scratch: Path) -> None:
    with client(scratch) as http, pytest.raises(EvidenceError) as caught:
        http.get(server.at("/echo") + "/304", name="table.csv")
    assert caught.value.code == "fetch.protocol" and caught.value.found == "HTTP 304"


def test_a_body_that_is_always_gzip_is_unpacked_and_hashed_unpacked(server: SampleServer, scratch: Path) -> None:
    with client(scratch) as http:
        received = http.get(server.at("/echo") + "/gzip", name="x", media=("text/csv",), headers={"Accept-Encoding": "identity"})
    assert received.path is not None and received.path.read_bytes() == TABLE
    assert received.sha256 == hashlib.sha256(TABLE).hexdigest()
    assert received.warnings == ()


def test_gzip_of_several_members_is_one_body(server: SampleServer, files: PlainFiles, scratch: Path) -> None:
    packed = gzip.compress(TABLE) + gzip.compress(b"3,4\n" * 50_000)
    files.files["/members.csv"] = File(packed, headers={"Content-Encoding": "gzip"})
    with client(scratch) as http:
        received = http.get(server.at("/files") + "/members.csv", name="x")
    assert received.path is not None and received.path.read_bytes() == TABLE + b"3,4\n" * 50_000


def test_a_gz_file_stays_packed(server: SampleServer, files: PlainFiles, scratch: Path) -> None:
    files.files["/table.csv.gz"] = File(gzip.compress(TABLE), "application/gzip")
    with client(scratch) as http:
        received = http.get(server.at("/files") + "/table.csv.gz", name="x")
    assert received.path is not None and received.path.read_bytes().startswith(b"\x1f\x8b")


def test_secrets_are_sent_and_not_kept(server: SampleServer, scratch: Path) -> None:
    asked = {"uid": "0xsecret", "time": "latest", "token": "t0ken"}
    with client(scratch) as http:
        received = http.get(server.at("/echo") + "/", name="x", params=asked)
        posted = http.post_json(server.at("/echo") + "/", {"api_key": "k3y", "place": {"code": "E08000025"}}, name="x")
    assert received.json()["query"]["uid"] == ["0xsecret"]
    assert "k3y" in posted.json()["body"]
    kept = repr(received.fetched("x")) + repr(posted.fetched("x"))
    assert "0xsecret" not in kept and "t0ken" not in kept and "k3y" not in kept
    assert received.request == {"method": "GET", "params": {"uid": "HIDDEN", "time": "latest", "token": "HIDDEN"}}
    assert posted.request == {"method": "POST", "body": {"api_key": "HIDDEN", "place": {"code": "E08000025"}}}


def test_an_address_is_rerouted_and_records_keep_the_publishers_own(server: SampleServer, scratch: Path) -> None:
    reroute = {"https://files.example.org/data": server.at("/files")}
    with client(scratch, reroute=reroute) as http:
        received = http.get("https://files.example.org/data/table.csv", name="x")
        with pytest.raises(EvidenceError):
            http.get("https://files.example.org.invalid/data/table.csv", name="x")
    assert received.url == "https://files.example.org/data/table.csv"
    assert received.final_url == server.at("/files") + "/table.csv"


def test_clear_text_is_refused_and_a_link_in_clear_text_is_tried_encrypted(server: SampleServer, scratch: Path) -> None:
    with client(scratch, reroute={"https://files.example.org": server.at("/files")}) as http:
        with pytest.raises(EvidenceError, match=r"fetch\.clear_text"):
            http.get("http://files.example.org/table.csv", name="x")
        linked = http.get("http://files.example.org/table.csv", name="x", linked_from="https://files.example.org/page")
    assert linked.url == "https://files.example.org/table.csv"


def test_a_link_to_a_host_that_nobody_named_is_refused(scratch: Path) -> None:
    with client(scratch) as http, pytest.raises(EvidenceError) as caught:
        http.get("https://elsewhere.example/table.csv", name="x", linked_from="https://files.example.org/page")
    assert caught.value.code == "fetch.redirected"
    assert "add elsewhere.example to `hosts`" in caught.value.todo


def test_a_status_that_the_caller_accepts_is_an_answer(server: SampleServer, scratch: Path) -> None:
    with client(scratch) as http:
        received = http.get(server.at("/files") + "/nothing-here", name="x", accept=frozenset({404}))
    assert received.status == 404 and "Page not found" in received.text()


def test_json_that_is_none_and_json_that_is_too_large_are_coded_errors(server: SampleServer, scratch: Path) -> None:
    with client(scratch, max_json_bytes=20) as http:
        with pytest.raises(EvidenceError) as caught:
            http.get(server.at("/files") + "/table.csv", name="x").json()
        assert caught.value.code == "fetch.protocol" and 'begins "a,b 1,2"' in caught.value.found
        with pytest.raises(EvidenceError, match=r"fetch\.too_large"):
            http.get(server.at("/echo") + "/", name="x").json()


def test_a_page_is_an_answer_where_a_page_is_wanted(server: SampleServer, scratch: Path) -> None:
    with client(scratch) as http:
        assert "A page" in http.get(server.at("/files") + "/page", name="x", media=("text/html",)).text()


def test_requests_to_one_host_keep_their_distance(server: SampleServer, scratch: Path) -> None:
    with client(scratch, intervals={"127.0.0.1": 0.1}) as http:
        started = time.monotonic()
        for _ in range(4):
            http.get(server.at("/files") + "/table.csv", name="x")
    assert time.monotonic() - started >= 0.3


def test_all_processes_of_the_machine_share_the_pace(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from tasks.fetch.limits import Pace\n"
        "pace = Pace(0.5, {}, Path(sys.argv[1]), now=lambda: 1000.0, sleep=lambda seconds: None)\n"
        "print(*(pace.wait('example.org', 1000) for _ in range(50)))"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    running = [subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    turns = sorted(float(turn) for process in running for turn in process.communicate(timeout=60)[0].split())
    assert turns == [number * 0.5 for number in range(100)], "each turn is given once, whichever process takes it"


def test_a_pause_that_a_host_asks_for_holds_for_everyone(tmp_path: Path) -> None:
    clock = [1000.0]
    first, second = (Pace(0.0, {}, tmp_path, now=lambda: clock[0], sleep=lambda seconds: None) for _ in range(2))
    first.hold_off("example.org", 30)
    assert second.wait("example.org", longest=60) == 30
    assert second.wait("example.org", longest=10) == -1
    assert second.wait("other.example", longest=10) == 0


def test_a_time_that_a_clock_set_back_left_behind_stops_nobody(tmp_path: Path) -> None:
    slept: list[float] = []
    Pace(1.0, {}, tmp_path, now=lambda: 1_000_000.0).wait("example.org", 10)
    Pace(1.0, {}, tmp_path, now=lambda: 5.0, sleep=slept.append).wait("example.org", 10)
    assert slept == []
