"""A server on this machine that answers as the publishers do, and fails as they fail when told to.

For the sample and the tests: it listens on 127.0.0.1 alone, on a port that the system chooses, and holds no figures itself.
A `Responder` is mounted at a path and speaks one publisher's wire format; a `Fault` makes an answer fail on purpose.
"""

from __future__ import annotations

import json
import socket
import struct
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from tasks.sample.faults import Fault, Step


@dataclass(frozen=True)
class Request:
    """What a responder sees. `path` is below its mount; `base` is the URL of its mount, without a slash at the end."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    base: str
    asked: str = ""  # the path with its query, as it was sent

    def one(self, name: str, default: str = "") -> str:
        """The last value of a query parameter."""
        return self.query.get(name, [default])[-1]

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Response:
    """A whole answer. Content-Length is added by the server."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_json(cls, value: Any, status: int = 200, media_type: str = "application/json; charset=utf-8", **headers: str) -> Response:
        content = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        return cls(status, content, {"Content-Type": media_type, **headers})

    @classmethod
    def of_text(cls, text: str, status: int = 200, media_type: str = "text/html; charset=utf-8", **headers: str) -> Response:
        return cls(status, text.encode(), {"Content-Type": media_type, **headers})


class Responder(Protocol):
    """One publisher's service. None means that there is nothing at this path (the server then answers 404)."""

    def respond(self, request: Request) -> Response | None: ...


class SampleServer:
    """A context manager: `with SampleServer({"/ees": responder}) as server: server.at("/ees")` is the base URL of that service.

    `requests` lists what was asked, in order of arrival; `inject` adds a fault for the requests to come.
    """

    def __init__(self, responders: Mapping[str, Responder], faults: Sequence[Fault] = ()) -> None:
        self._mounts = sorted(
            ((prefix.rstrip("/"), responder) for prefix, responder in responders.items()), key=lambda mount: -len(mount[0])
        )
        self._lock = threading.Lock()
        self._faults = list(faults)
        self.requests: list[Request] = []
        self.stopping = threading.Event()
        self._server = _Quiet(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> SampleServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def at(self, prefix: str) -> str:
        """The base URL of what is mounted at `prefix`."""
        return self.url + prefix.rstrip("/")

    def inject(self, *faults: Fault) -> None:
        """Let the next matching requests fail; see `Fault`."""
        with self._lock:
            self._faults.extend(faults)

    def heal(self) -> None:
        """Forget all faults."""
        with self._lock:
            self._faults.clear()

    def answer(self, request: Request) -> tuple[Response, Sequence[Step]]:
        """The answer to a request (its path not yet below a mount), and how it is to be sent."""
        with self._lock:
            self.requests.append(request)
            fault = next((fault for fault in self._faults if fault.applies(request.method, request.path, request.query)), None)
            if fault is not None and fault.times is not None:
                position = self._faults.index(fault)
                self._faults[position] = replace(fault, times=fault.times - 1)
        response = fault.instead(request.asked) if fault is not None else None
        if response is not None:
            status, body, headers = response
            good = Response(status, body, headers)
        else:
            good = self._respond(request)
        if fault is None:
            return good, ()
        status, body, headers = fault.changed(good.status, good.body, dict(good.headers))
        return Response(status, body, headers), fault.steps(len(body))

    def _respond(self, request: Request) -> Response:
        for prefix, responder in self._mounts:
            if request.path == prefix or request.path.startswith(prefix + "/"):
                below = replace(request, path=request.path[len(prefix) :] or "/", base=self.url + prefix)
                response = responder.respond(below)
                if response is not None:
                    return response
        return Response.of_text("<!DOCTYPE html><html><head><title>Page not found</title></head><body></body></html>", 404)


class _Quiet(ThreadingHTTPServer):
    """Threads that end with the process, and no traceback when a client leaves, as faults make it do."""

    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


def _handler(server: SampleServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body are two writes: without this the second waits 40 ms for the client's delayed acknowledgement of the first.
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def do_HEAD(self) -> None:
            self._answer()

        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            split = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            query = parse_qs(split.query, keep_blank_values=True)
            request = Request(self.command, unquote(split.path), query, headers, self.rfile.read(length), server.url, self.path)
            response, steps = server.answer(request)
            try:
                self._send(response, steps)
            except OSError:  # the client left, as some tests make it
                self.close_connection = True

        def _send(self, response: Response, steps: Sequence[Step]) -> None:
            for step in steps:
                if step.before_headers:
                    server.stopping.wait(step.pause)
            headers = {name.lower(): value for name, value in response.headers.items()}
            self.send_response(response.status)
            for name, value in response.headers.items():
                self.send_header(name, value)
            bodyless = response.status in (204, 304)
            if "content-length" not in headers and "transfer-encoding" not in headers and not bodyless:
                self.send_header("Content-Length", str(len(response.body)))
            self.end_headers()
            if not bodyless and self.command != "HEAD":
                self._send_body(response.body, [step for step in steps if not step.before_headers])

        def _send_body(self, body: bytes, steps: Sequence[Step]) -> None:
            start = 0
            for step in steps:
                self.wfile.write(body[start : step.until])
                self.wfile.flush()
                start = step.until
                if server.stopping.wait(step.pause) or step.then:
                    self._end(reset=step.then == "reset")
                    return
            self.wfile.write(body[start:])

        def _end(self, reset: bool) -> None:
            self.close_connection = True
            if reset:  # no lingering: the peer sees a reset, not an end
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()

        def log_message(self, *_: Any) -> None:
            """Silent: what was asked is in `SampleServer.requests`."""

    return Handler
