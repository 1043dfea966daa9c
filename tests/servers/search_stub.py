"""Enough of a search engine for a CKAN portal to be written to: it keeps what is indexed, and finds by exact fields and whole words.

CKAN writes nothing without an engine, and no package of the registries brings Solr. What is found here is this module's doing; what CKAN
makes of it is CKAN's. With `finds = False` it answers every search with nothing, as an index that is being rebuilt does.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

_TERM = re.compile(r"([+-]?)(\w+):(\((?:[^()\"]|\"[^\"]*\")*\)|\"[^\"]*\"|\S+)")
_VALUE = re.compile(r"\"([^\"]*)\"|([^\s()\"]+)")
_TEXTS = ("name", "title", "notes")  # what a search by words looks in


class SearchStub:
    """Runs from `with` to its end, on a port of this machine. `schema` is the file by which CKAN knows the engine's version."""

    def __init__(self, schema: Path) -> None:
        self.finds = True
        self.documents: dict[str, dict[str, Any]] = {}
        self.schema = schema.read_bytes()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"stub": self}))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/solr/ckan"

    def __enter__(self) -> SearchStub:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def update(self, message: bytes) -> None:
        """Keep documents. Deletions and commits come as XML; nothing is deleted here, and all is committed."""
        if message.lstrip().startswith(b"["):
            self.documents.update({str(document["index_id"]): document for document in json.loads(message)})

    def select(self, asked: Mapping[str, list[str]]) -> dict[str, Any]:
        query, filters = " ".join(asked.get("q", [])), asked.get("fq", [])
        start, rows = int(asked.get("start", ["0"])[0]), int(asked.get("rows", ["10"])[0])
        found = [each for each in self.documents.values() if self.finds and fits(query, each, any) and fits(" ".join(filters), each, all)]
        found.sort(key=lambda document: str(document.get("name")))
        return {
            "responseHeader": {"status": 0, "QTime": 0},
            "response": {"numFound": len(found), "start": start, "docs": found[start : start + rows]},
            "facet_counts": {"facet_fields": {}},
        }


def fits(query: str, document: Mapping[str, Any], enough: Any) -> bool:
    """Whether a document has what is asked: `enough` (any, all) of the named fields, or every word in its texts."""
    if query in ("", "*:*"):
        return True
    terms = _TERM.findall(query)
    if terms:
        return bool(enough(_has(document, field, value) != (sign == "-") for sign, field, value in terms))
    words = set(re.findall(r"\w+", " ".join(str(document.get(text) or "") for text in _TEXTS).lower()))
    return set(re.findall(r"\w+", query.lower())) <= words


def _has(document: Mapping[str, Any], field: str, value: str) -> bool:
    own = document.get(field)
    wanted = {quoted or bare for quoted, bare in _VALUE.findall(value)} - {"OR"}
    return bool(wanted & {str(each) for each in (own if isinstance(own, list) else [own])})


class _Handler(BaseHTTPRequestHandler):
    stub: SearchStub

    def do_GET(self) -> None:
        at = urlsplit(self.path)
        if "/schema" in at.path:
            self._answer(self.stub.schema, "application/xml")
        else:
            self._select(at.query)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if "/select" in self.path:
            self._select(body.decode())
        else:
            self.stub.update(body)
            self._answer(b'{"responseHeader": {"status": 0, "QTime": 0}}', "application/json")

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: what CKAN asks is in CKAN's own log."""

    def _select(self, asked: str) -> None:
        self._answer(json.dumps(self.stub.select(parse_qs(asked))).encode(), "application/json")

    def _answer(self, body: bytes, media: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", media)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
