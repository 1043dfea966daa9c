"""Publish the pages: built aside from the published file, and put in the place of the old ones at once.

`pages` in the home is a link to the folder that is in force; replacing a link is one act, so that a reader finds the old pages or the new. Refuses to
touch a `pages` that it did not make, and to fail a publication: where pages cannot be made, the file is published all the same and says why.
"""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from expectations.calendar import today_in_london
from expectations.errors import EvidenceError
from tasks.alert.book import declined, said_of
from tasks.atomic import flush, replace_text
from tasks.lateness import remembered
from tasks.locks import lock
from tasks.record import read_status
from warehouse.home import Home
from warehouse.pages import Attention, Built, build
from warehouse.pages.attention import most_pressing_first

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Pages:
    """The pages that are in force: where they begin, how many there are, their size in bytes, how many charts were drawn anew."""

    first: Path
    pages: int
    bytes: int
    drawn: int
    remembered: int

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "first": str(self.first)}


def folder(home: Home) -> Path:
    """Where readers find the pages."""
    return home.root / "pages"


def publish_pages(home: Home, tell: Tell = lambda text: None) -> Pages:
    """Build all pages from the published file and put them in force.

    Raises `command.no_database`, `pages.failed`, `lock.busy`; the old ones then stay.
    """
    if not home.database.exists():
        raise EvidenceError("command.no_database", where=str(home.database), expected="the published database", found="no file")
    with lock(home, "pages", "building the pages"):
        where = folder(home)
        if where.exists() and not where.is_symlink():
            raise EvidenceError(
                "pages.failed", where=str(where), expected="a link made by `evidence pages`, or nothing", found="something else"
            )
        made = _all(home) / uuid.uuid4().hex[:12]
        try:
            built = _built(home, made, tell)
            _put_in_force(made, where)
            replace_text(_note(home), _attention_as_text(home))
        except (OSError, duckdb.Error) as error:
            shutil.rmtree(made, ignore_errors=True)
            found = f"{type(error).__name__}: {error}"
            raise EvidenceError("pages.failed", where=str(where), expected="pages built from the published file", found=found) from error
        _sweep(home, made)
    return Pages(where / "index.html", built.pages, built.bytes, built.drawn, built.remembered)


def refresh(home: Home, rebuilt: bool = True) -> str:
    """Bring the pages up to date, where there are pages: after a new publication (`rebuilt`), or where something else needs a person than before.

    The path of the first page; '' where there are no pages. What went wrong is said, never raised: the pages of before are then taken out of
    force, so that nothing stands there which the file no longer holds, and tried anew at the next publication.
    """
    if not (folder(home).is_symlink() or _note(home).exists()):
        return ""
    try:
        if not rebuilt and _noted(home) == _attention_as_text(home):
            return str(folder(home) / "index.html")
        return str(publish_pages(home).first)
    except Exception as error:  # a fault of a page must not cost the publication
        with suppress(OSError):
            replace_text(_note(home), "not built")
            if folder(home).is_symlink():
                folder(home).unlink()
        return f"not built: {error}"


def attention(home: Home) -> list[Attention]:
    """What needs a person now: holds, failures, late releases and calendars that ended, from the records and the last look at the calendar."""
    return list(_holds_and_failures(home)) + list(_late(home))


def _holds_and_failures(home: Home) -> Iterator[Attention]:
    known = read_status(home)
    decided = declined(home, [one.dataset for one in known.values() if one.held_since])
    for one in known.values():
        if one.held_since and one.dataset in decided:
            yield Attention("declined", one.dataset, f"held, and {said_of(decided[one.dataset])}", one.held_since[:10])
        elif one.held_since:
            alarms = ", ".join(f"{count} {severity}" for severity, count in one.changes.items() if severity != "info")
            what = f"the source changed ({alarms}); the last good table is served" if alarms else "the last good table is served"
            yield Attention("held", one.dataset, what, one.held_since[:10], f"evidence changes {one.dataset}")
        elif one.status == "failed":
            yield Attention("failed", one.dataset, one.error, one.finished[:10], f"evidence run {one.dataset}")


def _late(home: Home) -> Iterator[Attention]:
    today = today_in_london()
    for dataset, one in remembered(home, today).items():
        if one.late(today):
            since = one.late_from.isoformat() if one.late_from else ""
            yield Attention("late", dataset, one.said(today), since, f"evidence run {dataset}")
        elif one.ended:
            yield Attention("ended", dataset, "its declared release dates are over: nobody would notice that the next one is missing")


def _built(home: Home, made: Path, tell: Tell) -> Built:
    with duckdb.connect(str(home.database), read_only=True) as connection:
        connection.execute("set enable_external_access = false")
        built = build(connection, made, home.state / "pages", attention(home), datetime.now(UTC), tell)
    flush(made)
    return built


def _put_in_force(made: Path, where: Path) -> None:
    """Point `pages` to the new folder: a link beside it, renamed over the old one."""
    aside = where.with_name(f".aside-{made.name}-pages")
    os.symlink(os.path.relpath(made, where.parent), aside)
    os.replace(aside, where)


def _attention_as_text(home: Home) -> str:
    """What needs a person, to be held against what the pages say."""
    return json.dumps([asdict(item) for item in most_pressing_first(attention(home))])


def _note(home: Home) -> Path:
    """What the pages say needs a person; that it is there says that somebody has asked for pages, also while none can be built."""
    return home.state / "pages" / "attention.json"


def _noted(home: Home) -> str:
    try:
        return _note(home).read_text(encoding="utf-8")
    except OSError:
        return ""


def _all(home: Home) -> Path:
    return home.root / ".pages"


def _sweep(home: Home, made: Path) -> None:
    """Remove the pages of before, and what a killed build left. We hold the lock."""
    for other in _all(home).iterdir():
        if other != made:
            shutil.rmtree(other, ignore_errors=True)
    for left in home.root.glob(".aside-*-pages"):
        left.unlink(missing_ok=True)
