"""The ways in which a publisher's service fails, as values that a sample server can be given.

Each is one that was met in practice; none needs anything from the responder whose answer it spoils.
"""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field

KINDS = {
    "stall": "the headers do not come for `seconds`",
    "stall_body": "half of the body comes, the rest after `seconds`",
    "slow": "the body comes in twenty pieces with `seconds` in all between them",
    "reset": "the connection is reset in the middle of the body",
    "short_body": "the connection ends in the middle of the body, in good order",
    "cut_chunks": "the body comes in chunks, and the connection ends before the last",
    "cut_gzip": "the body ends early and Content-Length agrees: only the compressed stream shows it",
    "half_of_another": "half of another body comes, and the connection ends: what is asked again has changed meanwhile",
    "too_many": "429, with Retry-After: `retry_after`",
    "server_error": "status `status` (500) with an HTML page",
    "html": "a maintenance page with status 200",
    "json_error": "an error in JSON with status 200",
    "repeats_the_question": "status `status` (500) with a text that repeats the whole address asked, secrets and all",
    "not_modified": "304, whether or not anyone asked for it",
    "empty": "no body with status 200",
    "wrong_charset": "the Content-Type names a charset that the body is not in: `target`, or utf-8",
    "login": "a redirect to a login page on this host: `target`, or /login",
    "redirect": "a redirect to `target`",
    "moved": "a redirect to the same path and question at another host: `target` is its beginning",
    "media_type": "the Content-Type is `target`, whatever the body is",
    "huge": "a body of `size` bytes",
    "announced": "a Content-Length of `size`, and no such body",
    "endless": "a body of `size` bytes in chunks, which announce nothing",
    "chunks": "the body in chunks, whole",
    "bomb": "a gzip body of a few kilobytes that unpacks to `size` bytes",
    "zip_bomb": "a zip of a few kilobytes whose one member, `target`, unpacks to `size` bytes",
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
    """One failure. It spoils answers to paths that begin with `path` (`exact`: are it), to questions with the parameter `asking`, `times`
    times (None: always)."""

    kind: str
    path: str = "/"
    times: int | None = None
    seconds: float = 5.0
    status: int = 500
    retry_after: str = "1"
    target: str = ""
    size: int = 0
    method: str = ""
    asking: str = ""
    exact: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no fault {self.kind!r}; there are {', '.join(KINDS)}")

    def applies(self, method: str, path: str, query: Mapping[str, list[str]]) -> bool:
        if self.times == 0 or (self.method and method != self.method) or (self.asking and self.asking not in query):
            return False
        return path == self.path if self.exact else path.startswith(self.path)

    def instead(self, asked: str) -> tuple[int, bytes, dict[str, str]] | None:
        """An answer in place of the responder's; None where the responder's is only spoilt. `asked` is the path with its query."""
        if self.kind == "too_many":
            pause = {"Retry-After": self.retry_after} if self.retry_after else {}
            return 429, b'{"title":"Too many requests","status":429}', {"Content-Type": "application/problem+json", **pause, **self.headers}
        if self.kind == "server_error":
            return self.status, _PAGE.format("Internal server error").encode(), {**_HTML, **self.headers}
        if self.kind == "html":
            return 200, _PAGE.format("Sorry, the service is unavailable").encode(), _HTML
        if self.kind == "json_error":
            return 200, b'{"error":{"code":400,"message":"Something went wrong"}}', {"Content-Type": "application/json", **self.headers}
        if self.kind == "repeats_the_question":
            return self.status, f"Cannot answer {asked}".encode(), {"Content-Type": "text/plain", **self.headers}
        if self.kind == "not_modified":
            return 304, b"", {}
        if self.kind == "empty":
            return 200, b"", {"Content-Type": "text/csv"}
        if self.kind == "login":
            return 302, b"", {"Location": self.target or "/login"}
        if self.kind == "redirect":
            return self.status if self.status in (301, 302, 303, 307, 308) else 302, b"", {"Location": self.target}
        if self.kind == "moved":
            return self.status if self.status in (301, 302, 303, 307, 308) else 307, b"", {"Location": self.target + asked}
        if self.kind in ("huge", "endless"):
            return 200, b"x" * self.size, {"Content-Type": "text/csv"}
        if self.kind == "announced":
            return 200, b"", {"Content-Type": "text/csv", "Content-Length": str(self.size)}
        if self.kind == "zip_bomb":
            return 200, _packed(self.target, self.size), {"Content-Type": "application/zip"}
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
            name = lowered.get("content-type", "Content-Type")
            return status, body, {**headers, name: f"{headers.get(name, 'text/csv').partition(';')[0]}; charset={self.target or 'utf-8'}"}
        if self.kind == "media_type":
            return status, body, {**headers, lowered.get("content-type", "Content-Type"): self.target}
        if self.kind == "deprecated":
            return status, body, {**headers, "Deprecation": "@1688169599", "Sunset": "Sun, 30 Jun 2030 23:59:59 GMT"}
        if self.kind == "no_length":
            return status, body, {**headers, "Connection": "close", "Transfer-Encoding": "identity"}
        if self.kind in ("chunks", "cut_chunks", "endless"):
            whole = b"%x\r\n%s\r\n" % (len(body), body) + b"0\r\n\r\n"
            return status, whole[: -len(b"0\r\n\r\n")] if self.kind == "cut_chunks" else whole, {**headers, "Transfer-Encoding": "chunked"}
        if self.kind == "half_of_another":
            return status, bytes(reversed(body)), headers
        return status, body, headers

    def steps(self, size: int) -> tuple[Step, ...]:
        """How the body is sent."""
        if self.kind == "stall":
            return (Step(pause=self.seconds, before_headers=True),)
        if self.kind == "stall_body":
            return (Step(size // 2, self.seconds),)
        if self.kind == "slow":
            return tuple(Step(size * part // 20, self.seconds / 20) for part in range(1, 20))
        if self.kind in ("reset", "short_body", "half_of_another"):
            return (Step(size // 2, 0.02, "reset" if self.kind == "reset" else "end"),)
        if self.kind in ("cut_chunks", "announced"):
            return (Step(size, 0.0, "end"),)
        return ()


def _packed(name: str, size: int) -> bytes:
    """A zip of one member of so many zeros, made without holding them."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(name or "data.csv", "w") as member:
        for start in range(0, size, 1 << 20):
            member.write(bytes(min(1 << 20, size - start)))
    return written.getvalue()
