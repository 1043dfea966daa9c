"""The records of a JSON file, one by one, in bounded memory: a list at the top, or the list that a wrapper of a known name holds.

Numbers keep the text that they have in the file (`0.10` stays `0.10`). Refuses a record larger than `RECORD_LIMIT`, and text that ends
early.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from expectations.errors import EvidenceError

CHUNK = 1 << 20  # characters
RECORD_LIMIT = 256 << 20  # characters of one record, or of one value beside the records


class Number(str):
    """A JSON number, as the text that it has in the file."""


@dataclass(frozen=True)
class Record:
    """One element of the list: its path of keys, and its value."""

    path: tuple[str, ...]
    value: Any


_DECODER = json.JSONDecoder(parse_float=Number, parse_int=Number, parse_constant=Number)


class JsonStream:
    """Reads a JSON text from the front. `beside` collects the values of top-level members that are not the list."""

    def __init__(self, path: Path, encoding: str, wrappers: tuple[str, ...], opening: tuple[str, ...] = ("result",)) -> None:
        self.name = path.name
        self.beside: dict[str, Any] = {}
        self._wrappers, self._opening = wrappers, opening
        self._file = path.open(encoding=encoding, newline="")
        self._buffer = ""
        self._at = 0
        self._ended = False

    def records(self) -> Iterator[Record]:
        """Every record, in order. A text of one JSON value a line (NDJSON) is a list too."""
        with self._file:
            first = self._peek()
            if first == "[":
                yield from self._list(())
            elif first == "{":
                yield from self._object(())
                yield from self._lines()
            else:
                raise self._error(
                    "read.not_a_table", "a JSON list or object", f"text that begins {self._buffer[self._at : self._at + 40]!r}"
                )

    def _object(self, path: tuple[str, ...]) -> Iterator[Record]:
        self._expect("{")
        while self._peek() != "}":
            key = self._value()
            self._expect(":")
            follows = self._peek()
            if follows == "[" and key in self._wrappers:
                yield from self._list((*path, key))
            elif follows == "{" and key in self._opening and not path:
                yield from self._object((key,))
            else:
                self.beside[key] = self._value()
            if self._peek() == ",":
                self._at += 1
        self._expect("}")

    def _list(self, path: tuple[str, ...]) -> Iterator[Record]:
        self._expect("[")
        while self._peek() != "]":
            yield Record(path, self._value())
            if self._peek() == ",":
                self._at += 1
        self._expect("]")

    def _lines(self) -> Iterator[Record]:
        """Further values after the first object: NDJSON, whose first object stands in `beside`."""
        if not self._more():
            return
        yield Record((), dict(self.beside))
        self.beside.clear()
        while self._more():
            yield Record((), self._value())

    def _value(self) -> Any:
        """One whole JSON value; more text is read until it is whole."""
        self._peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._buffer, self._at)
            except (json.JSONDecodeError, RecursionError) as error:
                if isinstance(error, RecursionError):
                    raise self._error("read.not_a_table", "records", "values nested without end") from error
                if self._ended:
                    code = (
                        "read.truncated"
                        if error.pos >= len(self._buffer.rstrip()) - 1 or "Unterminated" in error.msg
                        else "read.not_a_table"
                    )
                    raise self._error(code, "whole JSON", f"{error.msg} near {self._buffer[self._at : self._at + 40]!r}") from error
                self._fill()
                continue
            if end == len(self._buffer) and not self._ended:
                self._fill()  # a number may go on
                continue
            self._at = end
            return value

    def _peek(self) -> str:
        if not self._more():
            raise self._error("read.truncated", "whole JSON", "the text ends early")
        return self._buffer[self._at]

    def _more(self) -> bool:
        """Skip blanks; whether anything follows."""
        while True:
            while self._at < len(self._buffer) and self._buffer[self._at] in " \t\r\n":
                self._at += 1
            if self._at < len(self._buffer):
                return True
            if self._ended:
                return False
            self._fill()

    def _expect(self, mark: str) -> None:
        if self._peek() != mark:
            raise self._error("read.not_a_table", f"{mark!r} in JSON", repr(self._buffer[self._at : self._at + 40]))
        self._at += 1

    def _fill(self) -> None:
        kept = self._buffer[self._at :]
        if len(kept) > RECORD_LIMIT:
            raise self._error("read.too_large", f"records of at most {RECORD_LIMIT:,} characters", "a longer one")
        more = self._file.read(max(CHUNK, len(kept)))
        self._ended = not more
        self._buffer, self._at = kept + more, 0

    def _error(self, code: str, expected: str, found: str) -> EvidenceError:
        return EvidenceError(code, where=self.name, expected=expected, found=found)
