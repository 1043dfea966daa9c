"""The rule sets of publishers: what each finds in a source's own table, and how a declaration names them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest
from jsonschema import Draft202012Validator

from expectations.declaration import load
from expectations.errors import EvidenceError
from expectations.rules.sets import RULE_SETS, RuleSet, rules_of
from tasks.check import check
from tasks.check_source import check_source, with_rule_sets

HEAD = "time_period,time_identifier,geographic_level,country_code,country_name,region_code,region_name,old_la_code,new_la_code,la_name,sex,rate,count"
GOOD = [
    "202324,Academic year,National,E92000001,England,,,,,,Total,4.2,100",
    "202324,Academic year,Regional,E92000001,England,E12000005,West Midlands,,,,Total,4.3,c",
    "202324,Academic year,Local authority,E92000001,England,E12000005,West Midlands,330,E08000025,Birmingham,Total,low,40",
    "202324,Academic year,Local authority,E92000001,England,E12000005,West Midlands,330,E08000025,Birmingham,Boys,z,20",
]
KEY = ("time_period", "geographic_level", "region_code", "old_la_code", "sex")
EES = RuleSet(name="ees")


def findings(connection: duckdb.DuckDBPyConnection, rows: list[str], head: str = HEAD, given: RuleSet = EES) -> Mapping[str, str]:
    """The reason of each rule that does not hold -> its severity."""
    columns = head.split(",")
    values = ", ".join("(" + ", ".join("null" if cell == "" else f"'{cell}'" for cell in row.split(",")) + ")" for row in rows)
    connection.execute(f"create or replace table arrived as from (values {values}) as given({', '.join(columns)})")
    connection.execute("create or replace table arrived as select columns(*)::varchar from arrived")
    key = [column for column in KEY if column in columns]
    return {result.because: result.severity for result in check_source(connection, "arrived", given, key) if not result.success}


def test_a_file_as_dfe_wants_it_breaks_no_rule(connection: duckdb.DuckDBPyConnection) -> None:
    assert findings(connection, GOOD) == {}


def test_what_would_spoil_a_table_is_critical_and_the_rest_is_said(connection: duckdb.DuckDBPyConnection) -> None:
    bad = [
        *GOOD,
        GOOD[3],
        "202325,Academic year,National,E92000001,England,E12000005,,,,,Total,NA,N/A",
        "2024,Academic year,Local district,E92000001,England,,,,,,Girls ,1,?",
        "2024,Week 12,Regional,E92000001,England,,,,,,,1,1",
        "202324,Season,Local authority,E92000001,England,E12000005,All,330,E08000025,Brum,Total,1,1",
        "202324,Academic year,Local authority,E92000001,England,x,Not available,331,x,Coventry,Total,1,1",
    ]
    found = findings(connection, bad)
    assert {because for because, severity in found.items() if severity == "critical"} == {
        "these are the levels of EES",
        "these are the time identifiers of EES",
        "a week, month or calendar year has one year of four digits, an academic or financial one two that follow one another",
        "the identifiers of one file are of one family: weeks, months, terms, quarters, halves, or one kind of year",
        "a row has the code and the name of its own level",
        "a row is told from every other by its time, its place and its filters",
    }
    assert {because for because, severity in found.items() if severity == "warning"} == {
        "a total is no place: the columns of places never say so",
        "the name 'Not available' and the code 'x' go together",
        "a row of level National names no smaller place",
        "DfE knows these codes of level Local authority by these names",
        "no item of a filter has a blank before or after it",
        "no cell of a filter is blank",
        "a figure is a number or one of DfE's symbols, never blank, ~, : or NULL",
        "what is no number in place of a figure is one of the symbols c, k, low, u, x, z",
    }
    assert found["DfE advises against N/A, ., .. and - in place of a figure"] == "info"


def test_a_column_without_which_it_is_no_file_of_ees_is_named(connection: duckdb.DuckDBPyConnection) -> None:
    head = HEAD.replace("time_identifier,", "")
    rows = [row.replace("Academic year,", "") for row in GOOD]
    assert findings(connection, rows, head) == {"a data file of EES has it": "critical"}


def test_a_column_that_describes_is_no_figure_where_the_declaration_says_so(connection: duckdb.DuckDBPyConnection) -> None:
    head, rows = f"{HEAD},version", [f"{row},Revised" for row in GOOD]
    assert "what is no number in place of a figure is one of the symbols c, k, low, u, x, z" in findings(connection, rows, head)
    found = findings(connection, rows, head, RuleSet(name="ees", filters=("version",)))
    assert set(found.values()) == {"info"}


def test_an_indicator_named_after_people_is_told(connection: duckdb.DuckDBPyConnection) -> None:
    found = findings(connection, GOOD, HEAD.replace("rate", "rate_white_british"))
    assert found == {"an indicator is called after what it measures; whom it is of belongs into a filter": "warning"}


def test_what_a_set_finds_joins_the_result_of_the_tidy_table(connection: duckdb.DuckDBPyConnection) -> None:
    findings(connection, [*GOOD, GOOD[3]])
    connection.execute("create table tidy as select 1 as value")
    tidy = check(connection, "tidy", (), ("value",))
    declared = load("dfe.school_offers")
    dataset = declared.model_copy(update={"raw": declared.raw.model_copy(update={"key": KEY})})
    joined = with_rule_sets(dataset, connection, tidy)
    assert tidy.success and not joined.success and len(joined.results) > len(tidy.results)
    assert with_rule_sets(dataset.model_copy(update={"rule_sets": ()}), connection, tidy) is tidy


def test_a_declaration_names_a_set_in_one_line_and_an_unknown_one_is_refused(tmp_path: Path) -> None:
    assert [each.name for each in load("dfe.absence_by_term").rule_sets] == ["ees"]
    assert load("dfe.looked_after_key_stage_4").rule_sets == (RuleSet(name="ees", filters=("version",)),)
    source = Path(load.__code__.co_filename).parent / "datasets" / "dfe" / "school_offers.yaml"
    folder = tmp_path / "dfe"
    folder.mkdir()
    (folder / "school_offers.yaml").write_text(source.read_text(encoding="utf-8").replace("rule_sets: [ees]", "rule_sets: [ess]"))
    with pytest.raises(EvidenceError) as caught:
        load("dfe.school_offers", tmp_path)
    assert "did you mean ees" in caught.value.found


def test_editors_know_both_ways_of_writing_a_set() -> None:
    schema = RuleSet.model_json_schema()
    for written, good in (
        ("ees", True),
        ({"ees": {"filters": ["version"]}}, True),
        ("ess", False),
        ({"ees": {"filter": ["version"]}}, False),
    ):
        assert Draft202012Validator(schema).is_valid(written) is good


def test_every_rule_of_a_set_says_why() -> None:
    columns = (*HEAD.split(","), "_part", "_row")
    rules = [rule for name in RULE_SETS for rule in rules_of(RuleSet(name=name), columns, KEY)]
    assert rules and all(rule.because for rule in rules)
    assert not any('"_part"' in rule.sentence for rule in rules), "where a row comes from is no column of the source"
