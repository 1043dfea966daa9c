"""Compare what arrived with what it is held against, and name each difference in the project's kinds.

Two halves: `against_contract` (columns, domains, units, key, geography: what a person accepted) and `against_landed` (values, periods, volume:
what stands in the lake). `compare` is both, for two tables and no declaration. No policy is applied here.
Refuses to guess: a rename is only called a rename when values agree (the evidence is attached), else it is a removal and an addition.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import duckdb

from expectations.change import Change
from expectations.shape import Shape
from tasks.changes import coverage, delivery, domains, geography, keys, periods, renames, summary, values
from tasks.changes.columns import column_changes
from tasks.changes.match import Match, Translation, best_match
from tasks.changes.observed import Alignment, Comparison, Observed, Place
from tasks.shape import sql

__all__ = ["Comparison", "Observed", "Place", "against_contract", "against_landed", "compare", "first_sight"]


def compare(
    connection: duckdb.DuckDBPyConnection,
    before: Observed,
    after: Observed,
    *,
    relied_on: Collection[str] | None = None,
    key: Sequence[str] | None = None,
    delivery_kind: str | None = None,
    place: Place | None = None,
) -> Comparison:
    """Every change between two tables. `before` stands for contract and landed state; `relied_on` None means every column.

    `key`: earlier column names; `delivery_kind`: full, window or increment; both inferred where not given, and the notes say so.
    """
    if before.shape.content == after.shape.content and before.shape.rows:
        same = delivery.layout_changes(before.shape, after.shape)
        plain = renames.align(None, before.shape, after.shape, None)
        same += column_changes(before.shape, after.shape, plain, relied_on)
        kind = delivery_kind or periods.FULL
        return _comparison(same, before, after, plain, kind, ["the content of both is the same"])
    one = against_contract(before.shape, relied_on, before, after, key=key, delivery_kind=delivery_kind, place=place, connection=connection)
    other = against_landed(connection, before, after, key=key, delivery_kind=one.delivery, alignment=one.alignment, place=place)
    changes = [*one.changes, *other.changes]
    notes = list(dict.fromkeys([*one.notes, *other.notes]))
    return _comparison(changes, before, after, one.alignment, one.delivery, notes)


def against_contract(
    contract: Shape,
    relied_on: Collection[str] | None,
    before: Observed | None,
    after: Observed,
    *,
    key: Sequence[str] | None = None,
    delivery_kind: str | None = None,
    place: Place | None = None,
    connection: duckdb.DuckDBPyConnection | None = None,
) -> Comparison:
    """Columns, domains, units, key and geography against the accepted shape.

    `before` is the last landed table, where there is one: renames and recodes are then shown by its values. Without it, by what the contract lists.
    """
    place = place or Place()
    # The landed table may have evolved since the contract was accepted: its data serve as evidence only for columns that the contract has.
    data = before if before is not None and connection is not None else None
    held = Observed(contract, data.table) if data is not None and _holds(connection, data.table, contract) else None
    alignment = renames.align(connection, contract, after.shape, (held, after) if held else None, key)
    alignment = _without_period_headers(alignment, contract, after.shape)
    if connection is None or held is None:
        left = Observed(contract, "")
        calm = _transactions(contract)
        told = [*column_changes(contract, after.shape, alignment, relied_on), *domains.domain_changes(None, left, after, alignment, None, calm)[0]]
        told += [*domains.marker_changes(left, after, alignment, calm), *geography.vintage_changes(left, after, alignment, place), *geography.crs_changes(contract, after.shape)]
        if connection is not None:
            told += keys.key_changes(connection, contract, after, alignment, key)
        return _comparison(told, left, after, alignment, delivery_kind or periods.FULL, [])
    found = best_match(connection, held, after, alignment, key)
    calm, kind, why = _calm(connection, held, after, alignment, found, delivery_kind)
    told = column_changes(contract, after.shape, alignment, relied_on)
    geo, codes = geography.geography_changes(connection, held, after, alignment, found or renames.match_across_periods(connection, held, after, alignment), calm, place)
    dom, words = domains.domain_changes(connection, held, after, alignment, found, calm, [later for _, later in geography.geography_columns(contract, after.shape, alignment)])
    told += [*geo, *dom, *domains.marker_changes(held, after, alignment, calm), *keys.key_changes(connection, contract, after, alignment, key)]
    rematched = best_match(connection, held, after, alignment, key, Translation({**codes.values, **words.values}))
    told += [change for change in values.value_changes(connection, held, after, alignment, rematched, place) if change.kind == "unit_rescaled"]
    told += values.rescaled_by_spread(contract, after.shape, alignment, rematched)
    return _comparison(told, held, after, alignment, kind, [why])


def against_landed(
    connection: duckdb.DuckDBPyConnection,
    before: Observed,
    after: Observed,
    *,
    key: Sequence[str] | None = None,
    delivery_kind: str | None = None,
    alignment: Alignment | None = None,
    place: Place | None = None,
) -> Comparison:
    """The delivery, values, periods and volume against the last landed table (as it was read, before tidying)."""
    place = place or Place()
    if alignment is None:
        alignment = _without_period_headers(renames.align(connection, before.shape, after.shape, (before, after), key), before.shape, after.shape)
    told = delivery.delivery_changes(connection, before, after, alignment)
    if after.shape.rows == 0:
        return _comparison(told, before, after, alignment, delivery_kind or periods.FULL, [])
    found = best_match(connection, before, after, alignment, key)
    calm, kind, why = _calm(connection, before, after, alignment, found, delivery_kind)
    codes = geography.geography_changes(connection, before, after, alignment, found, calm, place)[1]
    words = domains.domain_changes(connection, before, after, alignment, found, calm)[1]
    found = best_match(connection, before, after, alignment, key, Translation({**codes.values, **words.values})) or found
    spans = periods.periods_of(before.shape, after.shape)
    told += periods.period_changes(before.shape, after.shape, spans, kind, alignment)
    told += keys.volume_changes(connection, before, after, alignment, found, kind, calm)
    told += [change for change in values.value_changes(connection, before, after, alignment, found, place) if change.kind != "unit_rescaled"]
    told += keys.doubled_changes(connection, before, after)
    told += coverage.coverage_changes(connection, after, set(spans.added and [spans.after[start] for start in spans.added]), place)
    notes = [why, _said_of(found)]
    return _comparison(told, before, after, alignment, kind, notes)


def first_sight(connection: duckdb.DuckDBPyConnection, seen: Observed, place: Place | None = None) -> list[Change]:
    """What is wrong with a table that nothing is known of yet: no rows, tests, copies, rows that share a key, doubled areas, a break in coverage."""
    if seen.shape.rows == 0:
        return delivery.no_rows(seen)
    told = [*delivery.test_rows(connection, seen), *delivery.copies(connection, seen), *keys.doubled_areas(connection, seen), *keys.given_key_fails(seen.shape)]
    told += coverage.coverage_changes(connection, seen, None, place or Place())
    return summary.arranged(told, seen.shape, seen.shape, Alignment(()))


def _comparison(changes: Sequence[Change], before: Observed, after: Observed, alignment: Alignment, kind: str, notes: Sequence[str]) -> Comparison:
    told = summary.arranged(changes, before.shape, after.shape, alignment)
    said = [*[f"before: {note}" for note in before.shape.notes], *[f"after: {note}" for note in after.shape.notes], *[note for note in notes if note]]
    return Comparison(tuple(told), kind, before.shape.key, before.shape.measures, tuple(dict.fromkeys(said)), alignment)


def _calm(
    connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, alignment: Alignment, found: Match | None, delivery_kind: str | None
) -> tuple[bool, str, str]:
    """(whether categories and areas come and go by chance, the delivery, why it was inferred)."""
    transactions = _transactions(before.shape) and _transactions(after.shape)
    shared = _rows_in_both(connection, before, after, alignment) if transactions else None
    kind, why = periods.infer_delivery(periods.periods_of(before.shape, after.shape), transactions, shared)
    if delivery_kind:
        return transactions and delivery_kind == periods.INCREMENT, delivery_kind, ""
    return transactions and kind == periods.INCREMENT, kind, f"delivery {kind} inferred: {why}"


def _transactions(shape: Shape) -> bool:
    """Whether the rows are single events or things, not cells of a statistical table: no key, or an identifier of their own."""
    return not shape.key or (len(shape.key) == 1 and shape.key[0] != shape.area_column)


def _rows_in_both(connection: duckdb.DuckDBPyConnection, before: Observed, after: Observed, alignment: Alignment) -> float:
    """Share of the later rows that stand, with all the columns both have, in the earlier table too."""
    pairs = alignment.pairs
    if not pairs or not after.shape.rows:
        return 0.0
    left = ", ".join(f"coalesce({sql.text(sql.identifier(b))}, '')" for b, _ in pairs)
    right = ", ".join(f"coalesce({sql.text(sql.identifier(a))}, '')" for _, a in pairs)
    found = connection.execute(
        f"select count(*) from (select hash({right}) as h from {sql.identifier(after.table)}) semi join (select hash({left}) as h from {sql.identifier(before.table)}) using (h)"
    ).fetchone()
    return int(found[0]) / after.shape.rows if found else 0.0


def _holds(connection: duckdb.DuckDBPyConnection | None, table: str, contract: Shape) -> bool:
    """Whether a landed table has every column that the contract names."""
    if connection is None:
        return False
    there = {column[0] for column in connection.execute(f"select * from {sql.identifier(table)} limit 0").description}
    return all(column.name in there for column in contract.columns)


def _without_period_headers(alignment: Alignment, before: Shape, after: Shape) -> Alignment:
    """Columns that are themselves periods come and go as periods do, and are told as such."""
    headers = set(before.period_headers) | set(after.period_headers)
    if not headers:
        return alignment
    renamed = tuple(rename for rename in alignment.renamed if rename.before not in headers and rename.after not in headers)
    return Alignment(
        alignment.common, renamed, tuple(name for name in alignment.removed if name not in headers), tuple(name for name in alignment.added if name not in headers)
    )


def _said_of(found: Match | None) -> str:
    if found is None:
        return "no key matches rows of the one with rows of the other: values were not compared"
    return f"values compared at {found.count:,} keys ({', '.join(found.before_key)})"
