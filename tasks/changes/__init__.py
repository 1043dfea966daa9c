"""Compare what arrived with what it is held against, and name each difference in the project's kinds.

Two halves: `against_contract` (columns, domains, units, key, geography: what a person accepted) and `against_landed` (values, periods, volume:
what stands in the lake). `compare` is both, for two tables and no declaration. No policy is applied here.
Refuses to guess: a rename is only called a rename when values agree (the evidence is attached), else it is a removal and an addition.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import duckdb

from expectations.change import Change
from expectations.shape import Shape
from tasks.changes import (
    coverage,
    delivery,
    domains,
    events,
    geography,
    keys,
    markers,
    moves,
    periods,
    renames,
    repeats,
    summary,
    values,
    vectors,
    vintages,
    wrapping,
)
from tasks.changes.columns import column_changes
from tasks.changes.displaced import swapped_words
from tasks.changes.match import Match, Translation, best_match, match_on_the_rest
from tasks.changes.observed import Alignment, Comparison, Observed, Place
from tasks.shape import sql

_OF_VOLUME = ("area_missing", "area_added")  # of geography, these are held against the landed table

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
    if before.shape.content == after.shape.content:
        plain = renames.align(None, before.shape, after.shape, None)
        same = [*wrapping.layout_changes(before.shape, after.shape), *column_changes(before.shape, after.shape, plain, relied_on)]
        if delivery_kind == periods.INCREMENT:
            same += delivery.repeated_release(before, after)
        return _comparison(same, before, after, plain, delivery_kind or periods.FULL, ["the content of both is the same"])
    basis = lay(connection, before, after, key=key, delivery_kind=delivery_kind, place=place)
    if after.shape.rows == 0:
        told = [*delivery.no_rows(after, before), *column_changes(before.shape, after.shape, basis.alignment, relied_on)]
        return _comparison(told, before, after, basis.alignment, basis.delivery, [])
    told = [*_contract_changes(connection, basis, relied_on), *_landed_changes(connection, basis)]
    whole = _comparison(told, before, after, basis.alignment, basis.delivery, [basis.why, _said_of(basis.match)])
    return replace(whole, changes=tuple(summary.brief(whole.changes, before.shape, after.shape)))


def against_contract(
    contract: Shape,
    relied_on: Collection[str] | None,
    before: Observed | None,
    after: Observed,
    *,
    connection: duckdb.DuckDBPyConnection | None = None,
    key: Sequence[str] | None = None,
    delivery_kind: str | None = None,
    place: Place | None = None,
) -> Comparison:
    """Columns, domains, units, key and geography against the accepted shape.

    `before` is the last landed table, where there is one: renames and recodes are then shown by its values, as far as it still has the
    contract's columns. Without it, or without a connection, by what the contract lists.
    """
    if connection is not None and before is not None and _holds(connection, before.table, contract):
        basis = lay(connection, Observed(contract, before.table, before.own), after, key=key, delivery_kind=delivery_kind, place=place)
        return _comparison(
            _contract_changes(connection, basis, relied_on), basis.before, after, basis.alignment, basis.delivery, [basis.why]
        )
    alignment = _without_period_headers(renames.align(None, contract, after.shape, None), contract, after.shape)
    told_columns = _with_relied_years(alignment, contract, after.shape, relied_on)
    left, calm, place = Observed(contract, ""), events.transactions(contract) and delivery_kind == periods.INCREMENT, place or Place()
    told = [
        *column_changes(contract, after.shape, told_columns, relied_on),
        *domains.domain_changes(None, left, after, alignment, None, calm)[0],
    ]
    told += [
        *markers.marker_changes(left, after, alignment, calm),
        *vintages.vintage_changes(left, after, alignment),
        *geography.crs_changes(contract, after.shape),
    ]
    told += values.rescaled_by_spread(contract, after.shape, alignment)
    if connection is not None and after.shape.rows:
        told += keys.key_changes(connection, contract, after, alignment, key)
    return _comparison(told, left, after, alignment, delivery_kind or periods.FULL, [])


def against_landed(
    connection: duckdb.DuckDBPyConnection,
    before: Observed,
    after: Observed,
    *,
    key: Sequence[str] | None = None,
    delivery_kind: str | None = None,
    place: Place | None = None,
) -> Comparison:
    """The delivery, values, periods and volume against the last landed table (as it was read, before tidying)."""
    basis = lay(connection, before, after, key=key, delivery_kind=delivery_kind, place=place)
    told = delivery.no_rows(after, before) if after.shape.rows == 0 else _landed_changes(connection, basis)
    return _comparison(told, before, after, basis.alignment, basis.delivery, [basis.why, _said_of(basis.match)])


@dataclass(frozen=True)
class Basis:
    """What both halves of a comparison rest on, found once: which column is which, which row is which, what was recoded, how values moved."""

    before: Observed
    after: Observed
    key: tuple[str, ...] | None
    place: Place
    alignment: Alignment
    match: Match | None
    delivery: str
    why: str
    calm: bool  # a table of events: categories and small areas come and go by chance
    geography: tuple[Change, ...]
    domains: tuple[Change, ...]
    held: moves.Held
    same_things: Match | None  # the same things in other periods, where each table holds one only


def lay(
    connection: duckdb.DuckDBPyConnection,
    before: Observed,
    after: Observed,
    *,
    key: Sequence[str] | None = None,
    delivery_kind: str | None = None,
    place: Place | None = None,
) -> Basis:
    """Align the columns, match the rows, recognise what was recoded, match again with that known, and hold the values against each other."""
    place = place or Place()
    alignment = _without_period_headers(
        renames.align(connection, before.shape, after.shape, (before, after), key), before.shape, after.shape
    )
    found = best_match(connection, before, after, alignment, key)
    calm, kind, why = events.calm(connection, before, after, alignment, delivery_kind)
    same_things = found or vectors.match_across_periods(connection, before, after, alignment)
    geo, codes = geography.geography_changes(connection, before, after, alignment, same_things, calm, place)
    coded = [later for _, later in geography.geography_columns(before.shape, after.shape, alignment)]
    same_rows = found or (None if calm else match_on_the_rest(connection, before, after, alignment))
    told, words = domains.domain_changes(connection, before, after, alignment, same_rows, calm, coded)
    told += [
        periods.left_with_them(connection, before, after.shape, change, kind)
        for change in markers.marker_changes(before, after, alignment, calm)
    ]
    known = Translation({**codes.values, **words.values})
    rematched = best_match(connection, before, after, alignment, key, known) if known.values else found
    held = moves.hold(connection, before, after, alignment, rematched)
    return Basis(
        before, after, tuple(key) if key else None, place, alignment, rematched, kind, why, calm, tuple(geo), tuple(told), held, same_things
    )


def _contract_changes(connection: duckdb.DuckDBPyConnection, basis: Basis, relied_on: Collection[str] | None) -> list[Change]:
    before, after, alignment = basis.before.shape, basis.after, basis.alignment
    return [
        *column_changes(before, after.shape, _with_relied_years(alignment, before, after.shape, relied_on), relied_on),
        *[change for change in (*basis.geography, *basis.domains) if change.kind not in _OF_VOLUME],
        *keys.key_changes(connection, before, after, alignment, basis.key),
        *values.unit_changes(connection, basis.held, alignment, basis.place),
    ]


def _landed_changes(connection: duckdb.DuckDBPyConnection, basis: Basis) -> list[Change]:
    before, after, alignment = basis.before, basis.after, basis.alignment
    spans = periods.periods_of(before.shape, after.shape)
    return [
        *delivery.delivery_changes(connection, before, after, alignment),
        *periods.period_changes(before.shape, after.shape, spans, basis.delivery, alignment),
        *[change for change in basis.geography if change.kind in _OF_VOLUME],
        *keys.volume_changes(connection, before, after, alignment, basis.match, basis.delivery),
        *keys.doubled_changes(connection, before, after),
        *repeats.repeated_periods(connection, before, after, alignment, spans, basis.same_things),
        *repeats.repeated_events(connection, before, after, alignment, basis.delivery),
        *values.value_changes(connection, basis.held, basis.place),
        *swapped_words(before.shape, after.shape, alignment),
        *coverage.coverage_changes(connection, after, {spans.after[start] for start in spans.added}, basis.place),
    ]


def first_sight(connection: duckdb.DuckDBPyConnection, seen: Observed, place: Place | None = None) -> list[Change]:
    """What is wrong with a table that nothing is known of yet: no rows, tests, copies, rows that share a key, doubled areas, a break in coverage."""
    if seen.shape.rows == 0:
        return delivery.no_rows(seen)
    told = [
        *delivery.test_rows(connection, seen),
        *delivery.copies(connection, seen),
        *keys.doubled_areas(connection, seen),
        *keys.given_key_fails(seen.shape),
    ]
    told += coverage.coverage_changes(connection, seen, None, place or Place())
    return summary.arranged(told, seen.shape, seen.shape, Alignment(()))


def _comparison(
    changes: Sequence[Change], before: Observed, after: Observed, alignment: Alignment, kind: str, notes: Sequence[str]
) -> Comparison:
    told = summary.arranged(changes, before.shape, after.shape, alignment)
    said = [
        *[f"before: {note}" for note in before.shape.notes],
        *[f"after: {note}" for note in after.shape.notes],
        *[note for note in notes if note],
    ]
    return Comparison(tuple(told), kind, before.shape.key, before.shape.measures, tuple(dict.fromkeys(said)), alignment)


def _holds(connection: duckdb.DuckDBPyConnection | None, table: str, contract: Shape) -> bool:
    """Whether a landed table has every column that the contract names."""
    if connection is None:
        return False
    there = {column[0] for column in connection.execute(f"select * from {sql.identifier(table)} limit 0").description}
    return all(column.name in there for column in contract.columns)


def _without_period_headers(alignment: Alignment, before: Shape, after: Shape) -> Alignment:
    """Columns that are themselves periods come and go as periods do, and are told as such; one that only lost its header is told as renamed."""
    headers = set(before.period_headers) | set(after.period_headers)
    if not headers:
        return alignment
    renamed = tuple(
        rename
        for rename in alignment.renamed
        if not headers & {rename.before, rename.after}
        or (rename.evidence.get("values_equal") and not headers >= {rename.before, rename.after})
    )
    return Alignment(
        alignment.common,
        renamed,
        tuple(name for name in alignment.removed if name not in headers),
        tuple(name for name in alignment.added if name not in headers),
    )


def _with_relied_years(alignment: Alignment, before: Shape, after: Shape, relied_on: Collection[str] | None) -> Alignment:
    """A column of one period that is gone and that somebody reads by its name is missed as a column too."""
    wanted = [name for name in before.period_headers if relied_on and name in relied_on]
    gone = tuple(name for name in wanted if alignment.later(name) is None and after.column(name) is None)
    return replace(alignment, removed=(*alignment.removed, *gone)) if gone else alignment


def _said_of(found: Match | None) -> str:
    if found is None:
        return "no key matches rows of the one with rows of the other: values were not compared"
    return f"values compared at {found.count:,} keys ({', '.join(found.before_key)})"
