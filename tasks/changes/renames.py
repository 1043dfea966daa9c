"""Recognise renamed columns: which of the columns that are gone stands among the new ones under another name.

Evidence, in this order: equal values at the same keys; values that both columns share; a spread of numbers that agrees, with a name that resembles.
Refuses the name alone, unless the names differ in nothing but case, blanks, punctuation or a year.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from expectations.shape import Column, Shape
from tasks.changes.columns import normal_name, unpaired
from tasks.changes.gaps import by_place
from tasks.changes.match import NUMERIC
from tasks.changes.observed import Alignment, Observed, Rename
from tasks.changes.vectors import ENOUGH, Vectors, bags_of, vectors_of
from tasks.changes.words import share
from tasks.shape.periods import without_period

MOST_PAIRS = 60_000
ACCEPTED = 0.6
DENIED = 0.3  # agreement beyond chance at the same keys, below which two columns are not one


def align(
    connection: duckdb.DuckDBPyConnection | None,
    before: Shape,
    after: Shape,
    tables: tuple[Observed, Observed] | None,
    key: Sequence[str] | None = None,
) -> Alignment:
    """Which column is which. Without tables (a stored contract), values are known only where the shape lists them."""
    plain = unpaired(before, after, ())
    gone = [column for name in plain.removed if (column := before.column(name))]
    come = [column for name in plain.added if (column := after.column(name))]
    if not gone or not come:
        return plain
    vectors = vectors_of(connection, tables, plain, gone, come, key) if connection and tables else None
    bags = bags_of(connection, tables, gone, come) if connection and tables else {}
    scored: list[Rename] = []
    for old in gone[: MOST_PAIRS // max(1, len(come)) + 1]:
        for new in come:
            rename = _judge(before, after, old, new, vectors, bags)
            if rename:
                scored.append(rename)
    found = unpaired(before, after, _one_each(scored))

    def denied(old: str, new: str) -> bool:
        facts = vectors.equal(old, new) if vectors and not vectors.across_periods else None
        return facts is not None and facts["compared"] >= ENOUGH and facts["beyond_chance"] < DENIED

    placed = by_place(before, after, found, denied)
    return unpaired(before, after, [*found.renamed, *placed]) if placed else found


def resemblance(one: str, other: str) -> float:
    """How much two names resemble, 0 to 1; word order does not matter much."""
    first, second = normal_name(one), normal_name(other)
    if not first or not second:
        return 0.0
    if first == second:
        return 1.0
    letters = difflib.SequenceMatcher(None, first, second).ratio()
    left, right = _words(one), _words(other)
    words = len(left & right) / len(left | right) if left | right else 0.0
    return max(letters, words) if min(len(first), len(second)) > 2 else 0.0


def _words(name: str) -> set[str]:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return {word for word in re.split(r"[^a-z0-9]+", spaced.lower()) if word}


def _judge(
    before: Shape, after: Shape, old: Column, new: Column, vectors: Vectors | None, bags: Mapping[tuple[int, str], Mapping[str, int]]
) -> Rename | None:
    same_name = normal_name(old.name) == normal_name(new.name) != ""
    same_stem = (
        not same_name
        and "{}" in without_period(old.name)
        and normal_name(without_period(old.name)) == normal_name(without_period(new.name)) != ""
    )
    if "empty" in (old.type, new.type):
        if same_stem and old.type == new.type:
            return _by_name(old, new, "only the year in its name differs, and both are empty")
        return _by_name(old, new, "nothing but case, blanks or punctuation differs in the name") if same_name else None
    name = resemblance(old.name, new.name)
    matched = vectors.equal(old.name, new.name) if vectors else None
    if same_name:
        # The name says it and the values are asked only not to deny it.
        return _by_name(old, new, "nothing but case, blanks or punctuation differs in the name", _facts(matched))
    if matched and matched["compared"] >= ENOUGH:
        equal, beyond = matched["equal"] / matched["compared"], matched["beyond_chance"]
        telling = matched["distinct"] >= 3 or name >= 0.4 or same_stem
        if telling and (beyond >= 0.75 or (beyond >= 0.45 and (name >= 0.6 or same_stem))):
            of = " (a sample)" if vectors and vectors.sampled else ""
            because = f"{share(matched['equal'], matched['compared'])} of {matched['compared']:,} values at the same keys are equal{of}"
            return Rename(
                old.name,
                new.name,
                beyond + name / 2 + _begins_alike(old.name, new.name) / 5,
                {"because": because, **_facts(matched), "name_resemblance": round(name, 2)},
            )
        # What matched was matched by the vectors, so that they are there.
        varied = equal < 0.95  # columns of one value agree by chance, and are judged by what they hold
        if varied and beyond < 0.3 and not same_stem and not _shortened(old.name, new.name) and not vectors.across_periods:  # type: ignore[union-attr]
            return None
    return _by_values(before, after, old, new, name, same_stem, bags)


def _by_values(
    before: Shape, after: Shape, old: Column, new: Column, name: float, same_stem: bool, bags: Mapping[tuple[int, str], Mapping[str, int]]
) -> Rename | None:
    numeric = old.type in NUMERIC, new.type in NUMERIC
    if numeric == (True, True):
        agree = _spread_agrees(old, new)
        if agree is not None and ((agree >= 0.7 and (name >= 0.8 or same_stem)) or (agree >= 0.6 and _shortened(old.name, new.name))):
            because = (
                "the names resemble and the numbers have the same spread"
                if not same_stem
                else "only the year in its name differs, and the numbers have the same spread"
            )
            evidence = {
                "because": because,
                "quantiles_before": list(old.quantiles),
                "quantiles_after": list(new.quantiles),
                "name_resemblance": round(name, 2),
            }
            return Rename(old.name, new.name, 0.5 + name / 2, evidence)
        if same_stem and _areas_in_name(old.name):
            return _by_name(old, new, "only the year in its name differs")
        return None
    if any(numeric) and not same_stem:
        return None
    left: Mapping[str, int] = bags.get((0, old.name)) or dict.fromkeys(old.categories or (), 1)
    right: Mapping[str, int] = bags.get((1, new.name)) or dict.fromkeys(new.categories or (), 1)
    both = left.keys() & right.keys()
    of_rows = min(
        sum(left[value] for value in both) / max(1, sum(left.values())), sum(right[value] for value in both) / max(1, sum(right.values()))
    )
    overlap = len(both) / max(1, min(len(left), len(right)))
    facts = {
        "values_in_both": len(both),
        "values_before": len(left),
        "values_after": len(right),
        "examples": sorted(both)[:5],
        "name_resemblance": round(name, 2),
    }
    near = abs(old.position / max(1, len(before.columns)) - new.position / max(1, len(after.columns))) < 0.12
    enough = len(both) >= 3 or (len(both) >= 1 and (name >= 0.4 or (near and 1 < len(left) <= 3 and len(right) <= 3)))
    many = len(both) >= 30 and overlap >= 0.1  # long lists do not share thirty values by chance
    mostly = of_rows >= 0.6 and len(both) >= 1 and near and len(left) > 1 and len(right) > 1
    if (many or mostly) and not overlap >= 0.5:
        because = f"{len(both):,} of its {len(left):,} values, on {share(of_rows, 1)} of the rows, stand in the new column too"
        return Rename(old.name, new.name, 0.45 + max(overlap, of_rows) / 2 + name / 2 + near / 10, {"because": because, **facts})
    if enough and overlap >= (0.5 if len(both) >= 3 else 0.99) and not _spreads_clash(old, new, left, right):
        because = f"{len(both):,} of its {len(left):,} values stand in the new column too"
        return Rename(
            old.name,
            new.name,
            0.3 + overlap / 2 + name / 2 + near / 10 + _begins_alike(old.name, new.name) / 5,
            {"because": because, **facts},
        )
    if old.type == new.type and (same_stem or name >= 0.8) and (overlap >= 0.1 or (same_stem and overlap > 0)):
        because = f"the names resemble and {len(both):,} of its {len(left):,} values stand in the new column too"
        return Rename(old.name, new.name, 0.3 + overlap / 2 + name / 2, {"because": because, **facts})
    if same_stem and old.type == new.type and _areas_in_name(old.name):
        return _by_name(old, new, "only the year in its name differs", facts)
    if old.type == new.type == "date" and name >= 0.6:
        return Rename(old.name, new.name, name, {"because": "the names resemble and both hold dates", **facts})
    return None


def _by_name(old: Column, new: Column, because: str, facts: Mapping[str, Any] | None = None) -> Rename:
    return Rename(
        old.name, new.name, 2.0, {"because": because, **(facts or {}), "name_resemblance": round(resemblance(old.name, new.name), 2)}
    )


def _areas_in_name(name: str) -> bool:
    return bool(re.search(r"code|cd$|name|nm$", name, re.IGNORECASE))


def _begins_alike(one: str, other: str) -> float:
    """How much of the shorter name the two begin with in common, 0 to 1."""
    first, second = normal_name(one), normal_name(other)
    shared = next((place for place, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), min(len(first), len(second)))
    return shared / max(1, min(len(first), len(second)))


def _shortened(one: str, other: str) -> bool:
    """Whether the longer name only adds words to the shorter (`IMD Rank`, `IMD Rank (where 1 is most deprived)`)."""
    first, second = sorted((_words(one), _words(other)), key=len)
    return first < second and (len(first) >= 3 or (len(first) >= 1 and len(second) - len(first) <= 1 and len("".join(first)) >= 5))


def _spreads_clash(old: Column, new: Column, left: Mapping[str, int], right: Mapping[str, int]) -> bool:
    """Whether one column is a short list and the other a long one: common words then show nothing."""
    return min(len(left), len(right)) * 20 < max(len(left), len(right))


def _spread_agrees(old: Column, new: Column) -> float | None:
    """Share of the quantiles that lie within a third of each other; None where there are none."""
    if len(old.quantiles) != len(new.quantiles) or not old.quantiles:
        return None
    scale = max(abs(value) for value in (*old.quantiles, *new.quantiles)) or 1.0
    close = [abs(a - b) <= 0.34 * max(abs(a), abs(b)) + 0.02 * scale for a, b in zip(old.quantiles, new.quantiles, strict=True)]
    return sum(close) / len(close)


def _facts(matched: Mapping[str, Any] | None) -> dict[str, Any]:
    return {"values_compared": matched["compared"], "values_equal": matched["equal"]} if matched else {}


def _one_each(scored: Sequence[Rename]) -> list[Rename]:
    """The best pairs first, each column in one pair only."""
    taken: set[tuple[int, str]] = set()
    chosen = []
    for rename in sorted(scored, key=lambda rename: (-rename.score, rename.before, rename.after)):
        if rename.score >= ACCEPTED and (0, rename.before) not in taken and (1, rename.after) not in taken:
            taken |= {(0, rename.before), (1, rename.after)}
            chosen.append(rename)
    return sorted(chosen, key=lambda rename: rename.before)
