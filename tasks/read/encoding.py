"""What the bytes of a text file are: charset, byte order mark, line ends - from one streaming pass over the whole file.

A sample is not enough: a council's file is ASCII for a million lines and then holds one windows-1252 dash. So UTF-8 is believed only
when every byte of the file is UTF-8; else the file is windows-1252, as the WHATWG encoding standard reads what calls itself latin-1 (the
five bytes which that code page leaves open become the control characters of their number). Refuses to guess rarer charsets.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from expectations.errors import EvidenceError

CHUNK = 4 << 20
UTF_8 = "utf-8"
WINDOWS = "windows-1252"

_BLANK_AFTER = re.compile(rb'" +[,;\t|\r\n]')
_BLANK_BEFORE = tuple(re.compile(mark + rb' +"(?!")') for mark in (b",", b";", b"\t", b"[|]", b"\n"))
_MARKS = ((codecs.BOM_UTF8, UTF_8), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


@dataclass(frozen=True)
class TextFacts:
    """What one pass over a text file tells."""

    encoding: str
    bom: bool
    line_end: str | None  # lf, crlf, cr, mixed; None for a single line without an end
    line_feeds: int  # bytes 0x0A
    ends_with_line_end: bool
    empty_lines: bool  # an empty line stands somewhere before the end
    empty_at_end: int  # empty lines at the very end
    quotes: bool  # a quote stands somewhere
    odd_bytes: bool  # NUL bytes, or blanks between a quoted cell and its delimiter: where readers of CSV differ


def examine(path: Path, declared: str | None = None) -> TextFacts:
    """The facts of a text file. Raises `read.truncated` for UTF-8 that ends within a character, `read.encoding` for an unknown charset."""
    bom_encoding = _mark(path)
    encoding = _known(declared) if declared else bom_encoding or _utf16_without_mark(path)
    facts = _Counter()
    utf8 = _Utf8Check()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            facts.take(chunk)
            if encoding in (None, UTF_8):
                utf8.take(chunk)
    if encoding in (None, UTF_8):
        encoding = utf8.verdict(path, declared is not None or bom_encoding is not None)
    return facts.result(encoding, bom_encoding is not None)


def transcode(path: Path, facts: TextFacts, into: Path) -> Path:
    """The same text as UTF-8 without byte order mark, in a file of its own, streaming; a UTF-8 file is returned as it is."""
    if facts.encoding == UTF_8:
        return path
    decoder = codecs.getincrementaldecoder(facts.encoding)("c1" if facts.encoding == WINDOWS else "replace")
    with path.open("rb") as source, into.open("wb") as target:
        if facts.bom and facts.encoding == WINDOWS:
            source.seek(len(codecs.BOM_UTF8))  # marked as UTF-8 and yet not UTF-8 throughout
        first = True
        while chunk := source.read(CHUNK):
            text = decoder.decode(chunk)
            target.write((text.removeprefix("\ufeff") if first else text).encode(UTF_8))
            first = False
        target.write(decoder.decode(b"", final=True).encode(UTF_8))
    return into


def _mark(path: Path) -> str | None:
    with path.open("rb") as file:
        start = file.read(4)
    return next((encoding for mark, encoding in _MARKS if start.startswith(mark)), None)


def _utf16_without_mark(path: Path) -> str | None:
    """UTF-16 of Latin text is every second byte NUL; nothing else of ours is."""
    with path.open("rb") as file:
        start = file.read(512)
    if len(start) < 8:
        return None
    even, odd = start[0::2].count(0) / len(start[0::2]), start[1::2].count(0) / len(start[1::2])
    if odd > 0.8 and even < 0.1:
        return "utf-16-le"
    return "utf-16-be" if even > 0.8 and odd < 0.1 else None


def _known(declared: str) -> str:
    try:
        name = codecs.lookup(declared).name
    except LookupError:
        raise EvidenceError(
            "read.encoding", found=repr(declared), expected="the name of a charset, such as utf-8 or windows-1252"
        ) from None
    return {"cp1252": WINDOWS, "iso8859-1": WINDOWS, "ascii": UTF_8, "utf-8-sig": UTF_8, "utf-16": "utf-16-le"}.get(name, name)


def _c1(error: UnicodeError) -> tuple[str, int]:
    """The five bytes that windows-1252 leaves open are the control characters of their number (WHATWG)."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(byte) for byte in error.object[error.start : error.end]), error.end


