"""The sockets below the fetcher: the system's certificates, and no connection to an address that is refused.

The address is checked on the connected socket, before a byte is sent: a name that resolves to a private address, now or at the next
look-up, is refused all the same. Through a proxy the proxy resolves names, so that there only literal addresses can be refused (`safety`).
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from typing import Any

import requests
import truststore
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from tasks.fetch.answers import Failure, one_line
from tasks.fetch.safety import refused_address


class AddressRefused(Exception):
    """A name led to an address that may not be asked."""


def guarded_adapter(allow_loopback: bool) -> HTTPAdapter:
    """An adapter for `requests` that trusts the system's certificates and refuses private addresses. It retries nothing itself."""
    return _GuardedAdapter(_pools(allow_loopback))


def failure_to_connect(error: Exception, host: str, timeout: tuple[float, float]) -> Failure:
    """What a failure before the first byte of the body means. The texts of `requests` are not shown: they hold whole URLs."""
    causes = list(_causes(error))
    refused = next((cause for cause in causes if isinstance(cause, AddressRefused)), None)
    if refused is not None:
        return Failure("fetch.private_address", f"{host} leads to {refused}", "a public host")
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return Failure("fetch.timeout", f"no connection within {timeout[0]:g} s", f"a connection to {host}", retry=True)
    if isinstance(error, requests.exceptions.Timeout):
        return Failure("fetch.timeout", f"no answer within {timeout[1]:g} s", f"an answer of {host}", retry=True)
    if isinstance(error, requests.exceptions.SSLError):
        return Failure("fetch.untrusted", one_line(str(causes[-1])), f"a certificate of {host} that this machine trusts")
    if isinstance(error, requests.exceptions.ProxyError):
        return Failure(
            "fetch.unreachable", f"the proxy did not connect: {one_line(str(causes[-1]))}", f"a connection to {host}", retry=True
        )
    if isinstance(error, requests.exceptions.ConnectionError | OSError):
        return Failure("fetch.unreachable", one_line(f"{type(causes[-1]).__name__}: {causes[-1]}"), f"a connection to {host}", retry=True)
    return Failure("fetch.bad_address", one_line(f"{type(error).__name__}: {error}"), "an address that can be asked")


class _GuardedAdapter(HTTPAdapter):
    def __init__(self, pools: dict[str, type[HTTPConnectionPool]]) -> None:
        self._pools = pools
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=_system_trust())
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        return super().proxy_manager_for(proxy, **kwargs, ssl_context=_system_trust())


def _system_trust() -> ssl.SSLContext:
    # Councils sit behind proxies that inspect traffic with a certificate of their own, which only the system's store holds.
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _pools(allow_loopback: bool) -> dict[str, type[HTTPConnectionPool]]:
    def checked(connected: socket.socket) -> socket.socket:
        address = str(connected.getpeername()[0])
        reason = refused_address(address, allow_loopback)
        if reason:
            connected.close()
            raise AddressRefused(f"{address} is {reason}")
        return connected

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return checked(super()._new_conn())

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return checked(super()._new_conn())

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what lies below it, by `reason`, arguments, cause or context: the last says most."""
    seen: set[int] = set()
    below: BaseException | None = error
    while below is not None and id(below) not in seen:
        seen.add(id(below))
        yield below
        inner = [getattr(below, "reason", None), *below.args, below.__cause__, below.__context__]
        below = next((cause for cause in inner if isinstance(cause, BaseException)), None)
