"""What fault tests share: a table served on this machine, a client with short time-outs, and the world of all kinds of source."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tasks.fetch.http import Http, HttpSettings
from tasks.sample.plain_file import File, PlainFiles
from tasks.sample.server import SampleServer
from tests.fault.source_kinds import WAYS
from tests.fault.ways import Way
from tests.fault.world import CAP, SECRET, World

TABLE = b"area_code,value\n" + b"".join(b"E%08d,%d\n" % (number, number) for number in range(2000))
QUICK: dict[str, Any] = {"allow_loopback": True, "retries": 2, "backoff": 0.01, "jitter": 0.01, "read_timeout": 0.4, "total_timeout": 5.0}


@pytest.fixture
def table() -> bytes:
    """A CSV of 2,000 rows."""
    return TABLE


@pytest.fixture
def files() -> PlainFiles:
    """One table at /table.csv."""
    return PlainFiles({"/table.csv": File(TABLE)})


@pytest.fixture
def server(files: PlainFiles) -> Iterator[SampleServer]:
    """The table's server; its files are below /files."""
    with SampleServer({"/files": files}) as running:
        yield running


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Callable[..., Http]]:
    """Clients with short time-outs, closed after the test: `client(retries=0)`, `client(hosts=["localhost"])`."""
    opened: list[Http] = []

    def make(hosts: tuple[str, ...] = (), state: Path | None = None, **changes: Any) -> Http:
        opened.append(Http(HttpSettings(**{**QUICK, **changes}), tmp_path / "scratch", frozenset(hosts), state))
        return opened[-1]

    yield make
    for http in opened:
        http.close()


@pytest.fixture(scope="session")
def _world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("world"), WAYS)
    with made.server:
        yield made


@pytest.fixture
def world(_world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Every kind of source at its publishers' addresses, none of them failing yet; and the keys that a council may have."""
    for name in ("NOMIS_UID", "OPENDATASOFT_KEY"):
        monkeypatch.setenv(name, SECRET)
    _world.quiet()
    return _world


@pytest.fixture
def patched(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client's own bounds and pauses, made small."""
    for constant, value in {**{ask.cap: CAP for ask in way.asks if ask.cap}, **way.patched}.items():
        monkeypatch.setattr(constant, value)


@pytest.fixture(scope="session")
def untrusted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server whose certificate nobody has signed but itself."""
    certificate = self_signed(tmp_path_factory.mktemp("tls"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that turns away is what is tried here
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join(timeout=5)


def self_signed(folder: Path) -> Path:
    """A key and a certificate of 127.0.0.1 in one file, made anew each time and good for an hour."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    made = made.not_valid_before(now - timedelta(minutes=5)).not_valid_after(now + timedelta(hours=1))
    address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    signed = made.add_extension(address, critical=False).sign(key, hashes.SHA256())
    forms = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path = folder / "server.pem"
    path.write_bytes(key.private_bytes(*forms) + signed.public_bytes(serialization.Encoding.PEM))
    return path
