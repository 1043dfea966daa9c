"""The pages of the whole shipped sample: well-formed, of one piece, accessible, and every figure on them the mart's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.contract.page_reading import Page
from warehouse.home import Home
from warehouse.pages import Attention, Built, build, rendering

pytestmark = [pytest.mark.xdist_group("sample"), pytest.mark.timeout(300)]
BLANK = '<svg class="chart" viewBox="0 0 1 1"><path d="M0,0H1"/></svg>'
MOST_BYTES = 90_000
WITHHELD = "Kept, and its source changed <b>shape</b>"


@pytest.fixture(scope="module")
def sample(sample_home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(sample_home.database), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def built(sample: duckdb.DuckDBPyConnection, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Every page of the sample, with blank drawings: what is drawn has its own tests, and takes its time."""
    folder = tmp_path_factory.mktemp("pages")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rendering, "_drawn", lambda specification: BLANK)
        attention = [Attention("held", "dfe.school_absence", WITHHELD, "2026-11-20", "evidence changes dfe.school_absence")]
        return build(sample, folder / "pages", folder / "cache", attention)


@pytest.fixture(scope="module")
def pages(built: Built) -> dict[str, Page]:
    """Every page by its path, read as HTML."""
    found = {path.relative_to(built.folder).as_posix(): Page(path.read_text(encoding="utf-8")) for path in built.folder.rglob("*.html")}
    assert len(found) == built.pages > 200
    return found


def test_there_is_a_page_for_every_indicator_and_every_dataset(sample: duckdb.DuckDBPyConnection, pages: dict[str, Page]) -> None:
    indicators = {f"indicators/{name}.html" for (name,) in sample.execute("select indicator from mart.indicators").fetchall()}
    datasets = {f"datasets/{name}.html" for (name,) in sample.execute("select dataset from meta.datasets").fetchall()}
    assert set(pages) == indicators | datasets | {"index.html", "datasets.html", "strategy.html"}


