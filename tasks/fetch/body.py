"""The body of an answer, streamed into a scratch file: counted, capped, hashed and decoded on the way, never whole in memory.

Refuses a body that ends before its announced length, a compressed body without its end, and one over the cap (so a bomb stops at the cap).
Decoding is done here and not by `requests`, which can neither see a cut gzip stream nor stop inside a block that unpacks without end.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from tasks.fetch.answers import Failure, is_never_gzip

CHUNK = 1 << 16
_GZIP = b"\x1f\x8b"
_ENCODINGS = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}


@dataclass(frozen=True)
class Body:
    """What was received: decoded bytes in a file, their hash and number, and the first of them."""

    path: Path
    sha256: str
    size: int
    head: bytes
    unpacked: bool = False  # gzip that no header announced was found and undone


class Raw(Protocol):
    """The part of urllib3's response that is used here."""

    def read1(self, amt: int | None = None, decode_content: bool | None = None) -> bytes: ...


def stream(raw: Raw, headers: Any, folder: Path, name: str, cap: int, deadline: float) -> Body:
    """Stream a body to a new file in `folder`. `deadline` is on `time.monotonic`; `cap` counts decoded bytes.

    Raises Failure: fetch.truncated, fetch.too_large, fetch.timeout, fetch.protocol (an encoding nobody asked for).
    """
    announced = _announced(headers)
    if announced is not None and announced > cap:
        raise Failure("fetch.too_large", f"{announced:,} bytes announced", f"at most {cap:,} bytes")
    stages = _decoders(headers.get("content-encoding", ""))
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=f"{name[:60]}-", suffix=".part", delete=False) as file:
        path = Path(file.name)
        try:
            sink = _Sink(file, cap, stages, never_gzip=is_never_gzip(headers.get("content-type", "")))
            received = 0
            while chunk := raw.read1(CHUNK, decode_content=False):
                received += len(chunk)
                sink.take(chunk)
                if time.monotonic() > deadline:
                    raise Failure("fetch.timeout", f"{received:,} bytes so far", "the whole body within the total time-out", retry=False)
            if announced is not None and received != announced:
                raise Failure("fetch.truncated", f"{received:,} bytes", f"{announced:,} bytes, as Content-Length says", retry=True)
            sink.finish()
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    return Body(path, sink.digest.hexdigest(), sink.size, bytes(sink.head), sink.unpacked)


def _announced(headers: Any) -> int | None:
    if "transfer-encoding" in headers:
        return None
    text = str(headers.get("content-length", "")).strip()
    return int(text) if text.isdigit() else None


def _decoders(content_encoding: str) -> list[_Unzip]:
    names = [name.strip().lower() for name in content_encoding.split(",") if name.strip().lower() not in ("", "identity")]
    unknown = [name for name in names if name not in _ENCODINGS]
    if unknown:
        raise Failure("fetch.protocol", f"Content-Encoding: {content_encoding}", "gzip or none, as was asked for")
    return [_Unzip(_ENCODINGS[name]) for name in reversed(names)]


class _Unzip:
    """One layer of compression, undone block by block; a stream of several members is one body."""

    def __init__(self, window_bits: int) -> None:
        self._window_bits = window_bits
        self._inflate = zlib.decompressobj(window_bits)
        self._started = False

    def feed(self, data: bytes, into: _Output) -> None:
        try:
            while data:
                if self._inflate.eof:
                    if not data.strip(b"\0"):  # padding after the last member, as tape and some servers write it
                        return
                    self._inflate = zlib.decompressobj(self._window_bits)
                self._started = True
                into(self._inflate.decompress(data, CHUNK))
                data = self._inflate.unconsumed_tail or self._inflate.unused_data
            while not self._inflate.eof and (more := self._inflate.decompress(b"", CHUNK)):
                into(more)
        except zlib.error as error:
            raise Failure(
                "fetch.protocol", f"bytes that do not unpack: {error}", "the compressed body that Content-Encoding announces", retry=True
            ) from None

    @property
    def complete(self) -> bool:
        return self._inflate.eof or not self._started


class _Output(Protocol):
    def __call__(self, data: bytes, /) -> None: ...


class _Sink:
    """Decoded bytes on their way to the file: through the layers, under the cap, into the hash."""

    def __init__(self, file: Any, cap: int, stages: list[_Unzip], never_gzip: bool) -> None:
        self._file = file
        self._cap = cap
        self._stages = stages
        self._never_gzip = never_gzip
        self._waiting = bytearray()  # the first bytes, until there are enough to tell whether gzip is left undecoded
        self._settled = False
        self.digest = hashlib.sha256()
        self.size = 0
        self.head = bytearray()
        self.unpacked = False

    def take(self, data: bytes) -> None:
        self._through(0, data)

    def finish(self) -> None:
        if not self._settled:
            self._settle()
        if not all(stage.complete for stage in self._stages):
            raise Failure("fetch.truncated", "a gzip stream without its end", "the whole compressed body", retry=True)
        self._file.flush()

    def _through(self, stage: int, data: bytes) -> None:
        if stage < len(self._stages):
            self._stages[stage].feed(data, lambda decoded: self._through(stage + 1, decoded))
        elif self._settled:
            self._keep(data)
        else:
            self._waiting += data
            if len(self._waiting) >= len(_GZIP):
                self._settle()

    def _settle(self) -> None:
        """Some services mark text or a zip that is gzip with no Content-Encoding, or pack it twice: neither begins with 1f8b by itself."""
        self._settled = True
        first = bytes(self._waiting)
        if self._never_gzip and first.startswith(_GZIP):
            self.unpacked = True
            self._stages.append(_Unzip(_ENCODINGS["gzip"]))
            self._through(len(self._stages) - 1, first)
        else:
            self._keep(first)

    def _keep(self, data: bytes) -> None:
        self.size += len(data)
        if self.size > self._cap:
            raise Failure("fetch.too_large", f"more than {self._cap:,} bytes", f"at most {self._cap:,} bytes")
        if len(self.head) < 4096:
            self.head += data[: 4096 - len(self.head)]
        self.digest.update(data)
        self._file.write(data)
