"""One request as a caller wants it: what is sent, and what is kept of it. Refuses nothing; the rules are in `routes` and `answers`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

from tasks.fetch import safety
from tasks.snapshot import Validators

Params = Mapping[str, Any] | Sequence[tuple[str, Any]]
SHORTEST_SECRET = 4  # letters: what is shorter is no secret, and would be hidden within words


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
    def conditional(self) -> bool:
        """Whether 'not modified' answers the question: something that a service had said of the part was sent along."""
        return self.validators is not None and bool(self.validators.etag or self.validators.last_modified)

    @property
    def secrets(self) -> set[str]:
        """The keys that it sends: by the names of parameters, of fields of the body and of headers (of `Apikey …`, the key)."""
        asked = parse_qsl(_query_of(self.url), keep_blank_values=True)
        keys = {value.rpartition(" ")[2] for value in safety.secrets_in(self.headers or {})}
        found = keys | safety.secrets_in([list(pair) for pair in asked])
        found |= safety.secrets_in(self.params if isinstance(self.params, Mapping) else [list(pair) for pair in self.params or ()])
        return {secret for secret in found | safety.secrets_in(self.sent) if len(secret) >= SHORTEST_SECRET}

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


def _query_of(url: str) -> str:
    try:
        return urlsplit(url).query
    except ValueError:
        return ""
