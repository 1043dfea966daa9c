"""What Nomis says of a dataset in its overview that is news: a revision since the last fetch, one that is scheduled, a series that has ended.

Gives entries of `Delivery.announced`, in the project's kinds. Refuses to call a first fetch news: without an earlier release nothing was revised.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tasks.fetch.nomis_codes import revisions, text

_REVISED = re.compile(r"lastrevised ([^;]+)")
_NOTES = ("notes", "note", "contactnotes", "keywords")
_MOST_LETTERS = 300


def announced(overview: Mapping[str, Any], previous: str) -> list[Mapping[str, Any]]:
    """One entry for each thing that is news since the release `previous` (as `nomis_codes.release` prints it; '' where there was none)."""
    entries: list[Mapping[str, Any]] = []
    revised, before = text(overview.get("lastrevised")), _REVISED.search(previous)
    version = next((text(one.get("version")) for one in revisions(overview) if text(one.get("status")) == "current"), "")
    if previous and revised and (before is None or before.group(1).strip() != revised):
        was = before.group(1).strip() if before else None
        entries.append(_entry("history_revised", f"figures revised on {revised}", version, was, revised))
    for one in revisions(overview):
        if text(one.get("status")) == "pending" and (day := text(one.get("scheduled"))):
            entries.append(_entry("note", f"a revision is scheduled for {day}", text(one.get("version"))))
    status = text(overview.get("status"))
    if status.lower().startswith("historical"):
        entries.append(_entry("note", f"the dataset's status is {status!r}", ""))
    if previous:
        said = [" ".join(text(overview.get(name)).split())[:_MOST_LETTERS] for name in _NOTES]
        entries += [_entry("note", words, "") for words in said if "revis" in words.lower() or "discontinu" in words.lower()]
    return entries


def _entry(kind: str, said: str, version: str, before: str | None = None, after: str | None = None) -> Mapping[str, Any]:
    return {"kind": kind, "column": None, "subject": "", "before": before, "after": after, "said": said, "version": version, "major": False}
