"""The part of a message that says what failed: the coded error in its facts, and the rules that do not hold, each with its reason.

Refuses to quote SQL where a reason is given: nobody reads it at seven in the morning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tasks.alert.render import Block, Item, one_line
from tasks.alert.state import News

MOST_ITEMS = 8
MOST_LETTERS = 400  # of one thing in a message; `evidence changes` shows the whole


def blocks_of_failure(news: News) -> Iterator[Block]:
    """What failed, from the coded error and the rules that do not hold."""
    error = news.outcome.error or {}
    facts = [
        (name, one_line(error.get(key, ""), MOST_LETTERS))
        for name, key in (("expected", "expected"), ("found", "found"), ("where", "where"))
    ]
    yield Block(f"{error.get('title', 'It failed')}:", tuple(Item(fact, name) for name, fact in facts if fact))
    broken = [result for result in news.outcome.checks.get("results", ()) if not result.get("success", True)]
    if broken:
        items = [Item(one_line(_rule(result), MOST_LETTERS), str(result.get("severity", ""))) for result in broken[:MOST_ITEMS]]
        yield Block("Rules that do not hold:", tuple(items), len(broken) - len(items))
    if error.get("to_do") and error["code"] != "contract.missing":  # of which the commands say the same
        yield Block(f"To do: {error['to_do'].replace('DATASET', news.outcome.dataset)}")


def _rule(result: Mapping[str, Any]) -> str:
    rows = result.get("unexpected_count")
    if result.get("name") == "unexpected_rows" and result.get("because"):
        return f"{result['because']}: not so in {rows:,} case{'' if rows == 1 else 's'}" if rows else str(result["because"])
    because = f", because {result['because']}" if result.get("because") else ""
    broken = f" ({counted_rows(rows)} break{'s' if rows == 1 else ''} it)" if rows else ""
    return f"{result.get('sentence') or result.get('expectation', 'a rule')}{because}{broken}"


def counted_rows(count: int | None) -> str:
    """'1 row', '5,823 rows'; '' where the count is not known."""
    return "" if count is None else f"{count:,} row{'' if count == 1 else 's'}"
