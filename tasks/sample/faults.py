"""The ways in which a publisher's service fails, as values that a sample server can be given.

Each is one that was met in practice; none needs anything from the responder whose answer it spoils.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field

KINDS = {
    "stall": "the headers do not come for `seconds`",
    "stall_body": "half of the body comes, the rest after `seconds`",
    "slow": "the body comes in twenty pieces with `seconds` in all between them",
    "reset": "the connection is reset in the middle of the body",
    "short_body": "the connection ends in the middle of the body, in good order",
    "cut_gzip": "the body ends early and Content-Length agrees: only the compressed stream shows it",
    "too_many": "429, with Retry-After: `retry_after`",
    "server_error": "status `status` (500) with an HTML page",
    "html": "a maintenance page with status 200",
    "empty": "no body with status 200",
    "wrong_charset": "the Content-Type names a charset that the body is not in",
    "login": "a redirect to a login page on this host: `target`, or /login",
    "redirect": "a redirect to `target`",
    "media_type": "the Content-Type is `target`, whatever the body is",
    "huge": "a body of `size` bytes",
    "bomb": "a gzip body of a few kilobytes that unpacks to `size` bytes",
    "unannounced_gzip": "the body is gzip and no header says so",
    "deprecated": "headers Deprecation and Sunset",
    "no_length": "no Content-Length: the end of the connection is the end of the body",
}
_PAGE = "<!DOCTYPE html>\n<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"
_HTML = {"Content-Type": "text/html; charset=utf-8"}


@dataclass(frozen=True)
class Step:
    """Send the body up to `until`, pause, and perhaps end there: `then` is '', 'end' or 'reset'."""

    until: int = 0
    pause: float = 0.0
    then: str = ""
    before_headers: bool = False


@dataclass(frozen=True)
class Fault:
    """One failure. It spoils answers to paths that begin with `path`, `times` times (None: always)."""

    kind: str
    path: str = "/"
    times: int | None = None
    seconds: float = 5.0
    status: int = 500
    retry_after: str = "1"
    target: str = ""
    size: int = 0
    method: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no fault {self.kind!r}; there are {', '.join(KINDS)}")

    def applies(self, method: str, path: str) -> bool:
        if self.times == 0 or (self.method and method != self.method):
            return False
        return path.startswith(self.path)

    def instead(self) -> tuple[int, bytes, dict[str, str]] | None:
        """An answer in place of the responder's; None where the responder's is only spoilt."""
        if self.kind == "too_many":
            asked = {"Retry-After": self.retry_after} if self.retry_after else {}
            return 429, b'{"title":"Too many requests","status":429}', {"Content-Type": "application/problem+json", **asked, **self.headers}
        if self.kind == "server_error":
            return self.status, _PAGE.format("Internal server error").encode(), {**_HTML, **self.headers}
        if self.kind == "html":
            return 200, _PAGE.format("Sorry, the service is unavailable").encode(), _HTML
        if self.kind == "empty":
            return 200, b"", {"Content-Type": "text/csv"}
        if self.kind == "login":
            return 302, b"", {"Location": self.target or "/login"}
        if self.kind == "redirect":
            return self.status if self.status in (301, 302, 303, 307, 308) else 302, b"", {"Location": self.target}
        if self.kind == "huge":
            return 200, b"x" * self.size, {"Content-Type": "text/csv"}
        if self.kind == "bomb":
            return 200, gzip.compress(bytes(self.size)), {"Content-Type": "text/csv", "Content-Encoding": "gzip"}
        return None

    def changed(self, status: int, body: bytes, headers: dict[str, str]) -> tuple[int, bytes, dict[str, str]]:
        """The responder's answer, spoilt."""
        lowered = {name.lower(): name for name in headers}
        if self.kind == "cut_gzip":
            packed = body if "content-encoding" in lowered else gzip.compress(body)
            return status, packed[: max(1, len(packed) - 12)], {**headers, "Content-Encoding": "gzip"}
        if self.kind == "unannounced_gzip":
            packed = body if "content-encoding" in lowered else gzip.compress(body)
            return status, packed, {name: value for name, value in headers.items() if name.lower() != "content-encoding"}
        if self.kind == "wrong_charset":
            return status, body, {**headers, lowered.get("content-type", "Content-Type"): "text/csv; charset=utf-8"}
        if self.kind == "media_type":
            return status, body, {**headers, lowered.get("content-type", "Content-Type"): self.target}
        if self.kind == "deprecated":
            return status, body, {**headers, "Deprecation": "@1688169599", "Sunset": "Sun, 30 Jun 2030 23:59:59 GMT"}
        if self.kind == "no_length":
            return status, body, {**headers, "Connection": "close", "Transfer-Encoding": "identity"}
        return status, body, headers

    def steps(self, size: int) -> tuple[Step, ...]:
        """How the body is sent."""
        if self.kind == "stall":
            return (Step(pause=self.seconds, before_headers=True),)
        if self.kind == "stall_body":
            return (Step(size // 2, self.seconds),)
        if self.kind == "slow":
            return tuple(Step(size * part // 20, self.seconds / 20) for part in range(1, 20))
        if self.kind in ("reset", "short_body"):
            return (Step(size // 2, 0.02, "reset" if self.kind == "reset" else "end"),)
        return ()
