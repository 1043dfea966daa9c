"""`evidence compare`: what changed between two files of the same table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from expectations.errors import EvidenceError
from flows.cli.change_lines import print_change
from flows.cli.output import AsJson, console, escaped, print_json, styled
from flows.cli.progress import waiting

EXAMPLES = """\
[bold]Examples[/bold]

  evidence compare attendance-2024.csv attendance-2025.csv

  evidence compare old.xlsx new.xlsx --sheet "Table 1a" --key "Area code,Period"

  evidence compare old.csv new.csv --json | jq '.changes[].kind'

Formats: CSV and its kin (any delimiter and charset), Excel (xls, xlsx, ods), Parquet, JSON, GeoJSON; in zip or gzip too.
"""
_VERDICTS = {
    "same": "The two hold the same.",
    "info": "Nothing to worry about: the differences are of the ordinary kind.",
    "warning": "Worth a look: what reads this table goes on working, but may not mean the same.",
    "breaking": "This breaks: what reads this table would fail or be wrong.",
}


def compare(
    before: Annotated[Path, typer.Argument(help="The older file.", metavar="BEFORE")],
    after: Annotated[Path, typer.Argument(help="The newer file.", metavar="AFTER")],
    key: Annotated[str, typer.Option(help="The columns that tell one row from another, as a,b; found by itself where not given.")] = "",
    sheet: Annotated[str, typer.Option(help="The sheet to compare, where a workbook has several tables.")] = "",
    as_json: AsJson = False,
) -> None:
    """Say what changed between two files of one table.

    Columns, categories, units, areas, keys, volume, values. Needs no declaration: the first file stands for what is
    expected. The verdict comes first, then each change with its evidence, the most important first. Exit code 0 whatever
    is found; 2 where a file cannot be read.
    """
    for path in (before, after):
        if not path.is_file():
            raise EvidenceError(
                "command.unreadable", where=str(path), expected="a file", found="a folder" if path.is_dir() else "nothing there"
            )
    with waiting() as tell:
        tell(f"Comparing {before.name} with {after.name}")
        found = _compared(before, after, key, sheet)
    if as_json:
        print_json(found)
    else:
        _print(found, before, after)


def _compared(before: Path, after: Path, key: str, sheet: str) -> dict[str, Any]:
    from tasks.changes.files import compare_files

    columns = [name.strip() for name in key.split(",") if name.strip()]
    try:
        return compare_files(before, after, key=columns or None, sheet=sheet or None).as_dict()
    except EvidenceError as error:
        raise EvidenceError(
            "command.unreadable",
            where=error.where or f"{before}, {after}",
            expected=error.expected,
            found=f"{error.found} [{error.code}]",
            todo=error.todo,
        ) from error
    except OSError as error:
        raise EvidenceError(
            "command.unreadable", where=str(error.filename or before), expected="a readable file", found=str(error)
        ) from error


def _print(found: Mapping[str, Any], before: Path, after: Path) -> None:
    out = console()
    verdict = str(found["verdict"])
    out.print(f"[bold]{styled(verdict)}[/bold]  {_VERDICTS.get(verdict, '')}")
    changes: Sequence[Mapping[str, Any]] = found["changes"]
    counts = {word: sum(change["severity"] == word for change in changes) for word in ("breaking", "warning", "info")}
    out.print("  " + (", ".join(f"{count} {word}" for word, count in counts.items() if count) or "no change") + _delivery(found))
    for name, path in (("before", before), ("after", after)):
        out.print(f"  {name:<7}{escaped(path)}  [dim]{escaped(_size(found.get(name)))}[/dim]", soft_wrap=True)
    order = {"breaking": 0, "warning": 1, "info": 2}
    for change in sorted(changes, key=lambda change: order.get(change["severity"], 3)):
        out.print()
        print_change(change)


def _delivery(found: Mapping[str, Any]) -> str:
    words = {"full": "everything, each time", "window": "a rolling window of periods", "increment": "only the new period"}
    delivery = str(found.get("delivery") or "")
    return f"; each file is {words.get(delivery, delivery)} ({delivery})" if delivery else ""


def _size(described: Any) -> str:
    """'1,234 rows, 12 columns' from what the comparison says of a file."""
    if not isinstance(described, Mapping):
        return ""
    rows, columns = described.get("rows"), described.get("columns")
    width = len(columns) if isinstance(columns, Sequence) and not isinstance(columns, str) else columns
    parts = [f"{rows:,} rows" if isinstance(rows, int) else "", f"{width} columns" if isinstance(width, int) else ""]
    return ", ".join(part for part in parts if part)
