"""Great Expectations' result of one rule, as ours: the figure found, how many rows break the rule, and which.

Great Expectations gives the keys of failing rows for rules about rows. For queries and uniqueness it gives what the query returned; their
full count, and the source rows that share a key, are one query more, asked only of a rule that failed.
"""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from expectations.gx.translation import FETCHED_ROWS, ROWS_SHARING, is_query, query
from expectations.rules import MAXIMUM_ROWS, UNEXPECTED_ROWS, CheckResult, Rule
from expectations.rules.sql import CHECKED_ROWS, identifier

if TYPE_CHECKING:
    from expectations.gx.run import Session

_SOURCE_ROW = "source_row"
_SOURCE_ROWS = 5  # of the rows that share a key, so many are named


def outcome(rule: Rule, raw: Mapping[str, Any], judged: int, session: Session) -> CheckResult:
    """The result of one rule; `judged` is the number of rows that its `where` lets through."""
    success, result = bool(raw["success"]), dict(raw.get("result") or {})
    count: int | None
    if is_query(rule):
        count, rows = (0, []) if success else _found(rule, result, session)
        observed, share = None, rule.name != UNEXPECTED_ROWS
    else:
        of_rows = rule.signature.kind == "map"
        count = result.get("unexpected_count", 0) if of_rows else None
        rows = [_row(row) for row in result.get("partial_unexpected_index_list") or ()][:MAXIMUM_ROWS]
        observed, share = _observed(result) if not of_rows else None, True
    percent = round(100 * count / judged, 4) if share and count is not None and judged else None
    return CheckResult(rule, success, observed, count, percent, judged, tuple(rows), raw)


def _observed(result: Mapping[str, Any]) -> Any:
    """The figure found; of a set of values, which were missing and which should not have been there."""
    sets = {word: result.get(f"partial_{word}_list") for word in ("missing", "unexpected")}
    if any(sets.values()):
        return {word: _plain(values[:MAXIMUM_ROWS]) for word, values in sets.items() if values}
    value = result.get("observed_value")
    return _plain(value[:MAXIMUM_ROWS] if isinstance(value, list) else value)


def _found(rule: Rule, result: Mapping[str, Any], session: Session) -> tuple[int, list[dict[str, Any]]]:
    """How many rows a query finds (of a uniqueness: how many rows share their values), and examples."""
    fetched: Sequence[Mapping[str, Any]] = result["details"]["unexpected_rows"]
    rows = [_row(row) for row in fetched]
    named = f"with {CHECKED_ROWS} as not materialized (select * from {identifier(session.view(None))})"
    if rule.name == UNEXPECTED_ROWS:
        exact = result["observed_value"] < FETCHED_ROWS
        return (result["observed_value"] if exact else session.fetch(f"{named} select count(*) from ({query(rule)}\n)")[0][0]), rows
    count = session.fetch(f"{named} select sum({ROWS_SHARING})::bigint from ({query(rule)}\n)")[0][0]
    if _SOURCE_ROW in session.keys:
        rows = _with_source_rows(rule, named, session)
    return count, rows


def _with_source_rows(rule: Rule, named: str, session: Session) -> list[dict[str, Any]]:
    """The values shared, with the places in the source of the rows that share them."""
    keys = [identifier(column) for column in rule.columns]
    same = " and ".join(f"checked.{key} is not distinct from shared.{key}" for key in keys)
    listed = ", ".join(f"shared.{key}" for key in keys)
    judged = f" where ({rule.where}\n)" if rule.where else ""
    shared = f"{query(rule)} order by all limit {MAXIMUM_ROWS}"
    sql = (
        f"{named} select {listed}, count(*) as {ROWS_SHARING}, "
        f"list(checked.{_SOURCE_ROW} order by checked.{_SOURCE_ROW})[:{_SOURCE_ROWS}] as source_rows "
        f"from (select * from {CHECKED_ROWS}{judged}) as checked join ({shared}) as shared on {same} "
        f"group by {listed} order by all"
    )
    columns = [*rule.columns, ROWS_SHARING, "source_rows"]
    return [_row(dict(zip(columns, row, strict=True))) for row in session.fetch(sql)]


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {str(name): _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    """The value as JSON can hold it."""
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return str(value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return float(value)
    if isinstance(value, Mapping):
        return _row(value)
    return [_plain(one) for one in value] if isinstance(value, Sequence) and not isinstance(value, bytes) else str(value)
