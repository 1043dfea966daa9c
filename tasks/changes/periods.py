"""Periods: which came, which went, and what that says of the delivery (everything, a rolling window, or only the new period).

Refuses to alarm over a period that is only printed otherwise, and over one that leaves a window or belongs to the last increment.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import duckdb

from expectations.change import Change, Severity
from expectations.shape import Column, Shape
from tasks.changes.observed import Alignment, Observed
from tasks.changes.words import counted, listed, quoted
from tasks.shape import sql
from tasks.shape.periods import names_a_period, parse, parse_all

FULL, WINDOW, INCREMENT = "full", "window", "increment"
_OF_PERIODS = re.compile(r"identifier|type", re.IGNORECASE)  # a column that says what kind of period another one holds
_LIKE_PERIOD = re.compile(r"(19|20)\d\d|(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*$|(week|wk|quarter|q) ?\d", re.IGNORECASE)


@dataclass(frozen=True)
class Periods:
    """The periods of two tables by their start: start -> label as printed."""

    before: dict[str, str]
    after: dict[str, str]

    @property
    def shared(self) -> list[str]:
        return sorted(self.before.keys() & self.after.keys())

    @property
    def removed(self) -> list[str]:
        return sorted(self.before.keys() - self.after.keys())

    @property
    def added(self) -> list[str]:
        return sorted(self.after.keys() - self.before.keys())


def periods_of(before: Shape, after: Shape) -> Periods:
    """The periods of both shapes, matched by what they mean and not by how they are printed."""
    return Periods(_by_start(before), _by_start(after))


def infer_delivery(periods: Periods, transactions: bool, rows_in_both: float | None) -> tuple[str, str]:
    """(delivery, why). `transactions`: one row per event; `rows_in_both`: share of the later rows that the earlier table holds too."""
    if transactions and rows_in_both is not None and rows_in_both < 0.05:
        return INCREMENT, "rows are single events and none of the earlier ones stands in the later file"
    if not periods.before or not periods.after:
        return FULL, "no periods were found to say otherwise"
    if not periods.shared:
        if periods.added[0] > periods.removed[-1]:
            return INCREMENT, "the later file holds only later periods"
        return FULL, "no period stands in both files, and they do not follow each other"
    if periods.removed and periods.added and periods.removed[-1] < periods.shared[0] and periods.added[-1] > periods.shared[-1]:
        return WINDOW, "the oldest periods went as new ones came"
    return FULL, "the later file holds the earlier periods too" if not periods.removed else "periods went and no window explains it"


def period_changes(before: Shape, after: Shape, periods: Periods, delivery: str, alignment: Alignment) -> list[Change]:
    """period_removed, period_added, and (as category_renamed) periods that are only printed otherwise."""
    column = after.period_column or before.period_column
    changes = []
    if periods.removed:
        severity = Severity.WARNING if delivery == FULL else Severity.INFO
        labels = [periods.before[start] for start in periods.removed]
        why = {
            FULL: "The later file does not hold " + ("it" if len(labels) == 1 else "them") + " any more.",
            WINDOW: "The file is a rolling window: what was landed of " + ("it" if len(labels) == 1 else "them") + " must be kept.",
            INCREMENT: "The file holds only the new period; nothing is lost where the earlier ones are kept.",
        }[delivery]
        in_both = f" ({counted(len(periods.shared), 'period')} in both files)" if periods.shared else ""
        what = f"{_name(labels)} {'is' if len(labels) == 1 else 'are'} gone{in_both}. {why}"
        evidence = {"periods": labels, "in_both": len(periods.shared), "delivery": delivery}
        changes.append(Change("period_removed", severity, what, column, labels, None, evidence, "\x1f".join(labels)))
    if periods.added:
        labels = [periods.after[start] for start in periods.added]
        what = f"{_name(labels)} {'is' if len(labels) == 1 else 'are'} new."
        if not periods.shared:
            what += " No period stands in both files, so that no value can be held against an earlier one."
        evidence = {"periods": labels, "in_both": len(periods.shared), "delivery": delivery}
        changes.append(Change("period_added", Severity.INFO, what, column, None, labels, evidence, "\x1f".join(labels)))
    reprinted = [start for start in periods.shared if periods.before[start] != periods.after[start]]
    if reprinted:
        old, new = periods.before[reprinted[0]], periods.after[reprinted[0]]
        what = f"Periods are printed otherwise: {quoted(old)} is now {quoted(new)} ({counted(len(reprinted), 'period')})."
        mapping = {periods.before[start]: periods.after[start] for start in reprinted}
        changes.append(Change("category_renamed", Severity.WARNING, what, column, old, new, {"renamed": mapping}, "periods"))
    return changes


def holds_periods(column: Column) -> bool:
    """Whether a column that is named like one of periods holds periods, and not what goes with them (`nc_year_admission`: 7, R).

    Labels that no pattern reads alone (`201618`, `March`, `Week 9`) count by the year, month or week that they name.
    """
    if not names_a_period(column.name) or _OF_PERIODS.search(column.name):
        return False
    labels = column.categories
    return labels is None or sum(parse(label) is not None or bool(_LIKE_PERIOD.match(label)) for label in labels) >= 0.5 * len(labels)


def left_with_them(connection: duckdb.DuckDBPyConnection, before: Observed, after: Shape, change: Change, delivery: str) -> Change:
    """A marker that stood only in periods which a rolling window has dropped went with them: said, and no alarm."""
    column = before.shape.period_column
    gone = [periods.before[start] for start in periods.removed] if (periods := periods_of(before.shape, after)) else []
    if change.kind != "marker_removed" or delivery != WINDOW or column is None or not gone:
        return change
    cells = " or ".join(f"{sql.text(sql.identifier(name))} = {sql.literal(str(change.before))}" for name in change.evidence["columns"])
    found = connection.execute(
        f"select count(*) from {sql.identifier(before.table)} where ({cells}) and {sql.text(sql.identifier(column))} not in {sql.literals(gone)}"
    ).fetchone()
    if not found or found[0]:
        return change
    what = f"{change.what} It stood only in periods that have left the window."
    return replace(change, severity=min(change.severity, Severity.INFO), what=what)


def _by_start(shape: Shape) -> dict[str, str]:
    read = parse_all(shape.periods, shape.period_column or "")
    if read is None:
        return {label: label for label in shape.periods}
    return {period.start: period.label for period in read}


def _name(labels: Sequence[str]) -> str:
    word = "The period" if len(labels) == 1 else "The periods"
    if len(labels) > 6:
        return f"{counted(len(labels), 'period')} ({quoted(labels[0])} to {quoted(labels[-1])})"
    return f"{word} {listed([quoted(label) for label in labels], 6)}"
