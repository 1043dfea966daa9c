"""What the fetcher is told (limits and manners) and what it gives back: one good answer, its bytes in a scratch file.

Refuses to load a body over a bound into memory, and hands on no secret: URLs, parameters and bodies are kept with theirs hidden.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from expectations.errors import EvidenceError
from tasks.fetch import answers
from tasks.snapshot import Fetched, Part

MEGABYTE = 1 << 20


@dataclass(frozen=True)
class HttpSettings:
    """Limits and manners. Times are seconds, sizes are decoded bytes."""

    contact: str = ""  # a mail address or URL by which a publisher can reach the people who run this
    allow_loopback: bool = False  # for tests and the sample only
    connect_timeout: float = 10.0
    read_timeout: float = 60.0  # between two blocks of the body
    total_timeout: float = 900.0  # one request with all its attempts and pauses
    retries: int = 4  # attempts after the first
    backoff: float = 0.5  # the first pause is twice this, the second four times, and so on
    backoff_most: float = 60.0
    jitter: float = 1.0  # up to so many seconds are added to a pause, at random
    retry_after_most: float = 120.0  # a service that asks for more is left alone until the next run
    max_bytes: int = 4096 * MEGABYTE
    max_json_bytes: int = 64 * MEGABYTE
    interval: float = 0.25  # least time between two requests to one host
    intervals: Mapping[str, float] = field(default_factory=dict)  # host -> its own least time
    reroute: Mapping[str, str] = field(
        default_factory=dict
    )  # beginning of a URL -> what is asked in its place; records keep the URL itself

    @classmethod
    def from_environment(cls, **changes: Any) -> HttpSettings:
        """The settings with `EVIDENCE_CONTACT` and `EVIDENCE_ALLOW_LOOPBACK=1` taken from the environment."""
        given = {"contact": os.environ.get("EVIDENCE_CONTACT", ""), "allow_loopback": os.environ.get("EVIDENCE_ALLOW_LOOPBACK") == "1"}
        return cls(**{**given, **changes})

    @property
    def user_agent(self) -> str:
        try:
            number = version("city-evidence-base")
        except PackageNotFoundError:
            number = "0"
        contact = answers.one_line(self.contact).encode("ascii", "ignore").decode()
        return f"city-evidence-base/{number} (+{contact})" if contact else f"city-evidence-base/{number}"


@dataclass(frozen=True)
class Received:
    """One good answer. `path` is a scratch file that the caller owns; None when the service said 'not modified'."""

    url: str  # as requested, secrets removed
    final_url: str  # after redirects, secrets removed
    status: int
    headers: Mapping[str, str]  # those worth keeping, names in lower case
    path: Path | None
    sha256: str
    size: int
    media_type: str  # lower case, without parameters
    charset: str | None  # as the service declared it
    fetched_at: str  # ISO 8601, UTC
    attempts: int
    not_modified: bool
    request: Mapping[str, Any] = field(default_factory=dict)  # method, params, body; secrets removed
    warnings: tuple[str, ...] = ()
    max_json_bytes: int = 64 * MEGABYTE

    def bytes(self) -> bytes:
        """The body, bounded by the settings' `max_json_bytes`. Raises fetch.too_large."""
        if self.path is None:
            return b""
        if self.size > self.max_json_bytes:
            raise EvidenceError(
                "fetch.too_large",
                where=self.url,
                expected=f"at most {self.max_json_bytes:,} bytes to read at once",
                found=f"{self.size:,} bytes",
            )
        return self.path.read_bytes()

    def text(self) -> str:
        """The body as text, by the declared charset, else UTF-8, else windows-1252 (which has a character for nearly every byte)."""
        content = self.bytes()
        for charset in (self.charset, "utf-8-sig", "windows-1252"):
            try:
                return content.decode(charset) if charset else content.decode("utf-8-sig")
            except (LookupError, UnicodeDecodeError):
                continue
        return content.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON (which is UTF-8 by its standard, whatever the header says). Raises fetch.protocol, fetch.too_large."""
        try:
            return json.loads(self.bytes())
        except (ValueError, RecursionError) as error:
            head = answers.one_line(self.bytes()[:200].decode("utf-8", "replace"), 120)
            raise EvidenceError(
                "fetch.protocol", where=self.url, expected="valid JSON", found=f'{error}; the body begins "{head}"'
            ) from None

    def fetched(self, name: str, labels: Mapping[str, str] | None = None, previous: Part | None = None) -> Fetched:
        """This answer as a part of a delivery. After 'not modified', `previous` (the part asked about) gives hash, size and headers."""
        stands = previous if self.not_modified else None
        return Fetched(
            name=name,
            url=self.url,
            path=self.path,
            sha256=stands.sha256 if stands else self.sha256,
            size=stands.size if stands else self.size,
            status=self.status,
            fetched_at=self.fetched_at,
            final_url=self.final_url,
            media_type=stands.media_type if stands else self.media_type,
            charset=stands.charset if stands else self.charset,
            headers={**stands.headers, **self.headers} if stands else self.headers,
            request=self.request,
            labels=dict(labels or (stands.labels if stands else {})),
        )
