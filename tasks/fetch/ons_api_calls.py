"""What all requests to the ONS API share: single answers, whole lists by `limit` and `offset`, and what the service says beside the data.

Refuses a list that ends early or changes while it is read. The API's docs: https://developer.ons.gov.uk
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from expectations.errors import EvidenceError
from tasks.fetch.http import Http, Received
from tasks.fetch.parts import discard

ITEMS_A_PAGE = 100  # the default is 20; larger pages than this are cut to the service's own maximum
MOST_ITEMS = 20_000
JSON = ("application/json",)


@dataclass
class Api:
    """The API with what it said of itself on the way: headers that announce its end are on any answer, not only on that with the data."""

    http: Http
    url: str
    warnings: list[str] = field(default_factory=list)

    def at(self, path: str) -> str:
        return f"{self.url.rstrip('/')}/{path}"

    def ask(self, path: str, name: str, params: Mapping[str, Any] | None = None, accept: frozenset[int] = frozenset()) -> Received:
        """One answer as it came. Raises EvidenceError of the area `fetch`."""
        return self.heard(self.http.get(self.at(path), params=params, media=JSON, accept=accept, name=name))

    def one(self, path: str, name: str) -> Mapping[str, Any]:
        """One JSON object that is read and not kept."""
        return as_object(self.ask(path, name))

    def send(self, path: str, body: Any, name: str) -> Mapping[str, Any]:
        """The JSON object that answers a POST. A filter that is made twice is an orphan on the service and no harm, so it is repeated."""
        received = self.http.post_json(self.at(path), body, name=name, accept=frozenset({201, 202}), repeatable=True)
        return as_object(self.heard(received))

    def items(self, path: str, name: str) -> list[Mapping[str, Any]]:
        """All items of a list. Raises fetch.protocol, and fetch.truncated where other than the counted number came."""
        found: list[Mapping[str, Any]] = []
        while True:
            page = as_object(self.ask(path, name, {"limit": ITEMS_A_PAGE, "offset": len(found)}))
            items, total = page.get("items"), page.get("total_count")
            if not isinstance(items, list) or not isinstance(total, int) or not all(isinstance(item, Mapping) for item in items):
                raise EvidenceError("fetch.protocol", where=self.at(path), expected="`items` and `total_count`", found=str(page)[:160])
            found += items
            if len(found) == total:
                return found
            if not items or len(found) > min(total, MOST_ITEMS):
                raise EvidenceError("fetch.truncated", where=self.at(path), expected=f"{total:,} items", found=f"{len(found):,}")

    def heard(self, received: Received) -> Received:
        self.warnings += [warning for warning in received.warnings if warning not in self.warnings]
        return received


def as_object(received: Received) -> Mapping[str, Any]:
    """The JSON object of an answer whose scratch file is gone afterwards. Raises fetch.protocol for any other JSON."""
    try:
        answer = received.json()
    finally:
        discard([received])
    if not isinstance(answer, Mapping):
        raise EvidenceError("fetch.protocol", where=received.url, expected="a JSON object", found=type(answer).__name__)
    return answer