def test_every_page_is_well_formed_and_says_what_it_is(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        assert not page.faults, f"{name}: {page.faults}"
        assert page.language == "en-GB" and page.title and len(page.of_tag("h1")) == 1 and len(page.of_tag("main")) == 1, name
        assert len(page.ids) == len(set(page.ids)), f"{name}: an id is given twice"


def test_no_page_asks_anything_of_another_machine(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        assert page.policy.startswith("default-src 'none'"), name
        assert not page.outside, f"{name}: {page.outside}"
        assert len(page.of_tag("script")) == 1 and not page.handlers, f"{name}: a script that is not ours"


def test_the_policy_lets_our_own_script_run(built: Built) -> None:
    import base64
    import hashlib

    text = (built.folder / "index.html").read_text(encoding="utf-8")
    script = re.search(r"<script>(.*?)</script>", text, re.S)
    assert script
    assert base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode() in text


def test_every_link_leads_somewhere(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        for link in page.links:
            path, _, fragment = link.partition("#")
            target = (Path(name).parent / path).as_posix() if path else name
            while re.search(r"[^/]+/\.\./", target):
                target = re.sub(r"[^/]+/\.\./", "", target, count=1)
            assert target in pages, f"{name} links to {link}"
            assert not fragment or fragment in pages[target].ids, f"{name} links to {link}"


def test_behind_every_chart_is_a_table_and_every_chart_says_what_it_shows(pages: dict[str, Page]) -> None:
    drawn = 0
    for name, page in pages.items():
        for section in page.sections_with_charts:
            assert section.says and all(len(says) > 20 for says in section.says), f"{name}: {section.heading}"
            # The numbers of those two are in the table of groups and of wards, beside them.
            assert section.tables or section.heading.startswith(("Groups over time", "Where in the city")), (
                f"{name}: no table behind {section.heading}"
            )
            drawn += len(section.says)
    assert drawn > 150


def test_a_page_is_small_enough_for_a_slow_line(built: Built) -> None:
    assert built.largest < MOST_BYTES
    assert built.bytes / built.pages < 30_000


def test_the_first_page_begins_with_what_needs_a_person(pages: dict[str, Page], sample: duckdb.DuckDBPyConnection) -> None:
    page = pages["index.html"]
    assert "1 thing needs a person" in page.text_of("h1")
    assert WITHHELD in page.text and "evidence changes dfe.school_absence" in page.text
    assert page.text.index(WITHHELD) < page.text.index("Find an indicator")
    landed = sample.execute("select count(*) from meta.datasets where rows is not null").fetchall()[0][0]
    assert f"Datasets landed {landed}" in page.text


def test_series_on_pages_are_those_of_the_mart(pages: dict[str, Page], sample: duckdb.DuckDBPyConnection) -> None:
    compared = 0
    for indicator, decimals in sample.execute("select indicator, decimals from mart.indicators where state = 'computed'").fetchall():
        for table in pages[f"indicators/{indicator}.html"].tables_of("over-time"):
            rows = sample.execute(
                """select period, value, lower_ci, upper_ci, status from mart.indicator_values
                   where indicator = ? and breakdown = 'all' and area_code = mart.home_area() order by period_end desc, period_start desc""",
                [indicator],
            ).fetchall()
            shown = [(row[0], row[1]) for row in table if row[0][:8].split()[-1:] != ["Break,"]]
            assert shown == [(period, cell(value, lower, upper, status, decimals)) for period, value, lower, upper, status in rows], (
                indicator
            )
            compared += len(rows)
    assert compared > 400


def test_comparators_on_pages_are_those_of_the_mart(pages: dict[str, Page], sample: duckdb.DuckDBPyConnection) -> None:
    compared = 0
    for indicator, decimals in sample.execute("select indicator, decimals from mart.indicators where state = 'computed'").fetchall():
        for table in pages[f"indicators/{indicator}.html"].tables_of("beside"):
            known = {
                cell(value, lower, upper, status, decimals)
                for value, lower, upper, status in sample.execute(
                    "select value, lower_ci, upper_ci, status from mart.indicator_values where indicator = ?", [indicator]
                ).fetchall()
            }
            assert {row[2] for row in table} <= known, indicator
            compared += len(table)
    assert compared > 500


def test_wards_on_pages_are_those_of_the_mart(pages: dict[str, Page], sample: duckdb.DuckDBPyConnection) -> None:
    compared = 0
    for indicator, decimals in sample.execute("select indicator, decimals from mart.indicators where state = 'computed'").fetchall():
        for table in pages[f"indicators/{indicator}.html"].tables_of("wards"):
            rows = sample.execute(
                """select area_name, value, lower_ci, upper_ci, status from mart.indicator_values
                   where indicator = ? and area_level = 'ward' and area_code in (select to_code from ons.area_lookup where to_level = 'ward')
                   qualify dense_rank() over (order by period_end desc, area_vintage desc nulls last) = 1""",
                [indicator],
            ).fetchall()
            known = {(name, cell(value, lower, upper, status, decimals)) for name, value, lower, upper, status in rows}
            assert {(row[0], row[2]) for row in table} <= known, indicator
            assert len({row[0] for row in table}) == len(table) in (40, 69), f"{indicator}: each ward once, of one set of boundaries"
            compared += len(table)
    assert compared > 1000


def test_groups_on_pages_are_those_of_the_mart(pages: dict[str, Page], sample: duckdb.DuckDBPyConnection) -> None:
    compared = 0
    for indicator, decimals in sample.execute("select indicator, decimals from mart.indicators where state = 'computed'").fetchall():
        page = pages[f"indicators/{indicator}.html"]
        for table, head in zip(page.tables_of("groups"), page.heads_of("groups"), strict=True):
            known = {
                ("everyone" if name == "all" else name.replace("_", " "), period): cell(value, None, None, status, decimals)
                for name, period, value, status in sample.execute(
                    "select breakdown, period, value, status from mart.indicator_values where indicator = ? and area_code = mart.home_area()",
                    [indicator],
                ).fetchall()
            }
            for row in table:
                for period, shown in zip(head[1:], row[1:], strict=True):
                    assert re.sub(r" \(.*\)$", "", shown) == known.get((row[0], period), "no figure"), (indicator, row[0], period)
                    compared += 1
    assert compared > 300


def test_the_strategy_page_has_all_figures_as_printed_with_their_verdicts(
    pages: dict[str, Page], sample: duckdb.DuckDBPyConnection
) -> None:
    text = pages["strategy.html"].text
    figures = sample.execute(
        "select figure, what_it_says, published, verdict, recomputed_text, latest_text from mart.strategy_figures"
    ).fetchall()
    assert len(figures) == 61
    for figure, says, published, verdict, recomputed, _ in figures:
        assert figure in pages["strategy.html"].ids
        row = text[text.index(says) :]
        assert published in row and verdict in row and (recomputed or "") in row


def test_a_dataset_page_shows_state_rules_contract_and_columns(pages: dict[str, Page], sample: duckdb.DuckDBPyConnection) -> None:
    for dataset, rows, attribution in sample.execute("select dataset, rows, attribution from meta.datasets").fetchall():
        page = pages[f"datasets/{dataset}.html"]
        assert (f"Rows now {rows:,}" if rows is not None else "not landed") in page.text, dataset
        assert " ".join(attribution.split()) in page.text, dataset
        rules = sample.execute("select sentence from meta.checks where dataset = ?", [dataset]).fetchall()
        assert all(" ".join(sentence.replace("`", "").split()) in page.text for (sentence,) in rules), dataset
        columns = sample.execute("select column_name from meta.columns where dataset = ?", [dataset]).fetchall()
        assert all(name in page.text for (name,) in columns), dataset
        assert rows is None or "Accepted by" in page.text, dataset


def cell(value: float | None, lower: float | None, upper: float | None, status: str | None, decimals: int) -> str:
    """What a cell of a table says, by another way than the pages go."""
    if value is None:
        words = {"suppressed": "withheld", "withheld": "withheld", "low_reliability": "too unreliable to show"}
        return words.get(status or "", (status or "no figure").replace("_", " "))

    def shown(number: float) -> str:
        text = format(round(number, 12), f",.{decimals}f")
        return text.replace("-", "\u2212") if float(text.replace(",", "")) else text.lstrip("-")

    return shown(value) + (f" ({shown(lower)} to {shown(upper)})" if lower is not None and upper is not None else "")
