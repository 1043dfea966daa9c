"""One page of naming rules (docs/naming.md) holds for every declared column: a name means one thing and has one type everywhere."""

from __future__ import annotations

import re

import pytest

from expectations.declaration import Dataset, all_ids, load

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


@pytest.fixture(params=all_ids())
def dataset(request: pytest.FixtureRequest) -> Dataset:
    return load(request.param)


def test_a_column_has_the_type_that_its_name_promises(dataset: Dataset) -> None:
    for name, column in dataset.tidy.columns.items():
        promised = FIXED.get(name) or next((kind for end, kind in ENDINGS.items() if name.endswith(end)), column.type)
        assert column.type == promised, f"{dataset.id}.{name} is {column.type}, its name promises {promised}"


def test_a_name_is_spelt_out(dataset: Dataset) -> None:
    for name in dataset.tidy.columns:
        assert re.fullmatch(r"[a-z]+[a-z0-9]*(_[a-z0-9]+)*", name), f"{dataset.id}.{name} is not in lower_snake_case"
        assert not re.search(r"(^|_)(cd|nm|yr|pct|perc|num|qty|desc|cat)(_|$)", name), f"{dataset.id}.{name} is shortened: spell it out"


def test_a_column_says_what_it_means(dataset: Dataset) -> None:
    for name, column in dataset.tidy.columns.items():
        assert len(column.meaning) > 5, f"{dataset.id}.{name} has no meaning"


def test_a_name_has_one_type_everywhere() -> None:
    seen: dict[str, tuple[str, str]] = {}
    for dataset in map(load, all_ids()):
        for name, column in dataset.tidy.columns.items():
            first = seen.setdefault(name, (column.type, dataset.id))
            assert first[0] == column.type, f"{name} is {first[0]} in {first[1]} and {column.type} in {dataset.id}"


# -- measures and meanings -------------------------------------------------------------------------------------------------------------

OWN_UNIT = {"value", "lower_ci", "upper_ci"}  # their unit is that of the row, or of the one measure of a table
EMPTY_MEANINGS = re.compile(r"^(the )?(value|name|code|column|field|see source|n/?a|tbd|todo)\.?$", re.IGNORECASE)


def test_a_name_has_one_unit_everywhere() -> None:
    seen: dict[str, tuple[str, str]] = {}
    for dataset in map(load, all_ids()):
        for name, column in dataset.tidy.columns.items():
            if column.unit and name not in OWN_UNIT:
                first = seen.setdefault(name, (column.unit, dataset.id))
                assert first[0] == column.unit, f"{name} is in {first[0]} in {first[1]} and in {column.unit} in {dataset.id}"


def test_a_meaning_says_more_than_the_name(dataset: Dataset) -> None:
    for name, column in dataset.tidy.columns.items():
        assert not EMPTY_MEANINGS.match(column.meaning.strip()), f"{dataset.id}.{name}: {column.meaning!r} says nothing"
        assert column.meaning.strip().lower().replace(" ", "_") != name or column.unit or column.type == "VARCHAR", f"{dataset.id}.{name}"
