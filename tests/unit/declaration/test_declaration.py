"""A declaration is read strictly: what is wrong is named with file, line and the nearest right name, before anything is fetched."""

from __future__ import annotations

from pathlib import Path

import pytest

from expectations.declaration import all_ids, load, load_file
from expectations.errors import EvidenceError

GOOD = """\
title: Things
why: To know.
owner: data
licence: OGL-UK-3.0
attribution: Someone
source:
  kind: file
  files:
    - name: things.csv
      url: https://example.org/things.csv
release: {schedule: "0 9 * * *", rhythm: daily, late_after_days: 3}
delivery: full
raw:
  columns: [area, count]
tidy:
  grain: [area_code]
  columns:
    area_code: {type: VARCHAR, meaning: Code of the area}
    value: {type: DOUBLE, meaning: How many}
expectations:
  - expect_column_values_to_be_between: {column: value, min_value: 0}
theme: community
"""


def declared(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "someone" / "things.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def complaint(tmp_path: Path, text: str) -> EvidenceError:
    with pytest.raises(EvidenceError) as caught:
        load_file(declared(tmp_path, text))
    assert caught.value.code == "declaration.invalid"
    return caught.value


def test_a_good_declaration_takes_its_id_from_its_place(tmp_path: Path) -> None:
    dataset = load_file(declared(tmp_path, GOOD))
    assert dataset.id == "someone.things"
    assert dataset.relied_on == ("area", "count")
    assert dataset.raw.key is None


def test_a_misspelt_key_is_named_with_its_line_and_the_nearest_right_name(tmp_path: Path) -> None:
    error = complaint(tmp_path, GOOD.replace("licence:", "license:"))
    assert "things.yaml, line 4" in error.where
    assert "unknown key 'license'" in error.found
    assert "did you mean 'licence'" in error.found


@pytest.mark.parametrize(
    ("right", "wrong", "line", "words"),
    [
        ("  kind: file", "  kind: fil", 6, "fil"),
        ("      url: https", "      ulr: https", 10, "ulr"),
        ("late_after_days: 3", "late_after_days: soon", 11, "late_after_days"),
        ("delivery: full", "delivery: whole", 12, "delivery"),
        ("  grain: [area_code]", "  grain: [area_cod]", 16, "did you mean 'area_code'"),
        ("type: DOUBLE", "type: FLOAT", 19, "FLOAT"),
        ("expect_column_values_to_be_between", "expect_column_values_to_be_betwen", 21, "betwen"),
        ("column: value, min", "column: vale, min", 21, "vale"),
        ("title: Things\n", "title: Things\ntitle: Others\n", 2, "stands twice"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, right: str, wrong: str, line: int, words: str) -> None:
    assert right in GOOD
    error = complaint(tmp_path, GOOD.replace(right, wrong))
    assert f"line {line}" in error.where
    assert words in f"{error.found} {error.expected}"


def test_text_that_is_no_yaml_is_named_with_its_line(tmp_path: Path) -> None:
    assert "line 2" in complaint(tmp_path, "title: a\nwhy: [b\n").where or "line 3" in complaint(tmp_path, "title: a\nwhy: [b\n").where


def test_a_header_may_be_printed_in_several_ways(tmp_path: Path) -> None:
    text = GOOD.replace("columns: [area, count]", 'columns: {area: ["Area", "AREA", ""], count: {optional: true}, place: Place}')
    dataset = load_file(declared(tmp_path, text))
    assert dataset.canonical("AREA") == dataset.canonical("") == "area"
    assert dataset.canonical("Place") == "place"
    assert dataset.canonical("Nothing") is None
    assert dataset.relied_on == ("area", "place")


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        ("[area, count: [Count, Number]]", ""),
        ("[area, count, area]", "column 'area' stands twice"),
        ("[area, {count: Count, place: Place}]", "is no column: write its name"),
        ("[area, 7]", "7 is no column"),
    ],
)
def test_a_list_of_columns_may_name_the_headers_of_one(tmp_path: Path, listed: str, said: str) -> None:
    text = GOOD.replace("columns: [area, count]", f"columns: {listed}")
    if said:
        assert said in complaint(tmp_path, text).found
        return
    dataset = load_file(declared(tmp_path, text))
    assert (dataset.canonical("Number"), dataset.relied_on) == ("count", ("area", "count"))


def test_an_ignored_change_needs_an_end(tmp_path: Path) -> None:
    error = complaint(tmp_path, GOOD + "policy: {category_added: {do: ignore, reason: noise}}\n")
    assert "until" in error.found


def test_an_unknown_kind_of_change_is_refused(tmp_path: Path) -> None:
    error = complaint(tmp_path, GOOD + "policy: {catgory_added: {do: evolve, reason: always}}\n")
    assert "category_added" in error.found


def test_an_unknown_dataset_is_answered_with_the_nearest() -> None:
    with pytest.raises(EvidenceError) as caught:
        load("dfe.pupil_atendance")
    assert caught.value.code == "declaration.unknown_dataset"
    assert "dfe.pupil_attendance" in caught.value.todo


@pytest.mark.parametrize("dataset", all_ids())
def test_every_shipped_declaration_is_valid(dataset: str) -> None:
    assert load(dataset).rules
