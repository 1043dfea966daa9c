"""One page of naming rules (docs/naming.md) holds for every declared column: a name means one thing and has one type everywhere."""

from __future__ import annotations

import re

import pytest

from expectations.declaration import TidyColumn, all_ids, load

ENDINGS = {
    # the end of a name -> the type that it promises
    "_code": "VARCHAR",
    "_name": "VARCHAR",
    "_start": "DATE",
    "_end": "DATE",
    "_date": "DATE",
    "_level": "VARCHAR",
    "_vintage": "VARCHAR",
}
FIXED = {
    "period": "VARCHAR",
    "measure": "VARCHAR",
    "value": "DOUBLE",
    "status": "VARCHAR",
    "marker": "VARCHAR",
    "unit": "VARCHAR",
    "lower_ci": "DOUBLE",
    "upper_ci": "DOUBLE",
}


Columns = tuple[tuple[str, TidyColumn], ...]


@pytest.fixture(scope="module")
def columns() -> Columns:
    """Every column of every declared dataset, as ('ons.population.area_code', its declaration)."""
    return tuple((f"{dataset}.{name}", column) for dataset in all_ids() for name, column in load(dataset).tidy.columns.items())


def name_of(column: str) -> str:
    """`area_code` of `ons.population.area_code`."""
    return column.rpartition(".")[2]


def test_a_column_has_the_type_that_its_name_promises(columns: Columns) -> None:
    for where, column in columns:
        name = name_of(where)
        promised = FIXED.get(name) or next((kind for end, kind in ENDINGS.items() if name.endswith(end)), column.type)
        assert column.type == promised, f"{where} is {column.type}, its name promises {promised}"


def test_a_name_is_spelt_out(columns: Columns) -> None:
    for where, _ in columns:
        name = name_of(where)
        assert re.fullmatch(r"[a-z]+[a-z0-9]*(_[a-z0-9]+)*", name), f"{where} is not in lower_snake_case"
        assert not re.search(r"(^|_)(cd|nm|yr|pct|perc|num|qty|desc|cat)(_|$)", name), f"{where} is shortened: spell it out"


def test_a_column_says_what_it_means(columns: Columns) -> None:
    for where, column in columns:
        assert len(column.meaning) > 5, f"{where} has no meaning"


def test_a_name_has_one_type_everywhere(columns: Columns) -> None:
    seen: dict[str, tuple[str, str]] = {}
    for where, column in columns:
        kind, first = seen.setdefault(name_of(where), (column.type, where))
        assert kind == column.type, f"{first} is {kind} and {where} is {column.type}"


# -- measures and meanings -------------------------------------------------------------------------------------------------------------

OWN_UNIT = {"value", "lower_ci", "upper_ci"}  # their unit is that of the row, or of the one measure of a table
EMPTY_MEANINGS = re.compile(r"^(the )?(value|name|code|column|field|see source|n/?a|tbd|todo)\.?$", re.IGNORECASE)


def test_a_name_has_one_unit_everywhere(columns: Columns) -> None:
    seen: dict[str, tuple[str, str]] = {}
    for where, column in columns:
        if column.unit and name_of(where) not in OWN_UNIT:
            unit, first = seen.setdefault(name_of(where), (column.unit, where))
            assert unit == column.unit, f"{first} is in {unit} and {where} in {column.unit}"


def test_a_meaning_says_more_than_the_name(columns: Columns) -> None:
    for where, column in columns:
        assert not EMPTY_MEANINGS.match(column.meaning.strip()), f"{where}: {column.meaning!r} says nothing"
        said = column.meaning.strip().lower().replace(" ", "_")
        assert said != name_of(where) or column.unit or column.type == "VARCHAR", where
