"""What an answer means: which statuses are failures and which may heal, and whether a body with status 200 is data at all.

Refuses HTML, login pages and XML error reports where data was asked for, whatever the status says.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

# The answer is neither an error of ours nor of the data: asking again may well succeed.
TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})
KEPT_HEADERS = frozenset(
    [
        "etag",
        "last-modified",
        "content-type",
        "content-length",
        "content-disposition",
        "deprecation",
        "sunset",
        "link",
        "retry-after",
        "warning",
        "date",
    ]
)
GENERIC = frozenset(
    [
        "",
        "application/octet-stream",
        "binary/octet-stream",
        "application/x-download",
        "application/download",
        "application/force-download",
        "text/plain",
        "application/x-unknown",
    ]
)
_NEVER_GZIP = (
    "text/",
    "application/csv",
    "application/xml",
    "application/zip",
    "application/x-zip-compressed",
    "application/vnd.openxmlformats-officedocument.",
    "application/vnd.oasis.opendocument.",
    "application/vnd.ms-excel",
)
_MARKUP = frozenset(["text/html", "application/xhtml+xml", "application/xml", "text/xml", "application/vnd.ms-excel"])
_TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_HEADING = re.compile(r"<h1[^>]*>(.*?)</h1", re.IGNORECASE | re.DOTALL)
_HTML = re.compile(rb"^(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body|script|meta)\b", re.IGNORECASE | re.DOTALL)


@dataclass
class Failure(Exception):
    """One attempt that failed: code, what was found and expected, whether asking again may heal it, how long the service asks to wait."""

    code: str
    found: str
    expected: str = ""
    retry: bool = False
    wait: float | None = None
    todo: str = ""

    def __post_init__(self) -> None:
        super().__init__(self.code, self.found)


def failure_of_status(status: int, headers: Mapping[str, str], head: bytes) -> Failure:
    """The failure that an HTTP status of 400 or more is, with what the service itself says of it."""
    said = service_message(head, headers.get("content-type", ""))
    found = f"HTTP {status}" + (f": {said}" if said else "")
    retry = status in TRANSIENT
    wait = (seconds_to_wait(headers) or _seconds_to_reset(head)) if retry else None
    if status == 429:
        return Failure("fetch.rate_limited", f"{found}; {_reset(headers, wait)}", "an answer within the service's rate limit", retry, wait)
    if status in (401, 403, 407, 451):
        return Failure("fetch.refused", found, "data that is open to all")
    if status in (404, 410):
        return Failure("fetch.gone", found, "the data at the address that the declaration gives")
    if status in (408, 425):
        return Failure("fetch.timeout", found, "an answer in time", retry, wait)
    if status >= 500:
        return Failure("fetch.server_error", found, "an answer", retry, wait)
    return Failure("fetch.rejected", found, "a request that the service understands")


def failure_of_content(head: bytes, media_type: str, media: Sequence[str] | None, through_login: bool) -> Failure | None:
    """Why a body with a good status is not the data that was asked for; None where it may be.

    `media` are the media types that the caller can use (None: anything but a login page). The content decides, not what it is called:
    publishers serve CSV as octet-stream, text/plain and vnd.ms-excel.
    """
    begins_as_html = bool(_HTML.match(head.lstrip(b"\xef\xbb\xbf \t\r\n")))
    if through_login and begins_as_html:
        return Failure(
            "fetch.not_data",
            f"a login page: {page_title(head)}",
            "data that is open to all",
            todo="Open the address in a browser: the file has moved, or needs an account.",
        )
    if media is None:
        return None
    wanted = {kind.lower() for kind in media}
    begins_as_markup = head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
    if begins_as_html and not wanted & {"text/html", "application/xhtml+xml"}:
        return Failure("fetch.not_data", f"a web page: {page_title(head)}", " or ".join(media))
    if begins_as_markup and not wanted & _MARKUP and not any(kind.endswith("+xml") for kind in wanted):
        return Failure(
            "fetch.not_data", f"markup ({media_type or 'no media type'}): {service_message(head, media_type)}", " or ".join(media)
        )
    wants_json = any(is_json(kind) for kind in wanted)
    if is_json(media_type) and not wants_json and head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        return Failure("fetch.not_data", f"JSON: {service_message(head, media_type)}", " or ".join(media))
    return None


def unannounced(media_type: str, media: Sequence[str] | None) -> str:
    """A warning where the media type is none that was asked for and not a generic one; '' otherwise."""
    if media is None or media_type in GENERIC or media_type in {kind.lower() for kind in media}:
        return ""
    if is_json(media_type) and any(is_json(kind) for kind in media):
        return ""
    return f"the service calls this {media_type}; {' or '.join(media)} was expected"


def service_message(head: bytes, content_type: str) -> str:
    """What the service says in an error body, in one line: problem+json, what ArcGIS, CKAN and Opendatasoft send, a title, text."""
    text = head.decode("utf-8", "replace").strip()
    if text.startswith(("{", "[")) or is_json(content_type):
        try:
            return one_line("; ".join(_messages(json.loads(text))))
        except ValueError:
            return one_line(text)
    if text.startswith("<"):
        return page_title(head)
    return one_line(text)


def page_title(head: bytes) -> str:
    """The title of a web page in quotes, or else its first heading or text."""
    text = head.decode("utf-8", "replace")
    for pattern in (_TITLE, _HEADING):
        match = pattern.search(text)
        if match and match.group(1).strip():
            return f'"{one_line(html.unescape(re.sub(r"<[^>]+>", " ", match.group(1))))}"'
    return f'no title; it begins "{one_line(re.sub(r"<[^>]+>", " ", text), 80)}"'


def one_line(text: str, limit: int = 300) -> str:
    """The text on one line of printable characters, cut to `limit`."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def charset_of(content_type: str) -> str | None:
    """The charset that a Content-Type names, in lower case."""
    match = re.search(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]+)", content_type, re.IGNORECASE)
    return match.group(1).lower() if match else None