codecs.register_error("c1", _c1)


class _Utf8Check:
    """Strict UTF-8 over a stream of chunks."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder(UTF_8)("strict")
        self._pending = False
        self.valid = True

    def take(self, chunk: bytes) -> None:
        if not self.valid or (chunk.isascii() and not self._pending):
            return
        try:
            self._decoder.decode(chunk)
        except UnicodeDecodeError:
            self.valid = False
            return
        self._pending = bool(self._decoder.getstate()[0])

    def verdict(self, path: Path, certain: bool) -> str:
        if self.valid and not self._pending:
            return UTF_8
        if self.valid and certain:
            raise EvidenceError(
                "read.truncated", where=path.name, expected="whole UTF-8 characters", found="the file ends within a character"
            )
        return WINDOWS


class _Counter:
    """Counts over a stream of chunks; a seam between two chunks is looked at with the bytes on both sides."""

    def __init__(self) -> None:
        self.line_feeds = self.returns = self.pairs = 0
        self.quotes = self.empty_lines = self.odd_bytes = False
        self._tail = b""

    def take(self, chunk: bytes) -> None:
        self.line_feeds += chunk.count(b"\n")
        returns = chunk.count(b"\r")
        self.returns += returns
        if returns:
            self.pairs += chunk.count(b"\r\n")
        if self._tail[-1:] == b"\r" and chunk[:1] == b"\n":
            self.pairs += 1
        self.quotes = self.quotes or b'"' in chunk
        if not self.empty_lines or not self.odd_bytes:
            seam = self._tail + chunk
            self.empty_lines = self.empty_lines or _has_empty_line(seam, first=not self._tail, returns=self.returns > 0)
            self.odd_bytes = self.odd_bytes or b"\0" in chunk or (self.quotes and _has_blank_by_quote(seam))
        self._tail = (self._tail + chunk)[-64:]

    def result(self, encoding: str, bom: bool) -> TextFacts:
        lone_feeds, lone_returns = self.line_feeds - self.pairs, self.returns - self.pairs
        kinds = [name for name, count in (("crlf", self.pairs), ("lf", lone_feeds), ("cr", lone_returns)) if count]
        line_end = None if not kinds else kinds[0] if len(kinds) == 1 else "mixed"
        ends = self._tail[-1:] in (b"\n", b"\r")
        at_end = max(self._tail[len(self._tail.rstrip(b"\r\n")) :].count(b"\n") - 1, 0)
        return TextFacts(encoding, bom, line_end, self.line_feeds, ends, self.empty_lines, at_end, self.quotes, self.odd_bytes)


def _has_empty_line(data: bytes, first: bool, returns: bool) -> bool:
    """Whether two line ends follow each other with text after them (empty lines at the very end of a file do not matter)."""
    if first and data[:1] in (b"\n", b"\r"):
        return True
    pairs = (b"\n\n", b"\n\r\n", b"\r\r") if returns else (b"\n\n",)
    return any(pair in data and pair in data.rstrip(b"\r\n") for pair in pairs)


def _has_blank_by_quote(data: bytes) -> bool:
    """Whether a blank stands between a quoted cell and its delimiter.

    Within a quoted cell every quote is doubled, so a single one beside a blank is the edge of a cell. Plain searches come first: patterns
    are slow over gigabytes.
    """
    if b'" ' in data and any(data[found.start() - 1 : found.start()] != b'"' for found in _BLANK_AFTER.finditer(data)):
        return True
    return b' "' in data and any(pattern.search(data) for pattern in _BLANK_BEFORE)
