"""Where the fetcher may go, and what may be written down of an address.

Refuses private and link-local addresses, clear text, hosts that no declaration names, and secrets in anything that is kept.
Loopback is refused too, unless a setting for tests and the sample allows it.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

HIDDEN = "HIDDEN"
# Query parameters, headers and body fields that carry a credential at the publishers we read: Nomis `uid`, CKAN `apikey`, ArcGIS `token`,
# Socrata `$$app_token`, Azure `sig`, S3 and CloudFront signatures that redirects of file stores hand out.
_SECRET = re.compile(
    r"^(uid|sig|auth|key|(.*[-_$])?(api[-_]?key|app[-_]?token|token|secret|password|passwd|pwd|signature|credential|authorization|access[-_]?key(id)?|subscription[-_]key))$",
    re.IGNORECASE,
)
_LOGIN = re.compile(
    r"(^|[/._-])(log-?in|sign-?in|signin-oidc|sso|saml2?|oauth2?|authenticate|authorize|access-denied)([/._-]|$)", re.IGNORECASE
)


def is_secret(name: str) -> bool:
    """Whether a parameter or header of this name carries a credential."""
    return bool(_SECRET.match(name))


def redacted_url(url: str) -> str:
    """The URL without user, password and the values of secret parameters: what may be logged and kept."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        query = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        return HIDDEN
    if any(is_secret(name) for name, _ in query):
        cleaned = [(name, HIDDEN if is_secret(name) else value) for name, value in query]
        parts = parts._replace(query=urlencode(cleaned, safe=":,/*|$", quote_via=quote))
    return urlunsplit(parts._replace(netloc=host, fragment=""))


def redacted(value: Any) -> Any:
    """The same JSON-like value with the values of secret names hidden, at any depth."""
    if isinstance(value, Mapping):
        return {str(name): HIDDEN if is_secret(str(name)) else redacted(inner) for name, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        if len(value) == 2 and isinstance(value[0], str) and is_secret(value[0]):
            return [value[0], HIDDEN]
        return [redacted(inner) for inner in value]
    return value


def secrets_in(value: Any) -> set[str]:
    """The values of secret names in a JSON-like value, at any depth; a list of pairs counts as names with values."""
    if isinstance(value, Mapping):
        own = {str(inner) for name, inner in value.items() if is_secret(str(name)) and isinstance(inner, str | int)}
        return own.union(*(secrets_in(inner) for inner in value.values()))
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        if len(value) == 2 and isinstance(value[0], str) and is_secret(value[0]):
            return {str(value[1])}
        return set().union(*(secrets_in(inner) for inner in value))
    return set()


def without(text: str, secrets: Iterable[str]) -> str:
    """The text with each secret hidden, as it is and as it stands in an address."""
    for secret in sorted(secrets, key=len, reverse=True):
        for form in {secret, quote(secret), quote(secret, safe="")}:
            text = text.replace(form, HIDDEN)
    return text


def host_of(url: str) -> str:
    """The host name in lower case, without port; '' where the URL has none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".").lower()
    except ValueError:
        return ""


def host_is_named(host: str, allowed: Iterable[str]) -> bool:
    """Whether a host is one of the names; `*.example.org` stands for every host below example.org."""
    for name in allowed:
        pattern = name.strip().lower()
        if host == pattern or (pattern.startswith("*.") and host.endswith(pattern[1:]) and host != pattern[2:]):
            return True
    return False


def looks_like_login(url: str) -> bool:
    """Whether the address is one of a page that asks for a name and a password."""
    parts = urlsplit(url)
    return bool(_LOGIN.search(parts.path)) or (parts.hostname or "").startswith(("login.", "signin.", "sso.", "accounts."))


def is_loopback(host: str) -> bool:
    """Whether a host, as written, is this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    address = _address(host)
    return address is not None and address.is_loopback


def refused_address(host: str, allow_loopback: bool) -> str:
    """Why this host or IP address may not be asked; '' where it may. A name passes: its address is checked on connecting."""
    if is_loopback(host):
        return "" if allow_loopback else "an address of this machine"
    address = _address(host)
    if address is None or address.is_global:
        return "multicast address" if address is not None and address.is_multicast else ""
    return "a private or reserved address"


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