def is_json(media_type: str) -> bool:
    """Whether a media type, with or without parameters, is one of JSON."""
    kind = media_type.partition(";")[0].strip().lower()
    return kind in ("application/json", "text/json", "application/geo+json") or kind.endswith("+json")


def is_never_gzip(content_type: str) -> bool:
    """Whether a declared media type is one of text, of a zip or of a workbook, so that its body can never rightly begin with gzip's mark."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind.startswith(_NEVER_GZIP) or is_json(kind) or kind.endswith("+xml")


def seconds_to_wait(headers: Mapping[str, str]) -> float | None:
    """`Retry-After`, in seconds or as a date; None where it is absent or no sense can be made of it."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    if re.fullmatch(r"\d{1,9}(\.\d+)?", value):
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())


def kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers worth keeping, names in lower case."""
    lowered = {name.lower(): value for name, value in headers.items()}
    return {
        name: value for name, value in sorted(lowered.items()) if name in KEPT_HEADERS or name.startswith(("x-ratelimit-", "ratelimit"))
    }


def service_warnings(headers: Mapping[str, str]) -> tuple[str, ...]:
    """A sentence for each announcement that this address will end: the headers Deprecation (RFC 9745) and Sunset (RFC 8594)."""
    found = []
    if value := headers.get("deprecation"):
        since = f" since {datetime.fromtimestamp(int(value[1:]), UTC):%Y-%m-%d}" if re.fullmatch(r"@\d{1,11}", value) else ""
        found.append(f"the service calls this address deprecated{since}")
    if value := headers.get("sunset"):
        found.append(f"the service says that this address ends on {value}")
    return tuple(found)


def _seconds_to_reset(head: bytes) -> float | None:
    """Until when a quota is used up, as Opendatasoft says it in the body of a 429 (`reset_time`); None where nothing does."""
    try:
        answer = json.loads(head)
        until = datetime.fromisoformat(str(answer["reset_time"]))
    except (ValueError, KeyError, TypeError):
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())


def _reset(headers: Mapping[str, str], wait: float | None) -> str:
    if wait is not None:
        return f"the service asks to wait {wait:.0f} s"
    reset = next((headers[name] for name in ("x-ratelimit-reset", "ratelimit-reset") if name in headers), None)
    return f"the limit resets at {reset} (as the service prints it)" if reset else "the service does not say when the limit resets"


def _messages(answer: Any) -> list[str]:
    if isinstance(answer, str):
        return [answer]
    if isinstance(answer, list):
        return [text for item in answer[:5] for text in _messages(item)]
    if not isinstance(answer, Mapping):
        return []
    found: list[str] = []
    for name in ("code", "errorcode", "error_code", "title", "message", "detail", "details", "error", "errors", "path"):
        value = answer.get(name)
        found += [str(value)] if isinstance(value, int) and not isinstance(value, bool) else _messages(value)
    return found
