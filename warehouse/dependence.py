"""What depends on a dataset: indicators, tables and views of the mart, and figures of the strategy. Read from the files, without a database.

With a column, only what names that column (as a word of its SQL, so that an alias of the same name counts too: rather one too many than one too few).
Refuses nothing about the dataset: one that nothing depends on gives ().
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from warehouse.indicators import Indicator, load_all
from warehouse.indicators.figures import load_sources, published
from warehouse.mart_files import MartFile, mart_files

KINDS = ("indicator", "table", "view", "macro", "strategy figure")


@dataclass(frozen=True)
class Dependant:
    """One thing that is built on a dataset. `kind` is one of KINDS, `name` as it is asked for, `title` in words."""

    kind: str
    name: str
    title: str


def dependants(dataset: str, column: str | None = None) -> tuple[Dependant, ...]:
    """What is built on a dataset, or on one column of it: indicators first, then what the mart makes, then the strategy's figures.

    Raises `indicator.invalid` where a definition cannot be read.
    """
    indicators = [indicator for indicator in _indicators() if dataset in indicator.sources and _reads(indicator, dataset, column)]
    files = [file for file in mart_files() if dataset in file.needs and _names(file.text, column)]
    touched = {indicator.name for indicator in indicators}
    sources = load_sources()
    figures = [figure for figure in published() if {sources[figure.figure].indicator, sources[figure.figure].latest} & touched]
    return (
        *(Dependant("indicator", indicator.name, indicator.title) for indicator in indicators),
        *(Dependant(kind, name, f"{kind} of the mart") for file in files for name, kind in sorted(file.makes.items())),
        *(Dependant("strategy figure", figure.figure, f"{figure.what_it_says}: {figure.published}") for figure in figures),
    )


@cache
def _indicators() -> tuple[Indicator, ...]:
    return load_all()


def _reads(indicator: Indicator, dataset: str, column: str | None) -> bool:
    """Whether an indicator names the column itself, or is built on a table of the mart that does, or calls a macro that does."""
    if column is None:
        return True
    shared = [file for file in mart_files() if dataset in file.needs and file.makes.keys() & indicator.reading.tables]
    called = [file for file in mart_files() if any(kind == "macro" and f"{name}('" in indicator.sql for name, kind in file.makes.items())]
    return _names(indicator.sql, column) or any(_names(file.text, column) for file in (*_with_what_they_read(shared, dataset), *called))


def _with_what_they_read(files: list[MartFile], dataset: str) -> list[MartFile]:
    """The files, and those of the same dataset that make what they read."""
    found = list(files)
    for file in found:  # grows while it is walked: each file is added once
        found += [
            other
            for other in mart_files()
            if dataset in other.needs and other not in found and any(name in file.text for name in other.makes)
        ]
    return found


def _names(sql: str, column: str | None) -> bool:
    without_comments = re.sub(r"^\s*(--|comment on ).*$", "", sql, flags=re.MULTILINE)
    return column is None or re.search(rf"(?<![a-z0-9_]){re.escape(column)}(?![a-z0-9_])", without_comments, re.IGNORECASE) is not None
