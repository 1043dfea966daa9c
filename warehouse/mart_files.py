"""The files of warehouse/mart: what each makes and which datasets it needs, in the order in which they run.

A file says what it needs in a line `-- needs: a.b, c.d`. Refuses nothing: a file without the line needs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from warehouse.home import PROJECT

MART = PROJECT / "warehouse" / "mart"
_MADE = re.compile(r"^create (?:or replace )?(table|view|macro) (mart\.[a-z_0-9]+)", re.MULTILINE | re.IGNORECASE)
_NEEDS = re.compile(r"^-- needs:(.*)$", re.MULTILINE)


@dataclass(frozen=True)
class MartFile:
    """One SQL file: the tables, views and macros that it makes (name -> kind), and the datasets without which it cannot run."""

    path: Path
    text: str
    makes: Mapping[str, str]
    needs: frozenset[str]


def mart_file(path: Path) -> MartFile:
    """Read one file."""
    text = path.read_text(encoding="utf-8")
    needs = {name.strip() for line in _NEEDS.findall(text) for name in line.split(",") if name.strip()}
    return MartFile(path, text, {name.lower(): kind.lower() for kind, name in _MADE.findall(text)}, frozenset(needs))


@cache
def mart_files(folder: Path = MART) -> tuple[MartFile, ...]:
    """Every file of the mart in the order of their names, those of the folder `indicators` last."""
    return tuple(mart_file(path) for path in [*sorted(folder.glob("*.sql")), *sorted(folder.glob("indicators/*.sql"))])


def needs_of(name: str, folder: Path = MART) -> frozenset[str]:
    """The datasets behind a table or view of the mart; none for a name that no file makes."""
    return frozenset().union(*(file.needs for file in mart_files(folder) if name.lower() in file.makes))
