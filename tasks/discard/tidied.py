"""Reject rows of the tidy table: set aside those that break a rule declared `on_failure: discard_rows`, so that the rest can be checked and landed.

Refuses where the rows that the predicate finds are not as many as Great Expectations counted, and where they are too many: then the rule fails.
"""

from __future__ import annotations

from typing import Any

import duckdb

from expectations.change import OF_A_RUN, Change
from expectations.rules import DISCARD_ROWS, CheckResult, SuiteResult, failing_rows
from tasks.changes.words import counted, share
from tasks.discard import kept
from tasks.shape import sql

KIND = "rows_rejected"
_STAGE = "tidy"
_Connection = duckdb.DuckDBPyConnection


def reject(connection: _Connection, table: str, result: SuiteResult, at_most: float) -> int:
    """Take the rows out of `table` that break rules which say so. Returns how many; 0 where none does, or more than the share `at_most` do."""
    found = {one.rule.id: (one, predicate) for one in result.results if (predicate := _predicate(connection, table, one))}
    if not found:
        return 0
    source = sql.identifier(table)
    any_of = " or ".join(predicate for _, predicate in found.values())
    rows = _count(connection, f"select count(*) from {source} where {any_of}")
    already = kept.count(connection)
    if rows + already > at_most * (result.rows + already):
        return 0
    columns = [row[0] for row in connection.execute(f"describe {source}").fetchall()]
    cells = ", ".join(f"{sql.literal(name)}: {sql.identifier(name)}" for name in columns if name not in ("source_part", "source_row"))
    for one, predicate in found.values():
        reason = f"{one.sentence}{f', because {one.because}' if one.because else ''}"
        kept.add(
            connection,
            f"""
            select '{_STAGE}' as stage, source_part, source_row, {sql.literal(one.rule.id)} as change_id, '{KIND}' as kind,
                {sql.literal(reason)} as reason, to_json({{{cells}}})::varchar as cells
            from {source} where {predicate}""",
        )
    connection.execute(f"delete from {source} where {any_of}")
    return rows


def refused(result: SuiteResult, at_most: float) -> str:
    """Why rows that a failed rule would discard were not discarded, for a person; '' where no failed rule does."""
    failed = [one for one in result.failed if one.rule.on_failure == DISCARD_ROWS]
    if not failed:
        return ""
    rows = sum(one.unexpected_count or 0 for one in failed)
    return (
        f"{counted(rows, 'row')} would be discarded for breaking rules ({share(rows, result.rows)} of {result.rows:,}); "
        f"the declaration allows {share(at_most, 1)}: nothing was discarded, and nothing lands"
    )


def told(connection: _Connection, rows: int | None) -> tuple[dict[str, Any], ...]:
    """What was rejected, one change a rule, in the JSON form of a run record. `rows`: those that are left of the tidy table."""
    if not kept.count(connection, _STAGE):
        return ()
    found = connection.execute(
        f"select change_id, reason, count(*) from {kept.TABLE} where stage = '{_STAGE}' group by all order by 3 desc, 1"
    ).fetchall()
    all_rows = (rows or 0) + kept.count(connection, _STAGE)
    return tuple(_change(rule, reason, int(number), all_rows) for rule, reason, number in found)


def _change(rule: str, reason: str, rows: int, all_rows: int) -> dict[str, Any]:
    what = (
        f"{counted(rows, 'row breaks', 'rows break')} a rule and {'is' if rows == 1 else 'are'} left out of what lands "
        f"({share(rows, all_rows)} of {all_rows:,}) and kept aside: {reason}."
    )
    evidence = {"rule": rule, "rows_discarded": rows, "rows_arrived": all_rows}
    change = Change(KIND, OF_A_RUN[KIND][1], what, None, None, None, evidence, rule)
    return {**change.as_dict(), "action": DISCARD_ROWS, "because": "the rule says so"}


def _predicate(connection: _Connection, table: str, result: CheckResult) -> str | None:
    """Which rows break a failed rule, if it discards them and they are the ones that were counted."""
    if result.success or result.rule.on_failure != DISCARD_ROWS:
        return None
    predicate = failing_rows(result.rule)
    if predicate is None:
        return None
    counted_rows = _count(connection, f"select count(*) from {sql.identifier(table)} where {predicate}")
    return predicate if counted_rows == result.unexpected_count else None


def _count(connection: _Connection, query: str) -> int:
    found = connection.execute(query).fetchone()
    return int(found[0]) if found else 0
