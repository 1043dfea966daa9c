"""The delivery itself: nothing in it, tests in it, twice in it, or cut off before its end.

Refuses to call a place a test because of its name (Test Valley): only whole words that no place, school or category bears.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import duckdb

from expectations.change import Change, Severity
from tasks.changes import wrapping
from tasks.changes.observed import Alignment, Observed
from tasks.changes.words import counted, listed, quoted, share
from tasks.shape import sql

_TEST = re.compile(
    r"^\s*(?:(?:la|lad|local "
    r"authority|school|area|region|ward|provider|authority|council|national|category|organisation|name"
    r"|supplier)[\s_-]*(?:demo|dummy|test|example|placeholder)\s*\d*"
    r"|(?:demo|dummy|placeholder|fake|sample|example)[\s_-]*(?:la|lad|local "
    r"authority|school|area|region|ward|provider|authority|council|data|row|record|value|entry|name)?\s*\d*"
    r"|test[\s_-]*(?:la|lad|local authority|area|region|ward|provider|authority|council|data|row|record|value|entry|name|\d+)"
    r"|test|testing|lorem ipsum.*|asdf+|do not use|please ignore|x{4,}|todo|tbc - test)\s*$",
    re.IGNORECASE,
)
_TEST_SQL = r"(?i)(demo|dummy|placeholder|fake|sample|example|test|lorem|asdf|do not use|please ignore|xxxx|todo)"
REPEATED = 0.45  # share of rows that are an exact copy of another, from which the table stands twice


def delivery_changes(connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, alignment: Alignment) -> list[Change]:
    """What is wrong with the delivery as such, against the earlier one."""
    return [
        *_cut_off(connection, before, after, alignment),
        *_test_changes(connection, before, after),
        *_repeated(connection, before, after),
        *wrapping.layout_changes(before.shape, after.shape),
    ]


def repeated_release(before: Observed, after: Observed) -> list[Change]:
    """repeated_release: a dataset that delivers a new period each time delivered the last one again."""
    periods = listed([quoted(period) for period in after.shape.periods], 3)
    what = (
        f"The release holds the same {after.shape.rows:,} rows as the one "
        f"before{f' ({periods})' if periods else ''}: the last period was posted again as new."
    )
    evidence = {"rows": after.shape.rows, "content": after.shape.content, "periods": list(after.shape.periods)}
    return [Change("repeated_release", Severity.BREAKING, what, None, None, None, evidence, after.shape.content)]


def _cut_off(connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, alignment: Alignment) -> list[Change]:
    """truncated: the last row lacks its last cells, which no other row lacks in either table."""
    ends: list[str] = []
    for column in reversed(after.shape.columns):
        earlier = alignment.earlier(column.name)
        old = before.shape.column(earlier) if earlier else None
        if column.empty != 1 or old is None or old.empty:
            break
        ends.append(column.name)
    if after.shape.rows < 3 or len(after.shape.columns) < 2:
        return []
    if not ends or len(ends) == len(after.shape.columns):
        return _cut_in_a_word(connection, before, after, alignment)
    # A record that was cut has its first cells; a line of totals under the table has not.
    starts = [column.name for column in after.shape.columns if column.name not in ends and column.empty < 0.5 * after.shape.rows][:1]
    tests = " and ".join([f"{sql.identifier(name)} is null" for name in ends] + [f"{sql.identifier(name)} is not null" for name in starts])
    source = sql.identifier(after.table)
    found = connection.execute(f"select count(*) from {source} where rowid = (select max(rowid) from {source}) and {tests}").fetchone()
    if not found or not found[0]:
        return _cut_in_a_word(connection, before, after, alignment)
    return [_truncated(before, after, ends[::-1], "which every other row has")]


def _cut_in_a_word(connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, alignment: Alignment) -> list[Change]:
    """truncated: the last record alone is shorter than the header, and its last cell is how a longer one of the earlier file begins."""
    if sum(layout.ragged_rows for layout in after.shape.layouts.values()) != 1:
        return []
    source, names = sql.identifier(after.table), [column.name for column in after.shape.columns]
    last = connection.execute(
        f"select {', '.join(map(sql.identifier, names))} from {source} where rowid = (select max(rowid) from {source})"
    ).fetchone()
    cells = [cell for cell in last or () if cell is not None]
    whole = len(cells)
    earlier = alignment.earlier(names[whole - 1]) if cells and list((last or ())[:whole]) == cells and whole < len(names) else None
    if earlier is None:
        return []
    cell = sql.identifier(earlier)
    found = connection.execute(
        f"select count(*) from {sql.identifier(before.table)} where starts_with({cell}, $1) and length({cell}) > length($1)", [cells[-1]]
    ).fetchone()
    if not found or not found[0]:
        return []
    return [_truncated(before, after, names[whole:], f"and ends within a word: {quoted(str(cells[-1])[:60])}")]


def _truncated(before: Observed, after: Observed, missing: Sequence[str], why: str) -> Change:
    what = (
        f"The file seems to end before its data does: the last row has no {listed([quoted(name) for name in missing], 3)}, "
        f"{why} ({before.shape.rows:,} rows before, {after.shape.rows:,} now)."
    )
    evidence = {"columns": list(missing), "rows_before": before.shape.rows, "rows_after": after.shape.rows}
    return Change("truncated", Severity.BREAKING, what, None, before.shape.rows, after.shape.rows, evidence, "last row")


def no_rows(after: Observed, before: Observed | None = None) -> list[Change]:
    """empty: a header and nothing under it, or not even that."""
    had = before.shape.rows if before else None
    header = f"The header is {'there' if after.shape.columns else 'missing too'}."
    what = f"There are no rows{f' any more; before there were {had:,}' if had else ''}. {header}"
    return [
        Change("empty", Severity.BREAKING, what, None, had, 0, {"rows_before": had, "columns_in_header": len(after.shape.columns)}, "rows")
    ]


def copies(connection: duckdb.DuckDBPyConnection, seen: Observed) -> list[Change]:
    """table_repeated on first sight: about half of the rows are exact copies of the others."""
    if seen.shape.key and not seen.shape.key_duplicates:
        return []
    spare, rows = repeated_rows(connection, seen)
    return [_twice(spare, rows, None)] if rows > 1 and REPEATED * rows <= spare else []


def test_rows(connection: duckdb.DuckDBPyConnection, observed: Observed) -> list[Change]:
    """test_rows: rows whose area, name or category says that they are tests or placeholders."""
    found: dict[str, str] = {}
    for column in observed.shape.columns:
        if column.type not in ("text", "boolean") or column.role == "measure" or column.distinct > 20_000:
            continue
        if column.categories is not None and not any(_TEST.match(word) for word in column.categories):
            continue
        # Grouped first, and materialised so that it stays first: the pattern is then tried once a word and not once a row.
        hits = connection.execute(
            f"with words as materialized (select {sql.identifier(column.name)} as cell, count(*) as n from "
            f"{sql.identifier(observed.table)} group by 1) "
            f"select {sql.text('cell')} as word, sum(n) from words where length(cell) < 60 and "
            f"regexp_matches(cell, '{_TEST_SQL}') group by 1 limit 200"
        ).fetchall()
        # A word that a good part of the rows bear is a category of theirs, not a slip.
        words = [(word, int(number)) for word, number in hits if _TEST.match(word) and number <= max(5, 0.02 * observed.shape.rows)]
        for word, _ in words:
            found[word] = column.name
    if not found:
        return []
    words_found = sorted(found)
    tests = " or ".join(f"{sql.text(sql.identifier(column))} = {sql.literal(word)}" for word, column in found.items())
    counted_rows = connection.execute(f"select count(*) from {sql.identifier(observed.table)} where {tests}").fetchone()
    rows = int(counted_rows[0]) if counted_rows else 0
    what = (
        f"{counted(rows, 'row looks', 'rows look')} like a test or a placeholder: "
        f"{listed([f'{quoted(word)} in {quoted(found[word])}' for word in words_found], 3)}."
    )
    return [
        Change(
            "test_rows",
            Severity.BREAKING,
            what,
            found[words_found[0]],
            None,
            words_found,
            {"rows": rows, "words": found},
            "\x1f".join(words_found),
        )
    ]


def _test_changes(connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed) -> list[Change]:
    old, new = test_rows(connection, before), test_rows(connection, after)
    if old and not new:
        gone = old[0]
        what = f"{gone.what[:-1]}; they stood in the earlier file and are gone. Anything computed from that file may count them."
        return [
            Change(
                "test_rows",
                Severity.WARNING,
                what,
                gone.column,
                gone.after,
                None,
                {**gone.evidence, "in": "the earlier file"},
                gone.subject,
            )
        ]
    if old and new and old[0].subject == new[0].subject:
        return []
    return new


def repeated_rows(connection: duckdb.DuckDBPyConnection, observed: Observed) -> tuple[int, int]:
    """(rows that are an exact copy of an earlier row, all rows)."""
    columns = ", ".join(f"coalesce({sql.identifier(column.name)}, '')" for column in observed.shape.columns)
    found = (
        connection.execute(f"select count(*) - count(distinct hash({columns})), count(*) from {sql.identifier(observed.table)}").fetchone()
        if columns
        else None
    )
    return (int(found[0]), int(found[1])) if found else (0, 0)


def _repeated(connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed) -> list[Change]:
    if after.shape.rows < 2 or (after.shape.rows < 1.5 * before.shape.rows and after.shape.key and not after.shape.key_duplicates):
        return []
    spare, rows = repeated_rows(connection, after)
    if spare < REPEATED * rows or spare == 0:
        return []
    before_spare, before_rows = repeated_rows(connection, before)
    if before_rows and before_spare >= 0.8 * REPEATED * before_rows:
        return []
    return [_twice(spare, rows, before_rows)]


def _twice(spare: int, rows: int, before_rows: int | None) -> Change:
    what = f"{spare:,} of {rows:,} rows ({share(spare, rows)}) are exact copies of other rows: the table seems to stand twice in the file."
    return Change(
        "table_repeated",
        Severity.BREAKING,
        what,
        None,
        before_rows,
        rows,
        {"copies": spare, "rows": rows, "rows_before": before_rows},
        "rows",
    )
