"""How numbers, periods and days are written on every page: one way for each.

A figure is shown with the decimals that its indicator declares, with thousands separators and its unit. Refuses to write a number where there is
none: the reason stands in its place.
"""

from __future__ import annotations

import re
from datetime import date, datetime

_NO_BREAK = "\u00a0"
_TRUE_MINUS = "\u2212"
_MISSING = {
    "suppressed": "withheld",
    "withheld": "withheld",
    "not_available": "not available",
    "not_applicable": "not applicable",
    "low_reliability": "too unreliable to show",
}
_SAME_YEAR = re.compile(r"^Jan (\d{4})-Dec \1$")
_LONGEST_LABEL = 9  # letters of a period that fit below an axis


def number(value: float | None, decimals: int = 1) -> str:
    """'1,142,494', '62.1', '−3.4'; '' for None."""
    if value is None:
        return ""
    shown = f"{value:,.{decimals}f}"
    if not shown.strip("-0.,"):
        shown = shown.lstrip("-")  # no minus zero
    return shown.replace("-", _TRUE_MINUS)


def figure(value: float | None, unit: str, decimals: int = 1) -> str:
    """A number with its unit: '62.1 %', '£584,323', '372.4 per 10,000'; '' for None."""
    shown = number(value, decimals)
    if not shown:
        return ""
    match unit:
        case "percent":
            return f"{shown}{_NO_BREAK}%"
        case "pounds":
            return f"{shown[0]}£{shown[1:]}" if shown.startswith(_TRUE_MINUS) else f"£{shown}"
        case "million pounds":
            return f"£{shown}{_NO_BREAK}million"
        case "rank":
            return f"rank{_NO_BREAK}{shown}"
        case "" | "index 0 to 1" | "score":
            return shown
    return f"{shown} {unit}"


def unit_in_words(unit: str) -> str:
    """The unit as it begins a sentence below a chart: 'Percent', 'Per 10,000 children'."""
    return unit[:1].upper() + unit[1:]


def interval(lower: float | None, upper: float | None, decimals: int = 1) -> str:
    """'61.2 to 63.0'; '' where there is none."""
    if lower is None or upper is None:
        return ""
    return f"{number(lower, decimals)} to {number(upper, decimals)}"


def missing(status: str | None) -> str:
    """Why there is no number, in a reader's words: 'withheld' where a publisher suppresses it."""
    return _MISSING.get(status or "", (status or "no figure").replace("_", " "))


def short_period(period: str, end: date | None) -> str:
    """A period as it fits below an axis: '2015/16', '2021', 'Jan 2018-Dec 2018' as '2018', a longer one by the month of its end."""
    if whole := _SAME_YEAR.match(period):
        return whole[1]
    if len(period) <= _LONGEST_LABEL or end is None:
        return period
    return f"{end:%b %Y}"


def day(value: date | datetime | str | None) -> str:
    """'22 November 2026'; '' for None."""
    if not value:
        return ""
    when = date.fromisoformat(value[:10]) if isinstance(value, str) else value
    return f"{when.day} {when:%B %Y}"


def month(value: date) -> str:
    """'September 2016'."""
    return f"{value:%B %Y}"


def moment(value: datetime | str | None) -> str:
    """'22 November 2026, 02:30 UTC'; '' for None."""
    if not value:
        return ""
    when = datetime.fromisoformat(value) if isinstance(value, str) else value
    return f"{day(when)}, {when:%H:%M} UTC"


def size(count: int | None) -> str:
    """'562 kB'."""
    if count is None:
        return ""
    for unit, scale in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= scale:
            return f"{count / scale:,.0f}{_NO_BREAK}{unit}"
    return f"{count}{_NO_BREAK}bytes"


def plural(count: int, one: str, many: str = "") -> str:
    """'1 dataset', '3 datasets'."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
