"""`evidence compare` reads two files, says the verdict first, and fails only on what it cannot read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_said import Evidence

AREAS = [f"E0800002{digit}" for digit in range(5, 10)]


def _csv(path: Path, header: str, factor: float = 1.0) -> Path:
    rows = [f"{area},{year},{(index * 7 + year % 10) * factor}" for index, area in enumerate(AREAS) for year in (2021, 2022, 2023)]
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def test_the_same_twice_is_the_same(evidence: Evidence, tmp_path: Path) -> None:
    file = _csv(tmp_path / "a.csv", "area_code,year,value")
    said = evidence("compare", str(file), str(file))
    assert said.code == 0
    assert said.out.startswith("same")


def test_the_verdict_is_first_and_each_change_has_its_evidence(evidence: Evidence, tmp_path: Path) -> None:
    before, after = _csv(tmp_path / "a.csv", "area_code,year,value"), _csv(tmp_path / "b.csv", "area_code,year,amount")
    said = evidence("compare", str(before), str(after))
    assert said.code == 0
    assert said.out.startswith("breaking")
    assert "column_renamed" in said.out
    told = json.loads(evidence("compare", str(before), str(after), "--json").out)
    assert set(told) >= {"verdict", "delivery", "changes", "before", "after"}
    assert told["verdict"] == "breaking"
    assert "column_renamed" in [change["kind"] for change in told["changes"]]


def test_the_most_severe_comes_first(evidence: Evidence, tmp_path: Path) -> None:
    before, after = _csv(tmp_path / "a.csv", "area_code,year,value"), _csv(tmp_path / "b.csv", "area_code,year,amount", factor=1000)
    out = evidence("compare", str(before), str(after)).out
    severities = [line.split()[0] for line in out.splitlines()[1:] if line.startswith(("breaking", "warning", "info"))]
    assert severities == sorted(severities, key=["breaking", "warning", "info"].index)


def test_a_key_can_be_named(evidence: Evidence, tmp_path: Path) -> None:
    file = _csv(tmp_path / "a.csv", "area_code,year,value")
    assert evidence("compare", str(file), str(file), "--key", "area_code, year").code == 0


NO_TABLES = [b"", b"\x00\x01\x02\x03" * 50, b"PK\x03\x04 not a zip"]


@pytest.mark.parametrize("content", [None, *NO_TABLES])
def test_a_first_file_that_cannot_be_read_is_code_2_with_a_coded_error(evidence: Evidence, tmp_path: Path, content: bytes | None) -> None:
    good, bad = _csv(tmp_path / "a.csv", "area_code,year,value"), tmp_path / "b.csv"
    if content is not None:
        bad.write_bytes(content)
    said = evidence("compare", str(bad), str(good), "--json")
    assert said.code == 2
    assert said.out == ""
    assert json.loads(said.err[said.err.index("{") :])["error"]["code"] == "command.unreadable"


@pytest.mark.parametrize("content", NO_TABLES)
def test_a_second_file_that_is_no_table_is_a_finding(evidence: Evidence, tmp_path: Path, content: bytes) -> None:
    """What came in place of data is a change like any other: the verdict says so, and nothing has failed."""
    good, bad = _csv(tmp_path / "a.csv", "area_code,year,value"), tmp_path / "b.csv"
    bad.write_bytes(content)
    told = evidence("compare", str(good), str(bad), "--json")
    assert told.code == 0
    assert json.loads(told.out)["verdict"] == "breaking"
    assert json.loads(told.out)["changes"][0]["kind"] in ("empty", "not_data", "truncated")
    said = evidence("compare", str(good), str(bad))
    assert said.code == 0
    assert said.out.startswith("breaking")


def test_a_second_file_that_is_not_there_is_code_2(evidence: Evidence, tmp_path: Path) -> None:
    good = _csv(tmp_path / "a.csv", "area_code,year,value")
    assert evidence("compare", str(good), str(tmp_path / "none.csv")).code == 2


def test_a_folder_is_no_file(evidence: Evidence, tmp_path: Path) -> None:
    assert evidence("compare", str(tmp_path), str(tmp_path)).code == 2
