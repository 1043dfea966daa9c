"""The head of an indicator's SQL file is read strictly: what is misspelt, missing, repeated or untrue is named with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from expectations.errors import EvidenceError
from warehouse.indicators.definition import load_all, load_file

HEAD = """\
-- title: Residents
-- meaning: Usual residents at the middle
--   of the year.
-- unit: people
-- better: neither
-- levels: local_authority, country
-- sources: ons.population
-- informs: mainstream, demographics
-- interval: none
-- caveat: Estimates are revised.
-- break: 2011-03-27 a census
"""
SQL = "select area_code, value from ons.population"


def written(folder: Path, head: str = HEAD, sql: str = SQL, name: str = "population/residents") -> Path:
    path = folder / f"{name}.sql"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{head}\n{sql}\n", encoding="utf-8")
    return path


def refused(path: Path) -> str:
    with pytest.raises(EvidenceError) as refusal:
        load_file(path)
    assert refusal.value.code == "indicator.invalid"
    return f"{refusal.value.where} | {refusal.value.found} | {refusal.value.expected}"


def test_a_head_says_what_the_indicator_is(tmp_path: Path) -> None:
    indicator = load_file(written(tmp_path))
    assert (indicator.name, indicator.theme, indicator.title) == ("residents", "population", "Residents")
    assert indicator.meaning == "Usual residents at the middle of the year."
    assert indicator.levels == ("local_authority", "country")
    assert [aim.title for aim in indicator.informs][1] == "Changing demographics"
    assert [(one.since.isoformat(), one.reason) for one in indicator.breaks] == [("2011-03-27", "a census")]
    assert (indicator.sql, indicator.per, indicator.decimals) == (SQL, 1.0, 1)


def test_a_percentage_counts_one_in_one_as_a_hundred(tmp_path: Path) -> None:
    assert load_file(written(tmp_path, HEAD.replace("unit: people", "unit: percent"))).per == 100.0


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (HEAD.replace("-- levels", "-- level"), "line 6 | key 'level' (did you mean 'levels'?)"),
        (HEAD.replace("local_authority, country", "local_autority"), "line 6 | level 'local_autority' (did you mean 'local_authority'?)"),
        (HEAD.replace("mainstream, ", "mainstreem, "), "line 8 | principle or challenge 'mainstreem' (did you mean 'mainstream'?)"),
        (HEAD.replace("interval: none", "interval: wilsen"), "line 9 | interval 'wilsen' (did you mean 'wilson'?)"),
        (HEAD.replace("-- unit: people\n", ""), "line 1 | missing key 'unit'"),
        (HEAD.replace("-- unit: people", "-- unit:"), "line 4 | key 'unit' has no text"),
        (HEAD + "-- unit: people\n", "line 12 | key 'unit' stands twice"),
        (HEAD.replace("2011-03-27 a", "27.3.2011 a"), "line 11 | break '27.3.2011 a census'"),
        (HEAD.replace("2011-03-27 a census", "2011-03-27"), "line 11 | break '2011-03-27'"),
        (HEAD + "-- per: hundred\n", "line 12 | per 'hundred'"),
        (HEAD.replace("ons.population", "population"), "line 7 | source 'population'"),
        (HEAD.replace("sources: ons.population", "sources: ons.ethnic_group"), "line 7 | the SELECT reads ons.population"),
        (HEAD + "--no key at all\n", "line 12 | --no key at all"),
    ],
)
def test_a_faulty_head_is_refused_with_its_line(tmp_path: Path, head: str, said: str) -> None:
    path = written(tmp_path, head)
    assert refused(path).startswith(f"{path}, {said}")


def test_a_theme_that_is_none_is_refused(tmp_path: Path) -> None:
    assert "theme (the folder) 'populaton' (did you mean 'population'?)" in refused(written(tmp_path, name="populaton/residents"))


def test_what_duckdb_cannot_read_is_refused_before_anything_runs(tmp_path: Path) -> None:
    assert "syntax error" in refused(written(tmp_path, sql="select from where"))
    assert "drop table ons.population" in refused(written(tmp_path, sql="drop table ons.population"))


def test_a_name_stands_for_one_indicator(tmp_path: Path) -> None:
    written(tmp_path)
    written(tmp_path, name="diversity/residents")
    with pytest.raises(EvidenceError, match=r"indicator\.invalid") as refusal:
        load_all(tmp_path)
    assert "residents also stands in diversity/" in refusal.value.found
