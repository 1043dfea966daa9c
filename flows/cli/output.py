"""How commands print: one console, one look of errors, JSON where a program reads.

Refuses colour and cursor movements where nobody sees them: a pipe or a log gets plain lines.
"""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from expectations.errors import EvidenceError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

EXIT_FAILED = 1
EXIT_WRONG_USE = 2
PLAIN_WIDTH = 140  # of output that goes to a file or a pipe: nobody's terminal cuts it
STYLES = {
    "landed": "green",
    "unchanged": "green",
    "held": "yellow",
    "failed": "red",
    "breaking": "red",
    "warning": "yellow",
    "info": "cyan",
}

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def console(stderr: bool = False) -> Console:
    """A Rich console that prints plain lines of a fixed width where there is no terminal."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else PLAIN_WIDTH
    return Console(stderr=stderr, width=width, highlight=False, soft_wrap=False, emoji=False)


def is_terminal() -> bool:
    """Does a person watch the progress?"""
    return sys.stderr.isatty() and os.environ.get("TERM", "") != "dumb"


def print_json(value: Any) -> None:
    """Print one JSON value; numbers that JSON does not have (NaN, infinity) become null."""
    sys.stdout.write(json.dumps(plain(value), indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def plain(value: Any) -> Any:
    """The value in JSON's own types."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, str | int | bool):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(item) for item in value]
    return str(value)


def print_error(error: EvidenceError) -> None:
    """A coded error on stderr: its facts, one a line; as JSON for programs."""
    if "--json" in sys.argv:
        sys.stderr.write(json.dumps({"error": error.as_dict()}, indent=2, ensure_ascii=False) + "\n")
        return
    facts = error.as_dict()
    lines = [f"{facts['title']}  [{facts['code']}]"]
    for name in ("dataset", "where", "expected", "found", "to_do"):
        if facts[name]:
            lines.append(f"  {name.replace('_', ' ') + ':':<10}" + facts[name].replace("\n", "\n" + " " * 12))
    sys.stderr.write("\n".join(lines) + "\n")


def table(*columns: str, right: Iterable[str] = ()) -> Table:
    """An empty table in the look of all our tables: no frame, a bold head, cells that wrap between words."""
    from rich.table import Table

    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for index, column in enumerate(columns):
        # The first column names the thing: a name that is broken over two lines cannot be copied.
        made.add_column(column, justify="right" if column in set(right) else "left", overflow="fold", no_wrap=index == 0)
    return made


def facts_table(columns: int = 2) -> Table:
    """An empty table without a head: a fact's name, then the fact."""
    made = table(*[""] * columns)
    made.show_header = False
    return made


def styled(word: str) -> str:
    """A status or severity in its colour."""
    style = STYLES.get(word)
    return f"[{style}]{word}[/{style}]" if style else word


def escaped(text: Any) -> str:
    """A text that arrived, safe from Rich's markup."""
    from rich.markup import escape

    return escape(str(text))


def joined(words: Sequence[str], most: int = 8) -> str:
    """'a, b and 3 more'."""
    shown = ", ".join(words[:most])
    return shown if len(words) <= most else f"{shown} and {len(words) - most} more"
