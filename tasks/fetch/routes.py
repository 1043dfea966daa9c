"""Which way a request may take: the address asked, the redirects it meets, the links a page or a catalogue gives.

Refuses clear text, private addresses, and every host but the one that was asked and those that the declaration names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from expectations.errors import EvidenceError
from tasks.fetch import safety
from tasks.fetch.answers import Failure

# What may be sent on to another host; what a caller sent to the first, a token perhaps, may not.
HARMLESS_HEADERS = frozenset(["accept", "if-none-match", "if-modified-since", "content-type"])


@dataclass(frozen=True)
class Routes:
    """The rules for one dataset.

    `reroute` puts another beginning in the place of a URL's: so the sample serves publishers' addresses from this machine.
    """

    allowed: frozenset[str]
    allow_loopback: bool = False
    reroute: Mapping[str, str] = field(default_factory=dict)

    def address(self, url: str) -> str:
        """Where a URL is asked: as it stands, unless its beginning is rerouted (the longest that fits)."""
        for beginning in sorted(self.reroute, key=len, reverse=True):
            stem = beginning.rstrip("/")
            if url == stem or url.startswith((stem + "/", stem + "?")):
                return self.reroute[beginning].rstrip("/") + url[len(stem) :]
        return url

    def may_ask(self, url: str) -> None:
        """Raises Failure: fetch.bad_address, fetch.private_address, fetch.clear_text."""
        host, scheme = safety.host_of(url), urlsplit(url).scheme.lower() if safety.host_of(url) else ""
        if scheme not in ("http", "https"):
            raise Failure("fetch.bad_address", repr(safety.redacted_url(url)), "an address that begins with https://")
        reason = safety.refused_address(host, self.allow_loopback)
        if reason:
            raise Failure("fetch.private_address", f"{host} is {reason}", "a public host")
        if scheme == "http" and not safety.is_loopback(host):
            raise Failure("fetch.clear_text", safety.redacted_url(url), "an address that begins with https://")

    def may_follow(self, target: str, source: str, method: str, status: int) -> None:
        """Raises Failure: fetch.redirected, where a redirect from `source` leads out of bounds or would turn a POST into a GET."""
        shown, host = safety.redacted_url(target), safety.host_of(target)
        if method != "GET" and status not in (307, 308):
            raise Failure("fetch.redirected", f"HTTP {status} to {shown} in answer to a {method}", "an answer")
        if self._leads_out(target, source):
            login = safety.looks_like_login(target)
            todo = "Open it in a browser: the data may have moved, or need an account." if login else _named(host)
            found = f"HTTP {status} to {shown}" + (", which looks like a login page" if login else "")
            raise Failure("fetch.redirected", found, f"{safety.host_of(source)} or a host that the declaration names", todo=todo)

    def followed_link(self, url: str, page: str) -> str:
        """The absolute address of a link on `page`, in https as a browser would try it. Raises fetch.redirected as for a redirect."""
        target = urljoin(page, url)
        if target.lower().startswith("http://") and not safety.is_loopback(safety.host_of(target)):
            target = "https" + target[4:]
        if self._leads_out(target, page):
            raise EvidenceError(
                "fetch.redirected",
                where=safety.redacted_url(page),
                expected=f"a link to {safety.host_of(page)} or to a host that the declaration names",
                found=f"a link to {safety.redacted_url(target)}",
                todo=_named(safety.host_of(target)),
            )
        return target

    def headers_for(self, target: str, source: str, headers: Mapping[str, str]) -> dict[str, str]:
        """The caller's headers that a redirect may carry on."""
        if safety.host_of(target) == safety.host_of(source):
            return dict(headers)
        return {name: value for name, value in headers.items() if name.lower() in HARMLESS_HEADERS}

    def _leads_out(self, target: str, source: str) -> bool:
        host = safety.host_of(target)
        return host != safety.host_of(source) and not safety.host_is_named(host, self.allowed)


def _named(host: str) -> str:
    return f"If that host is the publisher's, add {host} to `hosts` of the source."
