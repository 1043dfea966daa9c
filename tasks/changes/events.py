"""Lists of single events: whether the rows of a table are such, and whether a release holds only new ones.

In such a list categories and small areas come and go by chance. Refuses to call a statistical table one: it has more than a few measures, or
a key that is made of dimensions.
"""

from __future__ import annotations

import duckdb

from expectations.shape import Shape
from tasks.changes import periods, repeats
from tasks.changes.observed import Alignment, Observed
from tasks.shape import sql

EVENT_MEASURES = 6  # a table with more measures than this is not a list of events


def calm(
    connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, alignment: Alignment, delivery_kind: str | None
) -> tuple[bool, str, str]:
    """(whether categories and areas come and go by chance, the delivery, why it was inferred)."""
    events = transactions(before.shape) and transactions(after.shape)
    if delivery_kind:
        return events and delivery_kind == periods.INCREMENT, delivery_kind, ""
    shared = _rows_in_both(connection, before, after, alignment) if events else None
    kind, why = periods.infer_delivery(periods.periods_of(before.shape, after.shape), events, shared)
    return events and kind == periods.INCREMENT, kind, f"delivery {kind} inferred: {why}"


def transactions(shape: Shape) -> bool:
    """Whether the rows are single events, not cells of a statistical table: no key, or an identifier of their own, and few measures."""
    opaque = len(shape.key) == 1 and shape.key[0] != shape.area_column
    return (not shape.key or opaque) and len(shape.measures) <= EVENT_MEASURES


def _rows_in_both(connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, alignment: Alignment) -> float:
    """Share of the smaller table's rows that stand, in all columns that vary, in the other too."""
    same_key = [(b, later) for b in before.shape.key if (later := alignment.later(b))]
    if before.shape.key and len(same_key) == len(before.shape.key):
        pairs = same_key  # an identifier says which event it is, whatever else of it was altered
    else:
        pairs = [(b, a) for b, a in alignment.pairs if _varies(before.shape, b) or _varies(after.shape, a)]
        pairs = [(b, a) for b, a in pairs if b == before.shape.period_column or _alike(before, after, b, a)]
    if not pairs or not after.shape.rows:
        return 0.0
    left, right = repeats.cells_of(before.shape, after.shape, pairs)
    found = connection.execute(
        f"select count(*) from (select hash({right}) as h from {sql.identifier(after.table)}) semi join (select "
        f"hash({left}) as h from {sql.identifier(before.table)}) using (h)"
    ).fetchone()
    return int(found[0]) / max(1, min(before.shape.rows, after.shape.rows)) if found else 0.0


def _alike(before: Observed, after: Observed, earlier: str, later: str) -> bool:
    """Whether a column is printed alike in both and has the same words: one that is not tells nothing of which row is which."""
    old, new = before.shape.column(earlier), after.shape.column(later)
    if old is None or new is None or (old.type != new.type and "text" in (old.type, new.type)) or old.format != new.format:
        return False
    return old.categories is None or new.categories is None or set(old.categories) == set(new.categories)


def _varies(shape: Shape, name: str) -> bool:
    """Whether a column says something of its row: it has more than one value, and does not merely count the rows."""
    column = shape.column(name)
    return column is not None and column.role != "row_number" and (column.distinct > 1 or name == shape.period_column)
