"""Read periods as publishers print them: `202122`, `2021/22`, `FYE 2024`, `Jan 2017-Dec 2017`, `Q1 2020`, `2022-10-01T00:00:00/P1Y`.

Refuses to guess from one value what a column means: `201112` is December 2011 or 2011/12, and the whole column decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_MONTHS = {
    name: number for number, name in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)
}
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_YEAR = r"((?:19|20)\d\d)"
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("year", rf"^(?:year\s+|cy\s*)?{_YEAR}(?:\.0)?$"),
        ("span", rf"^(?:ay\s*|fy\s*)?{_YEAR}\s*(?:/|-|–|to|_)\s*(\d\d|(?:19|20)\d\d)$"),
        ("glued", rf"^{_YEAR}(\d\d)$"),
        ("ending", rf"^(?:fye|fy|year ending|financial year ending|ye)\s*(?:{_MONTH}\s*)?{_YEAR}$"),
        ("months", rf"^{_MONTH}\s*{_YEAR}\s*(?:-|–|to)\s*{_MONTH}\s*{_YEAR}$"),
        ("iso month", rf"^{_YEAR}-(\d\d)$"),
        ("interval", rf"^{_YEAR}-(\d\d)-(\d\d)(?:T[\d:.]+Z?)?/P.+$"),
        ("day", rf"^{_YEAR}-(\d\d)-(\d\d)(?:[T ][\d:.]+Z?)?$"),
        ("british day", rf"^(\d\d?)[/.-](\d\d?)[/.-]{_YEAR}(?: \d\d:\d\d(?::\d\d)?)?$"),
        ("named day", rf"^(\d\d?)[ -]{_MONTH}[ -]{_YEAR}$"),
        ("month", rf"^{_MONTH}[\s-]*(?:{_YEAR}|(\d\d))$"),
        ("quarter", rf"^(?:q([1-4])[\s-]*{_YEAR}|{_YEAR}[\s-]*q([1-4]))$"),
        ("week", rf"^(?:{_YEAR}[\s-]*w(?:ee)?k?\s*(\d\d?)|w(?:ee)?k\s*(\d\d?)[\s-]*{_YEAR})$"),
    )
)
DAYS = ("day", "british day", "named day")
_IN_TEXT = re.compile(
    rf"\b(?:{_MONTH}\s*{_YEAR}\s*(?:-|–|to)\s*{_MONTH}\s*{_YEAR}|{_YEAR}\s*[/-]\s*\d\d\b|(?:FYE\s*)?{_YEAR})", re.IGNORECASE
)
_NAME = re.compile(
    r"(^|[^a-z])(time_?period|period|date|dates|year|yr|month|quarter|week|academic_?year|financial_?year|fye|reporting_?year|timeperiod|time)([^a-z]|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, order=True)
class Period:
    """One period: where it starts (`2021-09`, for sorting), the label as printed, and how it was printed."""

    start: str
    label: str
    form: str


def names_a_period(name: str) -> bool:
    """Whether a column name says that the column holds periods: `time_period`, `DATE_NAME`, `Reporting Year`, `TRANS DATE`."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).replace("_", " ")
    return bool(_NAME.search(spaced) or _NAME.search(name))


def parse(label: str, glued_is_month: bool = False) -> Period | None:
    """The period that a label prints, or None. `glued_is_month` says how to take `201112`."""
    stripped = " ".join(label.split())
    for form, pattern in _PATTERNS:
        found = pattern.match(stripped)
        if found and not (form == "span" and glued_is_month and re.fullmatch(rf"{_YEAR}-\d\d", stripped)):
            start = _start(form, list(found.groups()), glued_is_month, stripped.endswith("/P1Y"))
            if start:
                return Period(start, stripped, form)
    return None


def parse_all(labels: Iterable[str], name: str = "") -> list[Period] | None:
    """The periods of a column's distinct labels, oldest first; None unless (nearly) every label is a period."""
    listed = [label for label in labels if label and label.strip()]
    glued = [label.strip() for label in listed if re.fullmatch(rf"{_YEAR}-?\d\d", label.strip())]
    spans = sum(1 for label in glued if (int(label[2:4]) + 1) % 100 == int(label[-2:]))
    months = bool(glued) and (spans < len(glued) or "month" in name.lower())
    read = [period for label in listed if (period := parse(label, months))]
    if not read or len(read) < 0.95 * len(listed):
        return None
    return sorted(read)


def periods_in(text: str) -> list[str]:
    """Periods that stand within a text (a preamble line, a title): ['Jan 2017-Dec 2017']."""
    return [found.group(0) for found in _IN_TEXT.finditer(text)]


def without_period(header: str) -> str:
    """A header with its years taken out: `Percentage FYE 2024` and `Percentage FYE 2025` are one stem."""
    bare = re.sub(r"(?<!\d)(19|20)\d\d(\s*[/-]\s*\d\d(?!\d))?", "{}", header)
    bare = re.sub(r"(?<=_)[12]\d(?=_|$)", "{}", bare)
    return " ".join(re.sub(r"(?<=[A-Za-z])\d\d(?=(CD|NM|NMW)$)", "{}", bare).split())


def _start(form: str, groups: list[str | None], glued_is_month: bool, yearly: bool) -> str | None:
    got = [group for group in groups if group]
    if form == "year":
        return got[0]
    if form == "span":
        first, second = got
        return f"{first}-06" if (int(first) + 1) % 100 == int(second[-2:]) else None
    if form == "glued":
        if glued_is_month:
            return f"{got[0]}-{got[1]}" if 1 <= int(got[1]) <= 12 else None
        return f"{got[0]}-06" if (int(got[0]) + 1) % 100 == int(got[1]) else None
    if form == "ending":
        return f"{int(got[-1]) - 1}-04"
    if form == "months":
        return f"{got[1]}-{_MONTHS[got[0][:3].lower()]:02d}~{got[3]}-{_MONTHS[got[2][:3].lower()]:02d}"
    if form == "iso month":
        if 1 <= int(got[1]) <= 12:
            return f"{got[0]}-{got[1]}"
        return f"{got[0]}-06" if (int(got[0]) + 1) % 100 == int(got[1]) else None
    if form == "interval":
        return got[0] if got[1:3] == ["01", "01"] and yearly else "-".join(got[:3])  # a year from 1 January is that year
    if form == "day":
        return "-".join(got[:3])
    if form == "british day":
        return f"{got[2]}-{int(got[1]):02d}-{int(got[0]):02d}" if int(got[1]) <= 12 else None
    if form == "named day":
        return f"{got[2]}-{_MONTHS[got[1][:3].lower()]:02d}-{int(got[0]):02d}"
    if form == "month":
        year = got[1] if len(got[1]) == 4 else f"20{got[1]}"
        return f"{year}-{_MONTHS[got[0][:3].lower()]:02d}"
    if form == "quarter":
        quarter, year = sorted(got, key=len)
        return f"{year}-{int(quarter) * 3 - 2:02d}"
    week, year = sorted(got, key=len)
    return f"{year}-W{int(week):02d}"
