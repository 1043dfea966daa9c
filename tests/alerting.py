"""What the tests of alerts share: outcomes and records of runs, a web hook and a mail server that keep what they get."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP

from expectations.declaration import Dataset, load
from expectations.errors import EvidenceError
from tasks.alert.telling import tell
from tasks.record import DatasetOutcome, RunRecord, write_hold, write_record
from warehouse.home import Home

DATASET = "dfe.pupil_attendance"
EXAMINED = {"fetch": 0.1, "examine": 0.2}
LANDED = {**EXAMINED, "tidy": 0.1, "check": 0.1, "land": 0.1}


def change(kind: str = "column_removed", severity: str = "breaking", what: str = "", action: str = "", **different: Any) -> dict[str, Any]:
    """One change as a run record holds it; breaking ones hold unless said otherwise."""
    identity = different.pop("id", f"{kind}-{different.get('column', 'value')}")
    sentence = what or f"The column ‘{different.get('column', 'value')}’: {kind}."
    return {
        "id": identity,
        "kind": kind,
        "severity": severity,
        "what": sentence,
        "column": "value",
        "before": "value",
        "after": None,
        "evidence": {},
        "action": action or ("hold" if severity == "breaking" else "evolve"),
        "because": "",
        **different,
    }


def held(*changes: dict[str, Any], snapshot: str = "s2", dataset: str = DATASET) -> DatasetOutcome:
    """A release that waits for a decision."""
    return DatasetOutcome(dataset, "held", snapshot=snapshot, release="3.0", changes=changes or (change(),), steps=EXAMINED)


def landed(*changes: dict[str, Any], snapshot: str = "s2", dataset: str = DATASET) -> DatasetOutcome:
    """A release that landed."""
    return DatasetOutcome(dataset, "landed", rows=5940, vintage="v", snapshot=snapshot, changes=changes, steps=LANDED)


def unchanged(snapshot: str = "s1", dataset: str = DATASET) -> DatasetOutcome:
    """The bytes that landed before, which nobody looks at again."""
    return DatasetOutcome(dataset, "unchanged", rows=5823, vintage="v", snapshot=snapshot, steps={"fetch": 0.1})


def failed(code: str = "fetch.timeout", found: str = "nothing in 4 attempts", dataset: str = DATASET, **different: Any) -> DatasetOutcome:
    """A run that ended with an error."""
    error = EvidenceError(code, found=found, where="https://api.example.gov.uk/data", dataset=dataset).as_dict()
    return DatasetOutcome(dataset, "failed", error=error, **{"steps": {"fetch": 60.0}, **different})


def record(*outcomes: DatasetOutcome, run: str = "run-1", origin: str = "live", published: dict[str, Any] | None = None) -> RunRecord:
    """The record of a run with these outcomes."""
    names = tuple(outcome.dataset for outcome in outcomes)
    return RunRecord(run, "2026-11-20T07:00:00+00:00", "2026-11-20T07:03:00+00:00", origin, "direct", names, outcomes, published)


def end(home: Home, *outcomes: DatasetOutcome, run: str = "run-1", accepted: Path | None = None, **different: Any) -> RunRecord:
    """The end of a run as the pipeline comes to it: holds and record are written, people are told."""
    for outcome in outcomes:
        if outcome.status == "held":
            write_hold(home, outcome.dataset, outcome.snapshot or "", run, outcome.changes)
    made = record(*outcomes, run=run, **different)
    write_record(made, home)
    return tell(made, declared(*outcomes), home, accepted or home.root / "accepted")


def declared(*outcomes: DatasetOutcome) -> list[Dataset]:
    """The real declarations of the outcomes' datasets."""
    return [load(outcome.dataset) for outcome in outcomes]


class Hook:
    """A web hook: what was posted to it, by path. `broken` answers 500 and takes nothing."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.posted: list[tuple[str, dict[str, Any]]] = []
        self.headers: list[dict[str, str]] = []
        self.broken = False

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [body for _, body in self.posted]

    @property
    def titles(self) -> list[str]:
        return [body["title"] for body in self.bodies]


@contextmanager
def hook() -> Iterator[Hook]:
    """A real HTTP server on this machine; its address is one for Apprise."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if not kept.broken:
                kept.posted.append((self.path, body))
                kept.headers.append(dict(self.headers))
            self.send_response(500 if kept.broken else 200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept = Hook(f"json://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Mailbox:
    """A mail server's one box."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.address = ""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        return "250 taken"


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """A real SMTP server on this machine; its address is one for Apprise."""
    box, loop = Mailbox(), asyncio.new_event_loop()
    # aiosmtpd's own controller cannot listen on a port that the system chooses.
    server = loop.run_until_complete(loop.create_server(lambda: SMTP(box, loop=loop), "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        port = server.sockets[0].getsockname()[1]
        box.address = f"mailto://127.0.0.1:{port}?from=evidence@example.gov.uk&to=on-call@example.gov.uk&mode=insecure"
        yield box
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
