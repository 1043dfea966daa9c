"""What tests of fetching share: a delivery as the archive would remember it."""

from __future__ import annotations

from dataclasses import fields

from tasks.snapshot import Delivery, Part, Snapshot

_FACTS = [field.name for field in fields(Part)]


def kept(delivery: Delivery, dataset: str = "council.kept") -> Snapshot:
    """The snapshot of a delivery, without an archive: what a later fetch is given to ask 'only if changed'."""
    parts = tuple(Part(**{name: getattr(part, name) for name in _FACTS}) for part in delivery.parts)
    return Snapshot("1", dataset, parts, "2026-01-01T00:00:00+00:00", "run", delivery.release)
