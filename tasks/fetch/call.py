"""One request as a caller wants it: what is sent, and what is kept of it. Refuses nothing; the rules are in `routes` and `answers`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import requests

from tasks.fetch import safety
from tasks.snapshot import Validators

Params = Mapping[str, Any] | Sequence[tuple[str, Any]]


@dataclass(frozen=True)
class Call:
    """One request as the caller wants it."""

    method: str
    url: str
    name: str
    max_bytes: int
    params: Params | None = None
    headers: Mapping[str, str] | None = None
    sent: Any = None  # the body of a POST, before it is JSON
    media: Sequence[str] | None = None
    accept: frozenset[int] = frozenset()
    repeatable: bool = False
    validators: Validators | None = None
    allow_empty: bool = False

    @property
    def all_headers(self) -> dict[str, str]:
        """The caller's headers, with those that its other wishes need."""
        wanted: dict[str, str | None] = {
            "Accept": ", ".join([*self.media, "*/*;q=0.5"]) if self.media else None,
            "Content-Type": "application/json" if self.content is not None else None,
            "If-None-Match": self.validators.etag if self.validators else None,
            "If-Modified-Since": self.validators.last_modified if self.validators else None,
        }
        return {**{name: value for name, value in wanted.items() if value}, **(self.headers or {})}

    @property
    def content(self) -> bytes | None:
        return None if self.sent is None else json.dumps(self.sent, ensure_ascii=False, separators=(",", ":")).encode()

    @property
    def record(self) -> dict[str, Any]:
        """What is kept of the request, secrets removed."""
        params = dict(self.params) if isinstance(self.params, Mapping) else [list(pair) for pair in self.params or ()]
        kept = {"method": self.method, "params": safety.redacted(params), "body": safety.redacted(self.sent)}
        return {name: value for name, value in kept.items() if value not in (None, {}, [])}

    @property
    def prepared_url(self) -> str:
        """The URL with its parameters; as it stands where it cannot be read, for the rules of `routes` to refuse."""
        return prepared_url(self.url, self.params)


def prepared_url(url: str, params: Params | None = None) -> str:
    """The URL as it is sent: parameters added, spaces and the like quoted; as it stands where it cannot be read."""
    request = requests.PreparedRequest()
    try:
        request.prepare_url(url, params)
    except (requests.exceptions.RequestException, ValueError):
        return url
    return request.url or url
