"""One change, whole: what it is, what has become of it, who decided, all of its evidence, and the rows that were discarded for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from expectations.errors import EvidenceError
from flows.cli.changes import latest, waits
from flows.cli.output import console, escaped, facts_table, print_json, styled
from warehouse.home import Home

_SHOWN_ROWS = 5
_INDENT = "  "


def show_change(identity: str, home: Home, as_json: bool) -> bool:
    """Show the change of this id, in every dataset that has it now; False where no dataset has. Its id is the same over runs."""
    found = [one for one in latest(home) if one["id"] == identity]
    if as_json and found:
        print_json([{**one, "seen": _seen(home, one)} for one in found])
    elif found:
        for one in found:
            _print(one, home)
    return bool(found)


def _print(one: Mapping[str, Any], home: Home) -> None:
    out = console()
    out.print(f"{styled(one['severity'])}  [bold]{escaped(one['kind'])}[/bold]  {one['dataset']}  [dim]{one['id']}[/dim]")
    out.print(f"{escaped(one['what'])}\n")
    seen = _seen(home, one)
    facts = {
        "state": one["state"],
        "decision": one["decision"],
        "because": one.get("because") if one.get("because") != one["decision"] else "",
        "column": one.get("column"),
        "before": _line(one.get("before")),
        "after": _line(one.get("after")),
        "held since": one["held_since"][:16].replace("T", " "),
        "first seen": seen[0] if seen else "",
        "seen in": f"{len(seen)} run{'' if len(seen) == 1 else 's'}, last {one['run']}",
        "snapshot": one.get("snapshot"),
    }
    shown = facts_table()
    for name, fact in facts.items():
        if fact:
            shown.add_row(f"[dim]{name}[/dim]", escaped(fact))
    out.print(shown)
    if one.get("evidence"):
        out.print("\n[bold]Evidence[/bold]")
        for line in _lines(one["evidence"], 1):
            out.print(escaped(line), soft_wrap=True)
    _print_rows(one, home)
    if waits(one):
        out.print(f'\nevidence accept {one["id"]} --reason "…"')
        if one["held_since"]:
            out.print(f'evidence decline {one["id"]} --reason "…"')


def _seen(home: Home, one: Mapping[str, Any]) -> list[str]:
    """When runs found this change, oldest first."""
    from tasks.record import read_records

    return [
        f"{record.finished[:16].replace('T', ' ')} ({record.run})"
        for record in reversed(read_records(home))
        if any(
            outcome.dataset == one["dataset"] and any(change["id"] == one["id"] for change in outcome.changes)
            for outcome in record.outcomes
        )
    ]


def _print_rows(one: Mapping[str, Any], home: Home) -> None:
    """The first of the rows that were discarded for it, as published."""
    if not str(one["state"]).startswith("landed without"):
        return
    from flows.cli.database import ask, published

    out = console()
    identity = (one.get("evidence") or {}).get("rule", one["id"])  # rows that break a rule are kept under the rule
    where = f"dataset = '{one['dataset']}' and change_id = '{identity}'"
    with suppress(EvidenceError), published(home) as connection:
        query = f"select source_part, source_row, cells from meta.discarded_rows where {where} order by 1, 2 limit {_SHOWN_ROWS}"
        rows = ask(connection, query, seconds=10).fetchall()
        if rows:
            out.print("\n[bold]Rows left out[/bold]")
        for part, row, cells in rows:
            out.print(f"{_INDENT}{escaped(part)}, row {row}: {escaped(cells)}", soft_wrap=True)
    out.print(f'\nevidence sql "from meta.discarded_rows where {where}"', soft_wrap=True, markup=False)


def _lines(value: Any, depth: int) -> Iterator[str]:
    """A value as indented lines, nothing left out."""
    pairs: Sequence[tuple[str, Any]] = (
        [(str(name).replace("_", " "), item) for name, item in value.items()]
        if isinstance(value, Mapping)
        else [("-", item) for item in value]
    )
    for name, item in pairs:
        short = _line(item)
        head = f"{_INDENT * depth}{name}" + ("" if name == "-" else ":")
        if isinstance(item, Mapping | list | tuple) and len(short) > 100:
            yield head
            yield from _lines(item, depth + 1)
        else:
            yield f"{head} {short}"


def _line(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_line(item)}" for name, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_line(item) for item in value)
    return f"{value:,.6g}" if isinstance(value, float) else str(value)
