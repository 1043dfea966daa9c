"""Which of the warehouse's macros reads a column of periods: chosen by how the labels are printed, and tried on every one of them.

Refuses to date what it cannot: a form without a macro keeps its label as printed, without first and last day.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from expectations.shape import Column
from tasks.shape import periods

_MONTH = re.compile(r"^\d{4}-\d\d$")


@dataclass(frozen=True)
class Way:
    """The SQL of a period's label, first and last day ('' where it cannot be dated). `event`: the column holds days on which things happened."""

    label: str
    start: str
    end: str
    meaning: str
    event: bool = False


def way_of(
    column: Column, labels: Sequence[str], cell: str, publisher: str, works: Callable[[str], bool], time_identifier: str | None = None
) -> Way:
    """The first way that can be computed for every row. `time_identifier` is the SQL name of the second half of an EES period."""
    for way in _ways(column, labels, cell, publisher, time_identifier):
        if works(f"struct_pack(a := {way.label}, b := {way.start}, c := {way.end})"):
            return way
    return Way(f"cell_text({cell})", "", "", "Period, as printed")


def _ways(column: Column, labels: Sequence[str], cell: str, publisher: str, time_identifier: str | None) -> list[Way]:
    if time_identifier:
        both = f"{cell}, {time_identifier}"
        return [
            Way(f"ees_period_label({both})", f"ees_period_start({both})", f"ees_period_end({both})", "Period, as 2023/24 or 2023/24 T1")
        ]
    days = [each for each in (column.minimum, column.maximum) if each and (read := periods.parse(each)) and read.form in periods.DAYS]
    forms = {read.form for label in labels if (read := periods.parse(label, glued_is_month=False))}
    day, month, name = f"date_of({cell})", f"month_start({cell})", column.name.lower()
    months = Way(f"strftime({day}, '%Y-%m')", f"cast(date_trunc('month', {day}) as date)", f"last_day({day})", "Month, as 2024-04", True)
    if (days or column.type == "date") and labels and all(_MONTH.match(label) for label in labels):
        return [months]
    school = re.search(r"academic|school|(^|[^a-z])ay([^a-z]|$)", name) or (publisher == "dfe" and not re.search(r"financ|fiscal", name))
    split = "tax_year" if "tax" in name else "academic_year" if school else "financial_year"
    ways = []
    if forms and forms <= {"span", "glued"}:
        ways.append(_by(split, cell, f"{split.replace('_', ' ').capitalize()}"))
    if forms == {"year"}:
        ways.append(_by("calendar_year", cell, "Calendar year"))
    if forms & set(periods.DAYS):
        ways.append(Way(f"cast({day} as varchar)", day, day, "Day, as 2024-04-30"))
    if "interval" in forms:
        ways.append(Way(f"cell_text({cell})", f"interval_start({cell})", f"interval_end({cell})", "Period, as printed"))
    for macro, words in (("quarter", "Quarter, as printed"), ("months", "Span of months, as printed")):
        ways.append(Way(f"cell_text({cell})", f"{macro}_start({cell})", f"{macro}_end({cell})", words))
    ways.append(Way(f"strftime({month}, '%Y-%m')", month, f"month_end({cell})", "Month, as 2024-04"))
    return ways


def _by(macro: str, cell: str, meaning: str) -> Way:
    return Way(f"{macro}_label({cell})", f"{macro}_start({cell})", f"{macro}_end({cell})", meaning)
