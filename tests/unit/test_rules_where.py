"""Row conditions: which predicates Great Expectations has words for, and that DuckDB agrees with those words."""

from __future__ import annotations

import pytest

from expectations.rules.where import Comparison, NotAPredicate, Nullity, Together, condition


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("measure = 'it''s'", Comparison("measure", "==", "it's")),
        ("value >= -3.5", Comparison("value", ">=", -3.5)),
        ("0 < value", Comparison("value", ">", 0)),
        ("value <> 1e3", Comparison("value", "!=", 1000.0)),
        ("measure in ('a', 'b')", Comparison("measure", "IN", ["a", "b"])),
        ("not (measure in ('a'))", Comparison("measure", "NOT_IN", ["a"])),
        ('"Per cent" is null', Nullity("Per cent", True)),
        ("value is not null", Nullity("value", False)),
        ("value between 1 and 2", Together("and", (Comparison("value", ">=", 1), Comparison("value", "<=", 2)))),
    ],
)
def test_a_plain_predicate_is_put_in_the_words_of_great_expectations(where: str, expected: object) -> None:
    assert condition(where) == expected


def test_an_or_may_hold_ands() -> None:
    found = condition("measure = 'a' and value > 1 or measure = 'b'")
    assert isinstance(found, Together)
    assert found.word == "or"


@pytest.mark.parametrize(
    "where",
    [
        "(a = 1 or b = 2) and c = 3",  # an or below an and
        "lower(measure) = 'a'",
        "period_start >= date '2020-01-01'",
        "value + 1 > 2",
        "a = b",
        "measure like 'a%'",
        "measure = null",
        "a in (1, 'x')",
        "a in (1, null)",
        "a is not distinct from 'x'",
        "flag",
        "t.a = 1",
        "n = 12345678901234567890123",
        " or ".join(f"a = {number}" for number in range(101)),
    ],
)
def test_a_predicate_without_words_is_left_as_it_is_written(where: str) -> None:
    assert condition(where) is None


@pytest.mark.parametrize("where", ["", "a =", "a = 1; select 2", "a = 1 limit 1", "a = 1) or (b = 2", "1) group by (1"])
def test_what_is_not_a_predicate_is_refused(where: str) -> None:
    with pytest.raises(NotAPredicate):
        condition(where)
