"""Parts that did not have to be fetched again, and the labels by which a later fetch knows that.

Refuses to call a part unchanged unless the publisher's release and our own question are both what they were.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tasks.fetch.http import Http, Received
from tasks.snapshot import Fetched, Part, Snapshot

NOT_MODIFIED = 304


def labelled(**labels: str) -> dict[str, str]:
    """Labels without those that say nothing."""
    return {name: value for name, value in labels.items() if value}


def unchanged(previous: Snapshot | None, labels: Mapping[str, str]) -> tuple[Fetched, ...]:
    """The parts of the previous snapshot that carry all these labels, as parts that are unchanged; () where there are none."""
    if previous is None:
        return ()
    return tuple(standing(part) for part in previous.parts if all(part.labels.get(name) == value for name, value in labels.items()))


def standing(part: Part, labels: Mapping[str, str] | None = None) -> Fetched:
    """An archived part as it still stands, without its bytes."""
    return Fetched(
        name=part.name,
        url=part.url,
        path=None,
        sha256=part.sha256,
        size=part.size,
        status=NOT_MODIFIED,
        fetched_at=datetime.now(UTC).isoformat(timespec="seconds"),
        final_url=part.final_url,
        media_type=part.media_type,
        charset=part.charset,
        headers=part.headers,
        request=part.request,
        labels=dict(part.labels if labels is None else labels),
    )


def named_release(releases: Mapping[str, str]) -> str:
    """The release of the only query of a source, or each query's own by its name."""
    if len(releases) == 1:
        return next(iter(releases.values()))
    return ", ".join(f"{name}: {release}" for name, release in releases.items() if release)


def document(http: Http, url: str, name: str, params: Mapping[str, Any] | None = None, accept: frozenset[int] = frozenset()) -> Any:
    """A JSON answer that is read and not kept: its scratch file is gone afterwards. Raises EvidenceError of the area `fetch`."""
    received = http.get(url, params=params, media=("application/json",), accept=accept, name=name)
    try:
        return received.json()
    finally:
        discard([received])


def listed(value: Any) -> list[Any]:
    """A list of an answer; an empty one for whatever else stands in its place."""
    return value if isinstance(value, list) else []


def discard(answers: list[Received]) -> None:
    """Remove the scratch files of answers that are no part of a delivery."""
    for answer in answers:
        if isinstance(answer.path, Path):
            answer.path.unlink(missing_ok=True)
