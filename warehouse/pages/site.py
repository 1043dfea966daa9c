"""Builds all pages into a folder.

Refuses to leave anything in the folder that it did not write, and to write outside it: a page is named after an indicator or a dataset, whose names
are checked where they are declared and again here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from expectations.contract import ACCEPTED
from warehouse.pages import dataset_page, index_page, indicator_page, strategy_page
from warehouse.pages.attention import Attention
from warehouse.pages.facts import Facts, read
from warehouse.pages.rendering import Charts
from warehouse.pages.templating import Templates

_TOLD = 25  # indicators between two words to whoever waits
_NAME = re.compile(r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$")
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Built:
    """What was built: how many pages, their size together, how many charts were drawn anew and how many were remembered."""

    folder: Path
    pages: int
    bytes: int
    largest: int
    drawn: int
    remembered: int


def build(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    cache: Path,
    attention: Sequence[Attention] = (),
    now: datetime | None = None,
    tell: Tell = lambda text: None,
    accepted: Path = ACCEPTED,
) -> Built:
    """Write every page of a published file into an empty or new folder; drawings are remembered in `cache`. `now` is when datasets stood as
    `attention` says. Raises `duckdb.Error` where the file is not one of ours.
    """
    facts, charts, templates = read(connection), Charts(cache), Templates()
    written = _Written(folder)
    written.put("index.html", index_page.page(facts, templates, attention, now))
    written.put("datasets.html", index_page.datasets_page(facts, templates))
    written.put("strategy.html", strategy_page.page(facts, templates))
    for place, definition in enumerate(facts.indicators, 1):
        if place % _TOLD == 1:
            tell(f"Drawing the pages of indicators, {place} of {len(facts.indicators)}")
        written.put(f"indicators/{_checked(definition['indicator'])}.html", indicator_page.page(facts, definition, charts, templates))
    for row in facts.datasets:
        written.put(f"datasets/{_checked(row['dataset'])}.html", dataset_page.page(facts, row, templates, accepted))
    charts.forget_the_rest()
    return Built(folder, written.pages, written.bytes, written.largest, charts.drawn, charts.remembered)


def names(facts: Facts) -> frozenset[str]:
    """Every indicator and dataset that has a page."""
    return frozenset([*(row["indicator"] for row in facts.indicators), *(row["dataset"] for row in facts.datasets)])


class _Written:
    """Counts what is written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.pages = self.bytes = self.largest = 0

    def put(self, name: str, text: str) -> None:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        content = text.encode("utf-8")
        path.write_bytes(content)
        self.pages += 1
        self.bytes += len(content)
        self.largest = max(self.largest, len(content))


def _checked(name: str) -> str:
    if not _NAME.match(name):
        raise ValueError(f"{name!r} cannot name a page")
    return name
