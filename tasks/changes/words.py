"""How changes are worded: quoted names, lists, counts, shares and numbers as people write them."""

from __future__ import annotations

from collections.abc import Sequence


def quoted(name: object) -> str:
    """A name in quotation marks."""
    return f"‘{name}’"


def listed(words: Sequence[object], most: int = 5) -> str:
    """`a, b and c`; what is beyond `most` is counted: `a, b and 12 more`."""
    shown = [str(word) for word in words[:most]]
    rest = len(words) - len(shown)
    if rest > 0:
        return f"{', '.join(shown)} and {rest:,} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}" if shown else ""


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 row`, `2,527 rows`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def share(part: float, whole: float) -> str:
    """A share in per cent, never rounded to nothing or to all when it is neither."""
    if not whole:
        return "0%"
    percent = 100 * part / whole
    if 0 < percent < 0.1:
        return "less than 0.1%"
    if 99.9 < percent < 100:
        return "more than 99.9%"
    return f"{percent:.3g}%" if percent < 10 else f"{percent:.0f}%"


def figure(value: float | None) -> str:
    """A number without float dust: 65.4, 1,234, 3,827,128."""
    if value is None:
        return "nothing"
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.6g}" if abs(value) < 1e5 else f"{value:,.0f}"
