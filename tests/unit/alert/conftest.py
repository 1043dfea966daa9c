"""What tests of alerts share: real receivers on this machine, short pauses, and no channel unless a test sets one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tasks.alert import outbox
from tests.alerting import Hook, hook


@pytest.fixture(autouse=True)
def _no_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVIDENCE_ALERTS", raising=False)
    monkeypatch.delenv("EVIDENCE_ALERTS_FILE", raising=False)
    monkeypatch.setattr(outbox, "PAUSES", ())


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hook]:
    """A web hook that every alert goes to."""
    with hook() as kept:
        monkeypatch.setenv("EVIDENCE_ALERTS", f"{kept.address}/hook")
        yield kept
