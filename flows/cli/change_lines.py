"""One change in a list of several: severity, kind, sentence, and so much of its evidence as a person reads on the way; `evidence show ID` has all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flows.cli.output import console, escaped, plain, styled

_MOST_ITEMS = 5
_MOST_LETTERS = 110
_SAID_APART = ("where", "column", "before", "after", "home")
# How the comparison was made, and figures that the sentence has already.
_LEFT_OUT = frozenset(
    {
        "key",
        "sampled_every",
        "moves",
        "rows_matched",
        "home_touched",
        "measures",
        "patch",
        "name_resemblance",
        "severity_unannounced",
        "share",
    }
)


def print_change(change: Mapping[str, Any]) -> None:
    """One change for a person: severity and kind, the sentence, and the evidence below it."""
    out = console()
    out.print(f"{styled(change['severity'])}  [bold]{escaped(change['kind'])}[/bold]  [dim]{escaped(change.get('id', ''))}[/dim]")
    out.print(f"  {escaped(change['what'])}")
    for name, lines in _facts(change):
        if len(lines) == 1:
            out.print(f"    [dim]{escaped(name)}:[/dim] {escaped(lines[0])}")
            continue
        out.print(f"    [dim]{escaped(name)}:[/dim]")
        for line in lines:
            out.print(f"      {escaped(line)}")


def _facts(change: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    evidence = {name: value for name, value in (change.get("evidence") or {}).items() if name not in _LEFT_OUT}
    shown: set[str] = {str(change["what"]), str(change.get("because") or "")}
    for name, value in {"before": change.get("before"), "after": change.get("after"), **evidence}.items():
        text = _short(value)
        if value in (None, [], {}, "") or text in shown or (name == "because" and text in str(change["what"])):
            continue
        shown |= {text} if name in ("before", "after") else set()  # the evidence often says again what was and what is
        yield name.replace("_", " "), _as_pairs(value) or [text]


def _as_pairs(value: Any) -> list[str]:
    """A list of cells with what was and what is, a line each; [] where it is no such list."""
    value = plain(value)
    if not isinstance(value, list) or not value or not all(isinstance(one, dict) and {"before", "after"} <= set(one) for one in value):
        return []
    lines = []
    for one in value[:_MOST_ITEMS]:
        where = ", ".join(str(one[name]) for name in ("where", "column") if one.get(name))
        rest = ", ".join(f"{name} {_short(item)}" for name, item in one.items() if name not in _SAID_APART)
        said = f"{_figure(one['before'])} before, {_figure(one['after'])} now" + (f" ({rest})" if rest else "")
        lines.append(f"{where}: {said}" if where else said)
    more = len(value) - _MOST_ITEMS
    return [*lines, *([f"and {more} more"] if more > 0 else [])]


def _short(value: Any) -> str:
    """A piece of evidence on one line: the first few of many."""
    value = plain(value)
    if isinstance(value, dict):
        items = [f"{name}: {item}" if isinstance(item, str) else f"{name.replace('_', ' ')} {_short(item)}" for name, item in value.items()]
    elif isinstance(value, list):
        items = [_short(item) for item in value]
    elif isinstance(value, int | float) and not isinstance(value, bool):
        return _figure(value)
    else:
        text = " ".join(str(value).split())
        return text if len(text) <= _MOST_LETTERS else text[: _MOST_LETTERS - 1] + "…"
    joined = ("; " if any("," in item for item in items) else ", ").join(items[:_MOST_ITEMS])
    return joined if len(items) <= _MOST_ITEMS else f"{joined} and {len(items) - _MOST_ITEMS} more"


def _figure(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "nothing" if value in (None, "") else str(value)
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e15):
        return f"{int(value):,}" if abs(value) >= 10_000 else str(int(value))
    return f"{value:,.4g}" if abs(value) < 1e6 else f"{value:,.0f}"
