"""`evidence show strategy`: the figures of the 2018 strategy beside what the open data give, as a person reads them.

Prints a table where the terminal is wide enough and one short paragraph a figure where it is not. Judges nothing: verdicts and reasons are
in mart.strategy_figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flows.cli.output import console, escaped, print_json, table
from warehouse.home import Home

WIDE = 110  # columns of a terminal from which on a table reads better than paragraphs
_STYLES = {
    "reproduced": "green", "near": "green", "differs": "yellow", "definition unclear": "yellow", "not landed": "cyan", "not open": "dim",
}  # fmt: skip
_SAYS = {
    "reproduced": "the open data give the printed figure",
    "near": "close to it, not equal",
    "differs": "the open data give another figure",
    "definition unclear": "the strategy does not say which of several measures it means",
    "not landed": "the data is open and not held here for that period",
    "not open": "no one publishes the data",
}
_QUERY = """
    select figure, theme, what_it_says, published, published_period, published_comparator, verdict, reason, recomputed_period, recomputed_text,
        latest_period, latest_text, change_since, comparable, datasets, nearest
    from mart.strategy_figures order by number"""


def show_strategy(home: Home, as_json: bool) -> None:
    """Print every figure of the strategy with its verdict. Raises `publish.failed` where nothing is published."""
    from flows.cli.database import published

    with published(home) as connection:
        found = connection.execute(_QUERY)
        names = [column[0] for column in found.description]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    if as_json:
        print_json(rows)
        return
    out = console()
    out.print(
        f"[bold]The figures of the Community Cohesion Strategy (2018)[/bold]  {len(rows)} figures, as printed, beside the open data\n"
    )
    if out.width >= WIDE:
        _as_table(rows)
    else:
        _as_paragraphs(rows)
    _reasons(rows)
    _totals(rows)


def _as_table(rows: Sequence[dict[str, Any]]) -> None:
    """One line a figure, by theme."""
    out = console()
    shown = table("what it says", "printed", "open data, same period", "now", "verdict")
    shown.columns[0].no_wrap = False
    shown.columns[0].ratio, shown.columns[1].ratio, shown.columns[2].ratio, shown.columns[3].ratio = 5, 3, 3, 3
    shown.columns[4].no_wrap = True
    for theme, figures in _by_theme(rows):
        shown.add_row(f"[bold cyan]{escaped(theme)}[/bold cyan]")
        for row in figures:
            printed = f"{escaped(row['published'])} [dim]{escaped(row['published_period'])}[/dim]"
            shown.add_row(escaped(row["what_it_says"]), printed, escaped(row["recomputed_text"] or ""), _now(row), _verdict(row))
    out.print(shown)
    out.print()


def _as_paragraphs(rows: Sequence[dict[str, Any]]) -> None:
    """A few short lines a figure, by theme."""
    out = console()
    for theme, figures in _by_theme(rows):
        out.print(f"[bold cyan]{escaped(theme)}[/bold cyan]")
        for row in figures:
            _print_indented(escaped(row["what_it_says"]), 2)
            _print_indented(f"printed {escaped(row['published'])} [dim]{escaped(row['published_period'])}[/dim]  {_verdict(row)}", 4)
            if row["recomputed_text"]:
                _print_indented(f"open data {escaped(row['recomputed_text'])}", 4)
            if row["latest_text"]:
                _print_indented(f"now {_now(row)}", 4)
        out.print()


def _by_theme(rows: Sequence[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The figures of each theme together, themes in the order in which the strategy comes to them."""
    grouped: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        grouped.setdefault(row["theme"], []).append(row)
    return list(grouped.items())


def _reasons(rows: Sequence[dict[str, Any]]) -> None:
    """Why, for every verdict but a plain reproduction; figures with one reason share a paragraph."""
    out = console()
    grouped: dict[tuple[str, str, str], list[str]] = {}
    for row in rows:
        if row["verdict"] != "reproduced":
            grouped.setdefault((row["verdict"], row["reason"], row["nearest"] or ""), []).append(
                f"{row['what_it_says']}: {row['published']}"
            )
    for verdict in [name for name in _SAYS if any(key[0] == name for key in grouped)]:
        out.print(f"[bold]{verdict}[/bold]  [dim]{_SAYS[verdict]}[/dim]")
        for (_, reason, nearest), figures in ((key, listed) for key, listed in grouped.items() if key[0] == verdict):
            for figure in figures:
                _print_indented(escaped(figure), 2)
            _print_indented(f"[dim]{escaped(reason)}{f' Nearest: {escaped(nearest)}' if nearest else ''}[/dim]", 4)
        out.print()


def _print_indented(text: str, spaces: int) -> None:
    """A paragraph all of whose lines stand in from the edge."""
    from rich.padding import Padding

    console().print(Padding(text, (0, 0, 0, spaces), expand=False))


def _totals(rows: Sequence[dict[str, Any]]) -> None:
    counted = {verdict: sum(row["verdict"] == verdict for row in rows) for verdict in _SAYS}
    out = console()
    out.print(", ".join(f"[{_STYLES[verdict]}]{count} {verdict}[/]" for verdict, count in counted.items() if count))
    out.print("[dim]All of it: from mart.strategy_figures; what an indicator means: from mart.indicators[/dim]")


def _now(row: dict[str, Any]) -> str:
    """The latest figure with its period, and whether it may be set against the printed one."""
    if not row["latest_text"] or row["latest_period"] == row["recomputed_period"]:
        return ""
    mark = " [dim](not comparable)[/dim]" if row["comparable"] else ""
    return f"{escaped(row['latest_text'])} [dim]{escaped(row['latest_period'])}[/dim]{mark}"


def _verdict(row: dict[str, Any]) -> str:
    return f"[{_STYLES[row['verdict']]}]{row['verdict']}[/]"
